"""Specimens of a Snapshot for measurements and tests: any size, every oddity, no database."""

from typing import Any

from document.snapshot import (
    LANGUAGES,
    SCHEMA_VERSION,
    Action,
    Actor,
    Advice,
    Amended,
    Amendment,
    Answer,
    Chapter,
    Compared,
    Document,
    Entry,
    Figure,
    Naming,
    Note,
    Override,
    Past,
    PastStatus,
    Section,
    Share,
    Snapshot,
    Source,
    Status,
    Succession,
    Term,
    Text,
    Withdrawn,
    Wording,
)
from reports import words

STATUSES = (
    "not_started", "in_progress", "partly_done", "done", "discontinued", "not_applicable",
)  # fmt: skip
ROLES = ("lead", "responsible", "partner", "beneficiary")
CODES = (*STATUSES, "continuous", "not_reported", "insufficient")
LEVELS = ("federal", "flemish", "walloon", "brussels", "communities", "independent", "partner")
MOVEMENTS = (
    "moved_up", "moved_back", "same", "new", "reassessed", "less_information", "more_information",
    "suspended", "",
)  # fmt: skip
LEAST_ACTIONS = 3
RENAMED = 5  # the actor that had another name, and gets another one
# What must stand as text in every format.
NASTY = (
    '#import "x.typ" $x^2$ `code` @ref <label> \\u{41} {{ tag }} %s <script>alert(1)</script> '
    "]]> &amp; =1+1 +1 -1 @SUM(A1) العربية 中文 😀 "
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
)


def every(text: str) -> dict[str, str]:
    """Return a text in each language, marked by it."""
    return {language: f"{text} ({language})" for language in LANGUAGES}


def body(number: int, length: int) -> str:
    """Return a text of so many words, with Markdown in it."""
    line = [
        "De",
        "regering",
        "keurde",
        "**het",
        "ontwerp**",
        "goed",
        "en",
        "_publiceerde_",
        "de",
        "[tekst](https://example.org/tekst)",
        "in",
        "het",
        "Belgisch",
        "Staatsblad.",
    ]
    found = [line[n % len(line)] for n in range(length)]
    half = len(found) // 2
    return f"{' '.join(found[:half])}\n\n- punt {number}\n- punt twee\n\n{' '.join(found[half:])}"


def entry(number: int, actor: str, length: int, status: str) -> Entry:
    """Return an accepted entry; every seventh is carried over, every fifth in French."""
    language = "fr" if number % 5 == 0 else "nl"
    text = Text(language, body(number, length), {"en": f"Checked translation {number}."})
    return Entry(
        actor=actor,
        role="responsible",
        expected=number % 11 != 0,
        status=status,
        texts={
            "done": text,
            **({"reason": text} if status == "discontinued" else {}),
            **({"obstacles": Text(language, f"Obstakel {number}.")} if number % 4 == 0 else {}),
            **({"next_steps": Text(language, f"Stap {number}.")} if number % 3 == 0 else {}),
        },
        evidence=(
            Document(f"Verslag {number}", "https://example.org/v", every("Report"), "2025-05-01"),
        ),
        since=2024 if number % 7 == 0 else None,
        late=number % 6 == 0,
        on_behalf=number % 9 == 0,
        unchanged=number % 8 == 0,
    )


def action(number: int, entries: tuple[Entry, ...], **facts: Any) -> Action:
    """Return an action with its entries."""
    status = CODES[number % len(CODES)].replace("continuous", "in_progress")
    fields: dict[str, Any] = {
        "action_id": str(number),
        "label": str(number),
        "section": str((number - 1) // 5 + 1),
        "parent": "",
        "titles": every(f"Title of action {number}"),
        "official": ("en",),
        "nature": "continuous" if number % 2 else "one_off",
        "period": every("2024–2026"),
        "period_text": "2024-2026",
        "period_end": "2026-12-31",
        "status": status,
        "derived": status,
        "rule": "some_carried_out",
        "why": every(f"Why action {number} has its status."),
        "overdue": number % 4 == 0,
        "expected": len(entries),
        "reported": sum(bool(e.status) for e in entries),
        "missing": tuple(e.actor for e in entries if not e.status),
        "entries": entries,
        "history": (PastStatus(2024, 1, "in_progress", "continuous" if number % 2 else "one_off"),),
        "movement": MOVEMENTS[number % len(MOVEMENTS)],
        "causes": ("applicable",) if MOVEMENTS[number % len(MOVEMENTS)] == "reassessed" else (),
        "common_before": "in_progress",
        "common_now": "partly_done",
        "completed": number % 7 == 0,
        "amended": number % 6 == 0,
        "slipped": number % 8 == 0,
        "unmoved": 2 if number % 5 == 0 else 0,
        "former": former(number) if number % 6 == 0 else None,
        "period_start": "2024-01-01",
        "goals": ("8", "16")[: number % 3],
        "pillars": (str(number % 3 + 1),),
        "themes": ("smes",) if number % 2 else (),
    }
    return Action(**(fields | facts))


def renamed(number: int) -> tuple[Naming, ...]:
    """Return what an actor was called, and what it will be called."""
    return (
        Naming(every(f"Old name of {number}"), every(f"O{number}"), "", "2025-05-31"),
        Naming(every(f"Next name of {number}"), every(f"N{number}"), "2026-09-01"),
    )


def amendment() -> Amendment:
    """Return an amendment of the plan that says all it can."""
    return Amendment(
        "2025-09-01",
        "2025-07-11",
        "Decision of the Council of Ministers",
        "https://example.org/decision",
        every("The plan follows the evaluation"),
        (
            Amended(
                "change", "1", "1", every("Title of action 1"), ("en",), every("Wider than before"),
                every("What the plan said of action 1"), every("What it says of action 1"),
            ),
            Amended("add", "99", "99", every("A new action"), ("en",), every("Asked for by all")),
        ),
    )  # fmt: skip


def former(number: int) -> Wording:
    """Return what the plan said of an action before it was amended."""
    return Wording(
        label=f"0{number}",
        section="0",
        titles=every(f"Former title of action {number}"),
        official=("en",),
        nature="one_off" if number % 2 else "continuous",
        period=every("2024–2025"),
        period_text="2024-2025",
        period_end="2025-12-31",
        actors_added=("actor-2",),
        actors_ended=("actor-3",),
    )


def specimen(entries: int = 24, length: int = 30, **facts: Any) -> Snapshot:
    """Return a snapshot with so many entries of so many words; single facts by name."""
    actors = tuple(
        Actor(
            f"actor-{n}",
            every(f"Actor {n}"),
            every(f"A{n}"),
            LEVELS[n % len(LEVELS)],
            renamed=renamed(n) if n == RENAMED else (),
        )
        for n in range(1, 13)
    )
    actions, left, number = [], entries, 0
    while left > 0 or number < LEAST_ACTIONS:
        number += 1
        here = [
            entry(
                left - n,
                actors[(number + n) % len(actors)].slug,
                length,
                STATUSES[(number + n) % 6],
            )
            for n in range(min(3, left))
        ]
        left -= len(here)
        silent = Entry(actors[(number + 5) % len(actors)].slug, "lead", expected=True)
        actions.append(action(number, (*here, silent)))
    sub = action(
        number,
        (),
        action_id=f"{number}.1",
        label=f"{number}.1",
        parent=str(number),
        titles=every("A sub-action"),
    )
    fields: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "plan": "nap2",
        "plan_titles": every("National Action Plan"),
        "plan_source": Source("The plan", "https://example.org/plan"),
        "year": 2025,
        "kind": "yearly",
        "edition": 1,
        "date": "2026-04-15",
        "reference_date": "2025-12-31",
        "opened_on": "2026-01-10",
        "deadline": "2026-02-27",
        "closed_on": "2026-03-31",
        "is_sample": True,
        "site": "https://nap.example.org",
        "vocabulary": tuple(Status(c, every(c), every(f"Meaning of {c}")) for c in CODES),
        "labels": words.labels(),
        "levels": tuple(Term(level, every(level)) for level in LEVELS),
        "roles": tuple(Term(role, every(role)) for role in ROLES),
        "sections": tuple(
            Section(str(n), n, every(f"Section title {n}"), ("en",), every(f"Introduction {n}."))
            for n in range(1, (number - 1) // 5 + 2)
        ),
        "actors": actors,
        "actions": (*actions, sub),
        "figures": (
            Figure("coverage", 50, 67, 75, None, every("Coverage"), every("covered / actions")),
            Figure("carried_out", 30, 60, 50, 4, every("Carried out"), every("met / applicable")),
        ),
        "chapters": (
            Chapter("foreword", every("Foreword"), every("Text of the foreword.\n\n- one\n- two")),
            Chapter("advice", every("Advice"), every("What the council said.")),
            Chapter("meeting", every("Stakeholder meeting"), every("Text about the meeting.")),
        ),
        "compared": Compared(2024, 1, "2024-12-31"),
        "amendments": (amendment(),),
        "past": (
            Past(
                2024,
                1,
                (Share("coverage", 40, 66, 61), Share("carried_out", 20, 60, 33, 2)),
            ),
        ),
        "withdrawn": (
            Withdrawn("w1", "W1", every("A withdrawn action"), ("en",), "one_off", "not_started"),
        ),
        "successions": (Succession("actor-11", "actor-12", "2025-07-01"),),
        "goals": (Term("8", every("Decent work")), Term("16", every("Strong institutions"))),
        "pillars": tuple(Term(str(n), every(f"Pillar {n}")) for n in (1, 2, 3)),
        "themes": (Term("smes", every("Small enterprises")),),
        "obstacles": (Term("staff", every("Staff")), Term("funding", every("Funding"))),
        "publisher": "Publisher of the report",
        "contact": "contact@example.org",
        "licence": "https://creativecommons.org/publicdomain/zero/1.0/",
        "issn": "1234-5679",
        "recipients": (every("Chamber of Representatives"),),
        "invited": 3,
        "notes": (
            Note(
                "council",
                every("A council"),
                Text("fr", "Une note.", {"en": "A note of a council."}),
                "1",
                "",
                (Answer("actor-1", Text("nl", "Een antwoord.")),),
                ("https://example.org/evidence-of-the-council",),
            ),
        ),
        "advice": (
            Advice(
                every("A meeting with stakeholders"),
                every("What the meeting advised."),
                every("What the working group did with it."),
                "2026-02-03",
                "https://example.org/report-of-the-meeting",
                every("Report of the meeting"),
                every("Three councils and a union."),
            ),
        ),
    }
    return Snapshot(**(fields | facts))


def overridden(snapshot: Snapshot) -> Override:
    """Return an override for a specimen."""
    return Override(
        "partly_done", every("The derived status misses a decision."), snapshot.actors[0].slug
    )
