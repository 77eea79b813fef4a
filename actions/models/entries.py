"""Status entries: what an actor says of an action in a round, its versions and its review."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.enums import (
    CARRIED_OVER,
    HANDED_IN,
    NEEDS_REASON,
    REPORTABLE,
    WRITABLE,
    Act,
    EntryState,
    Event,
    EvidenceKind,
    ObstacleKind,
)
from actions.models.actors import Actor
from actions.models.fields import code_check, no_control_characters, text_field
from actions.models.responsibilities import Responsibility
from actions.models.rounds import ReportingRound
from actions.models.statuses import STATUS_WORDS, status_word
from actions.querysets import EntryQuerySet
from actions.rules import transitions
from document.snapshot import status_code

ENTRY_STATES = [
    (EntryState.EMPTY.value, pgettext_lazy("state of an entry", "To do")),
    (EntryState.DRAFT.value, pgettext_lazy("state of an entry", "Draft")),
    (EntryState.SUBMITTED.value, pgettext_lazy("state of an entry", "Submitted")),
    (EntryState.RETURNED.value, pgettext_lazy("state of an entry", "Returned")),
    (EntryState.ACCEPTED.value, pgettext_lazy("state of an entry", "Accepted")),
]
EVENTS = [
    (Event.SUBMITTED.value, pgettext_lazy("event of an entry", "Submitted")),
    (Event.WITHDRAWN.value, pgettext_lazy("event of an entry", "Withdrawn")),
    (Event.REOPENED.value, pgettext_lazy("event of an entry", "Reopened")),
    (Event.RETURNED.value, pgettext_lazy("event of an entry", "Returned")),
    (Event.ACCEPTED.value, pgettext_lazy("event of an entry", "Accepted")),
    (Event.CARRIED.value, pgettext_lazy("event of an entry", "Carried over")),
    (Event.UNCARRIED.value, pgettext_lazy("event of an entry", "No longer carried over")),
    (Event.LET_IN.value, pgettext_lazy("event of an entry", "Included in a further edition")),
    (Event.LEFT_OUT.value, pgettext_lazy("event of an entry", "Left out of the report")),
]
EVIDENCE_KINDS = [
    (EvidenceKind.LAW.value, _("Law or regulation")),
    (EvidenceKind.DECISION.value, _("Decision or agreement")),
    (EvidenceKind.REPORT.value, _("Report or study")),
    (EvidenceKind.WEBSITE.value, _("Website or publication")),
    (EvidenceKind.EVENT.value, _("Event or training")),
    (EvidenceKind.OTHER.value, pgettext_lazy("kind of evidence", "Other")),
]
OBSTACLE_KINDS = [
    (ObstacleKind.FUNDING.value, _("Funding")),
    (ObstacleKind.STAFF.value, _("Staff")),
    (ObstacleKind.PRIORITIES.value, _("Priorities")),
    (ObstacleKind.APPROVAL.value, _("Approval pending")),
    (ObstacleKind.OTHERS.value, pgettext_lazy("kind of obstacle", "Depends on others")),
    (ObstacleKind.LAW.value, _("Legislation in preparation")),
    (ObstacleKind.OTHER.value, pgettext_lazy("kind of obstacle", "Other")),
]
WRITTEN_IN = [("nl", "Nederlands"), ("fr", "français"), ("de", "Deutsch"), ("en", "English")]

# The texts of an entry that are published, in the order of the form; then what is not.
PUBLISHED_TEXTS = ("done", "results", "obstacles", "next_steps", "reason", "gender", "sme")
TEXTS = (*PUBLISHED_TEXTS, "internal")
# What each part of an entry is called where it is read.
HEADINGS = {
    "done": _("What was done"),
    "results": _("Results"),
    "obstacles": _("Obstacles"),
    "next_steps": _("Next steps"),
    "reason": _("Reason for the status"),
    "gender": _("Gender"),
    "sme": _("Small and medium-sized enterprises"),
    "internal": _("Internal note"),
    "status": _("Status"),
    "evidence": _("Evidence"),
    "obstacle_codes": _("Kinds of obstacles"),
    "expected_by": _("Now expected by"),
}
# What a save takes, and a version keeps.
CONTENT = (
    "status", "language", *TEXTS, "obstacle_codes", "expected_by", "evidence", "unchanged",
)  # fmt: skip
LONGEST_TEXT = 10_000
MOST_EVIDENCE = 20
LONGEST_TITLE = 300
LONGEST_ADDRESS = 1_000


def validate_length(text: str) -> None:
    """Refuse a text that no report can print."""
    if len(text) > LONGEST_TEXT:
        message = _("Write at most %(most)s characters; this text has %(length)s.")
        raise ValidationError(message, params={"most": LONGEST_TEXT, "length": len(text)})


def entry_text(label: Any) -> models.TextField:
    """Return a column for one text of an entry."""
    return text_field(label, validators=[no_control_characters, validate_length])


def validate_address(address: str) -> None:
    """Refuse what is no http or https address with a host, or holds somebody's password.

    What passes is a link on the page, in the PDF and in Word: see ``document.links``.
    """
    try:
        parts = urlsplit(address)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        valid = valid and "@" not in parts.netloc
    except ValueError:
        valid = False
    if not valid or any(c.isspace() for c in address) or len(address) > LONGEST_ADDRESS:
        raise ValidationError(_("Enter an address that starts with https:// or http://."))
    no_control_characters(address)


def validate_evidence(value: object) -> None:
    """Refuse anything but a list of documents with title, address, kind and date.

    The date is empty or ISO 8601. A draft may lack a title or an address.
    """
    shape = {"title", "address", "kind", "date"}
    if not isinstance(value, list) or not all(
        isinstance(row, dict)
        and set(row) == shape
        and all(isinstance(text, str) for text in row.values())
        for row in value
    ):
        raise ValidationError(_("Give each document a title, an address, a kind and a date."))
    if len(value) > MOST_EVIDENCE:
        message = _("List at most %(most)s documents.")
        raise ValidationError(message, params={"most": MOST_EVIDENCE})
    for row in value:
        validate_document(row)


def validate_document(row: dict[str, str]) -> None:
    """Refuse a document with too long a title, no proper address, of no known kind, of no date."""
    if len(row["title"]) > LONGEST_TITLE:
        message = _("Write a title of at most %(most)s characters.")
        raise ValidationError(message, params={"most": LONGEST_TITLE})
    no_control_characters(row["title"])
    if row["address"]:
        validate_address(row["address"])
    if row["kind"] not in set(EvidenceKind):
        raise ValidationError(_("Choose one of the listed values."))
    try:
        dated = not row["date"] or parse_date(row["date"]) is not None
    except ValueError:
        dated = False
    if not dated:
        raise ValidationError(_("Enter the date as day, month and year."))


def validate_obstacles(value: object) -> None:
    """Refuse anything but a list of kinds of obstacles, each once."""
    kinds = [code for code, _word in OBSTACLE_KINDS]
    if not isinstance(value, list) or value != [code for code in kinds if code in value]:
        raise ValidationError(_("Choose from the listed values."))


def validate_day(text: str) -> None:
    """Refuse anything but a day as ISO 8601."""
    try:
        is_day = date.fromisoformat(text).isoformat() == text
    except ValueError:
        is_day = False
    if not is_day:
        raise ValidationError(_("Enter the date as day, month and year."))


class EntryManager(models.Manager.from_queryset(EntryQuerySet)):  # type: ignore[misc]
    """The entries that count; see ``Entry.whole`` for all."""

    def get_queryset(self) -> Any:
        """Return the entries in whose place no other one counts."""
        return super().get_queryset().filter(replaced_by=None)


class Entry(models.Model):
    """What an actor says of an action in a round; it belongs to the institution."""

    round = models.ForeignKey(
        ReportingRound, models.PROTECT, related_name="entries", verbose_name=_("round")
    )
    responsibility = models.ForeignKey(
        Responsibility, models.PROTECT, related_name="entries", verbose_name=_("responsibility")
    )
    expected = models.BooleanField(
        _("expected"),
        help_text=_(
            "Partners and beneficiaries may write an entry although none is expected of them."
        ),
    )
    state = models.CharField(
        _("state"), max_length=20, choices=ENTRY_STATES, default=EntryState.EMPTY.value
    )
    version = models.PositiveIntegerField(_("version"), default=0)
    status = models.CharField(
        _("status"),
        max_length=20,
        blank=True,
        default="",
        choices=[(code, word) for code, word in STATUS_WORDS.items() if code in REPORTABLE],
    )
    language = models.CharField(
        _("language written in"), max_length=2, blank=True, default="", choices=WRITTEN_IN
    )
    done = entry_text(_("what was done"))
    results = entry_text(_("results"))
    obstacles = entry_text(_("obstacles"))
    next_steps = entry_text(_("next steps"))
    reason = entry_text(_("reason for the status"))
    gender = entry_text(_("gender"))
    sme = entry_text(_("effect on small and medium-sized enterprises"))
    internal = entry_text(_("internal note"))
    obstacle_codes = models.JSONField(
        _("kinds of obstacles"), default=list, blank=True, validators=[validate_obstacles]
    )
    # A day as text, as its versions keep it; "" where nothing is said.
    expected_by = models.CharField(
        _("now expected by"), max_length=10, blank=True, default="", validators=[validate_day]
    )
    evidence = models.JSONField(
        _("evidence"), default=list, blank=True, validators=[validate_evidence]
    )
    unchanged = models.BooleanField(_("text of last year, confirmed as still true"), default=False)
    late = models.BooleanField(_("late"), default=False)
    on_behalf = models.BooleanField(_("entry written on the actor’s behalf"), default=False)
    carried_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried_to",
        verbose_name=_("carried over from"),
    )
    since = models.PositiveSmallIntegerField(_("since"), null=True, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("written by"),
    )  # fmt: skip
    written_at = models.DateTimeField(_("written at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("submitted by"),
    )  # fmt: skip
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("decided by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    write_until = models.DateField(_("may be written until"), null=True, blank=True)
    let_in = models.PositiveSmallIntegerField(
        _("may change after this edition"), null=True, blank=True
    )
    left_out = models.BooleanField(_("left out of the report"), default=False)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces",
        verbose_name=_("counts in its place"),
    )  # fmt: skip

    objects = EntryManager()
    # With those in whose place another one counts since bodies were merged.
    whole = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("status entry")
        verbose_name_plural = _("status entries")
        ordering = ["round", "responsibility__action__position", "responsibility__position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "responsibility"],
                condition=Q(replaced_by=None),
                name="entry_once",
                violation_error_message=_("There is an entry for this already."),
            ),
            code_check("entry_state_known", "state", EntryState),
            code_check("entry_status_known", "status", sorted(REPORTABLE), blank=True),
            models.CheckConstraint(
                condition=Q(language__in=["", *(code for code, _name in WRITTEN_IN)]),
                name="entry_language_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(s.value for s in HANDED_IN))
                | Q(carried_from__isnull=False)
                | (~Q(status="") & ~Q(done="") & ~Q(language="")),
                name="entry_handed_in_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(s.value for s in HANDED_IN))
                | Q(carried_from__isnull=False)
                | ~Q(status__in=sorted(s.value for s in NEEDS_REASON))
                | ~Q(reason=""),
                name="entry_reason_where_needed",
            ),
            models.CheckConstraint(
                condition=Q(carried_from__isnull=True, since__isnull=True)
                | Q(
                    carried_from__isnull=False,
                    since__isnull=False,
                    state=EntryState.ACCEPTED.value,
                    status__in=sorted(s.value for s in CARRIED_OVER),
                ),
                name="entry_carried_is_accepted",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{act}_by__isnull": True, f"{act}_at__isnull": True})
                    | Q(**{f"{act}_by__isnull": False, f"{act}_at__isnull": False}),
                    name=f"entry_{act}_who_and_when",
                )
                for act in ("written", "submitted", "decided")
            ),
            models.CheckConstraint(
                condition=~Q(state=EntryState.ACCEPTED.value)
                | Q(carried_from__isnull=False)
                | Q(decided_by__isnull=False, submitted_by__isnull=False),
                name="entry_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=EntryState.ACCEPTED.value)
                | Q(carried_from__isnull=False)
                | (~Q(decided_by=F("written_by")) & ~Q(decided_by=F("submitted_by"))),
                name="entry_accepted_by_another",
                violation_error_message=_("You cannot accept an entry that you wrote."),
            ),
        ]
        indexes = [
            models.Index(fields=["round", "state"], name="entry_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.round.year} {self.responsibility}"

    @property
    def action(self) -> Any:
        """The action that it speaks of, as it stood on the round's reference date."""
        action = self.responsibility.action
        return action.as_on(self.round.reference_date) if action.reworded_on else action

    @property
    def actor(self) -> Actor:
        """The actor that speaks."""
        return self.responsibility.actor

    @property
    def is_carried(self) -> bool:
        """Tell whether finished work of an earlier round stands here."""
        return self.carried_from_id is not None

    @property
    def is_accepted(self) -> bool:
        """Tell whether it counts."""
        return self.state == EntryState.ACCEPTED

    @property
    def is_submitted(self) -> bool:
        """Tell whether it waits for a decision."""
        return self.state == EntryState.SUBMITTED

    @property
    def is_returned(self) -> bool:
        """Tell whether the secretariat gave it back."""
        return self.state == EntryState.RETURNED

    @property
    def is_writable(self) -> bool:
        """Tell whether its state lets its institution write."""
        return self.state in WRITABLE

    @property
    def is_let_in(self) -> bool:
        """Tell whether it may change for the edition that follows the published one."""
        published = self.round.published
        return self.let_in is not None and published is not None and self.let_in >= published

    @property
    def status_code(self) -> str:
        """What picks the word, colour and sign of its status."""
        return status_code(self.status, self.action.nature)

    @property
    def status_label(self) -> str:
        """The word of its status, for this action."""
        return str(status_word(self.status, self.action.nature))

    @property
    def spoken(self) -> "Entry":
        """The entry with the texts: itself, or the one that it was carried over from."""
        found, steps = self, 0
        while found.carried_from is not None and steps < MOST_YEARS:
            found, steps = found.carried_from, steps + 1
        return found

    def content(self) -> dict[str, Any]:
        """Return what a save can change."""
        return {name: getattr(self, name) for name in CONTENT}

    def allows(self, act: Act) -> bool:
        """Tell whether the state allows an act, whoever does it and whenever."""
        return transitions.after(EntryState(self.state), act, carried=self.is_carried) is not None


MOST_YEARS = 100


class EntryVersion(models.Model):
    """What an entry said from one save to the next; never changed, never deleted."""

    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="versions", verbose_name=_("entry")
    )
    number = models.PositiveIntegerField(_("number"))
    content = models.JSONField(_("content"))
    page = models.CharField(_("page it was written on"), max_length=32, blank=True, default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author")
    )
    on_behalf = models.BooleanField(_("entry written on the actor’s behalf"), default=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("version of an entry")
        verbose_name_plural = _("versions of entries")
        ordering = ["entry", "number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="entry_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.number}"


class ReviewEvent(models.Model):
    """One line of an entry's permanent, internal thread; never changed, never deleted."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="events", verbose_name=_("entry"))
    kind = models.CharField(_("kind"), max_length=20, choices=EVENTS)
    version = models.PositiveIntegerField(_("version"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    institution = models.ForeignKey(
        Actor, models.PROTECT, null=True, related_name="+", verbose_name=_("institution")
    )
    on_behalf = models.BooleanField(_("on the actor’s behalf"), default=False)
    at = models.DateTimeField(_("at"))
    comment = text_field(_("comment"))
    comments = models.JSONField(_("comments per field"), default=dict, blank=True)
    until = models.DateField(_("may be written until"), null=True, blank=True)

    class Meta:
        verbose_name = _("review event")
        verbose_name_plural = _("review events")
        ordering = ["entry", "id"]
        constraints = [
            code_check("review_event_kind_known", "kind", Event),
            models.CheckConstraint(
                condition=~Q(kind__in=[Event.RETURNED.value, Event.REOPENED.value])
                | ~Q(comment="")
                | ~Q(comments={}),
                name="review_event_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.kind}"
