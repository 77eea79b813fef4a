"""The commands of the report: writing it to a file, proving editions, the sample, the benchmark."""

import io
import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import override_settings

from actions.models import Entry, Letter, PublishedRound, ReportingRound
from document.errors import RenderError
from document.snapshot import LANGUAGES, from_json
from reports import tables
from reports.formats import FORMATS, Format
from reports.management import sample_edition, sample_texts
from reports.management.commands import bench_report
from reports.management.progress import Progress
from reports.models import CHECKED, DRAFT, Chapter, Edition, EditionFile, Translation
from reports.services import editions
from tests.follow_up import NOW
from tests.published import FILES, REASON
from tests.reports.specimen import specimen

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class Terminal(io.StringIO):
    """An output that is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def trying_out() -> AbstractContextManager[Any]:
    return override_settings(DEBUG=True)


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def built(path: Path, *options: str, plan: str = "small", year: str = "2025") -> str:
    return said("build_report", plan, year, "--output", str(path), *options)


# --- build_report -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("html", b"<!doctype html>"),
        ("pdf", b"%PDF-"),
        ("docx", b"PK"),
        ("entries_csv", b"\xef\xbb\xbfplan,year,edition,"),
        ("xlsx", b"PK"),
    ],
)
def test_a_draft_is_written_in_every_format(story, tmp_path, name, start) -> None:
    path = tmp_path / "report"
    assert built(path, "--format", name, "--language", "fr") == (
        f"{path}: draft, {path.stat().st_size:,} bytes.\n"
    )
    assert path.read_bytes().startswith(start)
    assert [p.name for p in tmp_path.glob(".*.part")] == []


def test_a_draft_says_what_stands_in_the_database_now(story, tmp_path) -> None:
    given = story.scene.round(2026)
    path = tmp_path / "report.json"
    built(path, "--format", "json", year="2026")
    snapshot = from_json(path.read_text())
    assert (snapshot.edition, snapshot.year, snapshot.is_draft) == (0, given.year, True)


def test_a_published_edition_is_written_as_it_was_stored(story, tmp_path) -> None:
    path = tmp_path / "report.pdf"
    text = built(path, "--format", "pdf", "--language", "de", "--edition", "1")
    stored = bytes(story.second.files.get(format="pdf", language="de").content)
    assert path.read_bytes() == stored
    assert text == f"{path}: edition 1, {len(stored)} bytes.\n"


def test_data_of_all_languages_needs_no_language(story, tmp_path) -> None:
    path = tmp_path / "report.json"
    built(path, "--format", "json", "--edition", "1")
    assert path.read_bytes() == bytes(story.second.files.get(format="json").content)


def test_the_file_that_was_there_makes_room_only_for_a_whole_one(
    story, tmp_path, monkeypatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("before")

    def fail(*_: object) -> bytes:
        raise RenderError("no such letter", "Action 1")

    with monkeypatch.context() as patched:
        patched.setattr(Format, "render", fail)
        with pytest.raises(CommandError, match=r"could not be made\. Action 1: no such letter"):
            built(path, "--format", "html", "--language", "nl")
    assert path.read_text() == "before"
    assert list(tmp_path.glob(".*.part")) == []
    built(path, "--format", "html", "--language", "nl")
    assert path.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"plan": "nap9"}, r"There is no plan “nap9”; there are: .*nap1, nap2, small\."),
        ({"plan": "\x00"}, "There is no plan"),
        ({"year": "2019"}, r"small has no round 2019; there are: 2024, 2025\."),
        ({"year": "20x5"}, r"“20x5” is no year\."),
        ({"year": "²"}, "“²” is no year"),
        ({"year": "99999999999999999999"}, "is no year"),
        ({"format": "odt"}, "There is no format “odt”; there are: html, pdf, docx, summary_html"),
        ({"language": "es"}, r"There is no language “es”; there are: nl, fr, de, en\."),
        ({"language": ""}, "Choose a language with --language: nl, fr, de, en"),
        ({"edition": "7"}, r"small 2025 has no edition 7; there are: 1\."),
        ({"edition": "one"}, "“one” is no number of an edition"),
        ({"edition": ""}, "“” is no number of an edition"),
    ],
)
def test_what_is_unknown_is_said_in_one_sentence(story, tmp_path, options, sentence) -> None:
    given = {"plan": "small", "year": "2025", "format": "html", "language": "nl"} | options
    plan, year = given.pop("plan"), given.pop("year")
    named = [f"--{name}={value}" for name, value in given.items()]
    with pytest.raises(CommandError, match=sentence):
        built(tmp_path / "report", *named, plan=plan, year=year)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["none/report", "x" * 300, "a\x00b"])
def test_a_place_that_cannot_be_written_is_said_in_one_sentence(story, tmp_path, name) -> None:
    with pytest.raises(CommandError, match=r"cannot be written: [^\n]+\.$"):
        built(tmp_path / name, "--format", "json")
    with pytest.raises(CommandError, match="is a folder; name a file"):
        built(tmp_path, "--format", "json")


def test_a_round_that_has_not_opened_has_no_draft(scene, tmp_path) -> None:
    scene.round(2025, state="planned")
    with pytest.raises(CommandError, match="The round small 2025 has not opened yet"):
        built(tmp_path / "report", "--format", "json")


def test_a_withdrawn_and_a_frozen_edition_are_not_handed_out(story, tmp_path) -> None:
    story.withdraw(story.second)
    with pytest.raises(CommandError, match="Edition 1 was withdrawn"):
        built(tmp_path / "report", "--format", "json", "--edition", "1")
    editions.freeze(story.second.round, by=story.by, now=NOW, note=REASON)
    with pytest.raises(CommandError, match="Edition 2 is not published yet"):
        built(tmp_path / "report", "--format", "json", "--edition", "2")


def test_progress_is_shown_on_a_terminal_only(story, tmp_path) -> None:
    screen, elsewhere = Terminal(), io.StringIO()
    options = {"format": "json", "output": str(tmp_path / "a"), "stdout": io.StringIO()}
    call_command("build_report", "small", "2025", stderr=screen, **options)
    call_command("build_report", "small", "2025", stderr=elsewhere, **options)
    assert "\rReading the round 2025 …" in screen.getvalue()
    assert screen.getvalue().endswith("\r")
    assert elsewhere.getvalue() == ""


def test_a_shorter_line_leaves_nothing_of_the_longer_one() -> None:
    written: list[str] = []

    class Stream(Terminal):
        def write(self, text: str, **_: Any) -> int:
            written.append(text)
            return len(text)

    with Progress(Stream()) as progress:
        progress.say("a long line")
        progress.say("short")
    assert written == ["\ra long line", "\rshort      ", "\r     \r"]


# --- verify_edition -----------------------------------------------------------------


def spoiled(sql: str, *values: Any) -> None:
    """Change something that the database guards, as a broken disk would."""
    tables.drop_triggers()
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    tables.restore_triggers()


def verified(*arguments: str) -> tuple[str, str]:
    out, wrong = io.StringIO(), ""
    try:
        call_command("verify_edition", "small", "2025", *arguments, stdout=out)
    except CommandError as error:
        wrong = str(error)
    return out.getvalue(), wrong


@pytest.mark.postgresql
def test_an_untouched_edition_is_proved_file_by_file(story) -> None:
    text, wrong = verified()
    assert wrong == ""
    lines = text.splitlines()
    assert lines[:2] == ["small 2025 e1 (published)", "  snapshot  matches its SHA-256"]
    assert len(lines) == 2 + FILES
    # The English page alone was made in earnest; the rest are stand-ins.
    assert [line for line in lines if "is equal" in line] == [
        "  html en   matches its SHA-256, a new rendering is equal"
    ]
    assert "  pdf nl    matches its SHA-256, a new rendering differs" in lines


@pytest.mark.postgresql
def test_a_changed_file_is_named_and_the_command_fails(story) -> None:
    row = story.second.files.get(format="docx", language="nl")
    spoiled("UPDATE reports_editionfile SET content = %s WHERE id = %s", b"other", row.pk)
    text, wrong = verified()
    assert wrong == "Not as stored: small 2025 e1 docx nl."
    assert "  docx nl   DOES NOT MATCH its SHA-256" in text


@pytest.mark.postgresql
def test_a_changed_snapshot_is_named_and_nothing_is_made_from_it(story) -> None:
    spoiled(
        "UPDATE reports_edition SET content = %s WHERE id = %s",
        story.second.content.replace("2025", "2035", 1),
        story.second.pk,
    )
    text, wrong = verified("--edition", "1")
    assert wrong == "Not as stored: small 2025 e1 snapshot."
    assert "  snapshot  DOES NOT MATCH its SHA-256" in text
    assert text.count("no new rendering without the snapshot") == FILES


@pytest.mark.postgresql
def test_a_missing_file_of_a_published_edition_is_a_fault(story) -> None:
    row = story.second.files.get(format="entries_csv", language="fr")
    spoiled("DELETE FROM reports_editionfile WHERE id = %s", row.pk)
    text, wrong = verified()
    assert wrong == "Not as stored: small 2025 e1 entries_csv fr (missing)."
    assert "  entries_csv fr is not there" in text


def test_files_of_a_frozen_edition_may_still_be_missing(story) -> None:
    editions.freeze(story.second.round, by=story.by, now=NOW, note=REASON)
    text, wrong = verified("--edition", "2")
    assert wrong == ""
    assert text.startswith("small 2025 e2 (frozen)\n")
    assert text.count("is not there") == FILES


def test_a_rendering_that_fails_is_said_and_no_fault_of_the_stored_file(story, monkeypatch) -> None:
    def fail(*_: object) -> bytes:
        raise RenderError("no such letter", "Action 1")

    monkeypatch.setattr(Format, "render", fail)
    text, wrong = verified()
    assert wrong == ""
    assert "a new rendering fails: Action 1: no such letter" in text


def test_without_an_edition_there_is_nothing_to_prove(now_open) -> None:
    assert verified() == ("", "small 2025 has no edition.")
    with pytest.raises(CommandError, match="has no edition 1; there are: none"):
        said("verify_edition", "small", "2025", "--edition", "1")


# --- load_sample_edition --------------------------------------------------------------


@pytest.fixture
def sample(sample_rounds: None, monkeypatch: pytest.MonkeyPatch) -> ReportingRound:
    """The sample rounds with their accounts; files are made in a moment."""
    monkeypatch.setattr(Format, "render", lambda self, _snapshot, language: (
        f"<style></style>{self.name} {self.extension} {language}".encode()
    ))  # fmt: skip
    return ReportingRound.objects.get(plan__slug="nap2", year=2024)


def loaded() -> str:
    with trying_out():
        return said("load_sample_edition")


def test_the_sample_report_is_published_and_the_other_round_stays_a_draft(sample) -> None:
    assert "Sample report: 2024 (published); 2025 is a draft.\n" in loaded()
    edition = Edition.objects.get()
    assert (edition.round, edition.number, edition.is_published) == (sample, 1, True)
    assert edition.files.count() == FILES
    assert PublishedRound.objects.get().year == 2024
    snapshot = edition.snapshot
    assert (snapshot.is_sample, snapshot.date, snapshot.validated_on) == (
        True, "2025-06-05", "2025-05-27",
    )  # fmt: skip
    assert [chapter.code for chapter in snapshot.chapters] == ["foreword", "chapter-1"]
    assert ReportingRound.objects.get(plan__slug="nap2", year=2025).is_open
    assert [letter.kind for letter in Letter.objects.all()] == ["returned"]


def test_every_text_of_the_sample_report_says_that_it_is_one(sample) -> None:
    loaded()
    marks = {"nl": "(Voorbeeldtekst.)", "fr": "(Texte d’exemple.)",
             "de": "(Beispieltext.)", "en": "(Sample text.)"}  # fmt: skip
    for chapter in Chapter.objects.all():
        for language, mark in marks.items():
            assert getattr(chapter, f"text_{language}").endswith(mark)
    for row in Translation.objects.all():
        assert row.text.endswith(marks[row.language])
    assert set(sample_texts.FOREWORD) == set(sample_texts.MEETING) == set(LANGUAGES)


def test_some_translations_are_checked_and_some_are_drafts(sample) -> None:
    loaded()
    for year in (2024, 2025):
        states = Translation.objects.filter(entry__round__year=year).values_list("state", flat=True)
        assert list(states).count(CHECKED) > 20
        assert list(states).count(DRAFT) == sample_edition.DRAFT_TRANSLATIONS
    snapshot = Edition.objects.get().snapshot
    texts = [t for a in snapshot.actions for e in a.entries for t in e.texts.values()]
    printed = [text for text in texts if text.translations]
    assert len(printed) == sample_edition.CHECKED_TRANSLATIONS
    assert all(set(text.translations) == {"nl", "fr"} - {text.language} for text in printed)


def test_loading_twice_changes_nothing(sample) -> None:
    loaded()
    before = (Edition.objects.get().checksum, Chapter.objects.count(), Translation.objects.count())
    assert loaded() == "The sample report is there already.\n"
    after = (Edition.objects.get().checksum, Chapter.objects.count(), Translation.objects.count())
    assert after == before


def test_a_sample_that_was_stopped_half_way_is_finished(sample, monkeypatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(editions, "publish", lambda *_a, **_k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            loaded()
    assert Edition.objects.get().is_frozen
    EditionFile.objects.filter(format="pdf").delete()
    loaded()
    assert Edition.objects.get().is_published
    assert EditionFile.objects.count() == FILES


def test_the_sample_report_is_refused_outside_of_trials(sample) -> None:
    assert settings.DEBUG is False
    with pytest.raises(CommandError, match="DEBUG is off"):
        said("load_sample_edition")
    assert Edition.objects.count() == 0


def test_without_sample_rounds_there_is_no_sample_report(db) -> None:
    with pytest.raises(CommandError, match="Load the sample rounds first"):
        loaded()


def test_a_real_round_never_gets_a_sample_report(sample) -> None:
    ReportingRound.objects.filter(pk=sample.pk).update(is_sample=False)
    with pytest.raises(CommandError, match="Load the sample rounds first"):
        loaded()
    assert Entry.objects.filter(round=sample).exists()
    assert Edition.objects.count() == 0


# --- bench_report -------------------------------------------------------------------


def test_one_format_is_measured_in_a_process_of_its_own(monkeypatch) -> None:
    monkeypatch.setenv("DEBUG", "1")
    cost = bench_report.apart("entries_csv", 1)
    assert 0 < cost.seconds < 60
    assert 20 < cost.megabytes < 1000
    assert (cost.pages, cost.size > 100_000) == (0, True)


def test_the_specimen_of_the_benchmark_has_the_agreed_size() -> None:
    snapshot = specimen(bench_report.ENTRIES, bench_report.WORDS)
    accepted = [e for action in snapshot.actions for e in action.entries if e.status]
    assert len(accepted) == 200
    assert len(accepted[0].texts["done"].read("nl")[0].split()) >= 200


def test_the_limits_are_judged_by_the_measured_figures() -> None:
    small, large = bench_report.Cost(1.0, 300.0, 100, 1), bench_report.Cost(8.0, 2000.0, 800, 8)
    found = {("pdf", 1): small, ("pdf", 8): large}
    assert [(value, limit) for _text, value, limit in bench_report.limits(found)] == [
        (1.0, 1.5), (300.0, 400), (8.0, 10),
    ]  # fmt: skip


def test_the_pages_of_a_pdf_are_counted(tmp_path) -> None:
    content = FORMATS["pdf"].render(specimen(3, 10), "nl")
    assert bench_report.pages("pdf", content) > 3
    assert bench_report.pages("html", b"") == 0
    assert json.dumps(bench_report.Cost(1.0, 2.0, 3, 4)) == "[1.0, 2.0, 3, 4]"
