"""What people type, made ready for Markdown so that nothing they typed is changed.

Markdown takes "14. March" at the start of a line for the first item of a list, and counts the
lines after it by itself; it takes stars between letters for italics, and a plus at the start
of a line for a bullet. Here only what is meant as a list stays one: bullets of any kind, and
numbers that begin at 1 and count up. Every other sign is covered until the text is parsed.
"""

import re

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
ONLY_SIGNS = re.compile(r"[-+* \t]*")


def covered(text: str) -> str:
    """Return a text as Markdown that says what was typed; ``uncovered`` gives the signs back."""
    text = WITHIN_WORD.sub(lambda found: _cover(found[0]), text)
    text = BACKSLASH.sub(lambda found: rf"\\{_cover(found[1])}", text)
    lines = BULLET.sub(r"\1- ", text).replace("\r\n", "\n").split("\n")
    numbered = _numbered(lines)
    return "\n".join(
        _marked(line, stays=_is_bullet(lines, place) or place in numbered)
        for place, line in enumerate(lines)
    )


def literal(text: str) -> str:
    """Return a text of which nothing is Markdown or an address, whatever it says."""
    return _cover(text)


def uncovered(text: str) -> str:
    """Return a text with the signs that were covered."""
    return text.translate(UNCOVER)


def _numbered(lines: list[str]) -> set[int]:
    """Return the places of the lines whose numbers begin at 1 and count up, two at least."""
    runs: list[list[int]] = []
    # By indent, the run that goes on there and the sign after its numbers.
    current: dict[int, tuple[str, list[int]]] = {}
    is_after_blank = False
    for place, line in enumerate(lines):
        marker = MARKER.match(line)
        if marker and marker[3]:
            indent, sign = len(marker[1].expandtabs()), marker[2][-1]
            before, run = current.get(indent, (sign, []))
            run = run if before == sign else []
            current = {deep: one for deep, one in current.items() if deep < indent}
            if marker[3] == str(len(run) + 1) and line[marker.end() :].strip():
                run.append(place)
                runs.append(run)
                current[indent] = sign, run
        elif is_after_blank and line.strip() and not line.startswith((" ", "\t")):
            current.clear()
        is_after_blank = not line.strip()
    return {place for run in runs if len(run) > 1 for place in run}


def _is_bullet(lines: list[str], place: int) -> bool:
    """Tell whether a line is an item: after a dash, or after a star beside another such line."""
    line = lines[place].lstrip()
    if line.startswith("* "):
        beside = lines[max(place - 1, 0) : place] + lines[place + 1 : place + 2]
        return any(one.lstrip().startswith("* ") for one in beside)
    return line.startswith(("- ", "-\t"))


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
