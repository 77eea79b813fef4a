"""Public pages and files go out packed, as the reader's browser takes them; a member's never."""

import gzip
from typing import Any

import brotli
import pytest
from django.core.cache import caches
from django.test import Client, RequestFactory

from actions.models import User
from actions.views import compression
from tests import published

pytestmark = pytest.mark.django_db

PAGE = "/nl/plans/nap2/actions/"
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.mark.parametrize(
    ("offered", "way"),
    [
        ("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("GZIP", "gzip"),
        ("", ""), ("identity", ""), ("br;q=0, gzip;q=0.5", "gzip"), ("br;q=0.0,*;q=0.1", "gzip"),
        ("*", "br"), ("*;q=0", ""), ("gzip;q=0, *", "br"), ("br ; q=0.001", "br"),
        ("nonsense;;;,\x00, q=1", ""), ("br;q=x", ""), ("," * 100_000, ""),
    ],
)  # fmt: skip
def test_a_page_is_packed_as_the_browser_takes_it(offered: str, way: str) -> None:
    assert compression.way(RequestFactory().get("/", headers={"accept-encoding": offered})) == way


@pytest.mark.parametrize("way", ["br", "gzip", ""])
def test_packed_it_says_the_same(client: Client, way: str) -> None:
    plain = client.get(PAGE).content
    for _time in range(2):  # made, and from the cache
        found = client.get(PAGE, headers={"accept-encoding": way})
        assert found.get("Content-Encoding", "") == way
        assert UNPACK[way](found.content) == plain
        assert "Accept-Encoding" in found["Vary"]
        assert way == "" or len(found.content) * 5 < len(plain)


def test_who_has_a_page_has_it_however_it_was_packed(client: Client) -> None:
    etag = client.get(PAGE, headers={"accept-encoding": "br"})["ETag"]
    found = client.get(PAGE, headers={"accept-encoding": "gzip", "if-none-match": etag})
    assert found.status_code == 304
    assert found.content == b""


def test_a_page_with_secrets_of_its_reader_is_not_packed(office: User, sign_in: Any) -> None:
    client = sign_in(office)
    for path in ("/en/", "/en/secretariat/members/"):
        found = client.get(path, headers={"accept-encoding": "br, gzip"})
        assert found.status_code == 200
        assert "Content-Encoding" not in found


def test_a_page_with_a_form_to_sign_in_is_not_packed(client: Client) -> None:
    found = client.get("/en/account/sign-in/", headers={"accept-encoding": "br, gzip"})
    assert "csrfmiddlewaretoken" in found.content.decode()
    assert "Content-Encoding" not in found


def test_pages_are_kept_as_they_are_sent(client: Client) -> None:
    client.get(PAGE, headers={"accept-encoding": "br"})
    pages: Any = caches["pages"]
    assert len(pages._cache) == 1  # noqa: SLF001  nothing else shows what it holds
    client.get(PAGE, headers={"accept-encoding": "gzip"})
    assert len(pages._cache) == 2  # noqa: SLF001


@pytest.mark.parametrize("way", ["br", "gzip"])
def test_the_files_of_a_report_come_out_byte_for_byte(
    story: published.Story, client: Client, way: str
) -> None:
    page = f"/nl/plans/small/reports/{story.second.round.year}/e1/"
    plain = client.get(page)
    for _time in range(2):
        found = client.get(page, headers={"accept-encoding": way})
        assert UNPACK[found.get("Content-Encoding", "")](found.content) == plain.content
        assert found["Content-Security-Policy"] == plain["Content-Security-Policy"]
        assert found["ETag"] == plain["ETag"]


def test_what_is_packed_by_itself_is_left_alone(client: Client) -> None:
    found = client.get("/nl/plans/nap2/actions.xlsx", headers={"accept-encoding": "br"})
    assert found.status_code == 200
    assert "Content-Encoding" not in found
