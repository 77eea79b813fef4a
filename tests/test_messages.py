"""Tests of the message catalogues, and of the checks themselves on small faulty ones."""

import json
from pathlib import Path

import check_glossary
import check_messages
import polib
import pytest

HEADER = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


def catalogue(*entries: polib.POEntry, header: dict[str, str] = HEADER) -> polib.POFile:
    """Make a Dutch catalogue in memory."""
    made = polib.POFile()
    made.metadata = dict(header)
    made.extend(entries)
    return made


def entry(msgid: str, msgstr: str = "", **more: object) -> polib.POEntry:
    """Make one entry."""
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **more)


def plural(*forms: str) -> polib.POEntry:
    """Make an entry with plural forms."""
    english = {"msgid": "One action", "msgid_plural": "%(n)s actions"}
    return polib.POEntry(**english, msgstr_plural=dict(enumerate(forms)))


def problems_of(*entries: polib.POEntry, same: frozenset[str] = frozenset()) -> list[str]:
    """Check one catalogue of these entries."""
    return check_messages.catalogue_problems(catalogue(*entries), set(same))


@pytest.fixture
def locale(tmp_path: Path) -> Path:
    """Return a folder with three faultless catalogues, as they would be committed."""
    for language in check_messages.LANGUAGES:
        path = check_messages.po_path(tmp_path, language)
        path.parent.mkdir(parents=True)
        catalogue(entry("Action", "Actie"), plural("Eén actie", "%(n)s acties")).save(str(path))
    check_messages.compile_catalogues(tmp_path)
    return tmp_path


def test_the_catalogues_of_the_site_are_without_fault():
    assert check_messages.locale_problems(check_messages.ROOT / check_messages.LOCALE) == []


def test_faultless_catalogues_give_no_problems(locale):
    assert check_messages.locale_problems(locale) == []


@pytest.mark.parametrize(
    ("faulty", "complaint"),
    [
        (entry("Action"), "is not translated"),
        (entry("Action", "Actie", flags=["fuzzy"]), "is fuzzy"),
        (entry("Action", "Actie", obsolete=True), "is obsolete"),
        (entry("Goal", "Goal"), "is the same as in English"),
        (entry("By %(name)s", "Door %(naam)s"), "has other placeholders"),
        (entry("%s of %s", "%s"), "has other placeholders"),
        (entry("By {name}", "Door naam"), "has other placeholders"),
        (entry("Half", "50%% {x}"), "has other placeholders"),
        (entry("\nAction", "Actie"), "begins or ends with a line break"),
        (entry("Action", "Actie\n"), "begins or ends with a line break"),
        (plural("Eén actie"), "does not have 2 plural forms"),
        (plural("Eén actie", "%(n)s acties", "%(n)s acties"), "does not have 2 plural forms"),
        (plural("Eén actie", ""), "is not translated"),
        (plural("Eén actie", "Veel acties"), "has other placeholders"),
        (plural("Eén actie", "%(n)s actions"), "is the same as in English"),
    ],
)
def test_each_fault_of_an_entry_is_found(faulty, complaint):
    (problem,) = problems_of(faulty)
    assert complaint in problem
    assert faulty.msgid in problem


@pytest.mark.parametrize(
    "good",
    [
        entry("By %(name)s, {year}", "{year}: door %(name)s"),
        entry("50% done", "50% klaar"),
        entry("%(a)s – %(b)s", "%(a)s – %(b)s"),
        plural("%(n)s actie", "%(n)s acties"),
    ],
)
def test_a_right_translation_is_left_alone(good):
    assert problems_of(good) == []


def test_a_header_without_plural_forms_is_found():
    bare = catalogue(entry("Action", "Actie"), header={})
    (problem,) = check_messages.catalogue_problems(bare, set())
    assert "Plural-Forms" in problem


def test_a_listed_text_may_be_the_same_as_in_english():
    assert problems_of(entry("Contact", "Contact"), same=frozenset({"Contact"})) == []


def test_a_listed_text_that_is_translated_need_not_be_listed():
    (problem,) = problems_of(entry("Action", "Actie"), same=frozenset({"Action"}))
    assert "need not be in same_in.txt" in problem


def test_the_list_is_read_per_language_with_line_breaks(locale):
    (locale / "same_in.txt").write_text("# why\n\nnl\tContact\\n\nfr\tActions\n")
    listed = check_messages.read_same(locale / "same_in.txt")
    assert listed == {("nl", "Contact\n"), ("fr", "Actions")}


def test_a_missing_catalogue_is_found(locale):
    check_messages.po_path(locale, "de").unlink()
    assert check_messages.locale_problems(locale) == ["de: there is no django.po."]


def test_a_missing_compiled_catalogue_is_found(locale):
    check_messages.po_path(locale, "fr").with_suffix(".mo").unlink()
    (problem,) = check_messages.locale_problems(locale)
    assert problem.startswith("fr: there is no django.mo")


def test_a_compiled_catalogue_that_lags_behind_is_found(locale):
    path = check_messages.po_path(locale, "nl")
    path.write_text(path.read_text().replace("Actie", "Maatregel"))
    (problem,) = check_messages.locale_problems(locale)
    assert problem.startswith("nl: django.mo is not compiled from django.po")


def test_texts_in_the_code_or_the_catalogue_only_are_found(tmp_path):
    committed, fresh = tmp_path / "committed.po", tmp_path / "fresh.po"
    catalogue(entry("Action"), entry("Gone")).save(str(committed))
    catalogue(entry("New"), entry("Action", msgctxt="verb"), entry("Action")).save(str(fresh))
    assert check_messages.differences(committed, fresh) == [
        '"Action" is in the code but not in the catalogue; run make messages.',
        '"Gone" is in the catalogue but not in the code; run make messages.',
        '"New" is in the code but not in the catalogue; run make messages.',
    ]


# --- The glossary ---------------------------------------------------------------------------


BANNED = """
| Language | Not | But | Except |
|---|---|---|---|
| nl | `verschuldigd|\\bschuld\\b` | gevraagd | A debt; An old debt |
"""


@pytest.mark.parametrize(
    ("language", "english", "text", "said"),
    [
        (
            "nl",
            "Owed",
            "Verschuldigd",
            ['nl: "Verschuldigd" says "Verschuldigd"; write: gevraagd.'],
        ),
        ("nl", "Debt", "de schuld", ['nl: "de schuld" says "schuld"; write: gevraagd.']),
        ("nl", "Guilty", "schuldig", []),
        ("nl", "An old debt is paid", "een oude schuld", []),
        ("fr", "Owed", "verschuldigd", []),
    ],
)
def test_a_word_that_the_glossary_bans_is_named(language, english, text, said) -> None:
    bans = check_glossary.read(check_glossary.BANS + BANNED)
    assert list(check_glossary.faults(bans, iter([(language, english, text)]))) == said


def test_a_line_of_the_glossary_that_cannot_be_read_is_no_silent_pass() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        check_glossary.read(check_glossary.BANS + "\n| nl | verschuldigd | gevraagd |\n")


def test_the_glossary_bans_words_in_every_language() -> None:
    bans = check_glossary.read(check_glossary.GLOSSARY.read_text())
    assert {ban.language for ban in bans} == {"en", "nl", "fr", "de"}
    assert (
        list(
            check_glossary.faults(
                bans, check_glossary.texts(check_messages.ROOT / check_messages.LOCALE)
            )
        )
        == []
    )


def test_what_the_editors_remark_beside_the_facts_is_read_too(tmp_path) -> None:
    (tmp_path / "nap2.json").write_text(
        json.dumps(
            [
                {"model": "actions.plan", "fields": {"title_nl": "Geen bijdrage verschuldigd"}},
                {
                    "model": "actions.actionflag",
                    "fields": {"reason_en": "No entry.", "reason_nl": "Geen bijdrage verschuldigd"},
                },
                {"model": "actions.actor", "fields": {"note_de": "schuldet nichts"}},
            ]
        )
    )
    bans = check_glossary.read(check_glossary.GLOSSARY.read_text())
    assert list(check_glossary.faults(bans, check_glossary.remarks(tmp_path))) == [
        'nl: "Geen bijdrage verschuldigd" says "verschuldigd"; write: gevraagd.',
        'de: "schuldet nichts" says "schuldet"; write: erwartet.',
    ]
    assert list(check_glossary.faults(bans, check_glossary.remarks(check_glossary.FIXTURES))) == []
