"""The days of a plan's rounds, for readers' own calendars."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actions.enums import RoundState
from actions.models import Plan, ReportingRound
from actions.rules.icalendar import Day, calendar
from actions.views.http import public_page


@public_page
def feed(request: HttpRequest, plan: str) -> HttpResponse:
    """Return the days of every round that was opened; a planned one is the secretariat's alone."""
    found = get_object_or_404(Plan, slug=plan)
    rounds = list(found.rounds.exclude(state=RoundState.PLANNED).order_by("year"))
    changes = changes_of(rounds)
    address = request.build_absolute_uri(reverse("actions:plan", args=[found.slug]))
    days = [
        Day(
            f"{found.slug}-{given.year}-{name}@{host()}",
            day,
            title,
            text,
            address,
            *changes[given.pk],
        )
        for given in rounds
        for name, day, title, text in days_of(given, found)
    ]
    name = _("Follow-up: %(plan)s") % {"plan": found.label}
    content = calendar(name, get_language() or "en", days)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{found.slug}.ics"'
    return response


def days_of(given: ReportingRound, plan: Plan) -> list[tuple[str, Any, str, str]]:
    """Return the days of a round: a name that lasts, the day, its title and what it means."""
    year = {"year": given.year}
    rows = [
        (
            "opens",
            given.opens_on,
            _("Follow-up %(year)s opens") % year,
            _("From now on the organisations responsible write how far their actions are."),
        ),
        (
            "reference",
            given.reference_date,
            _("Follow-up %(year)s: reference date") % year,
            _("The day that the statuses refer to."),
        ),
        (
            "deadline",
            given.deadline,
            _("Follow-up %(year)s: deadline") % year,
            _("What is submitted after this day is marked as late."),
        ),
        (
            "closes",
            given.closes_on,
            _("Follow-up %(year)s closes") % year,
            _("The last day on which members can write."),
        ),
    ]
    sample = f"{_('sample data')}: " if given.is_sample else ""
    return [
        (name, day, f"{sample}{title}", f"{plan.label}\n{text}") for name, day, title, text in rows
    ]


def changes_of(rounds: list[ReportingRound]) -> dict[int, tuple[Any, int]]:
    """Return when each of some rounds was changed last, and how often."""
    records = ReportingRound.history.filter(id__in=[given.pk for given in rounds])
    rows = records.order_by().values_list("id").annotate(Max("history_date"), Count("pk"))
    found = {key: (moment, count - 1) for key, moment, count in rows}
    return {
        given.pk: found.get(given.pk, (given.opened_at or timezone.now(), 0)) for given in rounds
    }


def host() -> str:
    """Return the name of the site, which the keys of its days end with."""
    return urlsplit(settings.SITE_URL).hostname or "napmonitor"
