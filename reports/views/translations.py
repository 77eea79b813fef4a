"""The worklist of translations, and one text beside its translation."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actions.forms.refusals import show_refusal
from actions.models import Entry, ReportingRound
from actions.models.entries import HEADINGS, PUBLISHED_TEXTS
from actions.models.fields import LANGUAGE_NAMES
from actions.refusals import Conflict, Refused
from actions.services import seen
from actions.views.entries import LARGEST_KEY, find
from actions.views.members_only import READ_WRITE, MemberRequest, member_page, secretariat
from actions.views.offering import conflict_with, offer
from document.snapshot import LANGUAGES
from reports import readiness, untranslated
from reports.forms.editing import TranslationForm
from reports.models import CHECKED, DRAFT, Translation
from reports.services import texts
from reports.views.editing import find_round, warn_of_frozen

PER_PAGE = 50
STATES = (readiness.MISSING, DRAFT, CHECKED)


@dataclass(frozen=True)
class Worklist:
    """The texts of a round that somebody works on: of a language and in a state, or all open ones.

    A text of finished work belongs to an earlier round, and is worked on in the list of this one.
    """

    round: ReportingRound
    language: str
    state: str

    @classmethod
    def asked_for(cls, request: MemberRequest, given: ReportingRound) -> "Worklist":
        """Return the list that an address names; what it does not know is left out."""
        language, state = request.GET.get("language", ""), request.GET.get("state", "")
        return cls(
            given,
            language if language in LANGUAGES else "",
            state if state in (*STATES, "all") else "",
        )

    @property
    def query(self) -> str:
        """What its address says, for the pages of its texts."""
        said = {"round": self.round.pk, "language": self.language, "state": self.state}
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def address(self) -> str:
        """Its own address."""
        return f"{reverse('reports:translations', args=[self.round.pk])}?{self.query}"

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The languages that are needed: the others are shown where they are asked for."""
        return untranslated.needed([self.round])[self.round.pk]

    def items(self) -> list[readiness.Item]:
        """Return its texts, in the order in which they are worked on."""
        wanted = (self.language,) if self.language else self.needed
        if not self.state:
            return readiness.open_items(self.round, wanted)
        rows = readiness.items(self.round, wanted)
        return [item for item in rows if self.state in {"all", item.state}]

    def after(self, entry: Entry, field: str, language: str) -> readiness.Item | None:
        """Return the text that comes after one, from the beginning again behind the last."""
        rows = self.items()
        here = [
            place
            for place, item in enumerate(rows)
            if (item.entry.pk, item.field, item.language) == (entry.pk, field, language)
        ]
        if here:
            rows = rows[here[0] + 1 :] + rows[: here[0]]
        return rows[0] if rows else None


@member_page(secretariat, methods=READ_WRITE)
def translations(request: MemberRequest, key: int) -> HttpResponse:
    """Show the texts of a round with the state of each translation; mark drafts as checked."""
    found = find_round(key)
    work = Worklist.asked_for(request, found)
    if request.method == "POST":
        check_chosen(request, work)
        page_of = request.GET.get("page", "")
        return redirect(f"{work.address}&page={page_of}" if page_of.isdecimal() else work.address)
    page = Paginator(work.items(), PER_PAGE).get_page(request.GET.get("page"))
    lines = [
        {"item": item, "heading": HEADINGS[item.field], "choice": choice_of(item)}
        for item in page.object_list
    ]
    context = {
        "round": found,
        "plan": found.plan,
        "page": page,
        "lines": lines,
        "work": work,
        "has_drafts": any(line["choice"] for line in lines),
        "language": work.language,
        "state": work.state,
        "not_needed": [code for code in readiness.LANGUAGES if code not in work.needed],
        "language_names": [(code, LANGUAGE_NAMES[code]) for code in readiness.LANGUAGES],
    }
    return TemplateResponse(request, "reports/translations.html", context)


def choice_of(item: readiness.Item) -> str:
    """Return by what a draft is chosen, with what was seen of it; "" where it is none to check."""
    if item.state != DRAFT or item.translation is None or item.is_outdated:
        return ""
    return f"{item.translation.pk}:{seen.digest(item.translation, texts.TRANSLATED)}"


def check_chosen(request: MemberRequest, work: Worklist) -> None:
    """Mark the drafts that were chosen as checked: all of them, or none where one has changed."""
    chosen = {choice: item for item in work.items() if (choice := choice_of(item))}
    asked = request.POST.getlist("chosen")[:PER_PAGE]
    if not asked:
        messages.error(request, _("Choose the translations that are checked."))
        return
    if not set(asked) <= chosen.keys():
        messages.error(request, _("Nothing was saved: a text has changed meanwhile. Look again."))
        return
    try:
        with transaction.atomic():
            for choice in dict.fromkeys(asked):
                check(request, chosen[choice])
    except (Conflict, Refused) as refusal:
        messages.error(request, str(refusal))
        return
    words = ngettext(
        "%(n)s translation is marked as checked.",
        "%(n)s translations are marked as checked.",
        len(set(asked)),
    )
    messages.success(request, words % {"n": len(set(asked))})
    warn_of_frozen(request, work.round)


def check(request: MemberRequest, item: readiness.Item) -> None:
    """Mark a draft as checked."""
    assert item.translation is not None  # noqa: S101 - see choice_of()
    texts.translate(
        item.entry,
        field=item.field,
        language=item.language,
        text=item.translation.text,
        checked=True,
        original=item.original,
        seen=seen.digest(item.translation, texts.TRANSLATED),
        by=request.user,
        now=request.now,
    )


@member_page(secretariat, methods=READ_WRITE)
def translate(request: MemberRequest, key: int, field: str, language: str) -> HttpResponse:
    """Translate one text, beside its original."""
    found = find(request, key)
    original = getattr(found, field) if field in PUBLISHED_TEXTS else ""
    if not original or language not in LANGUAGES or language == found.language:
        raise Http404
    row = Translation.objects.filter(entry=found, field=field, language=language).first()
    work = Worklist.asked_for(request, round_of(request, found))
    form = TranslationForm(
        request.POST if request.method == "POST" else None,
        initial={
            "text": row.text if row else "",
            "original": original,
            "checked": bool(row and row.state_for(original) == CHECKED),
            "seen": seen.digest(row, texts.TRANSLATED),
        },
    )
    form.fields["text"].widget.attrs["lang"] = language
    offer(request, form)
    conflict: Any = None
    if request.method == "POST" and form.is_valid():
        goes_on = work.after(found, field, language) if request.POST.get("act") == "next" else None
        try:
            stored = texts.translate(
                found, field=field, language=language, by=request.user, now=request.now,
                **(form.cleaned_data | {"original": clean(form.cleaned_data["original"])}),
            )  # fmt: skip
            if stored is not None:
                messages.success(request, _("The translation is saved."))
            else:
                messages.info(request, _("The field is empty: this text has no translation."))
            warn_of_frozen(request, work.round)
            return redirect(address_of(goes_on, work) if goes_on else work.address)
        except ValidationError as error:
            show_refusal(form, error)
        except Conflict as refusal:
            conflict = conflict_of(refusal, form)
            form.go_on_from_original(original)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "entry": found,
        "round": found.round,
        "action": found.action,
        "field": field,
        "heading": HEADINGS[field],
        "original": original,
        "others": [
            (HEADINGS[name], text)
            for name in PUBLISHED_TEXTS
            if name != field and (text := getattr(found, name))
        ],
        "work": work,
        "language": language,
        "language_name": LANGUAGE_NAMES[language],
        "row": row,
        "is_outdated": row is not None and not row.fits(original),
        "form": form,
        "conflict": conflict,
    }
    status = 409 if conflict else 200
    return TemplateResponse(request, "reports/translate.html", context, status=status)


def round_of(request: MemberRequest, entry: Entry) -> ReportingRound:
    """Return the round in whose list somebody works: that of the address, else of the entry."""
    key = request.GET.get("round", "")
    if not key.isdecimal() or len(key) > len(str(LARGEST_KEY)) or int(key) > LARGEST_KEY:
        return entry.round
    rows = ReportingRound.objects.filter(pk=int(key)).select_related("plan")
    return rows.first() or entry.round


def address_of(item: readiness.Item, work: Worklist) -> str:
    """Return the address of a text in a list."""
    place = reverse("reports:translate", args=[item.entry.pk, item.field, item.language])
    return f"{place}?{work.query}"


def conflict_of(refusal: Conflict, form: TranslationForm) -> dict[str, Any]:
    """Return what the page shows of a conflict, and let the form go on from it.

    Another translation is shown; of another original the page shows the text by itself.
    """
    if not isinstance(refusal.stored, Entry):
        form.go_on_from(seen.digest(refusal.stored, texts.TRANSLATED))
        if refusal.stored is not None:
            return conflict_with(form, refusal)
    return {"words": str(refusal), "rows": []}


def clean(original: str) -> str:
    """Return an original as it was before a browser sent it."""
    return original.replace("\r\n", "\n")
