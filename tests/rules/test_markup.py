"""The little Markdown of members: what it makes, and what it makes harmless."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actions.rules import markup
from document import richtext
from document.richtext import PARSER

ALLOWED = {"p", "br", "ul", "ol", "li", "strong", "em", "a"}
REL = "nofollow noopener noreferrer"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("One.", "<p>One.</p>"),
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("One.\nTwo.", "<p>One.<br>\nTwo.</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("**a** *b*", "<p><strong>a</strong> <em>b</em></p>"),
        (
            "[the bill](https://example.org/a?b=c)",
            f'<p><a href="https://example.org/a?b=c" rel="{REL}">the bill</a></p>',
        ),
        ("• a\n– b\n\uf0b7 c", "<ul>\n<li>a</li>\n<li>b</li>\n<li>c</li>\n</ul>"),
        ("* a\n* b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        (
            "See https://a.be/a_b*c, or www.b.be.",
            f'<p>See <a href="https://a.be/a_b*c" rel="{REL}">https://a.be/a_b*c</a>, '
            f'or <a href="https://www.b.be" rel="{REL}">www.b.be</a>.</p>',
        ),
    ],
)
def test_paragraphs_lists_bold_italic_and_links_are_set(text: str, expected: str) -> None:
    assert markup.to_html(text).strip() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Title", "<p># Title</p>"),
        ("> quoted", "<p>&gt; quoted</p>"),
        ("`code`", "<p>`code`</p>"),
        ("---", "<p>---</p>"),
        ("~~no~~", "<p>~~no~~</p>"),
        ("a | b\n--|--", "<p>a | b<br>\n--|--</p>"),
        ("<//example.org>", "<p>&lt;//example.org&gt;</p>"),
        ("14. März 2025\n3. Oktober 2025", "<p>14. März 2025<br>\n3. Oktober 2025</p>"),
        ("3. a\n4. b", "<p>3. a<br>\n4. b</p>"),
        ("1. Januar 2025", "<p>1. Januar 2025</p>"),
        ("01. a\n02. b", "<p>01. a<br>\n02. b</p>"),
        ("2025.", "<p>2025.</p>"),
        ("Bürger*innen und Freund*innen", "<p>Bürger*innen und Freund*innen</p>"),
        ("5*3*2 and 5 * 3 * 2", "<p>5*3*2 and 5 * 3 * 2</p>"),
        ("+ 5 %", "<p>+ 5 %</p>"),
        ("* a footnote", "<p>* a footnote</p>"),
        ("- - -", "<p>- - -</p>"),
        ("-", "<p>-</p>"),
        (r"C:\dir\*.txt", r"<p>C:\dir\*.txt</p>"),
        (r"\*a\*", r"<p>\*a\*</p>"),
        ("<b>bold</b>", "<p>&lt;b&gt;bold&lt;/b&gt;</p>"),
        ("a < b & c > d", "<p>a &lt; b &amp; c &gt; d</p>"),
        ("&lt;script&gt; &copy;", "<p>&amp;lt;script&amp;gt; &amp;copy;</p>"),
        ("[x](/desk/)", "<p>[x](/desk/)</p>"),
        ("[x](bill.pdf)", "<p>[x](bill.pdf)</p>"),
        ("[x](//example.org)", "<p>[x](//example.org)</p>"),
        ("[x](https:///)", "<p>[x](https:///)</p>"),
        ("[x](#top)", "<p>[x](#top)</p>"),
        ("[x](tel:112)", "<p>[x](tel:112)</p>"),
        ("[a]: //example.org\n\n[a]", "<p>[a]: //example.org</p>\n<p>[a]</p>"),
    ],
)
def test_anything_else_stays_as_it_was_typed(text: str, expected: str) -> None:
    assert markup.to_html(text).strip() == expected


class Reader(HTMLParser):
    """Collects the tags and addresses of a page, as a browser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add((tag, name))
            if name == "href":
                self.addresses.append(value or "")


def read(text: str) -> Reader:
    """Return what a browser finds in a member's text."""
    reader = Reader()
    reader.feed(markup.to_html(text))
    return reader


HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>@import 'x'</style>",
    "<!-- --><b>",
    "<![CDATA[<script>]]>",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](\\javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](vbscript:x)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[x](file:///etc/passwd)",
    "[x](ftp://example.org)",
    '[x](https://example.org "title\\" onclick=alert(1)")',
    "[x](https://example.org/\"onmouseover='alert(1)')",
    "[<script>alert(1)</script>](https://example.org)",
    "[a](https://example.org/<script>)",
    "**<script>**alert(1)**</script>**",
    "- <script>\n- </script>",
    "{{ 1 }} {% load x %}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_comes_through(text: str) -> None:
    found = read(text)
    assert found.tags <= ALLOWED
    assert found.attributes <= {("a", "href"), ("a", "rel"), ("ol", "start")}
    for address in found.addresses:
        assert re.match(r"(https?://|mailto:)", address), address


@pytest.mark.parametrize("text", HOSTILE)
def test_the_tokens_that_reports_are_made_from_hold_no_hostile_address(text: str) -> None:
    tokens = [token for block in PARSER.parse(text) for token in block.children or []]
    assert "image" not in {token.type for token in tokens}
    assert "html_inline" not in {token.type for token in tokens}
    for token in tokens:
        if token.type == "link_open":
            assert re.match(r"(https?://|mailto:)", str(token.attrs["href"]))


@given(st.text(alphabet="[]()<>*_!-`\"'\\ \n&;:#/.1ajs\t\0", max_size=200))
@example("[x](javascript:alert(1))")
def test_no_text_at_all_comes_out_as_more_than_the_subset(text: str) -> None:
    found = read(text)
    assert found.tags <= ALLOWED
    assert found.attributes <= {("a", "href"), ("a", "rel"), ("ol", "start")}


@given(st.text(max_size=300))
def test_the_same_text_gives_the_same_page(text: str) -> None:
    assert markup.to_html(text) == markup.to_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000,
        "]" * 10_000,
        "[](" * 3_333,
        "[a](" * 2_500,
        "[" * 5_000 + "]" * 5_000,
        "*" * 10_000,
        "*a " * 3_333,
        "**a*" * 2_500,
        "_a__" * 2_500,
        "- " * 5_000,
        "1. " * 3_333,
        "".join("  " * n + "- a\n" for n in range(100))[:10_000],
        "-\n" * 5_000,
        "\\" * 10_000,
        "![" * 5_000,
        "<" * 10_000,
        "&" * 10_000,
        "a\n" * 5_000,
        " " * 10_000,
        "\n" * 10_000,
        "[a](<" * 2_000,
        '[a](b "' * 1_428,
    ],
)
def test_the_longest_text_made_to_be_slow_is_read_in_a_moment(text: str) -> None:
    started = time.process_time()
    found = read(text)
    # Ordinary texts of this length take a hundredth of it.
    assert time.process_time() - started < 2
    assert found.tags <= ALLOWED


class Reading(HTMLParser):
    """Collects what a page says, the numbers of its lists included."""

    def __init__(self) -> None:
        super().__init__()
        self.said = ""
        self.lists: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"ul", "ol"}:
            self.lists.append(int(dict(attrs).get("start") or 1) if tag == "ol" else None)
        if tag == "li" and (number := self.lists[-1]) is not None:
            self.said += str(number)
            self.lists[-1] = number + 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self.lists.pop()

    def handle_data(self, data: str) -> None:
        self.said += data


def words(text: str) -> str:
    """Return the letters and digits of a text."""
    return "".join(sign for sign in text if sign.isalnum())


LINES = st.lists(
    st.tuples(
        st.sampled_from(["", " ", "  ", "    ", "\t"]),
        st.sampled_from(
            ["", "- ", "* ", "+ ", "• ", "– ", "1. ", "2. ", "3. ", "14. ", "1) ", "2) "]
        ),
        st.text(alphabet="ab1 2*_.-+)\\é", max_size=12),
    ).map("".join),
    max_size=8,
).map("\n".join)


@given(LINES | st.text(alphabet="ab12 *_.-+)•–\\\n\té", max_size=120))
@example("14. März\n3. Oktober\n17. November")
@example("- 14. a\n  1. b\n  2. c\n1. d")
@example("1. a\n\n   2. b\n2. c")
@example("1. a\n  1. x\n  2. y\n2. b")
@example("  1. a\n    2. a\n3. a")
@example("1. a\n2. b\n3. c\n1. d\n2. e")
def test_the_letters_and_digits_of_any_text_come_out_in_their_order(text: str) -> None:
    page = Reading()
    page.feed(markup.to_html(text))
    assert words(page.said) == words(text)
    assert words(richtext.plain(text)) == words(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n- b\nSo.", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<p>So.</p>"),
        ("• a\r\n• b\r\nSo.", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<p>So.</p>"),
        ("1. a\n2. b\nSo.\nAnd.", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n<p>So.<br>\nAnd.</p>"),
        ("- a\nSo.\n- b", "<ul>\n<li>a</li>\n</ul>\n<p>So.</p>\n<ul>\n<li>b</li>\n</ul>"),
        ("- a\n14. März", "<ul>\n<li>a</li>\n</ul>\n<p>14. März</p>"),
        ("1. a\n2. b\nSo.\n1. c\n2. d", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n<p>So.</p>\n"
                                      "<ol>\n<li>c</li>\n<li>d</li>\n</ol>"),
        ("1. a\nSo.\n2. b", "<p>1. a<br>\nSo.<br>\n2. b</p>"),
        ("- a\n  So.\n- b", "<ul>\n<li>a<br>\nSo.</li>\n<li>b</li>\n</ul>"),
    ],
)  # fmt: skip
def test_a_line_after_a_list_is_no_part_of_it_unless_it_is_indented(
    text: str, expected: str
) -> None:
    assert markup.to_html(text).strip() == expected


@given(LINES, st.sampled_from(["So ist es.", "3. Oktober", "+ 5 %", "5*3*2", "(2) zwei"]))
def test_a_sentence_after_any_lines_is_in_no_list(lines: str, sentence: str) -> None:
    last = richtext.parse(f"{lines}\n{sentence}")[-1]
    assert isinstance(last, richtext.Paragraph)
    assert "".join(run.text for run in last.runs).split("\n")[-1] == sentence


def test_lists_in_lists_stay_lists() -> None:
    html = markup.to_html("- a\n  - b\n    - c\n")
    assert html.count("<ul>") == html.count("</ul>") == 3


def test_a_list_fifty_lists_deep_is_not_left_out() -> None:
    text = "\n".join(f"{'  ' * depth}- w{depth}" for depth in range(60))
    assert words(richtext.plain(text)) == words(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://a.be/Foo_(bar)", "https://a.be/Foo_(bar)"),
        ("(https://a.be/z).", "https://a.be/z"),
        ("https://a.be/x…", "https://a.be/x"),
        ("a|https://b.be|c", "https://b.be"),
    ],
)
def test_an_address_ends_where_its_sentence_goes_on(text: str, address: str) -> None:
    assert read(text).addresses == [address]


@pytest.mark.parametrize("text", ["awww.x.be", "info@www.x.be", "www.", "https://"])
def test_what_only_looks_like_an_address_is_none(text: str) -> None:
    assert read(text).addresses == []


def test_a_text_in_many_lists_is_not_left_out() -> None:
    assert "The end." in markup.to_html("- " * 30 + "The end.")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", True),
        ("", " \n\t", True),
        ("a b", "a  b", True),
        ("a b", " a\r\nb\u00a0", True),
        ("a b", "ab", False),
        ("a", "A", False),
        ("*a*", "a", False),
        ("a", "", False),
    ],
)
def test_two_texts_say_the_same_whatever_their_spaces(
    one: str,
    other: str,
    expected: bool,  # noqa: FBT001
) -> None:
    assert markup.same(one, other) is expected
    assert markup.same(other, one) is expected


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0), (" \n ", 0), ("abc", 3), (" a  b\n\nc ", 5), ("é", 1)]
)
def test_a_run_of_spaces_counts_as_one_character(text: str, expected: int) -> None:
    assert markup.length(text) == expected


@pytest.mark.parametrize("text", ["", "  \n", "\u200b\u200d", "\u00ad \ufeff"])
def test_what_nobody_sees_is_blank(text: str) -> None:
    assert markup.is_blank(text)


def test_a_word_is_not_blank() -> None:
    assert not markup.is_blank("\u200bword")
