"""What a service answers when it does not do what it was asked."""

from typing import Any


class Refused(Exception):  # noqa: N818  reads as what it is: refused
    """Something is not allowed now; the text is for the person who tried."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class Conflict(Refused):
    """Somebody else has saved the entry meanwhile; ``stored`` is what stands there now."""

    def __init__(self, message: Any, stored: Any) -> None:
        super().__init__(message)
        self.stored = stored
