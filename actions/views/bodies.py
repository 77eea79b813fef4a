"""The secretariat's pages of bodies that change: new names, successors, and what was done."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actions.enums import ActorKind
from actions.forms.bodies import NAME_LABELS, NEW, NameForm, SuccessorForm
from actions.forms.bodies import PLACES as NEW_AT
from actions.forms.refusals import show_refusal
from actions.models import Actor, ActorName, BodyChange, Succession
from actions.models.actors import LEVELS
from actions.querysets import valid_on
from actions.refusals import Conflict, Refused
from actions.services import bodies
from actions.services.takeover import Foreseen, TakeOver, foresee, held_from
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import (
    READ_WRITE,
    MemberRequest,
    member_page,
    secretariat,
    was_done,
)
from actions.views.offering import attempt, offer

MOST_SHOWN = 50  # changes
EVERYBODY = "all"
PLACES = ("0", "1", "2")  # of successors, in the order in which they were chosen


@member_page(secretariat)
def body_list(request: MemberRequest) -> HttpResponse:
    """Show all bodies with what can be done to them, and what was done."""
    held = Q(responsibilities__isnull=False) & valid_on(request.on, "responsibilities__")
    counted = Actor.objects.exclude(kind=ActorKind.UNSPECIFIED).annotate(
        actions=Count("responsibilities", filter=held, distinct=True),
        people=Count("memberships", filter=Q(memberships__ended_at=None), distinct=True),
    )
    rows = sorted(counted.with_names(), key=lambda row: row.sort_key)
    changes = BodyChange.objects.select_related("actor", "by", "undone_by")
    shown = with_words(changes.prefetch_related("actor__names")[:MOST_SHOWN])
    context = {
        "levels": [
            {"label": label, "rows": [row for row in rows if row.level == level]}
            for level, label in LEVELS
        ],
        "changes": shown,
        "today": request.on,
    }
    return TemplateResponse(request, "bodies/list.html", context)


def with_words(changes: Iterable[BodyChange]) -> list[BodyChange]:
    """Return changes, each with what became of the body: its new name, or who took over."""
    rows: list[Any] = list(changes)
    keys = [key for row in rows for key in row.made.get("successions", ())]
    heirs = Succession.objects.filter(pk__in=keys).prefetch_related("successor__names")
    names = ActorName.objects.select_related("actor").in_bulk(
        [row.made["name"] for row in rows if "name" in row.made]
    )
    by_key = {heir.pk: heir.successor for heir in heirs}
    for row in rows:
        found = [by_key[key] for key in row.made.get("successions", ()) if key in by_key]
        found += [names[row.made["name"]]] if row.made.get("name") in names else []
        row.became = [{"name": one.label, "language": one.name_language} for one in found]
    return rows


@member_page(secretariat, methods=READ_WRITE)
def rename(request: MemberRequest, slug: str) -> HttpResponse:
    """Give a body another name from a day on."""
    actor = get_body(slug)
    record = actor.name_record(request.on)
    start = {name: getattr(record, name, "") for name in NAME_LABELS}
    form = offer(request, NameForm(request.POST or None, initial=start))
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and attempt(form, lambda: store_name(request, actor, form)) is not None:
        messages.success(request, _("The new name is saved."))
        return redirect("actions:bodies")
    return TemplateResponse(request, "bodies/rename.html", {"actor": actor, "form": form})


def store_name(request: MemberRequest, actor: Actor, form: NameForm) -> BodyChange:
    """Store a new name, and what it rests on."""
    with transaction.atomic():
        return bodies.rename(
            actor,
            names=form.names(),
            on=form.cleaned_data["on"],
            source=basis_of(request, form),
            by=request.user,
            now=request.now,
        )


def basis_of(request: MemberRequest, form: Any) -> Any:
    """Return the source of an act."""
    given = form.cleaned_data
    return bodies.source_of(given["decree"], given["address"], by=request.user)


@member_page(secretariat, methods=READ_WRITE)
def successor(request: MemberRequest, slug: str) -> HttpResponse:
    """Choose who takes over from a body; say what that will do; do it."""
    actor = get_body(slug)
    act = request.POST.get("act", "")
    form = offer(request, SuccessorForm(request.POST or None, actor=actor))
    context: dict[str, Any] = {"actor": actor, "form": form}
    if request.method == "POST" and form.is_valid() and act != "edit":
        seen = preview(request, form)
        is_whole = seen is not None and is_shared_out(seen)
        if act == "do" and is_whole:
            if attempt(form, lambda: store(request, form, context)) is not None:
                messages.success(request, _("The takeover is recorded."))
                return redirect("actions:bodies")
            seen = None if form.errors else preview(request, form)
        context |= {"preview": seen, "asks_share": act == "do" and not is_whole}
    return TemplateResponse(request, "bodies/successor.html", context)


def store(
    request: MemberRequest, form: SuccessorForm, context: dict[str, Any]
) -> BodyChange | None:
    """Do what was chosen; None where it is no longer what was seen, as the page then says."""
    try:
        with transaction.atomic():
            given, founded, source = prepared(request, form)
            return bodies.take_over(
                given,
                source=source,
                founded=founded,
                seen=request.POST.get("seen", ""),
                by=request.user,
                now=request.now,
            )
    except Conflict:
        context["conflict"] = _("What will change is no longer what was shown. Look again.")
        return None
    except IntegrityError as error:  # two people at the same moment
        raise Refused(
            _("Nothing was saved, as somebody did the same at this moment. Please try again.")
        ) from error


def prepared(request: MemberRequest, form: SuccessorForm) -> Any:
    """Return what was chosen; a body that is new is stored. To be called in a transaction."""
    source = basis_of(request, form)
    heirs, founded = [], []
    for place, key in form.chosen():
        if key == NEW:
            body = bodies.found(
                form.new_body(place),
                names=form.names(NEW_AT[place]),
                on=form.cleaned_data["on"],
                source=source,
                by=request.user,
                now=request.now,
            )
            founded.append(body)
            heirs.append(body)
        else:
            heirs.append(form.bodies[key])
    given = TakeOver(form.actor, form.cleaned_data["on"], tuple(heirs))
    given = replace(given, share=share(request, given))
    return given, tuple(founded), source


def share(request: MemberRequest, given: TakeOver) -> dict[int, list[int]]:
    """Return who takes which responsibility of a body that is divided, where that is said."""
    found = {}
    for row in held_from(given.actor, given.on) if len(given.heirs) > 1 else ():
        said = request.POST.get(f"share_{row.pk}", "")
        if said in PLACES[: len(given.heirs)]:
            found[row.pk] = [given.heirs[int(said)].pk]
    return found


def is_shared_out(preview: dict[str, Any]) -> bool:
    """Tell whether it is said of each responsibility who takes it; nobody is chosen unasked."""
    return not preview["is_division"] or all(line["share"] for line in preview["lines"])


def preview(request: MemberRequest, form: SuccessorForm) -> dict[str, Any] | None:
    """Return what will be done, for the page that asks to confirm it; None where it cannot be.

    A body that is new is stored to look, and taken away again.
    """
    try:
        with transaction.atomic():
            given, _founded, _source = prepared(request, form)
            found = shown(request, given, foresee(given))
            transaction.set_rollback(True)
            return found
    except ValidationError as error:
        show_refusal(form, error)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return None


def shown(request: MemberRequest, given: TakeOver, found: Foreseen) -> dict[str, Any]:
    """Return what a takeover will do as the page shows it, all read."""
    heirs = [{"name": heir.label, "language": heir.name_language} for heir in given.heirs]
    lines: dict[int, dict[str, Any]] = {}
    for move in found.moves:
        action = move.held.action
        line = lines.setdefault(
            move.held.pk,
            {
                "pk": move.held.pk,
                "plan": action.plan.label,
                "label": action.label,
                "title": action.title,
                "language": action.title_language,
                "share": share_of(request, given, move.held.pk),
                "heirs": [],
            },
        )
        line["heirs"].append(
            {
                "name": move.heir.label,
                "language": move.heir.name_language,
                "role": move.role_label,
                "is_there": move.present is not None,
            }
        )
    return {
        "is_division": len(heirs) > 1,
        "heirs": heirs,
        "lines": list(lines.values()),
        "rounds_kept": found.rounds_kept,
        "rounds_moved": found.rounds_moved,
        "members": [
            {"name": row.user.get_full_name(), "role": row.role_label} for row in found.members
        ],
        "invitations": found.invitations,
        "below": [{"name": one.label, "language": one.name_language} for one in found.below],
        "seen": found.digest,
    }


def share_of(request: MemberRequest, given: TakeOver, key: int) -> str:
    """Return how the page says who takes a responsibility: by place, all of them, or "" yet."""
    if key not in given.share:
        return EVERYBODY if request.POST.get(f"share_{key}") == EVERYBODY else ""
    return str([heir.pk for heir in given.heirs].index(given.share[key][0]))


@member_page(secretariat, methods=READ_WRITE)
def undo(request: MemberRequest, key: int) -> HttpResponse:
    """Ask once more, then put back what stood before."""
    change = get_object_or_404(
        BodyChange.objects.select_related("actor", "by"), pk=min(key, LARGEST_KEY)
    )
    if request.method == "POST":
        was_done(
            request,
            lambda: bodies.undo(change, by=request.user, now=request.now),
            _("It has been undone: everything stands as before."),
        )
        return redirect("actions:bodies")
    with_words([change])
    context = {"change": change, "refusal": bodies.refusal_to_undo(change)}
    return TemplateResponse(request, "bodies/undo.html", context)


def get_body(slug: str) -> Actor:
    """Return a body that a source names; 404 else."""
    rows = Actor.objects.exclude(kind=ActorKind.UNSPECIFIED).with_names()
    return get_object_or_404(rows, slug=slug)
