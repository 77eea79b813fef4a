"""Log lines as JSON, one object a line, for a service that collects them."""

import json
import logging


class JsonFormatter(logging.Formatter):
    """Format a record as one line of JSON: time, level, logger, message, and an error's trace."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; request details are left out, as they may hold personal data."""
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
