"""Drawings of what published reports say of a plan: the key figures over the rounds, the levels."""

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from actions import published
from actions.models import PublishedRound
from actions.models.actors import LEVELS
from actions.models.statuses import STATUS_WORDS
from actions.views import presentation
from document import charts, dates, selection

FIRST_TREND = 2  # rounds that make one
WIDE = 340


def trend(report: PublishedRound, rounds: Iterable[PublishedRound]) -> charts.Chart | None:
    """Draw the key figures of a report and of those before it; None for the first one."""
    listed = sorted(
        (given for given in rounds if given.year <= report.year), key=lambda given: given.year
    )
    if len(listed) < FIRST_TREND:
        return None
    shares = [{one.code: one.percent for one in published.figures_of(given)} for given in listed]
    rows = []
    for figure in published.figures_of(report):
        found = [given.get(figure.code) for given in shares]
        title = presentation.words(figure.titles)["text"]
        rows.append(charts.Trend(title, found, [percent(share) for share in found]))
    words = charts.Words(
        "trend",
        _("Key figures over the years"),
        _("The key figures of each report; earlier years are greyed."),
        _("Key figure"),
    )
    return charts.trends(words, [str(given.year) for given in listed], rows, WIDE)


def percent(share: int | None) -> str:
    """Return a share as readers write it; a dash where there is none."""
    return "–" if share is None else dates.percent(share, get_language() or "en")


def by_level(report: PublishedRound) -> charts.Chart | None:
    """Draw the statuses of the expected entries of each level of government; None without any."""
    labels = dict(LEVELS)
    bars = [
        charts.Bar(str(labels.get(level, level)), dict(counts))
        for level, counts in published.level_counts(report)
    ]
    if not bars:
        return None
    kinds = [charts.Kind(code, str(STATUS_WORDS[code])) for code in selection.ORDER]
    words = charts.Words(
        "levels",
        _("Status by level of government"),
        _(
            "This counts the expected entries: an action of several actors counts once for each of "
            "them."
        ),
        _("Level of government"),
        _("Total"),
    )
    return charts.shares(words, kinds, bars, WIDE)
