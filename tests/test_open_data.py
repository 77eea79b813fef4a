"""The data of all years in one, and the catalogue that describes the open data."""

import csv
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyshacl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rdflib import RDF, SH, Graph

from actions.models import Plan
from document import selection
from reports import all_years as tables
from reports import archive, catalogue, dictionary
from reports.catalogue import DCAT, DCT, FOAF, TYPE
from reports.making import BusyError
from reports.views import all_years
from tests.published import SECRETS, Story, at_work

pytestmark = pytest.mark.django_db
ALL = "/en/plans/small/reports/all/"
LINE = re.compile(r'<([^>]+)> <([^>]+)> (?:<([^>]+)>|"((?:[^"\\]|\\.)*)"\S*) \.')


@pytest.fixture(autouse=True)
def _nothing_read() -> None:
    archive.read.cache_clear()
    all_years.made.clear()


def rows(client: Client, name: str) -> list[dict[str, str]]:
    response = client.get(f"{ALL}{name}.csv")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


# --- All years ------------------------------------------------------------------------


def test_all_years_hold_what_each_report_says_of_its_own_year(client: Client, story: Story) -> None:
    found = rows(client, "entries")
    told = [
        (edition.snapshot.year, action.action_id, entry.actor, selection.entry_code(entry, action))
        for edition in (story.second, story.first)
        for action in edition.snapshot.actions
        for entry in action.entries
    ]
    assert [
        (int(row["year"]), row["action_id"], row["actor"], row["status"]) for row in found
    ] == told
    actions = rows(client, "actions")
    assert [(row["year"], row["action_id"]) for row in actions] == [
        (str(year), label) for year in (2025, 2024) for label in "123456789"
    ]
    assert [row["address"] for row in rows(client, "evidence")] == ["https://example.org/wet"]


def test_the_workbook_holds_the_same_with_the_dictionary(client: Client, story: Story) -> None:
    response = client.get(f"{ALL}data.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(response.content), read_only=True)
    assert book.sheetnames == ["entries", "actions", "evidence", "labels", "data_dictionary"]
    head, *lines = book["entries"].values
    assert list(head) == [column.name for column in dictionary.TABLES["entries"]]
    assert len(lines) == len(rows(client, "entries"))


def test_a_correction_takes_the_place_of_what_it_corrects_and_a_withdrawn_report_is_gone(
    client: Client, story: Story
) -> None:
    story.correct()
    assert {(row["year"], row["edition"]) for row in rows(client, "actions")} == {
        ("2025", "2"), ("2024", "1"),
    }  # fmt: skip
    story.withdraw(story.first)
    assert {row["year"] for row in rows(client, "actions")} == {"2025"}


def test_a_file_of_all_years_is_made_once_for_what_the_reports_say(
    client: Client, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    to_csv = tables.to_csv

    def counted(name: str, *rest: Any) -> bytes:
        calls.append(name)
        return to_csv(name, *rest)

    monkeypatch.setattr(tables, "to_csv", counted)
    first = client.get(f"{ALL}entries.csv")
    for query in ("", "?x=1", "?x=2"):
        again = client.get(f"{ALL}entries.csv{query}")
        assert (again.content, again["ETag"]) == (first.content, first["ETag"])
    with CaptureQueriesContext(connection) as queries:
        known = client.get(f"{ALL}entries.csv", headers={"if-none-match": first["ETag"]})
    assert (known.status_code, known.content, len(queries)) == (304, b"", 2)
    assert calls == ["entries"]
    story.withdraw(story.first)
    fresh = client.get(f"{ALL}entries.csv", headers={"if-none-match": first["ETag"]})
    assert (fresh.status_code, fresh.content == first.content) == (200, False)
    assert calls == ["entries", "entries"]


def test_while_too_much_is_made_a_file_of_all_years_is_to_be_asked_for_later(
    client: Client, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_key: object) -> bytes:
        raise BusyError

    monkeypatch.setattr(all_years, "made", busy)
    assert client.get(f"{ALL}data.xlsx").status_code == 503


def test_nothing_unpublished_stands_in_the_files_of_all_years(client: Client, story: Story) -> None:
    at_work(story)
    for name in ("entries.csv", "actions.csv", "evidence.csv"):
        text = client.get(f"{ALL}{name}").content.decode()
        assert not [secret for secret in SECRETS.values() if secret in text], name
    for path in ("/catalogue.ttl", "/catalogue.jsonld", "/en/data/"):
        assert client.get(path).content == client.get(path).content
        assert not [s for s in SECRETS.values() if s in client.get(path).content.decode()]


def test_before_any_report_there_is_nothing_of_all_years(client: Client) -> None:
    assert client.get("/en/plans/nap1/reports/all/entries.csv").status_code == 404
    assert "/reports/all/" not in client.get("/en/data/").content.decode()
    assert "/reports/all/" not in client.get("/catalogue.ttl").content.decode()


# --- The catalogue --------------------------------------------------------------------


def graph(client: Client) -> list[tuple[str, str, str]]:
    """Return the statements of the catalogue, read from its Turtle."""
    response = client.get("/catalogue.ttl")
    assert response["Content-Type"] == "text/turtle; charset=utf-8"
    found = []
    for line in response.content.decode().splitlines():
        match = LINE.fullmatch(line)
        assert match is not None, line
        found.append((match[1], match[2], match[3] or match[4]))
    return found


# What DCAT-AP asks of each kind of thing.
MANDATORY = {
    f"{DCAT}Catalog": [f"{DCT}title", f"{DCT}description", f"{DCT}publisher", f"{DCAT}dataset"],
    f"{DCAT}Dataset": [f"{DCT}title", f"{DCT}description"],
    f"{DCAT}Distribution": [f"{DCAT}accessURL"],
    f"{DCAT}DataService": [f"{DCT}title", f"{DCAT}endpointURL"],
    f"{FOAF}Agent": [f"{FOAF}name"],
}


def test_every_thing_in_the_catalogue_has_what_is_mandatory(client: Client, story: Story) -> None:
    found = graph(client)
    kinds = {s: o for s, p, o in found if p == TYPE}
    assert set(MANDATORY) <= set(kinds.values())
    for subject, kind in kinds.items():
        said = {p: o for s, p, o in found if s == subject}
        for needed in MANDATORY.get(kind, []):
            assert said.get(needed), (subject, needed)
    # What is pointed at inside the catalogue is described there.
    for _s, p, o in found:
        if p in {f"{DCAT}dataset", f"{DCAT}distribution", f"{DCT}publisher", f"{DCAT}service"}:
            assert o in kinds, o


def test_every_address_of_the_catalogue_answers(client: Client, story: Story) -> None:
    places = {f"{DCAT}downloadURL", f"{DCAT}landingPage", f"{DCAT}endpointURL",
              f"{DCAT}endpointDescription"}  # fmt: skip
    listed = sorted({o for _s, p, o in graph(client) if p in places})
    assert any("/reports/all/data.xlsx" in one for one in listed)
    for one in listed:
        if "/de/" in one or "/en/" in one or "/api/" in one:
            assert client.get(one.removeprefix("http://testserver")).status_code == 200, one


def test_json_ld_says_the_same_as_turtle(client: Client, story: Story) -> None:
    nodes = client.get("/catalogue.jsonld").json()["@graph"]
    found = set()
    for node in nodes:
        found |= {(node["@id"], TYPE, kind) for kind in node["@type"]}
        for name, values in node.items():
            if not name.startswith("@"):
                found |= {
                    (node["@id"], name, value.get("@id") or value["@value"]) for value in values
                }
    assert found == set(graph(client))


SHAPES = Path(__file__).parent / "data" / "dcat-ap"
# What both say of their own next versions.
quietly = pytest.mark.filterwarnings("ignore::DeprecationWarning:(rdflib|pyshacl)")
# What the shapes ask for that is not known here: the kind of authority that runs the site, whether
# it stands on the European list of public bodies, and what others say of Belgium and of CC0.
NOT_KNOWN = {
    (f"{FOAF}Agent", f"{DCT}type"),
    (f"{DCAT}Catalog", f"{DCT}publisher"),
    (f"{DCAT}Dataset", f"{DCT}publisher"),
    (f"{DCAT}DataService", f"{DCT}publisher"),
    (f"{DCT}Location", f"{DCAT}bbox"),
    (f"{DCT}Location", f"{DCAT}centroid"),
    (f"{DCT}LicenseDocument", f"{DCT}type"),
}


def faults(content: bytes, kind: str, shapes: str) -> set[tuple[str, str, str]]:
    """Return what a file of shapes finds in a graph: how grave, of what, in which property."""
    said = Graph().parse(content, format=kind)
    _conforms, report, _text = pyshacl.validate(said, shacl_graph=str(SHAPES / shapes))
    assert isinstance(report, Graph)
    return {
        (
            str(report.value(row, SH.resultSeverity)),
            str(said.value(report.value(row, SH.focusNode), RDF.type)),
            str(report.value(row, SH.resultPath)),
        )
        for row in report.objects(None, SH.result)
    }


@quietly
@pytest.mark.slow  # reads five files of shapes for each: some two seconds
@pytest.mark.parametrize(
    ("path", "kind"), [("/catalogue.ttl", "turtle"), ("/catalogue.jsonld", "json-ld")]
)
def test_the_official_shapes_of_dcat_ap_find_no_fault(
    client: Client, story: Story, settings: Any, path: str, kind: str
) -> None:
    settings.CONTACT_EMAIL = "plan@example.org"
    Plan.objects.update(valid_from=date(2024, 1, 1), valid_to=date(2029, 12, 31))
    content = client.get(path).content
    listed = sorted(row.name for row in SHAPES.glob("*.ttl"))
    assert len(listed) == 5
    found = set().union(*(faults(content, kind, shapes) for shapes in listed))
    assert {said for said in found if said[0] != str(SH.Warning)} == set()
    assert {(thing, of) for _grave, thing, of in found} == NOT_KNOWN


@quietly
def test_the_shapes_find_what_is_missing(client: Client, story: Story) -> None:
    content = client.get("/catalogue.ttl").content
    without = b"\n".join(row for row in content.splitlines() if b"accessURL" not in row)
    wanted = (str(SH.Violation), f"{DCAT}Distribution", f"{DCAT}accessURL")
    assert faults(without, "turtle", "shapes.ttl") == {wanted}


def test_a_text_with_quotes_and_lines_stays_one_statement() -> None:
    words = catalogue.Literal('A "plan"\nwith \\ lines', "en")
    text = catalogue.to_turtle([("urn:x", "urn:y", words)])
    assert text == '<urn:x> <urn:y> "A \\"plan\\"\\nwith \\\\ lines"@en .\n'


def test_the_catalogue_is_the_same_for_every_browser(client: Client, story: Story) -> None:
    answers: set[Any] = {
        client.get("/catalogue.ttl", HTTP_ACCEPT_LANGUAGE=code).content
        for code in ("nl", "fr", "de")
    }
    assert len(answers) == 1


def test_each_costs_exactly_so_many_queries(client: Client, story: Story) -> None:
    costs = []
    for path in ("/catalogue.ttl", "/en/data/", f"{ALL}entries.csv"):
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        costs.append(len(queries))
    assert costs == [6, 7, 5]
