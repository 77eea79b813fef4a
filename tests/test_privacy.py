"""Who sees what was written: each text holds a word of its own, and all pages are searched."""

from typing import Any

import pytest

from tests import access
from tests.levels import first_of_all
from tests.standing_site import ADDRESS, ROLES, undone, word

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MEMBERS = {"observer", "other", "writer", "coordinator", "reviewer", "secretariat"}
MINISTRY = {"writer", "coordinator", "reviewer", "secretariat"}
EVERYBODY = set(ROLES)
# Who reads the draft of a report; the observer is of the institute that is invited to.
DRAFT = MEMBERS | {"voice"}
INSTITUTE = {"voice", "observer"}
# Which roles find a text somewhere. The ministry speaks for the service and the agency too.
READERS = {
    word("draft of 2025"): MINISTRY,
    word("draftnote"): MINISTRY,
    word("submitted of 2025"): MEMBERS,
    word("submittednote"): MINISTRY,
    word("returned of 2025"): MINISTRY,
    word("comment"): MINISTRY,
    word("accepted of 2025"): DRAFT,
    word("acceptednote"): MINISTRY,
    word("override"): DRAFT,
    word("said"): MEMBERS,
    word("chapter"): DRAFT,
    word("notetaken"): DRAFT,
    word("notereply"): DRAFT,
    word("notedraft"): INSTITUTE,
    word("notewaits"): INSTITUTE | {"secretariat"},
    word("noterefused"): INSTITUTE | {"secretariat"},
    word("noteasked"): INSTITUTE | {"reviewer", "secretariat"},
    word("notereason"): INSTITUTE | {"reviewer", "secretariat"},
    word("translated"): {"secretariat"},
    word("refused"): {"secretariat"},
    word("wrong"): {"secretariat"},
    word("published of 2024"): MEMBERS,  # of a report that is frozen and not yet published
    word("published of 2022"): set(),  # of one that was withdrawn
    word("published of 2023"): EVERYBODY,
    word("publishednote"): MINISTRY,
    word("note"): EVERYBODY,
}
# On these pages somebody reads of people: whoever holds the link, on that of an invitation.
BY_INVITATION = "/en/invitation/{secret}/"
# Who finds somebody's name: colleagues, those who read the thread, the person concerned.
NAMES = {"colleague": MEMBERS, "below": MINISTRY, "nobody": {"former", "secretariat"}}


@pytest.fixture(scope="module")
def texts(pages: dict[tuple[str, str], Any]) -> dict[tuple[str, str], str]:
    """What every address says to each role, headers included."""
    return {
        (role, path): access.text_of(response)
        for (role, path), response in pages.items()
        if role in ROLES
    }


def found_by(texts: dict[tuple[str, str], str], words: str) -> set[str]:
    """Return the roles that find some words on any page."""
    return {role for (role, path), text in texts.items() if words in text}


@pytest.mark.parametrize("words", READERS)
def test_a_text_is_found_by_those_who_may_read_it(texts, words) -> None:
    assert found_by(texts, words) == READERS[words]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_by_those_who_work_with_the_person(texts, name) -> None:
    assert found_by(texts, word(f"person {name}")) == NAMES[name]


@pytest.mark.parametrize("language", first_of_all(["nl", "fr", "de", "en"], ["nl", "fr"]))
def test_no_public_page_names_an_official(site, texts, language) -> None:
    """Nor any file, feed, export or map of the site."""
    for line in access.lines():
        if line.method == "GET" and line.path != BY_INVITATION:
            path = line.path.replace("/en/", f"/{language}/")
            with undone():
                text = access.text_of(site.get("public", path))
            assert ADDRESS not in text, path
            assert word("person") not in text, path


def test_members_see_no_address_but_their_own_and_those_of_whom_they_manage(site, texts) -> None:
    seen: dict[str, set[str]] = {}
    for (role, _path), text in texts.items():
        for user in site.scene.people.values():
            if user.email in text:
                seen.setdefault(role, set()).add(user.email.split("@")[0])
    seen.pop("secretariat")  # which manages all of them
    assert seen == {
        "former": {"nobody"},
        "no-factor": {"chair"},
        "voice": {"voice"},
        "observer": {"observer"},
        "other": {"outsider"},
        "writer": {"writer"},
        "coordinator": {"head", "writer", "colleague", "both"},
        "reviewer": {"reviewer"},
    }


def test_no_answer_to_somebody_signed_out_holds_a_secret(site: Any, texts) -> None:
    """The link of an invitation stands in its letter alone, not even on the secretariat's pages."""
    secret = site.keys["secret"]
    for (role, path), text in texts.items():
        if path != BY_INVITATION:
            assert secret not in text, (role, path)
