"""Digital text becomes pages without recognition: every word once, in its place, and the picture shows it."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Sequence
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from homing.intake.reading import render, text
from homing.intake.reading.engines import default_reader
from homing.intake.reading.errors import Reason, UnreadableDocument
from homing.intake.reading.recognise import page_text
from homing.intake.reading.sandbox import Sandbox
from homing.intake.reading.text import TextType, cleaned, decoded, kind_of, stripped
from homing.intake.reading.types import PageImage, Problem, RenderLimits
from tests.fixtures.fax import pages as paper

LIMITS = RenderLimits(max_pages=200)
NOTE = """Referral for cardiology

Patient:        Avery Testperson
Date of birth:  04/27/1961
Phone:          (617) 555-0111

Palpitations for three weeks; please see soon.
"""


def made(data: bytes, limits: RenderLimits = LIMITS) -> tuple[list[PageImage], list[Problem]]:
    found = list(render.pages(data, limits))
    return [one for one in found if isinstance(one, PageImage)], [one for one in found if isinstance(one, Problem)]


def words(data: bytes) -> list[str]:
    found, problems = made(data)
    assert problems == []
    return [word.text for page in found for word in page.words]


def refused(data: bytes) -> Reason:
    with pytest.raises(UnreadableDocument) as problem:
        made(data)
    return problem.value.reason


# ------------------------------------------------------------------------------------------------------- plain text


def test_every_word_stands_on_the_page_once_in_order_surely_and_in_its_line() -> None:
    (page,), problems = made(NOTE.encode())
    assert problems == []
    assert [word.text for word in page.words] == NOTE.split()
    assert {word.confidence for word in page.words} == {1.0}
    assert (page.number, page.width, page.height, page.dpi) == (1, text.WIDTH, text.HEIGHT, 200.0)
    lines = [line.split() for line in NOTE.split("\n")]
    assert [[w.text for w in page.words if w.line == at] for at in range(len(lines))] == lines


def test_columns_stay_columns() -> None:
    (page,), _ = made(NOTE.encode())
    left = {word.text: word.box[0] for word in page.words}
    assert left["Avery"] == left["04/27/1961"] == left["(617)"]


def _ink(page: PageImage) -> Image.Image:
    return ImageChops.invert(Image.open(io.BytesIO(page.png)).convert("L"))


def _pixels(page: PageImage, box: Sequence[float]) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = box
    return round(x0 * page.width), round(y0 * page.height), round(x1 * page.width), round(y1 * page.height)


def test_each_box_holds_the_letters_of_its_word_and_outside_of_the_boxes_there_is_nothing() -> None:
    (page,), _ = made((NOTE + "gjpqy ÄÖÜ ñ — “quoted” | _ e\u0301 M W @ %\n日本語 слово").encode())
    ink = _ink(page)
    for word in page.words:
        assert ink.crop(_pixels(page, word.box)).getbbox(), word.text
    for word in page.words:
        ink.paste(0, _pixels(page, word.box))
    assert ink.getbbox() is None


def test_the_picture_can_be_read_by_a_machine_that_does_not_know_the_words() -> None:
    (page,), _ = made(NOTE.encode())
    read = page_text(default_reader(), page.png, 1)
    found = {word.text.strip(".,:;") for word in read.words}
    wanted = {word.strip(".,:;") for word in NOTE.split()}
    assert len(found & wanted) >= 0.9 * len(wanted)


def test_the_words_go_through_recognition_as_they_are(sandbox: Sandbox) -> None:
    document = sandbox.render(NOTE.encode())
    (page,) = document.pages
    read = sandbox.recognise(page.png, 1, page.words)
    assert [word.text for word in read.words] == NOTE.split()
    assert (read.rotation, read.quality) == (0, 1.0)


plain = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cn", "Co", "Cc"]), max_size=300)


@given(st.lists(plain, max_size=8).map("\n".join))
def test_whatever_is_written_is_laid_out_whole_in_order_and_on_the_page(written: str) -> None:
    seen = cleaned(written)
    sheets = list(text._sheets(seen))
    flat = "".join(word for sheet in sheets for line in sheet for _, word in line)
    assert flat == "".join(seen.split())
    for line in (line for sheet in sheets for line in sheet):
        ends = [0]
        for column, word in line:
            assert column >= ends[-1]
            ends.append(column + sum(map(text.cells, word)))
        assert ends[-1] <= text.COLUMNS


@given(st.binary(max_size=400))
def test_any_bytes_end_in_pages_or_in_a_reason(data: bytes) -> None:
    try:
        found = list(text.pages(data, LIMITS, render.pages))
    except UnreadableDocument:
        return
    assert found


def test_a_long_line_is_broken_at_a_space_and_a_longer_word_anywhere() -> None:
    (page,), _ = made(f"{'word ' * 30}\n{'x' * 200}\n".encode())
    assert [word.text for word in page.words[:30]] == ["word"] * 30
    assert [word.text for word in page.words[30:]] == ["x" * 88, "x" * 88, "x" * 24]


def test_a_form_feed_begins_a_page_and_so_does_the_end_of_one() -> None:
    found, _ = made(b"one\ftwo\f\fthree\n" + b"line\n" * 60)
    assert [[word.text for word in page.words][:1] for page in found] == [["one"], ["two"], ["three"], ["line"]]
    assert [page.number for page in found] == [1, 2, 3, 4]


def test_more_pages_than_allowed_are_told_and_the_allowed_ones_kept() -> None:
    found, problems = made(b"line\n" * 1000, RenderLimits(max_pages=3))
    assert [page.number for page in found] == [1, 2, 3]
    assert [(one.code, one.page) for one in problems] == [(Reason.TOO_MANY_PAGES, 4)]


def test_a_text_of_many_megabytes_costs_no_more_than_its_pages() -> None:
    started = time.monotonic()
    _, problems = made(b"word " * 4_000_000, RenderLimits(max_pages=2))
    assert problems[0].code is Reason.TOO_MANY_PAGES
    assert time.monotonic() - started < 30


def test_what_stands_behind_endless_blank_lines_is_not_lost_without_a_word() -> None:
    found, problems = made(b"begin" + b"\n" * 3_000_000 + b"end", RenderLimits(max_pages=3))
    assert [word.text for page in found for word in page.words] == ["begin"]
    assert [one.code for one in problems] == [Reason.TOO_MANY_PAGES]


# -------------------------------------------------------------------------------------------------------- encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_accents_survive_every_encoding_that_offices_use(encoding: str) -> None:
    assert words("José Muñoz € “soon”".encode(encoding)) == ["José", "Muñoz", "€", "“soon”"]


def test_one_broken_letter_does_not_turn_the_others_into_nonsense() -> None:
    broken = "ñ é ü ö ä José".encode() + b" \xff end"
    assert words(broken) == ["ñ", "é", "ü", "ö", "ä", "José", "\ufffd", "end"]


@pytest.mark.parametrize("size", [text._SAMPLE - 1, text._SAMPLE, text._SAMPLE + 1])
def test_a_letter_across_the_end_of_the_sample_is_no_broken_one(size: int) -> None:
    data = b"x" * (size - 1) + "ñ and more".encode()
    assert decoded(data) == data.decode()
    assert kind_of(data) is TextType.PLAIN


def test_what_hides_or_turns_text_and_what_controls_a_terminal_is_gone() -> None:
    assert words("Pa\u200btient\u202e: \x07A\u0301very".encode()) == ["Patient:", "\ufffdÁvery"]


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90 a program",
        b"PK\x03\x04 an office file",
        b"{\\rtf1 rich text}",
        b"%!PS-Adobe",
        b"<?xml version='1.0'?><ClinicalDocument/>",
        bytes(range(256)) * 4,
        b"text with \x00 a zero",
        b"\x01\x02\x03\x04\x05",
    ],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    assert refused(data) is Reason.NOT_A_DOCUMENT


@pytest.mark.parametrize("data", [b"   \n\t\n", b"\xef\xbb\xbf", b"<html><body> </body></html>", "\u200b".encode()])
def test_a_text_that_says_nothing_is_empty(data: bytes) -> None:
    assert refused(data) is Reason.EMPTY


def test_a_note_that_begins_like_a_letter_loses_none_of_its_head() -> None:
    note = b"From: Dr. Okafor\nTo: Main Street\nPatient: Avery Testperson\nDate: 11/21/2026\n\nPlease see."
    assert kind_of(note) is TextType.PLAIN
    assert words(note) == note.decode().split()


# ------------------------------------------------------------------------------------------------------------- HTML


def test_a_page_is_read_as_a_browser_shows_it() -> None:
    page = """<!doctype html><html><head><title>no</title><style>p {color: red}</style></head><body>
      <h1>Referral</h1><p>Patient: <b>Avery</b>&nbsp;Testperson<br>born&#32;04/27/1961</p>
      <table><tr><th>Payer</th><td>Aetna</td></tr><tr><th>Member</th><td>W123</td></tr></table>
      <ul><li>one</li><li>two</li></ul><pre>a   b
c</pre><script>alert("no")</script><!-- no --><img alt="logo"></body></html>"""
    assert cleaned(stripped(page)).strip().split("\n") == [
        "Referral",
        "Patient: Avery Testperson",
        "born 04/27/1961",
        "Payer   Aetna",
        "Member   W123",
        "- one",
        "- two",
        "a   b",
        "c",
        "[logo]",
    ]


@pytest.mark.parametrize(
    "hidden",
    ['<div style="display:none">no</div>', "<p hidden>no</p>", '<span style="FONT-SIZE:0px">no</span>'],
)
def test_what_a_browser_hides_is_not_read(hidden: str) -> None:
    assert stripped(f"<p>before</p>{hidden}<p>after</p>").split() == ["before", "after"]


def test_something_hidden_that_is_never_closed_hides_nothing_that_follows() -> None:
    assert "after" in stripped("<p>before</p><div hidden>shown then<p>after</p>")
    assert "after" in stripped("<p>before</p><style>p {}<p>after</p>")


@pytest.mark.parametrize(
    "hostile",
    [
        "<" * 20_000,
        "<div>" * 20_000 + "end",
        "<a b='" + "x" * 20_000,
        "&#x110000; &#0; &bogus; end" * 100,
        "<![CDATA[ x ]]> <!-- " * 500,
        "<!doctype html>" + "<!-->" * 5_000 + "<script>" * 100,
    ],
)
def test_hostile_html_ends_soon_in_pages_or_a_reason(hostile: str) -> None:
    started = time.monotonic()
    with contextlib.suppress(UnreadableDocument):
        made(f"<html>{hostile}".encode(), RenderLimits(max_pages=5))
    assert time.monotonic() - started < 20


def test_html_names_its_own_encoding() -> None:
    data = '<html><meta charset="iso-8859-2"><body>Łódź</body></html>'.encode("iso-8859-2")
    assert words(data) == ["Łódź"]


# ----------------------------------------------------------------------------------------------------------- e-mail


def mail(body: str = "Please see the attached referral.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    stated = {
        "From": "Robin Okafor <office@grove.example>",
        "To": "intake@main.example",
        "Subject": "Referral",
        "Message-ID": "<1@grove.example>",
        "Date": "Sat, 21 Nov 2026 09:30:00 +0000",
    }
    for name, value in (stated | headers).items():
        message[name] = value
    message.set_content(body)
    return message


def lines(data: bytes) -> str:
    return " ".join(words(data))


def test_an_email_is_its_head_and_its_text() -> None:
    shown = lines(mail(Subject="Überweisung für Muñoz").as_bytes())
    assert shown.startswith("From: Robin Okafor <office@grove.example> To: intake@main.example Date: Sat, 21 Nov 2026")
    assert shown.endswith("Subject: Überweisung für Muñoz Please see the attached referral.")


def test_attachments_are_the_next_pages_and_are_named_on_the_first() -> None:
    message = mail()
    message.add_attachment(
        paper.tiff([paper.page(), paper.page(paper.COVER)]), maintype="image", subtype="tiff", filename="fax.tif"
    )
    message.add_attachment(paper.digital_pdf([paper.LETTER]), maintype="application", subtype="pdf", filename="a.pdf")
    message.add_attachment("a note of its own", filename="note.txt")
    found, problems = made(message.as_bytes())
    assert problems == []
    assert [page.number for page in found] == [1, 2, 3, 4, 5]
    first = " ".join(word.text for word in found[0].words)
    assert "Attachment 1: fax.tif Attachment 2: a.pdf Attachment 3: note.txt" in first
    assert found[1].words == ()
    assert found[3].words
    assert [word.text for word in found[4].words] == ["a", "note", "of", "its", "own"]


def test_what_cannot_be_opened_is_told_and_costs_nothing_else() -> None:
    message = mail()
    message.add_attachment(b"PK\x03\x04 office", maintype="application", subtype="msword", filename="a.docx")
    message.add_attachment(b"%PDF-1.4\nnot one", maintype="application", subtype="pdf", filename="b.pdf")
    message.add_attachment(paper.tiff([paper.page()]), maintype="image", subtype="tiff", filename="c.tif")
    found, problems = made(message.as_bytes())
    assert [page.number for page in found] == [1, 2]
    assert [(one.code, one.page) for one in problems] == [(Reason.NOT_A_DOCUMENT, None), (Reason.DAMAGED, None)]
    assert problems[0].message.startswith("Attachment 1: ")


def test_of_two_forms_of_the_same_text_the_fuller_one_is_shown_once() -> None:
    message = mail("Your mail program shows no HTML.")
    message.add_alternative("<p>" + "Please see this patient soon. " * 5 + "</p>", subtype="html")
    assert "shows no HTML" not in lines(message.as_bytes())
    both = mail("Please see this patient.")
    both.add_alternative("<p>Please see this <b>patient</b>.</p>", subtype="html")
    assert lines(both.as_bytes()).count("Please see this patient.") == 1


def test_an_attachment_within_the_form_that_is_not_shown_is_not_lost() -> None:
    rich = MIMEMultipart("mixed", None, [MIMEText("<p>Hello</p>", "html"), MIMEText("file of its own", "csv")])
    rich.get_payload()[1]["Content-Disposition"] = 'attachment; filename="a.csv"'  # type: ignore[index]
    outer = MIMEMultipart("alternative", None, [MIMEText("Hello, a longer plain text"), rich])
    outer["Message-ID"], outer["From"] = "<2@x>", "x@example.com"
    assert lines(outer.as_bytes()).endswith("file of its own")


def test_texts_side_by_side_are_all_shown() -> None:
    outer = MIMEMultipart("mixed", None, [MIMEText("<p>first</p>", "html"), MIMEText("second"), MIMEText("third")])
    outer["Message-ID"], outer["From"] = "<2@x>", "x@example.com"
    assert lines(outer.as_bytes()).endswith("first second third")


def test_a_forwarded_message_is_read_with_what_hangs_on_it() -> None:
    inner = mail("The inner text")
    inner.add_attachment(paper.tiff([paper.page()]), maintype="image", subtype="tiff", filename="c.tif")
    outer = mail("See below")
    outer.add_attachment(inner)
    found, problems = made(outer.as_bytes())
    assert problems == []
    assert len(found) == 3
    assert "inner" in {word.text for word in found[1].words}


def test_the_logo_of_a_signature_is_no_page_and_a_photographed_one_is() -> None:
    message = mail()
    for size in ((200, 60), (1700, 2200)):
        target = io.BytesIO()
        Image.new("L", size, 255).save(target, "PNG")
        message.add_attachment(
            target.getvalue(), maintype="image", subtype="png", disposition="inline", cid="<a@b>", filename="i.png"
        )
    found, problems = made(message.as_bytes())
    assert problems == []
    assert len(found) == 2


def test_messages_within_messages_end() -> None:
    message: Message = mail("innermost")
    for _ in range(12):
        outer = mail("around it")
        outer.add_attachment(message)
        message = outer
    found, problems = made(message.as_bytes())
    assert 1 < len(found) < 12
    assert {one.code for one in problems} == {Reason.NOT_A_DOCUMENT}


@pytest.mark.parametrize(
    "data",
    [
        b"Message-ID: <1@x>\nSubject: =?utf-8?b?////?=\nFrom: =?bogus?q?x?=\n\nbody",
        b"Message-ID: <1@x>\nFrom: a\nContent-Type: multipart/mixed; boundary=b\n\nno boundary at all",
        b"Message-ID: <1@x>\nFrom: a\nContent-Type: text/plain; charset=nonsense\n\nbody \xff\xfe here and more text",
        b"Message-ID: <1@x>\nFrom: a\nContent-Transfer-Encoding: base64\n\n!!!not base64!!!",
        b"Message-ID: <1@x>\nFrom: a\nContent-Type: image/png\nContent-Disposition: attachment\n\nno picture",
        b"Message-ID: <1@x>\nFrom: a\nContent-Type: \x00\n\nbody",
    ],
)
def test_a_broken_email_ends_in_pages_or_a_reason(data: bytes) -> None:
    try:
        found, problems = made(data)
    except UnreadableDocument:
        return
    assert found or problems


def test_multiparts_nested_without_end_are_shown_as_they_came() -> None:
    part: Message = MIMEText("innermost")
    for _ in range(40):
        part = MIMEMultipart("mixed", None, [part])
    part["Message-ID"], part["From"] = "<2@x>", "x@example.com"
    assert "innermost" in words(part.as_bytes())


def test_an_email_of_more_pages_than_allowed_keeps_the_allowed_ones() -> None:
    message = mail("line\n" * 130)
    message.add_attachment(paper.tiff([paper.page()] * 3), maintype="image", subtype="tiff", filename="c.tif")
    found, problems = made(message.as_bytes(), RenderLimits(max_pages=4))
    assert [page.number for page in found] == [1, 2, 3, 4]
    assert [one.code for one in problems] == [Reason.TOO_MANY_PAGES]
