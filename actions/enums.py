"""Codes of the domain with their derived sets; labels live in the models' choices."""

from enum import StrEnum


class Level(StrEnum):
    """The level of government (or its absence) that an actor belongs to."""

    FEDERAL = "federal"
    FLEMISH = "flemish"
    WALLOON = "walloon"
    BRUSSELS = "brussels"
    COMMUNITIES = "communities"
    INDEPENDENT = "independent"
    PARTNER = "partner"


class ActorKind(StrEnum):
    """What sort of body an actor is; of an unspecified one no entry is expected."""

    GOVERNMENT = "government"
    ORGANISATION = "organisation"
    SERVICE = "service"
    PLATFORM = "platform"
    COMMITTEE = "committee"
    UNSPECIFIED = "unspecified"


class IcsdRole(StrEnum):
    """An actor's seat in the Interdepartmental Commission for Sustainable Development."""

    MEMBER = "member"
    OBSERVER = "observer"


class Role(StrEnum):
    """What an actor is to an action; of the first two an entry is expected in every round."""

    LEAD = "lead"
    RESPONSIBLE = "responsible"
    PARTNER = "partner"
    BENEFICIARY = "beneficiary"


EXPECTED_ROLES = frozenset({Role.LEAD, Role.RESPONSIBLE})


class Nature(StrEnum):
    """Whether an action is done once or applied for as long as the plan runs."""

    ONE_OFF = "one_off"
    CONTINUOUS = "continuous"

    @classmethod
    def judged(cls, told: str) -> "Nature":
        """Return as what an action is judged; one whose nature no source tells, as one-off."""
        return cls(told or cls.ONE_OFF)


class PeriodKind(StrEnum):
    """How the source words an action's period."""

    OPEN = "open"
    PLAN = "plan"
    RANGE = "range"
    YEAR = "year"
    DEADLINE = "deadline"
    MILESTONE = "milestone"
    PHASES = "phases"
    MIXED = "mixed"
    EXTERNAL = "external"
    MISSING = "missing"


class Basis(StrEnum):
    """Where a classification comes from: a source states it, or the editors chose it."""

    SOURCE = "source"
    EDITORS = "editors"


class Scheme(StrEnum):
    """A numbered international scheme that actions are classified under."""

    SDG = "sdg"
    PILLAR = "pillar"


# Highest number of each scheme: 17 goals of the 2030 Agenda, 3 pillars of the UNGP.
SCHEME_SIZE = {Scheme.SDG: 17, Scheme.PILLAR: 3}


class FlagCode(StrEnum):
    """What is odd in a source about an action; each action has a code at most once."""

    TITLE_DIFFERS = "title_differs"
    TITLE_WRONG = "title_wrong"
    TITLE_SLIP = "title_slip"
    TITLE_MISSING = "title_missing"
    TITLE_INCOMPLETE = "title_incomplete"
    TEXT_DIFFERS = "text_differs"
    REFERENCE_WRONG = "reference_wrong"
    LABEL_DIFFERS = "label_differs"
    LABEL_MISSING = "label_missing"
    HEADING_SCRAMBLED = "heading_scrambled"
    ACTOR_MISSING = "actor_missing"
    ACTOR_UNNAMED = "actor_unnamed"
    ACTOR_WHOLE_GOVERNMENT = "actor_whole_government"
    ACTOR_ALIAS = "actor_alias"
    ACTOR_WRONG_NAME = "actor_wrong_name"
    ACTOR_WRONG_PLACE = "actor_wrong_place"
    ACTOR_DEFUNCT = "actor_defunct"
    ACTOR_SCOPE_UNCLEAR = "actor_scope_unclear"
    ACTOR_ROLE_IN_WORDS = "actor_role_in_words"
    ACTOR_NOT_A_DEPARTMENT = "actor_not_a_department"
    PUNCTUATION = "punctuation"
    PERIOD_MISSING = "period_missing"
    PERIOD_UNCLEAR = "period_unclear"
    PERIOD_ENDED_BEFORE_ADOPTION = "period_ended_before_adoption"
    PERIOD_BEYOND_PLAN = "period_beyond_plan"
    NATURE_UNCLEAR = "nature_unclear"
    OVERLAP = "overlap"
    SELF_REFERENCE = "self_reference"


class Status(StrEnum):
    """How far an action or an entry is; the last two are only given by the system."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    PARTLY_DONE = "partly_done"
    DONE = "done"
    DISCONTINUED = "discontinued"
    NOT_APPLICABLE = "not_applicable"
    NOT_REPORTED = "not_reported"
    INSUFFICIENT = "insufficient"


# What an actor may choose; the rest only the system gives.
REPORTABLE = frozenset(Status) - {Status.NOT_REPORTED, Status.INSUFFICIENT}
# An accepted one of these holds for the next rounds too, until the actor reopens it.
CARRIED_OVER = frozenset({Status.DONE, Status.DISCONTINUED, Status.NOT_APPLICABLE})
UNFINISHED = REPORTABLE - CARRIED_OVER
NEEDS_REASON = frozenset({Status.DISCONTINUED, Status.NOT_APPLICABLE})


class Rule(StrEnum):
    """The rule by which an action got its status; the first that matches."""

    ALL_NOT_APPLICABLE = "all_not_applicable"
    NONE_EXPECTED = "none_expected"
    NONE_ACCEPTED = "none_accepted"
    ALL_DISCONTINUED = "all_discontinued"
    ALL_DONE = "all_done"
    ALL_MET = "all_met"
    SOME_CARRIED_OUT = "some_carried_out"
    SOME_IN_PROGRESS = "some_in_progress"
    SOME_NOT_STARTED = "some_not_started"
    TOO_LITTLE = "too_little"


class MemberRole(StrEnum):
    """What a person may do for an actor; each but a voice may also read what members read."""

    VOICE = "voice"
    OBSERVER = "observer"
    CONTRIBUTOR = "contributor"
    COORDINATOR = "coordinator"
    REVIEWER = "reviewer"
    SECRETARIAT = "secretariat"


# Who writes notes in the name of an organisation that was invited to.
NOTE_ROLES = frozenset(
    {MemberRole.VOICE, MemberRole.OBSERVER, MemberRole.CONTRIBUTOR, MemberRole.COORDINATOR}
)
WRITING_ROLES = frozenset({MemberRole.CONTRIBUTOR, MemberRole.COORDINATOR})
REVIEWING_ROLES = frozenset({MemberRole.REVIEWER, MemberRole.SECRETARIAT})


class BodyAct(StrEnum):
    """What becomes of a body on a day."""

    RENAME = "rename"
    MERGER = "merger"
    SPLIT = "split"


class AmendmentAct(StrEnum):
    """What an amendment does to an action of its plan."""

    ADD = "add"
    CHANGE = "change"
    WITHDRAW = "withdraw"


class AmendmentState(StrEnum):
    """Where an amendment stands: nothing rests on a draft."""

    DRAFT = "draft"
    WAITING = "waiting"
    IN_FORCE = "in_force"


class RoundKind(StrEnum):
    """Whether a round is the yearly follow-up or an evaluation of the plan."""

    YEARLY = "yearly"
    EVALUATION = "evaluation"


class RoundState(StrEnum):
    """Where a round stands."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class EntryState(StrEnum):
    """Where a status entry stands between its writers and the secretariat."""

    EMPTY = "empty"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


# What its own institution is still to write.
WRITABLE = frozenset({EntryState.EMPTY, EntryState.DRAFT, EntryState.RETURNED})
# What has a text that is not in.
BEGUN = frozenset({EntryState.DRAFT, EntryState.RETURNED})
# What other members of the working group may read.
HANDED_IN = frozenset({EntryState.SUBMITTED, EntryState.ACCEPTED})
# What its day of handing in says of: in time or late.
HAS_BEEN_HANDED_IN = HANDED_IN | {EntryState.RETURNED}


class Act(StrEnum):
    """What somebody does to an entry."""

    SAVE = "save"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    SEND_BACK = "send_back"
    ACCEPT = "accept"


class StepKind(StrEnum):
    """A step of the secretariat's year, in order, from planning a round to sending its report."""

    PLAN = "plan"
    OPEN = "open"
    CHASE = "chase"
    CLOSE = "close"
    REVIEW = "review"
    TRANSLATE = "translate"
    COMMENTS = "comments"
    VALIDATION = "validation"
    COMMISSION = "commission"
    COUNCIL = "council"
    FREEZE = "freeze"
    PUBLISH = "publish"
    SEND = "send"


# Steps that nothing recorded here says are done: they are ticked by hand.
TICKED = (StepKind.COMMISSION, StepKind.COUNCIL)
# Steps whose day stands among the days of the round.
DATED_BY_ROUND = (StepKind.OPEN, StepKind.CLOSE)
# Of what a report is translated into, the languages that no law asks for.
NOT_BY_LAW = ("de", "en")


class Event(StrEnum):
    """What a line of an entry's review thread records."""

    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    CARRIED = "carried"
    UNCARRIED = "uncarried"
    LET_IN = "let_in"
    LEFT_OUT = "left_out"


class EvidenceKind(StrEnum):
    """What sort of document or page shows what was done."""

    LAW = "law"
    DECISION = "decision"
    REPORT = "report"
    WEBSITE = "website"
    EVENT = "event"
    OTHER = "other"


class ObstacleKind(StrEnum):
    """What stands in the way of an action, as far as an actor says so."""

    FUNDING = "funding"
    STAFF = "staff"
    PRIORITIES = "priorities"
    APPROVAL = "approval"
    OTHERS = "others"
    LAW = "law"
    OTHER = "other"


class AssignmentEnd(StrEnum):
    """Why somebody no longer sees to what was assigned to them."""

    TAKEN_AWAY = "taken_away"
    GONE = "gone"


class LetterKind(StrEnum):
    """What a letter of the application is about."""

    INVITATION = "invitation"
    SIGN_IN = "sign_in"
    ROUND_OPENED = "round_opened"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    LET_IN = "let_in"
    WRITING_ENDED = "writing_ended"
    MORE_TIME = "more_time"
    DAYS_CHANGED = "days_changed"
    DRAFT_OPENED = "draft_opened"
    PUBLISHED = "published"
    REMINDER = "reminder"
    ASKED = "asked"
    RECEIPT = "receipt"
    BY_HAND = "by_hand"
    COVERING = "covering"
    MOVED = "moved"
    ANSWER = "answer"
    NOTES_OPENED = "notes_opened"
    NOTE_DECIDED = "note_decided"
    NOTES_TAKEN = "notes_taken"
    SECOND_LOOK = "second_look"


class ResetState(StrEnum):
    """Where the reset of somebody's second factor stands.

    ``lapsed`` was still open when the next one was proposed, though its time was over or what it
    stood on had gone; until then such a one is told from the rest by the clock alone.
    """

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class LetterState(StrEnum):
    """Where a letter of the outbox stands.

    ``sending`` was claimed by a process that has not told how it went: it is never sent
    again by itself, as it may have arrived. ``dropped`` had nothing left to say, or nobody
    to say it to, when it was due.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


# Letters with a secret, for somebody who waits for them: sent at once, their text not kept.
SECRET_LETTERS = frozenset({LetterKind.INVITATION, LetterKind.SIGN_IN})
# What somebody may do without who wants only what they must do.
OPTIONAL_LETTERS = frozenset({LetterKind.ACCEPTED, LetterKind.DRAFT_OPENED, LetterKind.PUBLISHED})
