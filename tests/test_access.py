"""Every address, method and role: who gets what. The table is ``access.txt``; add a line there."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib import admin
from django.http import QueryDict
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, resolve, reverse
from lxml import html

from tests import access
from tests.access import EVERYBODY
from tests.conftest import add_second_factor, totp_code
from tests.levels import first_of_all
from tests.signing_in import enter
from tests.standing_site import ADDRESS, ROLES, SHUT_OUT, Site, undone

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# A form for everybody, with a signed token of its own: it sets no cookie.
OWN_TOKEN = {"/en/report-error/"}
# The second name of the sign-in page, by which allauth goes back to it.
SAME_ADDRESS = {"account_request_login_code": "account_login"}
# Those whose rows are tried in every run: who may least, is stopped on the way, writes,
# decides, may most; and those whose long rows are.
CHIEF = ("public", "no-factor", "writer", "reviewer", "secretariat")
OFTEN = ("public", "writer", "secretariat")
MEMBERS = ("voice", "observer", "other", "writer", "coordinator", "reviewer", "secretariat")
SIGNED_IN = [role for role in EVERYBODY if role not in {"public", *SHUT_OUT}]
ELSEWHERE = ("https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)")

READING = ["/en/plans/small/" + part for part in ("", "actions/", "actors/", "themes/", "reports/")]
READING = [*READING, "/en/method/"]
PROFILE, DESK = "/en/desk/profile/", "/en/desk/"
REVIEW, TODAY = "/en/secretariat/review/", "/en/secretariat/"
# What the menu of each role leads to, besides the pages for readers.
MENU = {
    "public": ["/en/account/sign-in/"],
    "deactivated": ["/en/account/sign-in/"],
    "sample": ["/en/account/sign-in/"],
    "former": [],
    "no-factor": [DESK, REVIEW, TODAY, PROFILE],
    "voice": [DESK, PROFILE],
    "observer": [DESK, PROFILE],
    "other": [DESK, PROFILE],
    "writer": [DESK, PROFILE],
    "coordinator": [DESK, PROFILE],
    "reviewer": [DESK, REVIEW, PROFILE],
    "secretariat": [DESK, REVIEW, TODAY, PROFILE],
}


def names(resolver: URLResolver, prefix: str = "") -> set[str]:
    """Return the names of all addresses."""
    found: set[str] = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            found.add(f"{prefix}{pattern.name}")
        else:
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            found |= names(pattern, prefix + space)
    return found


ADDRESSES = names(get_resolver())
ADMIN = sorted(name for name in ADDRESSES if name.startswith("admin:"))


# --- The table --------------------------------------------------------------------


def test_every_address_has_a_line(site) -> None:
    found = {resolve(site.fill(path).split("?")[0]).view_name for path in access.paths()}
    there = {SAME_ADDRESS.get(name, name) for name in ADDRESSES if not name.startswith("admin:")}
    assert found == there


def test_no_line_stands_twice_or_is_incomplete() -> None:
    keys = [(line.method, line.path) for line in access.lines()]
    assert len(keys) == len(set(keys))
    assert {len(line.answers) for line in access.lines()} == {len(ROLES)}


@pytest.mark.parametrize("role", first_of_all(EVERYBODY, ROLES, pytest.mark.proof))
def test_reading_is_answered_as_agreed(site, pages, role) -> None:
    given = {path: access.expected("GET", path, role) for path in access.paths()}
    got = {path: access.answered(pages[role, path]) for path in given if (role, path) in pages}
    for path in given.keys() - got.keys():
        got[path] = access.answered(site.get(role, path))
    assert different(got, given) == {}


@pytest.mark.parametrize("role", first_of_all(EVERYBODY, ["secretariat"], pytest.mark.proof))
def test_head_is_answered_as_get_is_without_content(site, pages, role) -> None:
    got, given = {}, {}
    for line in access.lines():
        # What is the same for everybody is asked for twice, not eleven times.
        if line.method == "GET" and not (line.is_public and role not in {"public", "secretariat"}):
            with undone():
                response = site.send(role, "HEAD", line.path)
            assert response.content == b""
            got[line.path], given[line.path] = access.answered(response), line.answer(role)
    assert different(got, given) == {}


@pytest.mark.parametrize("role", first_of_all(EVERYBODY, CHIEF, pytest.mark.proof))
def test_writing_is_answered_as_agreed(site, role) -> None:
    got, given = {}, {}
    for path in access.paths():
        with undone():
            got[path] = access.answered(site.send(role, "POST", path))
        given[path] = access.expected("POST", path, role)
    assert different(got, given) == {}


@pytest.mark.parametrize("role", first_of_all(EVERYBODY, OFTEN, pytest.mark.proof))
def test_no_other_method_is_known(site, role) -> None:
    for path in [*access.paths(), "/admin/", "/en/unknown/"]:
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
            response = site.send(role, method, path)
            # The interface for programs is for reading, and says so itself.
            known = "GET, HEAD" if path.startswith("/api/") else "GET, HEAD, POST"
            assert (response.status_code, response["Allow"]) == (405, known), path


@pytest.mark.parametrize("role", first_of_all(EVERYBODY, CHIEF, pytest.mark.proof))
def test_a_form_without_the_token_of_the_page_is_refused(site, role) -> None:
    for line in access.lines():
        if line.method == "POST" and line.path not in OWN_TOKEN:
            with undone():
                response = site.send(role, "POST", line.path, is_guarded=True)
            assert (response.status_code, response.templates[0].name) == (403, "403_csrf.html")


def different(got: dict[str, str], given: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Return what was answered and what the table says, where they differ."""
    return {path: (got[path], given[path]) for path in given if got[path] != given[path]}


# --- Copies, search engines, menus, ways out ----------------------------------------


@pytest.mark.parametrize("role", SIGNED_IN)
def test_nobody_keeps_a_page_that_was_made_for_a_person(pages, role) -> None:
    kept = [
        path
        for (reader, path), response in pages.items()
        if reader == role and "no-store" not in response.get("Cache-Control", "")
    ]
    assert [path for path in kept if not path.startswith(access.LASTING) and path != "/"] == []


def test_nobody_keeps_the_way_to_a_page_for_members(pages) -> None:
    """Nor the sign-in page itself, nor an invitation."""
    for (role, path), response in pages.items():
        is_account = path.startswith("/en/account/") and "csrfmiddlewaretoken" in access.text_of(
            response
        )
        is_led = not path.startswith("/en/account/") and access.answered(response) in {"in", "2f"}
        is_invitation = "/invitation/" in path and response.status_code != 404
        if is_account or is_led or is_invitation:
            assert "no-store" in response.get("Cache-Control", ""), (role, path)


def test_search_engines_list_no_page_for_members(pages) -> None:
    hidden = {line.path for line in access.lines() if not line.is_public}
    shown = {key: response for key, response in pages.items() if response.status_code == 200}
    found = [key for key in shown if key[1] in hidden or "/invitation/" in key[1]]
    assert len(found) > 200
    for key in found:
        is_marked = '<meta name="robots" content="noindex">' in access.text_of(shown[key])
        assert is_marked or shown[key]["X-Robots-Tag"] == "noindex", key


@pytest.mark.parametrize("role", EVERYBODY)
def test_the_menu_shows_what_the_role_may_open(site, role) -> None:
    page = html.fromstring(site.get(role, "/en/plans/small/").content)
    links = page.xpath(
        "//header[@class='site-header']//a[not(@class='brand')][not(ancestor::*[@id='languages'])]"
        "/@href"
    )
    # On a telephone members find what is for readers at the foot.
    foot = ["#menu"] if "/en/desk/" in MENU[role] else []
    assert sorted(links) == sorted([*READING, *MENU[role], *foot])


@pytest.mark.parametrize(
    "role", first_of_all([*MEMBERS, "former", "public"], ["writer"], pytest.mark.proof)
)
def test_no_page_links_to_what_its_reader_may_not_open(site, pages, role) -> None:
    """Every link leads somewhere, every form is taken."""
    wrong = []
    seen = ways(pages, "public") if role != "public" else {}
    for (method, path, parameters), query in ways(pages, role).items():
        if (method, path, parameters) not in seen:
            with undone():
                status = site.send(role, method, f"{path}?{query}").status_code
            if status not in {200, 302, 409, 410}:
                wrong.append((method, f"{path}?{query}", status))
    assert wrong == []


def ways(pages: dict[tuple[str, str], Any], role: str) -> dict[tuple[str, str, frozenset], str]:
    """Return the links and forms on the pages that a role can open, one per set of parameters."""
    found = set()
    for (reader, _path), response in pages.items():
        is_page = response.get("Content-Type", "").startswith("text/html")
        if reader != role or response.status_code != 200 or not is_page or not response.content:
            continue
        page = html.fromstring(response.content)
        found |= {("GET", urlsplit(link)) for link in page.xpath("//main//a/@href")}
        for form in page.xpath("//form"):
            action = urlsplit(form.get("action") or response.request["PATH_INFO"])
            found.add((form.get("method", "get").upper(), action))
    return {
        (method, link.path, frozenset(QueryDict(link.query))): link.query
        for method, link in sorted(found)
        if link.path.startswith("/en/") and not link.netloc
    }


@pytest.mark.parametrize("target", first_of_all(ELSEWHERE, ELSEWHERE[1:3], pytest.mark.proof))
@pytest.mark.parametrize("role", ["public", "writer", "no-factor", "secretariat"])
def test_no_address_leads_to_another_site(site, role, target) -> None:
    given = {"next": target}
    for line in access.lines():
        if line.answer(role) in {"302", "in", "2f"}:
            sent = {"data": given} if line.method == "POST" else {}
            headers = {"referer": target}
            with undone():
                response = site.send(
                    role, line.method, line.path, query_params=given, headers=headers, **sent
                )
            way = response.get("Location", "/")
            assert urlsplit(way).netloc == "", line
            assert way.startswith("/"), line
            assert not way.startswith(("//", "/\\")), line


# --- The administration -------------------------------------------------------------


def admin_path(name: str) -> str:
    model = next(
        (m for m in admin.site._registry if f"_{m._meta.model_name}_" in name),  # noqa: SLF001
        None,
    )
    first: Any = model and model._default_manager.first()  # noqa: SLF001
    key, past = str(first.pk if first else 1), "1"
    if "simple_history" in name:
        past = str(first.history.values_list("history_id", flat=True).first())
    for args in ([], [key], [key, past], ["actions"]):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return "/admin/anything/"  # the final address that catches all


@pytest.fixture
def admin_paths(site: Site) -> dict[str, str]:
    """An address for each name of the administration."""
    return {name: admin_path(name) for name in ADMIN}


@pytest.mark.parametrize(
    "method", first_of_all(["GET", "HEAD", "POST"], ["GET", "POST"], pytest.mark.proof)
)
@pytest.mark.parametrize(
    "role",
    first_of_all([role for role in EVERYBODY if role != "secretariat"], CHIEF, pytest.mark.proof),
)
def test_the_administration_is_closed_to_all_but_the_secretariat(
    site, admin_paths, role, method
) -> None:
    for name, path in admin_paths.items():
        response = site.send(role, method, path)
        if name == "admin:jsi18n":  # words of its own scripts, nothing else
            assert response.status_code in {200, 302}
        elif name not in {"admin:login", "admin:logout"}:
            assert response.status_code == 302, path
            assert "/admin/login/" in response["Location"], path
    given = {"public": "in", "deactivated": "in", "sample": "in", "no-factor": "2f"}
    assert access.answered(site.send(role, method, "/admin/login/")) == given.get(role, "403")


def test_the_administration_opens_for_the_secretariat(site, admin_paths) -> None:
    got = {}
    for name, path in admin_paths.items():
        with undone():
            got[name] = site.get("secretariat", path).status_code
    assert {name: status for name, status in got.items() if status != 200} == {
        "admin:None": 404,  # the final address that catches all
        "admin:actions_user_add": 403,
        "admin:actions_user_delete": 403,
        "admin:autocomplete": 403,  # asked for no list in particular
        "admin:login": 302,
        "admin:logout": 405,
        "admin:view_on_site": 302,
    }


def test_a_form_of_the_administration_without_the_token_is_refused(site, admin_paths) -> None:
    for name, path in admin_paths.items():
        if name not in {"admin:login", "admin:logout"}:
            response = site.send("secretariat", "POST", path, is_guarded=True)
            assert response.status_code == 403, name


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_a_refused_form_is_answered_with_a_page_of_the_site(site, language: str) -> None:
    headers = {"accept-language": language}
    path = "/admin/actions/theme/add/"
    response = site.send("secretariat", "POST", path, is_guarded=True, headers=headers)
    assert response.status_code == 403
    assert f'<html lang="{language}">' in response.content.decode()
    assert "NAP monitor" in response.content.decode()


def test_a_staff_account_without_rights_sees_no_data(member) -> None:
    member.is_staff = True
    member.save()
    add_second_factor(member)
    client = Client()
    enter(client, member)
    assert client.get("/admin/").status_code == 200
    for name in ("action", "actor", "user", "source"):
        assert client.get(f"/admin/actions/{name}/").status_code == 403
        assert client.get(f"/admin/actions/{name}/add/").status_code == 403
    assert client.get(f"/admin/actions/user/{member.pk}/history/").status_code == 403


# --- Signing in ---------------------------------------------------------------------


def test_signing_in_never_leads_to_another_site(secretariat) -> None:
    client = Client()
    given = {"login": secretariat.email, "password": "a long enough password"}
    given["next"] = "https://evil.example/"
    first = client.post("/en/account/sign-in/password/?next=https://evil.example/", given)
    assert first["Location"] == "/en/account/sign-in/second/"
    second = client.post(first["Location"], {"code": totp_code(add_second_factor(secretariat))})
    assert (second.status_code, second["Location"]) == (302, "/admin/")


def test_an_inactive_account_cannot_sign_in(secretariat) -> None:
    secretariat.is_active = False
    secretariat.save()
    client = Client()
    given = {"login": secretariat.email, "password": "a long enough password"}
    response = client.post("/en/account/sign-in/password/", given)
    assert response["Location"] == "/en/account/sign-in/refused/"
    assert "_auth_user_id" not in client.session


def test_the_people_of_the_table_are_who_they_are_said_to_be(site) -> None:
    """Else the columns for those who are shut out would prove nothing."""
    people = site.scene.people
    assert all(people[role].email.endswith(ADDRESS) for role in SIGNED_IN)
    assert (people["deactivated"].is_active, people["sample"].is_sample) == (False, True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "DEBUG", True)
        assert site.get("sample", "/en/desk/").status_code == 200


def test_the_plain_settings_are_the_safe_ones() -> None:
    assert settings.DEBUG is False
    assert settings.SESSION_COOKIE_HTTPONLY is True
    assert settings.X_FRAME_OPTIONS == "DENY"


def test_an_address_under_a_foreign_host_is_refused(client: Client) -> None:
    assert client.get("/en/", headers={"host": "evil.example"}).status_code == 400
