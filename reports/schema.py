"""The JSON Schema of a snapshot, made from its dataclasses, for readers of the published data."""

import dataclasses
import types
import typing
from functools import cache
from typing import Any

from actions.rules.movement import Cause, Movement
from document.snapshot import LANGUAGES, SCHEMA_VERSION, Snapshot

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# What a type alone does not say, by class and field.
NARROWED: dict[tuple[str, str], dict[str, Any]] = {
    ("Snapshot", "schema"): {"const": SCHEMA_VERSION},
    ("Snapshot", "edition"): {"minimum": 0},
    ("Evaluation", "schema"): {"const": SCHEMA_VERSION},
    ("Evaluation", "edition"): {"minimum": 0},
    ("Evaluation", "basis"): {"minItems": 1},
    ("Text", "language"): {"enum": list(LANGUAGES)},
    ("Action", "movement"): {
        "enum": [*(one.value for one in Movement if one is not Movement.WITHDRAWN), ""],
    },
    ("Action", "causes"): {"items": {"enum": [cause.value for cause in Cause]}},
    ("Action", "expected"): {"minimum": 0},
    ("Entry", "mark"): {"enum": ["", "corrected", "supplemented"]},
    ("Action", "reported"): {"minimum": 0},
    ("Figure", "part"): {"minimum": 0},
    ("Figure", "whole"): {"minimum": 0},
}
PLAIN = {str: "string", int: "integer", bool: "boolean"}


def schema(kind: Any = Snapshot) -> dict[str, Any]:
    """Return the schema (draft 2020-12) that every published data.json of a kind is valid against.

    A field with a default may be absent, as editions from before it was added lack it; a field
    that is not named here is refused.
    """
    found = {name: _dataclass(one) for name, one in sorted(_kinds(kind).items())}
    root = found.pop(kind.__name__)
    return {
        "$schema": DIALECT,
        "$id": f"urn:napmonitor:{kind.__name__.lower()}:{SCHEMA_VERSION}",
        "title": kind.__name__,
        **root,
        "properties": {"$schema": {"type": "string"}} | root["properties"],
        "$defs": found,
    }


@cache
def _kinds(kind: Any) -> dict[str, Any]:
    """Return a dataclass and all that its fields lead to, by name."""
    found = {kind.__name__: kind}
    for hint in typing.get_type_hints(kind).values():
        for one in (hint, *typing.get_args(hint)):
            if dataclasses.is_dataclass(one) and one is not kind:
                found |= _kinds(typing.cast(Any, one))
    return found


def _dataclass(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    return {
        "description": " ".join((kind.__doc__ or "").split()),
        "type": "object",
        "properties": {
            field.name: _type(hints[field.name]) | NARROWED.get((kind.__name__, field.name), {})
            for field in fields
        },
        "required": [field.name for field in fields if _has_no_default(field)],
        "additionalProperties": False,
    }


def _has_no_default(field: "dataclasses.Field[Any]") -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def _type(hint: Any) -> dict[str, Any]:
    """Return the schema of a type; raises TypeError for one that snapshots have not used so far."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return {"$ref": f"#/$defs/{typing.cast(Any, hint).__name__}"}
    if origin in {types.UnionType, typing.Union}:
        return {"anyOf": [_type(arguments[0]), {"type": "null"}]}
    if origin is tuple:
        return {"type": "array", "items": _type(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _type(arguments[1])}
    if hint in PLAIN:
        return {"type": PLAIN[hint]}
    raise TypeError(f"no schema for {hint}")
