"""Who sees the draft of a plan on the pages for readers: the secretariat, and nobody else."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from actions.models import Plan
from actions.views.accounts import lacks_second_factor
from actions.views.http import SHOWS_DRAFT, rights_of


def plan_of(request: HttpRequest, slug: str, *, among: QuerySet[Plan] | None = None) -> Plan:
    """Return a plan that the reader sees; raises Http404."""
    found = get_object_or_404(Plan if among is None else among, slug=slug)
    check_seen(request, found)
    return found


def check_seen(request: HttpRequest, plan: Plan | None) -> None:
    """Raise Http404 for what comes with a draft, save to the secretariat.

    ``plan`` is a plan, or the draft that a row came with.
    """
    if plan is None or plan.is_published:
        return
    if not rights_of(request).is_secretariat or lacks_second_factor(request):
        raise Http404
    request.META[SHOWS_DRAFT] = True
