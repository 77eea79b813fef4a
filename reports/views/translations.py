"""The worklist of translations, and one text beside its translation."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from actions.forms.refusals import show_refusal
from actions.models import Entry
from actions.models.entries import HEADINGS, PUBLISHED_TEXTS
from actions.refusals import Conflict, Refused
from actions.services import seen
from actions.views.entries import find
from actions.views.members_only import READ_WRITE, MemberRequest, member_page, secretariat
from actions.views.offering import conflict_with, offer
from document.snapshot import LANGUAGES
from reports import readiness
from reports.forms.editing import LANGUAGE_NAMES, TranslationForm
from reports.models import CHECKED, DRAFT, Translation
from reports.services import texts
from reports.views.editing import find_round

PER_PAGE = 50
STATES = (readiness.MISSING, DRAFT, CHECKED)


@member_page(secretariat)
def translations(request: MemberRequest, key: int) -> HttpResponse:
    """Show the texts of a round with the state of each translation."""
    found = find_round(key)
    language = request.GET.get("language", "")
    state = request.GET.get("state", "")
    wanted = (language,) if language in LANGUAGES else readiness.LANGUAGES
    rows = readiness.items(found, wanted)
    if state in STATES:
        listed = [item for item in rows if item.state == state]
    elif state == "all":
        listed = list(rows)
    else:
        listed = readiness.open_items(found, wanted)
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "round": found,
        "plan": found.plan,
        "page": page,
        "lines": [{"item": item, "heading": HEADINGS[item.field]} for item in page.object_list],
        "language": language,
        "state": state,
        "language_names": [(code, LANGUAGE_NAMES[code]) for code in readiness.LANGUAGES],
    }
    return TemplateResponse(request, "reports/translations.html", context)


@member_page(secretariat, methods=READ_WRITE)
def translate(request: MemberRequest, key: int, field: str, language: str) -> HttpResponse:
    """Translate one text, beside its original."""
    found = find(request, key)
    original = getattr(found, field) if field in PUBLISHED_TEXTS else ""
    if not original or language not in LANGUAGES or language == found.language:
        raise Http404
    row = Translation.objects.filter(entry=found, field=field, language=language).first()
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
        try:
            texts.translate(
                found, field=field, language=language, by=request.user, now=request.now,
                **(form.cleaned_data | {"original": clean(form.cleaned_data["original"])}),
            )  # fmt: skip
            messages.success(request, _("The translation is saved."))
            return redirect("reports:translations", found.round_id)
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
        "language": language,
        "language_name": LANGUAGE_NAMES[language],
        "row": row,
        "is_outdated": row is not None and not row.fits(original),
        "form": form,
        "conflict": conflict,
    }
    status = 409 if conflict else 200
    return TemplateResponse(request, "reports/translate.html", context, status=status)


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
