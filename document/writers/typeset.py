"""A process of its own that sets one document with Typst: JSON in, PDF out.

It lives for one document, as the compiler's cache grows without end, and knows nothing of the
project: pdf.py starts it by its path.
"""

import json
import sys
from pathlib import Path

import typst


def main() -> int:
    """Read {template, timestamp, data}; write the document, or say why there is none."""
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[Path(__file__).resolve().parent.parent / "fonts"],
    )
    order = json.load(sys.stdin)
    folder = Path(order["template"]).parent
    try:
        found = typst.compile(
            order["template"],
            font_paths=fonts,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": order["data"]},
            pdf_standards=["ua-1", "a-2a"],
            timestamp=order["timestamp"],
            # No package is ever asked for; if one were, nothing may be fetched.
            package_path=folder,
            package_cache_path=folder,
        )
    except (typst.TypstError, RuntimeError) as error:
        sys.stderr.write(str(getattr(error, "message", error)))
        return 1
    sys.stdout.buffer.write(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
