"""The stored facts: people, actors, plans with their actions, and their follow-up."""

from actions.models.actions import Action, FormerWording
from actions.models.actors import Actor, ActorAlias, ActorName, Succession
from actions.models.amendments import Amendment, AmendmentLine
from actions.models.assignments import Assignment
from actions.models.bodies import BodyChange
from actions.models.classifications import ActionFlag, ActionTheme, Classification, Theme
from actions.models.entries import Entry, EntryVersion, ReviewEvent
from actions.models.guesses import Guesses
from actions.models.letters import Circular, Letter, Reminded
from actions.models.memberships import Invitation, Membership
from actions.models.notices import ErrorNotice
from actions.models.people import User
from actions.models.plan import Contact, Plan, Section
from actions.models.published import PublishedAction, PublishedEntry, PublishedRound
from actions.models.resets import FactorReset
from actions.models.responsibilities import Responsibility
from actions.models.returned import Returned
from actions.models.revision import Revision
from actions.models.rounds import Extension, Override, ReportingRound
from actions.models.shared import Shared
from actions.models.sources import Source
from actions.models.steps import RoundStep
from actions.models.unsaved import SentForm, UnsavedText

__all__ = [
    "Action",
    "ActionFlag",
    "ActionTheme",
    "Actor",
    "ActorAlias",
    "ActorName",
    "Amendment",
    "AmendmentLine",
    "Assignment",
    "BodyChange",
    "Circular",
    "Classification",
    "Contact",
    "Entry",
    "EntryVersion",
    "ErrorNotice",
    "Extension",
    "FactorReset",
    "FormerWording",
    "Guesses",
    "Invitation",
    "Letter",
    "Membership",
    "Override",
    "Plan",
    "PublishedAction",
    "PublishedEntry",
    "PublishedRound",
    "Reminded",
    "ReportingRound",
    "Responsibility",
    "Returned",
    "ReviewEvent",
    "Revision",
    "RoundStep",
    "Section",
    "SentForm",
    "Shared",
    "Source",
    "Succession",
    "Theme",
    "UnsavedText",
    "User",
]
