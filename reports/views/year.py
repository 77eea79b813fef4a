"""The secretariat's year: the steps of a round with their days and people, and who changed them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actions.forms.steps import StepsForm
from actions.models import ReportingRound, RoundStep
from actions.services import seen
from actions.services import steps as service
from actions.views.members_only import READ_WRITE, MemberRequest, member_page, secretariat
from actions.views.offering import attempt, offer
from actions.views.round_management import get_round, with_weekday
from reports import year

MOST_CHANGES = 30


@member_page(secretariat, methods=READ_WRITE)
def steps(request: MemberRequest, key: int) -> HttpResponse:
    """Set the days and people of the steps of a round; tick what only a hand can tick."""
    found = get_round(key)
    rows = service.of_round(found)
    stored = service.as_one(found, rows)
    start = vars(stored) | {"seen": seen.digest(stored, service.NAMES)}
    people = service.eligible().values()
    form = StepsForm(request.POST or None, rows=rows, people=people, initial=start)
    offer(request, form)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: service.save(
                found,
                parts=form.parts(),
                seen=form.cleaned_data["seen"],
                by=request.user,
                now=request.now,
            ),
            service.NAMES,
        )
        if done is not None:
            messages.success(request, _("The steps are saved."))
            return redirect("reports:steps", found.pk)
    context = {
        "plan": found.plan,
        "round": found,
        "form": form,
        "lines": lines(found, form, request),
        "days_off": days_off(found),
        "changes": changes(found),
    }
    return TemplateResponse(request, "year/steps.html", context)


def lines(found: ReportingRound, form: StepsForm, request: MemberRequest) -> list[dict[str, Any]]:
    """Return each step with its fields, with what is known of it, and what should come first."""
    steps = year.read([found], on=request.on)[found.pk].steps
    known = {service.key_of(step.kind, step.language): step for step in steps}
    early = year.too_early(steps)
    return [
        {"step": known[row.key], "fields": fields, "after": early.get(row.key)}
        for row, fields in form.lines()
    ]


def days_off(found: ReportingRound) -> list[str]:
    """Say in words which steps are planned on a day on which nobody works."""
    words = _("%(step)s: %(day)s is no working day; the next one is %(next)s.")
    return [
        words
        % {
            "step": row.label,
            "day": with_weekday(row.planned_on) if row.planned_on else "",
            "next": with_weekday(following),
        }
        for row, following in service.days_off(found)
    ]


def changes(found: ReportingRound) -> list[dict[str, Any]]:
    """Return what was changed last of the steps of a round, and by whom."""
    rows = RoundStep.history.filter(round_id=found.pk).select_related(
        "history_user", "person", "stand_in"
    )
    return [
        {
            "row": row,
            "label": row.instance.label,
            "by": row.history_user.get_full_name() if row.history_user else "NAP monitor",
            "people": [one.get_full_name() for one in (row.person, row.stand_in) if one],
        }
        for row in rows.order_by("-history_date", "-history_id")[:MOST_CHANGES]
    ]
