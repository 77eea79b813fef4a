"""A process of its own that sets one document with Typst: JSON in, PDF out.

It lives for one document, as the compiler's cache grows without end, and knows nothing of the
project: pdf.py starts it by its path.
"""

import json
import sys
from pathlib import Path

import typst

STANDARDS = ["ua-1", "a-2a"]


def main() -> int:
    """Read {template, fonts, timestamp, format, data}; write the document, or say why not."""
    order = json.load(sys.stdin)
    try:
        found = typst.compile(
            order["template"],
            font_paths=typst.Fonts(
                include_system_fonts=False,
                include_embedded_fonts=False,
                font_paths=[order["fonts"]],
            ),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": order["data"]},
            pdf_standards=STANDARDS,  # type: ignore[arg-type]
            timestamp=order["timestamp"],
            # No package is ever asked for; if one were, nothing may be fetched.
            package_path=Path(order["template"]).parent,
            package_cache_path=Path(order["template"]).parent,
        )
    except typst.TypstError as error:
        sys.stderr.write(error.message)
        return 1
    sys.stdout.buffer.write(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
