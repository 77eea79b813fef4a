"""Amends plans: a draft by several hands, its confirmation for a day, coming into force, undoing.

Actions that are added or withdrawn and responsibilities are dated rows from the confirmation on;
a new wording, number or place takes effect on the day. What an amendment did is kept with it
(``Amendment.made``), so that undoing it puts back what stood there.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Max, ProtectedError, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from actions.enums import AmendmentAct, BodyAct, EntryState, Event, RoundState
from actions.models import (
    Action,
    Amendment,
    AmendmentLine,
    BodyChange,
    Entry,
    EntryVersion,
    FormerWording,
    Override,
    Plan,
    ReportingRound,
    Responsibility,
    ReviewEvent,
    Source,
    User,
)
from actions.models.actions import DAYS, FORMER, SAID, put_said, said_by
from actions.models.fields import LANGUAGES
from actions.outbox import events
from actions.refusals import Conflict, Refused
from actions.rules import numbering
from actions.services import bodies, inheritance, plan, rounds
from actions.services import seen as seeing
from actions.services.amending import (
    DECISION,
    NOTES,
    Change,
    Foreseen,
    foresee,
    read,
    wording_faults,
)
from actions.services.entries import day
from actions.services.rounds import secretariat
from actions.services.seen import CHANGED
from actions.services.takeover import DAY
from actions.typography import date_format

Made = dict[str, Any]
FACTS = (*DECISION, *NOTES)
LINE = ("act", "parent_id", "said", "begins", "ends", *NOTES)
logger = logging.getLogger(__name__)


# --- The draft ----------------------------------------------------------------------


@transaction.atomic
def start(given: Plan, *, by: User, now: datetime) -> Amendment:
    """Begin an amendment of a plan; the one that is being prepared, where there is one."""
    secretariat(by, now)
    Plan.objects.select_for_update().get(pk=given.pk)
    found = Amendment.objects.filter(plan=given, confirmed_at=None).first()
    if found is None:
        found = Amendment(plan=given, started_by=by, started_at=now)
        plan.save(found, by=by)
    return found


@transaction.atomic
def save_decision(
    amendment: Amendment, facts: Mapping[str, Any], *, seen: str | None, by: User, now: datetime
) -> Amendment:
    """Store day, decision and notes of a draft; raises ValidationError by field, or Conflict."""
    secretariat(by, now)
    stored = lock_draft(amendment)
    seeing.check(stored, dict(facts), seen)
    for name in FACTS:
        setattr(stored, name, facts[name])
    plan.save(stored, by=by)
    return stored


@transaction.atomic
def save_line(
    line: AmendmentLine, facts: Mapping[str, Any], *, seen: str | None, by: User, now: datetime
) -> AmendmentLine | None:
    """Store what a draft does to an action; None where that is nothing any more.

    Raises ValidationError by column, or Conflict where somebody else was quicker.
    """
    secretariat(by, now)
    amendment = lock_draft(line.amendment)
    if line.pk or line.action_id:
        rows = amendment.lines.filter(Q(pk=line.pk) if line.pk else Q(action=line.action_id))
        stored = rows.first()
        if line.pk and stored is None:
            raise Refused(_("This part of the draft was removed meanwhile."))
    else:
        stored = None
    seeing.check(stored, dict(facts), seen)
    found = stored or AmendmentLine(amendment=amendment, action=line.action)
    for name in LINE:
        setattr(found, name, facts[name])
    check_wording(found, amendment)
    if found.act == AmendmentAct.CHANGE and not (found.said or found.begins or found.ends):
        if stored is not None:
            plan.delete(stored, by=by)
        return None
    plan.save(found, by=by)
    return found


def check_wording(line: AmendmentLine, amendment: Amendment) -> None:
    """Raise ValidationError, by column, where an action cannot say what it is to say."""
    if line.act == AmendmentAct.WITHDRAW:
        return
    standing = read(amendment, [line])
    before = standing.actions.get(line.action_id or 0)
    start_from = before or Action(plan=amendment.plan, parent=line.parent)
    after = start_from.saying(line.said)
    if faults := wording_faults(after, standing.sections):
        raise ValidationError({name: [words] for name, words in faults.items()})
    taken = {row.label for pk, row in standing.actions.items() if pk != line.action_id}
    if before is None and after.label in taken:
        raise ValidationError({"label": [_("The plan has an action with this number already.")]})


@transaction.atomic
def drop_line(line: AmendmentLine, *, by: User, now: datetime) -> None:
    """Take one action out of a draft."""
    secretariat(by, now)
    lock_draft(line.amendment)
    if stored := AmendmentLine.objects.filter(pk=line.pk).first():
        plan.delete(stored, by=by)


@transaction.atomic
def discard(amendment: Amendment, *, by: User, now: datetime) -> None:
    """Throw a draft away; its history stays."""
    secretariat(by, now)
    stored = lock_draft(amendment)
    for line in stored.lines.all():
        plan.delete(line, by=by)
    plan.delete(stored, by=by)


# --- Confirming ---------------------------------------------------------------------


@transaction.atomic
def confirm(amendment: Amendment, *, seen: str | None = None, by: User, now: datetime) -> Amendment:
    """Let an amendment take effect on its day.

    ``seen`` is the digest of what was foreseen when somebody confirmed it. Raises
    ValidationError with all that keeps it from being, Refused, and Conflict where something
    has changed since it was seen.
    """
    secretariat(by, now)
    lock_rounds(amendment.plan)
    stored = lock_draft(amendment)
    foreseen = foresee(stored)
    if seen is not None and foreseen.digest != seen:
        raise Conflict(CHANGED, stored)
    if foreseen.faults:
        raise ValidationError([told(fault) for fault in foreseen.faults])
    settle(stored, foreseen, by=by, now=now)
    if stored.on is not None and stored.on <= day(now):
        come_into_force(stored, by=by, now=now)
    return stored


def rehearse(amendment: Amendment, *, by: User, now: datetime) -> None:
    """Do all that an amendment does, its day included, to look at it and take it back.

    To be called in a transaction that is rolled back. Raises ValidationError where it cannot be.
    """
    foreseen = foresee(amendment)
    if foreseen.faults:
        raise ValidationError([told(fault) for fault in foreseen.faults])
    settle(amendment, foreseen, by=by, now=now)
    come_into_force(amendment, by=by, now=now)


def settle(amendment: Amendment, foreseen: Foreseen, *, by: User, now: datetime) -> None:
    """Store what an amendment adds, ends and begins, with its day; and that it is confirmed."""
    source = bodies.source_of(amendment.document, amendment.address, by=by)
    made: Made = {
        "source": source.pk, "added": [], "withdrawn": [], "responsibilities": [], "changed": [],
        "entries": [], "wordings": [], "positions": {}, "reworded": {},
    }  # fmt: skip
    for change in foreseen.changes:
        if change.line.act == AmendmentAct.ADD:
            add(change, source, made, by=by)
    place(amendment.plan, made["added"], made)
    for change in foreseen.changes:
        hold(change, amendment, source, made, by=by)
    ask(foreseen.changes, foreseen.rounds_asked, made)
    held = {*made["responsibilities"], *(row["pk"] for row in made["changed"])}
    actors = Responsibility.objects.filter(pk__in=held).values_list("actor", flat=True)
    made["actors"] = sorted(set(actors))
    amendment.made, amendment.confirmed_by, amendment.confirmed_at = made, by, now
    plan.save(amendment, by=by)
    events.added(inheritance.asked_since(made), key=f"amendment:{amendment.pk}", now=now)


def told(fault: Any) -> str:
    """Return what keeps an amendment from being, with the action that it is about."""
    if fault.line is None or not fault.line.label:
        return str(fault.words)
    return _("Action %(number)s: %(words)s") % {"number": fault.line.label, "words": fault.words}


def add(change: Change, source: Source, made: Made, *, by: User) -> None:
    """Store an action that is added, valid from the day on."""
    action = change.after
    assert action is not None  # noqa: S101  for the type checker
    action.position, action.title_source = 0, source
    if any(getattr(action, f"promise_{code}") for code in LANGUAGES):
        action.promise_source = source
    plan.save(action, by=by)
    made["added"].append(action.pk)
    change.line.action = action
    plan.save(change.line, by=by)


def hold(change: Change, amendment: Amendment, source: Source, made: Made, *, by: User) -> None:
    """Date what ends and begins with an amendment: an action, and who is responsible."""
    on, action = amendment.on, change.line.action
    assert on is not None and action is not None  # noqa: S101, PT018  for the type checker
    if change.line.act == AmendmentAct.WITHDRAW:
        row = Action.objects.get(pk=action.pk)
        made["withdrawn"].append([row.pk, inheritance.iso(row.valid_to)])
        row.valid_to = on - DAY
        plan.save(row, by=by)
        return
    for held in change.ends:
        inheritance.note(made, held)
        held.valid_to = on - DAY
        plan.save(held, by=by)
    last = action.responsibilities.aggregate(last=Max("position"))["last"] or 0
    for number, begin in enumerate(change.begins, start=last + 1):
        taken = Responsibility(
            action=action, actor=begin.actor, role=begin.role, position=number, source=source,
            valid_from=on,
        )  # fmt: skip
        plan.save(taken, by=by)
        made["responsibilities"].append(taken.pk)


def ask(changes: list[Change], asked: list[ReportingRound], made: Made) -> None:
    """Have entries of rounds that look at the day or later expected as the plan is then."""
    touched = {c.line.action_id for c in changes if c.line.act != AmendmentAct.CHANGE}
    touched |= {c.line.action_id for c in changes if c.begins or c.ends}
    keys = set(Responsibility.objects.filter(action__in=touched).values_list("pk", flat=True))
    gone = {key for key, _day in made["withdrawn"]}
    for given in asked:
        stored = rounds.lock(given)
        for entry in stored.entries.filter(
            responsibility__action__in=gone, state=EntryState.EMPTY, events=None
        ):
            inheritance.go(entry, made)
        inheritance.mark(stored, keys, made)


# --- Coming into force ----------------------------------------------------------------


def force_due(*, now: datetime) -> int:
    """Let confirmed amendments come into force whose day has come; return how many did.

    Twice changes nothing; one that fails keeps no other from being done.
    """
    due = Amendment.objects.filter(confirmed_at__isnull=False, in_force_at=None, on__lte=day(now))
    done = 0
    for key in due.order_by("on", "pk").values_list("pk", flat=True):
        try:
            with transaction.atomic():
                stored = lock(Amendment.objects.get(pk=key))
                if stored.confirmed_by and not stored.is_draft and stored.in_force_at is None:
                    come_into_force(stored, by=stored.confirmed_by, now=now)
                    done += 1
        except (Refused, ValidationError, DatabaseError):
            logger.exception("Amendment %s could not come into force.", key)
    return done


def come_into_force(amendment: Amendment, *, by: User, now: datetime) -> None:
    """Put the new wording in the place of the old one, which is kept with its last day."""
    made, on = amendment.made, amendment.on
    assert on is not None  # noqa: S101  for the type checker
    source = Source.objects.get(pk=made["source"])
    rows = Action.objects.select_related("plan", "section", "title_source")
    changed = []
    for line in amendment.lines.filter(act=AmendmentAct.CHANGE).order_by("pk"):
        action = rows.get(pk=line.action_id)
        before = said_by(action)
        said = {name: value for name, value in line.said.items() if before[name] != value}
        if said:
            changed.append((action, before, with_sources(said, before, source)))
    free_labels([action for action, _before, said in changed if "label" in said])
    for action, before, said in changed:
        former = FormerWording(
            action=action, valid_to=on - DAY, source=action.title_source or source,
            rest={name: before[name] for name in SAID if name not in FORMER},
            **{name: before[name] for name in FORMER},
        )  # fmt: skip
        plan.save(former, by=by)
        made["wordings"].append(former.pk)
        made["reworded"][str(action.pk)] = inheritance.iso(action.reworded_on)
        put_said(action, said)
        action.reworded_on = on
        plan.save(action, by=by)
        if "section_id" in said:
            # Its sub-actions are read where it is.
            move_below(action, amendment, made, by=by)
    places = [a.pk for a, _before, said in changed if said.keys() & {"section_id", "label"}]
    place(amendment.plan, places, made)
    amendment.in_force_at = now
    plan.save(amendment, by=by)


def with_sources(said: Mapping[str, Any], before: Mapping[str, Any], source: Source) -> Any:
    """Return what an action is to say, with the decision as the source of what is new."""
    found = dict(said)
    if any(f"title_{code}" in said for code in LANGUAGES):
        found |= {"title_source_id": source.pk, "title_source_detail": ""}
        found |= {"other_title": "", "other_title_place": ""}
    if any(f"promise_{code}" in said for code in LANGUAGES):
        found |= {"promise_source_id": source.pk, "promise_source_detail": ""}
    if "label" in said:
        found["heading_label"] = ""
    return {name: value for name, value in found.items() if before[name] != value}


def free_labels(actions: list[Action]) -> None:
    """Let numbers go from one action to another in one step: each gives its own away first."""
    for action in actions:
        Action.objects.filter(pk=action.pk).update(label=f"~{action.pk}"[:10])


def move_below(action: Action, amendment: Amendment, made: Made, *, by: User) -> None:
    """Let the sub-actions of an action that moves follow it, unless they go elsewhere."""
    own = [
        line.action_id
        for line in amendment.lines.all()
        if line.action_id is not None and "section_id" in line.said
    ]
    for row in action.sub_actions.exclude(pk__in=own):
        made.setdefault("followed", []).append([row.pk, row.section_id])
        row.section_id = action.section_id
        plan.save(row, by=by)


def place(given: Plan, keys: list[int], made: Made) -> None:
    """Give some actions their place in the order of the plan: by number, within their section."""
    if not keys:
        return
    rows = list(
        Action.objects.filter(plan=given).select_related("section").order_by("position", "pk")
    )
    by_number = numbering.order(row.label for row in rows)
    moving = sorted((row for row in rows if row.pk in keys), key=lambda row: by_number(row.label))
    listed = [row for row in rows if row.pk not in keys]
    first = min((row.position for row in listed), default=1)
    for row in moving:
        here = (section_of(row), by_number(row.label))
        before = [
            at for at, one in enumerate(listed)
            if section_of(one) < here[0] or (section_of(one) == here[0]
                                             and by_number(one.label) < here[1])
        ]  # fmt: skip
        listed.insert(before[-1] + 1 if before else 0, row)
    changed = []
    for position, row in enumerate(listed, start=first):
        if row.position != position:
            made["positions"].setdefault(str(row.pk), row.position)
            row.position = position
            changed.append(row)
    Action.objects.bulk_update(changed, ["position"])


def section_of(action: Action) -> int:
    """Return the number of an action's section; 0 outside of any."""
    return action.section.number if action.section else 0


# --- Undoing ------------------------------------------------------------------------


def refusal_to_undo(amendment: Amendment) -> str:
    """Return in words why an amendment cannot be undone; "" where it can."""
    if amendment.is_draft or amendment.on is None or amendment.confirmed_at is None:
        return _("This has been undone already.")
    others = Amendment.objects.filter(plan=amendment.plan_id).exclude(pk=amendment.pk)
    if others.filter(confirmed_at=None).exists():
        return _("Another amendment is being prepared. Confirm or discard that one first.")
    later = others.filter(on__gt=amendment.on, confirmed_at__isnull=False).order_by("-on")
    for other in later.prefetch_related("lines"):
        if rests_on(other, amendment):
            words = _("The amendment of %(day)s rests on it. Undo that first.")
            return words % {"day": date_format(other.on)}
    fixed = amendment.plan.rounds.filter(
        Q(published__isnull=False) | Q(frozen_at__isnull=False),
        reference_date__gte=amendment.on,
    )
    if fixed.exists():
        return _("A report that says so is frozen or published.")
    return body_since(amendment) or used_since(amendment)


def rests_on(later: Amendment, amendment: Amendment) -> bool:
    """Tell whether an amendment touches an action that an earlier one touches, or its number."""
    ways = [(one, list(one.lines.all())) for one in (later, amendment)]
    keys = [{key for line in lines for key in (line.action_id, line.parent_id) if key}
            | {key for key, _section in one.made.get("followed", ())}
            for one, lines in ways]  # fmt: skip
    # Numbers go from one action to another, and places follow them.
    renumbers = [
        bool(one.made.get("positions")) or any("label" in line.said for line in lines)
        for one, lines in ways
    ]
    return bool(keys[0] & keys[1]) or all(renumbers)


def body_since(amendment: Amendment) -> str:
    """Return in words that who is responsible for its actions was taken over since; else ""."""
    touched = inheritance.touched(amendment.made)
    rows = BodyChange.objects.filter(undone_at=None, at__gt=amendment.confirmed_at)
    for row in rows.exclude(act=BodyAct.RENAME).select_related("actor"):
        if touched & inheritance.touched(row.made):
            words = _("An organisation was taken over since: %(body)s. Undo that first.")
            return words % {"body": row.actor.label}
    return ""


def used_since(amendment: Amendment) -> str:
    """Return in words why an amendment is in use already; "" where it is not."""
    made, since = amendment.made, amendment.confirmed_at
    held = {*made["responsibilities"], *(row["pk"] for row in made["changed"])}
    there = Responsibility.objects.filter(pk__in=held).count()
    wordings = FormerWording.objects.filter(pk__in=made["wordings"]).count()
    added = Action.objects.filter(pk__in=made["added"]).count()
    if (there, wordings, added) != (len(held), len(made["wordings"]), len(made["added"])):
        return _("What it did was changed in the administration since.")
    keys = {line.action_id for line in amendment.lines.all() if line.action_id}
    rows = Entry.whole.filter(
        responsibility__action__in=keys, round__reference_date__gte=amendment.on
    )
    written = EntryVersion.objects.filter(entry__in=rows, at__gt=since)
    events = ReviewEvent.objects.filter(entry__in=rows, at__gt=since).exclude(kind=Event.CARRIED)
    if written.exists() or events.exists():
        return _("An entry was written or decided on since.")
    if Override.objects.filter(action__in=made["added"]).exists():
        return _("An entry was written or decided on since.")
    return ""


@transaction.atomic
def undo(amendment: Amendment, *, by: User, now: datetime) -> Amendment:
    """Put back what stood before an amendment, which is a draft again.

    Raises Refused where something hangs on it.
    """
    rights = secretariat(by, now)
    lock_rounds(amendment.plan)
    stored = lock(amendment)
    if words := refusal_to_undo(stored):
        raise Refused(words)
    made, since = stored.made, stored.confirmed_at
    events.added_no_more(f"amendment:{stored.pk}")
    put_wording_back(made, by=by)
    for kept in reversed(made["entries"]):
        bodies.put_back(kept)
    # Of rounds that were opened since: nobody has written there.
    Entry.whole.filter(responsibility__in=made["responsibilities"]).delete()
    for row in Responsibility.objects.filter(pk__in=made["responsibilities"]):
        plan.delete(row, by=by)
    for before in reversed(made["changed"]):
        bodies.put_back_responsibility(before, by=by)
    for key, until in made["withdrawn"]:
        action = Action.objects.get(pk=key)
        action.valid_to = bodies.parsed(until)
        plan.save(action, by=by)
    keys = {line.action_id for line in stored.lines.all() if line.action_id}
    for line in stored.lines.filter(act=AmendmentAct.ADD):
        line.action = None
        plan.save(line, by=by)
    try:
        for action in Action.objects.filter(pk__in=made["added"]):
            plan.delete(action, by=by)
    except ProtectedError as error:
        raise Refused(bodies.held()) from error
    opened = stored.plan.rounds.exclude(state=RoundState.PLANNED)
    held = set(Responsibility.objects.filter(action__in=keys).values_list("pk", flat=True))
    for given in opened.filter(
        opened_at__gt=since, reference_date__gte=stored.on, published=None, frozen_at=None
    ):
        rounds.make_entries(given, by=by, rights=rights, now=now, among=held)
    stored.made, stored.confirmed_by, stored.confirmed_at = {}, None, None
    stored.in_force_at = None
    plan.save(stored, by=by)
    return stored


def put_wording_back(made: Made, *, by: User) -> None:
    """Let actions say again what they said, under their numbers and in their places."""
    wordings = list(FormerWording.objects.filter(pk__in=made["wordings"]).select_related("action"))
    free_labels([row.action for row in wordings])
    for row in wordings:
        action = row.action
        put_said(action, {name: value_of(row, name) for name in FORMER} | row.rest)
        action.reworded_on = bodies.parsed(made["reworded"][str(action.pk)])
        plan.save(action, by=by)
        plan.delete(row, by=by)
    for key, section in made.get("followed", ()):
        action = Action.objects.get(pk=key)
        action.section_id = section
        plan.save(action, by=by)
    rows = Action.objects.in_bulk([int(key) for key in made["positions"]])
    for key, position in made["positions"].items():
        if int(key) in rows:
            rows[int(key)].position = position
    Action.objects.bulk_update(rows.values(), ["position"])


def value_of(row: FormerWording, name: str) -> Any:
    """Return a column of a former wording as ``put_said`` takes it."""
    value = getattr(row, name)
    return inheritance.iso(value) if name in DAYS else value


# --- Parts --------------------------------------------------------------------------


def lock(amendment: Amendment) -> Amendment:
    """Read an amendment anew and keep others from changing it until the transaction ends."""
    rows = Amendment.objects.select_for_update(of=("self",))
    found = rows.select_related("plan", "confirmed_by").filter(pk=amendment.pk).first()
    if found is None:
        raise Refused(_("This draft was discarded meanwhile."))
    return found


def lock_draft(amendment: Amendment) -> Amendment:
    """Lock an amendment that is still a draft; raises Refused otherwise."""
    stored = lock(amendment)
    if not stored.is_draft:
        by, at = stored.confirmed_by, stored.confirmed_at
        words = _(
            "This amendment is confirmed already, by %(person)s on %(day)s. Undo that to go on "
            "with it."
        )
        person, when = by.get_full_name() if by else "", date_format(localdate(at)) if at else ""
        raise Refused(words % {"person": person, "day": when})
    return stored


def lock_rounds(given: Plan) -> None:
    """Keep the rounds of a plan from being opened or frozen meanwhile, in one order."""
    list(ReportingRound.objects.select_for_update().filter(plan=given).order_by("pk"))
