"""Page, desk, queue, e-mail and service agree on what can be done with an entry, in every state.

The rule that they all ask is proved by itself in ``rules/test_writing``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client

from actions import emails
from actions.enums import WRITABLE, EntryState, LetterKind
from actions.models import Entry, Extension, ReportingRound, ReviewEvent
from actions.refusals import Refused
from actions.services import entries, rounds
from tests.conftest import add_second_factor
from tests.follow_up import CLOSE, NOW, Scene, at, content
from tests.signing_in import enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

AFTER = CLOSE + timedelta(days=5)
LATER, PAST = AFTER + timedelta(days=9), AFTER - timedelta(days=1)
CLOSED = {"state": "closed", "closed_at": NOW}
PUBLISHED = CLOSED | {"published": 1}
# What stands in the round, at the entry, and until when the actor has an extension; the day.
SITUATIONS: dict[str, tuple[dict[str, Any], dict[str, Any], date | None, date]] = {
    "planned": ({}, {}, None, NOW.date()),
    "open": ({"state": "open"}, {}, None, NOW.date()),
    "open, past its close": ({"state": "open"}, {}, None, AFTER),
    "open, returned until a later day": ({"state": "open"}, {"write_until": LATER}, None, AFTER),
    "closed": (CLOSED, {}, None, AFTER),
    "closed, extended": (CLOSED, {}, LATER, AFTER),
    "closed, a day of its own": (CLOSED, {"write_until": LATER}, None, AFTER),
    "closed, its day has passed": (CLOSED, {"write_until": PAST}, None, AFTER),
    "frozen": (CLOSED | {"frozen_at": NOW}, {"write_until": LATER}, LATER, AFTER),
    "published": (PUBLISHED, {"write_until": LATER}, LATER, AFTER),
    "published, let in": (PUBLISHED, {"let_in": 1, "write_until": LATER}, None, AFTER),
    "published, let in, day passed": (PUBLISHED, {"let_in": 1, "write_until": PAST}, LATER, AFTER),
    "published twice, let in once": (
        PUBLISHED | {"published": 2}, {"let_in": 1, "write_until": LATER}, None, AFTER,
    ),
    "published, let in, frozen": (
        PUBLISHED | {"frozen_at": NOW}, {"let_in": 1, "write_until": LATER}, None, AFTER,
    ),
}  # fmt: skip
# How an entry gets into a state.
WAYS = {
    "empty": (),
    "draft": ("draft",),
    "submitted": ("draft", "submitted"),
    "returned": ("draft", "submitted", "returned"),
    "accepted": ("draft", "submitted", "accepted"),
}
ROLES = ("writer", "outsider", "observer", "second", "secretariat")
REVIEWERS = ("second", "secretariat")
# Where everybody looks; elsewhere those do whose answer differs.
WHOLE = ("open", "published, let in")


@contextmanager
def undone() -> Iterator[None]:
    """Take back whatever is stored meanwhile."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def works(act: Callable[[], object]) -> bool:
    """Tell whether a service does something, and take it back."""
    with undone():
        try:
            act()
        except (Refused, PermissionDenied):
            return False
        return True


@pytest.fixture
def clients(scene: Scene) -> dict[str, Client]:
    """A browser for each role."""
    add_second_factor(scene.people["secretariat"])
    found = {}
    for role in ROLES:
        found[role] = Client()
        enter(found[role], scene.people[role])
    return found


def set_up(scene: Scene, situation: str) -> tuple[Entry, date]:
    """Bring round and entry into a situation, the entry still empty."""
    of_round, of_entry, extended, on = SITUATIONS[situation]
    given = scene.round(state="open" if of_round else "planned")
    row = scene.responsibility("1")
    Entry.objects.get_or_create(round=given, responsibility=row, defaults={"expected": True})
    ReportingRound.objects.filter(pk=given.pk).update(**of_round)
    if extended:
        actor = scene.actors["ministry"]
        Extension.objects.create(round=given, actor=actor, until=extended, reason="x")
    Entry.objects.filter(round=given, responsibility=row).update(**of_entry)
    return scene.entry(given), on


def bring(scene: Scene, entry: Entry, state: str) -> Entry:
    """Bring an entry into a state by the steps that there are, whatever the day."""
    who: dict[str, dict[str, Any]] = {
        "draft": {"status": "in_progress", "done": "x", "language": "nl"},
        "submitted": {"submitted_by": scene.people["writer"], "submitted_at": NOW},
        "returned": {"decided_by": scene.people["reviewer"], "decided_at": NOW},
        "accepted": {"decided_by": scene.people["reviewer"], "decided_at": NOW},
    }
    for step in WAYS[state]:
        Entry.objects.filter(pk=entry.pk).update(state=step, **who[step])
    if state == "returned":
        ReviewEvent.objects.create(
            entry=entry, kind="returned", version=0, by=scene.people["reviewer"], at=NOW,
            comment="More.",
        )  # fmt: skip
    return Entry.objects.select_related("round", "responsibility").get(pk=entry.pk)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_page_desk_letter_and_service_agree_whether_an_entry_can_be_written(
    scene: Scene, clients: dict[str, Client], situation: str
) -> None:
    empty, on = set_up(scene, situation)
    with time_machine.travel(at(on), tick=False):
        for state in WAYS:
            with undone():
                entry = bring(scene, empty, state)
                for role in ROLES if situation in WHOLE else ("writer", "secretariat"):
                    seen = offered(clients[role], entry, role)
                    done = possible(scene, entry, role, on)
                    assert seen == {key: done[key] for key in seen}, (state, role)
                written = possible(scene, entry, "writer", on)["submit"]
                assert on_the_desk(clients["writer"], entry) == written, state
                assert invited(entry, on) == written, state
                assert listed(clients["second"], entry) == possible(
                    scene, entry, "second", on
                )["accept"], state  # fmt: skip


def possible(scene: Scene, entry: Entry, role: str, on: date) -> dict[str, bool]:
    """Return what the services let somebody do with an entry."""
    by, now, version = scene.people[role], at(on), entry.version
    more = content(done="Tried.")
    return {
        "save": works(lambda: entries.save(entry, by=by, version=version, content=more, now=now)),
        "submit": works(
            lambda: entries.submit(entry, by=by, version=version, content=more, now=now)
        ),
        "withdraw": works(lambda: entries.withdraw(entry, by=by, now=now)),
        # Accepting once more does nothing, and is not offered.
        "accept": not entry.is_accepted
        and works(lambda: entries.accept(entry, by=by, version=version, now=now)),
        "return": works(
            lambda: entries.send_back(entry, by=by, version=version, comment="x", now=now)
        ),
    }


def offered(client: Client, entry: Entry, role: str) -> dict[str, bool]:
    """Return what the pages of an entry offer somebody; nothing where there is no such page."""
    found = {}
    page = client.get(f"/en/desk/entries/{entry.pk}/")
    if page.status_code == 200:
        html = page.content.decode()
        found["save"] = 'id="entry-form"' in html
        found["submit"] = 'value="submit"' in html
        found["withdraw"] = f"/entries/{entry.pk}/withdraw/" in html
    if role in REVIEWERS and entry.state != EntryState.EMPTY:
        html = client.get(f"/en/secretariat/review/{entry.pk}/").content.decode()
        found["accept"], found["return"] = 'value="accept"' in html, 'value="return"' in html
        if role == "secretariat":
            assert ("Write on the actor’s behalf" in html) == found["save"]
    return found


def on_the_desk(client: Client, entry: Entry) -> bool:
    """Tell whether a desk shows an entry among what is to be written."""
    response: Any = client.get("/en/desk/")
    desks = [*response.context_data["desks"], *response.context_data["past"]]
    piles = [pile for desk in desks for pile in desk["piles"] if pile["state"] in set(WRITABLE)]
    return any(row.pk == entry.pk for pile in piles for row in pile["rows"])


def invited(entry: Entry, on: date) -> bool:
    """Tell whether an e-mail of that day asks to write an entry."""
    if entry.state == EntryState.RETURNED:
        event = entry.events.get(kind="returned")
        mail = emails.compose(LetterKind.RETURNED, {"event": event.pk}, "en", on=on)
        assert mail is not None
        assert ("no longer be changed" in mail.text) != ("submit it again by" in mail.text)
        return "submit it again by" in mail.text
    facts = {"round": entry.round_id, "entries": [entry.pk]}
    return emails.compose(LetterKind.ROUND_OPENED, facts, "en", on=on) is not None


def listed(client: Client, entry: Entry) -> bool:
    """Tell whether the queue offers to accept an entry."""
    html = client.get("/en/secretariat/review/?settled=on&state=").content.decode()
    return f'name="chosen" value="{entry.pk}:' in " ".join(html.split())


def test_the_list_of_what_can_be_reviewed_agrees_with_the_rule(scene: Scene) -> None:
    for situation in SITUATIONS:
        with undone():
            entry, on = set_up(scene, situation)
            entry = bring(scene, entry, "submitted")
            is_free = possible(scene, entry, "second", on)["accept"]
            in_play = Entry.objects.in_play().filter(
                pk=entry.pk, round__state__in=["open", "closed"]
            )
            assert in_play.exists() == is_free, situation


@pytest.mark.parametrize("situation", ["frozen", "published"])
def test_a_frozen_or_published_round_is_not_reopened_nor_extended_and_says_what_to_do(
    scene: Scene, clients: dict[str, Client], situation: str
) -> None:
    entry, on = set_up(scene, situation)
    by, path = scene.people["secretariat"], f"/en/secretariat/rounds/{entry.round_id}/"
    instead = {"frozen": "discard the frozen edition", "published": "prepare a further edition"}
    with time_machine.travel(at(on), tick=False):
        with pytest.raises(Refused, match=instead[situation]):
            rounds.reopen(entry.round, by=by, reason="x", closes_on=LATER, now=at(on))
        with pytest.raises(Refused, match=instead[situation]):
            rounds.extend(
                entry.round, actor=scene.actors["agency"], until=LATER, reason="x", by=by,
                now=at(on),
            )  # fmt: skip
        html = clients["secretariat"].get(path).content.decode()
        assert instead[situation] in html
        assert f"{path}reopen/" not in html
        assert f"{path}extend/" not in html
        assert (f"{path}further/" in html) == (situation == "published")
        for step in ("reopen/", "extend/"):
            assert clients["secretariat"].get(f"{path}{step}").status_code == 302
