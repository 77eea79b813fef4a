"""Pages that all processes of a machine share, in a folder: a convenience, never a condition."""

import json
import logging
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache

logger = logging.getLogger(__name__)
Page = tuple[bytes, dict[str, str]]


class SharedFolder(FileBasedCache):
    """Keeps pages, content and headers, as files: a line of JSON, then the content as it is sent.

    Django's own cache of files unpickles what it reads; here whoever could write the folder would
    forge a page at most. Where the folder or a file is no good, pages are made anew.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the page that is kept; the default where none is, or none that can be read."""
        try:
            with self._file(key, version).open("rb") as file:
                if self._is_expired(file):
                    return default
                file.seek(0)
                head, content = json.loads(file.readline()), file.read()
                if head["size"] != len(content):
                    raise ValueError(key)
                return content, head["headers"]
        except FileNotFoundError:
            return default
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("A page that is kept cannot be read: %s", type(error).__name__)
            return default

    def set(
        self,
        key: Any,
        value: Page,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        """Keep a page; a full disk, or a folder that nobody may write, keeps nothing."""
        content, headers = value
        head = {
            "until": self.get_backend_timeout(timeout),
            "size": len(content),
            "headers": headers,
        }
        half = ""
        try:
            self._createdir()
            self._cull()  # type: ignore[attr-defined]
            number, half = tempfile.mkstemp(dir=self._dir)  # type: ignore[attr-defined]
            with open(number, "wb") as file:  # noqa: PTH123 - a number, no path
                file.write(json.dumps(head).encode() + b"\n" + content)
            Path(half).replace(self._file(key, version))  # whole or not at all
        except OSError as error:
            logger.warning("A page cannot be kept: %s", type(error).__name__)
            with suppress(OSError):
                Path(half).unlink()

    def touch(self, *_: Any, **__: Any) -> bool:
        """Let nothing last longer: nobody asks for it."""
        return False

    def _file(self, key: Any, version: int | None) -> Path:
        return Path(self._key_to_file(key, version))  # type: ignore[attr-defined]

    def _is_expired(self, file: IO[bytes]) -> bool:
        until = json.loads(file.readline())["until"]
        if until is None or until >= time.time():
            return False
        file.close()
        self._delete(file.name)  # type: ignore[attr-defined]
        return True

    def _createdir(self) -> None:
        with suppress(OSError):  # ``set`` says so
            super()._createdir()  # type: ignore[misc]
