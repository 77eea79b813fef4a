"""The guides for people quote the site word for word, in both languages alike."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
GUIDES = ROOT / "docs" / "guides"
PICTURES = GUIDES / "pictures"
LANGUAGES = ("nl", "fr")
NAMES = ("members", "secretariat")
ALL = [f"{name}.{language}.md" for name in NAMES for language in LANGUAGES]
# What is bold and stands in no catalogue: the word that says what bold means, names of formats.
EXCEPTIONS = {"vet", "gras", "XLSX", "CSV"}
MOST_BYTES = 2_500_000
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|\{\w*\}")
# What a guide may write for a value: a year, a time, the name of a language.
VALUE = ".{1,12}"


@pytest.mark.parametrize("guide", ALL)
def test_what_a_guide_quotes_stands_on_the_site(guide: str) -> None:
    words = shown(language_of(guide))
    assert [quoted for quoted in bold(guide) if not any(w.fullmatch(quoted) for w in words)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_guide_has_the_same_parts_in_both_languages(name: str) -> None:
    dutch, french = (outline(f"{name}.{language}.md") for language in LANGUAGES)
    assert dutch == french


@pytest.mark.parametrize("name", NAMES)
def test_a_guide_quotes_as_much_in_both_languages(name: str) -> None:
    dutch, french = (len(list(bold(f"{name}.{language}.md"))) for language in LANGUAGES)
    assert dutch == french


def test_every_picture_is_shown_once_and_exists() -> None:
    wanted = sorted(picture for guide in ALL for _, picture in pictures(guide))
    assert wanted == sorted(path.name for path in PICTURES.iterdir())


@pytest.mark.parametrize("guide", ALL)
def test_every_picture_says_in_words_what_it_shows(guide: str) -> None:
    assert [picture for words, picture in pictures(guide) if len(words) < 20] == []


@pytest.mark.parametrize("guide", ALL)
def test_a_guide_shows_pictures_of_its_own_language(guide: str) -> None:
    ending = f".{language_of(guide)}.png"
    assert [picture for _, picture in pictures(guide) if not picture.endswith(ending)] == []


def test_the_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < MOST_BYTES


@pytest.mark.parametrize("guide", ALL)
def test_every_link_of_a_guide_leads_somewhere(guide: str) -> None:
    links = re.findall(r"\]\(([^)]+)\)", text(guide))
    assert [link for link in links if not leads_somewhere(link)] == []


def language_of(guide: str) -> str:
    """Return the language in the name of a guide."""
    return guide.split(".")[1]


@cache
def text(guide: str) -> str:
    """Return a guide as it is written."""
    return (GUIDES / guide).read_text(encoding="utf-8")


def bold(guide: str) -> Iterator[str]:
    """Yield what a guide quotes from the site."""
    for found in re.findall(r"\*\*(.+?)\*\*", text(guide), re.DOTALL):
        if found not in EXCEPTIONS:
            yield spaces(found)


def pictures(guide: str) -> list[tuple[str, str]]:
    """Return the words and the file of every picture of a guide."""
    return re.findall(r"!\[([^\]]*)\]\(pictures/([^)]+)\)", text(guide))


def outline(guide: str) -> list[str]:
    """Return what a guide is made of, without its words: headings, steps, pictures, tables."""
    lines = text(guide).splitlines()
    kinds = (re.match(r"#+ |\d+\. |- |!|\|", line) for line in lines)
    return [kind.group() for kind in kinds if kind]


@cache
def shown(language: str) -> list[re.Pattern[str]]:
    """Return every text of the site in a language, as a pattern with room for its values."""
    catalogue = polib.pofile(
        str(ROOT / "napmonitor" / "locale" / language / "LC_MESSAGES" / "django.po")
    )
    texts = {
        words
        for entry in catalogue
        if not entry.obsolete
        for words in (entry.msgstr, *entry.msgstr_plural.values())
        if words
    }
    return [pattern(words) for words in texts if has_words(words)]


def pattern(words: str) -> re.Pattern[str]:
    """Return the pattern of a text; its first letter may be a capital, as labels of fields are."""
    parts = map(re.escape, PLACEHOLDER.split(spaces(words)))
    return re.compile(VALUE.join(parts), re.IGNORECASE)


def has_words(words: str) -> bool:
    """Tell whether a text says something beside its values, which alone would match anything."""
    return len(re.findall(r"[^\W\d_]", PLACEHOLDER.sub("", words))) > 2


def spaces(words: str) -> str:
    """Return words with plain spaces: a line of a guide ends where it ends."""
    return re.sub(r"\s+", " ", words).strip()


def leads_somewhere(link: str) -> bool:
    """Tell whether a link leads to a file, and to a heading in it where it names one."""
    path, _, heading = link.partition("#")
    target = GUIDES / path
    if not heading or not target.is_file():
        return target.is_file()
    headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
    return heading in [words.lower().replace(" ", "-") for words in headings]
