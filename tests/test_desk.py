"""The desk: a member's entries by state, days left, progress, what they may also write."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.formats import date_format

from actions.forms.entries import EntryForm
from actions.models import Actor, Contact, Entry, Membership, Responsibility

pytestmark = pytest.mark.django_db


@pytest.fixture
def contributor(make_member):
    return make_member("contributor", "brussels-environment", name="Contributor of a test")


def page(client, path="/en/desk/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_desk_shows_each_entry_under_its_state(contributor, open_round, report, sign_in) -> None:
    year = open_round()
    states = ("draft", "submitted", "returned")
    rows = list(year.entries.filter(responsibility__actor__slug="brussels-environment"))
    for row, state in zip(rows, states, strict=False):
        report(row, "in_progress", state=state)
    html = page(sign_in(contributor))
    for heading in ("To do", "Drafts", "Submitted", "Returned: the secretariat has a question"):
        assert f"{heading} <span" in html
    assert "1 of 4 entries submitted" in html


def test_a_desk_shows_no_entry_of_others(contributor, open_round, sign_in) -> None:
    year = open_round()
    html = page(sign_in(contributor))
    mine = year.entries.filter(responsibility__actor__slug="brussels-environment")
    for entry in year.entries.all():
        shown = f"/en/desk/entries/{entry.pk}/" in html
        assert shown == mine.filter(pk=entry.pk).exists()


@pytest.mark.parametrize(
    ("days", "words"),
    [(12, "12 days left"), (1, "1 day left"), (0, "Today"), (-1, "Deadline passed")],
)
def test_a_desk_says_how_many_days_are_left(contributor, open_round, sign_in, days, words) -> None:
    deadline = timezone.localdate() + timedelta(days=days)
    open_round(deadline=deadline)
    assert words in page(sign_in(contributor))


def test_a_returned_entry_has_its_own_day_and_the_others_that_of_the_round(
    contributor, open_round, report, sign_in
) -> None:
    today = timezone.localdate()
    year = open_round(deadline=today + timedelta(days=12), closes_on=today + timedelta(days=40))
    mine = year.entries.filter(responsibility__actor__slug="brussels-environment")
    returned, other = mine.order_by("pk")[:2]
    report(returned, "in_progress", state="returned")
    until = Entry.objects.get(pk=returned.pk).write_until
    assert until is not None
    day = date_format(until)
    browser = sign_in(contributor)
    desk = page(browser)
    assert f"to write by {day}" in desk
    assert "12 days left" in desk
    assert f'<p class="big">{day}</p> <p>Returned: it can be' in page(
        browser, f"/en/desk/entries/{returned.pk}/"
    )
    assert "12 days left" in page(browser, f"/en/desk/entries/{other.pk}/")


def test_a_member_of_two_actors_sees_both_with_their_names(
    make_member, open_round, sign_in
) -> None:
    make_member("contributor", "fps-justice", "both@example.org")
    both = make_member("contributor", "brussels-environment", "both@example.org")
    open_round()
    html = page(sign_in(both))
    assert '<span lang="en">FPS Justice</span>' in html
    assert '<span lang="en">Brussels Environment</span>' in html


def test_who_has_nothing_to_write_is_told_so(make_member, open_round, sign_in) -> None:
    open_round()
    observer = make_member("observer", "federal-planning-bureau", "observer@example.org")
    html = page(sign_in(observer))
    assert "You can read the entries; you have none of your own to write." in html


def test_without_an_open_round_there_is_nothing_to_write(contributor, sign_in) -> None:
    assert "Nothing to write now: no round is open." in page(sign_in(contributor))


def test_a_partner_is_offered_to_write_and_gets_an_entry(make_member, open_round, sign_in) -> None:
    year = open_round()
    held = Responsibility.objects.filter(action__plan__slug="nap2", role="partner").exclude(
        actor__kind="unspecified"
    )[0]
    partner = make_member("contributor", held.actor.slug, "partner@example.org")
    client = sign_in(partner)
    address = f"/en/desk/start/{year.pk}/{held.pk}/"
    assert address in page(client)
    response = client.post(address)
    entry = year.entries.get(responsibility=held)
    assert (response.status_code, response["Location"]) == (302, f"/en/desk/entries/{entry.pk}/")
    assert entry.expected is False
    client.post(address)
    assert year.entries.filter(responsibility=held).count() == 1


def test_nobody_begins_an_entry_of_another_actor(contributor, open_round, sign_in) -> None:
    year = open_round()
    other = Responsibility.objects.filter(
        action__plan__slug="nap2", actor__slug="fps-justice"
    ).first()
    assert other is not None
    before = year.entries.count()
    assert sign_in(contributor).post(f"/en/desk/start/{year.pk}/{other.pk}/").status_code == 403
    assert year.entries.count() == before


@pytest.mark.parametrize("path", ["0/0", "999999999/1", "1/99999999999999999999"])
def test_beginning_something_unknown_is_not_found(contributor, sign_in, path) -> None:
    assert sign_in(contributor).post(f"/en/desk/start/{path}/").status_code == 404


def test_a_desk_costs_the_same_queries_for_one_entry_and_for_many(
    make_member, open_round, sign_in
) -> None:
    year = open_round()
    few = make_member("contributor", "fps-foreign", "few@example.org")
    counts, sizes = [], []
    for _turn in range(2):
        client = sign_in(few)
        sizes.append(page(client).count("/en/desk/entries/"))
        with CaptureQueriesContext(connection) as queries:
            page(client)
        counts.append(len(queries))
        others = Actor.objects.filter(responsibilities__entries__round=year)
        for actor in others.exclude(memberships__user=few).distinct():
            make_member("contributor", actor.slug, few.email)
    assert sizes[1] > 5 * sizes[0]
    assert counts[0] == counts[1]


def test_the_desk_asks_who_you_are(client) -> None:
    response = client.get("/en/desk/")
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/en/desk/")


def test_somebody_without_a_part_is_told_so(member, sign_in) -> None:
    assert sign_in(member).get("/en/desk/").status_code == 403


def test_nobody_keeps_a_copy_of_a_desk(contributor, sign_in) -> None:
    assert "no-store" in sign_in(contributor).get("/en/desk/")["Cache-Control"]


# --- Whom to ask --------------------------------------------------------------------------


def test_members_see_whom_to_ask_on_the_desk_and_at_an_entry(site) -> None:
    pages = ["/en/desk/", "/en/desk/entries/{draft}/", "/en/desk/entries/{accepted}/"]
    assert not [page for page in pages if "Questions" in site.get("writer", page).content.decode()]
    Contact.objects.create(
        plan=site.scene.plan, name="The secretariat", email="ask@example.org", phone="02 555 00 00"
    )
    for page in pages:
        text = site.get("writer", page).content.decode()
        assert 'href="mailto:ask@example.org"' in text
        assert "02 555 00 00" in text


def test_whoever_is_refused_sees_whom_to_ask_and_strangers_get_no_name(site, settings) -> None:
    settings.CURRENT_PLAN = "small"
    Contact.objects.create(plan=site.scene.plan, name="The secretariat", email="ask@example.org")
    refused = site.get("writer", "/en/secretariat/rounds/")
    assert refused.status_code == 403
    assert "ask@example.org" in refused.content.decode()
    for page in ("/en/", "/en/about/", "/en/none/"):
        assert "ask@example.org" not in site.get("public", page).content.decode()


# --- The first time ------------------------------------------------------------------------


def test_who_never_submitted_anything_is_told_how_it_works(site, sign_in) -> None:
    other, writer = (sign_in(site.scene.people[name]) for name in ("head", "writer"))
    assert "How it works" in page(other)
    assert "How it works" not in page(writer)


def test_each_status_says_what_it_means_for_this_kind_of_action(site) -> None:
    options = {
        label: {one["value"]: str(one["meaning"]) for one in form_of(site, key).options()}
        for label, key in (("continuous", "draft"), ("one-off", "submitted"))
    }
    for meanings in options.values():
        assert len(set(meanings.values())) == 6
    text = site.get("writer", "/en/desk/entries/{draft}/").content.decode()
    assert "Nothing has been done yet; for example" in text


def form_of(site, key: str) -> EntryForm:
    """Return the form of an entry."""
    return EntryForm(entry=Entry.objects.with_action().get(pk=site.keys[key]))


def test_whoever_left_the_last_organisation_is_told_so_and_meets_no_wall(site, sign_in) -> None:
    writer = site.scene.people["writer"]
    membership = Membership.objects.get(user=writer, ended_at=None)
    after = sign_in(writer).post(f"/en/desk/members/{membership.pk}/remove/", follow=True)
    text = after.content.decode()
    assert after.status_code == 403
    assert "The membership has ended." in text
    assert "You have no role in the follow-up" in text
    assert "You may not do this" not in text
