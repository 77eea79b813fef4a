"""Runs a command with CHROMIUM naming a browser; says so where there is none.

.venv/bin/python scripts/browser.py .venv/bin/python -m pytest -m browser
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
LEFT_OUT = (
    "The browser tests were left out: there is no Chromium here. "
    "Install it, or name one: make test CHROMIUM=/path/to/chromium"
)


def main(command: list[str]) -> int:
    """Run the command if a browser can be had; return the exit code."""
    named = os.environ.get("CHROMIUM")
    if named and not shutil.which(named):
        print(f"CHROMIUM names {named}, which is not a program.", file=sys.stderr)
        return 1
    browser = find(os.environ)
    if browser is None and can_install():
        install()
        browser = find(os.environ)
    if browser is None:
        print(LEFT_OUT)
        return code_without_browser(os.environ)
    return subprocess.run(command, env={**os.environ, "CHROMIUM": browser}, check=False).returncode


def find(environment: Mapping[str, str]) -> str | None:
    """Return the path of the browser named in CHROMIUM, or of the first one installed."""
    names = [environment["CHROMIUM"]] if environment.get("CHROMIUM") else NAMES
    found = (shutil.which(name, path=environment.get("PATH")) for name in names)
    return next(filter(None, found), None)


def code_without_browser(environment: Mapping[str, str]) -> int:
    """Return 1 in continuous integration, where nothing may be left out in silence."""
    return 1 if environment.get("CI") == "true" else 0


def can_install() -> bool:
    """Tell whether this is Debian, or one like it, and we may install packages."""
    return os.geteuid() == 0 and Path("/etc/debian_version").exists()


def install() -> None:
    """Install Debian's chromium; a failure shows itself as a missing browser."""
    print("Installing chromium for the browser tests ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Another run may be installing as well: wait for it.
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        command = ["apt-get", "-qq", *wait, *arguments]
        # Only what goes wrong is worth reading.
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
