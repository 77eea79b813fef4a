"""Some keys as a short text for an address, such as "101-171.180", and back: plain Python."""

import re
from collections.abc import Iterable

RANGES = re.compile(r"[0-9]{1,18}(?:-[0-9]{1,18})?(?:\.[0-9]{1,18}(?:-[0-9]{1,18})?)*", re.ASCII)
MOST = 1000  # ranges in one text; what is longer is no address


def packed(keys: Iterable[int]) -> str:
    """Return keys as a text; those that follow one another as their first and last."""
    ranges: list[list[int]] = []
    for key in sorted(set(keys)):
        if ranges and key == ranges[-1][1] + 1:
            ranges[-1][1] = key
        else:
            ranges.append([key, key])
    return ".".join(f"{a}" if a == b else f"{a}-{b}" for a, b in ranges)


def among(text: str, keys: Iterable[int]) -> list[int]:
    """Return those of some keys that a text names; none for a text that cannot be read."""
    if not RANGES.fullmatch(text) or text.count(".") >= MOST:
        return []
    parts = (part.partition("-") for part in text.split("."))
    ranges = [(int(first), int(last or first)) for first, _dash, last in parts]
    return [key for key in keys if any(first <= key <= last for first, last in ranges)]
