"""Paths of this site, and what looks like one and leads elsewhere."""

import pytest

from actions.rules.own_paths import LONGEST, own_path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/", "/"),
        ("/en/plans/nap2/actions/22.1/", "/en/plans/nap2/actions/22.1/"),
        ("/fr/é/", "/fr/é/"),
        ("/en/search/?q=somebody", "/en/search/"),
        ("/en/method/#roles", "/en/method/"),
        ("/en/invitation/s3cret/", "/en/invitation/…/"),
        ("", ""),
        ("en/method/", ""),
        ("//evil.example/", ""),
        ("/\\evil.example/", ""),
        ("\\\\evil.example/", ""),
        ("/\t/evil.example/", ""),
        ("/en/\r\nSet-Cookie: a=b", ""),
        ("/en/\x00", ""),
        ("/en/\u202egnorw/", ""),
        ("/en/two words/", ""),
        ("https://evil.example/", ""),
        ("javascript:alert(1)", ""),
        (" /en/", ""),
        ("/" + "x" * LONGEST, ""),
        ("?", ""),
    ],
)
def test_only_a_path_of_this_site_is_one(text: str, path: str) -> None:
    assert own_path(text) == path
