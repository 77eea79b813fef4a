"""From the entries to two editions: translations, the draft, the files, letters, a late body."""

import io
from datetime import date

import openpyxl

from actions.models import Actor
from reports.formats import FORMATS
from reports.models import Edition, Recipient
from reports.services import editions
from tests.whole_year.beginning import accept_invitation
from tests.whole_year.browser import deliver, saved
from tests.whole_year.deciding import accept_all
from tests.whole_year.played import Year, mornings
from tests.whole_year.record import UNKNOWN, YEAR
from tests.whole_year.writing import write


def translate(year: Year) -> None:
    """Have all texts translated: into French in a workbook, into Dutch as XLIFF."""
    pages, office = year.pages, year.office
    pages.go_to("2026-04-22")
    content = pages.get(office, year.report("translations/fr.xlsx")).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Translations"]
    places = {cell.value: cell.column for cell in sheet[1] if cell.value}
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, places["Translation"]).value = f"Traduit, ligne {row}."
        sheet.cell(row, places["Checked"]).value = "yes"
    pages.bring(office, year.report("translations/fr/"), "fr.xlsx", saved(book), "file")
    xliff = pages.get(office, year.report("translations/nl/fr.xlf")).content.decode()
    xliff = xliff.replace("</source>", "</source><target>Vertaald.</target>")
    xliff = xliff.replace('state="initial"', 'state="final"')
    path = year.report("translations/nl/")
    pages.bring(office, path, "nl.xlf", xliff.encode(), "file")
    for code in ("nl", "fr"):
        assert pages.get(office, year.report(f"translations/{code}/")).context["count"] == 0
    words = {"text_nl": "Voorwoord.", "text_fr": "Avant-propos."}
    pages.send(office, year.report("chapters/foreword/0/"), **words)


def consult(year: Year) -> None:
    """Open the draft for comments, answer one, record the validation and the decisions."""
    pages, office, people = year.pages, year.office, year.people
    pages.go_to("2026-04-24")
    pages.send(office, year.report("consultation/"), until="2026-05-08")
    year.expect_optional("draft_opened", people.everybody - {office})
    deliver()
    draft = f"/en/desk/rounds/year/{YEAR}/draft/"
    pages.send(people.of("body-03")[0], draft, about="Action 3", text="Why by hand?")
    comment = pages.get(office, year.report()).context["comments"][0]
    path = f"/en/secretariat/comments/{comment.pk}/"
    pages.send(office, path, text="As the report says.", is_settled="on")
    mornings(year, "2026-04-23", "2026-05-11")
    pages.go_to("2026-05-11")
    notes = {"note_nl": "Goedgekeurd.", "note_fr": "Approuvé."}
    pages.send(office, year.report("consultation/"), validated_on="2026-05-11", **notes)
    days = {"commission_done_on": "2026-05-08", "council_done_on": "2026-05-11"}
    pages.send(office, year.address("steps/"), **days)
    mornings(year, "2026-05-12", "2026-05-12")


def publish(year: Year) -> Edition:
    """Freeze the report with what stays outside, and publish it."""
    pages, office = year.pages, year.office
    pages.go_to("2026-05-12", 11)
    outside = pages.get(office, year.report("freeze/")).context["outside"]
    assert tuple(outside) == (0, 1, 1)
    pages.send(office, year.report("freeze/"), confirmed="on")
    year.post.expect("writing_ended", *year.people.of("body-20"))
    for place in year.places("open", "draft", "returned"):
        year.state[place] = "shut"
    deliver()
    pages.go_to("2026-05-18")
    return make_public(year, 1)


def make_public(year: Year, number: int) -> Edition:
    """Make the files of a frozen edition, two of them in earnest, and publish it."""
    edition = Edition.objects.get(round=year.round, number=number)
    for name, language in editions.missing_files(edition):
        content = b"-"
        if (name, language) in {("json", ""), ("html", "nl")}:
            content = FORMATS[name].render(edition.snapshot, language)
        editions.store_file(edition, name, language, content)
    year.pages.press(year.office, f"/en/secretariat/editions/{edition.pk}/publish/")
    year.expect_optional("published", year.people.everybody)
    deliver()
    edition.refresh_from_db()
    assert edition.is_published
    return edition


def write_covering_letters(year: Year) -> None:
    """Send the report to a parliament with a letter."""
    pages, office = year.pages, year.office
    pages.go_to("2026-05-19")
    listed = {
        "kind": "parliament", "organisation": "House", "function": "Registry", "language": "fr",
        "email": "registry@year.example.org", "address": "Street 1",
    }  # fmt: skip
    pages.send(office, "/en/secretariat/recipients/year/0/", **listed)
    edition = Edition.objects.get(round=year.round)
    path = f"/en/secretariat/editions/{edition.pk}/letters/{Recipient.objects.get().pk}/"
    pages.send(office, path)
    seen = pages.get(office, f"{path}sent/").context["seen"]
    pages.press(office, f"{path}sent/", act="mail", seen=seen)
    year.post.expect("covering", "registry@year.example.org")
    deliver()
    steps = pages.get(office, f"/en/secretariat/rounds/{year.round.pk}/steps/").context["lines"]
    assert [line["step"].label for line in steps if line["step"].is_open] == []


def let_in(year: Year) -> None:
    """Find somebody at the body of which nothing was heard, and let its entries come in."""
    pages, office, people = year.pages, year.office, year.people
    pages.go_to("2026-06-01")
    email = "head-52@year.example.org"
    key = str(Actor.objects.get(slug=UNKNOWN).pk)
    pages.send(
        office, "/en/secretariat/members/", email=email, actor=key, role="coordinator",
        language="en",
    )  # fmt: skip
    year.post.expect("invitation", email)
    deliver()
    accept_invitation(email)
    people.seats[UNKNOWN] = [email]
    path = year.address("further/")
    theirs = [place for place in year.state if place[1] == UNKNOWN]
    chosen = [str(year.entry(place).pk) for place in theirs]
    said = {"until": "2026-06-30", "comment": "Your entries are missing."}
    pages.send(office, path, chosen=chosen, **said)
    for place in theirs:
        year.state[place], year.due[place] = "open", date(2026, 6, 30)
        year.told[place] = "in_progress"
    year.post.expect("let_in", email)
    deliver()
    pages.go_to("2026-06-10")
    write(year, theirs)
    year.late |= set(theirs)
    pages.go_to("2026-06-12", 11)
    accept_all(year)
    mornings(year, "2026-06-02", "2026-06-15")


def publish_again(year: Year) -> Edition:
    """Freeze and publish the second edition."""
    pages, office = year.pages, year.office
    pages.go_to("2026-06-15", 11)
    page = pages.get(office, year.report("freeze/"))
    assert "28 (Body-52)" in page.context["listed"]
    boxes = {"confirmed": "on"} if page.context["outside"] else {}
    pages.send(office, year.report("freeze/"), **boxes)
    return make_public(year, 2)
