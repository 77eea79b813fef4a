"""What the page's template prints: every text of the report, chosen and in order, as plain data."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.safestring import mark_safe

from document.charts import Chart
from document.snapshot import (
    Action,
    Chapter,
    Document,
    Entry,
    Figure,
    Section,
    Snapshot,
    Words,
    plain,
)
from reports import charts, outline
from reports.outline import Part, Reading
from reports.renderers.html_text import link, rich

FIGURES = ("by_section", "by_level", "by_year")
TEMPLATES = {"foreword": "written", "further": "written"}


class Spoken(NamedTuple):
    """A text, its language where that is not the page's, and a mark for readers."""

    text: str
    language: str = ""
    mark: str = ""


class Status(NamedTuple):
    """A status as readers see it."""

    code: str
    word: str


def document(snapshot: Snapshot, language: str) -> dict[str, Any]:
    """Return everything that the template prints."""
    return _Page(snapshot, language).document()


class _Page:
    """The texts of one snapshot in one language."""

    def __init__(self, snapshot: Snapshot, language: str) -> None:
        self.snapshot = snapshot
        self.language = language
        self.words_of = {s.code: plain(s.words, language)[0] for s in snapshot.vocabulary}
        self.actors = {actor.slug: actor for actor in snapshot.actors}
        self.drawn = charts.drawn(snapshot, language)
        self.taken: set[str] = {"main"}
        self.anchors = {a.label: self.anchor(f"action-{a.label}") for a in snapshot.actions}

    def document(self) -> dict[str, Any]:
        """Return the whole."""
        snapshot, language = self.snapshot, self.language
        sections = self.sections()
        return {
            "language": language,
            "title": outline.title(snapshot, language),
            "subtitle": outline.subtitle(snapshot, language),
            "edition": outline.edition(snapshot, language),
            "reference": self.filled("reference", date=self.day(snapshot.reference_date)),
            "marks": outline.marks(snapshot, language),
            "labels": snapshot.labels[language],
            "correction": self.correction(),
            "validation": self.validation(),
            "vocabulary": self.vocabulary(),
            "sections": sections,
            "chapters": [
                self.chapter(part, sections) for part in outline.chapters(snapshot, language)
            ],
        }

    # --- Chapters

    def chapter(self, part: Part, sections: list[dict[str, Any]]) -> dict[str, Any]:
        """Return a chapter: its title, its anchor, its template, and what is in it."""
        makers = {
            "about": self.about,
            "figures": self.figures,
            "changes": self.changes,
            "not_reported": self.not_reported,
            "annex": self.annex,
            "method": self.method,
        }
        found: dict[str, Any] = {
            "key": part.key,
            "anchor": self.anchor(part.key),
            "title": self.spoken(part.title, part.language),
            "template": f"reports/report/_{TEMPLATES.get(part.key, part.key)}.html",
        }
        if part.chapter:
            return found | {"prose": self.written(part.chapter)}
        if part.key == "actions":
            said = any(entry.status for a in self.snapshot.actions for entry in a.entries)
            return found | {"sections": sections, "is_empty": not said}
        return found | makers[part.key]()

    def about(self) -> dict[str, Any]:
        """Return when the round was open."""
        days = (self.snapshot.opened_on, self.snapshot.deadline, self.snapshot.closed_on)
        opened, deadline, closed = (self.day(text) for text in days)
        dates = self.filled("round_dates", opened=opened, deadline=deadline, closed=closed)
        return {"dates": dates if all(days) else ""}

    def figures(self) -> dict[str, Any]:
        """Return the key figures, the count of each status, and the charts."""
        snapshot = self.snapshot
        numbered = len(outline.numbered(snapshot.actions))
        beside = len(snapshot.actions) - numbered
        return {
            "figures": [self.figure(figure) for figure in snapshot.figures],
            "counted": self.filled("counted", actions=numbered, sub_actions=beside),
            "by_status": [
                {"code": code, "word": self.words_of[code], "number": number}
                for code, number in outline.status_counts(snapshot.actions)
            ],
            "charts": [chart(self.drawn[key]) for key in FIGURES if key in self.drawn],
        }

    def figure(self, figure: Figure) -> dict[str, Any]:
        """Return a published figure with its formula."""
        percent, incomplete = figure.percent, figure.incomplete
        return {
            "number": self.filled("part_of", part=figure.part, whole=figure.whole),
            "title": self.words(figure.titles),
            "formula": self.formula(figure),
            "percent": "" if percent is None else outline.percent(percent, self.language),
            "incomplete": ""
            if incomplete is None
            else self.filled("figures_incomplete", n=incomplete),
        }

    def formula(self, figure: Figure) -> Spoken:
        """Return "Formula: carried out / actions that apply"."""
        found, spoken = plain(figure.formulas, self.language)
        word = self.label("figures_formula")
        return self.spoken(self.filled("count_of", word=word, n=found), spoken)

    def changes(self) -> dict[str, Any]:
        """Return the groups of actions that moved, stand still or are overdue."""
        return {
            "has_past": outline.previous_year(self.snapshot) is not None,
            "charts": [chart(self.drawn[key]) for key in ("movement",) if key in self.drawn],
            "groups": [
                {
                    "title": self.label(key),
                    "rows": [self.change(key, action) for action in actions],
                }
                for key, actions in outline.changes(self.snapshot)
            ],
        }

    def change(self, key: str, action: Action) -> dict[str, Any]:
        """Return a row of "what changed"."""
        still = self.filled("still", years=action.still) if key == "unmoved" else ""
        ended = plain(action.period, self.language)[0] if key == "overdue" else ""
        return {
            "anchor": self.anchors[action.label],
            "heading": outline.heading(action, self.snapshot, self.language),
            "title": self.name(action.titles, action.official),
            "note": still or ended,
            "before": outline.last_year(action, self.snapshot, self.language),
            "status": self.status(action.code),
        }

    def not_reported(self) -> dict[str, Any]:
        """Return the silent actors with the actions concerned."""
        levels = self.snapshot.levels
        return {
            "silent": [
                {
                    "actor": self.actor(actor.slug),
                    "level": plain(levels.get(actor.level, {}), self.language)[0] or actor.level,
                    "actions": [
                        {"label": a.label, "anchor": self.anchors[a.label]} for a in actions
                    ],
                }
                for actor, actions in outline.not_reported(self.snapshot, self.language)
            ]
        }

    def annex(self) -> dict[str, Any]:
        """Return every responsibility, a row each, those of an action together."""
        groups: list[dict[str, Any]] = []
        for row in outline.annex_rows(self.snapshot):
            label = row.action.label
            if not groups or groups[-1]["label"] != label:
                title = self.name(row.action.titles, row.action.official)
                anchor = self.anchors[label]
                groups.append({"label": label, "title": title, "anchor": anchor, "rows": []})
            remarks = outline.remarks(row.entry, self.snapshot, self.language)
            groups[-1]["rows"].append(
                {
                    "actor": self.actor(row.entry.actor),
                    "role": self.role(row.entry.role),
                    "status": self.status(row.code),
                    "remarks": ", ".join(remarks),
                }
            )
        return {"groups": groups}

    def method(self) -> dict[str, Any]:
        """Return where the plan stands, and what identifies the edition."""
        snapshot, source = self.snapshot, self.snapshot.plan_source
        return {
            "source": {
                "title": source.title or source.url,
                "link": link(source.url),
                "address": source.url,
            },
            "cite": outline.citation(snapshot, self.language),
            "schema": self.filled("schema", version=snapshot.schema),
            "checksum": outline.checksum(snapshot),
        }

    # --- Actions

    def sections(self) -> list[dict[str, Any]]:
        """Return every section with its actions."""
        return [
            self.section(section, actions) for section, actions in outline.by_section(self.snapshot)
        ]

    def section(self, section: Section | None, actions: Iterable[Action]) -> dict[str, Any]:
        """Return a section: its title, its introduction, its actions."""
        found = {"actions": [self.action(action) for action in actions], "intro": None}
        if section is None:
            title = Spoken(self.label("without_section"))
            return found | {"anchor": self.anchor("section-none"), "title": title}
        intro = outline.words(section.intro, self.snapshot, self.language)
        return found | {
            "anchor": self.anchor(f"section-{section.number}"),
            "number": section.number,
            "head": self.filled("section", number=section.number),
            "title": self.name(section.titles, section.official),
            "intro": self.prose(intro) if intro.text.strip() else None,
        }

    def action(self, action: Action) -> dict[str, Any]:
        """Return an action: its status and why, and what each actor said."""
        snapshot, language = self.snapshot, self.language
        facts = (
            outline.coverage(action, snapshot, language),
            outline.last_year(action, snapshot, language),
        )
        lines = outline.about(action, snapshot, language)
        period = self.words(action.period)
        return {
            "label": action.label,
            "anchor": self.anchors[action.label],
            "heading": outline.heading(action, snapshot, language),
            "title": self.name(action.titles, action.official),
            "is_sub_action": action.is_sub_action,
            "status": self.status(action.code),
            "overdue": action.overdue,
            "facts": [fact for fact in facts if fact],
            "why": self.words(action.why),
            "lines": [[self.spoken(*piece) for piece in line] for line in lines],
            "period": period,
            "printed": "" if action.period_text == period.text else action.period_text,
            "nature": snapshot.labels[language].get(action.nature, action.nature),
            "entries": [self.entry(entry, action) for entry in outline.shown(action)],
        }

    def entry(self, entry: Entry, action: Action) -> dict[str, Any]:
        """Return what an actor said of an action."""
        texts = outline.entry_texts(entry, self.snapshot, self.language)
        return {
            "anchor": self.anchor(f"{self.anchors[action.label]}-{entry.actor}"),
            "actor": self.actor(entry.actor),
            "short": self.actor(entry.actor, short=True),
            "role": self.role(entry.role),
            "status": self.status(outline.entry_code(entry, action)),
            "remarks": outline.remarks(entry, self.snapshot, self.language),
            "texts": [{"word": word, "prose": self.prose(text)} for word, text in texts],
            "evidence": [self.evidence(one) for one in entry.evidence],
        }

    def evidence(self, document: Document) -> dict[str, str]:
        """Return a piece of evidence."""
        about = (plain(document.kind, self.language)[0], self.day(document.date))
        return {
            "title": document.title or document.address,
            "link": link(document.address),
            "address": document.address,
            "about": ", ".join(piece for piece in about if piece),
        }

    # --- Pieces

    def anchor(self, wanted: str) -> str:
        """Return an id for a wanted one that no other place of the page has."""
        base = found = re.sub(r"[^\w.-]", "-", wanted)
        number = 1
        while found in self.taken:
            number += 1
            found = f"{base}--{number}"
        self.taken.add(found)
        return found

    def label(self, key: str) -> str:
        """Return a fixed word."""
        return self.snapshot.label(key, self.language)

    def filled(self, key: str, **facts: Any) -> str:
        """Return a fixed word with its {names} filled in."""
        return self.label(key).format(**facts)

    def day(self, text: str) -> str:
        """Return a day in words."""
        return outline.day(text, self.language)

    def spoken(self, text: str, language: str, mark: str = "") -> Spoken:
        """Return a text that names its language only where it is not the page's."""
        return Spoken(text, "" if language == self.language else language, mark)

    def words(self, text: Words) -> Spoken:
        """Return a short text per language in this one, else in another one."""
        return self.spoken(*plain(text, self.language))

    def name(self, titles: Words, official: Iterable[str]) -> Spoken:
        """Return a title, marked where it is a working translation."""
        found = outline.name(titles, official, self.snapshot, self.language)
        return self.spoken(found.text, found.language, found.original)

    def prose(self, reading: Reading) -> Spoken:
        """Return a Markdown text as HTML."""
        return self.spoken(rich(reading.text), reading.language, reading.original)

    def written(self, chapter: Chapter) -> Spoken:
        """Return a text of the secretariat as HTML."""
        return self.prose(outline.words(chapter.texts, self.snapshot, self.language))

    def correction(self) -> list[Spoken]:
        """Return which edition this one corrects, and the note on it."""
        number = self.snapshot.replaces
        head = [] if number is None else [Spoken(self.filled("correction", number=number))]
        return [*head, *(said for said in [self.words(self.snapshot.note)] if said.text)]

    def validation(self) -> list[Spoken]:
        """Return when the working group validated the report, and what it said."""
        when = self.snapshot.validated_on
        head = [Spoken(self.filled("validation", date=self.day(when)))] if when else []
        return [*head, *(said for said in [self.words(self.snapshot.validation)] if said.text)]

    def vocabulary(self) -> list[dict[str, str]]:
        """Return the statuses with their words and meanings."""
        return [
            {
                "code": status.code,
                "word": self.words_of[status.code],
                "meaning": plain(status.meanings, self.language)[0],
            }
            for status in self.snapshot.vocabulary
        ]

    def status(self, code: str) -> Status | None:
        """Return a status with its word; None where there is none."""
        return Status(code, self.words_of.get(code, code)) if code else None

    def role(self, code: str) -> str:
        """Return the word for a role."""
        return plain(self.snapshot.roles.get(code, {}), self.language)[0] or code

    def actor(self, slug: str, *, short: bool = False) -> Spoken:
        """Return an actor's name, or its abbreviation where it has one."""
        actor = self.actors.get(slug)
        if actor is None:
            return Spoken(slug)
        read = outline.abbreviated if short else outline.called
        return self.spoken(*read(actor, self.language))


def chart(drawn: Chart) -> dict[str, Any]:
    """Return a chart with its figures."""
    return {
        "title": drawn.title,
        "description": drawn.description,
        # Its texts were escaped where it was drawn.
        "svg": mark_safe(drawn.svg),  # noqa: S308
        "heads": drawn.table.heads,
        "rows": drawn.table.rows,
        "foot": drawn.table.foot,
    }
