"""Entries before they are submitted, for the approval of those who answer for them."""

from collections.abc import Iterator
from dataclasses import replace

from document import selection
from document.blocks import Action as ActionBlock
from document.blocks import Block, Break, Chapter, Column, Facts, Heading, Prose, Row, Run, Table
from document.blocks import Entry as EntryBlock
from document.content import actions
from document.content.reader import Reader
from document.snapshot import Action, Approval, Proposal

SPACE = Run("\u00a0")
BLANK = (SPACE, Break(), SPACE, Break(), SPACE)  # room for a signature


def chapters(reader: Reader, approval: Approval) -> list[Chapter]:
    """Return a chapter for each actor, by name, and the lines to sign."""
    found = []
    for actor in reader.in_order(reader.actors[slug] for slug in slugs(approval)):
        anchor = reader.anchors.take(f"actor-{actor.slug}")
        blocks = tuple(said_by(reader, approval, actor.slug))
        found.append(Chapter("actor", reader.actor(actor.slug), anchor, blocks))
    anchor = reader.anchors.take("approval")
    title = Run(reader.label("approval"))
    return [*found, Chapter("approval", title, anchor, tuple(lines(reader)), is_close=True)]


def slugs(approval: Approval) -> list[str]:
    """Return the actors that speak, each once."""
    return list(dict.fromkeys(one.entry.actor for one in approval.proposals))


def said_by(reader: Reader, approval: Approval, slug: str) -> Iterator[Block]:
    """Yield what an actor is about to say, under the sections of the plan."""
    held = {one.action_id: one for one in approval.proposals if one.entry.actor == slug}
    for section, listed in selection.by_section(approval):
        spoken = [action for action in listed if action.action_id in held]
        if spoken:
            number = section.label if section else ""
            yield Heading(2, reader.section(section), reader.anchors.take("section"), number)
        for action in spoken:
            yield block(reader, action, held[action.action_id])


def block(reader: Reader, action: Action, proposal: Proposal) -> ActionBlock:
    """Return an action with what an actor is about to say, and what it said the year before."""
    heading = Heading(
        3,
        reader.title(action.titles, action.official),
        reader.anchors.take(f"entry-{action.label}"),
        action.label,
        reader.heading(action),
    )
    when = actions.period(reader, action)
    head: tuple[Block, ...] = (Facts(((reader.label("period"), when),)),) if when else ()
    now = entry(reader, action, proposal, reader.label("this_year"))
    if proposal.before is None:
        return ActionBlock(heading, head, (now,))
    year = reader.filled("year_before", year=proposal.year_before)
    before = replace(proposal, entry=proposal.before, state={}, internal=None)
    return ActionBlock(heading, head, (now, entry(reader, action, before, year)))


def entry(reader: Reader, action: Action, proposal: Proposal, title: str) -> EntryBlock:
    """Return what an actor says, under a title; what it leaves open is told."""
    said = actions.entry_block(reader, proposal.entry, action)
    state = reader.words(proposal.state)
    facts = ((state,),) if state.text else ()
    blocks = said.blocks
    if proposal.internal is not None:
        blocks = (*blocks, reader.rich(proposal.internal, reader.label("internal")))
    if not blocks:
        blocks = (Prose((Run(reader.label("nothing_written")),), "fine"),)
    # Nothing chosen yet is no silence.
    status = replace(said.status, facts=facts)
    if not proposal.entry.status:
        status = replace(status, status=None)
    anchor = reader.anchors.take("entry")
    return EntryBlock(Heading(4, (Run(title),), anchor), status, blocks)


def lines(reader: Reader) -> Iterator[Block]:
    """Yield what is asked of those who approve, and where they sign."""
    yield Prose((Run(reader.label("approval_note")),))
    names = ("signatory", "signed_on", "signature")
    columns = tuple(Column(reader.label(name), 4) for name in names)
    yield Table(reader.label("approval"), columns, tuple(Row((BLANK,) * 3) for _ in range(2)))
