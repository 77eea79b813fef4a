"""What templates of the follow-up need: words of statuses, keys of dictionaries."""

from typing import Any

from django import template

from actions.models.statuses import status_word
from document.snapshot import status_code

register = template.Library()


@register.filter
def word(status: str, nature: str = "") -> Any:
    """Return the word of a status, for an action of this nature."""
    return status_word(status, nature)


@register.filter
def code(status: str, nature: str = "") -> str:
    """Return what picks the colour and sign of a status."""
    return status_code(status, nature)


@register.filter
def key(mapping: dict[str, Any], name: str) -> Any:
    """Return what a dictionary holds under a name."""
    return mapping.get(name, "")
