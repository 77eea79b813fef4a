"""Addresses of evidence as people type and paste them: completed, encoded, told apart."""

import re
from ipaddress import ip_address
from urllib.parse import quote, urlsplit, urlunsplit

# Where another address begins in what was pasted at once.
ANOTHER = re.compile(r"[\s,;]+(?=(?:https?://|www\.))", re.IGNORECASE)
BARE = re.compile(r"[\w-]+(\.[\w-]+)*\.[^\W\d_]{2,}([:/?#].*)?", re.DOTALL)
# Signs that an address may hold as they are; a percent sign is one that was encoded before.
KEPT = "%/?:@!$&'()*+,;=~-._[]"
INSIDE = ("localhost", "local", "lan", "internal", "intranet", "corp", "home")


def several(typed: str) -> list[str]:
    """Return the addresses in what was typed or pasted, each completed and encoded."""
    return [encoded(one) for one in ANOTHER.split(typed.strip()) if one]


def encoded(typed: str) -> str:
    """Return an address as browsers send it: with https:// where no scheme stands, in ASCII.

    What is no address comes back as it was typed.
    """
    text = typed.strip()
    whole = f"https://{text}" if "://" not in text and BARE.fullmatch(text) else text
    try:
        parts = urlsplit(whole)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return text
        host = parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else ""
        place = parts.netloc.replace(parts.hostname, host) if host else parts.netloc
    except (ValueError, UnicodeError):
        return text
    rest = (quote(part, safe=KEPT) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, place, *rest))


def opens_inside_only(address: str) -> bool:
    """Tell whether an address seems to open only inside an organisation."""
    try:
        host = (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return False
    try:
        return not ip_address(host).is_global
    except ValueError:
        return bool(host) and ("." not in host or host.rpartition(".")[2] in INSIDE)
