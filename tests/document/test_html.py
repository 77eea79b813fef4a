"""The report as a page: it says all that the snapshot says, runs nothing, asks for nothing."""

import base64
import dataclasses
import hashlib
import itertools
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from document import content, richtext, selection
from document.blocks import Chart
from document.content import masthead, outlook
from document.snapshot import LANGUAGES, Figure, Snapshot, Term, Text
from document.snapshot import Document as Evidence
from document.writers import html, html_text
from tests.document.reading import all_of
from tests.elsewhere import digests
from tests.reports.specimen import NASTY, action, entry, every, full, specimen, unused
from tests.reports.tokens import marked, replaced

ROOT = Path(__file__).resolve().parents[2]
VOID = {"meta", "link", "br", "col"}
# Drawings close themselves.
DRAWN = {"path", "circle", "use", "rect"}
ADDRESSES = {"href", "src", "srcset", "action", "xlink:href", "data", "poster"}


class Page(HTMLParser):
    """A page read strictly: every tag closed in order, every attribute seen."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.languages: list[str] = []
        self.words: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        assert len(found) == len(attrs), attrs
        self.tags.append((tag, found))
        if found.get("id"):
            self.ids.append(found["id"] or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)
            self.languages.append(found.get("lang") or (self.languages or [""])[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in DRAWN
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.languages.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"} and data.strip():
            self.words.append((data, self.languages[-1]))

    @property
    def text(self) -> str:
        return " ".join(" ".join(data for data, _ in self.words).split())

    def language_of(self, piece: str) -> set[str]:
        return {language for data, language in self.words if piece in data}

    def links(self) -> list[str]:
        return [found.get("href") or "" for tag, found in self.tags if tag == "a"]


def render(snapshot: Snapshot, language: str) -> str:
    return html.write(content.report(snapshot, language))


@cache
def made(language: str = "en") -> str:
    return render(specimen(), language)


def page(snapshot: Snapshot, language: str = "en") -> Page:
    return Page(render(snapshot, language))


def with_text(text: str, language: str = "nl", **facts: Any) -> Snapshot:
    """Return a specimen of one action with one entry that says a text."""
    said = entry(1, "actor-1", 1, "done")
    said = dataclasses.replace(said, texts={"done": Text(language, text)}, **facts)
    return specimen(3, actions=(action(1, (said,)),))


# --- What it says ---------------------------------------------------------------------


def is_carried(snapshot: Snapshot, path: str) -> bool:
    """Tell whether a text is of finished work that was carried over."""
    found = re.search(r"actions\[(\d+)\]\.entries\[(\d+)\]", path)
    assert found is not None
    return snapshot.actions[int(found[1])].entries[int(found[2])].since is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_snapshot_stands_in_the_page(language: str) -> None:
    snapshot, tokens = marked(full())
    written = render(snapshot, language)
    missing = {path for token, path in tokens[language].items() if token not in written}
    assert missing == unused(language)
    fields = {
        token: found[1]
        for token, path in tokens[language].items()
        if (found := re.search(r"\.entries\[\d+\]\.texts\.(\w+)", path))
    }
    assert len(fields) > 20
    # Those of this round are brought together in a chapter of their own.
    again = {
        token
        for token, field in fields.items()
        if field in outlook.FIELDS and not is_carried(snapshot, tokens[language][token])
    }
    assert again < {token for token, field in fields.items() if field in outlook.FIELDS}
    assert {written.count(token) for token in again} == {2}
    assert {written.count(token) for token in fields.keys() - again} == {1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_for_readers_of_another_language_stands_in_the_page(language: str) -> None:
    snapshot, tokens = marked(full())
    written = render(snapshot, language)
    others = {
        token: path
        for other in LANGUAGES
        for token, path in tokens[other].items()
        if token not in tokens[language]
    }
    assert {path for token, path in others.items() if token in written} == set()


def test_chapters_stand_in_the_order_of_the_content() -> None:
    titles = re.findall(r'<h2 id="[^"]+">([^<]+)</h2>', made())
    assert titles == [part.title.text for part in content.report(specimen(), "en").chapters]


def test_an_action_shows_status_coverage_last_year_and_what_each_actor_said() -> None:
    found = page(with_text("Er is **veel** gedaan.")).text
    for piece in (
        "Title of action 1 (en)", "continuous (en)", "1 of 1 reported", "In 2024: continuous (en)",
        "Why action 1 has its status. (en)", "Actor 1 (en)", "responsible (en)", "What was done",
        "original in Dutch", "Er is veel gedaan.", "Verslag 1", "Report (en), 1 May 2025",
    ):  # fmt: skip
        assert piece in found, piece


def test_what_readers_must_know_of_an_entry_stands_beside_it() -> None:
    facts: dict[str, Any] = {
        "late": True, "on_behalf": True, "unchanged": True, "since": 2023, "expected": False,
    }  # fmt: skip
    found = page(with_text("Ja.", through="actor-2", **facts))
    heading = found.text.index("Actor 1 (en) (A1 (en)) done (en)")
    beside = found.text[heading : found.text.index("What was done")]
    assert beside == (
        "Actor 1 (en) (A1 (en)) done (en) responsible (en) voluntary since 2023 late "
        "† (entry written on the actor’s behalf by the secretariat) "
        "text unchanged since last year, confirmed reported through: Actor 2 (en) "
    )


def test_a_sign_is_heard_as_what_it_means_and_the_page_explains_it() -> None:
    given = with_text("Ja.", on_behalf=True)
    found = page(given, "fr")
    signs = {f["title"]: f for _tag, f in found.tags if f.get("class") == "mark"}
    for sign, key in (("°", "working_title"), ("[NL]", "original_nl"), ("†", "on_behalf")):
        meaning = given.label(key, "fr")
        assert signs[meaning]["aria-hidden"] == "true"
        assert f"{sign} ({meaning})" in found.text
        assert f"{sign} {meaning}" in found.text


def test_a_checked_translation_is_printed_without_a_mark() -> None:
    texts = {"done": Text("nl", "Oorspronkelijk", {"fr": "Traduit"})}
    said = dataclasses.replace(entry(1, "actor-1", 1, "done"), texts=texts)
    given = specimen(3, actions=(action(1, (said,)),), notes=())
    french, german = page(given, "fr"), page(given, "de")
    assert french.language_of("Traduit") == {"fr"}
    assert "Oorspronkelijk" not in french.text
    assert german.language_of("Oorspronkelijk") == {"nl"}
    assert f"({given.label('original_nl', 'de')})" in german.text
    assert f"({given.label('original_nl', 'fr')})" not in french.text


def test_a_text_in_another_language_says_which() -> None:
    only = {"nl": "Alleen in het Nederlands"}
    given = specimen(3)
    given = replaced(given, 0, titles=only, why=only)
    given = dataclasses.replace(
        given, sections=(dataclasses.replace(given.sections[0], titles=only, intro=only),)
    )
    found = page(given, "de")
    spoken = [lang for data, lang in found.words if "Alleen" in data]
    assert spoken.count("nl") >= 10
    # What is drawn has one language, and so have its figures.
    drawn = [data for data, lang in found.words if "Alleen" in data and lang != "nl"]
    assert set(drawn) == {"1 Alleen in het Nederlands"}


def test_marks_stand_at_the_head_of_every_screen_and_every_printed_page() -> None:
    given = specimen(3, edition=0)
    written = render(given, "fr")
    marks = masthead.marks(given, "fr")
    found = Page(written)
    assert all(found.text.count(" ".join(mark.split())) >= 2 for mark in marks)
    assert in_print("top-center", written) == " – ".join(marks)
    # On the first page they stand as text already.
    assert written.count("@page :first { @top-center { content: none; } }") == 1
    official = render(specimen(3, is_sample=False), "fr")
    assert "<aside" not in official
    assert in_print("top-center", official) == ""


def test_the_signs_are_explained_at_the_foot_of_every_printed_page() -> None:
    said = in_print("bottom-left", render(specimen(3), "fr")).replace("\u00a0", " ")
    signs = said.split(" · ")
    assert "[NL] original en néerlandais" in signs
    assert signs[-2:] == [
        "! Délai dépassé", "… repose sur une partie seulement des contributions attendues",
    ]  # fmt: skip


def in_print(box: str, written: str) -> str:
    """Return what a style sheet puts into a box in the margin of printed pages."""
    coded = re.search(rf'@{box} \{{ content: "((?:\\[0-9a-f]+ )+)"; \}} \}}', written)
    letters = re.findall(r"\\([0-9a-f]+) ", coded[1] if coded else "")
    return "".join(chr(int(letter, 16)) for letter in letters)


def test_a_correction_says_which_edition_it_corrects_and_why() -> None:
    found = page(full(edition=2)).text
    assert "This edition corrects edition 1" in found
    assert "A note (en)" in found
    assert "Validated by the working group on 10 April 2026" in found


def test_a_round_without_entries_and_one_without_actions_give_a_true_report() -> None:
    silent = specimen(0)
    assert "No entry has been accepted in this round." in page(silent).text
    empty = page(specimen(0, actions=(), sections=(), figures=(), chapters=(), actors=()))
    assert "Every expected entry is in this report." in empty.text
    assert empty.headings[0] == 1


def test_figures_stand_in_a_table_beside_each_chart() -> None:
    found = Page(made())
    told = [chart.drawing for chart in all_of(content.report(specimen(), "en"), Chart)]
    charts = [f for tag, f in found.tags if tag == "svg" and f.get("role") == "img"]
    assert len(charts) == len(told) == 6
    assert sum("figures-table" in (f.get("class") or "").split() for _tag, f in found.tags) == 6
    assert all(chart.words.title in found.text for chart in told)
    for drawn in charts:
        assert set((drawn["aria-labelledby"] or "").split()) <= set(found.ids)


# --- How it is made -------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_are_unique_and_every_link_within_the_page_leads_somewhere(language: str) -> None:
    found = Page(render(full(), language))
    assert len(found.ids) == len(set(found.ids))
    used = [f.get("href") or "" for tag, f in found.tags if tag in {"a", "use"}]
    inner = [address[1:] for address in used if address.startswith("#")]
    assert len(inner) > 50
    assert set(inner) <= set(found.ids)


def test_every_action_has_a_permalink() -> None:
    snapshot = specimen()
    found = Page(made())
    for one in snapshot.actions:
        assert f"action-{one.label}" in found.ids
        assert f"#action-{one.label}" in found.links()


def test_each_group_of_a_table_stands_by_itself_and_small_ones_stay_whole_on_paper() -> None:
    said = tuple(entry(n, f"actor-{n}", 20, "done") for n in range(1, 10))
    snapshot = specimen(9, actions=(action(1, said), action(2, said[:8]), action(3, said[:1])))
    found = html.write(content.report(snapshot, "en")).split('chapter--annex"')[1]
    groups = re.findall(r'<tbody role="rowgroup"( class="few")?>(.*?)</tbody>', found, re.DOTALL)
    assert [bool(few) for few, _rows in groups[:3]] == [False, True, True]
    assert [rows.count("<tr") for _few, rows in groups[:3]] == [10, 9, 2]


def test_a_sub_action_has_a_look_of_its_own() -> None:
    snapshot = specimen(6)
    found = re.findall(
        r'<header class="(action-head[^"]*)"', html.write(content.report(snapshot, "en"))
    )
    assert found == [
        "action-head action-head--sub" if action.is_sub_action else "action-head"
        for action in snapshot.actions
    ]


def test_labels_that_look_alike_as_ids_keep_apart() -> None:
    rows = tuple(action(n, (), label=label) for n, label in ((1, "1 a"), (2, "1-a"), (3, '"><b>')))
    found = page(specimen(0, actions=rows))
    assert [i for i in found.ids if i.startswith("action-")] == [
        "action-1-a", "action-1-a--2", "action----b-",
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_go_down_one_level_at_a_time(language: str) -> None:
    levels = Page(made(language)).headings
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_page_names_its_language_and_asks_for_nothing() -> None:
    found = Page(render(with_text("[tekst](https://example.org/t)"), "de"))
    tags = {tag for tag, _ in found.tags}
    assert tags & {"img", "iframe", "object", "embed", "form", "audio", "video"} == set()
    assert found.tags[0] == ("html", {"lang": "de"})
    assert [attributes for tag, attributes in found.tags if tag == "script"] == [{}]
    for tag, attributes in found.tags:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        for name in ADDRESSES & set(attributes):
            given = attributes[name] or ""
            assert tag == "a" or given.startswith("#") or given == "data:,"
    assert re.search(r"url\(|@import|image-set", html.STYLE.read_text()) is None


def test_the_style_is_allowed_by_its_hash_alone() -> None:
    written = render(specimen(3, edition=0), "nl")
    assert written.count("<style>") == 1
    style = written.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert html.style_hash(written) == f"'sha256-{digest}'"
    with pytest.raises(ValueError, match="no style"):
        html.style_hash("<p>")


def test_the_script_is_allowed_by_its_hash_alone_and_asks_nothing_of_anybody() -> None:
    written = render(specimen(3), "fr")
    assert written.count("<script") == 1
    script = written.split("<script>")[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert html.script_hash(written) == f"'sha256-{digest}'"
    assert not re.search(r"fetch|XMLHttp|import|innerHTML|eval|https?:", script)
    assert html.own_sources(written)["script-src"] == [html.script_hash(written)]
    # What has no citation to copy, and an edition from before, runs nothing.
    short = html.write(content.short(specimen(3), "fr"))
    assert "<script" not in short
    assert html.script_hash(short) == "'none'"
    assert "script-src" not in html.own_sources(short)


def test_no_line_ends_in_the_hyphen_of_a_compound() -> None:
    written = render(with_text("Systeme und -mechanismen, Well-being, 5 -3 - nichts", "de"), "de")
    assert 'und <span class="whole">-mechanismen</span>, Well-being, 5 -3 - nichts' in written


def test_statuses_are_sign_word_and_colour() -> None:
    statuses = re.findall(
        r'<span class="status status--(\w+)[^"]*"><svg[^>]*><use href="#sign-(\w+)"></use></svg>'
        r"<span>([^<]*)</span>",
        made(),
    )
    assert {colour for colour, _sign, _word in statuses} == set(selection.ORDER)
    for colour, sign, word in statuses:
        assert (sign, word) == (colour, f"{colour} (en)")
    styles = html.STYLE.read_text()
    for code in selection.ORDER:
        assert f".status--{code}" in styles


def test_numbers_are_written_alike_whatever_the_settings(settings: Any) -> None:
    settings.USE_THOUSAND_SEPARATOR = True
    figure = Figure("carried_out", 1200, 2400, 50, 1100, every("Carried out"), every("met"))
    with translation.override("de"):
        found = page(specimen(3, figures=(figure,)), "de")
    for number in ("1200", "2400", "1100"):
        assert number in found.text
        assert f"{number[0]}.{number[1:]}" not in found.text


@pytest.mark.slow
def test_the_active_language_and_the_hash_seed_change_nothing() -> None:
    with translation.override("fr"):
        first = render(specimen(), "fr")
    with translation.override("de"):
        assert render(specimen(), "fr") == first
    making = (
        "from document.writers import html\n"
        "made = [html.write(content.report(specimen(), 'fr')).encode()]"
    )
    for seed in ("1", "2"):
        there = digests(making, PYTHONHASHSEED=seed)
        assert there == [hashlib.sha256(first.encode()).hexdigest()]


# --- Bad input ------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_nasty_texts_stand_as_text_in_every_field(language: str) -> None:
    nasty = dict.fromkeys(LANGUAGES, NASTY)
    given = full(
        plan_titles=nasty,
        site=NASTY,
        note=nasty,
        levels=tuple(Term(level.code, nasty) for level in specimen(3).levels),
    )
    given = replaced(given, 1, titles=nasty, why=nasty, period=nasty, period_text=NASTY)
    said = dataclasses.replace(
        entry(1, "actor-1", 1, "done"),
        role=NASTY,
        texts={"done": Text("nl", NASTY), "results": Text("de", f"- {NASTY}\n- **{NASTY}**")},
        evidence=(Evidence(NASTY, "javascript:alert(1)", nasty, NASTY),),
        through=NASTY,
    )
    given = replaced(given, 2, entries=(said,))
    actor = dataclasses.replace(given.actors[0], names=nasty, short=nasty)
    given = dataclasses.replace(given, actors=(actor, *given.actors[1:]))
    found = page(given, language)
    assert found.text.count(" ".join(NASTY.split())) >= 15
    assert [tag for tag, _ in found.tags].count("script") == 1
    assert not [one for one in found.links() if "javascript" in one]
    assert "javascript:alert(1)" in found.text


def rich(text: str) -> str:
    return html_text.rich(richtext.parse(text))


def test_only_links_that_lead_to_the_web_or_to_mail_are_links() -> None:
    text = '[a](https://example.org/?a=1&b="2") [b](mailto:a@example.org) [c](javascript:x)'
    assert rich(text) == (
        '<p dir="auto"><a href="https://example.org/?a=1&amp;b=%222%22" '
        'rel="nofollow noopener noreferrer">a</a> <a href="mailto:a@example.org" '
        'rel="nofollow noopener noreferrer">b</a> [c](javascript:x)</p>'
    )


def test_markdown_becomes_paragraphs_lists_and_emphasis_and_nothing_else() -> None:
    assert rich("**a** _b_\nc\n\n1. d\n2. e\n\n- f\n  - g") == (
        '<p dir="auto"><strong>a</strong> <em>b</em><br>c</p>'
        '<ol><li><p dir="auto">d</p></li><li><p dir="auto">e</p></li></ol>'
        '<ul><li><p dir="auto">f</p><ul><li><p dir="auto">g</p></li></ul></li></ul>'
    )
    assert rich("# a <b>c</b> `d`") == '<p dir="auto"># a &lt;b&gt;c&lt;/b&gt; `d`</p>'


def test_characters_that_no_page_may_hold_are_replaced() -> None:
    written = render(with_text("a\x0bb\x00c\ufffe"), "nl")
    assert html.FORBIDDEN.search(written) is None
    written.encode()


def test_a_style_cannot_be_ended_by_a_label() -> None:
    given = specimen(3, edition=0)
    labels = {
        language: words
        | {
            "draft": '"</style><script>alert(1)</script>',
            "copy": "</script><b>",
            "copied": "\u2028",
        }
        for language, words in given.labels.items()
    }
    found = page(dataclasses.replace(given, labels=labels))
    assert [tag for tag, _ in found.tags].count("script") == 1


def test_the_silent_are_listed_each_in_the_language_of_its_name() -> None:
    snapshot = replaced(specimen(3), 0, missing=("actor-1",), left_out=(), override=None)
    actors = tuple(dataclasses.replace(one, names={"nl": "Dienst"}) for one in snapshot.actors)
    given = dataclasses.replace(snapshot, actors=actors)
    head, end = snapshot.label("missing", "fr").split("{actors}")
    assert f'{head}<span lang="nl">Dienst</span>{end}' in render(given, "fr")


def test_an_actor_that_is_no_longer_known_stands_by_its_key() -> None:
    said = entry(1, "gone", 1, "done")
    assert "gone" in page(specimen(3, actions=(action(1, (said,)),))).text


def test_each_action_says_how_to_cite_it() -> None:
    page = html.write(content.report(specimen(3), "en"))
    cited = re.findall(r'<details class="cited">.*?</details>', page)
    assert len(cited) == len(specimen(3).actions)
    assert cited[0].startswith('<details class="cited"><summary>Cite this action<')
    assert "Action 1. " in cited[0]
    assert "/en/plans/nap2/reports/2025/e1/#action-1</p>" in cited[0]


def test_an_edition_from_before_the_words_for_citing_an_action_has_those_for_a_report() -> None:
    report = content.report(specimen(3), "en")
    old = dataclasses.replace(report, words=report.words | {"cite_action": ""})
    assert html.write(old).count("<summary>How to cite</summary>") == len(specimen(3).actions)


def test_what_a_star_in_the_table_of_a_chart_means_stands_under_it() -> None:
    note = "* rests on some of the expected entries only"
    assert html.write(content.report(specimen(24), "en")).count(f'<p class="fine">{note}</p>') == 1


def test_an_action_is_cited_by_its_place_and_in_a_draft_by_the_page_of_the_draft() -> None:
    site = "https://nap.example.org/fr"
    for snapshot, where in (
        (specimen(3), f"{site}/plans/nap2/reports/2025/e1/#action-1"),
        (specimen(3, edition=0), f"{site}/desk/rounds/nap2/2025/draft/"),
    ):
        assert f"{where}</p></details>" in html.write(content.report(snapshot, "fr"))
