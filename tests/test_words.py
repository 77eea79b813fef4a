"""Our own words in four languages: names in sentences, spaces at signs, facts of time."""

import re
from collections.abc import Iterator
from datetime import date, datetime

import polib
import pytest
import time_machine
from check_messages import LANGUAGES, LOCALE, ROOT, po_path, translations
from django.test import Client
from django.utils import translation
from lxml import html

from actions.models import Succession
from actions.services import plan as service
from actions.templatetags.typography import shortened, size
from actions.typography import sign
from document.typography import french_faults
from tests import access
from tests.levels import first_of_all
from tests.standing_site import Site

# What fills in the name of an organisation, or of a plan.
NAMED = re.compile(r"(%\(|\{)(actors?|institution|plan|title)(\)s|\})")
# What may stand before it: nothing, a colon, the end of another part, a bracket, an emphasis.
ALONE = re.compile(r"(?:^|[:,.]\s|\(|<strong>)$")


def named_texts() -> Iterator[tuple[str, str]]:
    """Yield each text that a name is put into, with its language."""
    for language in LANGUAGES:
        for entry in polib.pofile(str(po_path(ROOT / LOCALE, language))):
            for text in translations(entry):
                if NAMED.search(text):
                    yield language, text
            for text in (entry.msgid, entry.msgid_plural):
                if NAMED.search(text):
                    yield "en", text


@pytest.mark.parametrize("spoken", [*LANGUAGES, "en"])
def test_a_name_stands_where_no_language_needs_an_article(spoken: str) -> None:
    texts = [text for language, text in named_texts() if language == spoken]
    assert len(texts) > 20
    for text in texts:
        for found in NAMED.finditer(text):
            assert ALONE.search(text[: found.start()]), text


# --- Spaces at signs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("Cycle 2025\u00a0: ouvert", 0),
        ("Cycle 2025: ouvert", 1),
        ("Cycle 2025 : ouvert", 1),
        ("Pourquoi\u202f?", 0),
        ("Pourquoi\u00a0?", 1),
        ("Pourquoi ?", 1),
        ("Pourquoi?", 1),
        ("reçues\u202f; aucune", 0),
        ("reçues; aucune", 1),
        ("«\u00a0non entamée\u00a0»", 0),
        ("« non entamée »", 2),
        ("à 12:30, sur https://example.org/?a=1;b", 0),
        ("R&amp;D", 0),
    ],
)
def test_a_plain_or_missing_space_at_a_french_sign_is_found(text: str, faults: int) -> None:
    assert len(french_faults(text)) == faults


@pytest.mark.parametrize(
    ("language", "colon", "question"),
    [
        ("fr", "\u00a0:", "\u202f?"),
        ("fr-be", "\u00a0:", "\u202f?"),
        ("nl", ":", "?"),
        ("de", ":", "?"),
        ("en", ":", "?"),
    ],
)
def test_a_sign_has_the_space_of_its_language(language, colon, question) -> None:
    assert (sign(":", language), sign("?", language)) == (colon, question)
    with translation.override(language):
        assert sign(":") == colon


@pytest.mark.parametrize(
    ("language", "count", "written"),
    [
        ("fr", 1_499_000, "1,5\u00a0Mo"),
        ("fr", 352_700, "352,7\u00a0ko"),
        ("fr", 2, "2\u00a0octets"),
        ("nl", 352_700, "352,7\u00a0kB"),
        ("de", 1_499_000, "1,5\u00a0MB"),
        ("en", 17, "17 bytes"),
        ("en", 53_200, "53.2\u00a0kB"),
    ],
)
def test_the_size_of_a_file_is_told_in_the_units_of_the_language(language, count, written) -> None:
    with translation.override(language):
        assert size(count) == written


def test_a_long_title_is_cut_between_words() -> None:
    assert shortened("Bijdrage aan de Europese richtlijn", 20) == "Bijdrage aan de …"
    assert shortened("Bijdrage", 20) == "Bijdrage"


def own_texts(content: bytes) -> Iterator[str]:
    """Yield the French texts of a page but for codes, and what is marked as another language."""
    page = html.fromstring(content)
    for part in page.xpath("//script | //style | //code | //textarea"):
        part.drop_tree()
    for text in page.xpath("//text()"):
        holder = text.getparent() if text.is_text else text.getparent().getparent()
        spoken = holder.xpath("ancestor-or-self::*[@lang][1]/@lang")
        if spoken and spoken[-1].startswith("fr"):
            yield re.sub(r"[ \n]+", " ", text).strip()


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize(
    "each", first_of_all([4, 1], [4], pytest.mark.proof), ids=["every fourth", "every one"]
)
def test_a_page_in_french_has_its_spaces(site: Site, each: int) -> None:
    found = {}
    for line in access.lines()[::each]:
        if line.method == "GET" and line.path.startswith("/en/"):
            response = site.get("secretariat", f"/fr/{line.path[4:]}")
            is_page = response.get("Content-Type", "").startswith("text/html")
            if response.status_code == 200 and is_page and response.content:
                for text in own_texts(response.content):
                    if faults := french_faults(text):
                        found[line.path] = faults
    # The data dictionary quotes a key as a program writes it; titles of sources are theirs.
    assert [path for path in found if path != "/en/method/"] == []


# --- What follows the data ------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_site_says_that_no_report_is_published_until_one_is(client: Client) -> None:
    assert "none has been published here yet" in client.get("/en/about/").content.decode()


@pytest.mark.django_db
def test_with_a_published_report_the_site_says_what_it_shows(client: Client, story) -> None:
    page = client.get("/en/about/").content.decode()
    assert "none has been published" not in page
    assert "once reports are published" not in page
    assert "come from published progress reports only" in " ".join(page.split())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "old", "new"),
    [
        (date(2026, 12, 31), "will be taken over by:", "it will take over the work of:"),
        (date(2027, 1, 1), "was taken over by:", "it took over the work of:"),
    ],
)
def test_a_successor_has_taken_over_from_its_day_on(
    client, make_actor, source, day, old, new
) -> None:
    first, second = make_actor("first"), make_actor("second")
    succession = Succession(predecessor=first, successor=second, on=date(2027, 1, 1), source=source)
    service.save(succession, by=None)
    with time_machine.travel(datetime.combine(day, datetime.min.time()).replace(hour=12)):
        assert old in client.get("/en/plans/nap2/actors/first/").content.decode()
        assert new in client.get("/en/plans/nap2/actors/second/").content.decode()
