"""Checks the message catalogues; extracts and compiles them on request.

check_messages.py            say what is wrong with the catalogues
check_messages.py --extract  bring the .po files up to date with the code
check_messages.py --compile  write the .mo files
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from document.typography import french_faults  # noqa: E402

LOCALE = Path("napmonitor") / "locale"
LANGUAGES = ("nl", "fr", "de")
# Line numbers and wrapped lines would change with every edit nearby.
STYLE = ("--no-obsolete", "--no-wrap", "--add-location", "file")
# Neither environments nor tests speak to readers.
IGNORED = (".git", ".*cache", ".venv", "node_modules", "staticfiles", "tests", "var")
# What stands in quotation marks as a program writes it.
LITERAL = re.compile(r"“(key: text|; )”")
PLACEHOLDER = re.compile(
    r"%%|%(?:\(\w+\))?[-#0+]*\d*(?:\.\d+)?[a-zA-Z]"  # %s, %(name)s, %.1f
    r"|\{[\w.]*(?:![rsa])?(?::[^{}]*)?\}"  # {}, {name}, {name:.1f}
)


def main(arguments: list[str]) -> int:
    """Do what is asked for; without an argument, check."""
    if "--extract" in arguments:
        extract(ROOT)
    if "--compile" in arguments:
        compile_catalogues(ROOT / LOCALE)
    if arguments:
        return 0
    found = locale_problems(ROOT / LOCALE) + extraction_problems(ROOT)
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


# --- The catalogues by themselves ---------------------------------------------


def locale_problems(locale: Path) -> list[str]:
    """Return one sentence for each fault in the .po and .mo files of a folder."""
    same = read_same(locale / "same_in.txt")
    found = []
    for language in LANGUAGES:
        path = po_path(locale, language)
        if not path.exists():
            found.append(f"{language}: there is no {path.name}.")
            continue
        catalogue = polib.pofile(str(path))
        allowed = {msgid for tongue, msgid in same if tongue == language}
        faults = catalogue_problems(catalogue, allowed) + mo_problems(catalogue, path)
        faults += spacing_problems(catalogue) if language == "fr" else []
        found += [f"{language}: {fault}" for fault in faults]
    return found


def catalogue_problems(catalogue: polib.POFile, same: set[str]) -> list[str]:
    """Return the faults of one catalogue; `same` may read as in English."""
    forms = re.match(r"nplurals\s*=\s*(\d+)", catalogue.metadata.get("Plural-Forms", ""))
    if not forms:
        return ["the header lacks Plural-Forms."]
    found = []
    for entry in catalogue:
        found += [f'"{entry.msgid}" {fault}.' for fault in faults(entry, int(forms[1]), same)]
    unused = same - {entry.msgid for entry in catalogue if says_the_same(entry)}
    found += [f'"{msgid}" need not be in same_in.txt.' for msgid in sorted(unused)]
    return found


def faults(entry: polib.POEntry, forms: int, same: set[str]) -> list[str]:
    """Return what is wrong with one entry, worst first; the first ones hide the others."""
    if entry.obsolete:
        return ["is obsolete"]
    if entry.fuzzy:
        return ["is fuzzy"]
    if entry.msgid_plural and sorted(entry.msgstr_plural) != list(range(forms)):
        return [f"does not have {forms} plural forms"]
    if not all(translations(entry)):
        return ["is not translated"]
    found = []
    if not placeholders_agree(entry):
        found.append("has other placeholders in the translation")
    if any(edges(text) != edges(entry.msgid) for text in translations(entry)):
        found.append("begins or ends with a line break in one language only")
    if says_the_same(entry) and entry.msgid not in same:
        found.append("is the same as in English (if that is right, add it to same_in.txt)")
    return found


def spacing_problems(catalogue: polib.POFile) -> list[str]:
    """Say where a French text has a plain or no space at a sign; machines' texts keep theirs."""
    return [
        f'"{entry.msgid}" has no no-break space: "{fault}".'
        for entry in catalogue
        if not LITERAL.search(entry.msgid)
        for text in translations(entry)
        for fault in french_faults(text)
    ]


def translations(entry: polib.POEntry) -> list[str]:
    """Return the translated text, or all plural forms of it."""
    if entry.msgid_plural:
        return [entry.msgstr_plural[form] for form in sorted(entry.msgstr_plural)]
    return [entry.msgstr]


def placeholders_agree(entry: polib.POEntry) -> bool:
    """Tell whether each translation fills in what the English does.

    The first plural form may do as either of the English forms: "One action" says
    its number in words, but a French first form also stands for zero.
    """
    first, *rest = map(placeholders, translations(entry))
    english = [placeholders(entry.msgid)]
    if entry.msgid_plural:
        english.append(placeholders(entry.msgid_plural))
    return first in english and all(other == english[-1] for other in rest)


def placeholders(text: str) -> Counter[str]:
    """Count the placeholders in a text."""
    return Counter(PLACEHOLDER.findall(text))


def edges(text: str) -> tuple[bool, bool]:
    """Tell whether a text begins and whether it ends with a line break."""
    return text.startswith("\n"), text.endswith("\n")


def says_the_same(entry: polib.POEntry) -> bool:
    """Tell whether words were left in English; punctuation and placeholders are no words."""
    has_words = re.search(r"[^\W\d_]", PLACEHOLDER.sub("", entry.msgid))
    return bool(has_words) and bool({entry.msgid, entry.msgid_plural} & set(translations(entry)))


def read_same(path: Path) -> set[tuple[str, str]]:
    r"""Read the pairs of language and English text; "\n" in the file is a line break."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = (line.split("\t", 1) for line in lines if line.strip() and not line.startswith("#"))
    return {(language, msgid.replace(r"\n", "\n")) for language, msgid in pairs}


# --- The compiled files -----------------------------------------------------------


def mo_problems(catalogue: polib.POFile, path: Path) -> list[str]:
    """Say if the .mo file is not what compiling the .po file gives."""
    committed = path.with_suffix(".mo")
    if not committed.exists():
        return [f"there is no {committed.name}; run make messages."]
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / committed.name
        catalogue.save_as_mofile(str(fresh))
        if contents(fresh) == contents(committed):
            return []
    return [f"{committed.name} is not compiled from {path.name}; run make messages."]


def contents(path: Path) -> dict[tuple[str | None, str, str], list[str]]:
    """Return what a .mo file says, and the plural rule under the empty msgid."""
    compiled = polib.mofile(str(path))
    said = {(e.msgctxt, e.msgid, e.msgid_plural): translations(e) for e in compiled}
    return {(None, "", ""): [compiled.metadata.get("Plural-Forms", "")], **said}


def compile_catalogues(locale: Path) -> None:
    """Write the .mo file next to each .po file, without needing gettext's msgfmt."""
    for language in LANGUAGES:
        path = po_path(locale, language)
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


# --- The catalogues and the code ----------------------------------------------------


def extraction_problems(root: Path) -> list[str]:
    """Return one sentence for each text that is in the code or in a catalogue only."""
    if not shutil.which("xgettext"):
        if os.environ.get("CI") == "true":
            return ["xgettext is missing: install gettext to compare code and catalogues."]
        print("Code and catalogues were not compared: gettext is not installed.")
        return []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*IGNORED))
        extract(copy)
        return [
            f"{language}: {fault}"
            for language in LANGUAGES
            for fault in differences(
                po_path(root / LOCALE, language), po_path(copy / LOCALE, language)
            )
        ]


def differences(committed: Path, fresh: Path) -> list[str]:
    """Say which texts are missing in the committed catalogue or no longer in the code."""
    old, new = messages(committed), messages(fresh)
    found = [f'"{msgid}" is in the code but not in the catalogue' for _, msgid in new - old]
    found += [f'"{msgid}" is in the catalogue but not in the code' for _, msgid in old - new]
    return [f"{fault}; run make messages." for fault in sorted(found)]


def messages(path: Path) -> set[tuple[str, str]]:
    """Return context and msgid of all entries; an absent file has none."""
    if not path.exists():
        return set()
    entries = polib.pofile(str(path))
    return {(entry.msgctxt or "", entry.msgid) for entry in entries if not entry.obsolete}


def extract(root: Path) -> None:
    """Run Django's makemessages for all languages in this folder."""
    command = [sys.executable, "manage.py", "makemessages", "--verbosity", "0", *STYLE]
    for language in LANGUAGES:
        command += ["--locale", language]
    for pattern in IGNORED:
        command += ["--ignore", pattern]
    # DEBUG, because the settings ask for a secret key otherwise.
    subprocess.run(command, cwd=root, env={**os.environ, "DEBUG": "1"}, check=True)


def po_path(locale: Path, language: str) -> Path:
    """Return where the catalogue of a language lies."""
    return locale / language / "LC_MESSAGES" / "django.po"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
