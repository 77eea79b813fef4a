"""Tells whether a text is the path of a page of this site, and of nothing else."""

import re

LONGEST = 300
# What stands after these words in a path lets in whoever has it.
SECRET = re.compile(r"(/(?:invitation|feed)/)[^/]+")
# A second slash, or a backslash that browsers read as one, would begin the name of another site.
OF_THIS_SITE = re.compile(r"/(?![/\\])[^\s\\?#]*")


def own_path(text: str) -> str:
    """Return a path of this site, without query and secrets; "" for everything else."""
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    is_ours = OF_THIS_SITE.fullmatch(path) and path.isprintable() and len(path) <= LONGEST
    return SECRET.sub(r"\1…", path) if is_ours else ""
