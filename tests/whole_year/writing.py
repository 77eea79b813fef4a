"""How entries come in: by form, by workbook, divided among colleagues, taken up again."""

from actions.models import Responsibility, User
from tests.whole_year.browser import deliver, fill_in
from tests.whole_year.played import Year, mornings
from tests.whole_year.record import LATE, STORY, YEAR, Place

STATUSES = {
    "not_started": "Not started", "in_progress": "In progress", "partly_done":
    "Partly carried out", "done": "Fully carried out", "discontinued": "Suspended or dropped",
    "not_applicable": "Not applicable",
}  # fmt: skip
REASONED = {"discontinued", "not_applicable"}


def written(place: Place, status: str, language: str = "nl") -> dict[str, str]:
    """Return what a form says of a place."""
    words = {"nl": "Werk van 2025", "fr": "Travail de 2025"}[language]
    reason = {"nl": "Een reden.", "fr": "Une raison."}[language] if status in REASONED else ""
    return {
        "status": status, "language": language, "done": f"{words}: {place[0]}.", "reason": reason,
    }  # fmt: skip


def language_of(body: str) -> str:
    """Return the language in which a body writes."""
    return "fr" if body[-1] in "02468" else "nl"


def by_form(year: Year, place: Place, email: str = "", act: str = "submit", **more: str) -> None:
    """Write an entry on its page."""
    said = year.told[place]
    assert said is not None
    email = email or year.people.of(place[1])[0]
    path = f"/en/desk/entries/{year.entry(place).pk}/"
    year.pages.send(email, path, act=act, **written(place, said, language_of(place[1])) | more)
    year.state[place] = "in" if act == "submit" else "draft"
    if act == "submit":
        year.by[place] = email
        if email == year.receipts:
            year.post.expect("receipt", email)


def by_workbook(year: Year, body: str, places: list[Place]) -> None:
    """Fill in the workbook of a body, bring it back, and submit the drafts on their pages."""
    pages, email = year.pages, year.people.of(body)[0]
    path = f"/en/desk/rounds/year/{YEAR}/actors/{body}/"
    rows = {}
    for place in places:
        said = written(place, str(year.told[place]), language_of(body))
        rows[place[0]] = {
            "Status": status_word(year, place),
            "Language of the texts": {"nl": "Nederlands", "fr": "français"}[said["language"]],
            "What was done": said["done"],
            "Reason for the status": said["reason"] or None,
        }
    content = pages.get(email, f"{path}entries.xlsx").content
    book = fill_in(content, "Entries", "Action", rows)
    pages.bring(email, f"{path}workbook/", "entries.xlsx", book, "workbook")
    for place in places:
        pages.send(email, f"/en/desk/entries/{year.entry(place).pk}/", act="submit")
        year.state[place], year.by[place] = "in", email


def status_word(year: Year, place: Place) -> str:
    """Return a status as the list in a cell has it."""
    said = str(year.told[place])
    is_continuous = year.plan[place[0]].nature == "continuous"
    return "Applied continuously" if is_continuous and said == "in_progress" else STATUSES[said]


def write(year: Year, places: list[Place]) -> None:
    """Have entries written, by form or by workbook as the body does."""
    by_body: dict[str, list[Place]] = {}
    for place in places:
        by_body.setdefault(place[1], []).append(place)
    for body, theirs in by_body.items():
        if body in year.by_workbook:
            by_workbook(year, body, theirs)
        else:
            for place in theirs:
                by_form(year, place)


def write_early(year: Year) -> None:
    """Divide, take up again, write what is written in time; remind on every day of the weeks."""
    pages, people = year.pages, year.people
    pages.go_to("2026-01-19")
    divide(year)
    take_up_again(year)
    # Only the coordinator of this body submits; a colleague prepares.
    head, staff = people.of("body-10")
    by_form(year, ("10", "body-10"), staff, act="save")
    pages.go_to("2026-01-20")
    by_form(year, ("10", "body-10"), head)
    by_form(year, ("5", "body-05"), people.of("body-05")[1])
    by_form(year, ("33", "body-58"), act="save")
    ready = [
        place for place in year.places("open")
        if year.told[place] and place not in STORY and place[1] not in LATE
    ]  # fmt: skip
    write(year, ready)
    mornings(year, "2026-01-13", "2026-02-09")


def divide(year: Year) -> None:
    """Have a coordinator give an entry to a colleague, and remind them of it."""
    head, staff = year.people.of("body-05")
    path = "/en/desk/assignments/"
    held = Responsibility.objects.get(
        action__plan__slug="year", action__label="5", actor__slug="body-05"
    )
    person = str(User.objects.get(email=staff).pk)
    row = f"{held.pk}-0"
    year.pages.send(head, path, row, act="assign", person=person)
    year.pages.press(head, path, act="remind", person=person)
    year.post.expect("asked", staff)
    deliver()


def take_up_again(year: Year) -> None:
    """Have finished work of last year taken up again, with a reason."""
    place = ("2", "body-02")
    assert year.state[place] == "carried"
    path = f"/en/desk/entries/{year.entry(place).pk}/reopen/"
    year.pages.press(year.people.of("body-02")[0], path, reason="Er kwam een nieuwe wet.")
    year.state[place], year.told[place] = "draft", year.says[place]
