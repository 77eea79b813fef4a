"""Entries before they are submitted: choose some, and take them along to whom must approve."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language

from actions.models import Entry, ReportingRound
from actions.querysets import EntryQuerySet
from actions.views.members_only import READ_WRITE, MemberRequest, member_page
from reports.forms.approval import ApprovalForm
from reports.services import documents, recipes
from reports.views.drafts import find_draft


@member_page(methods=READ_WRITE)
def approval(request: MemberRequest, plan: str, year: int) -> HttpResponse:
    """Show what the person's organisations have begun, and make a document of what is chosen."""
    if not request.rights.is_writer:
        raise PermissionDenied
    found = find_draft(plan, year)
    rows = list(own(request, found))
    form = ApprovalForm(
        request.POST if request.method == "POST" else None,
        rows=rows,
        initial=initial(request, rows),
    )
    if request.method == "POST" and form.is_valid():
        recipe = recipes.of_approval(
            found,
            form.chosen(),
            form.cleaned_data["format"],
            get_language() or "en",
            with_before=form.cleaned_data["before"],
        )
        row = documents.ask(recipe, owner=request.user, anew=True, now=request.now)
        return redirect("reports:document", row.key)
    context = {
        "form": form,
        "round": found,
        "plan": found.plan,
        "several": len({row.actor.pk for row in rows}) > 1,
    }
    return TemplateResponse(request, "reports/approval.html", context)


def own(request: MemberRequest, given: ReportingRound) -> EntryQuerySet:
    """Return what the person's organisations have begun in a round, and not submitted."""
    begun: EntryQuerySet = Entry.objects.for_approval(given)
    return begun.written_by(request.rights.writes_for, on=request.on)


def initial(request: MemberRequest, rows: list[Entry]) -> dict[str, object]:
    """Return what is chosen at first: the entry that the person comes from, else all."""
    keys = [row.pk for row in rows]
    wanted = request.GET.get("entry", "")
    here = [key for key in keys if str(key) == wanted]
    return {"entries": here or keys}
