"""The report's own fonts inside a Word document, so that it looks alike on every machine.

A document takes the letters that people write with in Europe, and leaves the rest: Office Open XML
(ISO/IEC 29500-4, 17.8.1) stores a font under a key that its first bytes are mixed with.
"""

import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

from document.writers.glyphs import characters

FONTS = Path(__file__).resolve().parent.parent / "fonts"
SPACE = UUID("6b5f2c1e-8a0d-5f43-9f0c-2d7be1c7a4d1")  # of the keys: any, but always the same one
MIXED = 32  # bytes at the start that the key is mixed with
# Latin with its accents, signs of printing, money, arrows and mathematics.
KEPT = (range(0x20, 0x250), range(0x2B0, 0x370), range(0x1E00, 0x1F00), range(0x2000, 0x2300))
WIDEST, UNKNOWN = "SourceSans3-Semibold.ttf", 1.0  # of a letter that it lacks: signs are wide
# Without these a font loses fine points of setting, no letter.
TABLES = (
    "OS/2", "cmap", "cvt ", "fpgm", "gasp", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name",
    "post", "prep",
)  # fmt: skip
BOLD, ITALIC = 1, 2  # in the table "head"
REGULAR_BIT, BOLD_BIT, ITALIC_BIT = 0x40, 0x20, 0x01  # in the table "OS/2"
BOLD_WEIGHT, NORMAL_WEIGHT = 700, 400
MAGIC = 0xB1B0AFBA  # less the sum of all: what makes the sum of the whole file right


@dataclass(frozen=True)
class Face:
    """A face of a family as Word knows it: Regular, Bold, Italic, BoldItalic."""

    family: str
    style: str
    file: str

    @property
    def key(self) -> str:
        """The key that its first bytes are mixed with."""
        return f"{{{str(uuid5(SPACE, self.file)).upper()}}}"

    @property
    def looks(self) -> int:
        """Whether it is bold or italic, as fonts say it."""
        return BOLD * ("Bold" in self.style) + ITALIC * ("Italic" in self.style)


# In the order in which Word wants them.
FACES = (
    Face("Source Sans 3", "Regular", "SourceSans3-Regular.ttf"),
    Face("Source Sans 3", "Bold", "SourceSans3-Semibold.ttf"),
    Face("Source Sans 3", "Italic", "SourceSans3-It.ttf"),
    Face("Source Sans 3", "BoldItalic", "SourceSans3-SemiboldIt.ttf"),
    Face("Source Serif 4", "Regular", "SourceSerif4-Regular.ttf"),
    Face("Source Serif 4", "Bold", "SourceSerif4-Semibold.ttf"),
)


def place(number: int) -> str:
    """Return where a face lies in the folder of the document, by its number from 1."""
    return f"fonts/font{number}.odttf"


def measured(text: str) -> float:
    """Return how wide a text is in the boldest face, in times the size of the font."""
    widths = _widths()
    return sum(widths.get(ord(one), UNKNOWN) for one in text)


@cache
def _widths() -> dict[int, float]:
    font = (FONTS / WIDEST).read_bytes()
    tables = read(font)
    size = struct.unpack_from(">H", tables["head"], 18)[0]
    full = struct.unpack_from(">H", tables["hhea"], 34)[0]
    return {
        char: struct.unpack_from(">H", tables["hmtx"], 4 * min(glyph, full - 1))[0] / size
        for char, glyph in characters(font).items()
    }


@cache
def embedded(face: Face) -> bytes:
    """Return a face as a Word document holds it."""
    font = pared((FONTS / face.file).read_bytes(), face)
    key = UUID(face.key).bytes[::-1]
    mixed = bytes(one ^ key[n % len(key)] for n, one in enumerate(font[:MIXED]))
    return mixed + font[MIXED:]


def pared(font: bytes, face: Face) -> bytes:
    """Return a TrueType font with the letters that are kept, under the name of the face."""
    tables = read(font)
    is_long = bool(struct.unpack_from(">h", tables["head"], 50)[0])
    wanted = {char: glyph for char, glyph in characters(font).items() if _is_kept(char)}
    tables["cmap"] = written_map(wanted)
    tables["glyf"], tables["loca"] = outlines(tables, set(wanted.values()), has_long_places=is_long)
    tables["name"] = names(face)
    # Without the names of the glyphs.
    tables["post"] = struct.pack(">L", 0x00030000) + tables["post"][4:32]
    head, about = bytearray(tables["head"]), bytearray(tables["OS/2"])
    struct.pack_into(">L", head, 8, 0)
    struct.pack_into(">H", head, 44, face.looks)
    struct.pack_into(">h", head, 50, 1)
    struct.pack_into(">H", about, 4, BOLD_WEIGHT if face.looks & BOLD else NORMAL_WEIGHT)
    chosen = BOLD_BIT * bool(face.looks & BOLD) + ITALIC_BIT * bool(face.looks & ITALIC)
    struct.pack_into(">H", about, 62, chosen or REGULAR_BIT)
    tables["head"], tables["OS/2"] = bytes(head), bytes(about)
    return assembled({name: tables[name] for name in TABLES if name in tables})


def _is_kept(char: int) -> bool:
    return any(char in some for some in KEPT)


def read(font: bytes) -> dict[str, bytes]:
    """Return the tables of a font."""
    found = {}
    for n in range(struct.unpack_from(">H", font, 4)[0]):
        tag, _sum, start, length = struct.unpack_from(">4sLLL", font, 12 + 16 * n)
        found[tag.decode("ascii")] = font[start : start + length]
    return found


def written_map(wanted: dict[int, int]) -> bytes:
    """Return the table of characters, in the form for the plane that these all lie in."""
    runs: list[list[int]] = []
    for char, glyph in sorted(wanted.items()):
        if runs and char == runs[-1][1] + 1 and glyph - char == runs[-1][2]:
            runs[-1][1] = char
        else:
            runs.append([char, char, glyph - char])
    runs.append([0xFFFF, 0xFFFF, 1])
    count = len(runs)
    power = 1 << (count.bit_length() - 1)
    head = (4, 16 + 8 * count, 0, 2 * count, 2 * power, power.bit_length() - 1, 2 * (count - power))
    columns = (
        [last for _first, last, _shift in runs], [0], [first for first, _last, _shift in runs],
        [shift % 0x10000 for _first, _last, shift in runs], [0] * count,
    )  # fmt: skip
    numbers = [*head, *(one for column in columns for one in column)]
    return struct.pack(f">HHHHL{len(numbers)}H", 0, 1, 3, 1, 12, *numbers)


def outlines(
    tables: dict[str, bytes], wanted: set[int], *, has_long_places: bool
) -> tuple[bytes, bytes]:
    """Return the outlines of the glyphs that are wanted, and where each stands."""
    count = struct.unpack_from(">H", tables["maxp"], 4)[0]
    if has_long_places:
        places = struct.unpack(f">{count + 1}L", tables["loca"])
    else:
        places = tuple(2 * at for at in struct.unpack(f">{count + 1}H", tables["loca"]))
    glyphs = [tables["glyf"][places[n] : places[n + 1]] for n in range(count)]
    kept, ahead = set[int](), {0, *wanted}
    while ahead:
        kept |= ahead
        ahead = {part for n in ahead for part in parts(glyphs[n])} - kept
    found, starts = bytearray(), []
    for n, glyph in enumerate(glyphs):
        starts.append(len(found))
        if n in kept:
            found += glyph + bytes(-len(glyph) % 4)
    return bytes(found), struct.pack(f">{count + 1}L", *starts, len(found))


def parts(glyph: bytes) -> list[int]:
    """Return the glyphs that one is put together of: "é" of "e" and its accent."""
    found: list[int] = []
    if not glyph or struct.unpack_from(">h", glyph)[0] >= 0:
        return found
    at, more = 10, True
    while more:
        flags, part = struct.unpack_from(">HH", glyph, at)
        found.append(part)
        more = bool(flags & 0x20)
        at += 4 + (4 if flags & 0x1 else 2)
        at += 2 if flags & 0x8 else 4 if flags & 0x40 else 8 if flags & 0x80 else 0
    return found


def names(face: Face) -> bytes:
    """Return the table of names, in English for Windows."""
    style = face.style.replace("BoldItalic", "Bold Italic")
    short = f"{face.family.replace(' ', '')}-{face.style}"
    said = {1: face.family, 2: style, 3: short, 4: f"{face.family} {style}", 6: short}
    rows, texts = b"", b""
    for number, text in said.items():
        written = text.encode("utf-16-be")
        rows += struct.pack(">6H", 3, 1, 0x409, number, len(written), len(texts))
        texts += written
    return struct.pack(">HHH", 0, len(said), 6 + len(rows)) + rows + texts


def assembled(tables: dict[str, bytes]) -> bytes:
    """Return a font of some tables, with the sums that prove them."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(
        ">LHHHH", 0x00010000, count, 16 * power, power.bit_length() - 1, 16 * (count - power)
    )
    rows, body, start = b"", b"", 12 + 16 * count
    at_head = 0
    for tag, content in tables.items():
        if tag == "head":
            at_head = start + len(body) + 8
        row = (tag.encode("ascii"), summed(content), start + len(body), len(content))
        rows += struct.pack(">4sLLL", *row)
        body += content + bytes(-len(content) % 4)
    found = bytearray(head + rows + body)
    struct.pack_into(">L", found, at_head, (MAGIC - summed(bytes(found))) % 2**32)
    return bytes(found)


def summed(content: bytes) -> int:
    """Return the sum of a table, which is read in numbers of four bytes."""
    padded = content + bytes(-len(content) % 4)
    return sum(struct.unpack(f">{len(padded) // 4}L", padded)) % 2**32
