"""The page of an entry: write, save by itself, preview, submit, take back, conflict, read."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html

from actions.models import Entry, ReportingRound
from actions.services import entries, unsaved
from document import richtext

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}


@pytest.fixture
def contributor(make_member):
    return make_member("contributor", "brussels-environment", "mine@example.org", name="One")


@pytest.fixture
def colleague(make_member):
    return make_member("contributor", "brussels-environment", "other@example.org", name="Two")


@pytest.fixture
def entry(open_round, contributor) -> Entry:
    rows = open_round().entries.filter(responsibility__actor__slug="brussels-environment")
    return rows.order_by("responsibility__action__position").first()


def path(entry: Entry) -> str:
    return f"/en/desk/entries/{entry.pk}/"


def typed(entry: Entry, act: str = "save", **fields: Any) -> dict[str, Any]:
    """Return what a browser sends."""
    stored = Entry.objects.get(pk=entry.pk)
    return {
        "act": act, "version": stored.version, "page": "", "status": "in_progress",
        "language": "nl", "done": "Wij deden iets.", "results": "", "obstacles": "",
        "next_steps": "", "reason": "", "gender": "", "sme": "", "internal": "",
        "evidence-TOTAL_FORMS": "0", "evidence-INITIAL_FORMS": "0",
    } | fields  # fmt: skip


def document(number: int = 0, **fields: str) -> dict[str, str]:
    row = {"title": "Verslag", "address": "https://example.org/x", "kind": "report", "date": ""}
    total = {"evidence-TOTAL_FORMS": str(number + 1), "evidence-INITIAL_FORMS": "0"}
    return total | {f"evidence-{number}-{k}": v for k, v in (row | fields).items()}


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


# --- Saving ---------------------------------------------------------------------


def test_a_draft_is_stored_with_everything_that_was_typed(entry, contributor, sign_in) -> None:
    sent = typed(
        entry, results="R", obstacles="O", next_steps="N", gender="G", sme="S", internal="I",
        **document(date="2025-03-14"),
    )  # fmt: skip
    response = sign_in(contributor).post(path(entry), sent)
    assert (response.status_code, response["Location"]) == (302, path(entry))
    entry.refresh_from_db()
    assert (entry.state, entry.version, entry.written_by) == ("draft", 1, contributor)
    stored = (entry.results, entry.obstacles, entry.next_steps, entry.gender, entry.sme)
    assert (*stored, entry.internal) == ("R", "O", "N", "G", "S", "I")
    assert entry.evidence == [
        {"title": "Verslag", "address": "https://example.org/x", "kind": "report",
         "date": "2025-03-14"}
    ]  # fmt: skip


def test_a_page_that_saves_by_itself_gets_the_time_and_the_version(
    entry, contributor, sign_in
) -> None:
    response = sign_in(contributor).post(path(entry), typed(entry), headers=HTMX)
    now = timezone.localtime().strftime("%H:")
    assert f"Draft saved {now}" in text(response)
    assert 'name="version" value="1" id="id_version" hx-swap-oob="true"' in text(response)


def test_a_draft_may_be_incomplete(entry, contributor, sign_in) -> None:
    sent = typed(entry, status="", done="", language="", **document(address="", title="Later"))
    assert sign_in(contributor).post(path(entry), sent).status_code == 302
    entry.refresh_from_db()
    assert (entry.state, entry.evidence[0]["address"]) == ("draft", "")


def test_saving_a_draft_costs_at_most_thirteen_queries(entry, contributor, sign_in) -> None:
    client = sign_in(contributor)
    client.post(path(entry), typed(entry), headers=HTMX)
    with CaptureQueriesContext(connection) as queries:
        client.post(path(entry), typed(entry, done="Meer."), headers=HTMX)
    assert len(queries) <= 13, [query["sql"][:90] for query in queries]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("status", "not_reported", "Choose one of the listed statuses."),
        ("status", "insufficient", "Choose one of the listed statuses."),
        ("status", "x" * 5000, "Choose one of the listed statuses."),
        ("done", "x" * 1_000_000, "Write at most 10000 characters; this text has 1000000."),
        ("language", "xx", "Select a valid choice."),
    ],
)
@pytest.mark.parametrize("act", ["save", "submit"])
def test_what_cannot_be_stored_is_told_at_its_field_and_keeps_nothing_else_from_it(
    entry, contributor, sign_in, field, value, message, act
) -> None:
    sent = typed(entry, act, **{field: value, "results": "Resultaat."})
    response = sign_in(contributor).post(path(entry), sent)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Your draft is saved, but not what is marked. Look at the marked fields." in html
    assert message in html
    assert f'id="id_{field}_error"' in html
    assert 'name="version" value="1"' in html
    entry.refresh_from_db()
    assert (entry.state, entry.version, entry.results) == ("draft", 1, "Resultaat.")
    assert getattr(entry, field) == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [("version", "-1"), ("version", "9" * 40), ("version", "one"), ("page", "<script>")],
)
def test_what_no_form_of_ours_says_stores_nothing(
    entry, contributor, sign_in, field, value
) -> None:
    response = sign_in(contributor).post(path(entry), typed(entry, **{field: value}))
    html = response.content.decode()
    assert response.status_code == 200
    assert "Not saved yet: look at the marked fields." in html
    assert "Wij deden iets." in html
    entry.refresh_from_db()
    assert (entry.state, entry.version, entry.versions.count()) == ("empty", 0, 0)


@pytest.mark.parametrize(
    ("value", "stored", "code"),
    [
        ("a\x08b", "ab", "U+0008 in line 1"),
        ("a\n\ue000b", "a\nb", "U+E000 in line 2"),
        ("a\u202eb", "ab", "U+202E in line 1"),
        ("a\x00b", "ab", "U+0000 in line 1"),
        ("a\x0bb", "a\nb", ""),
        ("\uf0b7 a\n\uf0b7 b", "• a\n• b", ""),
    ],
)
def test_a_paste_is_tidied_with_a_word_about_what_went(
    entry, contributor, sign_in, value, stored, code
) -> None:
    client = sign_in(contributor)
    html = client.post(path(entry), typed(entry, done=value), follow=True).content.decode()
    told = f"“What was done?”: a character that cannot be saved was taken out ({code})."
    assert (told in html) is bool(code)
    assert Entry.objects.get(pk=entry.pk).done == stored
    part = client.post(path(entry), typed(entry, version="1", done=f"{value}!"), headers=HTMX)
    assert ("was taken out" in part.content.decode()) is bool(code)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "ftp://example.org/", "https://", "note of May", "https://a b/",
     "data:text/html,x", "http://[", "//example.org/"],
)  # fmt: skip
def test_an_evidence_address_that_is_none_is_told_at_its_field(
    entry, contributor, sign_in, address
) -> None:
    sent = typed(entry, **document(address=address))
    html = sign_in(contributor).post(path(entry), sent).content.decode()
    assert 'id="id_evidence-0-address_error"' in html
    assert "Wij deden iets." in html
    stored = Entry.objects.get(pk=entry.pk)
    assert (stored.done, stored.evidence[0]["address"]) == ("Wij deden iets.", "")


def test_an_address_is_completed_and_encoded_as_it_is_stored(entry, contributor, sign_in) -> None:
    sent = typed(entry, **document(address="www.x.be/évaluation finale.pdf"))
    assert sign_in(contributor).post(path(entry), sent).status_code == 302
    entry.refresh_from_db()
    address = "https://www.x.be/%C3%A9valuation%20finale.pdf"
    assert [row["address"] for row in entry.evidence] == [address]


def test_several_addresses_pasted_at_once_make_several_lines(entry, contributor, sign_in) -> None:
    sent = typed(entry, **document(address="https://x.be/1\r\nhttps://x.be/2 www.y.be"))
    sign_in(contributor).post(path(entry), sent)
    entry.refresh_from_db()
    assert [(row["title"], row["address"]) for row in entry.evidence] == [
        ("Verslag", "https://x.be/1"), ("", "https://x.be/2"), ("", "https://www.y.be")
    ]  # fmt: skip


def test_several_addresses_pasted_at_once_are_shown_as_rows_each_to_be_named(
    entry, contributor, sign_in
) -> None:
    sent = typed(entry, "submit", **document(address="https://x.be/1 https://x.be/2"))
    asked = sign_in(contributor).post(path(entry), sent)
    assert asked.status_code == 422
    form = html.fromstring(asked.content.decode())
    rows = [form.get_element_by_id(f"id_evidence-{row}-address").get("value") for row in (0, 1)]
    assert rows == ["https://x.be/1", "https://x.be/2"]
    assert 'id="id_evidence-1-title_error"' in text(asked)


def test_more_addresses_than_there_may_be_stay_where_they_were_pasted(
    entry, contributor, sign_in
) -> None:
    pasted = " ".join(f"https://x.be/{n}" for n in range(40))
    page = sign_in(contributor).post(path(entry), typed(entry, **document(address=pasted)))
    assert page.status_code == 422
    form = html.fromstring(page.content.decode())
    assert form.get_element_by_id("id_evidence-0-address").get("value") == pasted
    assert 'id="id_evidence-0-address_error"' in text(page)


def test_the_preview_shows_a_text_as_it_would_be_stored(entry, contributor, sign_in) -> None:
    sent = typed(entry, "preview", done="a\x08b\n\uf0b7 c")
    shown = text(sign_in(contributor).post(path(entry), sent))
    assert "<p>ab</p>" in shown
    assert "<li>c</li>" in shown


def test_an_address_that_opens_inside_only_is_asked_about_and_can_be_kept(
    entry, contributor, sign_in
) -> None:
    browser, inside = sign_in(contributor), document(address="http://intranet/nota")
    assert browser.post(path(entry), typed(entry, **inside)).status_code == 302  # a draft may
    asked = browser.post(path(entry), typed(entry, "submit", **inside))
    assert asked.status_code == 422
    assert "This address seems to open only inside your organisation." in text(asked)
    assert 'name="evidence-0-is_open_to_all"' in text(asked)
    entry.refresh_from_db()
    assert entry.state == "draft"
    kept = typed(entry, "submit", **inside, **{"evidence-0-is_open_to_all": "on"})
    assert browser.post(path(entry), kept).status_code == 302
    entry.refresh_from_db()
    assert entry.state == "submitted"


def test_a_kind_that_nobody_chose_is_asserted_nowhere(entry, contributor, sign_in) -> None:
    browser = sign_in(contributor)
    browser.post(path(entry), typed(entry, **document(kind="")))
    page = browser.get(path(entry))
    assert '<option value="" selected>Choose …</option>' in text(page)
    assert '<option value="other"' not in text(page)


def test_an_address_that_is_wrong_takes_none_away_that_was_saved(
    entry, contributor, sign_in
) -> None:
    browser = sign_in(contributor)
    browser.post(path(entry), typed(entry, **document(address="https://leefmilieu.brussels/x")))
    wrong = document(address="mailto:x@y.be") | {"evidence-INITIAL_FORMS": "1"}
    browser.post(path(entry), typed(entry, **wrong))
    entry.refresh_from_db()
    assert entry.evidence[0]["address"] == "https://leefmilieu.brussels/x"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"title": ""}, "Give the document a title, or remove it."),
        ({"address": ""}, "Give the document an address, or remove it."),
    ],
)
def test_what_a_document_lacks_is_told_at_its_row(entry, contributor, sign_in, row, words) -> None:
    page = sign_in(contributor).post(path(entry), typed(entry, "submit", **document(**row)))
    assert page.status_code == 422
    assert text(page).count(words) == 2  # in the summary and at the row
    assert "Document 1, " in text(page)[: text(page).index(words)]
    entry.refresh_from_db()
    assert entry.evidence[0]["title"] == row.get("title", "Verslag")


def test_a_text_that_a_freeze_stopped_is_shown_to_be_copied(entry, contributor, sign_in) -> None:
    browser = sign_in(contributor)
    sent = typed(entry, "submit", done="Mijn lange tekst.")
    ReportingRound.objects.filter(pk=entry.round_id).update(frozen_at=timezone.now())
    page = browser.post(path(entry), sent)
    assert page.status_code == 409
    assert "Mijn lange tekst.</textarea>" in text(page)
    assert 'value="submit"' not in text(page)
    unsaved.keep(path(entry), [("done", "Bewaarde tekst.")], by=contributor, now=timezone.now())
    assert "Bewaarde tekst.</textarea>" in text(browser.get(path(entry)))


FRENCH = "Le service a publié un guide et a formé cent vingt acheteurs publics dans les communes."


def test_a_text_that_looks_written_in_another_language_is_asked_about_once(
    entry, contributor, sign_in
) -> None:
    browser = sign_in(contributor)
    asked = browser.post(path(entry), typed(entry, "submit", done=FRENCH))
    words = "The texts look written in French, but the language that is chosen is Dutch."
    assert asked.status_code == 422
    assert words in text(asked)
    assert "Answer the question at the marked fields" in text(asked)
    entry.refresh_from_db()
    assert (entry.state, entry.done, entry.language) == ("draft", FRENCH, "nl")
    assert '<input type="hidden" name="asked_language" value="nl" ' in text(asked)
    answer = typed(entry, "submit", done=FRENCH, asked_language="nl")
    assert browser.post(path(entry), answer).status_code == 302
    entry.refresh_from_db()
    assert (entry.state, entry.language) == ("submitted", "nl")


def test_what_was_answered_is_not_asked_again_after_taking_back_until_it_changes(
    entry, contributor, sign_in
) -> None:
    browser = sign_in(contributor)
    inside = document(address="http://intranet/nota")
    said = {"asked_language": "nl", "evidence-0-is_open_to_all": "on"}
    answered = typed(entry, "submit", done=FRENCH, **inside, **said)
    assert browser.post(path(entry), answered).status_code == 302
    browser.post(f"{path(entry)}withdraw/")
    entry.refresh_from_db()
    assert entry.state == "draft"
    again = typed(
        entry, "submit", done=f"{FRENCH} Encore.", **document(address="http://intranet/b")
    )
    asked = text(browser.post(path(entry), again))
    assert "The texts look written in French" in asked
    assert "seems to open only inside" in asked
    entry.refresh_from_db()
    same = typed(entry, "submit", done=FRENCH, **inside)
    assert browser.post(path(entry), same).status_code == 302
    entry.refresh_from_db()
    assert entry.state == "submitted"


def test_who_submitted_an_entry_is_told_what_happens_next_and_until_when_it_can_change(
    entry, contributor, sign_in
) -> None:
    browser = sign_in(contributor)
    browser.post(path(entry), typed(entry, "submit", done="Gedaan."))
    page = " ".join(text(browser.get(path(entry))).split())
    words = "The secretariat reads it, and accepts it or returns it with a question."
    assert f"{words} You get an e-mail about that. Until " in page
    assert "you can still withdraw what nobody has decided on, and change it." in page


def test_a_language_that_is_put_right_is_not_asked_about_again(entry, contributor, sign_in) -> None:
    browser = sign_in(contributor)
    browser.post(path(entry), typed(entry, "submit", done=FRENCH))
    right = typed(entry, "submit", done=FRENCH, language="fr", asked_language="nl")
    assert browser.post(path(entry), right).status_code == 302
    entry.refresh_from_db()
    assert (entry.state, entry.language) == ("submitted", "fr")


def test_a_draft_is_saved_in_any_language_without_a_question(entry, contributor, sign_in) -> None:
    assert sign_in(contributor).post(path(entry), typed(entry, done=FRENCH)).status_code == 302


def test_what_is_asked_about_is_saved_with_the_draft(entry, contributor, sign_in) -> None:
    inside = document(address="http://intranet/nota")
    sign_in(contributor).post(path(entry), typed(entry, "submit", done=FRENCH, **inside))
    entry.refresh_from_db()
    assert (entry.language, entry.evidence[0]["address"]) == ("nl", "http://intranet/nota")


@pytest.mark.parametrize(("prefix", "language"), [("en", "en"), ("fr", "fr"), ("nl", "nl")])
def test_the_language_of_the_page_is_preset_on_an_entry_that_is_not_begun(
    entry, contributor, sign_in, prefix, language
) -> None:
    page = sign_in(contributor).get(path(entry).replace("/en/", f"/{prefix}/", 1))
    assert page.context["form"]["language"].value() == language


def test_an_address_with_a_password_in_it_is_refused(entry, contributor, sign_in) -> None:
    sent = typed(entry, **document(address="https://me:secret@x.be/"))
    refused = sign_in(contributor).post(path(entry), sent)
    assert "Enter an address that starts with https:// or http://" in text(refused)


@pytest.mark.parametrize("total", ["", "x", "-1", "999999", "9" * 50])
def test_a_broken_list_of_evidence_is_no_fault_of_the_server(
    entry, contributor, sign_in, total
) -> None:
    sent = typed(entry, **{"evidence-TOTAL_FORMS": total})
    assert sign_in(contributor).post(path(entry), sent).status_code in {302, 422}


def test_a_forged_actor_round_author_or_state_changes_nothing(
    entry, contributor, colleague, sign_in
) -> None:
    forged = {
        "responsibility": "1", "round": "1", "written_by": colleague.pk, "state": "accepted",
        "late": "1", "decided_by": colleague.pk, "carried_from": "1", "on_behalf": "1",
    }  # fmt: skip
    before = (entry.responsibility_id, entry.round_id)
    sign_in(contributor).post(path(entry), typed(entry, **forged))
    entry.refresh_from_db()
    assert (entry.responsibility_id, entry.round_id) == before
    assert (entry.state, entry.written_by, entry.late, entry.on_behalf, entry.carried_from) == (
        "draft", contributor, False, False, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"written_by": "1", "state": "accepted"}, "state, written_by"),
        ({"status": "not_reported"}, "status"),
        ({"status": "<script>"}, "status"),
    ],
)
def test_what_no_form_sends_is_logged_without_its_content(
    entry, contributor, sign_in, caplog, fields, words
) -> None:
    sign_in(contributor).post(path(entry), typed(entry, **fields))
    lines = [r.getMessage() for r in caplog.records if r.name == "actions.views.entries"]
    said = f"user {contributor.pk} sent what no form has for entry {entry.pk}: {words}"
    assert lines == [said]


def test_an_honest_form_is_not_logged(entry, contributor, sign_in, caplog) -> None:
    sign_in(contributor).post(path(entry), typed(entry, done="x" * 20_000))
    assert [r for r in caplog.records if r.name == "actions.views.entries"] == []


# --- Two people -----------------------------------------------------------------


def test_the_second_of_two_writers_sees_both_texts_and_loses_nothing(
    entry, contributor, colleague, sign_in
) -> None:
    late = typed(entry, done="Mijn tekst.")
    sign_in(contributor).post(path(entry), typed(entry, done="De eerste tekst."))
    response = sign_in(colleague).post(path(entry), late)
    html = text(response)
    assert response.status_code == 409
    assert "One has changed this entry meanwhile." in html
    assert "Mijn tekst.</textarea>" in html
    assert '<dd lang="nl">De eerste tekst.</dd>' in html
    assert Entry.objects.get(pk=entry.pk).done == "De eerste tekst."
    assert 'name="version" value="1"' in html
    again = sign_in(colleague).post(path(entry), late | {"version": "1"})
    assert again.status_code == 302
    assert [v.content["done"] for v in entry.versions.all()] == ["De eerste tekst.", "Mijn tekst."]


def test_a_page_that_saves_by_itself_is_told_of_a_conflict(
    entry, contributor, colleague, sign_in
) -> None:
    late = typed(entry, done="Mijn tekst.")
    sign_in(contributor).post(path(entry), typed(entry, done="De eerste."))
    html = text(sign_in(colleague).post(path(entry), late, headers=HTMX))
    assert "One has changed this entry meanwhile." in html
    assert "Show both texts" in html


def test_own_saves_from_the_same_page_are_no_conflict(entry, contributor, sign_in) -> None:
    client, page = sign_in(contributor), "p" * 20
    old = typed(entry, page=page, done="Een.")
    client.post(path(entry), old, headers=HTMX)
    response = client.post(path(entry), old | {"done": "Een, twee."})
    assert response.status_code == 302
    assert Entry.objects.get(pk=entry.pk).done == "Een, twee."


# --- Submitting -----------------------------------------------------------------


def test_submitting_leads_to_the_entry_and_names_the_next_one(entry, contributor, sign_in) -> None:
    response = sign_in(contributor).post(path(entry), typed(entry, "submit"), follow=True)
    entry.refresh_from_db()
    assert (entry.state, entry.submitted_by, entry.late) == ("submitted", contributor, False)
    assert "This entry has been submitted; thank you." in text(response)
    assert 'class="next-link"' in text(response)


def test_submitting_twice_makes_one_version_and_one_line_in_the_thread(
    entry, contributor, sign_in
) -> None:
    client, sent = sign_in(contributor), typed(entry, "submit")
    answers = [client.post(path(entry), sent).status_code for _ in range(3)]
    assert answers == [302, 302, 302]
    assert (entry.versions.count(), entry.events.count()) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"status": ""}, "status", "Say how far your organisation has got with this action."),
        ({"done": "  \n "}, "done", "Write what was done."),
        ({"language": ""}, "language", "Choose the language that you wrote in."),
        ({"status": "discontinued"}, "reason", "This status needs a reason."),
        ({"status": "not_applicable"}, "reason", "This status needs a reason."),
    ],
)
def test_what_is_missing_is_told_at_its_field_and_what_was_typed_stays(
    entry, contributor, sign_in, fields, field, message
) -> None:
    sent = typed(entry, "submit", results="Resultaat.", **fields)
    html = sign_in(contributor).post(path(entry), sent).content.decode()
    assert f'<p class="field-error" id="id_{field}_error">{message}</p>' in html
    assert "Resultaat.</textarea>" in html
    stored = Entry.objects.get(pk=entry.pk)
    assert (stored.state, stored.results) == ("draft", "Resultaat.")


def test_evidence_without_an_address_cannot_be_handed_in(entry, contributor, sign_in) -> None:
    sent = typed(entry, "submit", **document(address=""))
    html = sign_in(contributor).post(path(entry), sent).content.decode()
    assert "Give each document a title and an address, or remove it." in html


def test_last_years_text_stands_beside_and_must_be_confirmed_unchanged(
    contributor, open_round, report, sign_in
) -> None:
    before = open_round(2024)
    old = before.entries.filter(responsibility__actor__slug="brussels-environment").first()
    report(old, "in_progress", done="Dezelfde tekst.")
    now = open_round(2025).entries.get(responsibility=old.responsibility_id)
    client = sign_in(contributor)
    assert "Dezelfde tekst.<" in text(client.get(path(now)))
    sent = typed(now, "submit", done="Dezelfde  tekst. ")
    assert "A text is the same as last year" in text(client.post(path(now), sent))
    sent |= {"unchanged": "on", "version": "1"}
    assert client.post(path(now), sent).status_code == 302
    now.refresh_from_db()
    assert (now.state, now.unchanged) == ("submitted", True)


def test_confirming_what_is_not_unchanged_confirms_nothing(entry, contributor, sign_in) -> None:
    client, sent = sign_in(contributor), typed(entry, "submit", unchanged="on")
    for _turn in range(2):
        assert client.post(path(entry), sent).status_code == 302
    entry.refresh_from_db()
    assert (entry.state, entry.unchanged, entry.version) == ("submitted", False, 1)


def test_copy_works_without_scripts_and_stores_nothing(
    contributor, open_round, report, sign_in
) -> None:
    before = open_round(2024)
    old = before.entries.filter(responsibility__actor__slug="brussels-environment").first()
    report(old, "in_progress", obstacles="Vertraging.")
    now = open_round(2025).entries.get(responsibility=old.responsibility_id)
    response = sign_in(contributor).post(path(now), typed(now, "copy:obstacles", done="Nieuw."))
    html = response.content.decode()
    assert "Vertraging.</textarea>" in html
    assert "Nieuw.</textarea>" in html
    assert Entry.objects.get(pk=now.pk).version == 0


@pytest.mark.parametrize("act", ["copy:", "copy:id", "copy:version", "copy:__class__", "x" * 999])
def test_an_unknown_button_is_no_fault_of_the_server(entry, contributor, sign_in, act) -> None:
    assert sign_in(contributor).post(path(entry), typed(entry, act)).status_code in {200, 302}


def test_a_preview_shows_the_text_as_readers_will_and_stores_nothing(
    entry, contributor, sign_in
) -> None:
    sent = typed(entry, "preview", done="**Vet** en <script>x</script>\n\n- een\n- twee")
    for headers in ({}, HTMX):
        html = text(sign_in(contributor).post(path(entry), sent, headers=headers))
        assert "<strong>Vet</strong> en &lt;script&gt;x&lt;/script&gt;" in html
        assert "<li>een</li>" in html
    assert Entry.objects.get(pk=entry.pk).version == 0


def test_an_invalid_preview_is_no_fault_of_the_server(entry, contributor, sign_in) -> None:
    sent = typed(entry, "preview", status="none", language="x" * 999, **document(address="x"))
    assert sign_in(contributor).post(path(entry), sent).status_code == 200


def test_a_preview_reads_no_text_that_is_too_long_to_be_saved(
    entry, contributor, sign_in, monkeypatch
) -> None:
    read: list[int] = []
    tokens = richtext.tokens

    def counted(given: str) -> Any:
        read.append(len(given))
        return tokens(given)

    monkeypatch.setattr(richtext, "tokens", counted)
    sent = typed(entry, "preview", done="[" * 400_000)
    for headers in ({}, HTMX):
        page = text(sign_in(contributor).post(path(entry), sent, headers=headers))
        assert "this text has 400,000" in page or "this text has 400000" in page
    assert max(read, default=0) <= 10_000


# --- Taking back, taking up ------------------------------------------------------


def test_a_submitted_entry_that_stayed_outside_the_report_says_so(
    entry, contributor, sign_in
) -> None:
    browser = sign_in(contributor)
    browser.post(path(entry), typed(entry, "submit"))
    said = "the report was published without it"
    assert said not in text(browser.get(path(entry)))
    entry.refresh_from_db()
    assert entry.state == "submitted"
    closed = {"state": "closed", "closed_at": timezone.now(), "published": 1}
    type(entry.round).objects.filter(pk=entry.round_id).update(**closed)
    page = text(browser.get(path(entry)))
    assert said in page
    assert "nothing else to do" not in page


def test_a_submitted_entry_is_taken_back(entry, contributor, sign_in) -> None:
    client = sign_in(contributor)
    client.post(path(entry), typed(entry, "submit"))
    assert "Take it back to change it" in text(client.get(path(entry)))
    client.post(f"{path(entry)}withdraw/")
    assert Entry.objects.get(pk=entry.pk).state == "draft"


def test_carried_over_work_is_taken_up_again_with_a_reason(
    contributor, open_round, report, sign_in
) -> None:
    old = open_round(2024).entries.filter(
        responsibility__actor__slug="brussels-environment"
    ).first()  # fmt: skip
    report(old, "done")
    now = open_round(2025).entries.get(responsibility=old.responsibility_id)
    client = sign_in(contributor)
    assert "Closed in 2024 and carried over" in text(client.get(path(now)))
    html = text(client.post(f"{path(now)}reopen/", {"reason": " "}))
    assert "Give a reason." in html
    assert client.post(f"{path(now)}reopen/", {"reason": "Nieuw."}).status_code == 302
    now.refresh_from_db()
    assert (now.state, now.carried_from) == ("draft", None)


def test_what_cannot_be_taken_back_says_so(entry, contributor, sign_in) -> None:
    client = sign_in(contributor)
    html = text(client.post(f"{path(entry)}withdraw/", follow=True))
    assert "This cannot be done any more: the state of the entry has changed meanwhile." in html


# --- Returned -------------------------------------------------------------------


def test_a_returned_entry_shows_each_comment_at_its_field(
    entry, contributor, office, open_round, sign_in
) -> None:
    sign_in(contributor).post(path(entry), typed(entry, "submit"))
    stored = Entry.objects.get(pk=entry.pk)
    entries.send_back(
        stored, by=office, version=stored.version, comments={"done": "Welke verordening?"},
        now=timezone.now(),
    )  # fmt: skip
    html = text(sign_in(contributor).get(path(entry)))
    assert "Comment of the review:</strong> Welke verordening?" in html
    assert "History of this entry" in html


# --- Who and when -----------------------------------------------------------------


def test_others_drafts_are_hidden_and_their_submitted_entries_are_read_only(
    entry, contributor, make_member, sign_in
) -> None:
    outsider = make_member("contributor", "fps-justice", "outsider@example.org")
    sign_in(contributor).post(path(entry), typed(entry, internal="Intern."))
    client = sign_in(outsider)
    assert client.get(path(entry)).status_code == 404
    assert client.post(path(entry), typed(entry)).status_code == 404
    sign_in(contributor).post(path(entry), typed(entry, "submit", internal="Intern."))
    html = text(client.get(path(entry)))
    assert "Wij deden iets." in html
    assert "Intern." not in html
    assert "History of this entry" not in html
    for act in ("save", "submit", "preview", "copy:done"):
        assert client.post(path(entry), typed(entry, act)).status_code == 403
    assert client.post(f"{path(entry)}withdraw/").status_code == 403
    assert client.get(f"{path(entry)}versions/1/").status_code == 404


def test_after_the_close_the_entry_is_read_only_and_says_why(
    contributor, open_round, sign_in
) -> None:
    today = timezone.localdate()
    closed = open_round(
        opens_on=today - timedelta(days=9),
        deadline=today - timedelta(days=2),
        closes_on=today - timedelta(days=1),
    )
    entry = closed.entries.filter(responsibility__actor__slug="brussels-environment").first()
    client = sign_in(contributor)
    why = "The round is closed for writing. Ask the secretariat for an extension."
    html = text(client.get(path(entry)))
    assert why in html
    assert "Writing has ended" in html
    assert '<form id="entry-form"' not in html
    html = text(client.post(path(entry), typed(entry, done="Te laat geschreven.")))
    assert why in html
    assert "Te laat geschreven.</textarea>" in html
    assert Entry.objects.get(pk=entry.pk).version == 0


def test_the_secretariat_writes_on_behalf_and_is_marked(entry, office, sign_in) -> None:
    client = sign_in(office)
    assert "You write on behalf of an actor (Brussels Environment)" in text(client.get(path(entry)))
    client.post(path(entry), typed(entry))
    assert Entry.objects.get(pk=entry.pk).on_behalf is True
    html = text(client.get(path(entry)))
    assert "entry written by the secretariat on the actor’s behalf" in html


def test_where_only_coordinators_submit_a_contributor_finds_no_button(
    entry, contributor, make_member, sign_in
) -> None:
    entry.actor.coordinator_submits = True
    entry.actor.save()
    html = text(sign_in(contributor).get(path(entry)))
    assert "Your coordinator submits the entries of your organisation." in html
    assert 'value="submit"' not in html
    answer = sign_in(contributor).post(path(entry), typed(entry, "submit"))
    assert answer.status_code == 403
    head = make_member("coordinator", "brussels-environment", "head@example.org")
    assert sign_in(head).post(path(entry), typed(entry, "submit")).status_code == 302


@pytest.mark.parametrize("key", ["0", "999999", "99999999999999999999"])
def test_an_unknown_entry_is_not_found(contributor, sign_in, key) -> None:
    client = sign_in(contributor)
    for rest in ("", "versions/1/"):
        assert client.get(f"/en/desk/entries/{key}/{rest}").status_code == 404
    for rest in ("", "withdraw/", "reopen/"):
        assert client.post(f"/en/desk/entries/{key}/{rest}").status_code == 404


def test_an_old_version_is_kept_and_shown(entry, contributor, sign_in) -> None:
    client = sign_in(contributor)
    client.post(path(entry), typed(entry, done="Eerst."))
    client.post(path(entry), typed(entry, done="Dan."))
    assert "Eerst." in text(client.get(f"{path(entry)}versions/1/"))
    assert client.get(f"{path(entry)}versions/3/").status_code == 404


def test_the_form_costs_the_same_queries_however_many_entries_there_are(
    entry, contributor, make_member, sign_in
) -> None:
    actors = Entry.objects.values_list("responsibility__actor__slug", flat=True)
    busiest = max(set(actors), key=list(actors).count)
    busy = make_member("contributor", busiest, "busy@example.org")
    other = Entry.objects.filter(responsibility__actor__slug=busiest).first()
    assert other is not None
    counts = []
    for user, row in ((contributor, entry), (busy, other)):
        client = sign_in(user)
        with CaptureQueriesContext(connection) as queries:
            client.get(path(row))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_half_a_page_is_refused_to_somebody_who_is_signed_out(client) -> None:
    address = reverse("actions:desk")
    whole = client.get(address)
    assert (whole.status_code, "/account/sign-in/" in whole["Location"]) == (302, True)
    part = client.get(address, headers={"HX-Request": "true"})
    assert (part.status_code, part.content.decode()) == (401, "You are signed out.")
    assert client.get(reverse("actions:signed-in")).content == b""


def test_a_page_can_ask_whether_a_text_would_be_taken(office, sign_in) -> None:
    answer = sign_in(office).get(reverse("actions:signed-in"))
    assert answer.content.decode() == str(office.pk)
    assert "no-store" in answer["Cache-Control"]
