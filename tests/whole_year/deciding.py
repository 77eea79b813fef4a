"""What becomes of the entries: a merger, the review, more time, the close, what is settled."""

from datetime import date
from typing import Any

from actions.models import Actor, Entry
from tests.whole_year import record
from tests.whole_year.played import CLOSE, Year, mornings
from tests.whole_year.record import CHAIR, HEIR, LATE, MERGED, Place
from tests.whole_year.writing import by_form, write


def merge(year: Year) -> None:
    """Let a new body take over from two in the middle of the round, as of before its reference."""
    pages, office, people = year.pages, year.office, year.people
    pages.go_to("2026-02-10")
    new = {"on": "2025-12-15", "heir": "+", "new_name_nl": "Fusie", "new_name_en": "Merged",
           "new_abbreviation_en": "B61", "decree": "Decree of 1 December 2025"}  # fmt: skip
    for body, choice in ((MERGED[0], new), (MERGED[1], {"on": "2025-12-15", "heir": HEIR})):
        path = f"/en/secretariat/actors/{body}/successor/"
        page = pages.of(office).post(path, choice)
        seen = page.context["preview"]["seen"]
        pages.press(office, path, **choice, act="do", seen=seen)
    record.merged(year.plan)
    first, then = people.seats.pop(MERGED[0]), people.seats.pop(MERGED[1])
    year.post.expect("moved", *first, *then)
    # Those who were there already hear of the entries that came with the second one.
    year.post.expect("round_opened", *first)
    people.seats[HEIR] = first + then
    further = ["carried", "accepted", "in", "returned", "draft", "open"]
    for place in [place for place in year.state if place[1] in MERGED]:
        new_place = (place[0], HEIR)
        state, said, due = year.state.pop(place), year.told.pop(place), year.due.pop(place)
        there = year.state.get(new_place)
        if there is None or further.index(state) < further.index(there):
            year.state[new_place], year.told[new_place] = state, said
        year.due[new_place] = due
        if place in year.by:
            year.by[new_place] = year.by.pop(place)
    # Both had written on one action: the queue says so until somebody has settled it.
    queue = pages.get(people.second, "/en/secretariat/review/")
    assert [(one.action.label, one.actor.slug) for one in queue.context["unsettled"]] == [
        ("33", HEIR)
    ]


def review(year: Year) -> None:
    """Return one entry with comments, accept the others; the chair's own go to the co-chair."""
    year.pages.go_to("2026-02-12")
    returned = ("11", "body-11")
    send_back(year, returned)
    accept_all(year)
    mornings(year, "2026-02-10", "2026-02-16")
    year.pages.go_to("2026-02-16", 11)
    by_form(year, returned, done="Werk van 2025, met cijfers.")
    by_form(year, ("34", HEIR))
    by_form(year, ("12", "body-12"))
    mornings(year, "2026-02-17", "2026-02-18")


def send_back(year: Year, place: Place, until: str = "") -> None:
    """Return an entry with a comment on a field."""
    path = f"/en/secretariat/review/{year.entry(place).pk}/"
    more = {"until": until} if until else {}
    year.pages.send(year.people.second, path, act="return", comment_done="Noem cijfers.", **more)
    year.state[place] = "returned"
    year.due[place] = date.fromisoformat(until) if until else CLOSE
    year.post.expect("returned", year.by[place])


def accept_all(year: Year) -> None:
    """Accept whatever waits, in the queue: the secretariat, and the co-chair for the chair's."""
    path = "/en/secretariat/review/"
    for email in (year.people.second, year.people.co_chair):
        while rows := decidable(year.pages.get(email, path)):
            chosen = [f"{row.pk}:{row.version}" for row in rows]
            year.pages.press(email, path, chosen=chosen)
            for row in rows:
                place = (row.action.label, row.actor.slug)
                assert (place[1] == CHAIR) == (email == year.people.co_chair)
                accepted(year, place)
    assert year.places("in") == []


def decidable(queue: Any) -> list[Entry]:
    """Return the entries of a queue on which its reader may decide."""
    return [one["entry"] for one in queue.context["lines"] if one["may_accept"]]


def accepted(year: Year, place: Place) -> None:
    """Note that an entry counts, and who is told the next morning."""
    year.state[place] = "accepted"
    writers = set(year.people.of(place[1]))
    told = writers & {year.by[place]} or writers
    year.digests |= {(one, year.pages.day) for one in told}


def write_late(year: Year) -> None:
    """Give more time, write after the deadline and on behalf, write to whoever is still missing."""
    pages, office, people = year.pages, year.office, year.people
    pages.go_to("2026-02-18")
    extended = ("20", "body-20")
    key = str(Actor.objects.get(slug="body-20").pk)
    pages.send(office, year.address("extend/"), actor=key, until="2026-04-10", reason="Ziekte.")
    year.due[extended] = date(2026, 4, 10)
    year.post.expect("more_time", *people.of("body-20"))
    mornings(year, "2026-02-19", "2026-03-05")
    pages.go_to("2026-03-05", 11)
    late = [place for place in year.places("open") if place[1] in LATE and year.told[place]]
    assert {place[1] for place in late} == LATE
    write(year, late)
    by_form(year, ("2", "body-02"))
    by_form(year, ("27", "body-51"), office)
    year.late = {*late, ("2", "body-02"), ("27", "body-51")}
    pages.go_to("2026-03-06")
    accept_all(year)
    mornings(year, "2026-03-06", "2026-03-10")
    write_to_the_missing(year)
    pages.go_to("2026-03-20")
    for place in (("14", "body-14"), ("18", "body-18")):
        by_form(year, place, act="save")
    mornings(year, "2026-03-11", "2026-03-27")
    pages.go_to("2026-03-27", 11)
    by_form(year, ("16", "body-16"))
    year.late.add(("16", "body-16"))
    pages.go_to("2026-03-30", 11)
    send_back(year, ("16", "body-16"), until="2026-04-15")


def write_to_the_missing(year: Year) -> None:
    """Write a letter by hand to all of whom something is still expected."""
    path = year.address("write/?state=open")
    said = {"subject_en": "Your entries", "text_en": "Until the end of the month, please."}
    missing = year.writers(year.places("open", "draft", "returned"))
    page = year.pages.get(year.office, path)
    assert len(page.context["form"].fields["people"].choices) == len(missing)
    year.pages.send(year.office, path, act="send", **said)
    year.post.expect("by_hand", *missing)


def close(year: Year) -> None:
    """Close the round; settle drafts that were left; write what may still be written."""
    pages, office = year.pages, year.office
    mornings(year, "2026-03-28", "2026-04-01")
    pages.go_to("2026-04-01", 11)
    pages.press(office, year.address("close/"))
    page = pages.get(office, year.address("passed/"))
    acts = {("14", "body-14"): "take", ("18", "body-18"): "leave_out"}
    assert {(row.action.label, row.actor.slug) for row in page.context["rows"]} == set(acts)
    for row in page.context["rows"]:
        act = acts[row.action.label, row.actor.slug]
        path = f"/en/secretariat/entries/{row.pk}/settle/"
        pages.press(office, path, act=act, version=str(row.version))
    year.state["14", "body-14"], year.by["14", "body-14"] = "in", office
    year.late.add(("14", "body-14"))
    mornings(year, "2026-04-02", "2026-04-07")
    pages.go_to("2026-04-07", 11)
    by_form(year, ("16", "body-16"), done="Werk van 2025, met cijfers.")
    pages.go_to("2026-04-08", 11)
    by_form(year, ("20", "body-20"))
    mornings(year, "2026-04-08", "2026-04-20")


def decide_the_rest(year: Year) -> None:
    """Return one entry for long, accept the rest, set a status by hand."""
    pages, office = year.pages, year.office
    pages.go_to("2026-04-20", 11)
    send_back(year, ("20", "body-20"), until="2026-06-01")
    accept_all(year)
    reasons = {f"reason_{code}": "Zie het verslag." for code in ("nl", "fr", "de", "en")}
    pages.send(office, year.address("overrides/3/"), status="in_progress", **reasons)
    year.overrides["3"] = "in_progress"
    mornings(year, "2026-04-21", "2026-04-22")
