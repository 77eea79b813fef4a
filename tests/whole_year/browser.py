"""How people use the pages: forms sent as a browser sends them, files, letters, a mail server."""

import io
import re
from collections import Counter
from datetime import date, datetime
from typing import Any, ClassVar

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.test import Client
from lxml import html

from actions.models import User
from tests.follow_up import at
from tests.signing_in import enter


class MailServer(BaseEmailBackend):
    """A mail server that keeps what it took, and fails as it is told.

    ``faults`` are met one letter after the other: None takes it, an error refuses it at the
    door, and a pair of an error and whether the letter was taken breaks off in the middle.
    """

    taken: ClassVar[list[Any]] = []
    faults: ClassVar[list[Any]] = []
    is_down: ClassVar[bool] = False

    def open(self) -> bool:
        """Let somebody in."""
        if self.is_down:
            raise ConnectionRefusedError("nobody answers")
        return True

    def send_messages(self, messages: Any) -> int:
        """Take letters, or not."""
        for message in messages:
            message.message()
            error, is_taken = self.faults.pop(0) if self.faults else (None, True)
            if is_taken:
                self.taken.append(message)
            if error is not None:
                raise error
        return len(messages)

    @classmethod
    def anew(cls) -> None:
        """Forget everything."""
        cls.taken, cls.faults, cls.is_down = [], [], False

    @classmethod
    def by_address(cls) -> Counter[str]:
        """Return how many letters everybody got."""
        return Counter(message.to[0] for message in cls.taken)

    @classmethod
    def newest_to(cls, email: str) -> str:
        """Return the text of the last letter to somebody."""
        return str(next(m.body for m in reversed(cls.taken) if m.to == [email]))


class Pages:
    """The site as everybody sees it, on the day to which the clock is set."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.day = date.min
        self.clients: dict[str, Client] = {}

    def go_to(self, day: str | date, hour: int = 10, minute: int = 0) -> datetime:
        """Set the clock; sessions of another day have ended."""
        moment = at(day, hour, minute)
        self.clock.move_to(moment)
        if moment.date() != self.day:
            self.day, self.clients = moment.date(), {}
        return moment

    def of(self, email: str) -> Client:
        """Return the browser of somebody, signed in."""
        if email not in self.clients:
            self.clients[email] = enter(Client(), User.objects.get(email=email))
        return self.clients[email]

    def get(self, email: str, path: str) -> Any:
        """Return a page as somebody sees it."""
        response = self.of(email).get(path)
        assert response.status_code == 200, (path, response.status_code)
        return response

    def send(self, who: str, path: str, /, *boxes: str, act: str = "", **typed: Any) -> Any:
        """Open a page, fill in its form, press a button; return where that leads.

        What somebody does not type goes back as the page had it. ``boxes`` are the values of
        boxes to tick.
        """
        page = self.get(who, path)
        sent = fields(page, *boxes)
        unknown = set(typed) - set(sent) - unticked(page)
        assert not unknown, f"{path} has no {unknown}"
        sent |= typed | ({"act": act} if act else {})
        return led_on(self.of(who).post(path, sent))

    def press(self, who: str, path: str, /, **sent: Any) -> Any:
        """Press a button that brings little with it."""
        return led_on(self.of(who).post(path, sent))

    def look(self, email: str, path: str, name: str, content: bytes, field: str) -> Any:
        """Upload a file; return the page that shows what it would do."""
        file = SimpleUploadedFile(name, content)
        page = self.of(email).post(path, {field: file, "act": "look"})
        assert page.status_code == 200
        assert not page.context.get("faults"), [str(one) for one in page.context["faults"]]
        assert not page.context["form"].errors, page.context["form"].errors
        return page

    def bring(self, email: str, path: str, name: str, content: bytes, field: str) -> Any:
        """Upload a file, look at what it does, and have it done."""
        page = self.look(email, path, name, content, field)
        sent = {"book": page.context["book"], "seen": page.context["seen"], "act": "do"}
        return led_on(self.of(email).post(path, sent))


def fields(page: Any, *boxes: str) -> dict[str, Any]:
    """Return what the form of a page sends as it stands, with some boxes ticked."""
    sent: dict[str, Any] = {}
    for row in form_of(page).xpath(".//*[@name][not(self::button)]"):
        name, kind = row.get("name"), row.get("type")
        if kind in {"checkbox", "radio"}:
            if row.get("checked") is not None or row.get("value") in boxes:
                sent.setdefault(name, []).append(row.get("value", "on"))
        elif kind != "file":
            sent[name] = row.value or ""
    return sent


def form_of(page: Any) -> Any:
    """Return the form of a page in which something is filled in."""
    found = html.fromstring(page.content).xpath("//main//form[@method='post']")
    assert found, text_of(page)
    return next((one for one in found if one.xpath(".//input[@name='mark']")), found[0])


def unticked(page: Any) -> set[str]:
    """Return the names of the boxes and choices of a form."""
    return set(form_of(page).xpath(".//input[@type='checkbox' or @type='radio']/@name"))


def led_on(response: Any) -> Any:
    """Return an answer that did what was asked; else fail with what the page says."""
    if response.status_code != 302:
        form = (response.context or {}).get("form")
        raise AssertionError((response.status_code, getattr(form, "errors", None)))
    return response


def text_of(page: Any) -> str:
    """Return what a reader sees of a page's main part, in one line."""
    main = html.fromstring(page.content).xpath("//main")[0]
    return " ".join(main.text_content().split())


# --- Workbooks ------------------------------------------------------------------------


def fill_in(content: bytes, sheet: str, key: str, rows: dict[str, dict[str, Any]]) -> bytes:
    """Return a workbook with cells filled in: by what stands under one heading, then by heading."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    lines = book[sheet]
    places = {cell.value: cell.column for cell in lines[1] if cell.value}
    left = dict(rows)
    for number in range(2, lines.max_row + 1):
        for heading, value in left.pop(str(lines.cell(number, places[key]).value), {}).items():
            lines.cell(number, places[heading]).value = value
    assert not left, f"no row of {list(left)}"
    return saved(book)


def saved(book: Any) -> bytes:
    """Return a workbook as a file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- Letters --------------------------------------------------------------------------


def deliver() -> None:
    """Have the worker send what is due."""
    call_command("send_letters", limit=1000, stdout=io.StringIO())


def remind() -> str:
    """Have the worker write the reminders of the day; return what it says."""
    out = io.StringIO()
    call_command("send_reminders", stdout=out)
    return out.getvalue()


def link_in(text: str) -> str:
    """Return the address of the invitation in a letter."""
    found = re.search(r"https?://[^/\s]+(/\S*invitation/\S+)", text)
    assert found is not None, text
    return found[1]
