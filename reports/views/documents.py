"""A document that takes a while: the page that waits for it, and then the document itself."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from actions.models import ReportingRound
from actions.views.http import is_partial
from actions.views.members_only import MemberRequest, member_page
from reports import pulse
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


@member_page()
def own(request: MemberRequest, key: str) -> HttpResponse:
    """Return a document that this person asked for, or the page that waits for it."""
    row = get_object_or_404(Document, key=key, owner=request.user)
    name, language = row.recipe["format"], row.recipe["language"]
    found = get_object_or_404(ReportingRound.objects.select_related("plan"), pk=row.recipe["round"])
    drafts.check_format(request, name)
    if row.state == FAILED:
        if part := failed(request):
            return part
        messages.error(request, _("The draft could not be made. %s") % row.problems[0]["text"])
        return redirect("reports:draft", found.plan.slug, found.year)
    saved = file_name(found.plan.slug, found.year, "draft", name, language)

    def serve(content: bytes) -> HttpResponse:
        return drafts.file_response(content, name, saved)

    title = _("Draft of the report %(year)s") % {"year": found.year}
    return answer(request, row, title=title, serve=serve, opens=False, layout="member.html")


def failed(request: HttpRequest) -> HttpResponse | None:
    """Let a page that asks by itself load anew, as only the whole page says what went wrong."""
    return HttpResponse(headers={"HX-Refresh": "true"}) if is_partial(request) else None
