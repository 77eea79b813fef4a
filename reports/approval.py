"""Entries before they are submitted, as a document for those who approve them."""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from actions.models import Actor, Entry, ReportingRound
from actions.models.entries import ENTRY_STATES, HEADINGS, PUBLISHED_TEXTS
from actions.services import entries as entry_service
from document import snapshot as frozen
from document.snapshot import LANGUAGES, Approval, Proposal, Text
from reports import builder, words

STATES = dict(ENTRY_STATES)
# In place of the report's own words.
WORDS: dict[str, Any] = {
    "title": _("Entries of {year}, for approval"),
    "draft": _("Draft, not submitted"),
    "draft_of": _("Draft of {date}, {time}: not submitted"),
    "this_year": _("This year’s entry"),
    "year_before": _("For comparison: {year}"),
    "nothing_written": _("Nothing has been written yet."),
    "internal": HEADINGS["internal"],
    "approval": _("Approval"),
    "approval_note": _(
        "These texts are not submitted yet. What is submitted and accepted is published in the "
        "progress report; internal notes are not."
    ),
    "signatory": _("Name and function"),
    "signed_on": _("Date"),
    "signature": _("Signature"),
}


def build(
    given: ReportingRound, rows: Sequence[Entry], *, with_before: bool, now: datetime
) -> Approval:
    """Return the plan in a year with some entries as they stand.

    ``with_before`` adds what each actor said the year before.
    """
    plan = builder.build(given, now=now)
    facts = {field.name: getattr(plan, field.name) for field in dataclasses.fields(plan)}
    known = {action.action_id for action in plan.actions}
    held = [row for row in rows if key_of(row) in known]
    facts["actors"] = (*plan.actors, *actors_of(held, plan))
    facts["labels"] = {code: plan.labels[code] | in_language(code) for code in LANGUAGES}
    return Approval(
        **facts, proposals=tuple(proposal(row, with_before=with_before) for row in held)
    )


def key_of(row: Entry) -> str:
    """Return what editions know the action of an entry by; see ``Action.key``."""
    return str(row.action.key or row.action.label)


def in_language(language: str) -> dict[str, str]:
    """Return the words of this document in a language."""
    return {key: words.in_languages(word)[language] for key, word in WORDS.items()}


def actors_of(rows: Sequence[Entry], plan: frozen.Snapshot) -> Iterator[frozen.Actor]:
    """Yield the actors of some entries that the report does not speak of."""
    known = {actor.slug for actor in plan.actors}
    wanted = {row.actor.pk for row in rows if row.actor.slug not in known}
    for actor in Actor.objects.filter(pk__in=wanted).select_related("parent").with_names():
        yield builder.build_actor(actor, rows[0].round.reference_date)


def proposal(row: Entry, *, with_before: bool) -> Proposal:
    """Return an entry as it stands, and what its actor said the year before."""
    before = entry_service.last_year(row) if with_before else None
    return Proposal(
        action_id=key_of(row),
        entry=said(row, row),
        state=words.in_languages(STATES[row.state]),
        internal=Text(row.language or "fr", row.internal) if row.internal else None,
        before=said(row, before.spoken) if before else None,
        year_before=before.round.year if before else 0,
    )


def said(row: Entry, spoken: Entry) -> frozen.Entry:
    """Return what an actor says of an action, as the texts of ``spoken`` have it."""
    return frozen.Entry(
        actor=row.actor.slug,
        role=row.responsibility.role,
        expected=row.expected,
        status=spoken.status,
        texts={
            name: Text(spoken.language or "fr", getattr(spoken, name))
            for name in PUBLISHED_TEXTS
            if getattr(spoken, name)
        },
        evidence=tuple(builder.build_documents(spoken.evidence)),
    )
