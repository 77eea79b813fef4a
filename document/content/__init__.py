"""What a report says and in what order, the same in every format: a Snapshot and a language in.

A chapter is a module with a function ``blocks``; its key stands in CHAPTERS.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from document import dates
from document.blocks import Block, Chapter, Mark, Report, Run
from document.content import (
    about,
    actions,
    actors,
    advice,
    annex,
    changes,
    classes,
    evaluation,
    extract,
    figures,
    masthead,
    method,
    outlook,
    silence,
    summary,
)
from document.content import approval as approval_chapters
from document.content.reader import BEHALF, WORKING, Reader
from document.snapshot import LANGUAGES, Approval, Evaluation, Snapshot, plain

# Texts of the secretariat that are not in CHAPTERS by themselves stand at FURTHER.
FURTHER = "further"
Makers = Mapping[str, Callable[[Reader], list[Block]]]
MAKERS: Makers = {
    "summary": summary.blocks,
    "about": about.blocks,
    "figures": figures.blocks,
    "changes": changes.blocks,
    "outlook": outlook.blocks,
    "actions": actions.blocks,
    "by_actor": actors.blocks,
    "not_reported": silence.blocks,
    "advice": advice.blocks,
    "classes": classes.blocks,
    "annex": annex.blocks,
    "method": method.blocks,
}
CHAPTERS = (
    "summary", "foreword", "about", "figures", "changes", "outlook", "actions", "by_actor",
    "not_reported", "advice", FURTHER, "classes", "annex", "method",
)  # fmt: skip
# An evaluation of a plan is made of other chapters, in the same way.
EVALUATING: Makers = {
    "summary": evaluation.summary,
    "about": evaluation.about,
    "years": evaluation.years,
    "advice": evaluation.advice,
    "method": evaluation.method,
}
OF_EVALUATION = (
    "summary", "foreword", "about", "years", FURTHER, "advice", "conclusions", "method",
)  # fmt: skip
# Texts of the secretariat that have a place of their own.
WRITTEN = {"foreword", "conclusions"}
# Chapters that readers open by themselves.
STARTS_PAGE = {"summary", "foreword", "figures", "actions"}
# Fixed words that a writer puts on its pages by itself.
FRAME = (
    "contents", "page", "page_column", "skip", "overdue", "as_table", "remarks", "status",
    "number", "count_of", "run_one", "run_many", "incomplete", "cite",
    "cite_action", "copy", "copied",
)  # fmt: skip


def report(snapshot: Snapshot, language: str) -> Report:
    """Return the whole report."""
    reader = read(snapshot, language)
    # In this order: what leads to an action takes the anchor that the action gets.
    found = [
        one
        for key in (OF_EVALUATION if isinstance(snapshot, Evaluation) else CHAPTERS)
        if key not in snapshot.left_out
        for one in (written if key in {*WRITTEN, FURTHER} else made)(reader, key)
    ]
    return framed(reader, found)


def read(snapshot: Snapshot, language: str, *, elsewhere: bool = False) -> Reader:
    """Return a snapshot as readers of a language get it.

    The actions of an evaluation are those of a yearly report, which its links lead to; with
    ``elsewhere``, so are those of any report, as what is made has none of them.
    """
    if isinstance(snapshot, Evaluation):
        return evaluation.read(snapshot, language)
    address = masthead.address(snapshot, language) if elsewhere else ""
    return Reader(snapshot, language, elsewhere=address)


def short(snapshot: Snapshot, language: str) -> Report:
    """Return the summary alone, which stands by itself on two pages."""
    reader = read(snapshot, language, elsewhere=True)
    return framed(reader, made(reader, "summary"), is_short=True)


def of_actor(snapshot: Snapshot, language: str, slug: str) -> Report:
    """Return what the report says of one actor; raises KeyError where it says nothing of it."""
    reader = Reader(snapshot, language, elsewhere=masthead.address(snapshot, language))
    blocks = extract.blocks(reader, slug)
    anchor = reader.anchors.take("actor")
    chapter = Chapter("extract", reader.actor(slug), anchor, tuple(blocks), is_close=True)
    report = framed(reader, [chapter], is_short=True)
    # An edition from before has no title for it.
    title = reader.filled("extract_title", report=report.title)
    return replace(report, title=title or report.title)


def for_approval(approval: Approval, language: str) -> Report:
    """Return what some actors are about to say, for those who approve it."""
    reader = Reader(approval, language, elsewhere=masthead.address(approval, language))
    report = framed(reader, approval_chapters.chapters(reader, approval), is_short=True)
    address = f"{approval.site}/{language}/desk/"
    return replace(report, notices=(), citation="", address=address)


def made(reader: Reader, key: str) -> list[Chapter]:
    """Return a chapter in a list, or nothing where there is none to print.

    An edition from before a chapter was added has no title for it, and goes without.
    """
    title = changes.title(reader) if key == "changes" else reader.label(key)
    if not title:
        return []
    makers = EVALUATING if isinstance(reader.snapshot, Evaluation) else MAKERS
    blocks = makers[key](reader)
    if not blocks:
        return []
    anchor = reader.anchors.kept(key)
    return [Chapter(key, Run(title), anchor, tuple(blocks), key in STARTS_PAGE, key == "summary")]


def written(reader: Reader, key: str) -> list[Chapter]:
    """Return the chapters of the secretariat at this place that have a text."""
    found = []
    for chapter in reader.snapshot.chapters:
        place = chapter.code if chapter.code in {*WRITTEN, *evaluation.CODES} else FURTHER
        if place != key or not plain(chapter.texts, reader.language)[0].strip():
            continue
        title = reader.words(chapter.titles)
        title = title if title.text else Run(reader.label(key))
        anchor = reader.anchors.take(key)
        blocks = (reader.written(chapter.texts, "serif"),)
        found.append(Chapter(key, title, anchor, blocks, key in STARTS_PAGE))
    return found


def framed(reader: Reader, chapters: list[Chapter], *, is_short: bool = False) -> Report:
    """Return some chapters with what stands on the cover and on every page."""
    snapshot, language = reader.snapshot, reader.language
    title = masthead.title(snapshot, language)
    words = {key: reader.label(key) for key in FRAME}
    return Report(
        language=language,
        title=title,
        subtitle=Run(masthead.subtitle(snapshot, language)),
        edition=masthead.edition(snapshot, language),
        reference=reader.filled("reference", date=reader.day(snapshot.reference_date)),
        made_by=reader.label("made_by"),
        address=masthead.address(snapshot, language),
        day=dates.date_of(snapshot.date, snapshot.reference_date, year=snapshot.year),
        marks=masthead.marks(snapshot, language),
        signs=signs(reader),
        cover=()
        if isinstance(snapshot, Evaluation)
        else tuple(reader.tile(action) for action in snapshot.actions),
        notices=(*about.notes(reader), *about.validation(reader)),
        chapters=tuple(chapters),
        words=words,
        citation=masthead.citation(snapshot, language),
        is_draft=snapshot.is_draft,
        is_short=is_short,
    )


def signs(reader: Reader) -> tuple[Mark, ...]:
    """Return the signs that stand in place of words, in one order; those that occur."""
    order = (WORKING, *(f"[{code.upper()}]" for code in LANGUAGES), BEHALF)
    return tuple(reader.signs[sign] for sign in order if sign in reader.signs)
