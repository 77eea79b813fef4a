"""The review: the queue, an entry with its differences, accepting and returning."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from actions.models import Entry

pytestmark = pytest.mark.django_db
QUEUE = "/en/secretariat/review/"


@pytest.fixture
def reviewer(make_member):
    return make_member("reviewer", "fps-foreign", "reviewer@example.org", name="Reviewer")


@pytest.fixture
def contributor(make_member):
    return make_member("contributor", "brussels-environment", "mine@example.org", name="One")


@pytest.fixture
def rows(open_round) -> list[Entry]:
    found = open_round().entries.filter(responsibility__actor__slug="brussels-environment")
    return list(found.order_by("responsibility__action__position"))


def address(entry: Entry) -> str:
    return f"{QUEUE}{entry.pk}/"


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def answer(act: str, entry: Entry, **fields: str) -> dict[str, Any]:
    stored = Entry.objects.get(pk=entry.pk)
    return {"act": act, "version": stored.version, "comment": ""} | fields


# --- The queue ------------------------------------------------------------------


def test_the_queue_shows_what_is_submitted_and_nothing_else(
    rows, report, reviewer, sign_in
) -> None:
    report(rows[0], "in_progress", state="submitted")
    report(rows[1], "in_progress", state="draft")
    report(rows[2], "in_progress", state="returned")
    html = text(sign_in(reviewer).get(QUEUE))
    assert [row.pk for row in rows if f'href="{address(row)}"' in html] == [rows[0].pk]
    assert "1 entry" in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=returned", [2]),
        ("?state=", [0, 1, 2]),
        ("?state=&level=brussels", [0, 1, 2]),
        ("?state=&level=walloon", []),
        ("?state=nonsense", []),
        ("?state=&actor=999999999999999999999", []),
        ("?state=&late=on", []),
        ("?state=&section=x", []),
        ("?state=&round=%00", []),
        ("?state=&page=99999999999999", [0, 1, 2]),
    ],
)
def test_the_queue_is_filtered(rows, report, reviewer, sign_in, query, found) -> None:
    for row, state in zip(rows, ("submitted", "draft", "returned"), strict=False):
        report(row, "in_progress", state=state)
    html = text(sign_in(reviewer).get(QUEUE + query))
    assert [n for n, row in enumerate(rows) if f'href="{address(row)}"' in html] == found


def test_several_entries_are_accepted_at_once_in_the_version_that_was_seen(
    rows, report, reviewer, sign_in
) -> None:
    for row in rows[:3]:
        report(row, "in_progress", state="submitted")
    chosen = [f"{rows[0].pk}:1", f"{rows[1].pk}:7"]
    html = text(sign_in(reviewer).post(QUEUE, {"chosen": chosen}, follow=True))
    states = [Entry.objects.get(pk=row.pk).state for row in rows[:3]]
    assert states == ["accepted", "submitted", "submitted"]
    assert "1 entry accepted." in html
    assert "The entry was changed after you opened it." in html


@pytest.mark.parametrize("chosen", [["x"], ["1:x"], ["1:2:3"], ["²:1"], ["9" * 30 + ":1"]])
def test_a_forged_choice_is_refused(rows, reviewer, sign_in, chosen) -> None:
    assert sign_in(reviewer).post(QUEUE, {"chosen": chosen}).status_code == 400


def test_choosing_nothing_says_so(rows, reviewer, sign_in) -> None:
    assert "Choose at least one entry." in text(sign_in(reviewer).post(QUEUE, follow=True))


def test_the_queue_costs_the_same_queries_for_one_entry_and_for_many(
    open_round, report, reviewer, sign_in
) -> None:
    client = sign_in(reviewer)
    entries = list(open_round().entries.exclude(responsibility__actor__slug="fps-foreign"))
    counts = []
    for some in (entries[:1], entries[1:25]):
        for row in some:
            report(row, "in_progress", state="submitted")
        client.get(QUEUE)
        with CaptureQueriesContext(connection) as queries:
            client.get(QUEUE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- One entry --------------------------------------------------------------------


def test_an_entry_is_accepted_and_the_next_one_opens(rows, report, reviewer, sign_in) -> None:
    for row in rows[:2]:
        report(row, "in_progress", state="submitted")
    response = sign_in(reviewer).post(address(rows[0]), answer("accept", rows[0]))
    assert (response.status_code, response["Location"]) == (302, address(rows[1]))
    stored = Entry.objects.get(pk=rows[0].pk)
    assert (stored.state, stored.decided_by) == ("accepted", reviewer)


def test_an_entry_is_returned_with_a_comment_at_a_field(rows, report, reviewer, sign_in) -> None:
    report(rows[0], "in_progress", state="submitted")
    sent = answer("return", rows[0], comment_done="Which regulation?")
    assert sign_in(reviewer).post(address(rows[0]), sent).status_code == 302
    assert Entry.objects.get(pk=rows[0].pk).state == "returned"
    assert rows[0].events.last().comments == {"done": "Which regulation?"}


def test_returning_without_a_word_is_refused_at_the_field(rows, report, reviewer, sign_in) -> None:
    report(rows[0], "in_progress", state="submitted")
    html = text(sign_in(reviewer).post(address(rows[0]), answer("return", rows[0])))
    assert '<p class="field-error" id="id_comment_error">Say what has to change.</p>' in html
    assert Entry.objects.get(pk=rows[0].pk).state == "submitted"


def test_a_decision_on_an_older_version_shows_the_newer_one_and_keeps_the_comment(
    rows, report, reviewer, contributor, sign_in
) -> None:
    report(rows[0], "in_progress", state="submitted")
    sent = answer("return", rows[0], comment="My comment", version="0")
    response = sign_in(reviewer).post(address(rows[0]), sent)
    assert response.status_code == 409
    assert "The entry was changed after you opened it." in text(response)
    assert "My comment</textarea>" in text(response)
    assert 'name="version" value="1"' in text(response)


def test_the_page_shows_what_changed_since_the_last_version_and_last_year(
    open_round, report, reviewer, sign_in, office
) -> None:
    old = open_round(2024).entries.filter(
        responsibility__actor__slug="brussels-environment"
    ).first()  # fmt: skip
    report(old, "partly_done", done="The order was drafted.")
    now = open_round(2025).entries.get(responsibility=old.responsibility_id)
    report(now, "not_started", state="returned", done="The order was adopted.")
    now.refresh_from_db()
    report(now, "not_started", state="submitted", done="The order was adopted in June.")
    html = text(sign_in(reviewer).get(address(now)))
    assert "Changed since version 1" in html
    assert "adopted in June.</ins>" in html
    assert "Changed since 2024" in html
    assert '<del><span class="visually-hidden">removed: </span>drafted.</del>' in html
    assert "moved back" in html
    assert "The status moved back, and nothing says why." in html
    assert "No evidence is given." in html


def test_who_wrote_an_entry_finds_no_button_and_is_refused(rows, report, office, sign_in) -> None:
    report(rows[0], "in_progress", state="submitted")
    client = sign_in(office)
    html = text(client.get(address(rows[0])))
    assert "You wrote in this entry; somebody else decides on it." in html
    assert client.post(address(rows[0]), answer("accept", rows[0])).status_code == 403
    assert Entry.objects.get(pk=rows[0].pk).state == "submitted"


def test_nobody_decides_on_entries_of_their_own_institution(
    open_round, report, reviewer, sign_in
) -> None:
    own = open_round().entries.filter(responsibility__actor__slug="fps-foreign").first()
    report(own, "in_progress", state="submitted")
    client = sign_in(reviewer)
    assert "This is an entry of your own institution" in text(client.get(address(own)))
    for act in ("accept", "return"):
        sent = answer(act, own, comment="No.")
        assert client.post(address(own), sent).status_code == 403


def test_a_reviewer_does_not_return_what_is_accepted_the_secretariat_does(
    rows, report, reviewer, office, make_member, sign_in
) -> None:
    report(rows[0], "in_progress")
    sent = answer("return", rows[0], comment="An error was found.")
    assert sign_in(reviewer).post(address(rows[0]), sent).status_code == 403
    third = make_member("secretariat", "office", "third@example.org")
    assert sign_in(third).post(address(rows[0]), sent).status_code == 302
    assert Entry.objects.get(pk=rows[0].pk).state == "returned"


def test_an_unknown_act_is_refused(rows, report, reviewer, sign_in) -> None:
    report(rows[0], "in_progress", state="submitted")
    assert sign_in(reviewer).post(address(rows[0]), answer("x", rows[0])).status_code == 403


@pytest.mark.parametrize("key", ["0", "99999999999999999999"])
def test_reviewing_something_unknown_is_not_found(reviewer, sign_in, key) -> None:
    assert sign_in(reviewer).get(f"{QUEUE}{key}/").status_code == 404


def test_nothing_to_review_in_an_empty_entry(rows, reviewer, sign_in) -> None:
    assert sign_in(reviewer).get(address(rows[0])).status_code == 404


@pytest.mark.parametrize("role", ["contributor", "coordinator", "observer"])
def test_the_review_is_closed_to_others(rows, report, make_member, sign_in, role) -> None:
    report(rows[0], "in_progress", state="submitted")
    client = sign_in(make_member(role, "brussels-environment", "x@example.org"))
    assert client.get(QUEUE).status_code == 403
    assert client.post(QUEUE, {"chosen": [f"{rows[0].pk}:1"]}).status_code == 403
    assert client.get(address(rows[0])).status_code == 403
    assert client.post(address(rows[0]), answer("accept", rows[0])).status_code == 403
    assert Entry.objects.get(pk=rows[0].pk).state == "submitted"


def test_texts_of_members_stand_as_text(rows, report, reviewer, sign_in) -> None:
    nasty = "<script>alert(1)</script> [x](javascript:alert(1)) ![i](https://example.org/i.png)"
    report(rows[0], "in_progress", state="submitted", done=nasty, internal=nasty)
    html = sign_in(reviewer).get(address(rows[0])).content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_rounds_are_chosen_by_year_and_plan_not_by_a_key(sign_in, reviewer, rows) -> None:
    page = html.fromstring(sign_in(reviewer).get(QUEUE).content)
    given = rows[0].round
    chosen = [option.text for option in page.xpath("//select[@name='round']/option")]
    assert chosen == ["All", f"{given.year} – {given.plan.label}"]
