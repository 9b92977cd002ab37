"""The line of the sender's fax machine: told from letterheads, read, and found on pages however they were sent."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from homing.intake.reading import strip
from homing.intake.reading.engines import default_reader
from homing.intake.reading.recognise import page_text
from homing.intake.reading.strip import StripFacts, facts, is_strip
from homing.intake.reading.types import PageText, Word
from tests.fixtures.fax import pages

DAY = date(2026, 11, 21)
NUMBER = "6175550142"
STRIPS = {
    "Nov 21 2026 11:17 FROM: 6175550142  TO: 16175550199  P.001/005": StripFacts(NUMBER, 1, 5, DAY),
    "11/21/2026 08:14 FROM:6175550142 TO:6175550199 P.02/05": StripFacts(NUMBER, 2, 5, DAY),
    "NOV-21-2026 08:14A FROM:WILLOW CREEK FAM MED 6175550142 TO:18005550199 P.2/5": StripFacts(NUMBER, 2, 5, DAY),
    "11/21/2026 SAT 8:14 FAX 617 555 0142 WILLOW CREEK @002/005": StripFacts(NUMBER, 2, 5, DAY),
    "FROM :Harbor Clinic FAX NO. :617 555 0142 Nov. 21 2026 08:14AM P2": StripFacts(NUMBER, 2, None, DAY),
    "2026-11-21 08:14 Willow Creek 6175550142 >> 6175550199 P 2/5": StripFacts(NUMBER, 2, 5, DAY),
    "To: +16175550199 Page: 02 of 05 2026-11-21 13:14:15 GMT 16175550142 From: R. F.": StripFacts(NUMBER, 2, 5, DAY),
    "Received: Nov 21 2026 08:14am 6175550142 -> 6175550199 p. 2/5": StripFacts(NUMBER, 2, 5, DAY),
    "11-21-'26 08:14 FROM- WILLOW T-123 P0002/0005 F-456": StripFacts(None, 2, 5, DAY),
    "Fax Server 11/21/2026 8:14:22 AM PAGE 2/005 Fax Server": StripFacts(None, 2, 5, DAY),
    "From:6175550142 To:6175550111 11/21/2026 08:14:12 #123 P.002/005": StripFacts(NUMBER, 2, 5, DAY),
    "TSID: 617-555-0142 21-Nov-2026 08:14 002/005": StripFacts(NUMBER, 2, 5, DAY),
    "Nov. 21. 2026 8:14AM No. 1234 P. 2/5": StripFacts(None, 2, 5, DAY),
}


@pytest.mark.parametrize("text", STRIPS)
def test_the_strips_of_many_machines_tell_number_page_and_day(text: str) -> None:
    assert is_strip(text)
    assert facts(text) == STRIPS[text]


@pytest.mark.parametrize(
    "text",
    [
        "Willow Creek Family Medicine",
        "Phone: (617) 555-0110 Fax: (617) 555-0111",
        "March 3, 2026",
        "Patient: Juniper Ashgrove DOB 04/05/1961 08:12 Page 1/2",
        "Printed 11/21/2026 08:14 Page 1 of 3",
        "Date: 11/21/2026 Page 1 of 3 Fax: 617-555-0110",
        "Page 2 of 5",
        "",
    ],
)
def test_letterheads_and_running_heads_are_no_strips(text: str) -> None:
    assert not is_strip(text)


@given(
    st.dates(date(2001, 1, 1), date(2049, 12, 31)),
    st.tuples(st.integers(2, 9), st.integers(0, 99), st.integers(2, 9), st.integers(0, 99), st.integers(0, 9999)),
    st.integers(1, 200),
    st.integers(0, 99),
    st.sampled_from(["%m/%d/%Y", "%b %d %Y", "%b-%d-%Y", "%Y-%m-%d", "%m-%d-%y"]),
    st.sampled_from(["FROM:{0}", "FAX: {0}", "TEL {0}", "{0}", "CSID:{0} "]),
    st.sampled_from(["{:03}/{:03}", "P.{}/{}", "PAGE {} OF {}", "p {}/{}"]),
)
def test_what_a_machine_prints_is_read_back(
    day: date, number: tuple[int, int, int, int, int], page: int, more: int, dated: str, sender: str, counted: str
) -> None:
    digits = "{}{:02}{}{:02}{:04}".format(*number)
    text = f"{day.strftime(dated)} 08:14 {sender.format(digits)} TO: 6175550199 {counted.format(page, page + more)}"
    assert is_strip(text)
    assert facts(text) == StripFacts(digits, page, page + more, day)


@given(st.text(st.characters(codec="ascii"), max_size=120) | st.from_regex(r"[0-9/:. PFROMTO-]{0,80}"))
def test_any_text_gives_facts_that_make_sense_and_no_error(text: str) -> None:
    is_strip(text)
    found = facts(text)
    assert found.number is None or (len(found.number) == 10 and found.number.isdigit())
    assert found.page is None or 1 <= found.page <= (found.pages or 999)
    assert found.pages is None or found.page is not None


def test_the_recipients_number_is_never_taken_for_the_senders() -> None:
    assert facts("11/21/2026 08:14 TO: 6175550199 P.1/2").number is None


def test_only_lines_at_the_edge_are_strips() -> None:
    words = [Word(text, (0.1 * n, 0.3, 0.1 * n + 0.08, 0.31), 0.9) for n, text in enumerate(["08:14", NUMBER, "P.1/2"])]
    assert not any(word.strip for word in strip.marked(words))


def _sent(*, skew: float = 0.0, rotation: int = 0) -> Image.Image:
    """Return a page with the strip as machines print it: on the page as it is sent, level whatever the paper is."""
    image = pages.page(skew=skew, rotation=rotation).convert("L")
    line = "Nov 21 2026 11:17   FROM: 6175550142   TO: 16175550199   P.001/002"
    ImageDraw.Draw(image).text((20, 8), line, fill=0, font=ImageFont.load_default(26))
    return image.convert("1", dither=Image.Dither.NONE)


@pytest.mark.parametrize(("skew", "rotation"), [(0.0, 0), (-1.7, 0), (1.7, 0), (0.6, 180), (0.0, 90)])
def test_the_strip_of_a_page_is_kept_apart_however_the_page_was_sent(skew: float, rotation: int) -> None:
    page = _read(_sent(skew=skew, rotation=rotation))
    assert page.rotation == (360 - rotation) % 360
    assert page.sending_number == NUMBER
    assert facts(page.strip).page == 1
    assert all(word.box[3] < 0.05 for word in page.words if word.strip)
    assert NUMBER not in page.text
    assert "Ashgrove" in page.text
    assert "Willow" not in page.strip


def test_a_page_without_a_strip_has_none_and_keeps_its_letterhead() -> None:
    page = _read(pages.page())
    assert (page.strip, page.sending_number) == ("", None)
    assert not any(word.strip for word in page.words)


def _read(image: Image.Image) -> PageText:
    return page_text(default_reader(), pages.picture(image, "PNG"), 1)
