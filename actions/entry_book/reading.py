"""Finds what a workbook of entries changes, and what is wrong with it by place; stores nothing.

A row is compared with the version of the entry that it was made of. What its writer left as it
was is no change, whatever others have saved since; what they changed is checked by the very form
of an entry. Where others have saved since, the writer is shown both texts and chooses.
"""

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from actions import workbooks, writing
from actions.entry_book import layout, unread
from actions.entry_book.cells import Cells, Document
from actions.entry_book.layout import ENTRIES, EVIDENCE, OBSTACLE, Called
from actions.entry_book.unread import Unread
from actions.enums import NEEDS_REASON, Act
from actions.forms.entries import EntryForm
from actions.models import Actor, Entry, EntryVersion, ReportingRound
from actions.models.entries import CONTENT, HEADINGS, OBSTACLE_KINDS, TEXTS
from actions.permissions import Rights
from actions.refusals import Refused
from actions.rules import markup
from actions.rules.search import fold
from actions.services import drafts
from actions.services.drafts import Draft
from actions.workbooks import Contents, Row
from actions.workbooks.tables import in_all


@dataclass
class Change:
    """What a row changes in an entry: fields as they are to be, and what was taken out of them."""

    entry: Entry
    row: int
    content: dict[str, Any]
    is_conflict: bool
    taken_out: list[str] = field(default_factory=list)

    @property
    def draft(self) -> Draft:
        """It as the service takes it: written over the version that is shown beside it."""
        return Draft(self.entry, self.entry.version, self.content)

    @cached_property
    def proposed(self) -> Entry:
        """The entry as it will stand; it is not to be stored by itself."""
        found = copy.copy(self.entry)
        for name, value in self.content.items():
            setattr(found, name, value)
        return found

    @property
    def lacks_reason(self) -> bool:
        """Tell whether it will have a status that needs a reason, and none: no fault of a draft."""
        return self.proposed.status in NEEDS_REASON and markup.is_blank(self.proposed.reason)


@dataclass
class Left:
    """A row with changes in an entry that cannot be written now, and why."""

    entry: Entry
    row: int
    why: Any
    texts: list[tuple[Any, str]]


@dataclass
class Looked:
    """What a workbook says: what it changes, what of it is left, and what is wrong with it.

    ``unread`` is what stands in grey cells and the site did not write there.
    """

    contents: Contents
    changes: list[Change] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    absent: list[Entry] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    same: int = 0

    @property
    def faults(self) -> list[workbooks.Fault]:
        """What is wrong with it."""
        return self.contents.faults

    @property
    def has_documents(self) -> bool:
        """Tell whether the sheet of documents is there; without it documents stay as they are."""
        return EVIDENCE in self.contents.rows


def look(
    content: bytes,
    *,
    actor: Actor,
    given: ReportingRound,
    rights: Rights,
    rows: Sequence[Entry] | None = None,
) -> Looked:
    """Return what a workbook changes in the entries of a body in a round.

    Raises Refused for what is no such workbook, or that of another body, round or plan.
    """
    contents = workbooks.read(
        content, layout.sheets(), purpose=layout.PURPOSE, version=layout.VERSION,
        most=workbooks.FEWER_ELEMENTS,
    )  # fmt: skip
    check_mark(contents.mark, actor, given)
    entries = drafts.of_body(actor, given, on=rights.on) if rows is None else rows
    check_rounds(contents, given)
    return Reading(contents, entries, given, rights).looked


def check_mark(mark: tuple[Any, ...], actor: Actor, given: ReportingRound) -> None:
    """Refuse the workbook of another plan, round or body; without a mark the rows are asked."""
    if not mark:
        return
    plan, year, slug = (*mark, None, None, None)[:3]
    if (plan, str(year)) != (given.plan.slug, str(given.year)):
        words = _("This workbook is of another round: %(plan)s, %(year)s.")
        raise Refused(words % {"plan": str(plan)[:40], "year": str(year)[:10]})
    if slug != actor.slug:
        words = _("This workbook is of another organisation. Upload it on the page it comes from.")
        raise Refused(words)


def check_rounds(contents: Contents, given: ReportingRound) -> None:
    """Refuse rows of another round."""
    for row in contents.rows.get(ENTRIES, []):
        if row.values.get("round", given.pk) not in {given.pk, str(given.pk)} and not is_help(row):
            words = _("Row %(row)s is of another round. Download the workbook anew.")
            raise Refused(words % {"row": row.number})


def is_help(row: Row) -> bool:
    """Tell whether a row is the one that explains the columns."""
    return row.values.get("entry") == layout.HELP


class Reading:
    """Reads the rows one after the other."""

    def __init__(
        self,
        contents: Contents,
        entries: Sequence[Entry],
        given: ReportingRound,
        rights: Rights,
    ) -> None:
        """Read them all."""
        self.contents, self.rights = contents, rights
        self.entries = {row.pk: row for row in entries}
        self.extensions = writing.read_extensions([given])
        self.cells = Cells(contents)
        self.looked = Looked(contents)
        self.language = language_of(contents.mark)
        found = self.rows_by_entry()
        self.versions = self.read_versions(found)
        self.documents = self.documents_by_entry()
        for key, row in found.items():
            self.read_row(self.entries[key], row)
        self.looked.absent = [one for one in entries if one.pk not in found]
        self.looked.unread = unread.find(contents, found, self.entries)

    # --- Which row is which entry ---------------------------------------------------

    def rows_by_entry(self) -> dict[int, Row]:
        """Return the row of each entry; what is added, doubled, foreign or torn is a fault."""
        found: dict[int, Row] = {}
        for row in self.contents.rows.get(ENTRIES, []):
            if is_help(row):
                continue
            key = self.cells.key(row, "entry")
            entry = self.entries.get(key or 0)
            if entry is None:
                self.fault(row, "entry", self.why_unknown(row, key))
            elif key in found:
                words = _("This entry stands in row %(row)s already.") % {"row": found[key].number}
                self.fault(row, "entry", words)
            elif self.is_whole(row, entry):
                found[entry.pk] = row
        return found

    def why_unknown(self, row: Row, key: int | None) -> str:
        """Return what is wrong with a row that is of no entry of the workbook."""
        if key is None and "entry" not in row.values:
            return _("This row was added. Begin an entry on the site, then download it anew.")
        return _("This row is of no entry of this workbook.")

    def is_whole(self, row: Row, entry: Entry) -> bool:
        """Tell whether the action and the body of a row are those of its entry; a fault if not.

        Where a part of a sheet was sorted, texts would else come under another action.
        """
        named = {"action": [entry.action.label], "actor": in_all(Called(entry.actor, "label"))}
        torn = [
            name
            for name, words in named.items()
            if fold(str(row.values.get(name, ""))) not in {fold(one) for one in words}
        ]
        for name in torn[:1]:
            words = _(
                "This row belongs to action %(label)s (%(actor)s). "
                "Were rows sorted or copied in part? Download the workbook anew."
            )
            self.fault(row, name, words % {"label": entry.action.label, "actor": entry.actor.short})
        return not torn

    def read_versions(self, found: Mapping[int, Row]) -> dict[int, dict[str, Any]]:
        """Return the contents of the versions that the rows were made of, by entry."""
        wanted = {
            key: version
            for key, row in found.items()
            if (version := self.cells.key(row, "version")) is not None
        }
        rows = EntryVersion.objects.filter(entry__in=wanted, number__in=set(wanted.values()))
        there = {
            (key, number): content
            for key, number, content in rows.values_list("entry", "number", "content")
        }
        kept = {}
        for key, version in wanted.items():
            entry = self.entries[key]
            if version == entry.version:
                kept[key] = entry.content()
            elif (key, version) in there:
                kept[key] = Entry().content() | there[key, version]
            elif version == 0:
                kept[key] = Entry().content()
        return kept

    # --- What a row changes -----------------------------------------------------------

    def read_row(self, entry: Entry, row: Row) -> None:
        """Note what a row changes in its entry."""
        if entry.pk not in self.versions:
            self.fault(row, "version", _("This version is not known. Download the workbook anew."))
            return
        made_of = self.versions[entry.pk]
        said = self.said(entry, row, made_of)
        changed = {name for name, value in said.items() if value != made_of[name]}
        if not changed:
            self.looked.same += 1
            return
        why = self.why_not(entry)
        if why:
            texts = [(HEADINGS[name], said[name]) for name in TEXTS if name in changed]
            self.looked.left.append(Left(entry, row.number, why, texts))
            return
        if not said["language"] and not entry.language and changed & set(TEXTS):
            said["language"] = self.language
            changed |= {"language"} if self.language else set()
        self.take(entry, row, said, changed)

    def take(self, entry: Entry, row: Row, said: Mapping[str, Any], changed: set[str]) -> None:
        """Check what was changed as the form of the entry does, and note what of it is new."""
        rest = {name: getattr(entry, name) for name in CONTENT if name not in changed}
        form = EntryForm(as_form({**rest, **{n: said[n] for n in changed}}), entry=entry)
        form.is_valid()
        if self.tell_errors(form, entry, row, changed):
            return
        content = {name: form.content()[name] for name in CONTENT if name in changed}
        new = {name: value for name, value in content.items() if value != getattr(entry, name)}
        if not new:
            self.looked.same += 1
            return
        is_conflict = self.cells.key(row, "version") != entry.version
        out = form.taken_out() if changed & {*TEXTS, "evidence"} else []
        self.looked.changes.append(Change(entry, row.number, new, is_conflict, out))

    def why_not(self, entry: Entry) -> Any:
        """Return in words why an entry cannot be written by the person now; "" where it can."""
        found = writing.refusal_to(self.rights, entry, Act.SAVE, extensions=self.extensions)
        if found is None:
            return ""
        if not entry.is_writable:
            words = _("It is not open for writing: %(state)s.")
            return words % {"state": entry.get_state_display()}
        return writing.WORDS[found]

    def said(self, entry: Entry, row: Row, made_of: Mapping[str, Any]) -> dict[str, Any]:
        """Return the content that a row gives an entry; where a column is gone, as it was."""
        cells, said = self.cells, dict(made_of)
        for name in TEXTS:
            if cells.has(name):
                said[name] = cells.text(row, name, made_of[name])
        for name, words in (("status", cells.statuses), ("language", cells.languages)):
            if cells.has(name):
                said[name] = cells.choice(row, name, words, made_of[name])
        if cells.has("expected_by"):
            said["expected_by"] = cells.day(row, "expected_by", made_of["expected_by"])
        if cells.has("unchanged"):
            was = made_of["unchanged"]
            said["unchanged"] = cells.yes(row, "unchanged", was=was)
        said["obstacle_codes"] = [
            code
            for code, _word in OBSTACLE_KINDS
            if cells.yes(row, f"{OBSTACLE}{code}", was=code in made_of["obstacle_codes"])
        ]
        if self.looked.has_documents:
            said["evidence"] = [one.content for one in self.documents.get(entry.pk, [])]
        return said

    # --- Documents ----------------------------------------------------------------------

    def documents_by_entry(self) -> dict[int, list["Document"]]:
        """Return the documents of each entry, in the order of their sheet."""
        names = layout.known_names(self.entries.values())
        found: dict[int, list[Document]] = defaultdict(list)
        for row in self.contents.rows.get(EVIDENCE, []):
            key = names.get(fold(self.cells.text(row, "row", "", EVIDENCE)))
            document = self.cells.document(row)
            if key is None:
                words = _("Choose the entry from the list in the cell.")
                self.contents.fault(EVIDENCE, row.number, "row", words)
            else:
                found[key].append(document)
        return found

    # --- What is wrong --------------------------------------------------------------------

    def fault(self, row: Row, column: str, words: str) -> None:
        """Note what is wrong with a cell of an entry."""
        self.contents.fault(ENTRIES, row.number, column, words)

    def tell_errors(self, form: EntryForm, entry: Entry, row: Row, changed: set[str]) -> bool:
        """Note at their cells what the form refuses of what was changed; tell whether anything."""
        wrong = [(name, words) for name in changed for words in form.errors.get(name, [])]
        for name, words in wrong:
            self.fault(row, name, str(words))
        if "evidence" not in changed:
            return bool(wrong)
        places = self.documents.get(entry.pk, [])
        for words in form.evidence.non_form_errors():
            number = places[-1].row if places else None
            self.contents.fault(EVIDENCE, number, "row", str(words))
        for place, one in enumerate(form.evidence.forms):
            number = places[place].row if place < len(places) else None
            for name, errors in one.errors.items():
                for words in errors:
                    self.contents.fault(EVIDENCE, number, name, str(words))
        return bool(wrong or form.evidence.total_error_count())


def language_of(mark: Iterable[Any]) -> str:
    """Return the language that a workbook was made in, where members may write in it."""
    given = (*mark, "", "", "", "")[3]
    return given if given in layout.LANGUAGES else ""


def as_form(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a content as a browser sends it from the form of an entry."""
    texts = {name: said[name] for name in (*TEXTS, "status", "language", "expected_by")}
    found: dict[str, Any] = {
        **texts,
        "version": "0",
        "page": "",
        "obstacle_codes": said["obstacle_codes"],
        "unchanged": "on" if said["unchanged"] else "",
        "evidence-TOTAL_FORMS": str(len(said["evidence"])),
        # As if all were there before: a form drops what it takes for an empty row.
        "evidence-INITIAL_FORMS": str(len(said["evidence"])),
    }
    for place, document in enumerate(said["evidence"]):
        found |= {f"evidence-{place}-{name}": value for name, value in document.items()}
    return found
