"""Any plan: brought in from a workbook as a draft, published, carried out again without loss."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.db.models import CheckConstraint
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from actions import models as facts
from actions.models import Action, Actor, Plan, ReportingRound, Section, Source, Theme
from actions.plan_book import importing, layout, writing
from actions.rules import conditions
from actions.rules.search import fold
from actions.services import plans, rounds
from tests import sample_plans
from tests.sample_plans import NAMES, table, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
IMPORT = "/en/secretariat/plans/import/"


@pytest.fixture
def secretariat(make_member: Any) -> facts.User:
    """Somebody of the secretariat."""
    found: facts.User = make_member("secretariat", "fisd")
    return found


@pytest.fixture
def secretariat_client(secretariat: facts.User, sign_in: Any) -> Client:
    """A browser in which the secretariat is signed in."""
    found: Client = sign_in(secretariat)
    return found


def bring_in(content: bytes, by: facts.User) -> Plan:
    """Bring a workbook in, and read the draft from the database."""
    made = importing.bring_in(content, by=by, now=timezone.now())
    return Plan.objects.get(pk=made.pk)


def published(name: str, by: facts.User) -> Plan:
    """Return an invented plan that readers see."""
    return plans.publish(bring_in(workbook(table(name)), by), by=by, now=timezone.now())


def row_counts() -> dict[str, int]:
    """Return how many rows there are of whatever a plan is made of."""
    return {model.__name__: model.objects.count() for model in layout.SHEETS}


def cells(content: bytes) -> dict[str, list[list[Any]]]:
    """Return what a workbook says, by sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in book}


# --- Any plan -------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_plan_of_any_numbering_gets_every_page_a_round_and_a_report(
    name: str, secretariat: facts.User, client: Client, tmp_path: Path
) -> None:
    plan = published(name, secretariat)
    label = sample_plans.rows_of(name)[-1]["label"]
    pages = [
        reverse("actions:plan", args=[plan.slug]),
        reverse("actions:action-list", args=[plan.slug]) + "?section=1",
        reverse("actions:action", args=[plan.slug, label]),
        reverse("actions:actor-list", args=[plan.slug]),
        reverse("actions:actor", args=[plan.slug, "sample-service-1"]),
        reverse("actions:theme", args=[plan.slug, "sample-theme"]),
        reverse("actions:action-export", args=[plan.slug, "xlsx"]),
    ]
    assert [client.get(page).status_code for page in pages] == [200] * len(pages)
    assert plan.actions.count() == 30
    shown = client.get(pages[0]).content.decode()
    assert Section.objects.get(plan=plan, number=1).shown in shown

    given = ReportingRound(
        plan=plan, year=2026, reference_date=date(2026, 12, 31), opens_on=date(2026, 1, 1),
        deadline=date(2027, 2, 1), closes_on=date(2027, 3, 1),
    )  # fmt: skip
    opened = rounds.open(
        rounds.save(given, by=secretariat, now=timezone.now()), by=secretariat, now=timezone.now()
    )
    assert opened.entries.count() == 30
    out = tmp_path / "report.html"
    call_command("build_report", plan.slug, "2026", language="fr", format="html", output=str(out))
    report = out.read_text(encoding="utf-8")
    assert label in report
    assert f"Sample section {sample_plans.rows_of(name)[0]['section_label']}" in report


@pytest.mark.parametrize("slug", ["nap1", "nap2"])
@pytest.mark.slow
def test_a_plan_goes_out_and_in_again_without_loss(
    slug: str, secretariat: facts.User, make_actor: Any
) -> None:
    seat = make_actor("seat")
    facts.Membership.objects.update(actor=seat)
    with translation.override("nl"):
        before = writing.of_plan(Plan.objects.get(slug=slug))
        Actor.objects.update(parent=None)
        Action.objects.filter(parent__isnull=False).delete()
        for model in reversed(layout.ORDER):
            rows = model.objects.exclude(pk=seat.pk) if model is Actor else model.objects.all()
            kept = model is Source
            (rows.exclude(pk=seat.source_id) if kept else rows).delete()
        made = bring_in(before, secretariat)

        after = writing.of_plan(made)

    assert cells(after) == cells(before)


def test_the_words_of_another_language_are_understood(secretariat: facts.User) -> None:
    with translation.override("de"):
        parsed = importing.look(workbook(table("letters"), "nl"))

    assert parsed.faults == []


@pytest.mark.parametrize("code", ["en", "fr", "nl", "de"])
def test_each_sheet_heading_and_word_means_one_thing(code: str) -> None:
    sheets = [sheet.as_read() for sheet in layout.sheets()]
    titles = [title for sheet in sheets for title in sheet.titles]
    assert sorted(titles) == sorted(set(titles))
    for sheet, known in zip(layout.sheets(), sheets, strict=True):
        headings = [heading for column in known.columns for heading in column.headings]
        assert sorted(headings) == sorted(set(headings)), sheet.title
        for column in sheet.columns:
            with translation.override(code):
                for choice, words in column.choices:
                    assert column.codes[fold(str(words))] == choice


def test_the_template_can_be_uploaded_as_it_is_and_says_what_is_missing() -> None:
    for code in ("nl", "fr", "de", "en"):
        with translation.override(code):
            content = writing.template()
        parsed = importing.look(content)
        assert [(fault.row, fault.message) for fault in parsed.faults] == [
            (None, "Describe one plan, in one row.")
        ]


# --- Drafts -----------------------------------------------------------------------------


@pytest.mark.slow
def test_nobody_but_the_secretariat_sees_a_draft(
    secretariat: facts.User, secretariat_client: Client, client: Client
) -> None:
    before = client.get("/en/plans/nap2/themes/").content
    sources = client.get("/en/method/").content
    plan = bring_in(workbook(table("letters")), secretariat)
    pages = [
        f"/en/plans/{plan.slug}/",
        f"/en/plans/{plan.slug}/actions/",
        f"/en/plans/{plan.slug}/actions.json",
        f"/en/plans/{plan.slug}/actions/A.1/",
        f"/en/plans/{plan.slug}/actors/",
        f"/en/plans/{plan.slug}/actors/sample-service-1/",
        f"/en/plans/{plan.slug}/themes/",
        f"/en/plans/{plan.slug}/themes/sample-theme/",
        f"/en/plans/{plan.slug}/reports/",
        "/en/plans/nap2/actors/sample-service-1/",
        "/en/plans/nap2/themes/sample-theme/",
    ]

    assert [client.get(page).status_code for page in pages] == [404] * len(pages)
    assert [secretariat_client.get(page).status_code for page in pages] == [200] * len(pages)
    assert b"A draft: readers do not see this plan" in secretariat_client.get(pages[0]).content
    assert client.get("/en/plans/nap2/themes/").content == before
    assert client.get("/en/method/").content == sources
    found = client.get("/en/search/?q=sample").content.decode()
    assert "sample-service-1" not in found
    for page in ("/sitemap.xml", "/en/", "/en/about/", "/en/method/", "/en/plans/nap2/"):
        assert plan.slug not in client.get(page).content.decode()


def test_a_draft_takes_no_round_and_lends_no_body(secretariat: facts.User, nap2: Plan) -> None:
    plan = bring_in(workbook(table("letters")), secretariat)
    given = ReportingRound(
        plan=plan, year=2026, reference_date=date(2026, 12, 31), opens_on=date(2026, 1, 1),
        deadline=date(2027, 2, 1), closes_on=date(2027, 3, 1),
    )  # fmt: skip
    with pytest.raises(ValidationError) as caught:
        rounds.save(given, by=secretariat, now=timezone.now())
    assert caught.value.message_dict == {
        "plan": ["Readers do not see this plan yet: publish it first."]
    }

    held = facts.Responsibility(
        action=nap2.actions.first(),
        actor=Actor.objects.get(slug="sample-service-1"),
        role="partner",
        source=nap2.source,
    )
    with pytest.raises(ValidationError) as caught:
        held.full_clean()
    assert "actor" in caught.value.message_dict


def test_publishing_shows_what_came_with_the_plan(secretariat: facts.User, client: Client) -> None:
    plan = published("letters", secretariat)

    assert client.get(f"/en/plans/{plan.slug}/actors/sample-service-1/").status_code == 200
    for model in (Actor, Theme, Source):
        assert not model.objects.filter(draft_of__isnull=False).exists()
    assert facts.Plan.history.filter(id=plan.pk).count() == 2


@pytest.mark.slow
def test_a_removed_draft_leaves_nothing_and_what_another_needs_stays(
    secretariat: facts.User,
) -> None:
    before = row_counts()
    first = bring_in(workbook(table("letters")), secretariat)
    second = bring_in(workbook(table("roman")), secretariat)

    plans.discard(first, by=secretariat, now=timezone.now())
    assert Actor.objects.filter(draft_of=second).count() == 4
    plans.discard(second, by=secretariat, now=timezone.now())

    assert row_counts() == before


def test_a_workbook_takes_the_place_of_its_draft(secretariat: facts.User) -> None:
    bring_in(workbook(table("letters")), secretariat)
    counted = row_counts()
    changed = table("letters")
    changed[Action][0]["title_fr"] = "Un autre titre"

    made = bring_in(workbook(changed), secretariat)

    assert row_counts() == counted
    assert made.actions.get(label="A.1").title_fr == "Un autre titre"


# --- What is wrong with a workbook ------------------------------------------------------


def doubled(given: sample_plans.Table) -> None:
    given[Action].append(dict(given[Action][0]))


def later(given: sample_plans.Table) -> None:
    given[Action][0]["parent"] = "I.2"


def nowhere(given: sample_plans.Table) -> None:
    given[Action][1]["section"] = "9"


def as_text(given: sample_plans.Table) -> None:
    given[Action][1]["period_end"] = "31/12/2027"


def small(given: sample_plans.Table) -> None:
    given[Action][1]["label"] = "i.2"


def unknown(given: sample_plans.Table) -> None:
    given[facts.Responsibility][0]["actor"] = "nobody"


def backwards(given: sample_plans.Table) -> None:
    given[facts.Plan][0]["valid_to"] = date(2020, 1, 1)


def deep(given: sample_plans.Table) -> None:
    rows = given[Action]
    child = next(row for row in rows if row["parent"])
    rows.append(dict(child, label="I.3.9", parent=child["label"]))


def two_plans(given: sample_plans.Table) -> None:
    given[facts.Plan].append(dict(given[facts.Plan][0], slug="other"))


def control(given: sample_plans.Table) -> None:
    given[Action][1]["title_fr"] = "Un titre \u202e renversé"


def taken(given: sample_plans.Table) -> None:
    given[facts.Plan][0]["slug"] = "nap2"


def formula(given: sample_plans.Table) -> None:
    given[Action][1]["title_fr"] = "=1+1"


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (doubled, ("Actions", 32, "A: Number"), "The same stands in row 2 already."),
        (
            later,
            ("Actions", 2, "C: Sub-action of"),
            "“I.2” stands further down, in row 3. Put it above this row.",
        ),
        (
            nowhere,
            ("Actions", 3, "A: Section"),
            "Nothing on the sheet “Sections” is called “9”.",
        ),
        (
            as_text,
            ("Actions", 3, "F: Period ends"),
            "Here stands a text; enter a date in a cell with the format of dates.",
        ),
        (
            small,
            ("Actions", 3, "C: Number"),
            "Enter a number such as 22, 22.1, 18A, A.1, I.3.2 or US0113.",
        ),
        (
            unknown,
            ("Responsibilities", 2, "B: Actor"),
            "Nothing on the sheet “Actors” is called “nobody”.",
        ),
        (backwards, ("Plan", 2, ""), "The period ends before it starts."),
        (
            deep,
            ("Actions", 32, "B: Sub-action of"),
            "A sub-action belongs to a numbered action.",
        ),
        (two_plans, ("Plan", 3, ""), "Describe one plan, in one row."),
        (
            control,
            ("Actions", 3, "D: Title (French)"),
            "Leave out control characters and characters that have no fixed meaning.",
        ),
        (
            taken,
            ("Plan", 2, "A: Key in addresses"),
            "The site has a plan with this key already. Choose another key.",
        ),
        (
            formula,
            ("Actions", 3, "D: Title (French)"),
            "Here stands a formula. Copy the column and paste its values.",
        ),
    ],
)
def test_what_is_wrong_is_told_by_place_and_nothing_is_made(
    change: Callable[[sample_plans.Table], None],
    place: tuple[Any, ...],
    words: str,
    secretariat_client: Client,
) -> None:
    given = table("roman")
    change(given)
    before = row_counts()

    page = upload(secretariat_client, workbook(given, "en"))

    found = [(f.sheet, f.row, f.column, f.message) for f in page.context["faults"]]
    assert (place[0], place[1]) in {(sheet, row) for sheet, row, *_rest in found}
    assert words in {message for *_place, message in found}
    assert place[2].partition(": ")[2] in {
        column.partition(": ")[2] for _s, _r, column, _m in found
    }
    assert words in page.content.decode().replace("&#x27;", "'")
    assert row_counts() == before


@pytest.mark.parametrize(
    "row",
    [
        Section(number=0, title_en="x"),
        Section(number=1),
        Plan(valid_from=date(2025, 1, 1), valid_to=date(2024, 1, 1)),
        Plan(title_en="x", valid_from=date(2025, 1, 1)),
        facts.Classification(scheme="sdg", number=18, basis="editors"),
        facts.Classification(scheme="pillar", number=3, basis="source"),
        Action(title_en="x", other_title="y", period_kind="nonsense", nature=""),
    ],
)
def test_a_condition_is_judged_as_the_database_judges_it(row: Any) -> None:
    checks = [c for c in type(row)._meta.constraints if isinstance(c, CheckConstraint)]  # noqa: SLF001
    assert checks
    for check in checks:
        assert (conditions.met(check.condition, row) is not False) == is_met(check, row)


def is_met(check: CheckConstraint, row: Any) -> bool:
    """Ask the database whether a row meets a constraint."""
    try:
        check.validate(type(row), row)
    except ValidationError:
        return False
    return True


def test_what_hangs_on_a_wrong_row_is_not_told_again() -> None:
    given = table("roman")
    as_text(given)

    found = importing.look(workbook(given, "en")).faults

    assert [(fault.sheet, fault.row) for fault in found] == [("Actions", 3)]


# --- The pages ----------------------------------------------------------------------------


def upload(client: Client, content: bytes, path: str = IMPORT) -> Any:
    """Upload a workbook to look at what it would make."""
    file = SimpleUploadedFile("plan.xlsx", content)
    return client.post(path, {"workbook": file, "act": "look"})


def test_a_workbook_is_looked_at_then_made(secretariat_client: Client) -> None:
    before = row_counts()
    page = upload(secretariat_client, workbook(table("codes")))
    assert row_counts() == before
    assert page.context["counts"][1] == {"title": "Actions", "new": 30, "used": 0}

    done = secretariat_client.post(IMPORT, {"book": page.context["book"], "act": "do"})

    assert done["Location"] == "/en/secretariat/plans/draft/sample-codes/"
    shown = secretariat_client.get(done["Location"]).content.decode()
    assert "Sample sample-service-1" in shown
    assert Plan.objects.get(slug="sample-codes").is_published is False


def test_a_refused_file_is_told_at_the_field_in_the_readers_language(
    secretariat_client: Client,
) -> None:
    page = upload(secretariat_client, b"no workbook", "/nl/secretariat/plans/import/")
    assert page.context["form"].errors == {
        "workbook": ["Dit bestand is geen werkmap. Kies er een die als .xlsx is opgeslagen."]
    }

    page = upload(secretariat_client, bytes(40_000_000))
    assert page.context["form"].errors == {
        "workbook": ["The file is too large (38.1\xa0MB; at most 1.4\xa0MB)."]
    }


def test_what_is_sent_in_place_of_a_workbook_makes_nothing(secretariat_client: Client) -> None:
    before = row_counts()
    for book in ("", "é", "AAAA"):
        done = secretariat_client.post(IMPORT, {"book": book, "act": "do"})
        assert done["Location"] == IMPORT
    assert row_counts() == before


def test_a_plan_is_made_on_the_site_and_published_once_it_has_an_action(
    secretariat_client: Client,
) -> None:
    typed = {"slug": "own", "title_fr": "Un plan", "valid_from": "2026-01-01"}
    done = secretariat_client.post("/en/secretariat/plans/new/", typed)
    assert done["Location"] == "/en/secretariat/plans/draft/own/"
    made = Plan.objects.get(slug="own")
    assert (made.is_published, made.title, made.source.key) == (False, "Un plan", "secretariat")

    publish = "/en/secretariat/plans/draft/own/publish/"
    page = secretariat_client.post(publish, follow=True)
    assert "The plan has no action yet." in page.content.decode()
    Action.objects.create(
        plan=made, label="A.1", position=1, title_fr="Une action", title_source=made.source
    )
    assert secretariat_client.post(publish)["Location"] == "/en/secretariat/plans/"
    assert Client().get("/fr/plans/own/actions/A.1/").status_code == 200
    assert secretariat_client.get(publish).status_code == 404


def test_a_plan_that_cannot_be_made_keeps_what_was_typed(secretariat_client: Client) -> None:
    typed = {"slug": "nap2", "title_fr": "", "title_nl": ""}
    page = secretariat_client.post("/en/secretariat/plans/new/", typed)

    assert page.status_code == 200
    assert page.context["form"].errors["slug"] == [
        "Plan with this Key in addresses already exists."
    ]
    assert page.context["form"]["slug"].value() == "nap2"


@pytest.mark.slow
def test_a_draft_costs_the_same_whatever_it_holds(
    secretariat: facts.User, secretariat_client: Client
) -> None:
    few, whole = table("letters"), table("letters")
    for model in (Action, facts.Responsibility, facts.ActionTheme):
        few[model] = [row for row in few[model] if "A.2" in row.values()]
    counts = []
    for given in (few, few, whole):  # the first time a session begins
        bring_in(workbook(given), secretariat)
        with CaptureQueriesContext(connection) as found:
            secretariat_client.get("/en/secretariat/plans/draft/sample-letters/")
        counts.append(len(found))

    assert counts[1] == counts[2]
