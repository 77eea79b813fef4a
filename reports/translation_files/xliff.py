"""Translations as XLIFF 2.0, for programs of translators: the few elements that are needed.

A file has one source language and one target language, and a unit for each text. The name of a
unit holds which versions it was made of, as every program keeps it. See docs/adr/0016.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from actions.refusals import Refused
from actions.workbooks import Contents
from reports.models import CHECKED
from reports.readiness import MISSING
from reports.translation_files.units import Bundle, Line, Unit

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
SHEET = "unit"
# Our states as XLIFF has them. There "reviewed" is a translation that somebody has looked at, and
# "final" one to be used: both are checked here.
STATES = {MISSING: "initial", CHECKED: "final"}
TRANSLATED = "translated"
LOOKED_AT = {"reviewed", "final"}
ID = re.compile(r"t(\d{1,9}\.[a-z_]{1,20})\.([0-9a-f]{12})\.([0-9a-f]{12})")
FILE_ID = re.compile(r"round-(\d{1,9})")
CODE = re.compile(r"[0-9A-Fa-f]{1,6}")  # of a character that XML cannot hold
MOST_UNITS = 2_000
MOST_SIGNS = 40_000  # of those that begin an element or an attribute; a unit takes some twenty
# What marks a stretch of a text and says nothing itself.
MARKS = {"mrk", "pc", "sm", "em", "sc", "ec"}


# --- Out --------------------------------------------------------------------------


def made(given: Bundle, source: str) -> bytes:
    """Return the texts that are written in one language as an XLIFF file."""
    root = ET.Element(
        "xliff",
        {"xmlns": NAMESPACE, "version": "2.0", "srcLang": source, "trgLang": given.language},
    )
    name = f"{given.round.plan.slug}-{given.round.year}"
    file = ET.SubElement(root, "file", {"id": f"round-{given.round.pk}", "original": name})
    for unit in given.units:
        if unit.item.entry.language == source:
            add(file, unit)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def add(file: ET.Element, unit: Unit) -> None:
    """Add a text to a file."""
    key = f"t{unit.key}.{unit.source}.{unit.seen}"
    made = ET.SubElement(file, "unit", {"id": key, "name": unit.name})
    notes = ET.SubElement(made, "notes")
    ET.SubElement(notes, "note").text = unit.item.entry.action.title
    state = STATES.get(unit.item.state, TRANSLATED)
    segment = ET.SubElement(made, "segment", {"state": state})
    ET.SubElement(segment, "source", {"xml:space": "preserve"}).text = unit.item.original
    if unit.text:
        ET.SubElement(segment, "target", {"xml:space": "preserve"}).text = unit.text


# --- Back -------------------------------------------------------------------------


def read(content: bytes) -> tuple[Contents, list[Line]]:
    """Return what a file says, with its lines; raises Refused for what is no XLIFF 2.0."""
    too_many = Refused(_("The file holds far more texts than a round has."))
    if max(content.count(b"<"), content.count(b"=")) > MOST_SIGNS:
        raise too_many
    root = parsed(content)
    units = list(root.iter(tag("unit")))
    if len(units) > MOST_UNITS:
        raise too_many
    contents = Contents(mark=mark_of(root))
    lines = [line(contents, place, unit) for place, unit in enumerate(units, start=1)]
    return contents, [one for one in lines if one is not None]


def parsed(content: bytes) -> ET.Element:
    """Return the root of a file; raises Refused where it is none, or declares anything."""
    try:
        root: ET.Element = fromstring(content, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Refused(_("The file is no XLIFF file, or a damaged one.")) from error
    if root.tag != tag("xliff"):
        raise Refused(_("The file is not of XLIFF 2.0. Save it in that version."))
    return root


def tag(name: str) -> str:
    """Return the name of an element with its namespace."""
    return f"{{{NAMESPACE}}}{name}"


def mark_of(root: ET.Element) -> tuple[int, str]:
    """Return of which round and into which language a file is."""
    file = root.find(tag("file"))
    found = FILE_ID.fullmatch("" if file is None else file.get("id", ""))
    return int(found[1]) if found else 0, root.get("trgLang", "")[:2].lower()


def line(contents: Contents, place: int, unit: ET.Element) -> Line | None:
    """Return what a unit says; None where it has no translation, or a fault."""
    found = ID.fullmatch(unit.get("id", ""))
    segments = [one for one in unit if one.tag in {tag("segment"), tag("ignorable")}]
    said = [one for one in segments if one.find(tag("target")) is not None]
    if found is None:
        contents.fault(SHEET, place, "id", _("This is no text of a file of this site."))
        return None
    if not said:
        return None
    try:
        text = "".join(text_of(one) for one in segments)
    except (ValueError, RecursionError):
        words = _("Codes of a translation program stand in this text. Write it without them.")
        contents.fault(SHEET, place, found[1], words)
        return None
    states = {one.get("state", "initial") for one in segments if one.tag == tag("segment")}
    is_checked = bool(states) and states <= LOOKED_AT
    return Line(place, found[1], found[2], found[3], text.strip(), is_checked)


def text_of(segment: ET.Element) -> str:
    """Return the translation of a part of a unit; of what is only between parts, the original."""
    target = segment.find(tag("target"))
    if target is None and segment.tag == tag("segment"):
        raise ValueError("half of a text has no translation")
    part = segment.find(tag("source")) if target is None else target
    return "".join(pieces(part)) if part is not None else ""


def pieces(part: ET.Element) -> Iterator[str]:
    """Yield the text within an element; raises ValueError for a code that stands for something."""
    yield part.text or ""
    for child in part:
        name = child.tag.removeprefix(f"{{{NAMESPACE}}}")
        if name == "cp":
            yield character(child.get("hex", ""))
        elif name in MARKS:
            yield from pieces(child)
        else:
            raise ValueError(name)
        yield child.tail or ""


def character(code: str) -> str:
    """Return the character of a code; raises ValueError for what no text and no database holds."""
    found = int(code, 16) if CODE.fullmatch(code) else 0
    last_of_plane = found & 0xFFFE == 0xFFFE  # noqa: PLR2004
    if not found or last_of_plane or 0xD800 <= found <= 0xDFFF or 0xFDD0 <= found <= 0xFDEF:  # noqa: PLR2004
        raise ValueError(code)
    return chr(found)
