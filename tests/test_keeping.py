"""No text that a form brought is lost, with or without scripts; none comes into others' hands."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from lxml import html

from actions.enums import LetterKind
from actions.models import Entry, Letter, SentForm, Theme, UnsavedText, User
from actions.services import accounts, unsaved
from actions.views import keeping
from reports.models import Chapter, DraftComment, Transmission
from tests.conftest import add_second_factor, totp_code
from tests.levels import first_of_all
from tests.standing_site import Site
from tests.standing_site import session as standing_session

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql, pytest.mark.slow]

WORDS = "Zqwords: vijf*drie & <b>„meer“</b>\r\n3. Oktober"
DOOR = "/en/account/sign-in/"
DRAFT = "/en/desk/entries/{draft}/"
CHAPTER = "/en/secretariat/reports/{open}/chapters/foreword/0/"
OVERRIDE = "/en/secretariat/rounds/{open}/overrides/{action}/"
# A form with texts for each role that has one: where it stands, the field that is written in.
FORMS = {
    "/en/desk/entries/{draft}/": ("writer", "done"),
    "/en/secretariat/transmissions/{transmission}/strike/": ("secretariat", "reason"),
    "/en/secretariat/review/{submitted}/": ("reviewer", "comment"),
    "/en/desk/rounds/small/2025/draft/": ("observer", "text"),
    "/en/desk/profile/": ("writer", "name"),
    "/en/desk/members/": ("coordinator", "email"),
    "/en/secretariat/members/": ("secretariat", "email"),
    "/en/secretariat/reports/{open}/chapters/foreword/0/": ("secretariat", "text_nl"),
    "/en/secretariat/reports/{open}/chapters/section/1/": ("secretariat", "text_fr"),
    "/en/secretariat/reports/{open}/chapters/further/{chapter}/": ("secretariat", "title_nl"),
    "/en/secretariat/reports/{evaluation}/advice/{advice}/": ("secretariat", "done_nl"),
    "/en/secretariat/reports/{evaluation}/chapters/summary/0/": ("secretariat", "text_nl"),
    "/en/secretariat/reports/{open}/consultation/": ("secretariat", "note_nl"),
    "/en/secretariat/reports/{closed2023}/freeze/": ("secretariat", "note_nl"),
    "/en/secretariat/translations/{accepted}/done/fr/": ("secretariat", "text"),
    "/en/secretariat/editions/{published}/transmissions/": ("secretariat", "recipient"),
    "/en/secretariat/editions/{published}/letters/{recipient}/": ("secretariat", "text"),
    "/en/secretariat/recipients/small/{recipient}/": ("secretariat", "address"),
    "/en/secretariat/editions/{published}/withdraw/": ("secretariat", "withdrawal_nl"),
    "/en/secretariat/rounds/{closed2022}/reopen/": ("secretariat", "reason"),
    "/en/secretariat/rounds/{open}/extend/": ("secretariat", "reason"),
    "/en/secretariat/rounds/{open}/points/": ("secretariat", "text"),
    "/en/secretariat/rounds/{open}/voices/": ("secretariat", "email"),
    "/en/secretariat/notes/{note}/": ("secretariat", "reason"),
    "/en/secretariat/notes/{noteasked}/": ("reviewer", "reason"),
    "/en/desk/rounds/small/2025/notes/{voice}/action/{row_written}/": ("voice", "text"),
    "/en/desk/notes/{note_taken}/answers/{ministry}/": ("writer", "text"),
    "/en/secretariat/rounds/{open}/points/{point}/": ("secretariat", "text"),
    "/en/secretariat/rounds/{open}/write/": ("secretariat", "text_nl"),
    "/en/secretariat/rounds/{open}/extend/several/": ("secretariat", "reason"),
    "/en/secretariat/rounds/{open}/overrides/{action}/": ("secretariat", "reason_nl"),
    "/en/secretariat/rounds/{closed2023}/further/": ("secretariat", "comment"),
    "/en/secretariat/comments/{comment}/": ("secretariat", "text"),
    "/en/secretariat/actors/small-agency/name/": ("secretariat", "decree"),
    "/en/secretariat/actors/small-agency/successor/": ("secretariat", "decree"),
    "/en/secretariat/plan/small/document/": ("secretariat", "document_nl"),
    "/en/secretariat/plan/small/actions/1/text/": ("secretariat", "promise_nl"),
    "/en/secretariat/plan/amendments/{amendment}/": ("secretariat", "note_nl"),
    "/en/secretariat/plan/amendments/{amendment}/change/1/": ("secretariat", "title_nl"),
    "/en/secretariat/plan/amendments/{amendment}/add/": ("secretariat", "title_nl"),
    "/en/secretariat/plan/amendments/{amendment}/lines/{line}/": ("secretariat", "note_nl"),
    "/en/secretariat/plans/new/": ("secretariat", "title_fr"),
    "/en/secretariat/errors/{notice}/": ("secretariat", "note"),
    "/en/secretariat/people/{person_with_factor}/reset-factor/": ("secretariat", "reason"),
    "/en/secretariat/resets/{reset}/": ("reviewer", "note"),
    "/admin/actions/theme/add/": ("secretariat", "title_nl"),
    "/admin/actions/action/{row}/change/": ("secretariat", "title_nl"),
    "/admin/actions/action/{row}/history/{row_version}/": ("secretariat", "other_title"),
}


def own_form(page: bytes) -> Any:
    """Return the form with a mark on a page."""
    there = html.fromstring(page.decode())
    forms = there.xpath("//main//form[.//input[@name='mark'][@data-address]]")
    assert forms, page[:300]
    return forms[0]


def values(form: Any) -> dict[str, str]:
    """Return what a browser sends of a form, buttons left out."""
    found = {}
    for row in form.xpath(".//*[@name][not(self::button)]"):
        if row.get("type") in {"radio", "checkbox"} and row.get("checked") is None:
            continue
        found[row.get("name")] = str(getattr(row, "value", None) or row.get("value") or "")
    return found


def field_of(form: Any, name: str) -> str:
    """Return the name of a field of a form, with the prefix that the page gives it."""
    own = [n for n in values(form) if not n.startswith("earlier:")]
    return next(n for n in own if n == name or n.endswith(f"-{name}"))


def shown(page: bytes, name: str) -> str:
    """Return what stands in a field of the form with a mark, as typed."""
    form = own_form(page)
    return values(form)[field_of(form, name)].replace("\r\n", "\n").lstrip("\n")


def open_form(site: Site, role: str, path: str) -> tuple[str, dict[str, str]]:
    """Open a form as somebody; return where it is sent, and what it sends."""
    form = own_form(site.get(role, path).content)
    return form.get("action"), values(form)


def typed(site: Site, path: str) -> tuple[str, str, str, dict[str, str]]:
    """Type the words into a form; return the role, the field, where it is sent, and what."""
    role, name = FORMS[path]
    action, sent = open_form(site, role, path)
    key = next(n for n in sent if n == name or n.endswith(f"-{name}"))
    return role, name, action, sent | {key: WORDS}


def sign_in(client: Client, page: Any, user: User, **more: str) -> Any:
    """Sign in by code from a page with a text in hand, as a browser without scripts; go on."""
    form = html.fromstring(page.content).xpath("//main//form[.//input[@name='email']]")[0]
    page = client.post(form.get("action"), values(form) | {"email": user.email} | more)
    assert page.status_code == 200
    code = Letter.objects.filter(kind=LetterKind.SIGN_IN).latest("pk").facts["code"]
    form = html.fromstring(page.content).xpath("//main//form[.//input[@name='code']]")[0]
    page = client.post(form.get("action"), values(form) | {"code": code})
    while b'name="code"' in page.content:  # a second factor
        form = html.fromstring(page.content).xpath("//main//form[.//input[@name='code']]")[0]
        page = client.post(
            form.get("action"), values(form) | {"code": totp_code(add_second_factor(user))}
        )
    return page


# --- Without a session ------------------------------------------------------------------


IN_FORM = WORDS.replace("\r\n", "\n")


@pytest.mark.parametrize("path", FORMS)
def test_a_text_sent_without_a_session_stands_in_its_form_after_signing_in(site, path) -> None:
    role, name, action, sent = typed(site, path)
    before = site.get(role, path).content
    client = Client()
    page = client.post(action, sent)
    assert page.status_code == 401
    assert "Your text is not saved" in page.content.decode()
    page = sign_in(client, page, site.scene.people[role])
    assert page.status_code == 200
    assert shown(page.content, name) == IN_FORM
    assert b"Not saved yet: your text is in the form" in page.content
    assert own_form(page.content).get("action") == action
    # Whoever goes away now finds it again: it is kept, and saved nowhere.
    assert shown(client.get(site.fill(path)).content, name) == shown(before, name)
    kept = UnsavedText.objects.get()
    assert kept.user == site.scene.people[role]
    assert any("Zqwords" in text for _name, text in kept.content)


ROW = "/admin/actions/action/{row}/change/"


def test_a_text_of_the_administration_is_kept_offered_and_goes_when_it_is_saved(site) -> None:
    role, name, action, sent = typed(site, ROW)
    line = WORDS.replace("\r\n", " ")  # a title has one
    sent |= {name: line}
    keep(site, role, sent)
    page = site.get(role, ROW).content.decode()
    assert "Your unsaved text of" in page
    assert "Zqwords" in html.fromstring(page).xpath("//dl[@class='conflict']")[0].text_content()
    assert shown(page.encode(), name) == ""
    page = site.get(role, f"{ROW}?unsaved=use").content
    assert shown(page, name) == line
    assert b"errornote" not in page
    assert site.send(role, "POST", action, values(own_form(page))).status_code == 302
    assert site.scene.responsibility("1").action.title_nl == line
    assert UnsavedText.objects.count() == 0
    keep(site, role, sent)  # from another tab: it says what is saved already
    assert b"Your unsaved text of" not in site.get(role, ROW).content


def test_what_is_put_into_the_administration_does_not_hide_that_somebody_was_quicker(site) -> None:
    role, name, action, sent = typed(site, ROW)
    keep(site, role, sent)
    other = sent | {name: "Zqquicker"}
    others = other | {"mark": ""}
    assert site.send(as_chair(site), "POST", action, others).status_code == 302
    page = site.get(role, f"{ROW}?unsaved=use").content
    assert shown(page, name) == IN_FORM
    assert "Somebody else has changed this meanwhile" in page.decode()
    assert "Zqquicker" in page.decode()


def test_a_row_below_that_is_not_saved_comes_back_with_its_form(site) -> None:
    role, _name, _action, sent = typed(site, ROW)
    more = {"flags-TOTAL_FORMS": "1", "flags-0-reason_nl": "Zqnote", "flags-0-code": "other"}
    keep(site, role, sent | more)
    page = site.get(role, f"{ROW}?unsaved=use").content.decode()
    assert html.fromstring(page).get_element_by_id("id_flags-0-reason_nl").value.strip() == "Zqnote"


def test_the_text_also_comes_through_a_password_and_a_wrong_one(site) -> None:
    role, name, action, sent = typed(site, DRAFT)
    user = site.scene.people[role]
    user.set_password("a long enough password")
    user.save()
    client = Client()
    page = client.post(action, sent)
    button = html.fromstring(page.content).xpath("//button[@formaction]")[0]
    fields = values(button.xpath("ancestor::form")[0]) | {"kept_show": "1"}
    page = client.post(button.get("formaction"), fields)
    for password in ("wrong", "a long enough password"):
        form = html.fromstring(page.content).xpath("//main//form[.//input[@name='password']]")[0]
        given = values(form) | {"login": user.email, "password": password}
        page = client.post(form.get("action"), given)
    assert shown(page.content, name) == IN_FORM


def test_a_token_that_is_no_longer_good_loses_nothing_in_the_administration(site) -> None:
    role, name, action, sent = typed(site, ROW)
    stale = sent | {"csrfmiddlewaretoken": "x" * 64}
    page = site.send(role, "POST", action, stale, is_guarded=True)
    assert page.status_code == 403
    assert shown(page.content, name) == IN_FORM


def test_a_token_that_is_no_longer_good_loses_nothing(site) -> None:
    role, name, action, sent = typed(site, DRAFT)
    before = Entry.objects.get(pk=site.keys["draft"]).done
    stale = sent | {"csrfmiddlewaretoken": "x" * 64}
    page = site.send(role, "POST", action, stale, is_guarded=True)
    assert page.status_code == 403
    assert shown(page.content, name) == IN_FORM
    assert Entry.objects.get(pk=site.keys["draft"]).done == before
    htmx = {"HX-Request": "true"}
    part = site.send(role, "POST", action, stale, is_guarded=True, headers=htmx)
    assert (part.status_code, part.content) == (403, b"You are signed out.")


@pytest.mark.parametrize("mark", ["", "forged", "of somebody else"])
def test_a_text_without_the_own_mark_is_only_shown_to_be_copied(site, mark) -> None:
    role, _name, action, sent = typed(site, CHAPTER)
    other = keeping.sign(site.scene.people["other"], action, action)
    sent["mark"] = {"of somebody else": other}.get(mark, mark)
    client = Client()
    page = sign_in(client, client.post(action, sent), site.scene.people[role])
    said = html.fromstring(page.content)
    areas = [area.text.replace("\r\n", "\n") for area in said.xpath("//textarea[@readonly]")]
    assert [text.strip("\n") for text in areas] == [IN_FORM]
    assert said.xpath("//main//form") == []
    guarded = site.send(role, "POST", action, sent, is_guarded=True)
    assert guarded.status_code == 403
    assert html.fromstring(guarded.content).xpath("//main//form") == []
    assert Chapter.objects.filter(kind="foreword").count() == 0


def test_a_form_that_somebody_else_opened_is_not_taken(site) -> None:
    _role, _name, action, sent = typed(site, DRAFT)
    before = Entry.objects.get(pk=site.keys["draft"]).version
    page = site.send("coordinator", "POST", action, sent)
    assert page.status_code == 403
    assert b"It cannot be put back into its form by itself" in page.content
    assert Entry.objects.get(pk=site.keys["draft"]).version == before


def test_a_form_whose_page_is_gone_shows_its_text(site) -> None:
    role, _name, action, sent = typed(site, DRAFT)
    sent["mark"] = keeping.sign(site.scene.people[role], action, "/en/desk/entries/999999/")
    client = Client()
    page = sign_in(client, client.post(action, sent), site.scene.people[role])
    assert b"You may not write here any more" in page.content
    assert "Zqwords" in page.content.decode()


def test_a_carried_text_that_is_no_list_of_fields_is_no_fault_of_the_server() -> None:
    for text in ("x", "[]", "[1, 2]", '["a", [1]]', '["a", [["b", 1]]]', "[" * 100_000):
        sent = {"email": f"{abs(hash(text))}@example.org", "kept": text}
        assert Client().post(DOOR, sent).status_code == 302


def test_a_text_of_the_administration_is_shown_after_signing_in(site) -> None:
    path = f"/admin/actions/action/{site.scene.responsibility('1').action.pk}/change/"
    client = Client()
    page = client.post(path, {"title_nl": WORDS})
    assert page.status_code == 401
    page = sign_in(client, page, site.scene.people["secretariat"])
    assert "Zqwords" in html.fromstring(page.content).xpath("//textarea[@readonly]")[0].text


# --- Kept while somebody writes ---------------------------------------------------------


def keep(site: Site, role: str, sent: dict[str, str]) -> Any:
    """Have the page keep what stands in a form."""
    return site.send(role, "POST", "/en/desk/unsaved/", sent, headers={"HX-Request": "true"})


def test_a_text_is_kept_offered_and_put_into_its_form(site) -> None:
    role, name, _action, sent = typed(site, CHAPTER)
    answer = keep(site, role, sent).content.decode()
    assert re.fullmatch(r"Not saved yet; your text is kept \(\d\d:\d\d\)\.", answer)
    page = site.get(role, CHAPTER).content
    assert b"Your unsaved text of" in page
    assert shown(page, name) == ""
    page = site.get(role, f"{CHAPTER}?unsaved=use").content
    assert shown(page, name) == IN_FORM
    assert Chapter.objects.filter(kind="foreword").count() == 0
    assert b"?unsaved=use" in site.get(role, CHAPTER.replace("/en/", "/fr/")).content


def test_a_kept_text_goes_when_its_form_is_saved_and_when_it_is_discarded(site) -> None:
    role, _name, action, sent = typed(site, CHAPTER)
    keep(site, role, sent)
    assert site.send(role, "POST", action, sent).status_code == 302
    assert UnsavedText.objects.count() == 0
    keep(site, role, sent)
    response = site.send(role, "POST", "/en/desk/unsaved/discard/", {"mark": sent["mark"]})
    assert response["Location"] == action
    assert UnsavedText.objects.count() == 0


UNSAVED = "/en/desk/unsaved/"


def test_all_unsaved_texts_stand_in_one_place_whatever_became_of_their_forms(site) -> None:
    role, _name, action, sent = typed(site, CHAPTER)
    keep(site, role, sent)
    gone = [("title_nl", ""), ("earlier:text_nl", "Zqgone"), ("opened", "1.1.x")]
    user = site.scene.people[role]
    unsaved.keep("/en/of/before/", gone, by=user, now=site.now - timedelta(days=2))
    page = html.fromstring(site.get(role, UNSAVED).content)
    shown = [area.text.strip("\n") for area in page.xpath("//main//textarea[@readonly]")]
    assert shown == [IN_FORM, "Zqgone"]
    assert page.xpath("//main//section//a/@href") == [action]
    labels = page.xpath("//main//label/text()")
    assert len(labels) == len(shown)
    assert labels[-1] == "Text (Dutch)"
    assert html.fromstring(site.get("writer", UNSAVED).content).xpath("//main//textarea") == []


def test_unsaved_texts_stand_under_what_their_fields_are_called_and_codes_in_words(site) -> None:
    _action, sent = open_form(site, "writer", DRAFT)
    sent |= {"evidence-0-address": "https://x.be/1", "obstacle_codes": "priorities"}
    keep(site, "writer", sent | {"page": "Zqtoken", "earlier:page": "Zqtoken"})
    page = html.fromstring(site.get("writer", UNSAVED).content.decode())
    said = " ".join(page.xpath("//main")[0].text_content().split())
    for words in ("Address on the web", "https://x.be/1", "Kinds of obstacles", "Priorities"):
        assert words in said
    for words in ("Zqtoken", "priorities", "Address of the decision"):
        assert words not in said


def test_of_a_form_of_the_administration_only_what_differs_stands_among_unsaved_texts(site) -> None:
    path = "/admin/actions/action/{row}/change/"
    role, _name, _action, sent = typed(site, path)
    keep(site, role, sent | {"nature": "continuous"})
    page = html.fromstring(site.get(role, UNSAVED).content.decode())
    labels = page.xpath("//main//section//label/text()")
    shown = [area.text.strip("\n") for area in page.xpath("//main//textarea[@readonly]")]
    said = dict(zip(labels, shown, strict=True))
    assert said == {"Title (Dutch)": IN_FORM, "Nature": "Continuous"}


def test_the_desk_leads_to_unsaved_texts_as_long_as_there_are_any(site) -> None:
    role, _name, _action, sent = typed(site, CHAPTER)
    keep(site, role, sent)
    door = f'href="{UNSAVED}"'.encode()
    assert door in site.get(role, "/en/desk/").content
    page = site.get(role, UNSAVED)
    mark = html.fromstring(page.content).xpath("//main//input[@name='mark']/@value")
    response = site.send(role, "POST", f"{UNSAVED}discard/", {"mark": mark[0]})
    assert response["Location"] == UNSAVED
    assert b"You have no unsaved text." in site.get(role, UNSAVED).content
    assert door not in site.get(role, "/en/desk/").content


def test_what_is_saved_already_is_not_offered(site) -> None:
    role, _name, action, sent = typed(site, CHAPTER)
    site.send(role, "POST", action, sent)
    keep(site, role, sent)
    assert b"Your unsaved text of" not in site.get(role, CHAPTER).content


def test_a_refused_form_stays_kept(site) -> None:
    role, _name, action, sent = typed(site, CHAPTER)
    keep(site, role, sent)
    assert site.send(role, "POST", action, sent | {"text_nl": "x" * 20_000}).status_code == 200
    assert UnsavedText.objects.count() == 1


def test_what_is_stored_whole_is_kept_no_longer_though_the_page_asks(site) -> None:
    action, sent = open_form(site, "writer", DRAFT)
    french = "Nous avons rédigé le projet avec les partenaires sociaux et la société civile."
    sent |= {"done": french, "language": "nl", "status": "in_progress"}
    keep(site, "writer", sent)
    # The text looks written in another language: it is a draft, and the page asks.
    page = site.send("writer", "POST", action, sent | {"act": "submit"})
    assert page.status_code == 422
    assert Entry.objects.get(pk=site.keys["draft"]).done == french
    assert UnsavedText.objects.count() == 0
    keep(site, "writer", sent)
    page = site.send("writer", "POST", action, sent | {"act": "submit", "results": "x" * 10_001})
    assert page.status_code == 422
    assert UnsavedText.objects.count() == 1


def test_another_text_written_beside_one_that_is_offered_replaces_nothing(site) -> None:
    role, name, action, sent = typed(site, CHAPTER)
    keep(site, role, sent)
    offered = values(own_form(site.get(role, CHAPTER).content))
    keep(site, role, offered | {name: "Zqother"})
    page = site.get(role, f"{CHAPTER}?unsaved=use").content
    assert shown(page, name) == "Zqother"
    assert aside(page) == [IN_FORM]
    again = values(own_form(page))
    assert site.send(role, "POST", action, again).status_code == 302
    assert aside(site.get(role, CHAPTER).content) == [IN_FORM]
    site.send(role, "POST", "/en/desk/unsaved/discard/", {"mark": sent["mark"]})
    assert aside(site.get(role, CHAPTER).content) == []


def test_of_two_windows_on_one_form_neither_text_replaces_the_other(site) -> None:
    role, name, action, first = typed(site, CHAPTER)
    _role, _name, _action, second = typed(site, CHAPTER)
    second |= {name: "Zqsecond"}
    for sent in (first, second, second | {name: "Zqsecond and more"}):
        keep(site, role, sent)
    page = site.get(role, f"{CHAPTER}?unsaved=use").content
    assert (shown(page, name), aside(page)) == ("Zqsecond and more", [IN_FORM])
    # The first is saved: what the second has not saved stays kept.
    assert site.send(role, "POST", action, first).status_code == 302
    page = site.get(role, f"{CHAPTER}?unsaved=use").content
    assert (shown(page, name), aside(page)) == ("Zqsecond and more", [])


def aside(page: bytes) -> list[str]:
    """Return the texts that stand beside a form, to be copied."""
    areas = html.fromstring(page.decode()).xpath("//textarea[@class='kept-text']")
    return [area.text.replace("\r\n", "\n").strip("\n") for area in areas]


def test_a_text_kept_on_a_page_with_a_filter_is_put_into_the_form_of_that_page(site) -> None:
    path = "/en/secretariat/rounds/{open}/write/?state=draft"
    _action, sent = open_form(site, "secretariat", path)
    keep(site, "secretariat", sent | {"text_nl": WORDS})
    links = html.fromstring(site.get("secretariat", path).content.decode()).xpath(
        "//*[contains(@class, 'unsaved')]//a/@href"
    )
    assert links == [f"{site.fill(path)}&unsaved=use"]
    assert shown(site.get("secretariat", links[0]).content, "text_nl") == IN_FORM


def test_what_going_back_and_forth_offers_to_itself_goes_when_it_is_saved(site) -> None:
    for path in (CHAPTER, "/admin/actions/action/{row}/change/"):
        role, name, action, sent = typed(site, path)
        keep(site, role, sent)
        # Forth again: the browser fills in what the page offers beside the form.
        again = values(own_form(site.get(role, path).content)) | {name: sent[name]}
        assert f"earlier:{name}" in again
        keep(site, role, again | {name: f"{sent[name]} more"})
        assert (
            site.send(role, "POST", action, again | {name: f"{sent[name]} more"}).status_code == 302
        )
        assert UnsavedText.objects.count() == 0


def test_each_unsaved_text_is_headed_by_what_it_belongs_to(site) -> None:
    theme = "/admin/actions/theme/add/"
    for path, name in {CHAPTER: "text_nl", ROW: "title_nl", theme: "slug"}.items():
        _action, sent = open_form(site, "secretariat", path)
        keep(site, "secretariat", sent | {name: "Zq"})
    page = html.fromstring(site.get("secretariat", UNSAVED).content.decode())
    assert page.xpath("//main//section/h2/text()") == [
        "Theme: new",
        f"Action: {site.scene.responsibility('1').action}",
        "Foreword, 2025",
    ]


# --- Who may not write any more ---------------------------------------------------------


@pytest.mark.parametrize("path", [DRAFT, "/en/desk/rounds/small/2025/draft/"])
def test_whoever_lost_their_role_is_told_so_and_finds_the_text(site, path) -> None:
    role, name, action, sent = typed(site, path) if path == DRAFT else (
        "writer", "text", *open_form(site, "writer", path)
    )  # fmt: skip
    sent = sent | {name: WORDS}
    user = site.scene.people[role]
    site.sessions["gone"] = standing_session(user)
    user.memberships.update(ended_at=timezone.now())
    kept = keep(site, "gone", sent)
    words = (
        "Not saved: you may not write here any more. Your text is kept among your unsaved texts."
    )
    assert (kept.status_code, kept.content.decode()) == (200, words)
    part = site.send("gone", "POST", action, sent, headers={"HX-Request": "true"})
    assert (part.status_code, part.content.decode()) == (403, words)
    assert part["Content-Type"] == "text/plain; charset=utf-8"
    page = site.send("gone", "POST", action, sent)
    said = html.fromstring(page.content.decode())
    assert page.status_code == 403
    assert "You may not write here any more" in said.text_content()
    assert "it stands nowhere else" not in said.text_content()
    assert IN_FORM in [area.text.strip("\n").replace("\r", "") for area in said.xpath("//textarea")]
    found = site.get("gone", UNSAVED)
    assert found.status_code == 200
    assert b"Zqwords" in found.content


# --- The site was renewed meanwhile -----------------------------------------------------

RENAMED = "renamed_since"
RENEWABLE = (
    DRAFT, CHAPTER, "/en/desk/rounds/small/2025/draft/", "/en/secretariat/review/{submitted}/",
    "/en/secretariat/plan/amendments/{amendment}/change/1/", "/admin/actions/action/{row}/change/",
)  # fmt: skip


@pytest.mark.parametrize("path", first_of_all(FORMS, RENEWABLE, pytest.mark.proof))
def test_a_kept_text_whose_field_has_gone_stands_beside_the_form(site, path) -> None:
    role, name, _action, sent = typed(site, path)
    key = next(n for n in sent if n == name or n.endswith(f"-{name}"))
    sent = {(f"{n}_{RENAMED}" if n == key else n): text for n, text in sent.items()}
    keep(site, role, sent)
    page = site.get(role, path).content
    assert aside(page) == [IN_FORM]
    # Whoever writes on has it kept anew, from what the form says then.
    keep(site, role, values(own_form(page)))
    assert aside(site.get(role, path).content) == [IN_FORM]


@pytest.mark.parametrize("path", first_of_all(FORMS, RENEWABLE, pytest.mark.proof))
def test_a_form_opened_before_its_page_was_renewed_is_not_saved_by_halves(site, path) -> None:
    role, name, action, sent = typed(site, path)
    key = next(n for n in sent if n == name or n.endswith(f"-{name}"))
    stored = values(own_form(site.get(role, path).content))[key]
    sent = {(f"{n}_{RENAMED}" if n == key else n): text for n, text in sent.items()}
    page = site.send(role, "POST", action, sent)
    assert page.status_code == 200
    assert b"This form was renewed after you opened it" in page.content
    assert aside(page.content) == [IN_FORM]
    again = values(own_form(page.content))
    assert again[key].strip() == stored.strip()


def test_what_stood_beside_an_entry_is_still_shown_once_it_is_submitted(site) -> None:
    path = "/en/desk/entries/{submitted}/"
    user = site.scene.people["colleague"]
    rows = [("earlier:done_then", WORDS), ("earlier:done", "Zqdone")]
    unsaved.keep(site.fill(path), rows, by=user, now=site.now)
    site.sessions["colleague"] = standing_session(user)
    assert aside(site.get("colleague", path).content) == [IN_FORM, "Zqdone"]


def test_the_page_that_saves_by_itself_is_told_that_it_was_renewed(site) -> None:
    role, name, action, sent = typed(site, DRAFT)
    before = Entry.objects.get(pk=site.keys["draft"]).version
    sent[f"{name}_{RENAMED}"] = sent.pop(name)
    part = site.send(role, "POST", action, sent, headers={"HX-Request": "true"})
    assert b"Load the page again; your text is kept." in part.content
    assert Entry.objects.get(pk=site.keys["draft"]).version == before


# --- A comment that is not sent ---------------------------------------------------------


def test_a_comment_is_never_dropped_by_accepting(site) -> None:
    role, _name, action, sent = typed(site, "/en/secretariat/review/{submitted}/")
    page = site.send(role, "POST", action, sent | {"act": "accept"})
    assert b"Comments go out only with a return" in page.content
    assert shown(page.content, "comment") == IN_FORM
    assert Entry.objects.get(pk=site.keys["submitted"]).state == "submitted"


def test_a_second_return_with_another_comment_is_refused_with_the_comment_in_sight(site) -> None:
    role, _name, action, sent = typed(site, "/en/secretariat/review/{submitted}/")
    sent |= {"act": "return", "token": ""}
    assert site.send(role, "POST", action, sent).status_code == 302
    page = site.send(role, "POST", action, sent | {"comment": "Zqanother"})
    assert page.status_code in {200, 409}
    assert aside(page.content) == ["Zqanother"]


# --- Whose text it is -------------------------------------------------------------------


def test_nobody_keeps_a_text_in_the_name_of_somebody_else(site) -> None:
    _role, _name, _action, sent = typed(site, CHAPTER)
    assert keep(site, "writer", sent).status_code == 403
    assert keep(site, "public", sent).status_code == 401
    assert keep(site, "secretariat", sent | {"mark": "forged"}).status_code == 400
    assert UnsavedText.objects.count() == 0


def test_a_text_too_long_to_be_kept_is_refused_in_words(site) -> None:
    role, _name, _action, sent = typed(site, CHAPTER)
    answer = keep(site, role, sent | {"text_fr": "x" * 500_000})
    assert (answer.status_code, answer.content) == (413, b"This text is too long.")


def test_where_nothing_is_kept_a_form_that_is_saved_waits_for_nobody(
    member: User, django_assert_num_queries: Any
) -> None:
    now = timezone.now()
    with django_assert_num_queries(1):  # no transaction, which waits for its turn on SQLite
        unsaved.settle("/en/a/", [], by=member, now=now, stored=[("done", "Text")])
    unsaved.settle("/en/a/", [("earlier:reason", "Left")], by=member, now=now)
    assert UnsavedText.objects.get().content == [["earlier:reason", "Left"]]
    unsaved.settle("/en/a/", [], by=member, now=now, stored=[("done", "Left")])
    assert not UnsavedText.objects.exists()


def test_a_kept_text_is_gone_after_thirty_days_and_with_its_writer(site) -> None:
    now = timezone.now()
    user, by = site.scene.people["writer"], site.scene.people["secretariat"]
    unsaved.keep("/en/a/", [("text", "a")], by=user, now=now - timedelta(days=30))
    unsaved.keep("/en/b/", [("text", "b\0")], by=user, now=now)
    assert unsaved.find("/fr/a/", by=user, now=now) is None
    found = unsaved.find("/fr/b/", by=user, now=now)
    assert found is not None
    assert found.content == [["text", "b"]]
    assert unsaved.find("/fr/b/", by=by, now=now) is None
    assert unsaved.purge(now=now) == 1
    unsaved.once("t", [], lambda: "/x/", by=user, now=now)
    accounts.erase(user, by=by, now=now)
    assert (UnsavedText.objects.count(), SentForm.objects.count()) == (0, 0)


def test_on_a_shared_computer_nothing_is_kept_and_the_session_ends_with_the_browser(site) -> None:
    role, _name, action, sent = typed(site, DRAFT)
    client = Client()
    page = client.post(action, sent)
    page = sign_in(client, page, site.scene.people[role], shared_computer="on")
    assert client.session.get_expire_at_browser_close()
    assert b"data-keeps" not in page.content
    answer = client.post("/en/desk/unsaved/", sent, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert UnsavedText.objects.count() == 0
    alone = Client()
    sign_in(alone, alone.post(action, sent), site.scene.people[role])
    assert not alone.session.get_expire_at_browser_close()


# --- The same form twice ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "model", "given"),
    [
        ("/en/secretariat/editions/{published}/transmissions/", Transmission, {"recipient": "Zq"}),
        ("/en/desk/rounds/small/2025/draft/", DraftComment, {"text": "Zq"}),
        ("/en/secretariat/reports/{open}/chapters/further/0/", Chapter, {"title_nl": "Zq"}),
    ],
)
def test_the_same_form_sent_twice_makes_one_and_another_text_makes_another(
    site, path, model, given
) -> None:
    action, sent = open_form(site, "secretariat", path)
    before = model.objects.count()
    answers = [site.send("secretariat", "POST", action, sent | given) for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert model.objects.count() == before + 1
    more = {name: f"{text} more" for name, text in given.items()}
    assert site.send("secretariat", "POST", action, sent | more).status_code == 302
    assert model.objects.count() == before + 2


AGAIN = [
    ("/en/secretariat/editions/{published}/transmissions/", Transmission, {"recipient": "Zq"}),
    ("/en/desk/rounds/small/2025/draft/", DraftComment, {"text": "Zq\r\ntwo"}),
    ("/en/secretariat/reports/{open}/chapters/further/0/", Chapter, {"title_nl": "Zq"}),
]


@pytest.mark.parametrize(("path", "model", "given"), AGAIN)
def test_the_same_sent_again_from_the_page_anew_is_asked_for_and_may_be_meant(
    site, path, model, given
) -> None:
    action, sent = open_form(site, "secretariat", path)
    before = model.objects.count()
    first = site.send("secretariat", "POST", action, sent | given)
    # Going back in a browser fetches the page anew, and puts what was typed into it.
    _action, anew = open_form(site, "secretariat", path)
    keep(site, "secretariat", anew | given)
    page = site.send("secretariat", "POST", action, anew | given)
    assert page.status_code == 409
    assert "You sent the same just now" in page.content.decode()
    assert (model.objects.count(), UnsavedText.objects.count()) == (before + 1, 0)
    asked = html.fromstring(page.content.decode()).xpath("//main//form")[0]
    assert asked.xpath(".//a/@href") == [first["Location"]]
    sent = values(asked)
    said = {name: sent[name].replace("\r", "").replace("\n", "\r\n") for name in given}
    assert said == given
    for _turn in range(2):
        assert (
            site.send("secretariat", "POST", asked.get("action"), sent | given).status_code == 302
        )
    assert model.objects.count() == before + 2


def test_the_same_sent_again_after_a_while_is_not_asked_for(site) -> None:
    path, _model, given = AGAIN[1]
    action, sent = open_form(site, "secretariat", path)
    before = DraftComment.objects.count()
    site.send("secretariat", "POST", action, sent | given)
    SentForm.objects.update(sent_at=timezone.now() - timedelta(minutes=11))
    _action, anew = open_form(site, "secretariat", path)
    assert site.send("secretariat", "POST", action, anew | given).status_code == 302
    assert DraftComment.objects.count() == before + 2


def test_a_row_of_the_administration_is_made_once(site) -> None:
    action, sent = open_form(site, "secretariat", "/admin/actions/theme/add/")
    source = str(site.scene.source.pk)
    sent |= {"slug": "zq", "position": "99", "source": source}
    sent |= {f"title_{code}": "Zq" for code in ("nl", "fr", "de", "en")}
    answers = [site.send("secretariat", "POST", action, sent) for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Theme.objects.filter(slug="zq").count() == 1


@pytest.mark.parametrize(
    ("path", "role", "given"),
    [
        ("/en/desk/members/", "coordinator", {"email": "twice@example.org"}),
        ("/en/secretariat/review/{submitted}/", "reviewer", {"act": "return", "comment": "Zq"}),
        ("/en/secretariat/rounds/{closed2022}/reopen/", "secretariat",
         {"reason": "Zq", "closes_on": "{later}"}),
    ],
)  # fmt: skip
def test_what_is_done_once_is_no_error_the_second_time(site, path, role, given) -> None:
    page = own_form(site.get(role, path).content)
    given = {name: site.fill(value) for name, value in given.items()}
    named = {next((n for n in values(page) if n.endswith(f"-{k}")), k): v for k, v in given.items()}
    sent = values(page) | named
    answers = [site.send(role, "POST", page.get("action"), sent) for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]


def test_a_form_that_was_refused_may_be_sent_again(site) -> None:
    path = "/en/secretariat/editions/{published}/transmissions/"
    action, sent = open_form(site, "secretariat", path)
    assert site.send("secretariat", "POST", action, sent).status_code == 200
    assert SentForm.objects.count() == 0
    assert site.send("secretariat", "POST", action, sent | {"recipient": "Zq"}).status_code == 302


def test_a_refusal_that_leads_to_another_page_is_nothing_done(site) -> None:
    path, writer = site.fill("/en/secretariat/reports/{open}/freeze/"), "secretariat"
    user = site.scene.people[writer]
    unsaved.keep(path, [("note_nl", "Zq")], by=user, now=site.now)
    sent = {"mark": keeping.sign(user, path, path), "token": "t", "outside": ""}
    refused = site.send(writer, "POST", path, sent)
    assert (refused.status_code, refused["Location"][:24]) == (302, "/en/secretariat/reports/")
    assert SentForm.objects.count() == 0
    assert unsaved.find(path, by=user, now=site.now) is not None


def test_more_time_in_a_published_round_is_refused_at_the_form_with_the_reason_in_it(site) -> None:
    path = "/en/secretariat/rounds/{closed2023}/extend/"
    sent = {"actor": site.scene.actors["ministry"].pk, "until": "2099-01-01", "reason": WORDS}
    page = site.send("secretariat", "POST", path, sent)
    assert page.status_code == 200
    assert b"The report of this round is published" in page.content
    assert html.fromstring(page.content).get_element_by_id("id_reason").value.strip() == IN_FORM


def test_signs_that_the_report_cannot_print_are_told_at_their_field_and_saved_all_the_same(
    site,
) -> None:
    action, sent = open_form(site, "writer", DRAFT)
    sent |= {"done": "Akkoord 👍 中", "results": "✔ ok", "internal": "👍"}
    part = site.send(
        "writer", "POST", action, sent | {"act": "save"}, headers={"HX-Request": "true"}
    )
    notes = html.fromstring(f"<div>{part.content.decode()}</div>").xpath("//*[@class='field-note']")
    assert [note.getparent().get("id") for note in notes] == ["id_done_errors"]
    assert "cannot print 👍 中." in notes[0].text_content()
    assert Entry.objects.get(pk=site.keys["draft"]).done == "Akkoord 👍 中"
    again = html.fromstring(site.get("writer", DRAFT).content.decode())
    assert len(again.xpath("//*[@class='field-note']")) == 1


def test_what_is_quoted_from_a_document_is_in_its_language_in_the_administration(site) -> None:
    action = site.scene.responsibility("1").action
    type(action.title_source).objects.filter(pk=action.title_source_id).update(language="fr")
    page = html.fromstring(site.get("secretariat", ROW).content.decode())
    names = ("period_text", "actors_text", "other_title", "title_source_detail")
    assert {page.get_element_by_id(f"id_{name}").get("lang") for name in names} == {"fr"}


def test_the_end_of_a_line_is_no_sign_that_cannot_be_printed(site) -> None:
    action, sent = open_form(site, "writer", DRAFT)
    page = site.send("writer", "POST", action, sent | {
        "act": "submit", "done": "One\r\ntwo", "results": "x" * 10_001,
    })  # fmt: skip
    assert page.status_code == 422
    assert b"cannot print" not in page.content


def test_a_text_is_not_put_into_a_form_that_is_not_there(site) -> None:
    path = "/en/secretariat/review/{submitted}/"
    role, _name, _action, sent = typed(site, path)
    keep(site, role, sent)
    assert b"Put it into the form" in site.get(role, path).content
    Entry.objects.filter(pk=site.keys["submitted"]).update(state="draft")
    page = site.get(role, path).content
    assert b"Your unsaved text of" in page
    assert b"Put it into the form" not in page


# --- Two people, and two windows of one -------------------------------------------------


def as_chair(site: Site) -> str:
    """Let another member of the secretariat sign in; return their role."""
    chair = site.scene.people["chair"]
    add_second_factor(chair)
    site.sessions["chair"] = standing_session(chair)
    return "chair"


@pytest.mark.parametrize(
    ("path", "first", "second", "saved"),
    [
        ("/en/secretariat/translations/{accepted}/done/fr/", {"text": "Zqone"},
         {"text": "Zqtwo"}, "Zqone"),
        ("/en/secretariat/reports/{open}/consultation/", {"note_nl": "Zqone"},
         {"note_nl": "Zqtwo"}, "Zqone"),
        ("/en/secretariat/rounds/{open}/", {"closes_on": "{later}"},
         {"closes_on": "{still_later}"}, "{later_in_words}"),
        (OVERRIDE, {"reason_nl": "Zqone"}, {"reason_nl": "Zqtwo"}, "Zqone"),
        ("/en/secretariat/rounds/{open}/extend/",
         {"actor": "{ministry}", "until": "{later}", "reason": "Zqone"},
         {"actor": "{ministry}", "until": "{still_later}", "reason": "Zqtwo"}, "Zqone"),
        (CHAPTER, {"text_nl": "Zqone"}, {"text_nl": "Zqtwo"}, "Zqone"),
    ],
    ids=["translation", "consultation", "days", "override", "extension", "chapter"],
)  # fmt: skip
def test_the_second_of_two_is_told_sees_both_texts_and_may_replace_the_first(
    site, path, first, second, saved
) -> None:
    action, sent = open_form(site, "secretariat", path)
    sent.pop("token", None)
    first, second = ({k: site.fill(v) for k, v in one.items()} for one in (first, second))
    other = as_chair(site)
    for _turn in range(2):  # the same twice is no conflict
        others = sent | first | {"mark": ""}
        assert site.send(other, "POST", action, others).status_code == 302
    page = site.send("secretariat", "POST", action, sent | second)
    said = html.fromstring(page.content)
    assert "Somebody else has changed" in said.xpath("//*[@role='alert']")[0].text_content()
    assert site.fill(saved) in said.xpath("//dl[@class='conflict']")[0].text_content()
    again = values(own_form(page.content))
    assert second.items() <= {name: text.strip("\n") for name, text in again.items()}.items()
    assert site.send("secretariat", "POST", action, again).status_code == 302


def test_the_second_of_two_in_the_administration_is_told_and_stores_nothing(site) -> None:
    action = site.scene.responsibility("1").action
    path = f"/admin/actions/action/{action.pk}/change/"
    page = html.fromstring(site.get("secretariat", path).content)
    found = values(page.xpath("//form[@id='action_form']")[0])
    sent = {name: value for name, value in found.items() if "__prefix__" not in name}
    others = sent | {"title_nl": "Zqone", "mark": ""}
    assert site.send(as_chair(site), "POST", path, others).status_code == 302
    second = site.send("secretariat", "POST", path, sent | {"title_nl": "Zqtwo"})
    assert second.status_code == 200
    said = second.content.decode()
    assert "Somebody else has changed this meanwhile. Nothing was saved." in said
    assert "Zqone" in said
    assert "Zqtwo" in said
    action.refresh_from_db()
    assert action.title_nl == "Zqone"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (CHAPTER, "text_nl"),
        ("/en/secretariat/translations/{accepted}/done/fr/", "text"),
        ("/en/secretariat/reports/{open}/consultation/", "note_nl"),
        ("/admin/actions/action/{row}/change/", "title_nl"),
    ],
)
def test_whoever_was_quicker_than_oneself_in_another_window_is_oneself(site, path, name) -> None:
    action, sent = open_form(site, "secretariat", path)
    assert site.send("secretariat", "POST", action, sent | {name: "Zqone"}).status_code == 302
    page = site.send("secretariat", "POST", action, sent | {name: "Zqtwo", "token": "another"})
    said = page.content.decode()
    assert "You have changed this yourself meanwhile, in another window." in said
    assert "Somebody else has changed" not in said


def test_a_refused_form_of_the_administration_says_that_nothing_is_saved_and_keeps_its_head(
    site,
) -> None:
    action, sent = open_form(site, "secretariat", ROW)
    row = str(site.scene.responsibility("1").action)
    wrong = sent | {f"title_{code}": "Zqother" for code in ("nl", "fr", "de", "en")}
    page = site.send("secretariat", "POST", action, wrong | {"period_kind": "zz"})
    said = html.fromstring(page.content.decode())
    assert page.status_code == 200
    assert "Nothing of this form is saved yet." in said.xpath("//*[@class='errornote']")[0].text
    head = said.xpath("//*[@class='breadcrumbs'] | //div[@id='content']/h2 | //title")
    assert head
    assert not any("Zqother" in part.text_content() for part in head)
    assert row in said.xpath("//title")[0].text


# --- A wrong transmission ---------------------------------------------------------------


def test_a_transmission_recorded_by_mistake_is_struck_out_and_stays(site) -> None:
    path = "/en/secretariat/transmissions/{transmission}/strike/"
    action, sent = open_form(site, "secretariat", path)
    assert site.send("secretariat", "POST", action, sent).status_code == 200
    sent["reason"] = "Zqnever sent."
    assert site.send("secretariat", "POST", action, sent).status_code == 302
    row = Transmission.objects.get(pk=site.keys["transmission"])
    assert row.struck_by == site.scene.people["secretariat"]
    assert (row.struck_reason, row.history.count()) == ("Zqnever sent.", 2)
    public = site.get("public", "/en/plans/small/reports/2023/").content
    assert "The parliament" in html.fromstring(public).xpath("//s")[0].text_content()
    assert b"recorded by mistake, struck out on" in public
    assert b"Zqnever" not in public
    inside = site.get("secretariat", "/en/secretariat/editions/{published}/transmissions/").content
    assert b"Zqnever sent." in inside


# --- Every form -------------------------------------------------------------------------

# Forms with texts that are none of members' writing, each with a reason.
EXCEPTIONS = {
    "account_request_login_code": "an address, typed again in a moment",
    "account_login": "an address, typed again in a moment",
    "account_login_password": "address and password: never carried",
    "account_confirm_login_code": "a code", "mfa_authenticate": "a code",
    "account_reauthenticate": "a password", "mfa_reauthenticate": "a code",
    "account_change_password": "passwords", "account_set_password": "passwords",
    "mfa_activate_totp": "a code", "mfa_add_webauthn": "the name of a passkey",
    "mfa_edit_webauthn": "the name of a passkey",
    "actions:report-error": "readers have no session; their text is shown again at each refusal",
    "actions:invitation": "a name, asked before there is an account",
    "actions:round-new": "days, and numbers of days", "actions:round": "days, and numbers of days",
}  # fmt: skip
TEXTS = "self::textarea or self::input[not(@type) or @type='text' or @type='email']"


def test_every_form_with_texts_is_proved_here_or_named_as_an_exception(site, pages) -> None:
    """Walks all pages: whoever makes a new form names it in ``FORMS``."""
    covered = {name_of(site.fill(path)) for path in FORMS} | {"actions:entry-reopen"}
    wrong = []
    for path, form in forms_with_texts(site, pages):
        name = name_of(form.get("action") or path)
        if name in EXCEPTIONS:
            continue
        if name not in covered or not form.get("action") or not form.xpath(".//*[@name='mark']"):
            wrong.append((path, name, "is not proved"))
        for field in form.xpath(f".//*[{TEXTS}]"):
            if field.get("maxlength"):
                wrong.append((path, field.get("name"), "cuts a paste off"))
            if field.tag == "textarea" and not field.get("lang"):
                wrong.append((path, field.get("name"), "has no language"))
            code = str(field.get("name")).rpartition("_")[2]
            if code in {"nl", "fr", "de", "en"} and field.get("lang") != code:
                wrong.append((path, field.get("name"), "is checked in another language"))
    assert wrong == []


def forms_with_texts(site: Site, pages: Any) -> Iterator[tuple[str, Any]]:
    """Yield every form that is sent and has a text in it, with its page."""
    for (_role, path), response in pages.items():
        kind = response.get("Content-Type", "")
        if response.status_code == 200 and kind.startswith("text/html") and response.content:
            for form in html.fromstring(response.content).xpath("//form[@method='post']"):
                if form.xpath(f".//*[{TEXTS}]"):
                    yield site.fill(path), form


def name_of(path: str) -> str:
    """Return the name of an address."""
    return resolve(path.partition("?")[0]).view_name
