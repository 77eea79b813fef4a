"""Evaluations: over the published years, with their own chapters, advice and editions."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from actions import emails
from actions.enums import LetterKind, RoundKind
from actions.models import Letter, Membership, Plan, PublishedRound, ReportingRound
from actions.refusals import Conflict, Refused
from actions.services import seen
from document.snapshot import Amendment, Evaluation, from_json, to_json
from reports import evaluation as building
from reports.formats import FORMATS, of_today
from reports.models import Advice, Chapter, Edition
from reports.services import editions, evaluations, texts
from tests.conftest import add_second_factor
from tests.follow_up import NOW, refused_fields
from tests.published import NOTE, REASON, Story, publish

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

SUMMARY = {"text_nl": "Wat het plan bereikte.", "text_fr": "Ce que le plan a accompli."}
ADVISED = {
    "author_nl": "Een raad",
    "author_fr": "Un conseil",
    "text_nl": "Maak de wet **strenger**.",
    "text_fr": "Rendez la loi plus stricte.",
    "done_nl": "Opgenomen in actie 1.",
    "done_fr": "Repris dans l’action 1.",
}
ADDRESS = "/en/plans/small/reports/2026-evaluation/"


@pytest.fixture
def given(story: Story) -> ReportingRound:
    """An evaluation of 2026 in which nothing is written."""
    return start(story)


@pytest.fixture
def written(story: Story, given: ReportingRound) -> ReportingRound:
    """An evaluation with a summary and an advice."""
    write(story, given)
    advise(story, given)
    return given


def start(story: Story, year: int = 2026) -> ReportingRound:
    return evaluations.start(story.first.round.plan, year=year, by=story.by, now=NOW)


def write(story: Story, given: ReportingRound, kind: str = "summary", **said: str) -> Chapter:
    row = Chapter.objects.filter(round=given, kind=kind).first() or Chapter(round=given, kind=kind)
    return texts.save_chapter(row, by=story.by, version=row.version, texts=said or SUMMARY, now=NOW)


def columns(**said: Any) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(evaluations.ADVISED, "")
    return empty | {"received_on": None} | ADVISED | said


def advise(story: Story, given: ReportingRound, **said: Any) -> Advice:
    return evaluations.save_advice(Advice(round=given), columns(**said), by=story.by, now=NOW)


def shown(path: str, language: str = "en") -> str:
    response = Client().get(path.replace("/en/", f"/{language}/"))
    assert response.status_code == 200, response
    return " ".join(response.content.decode().split())


def office_of(story: Story, sign_in: Any) -> Any:
    add_second_factor(story.by)
    return sign_in(story.by)


# --- Starting ---------------------------------------------------------------------


def test_an_evaluation_stands_beside_the_yearly_round_of_its_year(story: Story) -> None:
    made = start(story, 2025)
    assert (made.name, made.state, made.entries.count()) == ("2025-evaluation", "closed", 0)
    assert made.reference_date == story.second.round.reference_date
    plan = made.plan
    assert sorted(plan.rounds.values_list("year", "kind")) == [(2024, "yearly"), (2025, "yearly")]
    assert set(ReportingRound.of_any_kind.filter(plan=plan, year=2025)) == {
        made, story.second.round,
    }  # fmt: skip
    assert made.history.get().history_user == story.by


def test_a_plan_is_evaluated_once_a_year_and_only_over_published_reports(story: Story) -> None:
    start(story)
    assert refused_fields(lambda: start(story)) == ["year"]
    assert refused_fields(lambda: start(story, 2023)) == ["year"]
    Plan.objects.filter(pk=story.first.round.plan_id).update(is_published=False)
    assert refused_fields(lambda: start(story, 2027)) == ["plan"]
    assert ReportingRound.of_any_kind.filter(kind=RoundKind.EVALUATION).count() == 1


def test_only_the_secretariat_starts_writes_and_removes(story: Story, given: Any) -> None:
    writer = story.scene.people["writer"]
    plan = given.plan
    for work in (
        lambda: evaluations.start(plan, year=2030, by=writer, now=NOW),
        lambda: evaluations.save_advice(Advice(round=given), columns(), by=writer, now=NOW),
        lambda: evaluations.remove(given, by=writer, now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            work()


def test_an_evaluation_is_taken_back_only_while_nothing_is_written(
    story: Story, given: ReportingRound
) -> None:
    advice = advise(story, given)
    with pytest.raises(Refused, match="Something is written"):
        evaluations.remove(given, by=story.by, now=NOW)
    with pytest.raises(Refused, match="Something is written"):
        evaluations.remove(story.first.round, by=story.by, now=NOW)
    evaluations.remove_advice(advice, by=story.by, now=NOW)
    evaluations.remove_advice(advice, by=story.by, now=NOW)
    evaluations.remove(given, by=story.by, now=NOW)
    assert not ReportingRound.of_any_kind.filter(pk=given.pk).exists()


# --- What it says -----------------------------------------------------------------


def test_it_rests_on_the_newest_edition_of_each_year_and_derives_nothing(
    story: Story, written: ReportingRound
) -> None:
    corrected = story.correct()
    found = building.build(written, now=NOW)
    assert [(one.year, one.edition, one.checksum) for one in found.basis] == [
        (2024, 1, story.first.checksum), (2025, 2, corrected.checksum),
    ]  # fmt: skip
    last = corrected.snapshot
    assert [(a.label, a.status) for a in found.actions] == [
        (a.label, a.status) for a in last.actions
    ]
    assert found.figures == last.figures
    assert [past.year for past in found.past] == [2024]
    assert not any(action.entries for action in found.actions)
    one = next(action for action in found.actions if action.label == "1")
    assert [(past.year, past.status) for past in one.history] == [(2024, "in_progress")]


def test_a_later_year_and_another_evaluation_are_no_part_of_it(
    story: Story, written: ReportingRound
) -> None:
    publish(written, by=story.by)
    early = start(story, 2024)
    assert [one.year for one in building.build(early, now=NOW).basis] == [2024]


def test_it_is_read_again_as_it_was_stored(written: ReportingRound) -> None:
    found = building.build(written, now=NOW)
    again = from_json(to_json(found))
    assert isinstance(again, Evaluation)
    assert again == found
    assert json.loads(to_json(found))["$schema"].endswith(f"/evaluation-{found.schema}.json")


def test_it_takes_no_part_in_movement_and_in_the_years(
    story: Story, written: ReportingRound
) -> None:
    before = story.second.snapshot
    publish(written, by=story.by)
    assert PublishedRound.objects.filter(year=2026).count() == 0
    corrected = story.correct().snapshot
    assert (corrected.compared, corrected.past) == (before.compared, before.past)
    page = shown("/en/plans/small/reports/compare/")
    assert "2026" not in page


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_every_document_says_the_chapters_and_the_advice(
    story: Story, written: ReportingRound, language: str
) -> None:
    write(story, written, "foreword", text_nl="Voorwoord.", text_fr="Avant-propos.")
    write(story, written, "conclusions", text_nl="Besluit.", text_fr="Conclusion.")
    advise(story, written, author_nl="Zwijgende raad", done_nl="", done_fr="")
    page = FORMATS["html"].render(building.build(written, now=NOW), language).decode()
    said = ("accompli", "Avant-propos", "Conclusion", "plus stricte", "Repris dans")
    dutch = ("bereikte", "Voorwoord", "Besluit", "strenger", "Opgenomen in")
    for words in dutch if language == "nl" else said:
        assert words in page
    assert "reports/2024/e1/" in page
    assert story.first.checksum in page
    assert page.index("strenger" if language == "nl" else "plus stricte") > page.index(
        "reports/2024/e1/"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["docx", "pdf", "summary_html", "summary_docx", "summary_pdf"])
def test_the_other_documents_are_made(written: ReportingRound, name: str) -> None:
    made = FORMATS[name].render(building.build(written, now=NOW, edition=1), "fr")
    assert len(made) > 1_000


def test_its_table_has_each_action_in_each_year_that_was_published(
    written: ReportingRound,
) -> None:
    content = FORMATS["actions_csv"].render(building.build(written, now=NOW), "en").decode()
    rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))
    of_1 = [(row["year"], row["edition"], row["status"]) for row in rows if row["action"] == "1"]
    assert of_1 == [("2025", "1", "done"), ("2024", "1", "in_progress")]


def test_it_has_the_formats_that_fit() -> None:
    assert of_today(evaluates=True) == [
        "html", "pdf", "docx", "summary_html", "summary_pdf", "summary_docx", "json",
        "actions_csv",
    ]  # fmt: skip


# --- Advice -----------------------------------------------------------------------


def test_an_advice_needs_somebody_and_something_and_no_later_day(
    story: Story, given: ReportingRound
) -> None:
    nobody = dict.fromkeys(("author_nl", "author_fr"), "")
    nothing = dict.fromkeys(("text_nl", "text_fr"), "")
    assert refused_fields(lambda: advise(story, given, **nobody)) == ["author_nl"]
    assert refused_fields(lambda: advise(story, given, **nothing)) == ["text_nl"]
    late = NOW.date().replace(year=NOW.year + 1)
    assert refused_fields(lambda: advise(story, given, received_on=late)) == ["received_on"]
    assert advise(story, given, **nothing, address="https://example.org/advice").pk


def test_two_people_on_one_advice_lose_nothing(story: Story, given: ReportingRound) -> None:
    row = advise(story, given)
    saw = seen.digest(row, evaluations.ADVISED)
    mine, theirs = columns(done_nl="Van mij."), columns(done_nl="Van een ander.")
    evaluations.save_advice(row, mine, seen=saw, by=story.by, now=NOW)
    with pytest.raises(Conflict) as caught:
        evaluations.save_advice(row, theirs, seen=saw, by=story.by, now=NOW)
    assert caught.value.stored.done_nl == "Van mij."
    evaluations.save_advice(row, mine, seen=saw, by=story.by, now=NOW)
    assert row.history.count() == 2


def test_an_advice_that_somebody_removed_is_not_stored_again(
    story: Story, given: ReportingRound
) -> None:
    row = advise(story, given)
    evaluations.remove_advice(Advice.objects.get(), by=story.by, now=NOW)
    with pytest.raises(Refused, match="removed this advice"):
        evaluations.save_advice(row, columns(), by=story.by, now=NOW)


# --- Editions ---------------------------------------------------------------------


def test_nothing_is_frozen_that_says_nothing(story: Story, given: ReportingRound) -> None:
    with pytest.raises(Refused, match="Nothing is written yet"):
        editions.freeze(given, by=story.by, now=NOW)
    write(story, given)
    story.withdraw(story.first)
    story.withdraw(story.second)
    with pytest.raises(Refused, match="No yearly report"):
        editions.freeze(given, by=story.by, now=NOW)


def test_it_tells_every_amendment_of_the_plan_and_those_announced(written: ReportingRound) -> None:
    snapshot = building.build(written, now=NOW)
    old = Amendment(on="2019-03-01", document="Decision of 2019")
    ahead = replace(old, on="2026-12-01", document="Decision of 2026")
    for amendments in ((), (old, ahead)):
        page = FORMATS["html"].render(replace(snapshot, amendments=amendments), "en").decode()
        for one in (old, ahead):
            assert (one.document in page) == (one in amendments)
        assert ("Amendments of the plan" in page) == bool(amendments)


def test_it_is_frozen_published_corrected_and_withdrawn_as_reports_are(
    story: Story, written: ReportingRound
) -> None:
    first = publish(written, by=story.by)
    assert (first.number, first.is_published) == (1, True)
    told = Letter.objects.filter(kind=LetterKind.PUBLISHED, facts__round=written.pk)
    members = Membership.objects.filter(ended_at=None).values("user").distinct()
    assert told.count() == members.count() > 10
    mail = emails.compose(LetterKind.PUBLISHED, told[0].facts, "en", on=written.deadline)
    assert mail is not None
    assert mail.subject == f"The evaluation {written.year} is published"
    assert f"/en/plans/small/reports/{written.name}/" in mail.text
    held = first.content
    write(story, written, text_nl="Verbeterd.", text_fr="Corrigé.")
    with pytest.raises(ValidationError):
        editions.freeze(written, by=story.by, now=NOW)
    second = publish(written, by=story.by, note=NOTE)
    snapshot = second.snapshot
    assert (snapshot.replaces, snapshot.further, snapshot.note) == (1, ("correction",), NOTE)
    assert Edition.objects.get(pk=first.pk).content == held
    editions.withdraw(second, by=story.by, reason=REASON, now=NOW)
    written.refresh_from_db()
    assert written.published == 1
    editions.withdraw(first, by=story.by, reason=REASON, now=NOW)
    written.refresh_from_db()
    assert written.published is None


def test_a_frozen_one_does_not_follow_what_is_written_later(
    story: Story, written: ReportingRound
) -> None:
    edition = editions.freeze(written, by=story.by, now=NOW)
    write(story, written, text_nl="Later.", text_fr="Plus tard.")
    assert "Later." not in Edition.objects.get(pk=edition.pk).content
    editions.discard(edition, by=story.by, now=NOW)
    assert "Later." in editions.freeze(written, by=story.by, now=NOW).content


def test_the_working_group_is_told_of_its_draft_and_comments(
    story: Story, written: ReportingRound
) -> None:
    texts.consult(written, until=NOW.date(), validated_on=None, notes={}, by=story.by, now=NOW)
    letter = Letter.objects.filter(kind="draft_opened").first()
    assert letter is not None
    assert letter.facts["round"] == written.pk
    writer = story.scene.people["writer"]
    assert texts.comment(written, about="", text="Goed.", by=writer, now=NOW).round == written


# --- What readers see -------------------------------------------------------------


def test_readers_find_it_in_the_archive_the_plan_the_feed_and_by_its_address(
    story: Story, written: ReportingRound
) -> None:
    assert Client().get(ADDRESS).status_code == 404
    publish(written, by=story.by, html="en")
    page = shown(ADDRESS)
    assert "Evaluation 2026" in page
    assert "Progress report 2025, edition 1" in page
    assert f'href="{ADDRESS}"' in shown("/en/plans/small/reports/")
    assert f'href="{ADDRESS}"' in shown("/en/plans/small/")
    assert "Evaluation 2026, edition 1" in shown("/en/plans/small/reports/feed/")
    assert f"{ADDRESS}e1/" in shown("/sitemap.xml")
    assert "accompli" in shown(f"{ADDRESS}e1/")
    for path in ("data.json", "actions.csv", "report.pdf", "summary.docx", "e1/data.json"):
        assert Client().get(ADDRESS + path).status_code == 200, path
    for path in ("data.xlsx", "entries.csv", "e1/actions/1/", "e2/", "e1/evidence.csv"):
        assert Client().get(ADDRESS + path).status_code == 404, path


def test_programs_and_catalogues_find_it(story: Story, written: ReportingRound) -> None:
    asked = "/api/v1/plans/small/editions/?kind=evaluation"
    assert Client().get(asked).json()["results"] == []
    assert "evaluation" not in Client().get("/catalogue.ttl").content.decode()
    edition = publish(written, by=story.by)
    (found,) = Client().get(asked).json()["results"]
    assert (found["kind"], found["year"], found["sha256"]) == (
        "evaluation", 2026, edition.checksum,
    )  # fmt: skip
    assert {file["name"] for file in found["files"]} >= {"report.pdf", "data.json", "actions.csv"}
    both = Client().get("/api/v1/plans/small/editions/").json()["results"]
    assert {one["kind"] for one in both} == {"yearly", "evaluation"}
    for address in {file["url"] for file in found["files"]} | {found["url"]}:
        assert Client().get(address.removeprefix("http://testserver")).status_code == 200, address
    listed = Client().get("/catalogue.ttl").content.decode()
    assert ": Evaluierung 2026" in listed
    for code in ("nl", "fr", "de", "en"):
        path = f"/{code}/plans/small/reports/2026-evaluation/actions.csv"
        assert f"http://testserver{path}#file" in listed
        assert Client().get(path).status_code == 200


def test_a_withdrawn_one_says_why_and_the_yearly_report_of_the_year_stays(story: Story) -> None:
    made = start(story, 2025)
    write(story, made)
    edition = publish(made, by=story.by)
    editions.withdraw(edition, by=story.by, reason=REASON, now=NOW)
    gone = Client().get("/en/plans/small/reports/2025-evaluation/")
    assert gone.status_code == 410
    assert "of the evaluation 2025 was withdrawn" in " ".join(gone.content.decode().split())
    assert "Progress report 2025" in shown("/en/plans/small/reports/2025/")
    assert "2025-evaluation" not in shown("/en/plans/small/")


def test_the_commands_know_it_by_its_name(
    story: Story, written: ReportingRound, tmp_path: Any, capsys: Any
) -> None:
    path = tmp_path / "evaluation.html"
    call_command(
        "build_report", "small", "2026-evaluation", "--format", "html", "--language", "nl",
        "--output", str(path),
    )  # fmt: skip
    assert "bereikte" in path.read_text()
    with pytest.raises(CommandError, match="small has no round 2027-evaluation"):
        call_command("verify_edition", "small", "2027-evaluation")
    with pytest.raises(CommandError, match="is no round"):
        call_command("verify_edition", "small", "2026-report")
    with pytest.raises(CommandError, match="There is no format"):
        call_command(
            "build_report", "small", "2026-evaluation", "--format", "xlsx", "--output", str(path)
        )


def test_a_yearly_edition_whose_round_was_called_an_evaluation_stays_a_yearly_one(
    story: Story,
) -> None:
    old = replace(story.second.snapshot, kind="evaluation")
    assert not isinstance(from_json(to_json(old)), Evaluation)


# --- The secretariat's pages ------------------------------------------------------


def test_an_evaluation_is_started_written_and_published_on_the_pages(
    story: Story, sign_in: Any
) -> None:
    desk = office_of(story, sign_in)
    page = "/en/secretariat/evaluations/"
    plan = story.first.round.plan
    response = desk.post(page, {"plan": plan.pk, "year": "2026"}, follow=True)
    given = ReportingRound.of_any_kind.get(kind=RoundKind.EVALUATION)
    editing = f"/en/secretariat/reports/{given.pk}/"
    assert response.redirect_chain == [(editing, 302)]
    said = " ".join(response.content.decode().split())
    assert "Not written yet: Summary and main findings" in said
    desk.post(f"{editing}chapters/summary/0/", {"version": "0", **SUMMARY})
    new = f"/en/secretariat/reports/{given.pk}/advice/0/"
    response = desk.post(new, {**ADVISED, "seen": "", "address": "www.example.org/é"})
    assert response.url == editing
    assert Advice.objects.get().address == "https://www.example.org/%C3%A9"
    desk.post(f"{editing}freeze/", {})
    assert Edition.objects.get(round=given).is_frozen
    assert "An edition is frozen" in desk.get(page).content.decode()


def test_an_evaluation_has_its_own_chapters_and_a_report_has_not(
    story: Story, given: ReportingRound, sign_in: Any
) -> None:
    desk = office_of(story, sign_in)
    for kind, of_evaluation, of_report in (
        ("summary", 200, 404),
        ("conclusions", 200, 404),
        ("foreword", 200, 200),
    ):
        for made, status in ((given, of_evaluation), (story.first.round, of_report)):
            address = f"/en/secretariat/reports/{made.pk}/chapters/{kind}/0/"
            assert desk.get(address).status_code == status, (kind, made)
    other = f"/en/secretariat/reports/{story.first.round.pk}/advice/0/"
    assert desk.get(other).status_code == 200  # reports have advice too
    assert desk.get(f"/en/secretariat/rounds/{given.pk}/").status_code == 404


def test_a_conflict_shows_what_is_stored_and_goes_on_from_it(
    story: Story, written: ReportingRound, sign_in: Any
) -> None:
    desk = office_of(story, sign_in)
    row = Advice.objects.get()
    path = f"/en/secretariat/reports/{written.pk}/advice/{row.pk}/"
    response = desk.post(path, {**ADVISED, "seen": "0" * 32, "done_nl": "Anders."})
    assert response.status_code == 409
    assert "Opgenomen in actie 1." in response.content.decode()
    again = response.context["form"].data["seen"]
    assert desk.post(path, {**ADVISED, "seen": again, "done_nl": "Anders."}).status_code == 302
    assert Advice.objects.get().done_nl == "Anders."


@pytest.mark.parametrize("many", [1, 12])
def test_the_list_asks_as_often_for_one_as_for_many(
    story: Story, sign_in: Any, django_assert_num_queries: Any, many: int
) -> None:
    for year in range(2025, 2025 + many):
        start(story, year)
    desk = office_of(story, sign_in)
    desk.get("/en/secretariat/evaluations/")
    with django_assert_num_queries(10):
        desk.get("/en/secretariat/evaluations/")
