"""The data of all reports of a plan in one file: made when asked for, once for each state of them.

Not stored, as the files of an edition are: those are for ever, these change with every edition that
is published, corrected or withdrawn, and a stored one would have to be made anew, and to be gone
with a withdrawn report, at that moment. What a file says hangs on the editions that speak alone, so
their checksums are its key and its validator: none is ever old, and who has it is told so after one
query. Of two years of the second plan a table takes 10 ms of a processor and the workbook 0.2 s, of
ten years 50 ms and 0.8 s, and as much again to read ten editions; each process pays that once for a
file and language, two at a time, whatever the number of those who ask.
"""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from actions.enums import RoundKind
from actions.views import compression
from actions.views.drafts import plan_of
from actions.views.http import made_by
from reports import all_years
from reports import archive as shelf
from reports.making import BusyError, OnRequest
from reports.models import Edition
from reports.views import archive, dossier

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KEPT = 16  # files in each process's memory: four in four languages, half a megabyte each at most

Key = tuple[tuple[int, str], ...]


@csrf_exempt  # it refuses every method that writes; a POST is told so
@require_safe
def file(request: HttpRequest, plan: str, name: str) -> HttpResponse:
    """Return a table of all years, or the workbook with all of them; 404 before any report."""
    found = plan_of(request, plan)
    listed = shelf.editions().prefetch_related(None)
    editions = shelf.speaking(list(listed.filter(round__plan=found, round__kind=RoundKind.YEARLY)))
    if not editions:
        raise Http404
    language = get_language() or "en"
    table, extension = name.rsplit(".", 1)
    key = tuple((edition.pk, edition.checksum) for edition in editions)
    response = HttpResponse(content_type=TYPES[extension])
    response["ETag"] = validator(key, name, language)
    response["Cache-Control"] = archive.ASK_EACH_TIME
    response["X-Robots-Tag"] = "noindex"
    response["Access-Control-Allow-Origin"] = "*"
    if unchanged := archive.not_modified(request, response):
        return unchanged
    try:
        response.content = made(key, name, language)
    except BusyError:
        return dossier.later(request, found)
    filename = f"{found.slug}-{table}-all-years-{language}.{extension}"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Content-Length"] = str(len(response.content))
    compression.pack(response, compression.way(request))
    return response


def validator(key: Key, name: str, language: str) -> str:
    """Return what stands for a file as this software makes it; weak, as it may be packed."""
    said = repr((key, name, language, made_by()))
    return f'W/"{hashlib.sha256(said.encode()).hexdigest()}"'


def make(key: Key, name: str, language: str) -> bytes:
    """Return a file of some editions, by their keys and the checksums of what they say."""
    rows = Edition.objects.only("pk", "checksum").in_bulk([number for number, _checksum in key])
    snapshots = [shelf.snapshot_of(rows[number]) for number, _checksum in key]
    table, extension = name.rsplit(".", 1)
    if extension == "xlsx":
        return all_years.to_xlsx(snapshots, language)
    return all_years.to_csv(table, snapshots, language)


made = OnRequest(make, size=KEPT)
