"""The report as PDF: standards, tags, every text, bad input, the same bytes."""

import dataclasses
import hashlib
import os
import re
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import page
import pikepdf
import pytest
from page import ValidationProfile

from document.snapshot import LANGUAGES, Snapshot, Text
from reports import outline
from reports.renderers import RenderError, glyphs, pdf_text
from reports.renderers.pdf import render
from tests.reports.pdf_reading import Element, opened, pieces, squeezed, tags, text_of
from tests.reports.specimen import NASTY, every, overridden, specimen
from tests.reports.tokens import marked, replaced

ROOT = Path(__file__).resolve().parent.parent.parent
PROFILES = (ValidationProfile.PDF_UA_1, ValidationProfile.PDF_A_2A)
# Errs on streams that end in a carriage return; lengths_hold() checks by itself.
EXCUSED = "PDFA2A-STREAM-LENGTH-001"
STREAM = re.compile(rb"/Length (\d+)(?:(?!/Length|endobj).)*?>>\s*stream\r?\n", re.DOTALL)
NOBODY: dict[str, Any] = {
    "status": "not_reported", "derived": "not_reported", "entries": (), "history": (),
    "missing": (), "expected": 0, "reported": 0, "movement": "", "still": 0,
}  # fmt: skip

pytestmark = pytest.mark.slow


def full() -> Snapshot:
    """Return a specimen that has everything a report may hold."""
    plain = specimen(
        24, replaces=1, note=every("A note"), validated_on="2026-04-10", validation=every("Said")
    )
    return replaced(
        plain, 0, override=overridden(plain), status="partly_done", left_out=("actor-3",)
    )


@cache
def made(language: str = "en") -> bytes:
    return render(marked(full())[0], language)


def with_text(text: str, language: str = "nl") -> Snapshot:
    snapshot = specimen(3)
    said = dataclasses.replace(snapshot.actions[0].entries[0], texts={"done": Text(language, text)})
    return replaced(snapshot, 0, entries=(said,))


def failures(data: bytes) -> list[tuple[str, str]]:
    """Return what a validator of two standards finds, but for the one rule that errs."""
    return [
        (failure.rule_id, failure.message)
        for profile in PROFILES
        for failure in page.validate_pdf_bytes(data, profile=profile).failures
        if failure.rule_id != EXCUSED or not lengths_hold(data)
    ]


def lengths_hold(data: bytes) -> bool:
    """Tell whether each stream is as long as it says."""
    at, count = 0, 0
    while found := STREAM.search(data, at):
        at = found.end() + int(found[1])
        if not re.match(rb"\r?\n?endstream", data[at : at + 12]):
            return False
        count += 1
    return count == data.count(b"\nendstream")


def headings(found: list[Element]) -> list[int]:
    return [int(tag.kind[2]) for tag in found if re.fullmatch(r"/H[1-6]", tag.kind)]


# --- Standards ------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_keeps_to_both_standards(language: str) -> None:
    assert failures(made(language)) == []


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
    elif case == "bare":
        return dataclasses.replace(
            snapshot, actions=(), sections=(), actors=(), figures=(), chapters=(), opened_on="",
            date="", edition=0,
        )  # fmt: skip
    return dataclasses.replace(snapshot, actions=actions)


@pytest.mark.parametrize(
    "case", ["no entries", "one entry", "all discontinued", "no sections", "bare"]
)
def test_an_odd_round_gives_a_document_all_the_same(case: str) -> None:
    snapshot = odd(case)
    data = render(snapshot, "nl")
    assert failures(data) == []
    found = text_of(data)
    said = any(entry.status for action in snapshot.actions for entry in action.entries)
    assert (squeezed(snapshot.label("empty_round", "nl")) in found) == (not said)
    assert headings(tags(opened(data))).count(3) == len(snapshot.actions)


# --- Every text -----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_snapshot_stands_in_the_document(language: str) -> None:
    tokens = marked(full())[1]
    pdf = opened(made(language))
    printed = text_of(made(language)) + "".join(addresses(pdf))
    missing = {path for token, path in tokens[language].items() if token not in printed}
    # The report names actors in full; no entry of the specimen has these roles.
    assert {path for path in missing if ".short." not in path} == {
        f".roles.{role}.{language}" for role in ("beneficiary", "partner")
    }
    foreign = {t for code in LANGUAGES for t in tokens[code]} - set(tokens[language])
    assert not {token for token in foreign if token in printed}


def test_links_lead_where_the_snapshot_says() -> None:
    found = addresses(opened(render(specimen(6), "nl")))
    assert set(found) == {
        "https://example.org/tekst", "https://example.org/v", "https://example.org/plan",
    }  # fmt: skip


def addresses(pdf: pikepdf.Pdf) -> list[str]:
    return [
        str(note.A.URI)
        for sheet in pdf.pages
        for note in sheet.get("/Annots", [])
        if "/A" in note and "/URI" in note.A
    ]


def test_draft_and_sample_are_marked_on_every_page() -> None:
    snapshot = specimen(6, edition=0)
    pdf = opened(render(snapshot, "en"))
    found = list(pieces(pdf))
    for number in range(1, len(pdf.pages) + 1):
        here = squeezed("".join(p.text for p in found if p.page == number))
        for mark in outline.marks(snapshot, "en"):
            assert squeezed(mark) in here, (number, mark)


def test_the_last_page_has_the_checksum_and_how_to_cite() -> None:
    snapshot = specimen(6)
    data = render(snapshot, "fr")
    last = len(opened(data).pages)
    here = squeezed("".join(p.text for p in pieces(opened(data)) if p.page == last))
    assert outline.checksum(snapshot) in here
    assert squeezed(outline.citation(snapshot, "fr")) in here


# --- Accessibility --------------------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_the_document_says_its_language_title_and_date(language: str) -> None:
    pdf = opened(made(language))
    snapshot = marked(full())[0]
    assert str(pdf.Root.Lang) == language
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    with pdf.open_metadata() as facts:
        assert facts["dc:title"].startswith(outline.title(snapshot, language))
        assert facts["xmp:CreateDate"].startswith(snapshot.date)


def test_a_text_in_another_language_is_tagged_with_it() -> None:
    pdf = opened(render(with_text("Une phrase.", "fr"), "nl"))
    spoken = {str(tag.facts.Lang) for tag in tags(pdf) if "/Lang" in tag.facts}
    assert spoken == {"fr"}


def test_headings_go_down_one_level_at_a_time_and_follow_the_outline() -> None:
    snapshot = marked(full())[0]
    levels = headings(tags(opened(made())))
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    chapters = outline.chapters(snapshot, "en")
    assert levels.count(1) == len(chapters) + 1  # and the contents
    assert levels.count(3) == len(snapshot.actions)
    shown = [entry for action in snapshot.actions for entry in outline.shown(action)]
    assert levels.count(4) == len(shown)


def test_bookmarks_lead_to_chapters_sections_and_actions() -> None:
    snapshot = marked(full())[0]
    with opened(made()).open_outline() as bookmarks:
        titles = [squeezed(one.title) for one in bookmarks.root]
        chapters = [squeezed(part.title) for part in outline.chapters(snapshot, "en")]
        assert titles == [squeezed(snapshot.label("contents", "en")), *chapters]
        sections = bookmarks.root[titles.index(squeezed(snapshot.label("actions", "en")))].children
    assert len(sections) == len(outline.by_section(snapshot))
    first = snapshot.actions[0]
    title = outline.heading(first, snapshot, "en") + first.titles["en"]
    assert squeezed(sections[0].children[0].title) == squeezed(title)


def test_every_table_has_a_head_and_every_head_says_what_it_heads() -> None:
    pdf = opened(made())
    found = tags(pdf)
    assert [t.kind for t in found].count("/Table") == [t.kind for t in found].count("/THead") > 5
    for tag in found:
        if tag.kind == "/TH":
            facts = tag.facts.A if isinstance(tag.facts.A, pikepdf.Array) else [tag.facts.A]
            assert any("/Scope" in one for one in facts)


def test_drawings_are_told_in_words() -> None:
    snapshot, pdf = marked(full())[0], opened(made())
    figures = [str(t.facts.Alt) for t in tags(pdf) if t.kind == "/Figure"]
    counts = outline.status_counts(snapshot.actions)
    told = "; ".join(f"{snapshot.word(code, 'en')}: {n}" for code, n in counts)
    assert f"{snapshot.label('by_status', 'en')}. {told}" in figures
    assert all(figures)


def test_running_heads_and_page_numbers_are_artifacts() -> None:
    snapshot, pdf = marked(full())[0], opened(made())
    found = list(pieces(pdf))
    pages = len(pdf.pages)
    for number in range(2, pages + 1):
        aside = squeezed("".join(p.text for p in found if p.page == number and p.is_artifact))
        count = snapshot.label("page", "en").format(page=number, pages=pages)
        assert squeezed(count) in aside
        assert squeezed(outline.title(snapshot, "en")) in aside


def test_every_font_is_in_the_document_and_none_comes_from_the_machine() -> None:
    names, pdf = set(), opened(made())
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
            assert "/FontFile2" in thing
            names.add(str(thing.FontName).split("+")[-1])
    assert names
    assert all(name.startswith(("SourceSans3", "SourceSerif4")) for name in names)


# --- Bad input ------------------------------------------------------------------------


def test_syntax_stands_as_text_in_every_field() -> None:
    nasty = dict.fromkeys(LANGUAGES, NASTY)
    snapshot = dataclasses.replace(
        specimen(6),
        plan_titles=nasty,
        site="https://example.org/?" + NASTY,
        note=nasty,
        levels=dict.fromkeys(specimen(3).levels, nasty),
        roles=dict.fromkeys(specimen(3).roles, nasty),
    )
    snapshot = replaced(snapshot, 0, titles=nasty, why=nasty, period=nasty, period_text=NASTY)
    entry = snapshot.actions[1].entries[0]
    document = dataclasses.replace(entry.evidence[0], title=NASTY, address="javascript:alert(1)")
    said = dataclasses.replace(
        entry, texts={"done": Text("nl", f"- {NASTY}\n- **{NASTY}**")}, evidence=(document,)
    )
    snapshot = replaced(snapshot, 1, entries=(said,))
    data = render(snapshot, "nl")
    assert failures(data) == []
    assert text_of(data).count(squeezed(glyphs.printable(" ".join(NASTY.split())))) >= 12
    assert not [one for one in addresses(opened(data)) if "javascript" in one]


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("中文", "[U+4E2D][U+6587]"),
        ("\u202eabc", "[U+202E]abc"),
        ("\ue000\ufdd0\x01", "[U+E000][U+FDD0][U+0001]"),
        ("Ωмега ŵ €", "Ωмега ŵ €"),
        ("e\u0301", "e\u0301"),
    ],
)
def test_a_character_without_a_glyph_is_printed_as_its_code(given: str, printed: str) -> None:
    assert glyphs.printable(given) == printed


def test_every_font_prints_what_the_table_promises() -> None:
    # What a serif face lacks is taken from the sans one, which has it in every style.
    sans = sorted(glyphs.FONTS.glob("SourceSans3*.ttf"))
    assert len(sans) == 4
    for font in sans:
        assert glyphs.known() <= glyphs.characters(font.read_bytes())


def test_an_entry_longer_than_a_page_and_words_longer_than_a_line_are_printed_whole() -> None:
    word = "x" * 200
    long = f"{word} " + "woord " * 1500 + "https://example.org/" + "a1" * 100 + " einde."
    snapshot = replaced(with_text(long), 1, titles=every("Een titel die niet ophoudt. " * 60))
    data = render(snapshot, "nl")
    assert failures(data) == []
    found = text_of(data)
    assert word in found
    assert "a1" * 100 + "einde." in found
    assert found.count("woord") >= 1500


def test_lists_within_lists_are_printed_however_deep() -> None:
    deep = "\n".join(f"{'  ' * n}- diepte{n}." for n in range(40))
    found = text_of(render(with_text(deep), "nl"))
    assert all(f"diepte{n}." in found for n in range(40))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://" + "x" * 9000, "", "x y"])
def test_an_address_that_is_no_link_is_text(address: str) -> None:
    assert pdf_text.link(address) == ""


# --- Failing, and the same bytes ------------------------------------------------------


def test_a_text_that_cannot_be_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # Let through what the typesetter refuses: a character that no font has.
    monkeypatch.setattr(pdf_text, "printable", str)
    snapshot = replaced(specimen(6), 1, titles=every("中文"))
    with pytest.raises(RenderError) as error:
        render(snapshot, "en")
    assert error.value.place == "Action 2"


def test_a_status_without_a_word_is_named() -> None:
    snapshot = specimen(6)
    wrong = dataclasses.replace(snapshot.actions[1].entries[0], status="unheard_of")
    with pytest.raises(RenderError) as error:
        render(replaced(snapshot, 1, entries=(wrong,)), "en")
    assert error.value.place == "Action 2"


def test_a_typesetter_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(RenderError, match=r"longer than 0\.01 seconds"):
        render(specimen(3), "en", timeout=0.01)


OTHER_PROCESS = """
import hashlib, sys
import django
django.setup()
from reports.renderers import pdf
from tests.reports.specimen import specimen
sys.stdout.write(hashlib.sha256(pdf.render(specimen(6), "fr")).hexdigest())
"""


def test_another_process_and_another_hash_seed_change_no_byte() -> None:
    first = hashlib.sha256(render(specimen(6), "fr")).hexdigest()
    facts = os.environ | {"DJANGO_SETTINGS_MODULE": "napmonitor.settings", "DEBUG": "1"}
    facts |= {"TZ": "Pacific/Auckland", "LC_ALL": "C"}
    digests = {
        subprocess.run(
            [sys.executable, "-c", OTHER_PROCESS],
            cwd=ROOT,
            env=facts | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert digests == {first}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Not received from: ", "Not received from: "),
        ("\u202f; ", "\u202f; "),
        (" and\n more", " and more"),
        ("\u00a0", "\u00a0"),
        ("", ""),
    ],
)
def test_a_piece_of_a_line_keeps_the_spaces_at_its_ends(text: str, kept: str) -> None:
    assert pdf_text.piece(text) == kept
