"""Whether codes and letters go out at the moment, for the pages on which somebody waits for one."""

from django import template

from actions import pulse

register = template.Library()


@register.simple_tag
def worker_is_silent() -> bool:
    """Tell whether the worker has not been seen for a minute."""
    return pulse.is_silent()
