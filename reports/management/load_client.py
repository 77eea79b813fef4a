"""Plays readers, writers and one of the secretariat against a running server.

In a process of its own, which imports nothing of the site:

    python -m reports.management.load_client < plan.json > result.json

It speaks as the documented proxy does: a connection for each request, TLS already ended.
"""

import asyncio
import gzip
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

# What is to be played: addresses, people, numbers; see load_stage.plan.
Plan = dict[str, Any]
OK, FOUND = 200, 302
PATIENCE = 60  # seconds for an answer; what takes longer is an error
THINKING = (0.5, 1.5)  # seconds of a reader between two pages
TYPING = (3.0, 7.0)  # seconds of a writer between two saves
LOOKING = 2.0  # seconds between two looks at how far files are, as the page does
LONGEST_FREEZE = 240  # seconds, however long the play should take
LANGUAGES = {"nl": 45, "fr": 45, "de": 5, "en": 5}  # of 100 readers
FILTERS = {1: 60, 2: 30, 3: 10}  # of 100 questions to the list, how many filters they have
PAGES = {  # of 100 pages that readers open
    "overview": 12, "list": 8, "filtered": 28, "action": 22, "actors": 4, "actor": 10,
    "search": 6, "report": 4, "edition": 3, "compare": 3,
}  # fmt: skip
SAVED = re.compile(r'name="version"\s+value="(\d+)"')
EDITION = re.compile(r"/secretariat/editions/(\d+)/")
FREEZE = "freeze"  # the name of the phase


@dataclass
class Answer:
    """What a server answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header; "" where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        """The page, unpacked."""
        is_packed = self.header("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if is_packed else self.body).decode()


@dataclass
class Record:
    """What was measured: requests by kind, the moments between phases, what went wrong."""

    rows: list[tuple[str, float, float, bool]] = field(default_factory=list)
    marks: dict[str, float] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    saved: dict[str, str] = field(default_factory=dict)  # the last text that was acknowledged

    def mark(self, name: str) -> None:
        """Remember this moment; it is counted in the same way by all processes of a machine."""
        self.marks[name] = time.monotonic()

    @contextmanager
    def timed(self, kind: str) -> Iterator[None]:
        """Measure one request, and whether it did what it should."""
        start = time.monotonic()
        try:
            yield
        except (OSError, EOFError, ValueError, AssertionError, TimeoutError) as problem:
            self.rows.append((kind, start, time.monotonic() - start, False))
            self.problems.append(f"{kind}: {problem or type(problem).__name__}")
        else:
            self.rows.append((kind, start, time.monotonic() - start, True))


class Form(HTMLParser):
    """The fields of one form of a page, as a browser would send them."""

    def __init__(self, page: str, is_wanted: Callable[[dict[str, Any]], bool]) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.is_wanted, self.is_inside = is_wanted, False
        self.menu = self.area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a field with what stands in it."""
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self.is_inside = self.is_wanted(given)
        elif not self.is_inside:
            return
        elif tag == "input" and name:
            is_box = given.get("type") in {"checkbox", "radio"}
            if given.get("type") != "submit" and (not is_box or "checked" in given):
                self.fields[name] = value or ("on" if is_box else "")
        elif tag == "select":
            self.menu = name
        elif tag == "option" and self.menu and "selected" in given:
            self.fields[self.menu] = value
        elif tag == "textarea":
            self.area = name
            self.fields[name] = ""

    def handle_endtag(self, tag: str) -> None:
        """Leave a form, or a field."""
        if tag == "form":
            self.is_inside = False
        elif tag == "select":
            self.menu = ""
        elif tag == "textarea":
            # The first line end after the tag is none of the text.
            self.fields[self.area] = self.fields[self.area].removeprefix("\n")
            self.area = ""

    def handle_data(self, data: str) -> None:
        """Take a text that stands in a form."""
        if self.area:
            self.fields[self.area] += data


class Browser:
    """One person's browser: their address, their cookies."""

    def __init__(self, plan: Plan, number: int, cookies: dict[str, str] | None = None) -> None:
        self.host, self.port = plan["host"], plan["port"]
        self.address = f"10.0.{number // 250}.{number % 250 + 1}"
        self.cookies = dict(cookies or {})

    async def ask(
        self, path: str, form: dict[str, str] | None = None, *, wanted: int = OK, part: bool = False
    ) -> Answer:
        """Send a request, return the answer; AssertionError where it is another one."""
        answer = await asyncio.wait_for(
            self.exchange(self.request(path, form, part=part)), PATIENCE
        )
        for key, value in answer.headers:
            if key == "set-cookie":
                name, _is, text = value.partition(";")[0].partition("=")
                self.cookies[name] = text
        if answer.status != wanted:
            raise AssertionError(f"{path} answered {answer.status}")
        return answer

    def request(self, path: str, form: dict[str, str] | None, *, part: bool) -> bytes:
        """Return a request as it goes over the line."""
        body = urlencode(form or {}).encode()
        lines = [
            f"{'GET' if form is None else 'POST'} {path} HTTP/1.1",
            f"Host: {self.host}",
            "Connection: close",
            "Accept-Encoding: gzip",
            "X-Forwarded-Proto: https",
            f"X-Forwarded-For: {self.address}",
        ]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        if part:
            lines.append("HX-Request: true")
        if form is not None:
            lines += [
                f"Origin: https://{self.host}",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    async def exchange(self, request: bytes) -> Answer:
        """Send over a connection of its own, and read what comes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip("\r\n").split("\r\n")
            pairs = [line.partition(":") for line in lines]
            headers = [(name.lower(), value.strip()) for name, _sign, value in pairs]
            answer = Answer(int(first.split(" ")[1]), headers, b"")
            length = answer.header("content-length")
            answer.body = await (reader.readexactly(int(length)) if length else reader.read())
            return answer
        finally:
            writer.close()


# --- Who plays ----------------------------------------------------------------------


class Play:
    """All who read and write, and what is measured of it."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.record = plan, Record()
        self.is_over = asyncio.Event()
        self.pauses: list[asyncio.Task[None]] = []

    async def run(self) -> dict[str, Any]:
        """Freeze alone, sign in at once, then read, write and freeze together."""
        plan, record = self.plan, self.record
        frozen = {"alone": await self.freeze()}
        people = [Browser(plan, 1000 + number) for number in range(len(plan["writers"]))]
        pairs = list(zip(people, plan["writers"], strict=True))
        record.mark("signing in")
        await asyncio.gather(*(self.sign_in(browser, who) for browser, who in pairs))
        record.mark("signed in")
        playing = [self.read(number) for number in range(plan["readers"])]
        playing += [self.write(number, *pair) for number, pair in enumerate(pairs)]
        tasks = [asyncio.create_task(one) for one in playing]
        await asyncio.sleep(plan["warming"])
        record.mark("start")
        await asyncio.sleep(plan["seconds"] * 0.4)
        record.mark(FREEZE)
        frozen["under load"] = await self.freeze()
        record.mark("frozen")
        left = record.marks["start"] + plan["seconds"] - time.monotonic()
        await asyncio.sleep(max(left, plan["seconds"] * 0.2))
        record.mark("end")
        self.is_over.set()
        await asyncio.gather(*tasks)
        return {
            "rows": record.rows, "marks": record.marks, "problems": record.problems,
            "saved": record.saved, "frozen": frozen,
        }  # fmt: skip

    async def pause(self, seconds: float) -> bool:
        """Wait; tell whether the play goes on."""
        try:
            await asyncio.wait_for(self.is_over.wait(), seconds)
        except TimeoutError:
            return True
        return False

    # --- Readers

    async def read(self, number: int) -> None:
        """Open page after page; each reader has a chance of their own, the same in each run."""
        chance = random.Random(number)  # noqa: S311 - no secret
        browser = Browser(self.plan, number)
        language = pick(chance, LANGUAGES)
        while await self.pause(chance.uniform(*THINKING)):
            path = self.page(chance, language)
            with self.record.timed("reads"):
                await browser.ask(path)

    def page(self, chance: random.Random, language: str) -> str:
        """Return the address of a page."""
        kind = pick(chance, PAGES)
        if kind != "filtered":
            return f"/{language}{chance.choice(self.plan['pages'][kind])}"
        filters: dict[str, list[str]] = self.plan["filters"]
        names = chance.sample(sorted(filters), int(pick(chance, FILTERS)))
        query = urlencode([(name, chance.choice(filters[name])) for name in names])
        return f"/{language}{self.plan['pages']['list'][0]}?{query}"

    # --- Writers

    async def sign_in(self, browser: Browser, who: Plan) -> None:
        """Sign in with a password; what is measured is the form that is sent."""
        path = "/nl/account/sign-in/password/"
        form = Form((await browser.ask(path)).text, lambda given: given.get("action") == path)
        typed = form.fields | {"login": who["email"], "password": who["password"]}
        typed.pop("shared_computer", None)
        with self.record.timed("sign-ins"):
            await browser.ask(path, typed, wanted=FOUND)

    async def write(self, number: int, browser: Browser, who: Plan) -> None:
        """Open an entry and go on writing; the page saves by itself, as its script does."""
        chance = random.Random(-1 - number)  # noqa: S311 - no secret
        path = who["entry"]
        form: dict[str, str] = {}
        with self.record.timed("entry pages"):
            page = (await browser.ask(path)).text
            form = Form(page, lambda given: given.get("id") == "entry-form").fields
        form |= {"status": "in_progress", "language": "nl", "act": "save"}
        before, count = form.get("done", "")[:2000], 0
        while await self.pause(chance.uniform(*TYPING)):
            count += 1
            form["done"] = f"{before} Zin {count} over de uitvoering.".strip()
            with self.record.timed("autosave"):
                answer = (await browser.ask(path, form, part=True)).text
                found = SAVED.search(answer)
                if found is None or "✓" not in answer:
                    raise AssertionError(f"{path} was not saved: {answer[:200]}")
                form["version"] = found[1]
                self.record.saved[path] = form["done"]

    # --- The secretariat

    async def freeze(self) -> dict[str, float]:
        """Freeze an edition, wait for its files, publish it; return the seconds of each."""
        given = self.plan["secretariat"]
        browser = Browser(self.plan, 2000, given["cookies"])
        start, found = time.monotonic(), {}
        path = given["freeze"]
        form = Form((await browser.ask(path)).text, lambda one: one.get("action") == path).fields
        words = {f"note_{code}": f"Test {time.monotonic_ns()}" for code in LANGUAGES}
        answer = await browser.ask(path, form | words | {"confirmed": "on"}, wanted=FOUND)
        found["frozen"] = time.monotonic() - start
        overview = (await browser.ask(urlsplit(answer.header("location")).path)).text
        edition = f"/nl/secretariat/editions/{max(map(int, EDITION.findall(overview)))}"
        while True:
            looked = await browser.ask(f"{edition}/progress/", part=True)
            if looked.header("hx-refresh"):
                break  # all are made, or one could not be
            if time.monotonic() - start > LONGEST_FREEZE:
                raise TimeoutError("the files of the edition were not made")
            await asyncio.sleep(LOOKING)
        found["files made"] = time.monotonic() - start
        path = f"{edition}/publish/"
        form = Form((await browser.ask(path)).text, lambda one: "action" not in one).fields
        await browser.ask(path, form, wanted=FOUND)
        found["published"] = time.monotonic() - start
        return found


def pick(chance: random.Random, weights: dict[Any, int]) -> Any:
    """Return a key, each as often as its weight says."""
    return chance.choices(list(weights), list(weights.values()))[0]


if __name__ == "__main__":
    json.dump(asyncio.run(Play(json.load(sys.stdin)).run()), sys.stdout)
