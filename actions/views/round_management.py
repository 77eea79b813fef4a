"""The secretariat's pages of rounds: plan, open, close, reopen, extend, override a status."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from actions import round_status
from actions.enums import EntryState, RoundState
from actions.forms.rounds import ExtensionForm, OverrideForm, ReopenForm, RoundForm
from actions.models import (
    Action,
    Actor,
    Amendment,
    BodyChange,
    Entry,
    Extension,
    Override,
    Plan,
    ReportingRound,
)
from actions.models.statuses import RULE_WORDS
from actions.refusals import Refused
from actions.rules import deadlines, reminders, workdays
from actions.services import inheritance, passed, rounds, seen
from actions.services.takeover import ENDING
from actions.typography import date_format
from actions.views.members_only import (
    READ_WRITE,
    MemberRequest,
    member_page,
    secretariat,
    tell_refusal,
    was_done,
)
from actions.views.offering import attempt, offer


@member_page(secretariat)
def round_list(request: MemberRequest) -> HttpResponse:
    """Show the rounds of all plans with their state, days and progress."""
    mine = Q(entries__expected=True)
    rows = ReportingRound.objects.select_related("plan").annotate(
        expected=Count("entries", filter=mine),
        accepted=Count("entries", filter=mine & Q(entries__state=EntryState.ACCEPTED)),
        submitted=Count("entries", filter=mine & Q(entries__state=EntryState.SUBMITTED)),
    )
    lines = [{"round": row, "end": next_end(row, request.on)} for row in rows.order_by("-year")]
    return TemplateResponse(request, "rounds/list.html", {"lines": lines})


def free_year(plan: Plan | None, year: int) -> int:
    """Return the year after the last one for which a plan has a round, else the one given.

    A round is planned in the year that it is about, and as often in the next.
    """
    last = ReportingRound.objects.filter(plan=plan).aggregate(last=Max("year"))["last"]
    return last + 1 if last else year


@member_page(secretariat, methods=READ_WRITE)
def round_new(request: MemberRequest) -> HttpResponse:
    """Plan a round."""
    plan = Plan.objects.published().filter(slug=settings.CURRENT_PLAN).first()
    year = free_year(plan, request.on.year)
    start = {
        "plan": plan,
        "year": year,
        "reference_date": date(year, 12, 31),
        "remind_before": list(reminders.BEFORE),
        "remind_after": list(reminders.AFTER),
    }
    form = offer(request, RoundForm(request.POST or None, initial=start))
    if request.method == "POST" and form.is_valid():
        stored = attempt(form, lambda: rounds.save(form.instance, by=request.user, now=request.now))
        if stored is not None:
            messages.success(request, _("The round is planned. Open it when you are ready."))
            warn_of_days_off(request, stored)
            return redirect("actions:round", stored.pk)
    return TemplateResponse(request, "rounds/new.html", {"form": form})


@member_page(secretariat, methods=READ_WRITE)
def manage(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a round with all that can be done with it; change its days."""
    found = get_round(pk)
    was = {"seen": seen.digest(found, rounds.DAYS)}
    form = RoundForm(request.POST or None, instance=get_round(pk), initial=was)
    offer(request, form)
    if request.method == "POST" and form.is_valid():
        stored = attempt(
            form,
            lambda: rounds.save(
                form.instance, by=request.user, now=request.now, seen=form.cleaned_data["seen"]
            ),
            rounds.DAYS,
        )
        if stored is not None:
            messages.success(request, _("The days are saved."))
            warn_of_days_off(request, stored)
            return redirect("actions:round", pk)
    set_here = Action.objects.filter(overrides__round=found)
    entries = found.entries.filter(expected=True)
    context = {
        "plan": found.plan,
        "round": found,
        "form": form,
        "end": next_end(found, request.on),
        "counts": entries.aggregate(
            expected=Count("pk"),
            accepted=Count("pk", filter=Q(state=EntryState.ACCEPTED)),
            submitted=Count("pk", filter=Q(state=EntryState.SUBMITTED)),
            carried=Count("pk", filter=Q(carried_from__isnull=False)),
        ),
        "forecast": rounds.forecast(found, on=request.on),
        "extensions": extensions_of(found),
        "reported": rounds.reported(found),
        "further": found.is_published and not found.is_frozen,
        "let_in": let_in(found),
        "passed": len(passed.waiting(found, on=request.on)),
        "overridden": round_status.of_round(found, among=set_here).rows,
    }
    return TemplateResponse(request, "rounds/manage.html", context)


def let_in(given: ReportingRound) -> list[Entry]:
    """Return the entries that may change for the edition that follows the published one."""
    if not given.is_published:
        return []
    rows = Entry.objects.for_list().filter(round=given, let_in__gte=given.published)
    return list(rows)


def extensions_of(given: ReportingRound) -> list[Extension]:
    """Return the extensions of a round, by the names of the actors."""
    rows = given.extensions.select_related("actor").prefetch_related("actor__names")
    return sorted(rows, key=lambda extension: extension.actor.sort_key)


# --- Steps, each confirmed --------------------------------------------------------


@member_page(secretariat, methods=READ_WRITE)
def open_round(request: MemberRequest, pk: int) -> HttpResponse:
    """Say what opening will do; do it."""
    found = get_round(pk)
    if request.method == "POST":
        made = _("The round is open.")
        return step(request, pk, made, lambda: rounds.open(found, by=request.user, now=request.now))
    more = {"running": rounds.still_running(found), "days_off": days_off(found)}
    more["since"] = changed_since_last(found)
    return confirm(request, found, "rounds/open.html", possible=found.is_planned, **more)


def changed_since_last(given: ReportingRound) -> list[str]:
    """Return what bodies and plan became since the round before, that the round asks for now."""
    rows = ReportingRound.objects.filter(plan=given.plan_id, year__lt=given.year)
    last = rows.order_by("year").last()
    if last is None:
        return []
    days = {"on__gt": last.reference_date, "on__lte": given.reference_date}
    held = Q(actor__responsibilities__action__plan=given.plan_id)
    taken = BodyChange.objects.filter(held, undone_at=None, act__in=ENDING, **days).distinct()
    found = []
    for row in taken.select_related("actor").order_by("on", "pk"):
        heirs = inheritance.all_of([heir.label for heir in inheritance.living(row, on=row.on)])
        words = _("%(day)s: %(heirs)s took over from %(body)s.")
        facts = {"day": date_format(row.on), "heirs": heirs, "body": row.actor.label}
        found.append(words % facts)
    amended = Amendment.objects.filter(plan=given.plan_id, confirmed_at__isnull=False, **days)
    for one in amended.annotate(n=Count("lines")).order_by("on"):
        words = ngettext(
            "%(day)s: the plan is amended, %(n)s action is concerned.",
            "%(day)s: the plan is amended, %(n)s actions are concerned.",
            one.n,
        )
        found.append(words % {"day": date_format(one.on), "n": one.n})
    return found


@member_page(secretariat, methods=READ_WRITE)
def close_round(request: MemberRequest, pk: int) -> HttpResponse:
    """Say what closing will do; do it."""
    found = get_round(pk)
    if request.method == "POST":
        made = _("The round is closed.")
        return step(
            request, pk, made, lambda: rounds.close(found, by=request.user, now=request.now)
        )
    return confirm(request, found, "rounds/close.html", possible=found.is_open)


@member_page(secretariat, methods=READ_WRITE)
def reopen_round(request: MemberRequest, pk: int) -> HttpResponse:
    """Say what reopening will do, ask why and until when; do it."""
    found = get_round(pk)
    form = offer(request, ReopenForm(request.POST or None))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        stored = attempt(
            form,
            lambda: rounds.reopen(found, by=request.user, now=request.now, **given),
        )
        if stored is not None:
            messages.success(request, _("The round is open again."))
            return redirect("actions:round", pk)
    if request.method != "POST" and (words := rounds.reported(found)):
        tell_refusal(request, Refused(words))
        return redirect("actions:round", pk)
    possible = found.state == RoundState.CLOSED or request.method == "POST"
    return confirm(request, found, "rounds/reopen.html", possible=possible, form=form)


@member_page(secretariat, methods=READ_WRITE)
def update_round(request: MemberRequest, pk: int) -> HttpResponse:
    """Say what bringing a round up to date with the plan will do; do it."""
    found = get_round(pk)
    if request.method == "POST":
        return step(
            request,
            pk,
            _("The round agrees with the plan."),
            lambda: rounds.bring_up_to_date(found, by=request.user, now=request.now),
        )
    return confirm(request, found, "rounds/update.html", possible=not found.is_planned)


@member_page(secretariat, methods=READ_WRITE)
def extend(request: MemberRequest, pk: int) -> HttpResponse:
    """Let one actor write until a later day."""
    found = get_round(pk)
    if request.method != "POST" and (words := rounds.reported(found)):
        tell_refusal(request, Refused(words))
        return redirect("actions:round", pk)
    writing = Q(responsibilities__entries__round=found) | Q(reports_for__entries__round=found)
    actors = Actor.objects.filter(writing).distinct()
    chosen = extension_of(found, request.GET.get("actor", ""))
    form = offer(request, ExtensionForm(request.POST or None, actors=actors, initial=chosen))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        stored = attempt(
            form,
            lambda: rounds.extend(found, by=request.user, now=request.now, **given),
            rounds.EXTENDED,
        )
        if stored is not None:
            messages.success(request, _("The extension is saved."))
            return redirect("actions:round", pk)
    context = {"plan": found.plan, "round": found, "form": form}
    return TemplateResponse(request, "rounds/extend.html", context)


@member_page(secretariat, methods=READ_WRITE)
def override(request: MemberRequest, pk: int, label: str) -> HttpResponse:
    """Set, change or remove a status in place of the derived one."""
    found = get_round(pk)
    action = get_object_or_404(Action, plan=found.plan, label=label)
    years = round_status.of_action(found, action)
    if found.is_planned or not years[0].rows:
        raise Http404
    row = years[0].rows[0]
    stored = Override.objects.filter(round=found, action=action).first()
    if request.method == "POST" and "remove" in request.POST:
        return remove_override(request, stored, pk)
    given = stored or Override(round=found, action=action)
    was = {"seen": seen.digest(stored, rounds.SET_BY_HAND)}
    form = offer(request, OverrideForm(request.POST or None, instance=given, initial=was))
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: rounds.override(
                form.instance, by=request.user, now=request.now, seen=form.cleaned_data["seen"]
            ),
            rounds.SET_BY_HAND,
        )
        if done is not None:
            messages.success(
                request,
                _("The status is set. The one that follows from the entries is kept beside it."),
            )
            return redirect("actions:round", pk)
    context = {
        "plan": found.plan,
        "round": found,
        "action": action,
        "row": row,
        "rule": RULE_WORDS[row.explanation.rule],
        "form": form,
    }
    return TemplateResponse(request, "rounds/override.html", context)


# --- Parts ----------------------------------------------------------------------


def get_round(pk: int) -> ReportingRound:
    """Return a round, or 404."""
    return get_object_or_404(ReportingRound.objects.select_related("plan"), pk=pk)


def days_off(found: ReportingRound) -> list[str]:
    """Say in words which last days of a round nobody works on, and which working day comes next."""
    words = {
        "deadline": _("The deadline, %(day)s, is no working day; the next one is %(next)s."),
        "closes_on": _("The last day, %(day)s, is no working day; the next one is %(next)s."),
    }
    return [
        words[name]
        % {
            "day": with_weekday(day),
            "next": with_weekday(workdays.first_from(day)),
        }
        for name, day in rounds.days_off(found)
    ]


def with_weekday(day: date) -> str:
    """Return a day in words, as the language writes it after the name of its weekday."""
    told = {"weekday": date_format(day, "l"), "day": date_format(day)}
    return pgettext("a day after its weekday", "%(weekday)s %(day)s") % told


def warn_of_days_off(request: MemberRequest, found: ReportingRound) -> None:
    """Say on the next page which last days nobody works on; they are kept all the same."""
    for line in days_off(found):
        messages.warning(request, line)


def next_end(found: ReportingRound, on: date) -> str:
    """Say in words what day of a round comes next, and in how many days."""
    if found.is_planned:
        left = deadlines.days_left(found.opens_on, on=on)
        return days_until(_("Opens"), left) if left >= 0 else _("To be opened: the day has come.")
    if found.state == RoundState.CLOSED:
        return ""
    left = deadlines.days_left(found.deadline, on=on)
    if left >= 0:
        return days_until(_("Deadline"), left)
    left = deadlines.days_left(found.closes_on, on=on)
    return days_until(_("Closes"), left) if left >= 0 else _("Closed for writing; close it.")


def days_until(what: str, left: int) -> str:
    """Say that something happens today, or in so many days."""
    if left == 0:
        return _("%(what)s today") % {"what": what}
    words = ngettext("%(what)s in %(n)s day", "%(what)s in %(n)s days", left)
    return words % {"what": what, "n": left}


def step(request: MemberRequest, pk: int, made: str, work: Callable[[], Any]) -> HttpResponse:
    """Take a confirmed step and go back to the round."""
    was_done(request, work, made)
    return redirect("actions:round", pk)


def confirm(
    request: MemberRequest, found: ReportingRound, template: str, *, possible: bool, **more: Any
) -> HttpResponse:
    """Show what a step will do, or go back where it is not possible now."""
    if not possible:
        messages.error(
            request,
            _(
                "This was not done: the round has changed meanwhile. "
                "Below stands what can be done now."
            ),
        )
        return redirect("actions:round", found.pk)
    open_ones = found.entries.filter(
        expected=True, state__in=[EntryState.EMPTY, EntryState.DRAFT, EntryState.RETURNED]
    )
    context = {
        "plan": found.plan,
        "round": found,
        "forecast": rounds.forecast(found, on=request.on),
        "unwritten": open_ones.count(),
        "waiting": found.entries.filter(state=EntryState.SUBMITTED).count(),
        **more,
    }
    return TemplateResponse(request, template, context)


def extension_of(found: ReportingRound, actor: str) -> dict[str, Any]:
    """Return what an actor's extension says, to change it; without one, the actor alone."""
    slug = actor.replace("\0", "")
    row = Extension.objects.filter(round=found, actor__slug=slug).first()
    if row is None:
        return {"actor": Actor.objects.filter(slug=slug).values_list("pk", flat=True).first()}
    was = seen.digest(row, rounds.EXTENDED)
    return {"actor": row.actor_id, "until": row.until, "reason": row.reason, "seen": was}


def remove_override(request: MemberRequest, stored: Override | None, pk: int) -> HttpResponse:
    """Let the derived status stand again."""
    if stored is not None:
        rounds.remove_override(stored, by=request.user, now=request.now)
        messages.success(request, _("The status follows from the entries again."))
    return redirect("actions:round", pk)
