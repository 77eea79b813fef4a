"""The chapters of an evaluation: what it rests on, what the years showed, advice, its method.

What an evaluation says of the actions is what the yearly reports published; see ``Evaluation``.
"""

from collections.abc import Iterator

from document.blocks import (
    Block,
    Chart,
    Column,
    Facts,
    Heading,
    Items,
    Line,
    Prose,
    Row,
    Run,
    Table,
)
from document.content import about as about_report
from document.content import advice as advice_of_report
from document.content import amendments, figures
from document.content import method as method_of_report
from document.content.reader import Reader
from document.snapshot import Basis, Evaluation, Share, Snapshot, plain

# Texts of the secretariat that are part of a chapter that is made.
CODES = ("summary", "advice")
SEVERAL = 2


def read(snapshot: Evaluation, language: str) -> Reader:
    """Return an evaluation as readers get it; actions lead to the last report that it rests on."""
    return Reader(snapshot, language, elsewhere=address(snapshot, snapshot.basis[-1], language))


def address(snapshot: Snapshot, one: Basis, language: str) -> str:
    """Return where an edition that an evaluation rests on stands for ever."""
    archive = f"{snapshot.site}/{language}/plans/{snapshot.plan}/reports"
    return f"{archive}/{one.year}/e{one.edition}/"


def evaluated(reader: Reader) -> Evaluation:
    """Return the evaluation that a reader reads."""
    assert isinstance(reader.snapshot, Evaluation)  # noqa: S101 - its chapters are of nothing else
    return reader.snapshot


def text(reader: Reader, code: str) -> list[Block]:
    """Return a text of the secretariat that is part of a chapter, if it is written."""
    found = next((one for one in reader.snapshot.chapters if one.code == code), None)
    if found is None or not plain(found.texts, reader.language)[0].strip():
        return []
    return [reader.written(found.texts)]


# --- The chapters -------------------------------------------------------------------


def summary(reader: Reader) -> list[Block]:
    """Return the summary as the secretariat wrote it, and the key figures of each year."""
    found = text(reader, "summary") or [Prose((Run(reader.label("no_summary")),))]
    head = Heading(2, (Run(reader.label("years_figures")),))
    return [*found, head, figures_by_year(reader), Prose((Run(reader.label("rests")),), "fine")]


def about(reader: Reader) -> list[Block]:
    """Return who made it, on which reports it rests, how it is to be read."""
    found: list[Block] = [
        Prose((Run(reader.label("made_by")),), "lead"),
        *about_report.notes(reader),
        *about_report.validation(reader),
        Prose((Run(reader.label("rests")),)),
        Items(tuple(rested_on(reader))),
        Heading(2, (Run(reader.label("legend")),)),
        figures.legend(reader),
    ]
    if signs := about_report.sign_lines(reader):
        found.append(Items(tuple(signs)))
    return found


def rested_on(reader: Reader) -> Iterator[Line]:
    """Yield the editions that it rests on, each with its address and the proof of its data."""
    for one in evaluated(reader).basis:
        named = reader.filled(
            "basis",
            year=one.year,
            number=one.edition,
            published=reader.day(one.published_on),
            date=reader.day(one.reference_date),
        )
        where = address(reader.snapshot, one, reader.language)
        yield (
            Run(named, link=where),
            Run(f" {reader.colon(reader.label('basis_checksum'))}", look="fine"),
            Run(one.checksum, look="code"),
        )


def years(reader: Reader) -> list[Block]:
    """Return what the yearly reports said: key figures, each action's status in each year."""
    found: list[Block] = [
        Prose((Run(reader.label("years_text")),)),
        Heading(2, (Run(reader.label("years_figures")),)),
        figures_by_year(reader),
        *formulas(reader),
    ]
    last = reported(reader)
    if len(evaluated(reader).basis) >= SEVERAL:
        found += [Chart(figures.trend(last)), Chart(figures.by_year(last))]
    if last.snapshot.actions:
        head = reader.filled("years_board", year=last.snapshot.year)
        found += [Heading(2, (Run(head),)), figures.board(last)]
        found.append(Prose((Run(figures.counted(last)),), "fine"))
    return found + amendments.blocks(last, after="")


def reported(reader: Reader) -> Reader:
    """Return the last yearly report as readers get it; its signs are explained with the others."""
    found = Reader(reader.snapshot.reported, reader.language, elsewhere=reader.elsewhere)
    found.signs = reader.signs
    return found


def figures_by_year(reader: Reader) -> Table:
    """Return the key figures of each year, as one table."""
    snapshot = evaluated(reader)
    listed = [one.year for one in snapshot.basis]
    rows = []
    for figure in snapshot.figures:
        shares: dict[int, Share] = {
            past.year: share
            for past in snapshot.past
            for share in past.figures
            if share.code == figure.code
        }
        last = Share(figure.code, figure.part, figure.whole, figure.percent, figure.incomplete)
        shares[listed[-1]] = last
        cells = tuple(cell(reader, shares.get(year)) for year in listed)
        rows.append(Row(((reader.words(figure.titles),), *cells)))
    columns = (
        Column(reader.label("figure_column"), 4),
        *(Column(str(year), 2) for year in listed),
    )
    return Table(reader.label("years_figures"), columns, tuple(rows))


def cell(reader: Reader, share: Share | None) -> Line:
    """Return a figure of a year: "30 of 66 (45 %)"."""
    if share is None:
        return (Run("–"),)
    said = reader.filled("part_of", part=share.part, whole=share.whole)
    rate = "" if share.percent is None else f" ({reader.percent(share.percent)})"
    return (Run(f"{said}{rate}"),)


def formulas(reader: Reader) -> list[Block]:
    """Return what each key figure counts."""
    rows = tuple(
        (reader.words(one.titles).text, (reader.words(one.formulas),))
        for one in reader.snapshot.figures
    )
    return [Facts(rows)] if rows else []


def advice(reader: Reader) -> list[Block]:
    """Return how stakeholders were heard, what each of them advised, what was done with it."""
    found = text(reader, "advice") + advice_of_report.all_advised(reader, evaluated(reader).advice)
    return found or [Prose((Run(reader.label("no_advice")),))]


def method(reader: Reader) -> list[Block]:
    """Return how an evaluation comes about, what its words mean, and who answers for it."""
    page = f"{reader.snapshot.site}/{reader.language}/method/"
    return [
        Prose((Run(reader.label("method_text")),)),
        Prose((Run(reader.colon(reader.label("method_page"))), Run(page, link=page))),
        Heading(2, (Run(reader.label("vocabulary")),)),
        method_of_report.vocabulary(reader),
        Heading(2, (Run(reader.label("colophon")),)),
        Facts(tuple(method_of_report.colophon(reader))),
    ]
