"""The second plan against its own text: every row, every word, every body."""

import re
from datetime import date
from pathlib import Path

import pytest

from actions.models import Action, ActionFlag, Actor, Classification, Plan, Responsibility, Section
from actions.models.responsibilities import expected_of

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parent / "data"

LABELS = [
    *map(str, range(1, 19)),
    "18A",
    *map(str, range(19, 23)),
    "22.1",
    "22.2",
    *map(str, range(23, 65)),
    "64.1",
    *map(str, range(65, 68)),
]
# Where the table is plainly wrong the heading's title stands, the table's beside it.
HEADING_FIRST = {"6", "28", "40", "60", "67"}


def plain(text: str) -> str:
    """Drop the marks of italics."""
    return re.sub(r"</?i>|\*", "", text)


def table() -> dict[str, tuple[str, str, str]]:
    """Return title, actors and period of each row of the plan's final table, by label."""
    rows: dict[str, tuple[str, str, str]] = {}
    for line in (DATA / "nap2_final_table.tsv").read_text("utf-8").splitlines()[1:]:
        cells = [plain(cell).strip() for cell in line.split("\t")]
        if len(cells) < 3 or cells[0].isupper() or cells[0].split(". ", 1)[-1].isupper():
            continue  # an empty line or the title of a section
        found = re.match(r"(\d+(?:\.\d)?)\.? (.*)", cells[0])
        label, title = found.groups() if found else ("18A", cells[0])
        rows[label] = (title, cells[1], cells[2])
    return rows


TABLE = table()


def folded(text: str) -> str:
    """Make titles of heading and table comparable: case, quotes, spaces."""
    return re.sub(r"[^a-z0-9]+", " ", text.casefold().replace("’", "'")).strip()


def test_the_table_is_read_whole() -> None:
    assert list(TABLE) == LABELS


def test_the_plan_has_67_numbered_actions_and_4_sub_actions_in_the_order_of_the_table(nap2) -> None:
    rows = Action.objects.of(nap2)
    assert [action.label for action in rows] == LABELS
    assert rows.numbered().count() == 67


def test_sub_actions_hang_under_their_numbered_action(nap2) -> None:
    parents = nap2.actions.filter(parent__isnull=False).values_list("label", "parent__label")
    assert dict(parents) == {"18A": "18", "22.1": "22", "22.2": "22", "64.1": "64"}


def test_labels_of_the_headings_are_kept(nap2) -> None:
    other = nap2.actions.exclude(heading_label="").values_list("label", "heading_label")
    assert {k: v for k, v in other if k != v} == {"22.1": "21A", "22.2": "21B", "64.1": "64.BIS"}


def test_the_16_sections_hold_as_many_rows_as_in_the_source(nap2) -> None:
    sizes = [section.actions.count() for section in Section.objects.filter(plan=nap2)]
    assert sizes == [6, 2, 3, 2, 4, 8, 5, 2, 6, 2, 7, 6, 5, 4, 4, 5]


@pytest.mark.parametrize("label", LABELS)
def test_title_actors_and_period_stand_word_for_word(nap2, label: str) -> None:
    action = nap2.actions.get(label=label)
    title, actors, period = TABLE[label]
    printed = action.other_title if label in HEADING_FIRST else action.title_en
    assert (printed, action.actors_text, action.period_text) == (title, actors, period)


def headings() -> dict[str, str]:
    """Return the heading of each action, in reading order also where the lines are scrambled."""
    text = (DATA / "nap2_headings.txt").read_text("utf-8")
    body = re.sub(r"\n+(?:I|II|\d+)\. [A-Z ,()':-]+\n", "\n\n@@ SECTION\n\n", "\n" + text)
    parts = re.split(r"\n\s*(?:ACTION ?(\d+A?)\.?|(21A|21B)|64\.(BIS))\s", body)
    found = {}
    for at in range(1, len(parts), 4):
        label = parts[at] or {"21A": "22.1", "21B": "22.2"}.get(parts[at + 1] or "") or "64.1"
        found[label] = " ".join(parts[at + 3].split("@@")[0].split())
    return found


def test_both_printed_titles_stand_where_heading_and_table_differ(nap2) -> None:
    for label, heading in headings().items():
        action = nap2.actions.get(label=label)
        shown = {folded(action.title_en), folded(action.other_title)}
        words = sorted(folded(heading).split())
        assert words in [sorted(title.split()) for title in shown], label


def test_every_second_title_is_flagged(nap2) -> None:
    with_other = set(nap2.actions.exclude(other_title="").values_list("label", flat=True))
    flagged = set(
        ActionFlag.objects.filter(
            action__plan=nap2, code__in=["title_differs", "title_wrong"]
        ).values_list("action__label", flat=True)
    )
    assert with_other == flagged
    assert with_other >= {"1", "3", "6", "10", "19", "22", "28", "35", "40", "60", "63", "64.1"}


def test_action_6_has_the_title_of_its_heading(nap2) -> None:
    action = nap2.actions.get(label="6")
    assert action.title_en == "Promotion of the practical online manual on due diligence"
    assert action.other_title_place == "table"


# The bodies that the final table names, read by eye, as keys of actors.
NAMED = {
    "1": "fps-economy fps-justice fps-foreign brussels-government flemish-government "
    "walloon-government",
    "2": "federal-government",
    "3": "fps-economy fps-justice fps-employment fps-foreign fps-finance customs",
    "4": "fps-economy fps-finance fps-justice fps-foreign",
    "5": "fisd",
    "7": "fps-economy bnb fsma fps-justice",
    "10": "fps-foreign fps-economy fisd fit",
    "12": "federal-government brussels-government flemish-government walloon-government",
    "14": "fps-foreign flemish-government brussels-government walloon-government",
    "16": "fps-economy fps-foreign oecd-representation central-administration",
    "17": "",
    "18": "fps-foreign dgd",
    "18A": "fps-foreign idh",
    "19": "fps-foreign dgd enabel",
    "20": "fps-foreign dgd the-shift",
    "21": "fps-foreign dgd idh",
    "22.2": "fps-foreign dgd bio",
    "23": "bosa fisd spw-general-secretariat spw-sustainable-development brussels-government",
    "26": "bosa fisd flemish-government brussels-government",
    "30": "fisd fit spw sowalfin",
    "32": "federal-government fit sowalfin awex",
    "38": "federal-government",
    "41": "iewm fps-justice equal-justice actiris",
    "45": "siod nsso tsw neo nisse nihdi fps-justice",
    "46": "siod fps-employment nsso tsw fps-home",
    "52": "fps-economy",
    "53": "fps-justice ovb obfg",
    "55": "vmri",
    "58": "fps-employment nsso nisse",
    "59": "fps-social fps-health fps-economy fps-employment bosa",
    "60": "federal-government",
    "61": "fps-health mumm",
    "64": "walloon-government",
    "64.1": "brussels-government",
    "65": "brussels-government enabel",
    "66": "dkbuza vlaio",
    "67": "fps-justice flemish-government french-community german-speaking-community",
}


@pytest.mark.parametrize("label", NAMED)
def test_every_named_body_stands_under_its_action(nap2, label: str) -> None:
    slugs = set(
        Responsibility.objects.filter(action__plan=nap2, action__label=label).values_list(
            "actor__slug", flat=True
        )
    )
    assert set(NAMED[label].split()) <= slugs


def test_what_is_printed_for_an_actor_stands_in_the_source(nap2) -> None:
    held = Responsibility.objects.filter(action__plan=nap2).exclude(printed_as="")
    assert [str(r) for r in held if r.printed_as not in r.action.actors_text] == []


def test_only_bodies_without_printed_words_are_inferred(nap2) -> None:
    silent = Responsibility.objects.filter(action__plan=nap2, printed_as="")
    assert [str(r) for r in silent if not r.inferred] == []


def test_inferred_actors_say_why_in_four_languages() -> None:
    inferred = Responsibility.objects.filter(inferred=True)
    texts = [(r.reason_en, r.reason_fr, r.reason_nl, r.reason_de) for r in inferred]
    assert inferred.count() > 10
    assert all(all(row) for row in texts)


def test_fisc_is_fisd(nap2) -> None:
    held = Responsibility.objects.filter(action__plan=nap2, printed_as__contains="FISC")
    assert {(r.action.label, r.actor.slug) for r in held} == {("23", "fisd"), ("24", "fisd")}


def test_the_flemish_fps_foreign_affairs_is_the_flemish_department(nap2) -> None:
    held = Responsibility.objects.filter(action__plan=nap2, actor__slug="dkbuza")
    assert {(r.action.label, r.actor.level, r.inferred) for r in held} == {
        ("28", "flemish", True),
        ("66", "flemish", True),
    }


@pytest.mark.parametrize(
    ("label", "slug", "role"),
    [
        ("18A", "idh", "partner"),
        ("20", "the-shift", "beneficiary"),
        ("26", "bosa", "lead"),
        ("26", "fisd", "partner"),
        ("45", "siod", "lead"),
        ("45", "neo", "partner"),
        ("53", "ovb", "partner"),
        ("55", "vmri", "responsible"),
    ],
)
def test_roles_follow_the_words(nap2, label: str, slug: str, role: str) -> None:
    held = Responsibility.objects.get(action__plan=nap2, action__label=label, actor__slug=slug)
    assert held.role == role


def test_phases_of_action_7_stand_as_printed(nap2) -> None:
    held = Responsibility.objects.filter(action__plan=nap2, action__label="7")
    assert {r.actor.slug: r.phases for r in held} == {
        "fps-economy": ["Drafting", "Conversion"],
        "bnb": ["Drafting"],
        "fsma": ["Drafting"],
        "fps-justice": ["Conversion"],
    }


def expected(plan: Plan, label: str) -> set[str]:
    held = list(
        Responsibility.objects.filter(action__plan=plan, action__label=label).select_related(
            "actor"
        )
    )
    keys = expected_of(held, Actor.objects.parents(), on=date(2025, 12, 31))
    return {r.actor.slug for r in held if r.pk in keys}


def test_no_entry_is_expected_of_a_service_below_a_responsible_organisation(nap2) -> None:
    assert expected(nap2, "18") == {"fps-foreign"}


def test_under_action_41_the_named_service_is_expected_to_write_not_its_organisation(nap2) -> None:
    assert {"equal-justice", "iewm"} <= expected(nap2, "41")
    assert "fps-justice" not in expected(nap2, "41")


def test_no_entry_is_expected_for_action_17(nap2) -> None:
    assert expected(nap2, "17") == set()


def test_no_entry_is_ever_expected_of_unnamed_bodies(nap2) -> None:
    unnamed = Responsibility.objects.filter(action__plan=nap2, actor__kind="unspecified")
    assert {r.action.label for r in unnamed} == {"4", "23", "41", "42", "65", "67"}
    assert not any(r.actor.slug in expected(nap2, r.action.label) for r in unnamed)


@pytest.mark.parametrize(
    ("label", "kind", "start", "end"),
    [
        ("1", "external", None, None),
        ("2", "open", None, None),
        ("5", "range", date(2021, 1, 1), date(2023, 12, 31)),
        ("7", "year", date(2023, 1, 1), date(2023, 12, 31)),
        ("16", "milestone", None, date(2023, 12, 31)),
        ("17", "missing", None, None),
        ("23", "mixed", None, None),
        ("24", "plan", date(2024, 4, 5), date(2029, 12, 31)),
        ("28", "external", None, None),
        ("40", "deadline", None, date(2026, 6, 6)),
        ("59", "phases", date(2022, 10, 1), date(2023, 3, 31)),
        ("62", "deadline", None, date(2024, 12, 31)),
        ("63", "deadline", None, date(2030, 12, 31)),
        ("65", "deadline", None, date(2029, 12, 31)),
    ],
)
def test_periods_are_parsed(nap2, label: str, kind: str, start: date, end: date) -> None:
    action = nap2.actions.get(label=label)
    assert (action.period_kind, action.period_start, action.period_end) == (kind, start, end)


def test_35_periods_are_open_and_19_have_ended_by_2025(nap2) -> None:
    assert nap2.actions.filter(period_text="Ongoing", period_kind="open").count() == 35
    assert nap2.actions.period_ended(on=date(2025, 1, 1)).count() == 19


@pytest.mark.parametrize(
    ("code", "labels"),
    [
        ("actor_missing", "17"),
        ("period_missing", "17"),
        ("period_ended_before_adoption", "5 7 16 59 61"),
        ("period_beyond_plan", "63 64.1"),
        ("label_missing", "18A"),
        ("label_differs", "22.1 22.2 64.1"),
        ("self_reference", "36"),
    ],
)
def test_oddities_are_flagged(nap2, code: str, labels: str) -> None:
    flags = ActionFlag.objects.filter(action__plan=nap2, code=code).order_by("action__position")
    assert [flag.action.label for flag in flags] == labels.split()


def test_classifications_are_marked_as_the_editors(nap2) -> None:
    found = Classification.objects.filter(action__plan=nap2)
    assert set(found.values_list("basis", flat=True)) == {"editors"}
    assert found.filter(reason="").count() == 0


def test_every_title_has_a_working_translation_and_only_english_is_official(nap2) -> None:
    rows = list(Action.objects.of(nap2)) + list(Section.objects.filter(plan=nap2))
    assert {row.official_languages for row in rows} == {"en"}
    assert all(row.title_fr and row.title_nl and row.title_de for row in rows)
