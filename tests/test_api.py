"""The interface for programs: what was published, as its description says, and errors in words."""

import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator

from reports import comparison, dictionary, openapi
from tests.published import SECRETS, Story, at_work

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"
PLAN = f"{ROOT}plans/small/"
FILLED = {"{plan}": "small", "{label}": "1", "{slug}": "small-ministry"}


def read(client: Client, path: str, **query: Any) -> Any:
    response = client.get(path, query)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    return response.json()


def refused(client: Client, path: str, status: int = 400) -> list[str]:
    """Return the parameters that an answer finds fault with."""
    response = client.get(path)
    assert response.status_code == status, path
    assert response["Content-Type"] == "application/problem+json; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    body = response.json()
    assert (body["type"], body["status"]) == ("about:blank", status)
    return [error["parameter"] for error in body.get("errors", [])]


def address(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return f"{ROOT}{path.lstrip('/')}"


@pytest.fixture
def described(client: Client) -> Any:
    return read(client, f"{ROOT}openapi.json")


# --- The description ------------------------------------------------------------------


def test_every_answer_is_as_the_description_says(client: Client, story: Story, described) -> None:
    for path, item in described["paths"].items():
        schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        whole = schema | {"components": described["components"]}
        Draft202012Validator.check_schema(whole)
        answer = read(client, address(path))
        Draft202012Validator(whole).validate(answer)
        assert answer.get("count") != 0, path


def test_a_refusal_is_as_the_description_says(client: Client, described) -> None:
    problem = described["components"]["schemas"]["Problem"]
    for path in (f"{ROOT}plans/?page=0", f"{ROOT}nowhere/"):
        Draft202012Validator(problem).validate(client.get(path).json())


def test_every_parameter_of_the_description_is_known(
    client: Client, story: Story, described
) -> None:
    values = {
        "page": "1", "per_page": "3", "language": "fr", "year": "2024", "q": "Action",
        "plan": "small", "section": "3", "actor": "small-ministry", "level": "federal",
        "status": "done", "overdue": "no", "nature": "one_off", "period": "running",
        "theme": "smes", "pillar": "2", "sdg": "8", "action": "1", "kind": "yearly",
    }  # fmt: skip
    story.scene.plan.sections.create(number=3, title_en="Three", source=story.scene.source)
    seen = set()
    for path, item in described["paths"].items():
        for one in item["get"]["parameters"]:
            if one["in"] == "query":
                seen.add(one["name"])
                read(client, address(path), **{one["name"]: values[one["name"]]})
    assert seen == set(values)


def test_the_values_and_limits_of_the_description_are_those_that_are_taken(
    client: Client, story: Story, described
) -> None:
    for path, item in described["paths"].items():
        for one in item["get"]["parameters"]:
            name, given = one["name"], one["schema"].get("items", one["schema"])
            for value in given.get("enum", ()):
                read(client, address(path), **{name: value})
            wrong = [given["maximum"] + 1, 0] if "maximum" in given else ["none-such"]
            if "enum" in given or "maximum" in given:
                for value in wrong:
                    assert refused(client, f"{address(path)}?{name}={value}") == [name]
            if name == "per_page":
                read(client, address(path), per_page=given["maximum"])


def test_what_would_write_is_refused_before_any_parameter(client: Client, story: Story) -> None:
    for method in ("POST", "OPTIONS", "DELETE", "TRACE", "NONSENSE"):
        for path in ("rounds/", "rounds/?language=xx", "rounds/?nothing=1", "nowhere/"):
            response = client.generic(method, f"{PLAN}{path}")
            assert (response.status_code, response["Allow"]) == (405, "GET, HEAD"), (method, path)
            assert response["Content-Type"] == "application/problem+json; charset=utf-8"


def test_whatever_follows_in_the_address_the_interface_answers(client: Client) -> None:
    for path in ("P%0A/actions/", "a/b/c", "%00/", "..%2f", "small/actions/%0A1/"):
        assert refused(client, f"{ROOT}plans/{path}", 404) == []


def test_a_filter_without_a_value_is_no_filter_that_was_asked_for(
    client: Client, story: Story
) -> None:
    assert refused(client, f"{PLAN}actions/?status=&level=federal&section=") == [
        "section", "status",
    ]  # fmt: skip


def test_every_address_stands_in_the_description_and_the_other_way_round(described) -> None:
    from reports.api_urls import urlpatterns  # noqa: PLC0415 - needs the settings

    plain = {"root", "openapi", "unknown"}
    assert len(described["paths"]) == len([p for p in urlpatterns if p.name not in plain])
    assert described["openapi"] == "3.1.0"
    ids = [item["get"]["operationId"] for item in described["paths"].values()]
    assert len(set(ids)) == len(ids)


# --- What it answers --------------------------------------------------------------------


def test_the_figures_of_a_round_are_those_of_the_report(client: Client, story: Story) -> None:
    newest, before = read(client, f"{PLAN}rounds/")["results"]
    assert (newest["year"], newest["edition"], newest["compared_with"]) == (2025, 1, 2024)
    assert newest["deadline"] == story.second.snapshot.deadline != ""
    for figure in story.second.snapshot.figures:
        shown = next(one for one in newest["figures"] if one["code"] == figure.code)
        assert (shown["part"], shown["whole"]) == (figure.part, figure.whole)
    assert [one["part"] for one in before["figures"]] == [
        share.part for share in comparison.shares(story.first.snapshot)
    ]


def test_an_entry_says_what_the_edition_says(client: Client, story: Story) -> None:
    found = read(client, f"{PLAN}entries/", year="2025", action="1")["results"]
    assert len(found) == 1
    entry = found[0]
    assert (entry["action_id"], entry["actor"], entry["status"]) == ("1", "small-ministry", "done")
    assert entry["texts"]["done"]["translations"] == {"fr": "La loi est au Moniteur."}
    assert entry["evidence"][0]["address"] == "https://example.org/wet"
    silent = read(client, f"{PLAN}entries/", year="2025", status="not_reported")["results"]
    assert [(row["action"], row["status"]) for row in silent] == [(label, None) for label in "4689"]
    total = sum(
        len(action.entries)
        for edition in (story.first, story.second)
        for action in edition.snapshot.actions
    )
    assert read(client, f"{PLAN}entries/")["count"] == total


def test_an_action_is_found_by_its_number_and_by_its_lasting_key(
    client: Client, story: Story
) -> None:
    story.scene.plan.actions.filter(label="2").update(label="22", key="2")
    by_number = read(client, f"{PLAN}actions/22/")
    assert by_number == read(client, f"{PLAN}actions/2/")
    assert (by_number["action_id"], by_number["label"]) == ("2", "22")
    assert by_number["status"] == "in_progress"
    assert read(client, f"{PLAN}actions/22/", year="2024")["status"] == "not_started"


def test_actions_are_filtered_as_in_the_list(client: Client, story: Story) -> None:
    found = read(client, f"{PLAN}actions/", status=["done", "partly_done"])
    assert [row["label"] for row in found["results"]] == ["1", "5"]
    assert found["report"]["year"] == 2025


def test_titles_come_in_the_language_that_is_asked_for(client: Client) -> None:
    path = f"{ROOT}plans/nap2/actions/1/"
    dutch, english = read(client, path, language="nl"), read(client, path)
    assert dutch["title"] == english["titles"]["nl"] != english["title"]
    assert dutch["url"].endswith("/nl/plans/nap2/actions/1/")
    assert "fr" not in read(client, path, language="fr")["url"].split("/fr/")[1]
    # It does not depend on the browser.
    assert client.get(path, HTTP_ACCEPT_LANGUAGE="fr").json() == english


def test_an_edition_names_its_files_with_their_checksums(client: Client, story: Story) -> None:
    story.withdraw(story.second)
    newest, first = read(client, f"{PLAN}editions/")["results"]
    assert (newest["state"], newest["files"]) == ("withdrawn", [])
    assert newest["withdrawal"]["fr"] == "Chiffres erronés."
    assert first["sha256"] == story.first.checksum
    for file in first["files"]:
        path = file["url"].removeprefix("http://testserver")
        response = client.get(path)
        assert response.status_code == 200, path
        assert len(b"".join(response) if response.streaming else response.content) == file["bytes"]


def test_pages_lead_to_each_other(client: Client, story: Story) -> None:
    path, seen = f"{PLAN}actions/?per_page=4&language=fr", []
    while path:
        found = client.get(path).json()
        seen += [row["label"] for row in found["results"]]
        path = found["next"]
        assert path is None or "language=fr" in path
    assert seen == list("123456789")
    assert found["page"] == found["pages"] == 3
    assert found["previous"].endswith("page=2")


def test_an_unchanged_answer_is_not_sent_again(client: Client, settings: Any, story: Story) -> None:
    settings.DEBUG = False
    first = client.get(f"{PLAN}entries/")
    again = client.get(f"{PLAN}entries/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")
    story.withdraw(story.second)
    assert client.get(f"{PLAN}entries/", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


# --- Bad input ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("plans/?page=0", ["page"]),
        ("plans/?page=2", ["page"]),
        ("plans/?page=1&page=1", ["page"]),
        ("plans/?page=%D9%A1", ["page"]),
        ("plans/?page=99999999999999999999", ["page"]),
        ("plans/?per_page=201", ["per_page"]),
        ("plans/?per_page=-1", ["per_page"]),
        ("plans/?language=xx", ["language"]),
        ("plans/?q=1", ["q"]),
        ("plans/?language=nl&language=fr", ["language"]),
        ("plans/small/actions/?section=99", ["section"]),
        ("plans/small/actions/?status=finished&level=moon", ["level", "status"]),
        ("plans/small/actions/?year=1999", ["year"]),
        ("plans/small/actions/?q=%00", ["q"]),
        ("plans/nap1/actions/?status=done", ["status"]),
        ("plans/small/actions/1/?year=abc", ["year"]),
        ("plans/small/entries/?year=2026", ["year"]),
        ("plans/small/entries/?action=77", ["action"]),
        ("plans/small/entries/?actor=nobody", ["actor"]),
        ("plans/small/entries/?status=%00", ["status"]),
        ("actors/?plan=unknown", ["plan"]),
        ("actors/?level=moon", ["level"]),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(
    client: Client, story: Story, path: str, names: list[str]
) -> None:
    assert sorted(refused(client, ROOT + path)) == names


@pytest.mark.parametrize(
    "path",
    ["nowhere/", "plans/unknown/actions/", "plans/small/actions/77/", "actors/nobody/", "plans"],
)
def test_what_is_not_there_is_a_problem_of_its_own(client: Client, story: Story, path: str) -> None:
    assert refused(client, ROOT + path, 404) == []


def test_nothing_can_be_written(client: Client) -> None:
    response = client.post(f"{ROOT}plans/")
    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json; charset=utf-8"


# --- What is not published ------------------------------------------------------------


def test_nothing_that_is_not_published_is_answered(client: Client, story: Story, described) -> None:
    at_work(story)
    for path in described["paths"]:
        text = client.get(address(path)).content.decode()
        for name, secret in SECRETS.items():
            assert secret not in text, (path, name)
    assert [row["year"] for row in read(client, f"{PLAN}rounds/")["results"]] == [2025, 2024]


def test_the_draft_of_a_plan_is_not_there(client: Client, story: Story) -> None:
    story.scene.plan.__class__.objects.filter(slug="small").update(is_published=False)
    assert refused(client, f"{PLAN}actions/", 404) == []
    assert "small" not in [row["id"] for row in read(client, f"{ROOT}plans/")["results"]]


# --- Queries --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "sizes", "cost"),
    [
        ("plans/", (1, 9), 3),
        ("plans/small/actions/", (1, 9), 20),
        ("plans/small/rounds/", (1, 9), 4),
        ("plans/small/entries/", (1, 99), 6),
        ("plans/small/editions/", (1, 9), 5),
        ("actors/", (150, 200), 10),
    ],
)
def test_a_page_costs_exactly_so_many_queries_however_long_it_is(
    client: Client, story: Story, path: str, sizes: tuple[int, int], cost: int
) -> None:
    found = []
    for size in sizes:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{ROOT}{path}?per_page={size}")
        found.append(len(queries))
    assert found == [cost, cost]


# --- The page about it ------------------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_the_page_names_every_address_and_parameter(client: Client, language: str) -> None:
    html = client.get(f"/{language}/data/").content.decode()
    for one in openapi.ENDPOINTS:
        assert f"<code>{one.path}</code>" in html
        for given in (*one.own, *openapi.PAGES, openapi.LANGUAGE):
            assert f"<code>{given['name']}</code>" in html


def test_the_example_counts_how_punctual_an_actor_is(
    client: Client, story: Story, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def urlopen(address: str) -> io.BytesIO:
        return io.BytesIO(client.get(address).content)

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    code = dictionary.API_EXAMPLE.format(root=ROOT)
    code = code.replace("nap2", "small").replace("fps-justice", "small-ministry")
    exec(compile(code.replace("per_page=200", "per_page=2"), "example", "exec"), {})  # noqa: S102
    rows = {
        edition.snapshot.year: [
            bool(entry.status) and not entry.late
            for action in edition.snapshot.actions
            for entry in action.entries
            if entry.actor == "small-ministry" and entry.expected
        ]
        for edition in (story.first, story.second)
    }
    assert capsys.readouterr().out.splitlines() == [
        f"{year} {'#' * sum(came)}{'.' * came.count(False)} {sum(came)} of {len(came)} in time"
        for year, came in rows.items()
    ]
