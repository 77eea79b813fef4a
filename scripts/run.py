"""Starts napmonitor on this machine with plans, sample accounts and sample rounds (make run)."""

import os
import runpy
import sys
import threading
from pathlib import Path

import django
from django.core.management import call_command
from django.utils import autoreload
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


def main(arguments: list[str]) -> int:
    """Prepare the database, then serve until Ctrl-C; changes to the code are picked up."""
    port = " ".join(arguments)
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DEBUG", "1")
    os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "napmonitor.settings")
    # Each change of the code starts this script anew in a second process, which only serves.
    if autoreload.DJANGO_AUTORELOAD_ENV not in os.environ:
        if problem := port_problem(port):
            print(problem, file=sys.stderr)
            return 1
        for step in STEPS:
            manage(*step)
        print(addresses(port), flush=True)
    sys.argv = [__file__, *arguments]
    autoreload.run_with_reloader(serve, port)
    return 0


def serve(port: str) -> None:
    """Serve, and send letters, printed here, and make files, as long as this process runs.

    A fault in the code is printed, and looked at again when the file has changed.
    """
    autoreload.check_errors(django.setup)()
    threading.Thread(target=call_command, args=["work"], daemon=True).start()
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)


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
