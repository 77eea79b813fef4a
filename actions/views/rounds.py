"""How a round stands, for the members of the working group: the board, and each action."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from actions import permissions, round_status
from actions.enums import Rule
from actions.models import Action, ReportingRound
from actions.models.statuses import RULE_WORDS, STATUSES
from actions.permissions import Rights
from actions.round_status import ActionStatus, Glance, Voice
from actions.views import reading
from actions.views.members_only import MemberRequest, member_page

# On the board "in progress" and its word for continuous actions stand side by side.
CODES = [(code, word) for code, word, _meaning in STATUSES]
# A plan with more actions than this has its board on several pages; the figures count them all.
MOST_SHOWN = 300


@member_page()
def show_round_status(request: MemberRequest, plan: str, year: int) -> HttpResponse:
    """Show how a round stands: figures, the board of statuses, the same as a table."""
    found = visible_round(request, plan, year)
    now = round_status.glance(found)
    page = Paginator(now.rows, MOST_SHOWN).get_page(request.GET.get("page"))
    among = Action.objects.filter(pk__in=[row.action for row in page.object_list])
    shown = round_status.of_round(found, among=among).rows
    context = {
        "plan": found.plan,
        "round": found,
        "last": now.before,
        "figures": now.figures,
        "sub_figures": now.sub_figures,
        "action_count": len(now.numbered),
        "sub_action_count": len(now.sub_actions),
        "legend": legend(now),
        "incomplete_tiles": {
            "count": sum(row.is_incomplete for row in now.numbered),
            "sub_count": sum(row.is_incomplete for row in now.sub_actions),
        },
        "page": page,
        "shown": shown,
        "board": board(shown),
        "loose": [row for row in shown if row.action.section_id is None],
    }
    return TemplateResponse(request, "rounds/status.html", context)


@member_page()
def show_action_status(request: MemberRequest, plan: str, year: int, label: str) -> HttpResponse:
    """Show one action in a round: its status and why, its actors, what they say."""
    found = visible_round(request, plan, year)
    action = get_object_or_404(Action, plan=found.plan, label=label)
    years = round_status.of_action(found, action)
    if not years[0].rows:
        raise Http404(_("The action is not in the plan on the reference date."))
    row = years[0].rows[0]
    context = {
        "plan": found.plan,
        "round": found,
        "action": row.action,
        "row": row,
        "rule": RULE_WORDS[row.explanation.rule],
        "none_expected": row.explanation.rule == Rule.NONE_EXPECTED,
        "said": [said(voice, request.rights) for voice in row.voices],
        "earlier": [(past.round, past.rows[0]) for past in years[1:] if past.rows],
        "override_url": override_url(request.rights, found, action),
        **neighbours(found, action),
    }
    return TemplateResponse(request, "rounds/action.html", context)


# --- Parts ----------------------------------------------------------------------


def visible_round(request: MemberRequest, plan: str, year: int) -> ReportingRound:
    """Return a round; one that is only planned is there for the secretariat alone (404)."""
    rounds = ReportingRound.objects.select_related("plan")
    found = get_object_or_404(rounds, plan__slug=plan, year=year)
    if found.is_planned and not request.rights.is_secretariat:
        raise Http404
    return found


def legend(now: Glance) -> list[dict[str, Any]]:
    """Return each status with its word and counts, sub-actions apart; unused ones left out."""
    numbered, below = round_status.tally(now.numbered), round_status.tally(now.sub_actions)
    return [
        {"code": code, "word": word, "count": numbered[code], "sub_count": below[code]}
        for code, word in CODES
        if numbered[code] or below[code]
    ]


def board(shown: Sequence[ActionStatus]) -> list[dict[str, Any]]:
    """Return actions by section, in the plan's order."""
    by_section: dict[int | None, list[ActionStatus]] = defaultdict(list)
    for row in shown:
        by_section[row.action.section_id].append(row)
    sections = {row.action.section_id: row.action.section for row in shown}
    return [
        {"section": sections[key], "rows": rows}
        for key, rows in by_section.items()
        if key is not None
    ]


def said(voice: Voice, rights: Rights) -> dict[str, Any]:
    """Return what a member may read of an actor's entry, as the reader will see it.

    Of an entry that they may not read, or that says nothing yet, only where it stands.
    """
    entry = voice.entry
    readable = entry is not None and bool(entry.status) and permissions.can_read(rights, entry)
    return {"voice": voice, "shown": reading.published(entry) if entry and readable else None}


def override_url(rights: Rights, found: ReportingRound, action: Action) -> str:
    """Return where the secretariat sets a status in place of the derived one; nothing else."""
    if not rights.is_secretariat or found.is_planned:
        return ""
    return reverse("actions:override", args=[found.pk, action.label])


def neighbours(found: ReportingRound, action: Action) -> dict[str, Action | None]:
    """Return the actions before and after one on the round's board."""
    rows = Action.objects.of(found.plan).valid_on(found.reference_date)
    here = Q(position=action.position)
    return {
        "previous": rows.filter(
            Q(position__lt=action.position) | here & Q(pk__lt=action.pk)
        ).last(),
        "next": rows.filter(Q(position__gt=action.position) | here & Q(pk__gt=action.pk)).first(),
    }
