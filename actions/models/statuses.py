"""The words of the statuses, as members choose and readers see them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actions.enums import Rule, Status
from document.snapshot import status_code

# code, word, meaning
STATUSES = [
    (
        Status.NOT_STARTED.value,
        pgettext_lazy("status", "Not started"),
        _("Nothing has been done yet."),
    ),
    (
        Status.IN_PROGRESS.value,
        pgettext_lazy("status", "In progress"),
        _("Work is going on; for a continuous action: it is applied."),
    ),
    (
        "continuous",
        pgettext_lazy("status", "Applied continuously"),
        _("“In progress” on a continuous action: it does what the plan asks, year after year."),
    ),
    (
        Status.PARTLY_DONE.value,
        pgettext_lazy("status", "Partly carried out"),
        _("A part has been carried out, or some of the responsible actors have carried it out."),
    ),
    (
        Status.DONE.value,
        pgettext_lazy("status", "Fully carried out"),
        _("Everything that the plan asks has been carried out."),
    ),
    (
        Status.DISCONTINUED.value,
        pgettext_lazy("status", "Suspended or dropped"),
        _("Work has been suspended or dropped; the reason is given."),
    ),
    (
        Status.NOT_APPLICABLE.value,
        pgettext_lazy("status", "Not applicable"),
        _("The action does not concern the actor; the reason is given."),
    ),
    (
        Status.NOT_REPORTED.value,
        pgettext_lazy("status", "No update received"),
        _("Nobody reported; only the system gives this status, and it never means “not started”."),
    ),
    (
        Status.INSUFFICIENT.value,
        pgettext_lazy("status", "Insufficient information"),
        _("What was reported does not suffice for a status; only the system gives this one."),
    ),
]

# What each choice means for whoever makes it, with an example, by the code of colour and sign.
CHOICE_WORDS = {
    Status.NOT_STARTED.value: _(
        "Nothing has been done yet; for example, nobody has been assigned to it."
    ),
    Status.IN_PROGRESS.value: _(
        "Work is going on and no part is finished; for example, a text is being drafted."
    ),
    "continuous": _(
        "You do what the plan asks, year after year; for example, every new contract has the "
        "clause."
    ),
    Status.PARTLY_DONE.value: _(
        "A part is finished, or applied in some places; for example, the study is published, the "
        "training is still to come."
    ),
    Status.DONE.value: _(
        "All that the plan asks of you is finished. Nothing is asked in later years, unless you "
        "take it up again."
    ),
    Status.DISCONTINUED.value: _(
        "You have stopped, for now or for good; say why. Nothing is asked in later years, unless "
        "you take it up again."
    ),
    Status.NOT_APPLICABLE.value: _(
        "It does not concern your organisation; say why. Nothing is asked in later years, unless "
        "you take it up again."
    ),
}

# The word of each status, by its code.
STATUS_WORDS = {code: word for code, word, _meaning in STATUSES}

# Why an action has its status, in words, by the rule that matched first.
RULE_WORDS = {
    Rule.ALL_NOT_APPLICABLE: _("The action applies to none of the actors that have to report."),
    Rule.NONE_EXPECTED: _("No actor has to report on this action, so nothing can be derived."),
    Rule.NONE_ACCEPTED: _("No actor’s entry has been accepted yet."),
    Rule.ALL_DISCONTINUED: _("Every actor has suspended or dropped its work."),
    Rule.ALL_DONE: _("Every actor has fully carried out its part."),
    Rule.ALL_MET: _(
        "Every actor applies the action continuously, or has fully carried out its part."
    ),
    Rule.SOME_CARRIED_OUT: _(
        "At least one actor has carried out its part in full or partly, or applies it "
        "continuously; but not all that the plan asks has been reported as done."
    ),
    Rule.SOME_IN_PROGRESS: _(
        "At least one actor is working on it; none has reported a part as carried out."
    ),
    Rule.SOME_NOT_STARTED: _(
        "At least one actor reports that nothing has been done yet; none reports work going on."
    ),
    Rule.TOO_LITTLE: _(
        "Some actors have suspended or dropped their work and the others have not reported; "
        "that is too little for a status."
    ),
}


def coverage_words(reported: int, expected: int) -> str:
    """Return on how many reports a status rests: "3 of 5 reported"."""
    return str(_("{reported} of {expected} reported")).format(reported=reported, expected=expected)


def status_word(status: str, nature: str = "") -> Any:
    """Return the word of a status; of a continuous action "in progress" has its own."""
    return STATUS_WORDS.get(status_code(status, nature), "")
