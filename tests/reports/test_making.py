"""Documents made on request: equal ones once, a few at once, and none after a fault."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from reports import making
from reports.making import BusyError, OnRequest


def test_equal_requests_at_once_are_made_once() -> None:
    calls: list[str] = []
    go, ready = Event(), Barrier(5)

    def make(name: str) -> bytes:
        calls.append(name)
        go.wait(5)
        return name.encode()

    def ask() -> bytes:
        ready.wait(5)
        return made("a")

    made = OnRequest(make, size=2)
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(ask) for _ in range(4)]
        ready.wait(5)
        go.set()
        assert [answer.result() for answer in answers] == [b"a"] * 4
    assert calls == ["a"]


def test_the_last_ones_are_at_hand() -> None:
    calls: list[str] = []

    def make(name: str) -> bytes:
        calls.append(name)
        return name.encode()

    made = OnRequest(make, size=2)
    for name in "abab" + "c" + "ba":
        made(name)
    assert "".join(calls) == "abca"


def test_what_failed_is_tried_again() -> None:
    faults = [ValueError("no")]

    def make() -> bytes:
        for fault in faults:
            faults.clear()
            raise fault
        return b"yes"

    made = OnRequest(make, size=2)
    with pytest.raises(ValueError, match="no"):
        made()
    assert made() == b"yes"


def test_nobody_waits_for_ever_for_what_another_one_asked_for(monkeypatch) -> None:
    monkeypatch.setattr(making, "PATIENCE", 0.01)
    begun, go = Event(), Event()

    def make() -> bytes:
        begun.set()
        go.wait(5)
        return b"at last"

    made = OnRequest(make, size=2)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(made)
        begun.wait(5)
        with pytest.raises(BusyError):
            made()
        go.set()
        assert first.result() == b"at last"
