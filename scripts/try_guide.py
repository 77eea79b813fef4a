"""Runs every command of "A machine of its own" in docs/operations.md on a new Debian 12.

    sudo python3 scripts/try_guide.py [--from COMMIT] [--folder FOLDER] [--keep]

The commands are read from the document. A bare Debian 12 is made in a folder (debootstrap), with
a network of its own (slirp4netns), and started by its systemd (systemd-nspawn): no port, unit or
file of this machine is touched. Release 1 is an earlier commit, with today's guide; release 2 is
this one. Blocks that are marked as not tried are left out, and these alone; a block that holds
what cannot run here must be so marked.

Between the blocks it is looked at what they made: a page through nginx, a letter with a code, the
score of the units, rows that are equal after all was lost, the release that runs. It takes some
ten minutes, needs root and a way to the packages of Debian and Python, and is no part of any
level of tests.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "operations.md"
CHAPTER = "A machine of its own: Debian 12"
MIRROR = "http://deb.debian.org/debian"
NEEDED = ("debootstrap", "systemd-nspawn", "slirp4netns", "ip", "nsenter", "git")
# What needs a host that others reach; blocks with it are marked, and no others.
CANNOT = re.compile(r"^certbot\b", re.MULTILINE)
NOT_TRIED = "not tried"
# Authorities that this machine trusts beside the usual ones, so that the new one does too.
AUTHORITIES = Path("/usr/local/share/ca-certificates")
MARK = ".made-by-try-guide"
SITE = "https://napmonitor.example.org"
ASK = (
    "curl --fail --silent --show-error --cacert /etc/ssl/certs/napmonitor.pem"
    " --resolve napmonitor.example.org:443:127.0.0.1 "
)
FOLDER = "/var/backups/napmonitor"
SECONDS = 900
# The score of systemd-analyze security: 10 is open, 0 is closed; above 4 stands "medium".
HIGHEST_SCORE = 2.0
Found = TypeVar("Found")


class Block(NamedTuple):
    """A block of commands: under which heading, what it says, and whether it is tried."""

    heading: str
    commands: str
    is_tried: bool


class GuideError(Exception):
    """The guide is not as it says."""


# --- The document ---------------------------------------------------------------------


def blocks(text: str) -> list[Block]:
    """Return the blocks of the chapter in order; raises where a mark is missing or wrong."""
    _before, found, rest = text.partition(f"\n## {CHAPTER}\n")
    if not found:
        raise GuideError(f"There is no chapter “{CHAPTER}”.")
    chapter = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    heading, result, said = "", [], ""
    for part in re.split(r"^(```[^\n]*\n.*?^```$)", chapter, flags=re.MULTILINE | re.DOTALL):
        if not part.startswith("```"):
            headings = re.findall(r"^### (.+)$", part, re.MULTILINE)
            heading, said = (headings or [heading])[-1], part.split("\n### ")[-1]
            continue
        kind, commands = part.removesuffix("```")[3:].split("\n", 1)
        result.append(block(heading, kind, commands, said))
    return result


def block(heading: str, kind: str, commands: str, said: str) -> Block:
    """Return a block, after looking at its mark and at what readers see of it."""
    if kind not in {"sh", f"sh {NOT_TRIED}"}:
        raise GuideError(f"{heading}: a block is “{kind}”, not sh.")
    is_tried = kind == "sh"
    if is_tried == bool(CANNOT.search(commands)):
        raise GuideError(f"{heading}: a block is marked as not tried, or is not, but should be.")
    if is_tried == ("**Not tried**" in said):
        raise GuideError(f"{heading}: what stands before a block says something else of it.")
    return Block(heading, commands, is_tried)


# --- The machine ------------------------------------------------------------------------


class Machine:
    """A new Debian 12 that runs in a folder."""

    def __init__(self, folder: Path, leader: int) -> None:
        """Take the folder, and the first process of the machine."""
        self.folder, self.leader = folder, leader
        if pids_of(leader) == pids_of("self"):
            raise GuideError("The new machine is not apart from this one.")

    def run(self, commands: str) -> str:
        """Run commands as root on the machine, as somebody who types them; return the output."""
        enter = ["nsenter", "--target", str(self.leader), "--all", "--"]
        # Whatever goes wrong above: on no other machine.
        guarded = f"[ -e /{MARK} ] || exit 99\nset -euo pipefail\ncd /root\n{commands}"
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive",
            "PIP_CERT": "/etc/ssl/certs/ca-certificates.crt", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }  # fmt: skip
        done = subprocess.run(
            [*enter, "bash", "-c", guarded], env=environment, text=True, timeout=SECONDS,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        if done.returncode:
            raise GuideError(f"Exit code {done.returncode}:\n{commands}\n{done.stdout[-4000:]}")
        return done.stdout


def pids_of(process: int | str) -> Path:
    """Return the space of numbers in which a process lives."""
    return Path(f"/proc/{process}/ns/pid").readlink()


@contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """Make a bare Debian 12 in a folder, start it, and stop it at the end."""
    print("A bare Debian 12 …", flush=True)
    include = "--include=systemd-sysv,dbus"
    bare = ["debootstrap", "--variant=minbase", include, "bookworm", str(folder), MIRROR]
    subprocess.run(bare, stdout=subprocess.DEVNULL, check=True)
    (folder / MARK).touch()
    security = "deb http://security.debian.org/debian-security bookworm-security main\n"
    (folder / "etc/apt/sources.list").write_text(f"deb {MIRROR} bookworm main\n{security}")
    if AUTHORITIES.is_dir():
        shutil.copytree(AUTHORITIES, folder / AUTHORITIES.relative_to("/"), dirs_exist_ok=True)
    with ExitStack() as stack:
        network = stack.enter_context(network_of_its_own())
        log = stack.enter_context((folder.parent / "boot.log").open("wb"))
        nspawn = subprocess.Popen(
            [
                "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot",
                "--resolv-conf=off", f"--network-namespace-path=/run/netns/{network}",
                f"--directory={folder}",
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        stack.callback(ended, nspawn)
        (folder / "etc/resolv.conf").write_text("nameserver 10.0.2.3\n")
        found = Machine(folder, wait_for(lambda: first_process(nspawn.pid)))
        wait_for(lambda: is_running(found))
        yield found


@contextmanager
def network_of_its_own() -> Iterator[str]:
    """Have a network from which the machine reaches packages, and nobody reaches it."""
    name = f"guide-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        slirp = subprocess.Popen(
            ["slirp4netns", "--configure", "--netns-type=path", f"/run/netns/{name}", "tap0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield name
        finally:
            slirp.terminate()
            slirp.wait()
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=False)


def first_process(nspawn: int) -> int:
    """Return the machine's process 1, as it is numbered here; 0 as long as there is none."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            told = dict(
                line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line
            )
        except OSError:
            continue
        if told["NSpid"].split()[-1:] == ["1"] and int(told["PPid"]) == nspawn:
            return int(told["Pid"])
    return 0


def is_running(machine: Machine) -> bool:
    """Tell whether the machine has started; what it lacks of a real one does not matter."""
    try:
        state = machine.run("systemctl is-system-running || true").strip()
    except GuideError:
        return False
    return state in {"running", "degraded"}


def ended(nspawn: "subprocess.Popen[bytes]") -> None:
    """Switch the machine off."""
    nspawn.terminate()
    try:
        nspawn.wait(timeout=60)
    except subprocess.TimeoutExpired:
        nspawn.kill()
        nspawn.wait()


def wait_for(question: Callable[[], Found], seconds: float = 60) -> Found:
    """Return the answer to a question as soon as it is true."""
    end = time.monotonic() + seconds
    while not (found := question()):
        if time.monotonic() > end:
            raise GuideError("The new machine did not come so far.")
        time.sleep(0.5)
    return found


# --- The releases -----------------------------------------------------------------------


def git(*arguments: str) -> str:
    """Return what git says."""
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.strip()


def archive(commit: str, target: Path, *, today: str) -> None:
    """Store a release as the guide says; an earlier one with the guide's examples of today."""
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name)
        for what, paths in ((commit, []), (today, ["docs"])):
            made = subprocess.run(
                ["git", "archive", what, *paths], cwd=ROOT, stdout=subprocess.PIPE, check=True
            )
            subprocess.run(["tar", "--extract", "--directory", name], input=made.stdout, check=True)
        (tree / "RELEASE").write_text(f"{commit}\n")
        names = sorted(path.name for path in tree.iterdir())
        make = ["tar", "--create", "--gzip", "--file", str(target), "--directory", name, *names]
        subprocess.run(make, check=True)


# --- What is looked at --------------------------------------------------------------------

# A mail server that keeps what it is given: one file for each letter.
MAIL = r"""
import socketserver, time
class Mail(socketserver.StreamRequestHandler):
    def handle(self):
        say = lambda text: self.wfile.write(text.encode() + b"\r\n")
        say("220 mail")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                say("354 go on")
                with open(f"/root/letters/{time.time_ns()}", "wb") as file:
                    while (line := self.rfile.readline()) != b".\r\n":
                        file.write(line)
            if word == b"QUIT":
                return say("221 bye")
            say("250 ok")
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("127.0.0.1", 25), Mail).serve_forever()
"""
SIGN_IN = f"""
rm -f /root/letters/* /root/jar
ask="{ASK} --location --cookie /root/jar --cookie-jar /root/jar"
ask="$ask --referer {SITE}/nl/account/sign-in/"
token() {{ sed -n 's/.*name="csrfmiddlewaretoken" value="\\([^"]*\\)".*/\\1/p' | head -n 1; }}
first=$($ask {SITE}/nl/account/sign-in/ | token)
$ask --data csrfmiddlewaretoken="$first" --data email=somebody@example.org \\
    {SITE}/nl/account/sign-in/ > /root/asked.html
for _ in $(seq 60); do ls /root/letters/* >/dev/null 2>&1 && break; sleep 0.5; done
cat /root/letters/*
"""


def see(holds: bool, told: str) -> None:  # noqa: FBT001  a sentence of its own
    """Raise if something does not hold."""
    if not holds:
        raise GuideError(told)


SAMPLES = ("sample_accounts", "load_sample", "load_sample_edition")
AS_IN_DEVELOPMENT = (
    "systemd-run --quiet --wait --collect --pipe --uid=napmonitor --gid=napmonitor"
    " --property=EnvironmentFile=/etc/napmonitor.env --property=WorkingDirectory=/opt/napmonitor"
    " --setenv=DEBUG=1 /opt/napmonitor/.venv/bin/python manage.py"
)


class Checks:
    """What is looked at after the blocks under a heading."""

    def __init__(self, machine: Machine, releases: tuple[str, str]) -> None:
        """Take the machine and the commits of its two releases."""
        self.machine, self.releases = machine, releases

    def rows(self, name: str) -> list[dict[str, object]]:
        """Return what a backup says of each table: its columns, how many rows, their checksum."""
        path = f"{FOLDER}/{name}"
        read = f"import zipfile; print(zipfile.ZipFile('{path}').read('manifest.json').decode())"
        manifest = json.loads(self.machine.run(f'python3 -c "{read}"'))
        tables: list[dict[str, object]] = manifest["tables"]
        return tables

    def page(self, path: str) -> str:
        """Return a page as nginx gives it."""
        return self.machine.run(f"{ASK} {SITE}{path}")

    def runs(self, number: int) -> None:
        """See that a release runs, behind nginx, and both services with it."""
        self.machine.run(f"for _ in $(seq 60); do {ASK} {SITE}/ready/ && break; sleep 1; done")
        see(self.page("/ready/").startswith("ok"), "The site is not ready.")
        see("<h1" in self.page("/nl/plans/nap2/actions/"), "There is no list of actions.")
        self.machine.run("systemctl is-active napmonitor napmonitor-work napmonitor-backup.timer")
        found = self.machine.run("cat /opt/napmonitor/RELEASE").strip()
        see(found == self.releases[number - 1], f"Release {found} runs.")

    def services(self) -> None:
        """See how closed the units are, and that nothing of the site can be changed by it."""
        for unit in ("napmonitor", "napmonitor-work", "napmonitor-backup"):
            said = self.machine.run(f"systemd-analyze security {unit}.service || true")
            score = float(re.findall(r"level for [^:]+: ([\d.]+)", said)[0])
            see(score <= HIGHEST_SCORE, f"{unit} is too open: {score}.")
            print(f"   {unit}.service: exposure {score}")
        owner = self.machine.run("stat --format %a:%U /etc/napmonitor.env").strip()
        see(owner == "600:root", f"The settings are {owner}.")

    def nginx(self) -> None:
        """See a page, and sign in: a code comes by letter."""
        self.runs(1)
        (self.machine.folder / "root/mail.py").write_text(MAIL)
        self.machine.run("mkdir -p letters\nsystemd-run --quiet --unit=mail python3 /root/mail.py")
        letter = self.machine.run(SIGN_IN)
        see("\nTo: somebody@example.org" in letter.replace("\r", ""), f"No letter:\n{letter}")
        print("   a page and a letter with a code came")
        # Something to lose: rounds with entries, and a published report.
        self.machine.run("\n".join(f"{AS_IN_DEVELOPMENT} {name}" for name in SAMPLES))

    def all_is_lost(self) -> None:
        """See that what was restored equals what there was, before anything works on it."""
        self.machine.run(f"napmonitor-manage backup {FOLDER}/again.zip")
        pairs = list(zip(self.rows("by-hand.zip"), self.rows("again.zip"), strict=True))
        # The next row gets a key that none ever had: it may have been unknown which was the last.
        kept = [({**was, "last_key": 0}, {**now, "last_key": 0}) for was, now in pairs]
        differ = [str(was["table"]) for was, now in kept if was != now]
        see(not differ, f"Not as they were: {', '.join(differ)}.")
        count = sum(int(str(table["rows"])) for table, _now in pairs)
        print(f"   {count:,} rows in {len(pairs)} tables are equal")


def try_guide(machine: Machine, found: list[Block], releases: tuple[str, str]) -> None:
    """Run the blocks in order, and look at what they made."""
    checks = Checks(machine, releases)
    later = "A later release"
    after: dict[str, Callable[[], None]] = {
        "The services": checks.services,
        "nginx": checks.nginx,
        "All is lost": checks.all_is_lost,
        "Once it is restored": lambda: checks.runs(1),
        later: lambda: checks.runs(2),
        "Back to the release before": lambda: checks.runs(1),
    }
    headings = list(dict.fromkeys(block.heading for block in found))
    if missing := set(after) - set(headings):
        raise GuideError(f"The guide has no {', '.join(sorted(missing))}.")
    for heading in headings:
        run_under(machine, heading, found)
        after.get(heading, lambda: None)()
        if heading == later:
            # The drill holds with the release of today as well.
            machine.run(f"rm {FOLDER}/by-hand.zip {FOLDER}/again.zip")
            for again in ("A backup", "All is lost", "Once it is restored"):
                run_under(machine, again, found)
                (checks.all_is_lost if again == "All is lost" else lambda: None)()
            checks.runs(2)


def run_under(machine: Machine, heading: str, found: list[Block]) -> None:
    """Run the blocks under a heading; say how long it took, and what was left out."""
    print(heading, flush=True)
    for each in (block for block in found if block.heading == heading):
        if not each.is_tried:
            print(f"   not tried: {each.commands.strip()!r}", flush=True)
            continue
        start = time.monotonic()
        machine.run(each.commands)
        lines = len(each.commands.strip().splitlines())
        print(f"   {lines} lines, {time.monotonic() - start:.0f} s", flush=True)


def main() -> int:
    """Try the guide; return 0 if it holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--from", dest="earlier", default="HEAD", help="the commit of release 1")
    parser.add_argument("--folder", type=Path, help="where the machine is made (2 GB)")
    parser.add_argument("--keep", action="store_true", help="leave the folder there")
    options = parser.parse_args()
    found = blocks(GUIDE.read_text(encoding="utf-8"))
    if os.geteuid() != 0 or not all(map(shutil.which, NEEDED)):
        print(f"This needs root, and {', '.join(NEEDED)}.", file=sys.stderr)
        return 2
    today = git("stash", "create") or git("rev-parse", "HEAD")
    commits = [git("rev-parse", options.earlier), today]
    folder = Path(tempfile.mkdtemp(prefix="guide-", dir=options.folder))
    start = time.monotonic()
    try:
        with machine(folder / "debian") as made:
            for number, commit in enumerate(commits, start=1):
                target = made.folder / f"root/napmonitor-{number}.tar.gz"
                archive(commit, target, today=today)
            try_guide(made, found, (commits[0], commits[1]))
    except GuideError as error:
        print(f"The guide does not hold. {error}", file=sys.stderr)
        return 1
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    tried = [block for block in found if block.is_tried]
    print(f"{len(tried)} blocks tried, {len(found) - len(tried)} marked and left out; "
          f"{time.monotonic() - start:.0f} s")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
