"""Asks a provider something: never for longer than a few seconds, never more than is to be read.

Each call runs in a thread of its own, as neither the search for a name nor a server that sends a
letter a second heeds the limits of a socket. Who has just kept somebody waiting is left alone for
half a minute, and few are asked at once: a provider that is down holds no web process up.
"""

import json
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import requests

from actions.openid.problems import BadAnswerError, NoAnswerError, TooManyError

SECONDS = 6.0  # for all that one page asks of a provider
CONNECT, READ = 3.0, 4.0  # of a socket
LARGEST = 512 * 1024
AT_ONCE = 4
REST = 30.0  # seconds for which a provider that did not answer is not asked again
FAULT = 500

places = threading.BoundedSemaphore(AT_ONCE)
resting: dict[str, float] = {}


class Budget:
    """The time that one page has for all its calls."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return max(0.0, self.end - time.monotonic())


def ask(budget: Budget, method: str, address: str, **more: Any) -> tuple[int, str, bytes]:
    """Return the status, the kind and the content of an answer; ``more`` is what requests takes.

    Raises NoAnswerError where there is none in time, BadAnswerError for one that is too large.
    """
    host = urlsplit(address).netloc
    if resting.get(host, 0.0) > time.monotonic():
        raise NoAnswerError("did not answer a moment ago")
    try:
        found = within(budget, lambda: exchange(method, address, budget, more))
    except TooManyError:
        raise
    except NoAnswerError:
        resting[host] = time.monotonic() + REST
        raise
    if found[0] >= FAULT:
        raise NoAnswerError(f"answered {found[0]}")
    return found


def ask_json(budget: Budget, method: str, address: str, **more: Any) -> dict[str, Any]:
    """Return what an address answers as an object; raises as ``ask`` does."""
    status, _kind, content = ask(budget, method, address, **more)
    if status != requests.codes.ok:
        raise BadAnswerError(f"answered {status}")
    return parsed(content)


def parsed(content: bytes) -> dict[str, Any]:
    """Return JSON as an object; raises BadAnswerError for anything else."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadAnswerError("answered with something else than an object")
    return found


def within(budget: Budget, work: Callable[[], Any]) -> Any:
    """Return what some work returns, as long as the time lasts; what it raises is raised here."""
    if not places.acquire(timeout=min(1.0, budget.left)):
        raise TooManyError("is asked by too many at once")
    answers: SimpleQueue[tuple[bool, Any]] = SimpleQueue()

    def run() -> None:
        try:
            answers.put((True, work()))
        except Exception as error:  # noqa: BLE001  raised again where it is waited for
            answers.put((False, error))
        finally:
            places.release()

    threading.Thread(target=run, name="provider", daemon=True).start()
    try:
        is_done, found = answers.get(timeout=budget.left)
    except Empty:
        raise NoAnswerError("took too long") from None
    if is_done:
        return found
    raise found


def exchange(
    method: str, address: str, budget: Budget, more: dict[str, Any]
) -> tuple[int, str, bytes]:
    """Send a request and read the answer; a redirect is an answer, and is not followed."""
    session = requests.Session()
    # No password of a .netrc of this machine goes along.
    more = {"auth": lambda request: request, **more}
    try:
        with (
            session,
            session.request(
                method, address, timeout=(CONNECT, READ), allow_redirects=False, stream=True, **more
            ) as response,
        ):
            content = b""
            for part in response.iter_content(16_384):
                content += part
                if len(content) > LARGEST:
                    raise BadAnswerError("answered with too much")
                if not budget.left:
                    raise NoAnswerError("took too long")
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return response.status_code, kind, content
    except (requests.RequestException, UnicodeError) as error:
        # Its words may hold an address with what was sent.
        raise NoAnswerError(f"cannot be reached ({type(error).__name__})") from None
