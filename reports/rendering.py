"""Files of an edition, made in short-lived processes that leave the machine to readers.

These processes know nothing of Django: they begin in a moment and open no database.
"""

import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from multiprocessing import get_context, parent_process

from document.errors import RenderError
from document.snapshot import Approval, Snapshot, from_json
from reports.formats import FORMATS, for_approval

AT_ONCE = 2
# Of the 19 steps that there are: readers come first.
NICENESS = 10
ENDED = "the process that made it ended"
# What takes longest comes first, so that none of it is left for the end.
LONGEST = ("pdf", "docx", "html")
Pair = tuple[str, str]


def files(
    content: str, wanted: Sequence[Pair]
) -> Generator[tuple[Pair, bytes | RenderError], None, None]:
    """Yield the files of an edition as they are made: format and language, and the bytes.

    ``content`` is its snapshot as stored. What cannot be made comes as the error that says
    why, and the others go on, also where the process that was at it died.
    """
    lost: list[Pair] = []
    documents = sorted((pair for pair in wanted if FORMATS[pair[0]].is_document), key=_order)
    for pair, found in _together(content, documents):
        if found is None:
            lost.append(pair)
        else:
            yield pair, found
    # Which of them took the process along shows when each is alone.
    for one in lost:
        for pair, found in _together(content, [one]):
            ended = RenderError(ENDED)
            yield pair, ended if found is None else found
    # Data take a moment, and need the words of the data dictionary.
    for pair in wanted:
        if not FORMATS[pair[0]].is_document:
            try:
                yield pair, made(content, *pair)
            except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
                yield pair, named(error)


def alone(snapshot: Snapshot, name: str, language: str) -> bytes:
    """Return one document, made in a process of its own. Raises RenderError."""
    pool = new_pool(1)
    try:
        return pool.submit(_rendered, snapshot, name, language).result()
    except BrokenProcessPool as error:
        raise RenderError(ENDED) from error
    finally:
        pool.shutdown(cancel_futures=True)


def made(content: str, name: str, language: str) -> bytes:
    """Return a file of an edition, made anew from its snapshot as stored.

    Its data are that snapshot byte for byte, in the schema of its day.
    """
    if name == "json":
        return content.encode()
    return FORMATS[name].render(_snapshot(content), language or "en")


def named(error: Exception) -> RenderError:
    """Return a fault as the one that says why a file was not made."""
    if isinstance(error, RenderError):
        return error
    return RenderError(f"{type(error).__name__} {error}".strip())


def _order(pair: Pair) -> tuple[int, Pair]:
    return (LONGEST.index(pair[0]) if pair[0] in LONGEST else len(LONGEST), pair)


def _together(
    content: str, wanted: Sequence[Pair]
) -> Iterator[tuple[Pair, bytes | RenderError | None]]:
    """Yield files as they are made, two at once; None for what died with its process."""
    pool = new_pool(AT_ONCE)
    try:
        asked: dict[Future[bytes], Pair] = {
            pool.submit(made, content, *pair): pair for pair in wanted
        }
        for future in as_completed(asked):
            try:
                yield asked[future], future.result()
            except BrokenProcessPool:
                yield asked[future], None
            except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
                yield asked[future], named(error)
    finally:
        pool.shutdown(cancel_futures=True)


def _rendered(snapshot: Snapshot, name: str, language: str) -> bytes:
    kind = for_approval(name) if isinstance(snapshot, Approval) else FORMATS[name]
    return kind.render(snapshot, language)


def new_pool(size: int) -> ProcessPoolExecutor:
    """Return processes that are begun anew, not copied: this one has threads and a database."""
    return ProcessPoolExecutor(size, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """Begin a process that makes files: with low priority, on one core, until it is ended."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["RAYON_NUM_THREADS"] = "1"
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process once the one that began it is gone, however that ended."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@lru_cache(maxsize=1)
def _snapshot(content: str) -> Snapshot:
    return from_json(content)
