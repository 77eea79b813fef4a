"""Makes css/bootstrap.css: of Bootstrap what the site may use, 7 of 23 packed kilobytes.

A rule stays where each class that it names stands as a word in a template, a script, or Python that
speaks of classes of HTML, of ours or of the packages that make our pages; a rule of elements alone
stays. ``--check`` tells whether the file is what this makes: a class used for the first time needs
it made anew.
"""

import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "napmonitor" / "static"
WHOLE = STATIC / "vendor" / "bootstrap" / "bootstrap.min.css"
TRIMMED = STATIC / "css" / "bootstrap.css"
OURS = ("templates/**/*.html", "actions/**/*.py", "reports/**/*.py", "napmonitor/static/js/*.js")
PACKAGES = ("crispy_bootstrap5", "crispy_forms", "allauth")
CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
WORD = re.compile(r"-?[_a-zA-Z][\w-]*")
OF_HTML = re.compile(r"""css_class|["']class["']|class=["']""")
HEAD = (
    "/* What is used of Bootstrap 5.3 (MIT, see vendor/bootstrap/LICENSE): scripts/trim_css.py */\n"
)


def main(arguments: list[str]) -> int:
    """Write the file, or tell whether it is as it should be."""
    made = HEAD + trimmed(WHOLE.read_text("utf-8"), words())
    if arguments == ["--check"]:
        if TRIMMED.read_text("utf-8") == made:
            return 0
        print(f"{TRIMMED.relative_to(ROOT)} is not what {sys.argv[0]} makes: run it.")
        return 1
    TRIMMED.write_text(made, "utf-8")
    return 0


def words() -> set[str]:
    """Return every word that may be a class of a page."""
    found: set[str] = set()
    for path in sources():
        text = path.read_text("utf-8")
        if path.suffix != ".py" or OF_HTML.search(text):
            found.update(WORD.findall(text))
    return found


def sources() -> Iterator[Path]:
    """Yield the files that pages are made of."""
    for pattern in OURS:
        yield from ROOT.glob(pattern)
    for name in PACKAGES:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(name)
        yield from (Path(spec.origin).parent / "templates").rglob("*.html")


def trimmed(css: str, used: set[str]) -> str:
    """Return the rules whose classes are used, then without variables that no rule asks for."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    kept = "".join(rules(css, used))
    while (fewer := without_idle(kept)) != kept:
        kept = fewer
    return kept.replace("}", "}\n")


def without_idle(css: str) -> str:
    """Return rules without the variables that none of them asks for, and without empty ones."""
    asked = set(re.findall(r"var\((--[\w-]+)", css))

    def kept(found: re.Match[str]) -> str:
        return found[0] if found[1] in asked else ""

    css = re.sub(r"(?<=[{;])(--bs-[\w-]+):[^;}]*;?", kept, css)
    return re.sub(r"[^{}]*\{\}", "", css)


def rules(css: str, used: set[str]) -> Iterator[str]:
    """Yield the rules that stay, one after the other."""
    for head, body in blocks(css):
        if head.startswith(("@media", "@supports")):
            inner = "".join(rules(body, used))
            if inner:
                yield f"{head}{{{inner}}}"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        else:
            selectors = [one for one in split(head) if is_used(one, used)]
            if selectors:
                yield f"{','.join(selectors)}{{{body}}}"


def is_used(selector: str, used: set[str]) -> bool:
    """Tell whether each class of a selector is a word of the site, and it is no dark theme."""
    return "data-bs-theme=dark" not in selector and set(CLASS.findall(selector)) <= used


def split(head: str) -> list[str]:
    """Return the selectors of a list; a comma inside brackets parts none."""
    return re.split(r",(?![^(]*\))", head)


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each pair of outer braces, and what stands in it."""
    depth = start = opened = 0
    for place, sign in enumerate(css):
        if sign == "{":
            depth += 1
            if depth == 1:
                opened = place
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened].strip(), css[opened + 1 : place]
                start = place + 1
        elif sign == ";" and depth == 0:  # @charset and the like
            start = place + 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
