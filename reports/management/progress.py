"""A line that says how far a command is, on a terminal only."""

from types import TracebackType
from typing import Any


class Progress:
    """One line that is written over; nothing where the output is no terminal."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.is_shown = bool(stream.isatty())
        self.width = 0

    def __enter__(self) -> "Progress":
        return self

    def say(self, text: str) -> None:
        """Show what is at work now."""
        if self.is_shown:
            self._write(f"\r{text:<{self.width}}")
            self.width = len(text)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wipe the line."""
        if self.is_shown and self.width:
            self._write("\r" + " " * self.width + "\r")

    def _write(self, text: str) -> None:
        self.stream.write(text, style_func=str, ending="")  # no error, so not in red
        self.stream.flush()
