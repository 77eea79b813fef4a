"""What the Typst template prints: every text of the report, chosen and in order, as plain data."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from document import charts, richtext
from document.snapshot import (
    Action,
    Chapter,
    Document,
    Entry,
    Figure,
    Section,
    Snapshot,
    plain,
)
from document.typography import sign
from reports import charts as drawings
from reports import outline
from reports.outline import Reading
from reports.renderers.pdf_text import blocks, line, link, piece

# Letters in a cell of a table that fit a page for certain, however narrow the column.
LONGEST_CELL = 500


def document(snapshot: Snapshot, language: str) -> dict[str, Any]:
    """Return everything that the template prints."""
    return _Pages(snapshot, language).document()


def date_of(snapshot: Snapshot) -> tuple[int, int, int]:
    """Return the day of the edition, else the reference date, as year, month and day."""
    for text in (snapshot.date, snapshot.reference_date):
        try:
            found = date.fromisoformat(text[:10])
        except ValueError:
            continue
        return found.year, found.month, found.day
    return snapshot.year, 12, 31


class _Pages:
    """The texts of one snapshot in one language."""

    def __init__(self, snapshot: Snapshot, language: str) -> None:
        self.snapshot = snapshot
        self.language = language
        self.levels = {code: plain(words, language)[0] for code, words in snapshot.levels.items()}
        self.roles = {code: plain(words, language)[0] for code, words in snapshot.roles.items()}
        # Labels may be odd, places are not: links within the document go by them.
        self.places = {id(action): place for place, action in enumerate(snapshot.actions)}

    # --- The whole

    def document(self) -> dict[str, Any]:
        """Return the whole."""
        snapshot, language = self.snapshot, self.language
        return {
            "lang": language,
            "title": line(outline.title(snapshot, language)),
            "subtitle": line(outline.subtitle(snapshot, language)),
            "plan": self.words(snapshot.plan_titles),
            "edition": line(outline.edition(snapshot, language)),
            "reference": self.filled("reference", date=self.day(snapshot.reference_date)),
            "date": date_of(snapshot),
            "marks": [line(mark) for mark in outline.marks(snapshot, language)],
            "made_by": self.label("made_by"),
            "address": line(snapshot.site),
            "labels": {key: line(text) for key, text in snapshot.labels[language].items()},
            "semicolon": f"{sign(';', language)} ",
            "looks": {code: look._asdict() for code, look in charts.LOOKS.items()},
            "signs": charts.SIGNS,
            "vocabulary": self.vocabulary(),
            "has_long_rows": self.has_long_rows(),
            "board": [self.tile(action) for action in snapshot.actions],
            "chapters": [self.chapter(part) for part in outline.chapters(snapshot, language)],
        }

    def chapter(self, part: outline.Part) -> dict[str, Any]:
        """Return a chapter: its key, its title, and what is in it."""
        found: dict[str, Any] = {
            "key": part.key,
            "title": {"t": line(part.title), "l": part.language},
        }
        if part.chapter:
            return found | {"body": self.written(part.chapter)}
        makers = {
            "about": self.about,
            "figures": self.figures,
            "changes": self.changes,
            "actions": self.actions,
            "not_reported": self.not_reported,
            "annex": self.annex,
            "method": self.method,
        }
        return found | makers[part.key]()

    def has_long_rows(self) -> bool:
        """Tell whether a row of a table may be longer than a page."""
        snapshot = self.snapshot
        texts = [
            *(plain(one.titles, self.language)[0] for one in snapshot.actions),
            *(plain(one.period, self.language)[0] for one in snapshot.actions),
            *(plain(one.titles, self.language)[0] for one in snapshot.sections),
            *(outline.called(one, self.language)[0] for one in snapshot.actors),
            *(plain(one.meanings, self.language)[0] for one in snapshot.vocabulary),
            *self.levels.values(),
            *self.roles.values(),
        ]
        return any(len(text) > LONGEST_CELL for text in texts)

    # --- Chapters

    def about(self) -> dict[str, Any]:
        """Return who made the report, when, and how to read it."""
        snapshot = self.snapshot
        days = (snapshot.opened_on, snapshot.deadline, snapshot.closed_on)
        opened, deadline, closed = (self.day(text) for text in days)
        dates = self.filled("round_dates", opened=opened, deadline=deadline, closed=closed)
        return {
            "dates": dates if all(days) else "",
            "correction": self.correction(),
            "validation": self.validation(),
        }

    def correction(self) -> list[Any]:
        """Return which edition this one corrects, and the note on it."""
        number, note = self.snapshot.replaces, self.snapshot.note
        head = [self.filled("correction", number=number)] if number is not None else []
        return [*({"t": one, "l": self.language} for one in head), *self.optional(note)]

    def validation(self) -> list[Any]:
        """Return when the working group validated the report, and what it said."""
        when = self.snapshot.validated_on
        head = [self.filled("validation", date=self.day(when))] if when else []
        said = self.optional(self.snapshot.validation)
        return [*({"t": one, "l": self.language} for one in head), *said]

    def figures(self) -> dict[str, Any]:
        """Return the key figures, and the counts by status, section and level."""
        snapshot = self.snapshot
        numbered = outline.numbered(snapshot.actions)
        return {
            "figures": [self.figure(figure) for figure in snapshot.figures],
            "counted": self.filled(
                "counted",
                actions=len(numbered),
                sub_actions=len(snapshot.actions) - len(numbered),
            ),
            "by_status": outline.status_counts(snapshot.actions),
            "by_section": [
                {
                    "title": self.section_name(section),
                    "actions": [self.tile(action) for action in actions],
                    "counts": outline.status_counts(actions),
                }
                for section, actions in outline.by_section(snapshot)
            ],
            "by_level": [
                {"title": line(self.levels[level]), "counts": counts}
                for level, counts in outline.level_counts(snapshot)
            ],
            "by_year": self.by_year(),
        }

    def by_year(self) -> dict[str, Any]:
        """Return the status of each action in each year, where there is an earlier one."""
        years = outline.years(self.snapshot)
        actions = self.snapshot.actions if len(years) > 1 else ()
        return {
            "years": [str(year) for year in years],
            "rows": [
                {
                    "tile": self.tile(action),
                    "codes": [outline.code_in(action, year, self.snapshot) for year in years],
                }
                for action in actions
            ],
        }

    def figure(self, figure: Figure) -> dict[str, Any]:
        """Return a published figure with its formula."""
        percent = figure.percent
        return {
            "number": self.filled("part_of", part=figure.part, whole=figure.whole),
            "title": self.words(figure.titles),
            "percent": "" if percent is None else outline.percent(percent, self.language),
            "formula": self.words(figure.formulas),
            "incomplete": ""
            if figure.incomplete is None
            else self.filled("figures_incomplete", n=figure.incomplete),
        }

    def changes(self) -> dict[str, Any]:
        """Return the groups of actions that moved, stand still or are overdue."""
        return {
            "has_past": outline.previous_year(self.snapshot) is not None,
            "movement": self.movement(),
            "groups": [
                {"title": self.label(key), "rows": [self.change(key, a) for a in actions]}
                for key, actions in outline.changes(self.snapshot)
            ],
        }

    def movement(self) -> dict[str, Any]:
        """Return how many numbered actions moved in each section; no rows without a past."""
        year = outline.previous_year(self.snapshot)
        sections = outline.by_section(self.snapshot) if year else []
        moves = ("back", "up", "completed")
        rows = [
            {
                "title": self.section_name(section),
                "counts": [_count(move, actions) for move in moves],
            }
            for section, actions in sections
        ]
        return {
            "title": self.filled("movement_since", year=year),
            "note": self.label("movement_note"),
            "moves": [[move, self.label(drawings.MOVEMENT_WORDS[move])] for move in moves],
            "rows": [row for row in rows if any(row["counts"])],
        }

    def change(self, key: str, action: Action) -> dict[str, Any]:
        """Return a row of "what changed"."""
        still = self.filled("still", years=action.still) if key == "unmoved" else ""
        ended = line(self.words(action.period)["t"]) if key == "overdue" else ""
        return {
            "tile": self.tile(action),
            "title": self.name(action),
            "note": still or ended,
            "before": line(outline.last_year(action, self.snapshot, self.language)),
        }

    def actions(self) -> dict[str, Any]:
        """Return every action under its section."""
        return {
            "empty": not any(e.status for a in self.snapshot.actions for e in a.entries),
            "sections": [
                {
                    "title": self.section_name(section),
                    "number": "" if section is None else str(section.number),
                    "intro": self.section_intro(section),
                    "actions": [self.action(action) for action in actions],
                }
                for section, actions in outline.by_section(self.snapshot)
            ],
        }

    def not_reported(self) -> dict[str, Any]:
        """Return the silent actors with the actions concerned."""
        return {
            "silent": [
                {
                    "actor": self.actor(actor.slug),
                    "level": line(self.levels.get(actor.level, actor.level)),
                    "actions": [self.tile(action) for action in actions],
                }
                for actor, actions in outline.not_reported(self.snapshot, self.language)
            ]
        }

    def annex(self) -> dict[str, Any]:
        """Return every responsibility, a row each, those of an action together."""
        groups: list[dict[str, Any]] = []
        for row in outline.annex_rows(self.snapshot):
            tile = self.tile(row.action)
            if not groups or groups[-1]["tile"] != tile:
                groups.append({"tile": tile, "title": self.name(row.action), "rows": []})
            remarks = outline.remarks(row.entry, self.snapshot, self.language)
            groups[-1]["rows"].append(
                {
                    "actor": self.actor(row.entry.actor),
                    "role": line(self.roles.get(row.entry.role, row.entry.role)),
                    "code": row.code,
                    "remarks": line(", ".join(remarks)),
                }
            )
        return {"groups": groups}

    def method(self) -> dict[str, Any]:
        """Return the method, the vocabulary, and what identifies the edition."""
        snapshot, language = self.snapshot, self.language
        return {
            "source": {
                "t": line(snapshot.plan_source.title),
                "l": language,
                "link": link(snapshot.plan_source.url),
                "address": line(snapshot.plan_source.url),
            },
            "cite": line(outline.citation(snapshot, language)),
            "schema": self.filled("schema", version=snapshot.schema),
            "checksum": outline.checksum(snapshot),
        }

    # --- An action

    def action(self, action: Action) -> dict[str, Any]:
        """Return an action: its status and why, and what each actor said."""
        snapshot, language = self.snapshot, self.language
        return {
            "tile": self.tile(action),
            "head": line(outline.heading(action, snapshot, language)),
            "title": self.name(action),
            "facts": self.facts(action),
            "period": self.words(action.period),
            "printed": line(action.period_text),
            "nature": line(snapshot.labels[language].get(action.nature, action.nature)),
            "why": self.words(action.why),
            "about": [
                [{"t": piece(text), "l": spoken} for text, spoken in said]
                for said in outline.about(action, snapshot, language)
            ],
            "entries": [self.entry(entry, action) for entry in outline.shown(action)],
        }

    def facts(self, action: Action) -> list[str]:
        """Return what stands beside the status."""
        found = [
            outline.coverage(action, self.snapshot, self.language),
            outline.last_year(action, self.snapshot, self.language),
        ]
        return [line(fact) for fact in found if fact]

    def entry(self, entry: Entry, action: Action) -> dict[str, Any]:
        """Return what an actor said of an action."""
        texts = outline.entry_texts(entry, self.snapshot, self.language)
        return {
            "actor": self.actor(entry.actor),
            "role": line(self.roles.get(entry.role, entry.role)),
            "code": outline.entry_code(entry, action),
            "remarks": [line(r) for r in outline.remarks(entry, self.snapshot, self.language)],
            "texts": [
                {"label": line(word), "l": text.language, "original": line(text.original),
                 "blocks": blocks(richtext.parse(text.text))}
                for word, text in texts
            ],
            "evidence": [self.evidence(document) for document in entry.evidence],
        }  # fmt: skip

    def evidence(self, document: Document) -> dict[str, Any]:
        """Return a piece of evidence."""
        kind = plain(document.kind, self.language)[0]
        about = [line(kind), line(self.day(document.date))]
        return {
            "t": line(document.title) or line(document.address),
            "link": link(document.address),
            "address": line(document.address),
            "about": ", ".join(piece for piece in about if piece),
        }

    # --- Pieces

    def tile(self, action: Action) -> dict[str, Any]:
        """Return an action as its tile: place in the document, label, status."""
        return {
            "place": self.places[id(action)],
            "label": line(action.label),
            "code": action.code,
            "overdue": action.overdue,
        }

    def label(self, key: str) -> str:
        """Return a fixed word."""
        return line(self.snapshot.label(key, self.language))

    def filled(self, key: str, **facts: Any) -> str:
        """Return a fixed word with its {names} filled in."""
        return line(self.snapshot.label(key, self.language).format(**facts))

    def day(self, text: str) -> str:
        """Return a day in words."""
        return outline.day(text, self.language)

    def words(self, text: dict[str, str]) -> dict[str, str]:
        """Return a short text per language with the language it is in."""
        found, spoken = plain(text, self.language)
        return {"t": line(found), "l": spoken}

    def optional(self, text: dict[str, str]) -> list[dict[str, str]]:
        """Return a text that may be absent, as a list of none or one."""
        found = self.words(text)
        return [found] if found["t"] else []

    def reading(self, reading: Reading) -> dict[str, str]:
        """Return a title with its language and mark."""
        return {"t": line(reading.text), "l": reading.language, "mark": line(reading.original)}

    def name(self, action: Action) -> dict[str, str]:
        """Return the title of an action, marked where it is a working translation."""
        found = outline.name(action.titles, action.official, self.snapshot, self.language)
        return self.reading(found)

    def section_name(self, section: Section | None) -> dict[str, str]:
        """Return the title of a section, marked where it is a working translation."""
        if section is None:
            return {"t": self.label("without_section"), "l": self.language, "mark": ""}
        found = outline.name(section.titles, section.official, self.snapshot, self.language)
        number = self.filled("section", number=section.number)
        return self.reading(found) | {"head": number}

    def section_intro(self, section: Section | None) -> list[Any]:
        """Return the introduction of a section, where there is one."""
        if section is None or not plain(section.intro, self.language)[0].strip():
            return []
        return [self.rich(outline.words(section.intro, self.snapshot, self.language))]

    def written(self, chapter: Chapter) -> dict[str, Any]:
        """Return a text of the secretariat."""
        return self.rich(outline.words(chapter.texts, self.snapshot, self.language))

    def rich(self, reading: Reading) -> dict[str, Any]:
        """Return a Markdown text as blocks, with its language and mark."""
        return {
            "l": reading.language,
            "original": line(reading.original),
            "blocks": blocks(richtext.parse(reading.text)),
        }

    def actor(self, slug: str) -> dict[str, str]:
        """Return an actor's name with the language it is in."""
        text, spoken = outline.called_by_key(slug, self.snapshot, self.language)
        return {"t": line(text), "l": spoken}

    def vocabulary(self) -> list[dict[str, Any]]:
        """Return the statuses with their words and meanings."""
        return [
            {"code": s.code, "word": self.words(s.words), "meaning": self.words(s.meanings)}
            for s in self.snapshot.vocabulary
        ]


def _count(move: str, actions: Iterable[Action]) -> int:
    return sum(action.movement == move for action in outline.numbered(actions))
