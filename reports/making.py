"""Documents made when a reader asks: a few at once, equal ones once, the last ones at hand."""

from collections.abc import Callable, Hashable
from functools import lru_cache
from threading import BoundedSemaphore, Lock
from time import monotonic

AT_ONCE = 2  # made at the same time by each process; a PDF takes a second of a core
PATIENCE = 15  # seconds that a reader waits for what others asked for
running = BoundedSemaphore(AT_ONCE)


class BusyError(Exception):
    """Too many documents are being made at this moment."""


class Slot:
    """Where one document goes once it is made."""

    def __init__(self) -> None:
        """Begin with nothing made."""
        self.lock = Lock()
        self.content: bytes | None = None


class OnRequest:
    """The last ``size`` documents that ``make`` returned, by its arguments.

    Whoever asks for one that is being made waits for it. Raises BusyError after PATIENCE
    seconds, and what ``make`` raises; the next one to ask tries again.
    """

    def __init__(self, make: Callable[..., bytes], *, size: int) -> None:
        """Keep what ``make`` returns."""
        self._make = make
        self._slots = lru_cache(maxsize=size)(lambda *_key: Slot())

    def __call__(self, *key: Hashable) -> bytes:
        """Return the document of some arguments."""
        slot = self._slots(*key)
        until = monotonic() + PATIENCE
        if not slot.lock.acquire(timeout=PATIENCE):
            raise BusyError
        try:
            if slot.content is None:
                if not running.acquire(timeout=max(0, until - monotonic())):
                    raise BusyError
                try:
                    slot.content = self._make(*key)
                finally:
                    running.release()
            return slot.content
        finally:
            slot.lock.release()

    def clear(self) -> None:
        """Forget all of them."""
        self._slots.cache_clear()
