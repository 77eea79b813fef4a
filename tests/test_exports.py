"""The downloads: all rows that match, in plan order, as documented, harmless."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from django.test import Client

from actions import dictionary
from actions.exporters import PROMISE
from actions.models import (
    ActionFlag,
    ActionTheme,
    ActorAlias,
    ActorName,
    Classification,
    Responsibility,
    Section,
)
from actions.services import plan as service

pytestmark = pytest.mark.django_db
URL = "/en/plans/nap2/actions"
# Objects whose keys are data, not fields.
OPEN = {"flag_reasons", "ignored_parameters"}
# What only a published report tells; none is published here.
OF_REPORTS = (
    "status", "overdue", "entries_expected", "entries_accepted", "movement", "report_year",
    "report_edition", "report_is_sample",
)  # fmt: skip
ACTOR_FACTS = {
    "name": "actors",
    "abbreviation": "actor_abbreviations",
    "aliases": "actor_aliases",
    "level": "actor_levels",
    "parent": "actor_parents",
    "role": "actor_roles",
    "phases": "actor_phases",
    "printed_as": "actors_as_printed",
}


@pytest.fixture
def document(client: Client) -> dict:
    return client.get(f"{URL}.json").json()


def row(document: dict, label: str) -> dict:
    return next(r for r in document["actions"] if r["label"] == label)


def table(client: Client, path: str = f"{URL}.csv") -> list[dict[str, str]]:
    text = client.get(path).content.decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def line_of(client: Client, label: str) -> dict[str, str]:
    return next(line for line in table(client) if line["label"] == label)


def workbook(client: Client, path: str = f"{URL}.xlsx") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(client.get(path).content))


def sheet_rows(sheet) -> list[dict]:
    head, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(head, line, strict=True)) for line in lines]


def listed(cell: str) -> list[str]:
    return cell.split("; ") if cell else []


def lines_of(cell: str) -> list[str]:
    """Read a cell with lines back, as the method page tells readers to."""
    return [t.replace("\n ", "\n") for t in re.split(r"\n(?! )", cell)] if cell else []


def pairs_of(cell: str) -> list[tuple[str, str]]:
    return [(key, text) for line in lines_of(cell) for key, text in [line.split(": ", 1)]]


def actors_of(line: dict[str, str]) -> list[dict]:
    """Read the actors of a row of CSV back as JSON has them."""
    found = []
    for slug in listed(line["actor_slugs"]):
        said: dict[str, Any] = {
            fact: [text for key, text in pairs_of(line[column]) if key == slug]
            for fact, column in ACTOR_FACTS.items()
        }
        for fact in set(said) - {"aliases", "phases"}:
            said[fact] = said[fact][0] if said[fact] else None
        said["inferred"] = slug in listed(line["actors_inferred"])
        said["entry_expected"] = slug in listed(line["actors_entry_expected"])
        found.append({"slug": slug, **said})
    return found


def unflattened(line: dict[str, str]) -> dict:
    """Read a row of CSV back as JSON has it."""
    number, official = line["section_number"], {"true": True, "false": False}
    plain = ("label", "heading_label", "parent", "title", "title_language", "other_title")
    return {
        **{name: line[name] or None for name in (*plain, "nature", "actors_text", "url")},
        "title_is_official": official[line["title_is_official"]],
        "section": {
            "number": int(number),
            "title": line["section_title"],
            "title_is_official": official[line["section_title_is_official"]],
        }
        if number
        else None,
        "period": {k: line[f"period_{k}"] or None for k in ("text", "kind", "start", "end")},
        "actors": actors_of(line),
        **{name: line[name] or None for name in PROMISE},  # no fixture has one
        "themes": listed(line["themes"]),
        "sdgs": [int(n) for n in listed(line["sdgs"])],
        "pillars": [int(n) for n in listed(line["pillars"])],
        "classified_by_editors": {
            "themes": listed(line["themes_by_editors"]),
            "sdgs": [int(n) for n in listed(line["sdgs_by_editors"])],
            "pillars": [int(n) for n in listed(line["pillars_by_editors"])],
        },
        "flags": listed(line["flags"]),
        "flag_reasons": dict(pairs_of(line["flag_reasons"])),
        **{name: line[name] or None for name in OF_REPORTS},
    }


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
            "title_is_official": True,
        },
        "title": "Decent work approach with the World Bank",
        "title_language": "en",
        "title_is_official": True,
        "other_title": None,
        "nature": "continuous",
        "period": {"text": "Ongoing", "kind": "open", "start": None, "end": None},
        "actors_text": "Federal government (FPS Foreign Affairs – DGD), BIO Invest",
        **dict.fromkeys(PROMISE),
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
        **dict.fromkeys(OF_REPORTS),
    }
    assert [(a["slug"], a["parent"], a["entry_expected"]) for a in actors] == [
        ("fps-foreign", "federal-government", True),
        ("dgd", "fps-foreign", False),
        ("bio", "federal-government", True),
    ]
    assert set(actors[0]) == {
        "slug", "name", "abbreviation", "aliases", "level", "parent", "role", "phases",
        "printed_as", "inferred", "entry_expected",
    }  # fmt: skip


def fields(value: dict, before: str = "") -> Iterator[str]:
    """Yield the name of every field in an object and in the objects inside it."""
    for key, inside in value.items():
        yield f"{before}{key}"
        if isinstance(inside, dict) and key not in OPEN:
            yield from fields(inside, f"{before}{key}.")
        if isinstance(inside, list) and inside and isinstance(inside[0], dict):
            for item in inside:
                yield from fields(item, f"{before}{key}[].")


def test_the_data_dictionary_has_one_line_for_every_field_and_no_other(document) -> None:
    around = [field.name for field in dictionary.FIELDS if field.around]
    assert around == list(document)
    in_rows = [field.name for field in dictionary.FIELDS if not field.around]
    assert list(dict.fromkeys(fields(row(document, "1")))) == in_rows
    for found in document["actions"]:
        assert set(fields(found)) <= set(in_rows)


def test_the_data_dictionary_has_one_line_for_every_column_and_no_other(client: Client) -> None:
    columns = [column.name for column in dictionary.action_columns()]
    of_actors = [column.name for column in dictionary.actor_columns()]
    assert list(table(client)[0]) == columns
    assert len(set(columns)) == len(columns)
    actions, actors, about = workbook(client).worksheets
    assert [cell.value for cell in actions[1]] == columns
    assert [cell.value for cell in actors[1]] == of_actors
    lines = sheet_rows(about)
    assert [(line["Sheet"], line["Column"]) for line in lines] == [
        *(("Actions", name) for name in columns),
        *(("Actors", name) for name in of_actors),
    ]
    assert all(line["Type"] and line["Meaning"] for line in lines)


def is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def is_list_of(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(type(v) is kind for v in value)


# What the words for types promise; an empty cell is None here.
TYPES: dict[str, Callable[[Any], object]] = {
    "text": is_text,
    "text or null": lambda v: v is None or is_text(v),
    "text or empty": lambda v: v is None or is_text(v),
    "code": lambda v: is_text(v) and re.fullmatch("[a-z_]+", v),
    "code or null": lambda v: v is None or re.fullmatch("[a-z_]+", v),
    "code or empty": lambda v: v is None or re.fullmatch("[a-z_]+", v),
    "date or null": lambda v: v is None or date.fromisoformat(v),
    "date or empty": lambda v: v is None or isinstance(v, datetime),
    "whole number": lambda v: type(v) is int,
    "whole number or empty": lambda v: v is None or type(v) is int,
    "whole number or null": lambda v: v is None or type(v) is int,
    "true or false": lambda v: type(v) is bool,
    "true, false or empty": lambda v: v is None or type(v) is bool,
    "true, false or null": lambda v: v is None or type(v) is bool,
    "list of texts": is_list_of(str),
    "list of codes": is_list_of(str),
    "list of numbers": is_list_of(int),
    "list": is_list_of(dict),
    "object": lambda v: type(v) is dict,
    "object or null": lambda v: v is None or type(v) is dict,
    "one text a line": lambda v: v is None or all(lines_of(v)),
    "one “key: text” a line": lambda v: (
        v is None or all(re.fullmatch(r"[a-z0-9_-]+", key) for key, _text in pairs_of(v))
    ),
    "keys with “; ” between": lambda v: v is None or re.fullmatch(r"[a-z0-9-]+(; [a-z0-9-]+)*", v),
    "codes with “; ” between": lambda v: v is None or re.fullmatch(r"[a-z_]+(; [a-z_]+)*", v),
    "numbers with “; ” between": lambda v: v is None or re.fullmatch(r"\d+(; \d+)*", v),
}


def values(data: dict, name: str) -> Iterator[object]:
    """Yield what stands in a field; nothing where the object around it is null."""
    head, _, rest = name.partition(".")
    inside = data[head.removesuffix("[]")]
    if not rest:
        yield inside
    elif inside is not None:
        for item in inside if head.endswith("[]") else [inside]:
            yield from values(item, rest)


@pytest.mark.parametrize("plan", ["nap1", "nap2"])
def test_every_field_is_of_the_type_that_the_data_dictionary_gives(client, plan) -> None:
    document = client.get(f"/en/plans/{plan}/actions.json").json()
    for field in dictionary.FIELDS:
        for item in [document] if field.around else document["actions"]:
            for value in values(item, field.name):
                assert TYPES[str(field.kind.json)](value), (field.name, value)


@pytest.mark.parametrize("plan", ["nap1", "nap2"])
def test_every_cell_is_of_the_type_that_the_data_dictionary_gives(client, plan) -> None:
    *sheets, about = workbook(client, f"/en/plans/{plan}/actions.xlsx").worksheets
    kinds = {(line["Sheet"], line["Column"]): line["Type"] for line in sheet_rows(about)}
    for sheet in sheets:
        for line in sheet_rows(sheet):
            for name, value in line.items():
                assert TYPES[kinds[sheet.title, name]](value), (sheet.title, name, value)


def dictionary_tables(client: Client, language: str) -> list[str]:
    html = client.get(f"/{language}/method/").content.decode()
    part = html[html.index('id="dictionary"') : html.index('id="sources"')]
    return re.findall(r"<table.*?</table>", part, re.DOTALL)


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
def test_the_method_page_shows_every_field_and_the_columns_that_differ(client, language) -> None:
    tables = dictionary_tables(client, language)
    around, in_rows, columns = (re.findall(r"<code>(.*?)</code>", html) for html in tables)
    assert around == [field.name for field in dictionary.FIELDS if field.around]
    assert in_rows == [field.name for field in dictionary.FIELDS if not field.around]
    explained = {name for name in in_rows if name not in columns} | set(columns)
    heads = list(table(client, f"/{language}/plans/nap2/actions.csv")[0])
    assert [name for name in heads if name not in explained] == []
    assert [name for name in columns if name not in heads] == []
    assert "section_title_is_official" in columns
    assert "label" not in columns


def test_the_tables_of_the_data_dictionary_can_be_read_aloud(client: Client) -> None:
    for html in dictionary_tables(client, "en"):
        assert '<table class="list-table list-table--dictionary" role="table">' in html
        assert re.search(r"<caption[^>]*>[^<]+</caption>", html)
        assert html.count("<th ") == html.count('<th scope="col" role="columnheader">') == 3
        assert html.count("<td") == html.count('<td role="cell">')
        assert html.count("<tr") == html.count('<tr role="row">')


@pytest.mark.slow
def test_a_section_says_whether_its_title_is_official(client: Client) -> None:
    for language, official in (("en", True), ("fr", False)):
        path = f"/{language}/plans/nap2/actions"
        found = row(client.get(f"{path}.json").json(), "1")
        assert found["section"]["title_is_official"] is official
        assert table(client, f"{path}.csv")[0]["section_title_is_official"] == str(official).lower()
        actions = workbook(client, f"{path}.xlsx").worksheets[0]
        assert sheet_rows(actions)[0]["section_title_is_official"] is official


@pytest.mark.parametrize("path", ["/en/plans/nap2/actions", "/fr/plans/nap1/actions"])
def test_csv_holds_everything_that_json_does(client: Client, path: str) -> None:
    rows = client.get(f"{path}.json").json()["actions"]
    assert [unflattened(line) for line in table(client, f"{path}.csv")] == rows


def test_what_a_source_states_stands_apart_from_what_editors_chose(client, source) -> None:
    of_action = {"action__plan__slug": "nap2", "action__label": "22.2"}
    stated = {"basis": "source", "source": source}
    Classification.objects.filter(**of_action, scheme="pillar").update(**stated)
    found = row(client.get(f"{URL}.json").json(), "22.2")
    assert (found["sdgs"], found["pillars"]) == ([17], [1])
    themes = ["development-cooperation"]
    by_editors = {"themes": themes, "sdgs": [17], "pillars": []}
    assert found["classified_by_editors"] == by_editors
    assert unflattened(line_of(client, "22.2")) == found
    Classification.objects.filter(**of_action, scheme="sdg").update(**stated)
    ActionTheme.objects.filter(**of_action).update(**stated)
    found = row(client.get(f"{URL}.json").json(), "22.2")
    assert found["themes"] == themes
    assert found["classified_by_editors"] == {"themes": [], "sdgs": [], "pillars": []}
    assert unflattened(line_of(client, "22.2")) == found


def test_xlsx_holds_everything_that_csv_does(client: Client) -> None:
    def text(value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        return value.date().isoformat() if isinstance(value, datetime) else str(value or "")

    actions = workbook(client).worksheets[0]
    found = [{k: text(v) for k, v in line.items()} for line in sheet_rows(actions)]
    assert found == table(client)


def test_the_sheet_of_actors_holds_every_actor_of_every_action(client, document) -> None:
    lines = sheet_rows(workbook(client).worksheets[1])
    for line in lines:
        line["aliases"], line["phases"] = lines_of(line["aliases"]), lines_of(line["phases"])
    assert lines == [
        {"label": found["label"], **actor}
        for found in document["actions"]
        for actor in found["actors"]
    ]


def test_cells_with_lines_can_be_read_back_whatever_the_texts_hold(client: Client) -> None:
    odd = "a; b: c\nfsma: not the FSMA\r\n\nend"
    read = odd.replace("\r\n", "\n")
    ActorName.objects.filter(actor__slug="bnb").update(name_en=odd, abbreviation_en="")
    ActorAlias.objects.filter(actor__slug="bnb", text="BNB").update(text=odd)
    Responsibility.objects.filter(actor__slug="bnb").update(phases=[odd, "x"], printed_as=odd)
    ActionFlag.objects.filter(action__label="7", code="title_slip").update(reason_en=odd)
    found = unflattened(line_of(client, "7"))
    bank = next(actor for actor in found["actors"] if actor["slug"] == "bnb")
    assert (bank["name"], bank["abbreviation"], bank["printed_as"]) == (read, None, read)
    assert bank["phases"] == [read, "x"]
    assert read in bank["aliases"]
    assert found["flag_reasons"]["title_slip"] == read
    assert [a["slug"] for a in found["actors"]] == ["fps-economy", "bnb", "fsma", "fps-justice"]
    fsma = next(actor for actor in found["actors"] if actor["slug"] == "fsma")
    assert fsma["name"] == "Financial Services and Markets Authority"
    actors = sheet_rows(workbook(client).worksheets[1])
    bank = next(r for r in actors if (r["label"], r["slug"]) == ("7", "bnb"))
    assert lines_of(bank["phases"]) == [read, "x"]


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("fr", ["Actions", "Acteurs"]),
        ("nl", ["Acties", "Actoren"]),
        ("de", ["Aktionen", "Akteure"]),
    ],
)
def test_sheets_have_titles_in_the_language_asked_for(client, language, titles) -> None:
    names = workbook(client, f"/{language}/plans/nap2/actions.xlsx").sheetnames
    assert names[:2] == titles
    assert len(names) == 3


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
    sheet = workbook(client, f"{URL}.xlsx?{query}").worksheets[0]
    assert labels
    assert [r["label"] for r in table(client, f"{URL}.csv?{query}")] == labels
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
    lines = list(csv.DictReader(io.StringIO(response.content.decode("utf-8"), newline="")))
    assert len(lines) == 71
    assert lines[0]["section_title"].startswith("Droits humains")


def test_xlsx_has_typed_cells_and_the_data_dictionary_last(client: Client) -> None:
    book = workbook(client)
    assert book.sheetnames == ["Actions", "Actors", "Data dictionary"]
    fifth = sheet_rows(book.worksheets[0])[4]
    assert (fifth["label"], fifth["section_number"], fifth["title_is_official"]) == ("5", 1, True)
    assert fifth["period_start"] == datetime(2021, 1, 1)  # noqa: DTZ001
    first = sheet_rows(book.worksheets[1])[0]
    assert (first["label"], first["inferred"], first["entry_expected"]) == ("1", False, True)


@pytest.mark.parametrize("attack", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"])
def test_a_text_never_runs_as_a_formula(client: Client, nap2, attack: str) -> None:
    action = nap2.actions.get(label="1")
    action.title_en = attack
    service.save(action, by=None)
    Section.objects.filter(plan=nap2).update(title_en=attack)
    ActorName.objects.update(name_en=attack, abbreviation_en=attack)
    ActorAlias.objects.filter(actor__slug="bnb", text="BNB").update(text=attack)
    Responsibility.objects.update(printed_as=attack, phases=[attack])
    ActionFlag.objects.update(reason_en=attack)
    lines = table(client)
    assert (lines[0]["title"], lines[0]["section_title"]) == (f"'{attack}", f"'{attack}")
    starts = ("=", "+", "-", "@", "\t", "\r")
    assert not [text for line in lines for text in line.values() if text.startswith(starts)]
    book = workbook(client)
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.value]
    # A cell of type "f" would run.
    assert {cell.data_type for cell in cells} == {"s", "n", "b", "d"}
    assert sheet_rows(book.worksheets[0])[0]["title"] == attack
    assert {line["name"] for line in sheet_rows(book.worksheets[1])} == {attack}


def test_characters_that_a_workbook_cannot_hold_are_left_out(client: Client, nap2) -> None:
    ActorName.objects.filter(actor__slug="fisd").update(name_en="a\x0bb\ufffe")
    assert client.get(f"{URL}.xlsx?section=1").status_code == 200


@pytest.mark.postgresql
def test_a_list_without_rows_is_a_file_without_rows(client: Client) -> None:
    assert json.loads(client.get(f"{URL}.json?q=zzz").content)["actions"] == []
    assert len(client.get(f"{URL}.csv?q=zzz").content.decode().splitlines()) == 1
    assert client.get(f"{URL}.xlsx?q=zzz").status_code == 200
