"""The formats of a report: what each says, which writer makes it, how it is served and named."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module

from django.utils.translation import gettext as _

from document.errors import RenderError
from document.snapshot import SCHEMA_VERSION, Snapshot

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HTML = "text/html; charset=utf-8"
PDF = "application/pdf"
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Format:
    """A format: its media type, the extension of its files, and what makes them.

    ``make`` takes a snapshot and a language. ``per_language`` is False where one file serves
    all languages; ``name`` is what the file is called; ``since`` and
    ``until`` are the first and the last schema whose editions have it; ``of_evaluations`` tells
    whether evaluations of a plan have it too.
    """

    make: Callable[[Snapshot, str], str | bytes]
    media_type: str
    extension: str
    name: str = "report"
    per_language: bool = True
    since: int = 1
    until: int = SCHEMA_VERSION
    of_evaluations: bool = True

    @property
    def is_page(self) -> bool:
        """Tell whether browsers show it as a page of its own, with its own style."""
        return self.extension == "html"

    @property
    def is_document(self) -> bool:
        """Tell whether it is made by a writer of documents, which needs no Django."""
        return self.extension in {"html", "pdf", "docx"}

    def render(self, snapshot: Snapshot, language: str) -> bytes:
        """Return a report as the bytes of a file.

        Raises RenderError, which names the text that cannot be printed as far as it is known.
        """
        try:
            made = self.make(snapshot, language)
        # What the snapshot speaks of and does not hold: an unknown status, a label too few.
        except (LookupError, ValueError) as error:
            raise RenderError(f"{type(error).__name__} {error}".strip()) from error
        return made.encode() if isinstance(made, str) else made


def written(writer: str, content: str, *about: str) -> Callable[[Snapshot, str], str | bytes]:
    """Return what makes a document: some content, of what it is about, by a writer.

    Both are imported when they are needed, as most requests need none and each weighs much.
    """

    def make(snapshot: Snapshot, language: str) -> str | bytes:
        report = getattr(import_module("document.content"), content)(snapshot, language, *about)
        made: str | bytes = import_module(f"document.writers.{writer}").write(report)
        return made

    return make


def data(function: str) -> Callable[[Snapshot, str], str | bytes]:
    """Return what makes a file of data."""

    def make(snapshot: Snapshot, language: str) -> str | bytes:
        made: str | bytes = getattr(import_module("reports.data"), function)(snapshot, language)
        return made

    return make


# What each is called on pages.
WORDS = {
    "html": "HTML",
    "pdf": "PDF",
    "docx": "Word",
    "json": "JSON",
    "csv": "CSV",
    "xlsx": "Excel",
}


def of_actor(name: str, slug: str) -> Format:
    """Return the format (html, pdf, docx) of what a report says of one actor."""
    return another(name, "of_actor", slug)


def for_approval(name: str) -> Format:
    """Return the format (pdf, docx) of what actors are about to say."""
    return another(name, "for_approval")


def another(name: str, content: str, *about: str) -> Format:
    """Return a format of the report with another content."""
    make = written("word" if name == "docx" else name, content, *about)
    return replace(FORMATS[name], make=make)


def label(name: str) -> str:
    """Return what a format is called on pages, in the active language: "Summary, PDF"."""
    kind = FORMATS[name]
    word = WORDS[kind.extension]
    parts = {
        "summary": _("Summary"),
        "entries": _("Entries"),
        "actions": _("Actions"),
        "evidence": _("Evidence"),
    }
    return f"{parts[kind.name]}, {word}" if kind.name in parts else word


def file_name(plan: str, of_round: str | int, which: str, name: str, language: str) -> str:
    """Return what a computer calls a file: nap2-2025-e1-summary-nl.pdf.

    ``which`` is the edition, or "draft".
    """
    kind = FORMATS[name]
    part = "" if kind.name in {"report", "data"} else kind.name
    parts = [plan, str(of_round), which, part, language if kind.per_language else ""]
    return "-".join(filter(None, parts)) + f".{kind.extension}"


def of_schema(schema: int, *, evaluates: bool = False) -> list[str]:
    """Return the formats that an edition of a schema has, or one that evaluates the plan."""
    return [
        name
        for name, kind in FORMATS.items()
        if kind.since <= schema <= kind.until and (kind.of_evaluations or not evaluates)
    ]


def of_today(*, evaluates: bool = False) -> list[str]:
    """Return the formats of drafts and of what is frozen now."""
    return of_schema(SCHEMA_VERSION, evaluates=evaluates)


FORMATS = {
    "html": Format(written("html", "report"), HTML, "html"),
    "pdf": Format(written("pdf", "report"), PDF, "pdf"),
    "docx": Format(written("word", "report"), WORD, "docx"),
    "summary_html": Format(written("html", "short"), HTML, "html", "summary", since=3),
    "summary_pdf": Format(written("pdf", "short"), PDF, "pdf", "summary", since=3),
    "summary_docx": Format(written("word", "short"), WORD, "docx", "summary", since=3),
    "json": Format(data("render_json"), "application/json", "json", "data", per_language=False),
    # Before schema 3, entries and actions stood in one table.
    "csv": Format(data("render_entries"), CSV, "csv", "data", until=2),
    # An evaluation has no entries, so nothing but a table of actions and years.
    "entries_csv": Format(
        data("render_entries"), CSV, "csv", "entries", since=3, of_evaluations=False
    ),
    "actions_csv": Format(data("render_actions"), CSV, "csv", "actions", since=3),
    "evidence_csv": Format(
        data("render_evidence"), CSV, "csv", "evidence", since=3, of_evaluations=False
    ),
    "xlsx": Format(data("render_xlsx"), EXCEL, "xlsx", "data", of_evaluations=False),
}
