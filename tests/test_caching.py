"""Pages may be shared by all processes of a machine; where that fails they are made anew."""

import json
import os
import pickle
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from napmonitor.caching import SharedFolder

PAGE = "/nl/plans/nap2/actions/1/"
OPENED = (
    "actions/", "actions/?level=brussels", "actions/1/", "actions.json", "actions.csv", "actors/",
    "actors/fisd/", "themes/", "reports/", "reports/compare/", "calendar.ics",
)  # fmt: skip
PAGE_KEPT = (b"\x00packed\n\xff", {"Content-Type": "text/html", "Content-Encoding": "br"})


def shared(folder: Path) -> SharedFolder:
    """Return such a cache; another one of the same folder is what another process has."""
    return SharedFolder(str(folder), {"TIMEOUT": 3600})


def test_what_one_process_keeps_another_one_finds(tmp_path: Path) -> None:
    shared(tmp_path / "pages").set("key", PAGE_KEPT)
    assert shared(tmp_path / "pages").get("key") == PAGE_KEPT
    assert (tmp_path / "pages").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"no JSON\n",
        b"[]\n",
        b"{}\npage",
        b'{"until": null, "size": 4, "headers": {}}\npag',
        b'{"until": "x"}\n',
    ],
)
def test_a_page_that_cannot_be_read_is_not_there(tmp_path: Path, broken: bytes) -> None:
    shared(tmp_path).set("key", PAGE_KEPT)
    (file,) = tmp_path.glob("*.djcache")
    file.write_bytes(broken)
    assert shared(tmp_path).get("key", "none") == "none"
    shared(tmp_path).set("key", PAGE_KEPT)
    assert shared(tmp_path).get("key") == PAGE_KEPT


def test_what_somebody_pickled_into_the_folder_is_not_run(tmp_path: Path) -> None:
    shared(tmp_path).set("key", PAGE_KEPT)
    (file,) = tmp_path.glob("*.djcache")
    file.write_bytes(pickle.dumps(None) + zlib.compress(pickle.dumps(Path("x"))))
    assert shared(tmp_path).get("key", "none") == "none"


def test_a_page_goes_when_its_time_is_over_and_old_ones_make_room(tmp_path: Path) -> None:
    cache = SharedFolder(str(tmp_path), {"OPTIONS": {"MAX_ENTRIES": 3}})
    cache.set("old", PAGE_KEPT, timeout=-1)
    assert cache.get("old") is None
    assert list(tmp_path.iterdir()) == []
    for number in range(9):
        cache.set(f"key{number}", PAGE_KEPT)
    assert len(list(tmp_path.iterdir())) <= 3
    assert cache.get("key8") == PAGE_KEPT


def test_where_nothing_can_be_kept_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = shared(tmp_path / "file" / "pages")
    cache.set("key", PAGE_KEPT)
    assert cache.get("key", "none") == "none"


@pytest.mark.django_db
def test_a_page_from_the_shared_folder_says_the_same(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = client.get(PAGE).content
    monkeypatch.setitem(caches.settings, "pages", place(tmp_path))
    connections: Any = caches
    monkeypatch.delattr(connections._connections, "pages", raising=False)  # noqa: SLF001
    assert [client.get(PAGE).content for _time in range(2)] == [plain, plain]
    assert len(list(tmp_path.glob("*.djcache"))) == 1


@pytest.mark.django_db
def test_what_readers_open_writes_nothing(client: Client) -> None:
    """So that a replica of the database, which takes no writes, can serve them."""
    addresses = [f"/nl/plans/nap2/{rest}" for rest in OPENED]
    with CaptureQueriesContext(connection) as asked:
        codes = {client.get(address).status_code for address in ["/nl/", "/nl/data/", *addresses]}
    assert codes == {200}
    verbs = {query["sql"].split(" ")[0] for query in asked.captured_queries}
    assert verbs == {"SELECT"}


def place(folder: Path) -> dict[str, Any]:
    """Return the settings of a cache in a folder."""
    return {"BACKEND": "napmonitor.caching.SharedFolder", "LOCATION": str(folder)}


@pytest.mark.slow
def test_a_setting_names_the_folder(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name == "PATH"}
    code = (
        "import json, napmonitor.settings as s; "
        "print(json.dumps({k: [v['BACKEND'], v['LOCATION']] for k, v in s.CACHES.items()}))"
    )
    found = {}
    for given in ("", str(tmp_path)):
        env = kept | {"DEBUG": "1", "DATABASE_URL": "sqlite:////dev/null", "PAGES_DIR": given}
        told = subprocess.run(
            [sys.executable, "-c", code], env=env, cwd=settings.BASE_DIR, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        found[given] = json.loads(told.stdout)
    memory = "django.core.cache.backends.locmem.LocMemCache"
    assert found[""]["pages"] == [memory, "pages"]
    assert found[""]["questions"] == [memory, "questions"]
    for name in ("pages", "questions"):
        where = str(tmp_path / name)
        assert found[str(tmp_path)][name] == ["napmonitor.caching.SharedFolder", where]
    # Limits on attempts are shared by all machines, whatever keeps pages.
    assert {place["default"][1] for place in found.values()} == {"actions_shared"}
