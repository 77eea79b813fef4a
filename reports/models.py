"""Editions of the report, what the secretariat writes for them, translations, transmissions."""

import re
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.models import Actor, Entry, Plan, ReportingRound
from actions.models.entries import PUBLISHED_TEXTS, WRITTEN_IN, entry_text
from actions.models.fields import address_field, char_field, person, text_field, text_property
from actions.models.history import history
from document.snapshot import Snapshot, from_json
from reports import voice_models  # noqa: F401  Django looks for models here

FROZEN, PUBLISHED, WITHDRAWN = "frozen", "published", "withdrawn"
EDITION_STATES = [
    (FROZEN, pgettext_lazy("state of an edition", "Frozen")),
    (PUBLISHED, pgettext_lazy("state of an edition", "Published")),
    (WITHDRAWN, pgettext_lazy("state of an edition", "Withdrawn")),
]
FOREWORD, SECTION, FURTHER, ADVICE = "foreword", "section", "further", "advice"
SUMMARY, CONCLUSIONS = "summary", "conclusions"
# Of which a report has one at most.
SINGLE = (FOREWORD, ADVICE, SUMMARY, CONCLUSIONS)
# The kinds that each kind of report has, in the order in which it prints them.
OF_YEARLY = (FOREWORD, ADVICE, FURTHER, SECTION)
OF_EVALUATION = (SUMMARY, FOREWORD, FURTHER, ADVICE, CONCLUSIONS)
CHAPTER_KINDS = [
    (FOREWORD, _("Foreword")),
    (SECTION, _("Introduction of a section")),
    (FURTHER, _("Further chapter")),
    (ADVICE, _("Advice received, and what was done with it")),
    (SUMMARY, _("Summary and main findings")),
    (CONCLUSIONS, _("Conclusions and recommendations")),
]
DRAFT, CHECKED = "draft", "checked"
TRANSLATION_STATES = [
    (DRAFT, pgettext_lazy("state of a translation", "Draft")),
    (CHECKED, pgettext_lazy("state of a translation", "Checked")),
]


class Edition(models.Model):
    """A frozen report of a round; once published it is never changed and never deleted."""

    round = models.ForeignKey(
        ReportingRound, models.PROTECT, related_name="editions", verbose_name=_("round")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=20, choices=EDITION_STATES, default=FROZEN)
    content = models.TextField(_("snapshot, as JSON"))
    checksum = models.CharField(_("SHA-256 of the snapshot"), max_length=64)
    note_en = text_field(_("what it corrects (English)"))
    note_fr = text_field(_("what it corrects (French)"))
    note_nl = text_field(_("what it corrects (Dutch)"))
    note_de = text_field(_("what it corrects (German)"))
    frozen_by = person(_("frozen by"))
    frozen_at = models.DateTimeField(_("frozen at"))
    published_by = person(_("published by"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    withdrawn_by = person(_("withdrawn by"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawal_en = text_field(_("why it was withdrawn (English)"))
    withdrawal_fr = text_field(_("why it was withdrawn (French)"))
    withdrawal_nl = text_field(_("why it was withdrawn (Dutch)"))
    withdrawal_de = text_field(_("why it was withdrawn (German)"))

    note = text_property("note")
    withdrawal = text_property("withdrawal")

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-round__year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="edition_number_once"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(state=FROZEN), name="edition_one_frozen"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="edition_number_from_1"),
            models.CheckConstraint(
                condition=Q(state__in=[FROZEN, PUBLISHED, WITHDRAWN]), name="edition_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=FROZEN, published_by__isnull=True, published_at__isnull=True)
                | (~Q(state=FROZEN) & Q(published_by__isnull=False, published_at__isnull=False)),
                name="edition_published_who_and_when",
            ),
            models.CheckConstraint(
                condition=(
                    ~Q(state=WITHDRAWN) & Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                )
                | (
                    Q(state=WITHDRAWN, withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                    & ~Q(withdrawal_nl="")
                    & ~Q(withdrawal_fr="")
                ),
                name="edition_withdrawn_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(number=1) | (~Q(note_nl="") & ~Q(note_fr="")),
                name="edition_correction_with_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} e{self.number}"

    @property
    def stored_schema(self) -> int:
        """The number of the schema in which it was stored, which is for ever."""
        found = re.search(r'^  "schema": (\d+)', self.content, re.MULTILINE)
        return int(found[1]) if found else 1

    @property
    def snapshot(self) -> Snapshot:
        """What it says."""
        return from_json(self.content)

    @property
    def is_published(self) -> bool:
        """Tell whether readers see it."""
        return self.state == PUBLISHED

    @property
    def is_frozen(self) -> bool:
        """Tell whether it waits for its publication."""
        return self.state == FROZEN

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether it was taken back, for a published reason."""
        return self.state == WITHDRAWN


class EditionFile(models.Model):
    """One stored file of an edition; it stays as it is for ever.

    ``language`` is "" for a file that holds all languages.
    """

    edition = models.ForeignKey(
        Edition, models.CASCADE, related_name="files", verbose_name=_("edition")
    )
    format = models.CharField(_("format"), max_length=20)
    language = models.CharField(_("language"), max_length=2, blank=True, default="")
    content = models.BinaryField(_("content"))
    checksum = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("bytes"))

    class Meta:
        verbose_name = _("file of an edition")
        verbose_name_plural = _("files of editions")
        ordering = ["edition", "format", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "format", "language"], name="edition_file_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition} {self.format} {self.language}"


WAITING, RUNNING, FAILED, DONE = "waiting", "running", "failed", "done"
RENDERING_STATES = [
    (WAITING, pgettext_lazy("state of a rendering", "Waiting")),
    (RUNNING, pgettext_lazy("state of a rendering", "Running")),
    (FAILED, pgettext_lazy("state of a rendering", "Failed")),
    (DONE, pgettext_lazy("state of a rendering", "Done")),
]


class Job(models.Model):
    """Something that ``manage.py work`` makes; see ``services/jobs.py`` for how it is claimed.

    ``taken_at`` is renewed while it is made: whoever has not told for a while is gone.
    ``problems`` has a format, a language and what went wrong of each file that failed.
    """

    state = models.CharField(_("state"), max_length=20, choices=RENDERING_STATES, default=WAITING)
    asked_at = models.DateTimeField(_("asked for at"))
    taken_at = models.DateTimeField(_("taken up at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    problems = models.JSONField(_("problems"), default=list, blank=True)

    class Meta:
        abstract = True
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[WAITING, RUNNING, FAILED, DONE]),
                name="%(class)s_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state=RUNNING, taken_at__isnull=False) | ~Q(state=RUNNING),
                name="%(class)s_running_since",
            ),
        ]


class Rendering(Job):
    """That a frozen edition asks for its files, until it is published."""

    edition = models.OneToOneField(
        Edition, models.CASCADE, primary_key=True, verbose_name=_("edition")
    )
    asked_by = person(_("asked for by"))

    class Meta(Job.Meta):
        verbose_name = _("rendering of an edition")
        verbose_name_plural = _("renderings of editions")

    def __str__(self) -> str:
        return f"{self.edition} {self.state}"


class Document(Job):
    """A document that somebody asked for: made once, kept for a while, then forgotten.

    ``recipe`` says what it is made of, see ``services/recipes.py``. ``key`` is what its address
    or its hash says; what is not for everybody has an owner, who alone gets it.
    """

    key = models.CharField(_("key"), max_length=64, unique=True)
    recipe = models.JSONField(_("recipe"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    content = models.BinaryField(_("content"), null=True, blank=True)

    class Meta(Job.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            *Job.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state=DONE, content__isnull=False)
                | (~Q(state=DONE) & Q(content__isnull=True)),
                name="document_there_when_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipe.get('kind', '')} {self.key[:8]} {self.state}"


class Chapter(models.Model):
    """A text of the secretariat for the report of a round, in up to four languages."""

    round = models.ForeignKey(
        ReportingRound, models.CASCADE, related_name="chapters", verbose_name=_("round")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=CHAPTER_KINDS)
    section = models.PositiveSmallIntegerField(_("section"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    title_en = char_field(_("title (English)"), 200, blank=True, default="")
    title_fr = char_field(_("title (French)"), 200, blank=True, default="")
    title_nl = char_field(_("title (Dutch)"), 200, blank=True, default="")
    title_de = char_field(_("title (German)"), 200, blank=True, default="")
    text_en = entry_text(_("text (English)"))
    text_fr = entry_text(_("text (French)"))
    text_nl = entry_text(_("text (Dutch)"))
    text_de = entry_text(_("text (German)"))
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)

    history = history()

    title = text_property("title")

    class Meta:
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
        ordering = ["round", "kind", "position", "section", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round"], condition=Q(kind=FOREWORD), name="chapter_one_foreword"
            ),
            models.UniqueConstraint(
                fields=["round"], condition=Q(kind=ADVICE), name="chapter_one_advice"
            ),
            models.UniqueConstraint(
                fields=["round"], condition=Q(kind=SUMMARY), name="chapter_one_summary"
            ),
            models.UniqueConstraint(
                fields=["round"], condition=Q(kind=CONCLUSIONS), name="chapter_one_conclusions"
            ),
            models.UniqueConstraint(
                fields=["round", "section"],
                condition=Q(kind=SECTION),
                name="chapter_one_a_section",
            ),
            models.CheckConstraint(
                condition=(Q(kind=SECTION) & Q(section__isnull=False))
                | (~Q(kind=SECTION) & Q(section__isnull=True)),
                name="chapter_of_a_section",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[FOREWORD, SECTION, FURTHER, ADVICE, SUMMARY, CONCLUSIONS]),
                name="chapter_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.kind} {self.section or self.title}"

    @property
    def shown_texts(self) -> list[tuple[str, str]]:
        """The texts that are written, each with its language."""
        found = [(code, getattr(self, f"text_{code}")) for code in ("nl", "fr", "de", "en")]
        return [(code, text) for code, text in found if text]


class Advice(models.Model):
    """What a stakeholder advised for a report, and what was done with it.

    A council, an organisation or a meeting; printed in the order in which it was recorded.
    """

    round = models.ForeignKey(
        ReportingRound, models.CASCADE, related_name="advice", verbose_name=_("round")
    )
    author_en = char_field(_("from whom (English)"), 200, blank=True, default="")
    author_fr = char_field(_("from whom (French)"), 200, blank=True, default="")
    author_nl = char_field(_("from whom (Dutch)"), 200, blank=True, default="")
    author_de = char_field(_("from whom (German)"), 200, blank=True, default="")
    received_on = models.DateField(_("received on"), null=True, blank=True)
    title_en = char_field(_("title of the document (English)"), 300, blank=True, default="")
    title_fr = char_field(_("title of the document (French)"), 300, blank=True, default="")
    title_nl = char_field(_("title of the document (Dutch)"), 300, blank=True, default="")
    title_de = char_field(_("title of the document (German)"), 300, blank=True, default="")
    address = address_field(_("address of the document"))
    participants_en = entry_text(_("organisations that took part (English)"))
    participants_fr = entry_text(_("organisations that took part (French)"))
    participants_nl = entry_text(_("organisations that took part (Dutch)"))
    participants_de = entry_text(_("organisations that took part (German)"))
    text_en = entry_text(_("the advice (English)"))
    text_fr = entry_text(_("the advice (French)"))
    text_nl = entry_text(_("the advice (Dutch)"))
    text_de = entry_text(_("the advice (German)"))
    done_en = entry_text(_("what was done with it (English)"))
    done_fr = entry_text(_("what was done with it (French)"))
    done_nl = entry_text(_("what was done with it (Dutch)"))
    done_de = entry_text(_("what was done with it (German)"))

    history = history()

    author = text_property("author")

    class Meta:
        verbose_name = _("advice for a report")
        verbose_name_plural = _("advice for reports")
        ordering = ["round", "id"]

    def __str__(self) -> str:
        return f"{self.round} {self.author}"

    @property
    def written(self) -> list[str]:
        """The languages in which the advice itself is there."""
        return [code for code in ("nl", "fr", "de", "en") if getattr(self, f"text_{code}")]

    @property
    def is_answered(self) -> bool:
        """Tell whether it says, in some language, what was done with it."""
        return any(getattr(self, f"done_{code}") for code in ("nl", "fr", "de", "en"))


class Translation(models.Model):
    """One text of an entry in another language; good for the original that it was made from."""

    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="translations", verbose_name=_("entry")
    )
    field = models.CharField(_("field"), max_length=20)
    language = models.CharField(_("language"), max_length=2, choices=WRITTEN_IN)
    text = entry_text(_("translation"))
    state = models.CharField(_("state"), max_length=20, choices=TRANSLATION_STATES, default=DRAFT)
    original = models.TextField(_("original that it was made from"))
    written_by = person(_("written by"))
    written_at = models.DateTimeField(_("written at"))
    checked_by = person(_("checked by"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)

    history = history()

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ["entry", "field", "language"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "field", "language"], name="translation_once"),
            models.CheckConstraint(
                condition=Q(field__in=PUBLISHED_TEXTS), name="translation_field_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[DRAFT, CHECKED]), name="translation_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=DRAFT, checked_by__isnull=True, checked_at__isnull=True)
                | Q(state=CHECKED, checked_by__isnull=False, checked_at__isnull=False),
                name="translation_checked_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.field} {self.language}"

    def fits(self, original: str) -> bool:
        """Tell whether the original still says what was translated."""
        return self.original == original

    def state_for(self, original: str) -> str:
        """Return its state for an original: a changed one sets it back to draft."""
        return self.state if self.fits(original) else DRAFT


class Consultation(models.Model):
    """The reading of the draft by the working group: until when, and its validation."""

    round = models.OneToOneField(
        ReportingRound, models.CASCADE, related_name="consultation", verbose_name=_("round")
    )
    until = models.DateField(_("comments until"), null=True, blank=True)
    validated_on = models.DateField(_("validated by the working group on"), null=True, blank=True)
    note_en = text_field(_("note on the validation (English)"))
    note_fr = text_field(_("note on the validation (French)"))
    note_nl = text_field(_("note on the validation (Dutch)"))
    note_de = text_field(_("note on the validation (German)"))

    history = history()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")

    def __str__(self) -> str:
        return str(self.round)

    def is_open(self, *, on: date) -> bool:
        """Tell whether members comment on the draft on a day.

        Until the day that was set, that day included; no longer once the group validated the
        report, or it is frozen or published.
        """
        is_over = self.validated_on or self.round.is_frozen or self.round.is_published
        return self.until is not None and on <= self.until and not is_over


class DraftComment(models.Model):
    """What a member says of the draft of a report, and what the secretariat answers."""

    round = models.ForeignKey(
        ReportingRound, models.CASCADE, related_name="draft_comments", verbose_name=_("round")
    )
    about = char_field(_("about"), 100, blank=True, default="")
    text = entry_text(_("comment"))
    by = person(_("author"))
    institution = models.ForeignKey(
        Actor, models.PROTECT, null=True, related_name="+", verbose_name=_("institution")
    )
    at = models.DateTimeField(_("at"))
    answer = entry_text(_("answer"))
    is_settled = models.BooleanField(_("settled"), default=False)
    answered_by = person(_("answered by"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)

    history = history()

    class Meta:
        verbose_name = _("comment on a draft")
        verbose_name_plural = _("comments on drafts")
        ordering = ["round", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", is_settled=False)
                | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="draft_comment_answered_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.pk}"


class Transmission(models.Model):
    """That an edition was sent to somebody who is to receive it."""

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="transmissions", verbose_name=_("edition")
    )
    recipient = char_field(_("recipient"), 200)
    sent_on = models.DateField(_("sent on"))
    means = char_field(_("how, and in which languages"), 200, blank=True, default="")
    by = person(_("recorded by"))
    at = models.DateTimeField(_("recorded at"))
    # One that was recorded by mistake stays, struck out: readers saw it.
    struck_by = person(_("struck out by"), null=True, blank=True)
    struck_at = models.DateTimeField(_("struck out at"), null=True, blank=True)
    struck_reason = entry_text(_("why it is struck out"))

    history = history()

    class Meta:
        verbose_name = _("transmission")
        verbose_name_plural = _("transmissions")
        ordering = ["edition", "sent_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(struck_by__isnull=True, struck_at__isnull=True, struck_reason="")
                | (Q(struck_by__isnull=False, struck_at__isnull=False) & ~Q(struck_reason="")),
                name="transmission_struck_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition}: {self.recipient}"

    @property
    def is_struck(self) -> bool:
        """Tell whether it was recorded by mistake."""
        return self.struck_at is not None


RECIPIENTS = (
    _("Federal government"),
    _("Chamber of Representatives"),
    _("Senate"),
    _("Parliaments of the regions and communities"),
    _("Federal Council for Sustainable Development"),
    _("Advisory councils"),
)


GOVERNMENT, PARLIAMENT, COUNCIL = "government", "parliament", "council"
RECIPIENT_KINDS = [
    (GOVERNMENT, _("Government")),
    (PARLIAMENT, _("Parliament")),
    (COUNCIL, _("Advisory council")),
]


class Recipient(models.Model):
    """Somebody who is to receive the reports of a plan: the secretariat keeps the list."""

    plan = models.ForeignKey(
        Plan, models.CASCADE, related_name="recipients", verbose_name=_("plan")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=RECIPIENT_KINDS)
    organisation = char_field(_("organisation"), 200)
    function = char_field(_("function of the person"), 200, blank=True, default="")
    language = models.CharField(_("language"), max_length=2, choices=WRITTEN_IN)
    email = models.EmailField(_("e-mail address"), blank=True, default="")
    address = text_field(_("postal address"))

    history = history()

    class Meta:
        verbose_name = _("recipient of reports")
        verbose_name_plural = _("recipients of reports")
        ordering = ["plan", "kind", "organisation", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[GOVERNMENT, PARLIAMENT, COUNCIL]),
                name="recipient_kind_known",
            ),
            models.CheckConstraint(condition=~Q(organisation=""), name="recipient_named"),
        ]

    def __str__(self) -> str:
        return self.organisation


class CoveringLetter(models.Model):
    """The letter with which an edition goes to a recipient; once it is sent it stays as it was.

    ``to`` is the address as it stands on the letter. ``transmission`` logs that it was sent; where
    that is struck out, the letter was never sent, and can be changed and sent again.
    """

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="letters", verbose_name=_("edition")
    )
    recipient = models.ForeignKey(
        Recipient, models.PROTECT, related_name="letters", verbose_name=_("recipient")
    )
    language = models.CharField(_("language"), max_length=2, choices=WRITTEN_IN)
    to = text_field(_("addressed to"), blank=False)
    subject = char_field(_("subject"), 200)
    text = text_field(_("text"), blank=False)
    transmission = models.OneToOneField(
        Transmission, models.PROTECT, null=True, blank=True, related_name="letter",
        verbose_name=_("transmission"),
    )  # fmt: skip

    history = history()

    class Meta:
        verbose_name = _("covering letter")
        verbose_name_plural = _("covering letters")
        ordering = ["edition", "id"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "recipient"], name="covering_letter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.edition}: {self.recipient}"

    @property
    def is_sent(self) -> bool:
        """Tell whether it was sent."""
        return self.transmission is not None and not self.transmission.is_struck


class OpenPoint(models.Model):
    """What the secretariat itself wants the working group to talk about, settled or not."""

    round = models.ForeignKey(
        ReportingRound, models.CASCADE, related_name="points", verbose_name=_("round")
    )
    text = text_field(_("point"), blank=False)
    is_settled = models.BooleanField(_("settled"), default=False)
    by = person(_("added by"))
    at = models.DateTimeField(_("added at"))

    history = history()

    class Meta:
        verbose_name = _("open point")
        verbose_name_plural = _("open points")
        ordering = ["round", "is_settled", "id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="open_point_with_text")]

    def __str__(self) -> str:
        return f"{self.round} {self.pk}"
