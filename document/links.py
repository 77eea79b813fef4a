"""What may be a link: one rule for the page, the PDF and Word.

An address with http or https and a host, or one to write to; never with somebody's password in
it (``https://user:password@host``), and no longer than every program opens.
"""

import re
from urllib.parse import quote

LONGEST = 2000  # Word opens no longer ones
# Word takes a document with a malformed address for a damaged one.
LINK = re.compile(
    r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d+)?([/?#][^\[\]]*)?"
    r"|mailto:[^@]+@[a-z0-9.-]+(\?[^@]*)?",
    re.IGNORECASE,
)
HOST = re.compile(r"(?<=://)[^/?#:@\[\]]+")
SIGNS = "!#$%&'()*+,-./:;=?@_~"


def usable(address: str) -> str:
    """Return an address as a link has it, in ASCII; "" for one that is to be no link."""
    whole = HOST.sub(_in_ascii, address, count=1)
    # Behind the host, where that is a number of the newer kind.
    start = whole.find("]") + 1 if "://[" in whole else 0
    found = whole[:start] + quote(whole[start:], safe=SIGNS, errors="replace")
    return found if len(found) <= LONGEST and LINK.fullmatch(found) else ""


def _in_ascii(host: re.Match[str]) -> str:
    try:
        return host[0] if host[0].isascii() else host[0].encode("idna").decode()
    except UnicodeError:
        return host[0]
