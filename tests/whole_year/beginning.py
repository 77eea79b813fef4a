"""Before and at the opening: the amendment, the invitations, the round, a failing mail server."""

import io

import openpyxl
from django.core.management import call_command
from django.test import Client

from actions.models import Actor, Amendment, Plan, ReportingRound, User
from tests.whole_year import record
from tests.whole_year.browser import MailServer, deliver, link_in, saved
from tests.whole_year.played import CLOSE, DEADLINE, Year
from tests.whole_year.record import MERGED, ON, STORY, UNKNOWN, YEAR

FINISHED = {"done", "discontinued", "not_applicable"}


def amend(year: Year) -> None:
    """Amend the plan from 1 July on: a wording, who is responsible, a nature, one out, one in."""
    pages, office = year.pages, year.office
    pages.go_to("2025-06-02")
    draft = pages.press(office, "/en/secretariat/plan/year/amend/")["Location"]
    pages.send(office, draft, on="2025-07-01", document="Decision of the ministers")
    pages.send(office, f"{draft}change/5/", title_nl="Actie 5, anders")
    pages.send(office, f"{draft}change/7/", "body-31", begin_0="body-32", role_0="responsible")
    pages.send(office, f"{draft}change/8/", nature="one_off")
    pages.send(office, f"{draft}change/38/", withdraw="on")
    section = str(Plan.objects.get(slug="year").sections.get(number=4).pk)
    pages.send(
        office, f"{draft}add/", label="39", section_id=section, title_nl="Actie 39",
        title_en="Action 39", nature="one_off", period_kind="deadline", period_end="2028-12-31",
        begin_0="body-13", role_0="responsible", begin_1="body-14", role_1="lead",
    )  # fmt: skip
    seen = pages.get(office, f"{draft}preview/").context["seen"]
    pages.press(office, f"{draft}preview/", seen=seen)
    assert Amendment.objects.get().in_force_at is None
    pages.go_to("2025-07-01", 6, 30)
    call_command("work", "--once", stdout=io.StringIO())
    assert Amendment.objects.get().in_force_at is not None
    year.plan = record.amended(year.plan)


def invite(year: Year) -> None:
    """Invite everybody by the workbook of the site; all accept, some say what they want."""
    pages, office, people = year.pages, year.office, year.people
    pages.go_to("2025-11-03")
    book = openpyxl.load_workbook(
        io.BytesIO(pages.get(office, "/en/secretariat/members/template.xlsx").content)
    )
    sheet = book["Members"]
    offered = {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)}
    asked = {body for one in year.plan.values() for body in one.bodies}
    assert set(offered) == {body.title() for body in asked}
    for body, emails in people.seats.items():
        sheet.cell(offered[body.title()], 2).value = emails[0]
        sheet.cell(offered[body.title()], 4).value = "English"
        for email in emails[1:]:
            sheet.append([body.title(), email, "Contributor", "English"])
    path = "/en/secretariat/members/import/"
    page = pages.look(office, path, "members.xlsx", saved(book), "workbook")
    pages.press(office, path, act="do", lines=page.context["lines"])
    year.post.expect("invitation", *people.writers)
    deliver()
    for email in people.writers:
        accept_invitation(email)
    year.receipts, year.only_needed = people.of("body-05")[0], people.of("body-12")[0]
    pages.send(year.receipts, "/en/desk/profile/", receipts="on")
    pages.send(year.only_needed, "/en/desk/profile/", only_needed="on")
    pages.press(
        people.of("body-10")[0],
        f"/en/desk/actors/{Actor.objects.get(slug='body-10').pk}/submitting/",
        only_coordinators="on",
    )


def accept_invitation(email: str) -> None:
    """Follow the link of an invitation, give a name, and be in."""
    path = link_in(MailServer.newest_to(email))
    browser = Client()
    assert browser.get(path).status_code == 200
    answer = browser.post(path, {"name": email.partition("@")[0], "language": "en"})
    assert (answer.status_code, answer["Location"]) == (302, "/en/account/sign-in/")


def plan_and_open(year: Year) -> None:
    """Plan the round and its year, open it; the mail server is down, breaks off, comes back."""
    pages, office = year.pages, year.office
    pages.go_to("2025-12-08")
    made = pages.send(
        office, "/en/secretariat/rounds/new/", year=str(YEAR), reference_date=ON[YEAR],
        opens_on="2026-01-12", deadline=str(DEADLINE), closes_on=str(CLOSE),
    )  # fmt: skip
    year.round = ReportingRound.objects.get(plan__slug="year", year=YEAR)
    assert made["Location"] == year.address()
    staff = str(User.objects.get(email=year.people.second).pk)
    pages.send(
        office, year.address("steps/"), review_planned_on="2026-04-20", review_person=staff,
        validation_planned_on="2026-05-11", publish_planned_on="2026-05-18",
    )  # fmt: skip
    pages.go_to("2026-01-12", 9)
    begin(year)
    page = pages.get(office, year.address("open/"))
    forecast = page.context["forecast"]
    asked = year.places("open")
    assert (forecast.made, forecast.carried) == (len(year.state), len(year.places("carried")))
    assert forecast.bodies == len({body for _label, body in asked})
    # Of body-54, which has nobody, the one above is asked.
    assert {one.slug for one in forecast.silent} == {UNKNOWN} & {b for _l, b in asked}
    assert forecast.people == len(year.writers(asked))
    pages.press(office, year.address("open/"))
    year.round.refresh_from_db()
    year.post.expect("round_opened", *year.writers(asked))
    send_through_failures(year)


def begin(year: Year) -> None:
    """Note what the round asks for: finished work of last year is carried over."""
    says = record.will_say(YEAR, year.plan)
    for place, said in says.items():
        before = year.last.get(place)
        is_carried = before in FINISHED
        year.state[place] = "carried" if is_carried else "open"
        year.told[place] = before if is_carried else said
        year.due[place] = DEADLINE
    year.says = says
    writing = {place[1] for place in year.places("open") if year.told[place]}
    writing -= {*record.SEATED_AT, *MERGED, *(body for _label, body in STORY)}
    year.by_workbook = set(sorted(writing)[-record.HALF :])
    assert len(year.by_workbook) == record.HALF


def send_through_failures(year: Year) -> None:
    """Send what is due while the mail server is down, while it breaks off, and in the end."""
    pages, office = year.pages, year.office
    MailServer.is_down = True
    before = len(MailServer.taken)
    deliver()
    assert len(MailServer.taken) == before
    MailServer.is_down = False
    pages.go_to("2026-01-12", 9, 5)
    # One is refused, one breaks off before it arrived, one after.
    broken = ConnectionResetError("the line broke")
    MailServer.faults = [(None, True), (broken, False), (broken, True), (None, True)]
    deliver()
    pages.go_to("2026-01-12", 9, 30)
    page = pages.get(office, "/en/secretariat/letters/?state=unclear")
    unclear = [line["letter"] for line in page.context["lines"] if line["may_send_again"]]
    assert len(unclear) == 2
    there = MailServer.by_address()
    # Whoever looks into the log of the mail server sees which of both arrived.
    missing = [one for one in unclear if there[one.address] < year.post.by_address[one.address]]
    assert len(missing) == 1
    pages.press(office, f"/en/secretariat/letters/{missing[0].pk}/again/")
    deliver()
    assert MailServer.by_address() == year.post.by_address
