"""Reads the table of who gets what (access.txt), and asks the site for what stands in it."""

import io
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse

from tests.standing_site import ROLES, SHUT_OUT, Site, undone

TABLE = Path(__file__).parent / "access.txt"
EVERYBODY = (*ROLES, *SHUT_OUT)
SIGN_IN, SECOND_FACTOR = "/en/account/sign-in/", "/en/account/second-factor/"
# What may be kept, as it says the same to everybody: stored files of editions, and the like.
LASTING = (
    "/robots.txt", "/favicon.ico", "/sitemap.xml", "/health/", "/ready/",
    "/en/plans/small/reports/2023", "/en/plans/small/reports/all/", "/en/plans/small/dossier/",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    method: str
    path: str
    answers: tuple[str, ...]

    def __str__(self) -> str:
        return self.path

    def answer(self, role: str) -> str:
        """Return what a role is answered."""
        return self.answers[0 if role in SHUT_OUT else ROLES.index(role)]

    @property
    def is_public(self) -> bool:
        """Tell whether everybody is answered the same."""
        return len(set(self.answers)) == 1


@cache
def lines() -> tuple[Line, ...]:
    """Return the lines of the table."""
    rows = [row.split() for row in TABLE.read_text().splitlines() if row[:1] in "GP" and row]
    return tuple(Line(method, path, tuple(answers)) for method, path, *answers in rows)


def paths() -> list[str]:
    """Return every address of the table once."""
    return list(dict.fromkeys(line.path for line in lines()))


def expected(method: str, path: str, role: str) -> str:
    """Return what the table says; 405 where it says nothing."""
    found = (line for line in lines() if (line.method, line.path) == (method, path))
    return next((line.answer(role) for line in found), "405")


def answered(response: HttpResponse) -> str:
    """Return an answer in the words of the table."""
    if response.status_code == 302:
        found = urlsplit(response["Location"]).path
        return {SIGN_IN: "in", SECOND_FACTOR: "2f"}.get(found, "302")
    return str(response.status_code)


def read_all(site: Site) -> dict[tuple[str, str], Any]:
    """Return what every address with a line for GET answers to each role."""
    found = {}
    for role in ROLES:
        for line in lines():
            if line.method == "GET":
                with undone():
                    found[role, line.path] = site.get(role, line.path)
    return found


def text_of(response: HttpResponse) -> str:
    """Return all that an answer says; what office documents hold is unpacked."""
    content = response.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return headers + content.decode(errors="replace")
