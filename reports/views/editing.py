"""Where the secretariat makes a report: what is missing, chapters, freeze, publish, send."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from actions import pulse, typography
from actions.forms.refusals import show_refusal
from actions.models import Entry, ReportingRound, Section
from actions.refusals import Conflict, Refused
from actions.services import passed, seen
from actions.views.entries import LARGEST_KEY
from actions.views.members_only import (
    READ_WRITE,
    WRITE,
    MemberRequest,
    member_page,
    secretariat,
    tell_refusal,
    was_done,
)
from actions.views.offering import attempt, conflict_with, offer
from document.content.opening import opening
from document.snapshot import LANGUAGES
from reports import readiness
from reports.formats import FORMATS, label, of_today
from reports.forms.editing import (
    ChapterForm,
    ConsultationForm,
    FreezeForm,
    NoteForm,
    StrikeForm,
    TransmissionForm,
)
from reports.models import (
    ADVICE,
    CHAPTER_KINDS,
    FURTHER,
    OF_EVALUATION,
    OF_YEARLY,
    SECTION,
    Advice,
    Chapter,
    Consultation,
    DraftComment,
    Edition,
    Transmission,
)
from reports.readiness import Outside
from reports.services import editions, renderings, texts

SAVED_IN_PART = gettext_lazy("The rest is saved; what is marked is not.")


def find_round(key: int) -> ReportingRound:
    """Return a round that was opened; 404 otherwise."""
    rows = ReportingRound.of_any_kind.select_related("plan", "consultation")
    found = get_object_or_404(rows, pk=min(key, LARGEST_KEY))
    if found.is_planned:
        raise Http404
    return found


def find_edition(key: int) -> Edition:
    """Return an edition with its round."""
    rows = Edition.objects.select_related("round__plan").defer("content")
    return get_object_or_404(rows, pk=min(key, LARGEST_KEY))


# --- The report -----------------------------------------------------------------


@member_page(secretariat)
def overview(request: MemberRequest, key: int) -> HttpResponse:
    """Show how far the report of a round is, and what can be done next."""
    found = find_round(key)
    consultation = getattr(found, "consultation", None)
    rows = Edition.objects.filter(round=found).defer("content")
    made = list(rows.select_related("published_by", "frozen_by").order_by("-number"))
    context = {
        "round": found,
        "plan": found.plan,
        "wanting": wanting(found),
        "chapters": chapters(found),
        "advice": Advice.objects.filter(round=found),
        "consultation": consultation,
        "is_open": bool(consultation and consultation.is_open(on=request.on)),
        "comments": comments_on(found),
        "let_in": Entry.objects.filter(round=found, let_in__gte=found.published or 0).count(),
        "editions": [edition_line(edition, request.now) for edition in made],
        "frozen": next((edition for edition in made if edition.is_frozen), None),
        "next_number": len(made) + 1,
        "formats": [(name, label(name)) for name in of_today(evaluates=found.is_evaluation)],
        "languages": LANGUAGES,
    }
    return TemplateResponse(request, "reports/editing.html", context)


def wanting(found: ReportingRound) -> dict[str, Any]:
    """Return what a report lacks, by its kind."""
    ask = readiness.wanting_of_evaluation if found.is_evaluation else readiness.wanting
    return ask(found)


def comments_on(found: ReportingRound) -> QuerySet[DraftComment]:
    """Return what members said of a draft, with what a line shows."""
    rows = DraftComment.objects.filter(round=found).select_related(
        "by", "institution", "answered_by"
    )
    return rows.prefetch_related("institution__names")


def edition_line(edition: Edition, now: datetime) -> dict[str, Any]:
    """Return what the list shows of an edition."""
    progress = renderings.progress(edition, now=now) if edition.is_frozen else None
    return {
        "edition": edition,
        "progress": progress,
        "is_silent": bool(progress and progress.is_waiting and pulse.is_silent()),
        "missing": progress.whole - progress.made if progress else 0,
        "problems": [problem(one) for one in progress.problems] if progress else [],
        "transmissions": list(edition.transmissions.all()),
    }


def problem(one: dict[str, str]) -> str:
    """Return why a file was not made: "PDF, NL: …"."""
    name = label(one["format"]) if one["format"] in FORMATS else ""
    file = ", ".join(filter(None, (name, one["language"].upper())))
    return f"{file}{typography.sign(':')} {one['text']}" if file else one["text"]


def chapters(found: ReportingRound) -> list[dict[str, Any]]:
    """Return the texts that a report can have, written or not, in the order of their kinds."""
    rows = list(Chapter.objects.filter(round=found))
    kinds = OF_EVALUATION if found.is_evaluation else OF_YEARLY
    lines = [line for kind in kinds for line in chapters_of(kind, found, rows)]
    for line in lines:
        row: Any = line["row"]
        line["number"] = line["section"] or (row.pk if row and row.kind == FURTHER else 0)
        line["written"] = [code for code in LANGUAGES if row and getattr(row, f"text_{code}")]
    return lines


def chapters_of(kind: str, found: ReportingRound, rows: list[Chapter]) -> list[dict[str, Any]]:
    """Return the lines of one kind of text: those that are written, or that there can be."""
    mine = [row for row in rows if row.kind == kind]
    if kind == FURTHER:
        return [{"title": row.title, "kind": kind, "section": 0, "row": row} for row in mine]
    if kind == SECTION:
        intros = {row.section: row for row in mine}
        return [
            {
                "title": _("Introduction to section %s") % section,
                "kind": kind,
                "section": section.number,
                "row": intros.get(section.number),
            }
            for section in Section.objects.filter(plan=found.plan_id).order_by("number")
        ]
    title = heading(kind, found)
    return [{"title": title, "kind": kind, "section": 0, "row": mine[0] if mine else None}]


def heading(kind: str, found: ReportingRound) -> str:
    """Return what a kind of text is called in the report of a round."""
    if found.is_evaluation and kind == ADVICE:
        return _("How stakeholders were heard")
    return str(dict(CHAPTER_KINDS)[kind])


@member_page(secretariat, methods=READ_WRITE)
def freeze(request: MemberRequest, key: int) -> HttpResponse:
    """Say what freezing leaves out and whom it stops; freeze the next edition, make its files."""
    found = find_round(key)
    if request.method != "POST" and (words := editions.cannot_freeze(found, on=request.on)):
        tell_refusal(request, Refused(words))
        return redirect("reports:editing", found.pk)
    is_further = Edition.objects.filter(round=found).exists()
    outside = readiness.outside(found)
    form = offer(
        request,
        FreezeForm(
            request.POST if request.method == "POST" else None,
            with_note=is_further,
            with_confirmation=any(outside),
            initial={"outside": outside.token},
        ),
    )
    if request.method == "POST" and form.is_valid():
        try:
            edition = editions.freeze(
                found, by=request.user, note=form.words(), outside=Outside(*form.seen()),
                now=request.now,
            )  # fmt: skip
        except Refused as refusal:
            if not is_further:  # there is no text to keep
                tell_refusal(request, refusal)
                return redirect("reports:editing", found.pk)
            form.add_error(None, str(refusal))
        except ValidationError as error:
            show_refusal(form, error)
            outside = readiness.outside(found)
            form.look_again(outside.token)
        else:
            return make_files(request, edition)
    context = {
        "round": found,
        "plan": found.plan,
        "form": form,
        "outside": outside if any(outside) else None,
        "ended": readiness.still_writable(found, on=request.on),
        "passed": len(passed.waiting(found, on=request.on)),
        "listed": listed_by_itself(found, now=request.now) if is_further else "",
        "wanting": wanting(found),
    }
    return TemplateResponse(request, "reports/freeze.html", context)


def listed_by_itself(found: ReportingRound, *, now: datetime) -> str:
    """Return what the note on a further edition lists by itself, in the reader's language."""
    if not found.is_published:
        return ""
    return editions.draft(found, now=now).note.get(get_language() or "en", "")


def make_files(request: MemberRequest, edition: Edition) -> HttpResponse:
    """Ask for the files that a frozen edition lacks, and lead to how far they are."""
    try:
        renderings.ask(edition, by=request.user, now=request.now)
    except Refused as refusal:
        tell_refusal(request, refusal)
    return redirect("reports:editing", edition.round_id)


@member_page(secretariat, methods=WRITE)
def files(request: MemberRequest, key: int) -> HttpResponse:
    """Ask again for the files of a frozen edition."""
    return make_files(request, find_edition(key))


@member_page(secretariat)
def progress(request: MemberRequest, key: int) -> HttpResponse:
    """Tell a page that waits how far the files of an edition are; once they end, it reloads."""
    edition = Edition.objects.filter(pk=min(key, LARGEST_KEY)).first()
    if edition is None:  # discarded meanwhile by somebody else
        return HttpResponse(headers={"HX-Refresh": "true"})
    found = renderings.progress(edition, now=request.now)
    is_silent = found.is_waiting and pulse.is_silent()
    context = {"edition": edition, "progress": found, "is_silent": is_silent}
    response = TemplateResponse(request, "reports/_progress.html", context)
    if not found.is_under_way:
        response["HX-Refresh"] = "true"
    return response


@member_page(secretariat, methods=READ_WRITE)
def publish(request: MemberRequest, key: int) -> HttpResponse:
    """Publish a frozen edition, after saying what that means."""
    edition = find_edition(key)
    if request.method == "POST":
        was_done(
            request,
            lambda: editions.publish(edition, by=request.user, now=request.now),
            _("The evaluation is published.")
            if edition.round.is_evaluation
            else _("The report is published."),
        )
        return redirect("reports:editing", edition.round_id)
    if not edition.is_frozen:
        messages.error(request, _("Only a frozen edition can be published."))
        return redirect("reports:editing", edition.round_id)
    context = {
        "edition": edition,
        "round": edition.round,
        "plan": edition.round.plan,
        "files": [(label(file.format), file) for file in edition.files.defer("content")],
    }
    return TemplateResponse(request, "reports/publish.html", context)


@member_page(secretariat, methods=WRITE)
def discard(request: MemberRequest, key: int) -> HttpResponse:
    """Give a frozen edition up."""
    edition = find_edition(key)
    was_done(
        request,
        lambda: editions.discard(edition, by=request.user, now=request.now),
        _("The frozen edition is discarded; review can go on.")
        if not edition.round.is_evaluation
        else _("The frozen edition is discarded; writing can go on."),
    )
    return redirect("reports:editing", edition.round_id)


@member_page(secretariat, methods=READ_WRITE)
def withdraw(request: MemberRequest, key: int) -> HttpResponse:
    """Take a published edition back, with a published reason."""
    edition = find_edition(key)
    if request.method != "POST" and not edition.is_published:
        messages.error(request, _("Only a published edition can be withdrawn."))
        return redirect("reports:editing", edition.round_id)
    form = offer(
        request,
        NoteForm(
            request.POST if request.method == "POST" else None,
            name="withdrawal",
            label=_("Why it is withdrawn"),
        ),
    )
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: editions.withdraw(
                edition, by=request.user, reason=form.words(), now=request.now
            ),
        )
        if done is not None:
            messages.success(request, _("The edition is withdrawn."))
            return redirect("reports:editing", edition.round_id)
    context = {
        "edition": edition, "round": edition.round, "plan": edition.round.plan, "form": form,
    }  # fmt: skip
    return TemplateResponse(request, "reports/withdraw.html", context)


@member_page(secretariat, methods=READ_WRITE)
def transmit(request: MemberRequest, key: int) -> HttpResponse:
    """Record that an edition was sent to somebody."""
    edition = find_edition(key)
    form = offer(request, TransmissionForm(request.POST or None, initial={"sent_on": request.on}))
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: editions.record_transmission(
                edition, **form.cleaned_data, by=request.user, now=request.now
            ),
        )
        if done is not None:
            messages.success(request, _("The transmission is recorded."))
            return redirect("reports:editing", edition.round_id)
    context = {
        "edition": edition,
        "round": edition.round,
        "plan": edition.round.plan,
        "form": form,
        "sent": edition.transmissions.select_related("by", "struck_by"),
    }
    return TemplateResponse(request, "reports/transmit.html", context)


@member_page(secretariat, methods=READ_WRITE)
def strike(request: MemberRequest, key: int) -> HttpResponse:
    """Strike out a transmission that was recorded by mistake, with a reason."""
    rows = Transmission.objects.select_related("edition__round__plan").defer("edition__content")
    row = get_object_or_404(rows, pk=min(key, LARGEST_KEY))
    form = offer(request, StrikeForm(request.POST if request.method == "POST" else None))
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: editions.strike_transmission(
                row, **form.cleaned_data, by=request.user, now=request.now
            ),
        )
        if done is not None:
            messages.success(request, _("The transmission is struck out."))
            return redirect("reports:transmit", row.edition_id)
    given = row.edition.round
    context = {"row": row, "round": given, "plan": given.plan, "form": form}
    return TemplateResponse(request, "reports/strike.html", context)


# --- Chapters and consultation ----------------------------------------------------


@member_page(secretariat, methods=READ_WRITE)
def chapter(request: MemberRequest, key: int, kind: str, number: int) -> HttpResponse:
    """Write a chapter: the foreword, the introduction of a section, or a further one.

    ``number`` is the section's, or the further chapter's key (0 for a new one).
    """
    found = find_round(key)
    row = find_chapter(found, kind, number)
    start = {name.name: getattr(row, name.name) for name in row._meta.fields}  # noqa: SLF001
    is_introduction = kind == SECTION and request.method == "GET"
    openings = openings_of(found, row, now=request.now) if is_introduction else {}
    if "begin" in request.GET:
        start |= {name: text for name, text in openings.items() if not start[name]}
    form = offer(
        request,
        ChapterForm(
            request.POST if request.method == "POST" else None,
            with_titles=kind == FURTHER,
            initial=start,
        ),
    )
    conflict = stored = None
    is_wrong = request.method == "POST" and not form.is_valid()
    # What is new has an address of its own only once it is stored as a whole.
    is_new = kind == FURTHER and not row.pk
    if request.method == "POST" and form.can_store(row) and not (is_wrong and is_new):
        try:
            stored = attempt_chapter(request, form, row)
        except Conflict as refusal:
            conflict = conflict_with(form, refusal)
            form.go_on_from(refusal.stored.version)
        if stored is not None and not is_wrong:
            tell_saved(request, found)
            return redirect("reports:editing", found.pk)
        if stored is not None:
            form.go_on_from(stored.version)
    context = {
        "round": found,
        "plan": found.plan,
        "row": row,
        "heading": heading(row.kind, found),
        "form": form,
        "conflict": conflict,
        "summary_title": SAVED_IN_PART if stored is not None else "",
        "opening": openings.get(f"text_{get_language()}", ""),
        "section": Section.objects.filter(plan=found.plan_id, number=row.section or 0).first(),
    }
    return TemplateResponse(
        request, "reports/chapter.html", context, status=409 if conflict else 200
    )


def tell_saved(request: MemberRequest, found: ReportingRound) -> None:
    """Say that a chapter is saved, and that an edition that is frozen does not have it."""
    messages.success(request, _("The text is saved."))
    warn_of_frozen(request, found)


def warn_of_frozen(request: MemberRequest, found: ReportingRound) -> None:
    """Say that an edition that is frozen does not have what was saved just now."""
    if found.is_frozen:
        messages.warning(
            request,
            _("The edition that is frozen does not have it. Discard that edition to include it."),
        )


def openings_of(found: ReportingRound, row: Chapter, *, now: datetime) -> dict[str, str]:
    """Return, by column, what the data say of the section that a chapter introduces."""
    snapshot = editions.draft(found, now=now)
    section = Section.objects.get(plan=found.plan_id, number=row.section)
    return {f"text_{code}": opening(snapshot, code, section.shown) for code in LANGUAGES}


def attempt_chapter(request: MemberRequest, form: ChapterForm, row: Chapter) -> Chapter | None:
    """Store a chapter; None where the form says why it was not."""
    try:
        return texts.save_chapter(
            row,
            by=request.user,
            version=form.cleaned_data["version"],
            texts=form.texts(row),
            now=request.now,
        )
    except ValidationError as error:
        show_refusal(form, error)
        return None


def find_chapter(found: ReportingRound, kind: str, number: int) -> Chapter:
    """Return a stored chapter, or a new one of a kind that there can be; 404 otherwise."""
    if kind not in (OF_EVALUATION if found.is_evaluation else OF_YEARLY):
        raise Http404
    if kind == FURTHER and number:
        rows = Chapter.objects.filter(round=found, kind=FURTHER)
        return get_object_or_404(rows, pk=min(number, LARGEST_KEY))
    if kind == SECTION:
        get_object_or_404(Section, plan=found.plan_id, number=min(number, 32_000))
        row = Chapter.objects.filter(round=found, kind=SECTION, section=number).first()
        return row or Chapter(round=found, kind=SECTION, section=number)
    if kind == FURTHER:
        return Chapter(
            round=found, kind=FURTHER, position=Chapter.objects.filter(round=found).count()
        )
    row = Chapter.objects.filter(round=found, kind=kind).first()
    return row or Chapter(round=found, kind=kind)


@member_page(secretariat, methods=WRITE)
def chapter_delete(request: MemberRequest, key: int, number: int) -> HttpResponse:
    """Remove a further chapter."""
    found = find_round(key)
    row = get_object_or_404(Chapter, round=found, kind=FURTHER, pk=min(number, LARGEST_KEY))
    texts.delete_chapter(row, by=request.user, now=request.now)
    messages.success(request, _("The chapter is removed."))
    return redirect("reports:editing", found.pk)


@member_page(secretariat, methods=READ_WRITE)
def consultation(request: MemberRequest, key: int) -> HttpResponse:
    """Set until when members comment on the draft, and record the validation."""
    found = find_round(key)
    row = Consultation.objects.filter(round=found).first() or Consultation(round=found)
    start = {name: getattr(row, name) for name in texts.CONSULTED}
    form = offer(
        request,
        ConsultationForm(
            request.POST if request.method == "POST" else None,
            initial=start | {"seen": seen.digest(row, texts.CONSULTED)},
        ),
    )
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            done = attempt_consultation(request, found, form)
        except Conflict as refusal:
            conflict, done = conflict_with(form, refusal), None
            form.go_on_from(seen.digest(refusal.stored, texts.CONSULTED))
        if done is not None:
            messages.success(request, _("The days and the note of the working group are saved."))
            warn_of_frozen(request, found)
            return redirect("reports:editing", found.pk)
    context = {"round": found, "plan": found.plan, "form": form, "conflict": conflict}
    status = 409 if conflict else 200
    return TemplateResponse(request, "reports/consultation.html", context, status=status)


def attempt_consultation(
    request: MemberRequest, found: ReportingRound, form: ConsultationForm
) -> Consultation | None:
    """Store the consultation; None where the form says why it was not."""
    try:
        return texts.consult(
            found,
            until=form.cleaned_data["until"],
            validated_on=form.cleaned_data["validated_on"],
            notes=form.notes(),
            seen=form.cleaned_data["seen"],
            by=request.user,
            now=request.now,
        )
    except ValidationError as error:
        show_refusal(form, error)
        return None
