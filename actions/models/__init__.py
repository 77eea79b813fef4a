"""The stored facts: people, sources, actors, plans with their actions."""

from actions.models.actions import Action, FormerWording
from actions.models.actors import Actor, ActorAlias, ActorName, Succession
from actions.models.classifications import ActionFlag, ActionTheme, Classification, Theme
from actions.models.people import User
from actions.models.plan import Plan, Section
from actions.models.responsibilities import Responsibility
from actions.models.revision import Revision
from actions.models.sources import Source

__all__ = [
    "Action",
    "ActionFlag",
    "ActionTheme",
    "Actor",
    "ActorAlias",
    "ActorName",
    "Classification",
    "FormerWording",
    "Plan",
    "Responsibility",
    "Revision",
    "Section",
    "Source",
    "Succession",
    "Theme",
    "User",
]
