"""The description of the open data for catalogues, as DCAT-AP: a graph, in Turtle and JSON-LD."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
EU = "http://publications.europa.eu/resource/authority/"
TYPE = f"{RDF}type"
CC0 = f"{EU}licence/CC0"
ANNUAL = f"{EU}frequency/ANNUAL"
BELGIUM = f"{EU}country/BEL"
THEMES = (f"{EU}data-theme/GOVE", f"{EU}data-theme/JUST")
LANGUAGES = {"nl": "NLD", "fr": "FRA", "de": "DEU", "en": "ENG"}
MEDIA = {
    "csv": ("CSV", "text/csv"),
    "json": ("JSON", "application/json"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
Words = Mapping[str, str]


class Iri(NamedTuple):
    """A thing by its address."""

    iri: str


class Literal(NamedTuple):
    """A text, in a language or of a type."""

    text: str
    language: str = ""
    datatype: str = ""


Object = Iri | Literal
Triple = tuple[str, str, Object]


class File(NamedTuple):
    """A file of a dataset: its address, its ending, its language, what it holds."""

    address: str
    extension: str
    language: str
    titles: Words


class Dataset(NamedTuple):
    """Data that belong together; ``issued`` and ``modified`` are days, or ""."""

    iri: str
    titles: Words
    descriptions: Words
    page: str
    files: tuple[File, ...]
    issued: str = ""
    modified: str = ""


class Catalogue(NamedTuple):
    """The catalogue of a site; ``contact`` is an e-mail address, or ""."""

    iri: str
    titles: Words
    descriptions: Words
    publisher: str
    contact: str
    api: str
    description_of_api: str
    datasets: tuple[Dataset, ...]


def texts(subject: str, predicate: str, words: Words) -> Iterable[Triple]:
    """Yield a text in each of its languages."""
    for language, text in words.items():
        yield subject, predicate, Literal(text, language)


def triples(given: Catalogue) -> Iterable[Triple]:
    """Yield what is said of a catalogue."""
    publisher = f"{given.iri}#publisher"
    yield publisher, TYPE, Iri(f"{FOAF}Agent")
    yield publisher, f"{FOAF}name", Literal(given.publisher)
    yield given.iri, TYPE, Iri(f"{DCAT}Catalog")
    yield from texts(given.iri, f"{DCT}title", given.titles)
    yield from texts(given.iri, f"{DCT}description", given.descriptions)
    yield given.iri, f"{DCT}publisher", Iri(publisher)
    yield given.iri, f"{DCT}license", Iri(CC0)
    yield from spoken(given.iri, LANGUAGES)
    service = f"{given.iri}#api"
    yield given.iri, f"{DCAT}service", Iri(service)
    yield service, TYPE, Iri(f"{DCAT}DataService")
    yield from texts(service, f"{DCT}title", given.titles)
    yield service, f"{DCAT}endpointURL", Iri(given.api)
    yield service, f"{DCAT}endpointDescription", Iri(given.description_of_api)
    if given.contact:
        contact = f"{given.iri}#contact"
        yield contact, TYPE, Iri(f"{VCARD}Organization")
        yield contact, f"{VCARD}fn", Literal(given.publisher)
        yield contact, f"{VCARD}hasEmail", Iri(f"mailto:{given.contact}")
    for dataset in given.datasets:
        yield given.iri, f"{DCAT}dataset", Iri(dataset.iri)
        yield service, f"{DCAT}servesDataset", Iri(dataset.iri)
        yield from described(dataset, given)


def described(dataset: Dataset, given: Catalogue) -> Iterable[Triple]:
    """Yield what is said of a dataset and its files."""
    here = dataset.iri
    yield here, TYPE, Iri(f"{DCAT}Dataset")
    yield from texts(here, f"{DCT}title", dataset.titles)
    yield from texts(here, f"{DCT}description", dataset.descriptions)
    yield here, f"{DCT}publisher", Iri(f"{given.iri}#publisher")
    yield here, f"{DCT}identifier", Literal(here)
    yield here, f"{DCAT}landingPage", Iri(dataset.page)
    yield here, f"{DCT}accrualPeriodicity", Iri(ANNUAL)
    yield here, f"{DCT}spatial", Iri(BELGIUM)
    for theme in THEMES:
        yield here, f"{DCAT}theme", Iri(theme)
    yield from spoken(here, LANGUAGES)
    if given.contact:
        yield here, f"{DCAT}contactPoint", Iri(f"{given.iri}#contact")
    for name in ("issued", "modified"):
        if day := getattr(dataset, name):
            yield here, f"{DCT}{name}", Literal(day, datatype=f"{XSD}date")
    for file in dataset.files:
        yield here, f"{DCAT}distribution", Iri(f"{file.address}#file")
        yield from offered(file)


def offered(file: File) -> Iterable[Triple]:
    """Yield what is said of a file."""
    here = f"{file.address}#file"
    name, media = MEDIA[file.extension]
    yield here, TYPE, Iri(f"{DCAT}Distribution")
    yield from texts(here, f"{DCT}title", file.titles)
    yield here, f"{DCAT}accessURL", Iri(file.address)
    yield here, f"{DCAT}downloadURL", Iri(file.address)
    yield here, f"{DCT}license", Iri(CC0)
    yield here, f"{DCT}format", Iri(f"{EU}file-type/{name}")
    yield here, f"{DCAT}mediaType", Iri(f"https://www.iana.org/assignments/media-types/{media}")
    yield from spoken(here, [file.language])


def spoken(subject: str, languages: Iterable[str]) -> Iterable[Triple]:
    """Yield the languages of something."""
    for code in languages:
        yield subject, f"{DCT}language", Iri(f"{EU}language/{LANGUAGES[code]}")


# --- Written ------------------------------------------------------------------------


def to_turtle(graph: Iterable[Triple]) -> str:
    """Return a graph as Turtle, a statement a line with whole addresses."""
    return "".join(f"<{s}> <{p}> {in_turtle(o)} .\n" for s, p, o in graph)


def in_turtle(given: Object) -> str:
    """Return an object as Turtle writes it."""
    if isinstance(given, Iri):
        return f"<{given.iri}>"
    text = json.dumps(given.text, ensure_ascii=False)
    if given.language:
        return f"{text}@{given.language}"
    return f"{text}^^<{given.datatype}>" if given.datatype else text


def to_json_ld(graph: Iterable[Triple]) -> str:
    """Return a graph as expanded JSON-LD."""
    nodes: dict[str, dict[str, Any]] = {}
    for subject, predicate, given in graph:
        node = nodes.setdefault(subject, {"@id": subject})
        if predicate == TYPE and isinstance(given, Iri):
            node.setdefault("@type", []).append(given.iri)
        else:
            node.setdefault(predicate, []).append(in_json_ld(given))
    return json.dumps({"@graph": list(nodes.values())}, ensure_ascii=False, indent=1)


def in_json_ld(given: Object) -> dict[str, str]:
    """Return an object as JSON-LD writes it."""
    if isinstance(given, Iri):
        return {"@id": given.iri}
    found = {"@value": given.text}
    if given.language:
        found["@language"] = given.language
    if given.datatype:
        found["@type"] = given.datatype
    return found
