"""Colours, patterns and signs of what charts count: darkness is progress, and each has a sign."""

from typing import NamedTuple

INK, MUTED, EDGE, HAIRLINE = "#1b2230", "#566073", "#767d8a", "#dcd7cb"


class Look(NamedTuple):
    """How an area is drawn: colour, edge, colour of what stands in it, pattern, dashes."""

    fill: str
    edge: str
    ink: str = INK
    pattern: str = ""
    dashes: str = ""


LOOKS = {
    "done": Look("#0f3d63", "#0f3d63", "#fff"),
    "partly_done": Look("#2f78b3", "#2f78b3", "#fff"),
    "continuous": Look("#a9cdea", "#4d87b5", pattern="rules"),
    "in_progress": Look("#a9cdea", "#4d87b5"),
    "not_started": Look("#f1dcc3", "#a67c45"),
    "discontinued": Look("#fff", EDGE, pattern="hatch"),
    "not_applicable": Look("#e9ebee", EDGE),
    "insufficient": Look("#fff", EDGE, pattern="dots", dashes="3 2"),
    "not_reported": Look("#fff", EDGE, dashes="3 2"),
    # Movements are no statuses, so they have none of their colours.
    "moved_up": Look(INK, INK, "#fff"),
    "moved_back": Look("#fff", INK, pattern="hatch"),
    "suspended": Look("#fff", INK, pattern="dots"),
    "more_information": Look(MUTED, MUTED, "#fff"),
    "less_information": Look("#fff", MUTED, dashes="3 2"),
    "reassessed": Look("#c9ced6", MUTED),
    "new": Look("#fff", MUTED),
    "same": Look("#eceae4", "#a9a495"),
}
PLAIN = Look("#fff", EDGE)
RING = '<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.6"/>'
# Those of the statuses are the same drawings as in icons.svg.
SIGNS = {
    "done": '<circle cx="8" cy="8" r="6" fill="currentColor"/>',
    "partly_done": RING + '<path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor"/>',
    "continuous": (
        '<path d="M13.2 8a5.2 5.2 0 1 1-1.7-3.85" fill="none" stroke="currentColor" '
        'stroke-width="1.7" stroke-linecap="round"/>'
        '<path d="M12.6 1.2v3.6H9z" fill="currentColor"/>'
    ),
    "in_progress": RING + '<path d="M8 2.5A5.5 5.5 0 0 1 13.5 8H8z" fill="currentColor"/>',
    "not_started": (
        '<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.8"/>'
    ),
    "discontinued": (
        '<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.7"/>'
        '<path d="m4.2 11.8 7.6-7.6" stroke="currentColor" stroke-width="1.7"/>'
    ),
    "not_applicable": (
        '<path d="M3.5 8h9" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>'
    ),
    "insufficient": (
        '<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.6" '
        'stroke-dasharray="2.2 2.1"/><circle cx="8" cy="8" r="1.3" fill="currentColor"/>'
    ),
    "not_reported": (
        '<path d="M5.6 5.6a2.5 2.5 0 1 1 3.6 2.3C8.3 8.4 8 8.9 8 9.8" fill="none" '
        'stroke="currentColor" stroke-width="1.7" stroke-linecap="round"/>'
        '<circle cx="8" cy="12.6" r="1.1" fill="currentColor"/>'
    ),
    "moved_up": '<path d="M8 2.5 13 8h-3.2v5.5H6.2V8H3z" fill="currentColor"/>',
    "moved_back": '<path d="M8 13.5 3 8h3.2V2.5h3.6V8H13z" fill="currentColor"/>',
    "suspended": (
        '<path d="M5.5 3.5v9M10.5 3.5v9" fill="none" stroke="currentColor" stroke-width="2.2"/>'
    ),
    "more_information": (
        '<path d="M8 3v10M3 8h10" fill="none" stroke="currentColor" stroke-width="2"/>'
    ),
    "less_information": (
        '<path d="M3 8h10" fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-dasharray="2.6 1.4"/>'
    ),
    "reassessed": (
        '<path d="M3 6h9l-2.5-2.5M13 10H4l2.5 2.5" fill="none" stroke="currentColor" '
        'stroke-width="1.6"/>'
    ),
    "new": (
        '<path d="M8 2.5v11M3.2 5.2l9.6 5.6M12.8 5.2 3.2 10.8" stroke="currentColor" '
        'stroke-width="1.6"/>'
    ),
    "same": '<path d="M3 6.2h10M3 9.8h10" stroke="currentColor" stroke-width="1.7"/>',
}


def look(code: str) -> Look:
    """Return the look of a kind; what is unknown is white with an edge."""
    return LOOKS.get(code, PLAIN)


def sign(code: str) -> str:
    """Return the drawing of a sign, in a box of 16 by 16 in the colour of the text, or ""."""
    return SIGNS.get(code, "")
