"""What the database itself guards with triggers, on SQLite and on PostgreSQL.

What constraints cannot say: rules that span rows (the tree of actors has no circle; section
and parent belong to the action's plan; a sub-action hangs under a numbered action); steps
that a round or an entry may not take; records that are never changed; and a token that
changes with every change of what readers see.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connections, transaction

from actions.rules.transitions import CHANGES, ROUND_CHANGES

Rule = tuple[str, str, tuple[str, ...], str, str]

# Tables whose rows stand on public pages; a change of any draws a new revision.
PUBLIC_TABLES = (
    "action",
    "actionflag",
    "actiontheme",
    "actor",
    "actoralias",
    "actorname",
    "amendment",
    "amendmentline",
    "classification",
    "formerwording",
    "plan",
    "publishedaction",
    "publishedentry",
    "publishedround",
    "reportinground",
    "responsibility",
    "section",
    "source",
    "succession",
    "theme",
)

# What an entry says: see ``actions.models.entries``, which a test compares.
ENTRY_TEXTS = (
    "language", "done", "results", "obstacles", "next_steps", "reason", "gender", "sme",
    "internal", "obstacle_codes", "expected_by", "evidence", "unchanged",
)  # fmt: skip

# name, table, events, condition under which the change is refused, message
RULES: tuple[Rule, ...] = (
    (
        "actor_circle",
        "actions_actor",
        ("INSERT", "UPDATE"),
        """NEW.parent_id IS NOT NULL AND EXISTS (
            WITH RECURSIVE above(id) AS (
                SELECT NEW.parent_id
                UNION SELECT a.parent_id FROM actions_actor a JOIN above ON a.id = above.id
            ) SELECT 1 FROM above WHERE id = NEW.id)""",
        "the tree of actors has a circle",
    ),
    (
        "action_section_plan",
        "actions_action",
        ("INSERT", "UPDATE"),
        """NEW.section_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM actions_section s
            WHERE s.id = NEW.section_id AND s.plan_id = NEW.plan_id)""",
        "the section belongs to another plan",
    ),
    (
        "section_plan",
        "actions_section",
        ("UPDATE",),
        """EXISTS (SELECT 1 FROM actions_action a
            WHERE a.section_id = NEW.id AND a.plan_id <> NEW.plan_id)""",
        "the section has actions of another plan",
    ),
    (
        "action_parent",
        "actions_action",
        ("INSERT", "UPDATE"),
        """NEW.parent_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM actions_action p
            WHERE p.id = NEW.parent_id AND p.plan_id = NEW.plan_id
              AND p.parent_id IS NULL AND p.id <> NEW.id)""",
        "a sub-action hangs under a numbered action of its plan",
    ),
    (
        "action_children",
        "actions_action",
        ("UPDATE",),
        """EXISTS (SELECT 1 FROM actions_action c WHERE c.parent_id = NEW.id
            AND (c.plan_id <> NEW.plan_id OR NEW.parent_id IS NOT NULL))""",
        "an action with sub-actions stays a numbered action of its plan",
    ),
)


def other_change(changes: Iterable[tuple[str, str]]) -> str:
    """Return the condition that a state changed otherwise than in these steps."""
    allowed = " OR ".join(
        f"(OLD.state = '{before}' AND NEW.state = '{after}')" for before, after in sorted(changes)
    )
    return f"OLD.state <> NEW.state AND NOT ({allowed})"


# That no finished, accepted entry is what another one says it was carried over from.
NO_SOURCE = """NOT EXISTS (
    SELECT 1 FROM actions_entry f
    JOIN actions_reportinground earlier ON earlier.id = f.round_id
    JOIN actions_reportinground here ON here.id = NEW.round_id
    WHERE f.id = NEW.carried_from_id AND (f.responsibility_id = NEW.responsibility_id OR EXISTS (
        SELECT 1 FROM actions_responsibility held
        JOIN actions_responsibility taken ON taken.action_id = held.action_id
        JOIN actions_succession s
          ON s.predecessor_id = held.actor_id AND s.successor_id = taken.actor_id
        WHERE held.id = f.responsibility_id AND taken.id = NEW.responsibility_id))
      AND f.state = 'accepted' AND f.status = NEW.status
      AND earlier.plan_id = here.plan_id AND earlier.year < here.year)"""

# That neither of two actors under one action took over from the other.
NO_HEIR = """NOT EXISTS (
    SELECT 1 FROM actions_responsibility held
    JOIN actions_responsibility taken ON taken.action_id = held.action_id
    JOIN actions_succession s
      ON (s.predecessor_id = held.actor_id AND s.successor_id = taken.actor_id)
      OR (s.predecessor_id = taken.actor_id AND s.successor_id = held.actor_id)
    WHERE held.id = OLD.responsibility_id AND taken.id = NEW.responsibility_id)"""

# As above, for rules that need no lock: they look at the changed row, and at rows that stay.
ROW_RULES: tuple[Rule, ...] = (
    (
        "round_steps",
        "actions_reportinground",
        ("UPDATE",),
        other_change(ROUND_CHANGES),
        "a round is opened, closed and reopened",
    ),
    (
        "round_starts_planned",
        "actions_reportinground",
        ("INSERT",),
        # An evaluation asks nobody: it is closed from the start.
        "NEW.state <> 'planned' AND NEW.kind <> 'evaluation'",
        "a round starts as planned",
    ),
    (
        "entry_steps",
        "actions_entry",
        ("UPDATE",),
        other_change(CHANGES),
        "an entry cannot take this step",
    ),
    (
        "entry_starts_empty",
        "actions_entry",
        ("INSERT",),
        "NEW.state <> 'empty' AND (NEW.state <> 'accepted' OR NEW.carried_from_id IS NULL)",
        "an entry starts empty or carried over",
    ),
    (
        "entry_carried_steps",
        "actions_entry",
        ("UPDATE",),
        # To and from a carried entry only; and only by carrying over is one accepted at once.
        "(NEW.carried_from_id IS NOT NULL AND NEW.state <> OLD.state AND OLD.state <> 'empty')"
        " OR (OLD.state = 'empty' AND NEW.state = 'accepted' AND NEW.carried_from_id IS NULL)"
        " OR (OLD.state = 'accepted' AND NEW.state IN ('empty', 'draft')"
        " AND OLD.carried_from_id IS NULL)"
        " OR (OLD.carried_from_id IS NOT NULL AND NEW.state = 'returned')"
        " OR (OLD.state = 'accepted' AND NEW.state = 'accepted'"
        " AND COALESCE(OLD.carried_from_id, 0) <> COALESCE(NEW.carried_from_id, 0))",
        "an entry is carried over, or no longer, as a whole",
    ),
    (
        "entry_starts_carried",
        "actions_entry",
        ("INSERT",),
        f"NEW.carried_from_id IS NOT NULL AND {NO_SOURCE}",
        "what is carried over comes from an earlier round of the same actor and action",
    ),
    (
        "entry_carried_from",
        "actions_entry",
        ("UPDATE",),
        # A report that was published keeps what it said, whatever becomes of the source.
        "NEW.carried_from_id IS NOT NULL"
        " AND (OLD.carried_from_id IS NULL OR OLD.carried_from_id <> NEW.carried_from_id"
        f" OR OLD.status <> NEW.status) AND {NO_SOURCE}",
        "what is carried over comes from an earlier round of the same actor and action",
    ),
    (
        "entry_accepted_by_author",
        "actions_entry",
        ("UPDATE",),
        """NEW.state = 'accepted' AND OLD.state <> 'accepted' AND EXISTS (
            SELECT 1 FROM actions_entryversion v
            WHERE v.entry_id = NEW.id AND v.author_id = NEW.decided_by_id)""",
        "nobody accepts an entry that she wrote",
    ),
    (
        "entry_handed_in_stays",
        "actions_entry",
        ("UPDATE",),
        "OLD.state IN ('submitted', 'accepted') AND OLD.carried_from_id IS NULL AND ("
        + " OR ".join(f"OLD.{name} <> NEW.{name}" for name in ("version", "status", *ENTRY_TEXTS))
        + ")",
        "what was handed in changes only after it was taken or given back",
    ),
    (
        "entry_version_in_order",
        "actions_entryversion",
        ("INSERT",),
        """NOT EXISTS (SELECT 1 FROM actions_entry e
            WHERE e.id = NEW.entry_id AND e.version = NEW.number)""",
        "a version of an entry is the one that the entry has now",
    ),
    (
        "entry_stays",
        "actions_entry",
        ("UPDATE",),
        "OLD.round_id <> NEW.round_id OR OLD.version > NEW.version"
        f" OR (OLD.responsibility_id <> NEW.responsibility_id AND {NO_HEIR})",
        "an entry stays in its round and with its actor, and its version only grows",
    ),
    (
        "entry_version_permanent",
        "actions_entryversion",
        ("UPDATE",),
        "1 = 1",
        "a version of an entry is never changed",
    ),
    (
        "review_event_permanent",
        "actions_reviewevent",
        ("UPDATE",),
        "1 = 1",
        "a review event is never changed",
    ),
    (
        "factor_reset_permanent",
        "actions_factorreset",
        ("UPDATE",),
        # An erased person leaves no text behind.
        "NEW.person_id <> OLD.person_id OR NEW.proposed_at <> OLD.proposed_at"
        " OR COALESCE(NEW.proposed_by_id, 0) <> COALESCE(OLD.proposed_by_id, 0)"
        " OR (NEW.reason <> OLD.reason AND NEW.reason <> '')"
        " OR (OLD.state <> 'open' AND (NEW.state <> OLD.state OR NEW.closed_at <> OLD.closed_at"
        " OR COALESCE(NEW.closed_by_id, 0) <> COALESCE(OLD.closed_by_id, 0)"
        " OR (NEW.note <> OLD.note AND NEW.note <> '')))",
        "the record of a reset is never changed",
    ),
)
# Rows that nothing deletes, with what makes a new row the same as one that is there.
# (TRUNCATE and the emptying of test databases go around triggers.)
KEPT = {
    "entryversion": "id = NEW.id OR (entry_id = NEW.entry_id AND number = NEW.number)",
    "reviewevent": "id = NEW.id",
    "factorreset": "id = NEW.id",
}


FRESH_ON_SQLITE = "lower(hex(randomblob(16)))"


# The triggers of a database, each with its table.
TRIGGERS = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c "
    "ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)",
}
# Its tables, each with its columns.
COLUMNS = {
    "sqlite": "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c "
    "WHERE t.type = 'table'",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema = current_schema()",
}
Schema = dict[str, set[str]]
# What makes the statements of an application for a kind of database and a schema; each application
# with triggers adds its own when it is ready.
Statements = Callable[[str, Schema], list[str]]
GUARDS: list[Statements] = []


def missing_triggers(*, using: str = "default") -> list[str]:
    """Return the names of triggers that the tables ask for and that are not there, in order.

    None are missing where nothing was migrated yet. Where some are, the last ``migrate`` was
    stopped in the middle: whoever writes must not, until one has succeeded.
    """
    vendor = connections[using].vendor
    with connections[using].cursor() as cursor:
        schema = read_schema(vendor, cursor)
        cursor.execute(TRIGGERS[vendor])
        present = {(name, table) for name, table in cursor.fetchall()}
    if "actions_revision" not in schema:
        return []
    wanted = {
        found.groups()
        for statements in GUARDS
        for statement in statements(vendor, schema)
        if (found := re.match(r"CREATE TRIGGER (\w+) .*? ON (\w+)", statement))
    }
    return sorted(name for name, _table in wanted - present)


class UnguardedError(Exception):
    """Triggers are missing, so nobody may write."""


def require_triggers(*, using: str = "default") -> None:
    """Raise ``UnguardedError``, with what to do, where a trigger is missing."""
    if missing := missing_triggers(using=using):
        raise UnguardedError(
            f"The database is not guarded ({len(missing)} triggers are missing, {missing[0]} among "
            "them): a migration was stopped in the middle. Run manage.py migrate."
        )


def before_migrating(*, using: str = "default", plan: list[Any] | None = None, **_: Any) -> None:
    """Take the triggers away before SQLite migrates something; they come back afterwards.

    SQLite rebuilds a table to alter it, and a trigger that looks at other tables would
    refuse the copying, or stop it where it names a table that is away for a moment. On
    PostgreSQL they stay up: a migration that fails leaves none behind that is missing. A
    step that writes to a table after it was renamed in the same run would be told so by the
    function of its trigger, which names the old one until all is migrated.
    """
    if plan != [] and connections[using].vendor == "sqlite":
        drop_triggers(using=using)


def drop_triggers(*, using: str = "default") -> None:
    """Take every trigger of ours away, on both databases."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        drop_those_of("", connections[using].vendor, cursor)


def drop_those_of(app: str, vendor: str, cursor: Any) -> None:
    """Take away the triggers of an application's tables; of all without one."""
    cursor.execute(TRIGGERS[vendor])
    for trigger, table in cursor.fetchall():
        if trigger.startswith("nap_") and table.startswith(app):
            place = f" ON {table}" if vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {trigger}{place}")


def install_triggers(*, using: str = "default", **_: Any) -> None:
    """Put every trigger in place of those that are there; doing so twice changes nothing."""
    vendor = connections[using].vendor
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        schema = read_schema(vendor, cursor)
        if "actions_revision" not in schema:
            return
        drop_those_of("actions_", vendor, cursor)
        for statement in statements(vendor, schema):
            cursor.execute(statement)


def statements(vendor: str, schema: Schema) -> list[str]:
    """Return the statements for a kind of database and a schema."""
    return {"sqlite": sqlite_statements, "postgresql": postgresql_statements}[vendor](schema)


def read_schema(vendor: str, cursor: Any) -> Schema:
    """Return the columns of each table."""
    schema: Schema = {}
    cursor.execute(COLUMNS[vendor])
    for table, column in cursor.fetchall():
        schema.setdefault(table, set()).add(column)
    return schema


def fitting(rules: Iterable[Rule], schema: Schema) -> list[Rule]:
    """Return the rules whose tables and columns are there.

    Some are not after a step back to an earlier migration; the version of the software that
    belongs to that one puts up its own triggers when it migrates.
    """
    found = []
    for rule in rules:
        _name, table, _events, condition, _message = rule
        tables = {table, *re.findall(r"\b(?:actions|reports)_\w+", condition)}
        columns = {column for name in tables for column in schema.get(name, ())}
        if tables <= schema.keys() and set(re.findall(r"\w\.(\w+)", condition)) <= columns:
            found.append(rule)
    return found


def sqlite_rules(rules: Iterable[Rule]) -> list[str]:
    """Return the statements that make SQLite refuse what some rules refuse."""
    found = []
    for name, table, events, condition, message in rules:
        for event in events:
            trigger = f"nap_{name}_{event.lower()}"
            found.append(
                # After the change, as the row must be there for a circle to show.
                f"CREATE TRIGGER {trigger} AFTER {event} ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
    return found


def postgresql_rules(rules: Iterable[Rule], lock: str = "") -> list[str]:
    """Return the statements that make PostgreSQL refuse what some rules refuse."""
    found = []
    for name, table, events, condition, message in rules:
        function = f"nap_{name}"
        found += [
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {lock}"
            f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = "
            "'check_violation'; END IF; RETURN NULL; END $$",
            f"CREATE TRIGGER {function} AFTER {' OR '.join(events)} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()",
        ]
    return found


def sqlite_statements(schema: Schema) -> list[str]:
    """Return the statements for a schema on SQLite."""
    found = [f"INSERT OR IGNORE INTO actions_revision (id, token) VALUES (1, {FRESH_ON_SQLITE})"]
    found += sqlite_rules(fitting(RULES + ROW_RULES, schema))
    for table in there(KEPT, schema):
        trigger = f"nap_kept_{table}"
        found += [
            f"CREATE TRIGGER {trigger} BEFORE DELETE ON actions_{table} "
            "BEGIN SELECT RAISE(ABORT, 'this record is never deleted'); END",
            # INSERT OR REPLACE would delete without firing the trigger above.
            f"CREATE TRIGGER {trigger}_insert BEFORE INSERT ON actions_{table} "
            f"WHEN EXISTS (SELECT 1 FROM actions_{table} WHERE {KEPT[table]}) "
            "BEGIN SELECT RAISE(ABORT, 'this record is never replaced'); END",
        ]
    for table in there(PUBLIC_TABLES, schema):
        found += sqlite_revision(f"actions_{table}")
    return found


def there(tables: Iterable[str], schema: Schema) -> list[str]:
    """Return the tables of this application that are there."""
    return [table for table in tables if f"actions_{table}" in schema]


def sqlite_revision(table: str) -> list[str]:
    """Return the statements that make SQLite draw a new revision when a table changes."""
    return [
        f"CREATE TRIGGER nap_revision_{table}_{event.lower()} AFTER {event} ON {table} "
        f"BEGIN UPDATE actions_revision SET token = {FRESH_ON_SQLITE}; END"
        for event in ("INSERT", "UPDATE", "DELETE")
    ]


def postgresql_statements(schema: Schema) -> list[str]:
    """Return the statements for a schema on PostgreSQL."""
    fresh = "replace(gen_random_uuid()::text, '-', '')"
    found = [
        f"INSERT INTO actions_revision (id, token) VALUES (1, {fresh}) ON CONFLICT DO NOTHING",
        "CREATE OR REPLACE FUNCTION nap_revision() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN UPDATE actions_revision SET token = {fresh}; RETURN NULL; END $$",
    ]
    # The lock lets one writer look at a time, or two could each miss the other's change.
    lock = "PERFORM 1 FROM actions_revision FOR UPDATE; "
    found += postgresql_rules(fitting(RULES, schema), lock)
    found += postgresql_rules(fitting(ROW_RULES, schema))
    found.append(
        "CREATE OR REPLACE FUNCTION nap_kept() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'this record is never deleted' "
        "USING ERRCODE = 'check_violation'; END $$"
    )
    found += [
        f"CREATE TRIGGER nap_kept BEFORE DELETE ON actions_{table} "
        "FOR EACH ROW EXECUTE FUNCTION nap_kept()"
        for table in there(KEPT, schema)
    ]
    for table in there(PUBLIC_TABLES, schema):
        found += postgresql_revision(f"actions_{table}")
    return found


def postgresql_revision(table: str) -> list[str]:
    """Return the statements that make PostgreSQL draw a new revision when a table changes."""
    return [
        f"CREATE TRIGGER nap_revision AFTER INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION nap_revision()"
    ]
