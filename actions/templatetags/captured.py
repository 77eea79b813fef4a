"""What a page says once and shows twice: its title stands in the tab and where a link is shared."""

import re
from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.utils.safestring import mark_safe

register = template.Library()
BLANKS = re.compile(r"[ \t\r\n]+")


class Captured(template.Node):
    """Renders its content into a variable, fit for an attribute, and shows nothing."""

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist = nodelist
        self.name = name

    def render(self, context: Any) -> str:
        """Keep the content, escaped as it is, on one line."""
        # Spaces that no line may break at, as before a French colon, stay what they are.
        text = BLANKS.sub(" ", self.nodelist.render(context)).strip().replace('"', "&quot;")
        context[self.name] = mark_safe(text)  # noqa: S308 - rendered, and so escaped, already
        return ""


@register.tag
def captured(parser: Parser, token: Token) -> Captured:
    """Read ``{% captured name %} … {% endcaptured %}``."""
    _tag, name = token.split_contents()
    nodelist = parser.parse(("endcaptured",))
    parser.delete_first_token()
    return Captured(nodelist, name)
