"""Bodies that changed or will: their other names, and who took over from whom."""

from collections.abc import Iterator
from dataclasses import replace

from document import selection
from document.blocks import Line, Run
from document.content.reader import Reader, capitalised
from document.snapshot import Action


def lines(reader: Reader, slug: str, since: str = "") -> Iterator[Line]:
    """Yield what a body was called, what it took over, and by whom its work was or will be.

    Later than a day.

    Bodies that an edition does not name are left out: one from before they were told of.
    """
    yield from renamed(reader, slug, since)
    known = [
        one
        for one in reader.snapshot.successions
        if one.on > since and {one.predecessor, one.successor} <= reader.actors.keys()
    ]
    days = sorted({one.on for one in known})
    for day in days:
        here = [one for one in known if one.on == day]
        before = [one.predecessor for one in here if one.successor == slug]
        behind = [one.successor for one in here if one.predecessor == slug]
        yield from told(reader, day, before, ("will_take_over", "took_over"))
        yield from told(reader, day, behind, ("will_be_taken_over", "was_taken_over"))


def renamed(reader: Reader, slug: str, since: str = "") -> Iterator[Line]:
    """Yield what a body was called until a day later than the given one, and will be called."""
    actor = reader.actors.get(slug)
    now = reader.full(slug)
    for naming in actor.renamed if actor else ():
        ahead = naming.since > reader.snapshot.reference_date
        day = naming.since if ahead else naming.until
        called = reader.calling(actor, naming) if actor else ()
        if day <= since or called == now:
            continue
        key = reader.tense(day, "will_be_called", "is_called_since") if ahead else "formerly"
        yield reader.spoken(key, day=[Run(reader.day(day))], name=called)


def stated(reader: Reader, slug: str) -> Iterator[Line]:
    """Yield the same as lines of their own."""
    for line in lines(reader, slug):
        first, *others = line
        if isinstance(first, Run):
            first = replace(first, text=capitalised(first.text))
        yield (first, *others)


def told(reader: Reader, day: str, slugs: list[str], keys: tuple[str, str]) -> Iterator[Line]:
    """Yield what happens, or happened, on a day; nothing where the edition has no words for it."""
    key = reader.tense(day, *keys)
    if slugs and reader.label(key):
        names = reader.joined((reader.actor(slug),) for slug in slugs)
        yield reader.spoken(key, day=[Run(reader.day(day))], actors=names)


def of_action(reader: Reader, action: Action) -> Line:
    """Return the bodies of an action that changed since the edition before, or will.

    Of an action that the plan was given meanwhile: since then.
    """
    first = max([selection.since(reader.snapshot), *added_on(reader, action)])
    found: list[Line] = []
    for slug in dict.fromkeys(entry.actor for entry in action.entries):
        said = list(lines(reader, slug, first))
        if said:
            name = reader.actor(slug)
            found.append((name, Run(reader.colon("")), *reader.joined(said)))
    return reader.joined(found, ".")


def added_on(reader: Reader, action: Action) -> Iterator[str]:
    """Yield the days on which amendments added an action to the plan."""
    for amendment in reader.snapshot.amendments:
        if any(one.act == "add" and one.action_id == action.action_id for one in amendment.actions):
            yield amendment.on
