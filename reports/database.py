"""What the database itself guards of editions: frozen stays frozen, published stays for ever."""

from typing import Any

from django.db import connections, transaction

from actions.database import (
    Rule,
    postgresql_revision,
    postgresql_rules,
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
)
# Before the row goes: afterwards nobody could tell which edition it belonged to.
BEFORE = (
    (
        "edition_file_permanent",
        "reports_editionfile",
        f"NOT EXISTS ({EDITION.format(row='OLD')})",
        "a file of a published edition is never deleted",
    ),
)


def install_triggers(*, using: str = "default", **_: Any) -> None:
    """(Re)create every trigger; doing so twice changes nothing."""
    connection = connections[using]
    if "reports_editionfile" not in connection.introspection.table_names():
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in statements(connection.vendor):
            cursor.execute(statement)


def statements(vendor: str) -> list[str]:
    """Return the statements for a kind of database."""
    draw = sqlite_revision if vendor == "sqlite" else postgresql_revision
    revision = [statement for table in PUBLIC_TABLES for statement in draw(table)]
    return revision + guards(vendor)


def guards(vendor: str) -> list[str]:
    """Return the statements that make a kind of database refuse what the rules refuse."""
    if vendor == "sqlite":
        return sqlite_rules(RULES) + [
            statement
            for name, table, condition, message in BEFORE
            for statement in (
                f"DROP TRIGGER IF EXISTS nap_{name}",
                f"CREATE TRIGGER nap_{name} BEFORE DELETE ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
            )
        ]
    return postgresql_rules(RULES) + [
        statement
        for name, table, condition, message in BEFORE
        for statement in (
            f"CREATE OR REPLACE FUNCTION nap_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = "
            "'check_violation'; END IF; RETURN OLD; END $$",
            f"DROP TRIGGER IF EXISTS nap_{name} ON {table}",
            f"CREATE TRIGGER nap_{name} BEFORE DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION nap_{name}()",
        )
    ]
