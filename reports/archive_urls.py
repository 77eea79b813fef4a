"""Addresses of the archive of reports, under those of a plan."""

from django.urls import path, re_path, register_converter

from actions.urls import LabelConverter
from reports.views import all_years, archive, compare, extract, feed


class RoundConverter:
    """The name of a round in an address: 2025, or 2027-evaluation; see ``ReportingRound.name``."""

    regex = "[0-9]{4}(?:-evaluation)?"

    def to_python(self, value: str) -> str:
        """Return it as it stands."""
        return value

    def to_url(self, value: str | int) -> str:
        """Return a name, or the four figures of a year."""
        return value if isinstance(value, str) else f"{value:04}"


class EditionConverter:
    """The number of an edition in an address: 2."""

    regex = "[1-9][0-9]{0,2}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Return its figures."""
        return str(value)


register_converter(RoundConverter, "round")
register_converter(EditionConverter, "edition")
ROUND = RoundConverter.regex
YEAR = "[0-9]{4}"
NUMBER = EditionConverter.regex
FILE = (
    r"(?P<name>(?:report|summary)\.(?:pdf|docx)|data\.(?:json|csv|xlsx)"
    r"|(?:entries|actions|evidence)\.csv)"
)

urlpatterns = [
    path("", archive.archive, name="archive"),
    path("feed/", feed.feed, name="feed"),
    path("compare/", compare.compare, name="compare"),
    re_path(r"^compare\.(?P<extension>csv|json)$", compare.compare_data, name="compare-data"),
    re_path(
        r"^all/(?P<name>(?:entries|actions|evidence)\.csv|data\.xlsx)$",
        all_years.file,
        name="all-years",
    ),
    path("<round:year>/", archive.report, name="report"),
    re_path(rf"^(?P<year>{ROUND})/{FILE}$", archive.newest_file, name="newest-file"),
    path("<round:year>/summary/", archive.newest_summary, name="newest-summary"),
    path("<round:year>/e<edition:number>/", archive.edition, name="edition"),
    path("<round:year>/e<edition:number>/summary/", archive.edition_summary, name="summary"),
    re_path(
        rf"^(?P<year>{ROUND})/e(?P<number>{NUMBER})/{FILE}$",
        archive.edition_file,
        name="edition-file",
    ),
    re_path(
        rf"^(?P<year>{YEAR})/e(?P<number>{NUMBER})/actors/(?P<slug>[-\w]+)/$",
        extract.extract,
        name="extract",
    ),
    re_path(
        rf"^(?P<year>{YEAR})/e(?P<number>{NUMBER})/actors/(?P<slug>[-\w]+)"
        r"\.(?P<extension>pdf|docx)$",
        extract.extract,
        name="extract-file",
    ),
    re_path(
        rf"^(?P<year>{YEAR})/e(?P<number>{NUMBER})/actions/(?P<label>{LabelConverter.regex})/$",
        archive.edition_action,
        name="edition-action",
    ),
]
