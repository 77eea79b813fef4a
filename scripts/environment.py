"""Makes the virtual environment .venv and installs the pinned packages into it.

    python3 scripts/environment.py runtime [--port 8000]
    python3 scripts/environment.py dev

This file must parse on every Python, old ones too: only then can it say in a
clear sentence that the Python is too old. Hence no f-strings, no annotations
and nothing from outside the standard library.
"""

from __future__ import print_function

import errno
import fcntl
import hashlib
import os
import socket
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, ".venv")
OLDEST = (3, 11)
HIGHEST_PORT = 65535
REQUIREMENTS = {
    "runtime": ["requirements.txt"],
    "dev": ["requirements.txt", "requirements-dev.txt"],
}


def main(arguments):
    """Check what can be checked fast, then make the environment; return the exit code."""
    problem = python_problem(sys.version_info)
    if problem is None and arguments[1:2] == ["--port"]:
        problem = port_problem(" ".join(arguments[2:]))
    if problem is None:
        problem = module_problem(("venv", "ensurepip"), sys.version_info)
    if problem is None:
        files = [os.path.join(ROOT, name) for name in REQUIREMENTS[arguments[0]]]
        problem = prepare(FOLDER, files)
    if problem is not None:
        print(problem, file=sys.stderr)
    return 0 if problem is None else 1


# --- Checks -------------------------------------------------------------------


def python_problem(version):
    """Say what is wrong with this version of Python, or return None."""
    if tuple(version[:2]) >= OLDEST:
        return None
    return (
        "napmonitor needs Python 3.11 or newer; this is {0}. "
        "Name another one: make run PYTHON=python3.12"
    ).format(".".join(str(part) for part in version[:3]))


def module_problem(names, version):
    """Say which module of the standard library is missing, or return None."""
    for name in names:
        try:
            __import__(name)
        except ImportError:
            return (
                "This Python cannot make virtual environments: its module {0} is missing. "
                "On Debian and Ubuntu install the package python3-venv (or python{1}.{2}-venv)."
            ).format(name, version[0], version[1])
    return None


def port_problem(text):
    """Say why nothing can listen on this port of 127.0.0.1, or return None."""
    if not text.isdecimal() or not 1 <= int(text) <= HIGHEST_PORT:
        return "PORT must be a number from 1 to 65535, not '{0}'.".format(text)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # As the server does it: a connection closed a minute ago does not count.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", int(text)))
    except (OSError, socket.error) as error:
        reason = "is taken" if error.errno == errno.EADDRINUSE else "may not be used"
        other = int(text) + 1 if int(text) < HIGHEST_PORT else 8000
        return "Port {0} {1}. Choose another: make run PORT={2}".format(text, reason, other)
    finally:
        listener.close()
    return None


# --- The environment ------------------------------------------------------------


def prepare(folder, files):
    """Bring the environment up to date, one run at a time; return a sentence if that fails."""
    with open(folder + ".lock", "w") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        return prepare_alone(folder, files)


def prepare_alone(folder, files):
    """As prepare; nobody else is at it meanwhile."""
    wanted = checksums(files)
    installed = read_stamp(folder)
    if not is_usable(folder, installed):
        installed = {}
    if all(installed.get(name) == wanted[name] for name in wanted):
        return None
    # A file whose contents changed may also have dropped a package: start anew.
    if not installed or any(installed.get(name, wanted[name]) != wanted[name] for name in wanted):
        print("Making the Python environment in {0} ...".format(os.path.basename(folder)))
        sys.stdout.flush()
        problem = create(folder)
        if problem is not None:
            return problem
    print("Installing {0} ...".format(" and ".join(sorted(wanted, key=len))))
    sys.stdout.flush()
    return install(folder, files)


def create(folder):
    """Make an empty environment; return a sentence if that fails."""
    # Inside an activated .venv, sys.executable would be deleted by --clear.
    python = getattr(sys, "_base_executable", None) or sys.executable
    return run(
        [python, "-m", "venv", "--clear", folder],
        "The Python environment could not be made. The last words of venv:",
    )


def install(folder, files):
    """Install exactly the pinned packages; return a sentence if that fails.

    No resolver looks at the index: what is pinned is installed whatever was released since.
    Only wheels are taken, since a source package is built with whatever is newest that day.
    What is really imported compiles itself: pip would spend ten seconds on all the rest.
    """
    # No stamp while pip works: an interrupted installation must not look finished.
    if os.path.exists(stamp_path(folder)):
        os.remove(stamp_path(folder))
    pip = [python_of(folder), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    command = pip + ["install", "--no-compile", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:"]
    for name in files:
        command += ["-r", name]
    problem = run(
        command,
        "The packages could not be installed. Is there a network connection? "
        "The last words of pip:",
        wrong_package,
    )
    problem = problem or run(
        pip + ["check"],
        "The pinned packages lack something that they need (after a change, run make lock). "
        "The words of pip:",
    )
    if problem is None:
        write_stamp(folder, files)
    return problem


def wrong_package(output):
    """Say which package is not the pinned one, or return None if pip said nothing of it."""
    _, found, rest = output.partition("DO NOT MATCH THE HASHES")
    named = [line.split()[0] for line in rest.splitlines()[1:] if "==" in line]
    if not found or not named:
        return None
    return (
        "Nothing was installed: what was downloaded as {0} is not the package that is pinned "
        "(its SHA-256 differs)."
    ).format(named[0])


def run(command, complaint, explain=None):
    """Run a command in silence; return the complaint and its last lines if it fails.

    Or instead the sentence that ``explain`` makes of its output, if it makes one.
    """
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        return "{0}\n  {1}".format(complaint, error)
    output = process.communicate()[0].decode("utf-8", "replace")
    if process.returncode == 0:
        return None
    sentence = explain(output) if explain else None
    return sentence or "\n  ".join([complaint] + output.strip().splitlines()[-5:])


def is_usable(folder, installed):
    """Tell whether the environment belongs here and its Python still runs and is new enough."""
    if installed.get("folder") != os.path.abspath(folder):
        return False
    question = "import sys; sys.exit(sys.version_info < {0!r})".format(OLDEST)
    return run([python_of(folder), "-c", question], "") is None


def python_of(folder):
    """Return the path of the environment's Python."""
    return os.path.join(folder, "bin", "python")


# --- The stamp ------------------------------------------------------------------


def stamp_path(folder):
    """Return where the stamp lies: what is installed, written after all else worked."""
    return os.path.join(folder, "napmonitor-stamp.txt")


def write_stamp(folder, files):
    """Write down the folder's place and the checksums of what is installed in it."""
    lines = dict(checksums(files), folder=os.path.abspath(folder))
    with open(stamp_path(folder), "w") as stamp:
        for name in sorted(lines):
            stamp.write("{0}\t{1}\n".format(name, lines[name]))


def read_stamp(folder):
    """Return what write_stamp wrote, or nothing if there is no stamp."""
    if not os.path.exists(stamp_path(folder)):
        return {}
    with open(stamp_path(folder)) as stamp:
        return dict(line.rstrip("\n").split("\t", 1) for line in stamp if "\t" in line)


def checksums(files):
    """Return the SHA-256 of each file under its bare name."""
    found = {}
    for name in files:
        with open(name, "rb") as content:
            found[os.path.basename(name)] = hashlib.sha256(content.read()).hexdigest()
    return found


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
