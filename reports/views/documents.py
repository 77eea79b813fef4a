"""A document that takes a while: the page that waits for it, and then the document itself."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from actions import pulse
from actions.models import Entry, ReportingRound
from actions.views.http import is_partial
from actions.views.members_only import MemberRequest, everybody, member_page
from reports.formats import file_name, label
from reports.models import DONE, FAILED, Document
from reports.services import jobs
from reports.views import drafts

Serve = Callable[[bytes], HttpResponse]


def answer(
    request: HttpRequest, row: Document, *, title: str, serve: Serve, opens: bool, layout: str
) -> HttpResponse:
    """Return a document once it is made, until then a page that waits for it.

    ``title`` says what it is, ``serve`` makes a response of its bytes. The page asks by itself,
    and leads to what a browser ``opens``; without scripts its link does. ``layout`` is the
    template of the page around it.
    """
    is_part = is_partial(request)
    if row.state == DONE and not is_part:
        return serve(bytes(row.content or b""))
    context = {
        "title": title,
        "label": label(row.recipe["format"]),
        "layout": layout,
        "address": request.get_full_path(),
        "is_made": row.state == DONE,
        "is_silent": jobs.is_waiting(row, now=timezone.now()) and pulse.is_silent(),
    }
    template = "reports/_document.html" if is_part else "reports/document.html"
    status = HTTPStatus.OK if is_part else HTTPStatus.ACCEPTED
    response = TemplateResponse(request, template, context, status=status)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    if is_part and row.state == DONE and opens:
        response["HX-Redirect"] = request.get_full_path()
    return response


@member_page(everybody)
def own(request: MemberRequest, key: str) -> HttpResponse:
    """Return a document that this person asked for, or the page that waits for it."""
    row = get_object_or_404(Document, key=key, owner=request.user)
    rounds = ReportingRound.of_any_kind.select_related("plan")
    given = get_object_or_404(rounds, pk=row.recipe["round"])
    title, part, back = OWN[row.recipe["kind"]](request, row, given)
    if row.state == FAILED:
        if page := failed(request):
            return page
        problem = row.problems[0]["text"]
        messages.error(request, _("The document could not be made: %s") % problem)
        return redirect(back, given.plan.slug, given.name)
    name, language = row.recipe["format"], row.recipe["language"]
    saved = file_name(given.plan.slug, given.name, part, name, language)

    def serve(content: bytes) -> HttpResponse:
        return drafts.file_response(content, name, saved)

    return answer(request, row, title=title, serve=serve, opens=False, layout="member.html")


def of_draft(request: MemberRequest, row: Document, given: ReportingRound) -> tuple[str, str, str]:
    """Return the title of a draft, its part of a file's name, and the page that offers it.

    Raises PermissionDenied where the person may not have it any more.
    """
    drafts.check_format(request, given, row.recipe["format"])
    title = _("Draft of the report %(year)s") % {"year": given.year}
    if given.is_evaluation:
        title = _("Draft of the evaluation %(year)s") % {"year": given.year}
    return title, "draft", drafts.page_of(request)


def of_approval(
    request: MemberRequest, row: Document, _given: ReportingRound
) -> tuple[str, str, str]:
    """Return the same of entries for approval; they must still be the person's to write."""
    wanted = Entry.objects.filter(pk__in=row.recipe["entries"])
    mine = wanted.written_by(request.rights.writes_for, on=request.on)
    if mine.count() != len(row.recipe["entries"]):
        raise PermissionDenied
    return _("For approval in the organisation"), "approval", "reports:approval"


OWN = {"draft": of_draft, "approval": of_approval}


def failed(request: HttpRequest) -> HttpResponse | None:
    """Let a page that asks by itself load anew, as only the whole page says what went wrong."""
    return HttpResponse(headers={"HX-Refresh": "true"}) if is_partial(request) else None
