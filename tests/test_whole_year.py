"""A whole year of the secretariat, played through the pages as people use them.

Sixty bodies, half of them by spreadsheet; one amendment of the plan, one merger, a mail server
that fails on the way, a late body after the publication. In the end the published reports say
what a second, independent reckoning says (``tests.whole_year.reckoning``), and everybody got
exactly the letters that the script expects.
"""

import json
from collections import Counter
from typing import Any

import pytest
import time_machine
from django.test import Client

from actions.models import Letter
from reports.models import Edition
from tests.whole_year import beginning, deciding, record, reporting, stage, writing
from tests.whole_year.browser import MailServer, Pages
from tests.whole_year.played import Year
from tests.whole_year.reckoning import figures, movement
from tests.whole_year.record import HEIR, MERGED, ON, YEAR

# Alone it takes as long as many tests together, and proves nothing that these do not of the parts.
pytestmark = [
    pytest.mark.django_db, pytest.mark.postgresql, pytest.mark.slow, pytest.mark.whole,
]  # fmt: skip
# Of the actions that are in the plan still; one was withdrawn.
EVERY_MOVEMENT = {
    "new", "reassessed", "suspended", "moved_up", "moved_back", "more_information",
    "less_information", "same",
}  # fmt: skip


@pytest.fixture
def year(settings: Any, db: None) -> Any:
    """A year with last year's report behind it."""
    settings.EMAIL_BACKEND = "tests.whole_year.browser.MailServer"
    settings.CURRENT_PLAN = "year"
    MailServer.anew()
    with time_machine.travel(stage.BEFORE) as clock:
        found = Year(Pages(clock))
        made = stage.build(found.plan, found.people)
        stage.report(made, found.last, found.people)
        yield found


def test_a_year_from_the_amendment_to_the_second_edition(year: Year) -> None:
    beginning.amend(year)
    beginning.invite(year)
    beginning.plan_and_open(year)
    writing.write_early(year)
    deciding.merge(year)
    deciding.review(year)
    deciding.write_late(year)
    deciding.close(year)
    deciding.decide_the_rest(year)
    reporting.translate(year)
    reporting.consult(year)
    first = reporting.publish(year)
    assert told_by(first) == reckoned(year)
    assert set(told_by(first)["movement"].values()) == EVERY_MOVEMENT
    reporting.write_covering_letters(year)
    reporting.let_in(year)
    second = reporting.publish_again(year)
    assert told_by(second) == reckoned(year)
    assert_every_letter_went_out_once(year)


# --- What the report says, twice ------------------------------------------------------


def told_by(edition: Edition) -> dict[str, Any]:
    """Return what a reader finds in the published data of an edition."""
    path = f"/en/plans/year/reports/{YEAR}/e{edition.number}/"
    data = json.loads(Client().get(f"{path}data.json").content)
    found = {one["label"]: one for one in data["actions"]}
    return {
        "status": {label: one["status"] for label, one in found.items()},
        "coverage": {label: (one["reported"], one["expected"]) for label, one in found.items()},
        "overdue": {label for label, one in found.items() if one["overdue"]},
        "figures": {one["code"]: (one["part"], one["whole"]) for one in data["figures"]},
        "movement": {label: one["movement"] for label, one in found.items()},
        "movements": Counter(one["movement"] for one in found.values()),
        "completed": {label for label, one in found.items() if one["completed"]},
        "withdrawn": [one["label"] for one in data["withdrawn"]],
        "amended": {label for label, one in found.items() if one["amended"]},
        "amendments": [
            (one["on"], {(each["label"], each["act"]) for each in one["actions"]})
            for one in data["amendments"]
        ],
        "late": {
            (label, each["actor"])
            for label, one in found.items() for each in one["entries"] if each["late"]
        },
    }  # fmt: skip


def reckoned(year: Year) -> dict[str, Any]:
    """Return what the report has to say, from the script's own record."""
    before = {
        label: one.standing(year.last) for label, one in record.plan_of_2024().items()
    }  # fmt: skip
    now = year.standings()
    heirs = dict.fromkeys(MERGED, HEIR)
    moved = {label: movement(before.get(label), one, heirs) for label, one in now.items()}
    return {
        "status": {label: one.status for label, one in now.items()},
        "coverage": {label: (one.reported, len(one.says)) for label, one in now.items()},
        "overdue": {label for label, one in now.items() if one.is_overdue(ON[YEAR])},
        "figures": figures(now.values(), ON[YEAR]),
        "movement": moved,
        "movements": Counter(moved.values()),
        "completed": {
            label for label, one in now.items()
            if label in before and one.is_met() and not before[label].is_met()
        },
        "withdrawn": [label for label in before if label not in now],
        "amended": {"5", "7", "8"},
        "amendments": [
            ("2025-07-01", {("5", "change"), ("7", "change"), ("8", "change"),
                            ("38", "withdraw"), ("39", "add")}),
        ],
        "late": {place for place in year.late if year.state[place] == "accepted"},
    }  # fmt: skip


def assert_every_letter_went_out_once(year: Year) -> None:
    """Check the outbox and the mail server against the letters that the script expects."""
    rows = Letter.objects.values_list("address", "kind", "state")
    arrived = [(email, kind) for email, kind, state in rows if state in {"sent", "sending"}]
    assert Counter(arrived) == year.post.expected
    assert MailServer.by_address() == year.post.by_address
    # Nothing waits, nothing failed; dropped is what somebody did not want.
    left = {(email, state) for email, _kind, state in rows if state not in {"sent", "sending"}}
    assert left == {(year.only_needed, "dropped")}
    # The one that arrived though the line broke, which nobody sent again.
    assert [state for _email, _kind, state in rows].count("sending") == 1
