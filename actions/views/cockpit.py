"""The secretariat's first page: what must be done today, and what colleagues did last."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Q
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from actions import round_status, writing
from actions.enums import BEGUN, WRITABLE, EntryState, LetterState, RoundState
from actions.models import (
    Entry,
    ErrorNotice,
    Extension,
    Invitation,
    Letter,
    ReportingRound,
    Responsibility,
    Returned,
)
from actions.models.entries import TEXTS
from actions.outbox import sending
from actions.outbox.reminders import done_until
from actions.round_status import received
from actions.rules import reminders, workdays
from actions.seats import Seats
from actions.services import passed, resets
from actions.typography import date_format
from actions.views import done_last
from actions.views.members_only import MemberRequest, member_page, secretariat
from actions.views.round_management import next_end, with_weekday
from document import charts

SOON = timedelta(days=14)  # an extension that ends is told so long before


class Todo(NamedTuple):
    """Something to do: how much, what, and where; ``is_urgent`` stands out."""

    number: int
    label: str
    link: str
    is_urgent: bool = False


@member_page(secretariat)
def cockpit(request: MemberRequest) -> HttpResponse:
    """Answer what must be done today: round by round, then what holds for all."""
    rounds = list(
        ReportingRound.objects.filter(published__isnull=True)
        .select_related("plan")
        .order_by("closes_on", "pk")
    )
    running = sorted((r for r in rounds if not r.is_planned), key=lambda r: not r.is_open)
    counts, curves = counts_of(running, request.on), received.read(running, on=request.on)
    reminded = done_until()
    lines = [
        {
            "round": given,
            "end": next_end(given, request.on),
            "next": next_step(given, counts[given.pk], request.on),
            "todos": [todo for todo in todos(given, counts[given.pk]) if todo.number],
            "counts": counts[given.pk],
            "chart": chart(curves[given.pk], given),
            "said": said(curves[given.pk], counts[given.pk]),
        }
        for given in running
    ]
    context = {
        "lines": lines,
        "planned": [
            {"round": given, "end": next_end(given, request.on)}
            for given in rounds
            if given.is_planned
        ],
        "todos": [todo for todo in everywhere(request) if todo.number],
        "reminded": reminded,
        "is_behind": bool(running) and is_behind(reminded, request.on),
        "done": done_last.read(),
        "is_sample": any(given.is_sample for given in running),
    }
    return TemplateResponse(request, "secretariat/cockpit.html", context)


# --- What is to be done -------------------------------------------------------------


def counts_of(rounds: list[ReportingRound], on: date) -> dict[int, Counter[str]]:
    """Return how many expected entries of each round stand where; five queries for all rounds."""
    late = Q(pk__in=[])
    for given in rounds:
        late |= Q(round=given) & round_status.late_ones(given, on=on)
    own = Q(carried_from__isnull=True)
    rows = (
        Entry.objects.filter(round__in=rounds, expected=True)
        .order_by()
        .values("round")
        .annotate(
            **{state.value: Count("pk", filter=Q(state=state) & own) for state in EntryState},
            expected_ones=Count("pk"),
            carried=Count("pk", filter=~own),
            late_ones=Count("pk", filter=late & Q(state__in=sorted(WRITABLE))),
        )
    )
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for given in rounds:
        found[given.pk].clear()
    for row in rows:
        found[row.pop("round")].update(row)
    wanting = Entry.objects.filter(
        round__in=rounds, expected=True, state__in=sorted(WRITABLE)
    ).order_by()
    held = Responsibility.objects.filter(entries__in=wanting.values("pk")).distinct()
    seats = Seats.read(on=on)
    alone = {row.pk for row in held if not seats.asked(row, on=on)}
    for key, responsibility in wanting.values_list("round", "responsibility"):
        found[key]["alone"] += responsibility in alone
    extensions = Extension.objects.filter(round__in=rounds, until__range=(on, on + SOON))
    for key, count in extensions.order_by().values_list("round").annotate(Count("pk")):
        found[key]["ending"] = count
    begun = Entry.objects.filter(round__in=rounds, state__in=sorted(BEGUN), left_out=False)
    begun = begun.select_related("round", "responsibility").defer(*TEXTS, "evidence")
    known = writing.read_extensions(rounds)
    for entry in begun:
        found[entry.round_id]["passed"] += passed.has_passed(entry, on=on, extensions=known)
    return found


def todos(given: ReportingRound, counts: Counter[str]) -> Iterator[Todo]:
    """Yield what a round asks the secretariat to do, each with the way there."""
    who = reverse("actions:round-expected", args=[given.pk])
    queue = f"{reverse('actions:review-queue')}?round={given.pk}"
    page = reverse("actions:round", args=[given.pk])
    yield Todo(counts["submitted"], _("to review"), queue)
    drafts = ngettext(
        "draft whose last day has passed", "drafts whose last day has passed", counts["passed"]
    )
    passed_ones = reverse("actions:round-passed", args=[given.pk])
    yield Todo(counts["passed"], drafts, passed_ones, is_urgent=True)
    yield Todo(*of_entries(counts, "late_ones"), f"{who}?late=yes#entries-title", is_urgent=True)
    yield Todo(*of_entries(counts, "alone"), f"{who}?members=none&state=open#entries-title")
    for state in ("returned", "draft", "empty"):
        yield Todo(*of_entries(counts, state), f"{who}?state={state}#entries-title")
    extensions = ngettext(
        "extension that ends within two weeks",
        "extensions that end within two weeks",
        counts["ending"],
    )
    yield Todo(counts["ending"], extensions, page)


def of_entries(counts: Counter[str], name: str) -> tuple[int, str]:
    """Return how many entries are to be chased, and in which state: in words that follow number."""
    n = counts[name]
    words = {
        "late_ones": npgettext("entries", "late and not in", "late and not in", n),
        "alone": npgettext(
            "entries", "not in, and nobody writes for it", "not in, and nobody writes for them", n
        ),
        "returned": npgettext("entries", "returned, not in again", "returned, not in again", n),
        "draft": npgettext("entries", "begun", "begun", n),
        "empty": npgettext("entries", "not begun", "not begun", n),
    }
    return n, words[name]


def everywhere(request: MemberRequest) -> Iterator[Todo]:
    """Yield what is to be done whatever the round."""
    page = reverse("actions:letters")
    failed = Letter.objects.filter(state=LetterState.FAILED).count()
    unclear = Letter.objects.filter(sending.unclear(now=request.now)).count()
    words = ngettext("e-mail that failed", "e-mails that failed", failed)
    yield Todo(failed, words, f"{page}?state=failed", is_urgent=True)
    words = ngettext(
        "e-mail that may not have arrived", "e-mails that may not have arrived", unclear
    )
    yield Todo(unclear, words, f"{page}?state=unclear")
    returned = Returned.objects.open().values("address").distinct().count()
    words = npgettext("to be done", "address that failed", "addresses that failed", returned)
    yield Todo(returned, words, reverse("actions:returned"), is_urgent=True)
    reported = ErrorNotice.objects.open().count()
    words = npgettext(
        "to be done", "error that a reader reported", "errors that readers reported", reported
    )
    yield Todo(reported, words, reverse("actions:errors"))
    lost = resets.standing(now=request.now).count()
    words = ngettext("lost second factor to decide on", "lost second factors to decide on", lost)
    yield Todo(lost, words, reverse("actions:resets"), is_urgent=True)
    over = Invitation.objects.filter(
        used_at=None, withdrawn_at=None, expires_at__lte=request.now
    ).count()
    words = ngettext("invitation that ran out unused", "invitations that ran out unused", over)
    yield Todo(over, words, reverse("actions:all-members"))


def next_step(given: ReportingRound, counts: Counter[str], on: date) -> str:
    """Say what comes next in a round, and on which day."""
    if given.is_open and on <= given.closes_on:
        days = reminders.days(given.deadline, given.remind_before, given.remind_after)
        coming = [
            *((day, _("Reminders go out")) for day in days if on < day <= given.closes_on),
            *([(given.deadline, _("Deadline"))] if on <= given.deadline else []),
            (given.closes_on, _("Last day of writing")),
        ]
        day, what = min(coming, key=lambda one: one[0])
        return _("%(what)s on %(day)s") % {"what": what, "day": with_weekday(day)}
    if given.state == RoundState.OPEN:
        return _("Close the round: its last day has passed.")
    if given.is_frozen:
        return _("Publish the frozen report.")
    if counts["submitted"]:
        return _("Finish the review, then freeze the report.")
    return _("Freeze the report.")


def is_behind(until: date | None, on: date) -> bool:
    """Tell whether the reminders of the last working day were never written."""
    return until is not None and until < workdays.last_until(on - timedelta(days=1))


# --- The curve ----------------------------------------------------------------------


def chart(found: received.Received, given: ReportingRound) -> charts.Chart | None:
    """Draw what came in by when; None for a round of less than two days."""
    if found.last < 1:
        return None
    marks = (0, *([found.deadline] if 0 < found.deadline < found.last else []), found.last)
    words = charts.Words(
        f"received-{given.pk}",
        _("Entries received, %(year)s") % {"year": given.year},
        _("Entries submitted for the first time, up to each day."),
        _("Round"),
    )
    days = [found.first + timedelta(days=day) for day in marks]
    columns = [date_format(day, "MONTH_DAY_FORMAT") for day in days]
    rows = [charts.Curve(str(given.year), found.points, marks)]
    if found.earlier is not None:
        label = _("%(year)s, as many days from the deadline") % {"year": found.earlier.year}
        rows.append(charts.Curve(label, found.before, marks))
    return charts.curves(words, columns, rows, 420)


def said(found: received.Received, counts: Counter[str]) -> str:
    """Say in a sentence how much came in, and how much last time as many days from the deadline."""
    known = [value for value in found.points if value is not None]
    numbers = {"n": known[-1] if known else 0, "m": counts["expected_ones"] - counts["carried"]}
    line = _("%(n)s of %(m)s entries have come in.") % numbers
    if found.earlier is None or not known:
        return line
    then = {"year": found.earlier.year, "n": found.before[len(known) - 1]}
    last_time = _("At this point of %(year)s it was %(n)s.") % then
    return f"{line} {last_time}"
