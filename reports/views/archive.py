"""The archive of reports: all editions, the newest of a year, one for ever, its files, its actions.

A numbered edition never changes, so browsers may keep it; what is newest is asked for each time.
"""

import hashlib
from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from actions.models import Action as PlanAction
from actions.models import Revision
from actions.views import compression, presentation
from actions.views.drafts import plan_of
from actions.views.http import LANGUAGE_NAMES, public_page
from document import dates
from document.content import masthead
from document.snapshot import LANGUAGES, Action, Actor, Evaluation, Snapshot
from document.writers.html import script_hash, style_hash
from reports import archive as shelf
from reports import schema_org
from reports.formats import FORMATS, file_name, label
from reports.models import Edition, EditionFile

pages_kept = caches["editions"]

# What was withdrawn is gone within minutes; asking again costs a reader next to nothing.
MINUTES = "public, max-age=300, must-revalidate"
ASK_EACH_TIME = "no-cache"
# What a browser shows itself; the rest it stores.
SHOWN_IN_BROWSERS = {"pdf", "json"}
HEAD = 200_000  # bytes at the start of a page that hold its style
# The files of a language in the order in which they are offered.
DOWNLOADS = (
    "pdf", "docx", "summary_pdf", "summary_docx", "xlsx", "csv", "entries_csv", "actions_csv",
    "evidence_csv",
)  # fmt: skip


@public_page
def archive(request: HttpRequest, plan: str) -> HttpResponse:
    """Show the reports of a plan, newest first: editions, files, corrections, withdrawals."""
    found = plan_of(request, plan)
    listed = shelf.of_plan(found)
    years = [
        {"round": given, "editions": [line(edition, listed) for edition in editions]}
        for given, editions in groupby(listed, key=lambda edition: edition.round)
    ]
    speaking = shelf.speaking(listed)
    context = {
        "plan": found,
        "years": years,
        "comparable": len(speaking) > 1,
        "has_data": any(not edition.round.is_evaluation for edition in speaking),
        "is_sample": any(edition.round.is_sample for edition in listed),
    }
    return TemplateResponse(request, "archive/archive.html", context)


@public_page
def report(request: HttpRequest, plan: str, year: str) -> HttpResponse:
    """Show the newest edition of a year: figures, files, how to cite, to whom it was sent."""
    editions = shelf.of_year(plan, year)
    if not editions:
        raise Http404
    newest = next((edition for edition in editions if edition.is_published), None)
    if newest is None:
        return gone(request, editions[0])
    language = get_language() or "en"
    snapshot = shelf.snapshot_of(newest)
    offered = languages(newest)
    context = {
        "plan": newest.round.plan,
        "edition": newest,
        "round": newest.round,
        "title": masthead.title(snapshot, language),
        "figures": [presentation.figure(given) for given in snapshot.figures],
        "note": spoken(newest, "note"),
        "citation": masthead.citation(snapshot, language),
        "validated_on": dates.day(snapshot.validated_on, language),
        "validation": presentation.words(snapshot.validation),
        "languages": offered,
        "data": data_file(newest),
        "basis": snapshot.basis if isinstance(snapshot, Evaluation) else (),
        "earlier": [line(edition, editions) for edition in editions if edition != newest],
        "transmissions": transmissions(editions),
        "previous_year": snapshot.compared.year if snapshot.compared else None,
        "is_sample": newest.round.is_sample,
        # Of sample data no search engine is told.
        "facts": "" if newest.round.is_sample else facts(request, newest, snapshot, offered[0]),
    }
    return TemplateResponse(request, "archive/report.html", context)


def facts(
    request: HttpRequest, edition: Edition, snapshot: Snapshot, mine: dict[str, Any]
) -> SafeString:
    """Return what search engines are told of an edition; ``mine`` are its files for this page."""
    language = get_language() or "en"
    here, given = request.build_absolute_uri, edition.round
    place = [given.plan.slug, given.name, edition.number]
    found = schema_org.report(
        schema_org.Told(
            title=masthead.title(snapshot, language),
            about=given.plan.label,
            address=here(mine["url"]),
            number=str(edition.number),
            day=timezone.localdate(edition.published_at).isoformat(),
            language=language,
            publisher=settings.REPORT_PUBLISHER or "NAP monitor",
            files=tuple(
                (
                    here(reverse("reports:edition-file", args=[*place, one["name"]])),
                    FORMATS[one["file"].format].media_type,
                )
                for one in mine["files"]
            ),
        )
    )
    return schema_org.as_data(found)


def lasting(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view answer to reading alone; it sets its own headers for caches."""

    @csrf_exempt  # it refuses every method that writes; a POST is told so
    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return wrapped


@lasting
def edition(request: HttpRequest, plan: str, year: str, number: int) -> HttpResponse:
    """Return the stored HTML of a numbered edition, byte for byte.

    The last few that were read are kept in this process for as long as the revision of the
    data holds, so that reading one costs little more than an empty page.
    """
    language = get_language() or "en"
    token = Revision.now()
    # Hashed, as an address may be longer than a key.
    key = hashlib.sha256(f"{token}/{plan}/{year}/{number}/{language}".encode()).hexdigest()
    way = compression.way(request)
    kept = pages_kept.get(f"{key}{way}") if token else None
    if kept is None:
        file = shelf.file_of(plan, year, number, "html", language)
        response = stored(request, file, MINUTES, plan=plan, year=year, number=number)
        if response.status_code == HTTPStatus.OK and token:
            pages_kept.set(f"{key}{way}", (response.content, dict(response.items())))
        return response
    content, headers = kept
    response = HttpResponse(content, headers=headers)
    return not_modified(request, response) or response


@lasting
def edition_file(
    request: HttpRequest, plan: str, year: str, number: str, name: str
) -> HttpResponse:
    """Return a stored file of a numbered edition, in the language of the address."""
    language = get_language() or "en"
    file = shelf.file_of(plan, year, int(number), shelf.FILES[name], language)
    return stored(request, file, MINUTES, plan=plan, year=year, number=int(number))


@lasting
def newest_file(request: HttpRequest, plan: str, year: str, name: str) -> HttpResponse:
    """Return a stored file of the newest edition of a year, in the language of the address."""
    language = get_language() or "en"
    file = shelf.newest_file(plan, year, shelf.FILES[name], language)
    return stored(request, file, ASK_EACH_TIME, plan=plan, year=year)


@lasting
def edition_summary(request: HttpRequest, plan: str, year: str, number: int) -> HttpResponse:
    """Return the summary of a numbered edition as a page."""
    file = shelf.file_of(plan, year, number, "summary_html", get_language() or "en")
    return stored(request, file, MINUTES, plan=plan, year=year, number=number)


@lasting
def newest_summary(request: HttpRequest, plan: str, year: str) -> HttpResponse:
    """Return the summary of the newest edition of a year as a page."""
    file = shelf.newest_file(plan, year, "summary_html", get_language() or "en")
    return stored(request, file, ASK_EACH_TIME, plan=plan, year=year)


@public_page
def edition_action(
    request: HttpRequest, plan: str, year: str, number: str, label: str
) -> HttpResponse:
    """Show what a numbered edition says of one action."""
    found = get_object_or_404(
        shelf.editions(),
        shelf.called(year, "round__"),
        round__plan__slug=plan,
        number=int(number),
    )
    if found.is_withdrawn:
        return gone(request, found)
    snapshot = shelf.snapshot_of(found)
    place = next((n for n, a in enumerate(snapshot.actions) if a.label == label), None)
    if place is None:
        raise Http404
    action = snapshot.actions[place]
    context = {
        "plan": found.round.plan,
        "edition": found,
        "round": found.round,
        "label": label,
        **titled(action, snapshot),
        "presentation": presentation.of_action(action, actors_of(snapshot)),
        "history": history(action),
        "in_plan": PlanAction.objects.filter(
            Q(key=action.action_id) | Q(key="", label=action.action_id), plan=found.round.plan_id
        )
        .values_list("label", flat=True)
        .first(),
        "previous": neighbour(snapshot, place - 1),
        "next": neighbour(snapshot, place + 1),
        "is_newest": not shelf.editions()
        .filter(round=found.round_id, number__gt=found.number, withdrawn_at__isnull=True)
        .exists(),
        "is_sample": found.round.is_sample,
    }
    return TemplateResponse(request, "archive/action.html", context)


# --- Stored files -------------------------------------------------------------------


def stored(
    request: HttpRequest,
    file: EditionFile | None,
    keep: str,
    *,
    plan: str,
    year: str,
    number: int | None = None,
) -> HttpResponse:
    """Return a file as it was stored, or that the browser has it already.

    Raises Http404 where there is none; of a withdrawn edition, says so.
    """
    if file is None or file.edition.is_withdrawn:
        return missing(request, plan, year, number)
    kind = FORMATS[file.format]
    response = HttpResponse(content_type=kind.media_type)
    # Weak where the same file may be packed in several ways.
    weak = "W/" if compression.TEXTS.match(kind.media_type) else ""
    response["ETag"] = f'{weak}"{file.checksum}"'
    response["Cache-Control"] = keep
    unchanged = not_modified(request, response)
    if unchanged is not None:
        return unchanged
    response.content = shelf.content_of(file)
    response["Content-Length"] = str(len(response.content))
    if kind.is_page:
        response["Content-Security-Policy"] = policy(response.content)
        compression.pack(response, compression.way(request))
        return response
    shown = "inline" if kind.extension in SHOWN_IN_BROWSERS else "attachment"
    name = file_name(plan, year, f"e{file.edition.number}", file.format, file.language)
    response["Content-Disposition"] = f'{shown}; filename="{name}"'
    if kind.extension in {"json", "csv", "xlsx"}:
        response["Access-Control-Allow-Origin"] = "*"  # open data: other sites may read it
    compression.pack(response, compression.way(request))
    return response


def not_modified(request: HttpRequest, response: HttpResponse) -> HttpResponse | None:
    """Return that a browser has what it asks for already; None where it has not.

    Nothing is said of what the page may load: a browser would put the policy of the site in
    place of the page's own, and the page would lose its style.
    """
    etag = response["ETag"]
    found: HttpResponse | None = get_conditional_response(request, etag=etag, response=response)
    if found is None or found.status_code == HTTPStatus.OK:
        return None
    found._csp_exempt = True  # type: ignore[attr-defined]  # noqa: SLF001
    return found


def missing(request: HttpRequest, plan: str, year: str, number: int | None) -> HttpResponse:
    """Answer for a file that is not to be had: withdrawn (410), or never published (404)."""
    listed = shelf.of_year(plan, year)
    wanted = [e for e in listed if e.is_withdrawn and number in {None, e.number}]
    if not wanted:
        raise Http404
    return gone(request, wanted[0])


def policy(content: bytes) -> str:
    """Return what the page of an edition may load: its own style and script, by hash, no more."""
    head = content[:HEAD].decode(errors="ignore")
    try:
        style = style_hash(head)
    except ValueError:  # a page without a style
        style = "'none'"
    return (
        f"default-src 'none'; style-src {style}; script-src {script_hash(head)}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def gone(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Say that an edition was withdrawn, why, and what its files were."""
    context = {
        "plan": edition.round.plan,
        **line(edition),
        "is_sample": edition.round.is_sample,
    }
    response = TemplateResponse(request, "archive/gone.html", context, status=HTTPStatus.GONE)
    response["Cache-Control"] = ASK_EACH_TIME
    return response.render()


# --- Parts --------------------------------------------------------------------------


def line(edition: Edition, listed: Iterable[Edition] = ()) -> dict[str, Any]:
    """Return what a list of editions shows of one; ``listed`` tells which corrects it."""
    return {
        "edition": edition,
        "corrected_by": next(
            (
                later.number
                for later in listed
                if later.round_id == edition.round_id
                and later.number > edition.number
                and later.is_published
            ),
            None,
        ),
        "note": spoken(edition, "note"),
        "reason": spoken(edition, "withdrawal"),
        "languages": languages(edition),
        "data": data_file(edition),
    }


def spoken(edition: Edition, field: str) -> dict[str, str]:
    """Return a text of an edition in the reader's language, else in another one."""
    return presentation.words({code: getattr(edition, f"{field}_{code}") for code in LANGUAGES})


def languages(edition: Edition) -> list[dict[str, Any]]:
    """Return the files of an edition by language: the reader's first."""
    mine = get_language() or "en"
    order = sorted(LANGUAGES, key=lambda code: code != mine)
    files = {(file.format, file.language): file for file in edition.files.all()}
    return [
        {
            "code": code,
            "name": LANGUAGE_NAMES[code],
            "url": address(edition, code),
            "files": [download(files[name, code]) for name in DOWNLOADS if (name, code) in files],
            "pages": [
                {"file": files[name, code], "format": label(name), "name": where}
                for name, where in (("html", ""), ("summary_html", "summary/"))
                if (name, code) in files
            ],
        }
        for code in order
    ]


def address(edition: Edition, language: str) -> str:
    """Return where an edition stands for ever, in a language."""
    given = edition.round
    with override(language):
        return reverse("reports:edition", args=[given.plan.slug, given.name, edition.number])


def data_file(edition: Edition) -> dict[str, Any] | None:
    """Return the file that holds an edition in all languages."""
    file = next((file for file in edition.files.all() if file.format == "json"), None)
    return download(file) if file else None


def download(file: EditionFile) -> dict[str, Any]:
    """Return a file with what it is called on pages and in addresses."""
    name = next(name for name, kind in shelf.FILES.items() if kind == file.format)
    return {"file": file, "format": label(file.format), "name": name}


def transmissions(editions: list[Edition]) -> list[dict[str, Any]]:
    """Return to whom editions were sent and when, mistakes struck out; not by whom."""
    return [
        {
            "recipient": row.recipient,
            "sent_on": row.sent_on,
            "number": edition.number,
            "struck_at": row.struck_at,
        }
        for edition in editions
        for row in edition.transmissions.all()
    ]


def titled(action: Action, snapshot: Snapshot) -> dict[str, Any]:
    """Return the title of an action as an edition has it, and where it stands."""
    title = presentation.words(action.titles)
    section = next((s for s in snapshot.sections if s.label == action.section), None)
    return {
        "title": title,
        "is_official": title["language"] in action.official,
        "section": presentation.words(section.titles) | {"number": section.label}
        if section
        else None,
        "period": presentation.words(action.period),
        "parent": action.parent,
    }


def history(action: Action) -> list[dict[str, Any]]:
    """Return the statuses of an action in earlier editions, newest first."""
    return [
        {
            "year": past.year,
            "edition": past.edition,
            **presentation.state(past.status, past.nature or action.nature),
        }
        for past in sorted(action.history, key=lambda past: (-past.year, -past.edition))
    ]


def neighbour(snapshot: Snapshot, place: int) -> dict[str, Any] | None:
    """Return the action at a place of an edition, if there is one."""
    if not 0 <= place < len(snapshot.actions):
        return None
    action = snapshot.actions[place]
    return {"label": action.label, "title": presentation.words(action.titles)}


def actors_of(snapshot: Snapshot) -> dict[str, Actor]:
    """Return the actors of an edition by key."""
    return {actor.slug: actor for actor in snapshot.actors}
