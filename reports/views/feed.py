"""The Atom feed of the editions of a plan, for readers who want to know of a new one."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actions.views.drafts import plan_of
from actions.views.http import public_page
from reports import archive
from reports.models import Edition
from reports.views.archive import spoken

SUMMED = 500  # characters of a note that a feed shows


@public_page
def feed(request: HttpRequest, plan: str) -> HttpResponse:
    """Return the published editions, newest first; a withdrawn one is no longer there."""
    found = plan_of(request, plan)
    published = [edition for edition in archive.of_plan(found) if edition.is_published]
    # By moment, not by year: what was published last stands first.
    published.sort(key=lambda edition: (edition.published_at, edition.pk), reverse=True)
    page = request.build_absolute_uri(reverse("reports:archive", args=[found.slug]))
    made = Atom1Feed(
        title=_("Progress reports: %(plan)s") % {"plan": found.label},
        link=page,
        description="",
        subtitle=_("Every published edition, corrections included."),
        language=get_language() or "en",
        author_name="NAP monitor",
        feed_url=request.build_absolute_uri(),
    )
    for edition in published:
        add(made, request, edition)
    return HttpResponse(made.writeString("utf-8"), content_type=made.content_type)


def add(made: Atom1Feed, request: HttpRequest, edition: Edition) -> None:
    """Add one edition to a feed."""
    given = edition.round
    address = request.build_absolute_uri(
        reverse("reports:edition", args=[given.plan.slug, given.name, edition.number])
    )
    made.add_item(
        title=title(edition),
        link=address,
        description=spoken(edition, "note")["text"][:SUMMED],
        unique_id=address,
        pubdate=edition.published_at,
        updateddate=edition.published_at,
    )


def title(edition: Edition) -> str:
    """Return what a feed calls an edition; sample data says so."""
    form = (
        _("Evaluation %(year)s, edition %(number)s")
        if edition.round.is_evaluation
        else _("Progress report %(year)s, edition %(number)s")
    )
    words = form % {
        "year": edition.round.year,
        "number": edition.number,
    }
    return f"{words} – {_('sample data')}" if edition.round.is_sample else words
