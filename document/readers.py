"""Readers of the schemas before today's: each lifts the data of a snapshot to the next schema.

A stored edition is never rewritten; what it says in the keys of its time is read in those of
today. Plain data in and out, with the standard library alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

Data = dict[str, Any]


def lift(data: Data, schema: int) -> Data:
    """Return the data of a snapshot as a schema has it; the data themselves stay as they are.

    Raises ValueError where they are of no schema up to this one, or not what theirs says.
    """
    given = data.get("schema")
    if type(given) is not int or not 1 <= given <= schema:
        raise ValueError(
            "this is no snapshot of a known schema: "
            f"its schema is {given!r}, and this version reads 1 to {schema}"
        )
    for number in range(given, schema):
        try:
            data = READERS[number](data) | {"schema": number + 1}
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"this is no snapshot of schema {number}: {error}") from error
    return data


def renamed(data: Data, names: Mapping[str, str]) -> Data:
    """Return an object with other names for some of its keys, in the order that it had."""
    return {names.get(key, key): value for key, value in data.items()}


# --- Schema 1 -----------------------------------------------------------------------

OWED = {"owed": "expected"}
RULES_OF_1 = {"nobody_owes": "none_expected"}
LABELS_OF_1 = {
    "nobody_owes": "none_expected",
    "column_owed": "column_expected",
    "column_owes_entry": "column_entry_expected",
}


def from_1(data: Data) -> Data:
    """Schema 2 says that an entry is expected of an actor, where schema 1 said owed.

    The fixed words stay those that the edition was published with; only what code asks for
    in them has another name.
    """
    return data | {
        "labels": {language: labels_from_1(words) for language, words in data["labels"].items()},
        "actions": [action_from_1(action) for action in data["actions"]],
    }


def labels_from_1(words: Data) -> Data:
    """Return the fixed words of a language under today's keys, with today's placeholder."""
    found = renamed(words, LABELS_OF_1)
    if "coverage" in found:
        found["coverage"] = found["coverage"].replace("{owed}", "{expected}")
    return found


def action_from_1(action: Data) -> Data:
    """Return an action with its entries, of which one is expected or not."""
    found = renamed(action, OWED)
    found["rule"] = RULES_OF_1.get(action["rule"], action["rule"])
    if "entries" in found:
        found["entries"] = [renamed(entry, OWED) for entry in found["entries"]]
    return found


# --- Schema 2 -----------------------------------------------------------------------

# The order of what schema 2 kept as the keys of an object, which its JSON had sorted.
LEVELS = (
    "federal", "flemish", "walloon", "brussels", "communities", "independent", "partner",
)  # fmt: skip
ROLES = ("lead", "responsible", "partner", "beneficiary")
# What an edition printed as its movement, in today's words; some were flags beside it.
MOVEMENTS = {
    "up": "moved_up",
    "back": "moved_back",
    "completed": "moved_up",
    "amended": "same",
    "none": "same",
}


def from_2(data: Data) -> Data:
    """Schema 3 names sections by a text, keeps order in lists, and tells movement from silence.

    What an edition of schema 2 printed as movement stays what it printed.
    """
    return data | {
        "levels": terms(data["levels"], LEVELS),
        "roles": terms(data["roles"], ROLES),
        "sections": [
            {"label": str(one["number"]), "position": place}
            | {key: value for key, value in one.items() if key != "number"}
            for place, one in enumerate(data["sections"], start=1)
        ],
        "actions": [action_from_2(action) for action in data["actions"]],
        "compared": compared_from_2(data),
    }


def terms(words: Data, order: tuple[str, ...]) -> list[Data]:
    """Return the words of an object as a list in their order; what is unknown comes last."""
    codes = [code for code in order if code in words]
    codes += [code for code in words if code not in order]
    return [{"code": code, "words": words[code]} for code in codes]


def action_from_2(action: Data) -> Data:
    """Return an action that is known by its number, with its movement in today's words."""
    moved = action.get("movement", "")
    found = renamed(action, {"still": "unmoved"})
    section = action["section"]
    return found | {
        "action_id": action["label"],
        "section": "" if section is None else str(section),
        "movement": MOVEMENTS.get(moved, moved),
        "completed": moved == "completed",
        "amended": moved == "amended",
        "history": [one | {"nature": action["nature"]} for one in action.get("history", ())],
    }


def compared_from_2(data: Data) -> Data | None:
    """Return the newest edition of the latest earlier year that the edition speaks of."""
    past = [
        (one["year"], one["edition"])
        for action in data["actions"]
        for one in action.get("history", ())
        if one["year"] < data["year"]
    ]
    return dict(zip(("year", "edition"), max(past), strict=True)) if past else None


# --- Schema 3 -----------------------------------------------------------------------


def from_3(data: Data) -> Data:
    """Schema 4 adds other names of bodies, amendments of the plan and former wordings.

    An edition of schema 3 tells of none of them.
    """
    return data


# --- Schema 4 -----------------------------------------------------------------------


def from_4(data: Data) -> Data:
    """Schema 5 adds the evidence of notes, and to advice the title of its document, who took part.

    In schema 4 only evaluations have advice.
    """
    return data


# What lifts each schema to the one after it.
READERS: dict[int, Callable[[Data], Data]] = {1: from_1, 2: from_2, 3: from_3, 4: from_4}
