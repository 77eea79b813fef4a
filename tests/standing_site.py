"""A site with something in every state, and a browser per role: for proofs over all addresses.

Each text that somebody wrote holds a word of its own (``Zq…``), so that a page can be asked
which of them it shows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from actions.models import (
    Action,
    Actor,
    AmendmentLine,
    Entry,
    ErrorNotice,
    FactorReset,
    Invitation,
    Letter,
    Membership,
    Override,
    ReportingRound,
    Returned,
    Section,
    Theme,
    User,
)
from actions.services import amending, amendments, bodies, entries, members, plans, rounds
from reports import readiness
from reports.formats import FORMATS
from reports.models import Advice, Chapter, Edition, Recipient
from reports.services import (
    covering,
    documents,
    editions,
    evaluations,
    note_answers,
    notes,
    points,
    recipes,
    texts,
    voices,
)
from reports.voice_models import VoiceNote
from tests import follow_up
from tests.signing_in import proofs

# The people, in the order of the columns of the table; the three last are let in nowhere.
ROLES = (
    "public", "former", "no-factor", "voice", "observer", "other", "writer", "coordinator",
    "reviewer", "secretariat",
)  # fmt: skip
SHUT_OUT = ("deactivated", "sample")
ADDRESS = "small.example.org"  # where everybody of the small plan has a mailbox
WORDS = {"nl": "Zqnote.", "fr": "Zqnote."}


def word(name: str) -> str:
    """Return the word that marks a text."""
    return f"Zq{name}"


@dataclass
class Site:
    """The small plan with its rounds, editions and people; ``keys`` fill the addresses."""

    scene: follow_up.Scene
    now: datetime
    keys: dict[str, Any] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    @property
    def today(self) -> date:
        """The day of the test."""
        return timezone.localdate(self.now)

    def send(self, role: str, method: str, path: str, *given: Any, **more: Any) -> HttpResponse:
        """Send a request in somebody's name; ``{}`` in the address are filled from the keys.

        What it stores stays until ``undone`` ends. ``is_guarded`` asks for the token of forms.
        """
        key = self.sessions.get(role)
        self.client.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: key} if key else {})
        self.client.handler.enforce_csrf_checks = more.pop("is_guarded", False)
        self.client.raise_request_exception = False
        send = getattr(self.client, method.lower())
        response: HttpResponse = send(self.fill(path), *given, **more)
        return response

    def get(self, role: str, path: str, **more: Any) -> HttpResponse:
        """Read an address in somebody's name."""
        return self.send(role, "GET", path, **more)

    def fill(self, path: str) -> str:
        """Return an address with the keys in it."""
        return path.format(**self.keys)


@contextmanager
def undone() -> Iterator[None]:
    """Take back whatever is stored meanwhile."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def build() -> Site:
    """Store the site."""
    site = Site(follow_up.build(), timezone.now())
    add_people(site)
    add_rounds(site)
    add_entries(site)
    add_report(site)
    add_voices(site)
    add_keys(site)
    for role in (*ROLES[1:], *SHUT_OUT):
        site.sessions[role] = session(site.scene.people[role])
    return site


# --- People -----------------------------------------------------------------------


def add_people(site: Site) -> None:
    """Give everybody a name, and name the roles of the table."""
    people, actors = site.scene.people, site.scene.actors
    people |= {
        "other": people["outsider"],
        "coordinator": people["head"],
        "no-factor": people["chair"],
        "former": people["nobody"],
    }
    shut_out: list[tuple[str, str, dict[str, Any]]] = [
        ("deactivated", "ministry", {"is_active": False}),
        ("sample", "office", {"is_sample": True}),
    ]
    for name, actor, more in shut_out:
        people[name] = User.objects.create_user(f"{name}@{ADDRESS}", **more)
        join(people[name], actors[actor], "secretariat", site.now)
    people["voice"] = User.objects.create_user(f"voice@{ADDRESS}")
    join(people["voice"], actors["institute"], "voice", site.now)
    join(people["former"], actors["ministry"], "contributor", site.now, ended_at=site.now)
    for user in User.objects.filter(email__endswith=ADDRESS):
        user.name = f"Zqperson {user.email.split('@')[0]}"
        user.save()
    for person in ("secretariat", "no-factor", "sample"):
        people[person].refresh_from_db()
        people[person].is_staff = people[person].is_superuser = True
        people[person].save()
    for person in ("secretariat", "sample"):
        TOTP.activate(people[person], generate_totp_secret())
    site.scene.people = {name: User.objects.get(pk=user.pk) for name, user in people.items()}


def join(user: User, actor: Actor, role: str, now: datetime, **more: Any) -> None:
    """Give somebody a role."""
    Membership.objects.create(user=user, actor=actor, role=role, started_at=now, **more)


def session(user: User) -> str:
    """Return the key of a session in which somebody has just signed in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.update(proofs(user))
    store.save()
    return str(store.session_key)


# --- The follow-up ----------------------------------------------------------------


def add_rounds(site: Site) -> None:
    """Store a round in every state: published, withdrawn, corrected, frozen, open, planned."""
    section = Section.objects.create(
        plan=site.scene.plan, number=1, title_en="One", title_fr="Un", title_nl="Een",
        title_de="Eins", source=site.scene.source,
    )  # fmt: skip
    Action.objects.filter(plan=site.scene.plan).update(section=section)
    published = {2021: 1, 2022: 1, 2023: 2}
    for year in range(2021, 2025):
        made = new_round(site, year)
        report(site, made, "1")
        if year == 2023:
            report(site, made, "5", status="done")
        made = rounds.close(made, by=site.scene.people["secretariat"], now=site.now)
        site.keys[f"closed{year}"] = made.pk
        for number in range(published.get(year, 0)):
            add_edition(site, made, is_whole=(year, number) == (2023, 1))
    add_edition(site, made, is_published=False)
    withdrawn = Edition.objects.get(round=site.keys["closed2022"])
    editions.withdraw(withdrawn, by=site.scene.people["secretariat"], reason=WORDS, now=site.now)
    site.keys["open"] = new_round(site, 2025).pk
    site.keys["planned"] = new_round(site, 2026, is_open=False).pk
    add_draft(site)


def add_draft(site: Site) -> None:
    """Store the draft of a plan, which readers do not see."""
    plans.start(
        {"slug": "small-draft", "title_en": word("plan")},
        document="",
        address="",
        by=site.scene.people["secretariat"],
        now=site.now,
    )


def new_round(site: Site, year: int, *, is_open: bool = True) -> ReportingRound:
    """Store a round in which members write from yesterday on, and open it."""
    made = ReportingRound(
        plan=site.scene.plan,
        year=year,
        opens_on=site.today - timedelta(days=1),
        deadline=site.today + timedelta(days=30),
        closes_on=site.today + timedelta(days=60),
        reference_date=date(year, 12, 31),
    )
    rounds.save(made, by=site.scene.people["secretariat"], now=site.now)
    return rounds.open(made, by=site.scene.people["secretariat"], now=site.now) if is_open else made


def say(site: Site, given: ReportingRound, label: str, mark: str, **more: Any) -> Entry:
    """Save what an actor says under an action, with a word of its own in text and note."""
    by = more.pop("by", "writer")
    said = {"done": f"{word(mark)} of {given.year}.", "internal": f"{word(mark)}note", **more}
    return site.scene.save(site.scene.entry(given, label), by=by, now=site.now, **said)


def hand_in(site: Site, entry: Entry, by: str = "writer") -> Entry:
    """Submit what stands there."""
    stored = Entry.objects.get(pk=entry.pk)
    content = stored.content()
    return entries.submit(
        stored, by=site.scene.people[by], version=stored.version, content=content, now=site.now
    )


def report(site: Site, given: ReportingRound, label: str, **more: Any) -> None:
    """Have something written and accepted that the report of the round prints."""
    by = "no-factor" if label == "5" else "writer"
    hand_in(site, say(site, given, label, "published", by=by, **more), by)
    site.scene.accept(site.scene.entry(given, label), now=site.now)


def add_entries(site: Site) -> None:
    """Bring the entries of the open round into every state."""
    scene, given = site.scene, ReportingRound.objects.get(pk=site.keys["open"])
    site.keys["draft"] = say(site, given, "1", "draft").pk
    site.keys["submitted"] = hand_in(site, say(site, given, "9", "submitted", by="colleague")).pk
    returned = hand_in(site, say(site, given, "2", "returned", by="below"), "below")
    scene.send_back(returned, now=site.now, comment=word("comment"))
    site.keys["returned"] = returned.pk
    accepted = hand_in(site, say(site, given, "3", "accepted"))
    scene.accept(accepted, now=site.now)
    site.keys["accepted"] = accepted.pk
    site.keys["empty"] = scene.entry(given, "6").pk
    site.keys["carried"] = scene.entry(given, "5").pk
    site.keys["voluntary"] = scene.responsibility("7").pk
    site.keys["action"] = "3"
    Override.objects.create(
        round=given, action=scene.responsibility("3").action, status="done",
        reason_nl=word("override"), reason_fr=word("override"), by=scene.people["secretariat"],
        at=site.now, institution=scene.actors["office"],
    )  # fmt: skip


# --- The report --------------------------------------------------------------------


def add_edition(
    site: Site, given: ReportingRound, *, is_whole: bool = False, is_published: bool = True
) -> Edition:
    """Freeze a round's report; a whole one has real files, the others short ones."""
    by = site.scene.people["secretariat"]
    left = readiness.outside(given)
    made = editions.freeze(given, by=by, note=WORDS, outside=left, now=site.now)
    for name, language in editions.missing_files(made):
        content = b"<style></style>"
        if is_whole and name != "pdf":
            content = FORMATS[name].render(made.snapshot, language or "en")
        editions.store_file(made, name, language, content)
    return editions.publish(made, by=by, now=site.now) if is_published else made


def add_report(site: Site) -> None:
    """Begin the report of the open round: texts, comments, translations, transmissions."""
    scene, given = site.scene, ReportingRound.objects.get(pk=site.keys["open"])
    by = scene.people["secretariat"]
    until = site.today + timedelta(days=9)
    texts.consult(given, until=until, validated_on=None, notes={}, by=by, now=site.now)
    said = texts.comment(
        given, about="", text=word("said"), by=scene.people["observer"], now=site.now
    )
    site.keys["comment"] = said.pk
    recipe = recipes.of_draft(given, "pdf", "en")
    document = documents.ask(recipe, owner=scene.people["writer"], now=site.now)
    site.keys["document"] = document.key
    chapter = texts.save_chapter(
        Chapter(round=given, kind="further", position=1),
        by=by, version=0, texts={"title_nl": "Zqchapter", "text_nl": "Zqchapter."}, now=site.now,
    )  # fmt: skip
    site.keys["chapter"] = chapter.pk
    accepted = Entry.objects.get(pk=site.keys["accepted"])
    texts.translate(
        accepted, field="done", language="fr", text=word("translated"), checked=False,
        original=accepted.done, by=by, now=site.now,
    )  # fmt: skip
    newest = Edition.objects.get(round=site.keys["closed2023"], number=2)
    sent = editions.record_transmission(
        newest, recipient="The parliament", sent_on=site.today, means="by post", by=by, now=site.now
    )
    site.keys["transmission"] = sent.pk
    listed = {
        "kind": "council", "organisation": "A council", "function": "", "language": "en",
        "email": "", "address": word("postal"),
    }  # fmt: skip
    to = covering.save_recipient(Recipient(plan=scene.plan), listed, by=by, now=site.now)
    site.keys["recipient"] = to.pk
    site.keys["point"] = points.add(given, text=word("point"), by=by, now=site.now).pk
    failed = Returned.objects.create(
        address=scene.people["colleague"].email, user=scene.people["colleague"], at=site.now,
        sentence=word("refused"), digest="0" * 64, taken_by=by, taken_at=site.now,
    )  # fmt: skip
    site.keys["failed"] = failed.pk
    add_notice(site)
    add_reset(site)


def add_reset(site: Site) -> None:
    """Store a lost second factor that waits for a reviewer, and somebody with one who lost none."""
    lost, other = site.scene.people["colleague"], site.scene.people["below"]
    for person in (lost, other):
        TOTP.activate(person, generate_totp_secret())
    reset = FactorReset.objects.create(
        person=lost, reason=word("lost"), proposed_by=site.scene.people["secretariat"],
        proposed_at=site.now + timedelta(seconds=1), expires_at=site.now + timedelta(hours=24),
    )  # fmt: skip
    site.keys |= {"reset": reset.pk, "person_with_factor": other.pk}


def add_notice(site: Site) -> None:
    """Store what a reader reported, which the secretariat alone reads."""
    told = ErrorNotice.objects.create(
        page="/en/plans/small/", plan=site.scene.plan, text=word("wrong"), language="en",
        email=f"reader@{ADDRESS}", at=site.now, last_at=site.now, token="0" * 64, digest="0" * 64,
    )  # fmt: skip
    site.keys["notice"] = told.pk


def add_voices(site: Site) -> None:
    """Let the institute write notes in every state on the draft of the open round."""
    scene, given = site.scene, ReportingRound.objects.get(pk=site.keys["open"])
    by, voice = scene.people["secretariat"], scene.people["voice"]
    first, second = (site.today + timedelta(days=days) for days in (90, 95))
    voices.save(given, is_on=True, notes_until=first, answers_until=second, by=by, now=site.now)
    invited = voices.invite(
        given, actor=scene.actors["institute"], language="nl", by=by, now=site.now
    )
    site.keys["voice"] = invited.pk

    def write(label: str, mark: str, **more: Any) -> VoiceNote:
        about = scene.responsibility(label).action
        said: dict[str, Any] = {"language": "nl", "text": f"{word(mark)}.", "submits": True}
        return notes.save(invited, about, evidence=[], by=voice, now=site.now, **said | more)

    drafted = write("8", "notedraft", submits=False)
    site.keys["row_written"] = drafted.action_id
    waiting = write("2", "notewaits")
    site.keys |= {"note": waiting.pk, "row_waiting": waiting.action_id}
    taken = notes.take(write("1", "notetaken"), by=by, now=site.now)
    site.keys["note_taken"] = taken.pk
    note_answers.save(
        taken, scene.actors["ministry"], language="nl", text=f"{word('notereply')}.",
        submits=True, by=scene.people["writer"], now=site.now,
    )  # fmt: skip
    for label, mark in (("3", "noterefused"), ("6", "noteasked")):
        row = notes.refuse(
            write(label, mark), ground="insult", reason=word("notereason"), by=by, now=site.now
        )
        site.keys |= {mark: row.pk, f"row_{mark}": row.action_id}
    notes.ask_again(row, by=voice, now=site.now)


def add_evaluation(site: Site) -> None:
    """Begin an evaluation that members read and nobody else knows of."""
    scene = site.scene
    by = scene.people["secretariat"]
    made = evaluations.start(scene.plan, year=2025, by=by, now=site.now)
    texts.save_chapter(
        Chapter(round=made, kind="summary"),
        by=by, version=0, texts={"text_nl": word("summary")}, now=site.now,
    )  # fmt: skip
    said = dict.fromkeys(evaluations.ADVISED, "") | {"received_on": None}
    given = said | {"author_nl": word("council"), "text_nl": word("advice")}
    advice = evaluations.save_advice(Advice(round=made), given, by=by, now=site.now)
    site.keys |= {"evaluation": made.pk, "advice": advice.pk}


def add_amendment(site: Site) -> None:
    """Prepare an amendment, of which nobody but the secretariat knows."""
    scene = site.scene
    by = scene.people["secretariat"]
    notes = dict.fromkeys(amending.NOTES, "")
    made = amendments.start(scene.plan, by=by, now=site.now)
    facts = {"on": site.today + timedelta(days=500), "decided_on": None, "document": ""}
    given = facts | {"address": ""} | notes | {"note_fr": word("amendment")}
    amendments.save_decision(made, given, seen=None, by=by, now=site.now)
    added = amendments.save_line(
        AmendmentLine(amendment=made),
        {"act": "add", "parent_id": None, "begins": [], "ends": [], **notes,
         "said": {"label": "77", "title_nl": word("added"), "promise_nl": word("promised")}},
        seen=None, by=by, now=site.now,
    )  # fmt: skip
    assert added is not None
    site.keys |= {"amendment": made.pk, "line": added.pk}


def add_keys(site: Site) -> None:
    """Name the rest that addresses speak of."""
    later, still_later = (site.today + timedelta(days=days) for days in (400, 430))
    site.keys |= {
        "later": later.isoformat(),
        "still_later": still_later.isoformat(),
        "later_in_words": f"{later.day} {later:%B} {later.year}",
    }
    scene = site.scene
    past = Entry.objects.filter(round=site.keys["closed2024"])
    made = members.invite(
        f"invited@{ADDRESS}", actor=scene.actors["ministry"], role="contributor", language="en",
        by=scene.people["coordinator"], now=site.now,
    )  # fmt: skip
    site.keys |= {
        "invitation": made.pk,
        "secret": Letter.objects.get(key=f"invitation:{made.pk}").facts["secret"],
        "letter": Letter.objects.exclude(kind="invitation").earliest("pk").pk,
        "ministry": scene.actors["ministry"].pk,
        "frozen": Edition.objects.get(round=site.keys["closed2024"]).pk,
        "published": Edition.objects.get(round=site.keys["closed2023"], number=2).pk,
        "past": past.get(responsibility__action__label="1").pk,
        "withdrawn": Edition.objects.get(round=site.keys["closed2022"]).pk,
        "theme": Theme.objects.all()[0].slug,
    }
    changed = scene.responsibility("1").action
    site.keys |= {"row": changed.pk, "row_version": changed.history.earliest().pk}
    announced = bodies.rename(
        scene.actors["institute"], names={"name_en": "Institute to be"}, source=scene.source,
        on=site.today + timedelta(days=400), by=scene.people["secretariat"], now=site.now,
    )  # fmt: skip
    site.keys["change"] = announced.pk
    add_evaluation(site)
    add_amendment(site)
    for name in ("writer", "colleague", "coordinator", "other", "secretariat"):
        row = Membership.objects.get(user=scene.people[name], ended_at=None)
        site.keys |= {f"membership_{name}": row.pk, f"person_{name}": scene.people[name].pk}
    site.keys["membership_former"] = Membership.objects.get(user=scene.people["former"]).pk
    site.keys["person_deactivated"] = scene.people["deactivated"].pk
    site.keys["used_invitation"] = Invitation.objects.create(
        email=f"used@{ADDRESS}", actor=scene.actors["foreign"], role="contributor",
        digest=members.digest("used"), invited_by=scene.people["secretariat"],
        invited_at=site.now, expires_at=site.now, withdrawn_at=site.now,
    ).pk  # fmt: skip
