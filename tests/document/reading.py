"""What a report is made of, block by block."""

from typing import Any

from document.blocks import Report, walk


def all_of(report: Report, *kinds: type[Any]) -> list[Any]:
    """Return the blocks of a report of some kinds, in the order of reading."""
    found = [block for chapter in report.chapters for block in walk(chapter.blocks)]
    return [block for block in found if isinstance(block, kinds)]
