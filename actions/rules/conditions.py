"""Whether a row meets a database's condition, asked of the row itself, before it is stored.

For what Django's ``Q`` says in check constraints: a database is asked a thousand times otherwise.
Unknown, as with nothing to compare, counts as met, as it does in SQL.
"""

from collections.abc import Callable
from typing import Any

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "exact": lambda value, wanted: bool(value == wanted),
    "in": lambda value, wanted: value in wanted,
    "gte": lambda value, wanted: bool(value >= wanted),
    "lte": lambda value, wanted: bool(value <= wanted),
    "range": lambda value, wanted: bool(wanted[0] <= value <= wanted[1]),
}


def met(condition: Any, row: Any) -> bool | None:
    """Tell whether a row meets a condition; None where that is unknown."""
    answers = [
        met(part, row) if hasattr(part, "connector") else compared(row, *part)
        for part in condition.children
    ]
    is_all = condition.connector == "AND"
    if (not is_all) in answers:
        found: bool | None = not is_all
    else:
        found = None if None in answers else is_all
    return found if found is None or not condition.negated else not found


def compared(row: Any, lookup: str, wanted: Any) -> bool | None:
    """Compare one column as a lookup asks; raises KeyError for a lookup that is not known."""
    name, _sign, comparison = lookup.partition("__")
    value = getattr(row, name)
    if comparison == "isnull":
        return (value is None) == wanted
    other = getattr(row, wanted.name) if hasattr(wanted, "resolve_expression") else wanted
    if value is None or other is None:
        return None
    return COMPARISONS[comparison or "exact"](value, other)
