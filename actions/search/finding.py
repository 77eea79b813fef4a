"""Finds what a reader asks for, in groups, with the passage that shows why."""

from collections.abc import Collection
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.conf import settings
from tantivy import Occur, Query

from actions.models import Plan
from actions.search import passages
from actions.search.asking import Asked, suggestions
from actions.search.documents import KINDS, PLAIN, Document, public_editions
from actions.search.index import Index, keeper, read
from actions.search.passages import Passage, Run
from document import names
from document.snapshot import FALLBACKS

MOST_ROWS = 10_000  # actions that a list is narrowed to
DEEPEST = 1_000  # results that one can page to
REST = 2  # the rank of what only holds the words
AMONG = 20  # results among which what was asked for itself is put first


@dataclass(frozen=True)
class Hit:
    """One result: the document, its title and the passage, with the words marked; see ``rank``."""

    document: Document
    title: tuple[Run, ...]
    language: str
    passage: Passage | None
    score: float
    rank: int


@dataclass(frozen=True)
class Group:
    """The results of a kind: how many there are, and some of them."""

    kind: str
    count: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Results:
    """What was found, the best group first.

    ``is_partly``: no text holds all words, these hold some. ``meant``: words that were taken for
    others. ``related``: wordings that no text has, only others that mean as much. ``instead``:
    words to try where nothing was found.
    """

    groups: tuple[Group, ...] = ()
    is_partly: bool = False
    meant: tuple[tuple[str, str], ...] = ()
    instead: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    asked: Asked | None = None

    @property
    def count(self) -> int:
        """How many there are in all."""
        return sum(group.count for group in self.groups)


@dataclass(frozen=True)
class Narrowing:
    """What somebody looks in: kinds, plans and years; empty means all."""

    kinds: Collection[str] = ()
    plans: Collection[str] = ()
    years: Collection[str] = ()


def find(
    index: Index,
    text: str,
    language: str,
    *,
    within: Narrowing | None = None,
    each: int = 5,
    start: int = 0,
) -> Results:
    """Return what an index has for the words of a reader: some results of each kind.

    Nothing is found of an edition that readers do not see at this moment, however old the index.
    """
    within = within or Narrowing()
    asked = Asked(text, language, index)
    if not asked.words:
        return Results(asked=asked)
    public = public_editions()
    for least in range(len(asked.clauses), 0, -1):
        query = asked.query(least=least)
        found = [
            group_of(index, asked, narrowed(index, query, kind, within, public), kind, each, start)
            for kind in KINDS
            if not within.kinds or kind in within.kinds
        ]
        groups = tuple(sorted((g for g in found if g.count), key=order_of))
        if groups:
            return Results(
                groups,
                is_partly=least < len(asked.clauses),
                meant=tuple(asked.meant.items()),
                related=asked.related,
                asked=asked,
            )
    return Results(instead=tuple(suggestions(asked)), asked=asked)


def order_of(group: Group) -> tuple[int, float]:
    """Return what puts the groups in order: what was asked for itself, then the best result."""
    best = max((hit.score for hit in group.hits), default=0.0)
    return min((hit.rank for hit in group.hits), default=REST), -best


def narrowed(
    index: Index, query: Query, kind: str, within: Narrowing, public: Collection[str]
) -> Query:
    """Return a query for one kind, in what somebody looks in and readers see."""

    def any_of(name: str, values: Collection[str]) -> tuple[Any, Query]:
        wanted = Query.term_set_query(index.schema, name, list(values))
        return Occur.Must, Query.const_score_query(wanted, 0.0)

    filters = [any_of("kind", [kind]), any_of("edition", [PLAIN, *public])]
    if within.plans:
        filters.append(any_of("plan", within.plans))
    if within.years:
        filters.append(any_of("year", within.years))
    # Of what is equally good, the plan of today comes first.
    today = Query.term_query(index.schema, "plan", settings.CURRENT_PLAN)
    filters.append((Occur.Should, Query.const_score_query(today, 0.5)))
    return Query.boolean_query([(Occur.Must, query), *filters])


def group_of(index: Index, asked: Asked, query: Query, kind: str, each: int, start: int) -> Group:
    """Return the results of one kind from a place on."""
    # What was asked for itself comes first, however many others say more of it.
    most = each if start else max(each, AMONG)
    found: Any = index.searcher.search(query, most, count=True, offset=start)
    rows = []
    for score, address in found.hits:
        document = read(str(index.searcher.doc(address).get_first("data")))
        rows.append((rank(document, asked), score, document))
    if not start:
        rows.sort(key=itemgetter(0))
    hits = (hit_of(document, score, asked, place) for place, score, document in rows[:each])
    return Group(kind, found.count, tuple(hits))


def rank(document: Document, asked: Asked) -> int:
    """Return 0 for what was asked for itself, in the plan of today, 1 in others; then the rest."""
    if not asked.is_meant(document):
        return REST
    return int(document.plan not in {"", settings.CURRENT_PLAN})


def hit_of(document: Document, score: float, asked: Asked, place: int) -> Hit:
    """Return a document as a line of the results."""
    spoken = names.fallbacks(document.label) if document.kind == "actor" else FALLBACKS
    title, language = passages.title(document, asked.language, spoken)
    return Hit(
        document,
        passages.marked(title, language, asked),
        language,
        passages.best(document, asked) or passages.opening(document, asked.language),
        score,
        place,
    )


def actions(plan: Plan, text: str, language: str) -> tuple[list[int], bool] | None:
    """Return the keys of the actions of a plan that hold what was asked for; None without index.

    With it whether the index is of this moment.
    """
    index = keeper.now()
    if index is None:
        return None
    asked = Asked(text, language, index)
    if not asked.words:
        return [], keeper.is_current(index)
    query = narrowed(
        index, asked.query(least=len(asked.clauses)), "action", Narrowing(plans=[plan.slug]), []
    )
    hits = index.searcher.search(query, MOST_ROWS, count=False).hits
    rows = index.searcher.fast_field_values("row", [address for _score, address in hits])
    return [int(row) for row in rows if row is not None], keeper.is_current(index)
