"""Checks that the vendored files are those which were reviewed (their SHA256SUMS)."""

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "napmonitor" / "static"
FOLDERS = ("vendor", "fonts")
SUMS = "vendor/SHA256SUMS"
# The fonts of the report, which no page loads.
REPORTS = ROOT / "document"
REPORT_SUMS = "fonts/SHA256SUMS"
# Written by us: these may change without anybody comparing checksums.
OWN = {SUMS, REPORT_SUMS, "vendor/README.md", "fonts/README.md", "fonts/fonts.css"}


def main() -> int:
    """Print every problem; return 1 if there is one."""
    found = problems(STATIC) + problems(REPORTS, REPORT_SUMS)
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


def problems(root: Path, sums: str = SUMS) -> list[str]:
    """Return one sentence for each file that is changed, missing or not listed."""
    listed = read_sums(root / sums)
    present = {
        path.relative_to(root).as_posix()
        for folder in FOLDERS
        for path in (root / folder).rglob("*")
        if path.is_file()
    }
    found = [f"{name} is listed in {sums} but missing." for name in sorted(listed.keys() - present)]
    found += [f"{name} is not listed in {sums}." for name in sorted(present - listed.keys() - OWN)]
    found += [
        f"{name} is not the file that was vendored: its SHA-256 differs."
        for name in sorted(present & listed.keys())
        if checksum(root / name) != listed[name]
    ]
    return found


def read_sums(path: Path) -> dict[str, str]:
    """Return the listed checksums by file name; the format is that of sha256sum."""
    lines = (line.split("  ", 1) for line in path.read_text().splitlines())
    return {name: digest for digest, name in lines}


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
