"""The draft of a report: read and commented on by members, in any format for the secretariat."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actions.forms.refusals import show_refusal
from actions.models import ReportingRound
from actions.refusals import Refused
from actions.views.members_only import READ_WRITE, MemberRequest, everybody, member_page
from actions.views.offering import offer
from document.errors import RenderError
from document.writers.html import own_sources
from reports import archive, voices
from reports.formats import FORMATS, file_name, label, of_today
from reports.forms.editing import CommentForm
from reports.models import Consultation
from reports.services import documents, editions, recipes, texts
from reports.views.editing import comments_on, find_edition

# What every member may have; the rest is for the secretariat.
FOR_MEMBERS = ("html", "pdf", "summary_html", "summary_pdf")
# What takes more than a moment.
SLOW = ("pdf", "docx")


def find_draft(plan: str, year: str | int) -> ReportingRound:
    """Return a round that has a report to come."""
    rows = ReportingRound.of_any_kind.select_related("plan")
    found = get_object_or_404(rows, archive.called(year), plan__slug=plan)
    if found.is_planned:
        raise Http404
    return found


@member_page(methods=READ_WRITE)
def draft(request: MemberRequest, plan: str, year: str) -> HttpResponse:
    """Lead to the draft, show what members said of it, and take comments."""
    found = find_draft(plan, year)
    consultation = Consultation.objects.select_related("round").filter(round=found).first()
    is_open = bool(consultation and consultation.is_open(on=request.on))
    form = offer(request, CommentForm(request.POST if request.method == "POST" else None))
    if request.method == "POST" and form.is_valid():
        try:
            texts.comment(found, **form.cleaned_data, by=request.user, now=request.now)
            messages.success(request, _("Thank you; your comment is saved."))
            return redirect("reports:draft", plan, year)
        except ValidationError as error:
            show_refusal(form, error)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "round": found,
        "plan": found.plan,
        "consultation": consultation,
        "is_open": is_open,
        "form": form,
        "formats": [
            (name, label(name))
            for name in (
                of_today(evaluates=found.is_evaluation)
                if request.rights.is_secretariat
                else FOR_MEMBERS
            )
        ],
        "comments": comments_on(found),
    }
    return TemplateResponse(request, "reports/draft.html", context)


@member_page(everybody)
def draft_file(request: MemberRequest, plan: str, year: str, name: str) -> HttpResponse:
    """Render the draft as it stands at this moment; what takes long is made beside the web.

    Members may always have it, voices as long as they can write notes on it.
    """
    found = find_draft(plan, year)
    check_format(request, found, name)
    language = get_language() or "en"
    if name in SLOW:
        recipe = recipes.of_draft(found, name, language)
        row = documents.ask(recipe, owner=request.user, anew=True, now=request.now)
        return redirect("reports:document", row.key)
    try:
        snapshot = editions.draft(found, now=request.now)
        content = FORMATS[name].render(snapshot, language)
    except RenderError as error:
        messages.error(request, _("The draft could not be made. %s") % error)
        return redirect(page_of(request), plan, year)
    return file_response(content, name, file_name(plan, year, "draft", name, language))


def check_format(request: MemberRequest, given: ReportingRound, name: str) -> None:
    """Raise Http404 for a format that drafts do not have, PermissionDenied for that of others.

    Of a voice also where it does not read the draft of this round, or no longer.
    """
    if not request.rights.is_member and not voices.reads_draft(
        given, request.rights, on=request.on
    ):
        raise Http404
    if name not in of_today(evaluates=given.is_evaluation):
        raise Http404
    if name not in FOR_MEMBERS and not request.rights.is_secretariat:
        raise PermissionDenied


def page_of(request: MemberRequest) -> str:
    """Return the page that offers the draft to a person: voices have one of their own."""
    return "reports:draft" if request.rights.is_member else "reports:voice"


@member_page()
def frozen_file(request: MemberRequest, key: int, name: str, language: str) -> HttpResponse:
    """Show the secretariat a file of an edition that waits for its publication."""
    if not request.rights.is_secretariat:
        raise PermissionDenied
    edition = find_edition(key)
    row = get_object_or_404(
        edition.files, format=name, language="" if language == "xx" else language
    )
    given = edition.round
    saved = file_name(given.plan.slug, given.name, f"e{edition.number}", name, row.language)
    return file_response(bytes(row.content), name, saved)


def file_response(content: bytes, name: str, saved: str) -> HttpResponse:
    """Return a file; HTML is shown with its own styles, anything else is saved."""
    kind = FORMATS[name]
    response = HttpResponse(content, content_type=kind.media_type)
    if kind.is_page:
        response._csp_update = own_sources(content.decode())  # type: ignore[attr-defined]  # noqa: SLF001
        return response
    response["Content-Disposition"] = f'attachment; filename="{saved}"'
    return response
