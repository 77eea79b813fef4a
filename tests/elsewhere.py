"""What another process makes of the same report: other hashes, another zone, another locale."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = """
import hashlib, django
django.setup()
from document import content
from tests.reports.specimen import specimen
{making}
print(*(hashlib.sha256(one).hexdigest() for one in made))
"""


def digests(making: str, **environment: str) -> list[str]:
    """Return the SHA-256 of each file that a program puts into ``made``, run by itself."""
    facts = {"DJANGO_SETTINGS_MODULE": "napmonitor.settings", "DEBUG": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(making=making)],
        cwd=ROOT,
        env=os.environ | facts | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()
