"""The description of the open data for catalogues, as DCAT-AP 3: a graph, in Turtle and JSON-LD.

It stands by itself: what the shapes of DCAT-AP ask of a thing that it only refers to, of which
class it is and to which list of the European Union it belongs, is said here too.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

DCAT = "http://www.w3.org/ns/dcat#"
DCATAP = "http://data.europa.eu/r5r/"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
EU = "http://publications.europa.eu/resource/authority/"
TYPE = f"{RDF}type"
DAYS = ("issued", "modified")
CC0 = f"{EU}licence/CC0"
ANNUAL = f"{EU}frequency/ANNUAL"
BELGIUM = f"{EU}country/BEL"
# Each with the word that the list of themes has for it.
THEMES = {
    f"{EU}data-theme/GOVE": "Government and public sector",
    f"{EU}data-theme/JUST": "Justice, legal system and public safety",
}
STABLE = f"{EU}planned-availability/STABLE"
OPENAPI = "https://spec.openapis.org/oas/v3.1.0"
# Of which class is what a property leads to, where nothing but its address is said of it.
CLASSES = {
    f"{DCAT}landingPage": f"{FOAF}Document",
    f"{DCAT}mediaType": f"{DCT}MediaType",
    f"{DCAT}theme": f"{SKOS}Concept",
    f"{DCAT}themeTaxonomy": f"{SKOS}ConceptScheme",
    f"{DCATAP}availability": f"{SKOS}Concept",
    f"{DCT}accrualPeriodicity": f"{DCT}Frequency",
    f"{DCT}conformsTo": f"{DCT}Standard",
    f"{DCT}format": f"{DCT}MediaTypeOrExtent",
    f"{DCT}language": f"{DCT}LinguisticSystem",
    f"{DCT}license": f"{DCT}LicenseDocument",
    f"{DCT}spatial": f"{DCT}Location",
    f"{FOAF}homepage": f"{FOAF}Document",
}
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
    """A file of a dataset: its address, its ending, its language, its name."""

    address: str
    extension: str
    language: str
    titles: Words


class Dataset(NamedTuple):
    """Data that belong together; the days are "" where there are none.

    ``begins`` and ``ends`` say of which time the data speak, where its beginning is known.
    """

    iri: str
    titles: Words
    descriptions: Words
    page: str
    files: tuple[File, ...]
    issued: str = ""
    modified: str = ""
    begins: str = ""
    ends: str = ""


class Catalogue(NamedTuple):
    """The catalogue of a site; ``contact`` is an e-mail address, or ""."""

    iri: str
    home: str
    titles: Words
    descriptions: Words
    keywords: tuple[Words, ...]
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
    """Yield what is said of a catalogue, and of which class is what it refers to."""
    listed = list(stated(given))
    yield from listed
    yield from classed(listed)


def classed(listed: Iterable[Triple]) -> Iterable[Triple]:
    """Yield the class and the list of what some statements refer to by its address alone."""
    found = {o: CLASSES[p] for _s, p, o in listed if p in CLASSES and isinstance(o, Iri)}
    for thing, kind in found.items():
        yield thing.iri, TYPE, Iri(kind)
        scheme, _slash, code = thing.iri.rpartition("/")
        if scheme.startswith(EU):
            yield thing.iri, f"{SKOS}inScheme", Iri(scheme)
        if kind == f"{SKOS}Concept":
            name = THEMES.get(thing.iri, code.capitalize())
            yield thing.iri, f"{SKOS}prefLabel", Literal(name, "en")
        if kind == f"{SKOS}ConceptScheme":
            yield thing.iri, f"{DCT}title", Literal("Data theme", "en")


def stated(given: Catalogue) -> Iterable[Triple]:
    """Yield what a catalogue says."""
    publisher = f"{given.iri}#publisher"
    yield publisher, TYPE, Iri(f"{FOAF}Agent")
    yield publisher, f"{FOAF}name", Literal(given.publisher)
    yield given.iri, TYPE, Iri(f"{DCAT}Catalog")
    yield from texts(given.iri, f"{DCT}title", given.titles)
    yield from texts(given.iri, f"{DCT}description", given.descriptions)
    yield given.iri, f"{DCT}publisher", Iri(publisher)
    yield given.iri, f"{DCT}license", Iri(CC0)
    yield given.iri, f"{FOAF}homepage", Iri(given.home)
    yield given.iri, f"{DCT}spatial", Iri(BELGIUM)
    yield given.iri, f"{DCAT}themeTaxonomy", Iri(f"{EU}data-theme")
    days = {name: {getattr(d, name) for d in given.datasets} - {""} for name in DAYS}
    yield from dated(given.iri, min(days["issued"], default=""), max(days["modified"], default=""))
    yield from spoken(given.iri, LANGUAGES)
    service = f"{given.iri}#api"
    yield given.iri, f"{DCAT}service", Iri(service)
    yield service, TYPE, Iri(f"{DCAT}DataService")
    yield from texts(service, f"{DCT}title", given.titles)
    yield service, f"{DCAT}endpointURL", Iri(given.api)
    yield service, f"{DCAT}endpointDescription", Iri(given.description_of_api)
    yield service, f"{DCT}conformsTo", Iri(OPENAPI)
    yield service, f"{DCT}license", Iri(CC0)
    yield from about(service, given)
    if given.contact:
        contact = f"{given.iri}#contact"
        for kind in ("Kind", "Organization"):
            yield contact, TYPE, Iri(f"{VCARD}{kind}")
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
    yield here, f"{DCT}identifier", Literal(here)
    yield here, f"{DCAT}landingPage", Iri(dataset.page)
    yield here, f"{DCT}accrualPeriodicity", Iri(ANNUAL)
    yield here, f"{DCT}spatial", Iri(BELGIUM)
    yield from spoken(here, LANGUAGES)
    yield from about(here, given)
    yield from dated(here, dataset.issued, dataset.modified)
    if dataset.begins:
        yield from lasting(here, dataset)
    for file in dataset.files:
        yield here, f"{DCAT}distribution", Iri(f"{file.address}#file")
        yield from offered(file, dataset)


def about(here: str, given: Catalogue) -> Iterable[Triple]:
    """Yield by whom and of what a dataset or a service is."""
    yield here, f"{DCT}publisher", Iri(f"{given.iri}#publisher")
    if given.contact:
        yield here, f"{DCAT}contactPoint", Iri(f"{given.iri}#contact")
    for theme in THEMES:
        yield here, f"{DCAT}theme", Iri(theme)
    for keyword in given.keywords:
        yield from texts(here, f"{DCAT}keyword", keyword)


def dated(here: str, issued: str, modified: str) -> Iterable[Triple]:
    """Yield the days on which something was published first and last."""
    for name, day in zip(DAYS, (issued, modified), strict=True):
        if day:
            yield here, f"{DCT}{name}", Literal(day, datatype=f"{XSD}date")


def lasting(here: str, dataset: Dataset) -> Iterable[Triple]:
    """Yield of which time a dataset speaks."""
    time = f"{here}-time"
    yield here, f"{DCT}temporal", Iri(time)
    yield time, TYPE, Iri(f"{DCT}PeriodOfTime")
    yield time, f"{DCAT}startDate", Literal(dataset.begins, datatype=f"{XSD}date")
    if dataset.ends:
        yield time, f"{DCAT}endDate", Literal(dataset.ends, datatype=f"{XSD}date")


def offered(file: File, dataset: Dataset) -> Iterable[Triple]:
    """Yield what is said of a file of a dataset."""
    here = f"{file.address}#file"
    name, media = MEDIA[file.extension]
    yield here, TYPE, Iri(f"{DCAT}Distribution")
    yield from texts(here, f"{DCT}title", file.titles)
    yield here, f"{DCT}description", Literal(dataset.descriptions[file.language], file.language)
    yield here, f"{DCATAP}availability", Iri(STABLE)
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
