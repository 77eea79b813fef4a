"""Words as the search knows them: folded, stemmed in a language, with others that mean the same.

Every text is cut by the same rule, whether it is stored, asked for or shown.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

import tantivy

from actions.rules.search import fold

STEMMERS = {"nl": "dutch", "fr": "french", "de": "german", "en": "english"}
LANGUAGES = tuple(STEMMERS)
LONGEST = 60  # letters; nothing longer is a word
# "P.M.E." is one word, as is what stands between signs and spaces.
WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+")
# Words that say nothing of what is looked for, in any of the languages.
STOP = frozenset(Path(__file__).with_name("stop_words.txt").read_text("utf-8").split())


class Place(NamedTuple):
    """A word in a text: where it stands, and its folded form."""

    start: int
    end: int
    word: str


class Equal(NamedTuple):
    """A wording in a language."""

    language: str
    words: tuple[str, ...]


@lru_cache(maxsize=100_000)
def folded(typed: str) -> str:
    """Return a word without capitals, accents and dots; "" where nothing is left."""
    return "".join(WORD.findall(fold(typed).replace(".", "")))[:LONGEST]


def places(text: str) -> Iterator[Place]:
    """Yield the words of a text with where they stand."""
    for match in WORD.finditer(text):
        if word := folded(match[0]):
            yield Place(match.start(), match.end(), word)


def words(text: str) -> list[str]:
    """Return the folded words of a text."""
    return [place.word for place in places(text)]


@cache
def analyzer(language: str) -> tantivy.TextAnalyzer:
    """Return what stems folded words, with spaces between them, in a language."""
    cut = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return cut.filter(tantivy.Filter.stemmer(STEMMERS[language])).build()


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """Return the stem of a folded word; as accents are gone before, it is the same without them."""
    return analyzer(language).analyze(word)[0]


def tells(word: str) -> bool:
    """Tell whether a word says something: it is not common, and not a letter; numbers do."""
    return word not in STOP and (len(word) > 1 or word.isdigit())


def telling(given: Iterable[str]) -> list[str]:
    """Return the words that say something."""
    return [word for word in given if tells(word)]


# --- What means the same ------------------------------------------------------------


class Synonyms:
    """Wordings that mean the same in the four languages; see ``synonyms.json``."""

    def __init__(self, groups: Iterable[Mapping[str, Iterable[str]]]) -> None:
        """Take groups of wordings by language."""
        self.groups: list[list[Equal]] = [
            [Equal(code, tuple(words(text))) for code, texts in group.items() for text in texts]
            for group in groups
        ]
        self.longest = 1
        self.vocabulary: set[str] = set()
        self._by_stems: dict[tuple[str, tuple[str, ...]], set[int]] = defaultdict(set)
        for number, group in enumerate(self.groups):
            for equal in group:
                self._add(number, equal)

    def _add(self, number: int, equal: Equal) -> None:
        said = telling(equal.words) or list(equal.words)
        self.longest = max(self.longest, len(said))
        self.vocabulary.update(said)
        stems = tuple(stem(word, equal.language) for word in said)
        self._by_stems[equal.language, stems].add(number)

    def of(self, said: tuple[str, ...]) -> list[Equal]:
        """Return the wordings that mean the same as some words in a row, these left out."""
        found = set(
            chain.from_iterable(
                self._by_stems.get((code, tuple(stem(word, code) for word in said)), ())
                for code in LANGUAGES
            )
        )
        equals = chain.from_iterable(self.groups[number] for number in sorted(found))
        return [equal for equal in dict.fromkeys(equals) if equal.words != said]


@cache
def synonyms() -> Synonyms:
    """Return the wordings of the list that comes with the application."""
    return Synonyms(json.loads(Path(__file__).with_name("synonyms.json").read_text("utf-8")))


# --- Slips of one letter ------------------------------------------------------------


def is_near(one: str, other: str) -> bool:
    """Tell whether a word comes of another by one letter more, less, or other, or two swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        start += 1
    a, b = one[start:], other[start:]
    swapped = len(a) > 1 and len(b) > 1 and (a[0], a[1]) == (b[1], b[0]) and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]


def splits(word: str, shortest: int) -> Iterator[tuple[str, str]]:
    """Yield the ways to cut a word in two, with what German and Dutch put between the parts."""
    for place in range(shortest, len(word) - shortest + 1):
        yield word[:place], word[place:]
        for joint in ("s", "n", "e", "en", "es", "er"):
            rest = word[place:].removeprefix(joint)
            if word[place:].startswith(joint) and len(rest) >= shortest:
                yield word[:place], rest


def neighbours(given: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each word with the next one."""
    return pairwise(given)
