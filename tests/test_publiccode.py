"""What catalogues of public software read (publiccode.yml), and how a weakness is reported."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
MANDATORY = {
    "publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus",
    "softwareType", "description", "legal", "maintenance", "localisation",
}  # fmt: skip
OPTIONAL = {"logo", "intendedAudience", "dependsOn"}
TYPES = {"internal", "contract", "community", "none"}


@pytest.fixture(scope="module")
def said():
    """What the file says."""
    return yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))


def test_it_has_all_keys_of_the_standard_and_no_others(said) -> None:
    assert set(said) == MANDATORY | OPTIONAL
    assert said["publiccodeYmlVersion"] == "0.7"
    assert said["softwareType"] == "standalone/web"
    assert said["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert said["url"].startswith("https://")


def test_its_licence_is_that_of_the_project(said) -> None:
    assert said["legal"] == {"license": "EUPL-1.2"}
    assert (ROOT / "LICENSE").read_text().startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")


def test_maintainers_are_named_where_the_standard_wants_them(said) -> None:
    kind = said["maintenance"]["type"]
    assert kind in TYPES
    assert ("contacts" in said["maintenance"]) == (kind in {"internal", "community"})


def test_it_names_the_languages_of_the_site_and_speaks_each(said) -> None:
    languages = [code for code, _name in settings.LANGUAGES]
    given = said["localisation"]
    assert given == {"localisationReady": True, "availableLanguages": languages}
    assert set(said["description"]) == set(languages)


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_descriptions_are_as_long_as_they_may_be(said, language) -> None:
    given = said["description"][language]
    assert 0 < len(given["shortDescription"]) <= 150
    assert 150 <= len(given["longDescription"]) <= 10_000
    assert given["features"]


def test_files_that_it_names_are_there_and_versions_are_those_of_the_project(said) -> None:
    pictures = [said["logo"], *said["description"]["en"]["screenshots"]]
    assert [name for name in pictures if not (ROOT / name).is_file()] == []
    versions = {row["name"]: row["versionMin"] for row in said["dependsOn"]["open"]}
    assert f"Python {versions['Python']} or newer" in (ROOT / "README.md").read_text()
    assert (
        f"PostgreSQL {versions['PostgreSQL']} or newer"
        in (ROOT / "docs" / "operations.md").read_text()
    )


def test_it_says_how_to_report_a_weakness() -> None:
    words = (ROOT / "SECURITY.md").read_text()
    assert "/.well-known/security.txt" in words
