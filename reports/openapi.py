"""The description of the interface for programs, as OpenAPI 3.1; the page for readers prints it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from actions.dictionary import CODE, FIELDS, NUMBER, TEXT, TRUE_OR_FALSE, Kind
from actions.enums import Level, Nature, Role, RoundKind, Status
from actions.models.statuses import STATUS_WORDS

VERSION = "1.0.0"
LICENCE = {
    "name": "CC0 1.0",
    "url": "https://creativecommons.org/publicdomain/zero/1.0/",
}
Schema = dict[str, Any]

TEXTS: Schema = {
    "type": "object",
    "description": "Texts by language: nl, fr, de, en; a language without a text is absent.",
    "additionalProperties": {"type": "string"},
}
DAY: Schema = {"type": ["string", "null"], "format": "date"}
MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}


def text(description: str = "") -> Schema:
    """Return a text."""
    return {"type": "string"} | ({"description": description} if description else {})


def maybe(description: str = "") -> Schema:
    """Return a text that may be null."""
    return text(description) | {"type": ["string", "null"]}


def whole(description: str = "") -> Schema:
    """Return a whole number."""
    return text(description) | {"type": "integer"}


def truth(description: str = "") -> Schema:
    """Return true or false."""
    return text(description) | {"type": "boolean"}


def listed(of: Schema) -> Schema:
    """Return a list."""
    return {"type": "array", "items": of}


def thing(properties: dict[str, Schema], optional: Iterable[str] = ()) -> Schema:
    """Return an object with all of some properties and no others."""
    left = set(optional)
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in left],
        "additionalProperties": False,
    }


def reference(name: str) -> Schema:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


# --- What is answered ---------------------------------------------------------------

SIMPLE = ((TEXT, "string"), (CODE, "string"), (NUMBER, "integer"), (TRUE_OR_FALSE, "boolean"))
EDITION = {
    "year": whole("Year of the round."),
    "edition": whole("Number of the edition that says it."),
    "reference_date": {"type": "string", "format": "date"},
    "is_sample": truth("True for sample data, which contain no real entries."),
}
SHARE = {
    "code": text("coverage, carried_out, at_least_in_part or overdue."),
    "part": whole(),
    "whole": whole(),
    "percent": {"type": ["integer", "null"]},
    "incomplete": {
        "type": ["integer", "null"],
        "description": "How many of the part rest on incomplete reporting.",
    },
    "titles": TEXTS,
    "formulas": TEXTS,
}
WRITTEN = thing({"language": text(), "original": text("Markdown."), "translations": TEXTS})
DOCUMENT = thing({"title": text(), "address": text(), "kind": TEXTS, "date": text()})

NOTE = thing(
    {
        "voice": text("Key of the council or organisation that wrote the note."),
        "names": TEXTS,
        "text": WRITTEN,
        "action_id": text("Lasting key of the action that it is about, or empty."),
        "section": text("Number of the section that it is about, or empty."),
        "answers": listed(thing({"actor": text("Key of the actor."), "text": WRITTEN})),
        "evidence": listed(text()),
    }
)


def action() -> Schema:
    """Return an action: the fields of the data dictionary of the list of actions."""
    properties: dict[str, Schema] = {
        "action_id": text(
            "Lasting key: the number under which the action first stood in the plan."
        ),
        "titles": TEXTS,
    }
    for field in FIELDS:
        if not field.around and "." not in field.name and "[" not in field.name:
            properties[field.name] = of_kind(field.kind) | {"description": str(field.meaning)}
    return thing(properties)


def of_kind(kind: Kind) -> Schema:
    """Return the type of a field of the data dictionary; lists and objects stand as they are."""
    found = [name for simple, name in SIMPLE if simple is kind]
    return {"type": found[0]} if found else {}


def schemas() -> dict[str, Schema]:
    """Return what the interface answers with."""
    return {
        "Plan": thing(
            {
                "id": text("Key of the plan in addresses."),
                "titles": TEXTS,
                "intros": TEXTS,
                "source": thing({"title": text(), "url": maybe()}),
                "document": maybe("Address of the plan as it was adopted."),
                "url": text(),
                **{name: text() for name in ("actions", "rounds", "entries", "editions")},
            }
        ),
        "Action": action(),
        "Actor": thing(
            {
                "id": text("Key of the actor in addresses; it never changes."),
                "level": {"type": "string", "enum": [level.value for level in Level]},
                "kind": text(),
                "parent": maybe(),
                "icsd_role": maybe("Seat in the Interdepartmental Commission."),
                "valid_from": DAY,
                "valid_to": DAY,
                "names": listed(thing({"since": DAY, "names": TEXTS, "abbreviations": TEXTS})),
                "aliases": listed(text()),
                "successors": listed(thing({"actor": text(), "on": DAY})),
                "predecessors": listed(thing({"actor": text(), "on": DAY})),
                "url": text(),
            }
        ),
        "Round": thing(
            {
                "plan": text(),
                **EDITION,
                "published_on": {"type": "string", "format": "date"},
                "deadline": DAY
                | {"description": "Last day for entries; null where the report does not say it."},
                "compared_with": {
                    "type": ["integer", "null"],
                    "description": "Year of the report that the changes refer to.",
                },
                "figures": listed(thing(SHARE)),
                "changes": {
                    "type": "object",
                    "description": "Lasting keys of actions by what became of them.",
                    "additionalProperties": listed(text()),
                },
                "notes": listed(NOTE),
                "voices": thing(
                    {
                        "invited": whole("Organisations that were invited to write notes."),
                        "refused": whole("Notes that were not taken."),
                    }
                ),
                "url": text(),
            }
        ),
        "Entry": thing(
            {
                "plan": text(),
                **EDITION,
                "action_id": text("Lasting key of the action."),
                "action": text("Number of the action today."),
                "actor": text("Key of the actor."),
                "role": {"type": "string", "enum": [role.value for role in Role]},
                "expected": truth("Whether an entry was expected of the actor."),
                "status": {
                    "type": ["string", "null"],
                    "enum": [*(status.value for status in Status), None],
                    "description": "Null where nothing was received.",
                },
                "texts": {"type": "object", "additionalProperties": WRITTEN},
                "evidence": listed(DOCUMENT),
                "since": {
                    "type": ["integer", "null"],
                    "description": "Year since which finished work is carried over.",
                },
                "late": truth(
                    "Submitted after the deadline of the round, whatever more time was given."
                ),
                "on_behalf": truth("Written by the secretariat for the actor."),
                "unchanged": truth("Confirmed to be the same as the year before."),
                "through": text("Key of the actor that reported for this one."),
                "submitted_on": text("Day on which it was submitted, or empty."),
                "accepted_on": text("Day on which it was accepted, or empty."),
                "reopened": {
                    "oneOf": [WRITTEN, {"type": "null"}],
                    "description": "Why finished work was taken up again.",
                },
                "expected_by": text("Day by which unfinished work is now expected."),
                "obstacle_codes": listed(text()),
                "mark": text("corrected or supplemented, in a further edition."),
            }
        ),
        "Edition": thing(
            {
                "plan": text(),
                "year": whole(),
                "kind": {"type": "string", "enum": ["yearly", "evaluation"]},
                "edition": whole(),
                "state": {"type": "string", "enum": ["published", "withdrawn"]},
                "is_sample": truth(),
                "reference_date": {"type": "string", "format": "date"},
                "published_at": MOMENT,
                "withdrawn_at": MOMENT,
                "sha256": text("Of data.json, byte for byte."),
                "notes": TEXTS,
                "withdrawal": TEXTS,
                "url": text(),
                "files": listed(
                    thing(
                        {
                            "name": text(),
                            "language": maybe(),
                            "bytes": whole(),
                            "sha256": text(),
                            "url": text(),
                        }
                    )
                ),
            }
        ),
        "Problem": thing(
            {
                "type": text(),
                "title": text(),
                "status": whole(),
                "detail": text(),
                "errors": listed(thing({"parameter": text(), "detail": text()})),
            },
            optional=["errors"],
        ),
    }


# --- What can be asked --------------------------------------------------------------


def parameter(
    name: str,
    description: Any,
    *,
    among: Iterable[object] = (),
    most: int | None = None,
    several: bool = False,
) -> Schema:
    """Return a parameter of the query: a text, one of some values, or a number from 1 on."""
    values = [str(one) for one in among]
    schema: Schema = {"type": "string"} | ({"enum": values} if values else {"minLength": 1})
    if most is not None:
        schema = {"type": "integer", "minimum": 1, "maximum": most}
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": listed(schema) if several else schema,
    } | ({"style": "form", "explode": True} if several else {})


LANGUAGE = parameter(
    "language",
    _("Language of titles and addresses: nl, fr, de or en (as usual)."),
    among=("nl", "fr", "de", "en"),
)
MOST = 200  # rows of a page
MOST_PAGES = 999_999
PAGES = (
    parameter("page", _("Number of the page, from 1."), most=MOST_PAGES),
    parameter("per_page", _("Rows of a page, at most 200; 50 as usual."), most=MOST),
)
YEAR = parameter("year", _("Year of a published report; the newest as usual."))
ACTION_FILTERS = (
    parameter("q", _("Words or number, in the language of the answer.")),
    *(
        parameter(name, said, among=among, several=True)
        for name, said, among in (
            ("section", _("Number of a section."), ()),
            ("actor", _("Key of an actor, with those below it."), ()),
            ("level", _("Level of government."), [level.value for level in Level]),
            ("status", _("Status in the report."), STATUS_WORDS),
            ("overdue", _("yes or no."), ("yes", "no")),
        )
    ),
    YEAR,
    *(
        parameter(name, said, among=among, several=True)
        for name, said, among in (
            ("nature", _("one_off or continuous."), [nature.value for nature in Nature]),
            ("period", _("ended, running or undated."), ("ended", "running", "undated")),
            ("theme", _("Key of a theme."), ()),
            ("pillar", _("Pillar of the UN Guiding Principles: 1 to 3."), range(1, 4)),
            ("sdg", _("Sustainable Development Goal: 1 to 17."), range(1, 18)),
        )
    ),
)


class Endpoint(NamedTuple):
    """An address: what it answers with, whether in pages, and its own parameters."""

    path: str
    schema: str
    in_pages: bool
    meaning: Any
    own: tuple[Schema, ...] = ()


ENDPOINTS = (
    Endpoint("plans/", "Plan", True, _("The plans."), ()),
    Endpoint(
        "plans/{plan}/actions/",
        "Action",
        True,
        _("The actions of a plan, with their status in the newest report."),
        ACTION_FILTERS,
    ),
    Endpoint(
        "plans/{plan}/actions/{label}/",
        "Action",
        False,
        _("One action, by its number or its lasting key."),
        (YEAR,),
    ),
    Endpoint(
        "plans/{plan}/rounds/", "Round", True, _("The published rounds with their figures."), ()
    ),
    Endpoint(
        "plans/{plan}/entries/",
        "Entry",
        True,
        _("What each actor reported on each action, of every published round."),
        (
            parameter("year", _("Year of a published report; all as usual.")),
            parameter("action", _("Number of an action.")),
            parameter("actor", _("Key of an actor.")),
            parameter(
                "status",
                _("Status of the entry; not_reported where nothing was received."),
                among=[status.value for status in Status],
            ),
        ),
    ),
    Endpoint(
        "plans/{plan}/editions/",
        "Edition",
        True,
        _("Every edition of the reports and evaluations, with files and checksums."),
        (
            parameter(
                "kind",
                _("yearly or evaluation; both as usual."),
                among=[kind.value for kind in RoundKind],
            ),
        ),
    ),
    Endpoint(
        "actors/",
        "Actor",
        True,
        _("The actors, with all names that they had."),
        (
            parameter("plan", _("Key of a plan: those that stand under one of its actions today.")),
            parameter("level", _("Level of government."), among=[level.value for level in Level]),
        ),
    ),
    Endpoint("actors/{slug}/", "Actor", False, _("One actor."), ()),
)


def document(server: str) -> dict[str, Any]:
    """Return the description; ``server`` is the address that the paths follow."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "NAP monitor",
            "version": VERSION,
            "summary": "How far the actions of Belgium’s plans on business and human rights are.",
            "description": (
                "For reading only, without a key. Only what was published: the plans as they "
                "stand, and what the newest edition of each report says. Answers carry an ETag; "
                "send it as If-None-Match. An error is a problem document (RFC 9457) and names "
                "the parameter. An unknown parameter is an error."
            ),
            "license": LICENCE,
        },
        "servers": [{"url": server.rstrip("/")}],
        "paths": {f"/{one.path}": described(one) for one in ENDPOINTS},
        "components": {"schemas": schemas()},
    }


def described(given: Endpoint) -> Schema:
    """Return the description of an address."""
    places = [part.strip("{}") for part in given.path.split("/") if part.startswith("{")]
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in places
    ]
    name = given.path.strip("/").replace("/", "_").translate({ord("{"): None, ord("}"): None})
    answer = in_a_page(given.schema, given.path) if given.in_pages else reference(given.schema)
    own = [*in_path, *given.own, *(PAGES if given.in_pages else ()), LANGUAGE]
    return {
        "get": {
            "operationId": name,
            "summary": given.meaning,
            "parameters": own,
            "responses": {
                "200": answered("What was asked for.", answer),
                "304": {"description": "Nothing changed since the ETag that was sent."},
                "400": refused("A parameter does not fit."),
                "404": refused("There is nothing at this address."),
            },
        }
    }


def in_a_page(schema: str, path: str) -> Schema:
    """Return a page of a list."""
    around: dict[str, Schema] = {
        "count": whole("Rows on all pages."),
        "page": whole(),
        "pages": whole(),
        "next": maybe("Address of the next page."),
        "previous": maybe("Address of the page before."),
        "results": listed(reference(schema)),
    }
    if path.endswith("/actions/"):
        around |= {"plan": text(), "report": {"oneOf": [thing(EDITION), {"type": "null"}]}}
    return thing(around)


def answered(said: str, schema: Schema) -> Schema:
    """Return an answer."""
    return {"description": said, "content": {"application/json": {"schema": schema}}}


def refused(said: str) -> Schema:
    """Return an answer that is a problem."""
    content = {"application/problem+json": {"schema": reference("Problem")}}
    return {"description": said, "content": content}
