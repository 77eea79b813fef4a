"""The first plan: what the sources give, and nothing else."""

import pytest

from actions.models import Action, ActionTheme, Actor, Plan, Responsibility

pytestmark = pytest.mark.django_db


@pytest.fixture
def nap1() -> Plan:
    return Plan.objects.get(slug="nap1")


def test_there_are_33_actions_without_sections(nap1) -> None:
    rows = Action.objects.of(nap1)
    assert [action.label for action in rows] == [str(n) for n in range(1, 34)]
    assert nap1.sections.count() == 0


def test_26_titles_are_known_and_the_rest_are_not_invented(nap1) -> None:
    unknown = [a.label for a in Action.objects.of(nap1) if not a.has_title]
    assert unknown == ["6", "18", "21", "23", "28", "30", "33"]


def test_actions_without_a_title_say_so(nap1) -> None:
    action = nap1.actions.get(label="18")
    assert action.title == "Title not available"
    assert [flag.code for flag in action.flags.all()] == ["title_missing"]


def test_french_titles_are_official_and_english_ones_are_not(nap1) -> None:
    languages = {a.official_languages for a in Action.objects.of(nap1) if a.title_fr}
    assert languages == {"fr"}


@pytest.mark.parametrize(
    ("source", "theme", "labels"),
    [
        ("nap1-smes", "smes", "4 10 13 14 19 31 32"),
        ("nap1-supply-chains", "supply-chains", "1 13 14 15 19 22"),
        ("nap1-corporate-governance", "corporate-governance", "4 9 15 29"),
        ("nap1-note-2019", "public-procurement", "13"),
        ("nap1-note-2019", "trade-and-investment", "11"),
    ],
)
def test_the_sources_stand_as_notes_under_their_theme(source, theme, labels) -> None:
    links = ActionTheme.objects.filter(source__key=source, theme__slug=theme)
    found = links.order_by("action__position")
    assert [link.action.label for link in found] == labels.split()
    assert all(link.note_en and link.note_fr and link.note_nl and link.note_de for link in found)


def test_action_13_has_the_commitment_of_each_government_in_its_words(nap1) -> None:
    held = Responsibility.objects.filter(action__plan=nap1)
    assert {(r.action.label, r.actor.slug) for r in held} == {
        ("13", "federal-government"),
        ("13", "walloon-government"),
        ("13", "brussels-government"),
        ("13", "flemish-government"),
    }
    words = {r.actor.slug: r.commitment for r in held}
    assert words["federal-government"].startswith("The Federal government will quickly need to")
    assert "On 8 May 2014, the Brussels-Capital Region adopted" in words["brussels-government"]
    assert "footnoteRef" not in "".join(words.values())


def test_what_was_done_stands_as_a_note_without_a_status(nap1) -> None:
    done = ActionTheme.objects.filter(action__plan=nap1).exclude(done_en="")
    labels = {link.action.label for link in done}
    assert labels >= {"5", "11", "13"}
    assert all(link.source_id and link.done_fr and link.done_nl and link.done_de for link in done)


def test_all_members_and_observers_of_the_commission_are_actors() -> None:
    members = set(Actor.objects.filter(icsd_role="member").values_list("slug", flat=True))
    observers = set(Actor.objects.filter(icsd_role="observer").values_list("slug", flat=True))
    assert len(members) == 19
    assert members >= {
        "bosa", "fps-foreign", "fps-home", "fps-finance", "fps-employment", "fps-social",
        "fps-health", "fps-justice", "fps-economy", "flemish-government", "walloon-government",
        "brussels-government", "french-community", "german-speaking-community",
    }  # fmt: skip
    assert "iewm" in observers
    assert len(observers) == 2
