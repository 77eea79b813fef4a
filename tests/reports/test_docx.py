"""The Word document: reopened, it has what the outline says, and nothing in it breaks or runs."""

import dataclasses
import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pytest
import time_machine
from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from document.snapshot import LANGUAGES, Snapshot, Text
from document.snapshot import Document as Evidence
from reports import outline
from reports.renderers import RenderError
from reports.renderers.docx import SIGNS, render
from reports.renderers.pictures import pictures
from reports.renderers.wordml import usable
from tests.reports.specimen import NASTY, entry, every, overridden, specimen
from tests.reports.tokens import marked, replaced

ROOT = Path(__file__).resolve().parents[2]
# What makes the document of another process, with another hash seed, at another time.
OTHER_PROCESS = """
import hashlib, sys, django
django.setup()
from reports.renderers.docx import render
from tests.reports.specimen import specimen
print(hashlib.sha256(render(specimen(), "fr")).hexdigest())
"""


@cache
def made(language: str = "en") -> bytes:
    return render(specimen(), language)


def reopened(data: bytes) -> Document:
    return docx.Document(io.BytesIO(data))


def text_of(element) -> str:
    """Return the text below an element, links and contents included."""
    pieces = element.iter(qn("w:t"), qn("w:br"))
    return "".join(piece.text or "\n" for piece in pieces)


def numbering(paragraph: Paragraph) -> tuple[int, int] | None:
    """Return the level and the list of a paragraph, if it has a bullet or a number."""
    properties = paragraph.paragraph_format.element.pPr
    number = None if properties is None else properties.numPr
    return None if number is None else (number.ilvl.val, number.numId.val)


def style_of(paragraph: Paragraph) -> str:
    assert paragraph.style is not None
    return paragraph.style.style_id


def headings(document: Document, level: int) -> list[str]:
    return [p.text for p in document.paragraphs if style_of(p) == f"Heading{level}"]


def table(document: Document, title: str) -> list[list[str]]:
    """Return the cells of the table with a title (its alternative text)."""
    (found,) = [
        t for t in document.element.iter(qn("w:tbl"))
        if t.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == title
    ]  # fmt: skip
    return [[text_of(cell) for cell in row.iter(qn("w:tc"))] for row in found.iter(qn("w:tr"))]


def with_text(text: str, language: str = "nl") -> Snapshot:
    """Return a specimen whose first entry says a text."""
    snapshot = specimen(3)
    said = dataclasses.replace(entry(1, "actor-1", 1, "done"), texts={"done": Text(language, text)})
    return replaced(snapshot, 0, entries=(said,))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headings_are_those_of_the_outline(language: str) -> None:
    snapshot, document = specimen(), reopened(made(language))
    titles = [part.title for part in outline.chapters(snapshot, language)]
    assert headings(document, 1) == titles
    actions = [
        (
            outline.heading(a, snapshot, language),
            outline.name(a.titles, a.official, snapshot, language),
        )
        for a in snapshot.actions
    ]
    colon = "\u00a0:" if language == "fr" else ":"
    assert headings(document, 3) == [
        f"{head}{colon} {name.text}" + (f" ({name.original})" if name.original else "")
        for head, name in actions
    ]
    actors = [e.actor for a in snapshot.actions for e in outline.shown(a)]
    assert headings(document, 4) == [
        f"{outline.actor_name(actor, snapshot, language)}"
        f" ({outline.actor_short(actor, snapshot, language)})"
        for actor in actors
    ]


def test_the_sections_and_the_groups_of_changes_are_headings_of_the_second_level() -> None:
    snapshot, document = specimen(), reopened(made())
    changes = [snapshot.label(key, "en") for key, _actions in outline.changes(snapshot)]
    sections = []
    for section, _actions in outline.by_section(snapshot):
        assert section is not None
        sections.append(f"Section {section.number}: {section.titles['en']}")
    assert headings(document, 2) == [
        "How to read it", "Signs and colours", "Actions by status", "Status by section",
        "Status by level of government", "Actions and years", "Movement since 2024", *changes,
        *sections, "Vocabulary", "Source", "How to cite", "Checksum of the data (SHA-256)",
    ]  # fmt: skip


def test_the_contents_hold_the_headings_and_are_updated_on_opening() -> None:
    document = reopened(made())
    (contents,) = document.element.iter(qn("w:sdt"))
    entries = [p for p in contents.iter(qn("w:p")) if text_of(p)]
    levels = {f"Heading{n}": f"TOC{n}" for n in (1, 2, 3)}
    expected = [
        (levels[style_of(p)], p.text)
        for p in document.paragraphs if style_of(p) in levels
    ]  # fmt: skip
    assert [(p.pPr.pStyle.get(qn("w:val")), text_of(p)) for p in entries] == expected
    assert [f.text for f in contents.iter(qn("w:instrText"))] == [' TOC \\o "1-3" \\h \\z ']
    kinds = [f.get(qn("w:fldCharType")) for f in contents.iter(qn("w:fldChar"))]
    assert kinds == ["begin", "separate", "end"]
    (update,) = document.settings.element.iter(qn("w:updateFields"))
    assert update.get(qn("w:val")) == "true"


def test_the_annex_has_a_row_per_responsibility() -> None:
    snapshot = specimen()
    head, *rows = table(reopened(made()), "Annex: all responsibilities")
    assert head == ["Action", "Actor", "Role", "Status", "Remarks"]
    assert [row[1] for row in rows] == [
        outline.actor_name(row.entry.actor, snapshot, "en") for row in outline.annex_rows(snapshot)
    ]
    assert [row[0] for row in rows[:5]] == [
        "1\u00a0 Title of action 1 (en)", "1", "1", "1", "2\u00a0 Title of action 2 (en)",
    ]  # fmt: skip


def test_every_table_repeats_its_head_and_has_a_name() -> None:
    tables = list(reopened(made()).element.iter(qn("w:tbl")))
    assert len(tables) == 15
    for found in tables:
        first, *others = found.iter(qn("w:tr"))
        assert first.trPr.find(qn("w:tblHeader")) is not None
        assert not [row for row in others if row.trPr.find(qn("w:tblHeader")) is not None]
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in [first, *others])
        look = found.tblPr.find(qn("w:tblLook"))
        assert (look.get(qn("w:firstRow")), look.get(qn("w:firstColumn"))) == ("1", "1")
        assert found.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))


def test_links_lead_where_the_snapshot_says() -> None:
    document = reopened(made("nl"))
    rels = document.part.rels
    keys = [link.get(qn("r:id")) for link in document.element.iter(qn("w:hyperlink"))]
    addresses = {rels[key].target_ref for key in keys if key}
    assert addresses == {
        "https://example.org/v", "https://example.org/tekst", "https://example.org/plan",
        "https://nap.example.org/nl/plans/nap2/reports/2025/e1/",
    }  # fmt: skip
    assert all(rels[key].is_external for key in keys if key)


def test_links_inside_lead_to_a_heading() -> None:
    document = reopened(made())
    places = [mark.get(qn("w:name")) for mark in document.element.iter(qn("w:bookmarkStart"))]
    assert len(places) == len(set(places))
    targets = {link.get(qn("w:anchor")) for link in document.element.iter(qn("w:hyperlink"))}
    assert targets - {None} <= set(places)
    assert {f"action_{n}" for n in range(1, len(specimen().actions) + 1)} <= targets


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_snapshot_is_printed(language: str) -> None:
    plain = specimen(
        replaces=1, note=every("A note"), validated_on="2026-04-10", validation=every("Said")
    )
    plain = replaced(
        plain, 0, override=overridden(plain), status="partly_done", left_out=("actor-3",)
    )
    snapshot, tokens = marked(plain)
    document = reopened(render(snapshot, language))
    printed = text_of(document.element) + " ".join(
        rel.target_ref for rel in document.part.rels.values() if rel.is_external
    )
    missing = {path for token, path in tokens[language].items() if token not in printed}
    # No entry of the specimen has these roles.
    assert missing == {f".roles.{role}.{language}" for role in ("beneficiary", "partner")}
    foreign = {t for code in LANGUAGES for t in tokens[code]} - set(tokens[language])
    assert not {token for token in foreign if token in printed}


def test_a_text_with_syntax_in_it_stands_as_text() -> None:
    snapshot = with_text(NASTY)
    snapshot = replaced(snapshot, 1, titles=every(NASTY), official=("nl",))
    document = reopened(render(snapshot, "nl"))
    assert NASTY in [p.text for p in document.paragraphs]
    heading = outline.heading(snapshot.actions[1], snapshot, "nl")
    assert f"{heading}: {NASTY} (nl)" in headings(document, 3)


def test_characters_that_xml_or_a_font_cannot_hold_stand_as_their_code() -> None:
    document = reopened(render(with_text("a\x00b\x0bc\ufffed\ue000e\u202ef"), "nl"))
    expected = "a[U+0000]b[U+000B]c[U+FFFE]d[U+E000]e[U+202E]f"
    # NUL is replaced by the reader of Markdown itself.
    assert expected.replace("[U+0000]", "\ufffd") in [p.text for p in document.paragraphs]
    snapshot = replaced(specimen(3), 0, titles=every("x\x00y\x1fz"))
    assert "Action 1: x[U+0000]y[U+001F]z (en)" in headings(reopened(render(snapshot, "en")), 3)


def test_markdown_becomes_lists_breaks_and_looks() -> None:
    text = "een **twee** _drie_\nvier\n\n4. a\n   - b\n\n     c\n5. d\n\n- e\n\nf\n\n1. g"
    document = reopened(render(with_text(text), "nl"))
    found = [p for p in document.paragraphs if style_of(p) in {"ListParagraph", "Normal"}]
    start = [p.text for p in found].index("een twee drie\nvier")
    first, *listed = found[start : start + 8]
    assert [(r.text, r.bold, r.italic) for r in first.runs if r.text.strip()] == [
        ("een ", None, None), ("twee", True, None), ("drie", None, True), ("vier", None, None),
    ]  # fmt: skip
    assert [p.text for p in listed] == ["a", "b", "c", "d", "e", "f", "g"]
    levels = [numbering(p) for p in listed]
    lists = [level and level[1] for level in levels]
    one, bullets, last = lists[0], lists[1], lists[6]
    assert levels == [(0, one), (1, bullets), None, (0, one), (0, bullets), None, (0, last)]
    assert len({one, bullets, last}) == 3
    starts = {
        num.numId: [s.get(qn("w:val")) for s in num.iter(qn("w:startOverride"))]
        for num in document.part.numbering_part.element.num_lst
    }
    assert (starts[one], starts[last]) == (["4"], ["1"])


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/" + "a" * 3000,
        "javascript:alert(1)",
        "https://exa mple/",
        "https://[::bad",
        "mailto:a@b@c",
        "https://",
        "/en/",
    ],
)
def test_an_address_that_word_cannot_open_is_no_link(address: str) -> None:
    snapshot = specimen(3)
    said = dataclasses.replace(
        snapshot.actions[0].entries[0], evidence=(Evidence("Paper", address, every("Report")),)
    )
    document = reopened(render(replaced(snapshot, 0, entries=(said,)), "en"))
    external = {rel.target_ref for rel in document.part.rels.values() if rel.is_external}
    assert external - {"https://example.org/v", "https://example.org/tekst"} == {
        "https://example.org/plan", "https://nap.example.org/en/plans/nap2/reports/2025/e1/",
    }  # fmt: skip
    assert f"Paper (Report (en))\n{address}" in [p.text for p in document.paragraphs]


def test_an_address_with_accents_or_spaces_is_a_link_as_browsers_write_it() -> None:
    assert usable("https://example.org/é t?a=1#b") == "https://example.org/%C3%A9%20t?a=1#b"
    assert usable("mailto:a@example.org?subject=x") == "mailto:a@example.org?subject=x"
    assert usable("HTTPS://example.org:8000") == "HTTPS://example.org:8000"


def test_the_language_is_that_of_the_document_and_of_each_foreign_text() -> None:
    document = reopened(made("de"))
    styles = document.styles.element
    assert {lang.get(qn("w:val")) for lang in styles.iter(qn("w:lang"))} == {"de-DE"}
    assert document.core_properties.language == "de-DE"
    tags = {
        lang.get(qn("w:val")): text_of(lang.getparent().getparent())
        for lang in document.element.iter(qn("w:lang"))
    }
    # The texts of the specimen are Dutch or French, translated into English alone.
    assert set(tags) == {"nl-BE", "fr-BE"}
    marks = [p.text for p in document.paragraphs if style_of(p) == "ReportLabel"]
    labels = specimen().labels["de"]
    expected = {f"{labels['done']} ({labels[f'original_{code}']})" for code in ("nl", "fr")}
    assert expected < set(marks)


def test_a_checked_translation_is_printed_instead_of_the_original() -> None:
    document = reopened(made("en"))
    texts = [p.text for p in document.paragraphs]
    assert "Checked translation 24." in texts
    assert not [text for text in texts if "keurde" in text]
    assert not list(document.element.iter(qn("w:lang")))


def test_a_status_is_a_sign_and_a_word_on_its_colour() -> None:
    snapshot, document = specimen(), reopened(made())
    rows = table(document, "Vocabulary")[1:]
    expected = [f"\u00a0{SIGNS[s.code]}\u00a0{s.words['en']}\u00a0" for s in snapshot.vocabulary]
    assert [row[0] for row in rows] == expected
    shades = {
        style.style_id: style.element.rPr.find(qn("w:shd")).get(qn("w:fill"))
        for style in document.styles if style.style_id.startswith("ReportStatus")
        and style.element.rPr is not None
    }  # fmt: skip
    assert len(shades) == len(SIGNS)
    assert (shades["ReportStatusDone"], shades["ReportStatusNotStarted"]) == ("0F3D63", "F1DCC3")


def test_charts_are_pictures_with_alternative_texts() -> None:
    document = reopened(made())
    alternatives = [(p.get("title"), p.get("descr")) for p in document.element.iter(qn("wp:docPr"))]
    titles = [title for title, _description in alternatives]
    assert titles == [
        "Status by section", "Status by level of government", "Actions and years",
        "Movement since 2024",
    ]  # fmt: skip
    assert all(len(description) > 20 for _title, description in alternatives)
    width = document.sections[0].page_width
    assert all(shape.width < width for shape in document.inline_shapes)


def test_a_drawing_becomes_the_same_picture_each_time() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 4"><path d="M0 0h4v2"/></svg>'
    one, other = pictures([svg, svg.replace("h4", "h8")])
    assert one.startswith(b"\x89PNG")
    assert one != other
    assert pictures([svg]) == [one]
    assert pictures([]) == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"is_sample": False}, []),
        ({"is_sample": True}, ["sample"]),
        ({"is_sample": True, "edition": 0}, ["draft", "sample"]),
    ],
)
def test_draft_and_sample_are_marked_on_each_page_and_on_the_cover(
    facts: dict, expected: list[str]
) -> None:
    snapshot = specimen(3, **facts)
    document = reopened(render(snapshot, "fr"))
    marks = [snapshot.label(key, "fr") for key in expected]
    (section,) = document.sections
    assert not section.different_first_page_header_footer
    assert text_of(section.header.part.element).split("\n")[1:] == marks
    cover = [p.text for p in document.paragraphs if style_of(p) == "ReportMark"]
    assert cover == marks


def test_the_foot_has_the_edition_and_the_page_number() -> None:
    foot = reopened(made()).sections[0].footer.part.element
    assert [f.get(qn("w:instr")) for f in foot.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    assert text_of(foot) == "Edition 1 of 15 April 2026Page 1 of 1"


def test_the_properties_say_what_the_document_is() -> None:
    about = reopened(made()).core_properties
    assert about.title == "Progress report 2025"
    assert about.subject == "Follow-up: National Action Plan (en)"
    assert about.author.startswith("Social Responsibility working group")
    assert about.created == about.modified == datetime(2026, 4, 15, tzinfo=UTC)
    assert "Sample data" in about.comments


@pytest.mark.slow
def test_the_bytes_are_equal_in_another_process_and_at_another_time() -> None:
    digest = hashlib.sha256(made("fr")).hexdigest()
    with time_machine.travel(datetime(2031, 7, 2, 3, 4, 5, tzinfo=UTC)):
        assert hashlib.sha256(render(specimen(), "fr")).hexdigest() == digest
    environment = {
        **os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT), "TZ": "Asia/Tokyo",
        "DJANGO_SETTINGS_MODULE": "napmonitor.settings", "DEBUG": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS], cwd=ROOT, env=environment, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == digest


def test_the_package_has_neither_times_nor_a_template_of_others() -> None:
    with zipfile.ZipFile(io.BytesIO(made())) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = package.namelist()
    assert not [name for name in names if "thumbnail" in name or "theme" in name]


NOBODY: dict[str, Any] = {
    "entries": (), "expected": 0, "reported": 0, "missing": (), "status": "not_reported",
}  # fmt: skip


def odd(case: str) -> Snapshot:
    """Return a snapshot that is right and strange."""
    snapshot = specimen(1 if case == "one entry" else 6)
    actions = snapshot.actions
    if case == "no entries":
        actions = tuple(dataclasses.replace(a, **NOBODY) for a in actions)
    elif case == "all discontinued":
        said: dict[str, Any] = {"status": "discontinued", "derived": "discontinued", "history": ()}
        actions = tuple(dataclasses.replace(a, **said, movement="") for a in actions)
    elif case == "no sections":
        actions = tuple(dataclasses.replace(a, section=None) for a in actions)
        return dataclasses.replace(snapshot, sections=(), actions=actions)
    elif case == "no actions":
        actions = ()
    elif case == "bare":
        return dataclasses.replace(
            snapshot, actions=(), sections=(), actors=(), figures=(), chapters=(), opened_on="",
            date="2026-01-01", edition=0,
        )  # fmt: skip
    return dataclasses.replace(snapshot, actions=actions)


@pytest.mark.parametrize(
    "case",
    ["no entries", "one entry", "all discontinued", "no sections", "no actions", "bare"],
)
def test_an_odd_round_gives_a_document_all_the_same(case: str) -> None:
    snapshot = odd(case)
    document = reopened(render(snapshot, "nl"))
    assert headings(document, 1) == [part.title for part in outline.chapters(snapshot, "nl")]
    assert len(headings(document, 3)) == len(snapshot.actions)
    texts = [p.text for p in document.paragraphs]
    said = any(e.status for a in snapshot.actions for e in a.entries)
    assert (snapshot.label("empty_round", "nl") in texts) == (not said)
    # A table that ends a story would leave Word nothing to write behind it.
    assert document.element.body[-2].tag == qn("w:p")


def test_a_text_that_cannot_be_written_is_named() -> None:
    snapshot = specimen(6)
    wrong = dataclasses.replace(snapshot.actions[1].entries[0], status="unheard_of")
    with pytest.raises(RenderError) as error:
        render(replaced(snapshot, 1, entries=(wrong,)), "en")
    assert error.value.place == "Action 2"


def test_a_chart_that_cannot_be_drawn_is_named() -> None:
    with pytest.raises(RenderError) as error:
        render(replaced(specimen(6), 1, status="unheard_of"), "en")
    assert error.value.place == "Key figures"


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed here")
@pytest.mark.parametrize("language", LANGUAGES)
def test_libreoffice_makes_a_pdf_of_it(tmp_path: Path, language: str) -> None:
    document = tmp_path / "report.docx"
    document.write_bytes(made(language))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", "pdf", "--outdir", str(tmp_path), str(document)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
