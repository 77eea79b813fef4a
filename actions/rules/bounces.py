"""Reads messages in which a mail server says that an e-mail did not arrive: plain Python.

First the part made for machines (RFC 3464), else what servers without one write. Whoever sends
such a message may be anybody: it is bounded before it is parsed, nothing in it is trusted, and
only addresses, a day and one line are taken from it.
"""

import email
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from email.utils import getaddresses, parsedate_to_datetime
from enum import StrEnum
from html import unescape
from itertools import islice

MOST_BYTES = 1_000_000
MOST_LINES = 20_000
MOST_PARTS = 60  # a message of a server has three
MOST_DELIMITERS = 400  # lines that may begin a part: more than parts, as texts have such lines too
LONGEST_HEADER = 2_000  # with all lines that it is folded into
MOST_READ = 20_000  # letters of a text that are looked at
MOST_ADDRESSES = 50
LONGEST_SENTENCE = 300
LONGEST_ADDRESS = 254
FROM_SERVERS = ("mailer-daemon", "postmaster", "mail-daemon", "mdaemon")
ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:@]{1,64}@[^\s<>()\[\]\"',;:@]{1,190}")
REFUSED = re.compile(r"(?<![0-9.])5[0-9]{2}(?:[ -]|$)|(?<![0-9.])5\.[0-9]{1,3}\.[0-9]{1,3}")
OUTLOOK = bytes.fromhex("D0CF11E0A1B11AE1")  # begins a .msg file, which is no e-mail as it was sent
# Of a notice in HTML: what nobody sees, what ends a line, and whatever else is markup.
UNSEEN = re.compile(r"<(style|script|title)\b.*?(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
LINE_ENDS = re.compile(r"<(?:br|/p|/div|/tr|/td|/li|/h[1-6])\b", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*(?:>|\Z)")
# What may be decoded: other sets are slow to read, or make what no text can hold.
SETS = re.compile(r"utf-8|us-ascii|iso-8859-\d{1,2}|windows-125\d", re.IGNORECASE)
# What an e-mail on the way met that is no failure yet, and what is none at all.
NOT_FAILED = frozenset({"delayed", "delivered", "relayed", "expanded"})


class Fault(StrEnum):
    """Why nothing is taken from a message."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    NOT_FAILED = "not_failed"
    NO_ADDRESS = "no_address"


class BounceError(ValueError):
    """Nothing is taken from a message; ``fault`` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Failure:
    """A recipient that an e-mail did not reach: by any of these addresses, and why."""

    addresses: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class Bounce:
    """What a message says: who was not reached, and when it was written, where it says so.

    ``is_certain`` tells that a part made for machines names them. Otherwise each address is
    only one that the server wrote of.
    """

    failures: tuple[Failure, ...]
    at: datetime | None
    is_certain: bool


def read(content: bytes) -> Bounce:
    """Return what a message says; raises BounceError where it tells of no failure."""
    found = parsed(content)
    reported = list(of_report(found))
    if reported:
        failed = tuple(failure for failure in reported if failure is not None)
        if not failed:
            raise BounceError(Fault.NOT_FAILED)
        return Bounce(failed[:MOST_ADDRESSES], day_of(found), is_certain=True)
    failure = of_headers(found)
    if failure is None:
        raise BounceError(Fault.NO_ADDRESS)
    return Bounce((failure,), day_of(found), is_certain=False)


# --- Parsing ------------------------------------------------------------------------


class Bounded(Compat32):
    """Reads headers as mail servers write them, and cuts each of them."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        """Return the name of a header and its value, from the lines that it is folded into."""
        lines = [line[:LONGEST_HEADER] for line in sourcelines[:LONGEST_HEADER]]
        return super().header_source_parse(["".join(lines)[:LONGEST_HEADER]])


BOUNDED = Bounded()


def parsed(content: bytes) -> Message:
    """Return a message, once it is known to be small and plain enough to be parsed."""
    if not content.strip():
        raise BounceError(Fault.EMPTY)
    if content.startswith(OUTLOOK):
        raise BounceError(Fault.UNREADABLE)
    if len(content) > MOST_BYTES:
        raise BounceError(Fault.TOO_LARGE)
    # The parser ends a line at each of them.
    plain = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lower = plain.lower()
    if (
        plain.count(b"\n") > MOST_LINES
        or plain.count(b"\n--") > MOST_DELIMITERS
        or lower.count(b"boundary") > MOST_PARTS
        or lower.count(b"content-type") > MOST_PARTS
    ):
        raise BounceError(Fault.TOO_LARGE)
    try:
        return email.message_from_bytes(plain, policy=BOUNDED)
    except Exception as error:  # the parser raises whatever comes to it
        raise BounceError(Fault.UNREADABLE) from error


def field(found: Message, name: str) -> str:
    """Return a header as text; "" without one. What cannot be decoded stands as it came."""
    values = (str(value) for key, value in found.raw_items() if key.lower() == name.lower())
    raw = next(values, "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        words = decode_header(raw)
        if all(name is None or SETS.fullmatch(name) for _word, name in words):
            return str(make_header(words))
        return raw
    except Exception:  # noqa: BLE001  an unknown character set, or no text in that one
        return raw


def tidy(text: str) -> str:
    """Return one line without anything that cannot be seen, cut to a sentence."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(kept.split())[:LONGEST_SENTENCE]


def day_of(found: Message) -> datetime | None:
    """Return when a message was written; None where it does not say so."""
    try:
        day = parsedate_to_datetime(field(found, "Date"))
        return (day if day.tzinfo else day.replace(tzinfo=UTC)).astimezone(UTC)
    except Exception:  # noqa: BLE001  the parser raises whatever comes to it
        return None


# --- What is made for machines --------------------------------------------------------


def of_report(found: Message) -> Iterator[Failure | None]:
    """Yield the recipients of a delivery status; None for one that was not given up."""
    # The first block is about the whole message.
    for block in islice(blocks(found), MOST_ADDRESSES + 1):
        names = [field(block, name) for name in ("Original-Recipient", "Final-Recipient")]
        addresses = tuple(dict.fromkeys(a for name in names if (a := recipient(name))))
        if not addresses:
            continue
        action = field(block, "Action").strip().lower()
        yield None if action in NOT_FAILED else Failure(addresses, reason(block))


def blocks(found: Message) -> Iterator[Message]:
    """Yield the blocks of lines of each delivery status."""
    for part in found.walk():
        if part.get_content_type() == "message/delivery-status":
            given = part.get_payload()
            yield from (one for one in given if isinstance(one, Message))


def recipient(text: str) -> str:
    """Return the address of a field such as "rfc822; somebody@example.org"; "" without one."""
    found = ADDRESS.search(text.partition(";")[2] or text)
    return lowered(found[0]) if found else ""


def lowered(address: str) -> str:
    """Return an address as accounts have it; "" for one with what no database stores."""
    return address.strip(".").lower()[:LONGEST_ADDRESS] if address.isprintable() else ""


def reason(block: Message) -> str:
    """Return what a server said of a recipient, with the code of the status."""
    said = field(block, "Diagnostic-Code")
    words = tidy(said.partition(";")[2] or said)
    return words or tidy(field(block, "Status"))


# --- What is written for people -------------------------------------------------------


def of_headers(found: Message) -> Failure | None:
    """Return the addresses that a server without such a part names, and its line about them."""
    named = field(found, "X-Failed-Recipients")
    if not named and not is_from_server(found):
        return None
    text = text_of(found, "text/plain") or unmarked(text_of(found, "text/html"))
    own = {lowered(address) for address in own_addresses(found)}
    addresses = [lowered(address) for address in ADDRESS.findall(named or text)]
    others = tuple(dict.fromkeys(one for one in addresses if one and one not in own))[
        :MOST_ADDRESSES
    ]
    line = next((line for line in text.splitlines() if REFUSED.search(line)), "")
    return Failure(others, tidy(line)) if others else None


def is_from_server(found: Message) -> bool:
    """Tell whether a mail server wrote a message, as far as it says so itself."""
    names = [address.partition("@")[0].lower() for address in senders(found)]
    return any(name in FROM_SERVERS for name in names)


def senders(found: Message) -> list[str]:
    """Return the addresses that a message says it is from."""
    return [address for _name, address in addresses_in(found, "From", "Sender")]


def own_addresses(found: Message) -> list[str]:
    """Return who wrote a message and who got it: none of them failed."""
    return [address for _name, address in addresses_in(found, "From", "Sender", "To", "Cc")]


def addresses_in(found: Message, *names: str) -> list[tuple[str, str]]:
    """Return the addresses in some headers."""
    texts = [field(found, name)[:1000] for name in names]
    try:
        return getaddresses([text for text in texts if text])
    except Exception:  # noqa: BLE001  the parser raises whatever comes to it
        return []


def text_of(found: Message, kind: str) -> str:
    """Return the beginning of what a server wrote for people; nothing of the e-mail it quotes."""
    for part in found.walk():
        if part.get_content_type() == "message/rfc822":
            break
        if part.get_content_type() == kind:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                return content[: 4 * MOST_READ].decode("utf-8", "replace")[:MOST_READ].strip()
    return ""


def unmarked(text: str) -> str:
    """Return what somebody reads of a text in HTML."""
    # A line in the source is none on the page.
    seen = LINE_ENDS.sub("\n<", " ".join(UNSEEN.sub("", text).split()))
    return unescape(TAG.sub("", seen))
