"""Downloads of the list of actions: the same filters as the page, all rows, in plan order."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from actions import exporters, published
from actions.filters import ActionFilter
from actions.models import Plan
from actions.views.drafts import plan_of
from actions.views.http import public_page

TYPES = {
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@public_page
def actions(request: HttpRequest, plan: str, extension: str) -> HttpResponse:
    """Return the actions that match as a file; unknown filter values are left out."""
    on = timezone.localdate()
    found = plan_of(request, plan)
    filters = ActionFilter(request.GET, plan=found, on=on)
    rows = exporters.rows(
        filters.qs.for_export(on=on),
        filters.parents,
        {actor.pk: actor.slug for actor in filters.actors},
        site=request.build_absolute_uri("/").rstrip("/"),
        report=filters.report,
        statuses=published.statuses(filters.report),
    )
    response = HttpResponse(content(extension, found, rows, filters), content_type=TYPES[extension])
    name = f"{found.slug}-actions-{get_language()}.{extension}"
    if extension != "json":
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Robots-Tag"] = "noindex"
    if not filters.is_current:
        response["Cache-Control"] = "no-store"
    response["Access-Control-Allow-Origin"] = "*"  # open data: other sites may read it
    return response


def content(
    extension: str, plan: Plan, rows: list[exporters.Row], filters: ActionFilter
) -> str | bytes:
    """Return the file's content."""
    if extension == "json":
        return exporters.to_json(plan, rows, ignored=filters.ignored)
    if extension == "csv":
        return exporters.to_csv(rows)
    return exporters.to_xlsx(plan, rows)
