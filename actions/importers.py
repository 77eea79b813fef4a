"""Reads the fixtures of plans and actors into the database: all of them, or nothing."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core import serializers
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.base import DeserializationError
from django.db import DatabaseError, models, transaction

from actions.services import plan

# In the order in which rows need one another.
FILES = ("sources.json", "themes.json", "actors.json", "nap1.json", "nap2.json")


class FixtureError(Exception):
    """A fixture that cannot be loaded; the message names the file, the entry and the fault."""


def load(paths: Iterable[Path]) -> Counter[str]:
    """Load fixtures and return how many rows were ``created``, ``changed``, ``unchanged``.

    The files are Django fixtures (JSON, natural keys). Every row is checked as a form
    would check it. Loading twice changes nothing, history included. Raises FixtureError,
    and then stores nothing.
    """
    outcome: Counter[str] = Counter()
    with transaction.atomic():
        for path in paths:
            for place, entry in _entries(path):
                outcome[_store(path, place, entry)] += 1
    return outcome


def _entries(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FixtureError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise FixtureError(f"{path}: not UTF-8 text (byte {error.start}).") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise FixtureError(f"{path}: not JSON: {error}.") from error
    if not isinstance(entries, list):
        raise FixtureError(f"{path}: the file must hold a list of entries.")
    for number, entry in enumerate(entries, start=1):
        yield _place(number, entry), entry


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
    return f"entry {number} ({', '.join([str(entry.get('model')), *words[:4]])})"


def _words(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _store(path: Path, place: str, entry: Any) -> str:
    try:
        row = _row(entry)
        stored = type(row).objects.filter(pk=row.pk).first() if row.pk else None
        if stored is not None and not _take_over(row, stored):
            return "unchanged"
        plan.save(stored or row, by=None, reason=f"Loaded from {path.name}")
    except ValidationError as error:
        raise FixtureError(f"{path}, {place}: {_fault(error)}") from error
    except (
        DeserializationError,
        DatabaseError,
        FieldDoesNotExist,
        LookupError,
        ValueError,
    ) as error:
        raise FixtureError(f"{path}, {place}: {error}") from error
    return "changed" if stored else "created"


def _row(entry: Any) -> Any:
    if not isinstance(entry, dict) or set(entry) != {"model", "fields"}:
        raise ValueError("an entry has a “model” and “fields”, nothing else.")
    if not isinstance(entry["model"], str) or not entry["model"].startswith("actions."):
        raise ValueError(f"“{entry['model']}” is no model of plans and actors.")
    if not isinstance(entry["fields"], dict):
        raise ValueError("“fields” must be an object.")
    model = apps.get_model(entry["model"])
    for name, value in entry["fields"].items():
        _check_kind(model, name, value)
    try:
        (deserialized,) = serializers.deserialize("python", [entry])
    except (AttributeError, TypeError, KeyError, models.ObjectDoesNotExist) as error:
        raise ValueError(f"a field has a value of the wrong kind ({error}).") from error
    return deserialized.object


def _check_kind(model: type[models.Model], name: str, value: Any) -> None:
    """Refuse a value that its column cannot hold, as the deserializer would not name the field."""
    field: Any = model._meta.get_field(name)  # noqa: SLF001
    if field.is_relation or value is None:
        return
    try:
        field.to_python(value)
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error


def _take_over(row: models.Model, stored: models.Model) -> bool:
    """Put the fixture's values into the stored row; tell whether any was another one."""
    columns = [f.attname for f in row._meta.concrete_fields if f.editable]  # noqa: SLF001
    changed = [name for name in columns if getattr(row, name) != getattr(stored, name)]
    for name in changed:
        setattr(stored, name, getattr(row, name))
    return bool(changed)


def _fault(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(
        f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()
    )
