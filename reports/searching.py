"""What the search finds in plans and reports as a whole: introductions, chapters, notes."""

from collections.abc import Iterable, Iterator
from datetime import date

from actions import published
from actions.models import Plan, PublishedRound
from actions.search.documents import PLAIN, Document, Part, edition_key, in_languages, parts, said
from document import richtext
from document.snapshot import Advice, Note, Snapshot, Words
from reports import archive
from reports.models import Edition


def documents(_on: date) -> Iterator[Document]:
    """Yield the plans, and the parts of the newest published edition of each round."""
    for plan in Plan.objects.published().order_by("slug"):
        yield Document(
            kind="report",
            key=f"plan:{plan.slug}",
            page="actions:plan",
            place=(plan.slug,),
            titles=in_languages(plan, "title"),
            parts=tuple(parts("", in_languages(plan, "intro"))),
            names=(plan.slug,),
            plan=plan.slug,
            edition=PLAIN,
        )
    shown = PublishedRound.objects.select_related("plan").defer("facts")
    for given in shown.order_by("plan__slug", "-year"):
        yield from of_edition(given.round_id, given.edition)
    for evaluated in published.evaluations().order_by("plan__slug", "-year"):
        yield from of_edition(evaluated.pk, evaluated.published or 0)


def of_edition(key: int, number: int) -> Iterator[Document]:
    """Yield an edition of a round: itself, its chapters, its introductions of sections, its notes.

    The other parts of it, the actions and what was written of them, are found by themselves.
    """
    rows = Edition.objects.filter(round=key, number=number).select_related("round__plan")
    edition = rows.defer("content").first()
    if edition is None:
        return
    given = edition.round
    for part, titles, found in pieces(archive.snapshot_of(edition)):
        yield Document(
            kind="report",
            key=f"report:{given.plan.slug}/{given.name}/{part}",
            page="reports:report",
            place=(given.plan.slug, given.name),
            titles=titles,
            parts=tuple(found),
            names=(str(given.year),),
            plan=given.plan.slug,
            edition=edition_key(given.plan.slug, given.name, edition.number),
            year=given.year,
            sample=given.is_sample,
        )


def pieces(snapshot: Snapshot) -> Iterator[tuple[str, Words, Iterable[Part]]]:
    """Yield what an edition says beside the actions: a key, titles, texts."""
    titles = {
        code: snapshot.label("title", code).replace("{year}", str(snapshot.year))
        for code in snapshot.labels
    }
    yield "", titles, parts("", plain(snapshot.note))
    for chapter in snapshot.chapters:
        yield chapter.code, chapter.titles, parts("", plain(chapter.texts))
    for section in snapshot.sections:
        if section.intro:
            yield f"section-{section.position}", section.titles, parts("", plain(section.intro))
    for number, one in enumerate(snapshot.advice, start=1):
        yield f"advice-{number}", one.names, advice_parts(one)
    for number, note in enumerate(snapshot.notes, start=1):
        yield f"note-{number}", note.names, note_parts(note)


def note_parts(note: Note) -> Iterator[Part]:
    """Yield what a voice wrote, and what was answered."""
    yield from said("", note.text)
    for answer in note.answers:
        yield from said("", answer.text)


def advice_parts(one: Advice) -> Iterator[Part]:
    """Yield what a stakeholder advised, and what was done with it."""
    for given in (one.titles, one.participants, one.texts, one.done):
        yield from parts("", plain(given))


def plain(given: Words) -> Words:
    """Return texts per language without their marks."""
    return {code: richtext.plain(text) for code, text in given.items()}
