"""Snapshots in which every text has a word of its own, to see where each is printed."""

import dataclasses
import json
from typing import Any

from document.snapshot import LANGUAGES, Snapshot, from_json, to_json

# Texts that stand for things, and are not read.
CODES = {
    "$schema", "schema", "plan", "kind", "code", "slug", "level", "parent", "role", "actor",
    "language",
    "status", "derived", "rule", "nature", "movement", "label", "missing", "left_out", "through",
    "institution", "official", "site", "labels", "action_id", "section", "causes", "goals",
    "pillars", "themes", "obstacle_codes", "mark", "further", "predecessor", "successor", "voice",
    "common_before", "common_now", "licence", "on", "act", "actors_added", "actors_ended",
}  # fmt: skip
DAYS = {
    "date", "reference_date", "opened_on", "deadline", "closed_on", "validated_on", "period_end",
    "period_start", "made_at", "submitted_on", "accepted_on", "expected_by", "since", "until",
    "decided_on", "received_on",
}  # fmt: skip


def marked(snapshot: Snapshot) -> tuple[Snapshot, dict[str, dict[str, str]]]:
    """Return a snapshot with a token behind every text, and by language where each token is.

    A token of a member's text is expected in the languages whose readers get that text.
    """
    found: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    count = 0

    def token(text: str, path: str, languages: Any) -> str:
        nonlocal count
        if not text:
            return text
        count += 1
        for language in languages:
            found[language][f"zq{count}qz"] = path
        return f"{text} zq{count}qz" if "://" not in text else f"{text}#zq{count}qz"

    def walk(value: Any, path: str) -> Any:
        if isinstance(value, list):
            return [walk(one, f"{path}[{n}]") for n, one in enumerate(value)]
        if not isinstance(value, dict):
            return token(value, path, LANGUAGES) if isinstance(value, str) else value
        if set(value) == {"language", "original", "translations"}:
            return read(value, path)
        if value and set(value) <= set(LANGUAGES):
            return {key: token(text, f"{path}.{key}", [key]) for key, text in value.items()}
        return {
            key: one if key in CODES | DAYS else walk(one, f"{path}.{key}")
            for key, one in value.items()
        }

    def read(value: dict[str, Any], path: str) -> dict[str, Any]:
        translated = set(value["translations"]) - {value["language"]}
        others = set(LANGUAGES) - translated
        translations = {
            key: token(text, f"{path}.{key}", [key] if key in translated else [])
            for key, text in value["translations"].items()
        }
        original = token(value["original"], path, others)
        return value | {"original": original, "translations": translations}

    data = walk(json.loads(to_json(snapshot)), "")
    return from_json(json.dumps(data)), found


def replaced(snapshot: Snapshot, number: int, **facts: Any) -> Snapshot:
    """Return a snapshot with other facts about one of its actions."""
    actions = list(snapshot.actions)
    actions[number] = dataclasses.replace(actions[number], **facts)
    return dataclasses.replace(snapshot, actions=tuple(actions))
