"""Days as the active language writes them, in templates and in Python alike."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils.translation import override

from actions.typography import date_format

FIRST, ELEVENTH = date(2027, 1, 1), date(2027, 11, 11)


@pytest.mark.parametrize(
    ("language", "first", "other"),
    [
        ("fr", "1er janvier 2027", "11 novembre 2027"),
        ("nl", "1 januari 2027", "11 november 2027"),
        ("de", "1. Januar 2027", "11. November 2027"),
        ("en", "1 January 2027", "11 November 2027"),
    ],
)
def test_a_day_is_written_as_its_language_does(language: str, first: str, other: str) -> None:
    template = Template("{{ day|date }}")
    for day, words in ((FIRST, first), (ELEVENTH, other)):
        with override(language):
            assert date_format(day) == template.render(Context({"day": day})) == words


def test_forms_of_a_day_and_the_local_time_stay_as_the_filter_has_them() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=ZoneInfo("UTC"))
    with override("fr"):
        for form, words in (
            ("Y-m-d", "2027-01-01"),
            ("l j F", "vendredi 1er janvier"),
            ("H:i", "00:30"),
        ):
            text = Template(f'{{{{ at|date:"{form}" }}}}').render(Context({"at": late}))
            assert text == words
        assert Template("{{ none|date }}").render(Context({"none": None})) == ""
