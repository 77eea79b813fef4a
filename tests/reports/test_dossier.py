"""Dossiers: chosen actions of a published edition, said as it says them, and nothing else."""

import io
import re
from datetime import date

import docx
import pytest
from django.test import Client

from actions.services import plan as plans
from document import content, selection
from document.content import masthead
from document.errors import RenderError
from document.snapshot import Dossier, Snapshot
from reports import archive, dossier, making
from reports.formats import FORMATS, Format
from reports.views import dossier as views
from tests.published import SECRETS, at_work
from tests.reports.specimen import NASTY, overridden, specimen

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
ADDRESS = "/en/plans/small/dossier/"
DAY = date(2026, 5, 4)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    views.made.clear()
    archive.read.cache_clear()


def made(chosen: str = "theme: water", labels: tuple[str, ...] = ("2", "3")) -> Dossier:
    keys = [action.action_id for action in specimen().actions if action.label in labels]
    return dossier.build(specimen(), keys, chosen=chosen, language="en", on=DAY, checksum="c" * 64)


def text_of(response) -> str:
    body = re.sub(r"<style.*?</style>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def labels_in(page: str) -> set[str]:
    return set(re.findall(r"\bAction ([0-9.]+)\b", page))


# --- What is in one ---------------------------------------------------------------


def test_a_dossier_holds_the_chosen_actions_as_the_edition_has_them() -> None:
    whole, part = specimen(), made()
    assert part.actions == tuple(a for a in whole.actions if a.label in {"2", "3"})
    assert {s.label for s in part.sections} == {a.section for a in part.actions}
    spoken = {entry.actor for action in part.actions for entry in action.entries}
    assert {actor.slug for actor in part.actors} == spoken


def test_a_dossier_says_what_it_is_and_repeats_nothing_of_the_whole() -> None:
    part = made()
    assert masthead.title(part, "en") == "Dossier (2 actions) – Progress report 2025"
    assert masthead.subtitle(part, "en") == "Theme: water – chosen on 4 May 2026"
    keys = [chapter.key for chapter in content.report(part, "en").chapters]
    assert keys == ["foreword", "about", "outlook", "actions", "not_reported", "method"]
    assert part.figures == ()
    page = FORMATS["html"].render(part, "en").decode()
    assert "2 actions were chosen: theme: water." in page
    assert "The figures of the whole report are not repeated here" in page
    assert "4 May 2026 from the Progress report 2025" in page
    assert "https://nap.example.org/en/plans/nap2/reports/2025/e1/" in page


def test_the_checksum_is_that_of_the_edition() -> None:
    assert selection.checksum(made()) == "c" * 64
    assert "c" * 64 in FORMATS["html"].render(made(), "en").decode()


def test_who_set_a_status_and_those_above_are_named_too() -> None:
    whole = specimen()
    first, second, *_ = whole.actors
    whole = specimen(
        actions=(
            whole.actions[0].__class__(
                **{**vars(whole.actions[1]), "entries": (), "missing": (),
                   "override": overridden(whole)}
            ),
        ),
        actors=(first.__class__(**{**vars(first), "parent": second.slug}), second),
    )  # fmt: skip
    part = dossier.build(
        whole, [whole.actions[0].label], chosen="x", language="en", on=DAY, checksum=""
    )
    assert [actor.slug for actor in part.actors] == [first.slug, second.slug]


@pytest.mark.parametrize("name", ["html", "pdf", "docx"])
def test_whatever_was_typed_stands_as_text_in_every_format(name) -> None:
    part = made(f"words in the title: {NASTY} {{0}} {{year}} *a* [b](https://c.example)")
    content = FORMATS[name].render(part, "en")
    if name == "html":
        assert b"<script>alert" not in content
        assert b"[b](https://c.example)" in content
    if name == "docx":
        paragraphs = "\n".join(p.text for p in docx.Document(io.BytesIO(content)).paragraphs)
        assert "*a* [b](https://c.example)" in paragraphs


def test_a_sample_stays_marked_as_one() -> None:
    page = FORMATS["html"].render(made(), "en").decode()
    assert "Sample data: no real entries" in page


# --- On request -----------------------------------------------------------------------


def test_a_dossier_of_chosen_actions_is_a_page_that_nobody_lists(story, client) -> None:
    response = client.get(ADDRESS, {"action": ["1", "3"]})
    assert (response.status_code, response["X-Robots-Tag"]) == (200, "noindex")
    assert "style-src 'sha256-" in response["Content-Security-Policy"].replace("'self' ", "")
    page = text_of(response)
    assert labels_in(page) == {"1", "3"}
    assert "2 actions were chosen: actions 1, 3." in page
    assert "Progress report 2025" in page


def test_a_filter_chooses_as_in_the_list_and_is_said_in_words(story, client) -> None:
    page = text_of(client.get(ADDRESS, {"status": "done"}))
    assert labels_in(page) == {"1"}
    assert "1 action was chosen: Status: Fully carried out." in page


def test_filters_and_chosen_actions_narrow_each_other(story, client) -> None:
    page = text_of(client.get(ADDRESS, {"status": "in_progress", "action": ["1", "2"]}))
    assert labels_in(page) == {"2"}


def test_an_earlier_report_is_asked_for_by_its_year(story, client) -> None:
    page = text_of(client.get(ADDRESS, {"action": "1", "year": "2024"}))
    assert "Het ontwerp van 2024." in page
    assert "Progress report 2024" in page


def test_a_dossier_says_nothing_that_is_not_published(story, client) -> None:
    at_work(story)
    page = text_of(client.get(ADDRESS))
    assert [secret for secret in SECRETS.values() if secret in page] == []


def test_without_a_choice_it_holds_the_whole_plan(story, client) -> None:
    page = text_of(client.get(ADDRESS))
    assert "all actions of the plan" in page
    assert labels_in(page) >= {"1", "2", "3", "4", "5"}


@pytest.mark.parametrize(
    ("name", "start", "shown"),
    [("pdf", b"%PDF-", "inline"), ("docx", b"PK", "attachment")],
)
def test_a_dossier_can_be_saved(story, client, name, start, shown) -> None:
    response = client.get(ADDRESS, {"action": "1", "format": name})
    assert response.status_code == 200
    assert response["Content-Type"] == FORMATS[name].media_type
    assert response["Content-Disposition"] == (f'{shown}; filename="small-2025-dossier-en.{name}"')
    assert response.content.startswith(start)


def test_the_same_dossier_is_made_once(story, client, monkeypatch) -> None:
    made: list[str] = []
    render = Format.render

    def counted(kind: Format, snapshot: Snapshot, language: str) -> bytes:
        made.append(language)
        return render(kind, snapshot, language)

    monkeypatch.setattr(Format, "render", counted)
    first = client.get(ADDRESS, {"action": "1", "format": "pdf"}).content
    assert client.get(ADDRESS, {"action": "1", "format": "pdf"}).content == first
    client.get("/nl/plans/small/dossier/", {"action": "1", "format": "pdf"})
    assert made == ["en", "nl"]


def test_a_renumbered_action_is_chosen_by_its_number_of_today(story, client) -> None:
    for former, label in (("1", "77"), ("2", "1")):
        action = story.scene.plan.actions.get(label=former)
        action.label = label
        plans.save(action, by=None)
    assert labels_in(text_of(client.get(ADDRESS, {"action": "77"}))) == {"1"}
    assert labels_in(text_of(client.get(ADDRESS, {"action": "1"}))) == {"2"}
    assert labels_in(text_of(client.get(ADDRESS, {"q": "77"}))) == {"1"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"action": "99"}, "The report has no such action."),
        ({"action": "\x00"}, "The report has no such action."),
        ({"status": "excellent"}, "The address contains something that is not known here."),
        ({"section": "9" * 400}, "The address contains something that is not known here."),
        ({"q": "\x00"}, "The address contains something that is not known here."),
        ({"year": "1999"}, "The address contains something that is not known here."),
        ({"q": "zzzzzz"}, "No action of the report fits this choice."),
    ],
)
def test_what_is_not_there_is_said_in_one_sentence(story, client, given, said) -> None:
    response = client.get(ADDRESS, given)
    assert response.status_code == 404
    assert said in text_of(response)


@pytest.mark.parametrize("name", ["odt", "json", "", "\x00", "PDF"])
def test_an_unknown_format_is_not_found(story, client, name) -> None:
    assert client.get(ADDRESS, {"format": name}).status_code == 404


def test_without_a_published_report_there_is_no_dossier(scene, client) -> None:
    response = client.get(ADDRESS)
    assert response.status_code == 404
    assert "No progress report has been published yet." in text_of(response)
    assert client.get("/en/plans/none/dossier/").status_code == 404


def test_a_withdrawn_report_gives_none(story, client) -> None:
    story.withdraw(story.second)
    assert "Progress report 2024" in text_of(client.get(ADDRESS, {"action": "1"}))


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_to_it(story, method) -> None:
    assert getattr(Client(enforce_csrf_checks=True), method)(ADDRESS).status_code == 405


def test_a_reader_is_asked_to_come_back_when_too_many_are_being_made(
    story, client, monkeypatch
) -> None:
    monkeypatch.setattr(making, "PATIENCE", 0.01)
    for _turn in range(making.AT_ONCE):
        assert making.running.acquire(blocking=False)
    try:
        response = client.get(ADDRESS, {"action": "1"})
    finally:
        for _turn in range(making.AT_ONCE):
            making.running.release()
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "The document could not be made at this moment." in text_of(response)
    assert client.get(ADDRESS, {"action": "1"}).status_code == 200


def test_a_dossier_that_cannot_be_made_is_no_fault_page(story, client, monkeypatch) -> None:
    def fail(*_: object) -> bytes:
        raise RenderError("no", "Action 1")

    monkeypatch.setattr(type(FORMATS["html"]), "render", fail)
    assert client.get(ADDRESS, {"action": "1"}).status_code == 503
    assert making.running.acquire(blocking=False)
    making.running.release()


# --- The link in the list ---------------------------------------------------------------


def test_the_list_leads_to_the_dossier_of_what_it_shows(story, client) -> None:
    page = client.get("/en/plans/small/actions/", {"status": "done", "q": ""}).content.decode()
    found = re.findall(r'href="(/en/plans/small/dossier/[^"]*)"', page)
    assert found == [f"{ADDRESS}?status=done&amp;format={name}" for name in ("pdf", "docx", "html")]
    assert labels_in(text_of(client.get(found[2].replace("&amp;", "&")))) == {"1"}


def test_the_list_offers_no_dossier_before_a_report_is_published(scene, client) -> None:
    assert b"/dossier/" not in client.get("/en/plans/small/actions/").content
