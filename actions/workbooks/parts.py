"""Opens a workbook: how large it is and what it holds is looked at before anything is unpacked.

A workbook is a ZIP archive of XML. Its directory says how large each part unpacks, and no more
than that is ever unpacked; so a small file can neither fill the memory nor take long.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import IO
from xml.parsers import expat

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from actions.refusals import Refused

MOST_BYTES = 1_500_000  # of the file; 1,000 actions in four languages take a fifth
MOST_UNPACKED = 24_000_000  # of all parts together
MOST_PARTS = 300
LARGEST_PART = 8_000_000  # of one that is read; one of 1,000 actions takes a quarter
MOST_ELEMENTS = 250_000  # of all that is read
FEWER_ELEMENTS = 100_000  # of a list of one round: read within a second
CHUNK = 65_536  # also the longest tag
MOST_NAMES = 2_000  # of elements and attributes, in a part; a workbook uses some hundred
# What spreadsheets use; of anything else a few bytes unpack to gigabytes at once.
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
PROTECTED = 0x1

OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # Excel before 2007, and any that a password protects
ZIP = b"PK"
START, END = "start", "end"
Event = tuple[str, str, Mapping[str, str], str]


def unreadable() -> Refused:
    """Return the refusal of a file that breaks while it is read."""
    return Refused(
        _("The file is damaged or incomplete. Open it, save it again as .xlsx, and upload it anew.")
    )


class Archive:
    """A workbook whose limits hold, with its parts."""

    def __init__(self, content: bytes, most: int = MOST_ELEMENTS) -> None:
        """Look at the file; raises Refused with the reason where it is not to be read.

        ``most`` elements are read of it.
        """
        self.most = most
        self.zip = opened(content)
        self.parts = {info.filename: info for info in self.zip.infolist()}
        check_sizes(list(self.zip.infolist()))
        check_contents(self.parts)
        self.count = 0  # of elements read

    def __contains__(self, name: str) -> bool:
        return name in self.parts

    def elements(self, name: str) -> Iterator[Event]:
        """Yield each element of a part as it starts and ends, the end with its own text.

        Names come without their namespace. Raises Refused where the part is none, or too large.
        """
        if name not in self.parts:
            raise unreadable()
        if self.parts[name].file_size > LARGEST_PART:
            raise too_large()
        try:
            with self.zip.open(self.parts[name]) as file:
                yield from Elements(self).of(file)
        except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError) as error:
            raise unreadable() from error
        except (NotImplementedError, RuntimeError, ValueError) as error:  # protected, unknown
            raise unreadable() from error


class Elements:
    """Reads XML as a row of events, holding no tree; a file that declares entities is refused."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.found: list[Event] = []
        self.text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text.append
        self.parser.StartDoctypeDeclHandler = self.doctype

    def of(self, file: IO[bytes]) -> Iterator[Event]:
        """Yield the events of a file, a chunk at a time; refuses what is one endless tag."""
        taken = 0
        while chunk := file.read(CHUNK):
            self.parser.Parse(chunk)
            taken += len(chunk)
            if taken - self.parser.CurrentByteIndex > CHUNK:
                raise too_large()
            yield from self.found
            self.found.clear()
        self.parser.Parse(b"", True)
        yield from self.found

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Note that an element starts."""
        self.archive.count += 1
        if self.archive.count > self.archive.most or len(self.parser.intern) > MOST_NAMES:
            raise too_large()
        self.text.clear()
        self.found.append((START, name.rpartition(":")[2], attributes, ""))

    def end(self, name: str) -> None:
        """Note that an element ends, with the text since the last start or end."""
        self.found.append((END, name.rpartition(":")[2], {}, "".join(self.text)))
        self.text.clear()

    def doctype(self, *_declared: object) -> None:
        """Refuse what could make much out of little: no workbook declares anything."""
        raise unreadable()


def protected() -> Refused:
    """Return the refusal of a workbook that only opens in a program, or with a password."""
    return Refused(
        _("This workbook is of an old kind or protected. Save it as .xlsx without a password.")
    )


def too_large() -> Refused:
    """Return the refusal of a workbook that holds too much."""
    return Refused(
        _("The workbook holds far more than a list can. Delete what does not belong to it.")
    )


def check_size(size: int) -> None:
    """Refuse a file that is too large; it need not even be read."""
    if size > MOST_BYTES:
        given = {"size": filesizeformat(size), "most": filesizeformat(MOST_BYTES)}
        raise Refused(_("The file is too large (%(size)s; at most %(most)s).") % given)


def opened(content: bytes) -> zipfile.ZipFile:
    """Return the archive that a file is; says in words what else it is."""
    check_size(len(content))
    if content.startswith(OLD_OFFICE):
        raise protected()
    if not content.startswith(ZIP):
        raise Refused(_("This file is no workbook. Choose one that is saved as .xlsx."))
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise unreadable() from error


def check_sizes(infos: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive that would unpack to too much, or nobody knows to how much."""
    if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise too_large()
    if len({info.filename for info in infos}) < len(infos):
        raise unreadable()
    if any(info.flag_bits & PROTECTED for info in infos):
        raise protected()
    if any(info.compress_type not in METHODS for info in infos):
        raise unreadable()


def check_contents(parts: Mapping[str, zipfile.ZipInfo]) -> None:
    """Refuse what is no workbook of plain cells, each with its own reason."""
    names = [name.casefold() for name in parts]
    if any("vbaproject" in name or "macrosheets/" in name for name in names):
        raise Refused(_("The workbook holds macros. Save it as .xlsx, which has none."))
    if any("externallinks/" in name or name.endswith("connections.xml") for name in names):
        raise Refused(
            _(
                "The workbook has links to other files. "
                "Break the links, save it, and upload it anew."
            )
        )
    if "xl/workbook.bin" in names or "mimetype" in names:
        raise Refused(_("This workbook is of another kind. Save it as .xlsx."))
    if "xl/workbook.xml" not in names:
        raise Refused(_("This file is no workbook. Choose one that is saved as .xlsx."))
