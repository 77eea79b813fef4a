"""The charts of a report, drawn from its snapshot; HTML, PDF and Word show the same ones."""

from collections.abc import Callable, Iterable

from document import charts
from document.charts import Bar, Chart, Kind, Line, Words
from document.snapshot import Section, Snapshot, plain
from document.typography import sign
from reports import outline

# The labels that say what each chart is called, and what it counts.
LABELS = {
    "by_section": ("by_section", "by_section_note"),
    "by_level": ("by_level", "levels_note"),
    "movement": ("movement_since", "movement_note"),
    "by_year": ("by_year", "by_year_note"),
}
# Movements as the chart shows them; the other ones (new, amended, none) have no direction.
BACK, AHEAD = "back", ("up", "completed")
MOVEMENT_WORDS = {"up": "moved_up", "back": "moved_back", "completed": "completed"}

Spell = Callable[[str], str]


def drawn(snapshot: Snapshot, language: str, spell: Spell = str) -> dict[str, Chart]:
    """Return the charts by name: by_section, by_level; with a past, movement and by_year.

    ``spell`` writes a text for a format that lacks some characters.
    """
    found = {
        "by_section": by_section(snapshot, language, spell),
        "by_level": by_level(snapshot, language, spell),
    }
    if outline.previous_year(snapshot) is not None:
        found["movement"] = movement(snapshot, language, spell)
        found["by_year"] = by_year(snapshot, language, spell)
    return found


def by_section(snapshot: Snapshot, language: str, spell: Spell = str) -> Chart:
    """Draw the statuses of the numbered actions of each section."""
    bars = [
        Bar(spell(section_name(section, snapshot, language)), dict(outline.status_counts(actions)))
        for section, actions in outline.by_section(snapshot)
    ]
    said = amounts(outline.status_counts(snapshot.actions), snapshot, language)
    words = _words("by_section", "section_column", said, snapshot, language, spell)
    return charts.stacked(words, kinds(snapshot, language, spell), bars)


def by_level(snapshot: Snapshot, language: str, spell: Spell = str) -> Chart:
    """Draw the statuses of the expected entries of each level of government."""
    counts = outline.level_counts(snapshot)
    bars = [
        Bar(spell(plain(snapshot.levels[level], language)[0]), dict(codes))
        for level, codes in counts
    ]
    colon, semicolon = (sign(mark, language) for mark in ":;")
    said = f"{semicolon} ".join(f"{bar.label}{colon} {sum(bar.counts.values())}" for bar in bars)
    words = _words("by_level", "level_column", said, snapshot, language, spell)
    return charts.stacked(words, kinds(snapshot, language, spell), bars)


def movement(snapshot: Snapshot, language: str, spell: Spell = str) -> Chart:
    """Draw how many numbered actions of each section moved back and ahead since the year before."""
    known = {BACK, *AHEAD}
    bars = []
    for section, actions in outline.by_section(snapshot):
        moves = [a.movement for a in outline.numbered(actions)]
        label = spell(section_name(section, snapshot, language))
        bars.append(Bar(label, {move: moves.count(move) for move in sorted(known)}))
    named = {
        code: Kind(code, spell(snapshot.label(MOVEMENT_WORDS[code], language)))
        for code in (BACK, *AHEAD)
    }
    said = ", ".join(
        f"{kind.word} {sum(bar.counts[code] for bar in bars)}" for code, kind in named.items()
    )
    words = _words("movement", "section_column", said, snapshot, language, spell)
    return charts.diverging(words, named[BACK], [named[code] for code in AHEAD], bars)


def by_year(snapshot: Snapshot, language: str, spell: Spell = str) -> Chart:
    """Draw the status of each action in each year of which an edition speaks."""
    years = outline.years(snapshot)
    lines = [
        Line(spell(action.label), [outline.code_in(action, year, snapshot) for year in years])
        for action in snapshot.actions
    ]
    said = f"{years[0]}–{years[-1]}"
    words = _words("by_year", "action_column", said, snapshot, language, spell)
    columns = [str(year) for year in years]
    return charts.matrix(words, kinds(snapshot, language, spell), columns, lines)


def kinds(snapshot: Snapshot, language: str, spell: Spell = str) -> list[Kind]:
    """Return the statuses with their words, the furthest first."""
    return [Kind(code, spell(snapshot.word(code, language))) for code in outline.ORDER]


def section_name(section: Section | None, snapshot: Snapshot, language: str) -> str:
    """Return "7 Government contracts", or what stands over actions without a section."""
    if section is None:
        return snapshot.label("without_section", language)
    return f"{section.number} {plain(section.titles, language)[0]}"


def amounts(counts: Iterable[tuple[str, int]], snapshot: Snapshot, language: str) -> str:
    """Return "Fully carried out 12, In progress 3"."""
    return ", ".join(f"{snapshot.word(code, language)} {number}" for code, number in counts)


def _words(
    key: str, head: str, said: str, snapshot: Snapshot, language: str, spell: Spell
) -> Words:
    """Return what a chart says; its description tells what is counted, and the sums."""
    title, note = (snapshot.label(label, language) for label in LABELS[key])
    year = outline.previous_year(snapshot) or snapshot.year - 1
    return Words(
        key=f"chart-{key}",
        title=spell(title.format(year=year)),
        description=spell(f"{note} {said}".strip()),
        head=spell(snapshot.label(head, language)),
        total=spell(snapshot.label("total", language)),
    )
