"""Tests of the scripts behind make: environment, port, browser, templates and vendored files."""

import ast
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen
from zipfile import ZipFile

import browser
import check_templates
import check_vendor
import environment
import psycopg
import pytest
import run
import template_database
import trim_css
import try_guide

SCRIPTS = Path(environment.__file__).parent


def execute(name: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script with this Python, as make does."""
    return subprocess.run(
        [sys.executable, str(SCRIPTS / name), *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def taken_port():
    """Return a port on which somebody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield str(listener.getsockname()[1])


@pytest.fixture
def program(tmp_path: Path) -> str:
    """Return the path of a program that stands in for a browser."""
    path = tmp_path / "bin" / "google-chrome"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


# --- Python ---------------------------------------------------------------------


@pytest.mark.parametrize("version", [(2, 7, 18, "final", 0), (3, 6, 9), (3, 10, 14)])
def test_a_python_that_is_too_old_is_named_with_a_way_out(version):
    problem = environment.python_problem(version)
    assert problem.startswith("napmonitor needs Python 3.11 or newer; this is ")
    assert ".".join(map(str, version[:3])) + ". " in problem
    assert problem.endswith("make run PYTHON=python3.12")


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_a_python_that_is_new_enough_is_no_problem(version):
    assert environment.python_problem(version) is None


def test_the_environment_script_parses_on_old_pythons():
    tree = ast.parse((SCRIPTS / "environment.py").read_bytes(), feature_version=(3, 4))
    new = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.Match, ast.Starred, ast.Nonlocal)
    assert [node for node in ast.walk(tree) if isinstance(node, new)] == []
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    annotated = [f.name for f in functions if f.returns or any(a.annotation for a in f.args.args)]
    assert annotated == []


def test_a_missing_module_is_named_with_the_debian_package():
    problem = environment.module_problem(("venv", "no_such_module"), (3, 11, 2))
    assert "no_such_module is missing" in problem
    assert "python3-venv (or python3.11-venv)" in problem


def test_present_modules_are_no_problem():
    assert environment.module_problem(("venv", "json"), sys.version_info) is None


# --- Port ------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "80a", "8000 9000", "1.5", "²"])
def test_a_port_must_be_a_number_in_range(text):
    assert "must be a number from 1 to 65535" in environment.port_problem(text)


def test_a_taken_port_is_named_with_another_to_try(taken_port):
    problem = environment.port_problem(taken_port)
    assert (
        problem
        == f"Port {taken_port} is taken. Choose another: make run PORT={int(taken_port) + 1}"
    )


def test_a_free_port_is_no_problem(taken_port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        free = str(other.getsockname()[1])
    assert environment.port_problem(free) is None


def test_the_site_does_not_start_on_a_taken_port(taken_port):
    result = execute("run.py", taken_port)
    assert result.returncode == 1
    assert result.stderr.startswith(f"Port {taken_port} is taken.")


def test_the_port_is_checked_before_anything_is_installed(taken_port):
    result = execute("environment.py", "runtime", "--port", taken_port)
    assert (result.returncode, result.stdout) == (1, "")
    assert "is taken" in result.stderr


def test_the_addresses_name_every_language_and_the_admin():
    block = run.addresses("8123")
    for page in ("nl", "fr", "de", "en", "nl/desk", "fr/desk", "admin"):
        assert f"http://127.0.0.1:8123/{page}/\n" in block


@pytest.fixture
def free_port() -> str:
    """Return a port on which nobody listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        return str(other.getsockname()[1])


# As a terminal starts it; whoever runs the tests in the background has Ctrl-C switched off.
RUN = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def wait_for_answer(port: str, end: float) -> None:
    """Wait until the site answers with a page."""
    address = f"http://127.0.0.1:{port}/nl/method/"
    while time.monotonic() < end:
        with suppress(OSError), urlopen(address, timeout=5) as response:
            assert response.status == 200
            return
        time.sleep(0.2)
    raise AssertionError("the site did not answer again")


@pytest.mark.slow
@pytest.mark.whole
def test_the_site_starts_with_samples_sends_letters_follows_the_code_and_stops_at_ctrl_c(
    tmp_path, free_port
):
    # Of the template, which is made by the same first steps.
    path = shutil.copy(template_database.sqlite(), tmp_path / "db.sqlite3")
    variables = {
        "DATABASE_URL": f"sqlite:///{path}",
        "DEMO_PASSWORD": "only for this test",
        "PYTHONPATH": os.pathsep.join([str(SCRIPTS), str(tmp_path)]),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
    }
    inherited = {name: value for name, value in os.environ.items() if name != "SITE_URL"}
    log = tmp_path / "log"
    # A module that every Python here imports at its start.
    changing = tmp_path / "sitecustomize.py"
    changing.write_text("print('The code as it was.')")
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-c", RUN, str(SCRIPTS / "run.py"), free_port],
            env={**inherited, **variables},
            stdout=out,
            stderr=out,
            # So that the second process, which serves, can be ended with the first.
            start_new_session=True,
        )
    try:
        end = time.monotonic() + 600
        while "Letters: 1 sent." not in log.read_text():
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.5)
        # Again and again: a change before the reloader has looked for the first time is not seen.
        while "The code as it is now." not in log.read_text():
            assert time.monotonic() < end, log.read_text()
            changing.write_text("print('The code as it is now.')")
            time.sleep(1.5)
        wait_for_answer(free_port, end)
        server.send_signal(signal.SIGINT)
        code = server.wait(timeout=120)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    said = log.read_text()
    assert "Sample rounds: 2024 (closed) and 2025 (open).\n" in said
    assert "Sample report: 2024 (published); 2025 is a draft.\n" in said
    assert "To: contributor@example.org\n" in said
    assert f"http://127.0.0.1:{free_port}/fr/desk/entries/" in said
    assert said.index("The code as it was.") < said.index("The code as it is now.")
    assert (code, "Traceback" in said) == (0, False)


# --- The environment ------------------------------------------------------------


@pytest.fixture
def pins(tmp_path: Path) -> list[str]:
    """Return two requirements files that name no package, so nothing is downloaded."""
    names = [str(tmp_path / name) for name in environment.REQUIREMENTS["dev"]]
    for name in names:
        Path(name).write_text("# nothing\n")
    return names


@pytest.fixture
def made(tmp_path: Path, pins: list[str]) -> str:
    """Return an environment that is installed and up to date; its Python is a link."""
    folder = tmp_path / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    environment.write_stamp(str(folder), pins)
    return str(folder)


def usable(folder: str) -> bool:
    """Tell whether the environment would be kept."""
    return environment.is_usable(folder, environment.read_stamp(folder))


@pytest.mark.slow
@pytest.mark.whole
def test_an_environment_is_made_once_and_then_left_alone(tmp_path, pins, capsys):
    folder = str(tmp_path / "new")
    assert environment.prepare(folder, pins) is None
    assert "Making the Python environment in new" in capsys.readouterr().out
    assert environment.prepare(folder, pins) is None
    assert capsys.readouterr().out == ""
    assert usable(folder)


def test_what_is_installed_for_development_serves_for_running(made, pins, capsys):
    assert environment.prepare(made, pins[:1]) is None
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_the_development_packages_are_added_to_what_is_there(made, pins, capsys):
    environment.write_stamp(made, pins[:1])
    assert environment.prepare(made, pins) is None
    assert capsys.readouterr().out.startswith("Installing requirements.txt and requirements-dev")


@pytest.mark.slow
@pytest.mark.whole
def test_changed_pins_make_the_environment_anew(made, pins, capsys):
    left_over = Path(made) / "left-over"
    left_over.touch()
    Path(pins[0]).write_text("# still nothing\n")
    assert environment.prepare(made, pins) is None
    assert "Making the Python environment" in capsys.readouterr().out
    assert not left_over.exists()


def test_an_interrupted_installation_does_not_look_finished(made, pins):
    Path(pins[0]).write_text("no-such-package-here\n")
    problem = environment.install(made, pins)
    assert problem.startswith("The packages could not be installed. Is there a network connection?")
    assert environment.read_stamp(made) == {}
    assert not usable(made)


def test_an_environment_whose_python_vanished_is_not_usable(made):
    assert usable(made)
    Path(made, "bin", "python").unlink()
    assert not usable(made)


def test_an_environment_whose_python_is_too_old_is_not_usable(made):
    python = Path(made, "bin", "python")
    python.unlink()
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    assert not usable(made)


def test_an_environment_in_a_moved_folder_is_not_usable(made):
    moved = Path(made).rename(Path(made).with_name("moved"))
    assert not usable(str(moved))


# --- What is installed ------------------------------------------------------------


def wheel(folder: Path, name: str, version: str, *needs: str) -> Path:
    """Write a package that does nothing."""
    info = f"{name}-{version}.dist-info"
    required = "".join(f"Requires-Dist: {need}\n" for need in needs)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{required}"
    kind = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", metadata + "Provides-Extra: more\n")
        archive.writestr(f"{info}/WHEEL", kind)
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an index that offers two packages, each also in a newer release than the pins."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "index"
    for name, needs in (("asking", ["asked[more]>=1"]), ("asked", [])):
        (folder / name).mkdir(parents=True)
        found = [wheel(folder / name, name, version, *needs) for version in ("1.0", "2.0")]
        links = "".join(f'<a href="{path.name}">{path.name}</a>' for path in found)
        (folder / name / "index.html").write_text(links)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", folder.as_uri())
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "cache"))
    return folder


def pin(index: Path, *names: str, digest: str = "") -> str:
    """Return the lines that pin the older releases with their hashes."""
    found = [(name, index / name / f"{name}-1.0-py3-none-any.whl") for name in names]
    return "".join(
        f"{name}==1.0 --hash=sha256:{digest or check_vendor.checksum(path)}\n"
        for name, path in found
    )


@pytest.fixture
def bare(tmp_path: Path) -> str:
    """Return an environment in which nothing but pip is installed."""
    folder = str(tmp_path / ".venv")
    assert environment.create(folder) is None
    return folder


def installed(folder: str) -> set[str]:
    """Return what is in an environment, each package with its release."""
    command = [environment.python_of(folder), "-m", "pip", "list", "--format", "freeze"]
    return set(subprocess.check_output(command, text=True).split())


@pytest.mark.slow
def test_exactly_the_pins_are_installed_whatever_was_released_since(bare, index, pins) -> None:
    asking, asked = map(Path, pins)
    asking.write_text(pin(index, "asking"))

    asked.write_text(pin(index, "asked", digest="0" * 64))
    assert environment.install(bare, pins) == (
        "Nothing was installed: what was downloaded as asked==1.0 is not the package that is "
        "pinned (its SHA-256 differs)."
    )
    assert not {"asking==1.0", "asked==1.0"} & installed(bare)

    asked.write_text("")
    problem = environment.install(bare, pins)
    assert problem is not None
    assert problem.startswith("The pinned packages lack something that they need")
    assert "asking 1.0 requires asked, which is not installed." in problem
    assert environment.read_stamp(bare) == {}

    asked.write_text(pin(index, "asked"))
    assert environment.install(bare, pins) is None
    assert {"asking==1.0", "asked==1.0"} <= installed(bare)
    assert environment.prepare(bare, pins) is None


# --- PostgreSQL --------------------------------------------------------------------


@pytest.mark.slow
def test_two_servers_at_once_share_nothing_and_leave_nothing() -> None:
    script = "import os; print(os.environ['DATABASE_URL'], flush=True); input()"
    command = [sys.executable, str(SCRIPTS / "with_postgres.py"), sys.executable, "-c", script]
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _turn in range(2)
    ]
    addresses = []
    for process in both:
        assert process.stdout is not None
        addresses.append(process.stdout.readline().strip())
    folders = [Path(address.partition("host=")[2]) for address in addresses]
    assert len(set(folders)) == 2
    for address in addresses:
        with psycopg.connect(address) as server:
            assert server.execute("SELECT count(*) FROM pg_stat_activity").fetchone()
    for process in both:
        process.communicate("\n", timeout=60)
    assert [process.returncode for process in both] == [0, 0]
    assert [folder.exists() for folder in folders] == [False, False]


# --- Browser ---------------------------------------------------------------------


def test_an_installed_browser_is_found_by_its_usual_name(program):
    assert browser.find({"PATH": str(Path(program).parent)}) == program


def test_a_named_browser_comes_first(program):
    assert browser.find({"CHROMIUM": sys.executable, "PATH": str(Path(program).parent)}) == (
        sys.executable
    )


def test_no_browser_is_found_where_there_is_none(tmp_path):
    assert browser.find({"PATH": str(tmp_path)}) is None


def test_a_missing_browser_is_a_failure_in_continuous_integration_only():
    assert browser.code_without_browser({}) == 0
    assert browser.code_without_browser({"CI": "true"}) == 1


def test_the_command_is_told_which_browser_to_use(program):
    question = "import os; print(os.environ['CHROMIUM']); raise SystemExit(7)"
    result = execute("browser.py", sys.executable, "-c", question, CHROMIUM=program)
    assert (result.returncode, result.stdout.strip()) == (7, program)


def test_a_named_browser_that_does_not_exist_is_a_failure():
    result = execute("browser.py", "true", CHROMIUM="/no/such/browser")
    assert result.returncode == 1
    assert "/no/such/browser" in result.stderr


# --- Templates --------------------------------------------------------------------


def test_no_line_of_a_template_is_too_long():
    assert check_templates.problems(check_templates.ROOT) == []


def test_a_line_that_is_too_long_is_named(tmp_path):
    for name in ("templates/x.html", "reports/letters/y.txt", "actions/z.py", "docs/w.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{'é' * 120}\n{'é' * 143}\n")
    assert check_templates.problems(tmp_path) == [
        "reports/letters/y.txt:2 has 143 columns; at most 120.",
        "templates/x.html:2 has 143 columns; at most 120.",
    ]


def test_every_kind_of_template_is_looked_at():
    names = {path.name for path in check_templates.templates(check_templates.ROOT)}
    assert {"base.html", "report.html", "round_opened.txt"} <= names


# --- Vendored files ---------------------------------------------------------------


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """Return a folder with one vendored file and one font, both listed."""
    for name in ("vendor/a.css", "fonts/b.woff2", "fonts/fonts.css", "vendor/README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    listed = ("vendor/a.css", "fonts/b.woff2")
    lines = [f"{check_vendor.checksum(tmp_path / name)}  {name}\n" for name in listed]
    (tmp_path / check_vendor.SUMS).write_text("".join(lines))
    return tmp_path


def test_the_vendored_files_of_the_site_are_the_reviewed_ones():
    assert check_vendor.problems(check_vendor.STATIC) == []


def test_the_fonts_of_the_report_are_the_reviewed_ones():
    assert check_vendor.problems(check_vendor.REPORTS, check_vendor.REPORT_SUMS) == []


def test_untouched_vendored_files_give_no_problems(static):
    assert check_vendor.problems(static) == []


def test_a_tampered_vendored_file_is_found(static):
    (static / "vendor/a.css").write_text("changed")
    assert check_vendor.problems(static) == [
        "vendor/a.css is not the file that was vendored: its SHA-256 differs."
    ]


def test_a_missing_and_an_unlisted_vendored_file_are_found(static):
    (static / "fonts/b.woff2").rename(static / "fonts/c.woff2")
    assert check_vendor.problems(static) == [
        "fonts/b.woff2 is listed in vendor/SHA256SUMS but missing.",
        "fonts/c.woff2 is not listed in vendor/SHA256SUMS.",
    ]


# --- The guide of a machine of its own --------------------------------------------------


def guide(*blocks: str) -> str:
    """Return a document with the chapter that is tried."""
    return "\n".join(["# Guide", "", f"## {try_guide.CHAPTER}", "", *blocks, "", "## After", ""])


def test_the_guide_marks_what_cannot_be_tried_and_nothing_else():
    found = try_guide.blocks(try_guide.GUIDE.read_text(encoding="utf-8"))
    assert len(found) >= 15
    assert [block.heading for block in found if not block.is_tried] == ["nginx"]


def test_the_commands_of_the_guide_are_taken_from_it():
    text = guide("### One", "", "```sh", "echo 1", "echo 2", "```", "", "```sh", "echo 3", "```")
    assert try_guide.blocks(text) == [
        ("One", "echo 1\necho 2\n", True), ("One", "echo 3\n", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "lines",
    [
        ["```sh", "certbot --nginx", "```"],
        ["**Not tried**: a page.", "", "```sh not tried", "echo 1", "```"],
        ["```sh not tried", "certbot --nginx", "```"],
        ["**Not tried**: a page.", "", "```sh", "echo 1", "```"],
        ["```python", "print(1)", "```"],
    ],
    ids=["unmarked", "marked for nothing", "marked unseen", "said, not marked", "of another kind"],
)
def test_a_guide_with_a_wrong_mark_is_refused(lines):
    with pytest.raises(try_guide.GuideError, match="One: "):
        try_guide.blocks(guide("### One", "", *lines))


# --- What readers load of Bootstrap -----------------------------------------------------


def test_of_a_style_sheet_the_rules_stay_whose_classes_are_used() -> None:
    css = (
        '@charset "utf-8";/* who */'
        ":root,[data-bs-theme=light]{--bs-a:1px;--bs-b:var(--bs-a);--bs-c:2}"
        "[data-bs-theme=dark]{--bs-a:2px}a:not(.x,.y),p,.row>.unknown{margin:var(--bs-b)}"
        "@media (min-width:1px){.unknown{margin:0}.row{margin:1px}}"
        "@media print{.unknown{margin:2px}}"
        "@keyframes turn{to{top:0}}.unknown{margin:3px}.only{--bs-c:3}"
    )
    assert trim_css.trimmed(css, {"row", "x", "y", "only"}).split("\n") == [
        ":root,[data-bs-theme=light]{--bs-a:1px;--bs-b:var(--bs-a);}",
        "a:not(.x,.y),p{margin:var(--bs-b)}",
        "@media (min-width:1px){.row{margin:1px}",
        "}",
        "@keyframes turn{to{top:0}",
        "}",
        "",
    ]


def test_what_readers_load_of_bootstrap_is_what_the_script_makes() -> None:
    assert trim_css.main(["--check"]) == 0
    assert trim_css.TRIMMED.stat().st_size * 5 < trim_css.WHOLE.stat().st_size
