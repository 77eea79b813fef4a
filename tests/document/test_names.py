"""In which language a body is named where readers' own language has no name for it."""

import pytest

from actions.enums import Level
from document.names import fallbacks


def test_a_flemish_body_is_named_in_dutch_first() -> None:
    assert fallbacks(Level.FLEMISH) == ("nl", "fr", "de", "en")


@pytest.mark.parametrize("level", [level for level in Level if level != Level.FLEMISH])
def test_every_other_body_is_named_in_french_first_and_in_english_last(level: str) -> None:
    assert fallbacks(level) == ("fr", "nl", "de", "en")
