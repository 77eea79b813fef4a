"""Words the letters: one function per letter, facts in, subject with text and HTML out."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions import permissions, writing
from actions.enums import WRITABLE, Act, EntryState, Event, LetterKind
from actions.models import (
    Assignment,
    BodyChange,
    Circular,
    Contact,
    Entry,
    EntryVersion,
    ErrorNotice,
    Extension,
    Invitation,
    Plan,
    ReportingRound,
    ReviewEvent,
    Succession,
    User,
)
from actions.models.entries import HEADINGS, PUBLISHED_TEXTS
from actions.models.plan import site_contact
from actions.models.statuses import status_word
from actions.rules import deadlines
from actions.typography import date_format
from document.typography import NARROW, NO_BREAK

Facts = Mapping[str, Any]
MOST_LISTED = 60  # entries in one letter; the desk lists them all
LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Mail:
    """What goes out."""

    subject: str
    text: str
    html: str
    reply_to: str = ""


def compose(kind: LetterKind, facts: Facts, language: str, *, on: date) -> Mail | None:
    """Return a letter as it is true on a day; None where there is nothing to say any more."""
    with translation.override(language):
        return LETTERS[kind](facts, on)


def invitation(facts: Facts, _on: date) -> Mail | None:
    """Invite somebody to an organisation; facts: invitation (its key), secret."""
    rows = Invitation.objects.select_related("actor", "invited_by")
    found = rows.filter(pk=facts["invitation"]).first()
    if found is None or not facts.get("secret"):
        return None
    return render(
        "invitation",
        _("Invitation to NAP monitor"),
        site_contact(),
        invitation=found,
        link=link("actions:invitation", facts["secret"]),
    )


def sign_in(facts: Facts, _on: date) -> Mail | None:
    """Send a code to sign in with, or what is said of the account; facts: code, or subject, text.

    Nothing is left to say once the facts were wiped.
    """
    if code := facts.get("code"):
        return render("sign_in", _("Your code to sign in to NAP monitor"), code=code)
    if not facts.get("text"):
        return None
    return render("account", str(facts.get("subject", "")), said=facts["text"])


def round_opened(facts: Facts, on: date) -> Mail | None:
    """Tell somebody that a round is open, and what to write; facts: round, entries (keys).

    With ``added`` these are only what the plan, or a takeover, asks of them since.
    """
    rounds = ReportingRound.objects.select_related("plan__contact_row")
    found = rounds.filter(pk=facts["round"]).first()
    entries = to_write(facts["entries"], on)
    if found is None or not entries:
        return None
    count, is_added, day = len(entries), facts.get("added", False), found.deadline
    if is_added and day < on:
        day = min(last for entry in entries if (last := last_day(entry, on)))
    subject = ngettext(
        "Follow-up %(year)s: %(count)s entry to write by %(day)s",
        "Follow-up %(year)s: %(count)s entries to write by %(day)s",
        count,
    ) % {"year": found.year, "count": count, "day": short_day(day)}
    return render(
        "round_opened",
        subject,
        found.plan.contact,
        round=found,
        day=day,
        is_added=is_added,
        is_sample=found.is_sample,
        link=link("actions:desk"),
        **listed(entries),
    )


def returned(facts: Facts, on: date) -> Mail | None:
    """Tell a writer that an entry came back, why, and until when to write; facts: event (a key)."""
    event = ReviewEvent.objects.filter(pk=facts["event"], kind=Event.RETURNED).first()
    entries = named([event.entry_id], state=EntryState.RETURNED) if event else []
    if event is None or not entries:
        return None
    entry = entries[0]
    return render(
        "returned",
        _("Follow-up %(year)s, action %(label)s: your entry was returned")
        % {"year": entry.round.year, "label": entry.action.label},
        entry.round.plan.contact,
        entry=entry,
        is_sample=entry.round.is_sample,
        comment=event.comment,
        comments=[(field_label(name), text) for name, text in event.comments.items()],
        day=last_day(entry, on),
        link=link("actions:entry", entry.pk),
    )


def let_in(facts: Facts, on: date) -> Mail | None:
    """Tell somebody what they can write for a further edition.

    Facts: round, entries (keys), comment of the secretariat.
    """
    entries = to_write(facts["entries"], on)
    days = [day for entry in entries if (day := last_day(entry, on))]
    if not days:
        return None
    given, count = entries[0].round, len(entries)
    subject = ngettext(
        "Further edition of the report %(year)s: %(count)s entry to write by %(day)s",
        "Further edition of the report %(year)s: %(count)s entries to write by %(day)s",
        count,
    ) % {"year": given.year, "count": count, "day": short_day(min(days))}
    return render(
        "let_in",
        subject,
        given.plan.contact,
        round=given,
        is_sample=given.is_sample,
        day=min(days),
        comment=facts.get("comment", ""),
        link=link("actions:desk"),
        **listed(entries),
    )


def writing_ended(facts: Facts, _on: date) -> Mail | None:
    """Tell somebody that a report was frozen before the day set for their entries; facts: entries.

    Nothing is left to say once the frozen edition was given up: then they can write again.
    """
    rows = named(facts["entries"], state__in=WRITABLE)
    entries = [entry for entry in rows if entry.round.is_frozen or is_over(entry)]
    if not entries:
        return None
    given = entries[0].round
    return render(
        "writing_ended",
        _("Report %(year)s: entries can no longer be written") % {"year": given.year},
        given.plan.contact,
        round=given, is_sample=given.is_sample, link=link("actions:desk"), **listed(entries),
    )  # fmt: skip


def more_time(facts: Facts, on: date) -> Mail | None:
    """Tell a writer until when a body may write now; facts: round, actor, entries (keys)."""
    rows = Extension.objects.select_related("round__plan__contact_row", "actor")
    found = rows.filter(round=facts["round"], actor=facts["actor"]).first()
    entries = to_write(facts["entries"], on)
    if found is None or not entries:
        return None
    day = min(day for entry in entries if (day := last_day(entry, on)))
    return render(
        "more_time",
        _("Follow-up %(year)s: %(actor)s may write until %(day)s")
        % {"year": found.round.year, "actor": found.actor.label, "day": short_day(day)},
        found.round.plan.contact,
        round=found.round,
        actor=found.actor,
        is_sample=found.round.is_sample,
        day=day,
        link=link("actions:desk"),
        **listed(entries),
    )


def days_changed(facts: Facts, on: date) -> Mail | None:
    """Tell a writer the days of a round as they are now; facts: round, entries (keys)."""
    rounds = ReportingRound.objects.select_related("plan__contact_row")
    found = rounds.filter(pk=facts["round"]).first()
    entries = to_write(facts["entries"], on)
    if found is None or not entries:
        return None
    return render(
        "days_changed",
        _("Follow-up %(year)s: the days have changed; submit by %(day)s")
        % {"year": found.year, "day": short_day(found.deadline)},
        found.plan.contact,
        round=found,
        is_sample=found.is_sample,
        link=link("actions:desk"),
        **listed(entries),
    )


def published(facts: Facts, _on: date) -> Mail | None:
    """Tell a member that a report or an evaluation is published; facts: round, number of edition.

    Nothing is left to say once the edition was withdrawn, or another one followed it.
    """
    rounds = ReportingRound.of_any_kind.select_related("plan__contact_row")
    found = rounds.filter(pk=facts["round"], published=facts["number"]).first()
    if found is None:
        return None
    return render(
        "published",
        subject_of_published(found, facts["number"]),
        found.plan.contact,
        plan=found.plan.label,
        year=found.year,
        is_evaluation=found.is_evaluation,
        is_sample=found.is_sample,
        is_further=facts["number"] > 1,
        link=link("reports:report", found.plan.slug, found.name),
    )


def subject_of_published(given: ReportingRound, number: int) -> str:
    """Return the subject of that letter: a further edition is named, as the first had one too."""
    if number > 1:
        words = (
            _("Edition %(number)s of the evaluation %(year)s is published")
            if given.is_evaluation
            else _("Edition %(number)s of the progress report %(year)s is published")
        )
    elif given.is_evaluation:
        words = _("The evaluation %(year)s is published")
    else:
        words = _("The progress report %(year)s is published")
    return words % {"year": given.year, "number": number}


def draft_opened(facts: Facts, on: date) -> Mail | None:
    """Tell a member that the draft of a report is open for comments; facts: round, until, changed.

    With ``ended`` it tells that it is so no longer, as the report was frozen before that day.
    Those of a day that was changed are taken out of the outbox; see ``events.draft_closed``.
    """
    rounds = ReportingRound.of_any_kind.select_related("plan__contact_row")
    found = rounds.filter(pk=facts["round"]).first()
    until = date.fromisoformat(facts["until"])
    if found is not None and facts.get("ended"):
        return comments_ended(found, until)
    if found is None or found.is_frozen or found.is_published or until < on:
        return None
    changed, opened = (
        (
            _("Draft of the evaluation %(year)s: comments now until %(day)s"),
            _("Draft of the evaluation %(year)s: your comments until %(day)s"),
        )
        if found.is_evaluation
        else (
            _("Draft of the report %(year)s: comments now until %(day)s"),
            _("Draft of the report %(year)s: your comments until %(day)s"),
        )
    )
    subject = changed if facts["changed"] else opened
    return render(
        "draft_opened",
        subject % {"year": found.year, "day": short_day(until)},
        found.plan.contact,
        round=found,
        is_sample=found.is_sample,
        until=until,
        is_changed=facts["changed"],
        link=link("reports:draft", found.plan.slug, found.name),
    )


def comments_ended(found: ReportingRound, until: date) -> Mail | None:
    """Tell a member that comments on a draft ended before their day; None where they have not."""
    if not (found.is_frozen or found.is_published):
        return None
    words = (
        _("Draft of the evaluation %(year)s: comments have ended")
        if found.is_evaluation
        else _("Draft of the report %(year)s: comments have ended")
    )
    return render(
        "comments_ended",
        words % {"year": found.year},
        found.plan.contact,
        round=found,
        is_sample=found.is_sample,
        until=until,
        link=link("reports:draft", found.plan.slug, found.name),
    )


def receipt(facts: Facts, on: date) -> Mail | None:
    """Tell somebody what they submitted, as it stood then, and what happens next.

    Facts: versions, each the key of an entry and its number. The internal note is left out.
    """
    kept = EntryVersion.objects.filter(
        Q(*(Q(entry=key, number=number) for key, number in facts["versions"]), _connector=Q.OR)
    )
    said = {version.entry_id: version.content for version in kept}
    entries = named(said)
    if not entries:
        return None
    count = len(entries)
    subject = ngettext(
        "Follow-up %(year)s: you submitted %(count)s entry",
        "Follow-up %(year)s: you submitted %(count)s entries",
        count,
    ) % {"year": entries[0].round.year, "count": count}
    days = [withdrawn_until(row, on) for row in entries]
    return render(
        "receipt",
        subject,
        entries[0].round.plan.contact,
        is_sample=any(row.round.is_sample for row in entries),
        rows=[(row, receipt_lines(row, said[row.pk])) for row in entries[:MOST_LISTED]],
        more=max(0, count - MOST_LISTED),
        count=count,
        day=min(day for day in days if day) if all(days) else None,
        link=link("actions:desk"),
    )


def receipt_lines(entry: Entry, content: Facts) -> list[tuple[str, str]]:
    """Return what a version of an entry says, each text with its heading."""
    status = str(status_word(content.get("status", ""), entry.action.nature))
    texts = [(str(HEADINGS[name]), content.get(name, "")) for name in PUBLISHED_TEXTS]
    links = "\n".join(row["address"] for row in content.get("evidence", ()))
    lines = [(str(HEADINGS["status"]), status), *texts, (str(HEADINGS["evidence"]), links)]
    return [(heading, text) for heading, text in lines if text]


def accepted(facts: Facts, _on: date) -> Mail | None:
    """Tell a writer which entries were accepted that day; facts: entries (keys)."""
    entries = named(facts["entries"], state=EntryState.ACCEPTED)
    if not entries:
        return None
    count = len(entries)
    subject = ngettext("%(count)s entry was accepted", "%(count)s entries were accepted", count) % {
        "count": count
    }
    return render(
        "accepted",
        subject,
        entries[0].round.plan.contact,
        is_sample=any(entry.round.is_sample for entry in entries),
        link=link("actions:desk"),
        **listed(entries),
    )


def reminder(facts: Facts, on: date) -> Mail | None:
    """Remind somebody of what is still to be written, by the day by which it is asked for.

    Facts: person (a key), entries and orphans (keys), of which only what this very person can
    still write, or see to, on the day counts.
    """
    person = User.objects.filter(pk=facts["person"]).first()
    if person is None:
        return None
    rights = permissions.read_rights(person, on=on)
    rows = to_write([*facts["entries"], *facts["orphans"]], on)
    mine = [row for row in rows if permissions.can_write_for(rights, row.responsibility)]
    others = [row for row in rows if rights.is_secretariat and row not in mine]
    if not mine and not others:
        return None
    contact = (mine or others)[0].round.plan.contact
    assigned = assigned_to(person, mine)
    rest = [row for row in mine if row not in assigned]
    return render(
        "reminder",
        reminder_subject(by_day(mine, on), others),
        contact,
        is_sample=any(row.round.is_sample for row in rows),
        assigned=by_day(assigned, on, most=MOST_LISTED),
        groups=by_day(rest, on, most=MOST_LISTED),
        others=by_day(others, on, most=MOST_LISTED),
        count=len(mine),
        count_others=len(others),
        link=link("actions:desk"),
        members=link("actions:all-members"),
    )


def asked(facts: Facts, on: date) -> Mail | None:
    """Remind somebody, in a colleague's name, of what is assigned to them and not submitted.

    Facts: person, by (keys), entries (keys), of which only what is theirs on the day counts.
    """
    person = User.objects.filter(pk=facts["person"]).first()
    by = User.objects.filter(pk=facts["by"]).first()
    if person is None or by is None:
        return None
    rights = permissions.read_rights(person, on=on)
    rows = assigned_to(person, to_write(facts["entries"], on))
    mine = [row for row in rows if permissions.can_write_for(rights, row.responsibility)]
    if not mine:
        return None
    return render(
        "asked",
        reminder_subject(by_day(mine, on), []),
        mine[0].round.plan.contact,
        is_sample=any(row.round.is_sample for row in mine),
        by=by.get_full_name(),
        groups=by_day(mine, on, most=MOST_LISTED),
        count=len(mine),
        link=link("actions:desk"),
    )


def by_hand(facts: Facts, _on: date) -> Mail | None:
    """Send what the secretariat wrote; facts: circular (a key)."""
    rows = Circular.objects.select_related("round__plan__contact_row")
    found = rows.filter(pk=facts["circular"]).first()
    return worded_by_hand(found) if found else None


def worded_by_hand(found: Circular) -> Mail | None:
    """Return what the secretariat wrote as it goes out, in the active language."""
    subject, text = found.said(translation.get_language() or "")
    if not text:
        return None
    contact = found.round.plan.contact
    return render(
        "by_hand", subject, contact, said=text, is_sample=found.round.is_sample,
        link=link("actions:desk"),
    )  # fmt: skip


def covering(facts: Facts, _on: date) -> Mail | None:
    """Send a covering letter as it was written.

    Facts: plan (a slug), transmission (a key), subject, text, is_sample.
    """
    plan = Plan.objects.select_related("contact_row").filter(slug=facts["plan"]).first()
    return render(
        "covering",
        facts["subject"],
        plan.contact if plan else None,
        said=facts["text"],
        is_sample=facts["is_sample"],
    )


def answer(facts: Facts, _on: date) -> Mail | None:
    """Answer a reader who reported an error; facts: notice (a key).

    Nothing is left to say once the facts were wiped with the address.
    """
    found = ErrorNotice.objects.filter(pk=facts.get("notice", 0)).first()
    if found is None or not found.answer:
        return None
    return render(
        "answer",
        _("Your message to NAP monitor"),
        site_contact(),
        said=found.answer,
        day=found.at,
        page=f"{settings.SITE_URL.rstrip('/')}{found.page}" if found.page else "",
    )


def reminder_subject(groups: list[dict[str, Any]], others: list[Entry]) -> str:
    """Return in one line how much is asked for and by when; what is late is said first."""
    if not groups:
        return ngettext(
            "Reminder: %(count)s entry of an organisation without members",
            "Reminder: %(count)s entries of organisations without members",
            len(others),
        ) % {"count": len(others)}
    late = [group for group in groups if group["left"] < 0]
    chosen = late or groups[:1]
    numbers = {"count": sum(group["count"] for group in chosen), "day": short_day(chosen[0]["due"])}
    if late:
        line = ngettext(
            "Reminder: %(count)s entry is late; it was due on %(day)s",
            "Reminder: %(count)s entries are late; they were due on %(day)s",
            numbers["count"],
        )
    else:
        line = ngettext(
            "Reminder: %(count)s entry to submit by %(day)s",
            "Reminder: %(count)s entries to submit by %(day)s",
            numbers["count"],
        )
    return line % numbers


def by_day(rows: list[Entry], on: date, *, most: int | None = None) -> list[dict[str, Any]]:
    """Return entries by the day by which they are asked for, the earliest first.

    ``most`` is how many are listed in all; each group says how many more there are.
    """
    known = writing.read_extensions({row.round_id for row in rows})
    groups: dict[tuple[date, int], list[Entry]] = {}
    for row in rows:
        due = writing.due_day(row, on=on, extensions=known)
        groups.setdefault((due, row.round_id), []).append(row)
    found, room = [], len(rows) if most is None else most
    for (due, _round), entries in sorted(groups.items(), key=lambda item: item[0]):
        ends = [writing.last_day(row, on=on, extensions=known) for row in entries]
        found.append(
            {
                "round": entries[0].round,
                "due": due,
                "left": deadlines.days_left(due, on=on),
                "until": min(day for day in ends if day),
                "count": len(entries),
                "entries": entries[:room],
                "more": max(0, len(entries) - room),
            }
        )
        room = max(0, room - len(entries))
    return found


def moved(facts: Facts, _on: date) -> Mail | None:
    """Tell a member for whom they write since a takeover; facts: change (a key).

    Nothing is left to say of one that was undone.
    """
    rows = BodyChange.objects.filter(undone_at=None).select_related("actor")
    found = rows.filter(pk=facts["change"]).first()
    if found is None:
        return None
    heirs = Succession.objects.filter(pk__in=found.made["successions"]).order_by("pk")
    names = [row.successor.label for row in heirs.select_related("successor")]
    said = {"day": short_day(found.on), "body": "; ".join(names), "before": found.actor.label}
    subject = _("Since %(day)s you write for %(body)s") % said
    return render("moved", subject, site_contact(), link=link("actions:desk"), **said)


LETTERS: dict[LetterKind, Callable[[Facts, date], Mail | None]] = {
    LetterKind.INVITATION: invitation,
    LetterKind.SIGN_IN: sign_in,
    LetterKind.ROUND_OPENED: round_opened,
    LetterKind.RETURNED: returned,
    LetterKind.RECEIPT: receipt,
    LetterKind.ACCEPTED: accepted,
    LetterKind.LET_IN: let_in,
    LetterKind.WRITING_ENDED: writing_ended,
    LetterKind.MORE_TIME: more_time,
    LetterKind.DAYS_CHANGED: days_changed,
    LetterKind.DRAFT_OPENED: draft_opened,
    LetterKind.PUBLISHED: published,
    LetterKind.REMINDER: reminder,
    LetterKind.ASKED: asked,
    LetterKind.BY_HAND: by_hand,
    LetterKind.COVERING: covering,
    LetterKind.MOVED: moved,
    LetterKind.ANSWER: answer,
}

# --- Parts ----------------------------------------------------------------------


def named(keys: Iterable[int], **state: Any) -> list[Entry]:
    """Return entries that are still in a state, in the plan's order, with what names them."""
    rows = Entry.objects.filter(pk__in=list(keys), **state)
    return list(
        rows.select_related(
            "round__plan__contact_row", "responsibility__action", "responsibility__actor"
        )
        .prefetch_related("responsibility__actor__names")
        .order_by("round", "responsibility__action__position", "responsibility__position", "pk")
    )


def to_write(keys: Iterable[int], on: date) -> list[Entry]:
    """Return those of some entries that their members can write on a day."""
    rows = named(keys, state__in=WRITABLE)
    extensions = writing.read_extensions({entry.round_id for entry in rows})
    return [
        entry
        for entry in rows
        if writing.refusal(entry, Act.SUBMIT, on=on, extensions=extensions) is None
    ]


def assigned_to(person: User, rows: list[Entry]) -> list[Entry]:
    """Return those of some entries that are assigned to somebody."""
    found = Assignment.of({row.responsibility_id for row in rows})
    own = {key for key, one in found.items() if one.is_current and one.person_id == person.pk}
    return [row for row in rows if row.responsibility_id in own]


def last_day(entry: Entry, on: date) -> date | None:
    """Return the last day on which members can write an entry; None where they no longer can."""
    if writing.refusal(entry, Act.SUBMIT, on=on) is not None:
        return None
    return writing.last_day(entry, on=on)


def withdrawn_until(entry: Entry, on: date) -> date | None:
    """Return the last day on which its members can withdraw an entry; None where they cannot."""
    if not entry.is_submitted or writing.refusal(entry, Act.WITHDRAW, on=on) is not None:
        return None
    return writing.last_day(entry, on=on)


def is_over(entry: Entry) -> bool:
    """Tell whether a report was published in which an entry can change no more."""
    return entry.round.is_published and not entry.is_let_in


def listed(entries: list[Entry]) -> dict[str, Any]:
    """Return what a letter lists of some entries."""
    count = len(entries)
    more = max(0, count - MOST_LISTED)
    return {"count": count, "entries": entries[:MOST_LISTED], "more": more}


def link(name: str, *args: Any) -> str:
    """Return the whole address of a page, in the active language."""
    return f"{settings.SITE_URL.rstrip('/')}{reverse(name, args=args)}"


def field_label(name: str) -> str:
    """Return what a field of an entry is called."""
    return str(capfirst(Entry._meta.get_field(name).verbose_name))  # type: ignore[union-attr]  # noqa: SLF001


def short_day(day: Any) -> str:
    """Return a day as the active language writes it."""
    return date_format(day, "DATE_FORMAT")


def render(template: str, subject: str, contact: Contact | None = None, **context: Any) -> Mail:
    """Return a letter made from its two templates; its subject is one line.

    ``contact`` is who gets the answers.
    """
    context |= {
        "subject": one_line(subject),
        "site": settings.SITE_URL,
        "contact": contact,
        "language": translation.get_language(),
    }
    return Mail(
        subject=context["subject"],
        text=tidy(render_to_string(f"emails/{template}.txt", context)),
        html=render_to_string(f"emails/{template}.html", context),
        reply_to=contact.email if contact else "",
    )


def one_line(text: str) -> str:
    """Return a text without line breaks and other control characters, for a header."""
    kept = (c if c.isprintable() or c in (NO_BREAK, NARROW) else " " for c in text)
    return re.sub(" +", " ", "".join(kept)).strip()[:LONGEST_SUBJECT]


def tidy(text: str) -> str:
    """Return a text without the empty lines that its template leaves."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
