"""Days and shares as each language writes them; numbers alone, no clock."""

from datetime import date

MONTHS = {
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus",
        "september", "oktober", "november", "december",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
        "septembre", "octobre", "novembre", "décembre",
    ),
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August",
        "September", "Oktober", "November", "Dezember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August",
        "September", "October", "November", "December",
    ),
}  # fmt: skip


def day(text: str, language: str) -> str:
    """Return a day of ISO 8601 in words: "1er mai 2025"; what is no day stays as it is."""
    try:
        year, month, number = (int(piece) for piece in text[:10].split("-"))
        word = MONTHS[language][month - 1]
    except (ValueError, IndexError):
        return text
    ordinal = {"fr": "1er", "de": "1."}.get(language, "1") if number == 1 else str(number)
    if language == "de" and number != 1:
        ordinal += "."
    return f"{ordinal} {word} {year}"


def percent(number: int, language: str) -> str:
    """Return a share as the language writes it: "75%", "75 %" with a space that holds."""
    return f"{number}%" if language == "en" else f"{number}\u00a0%"


def date_of(*texts: str, year: int) -> tuple[int, int, int]:
    """Return the first of some days that is one, else the last of a year: year, month, day."""
    for text in texts:
        try:
            found = date.fromisoformat(text[:10])
        except ValueError:
            continue
        return found.year, found.month, found.day
    return year, 12, 31
