"""Stores what a plan promises: the text of each action, and where the plan's document stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from actions.models import Action, Plan, Source, User
from actions.models.fields import LANGUAGES
from actions.services import plan
from actions.services import seen as seeing
from actions.services.bodies import source_of
from actions.services.rounds import secretariat

DOCUMENTS = tuple(f"document_{code}" for code in ("nl", "fr", "de", "en"))
TEXTS = tuple(f"promise_{code}" for code in LANGUAGES)
PROMISE = (*TEXTS, "official_promises", "promise_source_detail")


@transaction.atomic
def save_documents(
    given: Plan, facts: Mapping[str, str], *, seen: str | None, by: User, now: datetime
) -> Plan:
    """Store where the document of a plan stands; raises Conflict where somebody was quicker."""
    secretariat(by, now)
    stored = Plan.objects.select_for_update().get(pk=given.pk)
    seeing.check(stored, facts, seen)
    for name in DOCUMENTS:
        setattr(stored, name, facts[name])
    plan.save(stored, by=by)
    return stored


@transaction.atomic
def save_promise(
    action: Action,
    facts: Mapping[str, Any],
    *,
    title: str,
    address: str,
    seen: str | None,
    by: User,
    now: datetime,
) -> Action:
    """Store what the plan promises under an action, with the document that says so.

    That is no amendment: the plan says it already. Raises ValidationError by field, and
    Conflict where somebody was quicker.
    """
    secretariat(by, now)
    stored = Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
    seeing.check(stored, facts, seen)
    for name in PROMISE:
        setattr(stored, name, facts[name])
    has_text = any(facts[name] for name in TEXTS)
    stored.promise_source = source_for(stored, title, address, by=by) if has_text else None
    if not has_text:
        stored.official_promises = stored.promise_source_detail = ""
    plan.save(stored, by=by)
    return stored


def source_for(action: Action, title: str, address: str, *, by: User) -> Source:
    """Return the document that a text is from: the one it has, where nobody changed that."""
    now = action.promise_source
    if now is not None and (now.title, now.url) == (title, address):
        return now
    return source_of(title, address, by=by)
