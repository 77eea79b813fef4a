"""Snapshots of earlier schemas are read as today's, with nothing lost; others are refused."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.conf import settings

from actions.enums import Rule
from actions.rules.movement import Movement
from document import readers
from document.content.reader import Reader
from document.snapshot import LANGUAGES, SCHEMA_VERSION, Compared, from_json, to_json
from reports import comparison, words
from reports.formats import FORMATS
from tests.reports.specimen import specimen

DATA = Path(__file__).parent.parent / "data"
FIRST = (DATA / "snapshot-1.json").read_text()
SECOND = (DATA / "snapshot-2.json").read_text()
THIRD = (DATA / "snapshot-3.json").read_text()
FOURTH = (DATA / "snapshot-4.json").read_text()
EXAMPLES = {1: FIRST, 2: SECOND, 3: THIRD, 4: FOURTH}


def test_every_earlier_schema_has_a_reader_an_example_and_its_published_file() -> None:
    earlier = list(range(1, SCHEMA_VERSION))
    assert sorted(readers.READERS) == earlier
    for number in earlier:
        file = settings.BASE_DIR / "napmonitor" / "static" / "schema" / f"report-{number}.json"
        schema = json.loads(file.read_text())
        example = json.loads((DATA / f"snapshot-{number}.json").read_text())
        assert schema["$id"] == f"urn:napmonitor:snapshot:{number}"
        jsonschema.Draft202012Validator(schema).validate(example)


def test_the_same_edition_reads_the_same_in_either_of_two_schemas() -> None:
    assert to_json(from_json(FIRST)) == to_json(from_json(SECOND))


@pytest.mark.parametrize("text", EXAMPLES.values())
def test_reading_an_edition_of_an_earlier_schema_leaves_its_data_alone(text: str) -> None:
    data = json.loads(text)
    readers.lift(data, SCHEMA_VERSION)
    assert data == json.loads(text)


def test_an_edition_of_schema_2_keeps_what_it_printed_as_movement() -> None:
    data = json.loads(SECOND)
    for place, (moved, still) in enumerate([("completed", 0), ("none", 3), ("amended", 1)]):
        data["actions"][place] |= {"movement": moved, "still": still}
    found = [
        (action.movement, action.completed, action.amended, action.unmoved)
        for action in from_json(json.dumps(data)).actions[:3]
    ]
    assert found == [
        ("moved_up", True, False, 0), ("same", False, False, 3), ("same", False, True, 1),
    ]  # fmt: skip


def test_an_edition_of_schema_2_gets_its_orders_back_which_its_objects_had_lost() -> None:
    data = json.loads(SECOND)
    sections = data["sections"]
    data["levels"] |= {"abroad": data["levels"]["federal"]}
    snapshot = from_json(json.dumps(data, sort_keys=True))
    assert [term.code for term in snapshot.levels][:3] == ["federal", "flemish", "walloon"]
    assert snapshot.levels[-1].code == "abroad"
    assert snapshot.roles[0].code == "lead"
    places = [(str(one["number"]), place) for place, one in enumerate(sections, start=1)]
    assert [(one.label, one.position) for one in snapshot.sections] == places


def test_an_edition_of_schema_2_names_the_edition_that_it_was_compared_with() -> None:
    data = json.loads(SECOND)
    past = {"year": 2023, "edition": 2, "status": "done"}
    data["actions"][0]["history"] = [past, past | {"year": 2024, "edition": 3}]
    assert from_json(json.dumps(data)).compared == Compared(2024, 3)
    for action in data["actions"]:
        action["history"] = []
    assert from_json(json.dumps(data)).compared is None


def test_an_action_of_schema_2_is_known_by_its_number() -> None:
    data = json.loads(SECOND)
    data["actions"][0]["section"] = None
    first, second = from_json(json.dumps(data)).actions[:2]
    assert (first.action_id, first.section) == (data["actions"][0]["label"], "")
    assert second.section == str(data["actions"][1]["section"])
    assert {past.nature for past in second.history} <= {second.nature}


def test_notes_of_schema_4_have_no_evidence_and_its_reports_no_advice() -> None:
    snapshot = from_json(FOURTH)
    assert [(note.voice, note.evidence) for note in snapshot.notes] == [("council", ())]
    assert snapshot.advice == ()


def test_an_evaluation_of_schema_4_keeps_its_advice() -> None:
    text = (DATA / "evaluation-4.json").read_text()
    before = json.loads(text)["advice"]
    found = [dataclasses.asdict(one) for one in from_json(text).advice]
    assert found == [one | {"titles": {}, "participants": {}} for one in before]
    page = FORMATS["html"].render(from_json(text), "nl").decode()
    assert before[0]["names"]["nl"] in page


def test_the_fixed_words_of_an_edition_of_schema_1_stay_its_own() -> None:
    old, new = json.loads(FIRST)["labels"]["nl"], from_json(FIRST).labels["nl"]
    assert new["none_expected"] == old["nobody_owes"] == "Niemand is een bijdrage verschuldigd"
    assert new["coverage"] == "{reported} van {expected} gerapporteerd"
    assert sorted(new.values()) == sorted((old | {"coverage": new["coverage"]}).values())


def test_an_action_of_schema_1_of_which_no_entry_was_owed_says_so() -> None:
    data = json.loads(FIRST)
    data["actions"][0] |= {"owed": 0, "rule": "nobody_owes", "entries": []}
    snapshot = from_json(json.dumps(data))
    action = snapshot.actions[0]
    assert action.rule == Rule.NONE_EXPECTED
    assert Reader(snapshot, "en").coverage(action) == "Nobody owes an entry"


def test_every_language_has_words_for_expected_entries() -> None:
    snapshot = specimen(0)
    sub_action = snapshot.actions[-1]
    assert sub_action.expected == 0
    for language in LANGUAGES:
        assert Reader(snapshot, language).coverage(sub_action) != ""
        assert "{expected}" in words.labels()[language]["coverage"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", EXAMPLES.values())
def test_an_edition_of_an_earlier_schema_is_still_rendered(text: str, language: str) -> None:
    snapshot = from_json(text)
    page = FORMATS["html"].render(snapshot, language).decode()
    assert page.count('class="action"') == 4
    assert f"The figures of action 2 were wrong. ({language})" in page
    assert FORMATS["entries_csv"].render(snapshot, language)[3:].startswith(b"plan,year")


@pytest.mark.parametrize("text", EXAMPLES.values())
def test_an_edition_of_an_earlier_schema_is_compared_with_one_of_today(text: str) -> None:
    old = from_json(text)
    new = from_json(to_json(dataclasses.replace(old, schema=SCHEMA_VERSION)))
    assert {line.movement for line in comparison.compare(old, new)} == {Movement.SAME}


@pytest.mark.parametrize("schema", [SCHEMA_VERSION + 1, 0, -1, True, "1", None, 1.0])
def test_another_schema_is_refused_with_its_number(schema: Any) -> None:
    given = json.dumps(json.loads(FIRST) | {"schema": schema})
    sentence = rf"its schema is {schema!r}, and this version reads 1 to {SCHEMA_VERSION}$"
    with pytest.raises(ValueError, match=sentence):
        from_json(given)


@pytest.mark.parametrize(
    "fault",
    [
        {"actions": None}, {"actions": [7]}, {"actions": [{}]}, {"labels": []},
        {"labels": {"nl": {"coverage": 7}}}, {"actions": [{"rule": "all_done", "entries": 7}]},
        {"actions": [{"rule": []}]}, {"author": "somebody"},
    ],
)  # fmt: skip
def test_what_is_no_snapshot_of_schema_1_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is no|has no"):
        from_json(json.dumps(json.loads(FIRST) | fault))
