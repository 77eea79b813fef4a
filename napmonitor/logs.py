"""Log lines as JSON, one object a line, for a service that collects them; no live link in any."""

import json
import logging
import re
from contextvars import ContextVar
from typing import Any

# What stands in an address after these words lets in whoever has it.
SECRET = re.compile(r"(/(?:invitation|feed)/)[^/\s\"'<>?#]+")

# The number of the request that is being answered here, "" outside of any.
request_number: ContextVar[str] = ContextVar("request_number", default="")


def without_secrets(text: str) -> str:
    """Return a text without the secret part of the addresses of invitations and feeds."""
    return SECRET.sub(r"\1…", text)


def account_of(request: Any) -> int | None:
    """Return whose request it is, where that was read already: a log asks no database."""
    user = getattr(request, "__dict__", {}).get("_cached_user")
    key: int | None = getattr(user, "pk", None)
    return key


class PlainFormatter(logging.Formatter):
    """Format a record as ever, without live links; for people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines."""
        return without_secrets(super().format(record))


class JsonFormatter(logging.Formatter):
    """Format a record as one line of JSON: time, level, logger, message, and an error's trace.

    Where a request is answered, its number too, and the key of the account if it is known by then;
    what the record brings as ``facts`` stands beside.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; request details are left out, as they may hold personal data."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if number := request_number.get():
            line["request"] = number
        if account := account_of(getattr(record, "request", None)):
            line["account"] = account
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["error"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
