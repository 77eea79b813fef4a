"""The tables that readers sort and page through."""

from typing import Any

import django_tables2 as tables
from django.db.models import Case, F, Func, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from actions.models import Action, PublishedAction, PublishedRound
from actions.published import CODES, CONTINUOUS

# Where each status stands in the order of the vocabulary.
RANK = Case(
    When(status="in_progress", nature="continuous", then=Value(CODES.index(CONTINUOUS))),
    *(When(status=code, then=Value(place)) for place, code in enumerate(CODES)),
    output_field=IntegerField(),
)


class Folded(Func):
    """A folded column, compared by its characters alone, whatever the locale of the database."""

    template = "%(expressions)s"
    arity = 1

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Name the plain order, which SQLite has by itself."""
        template = '%(expressions)s COLLATE "C"'
        return self.as_sql(compiler, connection, template=template, **context)


class ActionTable(tables.Table):
    """Actions of a plan, in the plan's order unless the reader sorts otherwise."""

    label = tables.TemplateColumn(
        template_name="actions/_cell_label.html",
        verbose_name=pgettext_lazy("number of an action", "No."),
        order_by=("position", "id"),
    )
    title = tables.TemplateColumn(
        template_name="actions/_cell_title.html", verbose_name=_("Action")
    )
    status = tables.TemplateColumn(
        template_name="actions/_cell_status.html", verbose_name=_("Status"), empty_values=()
    )
    actors = tables.TemplateColumn(
        template_name="actions/_cell_actors.html", verbose_name=_("Actors"), orderable=False
    )
    period_end = tables.TemplateColumn(
        template_name="actions/_cell_period.html", verbose_name=_("Period")
    )
    nature = tables.Column(verbose_name=_("Nature"))

    class Meta:
        model = Action
        fields = ("label", "title", "status", "actors", "period_end", "nature")
        empty_text = _("No action matches.")
        attrs = {"class": "list-table"}

    def __init__(
        self, *args: Any, caption: str, report: PublishedRound | None = None, **options: Any
    ) -> None:
        """Take the caption that tells a listener what the table holds.

        The column of statuses is there once a report was published.
        """
        super().__init__(*args, exclude=() if report else ("status",), **options)
        self.caption, self.report = caption, report

    def order_status(self, rows: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:  # noqa: FBT001
        """Sort by the published status, the furthest last; what has none stands last either way."""
        said = PublishedAction.objects.filter(shown=self.report, action=OuterRef("pk"))
        rank = Subquery(said.annotate(rank=RANK).values("rank")[:1])
        column = F("status_rank")
        order = column.desc(nulls_last=True) if is_descending else column.asc(nulls_last=True)
        return rows.annotate(status_rank=rank).order_by(order, "position", "id"), True

    def order_title(self, rows: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:  # noqa: FBT001
        """Sort by the title in the reader's language, letters without regard to accents."""
        column = Folded(f"sort_{get_language() or 'en'}")
        order = column.desc() if is_descending else column.asc()
        return rows.order_by(order, "position", "id"), True

    def order_period_end(self, rows: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:  # noqa: FBT001
        """Sort by the end of the period; actions without one stand last either way."""
        column = F("period_end")
        order = column.desc(nulls_last=True) if is_descending else column.asc(nulls_last=True)
        return rows.order_by(order, "position", "id"), True

    def order_nature(self, rows: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:  # noqa: FBT001
        """Sort by nature, then in the plan's order."""
        return rows.order_by("-nature" if is_descending else "nature", "position", "id"), True
