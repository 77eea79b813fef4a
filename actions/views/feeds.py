"""Atom feeds of one actor and of one theme: what each published report says of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actions import published
from actions.models import (
    Action,
    Actor,
    Plan,
    PublishedAction,
    PublishedEntry,
    PublishedRound,
    Theme,
)
from actions.views.drafts import check_seen, plan_of
from actions.views.http import public_page

Said = PublishedAction | PublishedEntry


@public_page
def actor(request: HttpRequest, plan: str, slug: str) -> HttpResponse:
    """Return what an actor reported, an item per report, newest first."""
    found = plan_of(request, plan)
    row = get_object_or_404(Actor.objects.select_related("draft_of").with_names(), slug=slug)
    check_seen(request, row.draft_of)
    rounds = published.rounds_of(found)
    entries = published.of_actor(row.pk, rounds)
    items = [
        (given, [(one.responsibility.action, one) for one in entries if one.shown_id == given.pk])
        for given in rounds
    ]
    page = reverse("actions:actor", args=[found.slug, row.slug])
    return answer(request, found, row.label, page, items)


@public_page
def theme(request: HttpRequest, plan: str, slug: str) -> HttpResponse:
    """Return the statuses of the actions under a theme, an item per report, newest first."""
    found = plan_of(request, plan)
    row = get_object_or_404(Theme.objects.select_related("draft_of"), slug=slug)
    check_seen(request, row.draft_of)
    rounds = published.rounds_of(found)
    actions = Action.objects.of(found).filter(theme_links__theme=row).distinct()
    said = published.of_actions_in([action.pk for action in actions], rounds)
    items = [
        (
            given,
            [
                (action, said[given.pk, action.pk])
                for action in actions
                if (given.pk, action.pk) in said
            ],
        )
        for given in rounds
    ]
    page = reverse("actions:theme", args=[found.slug, row.slug])
    return answer(request, found, row.title, page, items)


def answer(
    request: HttpRequest,
    plan: Plan,
    title: str,
    page: str,
    items: Iterable[tuple[PublishedRound, Sequence[tuple[Action, Said]]]],
) -> HttpResponse:
    """Return a feed; a report that says nothing of it has no item."""
    address = request.build_absolute_uri(page)
    made = Atom1Feed(
        title=f"{title} – {plan.label}",
        link=address,
        description="",
        subtitle=_("What the published progress reports say of it."),
        language=get_language() or "en",
        author_name="NAP monitor",
        feed_url=request.build_absolute_uri(),
    )
    for given, said in items:
        if said:
            moment = timezone.make_aware(datetime.combine(given.published_on, time()))
            made.add_item(
                title=heading(given),
                link=f"{address}?year={given.year}",
                description="; ".join(f"{action.label}. {one.word}" for action, one in said),
                unique_id=f"{address}?year={given.year}#e{given.edition}",
                pubdate=moment,
                updateddate=moment,
            )
    return HttpResponse(made.writeString("utf-8"), content_type=made.content_type)


def heading(given: PublishedRound) -> str:
    """Return what a feed calls an edition; sample data says so."""
    words = _("Progress report %(year)s, edition %(number)s") % {
        "year": given.year,
        "number": given.edition,
    }
    return f"{words} – {_('sample data')}" if given.is_sample else words
