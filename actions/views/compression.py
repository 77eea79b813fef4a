"""Sends public pages packed, in the way that the reader's browser names.

Only what says the same to everybody: a page with a secret of its reader could give it away by
its length.
"""

import gzip
import re
from collections.abc import Callable

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

# By what the reader takes, the best first. Levels beyond cost more time than they spare bytes.
WAYS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, quality=5),
    "gzip": lambda content: gzip.compress(content, 6, mtime=0),
}
TEXTS = re.compile(r"text/|application/(json|xml|[\w.-]+\+(json|xml))|image/svg\+xml")
SMALLEST = 1_000  # bytes; less is not worth it
OFFER = re.compile(r"\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([\d.]+)\s*)?")


def way(request: HttpRequest) -> str:
    """Return in which way an answer may be packed, "" for not at all."""
    offers = {}
    for part in request.META.get("HTTP_ACCEPT_ENCODING", "").lower()[:500].split(","):
        if found := OFFER.fullmatch(part):
            offers[found[1]] = is_wanted(found[2])
    return next((name for name in WAYS if offers.get(name, offers.get("*", False))), "")


def is_wanted(weight: str | None) -> bool:
    """Tell whether a weight is more than none; without one it is."""
    return weight is None or bool(weight.replace("0", "").strip("."))


def pack(response: HttpResponse, name: str) -> None:
    """Pack the content of an answer in a way, where that is worth it."""
    patch_vary_headers(response, ["Accept-Encoding"])
    if not name or len(response.content) < SMALLEST or "Content-Encoding" in response:
        return
    if TEXTS.match(response.get("Content-Type", "")):
        response.content = WAYS[name](response.content)
        response["Content-Encoding"] = name
        if "Content-Length" in response:
            response["Content-Length"] = str(len(response.content))
