"""What a report says and in what order, in the words of each language."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import pytest

from document import content, dates, selection
from document.blocks import (
    Block,
    Break,
    Facts,
    Items,
    Line,
    Mark,
    Page,
    Prose,
    Run,
    StatusLine,
    Table,
    Tile,
    walk,
)
from document.charts import Bar
from document.content import (
    about,
    actors,
    amendments,
    annex,
    changes,
    classes,
    extract,
    figures,
    masthead,
    method,
    outlook,
    silence,
    successions,
    summary,
)
from document.content import actions as chapter
from document.content.reader import Reader
from document.snapshot import (
    LANGUAGES,
    Actor,
    Amended,
    Amendment,
    Entry,
    Naming,
    Snapshot,
    Succession,
    Text,
)
from tests.reports.specimen import amendment, every, former, overridden, specimen
from tests.reports.tokens import replaced

NOTHING: dict[str, Any] = {
    "status": "not_reported", "derived": "not_reported", "entries": (), "history": (),
    "missing": (), "expected": 0, "reported": 0, "movement": "", "unmoved": 0, "overdue": False,
    "period_end": "",
}  # fmt: skip


def reader(snapshot: Snapshot, language: str = "en") -> Reader:
    return Reader(snapshot, language)


def plain(line: Line) -> str:
    """Return the words of a line; a sign as its meaning."""
    return "".join(
        one.text if isinstance(one, Run) else f" ({one.meaning})" if isinstance(one, Mark) else " "
        for one in line
        if isinstance(one, Run | Mark | Break)
    )


def said(blocks: Iterable[Block]) -> list[str]:
    """Return the paragraphs, facts and cells of some blocks."""
    found: list[str] = []
    for block in walk(tuple(blocks)):
        match block:
            case Prose():
                found.append(plain(block.line))
            case Facts():
                found += [f"{label}: {plain(line)}" for label, line in block.rows]
            case Table():
                found += [plain(cell) for row in block.rows for cell in row.cells]
            case StatusLine():
                found += [plain(fact) for fact in block.facts]
            case _:
                pass
    return found


def with_entry(**facts: Any) -> tuple[Snapshot, Entry]:
    snapshot = specimen(3)
    return snapshot, dataclasses.replace(snapshot.actions[0].entries[-1], **facts)


# --- Chapters -------------------------------------------------------------------------


def test_chapters_follow_their_order_and_those_of_the_secretariat_have_their_place() -> None:
    keys = [part.key for part in content.report(specimen(3), "en").chapters]
    assert keys == list(content.CHAPTERS)


def test_a_chapter_without_a_text_is_left_out() -> None:
    snapshot = specimen(3)
    blank = [dataclasses.replace(one, texts=dict.fromkeys(one.texts, " "))
             for one in snapshot.chapters]  # fmt: skip
    snapshot = dataclasses.replace(snapshot, chapters=tuple(blank))
    keys = {part.key for part in content.report(snapshot, "en").chapters}
    assert not keys & {"foreword", content.FURTHER}
    assert "advice" in keys


def test_an_edition_from_before_a_chapter_goes_without_it() -> None:
    snapshot = specimen(3)
    known = {
        language: {key: text for key, text in words.items() if key not in {"summary", "classes"}}
        for language, words in snapshot.labels.items()
    }
    old = dataclasses.replace(snapshot, labels=known)
    keys = [part.key for part in content.report(old, "nl").chapters]
    assert keys == [key for key in content.CHAPTERS if key not in {"summary", "classes"}]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"edition": 1, "is_sample": False}, []),
        ({"edition": 0, "is_sample": False}, ["draft"]),
        ({"edition": 0, "is_sample": True}, ["draft", "sample"]),
    ],
)
def test_marks_say_draft_and_sample(facts: dict[str, Any], expected: list[str]) -> None:
    snapshot = specimen(3, **facts)
    labels = tuple(snapshot.label(key, "en") for key in expected)
    assert masthead.marks(snapshot, "en") == labels


def test_a_draft_says_the_minute_it_was_made() -> None:
    snapshot = specimen(3, edition=0, made_at="2026-11-28T09:05+01:00")
    assert masthead.edition(snapshot, "en") == (
        "Draft of 28 November 2026, 09:05: not a published edition"
    )
    assert masthead.marks(snapshot, "en")[0] == masthead.edition(snapshot, "en")
    assert content.report(snapshot, "en").edition == masthead.edition(snapshot, "en")


def different(snapshot: Snapshot, other: Snapshot, language: str) -> set[str]:
    """Return what two reports say differently, whatever the place."""
    texts = []
    for one in (snapshot, other):
        report = content.report(one, language)
        texts.append({repr(block) for part in report.chapters for block in walk(part.blocks)})
    return texts[0] ^ texts[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_edition_says_what_its_draft_said_but_for_what_names_it(language: str) -> None:
    """Number, date, marks and proof differ, and what a draft has not yet; nothing else."""
    from document.snapshot import from_json, to_json  # noqa: PLC0415

    draft = specimen(24, edition=0, made_at="2026-04-15T09:05+02:00")
    edition = from_json(to_json(dataclasses.replace(draft, edition=1, made_at="")))
    found = different(draft, edition, language)
    proofs = [block for block in found if block.startswith("Facts(") and "SHA-256" in block]
    (note,) = found - set(proofs)
    assert len(proofs) == 2
    assert draft.label("draft_note", language).split("\u00a0")[0] in note
    assert draft.label("draft_compared", language) in note


def test_a_first_draft_says_nothing_of_comparisons() -> None:
    draft = specimen(24, edition=0, compared=None)
    said = str(summary.draft_note(reader(draft)))
    assert draft.label("draft_note", "en") in said
    assert draft.label("draft_compared", "en") not in said


# --- The summary ----------------------------------------------------------------------


def test_the_summary_says_how_far_what_moved_who_is_silent_and_what_is_due() -> None:
    found = " ".join(summary.sentences(reader(specimen(24))))
    assert found == (
        "All expected entries have been accepted for 50 of 67 actions (2024: 40 of 66). "
        "30 of 60 actions are carried out or continuously applied (2024: 20 of 60). "
        "For 2 actions that were carried out or applied in 2024, entries are now missing. "
        "Since 2024, comparing only actors that reported in both rounds: 0 moved up, 1 moved back, "
        "1 newly suspended. Actions about which less is known than in 2024, because entries are "
        "missing: 1; about which more is known: 1. "
        "For 8 of 12 actors, at least one expected entry is missing from this report. "
        "2 of them have no entry in it at all. "
        "2 actions are overdue. "
        "5 unfinished actions are due in 2026."
    )


def test_what_was_carried_out_and_now_lacks_entries_is_said_beside_the_fall() -> None:
    past = dataclasses.replace(specimen(24).actions[0].history[0], status="done")
    whole = specimen(24)
    alone = dataclasses.replace(whole, actions=whole.actions[:1])
    facts = {"status": "in_progress", "nature": "one_off", "missing": ("actor-1",)}
    snapshot = replaced(alone, 0, **facts, history=(past,))
    assert "For 1 action that was carried out or applied in 2024, entries are now missing." in (
        summary.carried_out(reader(snapshot))
    )
    told = replaced(snapshot, 0, missing=())
    assert "entries are now missing" not in summary.carried_out(reader(told))


def test_a_period_that_ends_on_the_reference_date_is_neither_overdue_nor_forgotten() -> None:
    snapshot = replaced(specimen(24), 0, period_end="2025-12-31", status="in_progress")
    given = reader(snapshot)
    assert "1 unfinished action reached the end of its period on 31 December 2025." in summary.due(
        given
    )
    listed = dict(summary.lists(given))
    assert "Period ended on 31 December 2025, not finished (1)" in listed
    assert "ended on" not in summary.due(reader(replaced(snapshot, 0, status="done")))


def test_actors_that_sent_nothing_stand_apart_from_those_that_sent_a_part() -> None:
    found = {label: plain(text) for label, text in summary.lists(reader(specimen(24)))}
    none = next(text for label, text in found.items() if label.startswith("No entry in this"))
    part = next(text for label, text in found.items() if label.startswith("Some of the expected"))
    assert "Actor 1 (en)" in none
    assert "(" not in none.replace("(en)", "")
    assert "Actor 7 (en)\u00a0(2/3)" in part
    assert "Actor 8 (en)\u00a0(3/4)" in part
    assert "Actor 1 (en)" not in part


def test_an_edition_from_before_lists_all_silent_actors_together() -> None:
    plan = specimen(24)
    labels = {
        code: {key: text for key, text in known.items() if key != "summary_some"}
        | {"summary_silent": "Missing/expected entries"}
        for code, known in plan.labels.items()
    }
    found = dict(summary.lists(reader(dataclasses.replace(plan, labels=labels))))
    line = next(text for label, text in found.items() if label.startswith("Missing/expected"))
    assert "Actor 1 (en)\u00a0(1/1); Actor 8 (en)\u00a0(1/4)" in plain(line)


def test_that_nothing_is_due_stands_in_the_list_too() -> None:
    listed = {label: plain(text) for label, text in summary.lists(reader(odd("everything done")))}
    assert listed["Due in 2026 (0)"] == "None"


def test_a_first_report_lists_nothing_that_changed() -> None:
    assert summary.lists_title(reader(odd("first"))) == "What is due, which entries are missing"


def odd(case: str) -> Snapshot:
    snapshot = specimen(6)
    if case == "first":
        return dataclasses.replace(snapshot, compared=None, past=(), withdrawn=())
    if case == "nothing reported":
        silent = tuple(dataclasses.replace(a, **NOTHING) for a in snapshot.actions)
        return dataclasses.replace(snapshot, actions=silent)
    if case == "everything done":
        done = tuple(
            dataclasses.replace(a, status="done", overdue=False, movement="same",
                                entries=tuple(e for e in a.entries if e.status))
            for a in snapshot.actions
        )  # fmt: skip
        return dataclasses.replace(snapshot, actions=done)
    one = dataclasses.replace(snapshot.actions[0], overdue=True)
    figure = dataclasses.replace(snapshot.figures[1], part=1, whole=1, percent=100)
    return dataclasses.replace(
        snapshot, actions=(one,), figures=(figure,), compared=None, past=(), withdrawn=()
    )


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("first", "This is the first report: there is none to compare it with."),
        ("nothing reported", "No entry has been accepted in this round."),
        ("everything done", "All expected entries are in this report."),
        (
            "everything done",
            "No action is overdue. "
            "No action that is neither finished nor suspended is due in 2026.",
        ),
        ("one action", "1 of 1 actions is carried out or continuously applied."),
        ("one action", "1 action is overdue. 1 unfinished action is due in 2026."),
        (
            "one action",
            "For 1 of 4 actors, at least one expected entry is missing from this report. "
            "1 of them has no entry in it at all.",
        ),
    ],
)
def test_the_summary_reads_well_on_an_odd_round(case: str, expected: str) -> None:
    assert expected in list(summary.sentences(reader(odd(case))))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", ["first", "nothing reported", "everything done", "one action"])
def test_an_odd_round_has_a_summary_in_every_language(case: str, language: str) -> None:
    found = list(summary.sentences(reader(odd(case), language)))
    assert len(found) >= 4
    assert all(text.strip() and "{" not in text for text in found)


def test_the_summary_alone_leads_to_the_report_and_to_no_place_that_it_has_not() -> None:
    report = content.short(specimen(24), "en")
    assert [part.key for part in report.chapters] == ["summary"]
    tiles = [one for part in report.chapters for one in _pieces(part.blocks)]
    assert tiles
    assert not [one for one in tiles if getattr(one, "to", "")]


def _pieces(blocks: Iterable[Block]) -> list[Any]:
    found: list[Any] = []
    for block in walk(tuple(blocks)):
        if isinstance(block, Facts):
            found += [one for _label, line in block.rows for one in line]
        for _title, tiles, _counts in getattr(block, "groups", ()):
            found += tiles
    return found


# --- Texts ----------------------------------------------------------------------------


def test_a_text_is_read_in_a_checked_translation_else_in_the_original_marked_so() -> None:
    snapshot = specimen(3)
    text = Text("nl", "Origineel", {"fr": "Traduction"})
    for language, spoken, marks in (("nl", "", ()), ("fr", "", ())):
        found = reader(snapshot, language).rich(text)
        assert (found.language, found.marks) == (spoken, marks)
    found = reader(snapshot, "de").rich(text)
    assert found.language == "nl"
    assert found.marks == (Mark("[NL]", snapshot.label("original_nl", "de")),)


def test_a_title_that_is_not_official_is_a_working_translation() -> None:
    snapshot = specimen(3)
    titles = {"en": "Title", "fr": "Titre"}
    assert reader(snapshot).title(titles, ("en",)) == (Run("Title"),)
    mark = Mark("°", snapshot.label("working_title", "fr"))
    assert reader(snapshot, "fr").title(titles, ("en",)) == (Run("Titre"), mark)
    other = Mark("[EN]", snapshot.label("original_en", "nl"))
    assert reader(snapshot, "nl").title(titles, ("en",)) == (Run("Title", "en"), other)


def test_remarks_tell_what_readers_must_know_of_an_entry() -> None:
    snapshot, entry = with_entry(
        expected=False, since=2023, late=True, on_behalf=True, unchanged=True, through="actor-2"
    )
    found = [plain(line) for line in chapter.remarks(reader(snapshot), entry)]
    assert found == [
        "voluntary", "since 2023", "late",
        " (entry written on the actor’s behalf by the secretariat)",
        "text unchanged since last year, confirmed", "reported through: Actor 2 (en)",
    ]  # fmt: skip
    assert list(chapter.remarks(reader(snapshot), with_entry()[1])) == []


def test_an_entry_shows_its_written_texts_in_the_order_of_the_fields() -> None:
    written = {key: Text("en", key) for key in ("sme", "reason", "done")}
    snapshot, entry = with_entry(texts=written | {"results": Text("en", " ")}, status="done")
    block = chapter.entry_block(reader(snapshot), entry, snapshot.actions[0])
    labels = [snapshot.label(key, "en") for key in ("done", "reason", "sme")]
    assert [getattr(one, "label", "") for one in block.blocks if one is not block.status][
        :3
    ] == labels


def test_why_finished_work_was_taken_up_again_stands_with_the_silent_action() -> None:
    silent = Entry("actor-1", "lead", expected=True, reopened=Text("fr", "Une autre édition."))
    snapshot = replaced(specimen(3), 0, entries=(silent,), overdue=True)
    block = chapter.action_block(reader(snapshot, "fr"), snapshot.actions[0])
    (entry,) = block.entries
    assert [getattr(one, "label", "") for one in entry.blocks] == [
        snapshot.label("reopened_awaited", "fr")
    ]
    assert "Une autre édition." in repr(entry)


def test_an_override_names_the_institution_the_derived_status_and_the_reason() -> None:
    snapshot = specimen(3)
    given = replaced(snapshot, 0, override=overridden(snapshot))
    found = plain(chapter.override(reader(given), given.actions[0]))
    assert "Actor 1 (en)" in found
    assert given.word(given.actions[0].code, "en") in found
    assert "The derived status misses a decision. (en)" in found
    assert chapter.override(reader(given), given.actions[1]) == ()


def test_a_period_is_printed_once_and_the_plans_own_words_in_quotation_marks() -> None:
    snapshot = replaced(specimen(3), 0, period=every("2021–2023"), period_text="2021 - 2023")
    snapshot = replaced(snapshot, 0, period={"en": "2021–2023"})
    assert plain(chapter.period(reader(snapshot), snapshot.actions[0])) == "2021–2023 · Continuous"
    snapshot = replaced(snapshot, 0, period={"en": "Open"}, period_text="Ongoing")
    source = dataclasses.replace(snapshot.plan_source, language="en")
    snapshot = dataclasses.replace(snapshot, plan_source=source)
    line = chapter.period(reader(snapshot, "fr"), snapshot.actions[0])
    assert plain(line) == (
        "Open (dans le plan\u00a0: «\u00a0Ongoing\u00a0») (original en anglais) · Continue"
    )
    assert [one.language for one in line if isinstance(one, Run) and one.text == "Ongoing"] == [
        "en"
    ]


def test_a_line_that_lists_bodies_says_in_which_language_each_is_named() -> None:
    snapshot = replaced(specimen(3), 0, missing=("actor-1", "actor-2"), override=None)
    names = {"actor-1": {"nl": "Dienst"}, "actor-2": {"fr": "Service", "nl": "Dienst"}}
    actors = tuple(
        dataclasses.replace(one, names=names.get(one.slug, one.names)) for one in snapshot.actors
    )
    given = reader(dataclasses.replace(snapshot, actors=actors), "fr")
    head, _end = snapshot.label("missing", "fr").split("{actors}")
    assert given.listed("missing", snapshot.actions[0].missing)[:5] == (
        Run(head), Run("Dienst", "nl"), *given.original("nl"), Run("\u202f; "), Run("Service"),
    )  # fmt: skip
    assert given.original("nl") != ()
    assert given.listed("missing", ()) == ()


def test_obstacles_of_a_section_lead_to_their_entries_and_long_ones_end_in_an_ellipsis() -> None:
    long = "woord " * 60
    snapshot, entry = with_entry(status="done", texts={"obstacles": Text("en", long)})
    snapshot = replaced(snapshot, 0, entries=(entry,))
    given = reader(snapshot)
    listed = [block for block in outlook.blocks(given) if isinstance(block, Items)]
    first: Any = listed[0].lines[0]
    assert first[0].text == "1"
    assert first[0].to == given.entry_place(snapshot.actions[0], entry)
    assert first[-1].text.endswith("woord …")
    assert len(first[-1].text) <= outlook.LONGEST + len(" …") + 1


def test_obstacles_are_those_of_this_round_and_say_so_where_others_are_carried_over() -> None:
    snapshot, entry = with_entry(status="done", texts={"obstacles": Text("en", "None.")})
    for since, is_said in ((None, False), (2024, True)):
        told = replaced(snapshot, 0, entries=(dataclasses.replace(entry, since=since),))
        told = dataclasses.replace(told, actions=told.actions[:1])
        found = outlook.blocks(reader(told))
        assert any(isinstance(block, Items) for block in found) != is_said
        assert (told.label("outlook_note", "en") in str(found)) == is_said


# --- What changed ---------------------------------------------------------------------


def test_a_row_tells_those_who_reported_twice_where_the_published_status_tells_otherwise() -> None:
    facts: dict[str, Any] = {
        "movement": "moved_up", "common_before": "not_started", "common_now": "in_progress",
        "nature": "one_off",
    }  # fmt: skip
    snapshot = replaced(specimen(3), 0, **facts)
    told = plain(changes.remarks(reader(snapshot), "moved_up", snapshot.actions[0]))
    assert told.startswith(
        "Among those who reported both times: not_started (en) → in_progress (en) In 2024"
    )
    action = snapshot.actions[0]
    past = dataclasses.replace(action.history[0], status="not_started", nature="one_off")
    snapshot = replaced(snapshot, 0, history=(past,), status="in_progress")
    same = plain(changes.remarks(reader(snapshot), "moved_up", snapshot.actions[0]))
    assert same == "In 2024: not_started (en)"


def test_a_reassessment_names_its_causes() -> None:
    snapshot = replaced(specimen(3), 0, movement="reassessed", causes=("added", "override"))
    told = plain(changes.remarks(reader(snapshot), "reassessed", snapshot.actions[0]))
    assert "actors were added the secretariat set, changed or lifted a status" in told


def test_what_the_plan_no_longer_has_stands_at_the_end() -> None:
    found = said(changes.blocks(reader(specimen(3))))
    assert found[-4:] == ["W1", "A withdrawn action (en)", "In 2024: not_started (en)", "–"]


def test_without_an_earlier_edition_nothing_moved() -> None:
    first = dataclasses.replace(specimen(3), compared=None, past=(), withdrawn=())
    found = said(changes.blocks(reader(first)))
    assert found[0] == "There is no earlier report to compare with."
    assert changes.title(reader(first)) == "Deadlines"


# --- The method -----------------------------------------------------------------------


def test_the_method_states_the_seven_lines_of_the_rule_and_its_limits() -> None:
    snapshot = specimen(24)
    blocks = method.blocks(reader(snapshot))
    lists = [block for block in blocks if isinstance(block, Items)]
    assert len(lists[0].lines) == 7
    entries = [entry for a in snapshot.actions for entry in a.entries if entry.status]
    told = " ".join(said(blocks))
    whole, behalf = len(entries), sum(entry.on_behalf for entry in entries)
    assert 0 < behalf < whole
    assert f"Entries with evidence: {whole} of {whole}, voluntary ones included." in told
    assert f"written by the secretariat on an actor’s behalf: {behalf} of {whole}." in told
    assert "the secretariat can set another status" in told


def test_the_colophon_names_who_answers_and_where_the_report_stands() -> None:
    found = said(method.blocks(reader(specimen(3))))
    assert "Responsible publisher: Publisher of the report" in found
    assert "ISSN: 1234-5679" in found
    assert "Recipients: Chamber of Representatives (en)" in found
    bare = dataclasses.replace(specimen(3), publisher="", issn="")
    labels = [text.split(":")[0] for text in said(method.blocks(reader(bare)))]
    assert not {"Responsible publisher", "ISSN"} & set(labels)


# --- Days, addresses ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "language", "expected"),
    [
        ("2025-12-31", "nl", "31 december 2025"),
        ("2025-05-01", "fr", "1er mai 2025"),
        ("2025-08-02", "fr", "2 août 2025"),
        ("2025-03-01", "de", "1. März 2025"),
        ("2025-03-09", "de", "9. März 2025"),
        ("2025-03-09", "en", "9 March 2025"),
        ("2025-13-09", "en", "2025-13-09"),
        ("soon", "en", "soon"),
        ("", "en", ""),
    ],
)
def test_a_day_is_written_as_the_language_writes_it(
    given: str, language: str, expected: str
) -> None:
    assert dates.day(given, language) == expected


def test_an_edition_is_cited_by_its_own_address_and_a_draft_by_that_of_its_readers() -> None:
    own = "https://nap.example.org/fr/plans/nap2/reports/2025/e1/"
    draft = "https://nap.example.org/fr/desk/rounds/nap2/2025/draft/"
    assert masthead.address(specimen(3), "fr") == own
    assert masthead.address(specimen(3, edition=0), "fr") == draft
    assert masthead.citation(specimen(3), "fr").endswith(own)


@pytest.mark.parametrize(("is_lifted", "said_so"), [(True, True), (False, False)])
def test_a_status_of_last_year_that_the_secretariat_had_set_says_so(
    *, is_lifted: bool, said_so: bool
) -> None:
    snapshot = specimen(3)
    override = None if is_lifted else overridden(snapshot)
    changed = replaced(
        snapshot, 0, movement="moved_up", causes=("override",), override=override,
        common_before="in_progress", common_now="partly_done",
    )  # fmt: skip
    action = changed.actions[0]
    said = reader(changed).last_year(action)
    assert said.endswith("(set by the secretariat)") == said_so
    assert said in plain(changes.remarks(reader(changed), "moved_up", action))
    head = chapter.action_block(reader(changed), action).head
    assert said in [
        plain(fact) for one in head if isinstance(one, StatusLine) for fact in one.facts
    ]


def without(snapshot: Snapshot, *keys: str) -> Snapshot:
    """Return an edition from before some words were known."""
    labels = {
        language: {key: text for key, text in words.items() if key not in keys}
        for language, words in snapshot.labels.items()
    }
    return dataclasses.replace(snapshot, labels=labels)


def test_an_edition_from_before_the_word_for_a_set_status_goes_without_it() -> None:
    snapshot = replaced(specimen(3), 0, causes=("override",), override=None)
    old = without(snapshot, "last_year_set")
    assert reader(old).last_year(old.actions[0]).startswith("In 2024: ")


def test_a_status_of_last_year_says_that_it_rested_on_a_part_of_the_entries() -> None:
    plan = specimen(3)
    history = tuple(dataclasses.replace(past, incomplete=True) for past in plan.actions[0].history)
    snapshot = replaced(plan, 0, history=history)
    whole = reader(plan).last_year(plan.actions[0])
    said = reader(snapshot).last_year(snapshot.actions[0])
    assert said == f"{whole} (rests on some of the expected entries only)"
    old = without(snapshot, "incomplete")
    assert reader(old).last_year(old.actions[0]) == whole


def test_the_summary_says_from_what_to_what_an_action_fell() -> None:
    snapshot = replaced(
        specimen(3), 0, movement="moved_back", common_before="done", common_now="partly_done"
    )
    given = reader(snapshot)
    lines = {label: plain(line) for label, line in summary.lists(given)}
    (said,) = (line for label, line in lines.items() if label.startswith("Moved back"))
    then, now = given.statuses["done"], given.statuses["partly_done"]
    assert f"({then} → {now})".replace(" ", "\u00a0") in said
    untold = replaced(snapshot, 0, common_before="", common_now="")
    assert "→" not in "".join(plain(line) for _label, line in summary.lists(reader(untold)))


def test_what_the_rule_says_is_told_apart_from_a_status_that_was_set() -> None:
    snapshot = specimen(3)
    set_by_hand = replaced(snapshot, 0, override=overridden(snapshot))
    derived = replaced(snapshot, 0, override=None)
    assert "By the rule: " in plain(chapter.why(reader(set_by_hand), set_by_hand.actions[0]))
    assert "By the rule: " not in plain(chapter.why(reader(derived), derived.actions[0]))


def test_bars_say_how_many_of_their_statuses_rest_on_a_part_of_the_entries() -> None:
    plan = specimen(24)
    whole = dataclasses.replace(
        plan, actions=tuple(dataclasses.replace(a, reported=a.expected) for a in plan.actions)
    )
    part = replaced(whole, 0, expected=2, reported=1)
    blocks = figures.resting(reader(part))
    said = [plain(one.line) for one in blocks if isinstance(one, Prose)]
    n = len(selection.counting(part.actions))
    assert said == [
        f"Of these {n} statuses, 1 rests on incomplete reporting; the bars do not show which."
    ]
    assert figures.resting(reader(whole)) == []
    assert figures.resting(reader(without(part, "bars_incomplete_one"))) == []


@pytest.mark.parametrize("key", ["pillars", "goals", "themes"])
def test_the_annex_by_class_ends_with_the_actions_without_any(key: str) -> None:
    snapshot = replaced(specimen(3), 0, **{key: ()})
    without = [one for one in snapshot.actions if not getattr(one, key)]
    last = table_of_class(snapshot, key).rows[-1]
    number = reader(snapshot).number_of(without)
    assert plain(last.cells[0]).endswith(f": {number}")
    assert [one.label for one in last.cells[1] if isinstance(one, Tile)] == [
        action.label for action in without
    ]


@pytest.mark.parametrize("key", ["pillars", "goals", "themes"])
def test_the_annex_by_class_has_no_such_row_where_every_action_has_one(key: str) -> None:
    snapshot = specimen(3)
    terms = getattr(snapshot, key)
    actions = tuple(
        dataclasses.replace(one, **{key: (terms[0].code,)})  # type: ignore[arg-type]
        for one in snapshot.actions
    )
    found = table_of_class(dataclasses.replace(snapshot, actions=actions), key)
    assert len(found.rows) == 1


def table_of_class(snapshot: Snapshot, key: str) -> Table:
    """Return the table of the annex by pillar, goal or theme."""
    title = snapshot.label(f"by_{key}", "en")
    tables = [one for one in classes.blocks(reader(snapshot)) if isinstance(one, Table)]
    return next(one for one in tables if one.title == title)


@pytest.mark.parametrize(
    ("made_at", "date", "verb"),
    [
        ("2025-12-31T23:00+01:00", "2026-01-02", "ends"),
        ("2026-01-01T08:00+01:00", "", "ended"),
        ("", "2026-04-15", "ended"),
        ("", "2025-12-31", "ends"),
    ],
)
def test_what_ends_on_the_reference_date_unfinished_is_told_in_summary_and_changes(
    made_at: str, date: str, verb: str
) -> None:
    snapshot = dataclasses.replace(specimen(3), made_at=made_at, date=date)
    ends: dict[str, Any] = {"period_end": "2025-12-31", "status": "partly_done", "overdue": False}
    actions = [dataclasses.replace(one, period_end="") for one in snapshot.actions]
    actions[1] = dataclasses.replace(actions[1], **ends)
    snapshot = dataclasses.replace(snapshot, actions=tuple(actions))
    assert snapshot.reference_date == "2025-12-31"
    head = f"Period {verb} on 31 December 2025, not finished (1)"
    reaches = {"ends": "reaches", "ended": "reached"}[verb]
    assert f"1 unfinished action {reaches} the end of its period on 31 December 2025." in (
        summary.due(reader(snapshot))
    )
    assert head in dict(summary.lists(reader(snapshot)))
    titles = [one.title for one in changes.blocks(reader(snapshot)) if isinstance(one, Table)]
    assert head in titles


def test_what_ends_on_the_reference_date_stands_behind_what_is_overdue() -> None:
    snapshot = replaced(specimen(6), 0, overdue=True, period_end="2024-12-31", status="partly_done")
    snapshot = replaced(snapshot, 1, period_end="2025-12-31", status="partly_done", slipped=True)
    keys = [key for key, _actions in changes.listed(snapshot)]
    at = keys.index("overdue")
    assert keys[at : at + 3] == ["overdue", "ending", "slipped"]


# The whole report has the figures in its summary and in their own chapter.
@pytest.mark.parametrize(("make", "times"), [(content.report, 2), (content.short, 1)])
def test_wherever_figures_stand_they_say_on_which_actions_nobody_is_asked(
    make: Any, times: int
) -> None:
    def told(snapshot: Snapshot) -> list[str]:
        found = [said(part.blocks) for part in make(snapshot, "en").chapters]
        return [text for texts in found for text in texts if text.startswith("Actions for which")]

    asked = dataclasses.replace(
        specimen(6), actions=tuple(dataclasses.replace(a, expected=1) for a in specimen(6).actions)
    )
    assert told(asked) == []
    assert (
        told(replaced(replaced(asked, 0, **NOTHING), 2, **NOTHING))
        == [
            "Actions for which no entry is expected, by number: 1, 3. They are left out of the "
            "coverage but counted in the other figures."
        ]
        * times
    )


def test_an_action_on_which_nobody_is_asked_counts_in_no_bar_and_no_movement() -> None:
    plan = specimen(6)
    asked = dataclasses.replace(
        plan,
        actions=tuple(dataclasses.replace(a, expected=1, movement="same") for a in plan.actions),
    )
    silent = replaced(asked, 1, **NOTHING | {"movement": "same"})

    def counted(snapshot: Snapshot) -> list[int]:
        given = reader(snapshot)
        bars = [
            *figures.by_status(given).rows,
            *figures.by_section(given).rows,
            *changes.movement(given).rows,
        ]
        return [sum(bar.counts.values()) for bar in bars if isinstance(bar, Bar)]

    numbered = len(selection.numbered(asked.actions))
    before, now = counted(asked), counted(silent)
    assert (before[0], before[-1]) == (numbered, numbered)
    assert (now[0], now[-1]) == (numbered - 1, numbered - 1)
    assert sum(now[1:-1]) == numbered - 1
    notes = [text for text in said(figures.blocks(reader(silent))) if "bars" in text]
    assert len(notes) == 1
    assert notes[0].endswith(" Not shown in the bars, as no entry is expected: 2.")
    assert not [text for text in said(figures.blocks(reader(asked))) if "bars" in text]
    # A status that the secretariat set is one.
    given = replaced(silent, 1, status="done")
    assert counted(given)[0] == numbered


def test_a_body_without_a_name_in_the_language_is_marked_wherever_it_heads_a_line() -> None:
    plan = specimen(6)
    actors_ = tuple(dataclasses.replace(one, names={"fr": one.names["fr"]}) for one in plan.actors)
    foreign = dataclasses.replace(plan, actors=actors_)

    def heads(snapshot: Snapshot) -> list[str]:
        given = reader(snapshot)
        found = [
            plain(row.cells[0])
            for block in (*actors.blocks(given), *silence.blocks(given), *annex.blocks(given))
            if isinstance(block, Table)
            for row in block.rows
        ]
        return [one for one in found if "(original in French)" in one]

    assert heads(plan) == []
    assert len(heads(foreign)) >= 15
    note = plan.label("names_note", "en")
    assert note in said(about.blocks(reader(foreign)))
    assert note not in said(about.blocks(reader(plan)))


def succeeded(on: str) -> Snapshot:
    """Return a specimen of 2025 in which an actor with an entry took over from another one."""
    plan = specimen(6)
    heir = plan.actions[0].entries[0].actor
    before = Actor("before", dict.fromkeys(LANGUAGES, "Old Office"), {}, "federal")
    return dataclasses.replace(
        plan, actors=(*plan.actors, before), successions=(Succession("before", heir, on),)
    )


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("2025-07-01", "1 July 2025 it took over the work of: Old Office"),
        ("2031-01-01", "1 January 2031 it will take over the work of: Old Office"),
    ],
)
def test_the_body_before_is_named_at_the_action_the_actor_and_in_its_extract(
    on: str, words: str
) -> None:
    snapshot = succeeded(on)
    given = reader(snapshot)
    heir = snapshot.actions[0].entries[0].actor
    facts = said([chapter.action_block(given, snapshot.actions[0])])
    name = plain((given.actor(heir),))
    assert f"Change of bodies: {name}: on {words}." in facts
    rows = [text for text in said(actors.blocks(given)) if "Old Office" in text]
    assert len(rows) == 1
    assert rows[0].endswith(f" On {words}")
    assert f"On {words}" in said(extract.blocks(given, heir))


def test_the_body_behind_is_named_too_and_what_is_long_past_only_at_the_actor() -> None:
    past = succeeded("2019-07-01")
    given = reader(past)
    assert not [t for t in said(chapter.blocks(given)) if "Old Office" in t]
    assert [t for t in said(actors.blocks(given)) if "Old Office" in t]
    heir = past.actions[0].entries[0].actor
    turned = dataclasses.replace(past, successions=(Succession(heir, "before", "2025-07-01"),))
    found = [t for t in said(chapter.blocks(reader(turned))) if "Old Office" in t]
    assert found
    assert all("on 1 July 2025 its work was taken over by: Old Office" in text for text in found)
    # An edition from before such bodies were named has nothing to name.
    unknown = dataclasses.replace(past, successions=(Succession("gone", heir, "2025-07-01"),))
    assert not [t for t in said(chapter.blocks(reader(unknown))) if "gone" in t]


def test_an_overdue_action_says_that_the_period_beside_it_is_one() -> None:
    snapshot = replaced(specimen(3), 0, overdue=True, period=dict.fromkeys(LANGUAGES, "2023"))
    given = reader(snapshot)
    assert "Period: 2023" in plain(changes.remarks(given, "overdue", snapshot.actions[0]))


# --- What the plan and the bodies were called before ------------------------------------------


def renamed(*namings: Naming) -> Snapshot:
    """Return a report in which the first actor of action 1 had or gets another name."""
    plan = specimen(3, amendments=())
    heir = plan.actions[0].entries[0].actor
    bodies = tuple(
        dataclasses.replace(one, renamed=namings if one.slug == heir else ()) for one in plan.actors
    )
    return dataclasses.replace(plan, actors=bodies)


OLD = every("Old Office")


@pytest.mark.parametrize(
    ("naming", "words"),
    [
        (Naming(OLD, {}, "", "2025-06-30"), "until 30 June 2025 it was called: Old Office (en)"),
        (Naming(OLD, {"en": "OO"}, "", "2025-06-30"), "called: Old Office (en) (OO)"),
        (Naming(OLD, {}, "2026-02-01"), "since 1 February 2026 it has been called: Old Office"),
        (Naming(OLD, {}, "2031-02-01"), "from 1 February 2031 it will be called: Old Office"),
    ],
)
def test_another_name_stands_at_the_action_the_actor_and_in_its_extract(
    naming: Naming, words: str
) -> None:
    snapshot = renamed(naming)
    given = reader(snapshot)
    heir = snapshot.actions[0].entries[0].actor
    first = said([chapter.action_block(given, snapshot.actions[0])])
    assert [text for text in first if text.startswith("Change of bodies") and words in text]
    (row,) = [text for text in said(actors.blocks(given)) if "Old Office" in text]
    assert words[1:] in row
    assert [text for text in said(extract.blocks(given, heir)) if words[1:] in text]


def test_a_name_of_long_ago_stands_only_at_the_actor_and_one_that_reads_the_same_nowhere() -> None:
    given = reader(renamed(Naming(OLD, {}, "", "2019-06-30")))
    assert not [text for text in said(chapter.blocks(given)) if "Old Office" in text]
    assert [text for text in said(actors.blocks(given)) if "Old Office" in text]
    # Only its name in another language was another one.
    plan = renamed()
    actor = plan.actor(plan.actions[0].entries[0].actor)
    names = actor.names | {"nl": "Ander Bureau"}
    plan = renamed(Naming(names, actor.short, "", "2025-06-30"))
    assert not [text for text in said(actors.blocks(reader(plan))) if "it was called" in text]
    assert [text for text in said(actors.blocks(reader(plan, "nl"))) if "Ander Bureau" in text]


def test_an_amendment_is_told_with_its_decision_its_note_and_both_texts() -> None:
    found = changes.blocks(reader(specimen(6)))
    place = next(
        n for n, one in enumerate(found)
        if isinstance(one, Prose) and plain(one.line).startswith("In force since")
    )  # fmt: skip
    assert said(found[place : place + 1]) == [
        "In force since 1 September 2025. The plan follows the evaluation (en) Decision: "
        "Decision of the Council of Ministers, 11 July 2025."
    ]
    listed = found[place + 1]
    assert isinstance(listed, Items)
    assert [plain(line) for line in listed.lines] == [
        "Action 1 (changed): Title of action 1 (en) – Wider than before (en) "
        "Text of the plan before: What the plan said of action 1 (en) "
        "Text of the plan now: What it says of action 1 (en)",
        "Action 99 (added): A new action (en) – Asked for by all (en)",
    ]


def test_an_amendment_says_what_an_action_was_called_before_once() -> None:
    # Official in Dutch by the amendment: before it stood there as a working translation.
    old = dataclasses.replace(
        former(1), titles=every("Old title") | {"nl": "Oud"}, official=(), label="1", section="1",
        nature="one_off", period_text="2024-2026", period_end="2026-12-31", actors_added=(),
        actors_ended=(),
    )  # fmt: skip
    later = dataclasses.replace(amendment(), on="2025-10-01")
    snapshot = replaced(
        specimen(6, amendments=(amendment(), later)), 0,
        amended=True, former=old, official=("en", "nl"),
    )  # fmt: skip
    first, second = (
        block for block in amendments.blocks(reader(snapshot, "nl")) if isinstance(block, Items)
    )
    said_of = [plain(items.lines[0]) for items in (first, second)]
    assert ["Oud" in text for text in said_of] == [False, True]
    ahead = dataclasses.replace(snapshot, amendments=(dataclasses.replace(later, on="2026-01-01"),))
    listed = next(b for b in amendments.blocks(reader(ahead, "nl")) if isinstance(b, Items))
    assert "Oud" not in plain(listed.lines[0])


def test_an_amendment_leads_to_an_action_under_whatever_number_it_has_here() -> None:
    one, new = amendment().actions
    moved = dataclasses.replace(amendment(), actions=(dataclasses.replace(one, label="1A"), new))
    given = reader(specimen(6, amendments=(moved,)))
    listed = next(block for block in amendments.blocks(given) if isinstance(block, Items))
    first = listed.lines[0][0]
    assert isinstance(first, Run)
    assert first.to
    assert plain(listed.lines[0]).startswith("Action 1A (changed, number before: 1): ")


def test_of_an_action_that_was_added_no_change_of_bodies_from_before_is_told() -> None:
    snapshot = renamed(Naming(OLD, {}, "", "2025-06-30"))
    action = snapshot.actions[0]
    for on, is_told in (("2025-03-01", True), ("2025-09-01", False)):
        added = Amendment(on=on, actions=(Amended("add", action.action_id, "1", action.titles),))
        given = reader(dataclasses.replace(snapshot, amendments=(added,)))
        assert ("Old Office" in plain(successions.of_action(given, action))) == is_told


def test_an_amendment_after_the_reference_date_is_told_and_one_of_before_is_not() -> None:
    ahead = dataclasses.replace(amendment(), on="2026-03-01")
    found = said(changes.blocks(reader(specimen(6, amendments=(ahead,)))))
    assert [text for text in found if "after the reference date" in text]
    past = dataclasses.replace(amendment(), on="2024-12-31")
    found = said(changes.blocks(reader(specimen(6, amendments=(past,)))))
    assert not [text for text in found if text.startswith("In force")]
    # The first report tells of those of its own year.
    first = specimen(6, compared=None, past=())
    found = said(changes.blocks(reader(first)))
    assert [text for text in found if text.startswith("In force since 1 September 2025")]


def test_an_action_says_what_the_plan_said_of_it_before() -> None:
    old = dataclasses.replace(former(2), period=dict.fromkeys(LANGUAGES, "2024–2025"))
    snapshot = replaced(specimen(3), 1, amended=True, former=old)
    expected = (
        "number before: 02; title before: Former title of action 2 (en); section before: 0; "
        "period before: 2024–2025; nature before: Continuous; actors added: Actor 2 (en); "
        "actors no longer named: Actor 3 (en)"
    )
    facts = said([chapter.action_block(reader(snapshot), snapshot.actions[1])])
    assert f"Before the change: {expected}" in facts
    rows = [text for text in said(changes.blocks(reader(snapshot))) if "number before" in text]
    assert len(rows) == 1
    # What did not change is not told, and a corrected translation is none of the plan's.
    same = dataclasses.replace(
        former(2), label="2", section="1", nature="one_off", period_text="2024-2026",
        period_end="2026-12-31", actors_added=(), actors_ended=(), official=("nl",),
    )  # fmt: skip
    snapshot = replaced(specimen(3), 1, former=same)
    facts = said([chapter.action_block(reader(snapshot), snapshot.actions[1])])
    assert not [text for text in facts if text.startswith("Earlier wording")]


def test_the_chapter_by_actor_tells_the_page_of_each_action() -> None:
    given = reader(specimen(6))
    (table,) = [one for one in actors.blocks(given) if isinstance(one, Table)]
    for row in table.rows:
        tiles = [one.to for one in row.cells[-1] if isinstance(one, Tile)]
        assert [one.to for one in row.cells[-1] if isinstance(one, Page)] == tiles


def test_an_action_on_which_nobody_is_asked_has_a_line_in_the_annex() -> None:
    snapshot = replaced(specimen(6), 1, **NOTHING)
    (table,) = annex.blocks(reader(snapshot))
    assert isinstance(table, Table)
    heads = [place for place, row in enumerate(table.rows) if row.is_head]
    assert len(heads) == len(snapshot.actions)
    assert [plain(cell) for cell in table.rows[heads[1] + 1].cells] == [
        "Nobody is asked for an entry", "", "", "",
    ]  # fmt: skip
