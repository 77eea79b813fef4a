"""How the commands send letters and say how it went."""

from collections import Counter
from collections.abc import Callable

from django.utils import timezone

from actions.outbox import sending


def send(
    *, limit: int, is_stopped: Callable[[], bool], is_urgent: bool | None = None
) -> Counter[str]:
    """Send what is due, never leaving a letter half; return how many came to which end."""
    found: Counter[str] = Counter()
    for outcome in sending.send_due(now=timezone.now(), limit=limit, is_urgent=is_urgent):
        found[outcome] += 1
        if is_stopped():
            break
    return found


def told(found: Counter[str]) -> str:
    """Return in words how many letters came to which end."""
    numbers = ", ".join(f"{number} {name}" for name, number in sorted(found.items()))
    return f"Letters: {numbers or 'none due'}."
