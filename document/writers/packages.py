"""Office files, which are zip archives, with the same bytes for the same contents."""

import io
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive knows
UNIX, READABLE = 3, 0o644 << 16


def settled(data: bytes) -> bytes:
    """Return an archive with its files in the same order, but without the times of writing."""
    with ZipFile(io.BytesIO(data)) as archive:
        return packed([(name, archive.read(name)) for name in archive.namelist()])


def packed(files: list[tuple[str, bytes]]) -> bytes:
    """Return an archive of some files."""
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in files:
            entry = ZipInfo(name, EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system, entry.external_attr = UNIX, READABLE
            archive.writestr(entry, content)
    return out.getvalue()
