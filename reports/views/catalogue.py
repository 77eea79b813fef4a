"""The description of the open data, for the catalogues that harvest it."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from actions import published
from actions.enums import RoundKind
from actions.models import Plan, PublishedRound
from actions.search.documents import in_languages
from actions.views.http import public_page
from reports import archive, catalogue
from reports.models import PUBLISHED, Edition

TYPES = {"ttl": "text/turtle; charset=utf-8", "jsonld": "application/ld+json; charset=utf-8"}
WRITERS = {"ttl": catalogue.to_turtle, "jsonld": catalogue.to_json_ld}
TABLES = ("entries.csv", "actions.csv", "evidence.csv", "data.xlsx")


@public_page
def show(request: HttpRequest, extension: str) -> HttpResponse:
    """Return the catalogue as Turtle or JSON-LD; it says the same in whatever language."""
    content = WRITERS[extension](catalogue.triples(of_site(request)))
    response = HttpResponse(content, content_type=TYPES[extension])
    response["Access-Control-Allow-Origin"] = "*"
    return response


def of_site(request: HttpRequest) -> catalogue.Catalogue:
    """Return the catalogue of this site."""
    here = request.build_absolute_uri
    plans = Plan.objects.published().order_by("slug")
    evaluated = newest_evaluations()
    return catalogue.Catalogue(
        iri=here(reverse("catalogue", args=["ttl"])).removesuffix(".ttl"),
        home=here("/"),
        titles=said(lambda: "NAP monitor"),
        descriptions=said(
            lambda: _("Everything that is published on the follow-up of the plans, as open data.")
        ),
        keywords=(
            said(lambda: _("business and human rights")),
            said(lambda: _("national action plan")),
        ),
        publisher=settings.REPORT_PUBLISHER or "NAP monitor",
        contact=settings.CONTACT_EMAIL,
        api=here(reverse("api:root")),
        description_of_api=here(reverse("api:openapi")),
        datasets=tuple(
            dataset
            for plan in plans
            for dataset in datasets(request, plan, evaluated.get(plan.pk, []))
        ),
    )


def newest_evaluations() -> dict[int, list[Edition]]:
    """Return the newest published edition of each evaluation, by the key of its plan."""
    rows = archive.editions().prefetch_related(None)
    found: dict[int, Edition] = {}
    for edition in rows.filter(round__kind=RoundKind.EVALUATION, state=PUBLISHED):
        found.setdefault(edition.round_id, edition)
    of_plans: dict[int, list[Edition]] = {}
    for edition in found.values():
        of_plans.setdefault(edition.round.plan_id, []).append(edition)
    return of_plans


def said(make: Any) -> dict[str, str]:
    """Return a text of the software in each language."""
    found = {}
    for code in catalogue.LANGUAGES:
        with translation.override(code):
            found[code] = make()
    return found


def datasets(
    request: HttpRequest, plan: Plan, evaluations: list[Edition]
) -> list[catalogue.Dataset]:
    """Return the data of a plan: its actions, what all reports say of them, its evaluations."""
    titles = in_languages(plan, "title")
    rounds = published.rounds_of(plan)

    def titled(code: str) -> str:
        return titles.get(code) or plan.label

    def named(sentence: Any) -> dict[str, str]:
        return said(lambda: sentence(titled(translation.get_language() or "en")))

    found = [
        catalogue.Dataset(
            iri=iri(request, "actions:action-list", plan.slug),
            titles=named(lambda plan: _("%(plan)s: actions") % {"plan": plan}),
            descriptions=named(
                lambda plan: (
                    _("%(plan)s: who is responsible for each action, by when, and how far it is.")
                    % {"plan": plan}
                )
            ),
            page=address(request, "en", "actions:action-list", plan.slug),
            files=tuple(
                file(request, code, "actions:action-export", plan.slug, extension)
                for extension in ("csv", "json", "xlsx")
                for code in catalogue.LANGUAGES
            ),
            **period(plan.valid_from, plan.valid_to),
        )
    ]
    if rounds:
        found.append(of_reports(request, plan, rounds, named))
    return found + [of_evaluation(request, edition, named) for edition in evaluations]


def of_reports(
    request: HttpRequest, plan: Plan, rounds: list[PublishedRound], named: Any
) -> catalogue.Dataset:
    """Return what all reports of a plan say."""
    return catalogue.Dataset(
        iri=iri(request, "reports:archive", plan.slug),
        titles=named(lambda plan: _("%(plan)s: progress reports") % {"plan": plan}),
        descriptions=named(
            lambda plan: (
                _(
                    "%(plan)s: what each public body reported on each action in each year, "
                    "with the status of the actions and the evidence."
                )
                % {"plan": plan}
            )
        ),
        page=address(request, "en", "reports:archive", plan.slug),
        files=tuple(
            file(request, code, "reports:all-years", plan.slug, name)
            for name in TABLES
            for code in catalogue.LANGUAGES
        ),
        issued=min(given.published_on for given in rounds).isoformat(),
        modified=max(given.published_on for given in rounds).isoformat(),
        **period(plan.valid_from, max(given.reference_date for given in rounds)),
    )


def of_evaluation(request: HttpRequest, edition: Edition, named: Any) -> catalogue.Dataset:
    """Return what an evaluation of a plan says, and each action in each year."""
    given = edition.round
    place = [given.plan.slug, given.name]
    year = {"year": given.year}
    day = timezone.localdate(edition.published_at).isoformat()
    return catalogue.Dataset(
        iri=iri(request, "reports:report", *place),
        titles=named(lambda plan: _("%(plan)s: evaluation %(year)s") % {"plan": plan, **year}),
        descriptions=named(
            lambda plan: (
                _(
                    "%(plan)s: the evaluation of %(year)s over the published reports, with the "
                    "status of each action in each year."
                )
                % {"plan": plan, **year}
            )
        ),
        page=address(request, "en", "reports:report", *place),
        files=tuple(
            file(request, code, "reports:newest-file", *place, name)
            for name in ("actions.csv", "data.json")
            for code in catalogue.LANGUAGES
        ),
        issued=day,
        modified=day,
        **period(given.plan.valid_from, given.reference_date),
    )


def file(request: HttpRequest, code: str, page: str, *place: str) -> catalogue.File:
    """Return a file in a language; its ending stands in its name, which comes last."""
    name = place[-1]
    extension = name.rsplit(".", 1)[-1]
    return catalogue.File(address(request, code, page, *place), extension, code, {code: name})


def period(begins: date | None, ends: date | None) -> dict[str, str]:
    """Return of which time data speak."""
    return {
        "begins": begins.isoformat() if begins else "",
        "ends": ends.isoformat() if ends else "",
    }


def iri(request: HttpRequest, page: str, *args: Any) -> str:
    """Return what stands for the data that a page shows; it is not the page."""
    return address(request, "en", page, *args) + "#data"


def address(request: HttpRequest, code: str, page: str, *args: Any) -> str:
    """Return an address in a language."""
    with translation.override(code):
        return request.build_absolute_uri(reverse(page, args=args))
