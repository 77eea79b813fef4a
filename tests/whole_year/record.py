"""The plan of the played year, its sixty bodies and their people, and what they say each year.

All of it is invented, and reckoned from numbers. It is the script's own record: plain facts that
it keeps beside the site, from which ``reckoning`` says what the report has to say.
"""

from collections import Counter
from dataclasses import dataclass, field

from tests.whole_year.reckoning import Standing

YEAR = 2025
ON = {2024: "2024-12-31", 2025: "2025-12-31"}  # the reference dates
BODIES = [f"body-{number:02}" for number in range(1, 61)]
# Whoever writes for it has a seat elsewhere: the one above, the one that it reports through.
SEATED_AT = {"body-54": "body-53", "body-56": "body-55"}
# Nobody knows anybody there until the report is out.
UNKNOWN = "body-52"
CO_CHAIR, CHAIR = "body-59", "body-60"
MERGED, HEIR = ("body-57", "body-58"), "b61"
# By spreadsheet: half of the bodies.
HALF = 30
Place = tuple[str, str]  # the number of an action, and a body
# They write after the deadline.
LATE = {"body-15", "body-21", "body-41"}
# What is written when the story has it.
STORY = {
    ("33", "body-58"), ("34", "body-58"), ("20", "body-20"), ("2", "body-02"),
    ("10", "body-10"), ("5", "body-05"), ("16", "body-16"), ("12", "body-12"),
    ("14", "body-14"), ("18", "body-18"), ("27", "body-51"),
}  # fmt: skip

# What is said in turn; the steps through it keep neighbours unlike each other.
SAID = {
    2024: ("in_progress", "not_started", None, "partly_done", "done", "in_progress",
           "discontinued", "not_applicable", "in_progress", "partly_done", None),
    2025: ("partly_done", "in_progress", "done", None, "in_progress", "not_started",
           "discontinued", "partly_done", "not_applicable"),
}  # fmt: skip
# What has to be so for the story.
SETTLED = {
    (2024, "33", "body-57"): "in_progress", (2024, "33", "body-58"): "not_started",
    (2024, "34", "body-58"): "in_progress", (2025, "33", "body-57"): "in_progress",
    (2025, "33", "body-58"): "partly_done", (2025, "34", "body-58"): "done",
    (2024, "2", "body-02"): "done", (2025, "2", "body-02"): "in_progress",
    (2024, "28", "body-52"): "not_started", (2025, "28", "body-52"): None,
    (2024, "36", "body-60"): "in_progress", (2025, "36", "body-60"): "partly_done",
    (2024, "35", "body-59"): "in_progress", (2025, "35", "body-59"): "done",
    (2024, "5", "body-05"): "in_progress", (2025, "5", "body-05"): "partly_done",
    (2024, "20", "body-20"): "in_progress", (2025, "20", "body-20"): "done",
    (2024, "21", "body-21"): "partly_done", (2025, "21", "body-21"): "done",
    (2024, "10", "body-10"): "not_started", (2025, "10", "body-10"): "in_progress",
    (2024, "11", "body-11"): "in_progress", (2025, "11", "body-11"): "partly_done",
    (2024, "12", "body-12"): "in_progress", (2025, "12", "body-12"): "partly_done",
    (2024, "15", "body-15"): "in_progress", (2025, "15", "body-15"): "partly_done",
    (2024, "16", "body-16"): "in_progress", (2025, "16", "body-16"): "in_progress",
    (2024, "14", "body-14"): "in_progress", (2025, "14", "body-14"): "partly_done",
    (2024, "18", "body-18"): "not_started", (2025, "18", "body-18"): "in_progress",
    (2024, "27", "body-51"): "not_started", (2025, "27", "body-51"): "in_progress",
}  # fmt: skip


@dataclass
class Task:
    """An action: its nature, the end of its period, and the bodies that are to report on it."""

    label: str
    nature: str
    ends: str
    bodies: list[str]
    # Of whom nothing is expected: a partner, and one whose body above is asked already.
    beside: dict[str, str] = field(default_factory=dict)

    @property
    def parent(self) -> str:
        """The number of the action that it hangs under, "" for one that is counted."""
        return self.label.partition(".")[0] if "." in self.label else ""

    def standing(self, says: dict[tuple[str, str], str | None], override: str = "") -> Standing:
        """Return how it stands by what was said."""
        said = {body: says.get((self.label, body)) for body in self.bodies}
        return Standing(self.nature, self.ends, said, bool(self.parent), override)


def plan_of_2024() -> dict[str, Task]:
    """Return the plan before it is amended."""
    found = [task(number) for number in range(1, 37)]
    found += [
        Task("6.1", "one_off", "2026-12-31", ["body-10"]),
        Task("6.2", "continuous", "", ["body-11"]),
        Task("37", "one_off", "2027-12-31", []),
        Task("38", "one_off", "2027-12-31", ["body-12"]),
    ]
    by_label = {one.label: one for one in found}
    by_label["33"].bodies.append("body-58")
    by_label["9"].beside = {"body-01": "partner"}
    by_label["29"].beside = {"body-54": "responsible"}
    return by_label


def task(number: int) -> Task:
    """Return one of the numbered actions; all bodies have one or more of them."""
    numbers = [number, number + 24]
    if number % 3 == 0 and (third := number * 5 % 60 + 1) not in numbers:
        numbers.append(third)
    ends = "2024-10-31" if number % 5 == 0 else ("" if number % 4 == 0 else "2027-12-31")
    nature = "continuous" if number % 4 == 0 else "one_off"
    return Task(str(number), nature, ends, [BODIES[one - 1] for one in numbers])


def amended(plan: dict[str, Task]) -> dict[str, Task]:
    """Return the plan as the amendment of the year makes it."""
    found = {
        label: Task(one.label, one.nature, one.ends, list(one.bodies), one.beside)
        for label, one in plan.items()
    }
    found["7"].bodies = [body for body in found["7"].bodies if body != "body-31"] + ["body-32"]
    found["8"].nature = "one_off"
    del found["38"]
    found["39"] = Task("39", "one_off", "2028-12-31", ["body-13", "body-14"])
    return found


def merged(plan: dict[str, Task]) -> dict[str, Task]:
    """Return the plan with one body in the place of two."""
    for one in plan.values():
        bodies = [HEIR if body in MERGED else body for body in one.bodies]
        one.bodies = list(dict.fromkeys(bodies))
    return plan


def will_say(year: int, plan: dict[str, Task]) -> dict[tuple[str, str], str | None]:
    """Return what each body has to say on each of its actions in a year; None where nothing."""
    found: dict[tuple[str, str], str | None] = {}
    turns, step = SAID[year], {2024: 7, 2025: 4}[year]
    places = [(one.label, body) for one in plan.values() for body in one.bodies]
    for number, (label, body) in enumerate(places):
        found[label, body] = SETTLED.get((year, label, body), turns[number * step % len(turns)])
    if year == YEAR:
        found |= {place: None for place in found if place[1] == UNKNOWN}
    return found


@dataclass
class People:
    """Who sits where: addresses by body, and by body those who write for it."""

    office: str = "office@year.example.org"
    second: str = "second@year.example.org"
    co_chair: str = "co-chair@year.example.org"
    observer: str = "observer@year.example.org"
    seats: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for body in BODIES:
            if body not in {*SEATED_AT, UNKNOWN}:
                self.seats[body] = [f"head-{body[-2:]}@year.example.org"]
        for body in ("body-05", "body-10", "body-40"):
            self.seats[body].append(f"staff-{body[-2:]}@year.example.org")

    def of(self, body: str) -> list[str]:
        """Return who writes for a body."""
        return self.seats.get(SEATED_AT.get(body, body), [])

    @property
    def writers(self) -> list[str]:
        """Everybody who writes for some body."""
        return [email for emails in self.seats.values() for email in emails]

    @property
    def everybody(self) -> set[str]:
        """Everybody with a role."""
        return {self.office, self.second, self.co_chair, self.observer, *self.writers}


class Post:
    """The letters that the script expects: how many of each kind to which address."""

    def __init__(self) -> None:
        self.expected: Counter[tuple[str, str]] = Counter()

    def expect(self, kind: str, *emails: str) -> None:
        """Note a letter of a kind for each of some people."""
        self.expected.update((email, kind) for email in emails)

    @property
    def by_address(self) -> Counter[str]:
        """How many letters everybody gets."""
        found: Counter[str] = Counter()
        for (email, _kind), count in self.expected.items():
            found[email] += count
        return found
