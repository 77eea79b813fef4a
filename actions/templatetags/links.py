"""Addresses of documents as links, by the rule of the report."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from document import links

register = template.Library()


@register.simple_tag
def href(address: str) -> SafeString | str:
    """Return the attribute of a link to an address; "" for one that is to be no link."""
    found = links.usable(address)
    return format_html(' href="{}"', found) if found else ""
