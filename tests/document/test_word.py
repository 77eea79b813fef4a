"""The Word document: reopened, it says what the content says, and nothing in it breaks or runs."""

import dataclasses
import hashlib
import io
import re
import shutil
import struct
import subprocess
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

from document import content, selection
from document.blocks import Action as ActionBlock
from document.blocks import Board, Chart, Heading, Status, Table
from document.blocks import Entry as EntryBlock
from document.charts import Bar
from document.content.reader import Reader
from document.errors import RenderError
from document.links import usable
from document.snapshot import LANGUAGES, Snapshot, Text
from document.snapshot import Document as Evidence
from document.typography import sign
from document.writers import word, word_fonts
from document.writers.pictures import pictures
from document.writers.word import SIGNS
from document.writers.wordml import MARGINS, TALLEST_HEAD, WIDTH, fitting, long
from document.writers.wordml import Run as Word
from tests.document.reading import all_of
from tests.elsewhere import digests
from tests.reports.specimen import NASTY, action, entry, every, full, odd, specimen, unused
from tests.reports.tokens import marked, replaced

ROOT = Path(__file__).resolve().parents[2]
# What makes the document of another process, with another hash seed, at another time.


# Where the specimen leads: to documents, the plan, the licence, its own pages.
ADDRESSES = {
    "https://example.org/v",
    "https://example.org/tekst",
    "https://example.org/plan",
    "https://example.org/decision",
    "https://example.org/evidence-of-the-council",
    "https://example.org/report-of-the-meeting",
    "https://creativecommons.org/publicdomain/zero/1.0/",
}


def render(snapshot: Snapshot, language: str) -> bytes:
    return word.write(content.report(snapshot, language))


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


def bookmark(paragraph: Paragraph) -> str:
    """Return the place that links to a heading lead to."""
    (start,) = paragraph.paragraph_format.element.iter(qn("w:bookmarkStart"))
    return str(start.get(qn("w:name")))


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


def own(language: str) -> set[str]:
    """Return the addresses of the report itself and of the page on its method."""
    site = f"https://nap.example.org/{language}"
    return {f"{site}/plans/nap2/reports/2025/e1/", f"{site}/method/"}


def addresses(document: Document) -> set[str]:
    return {rel.target_ref for rel in document.part.rels.values() if rel.is_external}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headings_are_those_of_the_content(language: str) -> None:
    snapshot, document = specimen(), reopened(made(language))
    titles = [part.title.text for part in content.report(snapshot, language).chapters]
    assert headings(document, 1) == titles
    reader, colon = Reader(snapshot, language), sign(":", language)
    # Only the English titles are official.
    mark = "" if language == "en" else "\u00a0°"
    assert headings(document, 3) == [
        f"{reader.heading(action)}{colon} {action.titles[language]}{mark}"
        for action in snapshot.actions
    ]
    actors = [e.actor for a in snapshot.actions for e in selection.said(a)]
    assert headings(document, 4) == [
        f"{reader.actor(actor).text} ({reader.short(actor).text})" for actor in actors
    ]


def test_sections_charts_and_groups_are_headings_of_the_second_level() -> None:
    report, document = content.report(specimen(), "en"), reopened(made())
    expected = []
    for block in all_of(report, Heading, Chart):
        if isinstance(block, Chart):
            expected.append(block.drawing.words.title)
        elif block.level == 2:
            before = block.over or block.number
            text = "".join(run.text for run in block.line)
            expected.append(f"{before}: {text}" if before else text)
    assert headings(document, 2) == expected
    assert {"Section 1: Section title 1 (en)", "1: Section title 1 (en)"} < set(expected)


def test_the_contents_hold_the_headings_and_are_updated_on_opening() -> None:
    document = reopened(made())
    (contents,) = document.element.iter(qn("w:sdt"))
    entries = [p for p in contents.iter(qn("w:p")) if text_of(p)]
    levels = {f"Heading{n}": f"TOC{n}" for n in (1, 2)}
    expected = [(levels[style_of(p)], p) for p in document.paragraphs if style_of(p) in levels]
    # Behind each entry stands its page, which is counted on opening.
    assert [(p.pPr.pStyle.get(qn("w:val")), text_of(p)) for p in entries] == [
        (level, f"{heading.text}–") for level, heading in expected
    ]
    for entry_, (_level, heading) in zip(entries, expected, strict=True):
        place = bookmark(heading)
        (page,) = [f.get(qn("w:instr")) for f in entry_.iter(qn("w:fldSimple"))]
        assert page == f" PAGEREF {place} \\h "
        assert {link.get(qn("w:anchor")) for link in entry_.iter(qn("w:hyperlink"))} == {place}
    (update,) = document.settings.element.iter(qn("w:updateFields"))
    assert update.get(qn("w:val")) == "true"


def test_the_annex_has_a_row_per_responsibility_under_its_action() -> None:
    snapshot = specimen()
    reader = Reader(snapshot, "en")
    head, *rows = table(reopened(made()), "Annex: all responsibilities")
    assert head == ["Actor", "Role", "Status", "Remarks"]
    expected: list[list[str]] = []
    for one in snapshot.actions:
        expected.append([f"{one.label}\u00a0 {one.titles['en']} (p.\u00a0–)"])
        names = [reader.actor(entry.actor).text for entry in one.entries]
        expected += [[name] for name in names or ["Nobody is asked for an entry"]]
    assert [row[:1] for row in rows] == expected
    assert {len(row) for row in rows} == {1, 4}


def test_every_table_repeats_its_head_and_has_a_name() -> None:
    tables = list(reopened(made()).element.iter(qn("w:tbl")))
    assert len(tables) == len(all_of(content.report(specimen(), "en"), Table, Board, Chart)) > 20
    for found in tables:
        first, *others = found.iter(qn("w:tr"))
        assert first.trPr.find(qn("w:tblHeader")) is not None
        assert not [row for row in others if row.trPr.find(qn("w:tblHeader")) is not None]
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in [first, *others])
        look = found.tblPr.find(qn("w:tblLook"))
        assert (look.get(qn("w:firstRow")), look.get(qn("w:firstColumn"))) == ("1", "1")
        assert found.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))


def annex_of(*entries: int) -> list[Any]:
    """Return the tables of the annex, for actions with so many entries."""
    actions = tuple(
        action(place, tuple(entry(n, f"actor-{n}", 20, "done") for n in range(1, count + 1)))
        for place, count in enumerate(entries, start=1)
    )
    document = reopened(render(specimen(9, actions=actions), "en"))
    return [
        one
        for one in document.element.iter(qn("w:tbl"))
        if one.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "Annex: all responsibilities"
    ]


def repeated(table: Any) -> list[str]:
    """Return the first cell of each row of a table that stands again on each of its pages."""
    rows = [row for row in table.iter(qn("w:tr")) if row.trPr.find(qn("w:tblHeader")) is not None]
    return [text_of(next(row.iter(qn("w:tc")))) for row in rows]


def test_a_small_group_of_a_table_is_not_parted() -> None:
    (annex,) = annex_of(8, 8)
    rows = list(annex.iter(qn("w:tr")))[2:9]
    assert {row.find(f".//{qn('w:keepNext')}") is not None for row in rows} == {True}


def test_the_head_of_a_long_group_stands_again_overleaf() -> None:
    before, long_one, behind = annex_of(2, 9, 2)
    assert (repeated(before), repeated(behind)) == (["Actor"], ["Actor"])
    first, second = repeated(long_one)
    assert first == "Actor"
    assert second.startswith("2\u00a0 ")
    rows = list(long_one.iter(qn("w:tr")))[2:8]
    assert {row.find(f".//{qn('w:keepNext')}") is not None for row in rows} == {False}
    # Word makes one table of two without a paragraph between them.
    assert long_one.getprevious().tag == long_one.getnext().tag == qn("w:p")


def test_a_sub_action_is_set_smaller_than_an_action() -> None:
    document = reopened(made())
    styles = {
        p.text.split(":")[0]: {run.style.style_id for run in p.runs}
        for p in document.paragraphs
        if style_of(p) == "Heading3"
    }
    smaller = {key for key, names in styles.items() if "ReportSmaller" in names}
    below = {f"Sub-action {one.label}" for one in specimen().actions if one.is_sub_action}
    assert smaller == below != set()


def test_the_document_brings_its_fonts_which_its_readers_can_open() -> None:
    with zipfile.ZipFile(io.BytesIO(made())) as archive:
        stored = [archive.read(f"word/{word_fonts.place(n)}") for n in range(1, 7)]
        table = archive.read("word/fontTable.xml").decode()
    for face, mixed in zip(word_fonts.FACES, stored, strict=True):
        assert f"w:embed{face.style} r:id=" in table
        key = bytes.fromhex(face.key.strip("{}").replace("-", ""))[::-1]
        assert face.key in table
        font = bytes(one ^ key[n % 16] for n, one in enumerate(mixed[:32])) + mixed[32:]
        # All sums are right, so that every system takes it.
        assert word_fonts.summed(font) == 0xB1B0AFBA
        kept = characters_of(font)
        assert set(range(0x20, 0x7F)) | set(map(ord, "éëüßœŒÉ–…’€→")) <= kept
        assert len(font) < 130_000


def characters_of(font: bytes) -> set[int]:
    """Return the characters of a font whose table has the form for the basic plane."""
    table = word_fonts.read(font)["cmap"]
    count = struct.unpack_from(">H", table, 18)[0] // 2
    ends = struct.unpack_from(f">{count}H", table, 26)
    starts = struct.unpack_from(f">{count}H", table, 28 + 2 * count)
    return {char for pair in zip(starts, ends, strict=True) for char in range(pair[0], pair[1] + 1)}


def test_the_head_of_an_action_stays_with_its_first_entry() -> None:
    paragraphs = reopened(made()).paragraphs
    styles = [style_of(p) for p in paragraphs]
    start = next(n for n, p in enumerate(paragraphs) if p.text.startswith("Action 1: "))
    end = next(n for n in range(start, len(styles)) if styles[n] == "Heading4")
    kept = [p.paragraph_format.keep_with_next for p in paragraphs[start + 1 : end]]
    assert len(kept) >= 3
    assert set(kept) == {True}


def test_the_head_of_a_silent_action_stays_together() -> None:
    snapshot = specimen(3, actions=(action(1, ()), action(2, ())))
    paragraphs = reopened(render(snapshot, "en")).paragraphs
    start = next(n for n, p in enumerate(paragraphs) if p.text.startswith("Action 1: "))
    end = next(n for n, p in enumerate(paragraphs) if p.text.startswith("Action 2: "))
    kept = [bool(p.paragraph_format.keep_with_next) for p in paragraphs[start + 1 : end]]
    assert kept == [True] * (len(kept) - 1) + [False]


def test_no_column_is_narrower_than_its_longest_word() -> None:
    rows = [[[Word("Ontwikkelingssamenwerking en zo")], [Word("1")], [Word("Nee\u00a0niets")]]]
    widths = fitting([1, 8, 1], rows)
    assert sum(widths) <= WIDTH
    assert widths[0] >= long("Ontwikkelingssamenwerking") + MARGINS
    assert widths[2] >= long("Nee\u00a0niets") + MARGINS
    # Where not all have room, each gives way in proportion.
    crowded = fitting([1] * 4, [[[Word("x" * 60)]] * 4])
    assert sum(crowded) <= WIDTH
    assert len(set(crowded)) == 1
    for found in reopened(made("nl")).element.iter(qn("w:tbl")):
        assert sum(int(one.get(qn("w:w"))) for one in found.iter(qn("w:gridCol"))) <= WIDTH


def test_the_summary_inside_is_set_smaller_and_closer_than_what_follows() -> None:
    document = reopened(word.write(content.report(full(200), "nl")))
    styles = [style_of(one) for one in document.paragraphs]
    heads = [place for place, style in enumerate(styles) if style == "Heading1"]
    summary, after = styles[heads[0] + 1 : heads[1]], styles[heads[1] :]
    headings = {"Heading2"}
    assert {style for style in summary if not style.endswith("Close")} == headings
    assert [style for style in after if style.endswith("Close")] == []
    known = {one.style_id: one for one in document.styles}
    assert known["ReportFactsClose"].font.size < known["ReportFacts"].font.size
    assert known["ReportFactsClose"].base_style.style_id == "ReportFacts"
    # Of what stands by itself everything is small already.
    alone = reopened(word.write(content.short(full(200), "nl")))
    assert [one for one in alone.paragraphs if style_of(one).endswith("Close")] == []


def test_heads_that_stand_upright_have_room_for_their_words() -> None:
    upright = 0
    for table in reopened(made("nl")).element.iter(qn("w:tbl")):
        twips = [int(one.get(qn("w:w"))) for one in table.iter(qn("w:gridCol"))]
        row = next(table.iter(qn("w:tr")))
        for cell, width in zip(row.iter(qn("w:tc")), twips, strict=True):
            if cell.tcPr.find(qn("w:textDirection")) is None:
                continue
            upright += 1
            height = int(row.trPr.find(qn("w:trHeight")).get(qn("w:val")))
            words = re.split(r"[ \n-]+", text_of(cell))
            assert height >= min(max(map(long, words)) + MARGINS, TALLEST_HEAD)
            assert height >= TALLEST_HEAD or height * (width // 250) >= long(text_of(cell))
    assert upright >= 10


def test_a_status_never_breaks() -> None:
    document = reopened(made("nl"))
    coloured = [ground.getparent().getparent() for ground in document.element.iter(qn("w:shd"))]
    assert len(coloured) > 50
    assert not [text_of(run) for run in coloured if " " in text_of(run)]


def test_the_summary_alone_is_set_close_and_starts_no_page() -> None:
    document = reopened(word.write(content.short(full(200, edition=0), "nl")))
    whole = reopened(made("nl"))
    assert not list(document.element.body.iter(qn("w:pageBreakBefore")))
    size, usual = (int(one.styles.element.find(f".//{qn('w:sz')}").get(qn("w:val")))
                   for one in (document, whole))  # fmt: skip
    assert 16 <= size < usual
    top, usual_top = (one.sections[0].top_margin or 0 for one in (document, whole))
    assert 0 < top < usual_top


def test_links_lead_where_the_snapshot_says() -> None:
    document = reopened(made("nl"))
    rels = document.part.rels
    keys = [link.get(qn("r:id")) for link in document.element.iter(qn("w:hyperlink"))]
    assert {rels[key].target_ref for key in keys if key} == ADDRESSES | own("nl")
    assert all(rels[key].is_external for key in keys if key)


def test_links_inside_lead_to_a_heading() -> None:
    document = reopened(made())
    places = [mark.get(qn("w:name")) for mark in document.element.iter(qn("w:bookmarkStart"))]
    assert len(places) == len(set(places))
    targets = {link.get(qn("w:anchor")) for link in document.element.iter(qn("w:hyperlink"))}
    assert targets - {None} <= set(places)
    for paragraph in document.paragraphs:
        if style_of(paragraph) in {"Heading3", "Heading4"}:
            assert bookmark(paragraph) in targets


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_snapshot_is_printed(language: str) -> None:
    snapshot, tokens = marked(full())
    document = reopened(render(snapshot, language))
    printed = text_of(document.element) + " ".join(
        rel.target_ref for rel in document.part.rels.values() if rel.is_external
    )
    missing = {path for token, path in tokens[language].items() if token not in printed}
    assert missing == unused(language)
    foreign = {t for code in LANGUAGES for t in tokens[code]} - set(tokens[language])
    assert not {token for token in foreign if token in printed}


def test_a_text_with_syntax_in_it_stands_as_text() -> None:
    snapshot = with_text(NASTY)
    snapshot = replaced(snapshot, 1, titles=every(NASTY), official=("nl",))
    document = reopened(render(snapshot, "nl"))
    assert NASTY in [p.text for p in document.paragraphs]
    heading = Reader(snapshot, "nl").heading(snapshot.actions[1])
    assert f"{heading}: {NASTY} (nl)" in headings(document, 3)


def test_characters_that_xml_or_a_font_cannot_hold_stand_as_their_code() -> None:
    document = reopened(render(with_text("a\x00b\x0bc\ufffed\ue000e\u202ef"), "nl"))
    expected = "a[U+0000]b[U+000B]c[U+FFFE]d[U+E000]e[U+202E]f"
    # NUL is replaced by the reader of Markdown itself.
    assert expected.replace("[U+0000]", "\ufffd") in [p.text for p in document.paragraphs]
    snapshot = replaced(specimen(3), 0, titles=every("x\x00y\x1fz"))
    assert "Action 1: x[U+0000]y[U+001F]z (en)" in headings(reopened(render(snapshot, "en")), 3)


def test_markdown_becomes_lists_breaks_and_looks() -> None:
    text = "een **twee** _drie_\nvier\n\n1. a\n   - b\n\n     c\n2. d\n\n- e\n\nf\n\n1. g\n2. h"
    document = reopened(render(with_text(text), "nl"))
    found = [p for p in document.paragraphs if style_of(p) in {"ListParagraph", "Normal"}]
    start = [p.text for p in found].index("een twee drie\nvier")
    first, *listed = found[start : start + 9]
    assert [(r.text, r.bold, r.italic) for r in first.runs if r.text.strip()] == [
        ("een ", None, None), ("twee", True, None), ("drie", None, True), ("vier", None, None),
    ]  # fmt: skip
    assert [p.text for p in listed] == ["a", "b", "c", "d", "e", "f", "g", "h"]
    levels = [numbering(p) for p in listed]
    lists = [level and level[1] for level in levels]
    one, bullets, last = lists[0], lists[1], lists[6]
    assert levels == [(0, one), (1, bullets), None, (0, one), (0, bullets), None] + 2 * [(0, last)]
    assert len({one, bullets, last}) == 3
    starts = {
        num.numId: [s.get(qn("w:val")) for s in num.iter(qn("w:startOverride"))]
        for num in document.part.numbering_part.element.num_lst
    }
    assert (starts[one], starts[last]) == (["1"], ["1"])


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
    assert addresses(document) == own("en") | {
        "https://example.org/plan", "https://creativecommons.org/publicdomain/zero/1.0/",
        "https://example.org/decision",
        "https://example.org/evidence-of-the-council",
        "https://example.org/report-of-the-meeting",
    }  # fmt: skip
    assert f"Paper (Report (en)) {address}" in [p.text for p in document.paragraphs]


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
    labels = [p.text for p in document.paragraphs if style_of(p) == "ReportLabel"]
    done = specimen().label("done", "de")
    assert {f"{done}\u00a0[NL]", f"{done}\u00a0[FR]"} < set(labels)


def test_a_checked_translation_is_printed_instead_of_the_original() -> None:
    document = reopened(made("en"))
    texts = [p.text for p in document.paragraphs]
    assert "Checked translation 24." in texts
    assert not [text for text in texts if "keurde" in text]
    foreign = [lang.getparent().getparent() for lang in document.element.iter(qn("w:lang"))]
    assert not [run for run in foreign if "Checked" in text_of(run)]


def test_a_status_is_a_sign_and_a_word_on_its_colour() -> None:
    snapshot, document = specimen(), reopened(made())
    rows = table(document, "Vocabulary")[1:]
    words = {s.code: s.words["en"].replace(" ", "\u00a0") for s in snapshot.vocabulary}
    expected = [f"\u00a0{SIGNS[code]}\u00a0{word}\u00a0" for code, word in words.items()]
    assert [row[0] for row in rows] == expected
    shades: dict[str, set[str]] = {}
    for ground in document.element.iter(qn("w:shd")):
        said = text_of(ground.getparent().getparent()).strip("\u00a0")
        shades.setdefault(said, set()).add(ground.get(qn("w:fill")))
    found = {code: shades[word] for code, word in words.items()}
    assert (found["done"], found["not_started"]) == ({"0F3D63"}, {"F1DCC3"})
    assert {len(colours) for colours in found.values()} == {1}


def test_charts_are_pictures_with_alternative_texts() -> None:
    document = reopened(made())
    alternatives = [(p.get("title"), p.get("descr")) for p in document.element.iter(qn("wp:docPr"))]
    drawings = [chart.drawing.words for chart in all_of(content.report(specimen(), "en"), Chart)]
    assert alternatives == [(one.title, one.description) for one in drawings]
    assert len(alternatives) == 6
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
    signs, edition = text_of(foot).split("\n")
    assert edition == "Edition 1 of 15 April 2026Page – of –"
    told = content.report(specimen(), "en").signs
    # Behind the number of a tile stand two more.
    tiles = ["! Overdue", "… rests on some of the expected entries only"]
    told_signs = signs.replace("\u00a0", " ").split(" · ")
    assert told_signs == [f"{mark.sign} {mark.meaning}" for mark in told] + tiles


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
    making = (
        "from document.writers import word\nmade = [word.write(content.report(specimen(), 'fr'))]"
    )
    assert digests(making, PYTHONHASHSEED="7", TZ="Asia/Tokyo") == [digest]


def test_the_package_has_neither_times_nor_a_template_of_others() -> None:
    with zipfile.ZipFile(io.BytesIO(made())) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = package.namelist()
    assert not [name for name in names if "thumbnail" in name or "theme" in name]


@pytest.mark.parametrize(
    "case",
    ["no entries", "one entry", "all discontinued", "no sections", "no actions", "bare"],
)
def test_an_odd_round_gives_a_document_all_the_same(case: str) -> None:
    snapshot = odd(case)
    document = reopened(render(snapshot, "nl"))
    titles = [part.title.text for part in content.report(snapshot, "nl").chapters]
    assert headings(document, 1) == titles
    assert len(headings(document, 3)) == len(snapshot.actions)
    texts = [p.text for p in document.paragraphs]
    said = any(e.status for a in snapshot.actions for e in a.entries)
    assert (snapshot.label("empty_round", "nl") in texts) == (not said)
    # A table that ends a story would leave Word nothing to write behind it.
    assert document.element.body[-2].tag == qn("w:p")


def test_a_status_without_a_word_is_named() -> None:
    snapshot = specimen(6)
    wrong = dataclasses.replace(snapshot.actions[1].entries[0], status="unheard_of")
    for given in (replaced(snapshot, 1, entries=(wrong,)), replaced(snapshot, 1, status="huh")):
        with pytest.raises(RenderError) as error:
            render(given, "en")
        assert error.value.place == "Action 2"


def test_a_text_that_cannot_be_written_is_named() -> None:
    report = content.report(specimen(6), "en")
    (chapter,) = [chapter for chapter in report.chapters if chapter.key == "actions"]
    action = all_of(report, ActionBlock)[1]
    status = dataclasses.replace(action.entries[0].status, status=Status("unheard_of", "Unheard"))
    wrong = EntryBlock(Heading(4, ()), status)
    broken = dataclasses.replace(chapter, blocks=(dataclasses.replace(action, entries=(wrong,)),))
    with pytest.raises(RenderError) as error:
        word.write(dataclasses.replace(report, chapters=(broken,)))
    assert error.value.place == "Action 2"


def test_a_chart_that_cannot_be_drawn_is_named() -> None:
    report = content.report(specimen(6), "en")
    (chapter,) = [chapter for chapter in report.chapters if chapter.key == "figures"]
    chart = all_of(report, Chart)[1]
    counted = dataclasses.replace(chart.drawing, rows=(Bar("", {"unheard_of": 1}),))
    wrong = dataclasses.replace(chapter, blocks=(dataclasses.replace(chart, drawing=counted),))
    with pytest.raises(RenderError) as error:
        word.write(dataclasses.replace(report, chapters=(wrong,)))
    assert error.value.place == chart.drawing.words.title


@pytest.mark.slow
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


def test_what_a_star_in_the_table_of_a_chart_means_stands_under_it() -> None:
    found = [p.text for p in reopened(made()).paragraphs]
    assert found.count("* rests on some of the expected entries only") == 1
