"""The workbook in which the secretariat says whom to invite: a row for each person and body.

It is read in whichever language it was filled in. A body is known by any of its names, by its
abbreviation or its key; what is there already is left as it is, so that the same workbook can be
brought in again.
"""

import io
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from actions import menus, workbooks
from actions.enums import MemberRole
from actions.forms.members import LANGUAGES as OFFERED
from actions.models import Actor, ActorAlias
from actions.models.fields import LANGUAGE_NAMES
from actions.models.memberships import MEMBER_ROLES
from actions.refusals import Refused
from actions.rules.search import fold
from actions.services import members
from actions.services.members import Invited
from actions.workbooks import Column, Contents, Row, Sheet, Wrong, as_text
from actions.workbooks.making import HEAD, LONGEST_TITLE, TOP, Lists, put
from actions.workbooks.tables import MARK, folded, in_all, told

PURPOSE, VERSION = "members", 1
TITLE = gettext_lazy("Members")
HEADINGS = {
    "actor": gettext_lazy("Organisation"),
    "email": gettext_lazy("E-mail address"),
    "role": gettext_lazy("Role"),
    "language": gettext_lazy("Language of correspondence"),
}
WIDTHS = {"actor": 60, "email": 40, "role": 18, "language": 28}
LANGUAGES = dict(OFFERED)


@dataclass
class Looked:
    """What a workbook asks for: whom to invite, and whom the site knows already."""

    contents: Contents
    new: list[Invited]
    known: list[Invited]
    left_out: int

    @property
    def faults(self) -> list[workbooks.Fault]:
        """What is wrong with it."""
        return self.contents.faults


# --- The template ---------------------------------------------------------------


def template(actors: Iterable[Actor]) -> bytes:
    """Return a workbook with a row for each of these bodies, in the active language."""
    book = Workbook()
    guide = book.active
    guide.title = _("Guidance")[:LONGEST_TITLE]
    guide.append([MARK, PURPOSE, VERSION])
    for line in (
        _(
            "Fill in a row for each person: whom to invite, for which organisation, in which role "
            "and language. Who has a role in several organisations has a row for each of them; "
            "in one organisation a person has one role."
        ),
        _(
            "The organisations that are asked for entries and have no coordinator are listed "
            "already. Rows without an e-mail address are left out."
        ),
        _(
            "Nobody is invited before you have seen the list on the site. Who has the role, or an "
            "open invitation, gets no second e-mail."
        ),
    ):
        cell = put(guide, guide.max_row + 1, 1, line)
        cell.alignment = TOP
    guide.column_dimensions["A"].width = 100
    sheet, lists = book.create_sheet(str(TITLE)[:LONGEST_TITLE]), Lists()
    choices: dict[str, list[str]] = {
        "actor": [name for _key, name in menus.of_actors(bodies())],
        "role": [str(label) for _code, label in MEMBER_ROLES],
        "language": list(LANGUAGES.values()),
    }
    for place, (name, heading) in enumerate(HEADINGS.items(), start=1):
        put(sheet, 1, place, str(heading)).font = HEAD
        letter = "ABCD"[place - 1]
        sheet.column_dimensions[letter].width = WIDTHS[name]
        if name in choices:
            choice = DataValidation("list", lists.range_of(choices[name]), allow_blank=True)
            choice.add(f"{letter}2:{letter}{members.MOST_OF_SECRETARIAT + 1}")
            sheet.add_data_validation(choice)
    role = str(dict(MEMBER_ROLES)[MemberRole.COORDINATOR.value])
    for number, actor in enumerate(actors, start=2):
        put(sheet, number, 1, actor.label)
        put(sheet, number, 3, role)
    sheet.freeze_panes = "A2"
    lists.write(book.create_sheet(_("Lists")[:LONGEST_TITLE]))
    book.active = 1
    book.properties.creator = "napmonitor"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bodies() -> list[Actor]:
    """Return every body that may have members."""
    rows = Actor.objects.with_names().filter(draft_of=None)
    return [row for row in rows if not row.is_unspecified]


# --- Reading --------------------------------------------------------------------


def sheet() -> Sheet:
    """Return what is read: the headings and the title in each language."""
    columns = tuple(
        Column(name, folded({name, *in_all(heading)}), is_required=True)
        for name, heading in HEADINGS.items()
    )
    return Sheet("members", folded({"members", *in_all(TITLE)}), columns, is_required=True)


def look(content: bytes, *, now: datetime) -> Looked:
    """Return whom a workbook asks to invite, and what is wrong with it.

    Raises Refused for what is no such workbook.
    """
    contents = workbooks.read(content, [sheet()], purpose=PURPOSE, version=VERSION)
    reader = Reader(contents, now)
    found = Looked(contents, [], [], 0)
    rows: dict[tuple[str, int], tuple[Row, Invited]] = {}
    for row in contents.rows.get("members", []):
        line = reader.line(row) if "email" in row.values else None
        found.left_out += "email" not in row.values
        if line is None:
            continue
        first, _line = rows.setdefault((line.email, line.actor.pk), (row, line))
        if first is not row:
            words = _("This person stands in row %(row)s already, for the same organisation.")
            contents.fault("members", row.number, "email", words % {"row": first.number})
    there = members.already([email for email, _actor in rows], now=now)
    found.known = [line for key, (_row, line) in rows.items() if key in there]
    others = [(row, line) for key, (row, line) in rows.items() if key not in there]
    if len(others) > members.MOST_OF_SECRETARIAT:
        words = _("At most %(most)s people are invited at once. Divide the list.")
        contents.fault("members", None, "", words % {"most": members.MOST_OF_SECRETARIAT})
    else:
        found.new = [line for row, line in others if reader.is_invitable(row, line)]
    # What is asked of the database comes last, and is told where it stands.
    contents.faults.sort(key=lambda fault: fault.row or 0)
    return found


class Reader:
    """Reads rows, and notes what is wrong with them."""

    def __init__(self, contents: Contents, now: datetime) -> None:
        self.contents, self.now = contents, now
        self.actors = named()
        self.roles = told(MEMBER_ROLES)
        self.languages = told(LANGUAGE_NAMES.items())
        for code, name in LANGUAGES.items():
            self.languages[fold(name)] = code

    def line(self, row: Row) -> Invited | None:
        """Return what a row asks for; None where something is wrong with it."""
        email = self.text(row, "email").lower()
        actor = self.actor(row)
        role = self.choice(row, "role", self.roles, [str(label) for _code, label in MEMBER_ROLES])
        language = self.choice(row, "language", self.languages, LANGUAGES.values())
        if not (email and actor and role and language):
            return None
        return Invited(email, actor, role, language)

    def text(self, row: Row, column: str) -> str:
        """Return a text of a row, "" where there is none, or none that can be read."""
        try:
            return as_text(row.values.get(column, ""))
        except Wrong as wrong:
            self.contents.fault("members", row.number, column, str(wrong))
            return ""

    def choice(
        self, row: Row, column: str, known: Mapping[str, str], offered: Iterable[str]
    ) -> str:
        """Return the code of a choice, by its words in any language."""
        given = self.text(row, column)
        if given and fold(given) in known:
            return known[fold(given)]
        if column not in row.values or given:
            words = _("Choose one of these: %(choices)s.") % {"choices": ", ".join(offered)}
            self.contents.fault("members", row.number, column, words)
        return ""

    def actor(self, row: Row) -> Actor | None:
        """Return the body that a row names, where it is one and no other."""
        given = self.text(row, "actor")
        found = self.actors.get(fold(given), []) if given else []
        if len(found) == 1:
            return found[0]
        if given:
            words = (
                _("Several organisations are called so. Choose one from the list of the template.")
                if found
                else _("No organisation is called so. Choose one from the list of the template.")
            )
            self.contents.fault("members", row.number, "actor", words)
        elif "actor" not in row.values:
            self.contents.fault("members", row.number, "actor", _("Choose an organisation."))
        return None

    def is_invitable(self, row: Row, line: Invited) -> bool:
        """Tell whether somebody can be invited; else say why not, at the cell."""
        try:
            members.check_invitable(line.email, line.actor, now=self.now)
        except ValidationError as error:
            for column, messages in error.message_dict.items():
                place = column if column in HEADINGS else "email"
                self.contents.fault("members", row.number, place, " ".join(messages))
            return False
        return True


def named() -> dict[str, list[Actor]]:
    """Return the bodies that may have members by each of their names, folded."""
    found: dict[str, dict[int, Actor]] = defaultdict(dict)
    rows = {actor.pk: actor for actor in bodies()}
    for actor in rows.values():
        names = {actor.slug, *in_all(Label(actor))}
        for name in names:
            found[fold(name)][actor.pk] = actor
    names_alone = set(found)
    for alias in ActorAlias.objects.filter(actor__in=rows):
        # A name is stronger than how some source once wrote another body.
        if fold(alias.text) not in names_alone:
            found[fold(alias.text)][alias.actor_id] = rows[alias.actor_id]
    return {name: list(actors.values()) for name, actors in found.items()}


class Label:
    """The label of a body, asked for anew in each language."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def __str__(self) -> str:
        return str(self.actor.label)


# --- Between the preview and the act --------------------------------------------


def packed(lines: Iterable[Invited]) -> str:
    """Return lines as a form carries them."""
    return json.dumps([[row.email, row.actor.pk, row.role, row.language] for row in lines])


def unpacked(text: str) -> list[Invited]:
    """Return the lines that a form carried; raises Refused for what is none."""
    try:
        rows = [
            (str(email), int(actor), str(role), str(language))
            for email, actor, role, language in json.loads(text)
        ]
    except (ValueError, TypeError, RecursionError) as error:
        raise Refused(_("Upload the workbook again.")) from error
    actors = {actor.pk: actor for actor in bodies()}
    roles = {code for code, _label in MEMBER_ROLES}
    if len(rows) > members.MOST_OF_SECRETARIAT or any(
        actor not in actors or role not in roles or language not in LANGUAGES
        for _email, actor, role, language in rows
    ):
        raise Refused(_("Upload the workbook again."))
    return [Invited(email, actors[actor], role, lang) for email, actor, role, lang in rows]
