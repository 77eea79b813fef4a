"""The secretariat's administration: usable, bounded, written through the service."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from actions.models import Actor, Plan, Responsibility, Source, User
from tests.conftest import add_second_factor
from tests.signing_in import enter

pytestmark = pytest.mark.django_db

MODELS = sorted(str(model._meta.model_name) for model in admin.site._registry)  # noqa: SLF001
SEARCHES = {
    "source": ("nap1-dihr", 1),
    "plan": ("nap2", 1),
    "section": ("remedy", 1),
    "action": ("égalité de traitement", 1),
    "actor": ("FISC", 1),
    "theme": ("middelgrote", 1),
    "responsibility": ("sowalfin", 3),
    "user": ("secretariat@", 1),
}


def page(name: str, view: str, *args: object) -> str:
    return reverse(f"admin:actions_{name}_{view}", args=args)


def test_every_kind_of_plan_data_is_there() -> None:
    assert sorted(SEARCHES) == MODELS


@pytest.mark.postgresql
@pytest.mark.parametrize("name", MODELS)
def test_lists_search_and_forms_open(secretariat_client: Client, name: str) -> None:
    words, count = SEARCHES[name]
    found = secretariat_client.get(page(name, "changelist"), {"q": words})
    assert found.status_code == 200
    assert found.context["cl"].result_count == count
    is_closed = name == "user"  # people are invited
    assert secretariat_client.get(page(name, "add")).status_code == (403 if is_closed else 200)
    key = found.context["cl"].result_list[0].pk
    assert secretariat_client.get(page(name, "change", key)).status_code == 200
    assert secretariat_client.get(page(name, "history", key)).status_code == 200


@pytest.mark.parametrize("name", MODELS)
def test_no_form_holds_long_menus(secretariat_client: Client, name: str) -> None:
    key = secretariat_client.get(page(name, "changelist")).context["cl"].result_list[0].pk
    for url in (page(name, "add"), page(name, "change", key)):
        html = secretariat_client.get(url).content.decode()
        for menu in re.findall(r"<select.*?</select>", html, re.DOTALL):
            assert menu.count("<option") <= 40


@pytest.mark.parametrize("name", ["action", "actor", "responsibility", "section"])
def test_a_list_costs_as_many_queries_for_few_rows_as_for_many(secretariat_client, name) -> None:
    costs = []
    for query in ({"q": SEARCHES[name][0]}, {}):
        with CaptureQueriesContext(connection) as found:
            secretariat_client.get(page(name, "changelist"), query)
        costs.append(len(found))
    assert costs[1] <= costs[0]


def test_autocomplete_finds_an_actor_by_any_name(secretariat_client: Client) -> None:
    url = reverse("admin:autocomplete")
    query = {"app_label": "actions", "model_name": "responsibility", "field_name": "actor"}
    for words in ("Institut fédéral pour le Développement durable", "FISC", "FIDO"):
        results = secretariat_client.get(url, {**query, "term": words}).json()["results"]
        assert "Federal Institute for Sustainable Development (FISD)" in [
            r["text"] for r in results
        ]


def form_data(response) -> dict[str, Any]:
    """Return what a form of the administration would send unchanged."""
    data: dict[str, Any] = {}
    forms = [response.context["adminform"].form]
    for formset in response.context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = value if isinstance(value, list) else str(value)
    return data


def test_a_change_is_signed_and_kept_in_history(secretariat_client, secretariat, nap2) -> None:
    action = nap2.actions.get(label="41")
    url = page("action", "change", action.pk)
    data = form_data(secretariat_client.get(url)) | {"title_nl": "Nieuwe titel"}
    response = secretariat_client.post(url, data)
    assert response.status_code == 302, response.context["errors"]
    action.refresh_from_db()
    assert (action.title_nl, action.search_text.count("nieuwe titel")) == ("Nieuwe titel", 1)
    newest = action.history.latest()
    assert (newest.history_user, action.history.count()) == (secretariat, 2)


def test_a_paste_is_tidied_in_the_administration_with_a_word_about_what_went(
    secretariat_client, nap2
) -> None:
    action = nap2.actions.get(label="41")
    url = page("action", "change", action.pk)
    data = form_data(secretariat_client.get(url))
    data |= {"title_nl": "Nieuwe\x08 titel", "actors_text": "\uf0b7 een\n\uf0b7 twee\x0bdrie"}
    answer = secretariat_client.post(url, data, follow=True)
    assert "errors" not in answer.context, answer.context["errors"]
    assert "a character that cannot be saved was taken out (U+0008 in line 1)" in (
        answer.content.decode()
    )
    action.refresh_from_db()
    assert action.title_nl == "Nieuwe titel"
    assert action.actors_text.replace("\r\n", "\n") == "• een\n• twee\ndrie"


def test_every_action_can_be_saved_as_it_stands(secretariat_client, nap2) -> None:
    for label in ("1", "40"):  # the second has rows with phases
        url = page("action", "change", nap2.actions.get(label=label).pk)
        opened = html.fromstring(secretariat_client.get(url).content.decode())
        sent = dict(opened.get_element_by_id("action_form").form_values())
        response = secretariat_client.post(url, sent)
        assert response.status_code == 302, label


def test_a_row_below_is_added_through_the_service_too(
    secretariat_client, secretariat, nap2
) -> None:
    action = nap2.actions.get(label="2")
    url = page("action", "change", action.pk)
    page_before = secretariat_client.get(url)
    data = form_data(page_before)
    count = int(data["responsibilities-TOTAL_FORMS"])
    new = {
        "actor": Actor.objects.get(slug="fisd").pk,
        "position": "9",
        "role": "partner",
        "phases": "Drafting\n\n Conversion ",
        "source": Source.objects.get(key="editors").pk,
        "action": action.pk,
    }
    data |= {f"responsibilities-{count}-{k}": str(v) for k, v in new.items()}
    data["responsibilities-TOTAL_FORMS"] = str(count + 1)
    response = secretariat_client.post(url, data)
    assert response.status_code == 302, response.context["errors"]
    held = Responsibility.objects.get(action=action, actor__slug="fisd")
    assert held.history.get().history_user == secretariat
    assert held.phases == ["Drafting", "Conversion"]


def test_a_fault_is_shown_beside_the_field_and_nothing_is_lost(secretariat_client, nap2) -> None:
    action = nap2.actions.get(label="41")
    url = page("action", "change", action.pk)
    data = form_data(secretariat_client.get(url))
    data |= {"label": "<b>", "title_nl": "Mijn werk", "period_start_0": "x"}
    response = secretariat_client.post(url, data)
    assert response.status_code == 200
    assert (
        "Enter a number such as 22, 22.1, 18A, A.1, I.3.2 or US0113." in response.content.decode()
    )
    assert "Mijn werk" in response.content.decode()


def test_a_circle_of_actors_is_refused_in_the_form(secretariat_client) -> None:
    top = Actor.objects.get(slug="fps-justice")
    below = Actor.objects.get(parent=top)
    url = page("actor", "change", top.pk)
    data = form_data(secretariat_client.get(url)) | {"parent": str(below.pk)}
    response = secretariat_client.post(url, data)
    assert response.status_code == 200
    assert "An actor cannot be part of itself." in response.content.decode()


def test_an_actor_with_actions_cannot_be_deleted(secretariat_client) -> None:
    actor = Actor.objects.get(slug="fisd")
    url = page("actor", "delete", actor.pk)
    html = secretariat_client.get(url).content.decode()
    assert "require deleting the following protected related objects" in html
    assert secretariat_client.post(url, {"post": "yes"}).status_code in (200, 403)
    assert Actor.objects.filter(slug="fisd").exists()


def test_accounts_are_deactivated_and_never_deleted(secretariat_client, member) -> None:
    assert secretariat_client.post(page("user", "delete", member.pk)).status_code == 403
    assert User.objects.filter(pk=member.pk).exists()


def test_accounts_are_neither_made_nor_changed_in_the_administration(
    secretariat_client, member
) -> None:
    assert secretariat_client.get(page("user", "add")).status_code == 403
    url = page("user", "change", member.pk)
    assert secretariat_client.get(url).status_code == 200
    assert secretariat_client.post(url, {"is_superuser": "on"}).status_code == 403
    assert not User.objects.get(pk=member.pk).is_superuser


def test_the_administration_shows_no_secrets_of_second_factors(secretariat_client) -> None:
    for app in ("mfa", "account", "auth"):
        assert secretariat_client.get(f"/admin/{app}/").status_code == 404


def test_the_administration_speaks_the_browsers_language(client: Client) -> None:
    response = client.get("/admin/login/", headers={"accept-language": "nl"})
    assert response["Location"] == "/nl/account/sign-in/?next=/admin/"


def test_who_may_only_look_cannot_write_through_an_old_version(member, nap2) -> None:
    member.is_staff = True
    member.save()
    add_second_factor(member)
    member.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    enter(client, member)
    action = nap2.actions.get(label="2")
    version = action.history.get()
    url = reverse("admin:actions_action_simple_history", args=[action.pk, version.pk])
    assert client.get(url).status_code == 200
    changed = {"plan": nap2.pk, "label": "2", "position": 2, "period_kind": "open"}
    changed |= {"title_en": "Changed", "title_source": action.title_source_id}
    assert client.post(url, changed).status_code == 403
    assert nap2.actions.get(label="2").title_en != "Changed"


def refusal(client: Client, url: str, changes: dict[str, str]) -> str:
    """Send a form with changes that are refused; return the page, which must still be the form."""
    data = form_data(client.get(url)) | changes
    response = client.post(url, data)
    assert response.status_code == 200
    assert response.context["errors"]
    return response.content.decode()


def test_an_action_with_sub_actions_cannot_become_one(secretariat_client, nap2) -> None:
    action, other = nap2.actions.get(label="22"), nap2.actions.get(label="1")
    html = refusal(
        secretariat_client, page("action", "change", action.pk), {"parent": str(other.pk)}
    )
    assert "An action with sub-actions stays a numbered action of its plan." in html


def test_an_action_with_sub_actions_cannot_move_to_another_plan(secretariat_client, nap2) -> None:
    action = nap2.actions.get(label="22")
    other = Plan.objects.get(slug="nap1")
    html = refusal(
        secretariat_client,
        page("action", "change", action.pk),
        {"plan": str(other.pk), "section": "", "label": "99"},
    )
    assert "An action with sub-actions stays a numbered action of its plan." in html


def test_a_section_with_actions_cannot_move_to_another_plan(secretariat_client, nap2) -> None:
    section, other = nap2.sections.first(), Plan.objects.get(slug="nap1")
    url = page("section", "change", section.pk)
    html = refusal(secretariat_client, url, {"plan": str(other.pk)})
    assert "The section has actions of another plan." in html


@pytest.mark.slow
def test_rows_below_that_clash_are_refused_and_nothing_typed_is_lost(
    secretariat_client, nap2
) -> None:
    action = nap2.actions.get(label="41")
    first, second = action.flags.all()[:2]
    html = refusal(
        secretariat_client,
        page("action", "change", action.pk),
        {"flags-0-code": second.code, "flags-1-code": first.code, "title_nl": "Mijn werk"},
    )
    assert "The action has this oddity already." in html
    assert "Mijn werk" in html
    assert [flag.code for flag in action.flags.all()[:2]] == [first.code, second.code]


def test_two_first_names_are_refused(secretariat_client) -> None:
    actor = Actor.objects.get(slug="fisd")
    url = page("actor", "change", actor.pk)
    source = str(Source.objects.get(key="editors").pk)
    new = {"names-1-name_en": "Another", "names-1-source": source, "names-TOTAL_FORMS": "2"}
    html = refusal(secretariat_client, url, new | {"names-1-actor": str(actor.pk)})
    assert "The actor has a first name already; date this one." in html


def test_a_control_character_in_a_phase_is_refused(secretariat_client, nap2) -> None:
    held = Responsibility.objects.filter(action__plan=nap2).first()
    assert held is not None
    url = page("responsibility", "change", held.pk)
    for character in ("\x00", "\x07", "\x0b"):
        html = refusal(secretariat_client, url, {"phases": f"a{character}b"})
        assert "Leave out control characters" in html


def test_autocomplete_and_search_survive_a_null_character(secretariat_client) -> None:
    url = reverse("admin:autocomplete")
    for field in ("actor", "action", "source"):
        query = {"app_label": "actions", "model_name": "responsibility", "field_name": field}
        assert secretariat_client.get(url, {**query, "term": "\x00"}).status_code == 200


# What no filter, order or search of the administration may reach: by a column of an account, its
# sessions and factors, or the links of invitations, from whatever row.
SECRETS = (
    "password", "password__startswith", "is_superuser", "email__startswith",
    "authenticator__data__contains", "written_by__password__startswith",
    "memberships__user__password__startswith", "invitations__digest__startswith",
    "history_user__password__startswith", "user__password__startswith",
    "emailaddress__email__startswith", "by__password__startswith",
)  # fmt: skip


@pytest.mark.parametrize("model", admin.site._registry)  # noqa: SLF001
@pytest.mark.parametrize("lookup", SECRETS)
def test_no_filter_of_the_administration_reaches_a_secret(
    secretariat_client: Client, model, lookup
) -> None:
    address = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")  # noqa: SLF001
    user = User.objects.exclude(password="").latest("pk")
    answers = {
        (page.status_code, page.get("Location", ""), page.content.count(b"field-email"))
        for value in (user.password[:4], user.email[:4], "True", "zzz")
        if (page := secretariat_client.get(address, {lookup: value}))
    }
    assert len(answers) == 1


# --- Places, languages, steps -------------------------------------------------------


def move(client: Client, name: str, row: Any, after: Any) -> Any:
    """Let a row stand after another one, or first (None)."""
    url = page(name, "change", row.pk)
    data = form_data(client.get(url)) | {"after": "" if after is None else str(after.pk)}
    return client.post(url, data)


def labels(plan: Plan) -> list[str]:
    """Return the numbers of a plan's first actions, in order."""
    return list(plan.actions.order_by("position", "id").values_list("label", flat=True)[:5])


def test_an_action_is_moved_by_its_neighbour(secretariat_client, nap2) -> None:
    first, third, fifth = (nap2.actions.get(label=label) for label in ("1", "3", "5"))
    assert labels(nap2) == ["1", "2", "3", "4", "5"]

    assert move(secretariat_client, "action", fifth, first).status_code == 302
    assert labels(nap2) == ["1", "5", "2", "3", "4"]
    third.refresh_from_db()
    assert move(secretariat_client, "action", third, None).status_code == 302
    assert labels(nap2) == ["3", "1", "5", "2", "4"]

    other = Plan.objects.get(slug="nap1").actions.first()
    page_after = move(secretariat_client, "action", third, other)
    assert page_after.context["adminform"].form.errors == {
        "after": ["This does not stand beside it."]
    }


def test_an_action_that_is_saved_where_it_stands_moves_nothing(secretariat_client, nap2) -> None:
    action = nap2.actions.get(label="3")
    before = list(nap2.actions.values_list("label", "position"))
    url = page("action", "change", action.pk)

    secretariat_client.post(url, form_data(secretariat_client.get(url)) | {"title_nl": "Anders"})

    assert list(nap2.actions.values_list("label", "position")) == before


def test_languages_are_ticked_and_stored_in_one_order(secretariat_client, nap2) -> None:
    action = nap2.actions.get(label="41")
    url = page("action", "change", action.pk)
    data = form_data(secretariat_client.get(url))
    assert (
        secretariat_client.post(url, data | {"official_languages": ["nl", "en"]}).status_code == 302
    )
    action.refresh_from_db()
    assert action.official_languages == "en nl"

    wrong = secretariat_client.post(url, data | {"official_languages": ["xx"]})
    assert "official_languages" in wrong.context["adminform"].form.errors


def test_the_guided_steps_are_reached_from_the_administration(secretariat_client, nap2) -> None:
    actor = Actor.objects.get(slug="fisd")
    index = secretariat_client.get("/admin/").content.decode()
    assert "/en/secretariat/plans/" in index
    assert "/en/secretariat/actors/" in index
    row = secretariat_client.get(page("actor", "change", actor.pk)).content.decode()
    assert "/en/secretariat/actors/fisd/successor/" in row
    plan = secretariat_client.get(page("plan", "change", nap2.pk)).content.decode()
    assert "/en/secretariat/plans/nap2.xlsx" in plan
