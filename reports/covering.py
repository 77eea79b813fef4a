"""Words a covering letter from its edition, and makes a Word document of one."""

from collections.abc import Iterator
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from actions.emails import link
from actions.typography import date_format
from document import richtext
from document.blocks import Block, Break, Chapter, Line, Prose, Report, Rich, Run
from document.snapshot import Snapshot, plain
from document.writers import word
from reports import archive
from reports.models import COUNCIL, GOVERNMENT, PARLIAMENT, CoveringLetter, Edition, Recipient


def begin(edition: Edition, recipient: Recipient) -> CoveringLetter:
    """Return a letter to begin with, not stored: in the recipient's language, from the edition."""
    with translation.override(recipient.language):
        return CoveringLetter(
            edition=edition,
            recipient=recipient,
            language=recipient.language,
            to=address_of(recipient),
            subject=subject(edition),
            text="\n\n".join(paragraphs(edition, recipient)),
        )


def address_of(recipient: Recipient) -> str:
    """Return organisation, function and postal address, each on its line."""
    lines = (recipient.organisation, recipient.function, recipient.address)
    return "\n".join(line for line in lines if line)


def subject(edition: Edition) -> str:
    """Return what a letter is about, in the active language."""
    told = {"year": edition.round.year, "plan": edition.round.plan.label}
    if edition.round.is_evaluation:
        return _("Evaluation %(year)s: %(plan)s") % told
    return _("Progress report %(year)s: %(plan)s") % told


def paragraphs(edition: Edition, recipient: Recipient) -> Iterator[str]:
    """Yield what a letter says, in the active language."""
    snapshot = archive.snapshot_of(edition)
    yield _("Dear Sir or Madam,")
    told = {"number": edition.number, "day": date_format(edition.published_at, "DATE_FORMAT")}
    if edition.round.is_evaluation:
        yield _("The evaluation of the plan was published on %(day)s (edition %(number)s).") % told
    else:
        yield _("The progress report was published on %(day)s (edition %(number)s).") % told
    if figures := "\n".join(figures_of(snapshot)):
        yield _("In figures:") + "\n" + figures
    yield "\n".join(addresses(edition))
    yield purpose(recipient)
    yield _("Yours faithfully,")
    contact = edition.round.plan.contact
    group = snapshot.label("made_by", translation.get_language() or "en")
    yield (contact.name if contact else "") or snapshot.publisher or group


def figures_of(snapshot: Snapshot) -> Iterator[str]:
    """Yield the figures that an edition published, as lines of a list."""
    language = translation.get_language() or "en"
    for figure in snapshot.figures:
        told = {
            "title": plain(figure.titles, language)[0],
            "part": figure.part,
            "whole": figure.whole,
        }
        yield "- " + _("%(title)s: %(part)s of %(whole)s actions") % told


def addresses(edition: Edition) -> Iterator[str]:
    """Yield where the report stands for everybody, as lines of text."""
    place = (edition.round.plan.slug, edition.round.name, edition.number)
    yield _("It can be read and downloaded here, and the address lasts:")
    yield link("reports:edition", *place)


def purpose(recipient: Recipient) -> str:
    """Return why the recipient gets it, by what it is."""
    words = {
        GOVERNMENT: _("It is sent to the government for information and, where needed, decision."),
        PARLIAMENT: _("It is sent to the parliament for information."),
        COUNCIL: _("It is sent to the council for information; its observations are welcome."),
    }
    return words[recipient.kind]


# --- As a Word document -----------------------------------------------------------------


def write(letter: CoveringLetter, *, on: date) -> bytes:
    """Return a letter as a Word document, dated on a day."""
    with translation.override(letter.language):
        sample = _("Sample data: no real entries.")
        day = date_format(on, "DATE_FORMAT")
    contact = letter.edition.round.plan.contact
    made = Report(
        language=letter.language,
        title=letter.subject,
        subtitle=Run(""),
        edition="",
        reference="",
        made_by=contact.name if contact else "",
        address="",
        day=(on.year, on.month, on.day),
        marks=(sample,) if letter.edition.round.is_sample else (),
        signs=(),
        cover=(),
        notices=tuple(head(letter, day)),
        chapters=(Chapter("letter", Run(""), "", (body(letter),)),),
        words={"incomplete": "", "overdue": "", "page": "{page}"},
        is_letter=True,
    )
    return word.write(made)


def head(letter: CoveringLetter, day: str) -> Iterator[Block]:
    """Yield whom a letter goes to, line by line, and its day."""
    line: Line = ()
    for text in letter.to.splitlines():
        line = (*line, *((Break(),) if line else ()), Run(text))
    yield Prose(line)
    yield Prose((Run(day),))


def body(letter: CoveringLetter) -> Rich:
    """Return the text of a letter."""
    return Rich(richtext.parse(letter.text))
