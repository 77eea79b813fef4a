"""What search engines are told of the open data and of a report, in the words of schema.org."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from actions.models import ReportingRound
from reports import archive, schema_org
from tests.published import Story

pytestmark = pytest.mark.django_db
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture(autouse=True)
def _nothing_read() -> None:
    archive.read.cache_clear()


def told(client: Client, path: str) -> dict[str, Any]:
    (text,) = DATA.findall(client.get(path).content.decode())
    return json.loads(text)


def test_the_page_on_open_data_tells_each_dataset_with_its_files(
    client: Client, story: Story
) -> None:
    found = told(client, "/nl/data/")
    assert (found["@context"], found["@type"]) == ("https://schema.org", "DataCatalog")
    reports = next(one for one in found["dataset"] if one["url"].endswith("/plans/small/reports/"))
    files = [one["contentUrl"] for one in reports["distribution"]]
    assert files == [
        f"http://testserver/nl/plans/small/reports/all/{name}"
        for name in ("entries.csv", "actions.csv", "evidence.csv", "data.xlsx")
    ]
    assert [client.get(address).status_code for address in files] == [200] * 4
    assert reports["inLanguage"] == ["de", "en", "fr", "nl"]


def test_the_page_of_a_report_tells_the_edition_with_addresses_that_last(
    client: Client, story: Story
) -> None:
    found = told(client, "/fr/plans/small/reports/2025/")
    place = "http://testserver/fr/plans/small/reports/2025/e1/"
    assert found["@type"] == "Report"
    assert found["name"] == "Rapport d’avancement 2025"
    assert (found["url"], found["version"], found["inLanguage"]) == (place, "1", "fr")
    assert [one["contentUrl"] for one in found["encoding"]][:2] == [
        f"{place}report.pdf",
        f"{place}report.docx",
    ]
    assert client.get(found["encoding"][0]["contentUrl"]).status_code == 200


def test_of_sample_data_no_search_engine_is_told(client: Client, story: Story) -> None:
    ReportingRound.objects.filter(pk=story.second.round_id).update(is_sample=True)
    html = client.get("/fr/plans/small/reports/2025/").content.decode()
    assert DATA.findall(html) == []


def test_no_text_ends_the_element_in_which_facts_stand() -> None:
    hostile = "</script><script>alert(1)</script>&amp;\u2028"
    text = schema_org.as_data({"name": hostile})
    assert re.findall("[<>&\u2028]", text) == []
    assert json.loads(text) == {"name": hostile}
