"""The index: made anew at every change of what readers see, and never in their way.

``manage.py work`` puts the index of each revision into a folder of its own, which appears there
whole, by one renaming. A web process opens the one of this moment. Where it is not there, a small
one is made in memory; a large one is waited for, while the one before answers. A request never
writes anything. What an index says of an edition that readers do not see any more is left out by
whoever asks: see ``finding``.
"""

import fcntl
import hashlib
import json
import logging
import shutil
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock

import tantivy
from django.conf import settings
from django.utils import timezone

from actions.models import Action, PublishedEntry, Revision
from actions.search import documents, words
from actions.search.documents import Document
from actions.search.words import LANGUAGES

logger = logging.getLogger(__name__)

# The number rises when the fields or documents change.
FORMAT = f"3 {version('tantivy')}"
SMALL = 2_500  # actions and entries: that many are made ready in memory in about a second
MEMORY = 64_000_000  # bytes for a writer
KEPT_FOR = 600  # seconds for which a folder that was followed by another one stays
PLACES = ("title", "around", "body")
END = "\n"


class Vocabulary:
    """The words of an index in order, and what a reader may have meant by one that is not there."""

    def __init__(self, counts: dict[str, int]) -> None:
        """Take the words with the number of texts that hold them."""
        self.counts = counts
        self.words = sorted(counts)
        self.backwards = sorted(word[::-1] for word in counts)
        self.all = END + END.join(self.words) + END

    def near(self, word: str) -> list[str]:
        """Return the words that differ by one letter, the most frequent first.

        One slip leaves one half of the word as it was.
        """
        half = (len(word) - 1) // 2
        if half < 1:
            return []
        starting = between(self.words, word[:half])
        ending = (found[::-1] for found in between(self.backwards, word[::-1][:half]))
        near = {found for found in (*starting, *ending) if words.is_near(word, found)}
        return sorted(near - {word}, key=lambda found: (-self.counts[found], found))


def between(listed: list[str], start: str) -> list[str]:
    """Return the words of an ordered list that start with some letters."""
    return listed[bisect_left(listed, start) : bisect_left(listed, start + "\U0010ffff")]


class Index:
    """An index that is ready to be asked; ``key`` names the revision that it was made for."""

    def __init__(self, key: str, engine: tantivy.Index) -> None:
        """Take an index that is filled."""
        register(engine)
        self.key = key
        self.schema = engine.schema
        self.searcher = engine.searcher()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Every word of the index and of the list of synonyms."""
        counts = dict.fromkeys(words.synonyms().vocabulary, 0)
        counts |= dict(self.searcher.terms_with_prefix("word", ""))
        return Vocabulary(counts)

    def knows(self, word: str) -> bool:
        """Tell whether a text holds the word, or another form of it, or one that means the same."""
        if word in self.vocabulary.counts:
            return True
        return any(
            self.searcher.doc_freq(f"{place}_{code}", words.stem(word, code))
            for place in PLACES
            for code in LANGUAGES
        )


# --- Making one ---------------------------------------------------------------------


def schema() -> tantivy.Schema:
    """Return the fields: texts by language and place, all words as they are, and what narrows."""
    made = tantivy.SchemaBuilder()
    for place in PLACES:
        for code in LANGUAGES:
            made.add_text_field(f"{place}_{code}", tokenizer_name=f"stem_{code}")
    for name in ("word", "word_title"):
        made.add_text_field(name, tokenizer_name="folded")
    for name in ("kind", "plan", "edition", "year"):
        made.add_text_field(name, tokenizer_name="raw", index_option="basic")
    made.add_integer_field("row", fast=True)
    made.add_text_field("data", stored=True, tokenizer_name="raw", index_option="basic")
    return made.build()


def register(engine: tantivy.Index) -> None:
    """Tell an index how its texts are cut; they come folded, with spaces between the words."""
    for code in LANGUAGES:
        engine.register_tokenizer(f"stem_{code}", words.analyzer(code))
    folded = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    engine.register_tokenizer("folded", folded)


def fill(engine: tantivy.Index, given: Iterable[Document]) -> None:
    """Put documents into an empty index; one thread, so that their order is always the same."""
    register(engine)
    writer = engine.writer(MEMORY, 1)
    for document in given:
        writer.add_document(tantivy.Document(**fields(document)))
    writer.commit()
    writer.wait_merging_threads()
    engine.reload()


def fields(document: Document) -> dict[str, list[str] | str | int]:
    """Return what an index keeps of a document."""
    found: dict[str, list[str]] = {"word": [], "word_title": []}

    def add(place: str, language: str, text: str) -> None:
        cut = folded(text)
        for code in (language,) if language in LANGUAGES else LANGUAGES:
            found.setdefault(f"{place}_{code}", []).append(cut)
        found["word"].append(cut)
        if place == "title":
            found["word_title"].append(cut)

    for language, title in document.titles.items():
        add("title", language, title)
    for name in document.names:
        add("title", "", name)
    for part in document.parts:
        add("around" if part.around else "body", part.language, part.text)
    return {
        **found,
        "kind": document.kind,
        "plan": document.plan,
        "edition": document.edition,
        "year": str(document.year or ""),
        "row": document.row,
        "data": written(document),
    }


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """Return the folded words of a text, with spaces between; names come again and again."""
    return " ".join(words.words(text))


def written(document: Document) -> str:
    """Return a document as an index keeps it."""
    values = vars(document) | {"parts": [tuple(vars(part).values()) for part in document.parts]}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def key_of(token: str, on: date) -> str:
    """Return the name of the index of a revision on a day."""
    return hashlib.sha256(f"{FORMAT}\n{token}\n{on.isoformat()}".encode()).hexdigest()[:40]


def in_memory(key: str, on: date) -> Index:
    """Return an index that is made now and kept by this process alone."""
    engine = tantivy.Index(schema())
    fill(engine, documents.documents(on))
    return Index(key, engine)


# --- The one of this moment ---------------------------------------------------------


class Keeper:
    """Keeps the index of a process, and changes it when the data change."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self.index: Index | None = None
        self.lock = Lock()

    def now(self) -> Index | None:
        """Return the index of this moment, else the one before; None where there is none.

        Whoever comes while another one is changed asks the one before, and waits only where
        there is none.
        """
        on = timezone.localdate()
        key = key_of(Revision.now(), on)
        kept = self.index
        if kept is not None and kept.key == key:
            return kept
        if not self.lock.acquire(blocking=kept is None):
            return kept
        try:
            self.index = found(key, on, self.index)
            return self.index
        finally:
            self.lock.release()

    def is_current(self, index: Index | None) -> bool:
        """Tell whether an index says what readers see at this moment."""
        key = key_of(Revision.now(), timezone.localdate())
        return index is not None and index.key == key


keeper = Keeper()


def found(key: str, on: date, before: Index | None) -> Index | None:
    """Return the index of a key from its folder; else a small one made now; else an older one."""
    if before is not None and before.key == key:
        return before
    stored = opened(key)
    if stored is None and is_small():
        stored = in_memory(key, on)
    return stored or before or newest()


def is_small() -> bool:
    """Tell whether there is so little to find that a reader can wait for an index of it."""
    return Action.objects.count() + PublishedEntry.objects.count() <= SMALL


def folder() -> Path | None:
    """Return where indexes are kept; None where they are not."""
    return Path(settings.SEARCH_DIR) if settings.SEARCH_DIR else None


def opened(key: str) -> Index | None:
    """Return a stored index; None where it is not there or cannot be read."""
    where = folder()
    if where is None or not (where / key).is_dir():
        return None
    try:
        return Index(key, tantivy.Index.open(str(where / key)))
    except (OSError, ValueError) as error:
        logger.warning("The search index in %s cannot be read: %s", where / key, error)
        return None


def newest() -> Index | None:
    """Return the newest stored index that can be read; None without one."""
    stored = sorted(folders(), key=lambda path: path.stat().st_mtime, reverse=True)
    return next((index for path in stored if (index := opened(path.name))), None)


def folders() -> list[Path]:
    """Return the folders of stored indexes."""
    where = folder()
    if where is None or not where.is_dir():
        return []
    return [path for path in where.iterdir() if path.is_dir() and not path.name.startswith(".")]


# --- Storing one --------------------------------------------------------------------


def store(*, on: date) -> bool:
    """Store the index of this moment where it is not there; tell whether it was made.

    One process at a time; raises OSError where the folder cannot be written.
    """
    where = folder()
    if where is None or (where / key_of(Revision.now(), on)).is_dir():
        return False
    where.mkdir(parents=True, exist_ok=True)
    with alone(where) as is_alone:
        if not is_alone:
            return False
        key = key_of(Revision.now(), on)
        making = where / f".{key}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        try:
            fill(tantivy.Index(schema(), str(making)), documents.documents(on))
            making.rename(where / key)
        finally:
            shutil.rmtree(making, ignore_errors=True)
        sweep(where, key)
    return True


@contextmanager
def alone(where: Path) -> Iterator[bool]:
    """Hold the folder against others that store; say whether nobody else does."""
    with (where / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def sweep(where: Path, key: str) -> None:
    """Remove the indexes of before, once nobody opens them any more, and what was never ready."""
    for path in where.iterdir():
        try:
            if path.is_dir() and path.name != key and path.stat().st_mtime < time.time() - KEPT_FOR:
                shutil.rmtree(path, ignore_errors=True)
        except FileNotFoundError:
            continue


def read(data: str) -> Document:
    """Return a document as an index keeps it."""
    values = json.loads(data)
    values["parts"] = tuple(documents.Part(*part) for part in values["parts"])
    values["place"], values["names"] = tuple(values["place"]), tuple(values["names"])
    return Document(**values)
