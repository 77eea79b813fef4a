"""Plays the sample rounds through the services, with the moments of then.

What comes out is what real work would leave: versions, threads, decisions, histories.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from actions import permissions
from actions.enums import UNFINISHED, LetterKind, MemberRole
from actions.management.sample import sample_script, texts
from actions.management.sample.sample_script import FIRST, SECOND, End, Story
from actions.models import (
    Action,
    Actor,
    Entry,
    Letter,
    Override,
    Plan,
    ReportingRound,
    Responsibility,
    User,
)
from actions.models.entries import OBSTACLE_KINDS
from actions.services import entries, members, rounds

PLAN = "nap2"
# Days from the day of loading.
OPENED, DEADLINE, CLOSE = -30, 12, 40
SEAT = "brussels-economy-employment"  # of the contributor, beside their own
FORMER = "fps-foreign"  # where the contributor wrote before, so that others can decide


class People(NamedTuple):
    """The sample accounts that act."""

    secretariat: User
    reviewer: User
    coordinator: User
    contributor: User


class Step(NamedTuple):
    """Something that somebody did, and when."""

    at: datetime
    act: Callable[[datetime], None]


@transaction.atomic
def play(people: People, *, today: date) -> None:
    """Make both rounds and all that happened in them up to a day; all or nothing.

    Letters on what is long past are of no use to anybody: all but one are thrown away
    before they could be sent.
    """
    last = last_letter()
    first, second = first_round(), second_round(today)
    Game(people, first).run(until=date(2025, 5, 30))
    Game(people, second).run(until=today)
    fresh = Letter.objects.filter(pk__gt=last)
    kept = Entry.objects.get(
        round=second,
        responsibility__action__label=sample_script.LETTER[0],
        responsibility__actor__slug=sample_script.LETTER[1],
    )
    told = fresh.filter(kind=LetterKind.RETURNED, facts__entry=kept.pk)
    fresh.exclude(pk__in=list(told.values_list("pk", flat=True))).delete()


def last_letter() -> int:
    """Return the key of the newest letter, 0 where there is none."""
    return Letter.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


@contextmanager
def telling_nobody() -> Iterator[None]:
    """Throw away the letters that are written meanwhile, before they could be sent."""
    with transaction.atomic():
        last = last_letter()
        yield
        Letter.objects.filter(pk__gt=last).delete()


def first_round() -> ReportingRound:
    """Return the round that is over."""
    return ReportingRound(
        plan=Plan.objects.get(slug=PLAN),
        year=FIRST,
        opens_on=date(2025, 1, 20),
        deadline=date(2025, 2, 28),
        closes_on=date(2025, 3, 31),
        reference_date=date(FIRST, 12, 31),
        is_sample=True,
    )


def second_round(today: date) -> ReportingRound:
    """Return the round that is running."""
    return ReportingRound(
        plan=Plan.objects.get(slug=PLAN),
        year=SECOND,
        opens_on=today + timedelta(days=OPENED),
        deadline=today + timedelta(days=DEADLINE),
        closes_on=today + timedelta(days=CLOSE),
        reference_date=date(SECOND, 12, 31),
        is_sample=True,
    )


@telling_nobody()
def bring_forward(given: ReportingRound, people: People, *, now: datetime) -> None:
    """Give a sample round whose close has passed new days, and its extension with them.

    Nobody is told of days that nobody set.
    """
    today = timezone.localdate(now)
    given.deadline = today + timedelta(days=DEADLINE)
    given.closes_on = today + timedelta(days=CLOSE)
    rounds.save(given, by=people.secretariat, now=now)
    for row in given.extensions.select_related("actor"):
        until = given.closes_on + timedelta(days=14)
        rounds.extend(
            given, actor=row.actor, until=until, reason=row.reason, by=people.secretariat, now=now
        )


class Game:
    """One round and who plays in it."""

    def __init__(self, people: People, given: ReportingRound) -> None:
        self.people, self.round = people, given
        self.entries: dict[int, Entry] = {}
        self.day: date | None = None

    def run(self, *, until: date) -> None:
        """Open the round, let everything happen in the order of its moments, and close it."""
        is_over = self.round.closes_on < until
        opened = moment(self.round.opens_on, 9)
        self.remember(opened)
        by = self.people.secretariat
        self.take_seats(opened)
        rounds.save(self.round, by=by, now=opened)
        self.round = rounds.open(self.round, by=by, now=opened)
        rows = self.round.entries.select_related(
            "responsibility__action", "responsibility__actor", "carried_from"
        )
        self.entries = {entry.responsibility_id: entry for entry in rows}
        last = self.round.deadline if is_over else until - timedelta(days=4)
        steps = [*self.secretariats_steps(is_over), *self.writers_steps(last)]
        for step in sorted(steps, key=lambda step: step.at):
            self.remember(step.at)
            step.act(step.at)
        if not is_over:
            self.leave_seat(moment(until - timedelta(days=1), 17))

    def remember(self, now: datetime) -> None:
        """Read everybody's rights once a day, not at every step."""
        if (on := timezone.localdate(now)) != self.day:
            self.day = on
            for person in self.people:
                permissions.remember(person, on=on)

    def take_seats(self, now: datetime) -> None:
        """Give the contributor the seats that they write from beside their own."""
        for slug in (SEAT, FORMER):
            actor = Actor.objects.get(slug=slug)
            if not members.current(user=self.people.contributor, actor=actor).exists():
                members.start(
                    self.people.contributor, actor, MemberRole.CONTRIBUTOR,
                    by=self.people.secretariat, now=now,
                )  # fmt: skip
        self.day = None
        self.remember(now)

    def leave_seat(self, now: datetime) -> None:
        """End the seat that the contributor has no longer."""
        for row in members.current(user=self.people.contributor, actor__slug=FORMER):
            members.end(row, by=self.people.secretariat, now=now)

    def secretariats_steps(self, is_over: bool) -> Iterator[Step]:  # noqa: FBT001
        """Yield the extension, and in a round that is over its close and the override."""
        asked = self.round.deadline if is_over else self.round.opens_on + timedelta(days=20)
        yield Step(moment(asked, 15), self.extend)
        if is_over:
            yield Step(moment(self.round.closes_on + timedelta(days=1), 9), self.close)
            yield Step(moment(self.round.closes_on + timedelta(days=22), 11), self.override)

    def extend(self, now: datetime) -> None:
        """Let one actor write longer."""
        actor = Actor.objects.get(slug=sample_script.EXTENDED[self.round.year])
        rounds.extend(
            self.round,
            actor=actor,
            until=self.round.closes_on + timedelta(days=14),
            reason=texts.said("extension", texts.language_of(actor)),
            by=self.people.secretariat,
            now=now,
        )

    def close(self, now: datetime) -> None:
        """Close the round."""
        self.round = rounds.close(self.round, by=self.people.secretariat, now=now)

    def override(self, now: datetime) -> None:
        """Put another status in place of a derived one."""
        action = Action.objects.get(plan=self.round.plan, label=sample_script.OVERRIDDEN)
        reasons = {
            f"reason_{code}": texts.said("override", code) for code in ("nl", "fr", "de", "en")
        }
        given = Override(round=self.round, action=action, status="done", **reasons)
        rounds.override(given, by=self.people.secretariat, now=now)

    def writers_steps(self, last: date) -> Iterator[Step]:
        """Yield what was written and decided, entry by entry."""
        for entry in self.entries.values():
            found = sample_script.story(entry.responsibility, self.round)
            if entry.is_carried and not found.reopened:
                continue
            yield from self.steps(entry.responsibility, found, last)
        for label, slug in sample_script.VOLUNTARY:
            row = Responsibility.objects.select_related("action", "actor").get(
                action__plan=self.round.plan, action__label=label, actor__slug=slug
            )
            yield Step(
                moment(self.round.opens_on + timedelta(days=1), 10), partial(self.start, row)
            )
            yield from self.steps(row, sample_script.story(row, self.round), last)

    def steps(self, row: Responsibility, found: Story, last: date) -> Iterator[Step]:
        """Yield what happens to one entry.

        Written on a working day, decided and written again some days later.
        """
        if found.end == End.EMPTY:
            return
        number = texts.seed(row.pk, row.actor.slug, self.round.year)
        written = self.written_at(found, last, number)
        decided = later(written, 2 + number % 4)
        if found.reopened:
            yield Step(written - timedelta(hours=1), partial(self.reopen, row))
        if found.end == End.DRAFT:
            yield Step(written, partial(self.save, row, found))
            return
        if number % 3 == 0:
            yield Step(written - timedelta(hours=20), partial(self.save, row, found))
        yield Step(written, partial(self.submit, row, found))
        if found.end == End.WITHDRAWN:
            yield Step(decided, partial(self.withdraw, row))
        if found.end == End.RETURNED or found.again:
            yield Step(decided, partial(self.send_back, row))
        if found.again:
            yield Step(later(decided, 1), partial(self.submit_again, row))
            decided = later(decided, 2)
        if found.end == End.ACCEPTED:
            yield Step(decided, partial(self.accept, row))

    def written_at(self, found: Story, last: date, number: int) -> datetime:
        """Return when an entry is handed in: early enough for what is to follow by then."""
        start = self.round.opens_on + timedelta(days=3)
        end = last
        if found.extended:
            start, end = (self.round.closes_on + timedelta(days=n) for n in (5, 12))
        elif found.late:
            start, end = last + timedelta(days=2), self.round.closes_on - timedelta(days=5)
        elif self.round.is_open and found.end not in {End.DRAFT, End.SUBMITTED}:
            end = last - timedelta(days=9)
        days = list(working_days(start, end))
        return moment(days[number % len(days)], 9 + number % 8, number % 60)

    # --- What the people do -----------------------------------------------------

    def author(self, row: Responsibility) -> User:
        """Return who writes for an actor: a sample account of it, else the secretariat."""
        able = (self.people.contributor, self.people.coordinator)
        found = [p for p in able if permissions.can_write_for(self.rights(p), row)]
        return (
            found[texts.seed(row.action.label) % len(found)] if found else self.people.secretariat
        )

    def decider(self, entry: Entry) -> User:
        """Return who decides on an entry: one who may."""
        authors = entries.authors(entry)
        able = (self.people.reviewer, self.people.secretariat)
        return next(p for p in able if permissions.can_decide(self.rights(p), entry, authors))

    def rights(self, person: User) -> permissions.Rights:
        """Return what somebody may on the day that is played."""
        return permissions.rights(person, on=self.day or date.min)

    def start(self, row: Responsibility, now: datetime) -> None:
        """Begin an entry that is not expected."""
        self.entries[row.pk] = entries.start(
            row, reporting_round=self.round, by=self.author(row), now=now
        )

    def save(self, row: Responsibility, found: Story, now: datetime) -> None:
        """Save a draft: what was done, and little else."""
        full = texts.content(row, found.status, self.round.year)
        part = {name: full[name] for name in ("status", "language", "done")}
        self.write(entries.save, row, part, now)

    def submit(self, row: Responsibility, found: Story, now: datetime) -> None:
        """Hand an entry in."""
        full = texts.content(row, found.status, self.round.year)
        if found.unchanged:
            before = entries.last_year(self.entries[row.pk])
            full |= {"unchanged": True} | ({"done": before.spoken.done} if before else {})
        if found.moved_back:
            full["obstacles"] = texts.said("moved_back", full["language"])
        self.write(entries.submit, row, full | self.delay(row, full), now)

    def delay(self, row: Responsibility, full: dict[str, Any]) -> dict[str, Any]:
        """Return the kind of the obstacles that are told, and a later date where one is due."""
        if not full.get("obstacles"):
            return {}
        place = texts.seed(f"{row.action.label} {row.actor.slug}") % (len(OBSTACLE_KINDS) - 1)
        found: dict[str, Any] = {"obstacle_codes": [OBSTACLE_KINDS[place][0]]}
        end = row.action.period_end
        if end and end <= self.round.reference_date and full["status"] in UNFINISHED:
            found["expected_by"] = f"{self.round.year + 1}-12-31"
        return found

    def submit_again(self, row: Responsibility, now: datetime) -> None:
        """Hand a returned entry in again, with more to say."""
        language = self.entries[row.pk].language
        more = texts.pick(texts.store()["results"][language], row.actor.slug, "more", now.year)
        text = f"{texts.marked(more, language)}\n\n{texts.said('added', language)}"
        self.write(entries.submit, row, self.entries[row.pk].content() | {"results": text}, now)

    def write(
        self, service: Callable[..., Entry], row: Responsibility, content: Any, now: datetime
    ) -> None:
        """Save or submit, as whoever writes for the actor."""
        entry = self.entries[row.pk]
        self.entries[row.pk] = service(
            entry, by=self.author(row), version=entry.version, content=content, now=now
        )

    def withdraw(self, row: Responsibility, now: datetime) -> None:
        """Take an entry back."""
        entry = self.entries[row.pk]
        self.entries[row.pk] = entries.withdraw(entry, by=self.author(row), now=now)

    def reopen(self, row: Responsibility, now: datetime) -> None:
        """Take finished work up again."""
        reason = texts.said("reopened", texts.language_of(row.actor))
        entry = self.entries[row.pk]
        self.entries[row.pk] = entries.reopen(entry, by=self.author(row), reason=reason, now=now)

    def send_back(self, row: Responsibility, now: datetime) -> None:
        """Return an entry, with comments."""
        entry = self.entries[row.pk]
        given = texts.comments(entry.language)
        whole = given.pop("comment")
        if entry.evidence:
            del given["evidence"]
        self.entries[row.pk] = entries.send_back(
            entry, by=self.decider(entry), version=entry.version, comment=whole, comments=given,
            now=now,
        )  # fmt: skip

    def accept(self, row: Responsibility, now: datetime) -> None:
        """Accept an entry."""
        entry = self.entries[row.pk]
        self.entries[row.pk] = entries.accept(
            entry, by=self.decider(entry), version=entry.version, now=now
        )


# --- Days -------------------------------------------------------------------------

SATURDAY = 5


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment in Brussels."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def working_days(start: date, end: date) -> Iterable[date]:
    """Yield the days from Monday to Friday of a period."""
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return (day for day in days if day.weekday() < SATURDAY)


def later(now: datetime, days: int) -> datetime:
    """Return the same hour some days later, on a working day."""
    found = now + timedelta(days=days)
    while timezone.localdate(found).weekday() >= SATURDAY:
        found += timedelta(days=1)
    return found
