"""Charts: numbers in, accessible SVG and the same numbers as a table out."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.models.statuses import STATUS_WORDS
from document import charts
from document.charts import Bar, Chart, Kind, Line, Words
from document.charts.drawing import FORBIDDEN, WIDTH, wrap
from tests.reports.specimen import NASTY

KINDS = [Kind(code, f"Word of {code}") for code in charts.LOOKS]
STATUSES = [kind for kind in KINDS if kind.code in STATUS_WORDS]
BACK, AHEAD = Kind("back", "Moved back"), [Kind("up", "Moved up"), Kind("completed", "Completed")]
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


def charts_of(rows: list[Bar]) -> list[Chart]:
    moves = [Bar(r.label, {"back": sum(r.counts.values()), "up": len(r.counts)}) for r in rows]
    lines = [Line(r.label, [next(iter(r.counts), ""), "done"]) for r in rows]
    return [
        charts.stacked(words("a"), STATUSES, rows),
        charts.diverging(words("b"), BACK, AHEAD, moves),
        charts.matrix(words("c"), STATUSES, ["2024", "2025"], lines),
    ]


@given(rows=bars)
def test_any_rows_make_well_formed_drawings_that_hold_every_figure(rows: list[Bar]) -> None:
    stacked, diverging, matrix = charts_of(rows)
    for chart in (stacked, diverging, matrix):
        drawn(chart)
        assert [row[0] for row in chart.table.rows] == [row.label for row in rows]
    assert [int(row[-1]) for row in stacked.table.rows] == [sum(r.counts.values()) for r in rows]
    assert int(stacked.table.foot[-1]) == sum(sum(r.counts.values()) for r in rows)
    for n, head in enumerate(stacked.table.heads[1:-1], start=1):
        code = next(kind.code for kind in STATUSES if kind.word == head)
        given_ = [r.counts.get(code, 0) for r in rows]
        assert [int(row[n]) for row in stacked.table.rows] == given_
        assert int(stacked.table.foot[n]) == sum(given_)
    assert int(diverging.table.foot[-1]) == sum(
        sum(r.counts.values()) + len(r.counts) for r in rows
    )


@given(rows=bars)
def test_nothing_is_drawn_outside_the_frame(rows: list[Bar]) -> None:
    for chart in charts_of(rows):
        height = float(drawn(chart).attrib["viewBox"].split()[-1])
        for path in re.findall(r'<path d="M([-\d.]+) ([-\d.]+)h([-\d.]+)v', chart.svg):
            left, top, width = map(float, path)
            assert left >= 0
            assert left + width <= WIDTH + 1
            assert 0 <= top <= height


def test_a_drawing_is_an_image_with_title_and_description() -> None:
    root = drawn(charts.stacked(words(), STATUSES, [Bar("One", {"done": 3})]))
    assert root.attrib["role"] == "img"
    named = root.attrib["aria-labelledby"].split()
    found = {e.attrib["id"]: e.text for e in root.iter() if e.attrib.get("id") in named}
    assert [found[name] for name in named] == ["Title", "What it shows"]
    assert root.attrib["width"] == "100%"
    assert root.attrib["viewBox"].startswith(f"0 0 {WIDTH} ")


def test_a_row_shows_its_label_its_sum_and_its_figures() -> None:
    chart = charts.stacked(words(), STATUSES, [Bar("Trade", {"done": 3, "in_progress": 2})])
    assert numbers(drawn(chart)) == ["Word of done", "Word of in_progress", "Trade", "5", "3", "2"]
    assert chart.table.heads == ("Section", "Word of done", "Word of in_progress", "Total")
    assert chart.table.rows == (("Trade", "3", "2", "5"),)
    assert chart.table.foot == ("Total", "3", "2", "5")


def test_areas_are_in_proportion() -> None:
    chart = charts.stacked(words(), STATUSES, [Bar("A", {"done": 10, "in_progress": 30})])
    found = re.findall(rf'h([\d.]+)v16\.0h-[\d.]+z" fill="({"#0f3d63|#a9cdea"})"', chart.svg)
    widths = {fill: float(width) for width, fill in found}
    assert widths["#a9cdea"] / widths["#0f3d63"] == pytest.approx(3, rel=0.05)


def test_no_row_and_no_count_still_make_a_chart() -> None:
    for chart in charts_of([]):
        assert numbers(drawn(chart)) == ["–"]
        assert chart.table.rows == ()
    empty = charts.stacked(words(), STATUSES, [Bar("Nothing yet", {"done": 0})])
    assert numbers(drawn(empty)) == ["Nothing yet", "0"]
    assert empty.table.rows == (("Nothing yet", "0"),)


def test_hostile_labels_stand_as_text() -> None:
    for chart in charts_of([Bar(NASTY, {"done": 1})]):
        shown = "".join(numbers(drawn(chart))).replace(" ", "")
        assert NASTY.replace(" ", "")[:40] in shown
        assert "<script" not in chart.svg
        assert chart.table.rows[0][0] == NASTY
    titled = charts.stacked(words(title=NASTY, description="</desc><script>"), STATUSES, [])
    assert [e.text for e in drawn(titled)][:2] == [NASTY, "</desc><script>"]


def test_characters_that_xml_cannot_hold_are_replaced() -> None:
    chart = charts.stacked(words(title="a\x00b\x0bc\ufffe"), STATUSES, [])
    assert drawn(chart)[0].text == "a\ufffdb\ufffdc\ufffd"
    assert FORBIDDEN.search(chart.svg) is None


def test_a_label_takes_lines_that_fit_and_three_at_most() -> None:
    assert wrap("Trade and investment", 284) == ("Trade and investment",)
    assert wrap("", 284) == ("",)
    assert len(wrap("word " * 15, 200)) == 3
    assert wrap("word " * 90, 200)[-1].endswith(" …")
    assert "".join(wrap("x" * 50, 200)) == "x" * 50


def test_movement_stands_left_and_right_of_the_axis() -> None:
    rows = [Bar("A", {"back": 2, "up": 1}), Bar("B", {"completed": 3})]
    chart = charts.diverging(words(), BACK, AHEAD, rows)
    axis = {float(x) for x in re.findall(r'<path d="M([\d.]+) [\d.]+v21"', chart.svg)}
    assert len(axis) == 1
    back = re.search(r'M([\d.]+) [\d.]+h([\d.]+)v16\.0h-[\d.]+z" fill="#fff"', chart.svg)
    assert back
    assert float(back[1]) + float(back[2]) < axis.pop()
    assert chart.table.heads == ("Section", "Moved back", "Moved up", "Completed", "Total")
    assert chart.table.rows == (("A", "2", "1", "0", "3"), ("B", "0", "0", "3", "3"))


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


def test_short_labels_stand_in_several_blocks() -> None:
    many = [Line(str(n), ["done", "done"]) for n in range(60)]
    chart = charts.matrix(words(), STATUSES, ["2024", "2025"], many)
    assert numbers(drawn(chart)).count("2024") == 3


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="no such kind"):
        charts.stacked(words(), STATUSES, [Bar("A", {"up": 1})])
    with pytest.raises(ValueError, match="no such kind"):
        charts.diverging(words(), BACK, AHEAD, [Bar("A", {"done": 1})])
    with pytest.raises(ValueError, match="a square for each column"):
        charts.matrix(words(), STATUSES, ["2024"], [Line("A", ["done", "done"])])


def test_ids_of_two_charts_differ() -> None:
    rows = [Bar("A", {"done": 1, "discontinued": 2})]
    ids = [
        found
        for key in ("one", "two")
        for found in re.findall(r' id="([^"]+)"', charts.stacked(words(key), STATUSES, rows).svg)
    ]
    assert len(ids) == len(set(ids))


def test_every_status_has_a_look_and_areas_that_touch_differ_without_colour() -> None:
    assert set(STATUS_WORDS) <= set(charts.LOOKS)
    assert {code for code in charts.LOOKS if not charts.sign(code)} == set()
    # In grey: the ground as lightness, or else a pattern, an edge or a sign of its own.
    looks = [
        (look.fill, look.pattern, look.dashes, charts.sign(code))
        for code, look in charts.LOOKS.items()
    ]
    assert len(set(looks)) == len(looks)


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
    reader.feed(charts.stacked(words(), STATUSES, [Bar(NASTY, {"discontinued": 4})]).svg)
    assert reader.depth == 0


@pytest.mark.parametrize("index", range(3))
def test_typst_sets_a_chart(index: int) -> None:
    typst = pytest.importorskip("typst")
    rows = [Bar(f"{n} Section", {kind.code: 2 for kind in STATUSES}) for n in range(3)]
    svg = charts_of(rows)[index].svg
    markup = '#set document(title: "x")\n#image(bytes(sys.inputs.svg), alt: "x")'
    made = typst.compile(markup.encode(), sys_inputs={"svg": svg}, pdf_standards=["ua-1", "a-2a"])
    assert made.startswith(b"%PDF")
