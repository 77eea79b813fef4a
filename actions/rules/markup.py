"""The little Markdown that members may write, and the HTML that comes out of it."""

import re

import nh3
from markdown_it import MarkdownIt

# Paragraphs, lists, bold, italic and links; anything else stays as it was typed.
# Text nested deeper than the limit would be left out.
PARSER = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": 100}).enable(
    ["list", "emphasis", "link", "escape", "newline"]
)
TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "a"}
SCHEMES = {"http", "https", "mailto"}
ADDRESS = re.compile(r"(https?://[^/]|mailto:.)", re.IGNORECASE)
# Here, and not only in the HTML, as a report is made from the same tokens. A link to another
# place on this site would lead nowhere in a report.
PARSER.validateLink = lambda url: ADDRESS.match(url) is not None  # type: ignore[method-assign]


def to_html(text: str) -> str:
    """Return a member's text as safe HTML."""
    return nh3.clean(
        PARSER.render(text),
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
