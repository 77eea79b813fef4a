"""How a body is named: in which language, and whether with its abbreviation."""


def fallbacks(level: str) -> tuple[str, ...]:
    """Return the languages in which to look for a name, after the reader's own.

    A body's own official language comes first: Dutch for a Flemish body, French for a Walloon
    one. Of all others both are: readers of Dutch see the French name and the other way round,
    everybody else the French one. English comes last, as no body has its official name in it.
    """
    own = ("nl", "fr") if level == "flemish" else ("fr", "nl")
    return (*own, "de", "en")


def adds(short: str, name: str) -> bool:
    """Tell whether an abbreviation says something that the name does not hold already."""
    return bool(short) and short.casefold() not in name.casefold()
