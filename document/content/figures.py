"""The key figures, with last year's, and the statuses by section, level of government and year."""

from document import selection
from document.blocks import Block, Board, Chart, Figure, Figures, Legend, Prose, Run
from document.blocks import Line as Pieces
from document.charts import Bar, Drawing, Kind, Line, Trend, Words
from document.content.reader import Reader
from document.snapshot import MET, Share, plain
from document.snapshot import Figure as Given
from document.typography import sign

FIRST_TREND = 2  # rounds that make one
# What is carried out has all its reports, but where the secretariat set a status.
CAN_BE_INCOMPLETE = {"at_least_in_part", "overdue"}


def blocks(reader: Reader) -> list[Block]:
    """Return the whole chapter."""
    snapshot = reader.snapshot
    counts = selection.status_counts(selection.counting(snapshot.actions))
    found: list[Block] = [*key_figures(reader)]
    found += [Chart(trend(reader))] if len(snapshot.past) + 1 >= FIRST_TREND else []
    if counts:
        found += [Chart(by_status(reader)), Prose(counted_in_bars(reader), "fine")]
        found.append(Chart(by_section(reader)))
        found += resting(reader)
    if selection.level_counts(snapshot):
        found.append(Chart(by_level(reader)))
        found.append(Prose((Run(reader.label("levels_note")),), "fine"))
    if len(selection.years(snapshot)) > 1:
        found.append(Chart(by_year(reader)))
        compared = snapshot.compared
        if compared and reader.label("same_note"):
            note = reader.filled("same_note", year=compared.year)
            found.append(Prose((Run(note),), "fine"))
    return found


def counted(reader: Reader) -> str:
    """Return how many actions the plan has, and how many sub-actions beside them."""
    numbered = len(selection.numbered(reader.snapshot.actions))
    below = len(reader.snapshot.actions) - numbered
    return reader.filled("counted", actions=numbered, sub_actions=below)


def counted_in_bars(reader: Reader) -> Pieces:
    """Return the same, and which actions the bars leave out, as nobody is asked on them."""
    said = (Run(counted(reader)),)
    kept = selection.counting(reader.snapshot.actions)
    out = [one for one in selection.unasked(reader.snapshot) if one not in kept]
    if not out or not reader.label("bars_note"):
        return said
    actions = reader.joined(((reader.link(action),) for action in out), ",")
    return (*said, Run(" "), *reader.spoken("bars_note", actions=actions))


def resting(reader: Reader) -> list[Block]:
    """Return how many of the statuses in the bars rest on incomplete reporting, if any does."""
    kept = selection.counting(reader.snapshot.actions)
    n = sum(action.is_incomplete for action in kept)
    note = reader.many("bars_incomplete", n, whole=len(kept))
    if not n or not note:
        return []
    return [Prose((Run(note),), "fine")]


# --- Key figures ----------------------------------------------------------------------


def key_figures(reader: Reader, *, with_formulas: bool = True) -> list[Block]:
    """Return the key figures beside each other, none where there is none."""
    found = tuple(
        key_figure(reader, figure, with_formulas=with_formulas)
        for figure in reader.snapshot.figures
    )
    if not found:
        return []
    return [Figures(found), *unasked(reader)]


def unasked(reader: Reader) -> list[Block]:
    """Return on which actions nobody is asked, as the figures differ in whether they count them."""
    actions = [(reader.link(action),) for action in selection.unasked(reader.snapshot)]
    if not actions or not reader.label("none_expected_note"):
        return []
    return [Prose(reader.spoken("none_expected_note", actions=reader.joined(actions, ",")), "fine")]


def key_figure(reader: Reader, given: Given, *, with_formulas: bool) -> Figure:
    """Return a published figure beside that of the edition before."""
    formula = reader.words(given.formulas)
    notes: list[Pieces] = []
    if given.incomplete or (given.incomplete is not None and given.code in CAN_BE_INCOMPLETE):
        notes.append((Run(reader.filled("figures_incomplete", n=given.incomplete)),))
    # Alone, the summary says it in a sentence right above.
    if given.code == "carried_out" and not reader.elsewhere and (said := lost(reader)):
        notes.append((Run(said),))
    if with_formulas:
        word = reader.colon(reader.label("figures_formula"))
        notes.append((Run(word, look="strong"), formula))
    return Figure(
        number=reader.filled("part_of", part=given.part, whole=given.whole),
        title=reader.words(given.titles),
        share="" if given.percent is None else reader.percent(given.percent),
        before=before(reader, given),
        notes=tuple(notes),
    )


def lost(reader: Reader) -> str:
    """Return of how many of last year’s the entries are missing now: no fall hides a silence."""
    compared, missing = reader.snapshot.compared, selection.lost(reader.snapshot)
    return reader.many("s_lost", len(missing), year=compared.year) if missing and compared else ""


def before(reader: Reader, given: Given) -> str:
    """Return the figure of the edition before and the difference: "2024: 38 of 66 (−24)"."""
    share, compared = selection.share_before(reader.snapshot, given.code), reader.snapshot.compared
    if share is None or compared is None:
        return ""
    step = given.part - share.part
    sign = "+" if step > 0 else "−" if step < 0 else "±"
    of = reader.filled("part_of", part=share.part, whole=share.whole)
    return f"{reader.colon(str(compared.year))}{of} ({sign}{abs(step)})"


# --- Drawings -------------------------------------------------------------------------


def kinds(reader: Reader) -> tuple[Kind, ...]:
    """Return the statuses with their words, the furthest first."""
    return tuple(
        Kind(code, reader.statuses[code]) for code in selection.ORDER if code in reader.statuses
    )


def words(reader: Reader, key: str, title: str, description: str, head: str) -> Words:
    """Return what a chart says."""
    return Words(f"chart-{key}", title, description, reader.label(head), reader.label("total"))


def amounts(reader: Reader, counts: list[tuple[str, int]]) -> str:
    """Return "Fully carried out 12, In progress 3"."""
    return ", ".join(f"{reader.statuses[code]} {n}" for code, n in counts)


def by_status(reader: Reader) -> Drawing:
    """Draw the statuses of the numbered actions as shares of all of them."""
    counts = selection.status_counts(selection.counting(reader.snapshot.actions))
    tally = dict(counts)
    done = sum(tally.get(code, 0) for code in MET)
    none = tally.get("not_reported", 0) + tally.get("insufficient", 0)
    # An edition keeps the words of its day, and some name the whole.
    title = reader.filled("f_status", done=done, whole=sum(tally.values()), none=none)
    said = words(
        reader, "by_status", title or reader.label("by_status"), amounts(reader, counts), "status"
    )
    return Drawing("shares", said, (Bar("", tally),), kinds(reader))


def by_section(reader: Reader) -> Drawing:
    """Draw the statuses of the numbered actions of each section as shares."""
    bars = []
    for section, actions in selection.by_section(reader.snapshot):
        label = "".join(one.text for one in reader.section(section) if isinstance(one, Run))
        label = f"{section.label} {label}" if section else label
        if counting := selection.counting(actions):
            bars.append(Bar(label, dict(selection.status_counts(counting))))
    without = sum(not MET & set(bar.counts) for bar in bars)
    title = reader.filled("f_section", n=without, whole=len(bars))
    note = reader.label("by_section_note")
    said = words(reader, "by_section", title or reader.label("by_section"), note, "section_column")
    return Drawing("shares", said, tuple(bars), kinds(reader))


def by_level(reader: Reader) -> Drawing:
    """Draw the statuses of the expected entries of each level of government as shares."""
    counts = selection.level_counts(reader.snapshot)
    levels = {term.code: plain(term.words, reader.language)[0] for term in reader.snapshot.levels}
    bars = tuple(Bar(levels.get(level, level), dict(codes)) for level, codes in counts)
    rates = sorted((received(bar), place) for place, bar in enumerate(bars))
    low, high = rates[0], rates[-1]
    title = reader.filled(
        "f_level",
        low=reader.percent(low[0]),
        lowest=bars[low[1]].label,
        high=reader.percent(high[0]),
        highest=bars[high[1]].label,
    )
    note = reader.label("levels_note")
    said = words(reader, "by_level", title or reader.label("by_level"), note, "level_column")
    return Drawing("shares", said, bars, kinds(reader))


def received(bar: Bar) -> int:
    """Return the share of entries that were received, in whole percent, halves up."""
    whole = sum(bar.counts.values())
    part = whole - bar.counts.get("not_reported", 0)
    return (200 * part + whole) // (2 * whole)


def by_year(reader: Reader) -> Drawing:
    """Draw the status of each action in each year of which the edition speaks."""
    snapshot = reader.snapshot
    years = selection.years(snapshot)
    lines = tuple(
        Line(
            action.label,
            [selection.code_in(action, year, snapshot) for year in years],
            [selection.incomplete_in(action, year, snapshot) for year in years],
        )
        for action in snapshot.actions
    )
    numbered = selection.counting(snapshot.actions)
    same = sum(selection.code_in(action, years[-2], snapshot) == action.code for action in numbered)
    # The words of earlier editions tell it; today’s do not.
    still = sum(action.movement == "same" for action in numbered)
    title = reader.filled("f_years", year=years[-2], n=same, whole=len(numbered), still=still)
    note = reader.label("by_year_note")
    said = words(reader, "by_year", title or reader.label("by_year"), note, "action_column")
    said = said._replace(partial=reader.label("incomplete"))
    return Drawing("matrix", said, lines, kinds(reader), tuple(str(year) for year in years))


def trend(reader: Reader) -> Drawing:
    """Draw the key figures over all rounds; the earlier ones are greyed."""
    snapshot = reader.snapshot
    years = (*(past.year for past in snapshot.past), snapshot.year)
    rows = []
    for figure in snapshot.figures:
        shares: list[Share | Given | None] = [
            next((one for one in past.figures if one.code == figure.code), None)
            for past in snapshot.past
        ]
        shares.append(figure)
        rows.append(
            Trend(
                reader.words(figure.titles).text,
                [share.percent if share else None for share in shares],
                [
                    reader.percent(share.percent) if share and share.percent is not None else "–"
                    for share in shares
                ],
            )
        )
    title = finding(reader, rows, years)
    said = words(reader, "trend", title, reader.label("trend_note"), "figure_column")
    return Drawing("trends", said, tuple(rows), columns=tuple(str(year) for year in years))


def finding(reader: Reader, rows: list[Trend], years: tuple[int, ...]) -> str:
    """Return what became of the share of what is carried out: "42% in 2024, 21% in 2025"."""
    codes = [figure.code for figure in reader.snapshot.figures]
    if "carried_out" not in codes:
        return reader.label("trend")
    # A fall of what is reported stands before the fall that it may explain.
    named = [rows[codes.index(code)] for code in ("coverage", "carried_out") if code in codes]
    said = [
        reader.filled(
            "f_trend",
            title=row.label,
            before=row.words[-2],
            year_before=years[-2],
            now=row.words[-1],
            year=years[-1],
        )
        for row in named
    ]
    whole = [text for text in said if text]
    return f"{sign(';', reader.language)} ".join(
        [*whole[:1], *(f"{text[0].lower()}{text[1:]}" for text in whole[1:])]
    )


def board(reader: Reader) -> Board:
    """Return the actions as tiles under their sections."""
    groups = []
    for section, actions in selection.by_section(reader.snapshot):
        head = (Run(f"{section.label}\u00a0 ", look="fine"),) if section else ()
        title = (*head, *reader.section(section))
        tiles = tuple(reader.tile(action) for action in actions)
        groups.append((title, tiles, reader.counts(selection.status_counts(actions))))
    heads = (reader.label("section_column"), reader.label("actions"), reader.label("by_status"))
    return Board(reader.label("by_section"), heads, tuple(groups))


def legend(reader: Reader) -> Legend:
    """Return the signs and colours with their words."""
    items = [(reader.plain_status(status.code),) for status in reader.snapshot.vocabulary]
    return Legend((*items, (Run(reader.label("overdue"), look="alarm"),)))
