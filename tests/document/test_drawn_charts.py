"""Charts: numbers in, accessible SVG and the same numbers as a table out."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.models.statuses import STATUS_WORDS
from document import charts, selection
from document.charts import Bar, Chart, Drawing, Kind, Line, Trend, Words
from document.charts.drawing import FORBIDDEN, WIDTH, wrap
from tests.reports.specimen import NASTY

KINDS = [Kind(code, f"Word of {code}") for code in charts.LOOKS]
STATUSES = [kind for kind in KINDS if kind.code in STATUS_WORDS]
MOVES = [kind for kind in KINDS if kind.code in selection.MOVES]
# Those of the page and of the paged formats: labels stand over their bars, or beside them.
WIDTHS = (WIDTH, 640)
SVG = "{http://www.w3.org/2000/svg}"
NAMES = {"svg", "title", "desc", "defs", "g", "path", "circle", "use", "text"}
# Presentation attributes and geometry: nothing that a strict policy refuses or that fetches.
ATTRIBUTES = {
    "role", "aria-labelledby", "width", "viewBox", "font-family", "font-size", "font-weight",
    "fill", "id", "d", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin",
    "stroke-dasharray", "cx", "cy", "r", "x", "y", "color", "transform", "text-anchor", "href",
}  # fmt: skip

texts = st.text(max_size=60) | st.sampled_from([NASTY, "", " ", "x" * 400, "\x00\x0b\ufffe"])
counts = st.dictionaries(
    st.sampled_from([k.code for k in STATUSES]), st.integers(0, 400), max_size=9
)
bars = st.lists(st.builds(Bar, texts, counts), max_size=20)


def words(key: str = "k", title: str = "Title", description: str = "What it shows") -> Words:
    return Words(key, title, description, "Section", "Total")


def drawn(chart: Chart) -> ET.Element:
    """Parse a chart, which must be well-formed XML of the allowed elements alone."""
    root = ET.fromstring(chart.svg)  # noqa: S314 - our own
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in NAMES
        assert set(element.attrib) <= ATTRIBUTES
    return root


def numbers(root: ET.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def drawings(rows: list[Bar]) -> list[Drawing]:
    """Return a drawing of each kind: statuses and movements as shares, squares, years."""
    moves = [Bar(r.label, {"moved_back": sum(r.counts.values()), "same": 1}) for r in rows]
    lines = [Line(r.label, [next(iter(r.counts), ""), "done"]) for r in rows]
    trends = [
        Trend(r.label, [None, min(sum(r.counts.values()), 100)], ["–", "so many"]) for r in rows
    ]
    statuses, years = tuple(STATUSES), ("2024", "2025")
    return [
        Drawing("shares", words("a"), tuple(rows), statuses),
        Drawing("shares", words("b"), tuple(moves), tuple(MOVES)),
        Drawing("matrix", words("c"), tuple(lines), statuses, years),
        Drawing("trends", words("d"), tuple(trends), columns=years),
    ]


def charts_of(rows: list[Bar], wide: float = WIDTH) -> list[Chart]:
    return [charts.draw(one, wide) for one in drawings(rows)]


def areas(chart: Chart) -> list[tuple[float, str]]:
    """Return how wide each area of the bars is, and its colour."""
    found = re.findall(r'h([\d.]+)v16\.0h-[\d.]+z" fill="(#\w+)"', chart.svg)
    return [(float(width), fill) for width, fill in found]


@given(rows=bars)
def test_any_rows_make_well_formed_drawings_that_hold_every_figure(rows: list[Bar]) -> None:
    statuses, moves, matrix, trends = charts_of(rows)
    for chart in (statuses, moves, matrix, trends):
        drawn(chart)
    for chart in (statuses, moves):
        assert [row[0] for row in chart.table.rows] == [row.label or "Total" for row in rows]
    for chart in (matrix, trends):
        assert [row[0] for row in chart.table.rows] == [row.label for row in rows]
    sums = [sum(r.counts.values()) for r in rows]
    assert [int(row[-1]) for row in statuses.table.rows] == sums
    assert [int(row[-1]) for row in moves.table.rows] == [n + 1 for n in sums]
    for n, head in enumerate(statuses.table.heads[1:-1], start=1):
        code = next(kind.code for kind in STATUSES if kind.word == head)
        given_ = [r.counts.get(code, 0) for r in rows]
        assert [int(row[n]) for row in statuses.table.rows] == given_
        if len(rows) > 1:
            assert int(statuses.table.foot[n]) == sum(given_)
    # The sum of one row would say the same again.
    assert [int(cell) for cell in statuses.table.foot[-1:]] == [sum(sums)] * (len(rows) > 1)


@pytest.mark.parametrize("wide", WIDTHS)
@given(rows=bars)
def test_nothing_is_drawn_outside_the_frame(rows: list[Bar], wide: float) -> None:
    for chart in charts_of(rows, wide):
        _left, _top, across, height = map(float, drawn(chart).attrib["viewBox"].split())
        assert across == wide
        for path in re.findall(r'<path d="M([-\d.]+) ([-\d.]+)h([-\d.]+)v', chart.svg):
            left, top, width = map(float, path)
            assert left >= 0
            assert left + width <= wide + 1
            assert 0 <= top <= height
        for base in re.findall(r'<text x="[-\d.]+" y="([-\d.]+)"', chart.svg):
            assert 0 <= float(base) <= height + 1


def test_a_drawing_is_an_image_with_title_and_description() -> None:
    root = drawn(charts.shares(words(), STATUSES, [Bar("One", {"done": 3})]))
    assert root.attrib["role"] == "img"
    named = root.attrib["aria-labelledby"].split()
    found = {e.attrib["id"]: e.text for e in root.iter() if e.attrib.get("id") in named}
    assert [found[name] for name in named] == ["Title", "What it shows"]
    assert root.attrib["width"] == "100%"
    assert root.attrib["viewBox"].startswith(f"0 0 {WIDTH} ")


def test_a_row_shows_its_label_its_sum_and_its_figures() -> None:
    chart = charts.shares(words(), STATUSES, [Bar("Trade", {"done": 3, "in_progress": 2})])
    assert numbers(drawn(chart)) == [
        "Word of done",
        "Word of in_progress",
        "Trade",
        "n = 5",
        "3",
        "2",
    ]
    assert chart.table.heads == ("Section", "Word of done", "Word of in_progress", "Total")
    assert chart.table.rows == (("Trade", "3", "2", "5"),)
    assert chart.table.foot == ()
    two = charts.shares(words(), STATUSES, [Bar("Trade", {"done": 3}), Bar("Tax", {"done": 1})])
    assert two.table.foot == ("Total", "4", "4")


@pytest.mark.parametrize("wide", WIDTHS)
def test_a_figure_that_its_area_has_no_room_for_stands_under_the_bar(wide: float) -> None:
    counts = {"done": 300, "in_progress": 1, "not_started": 2, "discontinued": 3}
    chart = charts.shares(words(), STATUSES, [Bar("One", counts), Bar("Two", {"done": 4})], wide)
    shown = numbers(drawn(chart))
    assert {"300", "1", "2", "3", "4"} <= set(shown)
    # Each has its sign, with a square as in the legend, and the next bar stands lower.
    squares = re.findall(r'href="#k-q-(\w+)" x="[\d.]+" y="([\d.]+)"', chart.svg)
    under = {code for code, y in squares if float(y) == max(float(y) for _code, y in squares)}
    assert under == {"in_progress", "not_started", "discontinued"}


def test_one_bar_of_the_whole_needs_no_label() -> None:
    for wide in WIDTHS:
        chart = charts.shares(words(), STATUSES, [Bar("", {"done": 3})], wide)
        assert numbers(drawn(chart)) == ["Word of done", "n = 3", "3"]
        assert chart.table.rows == (("Total", "3", "3"),)
        assert areas(chart)[0][0] == pytest.approx(wide, abs=55)


def test_areas_are_in_proportion() -> None:
    chart = charts.shares(words(), STATUSES, [Bar("A", {"done": 10, "in_progress": 30})])
    widths = {fill: width for width, fill in areas(chart)}
    assert widths["#a9cdea"] / widths["#0f3d63"] == pytest.approx(3, rel=0.05)


@pytest.mark.parametrize("wide", WIDTHS)
def test_every_bar_is_as_long_whatever_it_counts(wide: float) -> None:
    rows = [Bar("Few", {"done": 1, "in_progress": 1}), Bar("Many", {"done": 99, "not_started": 1})]
    few, other, many, little = (
        width for width, _fill in areas(charts.shares(words(), STATUSES, rows, wide))
    )
    assert few == pytest.approx(other)
    assert few + other == pytest.approx(many + little, abs=1)


def test_where_there_is_room_labels_stand_beside_their_bars() -> None:
    rows = [Bar("Trade", {"done": 3}), Bar("Tax", {"done": 1})]
    narrow, roomy = (charts.shares(words(), STATUSES, rows, wide) for wide in WIDTHS)

    def height(chart: Chart) -> float:
        return float(drawn(chart).attrib["viewBox"].split()[-1])

    assert height(roomy) < height(narrow)
    assert numbers(drawn(roomy)) == numbers(drawn(narrow))
    assert re.search(r'<path d="M0 [\d.]+H320"', narrow.svg)
    assert re.search(r'<path d="M294 [\d.]+H640"', roomy.svg)


def test_no_row_and_no_count_still_make_a_chart() -> None:
    for chart in charts_of([]):
        assert numbers(drawn(chart)) == ["–"]
        assert chart.table.rows == ()
    empty = charts.shares(words(), STATUSES, [Bar("Nothing yet", {"done": 0})])
    assert numbers(drawn(empty)) == ["Nothing yet", "n = 0"]
    assert empty.table.rows == (("Nothing yet", "0"),)


def test_hostile_labels_stand_as_text() -> None:
    for chart in charts_of([Bar(NASTY, {"done": 1})]):
        shown = "".join(numbers(drawn(chart))).replace(" ", "")
        assert NASTY.replace(" ", "")[:40] in shown
        assert "<script" not in chart.svg
        assert chart.table.rows[0][0] == NASTY
    titled = charts.shares(words(title=NASTY, description="</desc><script>"), STATUSES, [])
    assert [e.text for e in drawn(titled)][:2] == [NASTY, "</desc><script>"]


def test_characters_that_xml_cannot_hold_are_replaced() -> None:
    chart = charts.shares(words(title="a\x00b\x0bc\ufffe"), STATUSES, [])
    assert drawn(chart)[0].text == "a\ufffdb\ufffdc\ufffd"
    assert FORBIDDEN.search(chart.svg) is None


def test_a_label_takes_lines_that_fit_and_three_at_most() -> None:
    assert wrap("Trade and investment", 284) == ("Trade and investment",)
    assert wrap("", 284) == ("",)
    assert len(wrap("word " * 15, 200)) == 3
    assert wrap("word " * 90, 200)[-1].endswith(" …")
    assert "".join(wrap("x" * 50, 200)) == "x" * 50


def test_movements_are_shares_too_in_the_order_of_their_kinds() -> None:
    rows = [Bar("A", {"moved_back": 2, "moved_up": 1}), Bar("B", {"same": 3})]
    kinds = [Kind(code, f"Word of {code}") for code in selection.MOVES]
    chart = charts.shares(words(), kinds, rows)
    assert chart.table.heads == (
        "Section", "Word of moved_up", "Word of same", "Word of moved_back", "Total",
    )  # fmt: skip
    assert chart.table.rows == (("A", "1", "0", "2", "3"), ("B", "0", "3", "0", "3"))
    assert [fill for _width, fill in areas(chart)] == ["#1b2230", "#fff", "#eceae4"]


def test_a_trend_has_a_thin_bar_a_year_and_leaves_a_year_without_a_share_open() -> None:
    rows = [
        Trend("Carried out", [40, 20], ["40%", "20%"]),
        Trend("Coverage", [None, 0], ["–", "0%"]),
    ]
    chart = charts.trends(words("t"), ["2024", "2025"], rows)
    assert numbers(drawn(chart)) == [
        "Carried out", "2024", "40%", "2025", "20%", "Coverage", "2024", "–", "2025", "0%",
    ]  # fmt: skip
    found = re.findall(r'h([\d.]+)v8h-[\d.]+z" fill="(#\w+)"', chart.svg)
    bars_of = [(float(width), fill) for width, fill in found]
    # The share of the last year is dark; nothing of nothing is no bar, and 0% is a hair.
    assert [fill for _width, fill in bars_of] == ["#9aa3b2", "#0f3d63", "#0f3d63"]
    assert bars_of[0][0] == pytest.approx(2 * bars_of[1][0], abs=0.2)
    assert bars_of[2][0] < 1
    assert chart.table.heads == ("Section", "2024", "2025")
    assert chart.table.rows == (("Carried out", "40%", "20%"), ("Coverage", "–", "0%"))
    assert chart.table.foot == ()


def test_a_drawing_is_drawn_as_wide_as_a_format_wants_it_and_in_its_spelling() -> None:
    for one in drawings([Bar("é", {"done": 3}), Bar("e", {"in_progress": 1})]):
        spelled = one.words._replace(title="é", description="é", head="é", total="é")
        given_ = Drawing(
            one.kind,
            spelled,
            tuple(
                row._replace(words=["é", "é"]) if isinstance(row, Trend) else row
                for row in one.rows
            ),
            tuple(kind._replace(word="é") for kind in one.kinds),
            tuple("é" for _column in one.columns),
        )
        chart = charts.draw(given_, 480, lambda text: text.replace("é", "[e]"))
        assert "é" not in chart.svg + str(chart)
        assert drawn(chart).attrib["viewBox"].startswith("0 0 480 ")
        assert "é" in charts.draw(given_).svg


def test_a_matrix_has_a_square_for_each_status_and_its_word_in_the_table() -> None:
    lines = [Line("1", ["done", ""]), Line("2", ["not_reported", "discontinued"])]
    chart = charts.matrix(words("m"), STATUSES, ["2024", "2025"], lines)
    drawn(chart)
    legend, squares = 3, 3
    assert len(re.findall(r'href="#m-q-', chart.svg)) == legend + squares
    assert chart.table.heads == ("Section", "2024", "2025")
    assert chart.table.rows == (
        ("1", "Word of done", "–"),
        ("2", "Word of not_reported", "Word of discontinued"),
    )


def test_a_matrix_has_a_dashed_edge_around_what_rests_on_a_part_and_says_so() -> None:
    lines = [
        Line("1", ["done", "partly_done"], [False, True]),
        Line("2", ["partly_done", "partly_done"], [True, True]),
        Line("3", ["done", ""]),
    ]
    said = words("m")._replace(partial="rests on a part")
    chart = charts.matrix(said, STATUSES, ["2024", "2025"], lines)
    drawn(chart)
    legend, edges = 1, 3
    assert len(re.findall(r'href="#m-q-partial', chart.svg)) == legend + edges
    assert chart.svg.count(">rests on a part</text>") == 1
    assert chart.table.rows[:2] == (
        ("1", "Word of done", "Word of partly_done*"),
        ("2", "Word of partly_done*", "Word of partly_done*"),
    )
    assert chart.table.note == "* rests on a part"


def test_a_matrix_without_incomplete_reporting_explains_no_dashed_edge() -> None:
    lines = [Line("1", ["done", "done"], [False, False])]
    chart = charts.matrix(words("m")._replace(partial="part"), STATUSES, ["2024", "2025"], lines)
    assert "partial" not in chart.svg
    assert chart.table.note == ""


def test_short_labels_stand_in_several_blocks() -> None:
    many = [Line(str(n), ["done", "done"]) for n in range(60)]
    chart = charts.matrix(words(), STATUSES, ["2024", "2025"], many)
    assert numbers(drawn(chart)).count("2024") == 3


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="no such kind"):
        charts.shares(words(), STATUSES, [Bar("A", {"moved_up": 1})])
    with pytest.raises(ValueError, match="no such kind"):
        charts.shares(words(), MOVES, [Bar("A", {"done": 1})])
    with pytest.raises(ValueError, match="a square for each column"):
        charts.matrix(words(), STATUSES, ["2024"], [Line("A", ["done", "done"])])
    with pytest.raises(ValueError, match="a share for each column"):
        charts.trends(words(), ["2024"], [Trend("A", [1, 2], ["1%", "2%"])])


def test_ids_of_two_charts_differ() -> None:
    rows = [Bar("A", {"done": 1, "discontinued": 2})]
    ids = [
        found
        for key in ("one", "two")
        for found in re.findall(r' id="([^"]+)"', charts.shares(words(key), STATUSES, rows).svg)
    ]
    assert len(ids) == len(set(ids))


def test_every_kind_has_a_look_and_areas_that_touch_differ_without_colour() -> None:
    assert set(charts.LOOKS) == set(STATUS_WORDS) | set(selection.MOVES)
    assert {code for code in charts.LOOKS if not charts.sign(code)} == set()
    assert len(set(charts.SIGNS.values())) == len(charts.SIGNS)
    # In grey: the ground as lightness, or else a pattern or an edge of its own.
    for kinds in (STATUSES, MOVES):
        looks = [charts.LOOKS[kind.code] for kind in kinds]
        assert len({(look.fill, look.pattern, look.dashes) for look in looks}) == len(looks)


def test_signs_are_those_of_the_site() -> None:
    sheet = (Path(__file__).parents[2] / "napmonitor/static/icons.svg").read_text()
    symbols = dict(re.findall(r'<symbol id="(\w+)" viewBox="0 0 16 16">(.*?)</symbol>', sheet))
    for code in STATUS_WORDS:
        assert charts.sign(code) == symbols[code]


def test_the_drawing_is_html_too() -> None:
    class Reader(HTMLParser):
        depth = 0

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.depth += 1

        def handle_startendtag(self, tag: str, attrs: object) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            self.depth -= 1

    reader = Reader()
    reader.feed(charts.shares(words(), STATUSES, [Bar(NASTY, {"discontinued": 4})]).svg)
    assert reader.depth == 0


@pytest.mark.parametrize("index", range(4))
def test_typst_sets_a_chart(index: int) -> None:
    typst = pytest.importorskip("typst")
    rows = [Bar(f"{n} Section", {kind.code: 2 for kind in STATUSES}) for n in range(3)]
    svg = charts_of(rows, 640)[index].svg
    markup = '#set document(title: "x")\n#image(bytes(sys.inputs.svg), alt: "x")'
    made = typst.compile(markup.encode(), sys_inputs={"svg": svg}, pdf_standards=["ua-1", "a-2a"])
    assert made.startswith(b"%PDF")
