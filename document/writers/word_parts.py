"""An empty Word document in the look of the report: styles, head, foot, properties."""

import io
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import docx
from docx.document import Document
from docx.shared import Twips

from document.blocks import Report
from document.characters import coded
from document.writers import packages, word_fonts
from document.writers.wordml import Run, Writer, w

FOLDER = Path(__file__).with_name("word_files")
# The files of the package, and where each stands here, where a reader can see it.
PARTS = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package_rels.xml",
    "docProps/app.xml": "app.xml",
    "docProps/core.xml": "core.xml",
    "word/document.xml": "document.xml",
    "word/_rels/document.xml.rels": "document_rels.xml",
    "word/fontTable.xml": "fonts.xml",
    "word/_rels/fontTable.xml.rels": "fonts_rels.xml",
    "word/numbering.xml": "numbering.xml",
    "word/settings.xml": "settings.xml",
    "word/styles.xml": "styles.xml",
}
# Word knows a language as that of a country; it has no spelling of Belgian German.
TAGS = {"nl": "nl-BE", "fr": "fr-BE", "de": "de-DE", "en": "en-GB"}
FIELDS = {"page": "PAGE", "pages": "NUMPAGES"}
# Of a short document: half points at most, of which so much; space between paragraphs likewise.
LARGEST, SMALLER, FARTHEST, CLOSER = 40, 0.85, 360, 0.3
LONGEST_PROPERTY = 255  # of a core property, which python-docx insists on


def opened(report: Report) -> Document:
    """Return a document without a text, but with everything around it."""
    document = docx.Document(io.BytesIO(_template()))
    if report.is_short:
        _close_up(document)
    _speak(document, TAGS[report.language])
    _describe(document, report)
    _frame(document, report)
    return document


def saved(document: Document) -> bytes:
    """Return the bytes of a document, the same for the same contents."""
    out = io.BytesIO()
    document.save(out)
    return packages.settled(out.getvalue())


@cache
def _template() -> bytes:
    """Return an empty document with its fonts inside."""
    files = [(name, (FOLDER / file).read_bytes()) for name, file in PARTS.items()]
    fonts = [
        (f"word/{word_fonts.place(number)}", word_fonts.embedded(face))
        for number, face in enumerate(word_fonts.FACES, start=1)
    ]
    return packages.packed([*files, *fonts])


def _close_up(document: Document) -> None:
    """Set everything smaller and closer: what is short stands on two pages."""
    styles, section = document.styles.element, document.sections[0]
    for size in (*styles.iter(w("sz")), *styles.iter(w("szCs"))):
        size.set(w("val"), str(round(min(int(size.get(w("val"))), LARGEST) * SMALLER)))
    for space in styles.iter(w("spacing")):
        for side in ("before", "after"):
            if given := space.get(w(side)):
                space.set(w(side), str(round(min(int(given), FARTHEST) * CLOSER)))
        if space.get(w("line")):
            space.set(w("line"), "240")
    for side in ("top", "bottom"):
        for margin in styles.iter(w(side)):
            if margin.get(w("type")) == "dxa":
                margin.set(w("w"), "8")
    section.top_margin, section.bottom_margin = Twips(1150), Twips(900)
    section.header_distance = section.footer_distance = Twips(380)


def _speak(document: Document, tag: str) -> None:
    """Set the language of whatever has none of its own."""
    for element in document.styles.element.iter(w("lang")):
        element.set(w("val"), tag)
    for element in document.settings.element.iter(w("themeFontLang")):
        element.set(w("val"), tag)


def _describe(document: Document, report: Report) -> None:
    about = document.core_properties
    about.title = _property(report.title)
    about.subject = _property(report.subtitle.text)
    about.author = about.last_modified_by = _property(report.made_by)
    about.comments = _property(" – ".join(dict.fromkeys([report.edition, *report.marks])))
    about.language = TAGS[report.language]
    about.created = about.modified = datetime(*report.day, tzinfo=UTC)
    about.revision = 1


def _property(text: str) -> str:
    return coded(text)[:LONGEST_PROPERTY]


def _frame(document: Document, report: Report) -> None:
    """Write head and foot of every page: title and marks; signs, edition and page number."""
    section, writer = document.sections[0], Writer(document)
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    head, foot = (part.part.element[0] for part in (section.header, section.footer))
    title = " · ".join(filter(None, (report.title, report.subtitle.text)))
    writer.runs(head, [Run("" if report.is_letter else title)])
    for mark in report.marks:
        writer.runs(head, [Run("\n"), Run(mark, style="ReportAlarm")])
    if signs := report.foot_signs:
        writer.runs(foot, [Run(signs), Run("\n")])
    writer.runs(foot, [Run(f"{report.edition}\t")])
    for piece in re.split(r"\{(\w+)\}", report.words["page"]):
        if piece in FIELDS:
            writer.field(foot, FIELDS[piece])
        elif piece:
            writer.runs(foot, [Run(piece)])
