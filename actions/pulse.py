"""Whether the worker is there: it says so from time to time, and pages tell when it does not."""

from time import monotonic

from django.core.cache import cache

KEY = "worker-seen"
EVERY, SILENT_AFTER = 20, 60  # seconds


class Pulse:
    """What a worker says from time to time, however often it is asked to."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._last: float | None = None

    def beat(self) -> None:
        """Say that the worker is there."""
        now = monotonic()
        if self._last is None or now - self._last >= EVERY:
            cache.set(KEY, True, SILENT_AFTER)
            self._last = now


def is_silent() -> bool:
    """Tell whether no worker has said anything for a minute."""
    return cache.get(KEY) is None
