"""What names a report: title, edition, marks, address, how to cite it."""

from document import dates
from document.snapshot import Snapshot, plain


def title(snapshot: Snapshot, language: str) -> str:
    """Return the title of the report: "Progress report 2025"."""
    return snapshot.label("title", language).format(year=snapshot.year)


def subtitle(snapshot: Snapshot, language: str) -> str:
    """Return the line below the title, which names the plan."""
    return snapshot.label("subtitle", language).format(
        plan=plain(snapshot.plan_titles, language)[0]
    )


def edition(snapshot: Snapshot, language: str) -> str:
    """Return "Edition 1 of 15 April 2026", or for a draft that it is one, of which minute."""
    if not snapshot.is_draft:
        return snapshot.label("edition", language).format(
            number=snapshot.edition, date=dates.day(snapshot.date, language)
        )
    made = snapshot.made_at
    if not made:
        return snapshot.label("draft", language)
    return snapshot.label("draft_of", language).format(
        date=dates.day(made, language), time=made[11:16]
    )


def marks(snapshot: Snapshot, language: str) -> tuple[str, ...]:
    """Return what must stand on every page: that it is a draft, that it is sample data."""
    found = [
        (edition(snapshot, language), snapshot.is_draft),
        (snapshot.label("sample", language), snapshot.is_sample),
    ]
    return tuple(text for text, holds in found if holds)


def address(snapshot: Snapshot, language: str) -> str:
    """Return where the edition stands for ever; of a draft, where the working group reads it."""
    site = f"{snapshot.site}/{language}"
    if snapshot.is_draft:
        return f"{site}/desk/rounds/{snapshot.plan}/{snapshot.name}/draft/"
    return f"{site}/plans/{snapshot.plan}/reports/{snapshot.name}/e{snapshot.edition}/"


def citation(snapshot: Snapshot, language: str) -> str:
    """Return how to cite the edition."""
    pieces = [
        snapshot.label("made_by", language),
        f"{title(snapshot, language)} – {subtitle(snapshot, language)}",
        edition(snapshot, language),
        address(snapshot, language),
    ]
    return ", ".join(pieces)
