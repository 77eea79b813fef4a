"""Parts of a Word document set smaller and closer, in styles of their own: the summary inside."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from docx.document import Document
from docx.oxml import OxmlElement

from document.writers.word_parts import CLOSER, FARTHEST, LARGEST, SMALLER
from document.writers.wordml import w

SUFFIX = "Close"
PLAIN = "Normal"  # the style of a paragraph that names none
CELL_MARGIN = "8"  # above and below the text of a cell


def close_up(document: Document, elements: Iterable[Any]) -> None:
    """Set some paragraphs and tables of a document closer; headings keep their styles."""
    known = {style.get(w("styleId")): style for style in document.styles.element.iter(w("style"))}
    for element in elements:
        for paragraph in list(element.iter(w("p"))):
            _restyle(document, known, paragraph.get_or_add_pPr(), "pStyle", PLAIN)
        for run in list(element.iter(w("rPr"))):
            _restyle(document, known, run, "rStyle", "")
        for table in list(element.iter(w("tblPr"))):
            _tighten(table)


def _restyle(document: Document, known: dict[str, Any], about: Any, tag: str, plain: str) -> None:
    """Give a paragraph or a run the closer kin of its style."""
    found = about.find(w(tag))
    name = found.get(w("val")) if found is not None else plain
    if not name or name.startswith("Heading") or name not in known:
        return
    if tag == "rStyle" and known[name].find(f"{w('rPr')}/{w('sz')}") is None:
        return
    if name + SUFFIX not in known:
        known[name + SUFFIX] = _kin(known, name)
        document.styles.element.append(known[name + SUFFIX])
    if found is None:
        found = OxmlElement(f"w:{tag}")
        about.insert(0, found)
    found.set(w("val"), name + SUFFIX)


def _kin(known: dict[str, Any], name: str) -> Any:
    """Return a style like another one, smaller, with less space between paragraphs."""
    style = deepcopy(known[name])
    style.set(w("styleId"), name + SUFFIX)
    style.attrib.pop(w("default"), None)
    title = style.find(w("name"))
    title.set(w("val"), f"{title.get(w('val'))} Close")
    based = style.find(w("basedOn"))
    if based is None:
        based = OxmlElement("w:basedOn")
        title.addnext(based)
    based.set(w("val"), name)
    letters = _part(style, "rPr")
    for tag in ("sz", "szCs"):
        size = _part(letters, tag)
        size.set(w("val"), str(round(min(int(_inherited(known, name, tag)), LARGEST) * SMALLER)))
    if style.get(w("type")) == "paragraph":
        space = _part(_part(style, "pPr"), "spacing")
        for side in ("before", "after"):
            given = int(_inherited(known, name, "spacing", side))
            space.set(w(side), str(round(min(given, FARTHEST) * CLOSER)))
        space.set(w("line"), "240")
        space.set(w("lineRule"), "auto")
    return style


def _part(parent: Any, tag: str) -> Any:
    """Return a part of an element, made where there is none; text comes behind paragraphs."""
    found = parent.find(w(tag))
    if found is None:
        found = OxmlElement(f"w:{tag}")
        letters = parent.find(w("rPr"))
        if tag == "pPr" and letters is not None:
            letters.addprevious(found)
        else:
            parent.append(found)
    return found


def _inherited(known: dict[str, Any], name: str, tag: str, attribute: str = "val") -> str:
    """Return what a style says, or the one that it is based on; what stands where none does."""
    style = known.get(name)
    while style is not None:
        for found in style.iter(w(tag)):
            if found.get(w(attribute)):
                return str(found.get(w(attribute)))
        based = style.find(w("basedOn"))
        style = known.get(based.get(w("val"))) if based is not None else None
    return {"val": "20", "before": "0", "after": "110"}[attribute]


def _tighten(table: Any) -> None:
    """Leave less room above and below the text of each cell of a table."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "bottom"):
        margin = OxmlElement(f"w:{side}")
        margin.set(w("w"), CELL_MARGIN)
        margin.set(w("type"), "dxa")
        margins.append(margin)
    # Where the order of its parts asks for it.
    behind = [table.find(w(tag)) for tag in ("tblLook", "tblCaption", "tblDescription")]
    after = next((one for one in behind if one is not None), None)
    if after is not None:
        after.addprevious(margins)
    else:
        table.append(margins)
