"""Every text that the form takes is read and printed, in every format, in seconds."""

import io

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.forms.texts import TextField
from actions.models.entries import LONGEST_TEXT
from document import content, richtext
from document.writers import html, pdf, word
from tests.document.test_pdf import with_text
from tests.levels import first_of_all
from tests.reports.pdf_reading import text_of

pytestmark = pytest.mark.slow

SECONDS = 30  # many times what it takes on a machine that does little else
PIECES = (
    "[", "]", "[a](", "![", "*", "**a", "_b", "\\", "<", "&", "- a\n", "1. a\n", "  ", "\n\n", "a",
    "e\u0301\u0308", "\u0301", "a\u00ad", "\u00ad", "a\u200c", "\u200d", "\u2060a", "\ufe0f",
    "\u00a0", "woord ", "中", "ب", "😀", "https://", "www.a.be/", "/", "-", ".", "(", ")",
    "'", '"', "5*3*2 ", "\t",
)  # fmt: skip
HARD = {
    "soft hyphens": "\u00ad".join("abcdefghij" * 60),
    "marks": "e" + "\u0301" * 9_990,
    "brackets": "[" * 9_990,
    "joiners": "a\u200c" * 4_995,
    "characters without a picture": "中" * 9_990,
}


def print_all(text: str) -> bytes:
    """Print a text in every format; return the PDF."""
    assert TextField(required=False).clean(text) is not None  # what the form refuses is no case
    report = content.report(with_text(text), "nl")
    assert "<main" in html.write(report)
    docx.Document(io.BytesIO(word.write(report)))
    return pdf.write(report, SECONDS)


@pytest.mark.parametrize("name", first_of_all(HARD, {"soft hyphens", "joiners"}))
def test_what_stops_other_programs_is_printed(name: str) -> None:
    found = text_of(print_all(HARD[name]))
    assert len(found) > 1_000


def test_joiners_and_soft_hyphens_leave_the_word_as_it_looks() -> None:
    found = text_of(
        print_all("samen\u200cwerking, Zu\u00adsam\u00admen\u00adar\u00adbeit, vlag\ufe0f")
    )
    assert "samenwerking" in found
    assert "[U+" not in found


def test_so_many_brackets_begin_no_link_and_fewer_do() -> None:
    one = "[a](https://example.org/) "
    few, many = richtext.html(one * 3), richtext.html(one + "[" * 9_000)
    assert few.count("<a ") == 3
    assert "[[[" in many
    assert many.count("<p") == 1


@pytest.mark.whole
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.sampled_from(PIECES), st.integers(1, 3_000)), min_size=1, max_size=6).map(
        lambda parts: "".join(piece * count for piece, count in parts)[:LONGEST_TEXT]
    )
)
def test_whatever_the_form_takes_is_printed(text: str) -> None:
    print_all(text)
