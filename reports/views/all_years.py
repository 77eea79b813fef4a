"""The data of all reports of a plan in one file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language

from actions.enums import RoundKind
from actions.views.drafts import plan_of
from actions.views.http import public_page
from reports import all_years, archive

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@public_page
def file(request: HttpRequest, plan: str, name: str) -> HttpResponse:
    """Return a table of all years, or the workbook with all of them; 404 before any report."""
    found = plan_of(request, plan)
    editions = archive.speaking(
        list(archive.editions().filter(round__plan=found, round__kind=RoundKind.YEARLY))
    )
    if not editions:
        raise Http404
    snapshots = [archive.snapshot_of(edition) for edition in editions]
    language = get_language() or "en"
    table, extension = name.rsplit(".", 1)
    content = (
        all_years.to_xlsx(snapshots, language)
        if extension == "xlsx"
        else all_years.to_csv(table, snapshots, language)
    )
    response = HttpResponse(content, content_type=TYPES[extension])
    filename = f"{found.slug}-{table}-all-years-{language}.{extension}"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["X-Robots-Tag"] = "noindex"
    response["Access-Control-Allow-Origin"] = "*"
    return response
