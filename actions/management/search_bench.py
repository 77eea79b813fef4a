"""Measures the search on plans of three sizes, each with what actors said in ten years."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import tantivy
from django.conf import settings
from django.utils import timezone

from actions.management.timing import median
from actions.search import documents, finding, index
from actions.search.documents import Document, Part

YEARS = 10
VOICES = 3  # who report on an action
QUESTIONS = (
    ("nl", "aanbesteding"), ("fr", "marché public"), ("de", "Lieferketten"), ("en", "human rights"),
    ("nl", "mensenrechtenverdediegers"), ("fr", "SPF Justice"), ("nl", "opleiding kmo"),
    ("en", "law not yet adopted by the services concerned"), ("de", "xyzzyq"),
)  # fmt: skip


class Figures(NamedTuple):
    """What a search costs: documents, seconds to make the index, milliseconds a question."""

    documents: int
    making: float
    typical: float
    worst: float
    size: int


def measure(times: int) -> Figures:
    """Return what the search costs for the plan of today so many times over."""
    with TemporaryDirectory() as where:
        start = perf_counter()
        index.fill(tantivy.Index(index.schema(), where), enlarged(times))
        making = perf_counter() - start
        asked = index.Index("bench", tantivy.Index.open(where))
        finding.find(asked, "rights", "en")  # the vocabulary is read once
        each = [median(partial(finding.find, asked, text, code)) for code, text in QUESTIONS]
        size = sum(path.stat().st_size for path in Path(where).iterdir())
        typical = sorted(each)[len(each) // 2]
        return Figures(asked.searcher.num_docs, making, typical, max(each), size)


def enlarged(times: int) -> Iterator[Document]:
    """Yield the plan's documents so many times over, with ten years of sample texts."""
    real = list(documents.documents(timezone.localdate()))
    yield from (one for one in real if one.kind != "action")
    sentences = sample()
    for turn in range(times):
        for one in (one for one in real if one.kind == "action" and one.plan == "nap2"):
            label = f"{one.label}-{turn}"
            yield replace(one, key=f"action:nap2/{label}", label=label)
            yield from told(one, label, turn, sentences)


def told(
    action: Document, label: str, turn: int, sentences: dict[str, list[str]]
) -> Iterator[Document]:
    """Yield what three actors said of an action in each of ten years."""
    names = [part for part in action.parts if part.label == "actor"]
    for year in range(YEARS):
        for voice in range(VOICES):
            code = list(sentences)[(turn + voice + year) % len(sentences)]
            here = sentences[code]
            place = turn * 7 + year * 3 + voice
            text = " ".join(here[(place + n * 5) % len(here)] for n in range(6))
            yield Document(
                kind="text",
                key=f"text:{label}/{year}/{voice}",
                page=action.page,
                place=action.place,
                titles=action.titles,
                parts=(Part("done", code, f"{text} {label}"), *names[:8]),
                plan=action.plan,
                year=2016 + year,
                label=label,
            )


def sample() -> dict[str, list[str]]:
    """Return the sentences of the sample texts by language."""
    path = settings.BASE_DIR / "fixtures" / "sample.json"
    given: dict[str, Any] = json.loads(path.read_text("utf-8"))["done"]
    return {
        code: [text for group in kinds.values() for texts in group.values() for text in texts]
        for code, kinds in given.items()
    }


def table(found: dict[int, Figures]) -> Iterator[str]:
    """Yield the lines of the table."""
    heads = ("actions", "documents", "made in s", "median ms", "worst ms", "MB")
    yield ("\n{:>7}" + "{:>12}" * 5).format(*heads)
    for size, one in found.items():
        yield (
            f"{size:>7}{one.documents:>12}{one.making:>12.1f}{one.typical * 1000:>12.1f}"
            f"{one.worst * 1000:>12.1f}{one.size / 1e6:>12.1f}"
        )


def limits(found: dict[int, Figures]) -> Iterator[tuple[str, float, float]]:
    """Yield the agreed limit: what, how much it is, how much it may be."""
    largest = max(found)
    yield f"search at {largest} actions with ten years, ms", found[largest].typical * 1000, 50
