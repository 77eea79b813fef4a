"""The report as PDF: standards, tags, every text, bad input, the same bytes."""

import dataclasses
import hashlib
import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import page
import pikepdf
import pytest
from page import ValidationProfile

from document import content, selection
from document.blocks import Board, Chart, Items, Report, Run, Table
from document.content import masthead
from document.content.reader import Reader
from document.errors import RenderError
from document.snapshot import LANGUAGES, Section, Snapshot, Term, Text
from document.writers import glyphs, pdf_text
from document.writers.pdf import TIMEOUT, write
from tests.document.reading import all_of
from tests.elsewhere import digests
from tests.reports.pdf_reading import (
    Element,
    lines,
    opened,
    pieces,
    squeezed,
    stand_ins,
    tags,
    text_of,
)
from tests.reports.specimen import NASTY, action, entry, every, full, odd, specimen, unused
from tests.reports.tokens import marked, replaced

ROOT = Path(__file__).resolve().parent.parent.parent
PROFILES = (ValidationProfile.PDF_UA_1, ValidationProfile.PDF_A_2A)
# Errs on streams that end in a carriage return; lengths_hold() checks by itself.
EXCUSED = "PDFA2A-STREAM-LENGTH-001"
STREAM = re.compile(rb"/Length (\d+)(?:(?!/Length|endobj).)*?>>\s*stream\r?\n", re.DOTALL)

pytestmark = pytest.mark.slow


def render(snapshot: Snapshot, language: str, timeout: float = TIMEOUT) -> bytes:
    return write(content.report(snapshot, language), timeout)


@cache
def made(language: str = "en") -> bytes:
    return render(marked(full())[0], language)


def told(language: str = "en") -> Report:
    """Return what that document says."""
    return content.report(marked(full())[0], language)


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_alone_keeps_to_both_standards_on_two_pages(language: str) -> None:
    data = write(content.short(full(200, edition=0), language))
    assert failures(data) == []
    assert len(opened(data).pages) == 2


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
    assert missing == unused(language)
    foreign = {t for code in LANGUAGES for t in tokens[code]} - set(tokens[language])
    assert not {token for token in foreign if token in printed}


def test_links_lead_where_the_snapshot_says() -> None:
    found = addresses(opened(render(specimen(6), "nl")))
    assert set(found) == {
        "https://example.org/tekst", "https://example.org/v", "https://example.org/plan",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "https://nap.example.org/nl/plans/nap2/reports/2025/e1/",
        "https://nap.example.org/nl/method/", "https://example.org/decision",
        "https://example.org/evidence-of-the-council", "https://example.org/report-of-the-meeting",
    }  # fmt: skip


def addresses(pdf: pikepdf.Pdf) -> list[str]:
    return [
        str(note.A.URI)
        for sheet in pdf.pages
        for note in sheet.get("/Annots", [])
        if "/A" in note and "/URI" in note.A
    ]


@pytest.mark.parametrize(("make", "entries"), [(content.report, 6), (content.short, 100)])
def test_draft_and_sample_are_marked_on_every_page(
    make: Callable[[Snapshot, str], Report], entries: int
) -> None:
    snapshot = specimen(entries, edition=0)
    pdf = opened(write(make(snapshot, "en")))
    assert len(pdf.pages) > 1
    found = list(pieces(pdf))
    for number in range(1, len(pdf.pages) + 1):
        here = squeezed("".join(p.text for p in found if p.page == number))
        for mark in masthead.marks(snapshot, "en"):
            assert squeezed(mark) in here, (number, mark)


def test_the_last_page_has_the_checksum_and_how_to_cite() -> None:
    snapshot = specimen(6)
    data = render(snapshot, "fr")
    last = len(opened(data).pages)
    here = squeezed("".join(p.text for p in pieces(opened(data)) if p.page == last))
    assert selection.checksum(snapshot) in here
    assert squeezed(masthead.citation(snapshot, "fr")) in here


# --- Accessibility --------------------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_the_document_says_its_language_title_and_date(language: str) -> None:
    pdf = opened(made(language))
    snapshot = marked(full())[0]
    assert str(pdf.Root.Lang) == language
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    with pdf.open_metadata() as facts:
        assert facts["dc:title"].startswith(masthead.title(snapshot, language))
        assert facts["xmp:CreateDate"].startswith(snapshot.date)


def test_a_text_in_another_language_is_tagged_with_it() -> None:
    snapshot = dataclasses.replace(with_text("Une phrase.\n\nUne autre.", "fr"), notes=())
    document = opened(render(snapshot, "nl"))
    # The first words stand in a line with others, the second ones in a paragraph of their own.
    assert "".join(p.text for p in pieces(document) if p.language == "fr") == "Une phrase."
    spoken = {str(tag.facts.Lang) for tag in tags(document) if "/Lang" in tag.facts}
    assert spoken == {"fr"}


def test_headings_go_down_one_level_at_a_time_and_follow_the_content() -> None:
    snapshot = marked(full())[0]
    levels = headings(tags(opened(made())))
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert levels.count(1) == len(told().chapters) + 1  # and the contents
    assert levels.count(3) == len(snapshot.actions)
    said = [entry for action in snapshot.actions for entry in selection.said(action)]
    assert levels.count(4) == len(said)


def test_bookmarks_lead_to_chapters_sections_and_actions() -> None:
    snapshot = marked(full())[0]
    with opened(made()).open_outline() as bookmarks:
        titles = [squeezed(one.title) for one in bookmarks.root]
        chapters = [squeezed(part.title.text) for part in told().chapters]
        assert titles == [squeezed(snapshot.label("contents", "en")), *chapters]
        sections = bookmarks.root[titles.index(squeezed(snapshot.label("actions", "en")))].children
    assert len(sections) == len(selection.by_section(snapshot))
    first = snapshot.actions[0]
    title = Reader(snapshot, "en").heading(first) + first.titles["en"]
    assert squeezed(sections[0].children[0].title) == squeezed(title)


def test_every_table_has_a_head_a_name_and_heads_that_say_what_they_head() -> None:
    document = opened(made())
    found = tags(document)
    tables = [tag for tag in found if tag.kind == "/Table"]
    assert len(tables) == [tag.kind for tag in found].count("/THead") > 15
    names = [str(fact.Summary) for tag in tables for fact in attributes(tag) if "/Summary" in fact]
    assert names == [block.title for block in all_of(told(), Table, Board)]
    for tag in found:
        if tag.kind == "/TH":
            assert any("/Scope" in fact for fact in attributes(tag))


def attributes(tag: Element) -> list[Any]:
    given = tag.facts.get("/A", [])
    return list(given) if isinstance(given, pikepdf.Array) else [given]


def test_the_first_cell_of_each_row_heads_it() -> None:
    document = opened(made())
    rows: list[list[tuple[str, str]]] = []
    for tag in tags(document):
        if tag.kind == "/TR":
            rows.append([])
        elif tag.kind in {"/TH", "/TD"}:
            scopes = [str(fact.Scope) for fact in attributes(tag) if "/Scope" in fact]
            rows[-1].append((tag.kind, "".join(scopes)))
    heads = [row for row in rows if {kind for kind, _scope in row} == {"/TH"}]
    # At the foot of a board stands how many actions it has, which no cell heads.
    notes = [row for row in rows if row == [("/TD", "")]]
    others = [row for row in rows if row not in heads and row not in notes]
    # Heads of columns and of groups head what stands below them.
    assert {scope for row in heads for _kind, scope in row} == {"/Column"}
    assert {row[0] for row in others} == {("/TH", "/Row")}
    assert {cell for row in others for cell in row[1:]} == {("/TD", "")}
    tables, boards = all_of(told(), Table), all_of(told(), Board)
    bodies = sum(not row.is_head for table in tables for row in table.rows)
    assert len(others) == bodies + sum(len(board.groups) for board in boards)
    assert len(notes) == len(boards)


def test_drawings_are_told_in_words() -> None:
    document = opened(made())
    figures = [str(tag.facts.Alt) for tag in tags(document) if tag.kind == "/Figure"]
    drawings = [block.drawing.words for block in all_of(told(), Chart)]
    assert len(drawings) == 6
    assert {f"{one.title}. {one.description}" for one in drawings} <= set(figures)
    assert all(figures)


@pytest.mark.parametrize(("language", "word"), [("en", "p."), ("de", "S.")])
def test_a_link_to_an_action_says_what_it_shows_and_on_which_page(language: str, word: str) -> None:
    document = opened(made(language))
    shown = {tile.to: tile.said for tile in told(language).cover}
    assert re.match(r"\w+ 1: .", shown["action-1"])
    said = [(place, text) for place, text in inner_links(document) if place in shown]
    assert {place for place, _text in said} == shown.keys()
    for place, text in said:
        assert re.fullmatch(rf"{re.escape(shown[place])}, {word} \d+", text)


def test_a_link_to_what_an_actor_said_tells_the_action_and_the_actor() -> None:
    document = opened(made())
    (outlook,) = [one for one in told().chapters if one.key == "outlook"]
    lists = [block for block in outlook.blocks if isinstance(block, Items)]
    firsts = [line[0] for block in lists for line in block.lines]
    shown = {one.to: one.said for one in firsts if isinstance(one, Run)}
    assert shown["action-1-actor-2"].startswith("Action 1: Actor 2 (en)")
    said = {place: text.rpartition(", p. ")[0] for place, text in inner_links(document)}
    assert {place: said[place] for place in shown} == shown


def inner_links(document: pikepdf.Pdf) -> list[tuple[str, str]]:
    """Return where each link within a document leads, and what it says."""
    links = [note for sheet in document.pages for note in sheet.get("/Annots", [])]
    return [(str(note.Dest), str(note.Contents)) for note in links if "/Dest" in note]


def test_running_heads_and_page_numbers_are_artifacts() -> None:
    snapshot, pdf = marked(full())[0], opened(made())
    found = list(pieces(pdf))
    pages = len(pdf.pages)
    for number in range(2, pages + 1):
        aside = squeezed("".join(p.text for p in found if p.page == number and p.is_artifact))
        count = snapshot.label("page", "en").format(page=number, pages=pages)
        assert squeezed(count) in aside
        assert squeezed(masthead.title(snapshot, "en")) in aside


def test_every_font_is_in_the_document_and_none_comes_from_the_machine() -> None:
    names, pdf = set(), opened(made())
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
            assert "/FontFile2" in thing
            names.add(str(thing.FontName).split("+")[-1])
    assert names
    assert all(name.startswith(("SourceSans3", "SourceSerif4")) for name in names)


# --- Pages ----------------------------------------------------------------------------


def pages_of(data: bytes, *, aside: bool = False) -> list[str]:
    """Return what stands on each page, squeezed: its text, or what stands around it."""
    document = opened(data)
    found = [""] * len(document.pages)
    for piece in pieces(document):
        if piece.is_artifact == aside:
            found[piece.page - 1] += piece.text
    return [squeezed(text) for text in found]


@cache
def silent() -> bytes:
    """Return a report of thirty actions, of which most are silent, with heads of many heights."""
    actions = []
    for n in range(1, 31):
        said = (entry(n, "actor-1", 20, "done"),) if n % 7 == 0 else ()
        why = every(f"Because{n}y. " * (1 + n % 4))
        actions.append(dataclasses.replace(action(n, said), why=why, period=every(f"Until{n}y")))
    sections = tuple(Section(str(n), n, every(f"Section title {n}"), ("en",)) for n in range(1, 7))
    return render(specimen(30, actions=tuple(actions), sections=sections), "en")


def test_the_head_of_an_action_is_never_parted() -> None:
    found = pages_of(silent())
    for n in range(1, 31):
        places = {
            text: [page for page, here in enumerate(found) if text in here]
            for text in (f"Because{n}y.", f"Until{n}y")
        }
        (page,) = places[f"Because{n}y."]
        assert page in places[f"Until{n}y"], n
        assert f"Action{n}" in found[page]


def test_a_page_that_spans_sections_and_chapters_names_the_first_and_the_last() -> None:
    heads = pages_of(silent(), aside=True)
    spans = re.compile(r"Section(\d+)·Action(\d+)–Section(\d+)·Action(\d+)")
    found = [[int(n) for n in one.groups()] for one in map(spans.search, heads) if one]
    assert found
    assert all(first < second and one < other for first, one, second, other in found)
    titles = [squeezed(part.title.text) for part in told().chapters]
    heads = pages_of(made(), aside=True)
    assert any(f"{one}·{other}" in head for head in heads for one, other in pairwise(titles))


def test_a_page_of_actions_without_a_section_names_their_numbers_alone() -> None:
    heads = pages_of(render(odd("no sections"), "en"), aside=True)
    assert [head for head in heads if "2025Action" in head]
    assert not [head for head in heads if "Section" in head]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_only_a_scrap(language: str) -> None:
    for number, here in enumerate(pages_of(made(language))[1:], start=2):
        assert len(here) > 200, (number, here)


def test_the_foot_explains_the_signs_of_its_page_and_of_no_other() -> None:
    document = render(specimen(6), "nl")
    signs = content.report(specimen(6), "nl").signs
    told_there = squeezed("".join(f"{one.sign} {one.meaning}" for one in signs))
    body, around = pages_of(document), pages_of(document, aside=True)
    shown = [told_there in text for text in around]
    # The chapter that explains them as its text needs no foot.
    has = [
        any(squeezed(one.sign) in text for one in signs) and squeezed(signs[0].meaning) not in text
        for text in body
    ]
    assert True in shown
    assert False in shown[1:]
    assert shown == has


def with_labels(snapshot: Snapshot, **words: str) -> Snapshot:
    """Return a snapshot with some fixed words of its own, the same in every language."""
    labels = {language: said | words for language, said in snapshot.labels.items()}
    return dataclasses.replace(snapshot, labels=labels)


@pytest.mark.parametrize("is_extract", [False, True])
def test_signs_that_fill_two_lines_are_not_printed_over_the_next(*, is_extract: bool) -> None:
    snapshot = with_labels(full(), on_behalf="zq " * 60, edition="Edition yq {date}{number}")
    slug = snapshot.actions[0].entries[0].actor
    report = (
        content.of_actor(snapshot, "en", slug) if is_extract else content.report(snapshot, "en")
    )
    # What stands below the text, towards the edge of the paper.
    feet = [one for one in lines(opened(write(report))) if one.height < 60]
    pages = {one.page for one in feet if "zq zq" in one.text}
    assert pages
    for number in pages:
        here = [one for one in feet if one.page == number]
        signs = {one.height for one in here if "zq zq" in one.text}
        (below,) = {one.height for one in here if "Edition yq" in one.text}
        assert len(signs) == 2
        assert min(signs) - below >= 8
        assert below >= 12


def test_of_two_chapters_that_do_not_fit_the_head_of_a_page_names_the_last() -> None:
    snapshot = with_labels(full(), classes="Annex zq " + "by pillar and goal " * 4)
    named = with_labels(snapshot, annex="Annex yq " + "all that is held " * 2)
    heads = pages_of(render(named, "en"), aside=True)
    assert not [one for one in heads if "zq" in one and "yq" in one]
    assert [one for one in heads if "zq" in one or "yq" in one]


def test_the_head_of_an_extract_names_the_actor_in_one_line() -> None:
    snapshot = with_labels(full(400), extract_title="{report}: extract for one actor")
    report = content.of_actor(snapshot, "en", snapshot.actions[0].entries[0].actor)
    heads = [one.text for one in lines(opened(write(report))) if one.page > 1]
    assert f"{report.title} · {report.chapters[0].title.text}" in heads


def test_a_group_that_goes_on_overleaf_has_its_head_there_without_a_link() -> None:
    said = tuple(entry(n, f"actor-{n % 8 + 1}", 20, "") for n in range(1, 70))
    actions = (action(1, said), action(2, said[:3]))
    data = render(specimen(9, actions=actions), "en")
    title, others = squeezed(actions[0].titles["en"]), squeezed(actions[1].titles["en"])
    heads = [page for page in pages_of(data, aside=True) if f"1{title}" in page]
    assert len(heads) in {1, 2}
    assert not [page for page in heads if others in page]
    assert failures(data) == []


def test_the_number_of_a_page_stays_with_its_word() -> None:
    actions = tuple(
        dataclasses.replace(
            action(n, (entry(n, "actor-1", 9, ""),)), titles=every("ii " * (n + 50))
        )
        for n in range(1, 40)
    )
    snapshot = with_labels(specimen(3, actions=actions), page_short="Pqqqq")
    found = [one.text for one in lines(opened(render(snapshot, "en")))]
    # The number of an action, its title, its page, of which the last may be on a line of its own.
    assert len([one for one in found if re.search(r"Pqqqq.\d+$", one)]) == len(actions)


def test_the_title_of_a_chart_stands_apart_from_what_is_above_it() -> None:
    snapshot = with_labels(full(), f_years="Same zq status", levels_note="Note yq")
    found = lines(opened(render(snapshot, "en")))
    title = next(one for one in found if "zq" in one.text)
    note = next(one for one in found if "yq" in one.text and one.page == title.page)
    assert note.height - title.height >= 25


def test_a_sub_action_is_smaller_than_an_action() -> None:
    snapshot = specimen(6)
    found = lines(opened(render(snapshot, "en")))
    titles = {
        action.is_sub_action: next(
            one.size for one in found if one.text.startswith(action.titles["en"]) and one.size > 10
        )
        for action in snapshot.actions
    }
    assert titles == {False: 12.5, True: 11}


def test_a_name_is_set_smaller_before_it_is_divided() -> None:
    name = "Buitenlandse Zaken en Ontwikkelingssamenwerking"
    snapshot = specimen(6)
    actors = tuple(dataclasses.replace(one, names=every(name)) for one in snapshot.actors)
    document = opened(render(dataclasses.replace(snapshot, actors=actors), "nl"))
    found = "".join(piece.text for piece in pieces(document))
    assert "Ontwikkelingssamenwerking" in found
    assert not re.search(r"(?i)ontwikkelings?-|ontwik-|ontwikke-|samen-", found)


# --- Bad input ------------------------------------------------------------------------


def test_syntax_stands_as_text_in_every_field() -> None:
    nasty = dict.fromkeys(LANGUAGES, NASTY)
    snapshot = dataclasses.replace(
        specimen(6),
        plan_titles=nasty,
        site="https://example.org/?" + NASTY,
        note=nasty,
        levels=tuple(Term(one.code, nasty) for one in specimen(3).levels),
        roles=tuple(Term(one.code, nasty) for one in specimen(3).roles),
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
    printed = squeezed(glyphs.printable(" ".join(NASTY.split())))
    # Letters that run from right to left are drawn, and so read here, from the left.
    drawn = re.sub("[\u0600-\u06ff]+", lambda word: word[0][::-1], printed)
    assert text_of(data).count(drawn) >= 12
    assert not [one for one in addresses(opened(data)) if "javascript" in one]


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("中文", "[U+4E2D][U+6587]"),
        ("\u202eabc", "[U+202E]abc"),
        ("\ue000\ufdd0\x01", "[U+E000][U+FDD0][U+0001]"),
        (pdf_text.SPLIT, "[U+001F]"),
        ("Ωмега ŵ €", "Ωмега ŵ €"),
        ("e\u0301", "e\u0301"),
        ("✔ ☑ ➔ ⚠ ① Ⅷ ℃ Հայ ქარ", "✔ ☑ ➔ ⚠ ① Ⅷ ℃ Հայ ქარ"),
        ("⚠\ufe0f ✅ ❌", "⚠ ✔ ✘"),
        ("𝐁𝐞𝐬𝐥𝐮𝐢𝐭 ＡＢ１ ㎡", "Besluit AB1 m2"),
        ("👍🎯", "□□"),
    ],
)
def test_a_character_without_a_glyph_is_printed_as_what_it_means_or_as_its_code(
    given: str, printed: str
) -> None:
    assert glyphs.printable(given) == printed


def test_what_cannot_be_printed_is_told_once() -> None:
    assert glyphs.unprintable("中a中 👍 ✅ ⚠\ufe0f □ [U+4E2D]") == "中👍"


def test_signs_and_letters_that_the_family_lacks_lie_in_the_document_and_are_read_in_order() -> (
    None
):
    said = "✔ ☑ ➔ ⚠ ① Հայ ქართ عربي שלום 中 𝐁𝟏"
    data = render(with_text(said), "nl")
    assert failures(data) == []
    assert squeezed("✔ ☑ ➔ ⚠ ① Հայ ქართ") in text_of(data)
    assert squeezed("[U+4E2D] B1") in text_of(data)


def test_every_font_prints_what_the_table_promises() -> None:
    # What a serif face lacks is taken from the sans one, which has it in every style.
    sans = sorted(glyphs.FONTS.glob("SourceSans3*.ttf"))
    assert len(sans) == 4
    beside = glyphs.characters((glyphs.FONTS / glyphs.SIGNS).read_bytes())
    for font in sans:
        assert glyphs.known() <= glyphs.characters(font.read_bytes()).keys() | beside.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sign_that_only_divides_words_is_left_in_the_text(language: str) -> None:
    document = opened(made(language))
    found = {letter for piece in pieces(document) for letter in piece.text}
    found |= stand_ins(document)
    assert not found & {"\u200b", "\u2060", pdf_text.SPLIT}


def test_an_address_of_several_lines_is_copied_whole() -> None:
    address = (
        "https://example.org/een-lang-pad/" + "deel-van-het-pad/" * 12 + "x" * 60 + "?a=1&b=2#c"
    )
    snapshot = with_text(f"Zie {address} voor meer.")
    entry = snapshot.actions[0].entries[0]
    evidence = (dataclasses.replace(entry.evidence[0], title="Verslag", address=address),)
    snapshot = replaced(snapshot, 0, entries=(dataclasses.replace(entry, evidence=evidence),))
    document = opened(render(snapshot, "nl"))
    # In the words of the member, and behind the title of the evidence.
    # It may go on overleaf, where head and foot of the pages stand between.
    told = "".join(piece.text for piece in pieces(document) if not piece.is_artifact)
    assert told.count(address) == 2
    assert address in addresses(document)


@pytest.mark.parametrize("before", [40, 60, 70, 80, 90])
def test_an_address_that_fits_a_line_is_not_parted(before: int) -> None:
    address = "https://example.org/2024/samenwerkingsakkoord/462-1"
    document = opened(render(with_text("i" * 9 + " mm" * (before // 3) + f" {address}."), "nl"))
    assert any(address in one.text for one in lines(document))


def test_an_address_longer_than_a_line_breaks_before_a_slash_and_never_behind_a_hyphen() -> None:
    parts = ["https://example.org", *(f"/deel-{n}-van-het-pad" for n in range(6)), "/" + "a1-" * 30]
    found = pdf_text.held(pdf_text.text(f"({''.join(parts)}1)")).split(pdf_text.WHOLE)
    assert found[1::2][:7] == parts[:7]
    assert "".join(found) == f"({''.join(parts)}1)"
    assert not [one for one in found if one.endswith("-")]


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


def test_the_file_is_packed() -> None:
    data = made()
    assert data.count(b"/ObjStm") > 1
    # No object stands by itself but what holds the others, pages, pictures and fonts.
    assert b"/StructElem" not in data


def test_another_process_and_another_hash_seed_change_no_byte() -> None:
    first = hashlib.sha256(render(specimen(6), "fr")).hexdigest()
    making = (
        "from document.writers import pdf\nmade = [pdf.write(content.report(specimen(6), 'fr'))]"
    )
    for seed in ("1", "2"):
        made_there = digests(making, PYTHONHASHSEED=seed, TZ="Pacific/Auckland", LC_ALL="C")
        assert made_there == [first]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("No accepted entry from: ", "No accepted entry from: "),
        ("\u202f; ", "\u202f; "),
        (" and\n more", " and more"),
        ("\u00a0", "\u00a0"),
        ("", ""),
    ],
)
def test_a_piece_of_a_line_keeps_the_spaces_at_its_ends(given: str, kept: str) -> None:
    assert pdf_text.text(given) == kept
