"""What an entry may say, its versions, and two people who write it at once."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.models import Entry
from actions.refusals import Conflict, Refused
from actions.services import entries
from tests.follow_up import (
    NEXT_DAY,
    NOW,
    Scene,
    content,
    everything,
    refused_fields,
    trail,
    unchanged_by,
)

pytestmark = pytest.mark.django_db

# --- What is written --------------------------------------------------------------


NASTY = ["a\x00b", "a\x0bb", "a\x1bb", "a\x7fb", "a\x85b", "a\u202eb", "a\ue000b", "a\ufdd0b",
         "a\uffffb", "a\U0001fffeb", "a\U000f0000b", "a\U0010ffffb", "a\ud800b"]  # fmt: skip


@pytest.mark.postgresql
@pytest.mark.parametrize("field", ["done", "results", "reason", "sme", "internal"])
def test_characters_without_a_fixed_meaning_are_refused(
    scene: Scene, entry: Entry, field: str
) -> None:
    for text in NASTY:
        given = {field: text}
        assert refused_fields(lambda given=given: scene.save(entry, **given)) == [field]
        assert refused_fields(lambda given=given: scene.submit(entry, **given)) == [field]


def test_a_text_has_at_most_ten_thousand_characters(scene: Scene, entry: Entry) -> None:
    for field in ("done", "next_steps", "internal"):
        for length in (10_001, 1_000_000):
            given = {field: "x" * length}
            assert refused_fields(lambda given=given: scene.save(entry, **given)) == [field]
    assert len(scene.save(entry, done="é" * 10_000).done) == 10_000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "not_reported"),
        ("status", "insufficient"),
        ("status", "excellent"),
        ("status", "DONE"),
        ("status", "done\x00"),
        ("status", None),
        ("status", 3),
        ("status", ["done"]),
        ("status", {}),
        ("language", "it"),
        ("language", "NL"),
        ("language", "nl\x00"),
        ("language", None),
        ("done", None),
        ("done", 3),
        ("done", []),
        ("done", {}),
        ("reason", b"bytes"),
        ("unchanged", None),
        ("unchanged", "true"),
        ("unchanged", 1),
        ("evidence", None),
        ("evidence", {}),
        ("evidence", ""),
        ("evidence", "[]"),
        ("evidence", ()),
        ("evidence", [None]),
        ("evidence", [[]]),
        ("evidence", [{}]),
        ("evidence", [{"title": "x"}]),
    ],
)
def test_a_forged_value_is_refused_at_its_field(
    scene: Scene, entry: Entry, field: str, value: Any
) -> None:
    assert refused_fields(lambda: scene.save(entry, **{field: value})) == [field]
    assert refused_fields(lambda: scene.submit(entry, **{field: value})) == [field]


@pytest.mark.parametrize(
    "name", ["state", "version", "written_by", "responsibility", "round", "expected", "late", "id"]
)
def test_a_form_writes_nothing_but_what_an_entry_says(
    scene: Scene, entry: Entry, name: str
) -> None:
    forged: dict[str, Any] = {name: 1}
    unchanged_by(ValueError, lambda: scene.save(entry, **forged))


def document(**values: str) -> dict[str, str]:
    """Return a good document with other values."""
    good = {"title": "The bill", "address": "https://example.org/bill", "kind": "law", "date": ""}
    return good | values


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "mailto:x@example.org",
        "//example.org",
        "/desk/",
        "example.org",
        "https:",
        "https://",
        "https:///x",
        "https://?x",
        "https:\\\\example.org",
        "https://exam ple.org",
        "https://example.org/a b",
        "https://example.org/\ta",
        "https://example.org/\u00a0a",
        "https://example.org/\u3000a",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://[::1",
        "https://ex\u2100mple.org",
        "https://example.org/\x00",
        "https://example.org/\u202egpj.exe",
        "https://example.org/\ue000",
        "https://example.org/\ud800",
        "https://example.org/" + "x" * 1_000,
    ],
)
def test_a_document_has_an_address_of_the_web_or_none(
    scene: Scene, entry: Entry, address: str
) -> None:
    given = [document(address=address)]
    assert refused_fields(lambda: scene.save(entry, evidence=given)) == ["evidence"]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://example.org:8080/a?b=c#d",
        "https://www.ejustice.just.fgov.be/eli/loi/2021/12/01/2021A12345/justel",
        "https://[2001:db8::1]/x",
        "https://économie.example.org/été",
        "https://bücher.example.org/",
        "HTTPS://EXAMPLE.ORG/",
    ],
)
def test_an_address_of_the_web_is_kept_as_it_was_written(
    scene: Scene, entry: Entry, address: str
) -> None:
    stored = scene.submit(entry, evidence=[document(address=address)])
    assert Entry.objects.get(pk=stored.pk).evidence == [document(address=address)]


@pytest.mark.parametrize(
    "values",
    [
        {"kind": ""},
        {"kind": "selfie"},
        {"kind": "law\x00"},
        {"date": "yesterday"},
        {"date": "2025-02-30"},
        {"date": "2025-13-01"},
        {"date": "01/02/2025"},
        {"date": "2025-01-01\x00"},
        {"title": "x" * 301},
        {"title": "x\x00"},
        {"title": "x\ud800"},
    ],
)
def test_a_document_with_a_forged_part_is_refused(
    scene: Scene, entry: Entry, values: dict[str, str]
) -> None:
    given = [document(**values)]
    assert refused_fields(lambda: scene.save(entry, evidence=given)) == ["evidence"]


def test_a_document_has_nothing_but_its_four_texts(scene: Scene, entry: Entry) -> None:
    for row in (document() | {"x": ""}, document() | {"title": 3}, document() | {"date": None}):
        assert refused_fields(lambda row=row: scene.save(entry, evidence=[row])) == ["evidence"]


def test_an_entry_lists_at_most_twenty_documents(scene: Scene, entry: Entry) -> None:
    assert len(scene.save(entry, evidence=[document()] * 20).evidence) == 20
    many = [document()] * 21
    assert refused_fields(lambda: scene.save(entry, evidence=many)) == ["evidence"]


@pytest.mark.parametrize("missing", ["title", "address"])
def test_a_draft_keeps_half_a_document_that_cannot_be_handed_in(
    scene: Scene, entry: Entry, missing: str
) -> None:
    half = [document(**{missing: " "})]
    assert scene.save(entry, evidence=half).evidence == [document(**{missing: ""})]
    assert refused_fields(lambda: scene.submit(entry, evidence=half)) == ["evidence"]


def test_what_is_handed_in_has_a_status_a_language_and_what_was_done(
    scene: Scene, entry: Entry
) -> None:
    nothing: dict[str, Any] = {"status": "", "language": "", "done": " \r\n "}
    expected = ["done", "language", "status"]
    assert refused_fields(lambda: scene.submit(entry, **nothing)) == expected
    scene.save(entry, status="", language="", results="Something.")
    assert refused_fields(lambda: scene.submit(entry, **nothing)) == expected


@pytest.mark.parametrize("status", ["discontinued", "not_applicable"])
def test_a_status_that_needs_a_reason_is_not_handed_in_without_one(
    scene: Scene, entry: Entry, status: str
) -> None:
    assert scene.save(entry, status=status).status == status
    assert refused_fields(lambda: scene.submit(entry, status=status)) == ["reason"]
    assert refused_fields(lambda: scene.submit(entry, status=status, reason="\n")) == ["reason"]
    assert scene.submit(entry, status=status, reason="The law was repealed.").is_submitted


@pytest.mark.postgresql
def test_texts_are_kept_without_spaces_around_them_and_with_one_sort_of_line_end(
    scene: Scene, entry: Entry
) -> None:
    stored = scene.save(entry, done="  One.\r\n\r\nTwo.\rThree. \n", internal="\t")
    assert (stored.done, stored.internal) == ("One.\n\nTwo.\nThree.", "")


# --- Versions and conflicts -------------------------------------------------------


@pytest.mark.postgresql
def test_each_change_makes_a_version_and_a_retry_none(scene: Scene, entry: Entry) -> None:
    scene.save(entry)
    before = everything()
    scene.save(entry)
    scene.save(entry, by="colleague")
    scene.save(entry, done="We schreven het ontwerp.\r\n")
    assert everything() == before
    scene.save(entry, done="Iets anders.")
    assert list(entry.versions.values_list("number", flat=True).order_by("number")) == [1, 2]


@pytest.mark.postgresql
def test_a_form_without_anything_in_it_makes_no_version(scene: Scene, entry: Entry) -> None:
    unchanged = scene.save(entry, status="", language="", done="")
    assert (unchanged.state, unchanged.version) == ("empty", 0)


@pytest.mark.postgresql
def test_submitting_twice_is_submitting_once(scene: Scene, entry: Entry) -> None:
    by = scene.people["writer"]
    for _attempt in range(3):
        stored = entries.submit(entry, by=by, version=0, content=content(), now=NOW)
    assert (stored.version, trail(entry)) == (1, [("submitted", 1, "writer")])
    # A retry that arrives after the close tells the same.
    assert entries.submit(entry, by=by, version=0, content=content(), now=NEXT_DAY) == stored
    assert trail(entry) == [("submitted", 1, "writer")]
    # Another text, or another person, is no retry.
    for name, done in (("writer", "Other."), ("colleague", content()["done"])):
        unchanged_by(Refused, lambda name=name, done=done: scene.submit(entry, by=name, done=done))


@pytest.mark.postgresql
@pytest.mark.parametrize("act", [entries.save, entries.submit])
def test_who_started_from_an_older_version_is_told_and_sees_the_newer(
    scene: Scene, entry: Entry, act: Any
) -> None:
    scene.save(entry, done="The colleague's words.", by="colleague")
    by = scene.people["writer"]
    for version in (0, -1, 2, 10**30):
        error = unchanged_by(
            Conflict,
            lambda version=version: act(
                entry, by=by, version=version, content=content(done="Mine."), now=NOW
            ),
        )
        assert (error.stored.done, error.stored.version) == ("The colleague's words.", 1)


@pytest.mark.postgresql
def test_nobody_hands_in_a_version_that_they_have_not_seen(scene: Scene, entry: Entry) -> None:
    scene.save(entry, done="The colleague's words.", by="colleague")
    by = scene.people["writer"]
    for given in ({}, {"status": "in_progress"}):
        unchanged_by(
            Conflict,
            lambda given=given: entries.submit(entry, by=by, version=0, content=given, now=NOW),
        )
    assert entries.submit(entry, by=by, version=1, content={}, now=NOW).is_submitted


@pytest.mark.postgresql
def test_earlier_saves_from_the_same_page_are_no_conflict(scene: Scene, entry: Entry) -> None:
    by = scene.people["writer"]
    for number, done in enumerate(["One.", "One. Two.", "One. Two. Three."], 1):
        stored = entries.save(
            entry, by=by, version=0, content=content(done=done), now=NOW, page="a-page"
        )
        assert stored.version == number
    stored = entries.submit(
        entry, by=by, version=0, content=content(done="All."), now=NOW, page="a-page"
    )
    assert (stored.state, stored.version) == ("submitted", 4)


@pytest.mark.postgresql
def test_a_save_of_somebody_else_between_two_of_a_page_is_a_conflict(
    scene: Scene, entry: Entry
) -> None:
    def save(name: str, done: str, version: int, page: str) -> Entry:
        return entries.save(
            entry, by=scene.people[name], version=version, content=content(done=done), now=NOW,
            page=page,
        )  # fmt: skip

    save("writer", "One.", 0, "a-page")
    save("colleague", "Another.", 1, "b-page")
    unchanged_by(Conflict, lambda: save("writer", "One. Two.", 0, "a-page"))
    unchanged_by(Conflict, lambda: save("writer", "One. Two.", 1, "a-page"))
    # Nor does it help to send what the other's page calls itself, or what no page is called.
    unchanged_by(Conflict, lambda: save("writer", "One. Two.", 1, "b-page"))
    for forged in ("", "x" * 33, "b-page\x00", "%", "b page", "é"):
        unchanged_by(Conflict, lambda page=forged: save("writer", "One. Two.", 1, page))
    unchanged_by(Conflict, lambda: save("colleague", "One. Two.", 99, "b-page"))


@pytest.mark.postgresql
@pytest.mark.parametrize("page", ["x" * 33, "a\x00", "x" * 1_000_000, "\ud800"])
def test_a_forged_name_of_a_page_is_not_kept(scene: Scene, entry: Entry, page: str) -> None:
    entries.save(entry, by=scene.people["writer"], version=0, content=content(), now=NOW, page=page)
    assert entry.versions.get().page == ""


@pytest.mark.postgresql
def test_a_save_takes_at_most_twelve_queries(scene: Scene, entry: Entry) -> None:
    by, form = scene.people["writer"], content()
    with CaptureQueriesContext(connection) as queries:
        entries.save(entry, by=by, version=0, content=form, now=NOW, page="a-page")
    # Those of the request, a session and an account, come on top.
    assert len(queries) <= 10
