"""What is worth talking about at the next meeting of the working group: computed, and added."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from actions import round_status
from actions.enums import WRITABLE, EntryState
from actions.models import Entry, ReportingRound
from actions.models.entries import TEXTS
from actions.models.fields import LANGUAGE_NAMES
from actions.seats import Seats
from actions.services import unsettled
from actions.typography import date_format, sign
from document import richtext
from document.blocks import Block, Chapter, Items, Line, Prose, Report, Rich, Run
from document.writers import word
from reports import untranslated, year
from reports.models import DraftComment, OpenPoint

LONGEST_QUOTE = 200


@dataclass(frozen=True)
class Group:
    """Points of one kind: their heading, where the secretariat sees to them, and each in a line."""

    key: str
    title: str
    link: str
    lines: tuple[str, ...]


def computed(given: ReportingRound, *, on: date) -> list[Group]:
    """Return what follows from how a round stands on a day, group by group; empty ones are left.

    As many queries for many entries as for one.
    """
    entries = [] if given.is_planned else read(given)
    who = reverse("actions:round-expected", args=[given.pk])
    report = reverse("reports:editing", args=[given.pk])
    translations = reverse("reports:translations", args=[given.pk])
    steps = reverse("reports:steps", args=[given.pk])
    state = reverse("actions:round-status", args=[given.plan.slug, given.year])
    found = [
        Group("silent", _("Bodies that have sent nothing"), who, tuple(silent(entries))),
        Group("alone", _("Bodies without a member"), who, tuple(alone(entries, on=on))),
        Group("late", _("Late entries"), f"{who}?late=yes", tuple(late(entries, on=on))),
        Group("overdue", _("Overdue actions"), state, tuple(overdue(given))),
        Group(
            "returned",
            _("Entries returned and not in again"),
            f"{who}?state=returned",
            tuple(returned(entries)),
        ),
        Group("unsettled", _("Texts to settle after a merger"), who, tuple(to_settle(given))),
        Group("untranslated", _("Texts not translated"), translations, tuple(to_translate(given))),
        Group("comments", _("Comments not settled"), report, tuple(comments(given))),
        Group("steps", _("Steps overdue"), steps, tuple(late_steps(given, on=on))),
    ]
    return [group for group in found if group.lines]


def read(given: ReportingRound) -> list[Entry]:
    """Return the expected entries of a round, without their texts."""
    rows = Entry.objects.for_list().filter(round=given, expected=True)
    return list(rows.select_related("round").defer(*TEXTS, "evidence"))


def by_actor(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield a line for each actor of some entries, with its actions, by name."""
    found: dict[tuple[object, int], list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.actor.sort_key, entry.actor.pk].append(entry)
    for _key, rows in sorted(found.items()):
        labels = ", ".join(entry.action.label for entry in rows)
        words = ngettext("%(actor)s: action %(labels)s", "%(actor)s: actions %(labels)s", len(rows))
        yield words % {"actor": rows[0].actor.label, "labels": labels}


def silent(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the bodies of which no entry has ever come in."""
    spoken = {entry.actor.pk for entry in entries if has_come_in(entry)}
    return by_actor(entry for entry in entries if entry.actor.pk not in spoken)


def has_come_in(entry: Entry) -> bool:
    """Tell whether an entry was ever handed in, or stands from an earlier round."""
    return entry.submitted_at is not None or entry.is_carried or entry.state not in WRITABLE


def alone(entries: Iterable[Entry], *, on: date) -> Iterator[str]:
    """Yield the bodies whose entries are not in and for which nobody writes."""
    wanting = [entry for entry in entries if entry.state in WRITABLE]
    seats = Seats.read(on=on)
    return by_actor(entry for entry in wanting if not seats.own(entry.responsibility, on=on))


def late(entries: Iterable[Entry], *, on: date) -> Iterator[str]:
    """Yield by body the entries that are late and not in."""
    wanting = [entry for entry in entries if entry.state in WRITABLE]
    return by_actor(entry for entry in wanting if round_status.days_late(entry, on=on))


def overdue(given: ReportingRound) -> Iterator[str]:
    """Yield the actions whose period ended before the reference date, and that are not done."""
    if given.is_planned:
        return
    for row in round_status.of_round(given).rows:
        if row.overdue:
            told = {"label": row.action.label, "title": row.action.title, "status": row.word}
            yield _("Action %(label)s, %(title)s: %(status)s") % told


def returned(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield by body the entries that were returned, with the last day of those that have one."""
    for entry in entries:
        if entry.state != EntryState.RETURNED:
            continue
        told = {"label": entry.action.label, "actor": entry.actor.label}
        if entry.write_until is None:
            yield _("Action %(label)s, %(actor)s") % told
        else:
            words = _("Action %(label)s, %(actor)s: to be written by %(day)s")
            yield words % (told | {"day": date_format(entry.write_until, "DATE_FORMAT")})


def to_settle(given: ReportingRound) -> Iterator[str]:
    """Yield the entries beside which the text of another body stands since a merger."""
    for entry in unsettled.waiting(given):
        told = {"label": entry.action.label, "actor": entry.actor.label}
        yield _("Action %(label)s, %(actor)s") % told


def to_translate(given: ReportingRound) -> Iterator[str]:
    """Yield how many texts have no checked translation into each language that is needed."""
    counted = untranslated.gaps([given])[given.pk]
    for language, name in LANGUAGE_NAMES.items():
        if count := counted[language]:
            words = ngettext(
                "%(language)s: %(count)s text without a checked translation",
                "%(language)s: %(count)s texts without a checked translation",
                count,
            )
            yield words % {"language": capfirst(str(name)), "count": count}


def comments(given: ReportingRound) -> Iterator[str]:
    """Yield the comments on the draft that are not settled: what they are about and their start."""
    rows = DraftComment.objects.filter(round=given, is_settled=False)
    for row in rows.select_related("institution").prefetch_related("institution__names"):
        who = row.institution.short if row.institution else ""
        start = " – ".join(filter(None, (who, row.about)))
        text = " ".join(row.text.split())
        quote = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE].rstrip()} …"
        yield f"{start}{sign(':')} {quote}" if start else quote


def late_steps(given: ReportingRound, *, on: date) -> Iterator[str]:
    """Yield the steps of the year whose day has passed."""
    for step in year.read([given], on=on)[given.pk].overdue:
        told = {"step": step.label, "day": date_format(step.planned_on, "DATE_FORMAT")}
        yield _("%(step)s, planned on %(day)s") % told


# --- As a Word document -----------------------------------------------------------------


def write(given: ReportingRound, *, on: date) -> bytes:
    """Return the open points of a round as a Word document, in the active language."""
    own = OpenPoint.objects.filter(round=given, is_settled=False).order_by("pk")
    found = [chapter(group) for group in computed(given, on=on)]
    if own:
        blocks = tuple(Rich(richtext.parse(row.text)) for row in own)
        title = Run(_("Points added by the secretariat"))
        found.insert(0, Chapter("own", title, "own", blocks))
    if not found:
        nothing: tuple[Block, ...] = (Prose((Run(_("Nothing is open.")),)),)
        found = [Chapter("nothing", Run(_("Open points")), "nothing", nothing)]
    made = Report(
        language=get_language() or "en",
        title=_("Open points of the follow-up of %(year)s") % {"year": given.year},
        subtitle=Run(given.plan.label),
        edition="",
        reference=capfirst(_("as of %(day)s") % {"day": date_format(on, "DATE_FORMAT")}),
        made_by="",
        address="",
        day=(on.year, on.month, on.day),
        marks=(_("Sample data: no real entries."),) if given.is_sample else (),
        signs=(),
        cover=(),
        notices=(),
        chapters=tuple(found),
        words={"incomplete": "", "overdue": "", "page": "{page}"},
        is_short=True,
    )
    return word.write(made)


def chapter(group: Group) -> Chapter:
    """Return one group as a chapter."""
    lines: tuple[Line, ...] = tuple((Run(text),) for text in group.lines)
    return Chapter(group.key, Run(group.title), group.key, (Items(lines),))
