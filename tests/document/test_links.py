"""What may be a link: the same on the page, in the HTML, the PDF and Word."""

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template

from actions.models.entries import validate_address
from document import links, richtext
from document.blocks import Run
from document.writers import html_text, pdf_text

REFUSED = (
    "https://user:password@example.org/report", "https://user@example.org/", "https://",
    "ftp://example.org/", "javascript:alert(1)", "https://exa mple/", "https://[::bad", "/en/",
    "https://example.org/" + "a" * 3000,
)  # fmt: skip
TAKEN = (
    "https://example.org/a@b?c=d#e",
    "http://intranet_old.example.org:8080",
    "HTTPS://example.org",
)


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_no_link_is_one_nowhere(address: str) -> None:
    assert links.usable(address) == ""
    assert pdf_text.link(address) == ""
    assert "href" not in html_text.run(Run("Report", link=address))
    shown = Template("{% load links %}<a{% href address %}>x</a>")
    assert shown.render(Context({"address": address})) == "<a>x</a>"
    with pytest.raises(ValidationError):
        validate_address(address)


@pytest.mark.parametrize("address", TAKEN)
def test_what_is_a_link_is_one_everywhere(address: str) -> None:
    assert links.usable(address) == pdf_text.link(address) == address
    validate_address(address)


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://économie.example.org/été", "https://xn--conomie-9xa.example.org/%C3%A9t%C3%A9"),
        ("https://[2001:db8::1]:8080/x[1]", "https://[2001:db8::1]:8080/x%5B1%5D"),
    ],
)
def test_what_the_form_takes_is_a_link_as_browsers_write_it(address: str, link: str) -> None:
    validate_address(address)
    assert links.usable(address) == link


def test_a_password_in_a_text_makes_no_link() -> None:
    for text in ("[x](https://user:pw@example.org/)", "see https://user:pw@example.org/ there"):
        assert "href" not in richtext.html(text)
