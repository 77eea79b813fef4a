"""The little Markdown that members may write, and the HTML that comes out of it."""

import re

import nh3

from document import richtext

TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "a"}
SCHEMES = {"http", "https", "mailto"}


def to_html(text: str) -> str:
    """Return a member's text as safe HTML."""
    return nh3.clean(
        richtext.html(text),
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}, "*": set()},
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
    )


def same(one: str, other: str) -> bool:
    """Tell whether two texts say the same, whatever the spaces between the words."""
    return one.split() == other.split()


def length(text: str) -> int:
    """Return how many characters a text has, runs of spaces counted as one."""
    return len(re.sub(r"\s+", " ", text.strip()))


def is_blank(text: str) -> bool:
    """Tell whether a reader would see nothing: spaces, and signs that have no width."""
    return not re.sub(r"[\s\u00ad\u180e\u200b-\u200d\u2060\ufeff]", "", text)
