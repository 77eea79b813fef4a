"""A dossier: chosen actions of a published edition, for a question in parliament or a reader."""

import dataclasses
import re
from collections.abc import Collection, Iterator
from datetime import date

from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.typography import sign
from document import dates, typed
from document.content import masthead
from document.snapshot import Action, Chapter, Dossier, Snapshot

LONGEST_CHOICE = 250
SPACES = re.compile(r"[ \t\r\n]+")  # no-break spaces stay


def build(
    snapshot: Snapshot,
    keys: Collection[str],
    *,
    chosen: str,
    language: str,
    on: date,
    checksum: str,
) -> Dossier:
    """Return a dossier of some actions of an edition, in the language that is active.

    ``keys`` are the ``action_id`` of those that it holds.
    ``chosen`` says in words how they were chosen, ``on`` when, ``checksum`` is that of the
    edition's data. What the edition says of the actions stays as it is.
    """
    actions = tuple(action for action in snapshot.actions if action.action_id in keys)
    wanted = {action.section for action in actions}
    spoken = set(actors_of(actions))
    facts = {field.name: getattr(snapshot, field.name) for field in dataclasses.fields(snapshot)}
    made = titles(snapshot, len(actions), chosen, language, on)
    facts |= {
        "actions": actions,
        "sections": tuple(s for s in snapshot.sections if s.label in wanted),
        "actors": tuple(a for a in snapshot.actors if a.slug in with_parents(spoken, snapshot)),
        "figures": (),
        "chapters": (introduction(snapshot, len(actions), chosen, language, on),),
        "labels": snapshot.labels | {language: snapshot.labels[language] | made},
    }
    return Dossier(**facts, source=checksum)


def titles(snapshot: Snapshot, count: int, chosen: str, language: str, on: date) -> dict[str, str]:
    """Return the fixed words that make the title: that it is a dossier, of what, made when.

    The title stands in the head of every page, so it is short.
    """
    many = ngettext("%(count)s action", "%(count)s actions", count) % {"count": count}
    title = _("Dossier (%(many)s) – %(report)s") % {
        "many": many,
        "report": masthead.title(snapshot, language),
    }
    subtitle = _("%(chosen)s – chosen on %(day)s") % {
        "chosen": Truncator(chosen).chars(LONGEST_CHOICE),
        "day": dates.day(on.isoformat(), language),
    }
    return {"title": literal(title), "subtitle": literal(capfirst(subtitle))}


def introduction(snapshot: Snapshot, count: int, chosen: str, language: str, on: date) -> Chapter:
    """Return what a dossier says of itself: what was chosen, when, and what it leaves out."""
    facts = {
        "day": dates.day(on.isoformat(), language),
        "edition": masthead.edition(snapshot, language),
        "report": f"{masthead.title(snapshot, language)}, {masthead.subtitle(snapshot, language)}",
        "address": masthead.address(snapshot, language),
        "chosen": chosen,
    }
    facts = {name: plain(text) for name, text in facts.items()}
    many = ngettext("%(count)s action was chosen", "%(count)s actions were chosen", count)
    lines = (
        f"{many % {'count': count}}{sign(':')} {facts['chosen']}.",
        _("This dossier was made on %(day)s from the %(report)s (%(edition)s): %(address)s")
        % facts,
        _(
            "It is not a separate report: what it says of these actions is taken word for word "
            "from that edition. The figures of the whole report are not repeated here, as they "
            "would mean something else for a selection."
        ),
    )
    text = "\n\n".join(lines)
    return Chapter("foreword", {language: _("About this dossier")}, {language: text})


def actors_of(actions: Collection[Action]) -> Iterator[str]:
    """Yield the keys of the actors that some actions speak of."""
    for action in actions:
        for entry in action.entries:
            yield from (entry.actor, entry.through)
        yield from (*action.missing, *action.left_out)
        if action.override:
            yield action.override.institution


def with_parents(slugs: set[str], snapshot: Snapshot) -> set[str]:
    """Return some actors with those above them."""
    parents = {actor.slug: actor.parent for actor in snapshot.actors}
    found: set[str] = set()
    for slug in slugs:
        while slug and slug not in found:
            found.add(slug)
            slug = parents.get(slug, "")  # noqa: PLW2901 - a step upwards
    return found


def literal(text: str) -> str:
    """Return a text that str.format leaves as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def plain(text: str) -> str:
    """Return a text that Markdown leaves as it is."""
    return typed.literal(SPACES.sub(" ", text).strip())
