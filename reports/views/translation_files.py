"""The pages on which translations go out as files and come back: looked at first, then saved."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from actions.models import ReportingRound
from actions.models.entries import HEADINGS
from actions.models.fields import LANGUAGE_NAMES
from actions.refusals import Conflict, Refused
from actions.rules import differences
from actions.rules.differences import Budget
from actions.views.members_only import (
    READ_WRITE,
    MemberRequest,
    member_page,
    secretariat,
)
from actions.views.uploads import (
    NEW,
    as_file,
    choose,
    packed,
    read_seen,
    told_faults,
    turned_away,
    unpacked,
    uploaded,
)
from document.snapshot import LANGUAGES
from reports import readiness
from reports.services import texts
from reports.translation_files import reading, spreadsheet, units, xliff
from reports.translation_files.reading import Change, Looked
from reports.views.editing import find_round, warn_of_frozen

XLIFF = "application/xliff+xml"
MOST_SEEN = 100_000  # characters of what a page says that it showed
MOST_LEFT = 100  # texts that are not saved, shown on a page
CHANGED_SINCE = gettext_lazy("Something has changed since you looked. Upload the file again.")


class FileForm(forms.Form):
    """A file with translations."""

    file = forms.FileField(
        label=gettext_lazy("file (.xlsx, .xlf)"),
        allow_empty_file=True,  # the reader says what an empty file is
        widget=forms.FileInput({"class": "form-control", "accept": ".xlsx,.xlf,.xliff"}),
    )


@member_page(secretariat, methods=READ_WRITE)
def upload(request: MemberRequest, key: int, language: str) -> HttpResponse:
    """Take a file; show what it changes and what is wrong with it; save the translations."""
    found = find(key, language)
    if request.method == "POST" and request.POST.get("act") == "do":
        return save(request, found, language)
    form = FileForm(request.POST or None, request.FILES or None)
    more: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            content = uploaded(form.cleaned_data["file"])
            more = preview(content, reading.look(content, given=found, language=language))
        except Refused as refusal:
            form.add_error("file", str(refusal))
    return page(request, found, language, form=form, **more)


@member_page(secretariat)
def spreadsheet_file(request: MemberRequest, key: int, language: str) -> HttpResponse:  # noqa: ARG001
    """Return what is not checked yet in a language as a workbook."""
    found = find(key, language)
    bundle = units.bundle(found, language, readiness.open_items(found, [language]))
    return as_file(spreadsheet.made(bundle), f"{name_of(found)}-{language}.xlsx")


@member_page(secretariat)
def xliff_file(request: MemberRequest, key: int, language: str, source: str) -> HttpResponse:  # noqa: ARG001
    """Return what is not checked yet in a language, and written in another one, as XLIFF 2.0."""
    found = find(key, language)
    if source not in LANGUAGES or source == language:
        raise Http404
    bundle = units.bundle(found, language, readiness.open_items(found, [language]))
    if all(unit.item.entry.language != source for unit in bundle.units):
        raise Http404  # an XLIFF file without a text is none
    name = f"{name_of(found)}-{source}-{language}.xlf"
    return as_file(xliff.made(bundle, source), name, XLIFF)


def find(key: int, language: str) -> ReportingRound:
    """Return a round that was opened; raises Http404, also for a language that there is not."""
    if language not in LANGUAGES:
        raise Http404
    return find_round(key)


def name_of(given: ReportingRound) -> str:
    """Return how the files of a round begin."""
    return f"{given.plan.slug}-{given.name}-translations"


def page(
    request: MemberRequest, given: ReportingRound, language: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Show the page: the files to work on, or what a file would do."""
    open_items = readiness.open_items(given, [language])
    written = {item.entry.language for item in open_items}
    context = {
        "round": given,
        "plan": given.plan,
        "language": language,
        "language_name": LANGUAGE_NAMES[language],
        "count": len(open_items),
        "sources": [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES if code in written],
        "form": FileForm(),
        **more,
    }
    return TemplateResponse(request, "reports/translation_files.html", context, status=status)


# --- Looking ----------------------------------------------------------------------


def preview(content: bytes, looked: Looked) -> dict[str, Any]:
    """Return what the page says of a file."""
    if looked.faults:
        return told_faults(looked.faults)
    budget = Budget()
    return {
        "looked": looked,
        "left": looked.left[:MOST_LEFT],
        "more_left": max(0, len(looked.left) - MOST_LEFT),
        "lines": [line(change, budget) for change in looked.changes],
        "seen": json.dumps({change.unit.key: change.unit.seen for change in looked.changes}),
        "book": packed(content),
    }


def line(change: Change, budget: Budget) -> dict[str, Any]:
    """Return what the page shows of a translation that changes: differences, or both sides."""
    item = change.unit.item
    now = {"old": change.unit.text, "old_language": item.language}
    then = {"new": change.text, "new_language": item.language}
    both = (change.unit.text, change.text)
    return {
        "change": change,
        "item": item,
        "heading": HEADINGS[item.field],
        "pieces": [] if change.is_conflict else differences.compare(*both, budget),
        "sides": [{"heading": _("Translation"), **now, **then}] if change.is_conflict else [],
        "choice": f"take-{change.unit.key}",
    }


# --- Saving -----------------------------------------------------------------------


def save(request: MemberRequest, given: ReportingRound, language: str) -> HttpResponse:
    """Save the translations that a page showed; shows them anew where anything has changed."""
    try:
        content = unpacked(request)
        looked = reading.look(content, given=given, language=language)
        if looked.faults:
            raise Refused(CHANGED_SINCE)
    except ValueError:
        return turned_away(request, Refused(CHANGED_SINCE))
    except Refused as refusal:
        return turned_away(request, refusal)
    shown = preview(content, looked)
    if read_seen(request, MOST_SEEN) != json.loads(shown["seen"]):
        words = _("A translation has changed since you looked. Nothing is saved; look again.")
        return again(request, given, language, shown, words)
    if not choose(request, shown["lines"]):
        words = _("Choose for each translation that has changed meanwhile which text counts.")
        return again(request, given, language, shown, words)
    chosen = [one["change"] for one in shown["lines"] if one["chosen"] == NEW]
    return saved(request, given, chosen)


def saved(request: MemberRequest, given: ReportingRound, chosen: Sequence[Change]) -> HttpResponse:
    """Save translations, all of them or none, and say so."""
    try:
        rows = [one.translated for one in chosen]
        count = texts.translate_all(rows, by=request.user, now=request.now)
    except Conflict:
        return turned_away(request, Refused(CHANGED_SINCE))
    except Refused as refusal:
        return turned_away(request, refusal)
    words = ngettext("%(n)s translation is saved.", "%(n)s translations are saved.", count)
    messages.success(request, words % {"n": count} if count else _("Nothing was left to save."))
    if count:
        warn_of_frozen(request, given)
    return redirect(request.path)


def again(
    request: MemberRequest, given: ReportingRound, language: str, shown: dict[str, Any], words: str
) -> HttpResponse:
    """Show what a file changes once more, and why it is not saved yet."""
    return page(request, given, language, status=HTTPStatus.CONFLICT, not_saved=words, **shown)
