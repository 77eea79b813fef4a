"""What people type, made ready for Markdown so that nothing they typed is changed.

Markdown takes "14. March" at the start of a line for the first item of a list, and counts the
lines after it by itself; it takes stars between letters for italics, and a plus at the start
of a line for a bullet. Here only what is meant as a list stays one: bullets of any kind, and
numbers that begin at 1 and count up. Every other sign is covered until the text is parsed.
"""

import re
from collections.abc import Iterator

# Signs that Markdown would take for its own, under characters that no text may hold.
COVERS = {
    ".": "\ufdd0", ")": "\ufdd1", "*": "\ufdd2", "+": "\ufdd3", "-": "\ufdd4", "_": "\ufdd5",
    "[": "\ufdd6", ":": "\ufdd7",
}  # fmt: skip
UNCOVER = str.maketrans({cover: sign for sign, cover in COVERS.items()})
# At the start of a line: bullets, those of word processors in their own fonts, and dashes.
BULLETS = "•▪‣◦●○■□▸►➢➤·–—\uf0b7\uf0a7\uf0d8\uf02d\uf0fc"
BULLET = re.compile(rf"^([ \t]*)[{BULLETS}][ \t]+(?=\S)", re.MULTILINE)
BACKSLASH = re.compile(r"\\([*_]*)")
WITHIN_WORD = re.compile(r"(?<=\w)\*+(?=\w)")
MARKER = re.compile(r"([ \t]*)([-+*]|(\d{1,9})[.)])(?=[ \t]|$)")
DEEPEST = 10  # lists within lists; what Markdown nests deeper than it can, it leaves out
OUT_OF_COUNT = -1  # in a run: what came here was not the next number
ONLY_SIGNS = re.compile(r"[-+* \t]*")


def covered(text: str, *, has_numbers: bool = True) -> str:
    """Return a text as Markdown that says what was typed; ``uncovered`` gives the signs back.

    Without ``has_numbers`` no number makes a list.
    """
    text = WITHIN_WORD.sub(lambda found: _cover(found[0]), text)
    text = BACKSLASH.sub(lambda found: rf"\\{_cover(found[1])}", text)
    lines = BULLET.sub(r"\1- ", text).replace("\r\n", "\n").split("\n")
    bullets, numbers = _items(lines)
    items = bullets | numbers if has_numbers else bullets
    return "\n".join(_apart(lines, items))


def literal(text: str) -> str:
    """Return a text of which nothing is Markdown or an address, whatever it says."""
    return _cover(text)


def uncovered(text: str) -> str:
    """Return a text with the signs that were covered."""
    return text.translate(UNCOVER)


class _Counts:
    """Numbers that count up line by line, by the item that they stand under (-1 for none)."""

    def __init__(self) -> None:
        self.runs: list[list[int]] = []
        # The run that goes on, and the sign after its numbers.
        self.current: dict[int, tuple[str, list[int]]] = {}

    def takes(self, place: int, marker: re.Match[str], above: int) -> bool:
        """Tell whether the number of a line is the next one, and count it."""
        sign = marker[2][-1]
        before, run = self.current.get(above, (sign, []))
        run = run if before == sign else []
        if OUT_OF_COUNT not in run and marker[3] == str(len(run) + 1):
            run.append(place)
            self.runs.append(run)
            self.current[above] = sign, run
            return True
        if run:
            # The list is still open, so that nothing begins at 1 beside it.
            self.current[above] = sign, [*run, OUT_OF_COUNT]
        return False

    def places(self) -> set[int]:
        """Return the lines that make lists, of two items at least."""
        return {place for run in self.runs if len(run) > 1 for place in run}


def _items(lines: list[str]) -> tuple[set[int], set[int]]:
    """Return the places of the lines that are items of lists: of bullets, and of numbers.

    After a dash, or a star where there are more lines of that kind; after numbers that begin at
    1 and count up, two at least. Lines are items of one list where they stand under one item.
    """
    has_stars = sum(line.lstrip().startswith("* ") for line in lines) > 1
    bullets: set[int] = set()
    counts = _Counts()
    # The items that a line may stand under: their places, and from which column on.
    parents: list[tuple[int, int]] = []
    for place, line in enumerate(lines):
        marker = MARKER.match(line)
        if marker is None or not line[marker.end() :].strip():
            if line.strip() and not line.startswith((" ", "\t")):
                parents, counts.current = [], {}
            continue
        indent = len(marker[1].expandtabs())
        parents = [(one, column) for one, column in parents if column <= indent]
        if len(parents) == DEEPEST:
            continue
        above = parents[-1][0] if parents else -1
        if marker[3]:
            is_item = counts.takes(place, marker, above)
        else:
            counts.current.pop(above, None)
            is_item = marker[2] == "-" or (marker[2] == "*" and has_stars)
            bullets |= {place} if is_item else set()
        if is_item:
            parents.append((place, indent + len(marker[2]) + 1))
    return bullets, counts.places()


def _apart(lines: list[str], items: set[int]) -> Iterator[str]:
    """Yield the lines, and an empty one where text begins further left than the item above it.

    Markdown would draw it inside that item, though it is the sentence that follows the list.
    """
    columns: list[int] = []  # from which on a line stands under an open item
    is_after_text = False
    for place, line in enumerate(lines):
        indent = len(line.expandtabs()) - len(line.expandtabs().lstrip())
        if line.strip():
            is_outside = bool(columns) and indent < columns[-1]
            columns = [column for column in columns if column <= indent]
            if place in items:
                columns.append(indent + 2)
            elif is_outside and is_after_text:
                yield ""
        is_after_text = bool(line.strip())
        yield _marked(line, stays=place in items)


def _marked(line: str, *, stays: bool) -> str:
    """Return a line whose marker is covered unless it stays; what follows one makes no list."""
    if ONLY_SIGNS.fullmatch(line):
        return _cover(line)
    pieces: list[str] = []
    while marker := MARKER.match(line):
        head, line = line[: marker.end()], line[marker.end() :]
        is_item = stays and not pieces and line.strip()
        pieces.append(head if is_item else _cover(head))
    return "".join(pieces) + line


def _cover(text: str) -> str:
    """Return signs covered."""
    return "".join(COVERS.get(sign, sign) for sign in text)
