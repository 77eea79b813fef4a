"""By which rules the report came about, what its words mean, where it is from, who answers."""

from collections.abc import Iterator

from document import selection
from document.blocks import (
    Block,
    Break,
    Column,
    Facts,
    Heading,
    Items,
    Line,
    Prose,
    Row,
    Run,
    Table,
)
from document.content import masthead
from document.content.reader import Reader

RULES = 7
LICENCES = {"https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0"}


def blocks(reader: Reader) -> list[Block]:
    """Return the whole chapter."""
    found: list[Block] = [Prose((Run(reader.label("method_text")),))]
    rules = [reader.label(f"rule_{number}") for number in range(1, RULES + 1)]
    if all(rules):
        found += [
            Heading(2, (Run(reader.label("rule_title")),)),
            Prose((Run(reader.label("rule_intro")),)),
            Items(tuple((Run(text),) for text in rules), is_ordered=True),
        ]
        found += [
            Prose((Run(reader.label(key)),))
            for key in ("rule_overdue", "rule_carried", "rule_override", "rule_movement")
            if reader.label(key)
        ]
        found += [Heading(2, (Run(reader.label("limits_title")),)), *limits(reader)]
    found += [Heading(2, (Run(reader.label("vocabulary")),)), vocabulary(reader)]
    found += [Heading(2, (Run(reader.label("colophon") or reader.label("source")),))]
    return [*found, Facts(tuple(colophon(reader)))]


def limits(reader: Reader) -> list[Block]:
    """Return what the report cannot tell: self-reported, how many with evidence, untranslated."""
    entries = [
        entry for action in reader.snapshot.actions for entry in action.entries if entry.status
    ]
    evident = sum(bool(entry.evidence) for entry in entries)
    behalf = sum(entry.on_behalf for entry in entries)
    texts = [text for entry in entries for text in entry.texts.values()]
    foreign = sum(text.read(reader.language)[1] != reader.language for text in texts)
    said = (
        reader.label("limits_self"),
        reader.filled("limits_evidence", n=evident, whole=len(entries)),
        reader.filled("limits_behalf", n=behalf, whole=len(entries)),
        reader.filled("limits_language", n=foreign, whole=len(texts)),
        reader.filled(
            "limits_incomplete",
            n=sum(action.is_incomplete for action in selection.numbered(reader.snapshot.actions)),
        ),
    )
    page = f"{reader.snapshot.site}/{reader.language}/method/"
    link = Run(page, link=page)
    return [
        Prose((Run(" ".join(filter(None, said))),)),
        Prose((Run(reader.colon(reader.label("method_page"))), link)),
    ]


def vocabulary(reader: Reader) -> Table:
    """Return the statuses with their meanings."""
    columns = (Column(reader.label("status"), 2), Column(reader.label("meaning"), 5))
    rows = tuple(
        Row(((reader.plain_status(one.code),), (reader.words(one.meanings),)))
        for one in reader.snapshot.vocabulary
    )
    return Table(reader.label("vocabulary"), columns, rows)


def colophon(reader: Reader) -> Iterator[tuple[str, Line]]:
    """Yield who answers for the report, its licence, its other forms, how to cite it."""
    snapshot, language = reader.snapshot, reader.language
    source = snapshot.plan_source
    title = Run(
        source.title or source.url,
        reader.tongue(source.language) if source.language else "",
        link=source.url,
    )
    address: Line = (Break(), Run(source.url, look="address")) if source.title else ()
    yield reader.label("source"), (title, *reader.original(title.language), *address)
    for key in ("publisher", "contact", "issn"):
        if value := getattr(snapshot, key):
            yield reader.label(key), (Run(value),)
    if snapshot.licence:
        yield reader.label("licence"), licence(snapshot.licence)
    where = masthead.address(snapshot, language)
    if formats := reader.label("other_formats"):
        yield reader.label("available"), (Run(f"{formats} "), Run(where, link=where))
    if snapshot.recipients:
        names = [(reader.words(one),) for one in snapshot.recipients]
        yield reader.label("recipients"), reader.joined(names)
    if access := reader.label("accessible"):
        yield reader.label("accessibility"), (Run(access),)
    yield reader.label("cite"), (Run(masthead.citation(snapshot, language)),)
    schema = reader.filled("schema", version=snapshot.schema)
    proof = f"{schema} · {masthead.edition(snapshot, language)}"
    code = Run(selection.checksum(snapshot), look="code")
    yield reader.label("checksum"), (code, Break(), Run(proof, look="fine"))


def licence(address: str) -> Line:
    """Return a licence by its name, where it has a known one, and its address."""
    name = LICENCES.get(address)
    if name is None:
        return (Run(address, link=address),)
    return (Run(name, link=address), Break(), Run(address, look="address"))
