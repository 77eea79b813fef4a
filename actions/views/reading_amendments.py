"""Says what an amendment does, in the words of the page: as it is, and as it is to be."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from actions.forms.amendments import PROMISES, TITLES
from actions.models import Action, Amendment, AmendmentLine
from actions.services.amending import Change
from actions.services.takeover import DAY
from actions.typography import date_format


def shown(change: Change) -> dict[str, Any]:
    """Return what becomes of an action as a page shows it."""
    line, before, after = change.line, change.before, change.after
    named = before or after
    return {
        "line": line,
        "act": line.get_act_display(),
        "label": change.label,
        "title": named.title if named else "",
        "language": named.title_language if named else "",
        "is_new": before is None,
        "action": before,
        "differences": list(differences(change)) if before and after else [],
        "facts": list(facts(after)) if before is None and after else [],
        "ends": [name(row.actor, row.role_label) for row in change.ends],
        "begins": [name(one.actor, one.role_label) for one in change.begins],
        "carries_on": [name(row.actor, row.role_label) for row in change.carries_on],
        "is_left_alone": change.is_left_alone and (before is None or bool(change.ends)),
        "note": line.note,
        "note_language": line.note_language,
    }


def name(actor: Any, role: str) -> dict[str, str]:
    """Return how an organisation and its role are shown."""
    return {"name": actor.label, "language": actor.name_language, "role": role}


def differences(change: Change) -> Iterable[dict[str, str]]:
    """Yield what an action says now, and what it is to say, by what that is."""
    before, after = change.before, change.after
    assert before is not None and after is not None  # noqa: S101, PT018  for the type checker
    now = dict(said(before))
    for key, (label, language, text) in said(after):
        old = now[key][2]
        if old != text:
            yield {"label": label, "language": language, "before": old, "after": text}


def facts(action: Action) -> Iterable[dict[str, str]]:
    """Yield what an action that is added says."""
    for _key, (label, language, text) in said(action):
        if text:
            yield {"label": label, "language": language, "after": text}


def said(action: Action) -> Iterable[tuple[str, tuple[str, str, str]]]:
    """Yield what an action says: its key, with its label, language and text."""
    section = f"{action.section.number}. {action.section.title}" if action.section else ""
    yield "label", (_("number"), "", action.label)
    yield "section", (_("section"), "", section)
    for column, label in TITLES.items():
        yield column, (str(label), column[-2:], getattr(action, column))
    yield "official", (_("languages of official titles"), "", tongues(action.official_languages))
    yield "nature", (_("nature"), "", action.get_nature_display() if action.nature else "")
    yield "period_text", (_("period, as printed"), "", action.period_text)
    yield "period_kind", (_("kind of period"), "", str(action.get_period_kind_display()))
    for column, words in (("period_start", _("period starts")), ("period_end", _("period ends"))):
        day = getattr(action, column)
        yield column, (words, "", date_format(day) if day else "")
    for column, label in PROMISES.items():
        yield column, (str(label), column[-2:], getattr(action, column))
    yield "official_promises", (
        _("languages of official texts"), "", tongues(action.official_promises)
    )  # fmt: skip


def tongues(codes: str) -> str:
    """Return some languages by their codes, in the order of the site."""
    return ", ".join(code.upper() for code in ("nl", "fr", "de", "en") if code in codes.split())


def of_action(action: Action) -> list[dict[str, Any]]:
    """Return the confirmed amendments of an action, the newest first, for its readers.

    One that waits for its day says what the action will say.
    """
    rows = AmendmentLine.objects.filter(action=action, amendment__confirmed_at__isnull=False)
    return [
        {
            "amendment": row.amendment,
            "on": row.amendment.on,
            "last": row.amendment.on - DAY if row.amendment.on else None,
            "act": row.act,
            "is_announced": row.amendment.in_force_at is None,
            "after": action.saying(row.said) if row.amendment.in_force_at is None else None,
            "changes_title": any(column in row.said for column in TITLES),
            "changes_label": "label" in row.said,
            "changes_section": "section_id" in row.said,
            "note": row.note or row.amendment.note,
            "note_language": row.note_language if row.note else row.amendment.note_language,
        }
        for row in rows.select_related("amendment").order_by("-amendment__on")
    ]


def former(action: Action) -> list[dict[str, Any]]:
    """Return what an action said before each amendment, where it says another thing now.

    With the last day on which it said so; of a wording that differs in nothing which readers
    see, nothing.
    """
    rows = sorted(action.former_wordings.all(), key=lambda row: row.valid_to)
    states = [*(row.put_into(action) for row in rows), action]
    found = [
        {"day": row.valid_to, "source": row.source, "rows": list(changed(before, after))}
        for row, (before, after) in zip(rows, pairwise(states), strict=True)
    ]
    return [one for one in found if one["rows"]]


def changed(before: Action, after: Action) -> Iterable[dict[str, str]]:
    """Yield what an action said that it says otherwise after, each with what that is."""
    later = dict(read(after))
    for label, (text, language) in read(before):
        if later[label] != (text, language):
            yield {"label": label, "text": text or "–", "language": language}


def read(action: Action) -> Iterable[tuple[str, tuple[str, str]]]:
    """Yield what readers see of an action: what it is, the text, and its language."""
    section = action.section
    yield _("number"), (action.label, "")
    yield _("title"), (action.title, action.title_language)
    yield (
        _("section"),
        ((f"{section.number}. {section.title}", section.title_language) if section else ("", "")),
    )
    yield _("nature"), (str(action.get_nature_display()) if action.nature else "", "")
    yield _("period"), (action.period_label, "")
    yield _("text of the plan"), (action.promise, action.promise_language)


def of_plan(plan: int) -> list[Amendment]:
    """Return the confirmed amendments of a plan, the newest first, for its readers."""
    rows = Amendment.objects.filter(Q(plan=plan), confirmed_at__isnull=False)
    return list(rows.order_by("-on"))
