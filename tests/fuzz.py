"""Draws hostile values, forms, questions and files, the same ones every time that it is asked."""

import io
import random
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

SEED = 20261231
# Pieces of which texts are made: what breaks parsers, encodings, queries, pages and files.
PIECES = (
    "", "a", "É", "ß", "0", "9", "-", "+", ".", ",", ";", ":", "/", "\\", "%", "%00", "%s", "%(a)s",
    "{", "}", "{0.__class__}", "{{ 7*7 }}", "${7}", "<", ">", "<script>", "</textarea>", "<!--",
    "&", "&amp;", "&#0;", '"', "'", "''", "`", "--", "/*", "*", "_", "**", "[", "]",
    "[a](javascript:x)",
    "](", "(", ")", "|", "=", "=cmd|' /C calc'!A0", "@", "#", "\0", "\r", "\n", "\r\n\r\n", "\t",
    "\x1b[2J", "\x7f", "\x85", "\u2028", "\u200b", "\u202e", "\ufeff", "\ufffd", "\ufffe", "\ud7ff",
    "\U0010ffff", "\U0001f600", "e\u0301", "\u0130", "ﬃ", "١", "½", "null", "None", "true", "on",
    "NaN", "1e309", "-0", "0x10", "1_000", "2147483648", "9223372036854775808", "../", "file:///",
    "http://", "https://[::1", "//evil.example", "a@b.example", "a@[127.0.0.1]", "xn--",
    "1970-01-01", "2025-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "24:00", "12:60",
    "+99:99", "nl", "xx",
    "accepted", "draft", "secretariat", "done", "write", "csv", "xlsx", "fisd", "nap2", "small",
    "1.1",
)  # fmt: skip
LENGTHS = (0, 1, 1, 1, 2, 3, 5, 8, 40)
MANY = (300, 5_000)


class Draw(random.Random):
    """Chance that is the same in every run: no secret hangs on it."""

    def text(self) -> str:
        """Return a text of a few pieces, now and then a very long one."""
        if self.random() < 0.03:
            return self.choice(PIECES) * self.choice(MANY)
        return "".join(self.choices(PIECES, k=self.choice(LENGTHS)))

    def value(self, started: str) -> str:
        """Return what a field may be sent: as it started, bent, or something else."""
        way = self.random()
        if way < 0.25:
            return started
        if way < 0.45 and started:
            place = self.randrange(len(started) + 1)
            return started[:place] + self.text() + started[place + self.randrange(3) :]
        if way < 0.55:
            return str(
                self.choice((-1, 1)) * self.getrandbits(self.choice((1, 4, 31, 63, 64, 200)))
            )
        return self.text()

    def form(self, started: dict[str, str]) -> dict[str, Any]:
        """Return a form: most fields hostile or none, some left out, doubled, or made up."""
        fields: dict[str, Any] = {}
        spared = self.random() < 0.3  # all but one as the page gave them: what is typed by hand
        kept = self.choice([*started]) if started else ""
        for name, value in started.items():
            if spared and name != kept:
                fields[name] = value
            elif self.random() < 0.9:
                fields[name] = self.value(value)
                if self.random() < 0.05:
                    fields[name] = [fields[name], self.value(value), ""]
        if self.random() < 0.1:
            fields[self.text()[:50] or "x"] = self.text()
        return fields

    def question(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """Return parameters of a page: all of them or one, in any order, some twice."""
        chosen = [*names]
        if self.random() < 0.3:
            chosen = [self.choice(chosen)]
        self.shuffle(chosen)
        found = [(name, self.value(self.choice(PIECES))) for name in chosen]
        if self.random() < 0.1:
            found.append((self.choice(chosen), self.text()))
        return found

    def file(self, sound: bytes) -> bytes:
        """Return a file: a sound one that was bent, part by part where it is packed."""
        way = self.random()
        if way < 0.1:
            return self.randbytes(self.choice((0, 1, 4, 100, 10_000)))
        if way < 0.2:
            return self.text().encode("utf-8", "surrogatepass")
        if way < 0.7 and zipfile.is_zipfile(io.BytesIO(sound)):
            return self.packed(sound)
        return self.bent(sound)

    def packed(self, sound: bytes) -> bytes:
        """Return a packed file with one part bent, renamed, doubled or gone."""
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(sound)) as old, zipfile.ZipFile(made, "w", 8) as new:
            chosen = self.choice(old.namelist())
            for name in old.namelist():
                content = old.read(name)
                if name != chosen:
                    new.writestr(name, content)
                    continue
                way = self.randrange(5)
                if way < 3:
                    new.writestr(name, self.bent(content))
                elif way == 3:
                    new.writestr(self.text().replace("\0", "") or "x", content)
        return made.getvalue()

    def bent(self, content: bytes) -> bytes:
        """Return bytes of which some are others, gone, doubled, or pieces of text."""
        found = bytearray(content)
        for _turn in range(self.choice((1, 1, 2, 5, 30))):
            place = self.randrange(len(found) + 1)
            way = self.randrange(4)
            if way == 0:
                found[place : place + 1] = self.randbytes(1)
            elif way == 1:
                del found[place : place + self.choice((1, 10, 1_000))]
            elif way == 2:
                found[place:place] = found[place : place + self.choice((1, 50, 500))]
            else:
                found[place:place] = self.text().encode("utf-8", "surrogatepass")
        return bytes(found)


def draws(of: str, cases: int) -> Iterator[Draw]:
    """Yield chance for each case of something."""
    return (Draw(f"{SEED} {of} {case}") for case in range(cases))
