"""Covering letters: who receives reports, what a letter begins with, and that it is sent once."""

import io
from datetime import timedelta
from typing import Any

import docx
import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html

from actions.models import Letter, Returned, User
from actions.outbox import sending
from actions.refusals import Conflict, Refused
from actions.services import accounts, returned, seen
from reports import covering as words
from reports.models import CoveringLetter, Edition, Recipient, Transmission
from reports.services import covering, editions
from tests.follow_up import who_may
from tests.standing_site import Site
from tests.test_returned import bounce

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
LISTED: dict[str, Any] = {
    "kind": "parliament",
    "organisation": "House",
    "function": "Registry",
    "language": "fr",
    "email": "registry@example.org",
    "address": "Street 1\n1000 Brussels",
}


@pytest.fixture
def edition(site: Site) -> Edition:
    """A published edition."""
    return Edition.objects.get(pk=site.keys["published"])


def recipient(site: Site, **more: Any) -> Recipient:
    """Put somebody into the list of the plan."""
    by = site.scene.people["secretariat"]
    row = Recipient(plan=site.scene.plan)
    return covering.save_recipient(row, LISTED | more, by=by, now=site.now)


def written(site: Site, edition: Edition, to: Recipient) -> CoveringLetter:
    """Store the letter that one begins with."""
    row = words.begin(edition, to)
    columns = {name: getattr(row, name) for name in covering.WRITTEN}
    return covering.save(row, columns, by=site.scene.people["secretariat"], now=site.now)


# --- What a letter says -------------------------------------------------------------


def test_a_letter_begins_with_figures_and_addresses_in_the_language_of_its_reader(
    site: Site, edition: Edition
) -> None:
    row = words.begin(edition, recipient(site))
    assert row.to == "House\nRegistry\nStreet 1\n1000 Brussels"
    assert row.subject.endswith("Petit")
    assert f"/fr/plans/small/reports/2023/e{edition.number}/" in row.text
    figures = [line for line in row.text.splitlines() if line.startswith("- ")]
    assert len(figures) == len(edition.snapshot.figures)
    assert figures[0].startswith(f"- {edition.snapshot.figures[0].titles['fr']}")
    assert str(edition.snapshot.figures[0].whole) in figures[0]


@pytest.mark.parametrize(
    ("kind", "said"),
    [("government", "decision"), ("parliament", "parliament"), ("council", "observations")],
)
def test_each_kind_of_recipient_is_told_why(
    site: Site, edition: Edition, kind: str, said: str
) -> None:
    assert said in words.begin(edition, recipient(site, kind=kind, language="en")).text


def test_the_word_file_says_what_is_stored(site: Site, edition: Edition) -> None:
    row = written(site, edition, recipient(site, language="en"))
    row.subject, row.text = "About it", "One.\n\n- two\n- three"
    content = words.write(row, on=site.today)
    file = docx.Document(io.BytesIO(content))
    told = [line.text for line in file.paragraphs if line.text]
    assert told[0].startswith("House\nRegistry\nStreet 1")
    assert told[2:] == ["About it", "One.", "two", "three"]
    assert content == words.write(row, on=site.today)


# --- Sending ------------------------------------------------------------------------


def test_only_the_secretariat_keeps_the_list_and_writes(site: Site, edition: Edition) -> None:
    to = recipient(site)
    row = written(site, edition, to)
    scene, columns = site.scene, {"to": "X", "subject": "Y", "text": "Z"}
    works = (
        lambda name: covering.save_recipient(to, LISTED, by=scene.people[name], now=site.now),
        lambda name: covering.remove_recipient(to, by=scene.people[name], now=site.now),
        lambda name: covering.save(row, columns, by=scene.people[name], now=site.now),
        lambda name: covering.send(row, by=scene.people[name], now=site.now),
        lambda name: covering.record(row, sent_on=site.today, by=scene.people[name], now=site.now),
    )
    for work in works:
        assert who_may(scene, work) - {"no-factor", "chair", "sample"} == {"secretariat"}


def test_a_letter_goes_out_once_and_is_logged(
    site: Site, edition: Edition, mailoutbox: list[Any]
) -> None:
    row = written(site, edition, recipient(site))
    by = site.scene.people["secretariat"]
    for _again in range(2):
        covering.send(row, by=by, now=site.now)
    letter = Letter.objects.get(kind="covering")
    assert sending.worded(letter, now=site.now + timedelta(days=3)) is not None
    sent = Transmission.objects.get(letter__isnull=False)
    assert (sent.recipient, sent.sent_on, sent.edition) == ("House", site.today, edition)
    mail = sending.worded(letter, now=site.now)
    assert mail is not None
    assert (letter.address, mail.subject) == ("registry@example.org", row.subject)
    assert row.text.splitlines()[-1] in mail.text
    assert "/desk/" not in mail.text


def test_a_sent_letter_stays_until_its_transmission_is_struck_out(
    site: Site, edition: Edition
) -> None:
    to, by = recipient(site), site.scene.people["secretariat"]
    row = covering.record(written(site, edition, to), sent_on=site.today, by=by, now=site.now)
    columns = {"to": "X", "subject": "Y", "text": "Z"}
    with pytest.raises(Refused):
        covering.save(row, columns, by=by, now=site.now)
    with pytest.raises(Refused):
        covering.remove_recipient(to, by=by, now=site.now)
    assert row.transmission is not None
    editions.strike_transmission(row.transmission, reason="Wrong.", by=by, now=site.now)
    assert covering.save(row, columns, by=by, now=site.now).text == "Z"
    again = covering.send(row, by=by, now=site.now)
    assert again.is_sent
    assert Letter.objects.filter(kind="covering").count() == 1


def test_the_database_itself_refuses_to_change_what_was_sent(site: Site, edition: Edition) -> None:
    row, by = written(site, edition, recipient(site)), site.scene.people["secretariat"]
    letters = CoveringLetter.objects.filter(pk=row.pk)
    letters.update(text="Not sent yet.")
    covering.record(row, sent_on=site.today, by=by, now=site.now)
    for column in ("to", "subject", "text"):
        with pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
            letters.update(**{column: "Otherwise."})
    assert letters.get().text == "Not sent yet."


def test_without_an_address_it_is_sent_otherwise(site: Site, edition: Edition) -> None:
    row, by = written(site, edition, recipient(site, email="")), site.scene.people["secretariat"]
    with pytest.raises(Refused, match="No e-mail address"):
        covering.send(row, by=by, now=site.now)
    for days in (-1, 1):
        with pytest.raises(ValidationError) as found:
            covering.record(row, sent_on=site.today + timedelta(days=days), by=by, now=site.now)
        assert list(found.value.message_dict) == ["sent_on"]
    assert Transmission.objects.filter(letter__isnull=False).count() == 0


def test_a_withdrawn_edition_is_not_sent(site: Site, edition: Edition) -> None:
    row, by = written(site, edition, recipient(site)), site.scene.people["secretariat"]
    editions.withdraw(edition, by=by, reason={"nl": "Fout.", "fr": "Faute."}, now=site.now)
    with pytest.raises(Refused, match="Only a published edition is sent"):
        covering.send(row, by=by, now=site.now)


def test_whoever_was_quicker_is_noticed(site: Site, edition: Edition) -> None:
    to, by = recipient(site), site.scene.people["secretariat"]
    empty = seen.digest(None, covering.WRITTEN)
    row = written(site, edition, to)
    with pytest.raises(Conflict):
        covering.save(
            words.begin(edition, to), {"to": "X", "subject": "Y", "text": "Z"}, seen=empty, by=by,
            now=site.now,
        )  # fmt: skip
    before = seen.digest(to, covering.LISTED)
    covering.save_recipient(to, LISTED | {"function": "Clerk"}, by=by, now=site.now)
    with pytest.raises(Conflict):
        covering.save_recipient(to, LISTED, seen=before, by=by, now=site.now)
    assert (row.history.count(), to.history.count()) == (1, 2)


# --- Pages --------------------------------------------------------------------------


@pytest.fixture
def desk(site: Site, sign_in) -> Client:
    """A browser of the secretariat."""
    return sign_in(site.scene.people["secretariat"])


def form_of(response: Any) -> dict[str, str]:
    """Return what the form with a mark sends."""
    form = html.fromstring(response.content).xpath("//main//form[.//input[@name='mark']]")[0]
    return {name: str(value or "") for name, value in form.form_values()}


def test_a_recipient_is_kept_and_taken_from_the_list(desk: Client, site: Site) -> None:
    page = "/en/secretariat/recipients/small/"
    sent = form_of(desk.get(f"{page}0/"))
    wrong = desk.post(f"{page}0/", sent | LISTED | {"email": "nobody", "language": ""})
    assert sorted(wrong.context["form"].errors) == ["email", "language"]
    assert desk.post(f"{page}0/", form_of(wrong) | LISTED)["Location"] == page
    others = Recipient.objects.exclude(pk=site.keys["recipient"])
    row = others.get()
    assert [getattr(row, name) for name in covering.LISTED] == list(LISTED.values())
    assert desk.post(f"{page}{row.pk}/remove/")["Location"] == page
    assert others.count() == 0
    assert desk.get("/en/secretariat/recipients/small-draft/").status_code == 404


def test_a_letter_is_written_taken_along_and_sent(
    desk: Client, site: Site, edition: Edition
) -> None:
    to = recipient(site)
    page = f"/en/secretariat/editions/{edition.pk}/letters/"
    begun = desk.get(f"{page}{to.pk}/")
    assert desk.get(f"{page}{to.pk}/letter.docx").status_code == 404
    assert desk.post(f"{page}{to.pk}/sent/", {"act": "mail"})["Location"] == f"{page}{to.pk}/"
    assert desk.post(f"{page}{to.pk}/", form_of(begun) | {"subject": "Objet"}).status_code == 302
    file = desk.get(f"{page}{to.pk}/letter.docx")
    assert file["Content-Disposition"] == 'attachment; filename="small-2023-house-fr.docx"'
    late = {"act": "log", "sent_on": (site.today + timedelta(days=1)).isoformat()}
    refused = desk.post(f"{page}{to.pk}/sent/", late)
    assert refused.context["sent"].errors == {"sent_on": ["Choose today or an earlier day."]}
    asked = desk.get(f"{page}{to.pk}/sent/")
    assert "Objet" in asked.content.decode()
    assert not CoveringLetter.objects.get().is_sent
    overtaken = {"act": "mail", "seen": asked.context["seen"]}
    changed = form_of(desk.get(f"{page}{to.pk}/")) | {"subject": "Objet nouveau"}
    assert desk.post(f"{page}{to.pk}/", changed).status_code == 302
    desk.post(f"{page}{to.pk}/sent/", overtaken)
    assert not CoveringLetter.objects.get().is_sent
    confirmed = {"act": "mail", "seen": desk.get(f"{page}{to.pk}/sent/").context["seen"]}
    assert desk.post(f"{page}{to.pk}/sent/", confirmed)["Location"] == page
    assert CoveringLetter.objects.get().is_sent
    assert "Objet" in desk.get(f"{page}{to.pk}/").content.decode()
    # It is stored in the language of the letter, for its reader, and told in that of the page.
    stored = Transmission.objects.order_by("pk").last()
    assert stored is not None
    assert stored.means == "par e-mail"
    assert ", by e-mail</span>" in desk.get(page).content.decode()
    assert covering.means_told("by hand, in French") == "by hand, in French"
    assert b'name="subject"' not in desk.get(f"{page}{to.pk}/").content


def test_a_letter_belongs_to_a_published_edition_and_a_recipient_of_its_plan(
    desk: Client, site: Site, edition: Edition
) -> None:
    to = recipient(site)
    for key, row in ((site.keys["frozen"], to.pk), (edition.pk, 999), (edition.pk, 10**30)):
        page = f"/en/secretariat/editions/{key}/letters/{row}/"
        assert desk.get(page).status_code == 404
        assert desk.post(page, {"to": "X"}).status_code == 404


def test_the_list_costs_as_many_queries_for_30_recipients_as_for_1(
    desk: Client, site: Site, edition: Edition
) -> None:
    found = []
    page = f"/en/secretariat/editions/{edition.pk}/letters/"
    for count in (1, 29):
        for number in range(count):
            to = recipient(site, organisation=f"House {count} {number}")
            written(site, edition, to)
        desk.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(page).status_code == 200
        found.append(len(queries))
    assert found[0] == found[1]
    assert timezone.localdate(site.now) == site.today


def test_the_address_of_somebody_who_is_erased_leaves_the_list(site: Site) -> None:
    to = recipient(site, email="former@example.org")
    by = site.scene.people["secretariat"]
    person = User.objects.create_user("former@example.org")
    accounts.erase(person, by=by, now=site.now)
    to.refresh_from_db()
    assert to.email == ""
    assert set(to.history.values_list("email", flat=True)) == {""}


def test_a_letter_that_was_struck_out_before_it_left_does_not_leave(
    site: Site, edition: Edition
) -> None:
    by = site.scene.people["secretariat"]
    row = covering.send(written(site, edition, recipient(site)), by=by, now=site.now)
    waiting = Letter.objects.get(kind="covering")
    assert sending.worded(waiting, now=site.now) is not None
    sent = row.transmission
    assert sent is not None
    editions.strike_transmission(sent, reason="By mistake.", by=by, now=site.now)
    assert sending.worded(waiting, now=site.now) is None


def test_the_letter_of_a_report_that_was_withdrawn_does_not_leave(
    site: Site, edition: Edition
) -> None:
    by = site.scene.people["secretariat"]
    covering.send(written(site, edition, recipient(site)), by=by, now=site.now)
    reason = {"nl": "Fout.", "fr": "Erreur.", "en": "Error."}
    editions.withdraw(edition, by=by, reason=reason, now=site.now)
    assert sending.worded(Letter.objects.get(kind="covering"), now=site.now) is None


def test_nothing_is_written_to_somebody_who_was_removed(site: Site, edition: Edition) -> None:
    by = site.scene.people["secretariat"]
    to = recipient(site)
    row = written(site, edition, to)
    covering.remove_recipient(to, by=by, now=site.now)
    with pytest.raises(Refused, match="removed this recipient"):
        covering.send(row, by=by, now=site.now)


def test_a_letter_that_came_back_stands_at_the_recipient(desk: Client, site: Site) -> None:
    for number in (1, 2):
        recipient(site, organisation=f"House {number}", email=f"House{number}@example.org")
    by = site.scene.people["secretariat"]
    (row,) = returned.take(bounce("house2@example.org", "550 no"), by=by, now=site.now)
    assert (row.user, row.sentence) == (None, "550 no")
    page = html.fromstring(desk.get("/en/secretariat/returned/").content)
    assert "(House 2)" in page.text_content()
    listed = f"/en/secretariat/recipients/{site.scene.plan.slug}/"
    lines = page.xpath("//ul[@class='people']/li[contains(., 'house2@')]//a/@href")
    assert lines == [listed]
    lines = html.fromstring(desk.get(listed).content).xpath("//ul[@class='entry-lines']/li")
    failed = [line.xpath("string(a)") for line in lines if "550 no" in line.text_content()]
    assert failed == ["House 2"]
    assert returned.purge(now=site.now + timedelta(days=99)) == 0
    Recipient.objects.update(email="")
    assert not Returned.objects.open().filter(pk=row.pk).exists()
    assert returned.purge(now=site.now + timedelta(days=99)) == 1
