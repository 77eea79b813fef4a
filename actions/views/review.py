"""The review: the queue, one entry with its differences, decisions on one or many."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions import permissions, writing
from actions.enums import Act, EntryState, Event, Nature, Status
from actions.forms.refusals import show_refusal
from actions.forms.review import COMMENTED, DecisionForm, QueueFilter
from actions.models import Entry, EntryVersion
from actions.models.entries import HEADINGS
from actions.refusals import Conflict, Refused
from actions.rules import hints
from actions.rules.writing import Refusal
from actions.services import entries, passed, resets, unsettled
from actions.views import reading
from actions.views.differing import changes
from actions.views.entries import find, frame
from actions.views.members_only import (
    READ_WRITE,
    MemberRequest,
    member_page,
    reviewers,
)
from actions.views.offering import offer

PER_PAGE = 50
SETTLED = frozenset({Refusal.FROZEN, Refusal.PUBLISHED})
MOST_CHOSEN = 200


@member_page(reviewers, methods=READ_WRITE)
def queue(request: MemberRequest) -> HttpResponse:
    """Show the entries to review; accept several at once."""
    if request.method == "POST":
        return accept_many(request)
    given = request.GET.copy()
    if "state" not in given:
        given["state"] = EntryState.SUBMITTED.value
    written = Entry.objects.exclude(state=EntryState.EMPTY).filter(carried_from__isnull=True)
    found = QueueFilter(given, queryset=written.for_list())
    kept = found.qs if found.is_valid() else found.qs.none()
    rows = kept.order_by("submitted_at", "responsibility__action__position", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = [line(request, row) for row in with_authors(page.object_list)]
    context = {
        "filter": found,
        "page": page,
        "lines": lines,
        "unsettled": unsettled.waiting(),
        "lost_factors": resets.standing(now=request.now).count(),
        "some_decidable": any(one["may_accept"] for one in lines),
        "query": "&".join(
            part for part in request.GET.urlencode().split("&") if not part.startswith("page=")
        ),
        "is_sample": any(row.round.is_sample for row in page.object_list),
    }
    return TemplateResponse(request, "desk/queue.html", context)


def with_authors(rows: Any) -> list[Entry]:
    """Return the entries of a page, each with who wrote any version of it."""
    found = list(rows)
    written: dict[int, set[int]] = {}
    pairs = EntryVersion.objects.filter(entry__in=found).values_list("entry", "author").distinct()
    for key, author in pairs:
        written.setdefault(key, set()).add(author)
    for row in found:
        row.all_authors = written.get(row.pk, set())
    return found


def line(request: MemberRequest, row: Any) -> dict[str, Any]:
    """Return what the queue shows of an entry."""
    who = row.all_authors
    # No extension of a member's time has to do with a review.
    refusal = writing.refusal_to(request.rights, row, Act.ACCEPT, extensions={})
    may = permissions.can_decide(request.rights, row, who)
    return {
        "entry": row,
        "may_accept": may and refusal is None,
        "for_another": row.is_submitted and not may,
        "is_settled": refusal in SETTLED,
    }


def accept_many(request: MemberRequest) -> HttpResponse:
    """Accept the chosen entries, each in the version that was seen."""
    chosen = request.POST.getlist("chosen")
    pairs = [pair.split(":") for pair in chosen]
    if len(pairs) > MOST_CHOSEN or not all(
        len(pair) == 2 and all(p.isascii() and p.isdigit() and len(p) < 10 for p in pair)  # noqa: PLR2004
        for pair in pairs
    ):
        return HttpResponseBadRequest(_("Choose entries from the list."))
    versions = {int(key): int(version) for key, version in pairs}
    found = Entry.objects.for_list().filter(pk__in=versions)
    done, refused = entries.accept_many(
        [(entry, versions[entry.pk]) for entry in found], by=request.user, now=request.now
    )
    if done:
        words = ngettext("%(n)s entry accepted.", "%(n)s entries accepted.", len(done))
        messages.success(request, words % {"n": len(done)})
    for entry, reason in refused:
        messages.error(request, f"{entry.action.label}, {entry.actor.short}: {reason}")
    if not pairs:
        messages.error(request, _("Choose at least one entry."))
    return redirect(f"{request.path}?{request.META['QUERY_STRING']}".removesuffix("?"))


@member_page(reviewers, methods=READ_WRITE)
def review(request: MemberRequest, key: int) -> HttpResponse:
    """Show an entry as the reader will see it, with its differences; accept or return it."""
    found = find(request, key)
    if found.state == EntryState.EMPTY:
        raise Http404
    form = offer(
        request,
        DecisionForm(
            request.POST if request.method == "POST" else None,
            headings=HEADINGS,
            initial={
                "version": found.version,
                "until": writing.proposed_day(found, on=request.on),
            },
        ),
    )
    if request.method == "POST" and form.is_valid():
        answer = decide(request, found, form)
        if answer is not None:
            return answer
    return review_page(request, found, form)


def decide(request: MemberRequest, found: Entry, form: DecisionForm) -> HttpResponse | None:
    """Accept or return an entry; None where the form says what is wrong."""
    version = form.cleaned_data["version"]
    if request.POST.get("act") == "accept" and form.has_comment and may_accept(request, found):
        form.add_error(
            None, _("Comments go out only with a return: delete them to accept the entry.")
        )
        return None
    try:
        if request.POST.get("act") == "accept":
            entries.accept(found, by=request.user, version=version, now=request.now)
            messages.success(request, _("Accepted: %s") % named(found))
        elif request.POST.get("act") == "return":
            entries.send_back(
                found,
                by=request.user,
                version=version,
                comment=form.cleaned_data["comment"],
                comments=form.comments(),
                until=form.cleaned_data["until"],
                now=request.now,
            )
            messages.success(request, _("Returned: %s") % named(found))
        else:
            raise PermissionDenied
    except ValidationError as error:
        show_refusal(form, error)
        return None
    except Conflict as conflict:
        form.add_error(None, str(conflict))
        form.go_on_from(conflict.stored.version)
        return review_page(request, find(request, found.pk), form, status=409)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    upcoming = next_submitted(request, found)
    if upcoming is None:
        return redirect("actions:review-queue")
    return redirect("actions:review", upcoming)


def may_accept(request: MemberRequest, found: Entry) -> bool:
    """Tell whether the person may accept an entry now."""
    return writing.may(request.rights, found, Act.ACCEPT, authors=entries.authors(found))


def named(found: Entry) -> str:
    """Return the action's number and the actor, for a message."""
    return f"{found.action.label}, {found.actor.short}"


def next_submitted(request: MemberRequest, found: Entry) -> int | None:
    """Return the key of the submitted entry that has waited longest, of those one may decide on."""
    rows = Entry.objects.for_list().in_play().filter(state=EntryState.SUBMITTED)
    rows = rows.exclude(pk=found.pk)
    waiting = with_authors(rows.order_by("submitted_at", "pk"))
    keys = [row.pk for row in waiting if line(request, row)["may_accept"]]
    return keys[0] if keys else None


def review_page(
    request: MemberRequest, found: Entry, form: DecisionForm, status: int = 200
) -> HttpResponse:
    """Show the entry with everything that helps to decide."""
    before = entries.last_year(found)
    earlier = earlier_version(found)
    who = entries.authors(found)
    known = writing.read_extensions([found.round])
    action_nature = Nature.judged(found.action.nature)
    moved = (
        hints.moved(Status(before.status), Status(found.status), action_nature)
        if before is not None and found.status
        else 0
    )
    can = possible(request, found, who, known)
    texts = [form[name] for name in ("comment", *(f"comment_{name}" for name in COMMENTED))]
    left = [(text.label, text.value()) for text in texts if str(text.value() or "").strip()]
    context = {
        **frame(request, found, known),
        **can,
        "form": form,
        "typed": [] if can["may_accept"] or can["may_return"] else left,
        "published": reading.published(found),
        "attention": reading.attention(found, before),
        "since_version": changes(earlier.content if earlier else None, found),
        "earlier": earlier,
        "since_year": changes(before.spoken.content() if before else None, found),
        "last": before,
        "moved": moved,
        "comment_fields": [form[f"comment_{name}"] for name in COMMENTED],
        "wrote_herself": request.rights.user in who,
    }
    return TemplateResponse(request, "desk/review.html", context, status=status)


def possible(
    request: MemberRequest, found: Entry, who: set[int], known: writing.Extensions
) -> dict[str, Any]:
    """Return what the person can do with an entry now, and what keeps everybody from it."""
    rights = request.rights
    refusal = writing.refusal_to(rights, found, Act.ACCEPT, extensions=known)
    return {
        "may_accept": writing.may(rights, found, Act.ACCEPT, authors=who, extensions=known),
        "may_return": writing.may(rights, found, Act.SEND_BACK, authors=who, extensions=known),
        "may_write": writing.may(rights, found, Act.SAVE, extensions=known),
        "settled": writing.WORDS[refusal] if refusal in SETTLED else "",
        "may_include": rights.is_secretariat
        and refusal == Refusal.PUBLISHED
        and not found.is_carried
        and (not found.is_accepted or permissions.can_decide(rights, found, who)),
        "has_passed": rights.is_secretariat
        and not found.left_out
        and passed.has_passed(found, on=request.on, extensions=known),
    }


def earlier_version(found: Entry) -> EntryVersion | None:
    """Return the version that was last handed in before the one that stands there."""
    handed = found.events.filter(kind=Event.SUBMITTED, version__lt=found.version)
    numbers = handed.values_list("version", flat=True)
    return found.versions.filter(number__in=list(numbers)).order_by("-number").first()
