"""What an edition says of one actor, as a page or a file, made when somebody asks for it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import set_response_etag
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from document import selection
from document.errors import RenderError
from reports import archive as shelf
from reports.formats import of_actor
from reports.making import BusyError, OnRequest
from reports.models import Edition
from reports.views import archive, dossier

FIRST = 3  # schema whose editions have the words of an extract
KEPT = 24  # extracts in each process's memory


@csrf_exempt  # it refuses every method that writes; a POST is told so
@require_safe
def extract(
    request: HttpRequest, plan: str, year: str, number: str, slug: str, extension: str = "html"
) -> HttpResponse:
    """Return what a numbered edition says of an actor, in the layout of today."""
    editions = shelf.editions()
    found = get_object_or_404(
        editions, shelf.called(year, "round__"), round__plan__slug=plan, number=int(number)
    )
    if found.is_withdrawn:
        return archive.gone(request, found)
    if found.stored_schema < FIRST or not selection.speaks_of(shelf.snapshot_of(found), slug):
        raise Http404
    try:
        content = made(found.pk, found.checksum, slug, extension, get_language() or "en")
    except (BusyError, RenderError):
        return dossier.later(request, found.round.plan)
    response = dossier.answer(content, extension, f"{plan}-{year}-e{number}-{slug}")
    response["Cache-Control"] = archive.MINUTES
    set_response_etag(response)
    return archive.not_modified(request, response) or response


def make(key: int, checksum: str, slug: str, name: str, language: str) -> bytes:  # noqa: ARG001
    """Return an extract of the edition ``key``; ``checksum`` tells contents apart."""
    snapshot = shelf.snapshot_of(Edition.objects.only("pk", "checksum").get(pk=key))
    return of_actor(name, slug).render(snapshot, language)


made = OnRequest(make, size=KEPT)
