"""How worker, letters and files stand, in the format that Prometheus reads."""

from collections.abc import Iterator
from http import HTTPStatus

from django.conf import settings
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from actions import pulse
from actions.enums import LetterState
from actions.models import Letter
from reports.models import RENDERING_STATES, Document, Rendering

# What is over is history, and would only grow.
UNDER_WAY = (LetterState.WAITING, LetterState.SENDING, LetterState.FAILED)


@csrf_exempt
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer whoever brings ``METRICS_TOKEN`` as a bearer; where none is set there is no page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    brought = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not constant_time_compare(brought, settings.METRICS_TOKEN):
        headers = {"WWW-Authenticate": "Bearer"}
        return HttpResponse("", status=HTTPStatus.UNAUTHORIZED, headers=headers)
    text = "\n".join([*worker(), *letters(), *files(), ""])
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def gauge(name: str, meaning: str, values: dict[str, float]) -> Iterator[str]:
    """Yield the lines of one figure; ``values`` by their labels, "" where there are none."""
    yield f"# HELP napmonitor_{name} {meaning}"
    yield f"# TYPE napmonitor_{name} gauge"
    yield from (f"napmonitor_{name}{labels} {value:g}" for labels, value in values.items())


def worker() -> Iterator[str]:
    """Yield whether the worker has been silent for a minute."""
    return gauge(
        "worker_silent", "1 where no worker was seen for a minute.", {"": pulse.is_silent()}
    )


def letters() -> Iterator[str]:
    """Yield how many letters wait or failed, and for how long the oldest that is due waits."""
    rows = Letter.objects.filter(state__in=[state.value for state in UNDER_WAY])
    counts = dict(rows.values_list("state").order_by().annotate(Count("pk")))
    values = {f'{{state="{state.value}"}}': counts.get(state.value, 0) for state in UNDER_WAY}
    yield from gauge("letters", "Letters that are not sent.", values)
    waiting = rows.filter(state=LetterState.WAITING.value, due_at__lte=timezone.now())
    oldest = waiting.aggregate(oldest=Min("due_at"))["oldest"]
    seconds = (timezone.now() - oldest).total_seconds() if oldest else 0
    yield from gauge(
        "letter_wait_seconds", "Since when the oldest due letter waits.", {"": seconds}
    )


def files() -> Iterator[str]:
    """Yield how many orders for files there are, by what they make and how they stand."""
    values = {}
    for kind in (Rendering, Document):
        counts = dict(kind.objects.values_list("state").order_by().annotate(Count("pk")))
        for state, _words in RENDERING_STATES:
            label = f'{{kind="{kind.__name__.lower()}",state="{state}"}}'
            values[label] = counts.get(state, 0)
    yield from gauge("files", "Orders for files of editions and for documents.", values)
