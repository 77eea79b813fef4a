"""The secretariat's pages of plans that change: drafts, previews, confirming, undoing."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from actions.enums import AmendmentAct
from actions.forms.amendments import DecisionForm, DocumentForm, LineForm, PromiseForm
from actions.models import (
    Action,
    Amendment,
    AmendmentLine,
    FormerWording,
    Plan,
    Responsibility,
)
from actions.models.actions import Action as ActionRow
from actions.refusals import Conflict
from actions.services import amendments, promises, seen
from actions.services.amending import Begin, Change, foresee
from actions.views import actions as public
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import (
    READ_WRITE,
    WRITE,
    MemberRequest,
    member_page,
    secretariat,
    was_done,
)
from actions.views.offering import attempt, offer
from actions.views.reading_amendments import shown


@member_page(secretariat)
def plan_list(request: MemberRequest) -> HttpResponse:
    """Show the plans, with what is being prepared, what waits and what was amended."""
    rows = Amendment.objects.select_related("plan", "started_by", "confirmed_by")
    by_plan: dict[int, list[Amendment]] = {}
    for row in rows.annotate(line_count=Count("lines")):
        by_plan.setdefault(row.plan_id, []).append(row)
    plans = [
        {"plan": plan, "amendments": by_plan.get(plan.pk, [])}
        for plan in Plan.objects.select_related("source")
    ]
    context = {"plans": plans, "today": request.on}
    return TemplateResponse(request, "amendments/plans.html", context)


@member_page(secretariat, methods=WRITE)
def start(request: MemberRequest, plan: str) -> HttpResponse:
    """Begin an amendment, or go on with the one that is being prepared."""
    found = get_object_or_404(Plan, slug=plan)
    made = amendments.start(found, by=request.user, now=request.now)
    return redirect("actions:amendment", made.pk)


@member_page(secretariat, methods=READ_WRITE)
def amendment(request: MemberRequest, key: int) -> HttpResponse:
    """Show a draft: its day and decision, what it does to which action, and all actions."""
    found = get_amendment(key)
    if not found.is_draft:
        return confirmed(request, found)
    was = {name: getattr(found, name) for name in amendments.FACTS}
    was["seen"] = seen.digest(found, amendments.FACTS)
    form = offer(request, DecisionForm(request.POST or None, plan=found.plan, initial=was))
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: amendments.save_decision(
                found, form.facts(), seen=form.clean_seen(), by=request.user, now=request.now
            ),
            amendments.FACTS,
        )
        if done is not None:
            messages.success(request, _("The day and the decision are saved."))
            return redirect("actions:amendment", key)
    changes = foresee(found).changes
    named = {change.line.action_id: change.line for change in changes if change.line.action_id}
    rows = Action.objects.of(found.plan).select_related("plan", "section")
    context = {
        "amendment": found,
        "plan": found.plan,
        "form": form,
        "changes": [shown(change) for change in changes],
        "rows": [
            {"action": row, "line": named.get(row.pk)}
            for row in rows
            if row.valid_to is None or row.valid_to >= request.on
        ],
    }
    return TemplateResponse(request, "amendments/draft.html", context)


def confirmed(request: MemberRequest, found: Amendment) -> HttpResponse:
    """Show an amendment that was confirmed: its decision, and what it does."""
    context = {
        "amendment": found,
        "plan": found.plan,
        "changes": [
            # What goes on is not said once it is done.
            shown(one) | {"is_left_alone": False, "carries_on": []}
            for one in done_by(found)
        ],
        "refusal": amendments.refusal_to_undo(found),
    }
    return TemplateResponse(request, "amendments/confirmed.html", context)


def done_by(found: Amendment) -> list[Change]:
    """Return what a confirmed amendment does, with what the plan said before, in its order."""
    lines = found.lines.select_related("action__plan", "action__section").order_by("pk")
    sections = {row.pk: row for row in found.plan.sections.all()}
    wordings = FormerWording.objects.filter(pk__in=found.made.get("wordings", ()))
    former = {row.action_id: row for row in wordings}
    keys = {*found.made["responsibilities"], *(row["pk"] for row in found.made["changed"])}
    rows = Responsibility.objects.filter(pk__in=keys).select_related("actor")
    held = list(rows.prefetch_related("actor__names").order_by("position", "pk"))
    changes = [
        done(line, former.get(line.action_id or 0), held) for line in lines if line.action_id
    ]
    for one in changes:
        for action in (one.before, one.after):
            if action is not None:
                action.section = sections.get(action.section_id or 0)
    return sorted(changes, key=lambda one: one.line.action.position if one.line.action else 0)


def done(line: AmendmentLine, former: FormerWording | None, held: list[Responsibility]) -> Change:
    """Return what one line of a confirmed amendment does to its action."""
    action = line.action
    assert action is not None  # noqa: S101  for the type checker
    theirs = [row for row in held if row.action_id == action.pk]
    ends = tuple(row for row in theirs if row.actor.slug in line.ends)
    begins = tuple(Begin(row.actor, row.role) for row in theirs if row not in ends)
    if line.act == AmendmentAct.WITHDRAW:
        return Change(line, action, None)
    if line.act == AmendmentAct.ADD:
        return Change(line, None, action.saying({}), begins=begins)
    before = former.put_into(action) if former else action.saying({})
    return Change(line, before, before.saying(line.said), ends=ends, begins=begins)


@member_page(secretariat, methods=READ_WRITE)
def change(request: MemberRequest, key: int, label: str) -> HttpResponse:
    """Change an action in a draft, or withdraw it."""
    found = get_draft(key)
    rows = Action.objects.select_related("plan", "section")
    action = get_object_or_404(rows, plan=found.plan_id, label=label)
    line = found.lines.filter(action=action).first()
    stored = line or AmendmentLine(amendment=found, action=action, act=AmendmentAct.CHANGE)
    return edit(request, found, stored, action)


@member_page(secretariat, methods=READ_WRITE)
def add(request: MemberRequest, key: int) -> HttpResponse:
    """Add an action in a draft."""
    found = get_draft(key)
    return edit(request, found, AmendmentLine(amendment=found, act=AmendmentAct.ADD), None)


@member_page(secretariat, methods=READ_WRITE)
def added(request: MemberRequest, key: int, line: int) -> HttpResponse:
    """Change an action that a draft adds."""
    found = get_draft(key)
    return edit(request, found, get_line(found, line, action=None), None)


def edit(
    request: MemberRequest, found: Amendment, stored: AmendmentLine, action: Action | None
) -> HttpResponse:
    """Show and store what becomes of an action."""
    held = holders(action, found) if action else []
    form = offer(
        request,
        LineForm(
            request.POST or None, plan=found.plan, stored=stored, before=action, held=held,
            seen=seen.digest(stored, amendments.LINE),
        ),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: [store(request, form)], amendments.LINE)
        if done is not None:
            words = _("It is in the draft.") if done[0] else _("The draft changes nothing here.")
            messages.success(request, words)
            if done[0] and form.is_unofficial:
                words = _("Some of the new words are in a language that is not ticked as official: "
                          "readers will see them as a working translation.")  # fmt: skip
                messages.warning(request, words)
            return redirect("actions:amendment", found.pk)
    context = {
        "amendment": found,
        "plan": found.plan,
        "action": action,
        "line": stored if stored.pk else None,
        "form": form,
    }
    return TemplateResponse(request, "amendments/line.html", context)


def store(request: MemberRequest, form: LineForm) -> AmendmentLine | None:
    """Store what becomes of an action; a conflict shows what stands in the draft."""
    try:
        return amendments.save_line(
            form.stored, form.facts(), seen=form.clean_seen(), by=request.user, now=request.now
        )
    except Conflict as conflict:
        raise Conflict(conflict.message, Told(conflict.stored, form.before)) from conflict


class Told:
    """A line of a draft that also says what its action is to say, for a form of both."""

    def __init__(self, line: AmendmentLine | None, before: Action | None) -> None:
        self.line = line or AmendmentLine()
        self.action = (before or ActionRow(period_kind="missing")).saying(self.line.said)
        self.withdraw = self.line.act == AmendmentAct.WITHDRAW

    def __getattr__(self, name: str) -> Any:
        """Return what the line says, else what the action is to say."""
        mine = name in {*amendments.LINE, "pk", "history"}
        return getattr(self.line if mine else self.action, name)


def holders(action: Action, found: Amendment) -> list[Responsibility]:
    """Return who is responsible for an action on the day of an amendment, in the plan's order."""
    rows = action.responsibilities.select_related("actor").prefetch_related("actor__names")
    return [
        row
        for row in rows.order_by("position", "pk")
        if row.valid_to is None or found.on is None or row.valid_to >= found.on
    ]


@member_page(secretariat, methods=WRITE)
def drop(request: MemberRequest, key: int, line: int) -> HttpResponse:
    """Take an action out of a draft."""
    found = get_draft(key)
    amendments.drop_line(get_line(found, line), by=request.user, now=request.now)
    messages.success(request, _("It is out of the draft."))
    return redirect("actions:amendment", key)


@member_page(secretariat, methods=READ_WRITE)
def preview(request: MemberRequest, key: int) -> HttpResponse:
    """Show what an amendment will do, and let it take effect on its day."""
    found = get_draft(key)
    context: dict[str, Any] = {"amendment": found, "plan": found.plan}
    if request.method == "POST" and confirms(request, found, context):
        messages.success(request, _("The amendment is confirmed."))
        return redirect("actions:amendments")
    foreseen = foresee(found)
    context |= {
        "faults": [amendments.told(fault) for fault in foreseen.faults],
        "changes": [shown(one) for one in foreseen.changes],
        "rounds_kept": foreseen.rounds_kept,
        "rounds_asked": foreseen.rounds_asked,
        "seen": foreseen.digest,
        "is_past": found.on is not None and found.on <= request.on,
    }
    return TemplateResponse(request, "amendments/preview.html", context)


def confirms(request: MemberRequest, found: Amendment, context: dict[str, Any]) -> bool:
    """Confirm an amendment; where that cannot be, say why on the page."""
    seen_then = request.POST.get("seen", "")
    try:
        amendments.confirm(found, seen=seen_then, by=request.user, now=request.now)
    except Conflict:
        context["conflict"] = _("What will change is no longer what was shown. Look again.")
    except ValidationError:
        pass  # the page says what is wrong
    else:
        return True
    return False


@member_page(secretariat)
def page(request: MemberRequest, key: int, line: int) -> HttpResponse:
    """Show the page of an action as readers will see it from the day on; nothing is stored."""
    found = get_draft(key)
    stored = get_line(found, line)
    if found.on is None:
        messages.error(request, _("Say on which day the amendment takes effect."))
        return redirect("actions:amendment", key)
    try:
        with transaction.atomic():
            amendments.rehearse(found, by=request.user, now=request.now)
            stored.refresh_from_db()
            if stored.action is None:
                raise Http404
            response = public.page_of(request, stored.action, found.on, preview=found)
            response.render()
            transaction.set_rollback(True)
    except ValidationError:
        messages.error(request, _("There is no page to show yet: see what is wrong."))
        return redirect("actions:amendment-preview", key)
    return response


@member_page(secretariat, methods=READ_WRITE)
def discard(request: MemberRequest, key: int) -> HttpResponse:
    """Ask once more, then throw a draft away."""
    found = get_draft(key)
    if request.method == "POST":
        amendments.discard(found, by=request.user, now=request.now)
        messages.success(request, _("The draft is discarded."))
        return redirect("actions:amendments")
    context = {"amendment": found, "plan": found.plan, "count": found.lines.count()}
    return TemplateResponse(request, "amendments/discard.html", context)


@member_page(secretariat, methods=READ_WRITE)
def undo(request: MemberRequest, key: int) -> HttpResponse:
    """Ask once more, then make an amendment a draft again."""
    found = get_amendment(key)
    if request.method == "POST":
        words = _("It has been undone: the amendment is a draft again.")
        work = partial(amendments.undo, found, by=request.user, now=request.now)
        if was_done(request, work, words):
            return redirect("actions:amendment", key)
        return redirect("actions:amendments")
    context = {
        "amendment": found,
        "plan": found.plan,
        "refusal": amendments.refusal_to_undo(found),
    }
    return TemplateResponse(request, "amendments/undo.html", context)


# --- What the plan promises -----------------------------------------------------------


@member_page(secretariat, methods=READ_WRITE)
def document(request: MemberRequest, plan: str) -> HttpResponse:
    """Say where the document of a plan stands; list its actions with and without a text."""
    found = get_object_or_404(Plan, slug=plan)
    was = {name: getattr(found, name) for name in promises.DOCUMENTS}
    was["seen"] = seen.digest(found, promises.DOCUMENTS)
    form = offer(request, DocumentForm(request.POST or None, initial=was))
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: promises.save_documents(
                found, form.facts(), seen=form.clean_seen(), by=request.user, now=request.now
            ),
            promises.DOCUMENTS,
        )
        if done is not None:
            messages.success(request, _("The addresses are saved."))
            return redirect("actions:amendments")
    rows = Action.objects.of(found).valid_on(request.on).select_related("plan")
    context = {"plan": found, "form": form, "rows": rows}
    return TemplateResponse(request, "amendments/document.html", context)


@member_page(secretariat, methods=READ_WRITE)
def promise(request: MemberRequest, plan: str, label: str) -> HttpResponse:
    """Store what the plan promises under an action, as its document says it."""
    rows = Action.objects.select_related("plan", "promise_source")
    found = get_object_or_404(rows, plan__slug=plan, label=label)
    source = found.promise_source
    was: dict[str, Any] = {name: getattr(found, name) for name in promises.PROMISE}
    was["official_promises"] = found.official_promises.split()
    was["source_title"] = source.title if source else ""
    was["source_address"] = source.url if source else ""
    was["seen"] = seen.digest(found, promises.PROMISE)
    form = offer(request, PromiseForm(request.POST or None, initial=was))
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: promises.save_promise(
                found, form.facts(), title=form.cleaned_data["source_title"],
                address=form.cleaned_data["source_address"], seen=form.clean_seen(),
                by=request.user, now=request.now,
            ),
            promises.PROMISE,
        )  # fmt: skip
        if done is not None:
            messages.success(request, _("The text is saved."))
            return redirect(reverse("actions:action", args=[plan, label]))
    context = {"plan": found.plan, "action": found, "form": form}
    return TemplateResponse(request, "amendments/promise.html", context)


# --- Parts --------------------------------------------------------------------------


def get_amendment(key: int) -> Amendment:
    """Return an amendment, or 404."""
    rows = Amendment.objects.select_related("plan", "started_by", "confirmed_by")
    return get_object_or_404(rows, pk=min(key, LARGEST_KEY))


def get_draft(key: int) -> Amendment:
    """Return an amendment that is a draft; 404 else."""
    found = get_amendment(key)
    if not found.is_draft:
        raise Http404
    return found


def get_line(found: Amendment, key: int, **more: Any) -> AmendmentLine:
    """Return what an amendment does to one action, or 404."""
    rows = found.lines.select_related("action__plan", "action__section")
    return get_object_or_404(rows, pk=min(key, LARGEST_KEY), **more)
