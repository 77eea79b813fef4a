"""Menus are written without a template for each line, and say what Django's templates say."""

from typing import Any

import pytest
from django import forms
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from actions.filters import OneOrMore
from actions.menus import Name, NameSelect

LINES = [
    ("", _("All")),
    ("G<r>&", [("a'\"<", Name("N<x>&", "fr")), (3, 2024), ("own", Name("Own", "en"))]),
    ("x", mark_safe("<b>é</b>")),
    (None, "nothing"),
]
GIVEN: tuple[dict[str, Any], ...] = (
    {},
    {"class": 'f&"', "required": True, "disabled": False, "size": 3},
)


STOCK: Any = forms.Select


class StockSelect(NameSelect):
    """The same menu, by Django's templates."""

    _render = STOCK._render  # noqa: SLF001


class StockOneOrMore(OneOrMore):
    """The same menu of several, by Django's templates."""

    _render = STOCK._render  # noqa: SLF001


@pytest.mark.parametrize("value", ["", "a'\"<", "x", None, "unknown"])
@pytest.mark.parametrize("attrs", GIVEN)
def test_a_menu_is_written_as_django_writes_it(value: Any, attrs: dict[str, Any]) -> None:
    ours, stock = (
        kind(attrs, choices=LINES).render("n<", value, {"id": "i"})
        for kind in (NameSelect, StockSelect)
    )
    assert ours == stock


def test_a_menu_of_several_is_written_as_django_writes_it() -> None:
    ours, stock = OneOrMore(choices=LINES), StockOneOrMore(choices=LINES)
    ours.allow_multiple_selected = stock.allow_multiple_selected = True
    chosen = ["x", "a'\"<"]
    assert ours.render("n", chosen, {}) == stock.render("n", chosen, {})
    assert ours.render("n", chosen, {}).count(" selected") == 2
