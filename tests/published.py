"""A small plan with two published reports and a round at work, for proofs of what readers see."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from actions.models import Entry, ReportingRound, User
from actions.services import entries, rounds
from document.snapshot import LANGUAGES
from reports import readiness
from reports.formats import FORMATS, of_today
from reports.models import Edition
from reports.services import editions, texts
from tests import follow_up
from tests.follow_up import NOW, Scene

# Words that only members may read, each where it stands; none may reach a reader.
SECRETS = {
    "draft": "quokkadraft",
    "accepted": "quokkaaccepted",
    "internal": "quokkainternal",
    "comment": "quokkacomment",
    "name": "Quokkaname",
    "returned": "quokkareturned",
}
NOTE = {
    "nl": "De tekst van actie 1 is verbeterd.",
    "fr": "Le texte de l’action 1 est corrigé.",
    "en": "The text of action 1 is corrected.",
}
# How many files an edition has.
FILES = sum(len(LANGUAGES) if FORMATS[name].per_language else 1 for name in of_today())
REASON = {"nl": "Verkeerde cijfers.", "fr": "Chiffres erronés.", "en": "Wrong figures."}


def publish(
    given: ReportingRound,
    *,
    by: User,
    now: datetime = NOW,
    note: dict[str, str] | None = None,
    html: str = "",
) -> Edition:
    """Publish the report of a closed round with small stand-ins for its files.

    The HTML in the language ``html`` is made in earnest.
    """
    left = readiness.outside(given)
    edition = editions.freeze(given, by=by, now=now, note=note, outside=left)
    for name, language in editions.missing_files(edition):
        content: Any = f"{name} {language} of {given.year} e{edition.number}"
        if name == "html":
            content = f"<!doctype html><style>p {{}}</style><p lang={language}>{content}</p>"
            if language == html:
                content = FORMATS[name].render(edition.snapshot, language)
        stored = content.encode() if isinstance(content, str) else content
        editions.store_file(edition, name, language, stored)
    return editions.publish(edition, by=by, now=now)


@dataclass
class Story:
    """Two reports of the small plan; in the later one, action 1 is completed, 2 moved up,
    3 moved back, 5 stands still, and 4, 8 and 9 were not reported on.
    """

    scene: Scene
    first: Edition
    second: Edition

    @property
    def by(self) -> User:
        """The secretariat."""
        return self.scene.people["secretariat"]

    def correct(self) -> Edition:
        """Publish a correction of the later report."""
        return publish(self.second.round, by=self.by, note=NOTE)

    def anew(self, edition: Edition) -> Edition:
        """Take an edition back, and publish its report as all stands now: no further edition."""
        self.withdraw(edition)
        return publish(edition.round, by=self.by, note=NOTE)

    def withdraw(self, edition: Edition) -> Edition:
        """Take an edition back."""
        return editions.withdraw(edition, by=self.by, reason=REASON, now=NOW)


def say(scene: Scene, given: ReportingRound, said: dict[str, dict[str, Any]]) -> None:
    """Have entries written on the actors' behalf, and accepted."""
    for label, content in said.items():
        done = {"done": f"Werk van {given.year} aan actie {label}."}
        scene.submit(scene.entry(given, label), by="secretariat", **done | content)
        scene.accept(scene.entry(given, label), by="second")


def tell(scene: Scene) -> Story:
    """Publish the reports of 2024 and 2025."""
    first = scene.round(2024)
    say(
        scene,
        first,
        {
            "1": {"status": "in_progress", "done": "Het ontwerp van 2024."},
            "2": {"status": "not_started"},
            "3": {"status": "in_progress"},
            "5": {"status": "partly_done"},
        },
    )
    first = rounds.close(first, by=scene.people["secretariat"], now=NOW)
    one = publish(first, by=scene.people["secretariat"])
    second = scene.round(2025)
    say(
        scene,
        second,
        {
            "1": {
                "status": "done",
                "done": "De wet **staat** in het Staatsblad. <b>niet vet</b>",
                "internal": SECRETS["internal"],
                "evidence": [
                    {
                        "title": "De wet",
                        "address": "https://example.org/wet",
                        "kind": "law",
                        "date": "2025-05-01",
                    }
                ],
            },
            "2": {"status": "in_progress"},
            "3": {"status": "not_started"},
            "5": {"status": "partly_done"},
        },
    )
    entry = scene.entry(second, "1")
    texts.translate(
        entry, field="done", language="fr", text="La loi est au Moniteur.", checked=True,
        original=entry.done, by=scene.people["secretariat"], now=NOW,
    )  # fmt: skip
    second = rounds.close(second, by=scene.people["secretariat"], now=NOW)
    two = publish(second, by=scene.people["secretariat"], html="en")
    return Story(scene, one, two)


def build() -> Story:
    """Store the small plan with both reports."""
    return tell(follow_up.build())


def at_work(story: Story) -> ReportingRound:
    """Open a third round, in which every secret stands somewhere; nothing of it is published."""
    scene = story.scene
    scene.people["writer"].__class__.objects.filter(pk=scene.people["writer"].pk).update(
        name=SECRETS["name"]
    )
    given = scene.round(2026, reference_date=date(2026, 12, 31))
    scene.save(scene.entry(given, "9"), by="writer", done=SECRETS["draft"])
    say(
        scene,
        given,
        {"2": {"status": "partly_done", "done": SECRETS["accepted"]}},
    )
    third = scene.entry(given, "3")
    scene.submit(third, by="secretariat", done=SECRETS["returned"])
    scene.send_back(third, by="second", comment=SECRETS["comment"])
    return given


def reopen(entry: Entry, *, by: User) -> Entry:
    """Return an accepted entry."""
    return entries.send_back(entry, by=by, version=entry.version, comment="More.", now=NOW)
