"""What a reader typed, understood: words and wordings that mean the same, as a query.

No sign has a meaning of its own: quotes, stars and brackets are no operators, so nothing that is
typed can go wrong, and what is long is cut.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import tantivy
from tantivy import Occur, Query

from actions.search import words
from actions.search.documents import Document
from actions.search.index import Index
from actions.search.words import LANGUAGES, Equal

MOST_LETTERS = 200
MOST_WORDS = 12
MOST_FORMS = 30  # compounds of a word that are looked for
MOST_SLIPS = 3  # words that one with a slip may stand for
SHORTEST_PART = 4  # letters of a part of a compound
SHORTEST_END = 3  # what stands before a word in a compound
# How much a find is worth: by where it is, …
PLACES = {"title": 4.0, "around": 1.5, "body": 1.0}
# … in which language, …
OTHER_LANGUAGE = 0.6
# … and by how sure it is that it is meant.
EXACT = 1.2
SYNONYM = 0.7
COMPOUND = 0.5
SLIP = 0.6
NEAR_EACH_OTHER = 1.5
LABEL = re.compile(r"[0-9]{1,4}(?:[A-Za-z]|\.[0-9]{1,2})?")
# What readers type before the number of an action, folded.
BEFORE_LABEL = frozenset({
    "actie", "maatregel", "action", "mesure", "aktion", "massnahme", "measure", "nummer", "numero",
    "number", "nr", "no", "n",
})  # fmt: skip


@dataclass
class Clause:
    """One thing that was asked for, and all that counts as that: words, and wordings."""

    asked: tuple[str, ...]
    forms: dict[str, float] = field(default_factory=dict)
    equals: dict[Equal, float] = field(default_factory=dict)


@dataclass
class Asked:
    """What somebody asked for, understood for one index.

    ``meant`` are words in place of those with a slip: as typed, and as they stand in the texts.
    """

    text: str
    language: str
    index: Index
    meant: dict[str, str] = field(default_factory=dict)
    common_only: bool = False

    @cached_property
    def words(self) -> list[str]:
        """The words that say something; common ones only where there are no others."""
        found = words.words(self.label or self.text[:MOST_LETTERS])
        said = words.telling(found)
        self.common_only = bool(found) and not said
        return list(dict.fromkeys(said or found))[:MOST_WORDS]

    @cached_property
    def label(self) -> str:
        """The number of an action, where nothing but that was typed, or "action" before it."""
        *before, last = self.text[:MOST_LETTERS].split() or [""]
        is_alone = not before or (len(before) == 1 and words.folded(before[0]) in BEFORE_LABEL)
        return last.upper() if is_alone and LABEL.fullmatch(last) else ""

    def is_meant(self, document: Document) -> bool:
        """Tell whether a document is what was asked for itself: by its number, or its very name."""
        if self.label:
            return document.kind == "action" and document.label == self.label
        named = (*document.titles.values(), *document.names)
        return any(tuple(words.words(name)) in self.wordings for name in named)

    @cached_property
    def wordings(self) -> frozenset[tuple[str, ...]]:
        """All that was typed, as it was and in other wordings, where it is one thing."""
        typed = tuple(words.words(self.text[:MOST_LETTERS]))
        equals = self.clauses[0].equals if len(self.clauses) == 1 else {}
        return frozenset({typed, *(equal.words for equal in equals)})

    @cached_property
    def related(self) -> tuple[str, ...]:
        """What no text says, so that all that is found says it otherwise: wordings as typed."""
        whole = self.text[:MOST_LETTERS].strip() if len(self.clauses) == 1 else ""
        return tuple(
            whole or " ".join(clause.asked)
            for clause in self.clauses
            if clause.equals and not self._is_said(clause)
        )

    def _is_said(self, clause: Clause) -> bool:
        """Tell whether any text has what was asked for in its own words."""
        rows = [self._phrases(Equal(code, clause.asked), 1) for code in LANGUAGES]
        own = Query.disjunction_max_query([one for row in rows for one in row])
        found: Any = self.index.searcher.search(own, 1, count=True)
        return bool(found.count)

    @cached_property
    def clauses(self) -> list[Clause]:
        """What was asked for, one clause a word, or a wording that others mean the same as."""
        spelt = [self._spelt(word) for word in self.words]
        found, place = [], 0
        while place < len(spelt):
            clause = self._clause(spelt, place)
            found.append(clause)
            place += len(clause.asked)
        return found

    def _spelt(self, word: str) -> str:
        """Return a word as the texts have it; itself where none is like it."""
        if self.index.knows(word) or len(word) < SHORTEST_PART or word.isdigit():
            return word
        near = self.index.vocabulary.near(word)
        if near and not self._compounds(word):
            self.meant[word] = near[0]
            return near[0]
        return word

    def _clause(self, spelt: list[str], place: int) -> Clause:
        """Return the clause of the words from a place on: the longest wording that is known."""
        table = words.synonyms()
        for length in range(min(table.longest, len(spelt) - place), 0, -1):
            said = tuple(spelt[place : place + length])
            equals = table.of(said)
            if equals:
                clause = Clause(said, equals=dict.fromkeys(equals, SYNONYM))
                break
        else:
            clause = Clause((spelt[place],))
        if len(clause.asked) == 1:
            self._widen(clause, self.words[place])
        return clause

    def _widen(self, clause: Clause, typed: str) -> None:
        """Add the compounds of a word, its parts where it is one itself, and what it may be."""
        word = clause.asked[0]
        clause.forms |= dict.fromkeys(self._compounds(word), COMPOUND)
        if typed != word:
            near = self.index.vocabulary.near(typed)
            clause.forms |= dict.fromkeys(near[1:MOST_SLIPS], SLIP)
        if plain := self._without_umlauts(word):
            clause.forms[plain] = 1.0
        if not self.index.knows(word):
            for parts in self._split(word):
                for code in LANGUAGES:
                    clause.equals[Equal(code, parts)] = COMPOUND
                for equal in words.synonyms().of(parts):
                    clause.equals.setdefault(equal, COMPOUND)

    def _without_umlauts(self, word: str) -> str:
        """Return what stands for a word in which umlauts were written out, where texts have it."""
        plain = re.sub("([aou])e", r"\1", word)
        return plain if plain != word and plain in self.index.vocabulary.counts else ""

    def _compounds(self, word: str) -> list[str]:
        """Return the longer words that begin or end with a word, the most frequent first."""
        if len(word) < SHORTEST_PART or word.isdigit():
            return []
        bases = {word, *(words.stem(word, code) for code in ("nl", "de"))}
        base = min(
            (b for b in bases if word.startswith(b) and len(b) > SHORTEST_PART), default=word
        )
        inside = rf"\n([^\n]{{{SHORTEST_END},}}{base}[^\n]{{0,2}})(?=\n)"
        at_start = rf"\n({base}[^\n]{{{SHORTEST_END},}})(?=\n)"
        vocabulary = self.index.vocabulary
        found = re.findall(inside, vocabulary.all)
        if len(base) > SHORTEST_PART or not self.index.knows(word):
            found += re.findall(at_start, vocabulary.all)
        ordered = sorted(set(found), key=lambda one: (-vocabulary.counts[one], one))
        return [one for one in ordered if one != word][:MOST_FORMS]

    def _split(self, word: str) -> list[tuple[str, str]]:
        """Return the ways to cut an unknown compound into two words that are known."""
        return [
            parts
            for parts in words.splits(word, SHORTEST_PART)
            if all(self.index.knows(part) for part in parts)
        ][:MOST_SLIPS]

    # --- The query ------------------------------------------------------------------

    def query(self, *, least: int) -> Query:
        """Return the query for texts with at least so many of the clauses."""
        made = [(Occur.Should, self._query_of(clause)) for clause in self.clauses]
        held = Query.boolean_query(made, minimum_number_should_match=least)
        together = [
            (Occur.Should, Query.boost_query(query, NEAR_EACH_OTHER))
            for one, other in words.neighbours(self.words)
            for query in self._phrases(Equal(self.language, (one, other)), 3)
        ]
        return Query.boolean_query([(Occur.Must, held), *together]) if together else held

    def _query_of(self, clause: Clause) -> Query:
        """Return the query for one clause: the best of all that counts as it decides."""
        options = [self._all_of(clause.asked)]
        for form, weight in clause.forms.items():
            options += self._exactly(form, weight)
        for equal, weight in clause.equals.items():
            options += [Query.boost_query(query, weight) for query in self._phrases(equal, 1)]
        return Query.disjunction_max_query(options, 0.1)

    def _all_of(self, asked: tuple[str, ...]) -> Query:
        """Return the query for texts with each of some words, in any form."""
        each = []
        for word in asked:
            options = self._exactly(word, EXACT)
            for code in LANGUAGES:
                options += self._phrases(Equal(code, (word,)), 0)
            each.append((Occur.Must, Query.disjunction_max_query(options, 0.1)))
        return Query.boolean_query(each)

    def _exactly(self, word: str, weight: float) -> list[Query]:
        """Return the queries for a word as it stands."""
        fields = {"word": PLACES["body"], "word_title": PLACES["title"]}
        if self.common_only:
            del fields["word"]
        return [
            Query.boost_query(Query.term_query(self.index.schema, name, word), value * weight)
            for name, value in fields.items()
        ]

    def _phrases(self, equal: Equal, slop: int) -> list[Query]:
        """Return the queries for words in a row, in any form, in a text of one language."""
        if self.common_only:
            return []
        own = 1.0 if equal.language == self.language else OTHER_LANGUAGE
        stems = [words.stem(word, equal.language) for word in equal.words]
        return [
            Query.boost_query(self._phrase(f"{place}_{equal.language}", stems, slop), value * own)
            for place, value in PLACES.items()
        ]

    def _phrase(self, name: str, stems: list[str], slop: int) -> Query:
        """Return the query for stems in a row."""
        schema: tantivy.Schema = self.index.schema
        if len(stems) == 1:
            return Query.term_query(schema, name, stems[0])
        return Query.phrase_query(schema, name, list(stems), slop)

    # --- What is marked ---------------------------------------------------------------

    @cached_property
    def forms(self) -> frozenset[str]:
        """The words that are marked as they stand."""
        return frozenset({*self.words, *(form for c in self.clauses for form in c.forms)})

    @cached_property
    def stems(self) -> dict[str, frozenset[str]]:
        """The stems of what was asked for, by language."""
        asked = {word for clause in self.clauses for word in clause.asked}
        return {code: frozenset(words.stem(word, code) for word in asked) for code in LANGUAGES}

    @cached_property
    def rows(self) -> dict[str, frozenset[tuple[str, ...]]]:
        """The stems in a row of the wordings that mean the same, by language."""
        found: dict[str, set[tuple[str, ...]]] = {code: set() for code in LANGUAGES}
        for equal in (equal for clause in self.clauses for equal in clause.equals):
            said = words.telling(equal.words) or equal.words
            found[equal.language].add(tuple(words.stem(word, equal.language) for word in said))
        return {code: frozenset(rows) for code, rows in found.items()}

    def spots(self, text: str, language: str) -> list[tuple[int, int]]:
        """Return where in a text stands what was asked for, or what means the same."""
        held = [place for place in words.places(text) if words.tells(place.word)]
        wanted = {n for n, place in enumerate(held) if place.word in self.forms}
        for code in (language,) if language in LANGUAGES else LANGUAGES:
            stems = [words.stem(place.word, code) for place in held]
            wanted |= {n for n, stem in enumerate(stems) if stem in self.stems[code]}
            for row in self.rows[code]:
                if row[0] in stems:
                    wanted |= rows_in(stems, row)
        return [(held[n].start, held[n].end) for n in sorted(wanted)]


def rows_in(stems: list[str], row: tuple[str, ...]) -> set[int]:
    """Return the places at which some stems stand in a row."""
    starts = (n for n in range(len(stems)) if tuple(stems[n : n + len(row)]) == row)
    return {place for start in starts for place in range(start, start + len(row))}


def suggestions(asked: Asked) -> list[str]:
    """Return words of the texts that somebody may have meant where nothing was found."""
    vocabulary = asked.index.vocabulary
    found: Iterable[str] = (
        near for word in asked.words for near in vocabulary.near(word) if vocabulary.counts[near]
    )
    return list(dict.fromkeys(found))[:MOST_SLIPS]
