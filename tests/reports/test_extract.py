"""What an edition says of one actor: on request, the same for ever, nothing of a draft."""

import io
from dataclasses import replace

import docx
import pytest
from django.test import Client

from document import content, selection
from document.blocks import Row, Table
from reports import archive
from reports.formats import of_actor
from reports.views import extract
from tests.published import SECRETS, Story
from tests.reports.specimen import specimen

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
ADDRESS = "/en/plans/small/reports/2025/e1/actors/small-ministry"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    extract.made.clear()
    archive.read.cache_clear()


def table_of(slug: str) -> Table:
    (chapter,) = content.of_actor(specimen(), "en", slug).chapters
    return next(block for block in chapter.blocks if isinstance(block, Table))


def test_an_extract_has_a_row_for_each_action_of_the_actor() -> None:
    snapshot = specimen()
    expected = [
        action.label
        for action in snapshot.actions
        for entry in action.entries
        if entry.actor == "actor-3" and (entry.expected or entry.status)
    ]
    rows: tuple[Row, ...] = table_of("actor-3").rows
    assert [getattr(row.cells[0][0], "text", "") for row in rows] == expected


def test_an_extract_leads_to_the_whole_report() -> None:
    first = table_of("actor-3").rows[0].cells[0][0]
    where = "https://nap.example.org/en/plans/nap2/reports/2025/e1/#action-"
    assert getattr(first, "link", "").startswith(where)


def test_an_actor_of_which_the_report_says_nothing_has_no_extract() -> None:
    with pytest.raises(KeyError):
        content.of_actor(specimen(3), "en", "actor-12")


def test_the_extract_of_a_government_adds_up_the_bodies_below_it() -> None:
    above = {"actor-2": "actor-1", "actor-3": "actor-2"}
    plan = specimen()
    family = tuple(replace(one, parent=above.get(one.slug, "")) for one in plan.actors)
    given = replace(plan, actors=family)
    (chapter,) = content.of_actor(given, "en", "actor-1").chapters
    tables = [block for block in chapter.blocks if isinstance(block, Table)]
    assert tables[0].title == "With the bodies below it"
    told = {one.actor.slug: one for one in selection.records(given)}
    three = [told[f"actor-{n}"] for n in (1, 2, 3)]
    assert len(tables[0].rows) == 3
    sums = [getattr(cell[0], "text", "") for cell in tables[0].foot[1:6]]
    assert sums == [
        str(sum(getattr(one, key) for one in three))
        for key in ("expected", "received", "late", "done", "overdue")
    ]
    # A body without any below it has no such table; one that only has bodies has an extract.
    assert all(
        block.title != "With the bodies below it"
        for block in content.of_actor(given, "en", "actor-3").chapters[0].blocks
        if isinstance(block, Table)
    )
    roof = replace(family[0], slug="roof", parent="")
    below = tuple(replace(one, parent="roof") if one.slug == "actor-1" else one for one in family)
    roofed = replace(given, actors=(*below, roof))
    (chapter,) = content.of_actor(roofed, "en", "roof").chapters
    (table,) = [block for block in chapter.blocks if isinstance(block, Table)]
    assert table.foot == tables[0].foot
    assert selection.speaks_of(roofed, "roof")
    assert not selection.speaks_of(roofed, "nobody")


@pytest.mark.parametrize(("name", "start"), [("html", b"<!doctype html>"), ("docx", b"PK")])
def test_an_extract_is_a_document(name: str, start: bytes) -> None:
    assert of_actor(name, "actor-3").render(specimen(3), "fr").startswith(start)


@pytest.mark.slow
def test_an_extract_is_a_pdf_too() -> None:
    assert of_actor("pdf", "actor-3").render(specimen(3), "nl").startswith(b"%PDF-")


def test_the_page_of_an_edition_shows_what_it_says_of_an_actor(
    client: Client, story: Story
) -> None:
    response = client.get(f"{ADDRESS}/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=300, must-revalidate"
    html = response.content.decode()
    assert "<h2" in html
    assert "Ministry" in html
    assert not [word for word in SECRETS.values() if word in html]


def test_the_word_file_of_an_actor_opens(client: Client, story: Story) -> None:
    response = client.get(f"{ADDRESS}.docx")
    assert "small-2025-e1-small-ministry-en.docx" in response["Content-Disposition"]
    document = docx.Document(io.BytesIO(response.content))
    assert any("Ministry" in paragraph.text for paragraph in document.paragraphs)


@pytest.mark.parametrize(
    "path",
    [
        "actors/nobody/",
        "actors/nobody.pdf",
        "actors/small-ministry.odt",
        "actors/small-ministry.json",
    ],
)
def test_an_unknown_actor_or_format_is_not_found(client: Client, story: Story, path: str) -> None:
    assert client.get(f"/en/plans/small/reports/2025/e1/{path}").status_code == 404


def test_the_page_of_an_actor_leads_to_its_extract(client: Client, story: Story) -> None:
    html = client.get("/en/plans/small/actors/small-ministry/").content.decode()
    assert f'href="{ADDRESS}/"' in html
    assert f'href="{ADDRESS}.pdf"' in html


def test_a_browser_that_has_an_extract_is_told_so(client: Client, story: Story) -> None:
    mark = client.get(f"{ADDRESS}/")["ETag"]
    again = client.get(f"{ADDRESS}/", headers={"if-none-match": mark})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", mark)
    # Browsers would put the policy of the site in place of the page's own.
    assert "Content-Security-Policy" not in again
    assert client.get(f"{ADDRESS}.docx", headers={"if-none-match": mark}).status_code == 200
