"""What search engines read of a page: the open data and a report in the words of schema.org.

Source of the words: https://schema.org/DataCatalog, /Dataset and /Report.
"""

import json
from typing import Any, NamedTuple

from django.utils.safestring import SafeString, mark_safe

from reports.catalogue import MEDIA, Catalogue, Dataset, File, Words

CONTEXT = "https://schema.org"
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
Facts = dict[str, Any]


class Told(NamedTuple):
    """A published edition: ``files`` are addresses with their media types."""

    title: str
    about: str
    address: str
    number: str
    day: str
    language: str
    publisher: str
    files: tuple[tuple[str, str], ...]


def catalogue(given: Catalogue, language: str) -> Facts:
    """Return a catalogue and its datasets in a language."""
    return {
        "@context": CONTEXT,
        "@type": "DataCatalog",
        "@id": given.iri,
        "name": said(given.titles, language),
        "description": said(given.descriptions, language),
        "license": LICENCE,
        "isAccessibleForFree": True,
        "publisher": organisation(given.publisher),
        "dataset": [dataset(one, given, language) for one in given.datasets],
    }


def dataset(given: Dataset, of: Catalogue, language: str) -> Facts:
    """Return a dataset with its files in a language."""
    days = {"datePublished": given.issued, "dateModified": given.modified}
    return {
        "@type": "Dataset",
        "@id": given.iri,
        "name": said(given.titles, language),
        "description": said(given.descriptions, language),
        "url": given.page,
        "license": LICENCE,
        "isAccessibleForFree": True,
        "creator": organisation(of.publisher),
        "inLanguage": sorted({file.language for file in given.files}),
        "spatialCoverage": "BE",
        "distribution": [download(file) for file in given.files if file.language == language],
        **{name: day for name, day in days.items() if day},
    }


def download(given: File) -> Facts:
    """Return a file."""
    _name, media = MEDIA[given.extension]
    return {"@type": "DataDownload", "contentUrl": given.address, "encodingFormat": media}


def report(given: Told) -> Facts:
    """Return an edition of a report."""
    return {
        "@context": CONTEXT,
        "@type": "Report",
        "@id": given.address,
        "url": given.address,
        "name": given.title,
        "about": given.about,
        "version": given.number,
        "datePublished": given.day,
        "inLanguage": given.language,
        "license": LICENCE,
        "isAccessibleForFree": True,
        "publisher": organisation(given.publisher),
        "encoding": [
            {"@type": "MediaObject", "contentUrl": address, "encodingFormat": media}
            for address, media in given.files
        ],
    }


def organisation(name: str) -> Facts:
    """Return who publishes."""
    return {"@type": "Organization", "name": name}


def said(words: Words, language: str) -> str:
    """Return a text in a language, else in the first that it has."""
    return words.get(language) or next(iter(words.values()), "")


def as_data(facts: Facts) -> SafeString:
    """Return facts as they stand within a page: no text of theirs can end the element."""
    text = json.dumps(facts, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308 - no sign that means something in HTML is left
