"""What goes into a chart and comes out of it: kinds, rows, words, and the figures as a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Kind(NamedTuple):
    """Something that is counted: a status or a movement, with its word."""

    code: str
    word: str


class Bar(NamedTuple):
    """A row of a chart of bars: how many of each kind."""

    label: str
    counts: Mapping[str, int]


class Line(NamedTuple):
    """A row of a matrix: one status a column, "" where there is none.

    ``partial`` says of which columns the status rests on some of what was expected only.
    """

    label: str
    codes: Sequence[str]
    partial: Sequence[bool] = ()


class Trend(NamedTuple):
    """A row of a chart over the years: a share in percent a column, and how it is said."""

    label: str
    shares: Sequence[int | None]
    words: Sequence[str]


class Curve(NamedTuple):
    """A curve over days: a figure a day, None for days to come; ``marks`` are the named days."""

    label: str
    points: Sequence[int | None]
    marks: Sequence[int]


class Words(NamedTuple):
    """What a chart says; ``key`` makes its ids unique on a page, ``head`` names the rows.

    ``partial`` says what a dashed edge means, where a matrix has one.
    """

    key: str
    title: str
    description: str
    head: str
    total: str = ""
    partial: str = ""


@dataclass(frozen=True)
class Table:
    """The figures of a chart; the first cell of a row is its head, ``foot`` has the sums.

    ``note`` explains a sign that stands in the cells, or is "".
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """A drawing, what it is called and shows, and its figures."""

    key: str
    title: str
    description: str
    svg: str
    table: Table


@dataclass(frozen=True)
class Drawing:
    """What a chart shows, before it is drawn as wide as a format wants it.

    ``kind`` is "shares" (its ``rows`` are bars), "matrix" (lines) or "trends".
    """

    kind: str
    words: Words
    rows: tuple[Bar | Line | Trend, ...]
    kinds: tuple[Kind, ...] = ()
    columns: tuple[str, ...] = ()


def count(kinds: Iterable[Kind], bar: Bar) -> int:
    """Return how many of some kinds a row has."""
    return sum(bar.counts.get(kind.code, 0) for kind in kinds)


def occurring(kinds: Sequence[Kind], codes: Iterable[str]) -> list[Kind]:
    """Return the kinds that occur, in their order; raises ValueError for an unknown code."""
    found = set(codes)
    unknown = found - {kind.code for kind in kinds}
    if unknown:
        raise ValueError(f"no such kind: {sorted(unknown)}")
    return [kind for kind in kinds if kind.code in found]


def counted(kinds: Sequence[Kind], bars: Sequence[Bar]) -> list[Kind]:
    """Return the kinds of which a row has one or more; raises ValueError for an unknown one."""
    return occurring(kinds, (code for bar in bars for code, n in bar.counts.items() if n))


def sums(words: Words, kinds: Sequence[Kind], bars: Sequence[Bar]) -> Table:
    """Return the figures of a chart of bars, with the sum of each row and column."""
    rows = [[bar.counts.get(kind.code, 0) for kind in kinds] for bar in bars]
    columns = [sum(row[n] for row in rows) for n in range(len(kinds))]
    return Table(
        (words.head, *(kind.word for kind in kinds), words.total),
        tuple(
            (bar.label or words.total, *map(str, row), str(sum(row)))
            for bar, row in zip(bars, rows, strict=True)
        ),
        (words.total, *map(str, columns), str(sum(columns))) if len(bars) > 1 else (),
    )
