"""What differs between two contents of an entry, as it is shown."""

from typing import Any

import pytest

from actions.models import Entry
from actions.views import differing
from tests.follow_up import content

DOCUMENT = {"title": "Law", "address": "https://law.be/1", "kind": "law", "date": ""}


def shown(entry: Entry, **texts: Any) -> list[tuple[str, str]]:
    """Return each heading that differs, with the pieces that went and came."""
    for name, value in content(**texts).items():
        setattr(entry, name, value)
    rows = differing.changes(content(evidence=[DOCUMENT]), entry)
    return [
        (str(row["heading"]), "".join(p.text for p in row["pieces"] if p.kind != "same"))
        for row in rows
    ]


@pytest.mark.django_db
def test_a_language_and_the_kind_or_date_of_a_document_are_differences(entry) -> None:
    assert shown(entry, evidence=[DOCUMENT]) == []
    assert shown(entry, evidence=[DOCUMENT], language="fr") == [
        ("Language of the texts", "Nederlands\nfrançais")
    ]
    assert shown(entry, evidence=[DOCUMENT], unchanged=True) == [
        ("Texts of last year still true", "no\nyes")
    ]
    later = DOCUMENT | {"date": "2026-01-31"}
    assert shown(entry, evidence=[later]) == [("Evidence", " · 2026-01-31")]
    other = DOCUMENT | {"kind": "other"}
    assert shown(entry, evidence=[other]) == [("Evidence", " · Law or regulation")]
