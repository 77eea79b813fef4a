"""What is read of messages that mail servers return, and what is refused."""

from datetime import UTC, datetime
from time import monotonic

import pytest

from actions.rules import bounces
from actions.rules.bounces import BounceError, Failure, Fault

REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: nap@site.example.org
Subject: Undelivered Mail Returned to Sender
Date: Tue, 3 Feb 2026 10:12:13 +0100
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="X"

--X
Content-Type: text/plain; charset=utf-8

I could not deliver your message to a.person@example.org.

--X
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

{blocks}
--X
Content-Type: message/rfc822

From: nap@site.example.org
To: a.person@example.org
Subject: Secret

The whole letter.
--X--
"""
BLOCK = """\
Original-Recipient: rfc822;A.Person@example.org
Final-Recipient: rfc822; box17@inside.example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <a.person@example.org>:
    Recipient address rejected: User\x07 unknown
"""
PLAIN = """\
From: postmaster@old.example.org
To: nap@site.example.org
Date: {date}
Subject: failure

Hi. This is the mail program at old.example.org.
<b.person@example.org>:
192.0.2.1 does not like the recipient: 552 mailbox full
Written by nap@site.example.org.
"""


def report(*blocks: str) -> bytes:
    return REPORT.format(blocks="\n".join(blocks)).encode()


def fault(content: bytes) -> Fault:
    """Return why nothing is taken from a message."""
    with pytest.raises(BounceError) as found:
        bounces.read(content)
    return found.value.fault


def test_the_part_for_machines_says_who_was_not_reached_why_and_when() -> None:
    found = bounces.read(report(BLOCK))
    words = "550 5.1.1 <a.person@example.org>: Recipient address rejected: User unknown"
    addresses = ("a.person@example.org", "box17@inside.example.org")
    assert found.failures == (Failure(addresses, words),)
    assert found.at == datetime(2026, 2, 3, 9, 12, 13, tzinfo=UTC)
    assert found.is_certain


def test_several_recipients_of_a_message_are_read() -> None:
    other = "Final-Recipient: rfc822; c@example.org\nAction: failed\nStatus: 5.2.2\n"
    found = bounces.read(report(BLOCK, other))
    assert [one.addresses[0] for one in found.failures] == ["a.person@example.org", "c@example.org"]
    assert found.failures[1].sentence == "5.2.2"


def test_an_address_in_other_letters_is_read() -> None:
    block = "Final-Recipient: utf-8; jürgen@müller.example\nAction: failed\n"
    (failure,) = bounces.read(report(block)).failures
    assert failure.addresses == ("jürgen@müller.example",)


@pytest.mark.parametrize("action", ["delayed", "Delivered", "relayed", "expanded"])
def test_what_has_not_failed_is_told_apart(action) -> None:
    assert fault(report(BLOCK.replace("failed", action))) == Fault.NOT_FAILED


def test_a_server_without_such_a_part_is_read_in_its_headers() -> None:
    head = "X-Failed-Recipients: b.person@example.org\n"
    found = bounces.read((head + PLAIN.format(date="")).encode())
    words = "192.0.2.1 does not like the recipient: 552 mailbox full"
    assert found.failures == (Failure(("b.person@example.org",), words),)
    assert (found.at, found.is_certain) == (None, False)


def test_or_in_its_words_where_it_is_a_server_that_wrote_them() -> None:
    content = PLAIN.format(date="Mon, 2 Feb 2026 08:00:00").encode()
    found = bounces.read(content)
    assert [one.addresses for one in found.failures] == [("b.person@example.org",)]
    assert found.at == datetime(2026, 2, 2, 8, tzinfo=UTC)
    person = content.replace(b"From: postmaster@", b"From: somebody@")
    assert fault(person) == Fault.NO_ADDRESS


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Fault.EMPTY),
        (b" \r\n ", Fault.EMPTY),
        (b"a" * (bounces.MOST_BYTES + 1), Fault.TOO_LARGE),
        (b"\n" * 10 + b"x" + b"\n" * 40_000, Fault.TOO_LARGE),
        (b"Content-Type: multipart/mixed; boundary=a\n\n" * 100, Fault.TOO_LARGE),
        (b"PK\x03\x04 no e-mail at all \x00\xff", Fault.NO_ADDRESS),
        (b"\xff\xfe\x00" * 1000, Fault.NO_ADDRESS),
        (bounces.OUTLOOK + b"\x00" * bounces.MOST_BYTES, Fault.UNREADABLE),
        (b"From: postmaster@x.example\n\nno address here", Fault.NO_ADDRESS),
    ],
)
def test_what_is_no_such_message_is_refused_with_the_reason(content, why) -> None:
    assert fault(content) == why


# What is slow to decode: each letter is put in between all that are there.
SLOW = "".join(map(chr, range(0x7000, 0x4E00, -1))).encode("punycode").decode()[:19_900]
HOSTILE = [
    b"From: " + b"(" * 200_000 + b"\n\nx",
    b"From: postmaster@x.example\nTo: " + b"<" * 100_000 + b"\n\na@b.example",
    b"From: =?x-unknown?b?AAAA?= <postmaster@x.example>\nDate: Mon, 99 Foo 999\n\na@b.example 550",
    b"From: postmaster@x.example\nDate: 1 Jan 0001 00:00:00 +1400\n\na@b.example",
    b"From: postmaster@x.example\nContent-Type: text/plain; charset=\xff\n\n\xc3( a@b.example",
    b"From: postmaster@x.example\n\n" + b"a@" * 300_000,
    b"From: postmaster@x.example\n\n" + b"5" * 500_000 + b"@b.example",
    b"Content-Type: message/delivery-status\n\n" + b"\n" * 29_000,
    b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(29)),
    report(
        "Final-Recipient: rfc822; a@b.example\n" + "Diagnostic-Code: smtp;" + "x" * 500_000 + "\n"
    ),
    report(
        "Final-Recipient: =?utf-8?q?rfc822=3B_a=40b=2Eexample=0D=0ABcc:_x=40y?=\nAction: failed\n"
    ),
    report("Final-Recipient: a@b.example\nDiagnostic-Code: =?punycode?q?" + SLOW + "?=\n"),
    b"Content-Type: multipart/mixed; " + b";" * 900_000 + b"\nFrom: postmaster@x.example\n\n",
    b"Content-Type: multipart/mixed;\n" + b" ;\n" * 19_000 + b"From: postmaster@x.example\n\n",
    b"Content-Type: message/delivery-status\n\n" + b"a:\r\r" * 240_000,
    b"Content-Type: multipart/digest; boundary=x\n\n" + b"--x\r\r" * 190_000,
    b"Content-Type: multipart/digest; boundary=x\n\n" + b"--x\n\n" * 9_000,
    *(
        b"From: postmaster@x.example\nContent-Type: text/html\n\na@b.example" + word * 90_000
        for word in (b"<style ", b"<", b"<br", b"< <br>", b"&#x1", b"</style<style>", b"<!--")
    ),
]


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_messages_are_read_or_refused_quickly_and_never_break(content) -> None:
    start = monotonic()
    try:
        found = bounces.read(content)
    except BounceError:
        found = None
    for failure in found.failures if found else ():
        assert len(failure.sentence) <= bounces.LONGEST_SENTENCE
        assert failure.sentence.isprintable()
        assert all(one.isprintable() and len(one) <= 254 for one in failure.addresses)
    assert monotonic() - start < 1


@pytest.mark.parametrize("line", [b"a:\r\r", b"a:\n", b"a:\r\n", b"a:\r"])
def test_lines_are_counted_whatever_ends_them(line) -> None:
    assert fault(line * (bounces.MOST_LINES + 1)) == Fault.TOO_LARGE


def test_what_begins_a_part_is_counted() -> None:
    head = b"From: postmaster@x.example\nContent-Type: multipart/digest; boundary=x\n\n"
    assert fault(head + b"--x\n\n" * (bounces.MOST_DELIMITERS + 2)) == Fault.TOO_LARGE


def test_a_header_is_read_up_to_a_bound_with_all_its_lines() -> None:
    found = bounces.parsed(b"Subject: " + b"a\n " * 9_000 + b"\nTo: b\n\nText")
    assert len(found["Subject"]) <= bounces.LONGEST_HEADER
    assert (found["To"], found.get_payload()) == ("b", "Text")


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("=?utf-8?q?caf=C3=A9?=", "café"),
        ("=?ISO-8859-15?q?caf=E9?=", "café"),
        ("=?windows-1252?b?Y2Fm6Q==?=", "café"),
        ("=?utf-7?q?caf+AOk-?=", "=?utf-7?q?caf+AOk-?="),
        ("=?punycode?q?caf-dma?=", "=?punycode?q?caf-dma?="),
    ],
)
def test_words_are_decoded_from_the_sets_that_mail_servers_use(word, read) -> None:
    assert bounces.field(bounces.parsed(f"Subject: {word}\n\n".encode()), "Subject") == read


def test_a_status_is_read_for_so_many_recipients_at_most() -> None:
    many = [f"Final-Recipient: rfc822; p{n}@example.org\nAction: failed\n" for n in range(90)]
    assert len(bounces.read(report(*many)).failures) == bounces.MOST_ADDRESSES


@pytest.mark.parametrize(
    "address", ["a\0b@example.org", "a\x7f@example.org", "a\u200b@example.org"]
)
def test_an_address_that_cannot_be_one_is_none(address) -> None:
    assert bounces.recipient(f"rfc822; {address}") == ""
    head = f"X-Failed-Recipients: {address}\n\n"
    assert fault(head.encode()) == Fault.NO_ADDRESS


@pytest.mark.parametrize("address", ["\ud800b@example.org", "a@b\udcff.example"])
def test_nor_is_one_with_half_a_letter(address) -> None:
    assert bounces.recipient(address) == ""


NOTICE = b"""\
From: postmaster@old.example.org
Content-Type: text/html; charset=utf-8

<html><head><title>x@title.example</title><style>p { a: b@style.example }</style></head>
<body><p>Your e-mail to <a href="mailto:c@href.example">&lt;b.person@example.org&gt;</a><br>
was not delivered:</p><div>550 5.1.1 User <b>unknown</b>
&amp; gone</div><p>Nothing else.</p></body></html>
"""


def test_a_notice_in_html_is_read_as_people_see_it() -> None:
    (failure,) = bounces.read(NOTICE).failures
    assert failure == Failure(("b.person@example.org",), "550 5.1.1 User unknown & gone")


def test_the_notice_in_plain_text_is_preferred() -> None:
    part = b"--x\nContent-Type: %s\n\n%s 550 no\n"
    content = (
        b"From: postmaster@old.example.org\nContent-Type: multipart/alternative; boundary=x\n\n"
        + part % (b"text/html", b"html@example.org")
        + part % (b"text/plain", b"plain@example.org")
    )
    (failure,) = bounces.read(content).failures
    assert failure.addresses == ("plain@example.org",)
