"""The report as a Word document: the same chapters, in the same order, as HTML and PDF."""

import re
from collections.abc import Callable, Iterable, Sequence
from subprocess import SubprocessError
from typing import Any

from document import richtext
from document.characters import coded
from document.snapshot import (
    Action,
    Actor,
    Document,
    Entry,
    Figure,
    Section,
    Snapshot,
    Words,
    plain,
)
from document.typography import sign
from reports import charts, outline
from reports.outline import Reading
from reports.renderers import RenderError
from reports.renderers.glyphs import printable
from reports.renderers.pictures import WIDTH, pictures
from reports.renderers.word_parts import TAGS, opened, saved, status_style
from reports.renderers.wordml import Run, Writer, usable

# Beside the word, so that a status can be told without its colour.
SIGNS = {
    "done": "●",
    "continuous": "↻",
    "partly_done": "◑",
    "in_progress": "◔",
    "not_started": "○",
    "discontinued": "⊘",
    "not_applicable": "–",
    "insufficient": "◌",
    "not_reported": "?",
}
HOLD = "\u00a0"  # a space that no line breaks at
BETWEEN = Run(f"{HOLD}· ")
CHAPTER, SECTION, ACTION, ACTOR = 1, 2, 3, 4  # levels of headings


def render(snapshot: Snapshot, language: str) -> bytes:
    """Return the report as a Word document: the same bytes for the same snapshot.

    Raises RenderError, which names the action or the chart that cannot be written.
    """
    return _Report(snapshot, language).written()


class _Report:
    """The report of one snapshot in one language."""

    def __init__(self, snapshot: Snapshot, language: str) -> None:
        self.snapshot, self.language = snapshot, language
        self.document = opened(snapshot, language)
        self.writer = Writer(self.document)
        self.places = {a.label: f"action_{n}" for n, a in enumerate(snapshot.actions, start=1)}
        try:
            self.charts = charts.drawn(snapshot, language, printable)
            drawings = [chart.svg for chart in self.charts.values()]
            self.pictures = dict(zip(self.charts, pictures(drawings), strict=True))
        except (SubprocessError, ValueError, LookupError) as error:
            raise RenderError(str(error), self.label("figures")) from error

    def written(self) -> bytes:
        """Write everything, and return the file."""
        contents = self._cover()
        for part in outline.chapters(self.snapshot, self.language):
            self._chapter(part)
        self.writer.contents(contents)
        self.writer.close()
        return saved(self.document)

    # --- Cover and chapters

    def _cover(self) -> Any:
        """Write the cover, and return the heading that the contents stand behind."""
        snapshot, language, add = self.snapshot, self.language, self.writer.paragraph
        add([Run(outline.title(snapshot, language))], "Title")
        add([Run(outline.subtitle(snapshot, language))], "Subtitle")
        add([Run(outline.edition(snapshot, language), bold=True)], "ReportEdition")
        reference = outline.day(snapshot.reference_date, language)
        add([Run(self.filled("reference", date=reference))], "ReportEdition")
        add([Run(self.label("made_by"))], "ReportEdition")
        address = outline.address(snapshot, language)
        add([self.address(address, address)], "ReportEdition")
        for mark in outline.marks(snapshot, language):
            add([Run(mark)], "ReportMark")
        return add([Run(self.label("contents"))], "TOCHeading")

    def _chapter(self, part: outline.Part) -> None:
        title = Run(line(part.title), self.tag(part.language))
        self.writer.heading(CHAPTER, [title])
        writers: dict[str, Callable[[], None]] = {
            "about": self._about,
            "figures": self._figures,
            "changes": self._changes,
            "actions": self._actions,
            "not_reported": self._not_reported,
            "annex": self._annex,
            "method": self._method,
        }
        if part.chapter:
            self.rich(outline.words(part.chapter.texts, self.snapshot, self.language))
        else:
            writers[part.key]()

    def _about(self) -> None:
        snapshot, add = self.snapshot, self.writer.paragraph
        add([Run(self.label("made_by"))])
        days = [snapshot.opened_on, snapshot.deadline, snapshot.closed_on]
        if all(days):
            opened_on, deadline, closed = (outline.day(day, self.language) for day in days)
            dates = self.filled("round_dates", opened=opened_on, deadline=deadline, closed=closed)
            add([Run(dates)])
        if snapshot.replaces is not None:
            add([Run(self.filled("correction", number=snapshot.replaces), bold=True)])
        self.optional(snapshot.note)
        if snapshot.validated_on:
            date = outline.day(snapshot.validated_on, self.language)
            add([Run(self.filled("validation", date=date), bold=True)])
        self.optional(snapshot.validation)
        self.subheading("how_to_read")
        add([Run(self.label("how_to_read_text"))])
        self.subheading("legend")
        for status in snapshot.vocabulary:
            add(self.status(status.code), "ReportStatus")
        add([self.overdue()], "ReportStatus")

    def _figures(self) -> None:
        for figure in self.snapshot.figures:
            self._figure(figure)
        counts = outline.status_counts(self.snapshot.actions)
        if counts:
            self.subheading("by_status")
            rows = [[self.status(code), [Run(str(n))]] for code, n in counts]
            self.table("by_status", ["status", "number"], rows, [3, 1])
            numbered = len(outline.numbered(self.snapshot.actions))
            below = len(self.snapshot.actions) - numbered
            counted = self.filled("counted", actions=numbered, sub_actions=below)
            self.writer.paragraph([Run(counted)], "ReportFacts")
        self._by_section()
        self._by_level()
        self._chart_and_table("by_year", 1)

    def _figure(self, figure: Figure) -> None:
        add, language = self.writer.paragraph, self.language
        of = self.filled("part_of", part=figure.part, whole=figure.whole)
        add([Run(of)], "ReportFigure")
        title = [self.words(figure.titles, bold=True)]
        if figure.percent is not None:
            title.append(Run(f", {outline.percent(figure.percent, language)}"))
        add(title)
        facts = [Run(self.before(self.label("figures_formula"))), self.words(figure.formulas)]
        if figure.incomplete is not None:
            facts = [Run(self.filled("figures_incomplete", n=figure.incomplete)), Run("\n"), *facts]
        add(facts, "ReportFacts")

    def _by_section(self) -> None:
        found = outline.by_section(self.snapshot)
        if not found:
            return
        self.subheading("by_section")
        self.chart("by_section")
        rows = [
            [self.section(section), self.counts(outline.status_counts(actions))]
            for section, actions in found
        ]
        self.table("by_section", ["section_column", "status"], rows, [2, 3])

    def _by_level(self) -> None:
        found = outline.level_counts(self.snapshot)
        if not found:
            return
        self.subheading("by_level")
        self.writer.paragraph([Run(self.label("levels_note"))])
        self.chart("by_level")
        rows = [
            [[self.words(self.snapshot.levels[level])], self.counts(counts)]
            for level, counts in found
        ]
        self.table("by_level", ["level_column", "status"], rows, [2, 3])

    def _changes(self) -> None:
        if outline.previous_year(self.snapshot) is None:
            self.writer.paragraph([Run(self.label("no_changes"))])
        self._chart_and_table("movement", 3)
        for key, actions in outline.changes(self.snapshot):
            self.subheading(key)
            rows = [self._change(key, action) for action in actions]
            heads = ["number", "action_column", "remarks", "status"]
            self.table(key, heads, rows, [2, 8, 5, 5])

    def _chart_and_table(self, name: str, first: int) -> None:
        """Write a chart, if there is one, and its figures; ``first`` is a column's share."""
        if name not in self.charts:
            return
        chart = self.charts[name]
        self.writer.heading(SECTION, [Run(chart.title)])
        self.chart(name)
        rows = [*chart.table.rows, *([chart.table.foot] if chart.table.foot else [])]
        widths = [first, *[1] * (len(chart.table.heads) - 1)]
        runs = [[[Run(cell)] for cell in row] for row in rows]
        foot = bool(chart.table.foot)
        self.writer.table(chart.title, chart.table.heads, runs, widths, has_foot=foot)

    def _change(self, key: str, action: Action) -> list[Sequence[Run]]:
        remarks = [outline.last_year(action, self.snapshot, self.language)]
        if key == "unmoved":
            remarks.append(self.filled("still", years=action.still))
        if key == "overdue":
            remarks.append(plain(action.period, self.language)[0])
        said = Run("\n".join(filter(None, remarks)))
        return [[self.link(action)], self.name(action), [said], self.status(action.code)]

    # --- The actions

    def _actions(self) -> None:
        if not any(entry.status for a in self.snapshot.actions for entry in a.entries):
            self.writer.paragraph([Run(self.label("empty_round"))])
        for section, actions in outline.by_section(self.snapshot):
            self.writer.heading(SECTION, self.section(section))
            if section and plain(section.intro, self.language)[0].strip():
                self.rich(outline.words(section.intro, self.snapshot, self.language))
            for action in actions:
                self._named_action(action)

    def _named_action(self, action: Action) -> None:
        try:
            self._action(action)
        except (ValueError, LookupError, StopIteration) as error:
            place = outline.heading(action, self.snapshot, self.language)
            raise RenderError(repr(error), place) from error

    def _action(self, action: Action) -> None:
        snapshot, language, add = self.snapshot, self.language, self.writer.paragraph
        head = Run(self.before(line(outline.heading(action, snapshot, language))))
        self.writer.heading(ACTION, [head, *self.name(action)], self.places[action.label])
        facts = [
            outline.coverage(action, snapshot, language),
            outline.last_year(action, snapshot, language),
        ]
        beside = [self.overdue()] if action.overdue else []
        self._status_line(action.code, [*beside, *[Run(fact) for fact in facts if fact]])
        add(self._period(action), "ReportFacts")
        add([Run(self.before(self.label("why")), bold=True), self.words(action.why)])
        for said in outline.about(action, snapshot, language):
            add([Run(text, self.tag(spoken)) for text, spoken in said])
        for entry in outline.shown(action):
            self._entry(entry, action)

    def _status_line(self, code: str, facts: Iterable[Run]) -> None:
        runs = self.status(code)
        for fact in facts:
            runs += [BETWEEN, fact]
        self.writer.paragraph(runs, "ReportStatus")

    def _period(self, action: Action) -> list[Run]:
        period = self.words(action.period)
        found = [Run(self.before(self.label("period"))), period]
        if action.period_text and action.period_text != period.text:
            found.append(Run(f" ({action.period_text})"))
        nature = self.snapshot.labels[self.language].get(action.nature, action.nature)
        if nature:
            found += [BETWEEN, Run(self.before(self.label("nature")) + nature)]
        return found

    def _entry(self, entry: Entry, action: Action) -> None:
        snapshot, language = self.snapshot, self.language
        self.writer.heading(ACTOR, self.full_name(entry.actor))
        facts = [self.role(entry), *outline.remarks(entry, snapshot, language)]
        self._status_line(outline.entry_code(entry, action), map(Run, facts))
        for label, text in outline.entry_texts(entry, snapshot, language):
            mark = [Run(f" ({text.original})", style="ReportRemark")] if text.original else []
            self.writer.paragraph([Run(label), *mark], "ReportLabel")
            self.writer.rich(richtext.parse(text.text), self.tag(text.language))
        if entry.evidence:
            self.writer.paragraph([Run(self.label("evidence"))], "ReportLabel")
            self.writer.bullets([self._evidence(document) for document in entry.evidence])

    def _evidence(self, document: Document) -> list[Run]:
        """Return a link to a piece of evidence, what it is, and for paper its address."""
        title, kind = line(document.title), plain(document.kind, self.language)[0]
        about = ", ".join(filter(None, [kind, outline.day(document.date, self.language)]))
        runs = [self.address(title or document.address, document.address)]
        if about:
            runs.append(Run(f" ({about})"))
        if title and title != document.address:
            runs += [Run("\n"), Run(document.address, style="ReportRemark")]
        return runs

    # --- Silence, annex, method

    def _not_reported(self) -> None:
        found = outline.not_reported(self.snapshot, self.language)
        if not found:
            self.writer.paragraph([Run(self.label("all_reported"))])
            return
        rows = [self._silent(actor, actions) for actor, actions in found]
        self.table("not_reported", ["actor", "level_column", "actions"], rows, [4, 2, 4])

    def _silent(self, actor: Actor, actions: Sequence[Action]) -> list[Sequence[Run]]:
        links = [run for action in actions for run in (Run(", "), self.link(action))]
        level = self.snapshot.levels.get(actor.level, {self.language: actor.level})
        return [[self.actor(actor.slug)], [self.words(level)], links[1:]]

    def _annex(self) -> None:
        rows: list[Sequence[Sequence[Run]]] = []
        before = ""
        for row in outline.annex_rows(self.snapshot):
            rows.append(self._responsibility(row, is_first=row.action.label != before))
            before = row.action.label
        if rows:
            heads = ["action_column", "actor", "role", "status", "remarks"]
            self.table("annex", heads, rows, [6, 6, 4, 7, 4])

    def _responsibility(self, row: outline.Row, *, is_first: bool) -> Sequence[Sequence[Run]]:
        """Return a row of the annex; the title of an action stands in the first of its rows."""
        title = [Run(f"{HOLD} "), *self.name(row.action)] if is_first else []
        remarks = outline.remarks(row.entry, self.snapshot, self.language)
        return [
            [self.link(row.action), *title],
            [self.actor(row.entry.actor)],
            [Run(self.role(row.entry))],
            self.status(row.code) if row.code else [Run("–")],
            [Run(", ".join(remarks))],
        ]

    def _method(self) -> None:
        snapshot, language, add = self.snapshot, self.language, self.writer.paragraph
        add([Run(self.label("method_text"))])
        self.subheading("vocabulary")
        rows = [
            [self.status(status.code), [self.words(status.meanings)]]
            for status in snapshot.vocabulary
        ]
        self.table("vocabulary", ["status", "meaning"], rows, [2, 5])
        source = snapshot.plan_source
        self.subheading("source")
        add([self.address(source.title or source.url, source.url)])
        add([Run(source.url)], "ReportFacts")
        self.subheading("cite")
        add([Run(outline.citation(snapshot, language))])
        self.subheading("checksum")
        add([Run(outline.checksum(snapshot))])
        facts = [
            self.filled("schema", version=snapshot.schema),
            outline.edition(snapshot, language),
        ]
        add([Run(" · ".join(facts))], "ReportFacts")

    # --- Pieces

    def label(self, key: str) -> str:
        """Return a fixed word."""
        return self.snapshot.label(key, self.language)

    def filled(self, key: str, **facts: Any) -> str:
        """Return a fixed word with its {names} filled in."""
        return self.label(key).format(**facts)

    def tag(self, language: str) -> str:
        """Return Word's tag of a language, "" for that of the document."""
        return "" if language == self.language else TAGS.get(language, language)

    def words(self, text: Words, *, bold: bool = False) -> Run:
        """Return a short text in this language, else in another one, marked by its tag."""
        found, spoken = plain(text, self.language)
        return Run(line(found), self.tag(spoken), bold=bold)

    def titled(self, reading: Reading) -> list[Run]:
        """Return a title and, where it is no official one, that it is a translation."""
        found = [Run(line(reading.text), self.tag(reading.language))]
        if reading.original:
            found.append(Run(f" ({reading.original})", style="ReportRemark"))
        return found

    def name(self, action: Action) -> list[Run]:
        """Return the title of an action."""
        return self.titled(
            outline.name(action.titles, action.official, self.snapshot, self.language)
        )

    def section(self, section: Section | None) -> list[Run]:
        """Return the number and the title of a section."""
        if section is None:
            return [Run(self.label("without_section"))]
        found = outline.name(section.titles, section.official, self.snapshot, self.language)
        return [
            Run(self.before(self.filled("section", number=section.number))),
            *self.titled(found),
        ]

    def actor(self, slug: str) -> Run:
        """Return the name of an actor, marked by the tag of its language."""
        found, spoken = outline.called_by_key(slug, self.snapshot, self.language)
        return Run(line(found), self.tag(spoken))

    def before(self, text: str) -> str:
        """Return a text with the colon that leads to what follows it."""
        return f"{text}{sign(':', self.language)} "

    def full_name(self, slug: str) -> list[Run]:
        """Return the name of an actor and, where it has another one, its abbreviation."""
        name, short = self.actor(slug), outline.actor_short(slug, self.snapshot, self.language)
        return [name] if short == name.text else [name, Run(f" ({line(short)})")]

    def role(self, entry: Entry) -> str:
        """Return the role of an actor in words."""
        return plain(self.snapshot.roles.get(entry.role, {}), self.language)[0] or entry.role

    def link(self, action: Action) -> Run:
        """Return the number of an action, which leads to it."""
        return Run(action.label, style="Hyperlink", to=self.places[action.label])

    def address(self, text: str, address: str) -> Run:
        """Return a text that leads to an address, where Word can open that."""
        return Run(text, style="Hyperlink" if usable(address) else "", link=address)

    def status(self, code: str) -> list[Run]:
        """Return a status as its sign and its word on its colour."""
        if not code:
            return []
        word, style = self.snapshot.word(code, self.language), status_style(code)
        sign = f"{HOLD}{SIGNS[code]}{HOLD}"
        return [Run(sign, style=style, symbol=True), Run(f"{word}{HOLD}", style=style)]

    def overdue(self) -> Run:
        """Return the mark of what is overdue."""
        return Run(self.label("overdue"), style="ReportAlarm")

    def counts(self, counts: Iterable[tuple[str, int]]) -> list[Run]:
        """Return a line for each status with its number."""
        found = [[Run(f"{n}{HOLD}"), *self.status(code), Run("\n")] for code, n in counts]
        return [run for runs in found for run in runs][:-1]

    def rich(self, reading: Reading) -> None:
        """Write a text of the secretariat, and which language it is in if not this one."""
        self.writer.rich(richtext.parse(reading.text), self.tag(reading.language))
        if reading.original:
            self.writer.paragraph([Run(f"({reading.original})", style="ReportRemark")])

    def optional(self, text: Words) -> None:
        """Write a short text where there is one."""
        if plain(text, self.language)[0]:
            self.writer.paragraph([self.words(text)])

    def subheading(self, key: str) -> None:
        """Write a heading within a chapter."""
        self.writer.heading(SECTION, [Run(self.label(key))])

    def table(
        self,
        key: str,
        heads: Sequence[str],
        rows: Iterable[Sequence[Sequence[Run]]],
        widths: Sequence[int],
    ) -> None:
        """Write a table; title and heads by their keys."""
        title = self.label(key)
        self.writer.table(title, [self.label(head) for head in heads], rows, widths)

    def chart(self, name: str) -> None:
        """Write a chart; its alternative text says what it shows."""
        chart = self.charts[name]
        self.writer.picture(self.pictures[name], chart.title, chart.description, WIDTH)


def line(text: str) -> str:
    """Return a text on one line; some control characters would count as spaces."""
    # Other spaces stay: French sets a no-break one before a colon.
    return re.sub(r"[ \t\r\n]+", " ", coded(text)).strip()
