"""Any people doing anything in any order: the services against a plain table of the workflow."""

from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import hypothesis
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from actions.models import Entry, EntryVersion, ReportingRound, ReviewEvent
from actions.refusals import Conflict, Refused
from actions.rules import workdays
from actions.services import entries, rounds
from tests.follow_up import CLOSE, DEADLINE, Scene, at, content
from tests.levels import first_of_all

pytestmark = pytest.mark.postgresql
YEARS = (2023, 2024, 2025)
# The ministry's, the secretariat's own, and one whose coordinator alone submits.
LABELS = ("1", "5", "8")
Key = tuple[int, str]

# --- The workflow as a table, written from the words of the domain ------------------

WRITE = {"1": {"writer", "colleague"}, "5": set(), "8": {"guarded", "guard"}}
SUBMIT = {"1": {"writer", "colleague"}, "5": set(), "8": {"guard"}}
OFFICE = {"secretariat", "chair"}
REVIEW = {"reviewer", "second", "both", *OFFICE}
OWN = {"1": {"both"}, "5": OFFICE, "8": set()}
PEOPLE = sorted({"outsider", "observer", "nobody"} | REVIEW | WRITE["1"] | WRITE["8"])
# Who may do such things at all, for some entry.
WRITERS = sorted({*WRITE["1"], *WRITE["8"], *OFFICE})
INSIDERS = dict.fromkeys(("save", "submit", "withdraw", "reopen"), WRITERS) | dict.fromkeys(
    ("send_back", "accept"), sorted(REVIEW)
)
WRITABLE = {"empty", "draft", "returned"}
FINISHED = {"done", "discontinued", "not_applicable"}
ACTS = ("save", "submit", "withdraw", "reopen", "send_back", "accept")

DENIED, REFUSED, CONFLICT, INVALID = "denied", "refused", "conflict", "invalid"
ERRORS: dict[str, type[Exception]] = {
    DENIED: PermissionDenied, REFUSED: Refused, CONFLICT: Conflict, INVALID: ValidationError,
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What somebody gives in a form."""

    status: str = ""
    done: str = ""
    reason: str = ""
    unchanged: bool = False
    language: str = "nl"

    def content(self) -> dict[str, Any]:
        """Return the full form."""
        return content(**asdict(self))


@dataclass
class Row:
    """What the table knows of an entry."""

    state: str = "empty"
    says: Said = Said(language="")
    authors: list[str] = field(default_factory=list)
    late: bool = False
    submitted_by: str = ""
    decided_by: str = ""
    write_until: date = date.min  # set when it was returned
    carried_from: Key | None = None
    since: int | None = None
    events: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def version(self) -> int:
        """One version for each change of the texts."""
        return len(self.authors)

    def note(self, kind: str, by: str) -> None:
        """Add to the thread."""
        self.events.append((kind, self.version, by))


@dataclass
class Days:
    """What the table knows of a round."""

    state: str = "planned"
    closes_on: date = CLOSE
    extended: date | None = None  # of the ministry


SAID = st.builds(
    Said,
    status=st.sampled_from(["", "in_progress", "done", "done", "discontinued"]),
    done=st.sampled_from(["", "One.", "Two.", "Three."]),
    reason=st.sampled_from(["", "Repealed."]),
    unchanged=st.booleans(),
    language=st.sampled_from(["nl", "nl", ""]),
)
COMPLETE = st.builds(
    Said,
    status=st.sampled_from(["done", "in_progress"]),
    done=st.sampled_from(["One.", "Two.", "Three."]),
    unchanged=st.just(True),
)


class Workflow(RuleBasedStateMachine):
    """Does something, and compares what happened and all that is stored with the table."""

    scene: ClassVar[Scene]

    @initialize(
        opened=st.sampled_from([YEARS, (2023, 2024), (2024,), (2023, 2025)]),
        stages=st.lists(
            st.sampled_from(["accepted", "submitted", "submitted", "empty"]), min_size=3, max_size=3
        ),
    )
    def begin(self, opened: tuple[int, ...], stages: list[str]) -> None:
        """Plan three rounds and open some; whatever happens is undone in the end."""
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.today = date(2026, 1, 20)
        self.days = {year: Days() for year in YEARS}
        self.rows: dict[Key, Row] = {}
        self.rounds = {year: self.scene.round(year, "planned") for year in YEARS}
        self.names: dict[int | None, str] = {None: ""}
        self.names |= {user.pk: name for name, user in self.scene.people.items()}
        self.do_manage(opened[0], "open", "secretariat")
        for label, stage in zip(LABELS, stages, strict=True):
            self.bring_to(stage, (opened[0], label))
        for year in opened[1:]:
            self.do_manage(year, "open", "secretariat")

    def bring_to(self, stage: str, key: Key) -> None:
        """Start an example from work that is finished and, perhaps, accepted."""
        # The last one is written by one person of the secretariat, handed in by another.
        first, last = {
            "1": ("writer", "colleague"),
            "5": ("secretariat", "secretariat"),
            "8": ("chair", "secretariat"),
        }[key[1]]
        if stage != "empty":
            self.do("save", first, key, Said("done", "One."), 0)
            self.do("submit", last, key, Said("done", "One."), 0)
        if stage == "accepted":
            self.do("accept", "second", key, Said(), 0)

    def teardown(self) -> None:
        """Undo everything."""
        if hasattr(self, "undo"):
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    @property
    def now(self) -> datetime:
        """The last minute of today."""
        return at(self.today, 23, 59)

    # --- What the table expects ---------------------------------------------------

    def in_time(self, person: str, key: Key) -> bool:
        """Tell whether the time for a person's writing is running."""
        year, label = key
        days = self.days[year]
        if days.state == "planned":
            return False
        if person in OFFICE:
            return True
        open_still = days.state == "open" and self.today <= days.closes_on
        extended = label == "1" and days.extended is not None and self.today <= days.extended
        return open_still or extended or self.today <= self.rows[key].write_until

    def last_year(self, key: Key) -> Row | None:
        """Return the newest accepted entry of an earlier year, with its own words."""
        for year in sorted((y for y in YEARS if y < key[0]), reverse=True):
            row = self.rows.get((year, key[1]))
            if row and row.state == "accepted":
                while row.carried_from:
                    row = self.rows[row.carried_from]
                return row
        return None

    def same_as_before(self, key: Key, says: Said) -> bool:
        """Tell whether a text says what it said the year before."""
        before = self.last_year(key)
        return before is not None and bool(
            (says.done and says.done == before.says.done)
            or (says.reason and says.reason == before.says.reason)
        )

    def incomplete(self, key: Key, says: Said) -> bool:
        """Tell whether this cannot be handed in."""
        return (
            not says.status
            or not says.done
            or not says.language
            or (says.status == "discontinued" and not says.reason)
            or (self.same_as_before(key, says) and not says.unchanged)
        )

    def against(self, act: str, person: str, key: Key, says: Said, stale: int) -> set[str]:
        """Return every reason that speaks against an act; none: it has to happen."""
        row, label = self.rows[key], key[1]
        found = set()
        if act in {"save", "submit", "withdraw", "reopen"}:
            allowed = (WRITE if act == "save" else SUBMIT)[label] | OFFICE
            found |= set() if person in allowed else {DENIED}
            found |= set() if self.in_time(person, key) else {REFUSED}
        else:
            may_not = OWN[label] | {*row.authors, row.submitted_by}
            allowed = OFFICE if act == "send_back" and row.state == "accepted" else REVIEW
            found |= set() if person in allowed - may_not else {DENIED}
            found |= {CONFLICT} if stale else set()
        state_fits = {
            "save": row.state in WRITABLE,
            "submit": row.state in WRITABLE,
            "withdraw": row.state == "submitted",
            "reopen": row.carried_from is not None,
            "send_back": row.state == "submitted"
            or (row.state == "accepted" and not row.carried_from),
            "accept": row.state == "submitted",
        }
        found |= set() if state_fits[act] else {REFUSED}
        if act in {"save", "submit"} and stale and says != row.says:
            found.add(CONFLICT)
        if act == "submit" and self.incomplete(key, says):
            found.add(INVALID)
        return found

    def is_repeated(self, act: str, person: str, key: Key, says: Said, stale: int) -> bool:
        """Tell whether this has been done just so already: then nothing happens."""
        row = self.rows[key]
        if act == "submit":
            return row.state == "submitted" and row.submitted_by == person and row.says == says
        decided = not stale and person in REVIEW - OWN[key[1]] - {*row.authors, row.submitted_by}
        if act == "send_back":
            return decided and row.state == "returned" and row.decided_by == person
        return act == "accept" and decided and row.state == "accepted"

    # --- What the table does ------------------------------------------------------

    def happen(self, act: str, person: str, key: Key, says: Said) -> None:
        """Change the table."""
        row = self.rows[key]
        if act in {"save", "submit"} and says != row.says:
            row.says = says
            row.authors.append(person)
            row.state = "draft" if row.state == "empty" else row.state
        if act == "submit":
            if row.state != "returned":
                row.late = self.today > DEADLINE
            row.state, row.submitted_by = "submitted", person
            row.note("submitted", person)
        if act == "withdraw":
            row.state = "draft"
            row.note("withdrawn", person)
        if act == "reopen":
            row.state, row.carried_from, row.since = "draft", None, None
            row.note("reopened", person)
        if act in {"send_back", "accept"}:
            row.state, row.decided_by = {
                "send_back": "returned", "accept": "accepted",
            }[act], person  # fmt: skip
            row.note(row.state, person)
        if act == "send_back":
            ten_days = workdays.after(self.today, 10)
            row.write_until = max(row.write_until, self.days[key[0]].closes_on, ten_days)
        if act in {"reopen", "send_back", "accept"}:
            self.follow(key, person)

    def follow(self, key: Key, person: str) -> None:
        """Carry an entry over to the next round, or no longer."""
        row, (year, label) = self.rows[key], key
        if row.state == "accepted" and row.says.status in FINISHED:
            later = [y for y in YEARS if y > year and (y, label) in self.rows]
            if later and self.rows[later[0], label].state == "empty":
                self.carry(key, (later[0], label), person)
                self.follow((later[0], label), person)
            return
        for other, there in self.rows.items():
            if there.carried_from == key:
                there.state, there.says = "empty", replace(there.says, status="")
                there.carried_from = there.since = None
                there.note("uncarried", person)
                self.follow(other, person)

    def carry(self, key: Key, other: Key, person: str) -> None:
        """Let finished work stand in a later round."""
        row, there = self.rows[key], self.rows[other]
        there.state, there.carried_from = "accepted", key
        there.says = replace(there.says, status=row.says.status)
        there.since = row.since or key[0]
        there.note("carried", person)

    # --- What happens -------------------------------------------------------------

    def do(self, act: str, person: str, key: Key, says: Said, stale: int) -> None:
        """Let somebody do something, and see that it ends as the table has it."""
        typed = says
        if act == "submit" and not self.same_as_before(key, says):
            says = replace(says, unchanged=False)  # there is nothing to confirm
        expected = self.against(act, person, key, says, stale)
        repeated = self.is_repeated(act, person, key, says, stale)
        raised: type[Exception] | None = None
        try:
            self.call(act, person, key, typed, self.rows[key].version - stale)
        except (PermissionDenied, Refused, ValidationError) as error:
            raised = type(error)
        errors: set[type[Exception] | None] = {ERRORS[reason] for reason in expected} or {None}
        assert raised in ({None} if repeated else errors), (act, person, key, expected)
        if not repeated and not expected:
            self.happen(act, person, key, says)

    def call(self, act: str, person: str, key: Key, says: Said, version: int) -> None:
        """Call the service."""
        entry = Entry.objects.get(round=self.rounds[key[0]], responsibility__action__label=key[1])
        by, now = self.scene.people[person], self.now
        if act in {"save", "submit"}:
            given = says.content()
            getattr(entries, act)(entry, by=by, version=version, content=given, now=now)
        elif act == "withdraw":
            entries.withdraw(entry, by=by, now=now)
        elif act == "reopen":
            entries.reopen(entry, by=by, reason="It goes on.", now=now)
        elif act == "accept":
            entries.accept(entry, by=by, version=version, now=now)
        else:
            entries.send_back(entry, by=by, version=version, comment="More.", now=now)

    @rule(
        data=st.data(), act=st.sampled_from(ACTS), person=st.sampled_from(PEOPLE), says=SAID,
        stale=st.sampled_from([0, 0, 0, 1, -1]),
    )  # fmt: skip
    def anything(self, data: Any, act: str, person: str, says: Said, stale: int) -> None:
        """Let anybody try anything."""
        self.do(act, person, data.draw(st.sampled_from(sorted(self.rows))), says, stale)

    @rule(data=st.data(), says=COMPLETE)
    def something_allowed(self, data: Any, says: Said) -> None:
        """Let somebody do what the table lets them do."""
        self.get_on(data, says)

    @rule(data=st.data(), says=COMPLETE)
    def something_else_allowed(self, data: Any, says: Said) -> None:
        """Once more, as rules are drawn alike, and what brings entries on has to come often."""
        self.get_on(data, says)

    @rule(data=st.data(), says=COMPLETE, reason=st.sampled_from([DENIED, REFUSED, CONFLICT]))
    def something_only_just_forbidden(self, data: Any, says: Said, reason: str) -> None:
        """Let somebody try what a single reason speaks against."""
        self.get_on(data, says, but=reason)

    @rule(data=st.data(), says=COMPLETE)
    def somebody_else(self, data: Any, says: Said) -> None:
        """Let somebody try what others might do at this moment."""
        self.get_on(data, says, but=DENIED)

    def get_on(self, data: Any, says: Said, but: str = "") -> None:
        """Draw an act, and who may do it to which entry, or may not for one reason alone."""
        act = data.draw(st.sampled_from(ACTS[::-1]))
        stale = int(but == CONFLICT)
        reasons = {but} - {""}
        possible = [
            (key, person)
            for key in sorted(self.rows)
            for person in (INSIDERS[act] if but == DENIED else PEOPLE)
            if self.against(act, person, key, says, stale) == reasons
        ]
        if possible:
            key, person = data.draw(st.sampled_from(possible))
            self.do(act, person, key, says, stale)

    @rule(data=st.data(), person=st.sampled_from(PEOPLE))
    def once_more(self, data: Any, person: str) -> None:
        """Let somebody send the form of the stored text once more."""
        key = data.draw(st.sampled_from(sorted(self.rows)))
        act = data.draw(st.sampled_from(["save", "submit"]))
        row = self.rows[key]
        self.do(act, row.submitted_by or person, key, row.says, 0)

    @rule(data=st.data(), year=st.sampled_from(YEARS))
    def time_goes_by(self, data: Any, year: int) -> None:
        """Let a day pass, or all days until one on which something ends."""
        days = self.days[year]
        ends = [DEADLINE, days.closes_on, days.extended or days.closes_on]
        ahead = sorted({day for day in ends if day > self.today})
        self.today = data.draw(st.sampled_from([self.today + timedelta(days=1), *ahead]))

    @rule(
        year=st.sampled_from(YEARS),
        act=st.sampled_from(["open", "open", "close", "reopen", "extend"]),
        person=st.sampled_from(["secretariat", "secretariat", "chair", "reviewer", "writer"]),
    )
    def manage(self, year: int, act: str, person: str) -> None:
        """Let somebody manage a round."""
        self.do_manage(year, act, person)

    def do_manage(self, year: int, act: str, person: str) -> None:
        """Do it, and see that it ends as the table has it."""
        days, today = self.days[year], self.today
        changes = {"open": ["planned", "open"], "close": ["open", "closed"], "reopen": ["closed"]}
        until = max(days.closes_on, today) + timedelta(days=5)
        by, now, given = self.scene.people[person], self.now, self.rounds[year]
        try:
            if act == "open":
                rounds.open(given, by=by, now=now)
            elif act == "close":
                rounds.close(given, by=by, now=now)
            elif act == "reopen":
                rounds.reopen(given, by=by, reason="Illness.", closes_on=until, now=now)
            else:
                ministry = self.scene.actors["ministry"]
                rounds.extend(given, actor=ministry, until=until, reason="Illness.", by=by, now=now)
        except PermissionDenied:
            assert person not in OFFICE
        except Refused:
            assert days.state not in changes[act]
        else:
            assert person in OFFICE
            assert act == "extend" or days.state in changes[act]
            self.managed(year, act, person, until)

    def managed(self, year: int, act: str, person: str, until: date) -> None:
        """Change the table."""
        days = self.days[year]
        if act == "open" and days.state == "planned":
            days.state = "open"
            opened = [y for y in YEARS if y < year and self.days[y].state != "planned"]
            for label in LABELS:
                self.rows[year, label] = Row()
                before = self.rows[opened[-1], label] if opened else None
                if before and before.state == "accepted" and before.says.status in FINISHED:
                    self.carry((opened[-1], label), (year, label), person)
        elif act == "close":
            days.state = "closed"
        elif act == "reopen":
            days.state, days.closes_on = "open", until
        elif act == "extend":
            days.extended = until

    # --- What always holds --------------------------------------------------------

    @invariant()
    def the_database_says_what_the_table_says(self) -> None:
        """Compare every entry, its versions and its thread."""
        if not hasattr(self, "rows"):
            return
        stored = {
            (entry.round.year, entry.responsibility.action.label): entry
            for entry in Entry.objects.filter(
                round__plan=self.scene.plan, responsibility__action__label__in=LABELS
            ).select_related(
                "round", "responsibility__action", "carried_from__round",
                "carried_from__responsibility__action",
            )
        }  # fmt: skip
        assert set(stored) == set(self.rows)
        threads = self.grouped(
            ReviewEvent.objects.order_by("pk").values_list("entry", "kind", "version", "by")
        )
        texts = self.grouped(
            EntryVersion.objects.order_by("number").values_list("entry", "number", "author")
        )
        for key, row in self.rows.items():
            entry = stored[key]
            assert self.read(entry) == row_of(row), key
            assert threads.get(entry.pk, []) == row.events
            assert texts.get(entry.pk, []) == list(enumerate(row.authors, 1))
            if entry.state == "accepted" and not row.carried_from:
                assert self.names[entry.decided_by_id] not in row.authors

    def read(self, entry: Entry) -> tuple[Any, ...]:
        """Return what the table knows of an entry, as it is stored."""
        source = entry.carried_from
        return (
            entry.state,
            entry.version,
            Said(entry.status, entry.done, entry.reason, entry.unchanged, entry.language),
            entry.late,
            self.names[entry.submitted_by_id],
            self.names[entry.decided_by_id],
            source and (source.round.year, source.responsibility.action.label),
            entry.since,
        )

    def grouped(self, rows: Any) -> dict[int, list[tuple[Any, ...]]]:
        """Return rows by entry, the person at their end by name."""
        found: dict[int, list[tuple[Any, ...]]] = {}
        for key, *values, person in rows:
            found.setdefault(key, []).append((*values, self.names[person]))
        return found

    @invariant()
    def rounds_stand_where_the_table_has_them(self) -> None:
        """Compare every round."""
        if hasattr(self, "days"):
            stored = ReportingRound.objects.filter(plan=self.scene.plan).values_list(
                "year", "state", "closes_on"
            )
            assert {year: rest for year, *rest in stored} == {
                year: [days.state, days.closes_on] for year, days in self.days.items()
            }


def row_of(row: Row) -> tuple[Any, ...]:
    """Return what is stored of a row of the table."""
    return (
        row.state,
        row.version,
        row.says,
        row.late,
        row.submitted_by,
        row.decided_by,
        row.carried_from,
        row.since,
    )


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("examples", first_of_all([10, 40], [10]))
def test_whoever_does_what_the_workflow_holds(scene: Scene, examples: int) -> None:
    Workflow.scene = scene
    run_state_machine_as_test(
        Workflow,
        settings=hypothesis.settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
