"""Checks that no line of a template is too long to be read."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("templates", "actions", "reports")
ENDINGS = {".html", ".txt"}
MOST_COLUMNS = 120  # as max_line_length says to djlint, which measures nothing when it only lints


def main() -> int:
    """Print every problem; return 1 if there is one."""
    found = problems(ROOT)
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


def problems(root: Path) -> list[str]:
    """Return one sentence for each line that is too long."""
    return [
        f"{path.relative_to(root).as_posix()}:{number} has {len(line)} columns; "
        f"at most {MOST_COLUMNS}."
        for path in templates(root)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > MOST_COLUMNS
    ]


def templates(root: Path) -> list[Path]:
    """Return the templates of pages, reports and letters."""
    return sorted(
        path
        for folder in FOLDERS
        for path in (root / folder).rglob("*")
        if path.suffix in ENDINGS and "node_modules" not in path.parts
    )


if __name__ == "__main__":
    sys.exit(main())
