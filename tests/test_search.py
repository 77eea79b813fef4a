"""The search: what readers ask and what they find, and what nobody finds."""

import json
import re
from datetime import date
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import (
    Action,
    Actor,
    ActorName,
    FormerWording,
    Plan,
    Revision,
    Source,
    Succession,
)
from actions.search import documents, finding, index
from actions.search.finding import Narrowing
from actions.search.words import is_near, words
from tests.published import SECRETS, Story, at_work

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

QUESTIONS = json.loads((Path(__file__).parent / "data/search_questions.json").read_text("utf-8"))
FIRST = 3  # of a group


def firsts(text: str, language: str = "en", **more: Any) -> list[str]:
    """Return the first results of each group."""
    ready = index.keeper.now()
    assert ready is not None
    found = finding.find(ready, text, language, **more)
    return [hit.document.key for group in found.groups for hit in group.hits[:FIRST]]


def text_of(response: Any) -> str:
    """Return what a page says in its main part."""
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)
    assert main is not None
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main[0])).split())


# --- What readers find ----------------------------------------------------------------


def test_every_question_finds_what_its_reader_looks_for() -> None:
    missed = [
        (asked["language"], asked["query"])
        for asked in QUESTIONS
        if not set(asked["hits"]) & set(firsts(asked["query"], asked["language"]))
    ]
    assert missed == []
    assert len(QUESTIONS) == 60


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Überwachung", "uberwachung"),
        ("SOCIALE FRAUDE", "sociale fraude"),
        ("due-diligence", "due diligence"),
        ("K.M.O.", "kmo"),
        ("l’entreprise", "entreprise"),
        ("Ausserhalb", "außerhalb"),
        ("marche public", "marché public"),
    ],
)
def test_accents_capitals_and_signs_make_no_difference(one: str, other: str) -> None:
    assert firsts(one, "nl") == firsts(other, "nl")


@pytest.mark.parametrize("words_for_it", ["kmo", "PME", "KMU", "SME", "kleine en middelgrote"])
def test_an_abbreviation_finds_in_every_language_what_it_stands_for(words_for_it: str) -> None:
    assert "theme:smes" in firsts(words_for_it, "nl")


@pytest.mark.parametrize("typed", ["64.1", "action 64.1", "actie 64.1"])
def test_a_number_finds_its_action(typed: str) -> None:
    assert "action:nap2/64.1" in firsts(typed, "nl")


@pytest.mark.parametrize("typed", ["7", "actie 7", "Action 7", "mesure 7", "Maßnahme 7", "n° 7"])
def test_a_number_finds_first_its_action_in_the_plan_of_today(typed: str) -> None:
    assert firsts(typed, "nl")[:2] == ["action:nap2/7", "action:nap1/7"]


def test_a_number_after_another_word_is_a_word_like_others() -> None:
    assert firsts("SDG 8", "nl")[0] != "action:nap2/8"


@pytest.mark.parametrize("typed", ["Wallonië", "Wallonie", "Région wallonne", "Waalse Regering"])
def test_whom_a_name_means_comes_before_those_of_whom_it_is_a_part(typed: str) -> None:
    assert firsts(typed, "nl")[0] == "actor:walloon-government"


def test_what_no_text_says_in_these_words_is_told_where_others_mean_as_much(
    client: Client,
) -> None:
    told = "No text says “{}”; these speak of what means the same or is related."
    page = text_of(client.get("/en/search/?q=kinderarbeid"))
    assert told.format("kinderarbeid") in page
    assert "No text says" not in text_of(client.get("/en/search/?q=kinderrechten"))
    ready = index.keeper.now()
    assert ready is not None
    assert finding.find(ready, "travail des enfants", "fr").related == ("travail des enfants",)


def test_a_result_shows_the_passage_with_the_words_marked(client: Client) -> None:
    html = client.get("/nl/search/?q=aanbesteding").content.decode()
    assert "<mark>Overheidsopdrachten</mark>" in html


def test_a_title_in_another_language_says_which_it_is(client: Client) -> None:
    html = client.get("/de/search/?q=Trade+for+Development+Centre").content.decode()
    assert re.search(r'<span lang="en"\s*><mark>Trade</mark>', html)


def test_a_word_with_a_slip_is_taken_for_the_one_it_resembles_and_the_page_says_so(
    client: Client,
) -> None:
    said = text_of(client.get("/en/search/?q=coruption"))
    assert "No text holds “coruption”; these hold “corruption”." in said


def test_one_letter_more_less_other_or_swapped_is_a_slip() -> None:
    meant = ("abcd", "abd", "abxcd", "abdc", "axcd", "axyd", "ab", "dcba")
    assert [word for word in meant if is_near("abcd", word)] == [
        "abcd", "abd", "abxcd", "abdc", "axcd",
    ]  # fmt: skip


def test_where_no_text_holds_all_words_those_that_hold_most_are_shown(client: Client) -> None:
    said = text_of(client.get("/en/search/?q=chocolate+torture"))
    assert "No text holds all words; these hold some of them." in said
    assert "Beyond Chocolate" in said


def test_nothing_found_leads_on(client: Client) -> None:
    response = client.get("/fr/search/?q=zzzyqx")
    assert response.status_code == 200
    html = response.content.decode()
    assert "/fr/plans/nap2/themes/public-procurement/" in html
    assert 'href="/fr/plans/nap2/actions/"' in html


def test_sections_pillars_and_goals_are_found_beside_the_themes(client: Client) -> None:
    assert "section:nap2/7" in firsts("overheidsopdrachten", "nl")
    assert "sdg:nap2/8" in firsts("SDG 8", "fr")
    assert "pillar:nap2/3" in firsts("Zugang zu Abhilfe", "de")
    html = client.get("/nl/search/?q=overheidsopdrachten&in=theme").content.decode()
    assert 'href="/nl/plans/nap2/sections/7/"' in html


def test_results_are_narrowed_by_kind_plan_and_year_several_at_once(
    client: Client, story: Story
) -> None:
    def kinds(query: str) -> list[str]:
        html = client.get(f"/nl/search/?q=actie&{query}").content.decode()
        return sorted(re.findall(r'id="group-(\w+)"', html))

    assert kinds("in=text&plan=small") == ["text"]
    assert set(kinds("in=text&in=action&in=nothing")) == {"text", "action"}
    assert kinds("year=2024&in=text&plan=small&plan=nap1") == ["text"]
    assert kinds("year=1066&in=theme&plan=") == kinds("in=theme")


def test_the_results_go_on_over_pages(client: Client) -> None:
    first = client.get("/en/search/?q=rights&in=action").content.decode()
    second = client.get("/en/search/?q=rights&in=action&page=2").content.decode()
    labels = [
        re.findall(r'href="(/en/plans/[^"]+/actions/[^"/]+/)"', page) for page in (first, second)
    ]
    assert len(labels[0]) == 20
    assert not set(labels[0]) & set(labels[1])
    assert "page=2" in first


def test_the_results_lead_to_the_list_with_its_filters(client: Client) -> None:
    html = client.get("/nl/search/?q=aanbesteding").content.decode()
    assert 'href="/nl/plans/nap2/actions/?q=aanbesteding"' in html
    rows = client.get("/nl/plans/nap2/actions.json?q=aanbesteding").json()["actions"]
    assert [row["label"] for row in rows] == ["23", "24", "25", "26", "27"]


def test_the_same_is_found_however_often_it_is_asked_and_stored(tmp_path: Path) -> None:
    asked = ["rechten", "mensenrechten opleiding", "supply chain", "FOD"]
    kept = index.in_memory("one", timezone.localdate())
    other = index.in_memory("two", timezone.localdate())
    for text in asked:
        found = [
            [(g.kind, g.count, [h.document.key for h in g.hits]) for g in result.groups]
            for result in (finding.find(kept, text, "nl"), finding.find(other, text, "nl"))
        ]
        assert found[0] == found[1]


# --- What nobody finds ----------------------------------------------------------------


def everything(client: Client, text: str) -> str:
    """Return all that a reader is shown for some words."""
    page = client.get("/en/search/", {"q": text}).content.decode()
    hits = re.findall(r"<mark>.*?</mark>", page)
    return " ".join(hits)


def test_what_only_members_may_read_is_not_found(client: Client, story: Story) -> None:
    at_work(story)
    ready = index.keeper.now()
    assert ready is not None
    assert "staatsblad" in ready.vocabulary.counts
    for secret in SECRETS.values():
        assert everything(client, secret) == ""
        assert secret.casefold() not in ready.vocabulary.counts


def test_a_published_text_and_its_translation_are_found_with_year_and_evidence(
    story: Story,
) -> None:
    within = Narrowing(kinds=["text"], plans=["small"])
    key = "text:small/1/2025/small-ministry"
    for asked in ("Staatsblad", "Moniteur", "wetten"):
        assert firsts(asked, "nl", within=within)[0] == key
    assert firsts("ontwerp", "nl", within=within) == ["text:small/1/2024/small-ministry"]


def test_a_result_of_an_earlier_year_leads_to_that_year(client: Client, story: Story) -> None:
    html = client.get("/nl/search/?q=ontwerp&plan=small&in=text").content.decode()
    assert 'href="/nl/plans/small/actions/1/?year=2024"' in html
    assert "Het <mark>ontwerp</mark> van 2024." in html


def test_what_was_typed_as_code_is_shown_as_text(client: Client, story: Story) -> None:
    html = client.get("/nl/search/?q=Staatsblad+vet").content.decode()
    assert "&lt;b&gt;niet <mark>vet</mark>&lt;/b&gt;" in html


def test_a_withdrawn_edition_is_found_no_more_even_in_an_old_index(story: Story) -> None:
    old = index.keeper.now()
    assert old is not None
    within = Narrowing(plans=["small"], years=["2025"])
    assert finding.find(old, "staatsblad", "nl", within=within).count == 1
    story.withdraw(story.second)
    assert finding.find(old, "staatsblad", "nl", within=within).count == 0
    assert finding.find(old, "2025", "nl", within=within).count == 0


def test_a_change_of_the_plan_is_found_at_once(client: Client) -> None:
    assert "Nothing found" in text_of(client.get("/en/search/?q=Zqcapybara"))
    action = Action.objects.get(plan__slug="nap2", label="3")
    action.title_en = "Zqcapybara"
    action.save()
    assert everything(client, "zqcapybara") == "<mark>Zqcapybara</mark>"


def test_a_new_name_of_an_actor_is_found_and_the_former_one_too() -> None:
    actor = Actor.objects.get(slug="fps-justice")
    first = actor.names.get()
    ActorName.objects.create(
        actor=actor, valid_from="2026-01-01", name_en="Zqtribunal Service", source=first.source
    )
    assert "actor:fps-justice" in firsts("zqtribunal")
    assert "actor:fps-justice" in firsts("FPS Justice")


def test_an_announced_name_waits_for_its_day_and_the_first_one_has_none() -> None:
    actor = Actor.objects.get(slug="fps-justice")
    source = actor.names.get().source
    for day, name in (("2020-01-01", "Zqsecond"), ("2999-01-01", "Zqthird")):
        ActorName.objects.create(actor=actor, valid_from=day, name_en=name, source=source)
    found = next(one for one in documents.actors(date(2026, 1, 1)) if one.place[1] == actor.slug)
    assert found.titles == {"en": "Zqsecond"}
    former = [part.text for part in found.parts if part.label == "former"]
    assert "FPS Justice" in former
    assert "Zqthird" not in former
    assert firsts("zqthird") == []


def test_a_note_that_a_takeover_has_overtaken_is_not_found() -> None:
    """The page of the actor hides it too."""
    actor, heir = (Actor.objects.get(slug=slug) for slug in ("fps-justice", "fps-finance"))
    Actor.objects.filter(pk=actor.pk).update(note_en="Zqmerger: the day is not known.")
    noted = [part.text for part in document_of(actor).parts if part.label == "note"]
    source = Source.objects.create(key="secretariat", title="Entered by the secretariat")
    Succession.objects.create(predecessor=actor, successor=heir, on="2026-12-15", source=source)
    assert noted == ["Zqmerger: the day is not known."]
    assert [part for part in document_of(actor).parts if part.label == "note"] == []


def document_of(actor: Actor) -> documents.Document:
    """Return what the search knows of an actor."""
    rows = documents.actors(date(2026, 1, 1))
    return next(one for one in rows if one.place[1] == actor.slug)


def test_an_action_is_found_by_the_number_that_it_had() -> None:
    action = Action.objects.get(plan__slug="nap2", label="3")
    FormerWording.objects.create(
        action=action, valid_to="2025-12-31", source=action.title_source, title_nl="Vroeger",
        rest={"label": "18A"},
    )  # fmt: skip
    assert "action:nap2/3" in firsts("18A", "nl")


# --- Whatever is typed ----------------------------------------------------------------

HOSTILE = [
    "", " ", "\0", "a\0b", "a" * 10_000, "woord " * 2_000, '"', "'", '"unclosed phrase',
    "AND OR NOT", "title_nl:*", "*", "?", "+-!(){}[]^~:\\/", "a AND (b OR", "../../etc/passwd",
    "<script>alert(1)</script>", "שלום עולם", "مرحبا بالعالم", "中文搜索", "\u202eevil\u202c",
    "🙂🙂", "the of de la", "d'", "’", "1", "0" * 300, "--", "%", "_", "%s%n", "ß" * 300,
    "e\u0301" * 150, "\ud7ff", "œuvre", ".*.*.*.*", "(a+)+$", "a.b.c.d.e.f.g.",
]  # fmt: skip


@pytest.mark.parametrize("path", ["/nl/search/", "/nl/plans/nap2/actions/"])
def test_whatever_is_typed_gives_a_page(client: Client, path: str) -> None:
    for typed in HOSTILE if path.endswith("search/") else HOSTILE[::4]:
        response = client.get(path, {"q": typed, "page": typed, "in": typed, "year": typed})
        assert response.status_code == 200, typed
        assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "99999999999", "²", "x", "50"])
def test_any_page_is_a_page(client: Client, page: str) -> None:
    response = client.get("/en/search/", {"q": "rights", "in": "action", "page": page})
    assert response.status_code == 200


@pytest.mark.parametrize("text", ["rights", "aanbesteding", "zzzyqx"])
def test_a_question_costs_few_queries_however_much_is_found(client: Client, text: str) -> None:
    index.keeper.now()
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/en/search/?q={text}")
    # Revision of the page and of the index, plans, years, editions of reports and of evaluations;
    # where nothing is found, themes.
    assert len(asked) == (7 if text == "zzzyqx" else 6)


def test_a_question_is_never_kept(client: Client) -> None:
    response = client.get("/en/search/?q=rights")
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"


# --- The index ------------------------------------------------------------------------


@pytest.fixture
def where(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for indexes, for a process that has none yet."""
    monkeypatch.setattr(index, "keeper", index.Keeper())
    monkeypatch.setattr(finding, "keeper", index.keeper)
    settings.SEARCH_DIR = str(tmp_path / "search")
    return tmp_path / "search"


@pytest.fixture
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "SMALL", 0)


@pytest.mark.usefixtures("_large")
def test_the_worker_stores_the_index_and_readers_open_it(where: Path) -> None:
    assert index.keeper.now() is None
    call_command("work", "--once", verbosity=0, stdout=StringIO())
    assert [path.name for path in index.folders()] == [
        index.key_of(Revision.now(), timezone.localdate())
    ]
    assert "theme:public-procurement" in firsts("aanbesteding", "nl")


@pytest.mark.usefixtures("_large")
def test_the_index_before_answers_until_the_next_one_is_there(where: Path) -> None:
    on = timezone.localdate()
    assert index.store(on=on) is True
    assert index.store(on=on) is False
    first = index.keeper.now()
    Action.objects.filter(plan__slug="nap2", label="3").update(title_en="Zqcapybara")
    assert index.keeper.now() is first
    assert not index.keeper.is_current(first)
    assert index.store(on=on) is True
    second = index.keeper.now()
    assert second is not first
    assert index.keeper.is_current(second)
    assert "action:nap2/3" in firsts("zqcapybara")


@pytest.mark.usefixtures("_large")
def test_without_any_index_titles_and_names_are_looked_through(client: Client, where: Path) -> None:
    page = client.get("/en/search/?q=chocolate")
    assert "Beyond Chocolate" in text_of(page)
    assert "The search is being made ready" in text_of(page)
    assert "FPS Justice" in text_of(client.get("/en/search/?q=FPS+Justice"))
    assert client.get("/en/plans/nap2/actions/?q=chocolate")["Cache-Control"] == "no-store"


def test_a_folder_that_cannot_be_written_keeps_nobody_from_searching(
    client: Client, where: Path, settings: Any
) -> None:
    where.parent.joinpath("file").write_text("")
    settings.SEARCH_DIR = str(where.parent / "file" / "below")
    with pytest.raises(OSError, match="below"):
        index.store(on=timezone.localdate())
    assert "Beyond Chocolate" in text_of(client.get("/en/search/?q=chocolate"))
    call_command("work", "--once", verbosity=0, stdout=StringIO())


def test_a_broken_index_keeps_nobody_from_searching(client: Client, where: Path) -> None:
    index.store(on=timezone.localdate())
    for path in next(iter(index.folders())).iterdir():
        path.write_bytes(b"")
    assert "Beyond Chocolate" in text_of(client.get("/en/search/?q=chocolate"))


def test_two_that_store_at_once_make_one(where: Path) -> None:
    where.mkdir()
    with index.alone(where) as is_alone:
        assert is_alone
        assert index.store(on=timezone.localdate()) is False
    assert index.store(on=timezone.localdate()) is True


def test_an_index_is_removed_once_it_was_followed_for_a_while(
    where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = timezone.localdate()
    # A disk has the time of today, whatever day the test is held on.
    monkeypatch.setattr(index, "KEPT_FOR", 100 * 365 * 24 * 3600)
    index.store(on=on)
    kept = index.keeper.now()
    Plan.objects.filter(slug="nap2").update(intro_en="Other words.")
    index.store(on=on)
    assert len(index.folders()) == 2
    monkeypatch.setattr(index, "KEPT_FOR", -10)
    Plan.objects.filter(slug="nap2").update(intro_en="Words again.")
    index.store(on=on)
    assert len(index.folders()) == 1
    assert kept is not None
    assert finding.find(kept, "chocolate", "en").count > 0  # whoever has it open goes on


# --- The box and the list -------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/nl/", "/fr/plans/nap2/actions/1/", "/de/about/", "/en/nothing/"]
)
def test_the_box_stands_on_every_page_with_its_label(client: Client, path: str) -> None:
    html = client.get(path).content.decode()
    form = re.search(r'<form class="site-search".*?</form>', html, re.DOTALL)
    assert form is not None
    assert 'role="search"' in form[0]
    assert '<label class="visually-hidden" for="site-q">' in form[0]
    assert f'action="/{path[1:3]}/search/"' in form[0]


def labels(client: Client, query: str) -> list[str]:
    """Return the numbers of the actions that a list has."""
    return [
        row["label"] for row in client.get(f"/en/plans/nap2/actions.json?{query}").json()["actions"]
    ]


def test_several_values_of_a_filter_keep_what_any_of_them_fits(client: Client) -> None:
    one, other = labels(client, "section=3"), labels(client, "section=7")
    assert labels(client, "section=3&section=7") == one + other
    assert labels(client, "section=&section=7&section=7") == other
    html = client.get("/en/plans/nap2/actions/?section=3&section=7").content.decode()
    chosen = re.findall(r'<option value="(\d+)" selected', html)
    assert chosen == ["3", "7"]
    assert re.search(r'<select name="section"[^>]* multiple', html)


def test_one_value_keeps_the_menu_as_it_was_until_several_are_asked_for(client: Client) -> None:
    html = client.get("/en/plans/nap2/actions/?section=3").content.decode()
    assert not re.search(r"<select[^>]* multiple", html)
    assert 'href="?section=3&amp;several=1"' in html
    html = client.get("/en/plans/nap2/actions/?section=3&several=1").content.decode()
    assert len(re.findall(r"<select[^>]* multiple", html)) >= 8


def test_an_unknown_value_among_known_ones_is_named_and_narrows_nothing(client: Client) -> None:
    found = client.get("/en/plans/nap2/actions.json?section=3&section=99").json()
    assert found["ignored_parameters"] == {"section": "99"}
    assert len(found["actions"]) == 71


def test_a_text_is_cut_into_words_as_it_is_asked_for() -> None:
    assert words("L’économie, P.M.E. & K.M.O. – 22.1 É") == [
        "l", "economie", "pme", "kmo", "22", "1", "e",
    ]  # fmt: skip
