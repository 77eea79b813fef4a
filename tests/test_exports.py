"""The downloads: all rows that match, in plan order, as documented, harmless."""

import csv
import io
import json

import openpyxl
import pytest
from django.test import Client

from actions.dictionary import FIELDS
from actions.models import ActorName
from actions.services import plan as service

pytestmark = pytest.mark.django_db
URL = "/en/plans/nap2/actions"


@pytest.fixture
def document(client: Client) -> dict:
    return client.get(f"{URL}.json").json()


def row(document: dict, label: str) -> dict:
    return next(r for r in document["actions"] if r["label"] == label)


def test_json_holds_71_rows_in_plan_order_of_which_67_numbered(document) -> None:
    labels = [r["label"] for r in document["actions"]]
    assert (document["count"], len(labels)) == (71, 71)
    assert labels[17:20] == ["18", "18A", "19"]
    assert sum(r["parent"] is None for r in document["actions"]) == 67
    assert (document["plan"], document["language"]) == ("nap2", "en")
    assert document["licence"] == "https://creativecommons.org/publicdomain/zero/1.0/"


def test_a_row_says_what_the_plan_says(document) -> None:
    found = row(document, "22.2")
    actors = found.pop("actors")
    reasons = found.pop("flag_reasons")
    assert found == {
        "label": "22.2",
        "heading_label": "21B",
        "parent": "22",
        "section": {
            "number": 6,
            "title": "Businesses and human rights in the context of development cooperation",
        },
        "title": "Decent work approach with the World Bank",
        "title_language": "en",
        "title_is_official": True,
        "other_title": None,
        "nature": "continuous",
        "period": {"text": "Ongoing", "kind": "open", "start": None, "end": None},
        "actors_text": "Federal government (FPS Foreign Affairs – DGD), BIO Invest",
        "themes": ["development-cooperation"],
        "sdgs": [17],
        "pillars": [1],
        "classified_by_editors": {
            "themes": ["development-cooperation"],
            "sdgs": [17],
            "pillars": [1],
        },
        "flags": list(reasons),
        "url": "http://testserver/en/plans/nap2/actions/22.2/",
    }
    assert [(a["slug"], a["parent"], a["owes_entry"]) for a in actors] == [
        ("fps-foreign", "federal-government", True),
        ("dgd", "fps-foreign", False),
        ("bio", "federal-government", True),
    ]
    assert set(actors[0]) == {
        "slug", "name", "abbreviation", "aliases", "level", "parent", "role", "phases",
        "printed_as", "inferred", "owes_entry",
    }  # fmt: skip


def test_the_data_dictionary_names_every_field_and_no_other(document) -> None:
    found = row(document, "1")
    names = set(found) | {f"period.{k}" for k in found["period"]}
    names |= {f"actors[].{k}" for k in found["actors"][0]}
    assert {name for name, _kind, _text in FIELDS} == names - {"period"}


def test_titles_stand_in_the_language_asked_for(client: Client) -> None:
    found = row(client.get("/nl/plans/nap2/actions.json").json(), "2")
    assert (found["title_language"], found["title_is_official"]) == ("nl", False)
    assert found["actors"][0]["name"] == "Federale regering"


def test_a_title_that_is_not_known_is_null(client: Client) -> None:
    found = row(client.get("/en/plans/nap1/actions.json").json(), "18")
    assert (found["title"], found["title_is_official"], found["section"]) == (None, False, None)


@pytest.mark.parametrize("query", ["section=7", "actor=fisd", "q=forced", "level=walloon&page=2"])
def test_downloads_hold_all_rows_that_the_list_counts(client: Client, query: str) -> None:
    labels = [r["label"] for r in client.get(f"{URL}.json?{query}").json()["actions"]]
    table = list(csv.DictReader(io.StringIO(client.get(f"{URL}.csv?{query}").content.decode())))
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{URL}.xlsx?{query}").content))
    sheet = book.worksheets[0]
    assert labels
    assert [r["label"] for r in table] == labels
    assert [cell.value for cell in sheet["A"]][1:] == labels


def test_sorting_does_not_change_the_order_of_a_download(client: Client) -> None:
    plain = client.get(f"{URL}.csv?section=7").content
    assert client.get(f"{URL}.csv?section=7&sort=-label").content == plain


def test_json_names_the_parameters_that_were_left_out(client: Client) -> None:
    document = client.get(f"{URL}.json?section=99&level=flemish").json()
    assert document["ignored_parameters"] == {"section": "99"}
    assert document["count"] == 19


def test_csv_is_utf8_with_one_line_of_heads(client: Client) -> None:
    response = client.get("/fr/plans/nap2/actions.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="nap2-actions-fr.csv"'
    table = list(csv.DictReader(io.StringIO(response.content.decode("utf-8"))))
    assert len(table) == 71
    assert table[0]["section_title"].startswith("Droits humains")


def test_xlsx_has_typed_cells_and_the_data_dictionary(client: Client) -> None:
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{URL}.xlsx").content))
    sheet, about = book.worksheets
    heads = {cell.value: cell.column for cell in sheet[1]}
    fifth = {name: sheet.cell(6, column).value for name, column in heads.items()}
    assert (fifth["label"], fifth["section_number"], fifth["title_is_official"]) == ("5", 1, True)
    assert str(fifth["period_start"]) == "2021-01-01 00:00:00"
    assert [cell.value for cell in about["A"]][1:] == [name for name, _kind, _text in FIELDS]


@pytest.mark.parametrize("attack", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"])
def test_a_text_never_runs_as_a_formula(client: Client, nap2, attack: str) -> None:
    action = nap2.actions.get(label="1")
    action.title_en = attack
    service.save(action, by=None)
    table = list(csv.DictReader(io.StringIO(client.get(f"{URL}.csv").content.decode())))
    assert table[0]["title"] == f"'{attack}"
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{URL}.xlsx").content))
    sheet = book.worksheets[0]
    cell = next(c for c in sheet[2] if c.value and str(c.value).strip() == attack.strip())
    assert cell.data_type == "s"


def test_characters_that_a_workbook_cannot_hold_are_left_out(client: Client, nap2) -> None:
    ActorName.objects.filter(actor__slug="fisd").update(name_en="a\x0bb\ufffe")
    assert client.get(f"{URL}.xlsx?section=1").status_code == 200


def test_a_list_without_rows_is_a_file_without_rows(client: Client) -> None:
    assert json.loads(client.get(f"{URL}.json?q=zzz").content)["actions"] == []
    assert len(client.get(f"{URL}.csv?q=zzz").content.decode().splitlines()) == 1
    assert client.get(f"{URL}.xlsx?q=zzz").status_code == 200
