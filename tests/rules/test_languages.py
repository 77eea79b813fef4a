"""Which language a text looks written in."""

import pytest

from actions.rules.languages import looks_like

TEXTS = {
    "nl": "De dienst heeft een handleiding gepubliceerd en honderd aankopers opgeleid.",
    "fr": "Le service a publié un guide et a formé cent acheteurs dans les communes.",
    "de": "Der Dienst hat einen Leitfaden veröffentlicht und hundert Einkäufer geschult.",
    "en": "The service published a guide and trained a hundred buyers in the municipalities.",
}


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_each_of_the_four_languages_is_known(language, text) -> None:
    assert looks_like(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Le service a publié un guide.",
        "OECD, ILO, UNGP, CSRD, CSDDD, SDG 8.7, ISO 26000, OESO, BIO, FIT, UCLouvain, KU Leuven",
        "https://www.economie.fgov.be/nl/themas/ondernemingen/maatschappelijk-verantwoord-ondernemen",
        "\u0661\u0662 " * 200,
    ],
    ids=["nothing", "a few words", "abbreviations", "an address", "figures"],
)
def test_of_what_has_no_language_of_its_own_nothing_is_said(text) -> None:
    assert looks_like(text) == ""


def test_a_text_in_two_languages_with_addresses_is_read_in_bounded_time() -> None:
    assert looks_like("x" * 10_000_000) in {"", *TEXTS}
