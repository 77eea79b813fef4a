"""Names of bodies: which one readers get, and marked as which language."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override

from actions.enums import Level
from actions.models import Actor, ActorName, Source
from actions.views import presentation
from document.blocks import Run
from document.content.reader import Reader
from reports import builder
from tests.reports.specimen import specimen

pytestmark = pytest.mark.django_db

UNCONFIRMED = Path(settings.BASE_DIR) / "docs" / "unconfirmed.md"

OTHERS = [level for level in Level if level not in {Level.FLEMISH, Level.WALLOON}]
# Who reads, in which languages there is a name, and which of them is shown.
ALIKE = [
    ("nl", "fr de en", "fr"),
    ("nl", "de en", "de"),
    ("fr", "nl de en", "nl"),
    ("fr", "de en", "de"),
    ("en", "de", "de"),
    *((reader, "en", "en") for reader in ("nl", "fr", "de", "en")),
    *((reader, "nl fr de en", reader) for reader in ("nl", "fr", "de", "en")),
]
DUTCH_FIRST = [("de", "nl fr en", "nl"), ("en", "nl fr de", "nl"), ("de", "fr en", "fr")]
FRENCH_FIRST = [("de", "nl fr en", "fr"), ("en", "nl fr de", "fr"), ("de", "nl en", "nl")]
CASES = [
    *((level, *case) for level in Level for case in ALIKE),
    *((Level.FLEMISH, *case) for case in DUTCH_FIRST),
    *((level, *case) for level in (Level.WALLOON, *OTHERS) for case in FRENCH_FIRST),
]


def named(level: str, languages: str, **facts: Any) -> Actor:
    """Return an actor that has a name in some languages."""
    source = Source.objects.all()[0]
    actor = Actor.objects.create(slug="somebody", level=level, source=source)
    names = {f"name_{code}": f"Somebody in {code}" for code in languages.split()}
    ActorName.objects.create(actor=actor, source=source, **names, **facts)
    return actor


@pytest.mark.parametrize(("level", "reader", "languages", "shown"), CASES)
def test_pages_editions_and_reports_name_a_body_in_the_same_language(
    level: str, reader: str, languages: str, shown: str
) -> None:
    actor = named(level, languages, abbreviation_en="EN", abbreviation_nl="NL")
    frozen = builder.build_actor(actor, date(2025, 12, 31))
    name = f"Somebody in {shown}"
    with override(reader):
        assert (actor.name, actor.name_language) == (name, shown)
        said = presentation.actor("somebody", {"somebody": frozen})
        assert (said["label"], said["language"]) == (actor.label, shown)
        short = actor.short
    assert said["short"] == short
    given = Reader(specimen(3, actors=(frozen,)), reader)
    spoken = "" if shown == reader else shown
    assert given.actor("somebody") == Run(name, spoken)
    assert given.short("somebody") == Run(short, spoken)


@pytest.mark.parametrize(
    ("reader", "short"), [("nl", "NL"), ("en", "Somebody in en"), ("fr", "NL"), ("de", "NL")]
)
def test_an_abbreviation_is_in_the_language_of_the_name(reader: str, short: str) -> None:
    actor = named(Level.FLEMISH, "nl en", abbreviation_nl="NL", abbreviation_fr="FR")
    with override(reader):
        assert actor.short == short


@pytest.mark.parametrize(
    ("reader", "slug", "name", "language"),
    [
        ("fr", "abb", "Agentschap Binnenlands Bestuur (ABB)", "nl"),
        ("fr", "abb-equal-opportunities", "Team Gelijke Kansen", "nl"),
        ("de", "vlaio", "Agentschap Innoveren en Ondernemen (VLAIO)", "nl"),
        ("fr", "mvo-vlaanderen", "MVO Vlaanderen", "nl"),
        ("fr", "ovb", "Orde van Vlaamse Balies (OVB)", "nl"),
        (
            "nl",
            "awex",
            "Agence wallonne à l’Exportation et aux Investissements étrangers (AWEX)",
            "fr",
        ),
    ],
)
def test_the_page_of_a_body_names_it_in_its_own_language_and_says_so(
    client: Client, reader: str, slug: str, name: str, language: str
) -> None:
    page = client.get(f"/{reader}/plans/nap2/actors/{slug}/").content.decode()
    assert f'<h1 lang="{language}">{name}</h1>' in page


def test_a_download_names_a_body_in_its_own_language(client: Client) -> None:
    found = json.loads(client.get("/fr/plans/nap2/actions.json").content)
    actors = {actor["slug"]: actor for row in found["actions"] for actor in row["actors"]}
    vlaio = actors["vlaio"]
    assert (vlaio["name"], vlaio["abbreviation"]) == ("Agentschap Innoveren en Ondernemen", "VLAIO")


def test_every_working_name_stands_among_what_is_to_be_confirmed() -> None:
    rows = [line for line in UNCONFIRMED.read_text().splitlines() if line.startswith("| `")]
    listed = {line.split("`")[1] for line in rows if "| name in " in line}
    working = ActorName.objects.exclude(working_languages="")
    assert listed == set(working.values_list("actor__slug", flat=True))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2023, 12, 24), "Agence bruxelloise pour l’Accompagnement de l’Entreprise"),
        (date(2023, 12, 25), "Agence bruxelloise pour l’Entrepreneuriat"),
    ],
)
def test_a_body_keeps_its_old_name_in_the_years_of_that_name(day: date, name: str) -> None:
    record = Actor.objects.get(slug="hub-brussels").name_record(day)
    assert record.name_fr == f"hub.brussels, {name}"


def test_a_menu_marks_the_names_that_are_in_another_language(client: Client) -> None:
    html = client.get("/fr/plans/nap2/actions/").content.decode()
    assert '<option value="mvo-vlaanderen" lang="nl">MVO Vlaanderen</option>' in html
    assert '<option value="spw">Service public de Wallonie (SPW)</option>' in html
