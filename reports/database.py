"""What the database itself guards: frozen stays frozen, published for ever, sent as it was."""

from typing import Any

from django.db import connections, transaction

from actions.database import (
    Rule,
    Schema,
    drop_those_of,
    fitting,
    postgresql_revision,
    postgresql_rules,
    read_schema,
    sqlite_revision,
    sqlite_rules,
)

# Columns of an edition that nothing changes once it is frozen.
FIXED = (
    "round_id",
    "number",
    "content",
    "checksum",
    "frozen_by_id",
    "frozen_at",
    *(f"note_{language}" for language in ("en", "fr", "nl", "de")),
)
PUBLICATION = ("published_by_id", "published_at")
EDITION = "SELECT 1 FROM reports_edition e WHERE e.id = {row}.edition_id AND e.state = 'frozen'"

# That the report which a note of a voice is for is frozen, or published.
OVER = """EXISTS (SELECT 1 FROM reports_invitedvoice v
    JOIN actions_reportinground r ON r.id = v.round_id
    WHERE v.id = {voice} AND (r.frozen_at IS NOT NULL OR r.published IS NOT NULL))"""

# Tables whose rows stand on public pages; a change of any draws a new revision.
PUBLIC_TABLES = ("reports_edition", "reports_transmission")


def changed(*columns: str) -> str:
    """Return the condition that one of some columns has another value now."""
    return "(" + " OR ".join(f"OLD.{column} <> NEW.{column}" for column in columns) + ")"


RULES: tuple[Rule, ...] = (
    (
        "edition_fixed",
        "reports_edition",
        ("UPDATE",),
        f"{changed(*FIXED)} OR (OLD.state <> 'frozen' AND {changed(*PUBLICATION)})"
        " OR OLD.state = 'withdrawn'",
        "a frozen edition is never changed",
    ),
    (
        "edition_steps",
        "reports_edition",
        ("UPDATE",),
        "OLD.state <> NEW.state AND NOT ((OLD.state = 'frozen' AND NEW.state = 'published')"
        " OR (OLD.state = 'published' AND NEW.state = 'withdrawn'))",
        "an edition is frozen, published, withdrawn",
    ),
    (
        "edition_starts_frozen",
        "reports_edition",
        ("INSERT",),
        "NEW.state <> 'frozen'",
        "an edition starts frozen",
    ),
    (
        "edition_permanent",
        "reports_edition",
        ("DELETE",),
        "OLD.state <> 'frozen'",
        "a published edition is never deleted",
    ),
    (
        "edition_file_fixed",
        "reports_editionfile",
        ("UPDATE",),
        "1 = 1",
        "a file of an edition is never changed",
    ),
    (
        "edition_file_added",
        "reports_editionfile",
        ("INSERT",),
        f"NOT EXISTS ({EDITION.format(row='NEW')})",
        "files are added to a frozen edition only",
    ),
    *(
        (
            f"{table}_frozen",
            f"reports_{table}",
            ("INSERT", "UPDATE"),
            OVER.format(voice=voice),
            "the notes of a frozen or published report stay as they are",
        )
        for table, voice in (
            ("voicenote", "NEW.voice_id"),
            (
                "noteanswer",
                "(SELECT n.voice_id FROM reports_voicenote n WHERE n.id = NEW.note_id)",
            ),
        )
    ),
    (
        "covering_letter_sent",
        "reports_coveringletter",
        ("UPDATE",),
        # SQL has a word "to" of its own.
        f"""({changed("edition_id", "recipient_id", "language", "subject", "text")}
            OR OLD."to" <> NEW."to") AND EXISTS (SELECT 1 FROM reports_transmission t
            WHERE t.id = OLD.transmission_id AND t.struck_at IS NULL)""",
        "a covering letter that was sent stays as it was",
    ),
)
# Before the row goes: afterwards nobody could tell which edition it belonged to.
BEFORE: tuple[Rule, ...] = (
    (
        "edition_file_permanent",
        "reports_editionfile",
        ("DELETE",),
        f"NOT EXISTS ({EDITION.format(row='OLD')})",
        "a file of a published edition is never deleted",
    ),
)


def install_triggers(*, using: str = "default", **_: Any) -> None:
    """Put every trigger in place of those that are there; doing so twice changes nothing."""
    vendor = connections[using].vendor
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        schema = read_schema(vendor, cursor)
        drop_those_of("reports_", vendor, cursor)
        for statement in statements(vendor, schema):
            cursor.execute(statement)


def statements(vendor: str, schema: Schema) -> list[str]:
    """Return the statements for a kind of database and a schema."""
    draw = sqlite_revision if vendor == "sqlite" else postgresql_revision
    public = [table for table in PUBLIC_TABLES if table in schema]
    return [statement for table in public for statement in draw(table)] + guards(vendor, schema)


def guards(vendor: str, schema: Schema) -> list[str]:
    """Return the statements that make a kind of database refuse what the rules refuse."""
    rules, before = fitting(RULES, schema), fitting(BEFORE, schema)
    if vendor == "sqlite":
        return sqlite_rules(rules) + [
            f"CREATE TRIGGER nap_{name} BEFORE DELETE ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for name, table, _events, condition, message in before
        ]
    return postgresql_rules(rules) + [
        statement
        for name, table, _events, condition, message in before
        for statement in (
            f"CREATE OR REPLACE FUNCTION nap_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = "
            "'check_violation'; END IF; RETURN OLD; END $$",
            f"CREATE TRIGGER nap_{name} BEFORE DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION nap_{name}()",
        )
    ]
