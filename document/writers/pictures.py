"""Charts as pictures, for Word: SVG in, PNG out, drawn by Typst in a process of its own.

The process lives for one report, as the compiler's cache grows without end. It runs this file
by its path, so nothing of the project is imported here.
"""

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FONTS = Path(__file__).resolve().parent.parent / "fonts"
RESOLUTION = 200  # dots an inch
WIDTH = 459  # points, as wide as the text
TIMEOUT = 60  # seconds; a report has four charts, 40 ms each
PAGES = """
#set page(width: auto, height: auto, margin: 0pt)
#for svg in json(bytes(sys.inputs.svgs)) {
  page(image(bytes(svg), format: "svg", width: %dpt))
}
"""


def pictures(svgs: Sequence[str]) -> list[bytes]:
    """Return a PNG for each SVG: the same bytes for the same drawing.

    Raises CalledProcessError or TimeoutExpired where one cannot be drawn.
    """
    if not svgs:
        return []
    done = subprocess.run(  # noqa: S603 - our own program, our own Python
        [sys.executable, "-I", __file__],
        input=json.dumps(svgs).encode(),
        capture_output=True,
        timeout=TIMEOUT,
        check=True,
    )
    return [base64.b64decode(picture) for picture in json.loads(done.stdout)]


def _draw(svgs: list[str]) -> list[bytes]:
    import typst  # noqa: PLC0415 - heavy, and wanted in the process alone

    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder, "pictures.typ")
        template.write_text(PAGES % WIDTH, encoding="utf-8")
        found: Any = typst.compile(
            str(template),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format="png",
            ppi=RESOLUTION,
            sys_inputs={"svgs": json.dumps(svgs)},
        )
    # One picture comes alone.
    return found if isinstance(found, list) else [found]


if __name__ == "__main__":
    drawn = _draw(json.load(sys.stdin))
    json.dump([base64.b64encode(picture).decode() for picture in drawn], sys.stdout)
