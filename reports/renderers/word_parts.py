"""An empty Word document in the look of the report: styles, head, foot, properties."""

import io
import re
from functools import cache
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.styles.styles import Styles

from document.characters import coded
from document.charts import LOOKS
from document.snapshot import Snapshot, plain
from reports import outline
from reports.renderers import packages
from reports.renderers.wordml import Run, Writer, w

FOLDER = Path(__file__).with_name("word")
# The files of the package, and where each stands here, where a reader can see it.
PARTS = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "package_rels.xml",
    "docProps/app.xml": "app.xml",
    "docProps/core.xml": "core.xml",
    "word/document.xml": "document.xml",
    "word/_rels/document.xml.rels": "document_rels.xml",
    "word/fontTable.xml": "fonts.xml",
    "word/numbering.xml": "numbering.xml",
    "word/settings.xml": "settings.xml",
    "word/styles.xml": "styles.xml",
}
# Word knows a language as that of a country; it has no spelling of Belgian German.
TAGS = {"nl": "nl-BE", "fr": "fr-BE", "de": "de-DE", "en": "en-GB"}
FIELDS = {"page": "PAGE", "pages": "NUMPAGES"}
LONGEST_PROPERTY = 255  # of a core property, which python-docx insists on


def opened(snapshot: Snapshot, language: str) -> Document:
    """Return a document without a text, but with everything around it."""
    document = docx.Document(io.BytesIO(_template()))
    _speak(document, TAGS[language])
    _add_status_styles(document.styles)
    _describe(document, snapshot, language)
    _frame(document, snapshot, language)
    return document


def saved(document: Document) -> bytes:
    """Return the bytes of a document, the same for the same contents."""
    out = io.BytesIO()
    document.save(out)
    return packages.settled(out.getvalue())


@cache
def _template() -> bytes:
    return packages.packed([(name, (FOLDER / file).read_bytes()) for name, file in PARTS.items()])


def _speak(document: Document, tag: str) -> None:
    """Set the language of whatever has none of its own."""
    for element in document.styles.element.iter(w("lang")):
        element.set(w("val"), tag)
    for element in document.settings.element.iter(w("themeFontLang")):
        element.set(w("val"), tag)


def _add_status_styles(styles: Styles) -> None:
    """Add a character style for each status, in the colours of the charts."""
    for code in outline.ORDER:
        styles.element.append(_status_style(code))


def _status_style(code: str) -> BaseOxmlElement:
    look = LOOKS[code]
    fill, edge, ink = (_hex(colour) for colour in (look.fill, look.edge, look.ink))
    line = "dashed" if look.dashes else "single"
    return parse_xml(
        f'<w:style {nsdecls("w")} w:type="character" w:customStyle="1" '
        f'w:styleId="{status_style(code)}"><w:name w:val="Report Status {code}"/>'
        f'<w:basedOn w:val="DefaultParagraphFont"/>'
        f'<w:rPr><w:b/><w:bCs/><w:color w:val="{ink}"/>'
        f'<w:bdr w:val="{line}" w:sz="4" w:space="0" w:color="{edge}"/>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/></w:rPr></w:style>'
    )


def status_style(code: str) -> str:
    """Return the key of the character style of a status."""
    return f"ReportStatus{code.title().replace('_', '')}"


def _hex(colour: str) -> str:
    """Return "#fff" as Word writes it: "FFFFFF"."""
    digits = colour.removeprefix("#")
    full = digits if len(digits) > len("fff") else "".join(digit * 2 for digit in digits)
    return full.upper()


def _describe(document: Document, snapshot: Snapshot, language: str) -> None:
    about = document.core_properties
    marks = outline.marks(snapshot, language)
    about.title = _property(outline.title(snapshot, language))
    about.subject = _property(outline.subtitle(snapshot, language))
    about.author = about.last_modified_by = _property(snapshot.label("made_by", language))
    about.comments = _property(
        " – ".join(dict.fromkeys([outline.edition(snapshot, language), *marks]))
    )
    about.language = TAGS[language]
    about.created = about.modified = packages.made_on(snapshot)
    about.revision = max(snapshot.edition, 1)


def _property(text: str) -> str:
    return coded(text)[:LONGEST_PROPERTY]


def _frame(document: Document, snapshot: Snapshot, language: str) -> None:
    """Write the head and the foot of every page: title and marks, edition and page number."""
    section, writer = document.sections[0], Writer(document)
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    head, foot = (part.part.element[0] for part in (section.header, section.footer))
    plan = plain(snapshot.plan_titles, language)[0]
    writer.runs(head, [Run(f"{outline.title(snapshot, language)} · {plan}")])
    for mark in outline.marks(snapshot, language):
        writer.runs(head, [Run("\n"), Run(mark, style="ReportAlarm")])
    writer.runs(foot, [Run(f"{outline.edition(snapshot, language)}\t")])
    for piece in re.split(r"\{(\w+)\}", snapshot.label("page", language)):
        if piece in FIELDS:
            writer.field(foot, FIELDS[piece])
        elif piece:
            writer.runs(foot, [Run(piece)])
