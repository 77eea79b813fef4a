"""Reads the fixtures of plans and actors into the database: all of them, or nothing."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, models, transaction

from actions import models as facts
from actions.models.actions import SAID
from actions.models.fields import no_control_characters
from actions.services import plan

# In the order in which rows need one another.
FILES = ("sources.json", "themes.json", "actors.json", "nap1.json", "nap2.json")

# What a fixture may hold: plan data, and neither accounts nor history.
MODELS: dict[str, type[Any]] = {
    f"actions.{model.__name__.lower()}": model
    for model in (
        facts.Source, facts.Theme, facts.Plan, facts.Section, facts.Action, facts.FormerWording,
        facts.Actor, facts.ActorName, facts.ActorAlias, facts.Succession, facts.ActionTheme,
        facts.Classification, facts.ActionFlag, facts.Responsibility,
    )
}  # fmt: skip

# The columns that it may set, by model and name: neither the database's number nor derived ones.
COLUMNS: dict[type[Any], dict[str, Any]] = {
    model: {c.name: c for c in model._meta.concrete_fields if c.editable and not c.primary_key}  # noqa: SLF001
    for model in MODELS.values()
}

# The JSON type that a column takes; JSON columns have validators instead.
KINDS = {
    models.CharField: str, models.TextField: str, models.DateField: str,
    models.BooleanField: bool, models.IntegerField: int,
}  # fmt: skip
WORDS = {
    str: "text", int: "a whole number", float: "a decimal number", bool: "true or false",
    list: "a list", dict: "an object",
}  # fmt: skip
DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


class FixtureError(Exception):
    """A fixture that cannot be loaded; the message names the file, the entry and the fault."""


# What acts of the site change in rows of fixtures: see ``services.bodies`` and ``amendments``.
DATED = frozenset({"valid_from", "valid_to", "role", "expected_decision"})
Kept = Mapping[tuple[type[Any], int], frozenset[str]]


def load(paths: Iterable[Path]) -> Counter[str]:
    """Load fixtures and return how many rows were ``created``, ``changed``, ``unchanged``.

    The files are Django fixtures (JSON, natural keys). Every row is checked as a form
    would check it, and may stand in them once. Loading twice changes nothing, history
    included. What an act of the site changed, a takeover or an amendment, stays. Raises
    FixtureError, and then stores nothing.
    """
    outcome: Counter[str] = Counter()
    kept = changed_by_acts()
    places: dict[tuple[object, ...], str] = {}
    with transaction.atomic():
        for path in paths:
            for number, entry in enumerate(_entries(path), start=1):
                place = f"{path}, {_place(number, entry)}"
                with _faults_named(place):
                    row = _row(entry)
                    key = (type(row), *row.natural_key())
                    if key in places:
                        raise ValidationError(f"the same row stands in {places[key]} already.")
                    places[key] = place
                    outcome[_store(row, f"Loaded from {path.name}", kept)] += 1
    return outcome


def changed_by_acts() -> Kept:
    """Return the columns of rows that acts of the site changed, which fixtures leave alone."""
    found: dict[tuple[type[Any], int], frozenset[str]] = {}
    taken_over = list(facts.BodyChange.objects.filter(undone_at=None))
    amended = list(facts.Amendment.objects.filter(confirmed_at__isnull=False))
    for change in taken_over:
        if "valid_to" in change.made:
            found[facts.Actor, change.actor_id] = frozenset({"valid_to"})
    rows = facts.Action.objects.filter(plan__in=[one.plan_id for one in amended])
    for key, reworded_on in rows.values_list("pk", "reworded_on"):
        said = SAID if reworded_on else ("section_id",)
        found[facts.Action, key] = frozenset({"position", *said})
    for made in (act.made for acts in (taken_over, amended) for act in acts):
        for row in made.get("changed", ()):
            found[facts.Responsibility, row["pk"]] = DATED
        for key, _day in made.get("withdrawn", ()):
            found[facts.Action, key] |= {"valid_to"}
    return found


def _entries(path: Path) -> list[Any]:
    try:
        text = path.read_text(encoding="utf-8")
        entries = json.loads(text, parse_int=_number, object_pairs_hook=_object)
    except OSError as error:
        raise FixtureError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise FixtureError(f"{path}: not UTF-8 text (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise FixtureError(f"{path}: not JSON: {error}.") from error
    except RecursionError as error:
        raise FixtureError(f"{path}: not JSON of a fixture: nested too deeply.") from error
    if not isinstance(entries, list):
        raise FixtureError(f"{path}: the file must hold a list of entries.")
    return entries


def _number(digits: str) -> int:
    """Read a number; of an endless one, only as many digits as no column takes either."""
    return int(digits[:30])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Read an object; a name given twice becomes one that no column has, and is refused so."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[f"{name} (given twice)" if name in found else name] = value
    return found


def _place(number: int, entry: Any) -> str:
    """Name an entry so that a person finds it: its number, model, and what identifies it."""
    if not isinstance(entry, dict) or not isinstance(entry.get("fields"), dict):
        return f"entry {number}"
    fields = entry["fields"]
    names = (
        "slug", "key", "plan", "label", "number", "action", "actor", "theme", "code", "scheme",
        "predecessor", "successor", "text", "valid_from", "source",
    )  # fmt: skip
    words = [f"{name} {_words(fields[name])}" for name in names if fields.get(name) is not None]
    return f"entry {number} ({', '.join([_words(entry.get('model')), *words[:4]])})"


def _words(value: Any) -> str:
    """Show a value without what lies deep in it."""
    parts = value if isinstance(value, list) else [value]
    return _line(
        " ".join("…" if isinstance(part, list | dict) else str(part) for part in parts), length=80
    )


def _line(text: str, length: int) -> str:
    """Return a text as one line that a terminal can show."""
    text = text if len(text) <= length else f"{text[: length - 1]}…"
    return "".join(sign if sign.isprintable() else "�" for sign in text)


@contextmanager
def _faults_named(place: str) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise FixtureError(f"{place}: {_line(_fault(error), length=400)}") from error
    except DatabaseError as error:
        raise FixtureError(f"{place}: the database refuses it: {error}.") from error


def _fault(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(
        " ".join(messages) if name == NON_FIELD_ERRORS else f"{_words(name)}: {' '.join(messages)}"
        for name, messages in error.message_dict.items()
    )


def _row(entry: Any) -> Any:
    """Return the unsaved row that an entry tells of; raises ValidationError."""
    if not isinstance(entry, dict) or set(entry) != {"model", "fields"}:
        raise ValidationError("an entry has a “model” and “fields”, nothing else.")
    model = MODELS.get(entry["model"].lower()) if isinstance(entry["model"], str) else None
    if model is None:
        raise ValidationError(f"“{_words(entry['model'])}” is no model of plans and actors.")
    if not isinstance(entry["fields"], dict):
        raise ValidationError("“fields” must be an object.")
    return model(**_values(model, entry["fields"]))


def _values(model: type[Any], fields: dict[str, Any]) -> dict[str, Any]:
    columns = COLUMNS[model]
    for name, column in columns.items():
        if name not in fields and not (column.null or column.blank or column.has_default()):
            raise ValidationError({name: "is missing, but required."})
    values = {}
    for name, value in fields.items():
        if name not in columns:
            raise ValidationError({name: "is no field that a fixture may set."})
        try:
            values[name] = _value(columns[name], value)
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from error
    return values


def _value(column: Any, value: Any) -> Any:
    """Return what a column (a link: the row it names) takes for a JSON value."""
    if value is None:
        if not column.null:
            raise ValidationError("must not be null.")
        return None
    if column.is_relation:
        return _linked(column.related_model, value)
    kind = _kind(column)
    if kind and type(value) is not kind:
        raise ValidationError(f"must be {WORDS[kind]}, not {WORDS[type(value)]}.")
    if isinstance(column, models.DateField) and not DATE.fullmatch(value):
        raise ValidationError("must be a date such as 2024-12-31.")
    if kind is str:
        no_control_characters(value)  # at once: with some of them nothing can be looked up
    for check in column.validators if kind is None else ():
        check(value)  # not through run_validators, which lets {} and "" pass
    return column.to_python(value)


def _kind(column: Any) -> Any:
    return next((kind for type_, kind in KINDS.items() if isinstance(column, type_)), None)


def _linked(model: type[Any], key: Any) -> Any:
    name = model.__name__.lower()
    kinds = {lookup: _kind(_column(model, lookup)) for lookup in model.NATURAL_KEY}
    if not isinstance(key, list) or [type(part) for part in key] != list(kinds.values()):
        parts = [f"{lookup.replace('__', ' ')} ({WORDS[kind]})" for lookup, kind in kinds.items()]
        raise ValidationError(f"must be a list that names one {name}: [{', '.join(parts)}].")
    no_control_characters("".join(map(str, key)))
    try:
        return _find(model, key)
    except model.DoesNotExist as error:
        raise ValidationError(f"there is no {name} “{_words(key)}”.") from error


def _find(model: type[Any], key: Iterable[object]) -> Any:
    """Return the row of a natural key; an action that was renumbered by the one it had first."""
    if model is facts.Action:
        slug, label = key
        rows = facts.Action.objects.filter(plan__slug=slug)
        return rows.filter(key=label).first() or rows.get(label=label)
    return model.objects.get_by_natural_key(*key)


def _column(model: type[Any], lookup: str) -> Any:
    name, _, rest = lookup.partition("__")
    column = COLUMNS[model][name]
    return _column(column.related_model, rest) if rest else column


def _store(row: Any, reason: str, kept: Kept) -> str:
    try:
        stored = _find(type(row), row.natural_key())
    except type(row).DoesNotExist:
        plan.save(row, by=None, reason=reason)
        return "created"
    if not _take_over(row, stored, kept.get((type(row), stored.pk), frozenset())):
        return "unchanged"
    plan.save(stored, by=None, reason=reason)
    return "changed"


def _take_over(row: models.Model, stored: models.Model, kept: frozenset[str]) -> bool:
    """Put the fixture's values into the stored row; tell whether any was another one.

    ``kept`` are the columns that stay as they are.
    """
    columns = [c.attname for c in COLUMNS[type(row)].values() if c.attname not in kept]
    changed = [name for name in columns if getattr(row, name) != getattr(stored, name)]
    for name in changed:
        setattr(stored, name, getattr(row, name))
    return bool(changed)
