"""The year as far as it was played, with the script's own record; the mornings that pass in it."""

from datetime import date, timedelta

from actions.models import Entry, ReportingRound
from tests.whole_year import record
from tests.whole_year.browser import Pages, deliver, remind
from tests.whole_year.reckoning import Standing
from tests.whole_year.record import People, Place, Post

DEADLINE, CLOSE = date(2026, 2, 27), date(2026, 3, 31)
# By hand, from a calendar: when somebody is reminded of what is asked for by a day.
REMINDED = {
    DEADLINE: ["2026-01-28", "2026-02-20", "2026-02-26", "2026-03-02"],
    CLOSE: ["2026-02-27", "2026-03-24", "2026-03-30", "2026-04-03"],
    date(2026, 4, 10): ["2026-03-11", "2026-04-03", "2026-04-09"],
    date(2026, 4, 15): ["2026-03-16", "2026-04-08", "2026-04-14", "2026-04-20"],
    date(2026, 6, 1): ["2026-04-30", "2026-05-22", "2026-05-29", "2026-06-04"],
    date(2026, 6, 30): ["2026-05-29", "2026-06-23", "2026-06-29", "2026-07-03"],
}


class Year:
    """The year as far as it was played, with the script's own record of it.

    ``state`` says of each place how far it is: open, draft, in, returned, accepted, carried.
    """

    def __init__(self, pages: Pages) -> None:
        self.pages, self.people, self.post = pages, People(), Post()
        self.plan = record.plan_of_2024()
        self.last = record.will_say(2024, self.plan)
        self.told: dict[Place, str | None] = {}
        self.state: dict[Place, str] = {}
        self.due: dict[Place, date] = {}
        self.by: dict[Place, str] = {}
        self.digests: set[tuple[str, date]] = set()
        self.receipts = ""
        self.only_needed = ""
        self.overrides: dict[str, str] = {}
        self.late: set[Place] = set()
        self.by_workbook: set[str] = set()
        self.says: dict[Place, str | None] = {}
        self.round = ReportingRound()

    @property
    def office(self) -> str:
        """The address of the secretariat."""
        return self.people.office

    def entry(self, place: Place) -> Entry:
        """Return what is stored in a place."""
        label, body = place
        return Entry.objects.get(
            round=self.round, responsibility__action__label=label,
            responsibility__actor__slug=body,
        )  # fmt: skip

    def address(self, rest: str = "") -> str:
        """Return an address of the round for the secretariat."""
        return f"/en/secretariat/rounds/{self.round.pk}/{rest}"

    def report(self, rest: str = "") -> str:
        """Return an address of its report for the secretariat."""
        return f"/en/secretariat/reports/{self.round.pk}/{rest}"

    def places(self, *states: str) -> list[Place]:
        """Return the places that are so far."""
        return [place for place, state in self.state.items() if state in states]

    def writers(self, places: list[Place]) -> set[str]:
        """Return who writes in some places."""
        return {email for _label, body in places for email in self.people.of(body)}

    def expect_optional(self, kind: str, emails: set[str]) -> None:
        """Note a letter for all but whoever wants only what they must do."""
        self.post.expect(kind, *sorted(emails - {self.only_needed}))

    def standings(self) -> dict[str, Standing]:
        """Return how each action stands by what was accepted."""
        says = {place: self.told[place] for place in self.places("accepted", "carried")}
        return {
            label: one.standing(says, self.overrides.get(label, ""))
            for label, one in self.plan.items()
        }


def mornings(year: Year, first: str, last: str) -> None:
    """Let the mornings of some days pass: reminders are written, and what waits is sent."""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        year.pages.go_to(day, 6, 30)
        expected = reminded_on(year, day)
        year.post.expect("reminder", *expected)
        assert f"{day}: {len(expected)} reminders" in remind()
        for email, of in sorted(year.digests):
            if of < day:
                year.digests.discard((email, of))
                year.expect_optional("accepted", {email})
        if expected or day == end:
            deliver()
        day += timedelta(days=1)


def reminded_on(year: Year, day: date) -> set[str]:
    """Return who is reminded on a day: writers of what is not in, and the office for the rest."""
    found: set[str] = set()
    for place in year.places("open", "draft", "returned"):
        due = year.due[place]
        last_day = CLOSE if due == DEADLINE else due
        if str(day) in REMINDED[due] and day <= last_day:
            found |= set(year.people.of(place[1])) or {year.office, year.people.second}
    return found
