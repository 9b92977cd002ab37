from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.intake.reading import codec, pipeline
from homing.intake.reading.sandbox import Sandbox
from homing.intake.reading.types import (
    Box,
    FieldValue,
    PageImage,
    PageText,
    ReadingResult,
    RenderedDocument,
    Word,
)
from homing.kit import reference
from tests.fixtures.fax import bad, pages

FLOATS = st.floats(0, 1)
BOXES = st.tuples(FLOATS, FLOATS, FLOATS, FLOATS)
FLAGS = (st.booleans(), st.booleans(), st.booleans())
WORDS = st.builds(Word, st.text(min_size=1), BOXES, FLOATS, st.integers(0, 500), *FLAGS, st.text())
PAGES = st.builds(
    PageText,
    st.integers(1, 999),
    st.lists(WORDS, max_size=4).map(tuple),
    st.sampled_from([0, 90, 180, 270]),
    st.floats(-6, 6),
    FLOATS,
    st.integers(1, 9999),
    st.integers(1, 9999),
    st.lists(st.text(), max_size=2).map(tuple),
    st.none() | st.just("damaged"),
    st.text(),
    st.none() | st.just("6175550142"),
)


@given(PAGES)
def test_a_page_comes_back_from_json_as_it_was(page: PageText) -> None:
    assert codec.from_json(PageText, codec.to_json(page)) == page


def test_a_page_stored_before_strips_and_handwriting_were_told_is_still_read() -> None:
    stored = '{"number": 1, "words": [{"text": "MRN", "box": [0.1, 0.1, 0.2, 0.2], "confidence": 0.9, "line": 2}]}'
    page = codec.from_json(PageText, stored)
    assert page == PageText(1, (Word("MRN", (0.1, 0.1, 0.2, 0.2), 0.9, 2),))
    assert (page.strip, page.sending_number, page.words[0].handwritten) == ("", None, False)


@given(st.binary(), st.lists(WORDS, max_size=2).map(tuple))
def test_a_rendered_document_comes_back_from_json_with_every_byte(png: bytes, words: tuple[Word, ...]) -> None:
    document = RenderedDocument((PageImage(1, png, 10, 20, 204.0, words),))
    assert codec.from_json(RenderedDocument, codec.to_json(document)) == document


@given(st.text() | st.lists(st.text()).map(tuple), BOXES)
def test_a_field_keeps_whether_it_is_one_value_or_a_list(value: str | tuple[str, ...], box: Box) -> None:
    field = FieldValue("reason", value, 0.5, 1, box)
    assert codec.from_json(FieldValue, codec.to_json(field)) == field


@pytest.fixture(scope="module")
def packet(sandbox: Sandbox) -> ReadingResult:
    sent = [pages.page(pages.COVER), pages.page(skew=1.1, rotation=180, noise=800)]
    return pipeline.read(pages.tiff(sent), sandbox=sandbox)


def test_a_packet_of_cover_and_letter_is_one_referral_with_its_fields(packet: ReadingResult) -> None:
    (document,) = packet.reading.documents
    assert (document.kind, document.pages) == ("referral", (1, 2))
    stated = {field.name: field.value for field in document.fields}
    assert stated["patient.family"] == "Ashgrove"
    assert stated["patient.given"] == "Juniper"
    assert stated["patient.birth_date"] == "1961-04-05"
    assert stated["patient.phone"] == "6175550142"
    assert stated["referrer.fax"] == "6175550111"
    assert stated["referrer.npi"] == "1234567893"
    assert stated["diagnosis.codes"] == ("I48.0",)
    assert stated["priority"] == "urgent"
    assert document.missing == ()
    assert document.routing is not None
    assert document.routing.specialty == "Cardiovascular Disease"


def test_an_upside_down_page_is_turned_and_its_slant_measured(packet: ReadingResult) -> None:
    cover, letter = packet.pages
    assert (cover.rotation, letter.rotation) == (0, 180)
    assert letter.skew == pytest.approx(1.1, abs=0.2)
    assert letter.quality > 0.8


def test_a_box_lies_on_the_page_as_it_was_received(packet: ReadingResult) -> None:
    birth_date = packet.reading.documents[0].value("patient.birth_date")
    assert birth_date is not None
    assert birth_date.page == 2
    # Printed on the left, in the upper third: upside down that is on the right, in the lower third.
    x0, y0, x1, y1 = birth_date.box
    assert 0.4 < x0 < x1 < 0.75
    assert 0.6 < y0 < y1 < 0.8
    assert y1 - y0 < 0.05


def test_two_patients_are_two_documents_and_the_cover_belongs_to_neither(sandbox: Sandbox) -> None:
    sent = [pages.page(pages.COVER), pages.page(), pages.page(pages.OTHER_LETTER)]
    reading = pipeline.read(pages.tiff(sent), sandbox=sandbox).reading
    assert [document.pages for document in reading.documents] == [(2,), (3,)]
    assert reading.pages[0].kind == "cover_sheet"


def test_a_digital_pdf_is_understood_from_its_own_words(sandbox: Sandbox) -> None:
    result = pipeline.read(pages.digital_pdf([pages.LETTER]), sandbox=sandbox)
    family = result.reading.documents[0].value("patient.family")
    assert family is not None
    assert family.value == "Ashgrove"
    assert result.pages[0].quality == 1.0


def test_our_own_reference_is_found_in_the_text(sandbox: Sandbox) -> None:
    mine = reference.mint()
    printed = (*pages.LETTER, "", f"Your reference: {reference.display(mine)}")
    (document,) = pipeline.read(pages.digital_pdf([printed]), sandbox=sandbox).reading.documents
    assert document.references == (mine,)


def test_a_blank_page_is_blank_and_belongs_to_no_referral(sandbox: Sandbox) -> None:
    reading = pipeline.read(pages.tiff([pages.page(), pages.page((), noise=300)]), sandbox=sandbox).reading
    assert [one.kind for one in reading.pages] == ["letter", "blank"]
    assert [document.pages for document in reading.documents] == [(1,)]


def test_a_fax_of_nothing_but_a_blank_page_is_a_blank_document(sandbox: Sandbox) -> None:
    (document,) = pipeline.read(pages.tiff([pages.page(())]), sandbox=sandbox).reading.documents
    assert (document.kind, document.pages, document.fields) == ("blank", (1,), ())


def test_a_broken_page_is_reported_and_the_others_are_read(sandbox: Sandbox) -> None:
    result = pipeline.read(bad.broken_page(2), sandbox=sandbox)
    assert [page.number for page in result.pages] == [1, 3]
    assert [problem.page for problem in result.problems] == [2]
    assert result.reading.documents[0].kind == "referral"


def test_the_steps_one_by_one_give_what_the_whole_gives(sandbox: Sandbox, packet: ReadingResult) -> None:
    sent = [pages.page(pages.COVER), pages.page(skew=1.1, rotation=180, noise=800)]
    rendered = pipeline.render(pages.tiff(sent), sandbox=sandbox)
    texts = [pipeline.recognise(page.png, page.number, page.words, sandbox=sandbox) for page in rendered.pages]
    assert tuple(texts) == packet.pages
    assert pipeline.understand(texts) == packet.reading
