"""The period of an action in words, and as the plan prints it."""

from dataclasses import replace

from document.blocks import Line, Piece, Run
from document.content.reader import Reader, capitalised, one_line
from document.snapshot import Words


def stated(reader: Reader, period: Words, period_text: str) -> Line:
    """Return a period, and what the plan prints where that says something else."""
    said = reader.words(period)
    found: list[Piece] = [replace(said, text=capitalised(said.text))] if said.text else []
    if period_text and squeezed(period_text) != squeezed(said.text):
        language = printed_in(reader)
        printed = Run(one_line(period_text), language)
        found += [Run(" "), *reader.spoken("as_printed", text=[printed])]
        found += reader.original(language)
    return tuple(found)


def printed_in(reader: Reader) -> str:
    """Return the language of the plan's own words, "" where it is the document's or unknown."""
    language = reader.snapshot.plan_source.language
    return reader.tongue(language) if language else ""


def squeezed(text: str) -> str:
    """Return a period without what only its print makes different: spaces, kinds of dash."""
    return "".join(text.split()).replace("–", "-").replace("—", "-").casefold()
