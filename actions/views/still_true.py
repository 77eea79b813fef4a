"""One page on which a member confirms entries of which last year's text is still true."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions import permissions, writing
from actions.enums import Act, RoundKind, RoundState
from actions.models import Entry, ReportingRound
from actions.services import still_true as service
from actions.services.still_true import StillTrue
from actions.views import reading
from actions.views.members_only import READ_WRITE, MemberRequest, member_page


@member_page(methods=READ_WRITE)
def still_true(request: MemberRequest, plan: str, year: int) -> HttpResponse:
    """List what can be said again as it was, each to be ticked; hand in what is ticked."""
    given = find_round(plan, year)
    rows = offered(request, given)
    left: list[tuple[StillTrue, list[str]]] = []
    ticked: set[str] = set()
    if request.method == "POST":
        ticked = set(request.POST.getlist("chosen"))
        chosen = [one for one in rows if one.key in ticked]
        left = service.confirm(chosen, by=request.user, now=request.now)
        tell(request, len(chosen) - len(left), len(ticked) - len(chosen))
        if not ticked:
            messages.error(request, _("Tick the entries that are still true."))
        if chosen and not left:
            return redirect("actions:desk")
        rows = offered(request, given)
    wrong = {one.entry.pk: words for one, words in left}
    context = {
        "round": given,
        "lines": [line(one, wrong.get(one.entry.pk, []), one.key in ticked) for one in rows],
        "years": service.years(rows),
        "several": len({one.entry.actor.pk for one in rows}) > 1,
    }
    return TemplateResponse(request, "desk/still_true.html", context)


def find_round(plan: str, year: int) -> ReportingRound:
    """Return a yearly round that was opened; 404 else."""
    rows = ReportingRound.objects.filter(plan__slug=plan, year=year, kind=RoundKind.YEARLY)
    opened = rows.exclude(state=RoundState.PLANNED).select_related("plan__contact_row")
    found = opened.first()
    if found is None:
        raise Http404
    return found


def offered(request: MemberRequest, given: ReportingRound) -> list[StillTrue]:
    """Return what the person may hand in now and can be said as it was."""
    if not request.rights.is_writer:
        return []
    mine = Entry.objects.for_list().filter(round=given)
    rows = list(mine.written_by(request.rights.writes_for, on=request.on))
    known = writing.read_extensions([given])
    may = [row for row in rows if is_theirs(request, row, known)]
    return service.candidates(may)


def is_theirs(request: MemberRequest, row: Entry, known: writing.Extensions) -> bool:
    """Tell whether the person may hand an entry in, now."""
    return permissions.can_submit(request.rights, row) and writing.may(
        request.rights, row, Act.SUBMIT, extensions=known
    )


def line(one: StillTrue, wrong: list[str], is_ticked: bool) -> dict[str, Any]:  # noqa: FBT001
    """Return what the page shows of an entry."""
    said = one.before.spoken
    return {
        "entry": one.entry,
        "before": one.before,
        "said": said,
        "texts": reading.texts(said.content()),
        "key": one.key,
        "wrong": wrong,
        "is_ticked": is_ticked,
    }


def tell(request: MemberRequest, done: int, unknown: int) -> None:
    """Say how many were handed in, and that some had changed."""
    if done:
        words = ngettext(
            "%(n)s entry is submitted as it was.",
            "%(n)s entries are submitted as they were.",
            done,
        )
        messages.success(request, words % {"n": done})
    if unknown:
        words = _("Some have changed meanwhile and were not submitted. Look again.")
        messages.error(request, words)
