"""How a command that goes on for ever is asked to stop."""

import signal
import threading
from types import FrameType


def stop_signal() -> threading.Event:
    """Return what is set once the process is asked to end (SIGTERM, Ctrl-C)."""
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ask)
    return stop
