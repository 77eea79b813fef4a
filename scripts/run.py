"""Starts napmonitor on this machine with plans, sample accounts and sample rounds (make run)."""

import os
import runpy
import sys
import threading
from pathlib import Path

from django.core.management import call_command
from environment import port_problem

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("nl", "fr", "de", "en")
STEPS = (
    ("migrate", "--verbosity", "0"),
    ("load_plans", "--new-only"),
    ("sample_accounts",),
    ("load_sample",),
    ("load_sample_edition",),
)
LETTERS_EVERY = 5  # seconds


def main(arguments: list[str]) -> int:
    """Prepare the database, then serve until Ctrl-C."""
    port = " ".join(arguments)
    if problem := port_problem(port):
        print(problem, file=sys.stderr)
        return 1
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DEBUG", "1")
    os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    for step in STEPS:
        manage(*step)
    print(addresses(port), flush=True)
    send_letters()
    manage("runserver", "--noreload", f"127.0.0.1:{port}")
    return 0


def send_letters() -> None:
    """Send the letters of the outbox, printed here, for as long as the server runs.

    In a thread that ends with this process, whichever way it ends.
    """
    every = ["send_letters", "--every", str(LETTERS_EVERY)]
    threading.Thread(target=call_command, args=every, daemon=True).start()


def manage(*arguments: str) -> None:
    """Run manage.py inside this process, so that Ctrl-C reaches one place only.

    A command that fails prints its message and raises SystemExit with its code.
    """
    sys.argv = ["manage.py", *arguments]
    runpy.run_path("manage.py", run_name="__main__")


def addresses(port: str) -> str:
    """Return the block of addresses to open in a browser."""
    site = f"http://127.0.0.1:{port}"
    pages = [f"  {site}/{page}/" for page in LANGUAGES]
    desk = [f"  {site}/{page}/" for page in ("nl/desk", "fr/desk", "admin")]
    lines = ["napmonitor is at", *pages, "Members sign in at", *desk, "Stop it with Ctrl-C."]
    return "\n".join(["", *lines, ""])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
