"""The secretariat's pages of whole plans: make one, bring one in, carry it out, publish it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actions import workbooks
from actions.forms.plans import PlanForm, WorkbookForm
from actions.models import Action, Actor, Plan
from actions.models.fields import LANGUAGE_NAMES
from actions.plan_book import importing, layout, reading, writing
from actions.refusals import Refused
from actions.services import plans
from actions.views import uploads
from actions.views.members_only import (
    READ_WRITE,
    MemberRequest,
    member_page,
    secretariat,
    was_done,
)
from actions.views.offering import attempt, offer

MOST_ACTIONS = 200  # shown on a page


@member_page(secretariat)
def plan_list(request: MemberRequest) -> HttpResponse:
    """Show all plans, drafts first, with what can be done with each."""
    counted = Plan.objects.annotate(action_count=Count("actions"))
    rows = counted.order_by("is_published", "-valid_from", "slug")
    return TemplateResponse(request, "plans/list.html", {"plans": rows})


@member_page(secretariat, methods=READ_WRITE)
def plan_new(request: MemberRequest) -> HttpResponse:
    """Make the draft of a plan, empty."""
    form = offer(request, PlanForm(request.POST or None))
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: plans.start(
                form.columns(),
                document=form.cleaned_data["document"],
                address=form.cleaned_data["address"],
                by=request.user,
                now=request.now,
            ),
        )
        if made is not None:
            messages.success(request, _("The draft is made. Nobody sees it but the secretariat."))
            return redirect("actions:plan-draft", made.slug)
    return TemplateResponse(request, "plans/new.html", {"form": form})


@member_page(secretariat, methods=READ_WRITE)
def plan_import(request: MemberRequest) -> HttpResponse:
    """Take a workbook; show what it would make and what is wrong with it; make it."""
    if request.method == "POST" and request.POST.get("act") == "do":
        return brought_in(request)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "most": workbooks.MOST_BYTES}
    if request.method == "POST" and form.is_valid():
        try:
            content = uploads.uploaded(form.cleaned_data["workbook"])
            context |= preview(content)
        except Refused as refusal:
            form.add_error("workbook", str(refusal))
    return TemplateResponse(request, "plans/import.html", context)


def brought_in(request: MemberRequest) -> HttpResponse:
    """Make the draft that a preview showed."""
    try:
        made = importing.bring_in(uploads.unpacked(request), by=request.user, now=request.now)
    except ValueError:
        return uploads.turned_away(request, Refused(_("Upload the workbook again.")))
    except Refused as refusal:
        return uploads.turned_away(request, refusal)
    messages.success(request, _("The draft is made. Nobody sees it but the secretariat."))
    return redirect("actions:plan-draft", made.slug)


def preview(content: bytes) -> dict[str, Any]:
    """Return what the page says of a workbook."""
    parsed = importing.look(content)
    if parsed.faults:
        return uploads.told_faults(parsed.faults)
    actions = parsed.new[Action]
    return {
        "made": parsed.plan,
        "replaced": importing.draft_to_replace(content),
        "counts": counts(parsed),
        "actions": actions[:MOST_ACTIONS],
        "more_actions": max(0, len(actions) - MOST_ACTIONS),
        "book": uploads.packed(content),
    }


def counts(parsed: reading.Parsed) -> list[dict[str, Any]]:
    """Return how many rows of each kind there will be, and are there already."""
    rows = [
        {
            "title": sheet.title,
            "new": len(parsed.new.get(sheet.model, [])),
            "used": parsed.used.get(sheet.model, 0),
        }
        for sheet in layout.sheets()
        if sheet.model is not Plan
    ]
    return [row for row in rows if row["new"] or row["used"]]


@member_page(secretariat)
def template(request: MemberRequest) -> HttpResponse:  # noqa: ARG001
    """Return an empty workbook with guidance, in the language of the page."""
    return uploads.as_file(writing.template(), f"plan-{get_language()}.xlsx")


@member_page(secretariat)
def workbook(request: MemberRequest, plan: str) -> HttpResponse:  # noqa: ARG001
    """Return a plan as a workbook, with all that it is made of."""
    found = get_object_or_404(Plan, slug=plan)
    return uploads.as_file(writing.of_plan(found), f"{found.slug}-{get_language()}.xlsx")


# --- Drafts ---------------------------------------------------------------------


def get_draft(slug: str) -> Plan:
    """Return a plan that readers do not see yet; raises Http404."""
    found = get_object_or_404(Plan, slug=slug)
    if found.is_published:
        raise Http404
    return found


@member_page(secretariat)
def draft(request: MemberRequest, plan: str) -> HttpResponse:
    """Show what a draft holds, and what can be done with it."""
    found = get_draft(plan)
    return TemplateResponse(request, "plans/draft.html", {"plan": found, **holds(found)})


def holds(plan: Plan) -> dict[str, Any]:
    """Return what a draft is made of, and what of it is not yet in a language of the law."""
    actions = list(Action.objects.of(plan).annotate(held=Count("responsibilities")))
    gaps = [
        {
            "language": LANGUAGE_NAMES[code],
            "count": sum(not getattr(row, f"title_{code}") for row in actions),
        }
        for code in ("nl", "fr")
    ]
    actors = Actor.objects.filter(responsibilities__action__plan=plan).distinct()
    new = Actor.objects.filter(draft_of=plan).with_names()
    return {
        "actions": actions,
        "sections": list(plan.sections.all()),
        "gaps": [gap for gap in gaps if gap["count"]],
        "without_actor": [row for row in actions if not row.held],
        "actor_count": actors.count(),
        "new_actors": sorted(new, key=lambda row: row.sort_key),
    }


@member_page(secretariat, methods=READ_WRITE)
def publish(request: MemberRequest, plan: str) -> HttpResponse:
    """Ask once more, then let readers see a plan."""
    found = get_draft(plan)
    if request.method == "POST":
        words = _("The plan is published: readers see it.")
        work = partial(plans.publish, found, by=request.user, now=request.now)
        if was_done(request, work, words):
            return redirect("actions:plans")
        return redirect("actions:plan-draft", found.slug)
    return TemplateResponse(request, "plans/publish.html", {"plan": found, **holds(found)})


@member_page(secretariat, methods=READ_WRITE)
def discard(request: MemberRequest, plan: str) -> HttpResponse:
    """Ask once more, then take a draft away."""
    found = get_draft(plan)
    if request.method == "POST":
        was_done(
            request,
            lambda: plans.discard(found, by=request.user, now=request.now),
            _("The draft is removed."),
        )
        return redirect("actions:plans")
    return TemplateResponse(request, "plans/discard.html", {"plan": found, **holds(found)})
