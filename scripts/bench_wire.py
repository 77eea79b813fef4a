"""Measures the pages over a slow line: bytes, requests, the largest paint, what jumps (make bench).

A telephone of 412 px with a processor four times slower, 1.6 Mbit/s and 150 ms; the site as the
guide starts it, with the sample rounds, or with a copy of the SQLite file that is named:

    .venv/bin/python scripts/bench_wire.py [DATABASE]
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import browser
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from run import STEPS
from serving import serving

ROOT = Path(__file__).resolve().parent.parent
LINE = {
    "offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750,
}  # fmt: skip
SLOWER = 4
SCREEN: Any = {"width": 412, "height": 823}
OVERVIEW = "overview"
REPORT = "report, HTML"
PAGES = {
    OVERVIEW: "/nl/",
    "list": "/nl/plans/nap2/actions/",
    "action": "/nl/plans/nap2/actions/7/",
    "actors": "/nl/plans/nap2/actors/",
    "actor": "/nl/plans/nap2/actors/fps-justice/",
    "groups": "/nl/plans/nap2/themes/",
    "section": "/nl/plans/nap2/sections/2/",
    "theme": "/nl/plans/nap2/themes/public-procurement/",
    "search": "/nl/search/?q=mensenrechten",
    "reports": "/nl/plans/nap2/reports/",
    "report": "/nl/plans/nap2/reports/{year}/",
    REPORT: "/nl/plans/nap2/reports/{year}/e1/",
    "what changed": "/nl/plans/nap2/reports/compare/",
    "about": "/nl/about/",
    "open data": "/nl/data/",
}
SIZES = {OVERVIEW: 110_000, REPORT: 80_000}  # of a first visit, in bytes
LATER = 30_000  # bytes of a page of somebody who was on the overview
MOST_REQUESTS = 12  # of a first visit of the overview
PAINTED = 1.2  # seconds
JUMPS = 0.02
SETTLED = 700  # milliseconds after the last byte, in which what is late still moves
WATCH = """
window.__shift = 0; window.__paint = 0;
new PerformanceObserver(list => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.__shift += one.value;
}).observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => {
  for (const one of list.getEntries()) window.__paint = one.startTime;
}).observe({type: "largest-contentful-paint", buffered: true});
"""


class Visit(NamedTuple):
    """What a page took: bytes and requests, seconds to the largest paint, how much it jumped."""

    size: int
    requests: int
    paint: float
    shift: float


def main(arguments: list[str]) -> int:
    """Print what each page takes on a first visit and on a later one, and the agreed limits."""
    program = browser.find(os.environ)
    if program is None:
        print("The pages over a slow line were left out: there is no Chromium here.")
        return 0
    with (
        TemporaryDirectory() as folder,
        served(Path(folder), arguments) as address,
        sync_playwright() as playwright,
    ):
        quiet = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = playwright.chromium.launch(executable_path=program, args=quiet)
        places = {name: address + path for name, path in known(address).items()}
        both(chromium, places, OVERVIEW)  # the browser itself has just started
        found = {name: both(chromium, places, name) for name in places}
        chromium.close()
    for line in table(found):
        print(line)
    for said, value, limit in limits(found):
        print(f"{'met' if value <= limit else 'NOT MET'}: {said}: {value:g} (at most {limit:g})")
    return 0


# --- The site ---------------------------------------------------------------------------


@contextmanager
def served(folder: Path, given: list[str]) -> Iterator[str]:
    """Serve the samples, or a copy of a database, as in production; yield the address."""
    env = {key: value for key, value in os.environ.items() if key != "DEBUG"} | {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "localhost",
        "INSECURE_HTTP": "1",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "SEARCH_DIR": str(folder / "search"),
        "STATIC_ROOT": str(folder / "static"),
        "WEB_CONCURRENCY": "1",
    }
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        address = f"http://localhost:{listener.getsockname()[1]}"
        env["SITE_URL"] = address
        if given:
            shutil.copy(given[0], folder / "db.sqlite3")
        else:
            for step in STEPS:
                manage(step, env | {"DEBUG": "1"})
        manage(("collectstatic", "--no-input", "--verbosity", "0"), env)
        with serving(listener, env):
            yield address


def manage(step: tuple[str, ...], env: dict[str, str]) -> None:
    """Run a command of manage.py, whose words nobody needs here."""
    command = [sys.executable, "manage.py", *step]
    subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, check=True)


def known(address: str) -> dict[str, str]:
    """Return the pages with the newest year that has a report; each was made once, and is kept."""
    report = address + PAGES["report"]
    year = next(year for year in range(2030, 2020, -1) if answers(report.format(year=year)))
    found = {name: path.format(year=year) for name, path in PAGES.items()}
    for path in found.values():
        if not answers(address + path):
            raise RuntimeError(path)
    return found


def answers(address: str) -> bool:
    """Tell whether there is a page, in each way in which it may be packed."""
    place = urlsplit(address)
    for way in ("br", "gzip"):
        with closing(HTTPConnection(place.netloc, timeout=60)) as line:
            line.request(
                "GET",
                place.path + (f"?{place.query}" if place.query else ""),
                headers={"Accept-Encoding": way},
            )
            if line.getresponse().status != HTTPStatus.OK:
                return False
    return True


# --- Visits -----------------------------------------------------------------------------


def both(chromium: Browser, places: dict[str, str], name: str) -> tuple[Visit, Visit]:
    """Return a first visit of a page, and one by a reader who comes from another page."""
    with closing(chromium.new_context(viewport=SCREEN, device_scale_factor=2)) as fresh:
        first = visit(fresh, places[name])
    before = "about" if name == OVERVIEW else OVERVIEW
    with closing(chromium.new_context(viewport=SCREEN, device_scale_factor=2)) as known_to:
        visit(known_to, places[before])
        later = visit(known_to, places[name])
    return first, later


def visit(context: BrowserContext, address: str) -> Visit:
    """Open a page over the slow line, and return what it took."""
    page = context.new_page()
    wire = context.new_cdp_session(page)
    sizes: dict[str, int] = {}

    def arrived(said: dict[str, Any]) -> None:
        sizes[said["requestId"]] = int(said["encodedDataLength"])

    wire.on("Network.loadingFinished", arrived)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", LINE)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(WATCH)
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(SETTLED)
    paint, shift = page.evaluate("[window.__paint, window.__shift]")
    page.close()
    sent = [size for size in sizes.values() if size]
    return Visit(sum(sent), len(sent), paint / 1000, shift)


# --- What is said -----------------------------------------------------------------------


def table(found: dict[str, tuple[Visit, Visit]]) -> Iterator[str]:
    """Yield the lines of the table."""
    heads = ("kB", "requests", "LCP s", "CLS")
    yield f"{'over a slow line':<18}{'first visit':>38}{'later visit':>38}"
    yield f"{'':<18}" + ("{:>9}{:>10}{:>10}{:>9}" * 2).format(*heads, *heads)
    for name, visits in found.items():
        yield f"{name:<18}" + "".join(
            f"{one.size / 1000:>9.1f}{one.requests:>10}{one.paint:>10.2f}{one.shift:>9.3f}"
            for one in visits
        )


def limits(found: dict[str, tuple[Visit, Visit]]) -> Iterator[tuple[str, float, float]]:
    """Yield the agreed limits: what, how much it is, how much it may be."""
    yield f"{OVERVIEW}, first visit, requests", found[OVERVIEW][0].requests, MOST_REQUESTS
    for name, size in SIZES.items():
        yield f"{name}, first visit, kB", round(found[name][0].size / 1000, 1), size / 1000
    later = {name: visits[1].size for name, visits in found.items() if name != REPORT}
    largest = max(later, key=lambda name: later[name])
    yield f"{largest}, later visit, kB", round(later[largest] / 1000, 1), LATER / 1000
    for kind, which in (("first", 0), ("later", 1)):
        for said, column, limit in (("LCP in s", 2, PAINTED), ("CLS", 3, JUMPS)):
            values = {name: float(visits[which][column]) for name, visits in found.items()}
            worst = max(values, key=lambda name: values[name])
            yield f"{worst}, {kind} visit, {said}", round(values[worst], 3), limit


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
