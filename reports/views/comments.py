"""Where the secretariat answers what members say of a draft."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actions.forms.refusals import show_refusal
from actions.refusals import Conflict
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import READ_WRITE, MemberRequest, member_page, secretariat
from actions.views.offering import offer
from reports.forms.editing import AnswerForm
from reports.models import DraftComment
from reports.services import texts


@member_page(secretariat, methods=READ_WRITE)
def answer(request: MemberRequest, key: int) -> HttpResponse:
    """Answer a comment on a draft, and say whether it is settled; its author sees both."""
    row = find_comment(key)
    start = {"text": row.answer, "is_settled": row.is_settled, "version": row.version}
    form = offer(
        request, AnswerForm(request.POST if request.method == "POST" else None, initial=start)
    )
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            texts.answer(row, **form.cleaned_data, by=request.user, now=request.now)
        except ValidationError as error:
            show_refusal(form, error)
        except Conflict as refusal:
            rows = [(form.fields["text"].label, refusal.stored.answer)]
            conflict = {"words": str(refusal), "rows": rows}
            form.go_on_from(refusal.stored.version)
        else:
            messages.success(request, _("The answer is saved."))
            return redirect("reports:editing", row.round_id)
    context = {
        "row": row, "round": row.round, "plan": row.round.plan, "form": form, "conflict": conflict,
    }  # fmt: skip
    return TemplateResponse(
        request, "reports/answer.html", context, status=409 if conflict else 200
    )


def find_comment(key: int) -> DraftComment:
    """Return a comment with what the page shows of it."""
    rows = DraftComment.objects.select_related("round__plan", "by", "institution", "answered_by")
    return get_object_or_404(rows.prefetch_related("institution__names"), pk=min(key, LARGEST_KEY))
