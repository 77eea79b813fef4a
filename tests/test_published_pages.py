"""The pages for readers once reports are published: what they say of them, and nothing newer."""

import csv
import io
import re
from datetime import date, timedelta
from html import unescape

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import formats, timezone, translation

from actions import dictionary
from actions.models import Action, Override, PublishedAction, PublishedRound, ReportingRound, Theme
from actions.services import plan as service
from actions.services import rounds
from actions.views import plan as overview
from actions.views import presentation
from document import selection
from document.snapshot import Entry, Text
from reports import archive, readiness
from reports.models import Edition
from reports.services import editions
from tests.follow_up import NOW
from tests.published import NOTE, SECRETS, Story, at_work, publish

pytestmark = pytest.mark.django_db
PLAN = "plans/small"
MARK = "Sample data: no real entries."
PAGES = ("", "actions/", "actions/1/", "actors/small-ministry/")


@pytest.fixture(autouse=True)
def _nothing_read() -> None:
    archive.read.cache_clear()


def text_of(response) -> str:
    body = re.sub(r"<(script|style|head).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def words(client: Client, path: str, language: str = "en") -> str:
    response = client.get(f"/{language}/{PLAN}/{path}")
    assert response.status_code == 200
    return text_of(response)


def listed(response) -> list[str]:
    return re.findall(r'<span class="label[^"]*">([^<]+)<', response.content.decode())


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        client.get(f"/en/{PLAN}/{path}")
    return len(found)


# --- The overview ---------------------------------------------------------------------


def tiles(html: str) -> dict[str, str]:
    """Return the classes of the tiles of the board by label."""
    board = html[html.index('id="board-title"') : html.index('id="changes-title"')]
    found = re.findall(r'<a class="(tile[^"]*)" href="[^"]*/actions/([^/]+)/"', board)
    return {label: classes for classes, label in found}


def test_the_board_is_coloured_and_marked_by_status(client: Client, story: Story) -> None:
    html = client.get(f"/en/{PLAN}/").content.decode()
    assert tiles(html) == {
        "1": "tile tile--done",
        "2": "tile tile--in_progress",
        "3": "tile tile--not_started",
        "5": "tile tile--partly_done",
        **dict.fromkeys("46789", "tile tile--not_reported"),
    }
    tile = re.search(r'<a class="tile tile--done" .*?</a>', html, re.DOTALL)
    assert tile is not None
    assert "icons.svg#done" in tile[0]
    assert "Fully carried out" in re.sub(r"<[^>]+>", "", tile[0])
    assert "No progress report has been published" not in html


def test_the_overview_shows_the_published_figures_with_their_formulas(
    client: Client, story: Story
) -> None:
    found = words(client, "")
    snapshot = story.second.snapshot
    for figure in snapshot.figures:
        number = f"{figure.part} of {figure.whole}"
        past = selection.share_before(snapshot, figure.code)
        assert past is not None
        before = f"2024: {past.part} of {past.whole}"
        assert f"{figure.titles['en']} {number} {before} {figure.formulas['en']}" in found
    assert "Situation on 31 December 2025, according to the progress report 2025" in found
    assert "Fully carried out 1 " in found
    assert f'href="/en/{PLAN}/reports/2025/"' in client.get(f"/en/{PLAN}/").content.decode()


def test_the_overview_draws_the_levels_and_the_years_with_the_figures_of_the_report(
    client: Client, story: Story
) -> None:
    found = words(client, "")
    snapshot = story.second.snapshot
    for level, counts in selection.level_counts(snapshot):
        name = next(term.words["en"] for term in snapshot.levels if term.code == level)
        tally = dict(counts)
        total = sum(tally.values())
        cells = [str(tally[code]) for code in selection.ORDER if code in tally]
        row = re.search(rf"{name} ((?:\d+ )+){total} ", found)
        assert row is not None, name
        assert [cell for cell in row[1].split() if cell != "0"] == cells
    rows = {figure.titles["en"]: figure.percent for figure in snapshot.figures}
    table = found[found.index("Key figure 2024 2025") :]
    for title, share in rows.items():
        past = selection.share_before(snapshot, next(
            figure.code for figure in snapshot.figures if figure.titles["en"] == title
        ))  # fmt: skip
        assert past is not None
        assert f"{title} {past.percent}% {share}%" in table
    first = words(client, "?year=2024")
    assert "Key figure 2024" not in first
    assert "Status by level of government" in first


def test_the_overview_says_what_it_is_for_and_when_the_next_report_is_due(
    client: Client, story: Story
) -> None:
    page = words(client, "")
    assert "Here parliaments, organisations, journalists and every citizen can look up" in page
    assert "The next report" not in page
    given = at_work(story)
    with time_machine.travel(NOW):
        page = words(client, "")
    assert (
        f"The follow-up 2026 is running: the organisations responsible report until "
        f"{formats.date_format(given.deadline)}. The next report will show the situation on "
        f"31 December 2026." in page
    )
    rounds.close(given, by=story.by, now=NOW)
    assert "The entries of the follow-up 2026 have come in and are being reviewed." in words(
        client, ""
    )


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"deadline": -1, "closes_on": 9}, "; late entries still come in until"),
        ({"deadline": -9, "closes_on": -1}, "; the report is being prepared."),
    ],
)
def test_after_the_deadline_the_overview_says_that_it_was(
    client: Client, story: Story, days: dict[str, int], said: str
) -> None:
    given = at_work(story)
    today = timezone.localdate()
    values = {name: today + timedelta(days=number) for name, number in days.items()}
    ReportingRound.objects.filter(pk=given.pk).update(opens_on=date(2020, 1, 1), **values)
    page = words(client, "")
    was = formats.date_format(values["deadline"])
    assert f"The deadline of the follow-up 2026 was {was}{said}" in page
    assert "is running" not in page


def test_what_the_plan_changed_since_the_report_is_said_beside_its_figures(
    client: Client, story: Story
) -> None:
    plan = story.scene.plan
    said = "The plan was amended since that report."
    assert [said in words(client, path) for path in ("", "actions/")] == [False, False]
    plan.actions.filter(label="9").update(valid_to=date(2020, 1, 1))
    for path in ("", "actions/"):
        page = words(client, path)
        assert f"{said} Without 1 action or sub-action that was withdrawn since" in page
        assert "added since" not in page


def test_a_planned_round_is_no_business_of_readers(client: Client, story: Story) -> None:
    ReportingRound.objects.create(
        plan=story.scene.plan, year=2027, opens_on=date(2028, 1, 1), deadline=date(2028, 2, 1),
        closes_on=date(2028, 3, 1), reference_date=date(2027, 12, 31),
    )  # fmt: skip
    assert "2027" not in words(client, "")


def test_the_overview_shows_what_changed_since_the_report_before(
    client: Client, story: Story
) -> None:
    html = client.get(f"/en/{PLAN}/").content.decode()
    part = html[html.index('id="changes-title"') : html.index('id="ways-title"')]
    groups = re.findall(r"<dt>(.*?)\s*<strong>.*?</dt>\s*<dd>(.*?)</dd>", part, re.DOTALL)
    found = {head.strip(): re.findall(r"/actions/([^/]+)/", tiles_) for head, tiles_ in groups}
    # What is completed stands in both groups: it is said beside the movement.
    assert found == {
        "Moved up": ["1", "2"], "Moved back": ["3"], "Carried out or applied since 2024": ["1"]
    }  # fmt: skip
    assert "What changed since 2024" in part
    assert f'href="/en/{PLAN}/reports/compare/?from=2024&amp;to=2025"' in part


def test_what_changed_counts_sub_actions_beside_the_actions() -> None:
    tiles = [
        {"key": "22", "is_sub_action": False},
        {"key": "22.1", "is_sub_action": True},
        {"key": "22.2", "is_sub_action": True},
    ]
    facts = {"changes": {"moved_up": ["22", "22.1", "22.2"]}, "previous_year": 2024}
    (group,) = overview.changes(facts, tiles)
    assert (group["count"], group["sub_count"]) == (1, 2)


def test_silence_and_what_the_secretariat_set_are_no_movement_on_the_overview(
    client: Client, story: Story
) -> None:
    # As it is not published, what was accepted can be taken out again.
    story.withdraw(story.second)
    entry = story.second.round.entries.get(responsibility__action__label="3")
    story.scene.send_back(entry, by="chair")
    Override.objects.create(
        round=story.second.round, action=story.scene.plan.actions.get(label="5"),
        status="in_progress", reason_nl="Er is een beslissing.", reason_fr="Une décision existe.",
        by=story.by, institution=story.scene.actors["office"], at=NOW,
    )  # fmt: skip
    story.correct()
    html = client.get(f"/en/{PLAN}/").content.decode()
    part = html[html.index('id="changes-title"') : html.index('id="ways-title"')]
    assert re.findall(r"<dt>\s*(.*?)\s*<strong>(\d+)</strong>\s*</dt>", part) == [
        ("Moved up", "2"),
        ("Carried out or applied since 2024", "1"),
        ("Less information than in 2024", "1"),
        ("Reassessed", "1"),
    ]
    assert "In 2024 In progress Less information than in 2024" in words(client, "actions/3/")
    assert (
        "In 2024 Partly carried out Reassessed the secretariat set, changed or lifted a status"
    ) in words(client, "actions/5/")


def test_an_earlier_year_can_be_looked_at(client: Client, story: Story) -> None:
    for path in ("", "actions/", "actions/1/", "actors/small-ministry/"):
        assert "31 December 2024" in words(client, f"{path}?year=2024") or "2024:" in words(
            client, f"{path}?year=2024"
        )
    html = client.get(f"/en/{PLAN}/?year=2024").content.decode()
    assert 'class="tile tile--in_progress" href="/en/plans/small/actions/1/"' in html
    assert "changes-title" not in html
    assert words(client, "?year=1999") == words(client, "")


@pytest.mark.postgresql
def test_an_action_that_came_later_stands_on_the_board_without_a_status(
    client: Client, story: Story
) -> None:
    new = Action(plan=story.scene.plan, position=99, label="99", title_en="New")
    new.title_source = story.scene.source
    service.save(new, by=None)
    html = client.get(f"/en/{PLAN}/").content.decode()
    assert tiles(html)["99"] == "tile"
    assert "not in this report" in html
    assert "The progress report 2025 does not cover this action." in words(client, "actions/99/")
    assert "not in this report" in words(client, "actions/?q=99")


# --- The list and its downloads ---------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("status=done", "1"),
        ("status=in_progress", "2"),
        ("status=continuous", ""),
        ("status=not_reported", "4 6 7 8 9"),
        ("status=in_progress&year=2024", "1 3"),
        ("status=done&year=2024", ""),
        ("status=done&year=1999", "1"),
        ("status=nonsense", "1 2 3 4 5 6 7 8 9"),
        ("overdue=yes", "2"),
        ("overdue=no", "1 3 4 5 6 7 8 9"),
        ("overdue=yes&status=done", ""),
        ("sort=status", "3 2 5 1 4 6 7 8 9"),
        ("sort=-status", "4 6 7 8 9 1 5 2 3"),
    ],
)
def test_the_list_and_its_downloads_are_filtered_by_published_status(
    client: Client, story: Story, query: str, labels: str
) -> None:
    PublishedAction.objects.filter(action__label="2", shown__year=2025).update(overdue=True)
    wanted = labels.split()
    page = client.get(f"/en/{PLAN}/actions/?{query}")
    assert listed(page) == wanted
    assert "not narrowed by status" not in text_of(page)
    rows = client.get(f"/en/{PLAN}/actions.json?{query}").json()["actions"]
    assert [row["label"] for row in rows] == sorted(wanted)


@pytest.mark.postgresql
def test_continuous_actions_have_a_word_and_a_filter_of_their_own(
    client: Client, story: Story
) -> None:
    rows = PublishedAction.objects.filter(action__label="2", shown__year=2025)
    rows.update(nature="continuous")
    assert listed(client.get(f"/en/{PLAN}/actions/?status=continuous")) == ["2"]
    assert listed(client.get(f"/en/{PLAN}/actions/?status=in_progress")) == []
    assert "Applied continuously" in words(client, "actions/?q=Action 2")


def test_the_list_shows_the_status_of_each_action_in_words(client: Client, story: Story) -> None:
    found = words(client, "actions/", "fr")
    assert "Intégralement exécutée" in found
    html = client.get(f"/en/{PLAN}/actions/").content.decode()
    assert html.count('class="status status--') == 9
    for name in ("status", "overdue", "year"):
        assert f'id="filter-{name}"' in html


def test_before_any_report_the_list_has_no_column_and_no_filter_for_it(client: Client) -> None:
    html = client.get("/en/plans/nap2/actions/").content.decode()
    assert 'id="filter-status"' not in html
    assert "col-status" not in html
    assert "published yet" in text_of(client.get("/en/plans/nap2/actions/?overdue=yes"))


def test_downloads_hold_the_published_status(client: Client, story: Story) -> None:
    row = client.get(f"/en/{PLAN}/actions.json").json()["actions"][0]
    said = {name: row[name] for name in list(row)[-8:]}
    assert said == {
        "status": "done",
        "overdue": False,
        "entries_expected": 1,
        "entries_accepted": 1,
        "movement": "moved_up",
        "report_year": 2025,
        "report_edition": 1,
        "report_is_sample": False,
    }
    columns = [column.name for column in dictionary.action_columns()]
    assert columns[-8:] == list(said)
    text = client.get(f"/en/{PLAN}/actions.csv").content.decode()
    line = next(csv.DictReader(io.StringIO(text, newline="")))
    assert [line[name] for name in said] == [
        "done", "false", "1", "1", "moved_up", "2025", "1", "false",
    ]  # fmt: skip
    content = client.get(f"/en/{PLAN}/actions.xlsx").content
    head, first, *_ = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values
    assert dict(zip(head, first, strict=True)) | said == dict(zip(head, first, strict=True))
    older = client.get(f"/en/{PLAN}/actions.json?year=2024").json()["actions"][0]
    assert (older["status"], older["report_year"], older["movement"]) == ("in_progress", 2024, None)


# --- An action ------------------------------------------------------------------------------


def test_an_action_shows_its_status_and_why(client: Client, story: Story) -> None:
    found = words(client, "actions/1/")
    assert "Fully carried out 1 of 1 actor reported" in found
    assert (
        "Why this status? Every actor has fully carried out its part. "
        "Counted Ministry : Fully carried out In 2024 In progress Moved up "
        "Carried out or applied since 2024"
    ) in found
    assert "Among those who reported both times" not in found
    silent = words(client, "actions/4/")
    assert "No update received 0 of 1 actor reported" in silent
    assert "Missing: no accepted entry Old" in silent
    nobody = words(client, "actions/7/")
    assert "no entry is expected" in nobody


def test_an_override_shows_both_values_its_reason_and_who_made_it(
    client: Client, story: Story
) -> None:
    scene = story.scene
    Override.objects.create(
        round=story.second.round, action=scene.plan.actions.get(label="4"), status="in_progress",
        reason_nl="Er is een beslissing.", reason_fr="Une décision existe.", by=story.by,
        institution=scene.actors["office"], at=NOW,
    )  # fmt: skip
    story.correct()
    found = words(client, "actions/4/", "fr")
    assert "Une décision existe." in found
    assert "Er is een beslissing." not in found
    english = words(client, "actions/4/")
    assert "The secretariat set this status (Office)" in english
    assert (
        "Set by the secretariat In progress Follows from the entries No update received" in english
    )


def test_an_action_shows_what_moved_behind_a_status_that_was_set(
    client: Client, story: Story
) -> None:
    Override.objects.create(
        round=story.second.round, action=story.scene.plan.actions.get(label="2"),
        status="not_started", reason_nl="Er is een beslissing.", reason_fr="Une décision existe.",
        by=story.by, institution=story.scene.actors["office"], at=NOW,
    )  # fmt: skip
    story.correct()
    cause = "the secretariat set, changed or lifted a status"
    said = f"Moved up {cause} Among those who reported both times: Not started → In progress"
    assert f"In 2024 Not started {said}" in words(client, "actions/2/")
    assert f"In 2024 Not started {said}" in words(client, "reports/2025/e2/actions/2/")


def test_an_action_keeps_what_was_published_of_it_under_another_number(
    client: Client, story: Story
) -> None:
    row = story.scene.plan.actions.get(label="2")
    service.save(row, by=None)
    row.label = "22"
    service.save(row, by=None)
    assert tiles(client.get(f"/en/{PLAN}/").content.decode())["22"] == "tile tile--in_progress"
    assert "In 2024 Not started Moved up" in words(client, "actions/22/")
    story.correct()
    assert tiles(client.get(f"/en/{PLAN}/").content.decode())["22"] == "tile tile--in_progress"
    found = words(client, "actions/22/")
    assert "In progress 1 of 1 actor reported" in found
    assert "In 2024 Not started Moved up" in found


def test_an_action_shows_its_actors_by_year(client: Client, story: Story) -> None:
    html = client.get(f"/en/{PLAN}/actions/1/").content.decode()
    table = re.search(r'<table class="matrix">.*?</table>', html, re.DOTALL)
    assert table is not None
    assert re.findall(r'<th scope="col">(\d+)</th>', table[0]) == ["2024", "2025"]
    cells = re.findall(r"<td(.*?)>(.*?)</td>", table[0], re.DOTALL)
    assert [(("past" in kind), re.sub(r"<[^>]+>", "", cell).strip()) for kind, cell in cells] == [
        (True, "In progress"),
        (False, "Fully carried out"),
    ]


def test_an_action_shows_the_texts_of_this_year_with_their_language(
    client: Client, story: Story
) -> None:
    html = " ".join(client.get(f"/en/{PLAN}/actions/1/").content.decode().split())
    assert '<div class="measure" lang="nl"><p>De wet <strong>staat</strong>' in html
    assert "&lt;b&gt;niet vet&lt;/b&gt;" in html
    assert "original in Dutch" in html
    assert 'href="https://example.org/wet" rel="nofollow noopener noreferrer" lang="nl"' in html
    assert "Law or regulation" in html
    assert "Het ontwerp van 2024." not in html
    french = client.get(f"/fr/{PLAN}/actions/1/").content.decode()
    assert '<div class="measure" lang="fr"><p>La loi est au Moniteur.</p>' in french


def test_why_finished_work_was_taken_up_again_is_told_before_anything_else() -> None:
    said = Entry(
        "ministry", "lead", expected=True, texts={"done": Text("en", "A second edition.")},
        reopened=Text("nl", "Er komt een tweede uitgave."),
    )  # fmt: skip
    with translation.override("en"):
        first, second = presentation.texts(said)
    assert (first["heading"], first["original"]) == ("Taken up again because", "original in Dutch")
    assert "Er komt een tweede uitgave." in first["html"]
    assert "A second edition." in second["html"]


def test_an_action_leads_to_its_earlier_years(client: Client, story: Story) -> None:
    html = client.get(f"/en/{PLAN}/actions/1/").content.decode()
    assert f'href="/en/{PLAN}/reports/2024/e1/actions/1/">2024</a>' in html
    assert f'href="/en/{PLAN}/reports/2025/e1/actions/1/"' in html


def test_an_actor_is_called_as_it_was_in_the_year_of_the_report(
    client: Client, story: Story
) -> None:
    name = story.scene.actors["ministry"].names.get()
    name.name_en = "Department"
    name.save()
    html = client.get(f"/en/{PLAN}/actions/1/").content.decode()
    assert re.search(r'<h3 id="voice-small-ministry" lang="en">Ministry</h3>', html)


# --- An actor, a theme ------------------------------------------------------------------------


def test_an_actor_shows_what_it_reported_over_the_years(client: Client, story: Story) -> None:
    found = words(client, "actors/small-ministry/")
    assert "In the progress report 2025: 1 of 2 entries received." in found
    assert "Fully carried out 1" in found
    assert "2025 Fully carried out 2024 In progress" in found
    older = words(client, "actors/small-ministry/?year=2024")
    assert "In the progress report 2024: 1 of 2 entries received." in older


def test_a_body_that_only_has_bodies_below_it_leads_to_what_the_report_says_of_them(
    client: Client, story: Story
) -> None:
    shown = PublishedRound.objects.get(plan__slug="small", year=2025)
    shown.facts["actors"]["small-ministry"]["parent"] = "fps-justice"
    shown.save()
    page = client.get("/en/plans/small/actors/fps-justice/").content.decode()
    assert "In the progress report 2025 no entry was expected of it." in page
    assert '<a href="/en/plans/small/reports/2025/e1/actors/fps-justice/">' in page


def test_an_actor_leads_to_all_that_was_reported_on_its_actions(
    client: Client, story: Story
) -> None:
    page = client.get(f"/en/{PLAN}/actors/small-ministry/").content.decode()
    assert "All that was reported on its actions, in full:" in page
    for name in ("pdf", "docx", "html"):
        address = f"/en/plans/small/dossier/?actor=small-ministry&amp;format={name}"
        assert f'href="{address}"' in page
    told = client.get(f"/en/{PLAN}/dossier/?actor=small-ministry&format=html")
    assert told.status_code == 200


def test_an_action_is_cited_with_the_report_that_its_status_is_from(
    client: Client, story: Story
) -> None:
    cited = words(client, "actions/1/").split("How to cite")[1]
    assert "edition 1: situation on 31 December 2025. NAP monitor, consulted on" in cited


def test_an_actor_leads_to_what_the_report_says_of_it_only_where_it_does(
    client: Client, story: Story
) -> None:
    extract = "/en/plans/small/reports/2025/e1/actors/small-ministry/"
    page = client.get("/en/plans/small/actors/small-ministry/").content.decode()
    assert f'<a href="{extract}">' in page
    assert client.get(extract).status_code == 200
    silent = client.get("/en/plans/small/actors/fps-justice/")
    assert "In the progress report 2025 no entry was expected of it." in text_of(silent)
    assert "/reports/2025/e1/actors/" not in silent.content.decode()


def test_a_theme_shows_the_status_of_its_actions(client: Client, story: Story) -> None:
    theme = Theme.objects.get(slug="smes")
    for label in ("1", "4"):
        story.scene.plan.actions.get(label=label).theme_links.create(
            theme=theme, source=story.scene.source, basis="editors"
        )
    found = words(client, f"themes/{theme.slug}/")
    assert "Action 1 ° (working translation) Status Fully carried out" in found
    assert "Action 4 ° (working translation) Status No update received" in found


# --- What changes, and when -------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_a_publication_and_a_withdrawal_show_at_once(
    client: Client, story: Story, page: str
) -> None:
    before = words(client, page)
    assert "2025" in before
    story.withdraw(story.second)
    gone = words(client, page)
    assert gone != before
    assert "Fully carried out 1 of 1" not in gone
    story.withdraw(story.first)
    assert "report 2024" not in words(client, page)
    publish(story.second.round, by=story.by, note=NOTE)
    assert "2025" in words(client, page)


@pytest.mark.parametrize("page", PAGES)
def test_sample_reports_are_marked_on_every_page_they_reach(
    client: Client, story: Story, page: str
) -> None:
    assert MARK not in words(client, page)
    ReportingRound.objects.filter(plan=story.scene.plan).update(is_sample=True)
    story.correct()
    assert MARK in words(client, page)


@pytest.mark.parametrize(
    ("page", "cost"),
    [
        ("", 14),
        ("actions/", 19),
        ("actions/1/", 16),
        ("actors/small-ministry/", 19),
        ("actions.json", 19),
    ],
)
def test_a_page_costs_exactly_so_many_queries_however_many_reports_there_are(
    client: Client, story: Story, page: str, cost: int
) -> None:
    assert queries(client, page) == cost
    assert queries(client, page) == 1
    given = story.scene.round(2026, "closed")
    publish(given, by=story.by)
    assert queries(client, page) == cost


# --- What nobody outside may read --------------------------------------------------------------


def everything_public(client: Client) -> dict[str, bytes]:
    """Return all that a reader can fetch of the small plan, by address."""
    pages = [
        "", "?year=2024", "actions/", "actions/?year=2026", "actions.json", "actions.csv",
        "actions.xlsx", "actors/", "themes/", "reports/", "reports/feed/", "reports/compare/",
        "reports/compare.csv", "reports/compare.json", "reports/2024/", "reports/2025/",
    ]  # fmt: skip
    pages += [f"actions/{label}/" for label in "123456789"]
    pages += [f"actors/small-{actor}/" for actor in ("ministry", "service", "office")]
    for year in (2024, 2025):
        pages += [f"reports/{year}/e1/", f"reports/{year}/e1/data.json"]
        pages += [f"reports/{year}/e1/actions/{label}/" for label in "123456789"]
    found = {}
    for page in pages:
        for language in ("en", "nl"):
            response = client.get(f"/{language}/{PLAN}/{page}")
            assert response.status_code == 200, page
            content = response.content
            if page.endswith("xlsx"):
                book = openpyxl.load_workbook(io.BytesIO(content))
                content = repr([list(sheet.values) for sheet in book.worksheets]).encode()
            found[f"{language}/{page}"] = content
    for edition in Edition.objects.all():
        found[f"content of {edition}"] = edition.content.encode()
    return found


@pytest.mark.slow
def test_what_is_not_published_is_neither_shown_nor_asked_for(client: Client, story: Story) -> None:
    at_work(story)
    secrets = {secret.encode(): where for where, secret in SECRETS.items()}
    secrets |= {person.email.encode(): "a person" for person in story.scene.people.values()}
    with CaptureQueriesContext(connection) as found:
        pages = everything_public(client)
    for address, content in pages.items():
        assert [secrets[secret] for secret in secrets if secret in content] == [], address
    for query in found:
        for table in ("entry", "reviewevent", "entryversion", "override"):
            assert f'"actions_{table}"' not in query["sql"], query["sql"][:300]


@pytest.mark.slow
def test_a_round_at_work_and_a_frozen_edition_change_no_page_but_for_the_days(
    client: Client, story: Story
) -> None:
    before = without_the_days(everything_public(client))
    given = at_work(story)
    assert without_the_days(everything_public(client)) == before

    closed = rounds.close(given, by=story.by, now=NOW)
    left = readiness.outside(closed)
    editions.freeze(closed, by=story.by, outside=left, now=NOW)
    after = without_the_days(everything_public(client))
    assert {key: after[key] for key in before} == before


def without_the_days(pages: dict[str, bytes]) -> dict[str, bytes]:
    """Return pages without the sentence on the overview that says until when a round runs."""
    sentence = re.compile(rb'<p class="next-report">.*?</p>', re.DOTALL)
    return {
        address: b" ".join(sentence.sub(b"", content).split()) for address, content in pages.items()
    }
