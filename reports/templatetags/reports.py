"""What reports add to pages of rounds: drafts to comment on, what is to be done, the year."""

from collections import Counter
from typing import Any

from django import template
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from actions.enums import RoundKind
from actions.models import ReportingRound
from actions.permissions import Rights
from reports import untranslated, voices, year
from reports.models import Consultation, DraftComment
from reports.services.covering import means_told
from reports.voice_models import SECOND_LOOK, RightOfReply, VoiceNote
from reports.year import unfinished

register = template.Library()
register.filter(means_told)


@register.inclusion_tag("reports/_draft_notices.html", takes_context=True)
def draft_notices(context: Any, given: ReportingRound | None = None) -> dict[str, Any]:
    """Return the drafts that are open for comments today, of one round or of all."""
    on = context["request"].on
    rows = Consultation.objects.filter(until__gte=on).select_related("round__plan")
    if given is not None:
        rows = rows.filter(round=given)
    return {"consultations": [row for row in rows.order_by("until", "pk") if row.is_open(on=on)]}


@register.inclusion_tag("voices/_desk.html", takes_context=True)
def notes_of_desk(context: Any) -> dict[str, Any]:
    """Return what somebody can do about notes today: write, answer, look a second time."""
    request = context["request"]
    asked = VoiceNote.objects.filter(state=SECOND_LOOK).select_related(*voices.SHOWN)
    asked = asked.prefetch_related("voice__actor__names")
    second = asked if request.rights.is_co_chair else asked.none()
    return {
        "rights_of_reply": [
            row for row in open_rights(request.rights) if row.takes_notes(on=request.on)
        ],
        "to_answer": voices.to_answer(request.rights, on=request.on),
        "second_looks": [row for row in second if voices.can_look_again(row, request.rights)],
    }


def open_rights(rights: Rights) -> QuerySet[RightOfReply]:
    """Return the rights of reply of the rounds in which somebody writes for a voice."""
    rows = RightOfReply.objects.filter(is_on=True, round__voices__actor__in=rights.notes_for)
    return rows.select_related("round__plan").distinct().order_by("notes_until", "pk")


@register.inclusion_tag("evaluations/_under_way.html")
def evaluations_under_way() -> dict[str, Any]:
    """Return the evaluations that are being written, of all plans."""
    rows = ReportingRound.of_any_kind.filter(kind=RoundKind.EVALUATION, published__isnull=True)
    return {"evaluations": rows.select_related("plan").order_by("year", "plan__slug")}


@register.simple_tag(takes_context=True)
def report_todos(context: Any, given: ReportingRound) -> list[dict[str, Any]]:
    """Return what the report of a round asks for: translations, comments; only what there is."""
    unchecked, unanswered = counts_of(context)
    open_texts, comments = sum(unchecked[given.pk].values()), unanswered[given.pk]
    found = [
        {
            "number": open_texts,
            "label": ngettext("translation not checked", "translations not checked", open_texts),
            "link": reverse("reports:translations", args=[given.pk]),
        },
        {
            "number": comments,
            "label": ngettext("comment without an answer", "comments without an answer", comments),
            "link": reverse("reports:editing", args=[given.pk]),
        },
        *note_todos(context, given),
    ]
    return [one for one in found if one["number"]]


def note_todos(context: Any, given: ReportingRound) -> list[dict[str, Any]]:
    """Return what the notes of a round ask for; read once for the page."""
    kept = context.render_context.setdefault("counts_of_notes", {})
    if not kept:
        kept.update(voices.counts([line["round"] for line in context["lines"]]))
    found, link = kept[given.pk], reverse("reports:voices", args=[given.pk])
    words = (
        ngettext("note of a voice to look at", "notes of voices to look at", found.to_look_at),
        ngettext("second look under way", "second looks under way", found.second_looks),
        ngettext("answer to notes not in", "answers to notes not in", found.unanswered),
    )
    numbers = (found.to_look_at, found.second_looks, found.unanswered)
    return [
        {"number": n, "label": label, "link": link} for n, label in zip(numbers, words, strict=True)
    ]


def counts_of(context: Any) -> tuple[dict[int, Counter[str]], Counter[int]]:
    """Return of all rounds on the page what is not translated, and comments without an answer.

    Read once for the page, whichever round asks first.
    """
    kept = context.render_context.setdefault("counts_of_reports", {})
    if not kept:
        rounds = [line["round"] for line in context["lines"]]
        kept["unchecked"] = untranslated.gaps(rounds)
        rows = DraftComment.objects.filter(round__in=rounds, is_settled=False, answer="")
        counted = rows.order_by().values_list("round").annotate(Count("pk"))
        kept["unanswered"] = Counter(dict(counted))
    return kept["unchecked"], kept["unanswered"]


@register.simple_tag(takes_context=True)
def years_of(context: Any, *lists: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the years of the rounds on a page by their keys, and those that are not at their end.

    ``lists`` are lines with a round each.
    """
    rounds = [line["round"] for lines in lists for line in lines]
    rest = unfinished()
    found = year.read([*rounds, *rest], on=context["request"].on)
    return {"of": found, "rest": [found[given.pk] for given in rest]}


@register.inclusion_tag("year/_next.html")
def next_of_year(years: dict[str, Any], given: ReportingRound) -> dict[str, Any]:
    """Return the next step of a round, what is overdue, and all the rest."""
    return {"year": years["of"][given.pk], "round": given}


@register.inclusion_tag("year/_year.html", takes_context=True)
def year_of(context: Any, given: ReportingRound) -> dict[str, Any]:
    """Return the year of one round as a line of steps."""
    found = year.read([given], on=context["request"].on)
    return {"year": found[given.pk], "round": given}
