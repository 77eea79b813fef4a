"""Addresses of evidence: completed, encoded, several at once, and those that open inside only."""

import pytest

from actions.rules.addresses import encoded, opens_inside_only, several


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://x.be/a?b=c#d", "https://x.be/a?b=c#d"),
        (" www.x.be ", "https://www.x.be"),
        ("x.be/verslag 2025.pdf", "https://x.be/verslag%202025.pdf"),
        ("https://x.be/évaluation", "https://x.be/%C3%A9valuation"),
        ("https://x.be/a%20b", "https://x.be/a%20b"),
        ("https://münchen.example/ü", "https://xn--mnchen-3ya.example/%C3%BC"),
        ("https://x.be:8443/a", "https://x.be:8443/a"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
        ("note of the meeting", "note of the meeting"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("file:///G:/nota.pdf", "file:///G:/nota.pdf"),
        ("https://[broken", "https://[broken"),
        ("", ""),
    ],
)
def test_an_address_is_completed_and_encoded_or_left_as_it_was_typed(typed, kept) -> None:
    assert encoded(typed) == kept
    assert encoded(kept) == kept


def test_several_that_were_pasted_at_once_are_told_apart() -> None:
    typed = "https://x.be/a b\nwww.y.be/1; http://z.be/2,3"
    assert several(typed) == ["https://x.be/a%20b", "https://www.y.be/1", "http://z.be/2,3"]
    assert several("  ") == []


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("http://intranet/page", True),
        ("https://portal.fisd.local/x", True),
        ("http://10.1.2.3/x", True),
        ("http://192.168.0.1", True),
        ("http://localhost:8000", True),
        ("http://[fd00::1]/", True),
        ("https://www.example.org/x", False),
        ("http://8.8.8.8/", False),
        ("https://localhost.example.org/", False),
        ("https://[broken", False),
    ],
)
def test_what_opens_inside_an_organisation_only_is_known(address, inside) -> None:
    assert opens_inside_only(address) == inside
