from __future__ import annotations

import dataclasses
import io

import cv2
import numpy as np
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from homing.formats.faxsheet import (
    MAX_PAGES,
    AttachmentUnreadable,
    Fact,
    LadderStep,
    NoticeSheet,
    StepState,
    count_pages,
    cover_then,
    render_notice,
)
from homing.kit import reference
from tests.simulate import documents

REFERENCE = "H2345678CU"
MISREAD_BY_ONE_DETECTOR = ("HDZCTP6Q7M", "HFVD8QZ9TP")
SHEET = NoticeSheet(
    organization_name="Riverbend Specialty Group",
    organization_address="400 Harbor Street, Suite 210\nBoston, MA 02110",
    organization_phone="6175550100",
    organization_fax="+16175550101",
    to_name="Lake Family Medicine",
    to_fax="+16175550123",
    title="We have received your referral",
    reference=REFERENCE,
    printed_at="06/15/2026 9:42 AM",
    ladder=(
        LadderStep("Received", "06/15/2026", StepState.DONE),
        LadderStep("Accepted", "", StepState.NEXT),
        LadderStep("Scheduled"),
        LadderStep("Seen"),
        LadderStep("Note returned"),
    ),
    facts=(Fact("Pages received", "3"),),
    paragraphs=("Your fax has arrived and is being reviewed.",),
    missing=("Insurance member number", "Reason for the referral"),
    reply_fax="+16175550102",
)


def text_of(pdf: bytes) -> list[str]:
    opened = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in opened]
    finally:
        opened.close()


def sizes_of(pdf: bytes) -> list[tuple[int, int]]:
    opened = pypdfium2.PdfDocument(pdf)
    try:
        return [(round(page.get_width()), round(page.get_height())) for page in opened]
    finally:
        opened.close()


def faxed(pdf: bytes, *, y_dpi: int, page: int = 0) -> NDArray[np.uint8]:
    """Return a page after 204 by `y_dpi` and 1 bit, laid out again with square pixels."""
    opened = pypdfium2.PdfDocument(pdf)
    try:
        drawn = opened[page].render(scale=204 / 72, grayscale=True).to_pil()
    finally:
        opened.close()
    line = drawn.resize((1728, 11 * y_dpi), Image.Resampling.BOX).point([0] * 128 + [255] * 128).convert("1")
    return np.asarray(line.convert("L").resize((1728, 11 * 204), Image.Resampling.NEAREST), dtype=np.uint8)


def decoded(page: cv2.typing.MatLike) -> str:
    """Return what a patient reader finds: OpenCV's first detector misses one perfect code in 250, its second none."""
    first = cv2.QRCodeDetectorAruco().detectAndDecode(page)[0]
    return str(first or cv2.QRCodeDetector().detectAndDecode(page)[0])


def test_the_number_used_here_is_a_real_one() -> None:
    assert reference.parse(REFERENCE) == REFERENCE


def test_a_notice_is_one_letter_page_that_says_what_it_must() -> None:
    pdf = render_notice(SHEET)
    (text,) = text_of(pdf)

    assert sizes_of(pdf) == [(612, 792)]
    for part in (
        "Riverbend Specialty Group",
        "Boston, MA 02110",
        "(617) 555-0100",
        "(617) 555-0101",
        "Lake Family Medicine",
        "(617) 555-0123",
        "06/15/2026 9:42 AM",
        "We have received your referral",
        reference.display(REFERENCE),
        "Pages received: 3",
        "Note returned",
        "being reviewed",
        "Insurance member number",
        "Fax back to (617) 555-0102",
        "Confidential",
        "Page 1 of 1",
    ):
        assert part in text, part


@pytest.mark.parametrize("y_dpi", [98, 196])
def test_the_code_can_be_read_from_a_fax(y_dpi: int) -> None:
    for number in (*MISREAD_BY_ONE_DETECTOR, *(reference.mint() for _ in range(10))):
        page = faxed(render_notice(dataclasses.replace(SHEET, reference=number)), y_dpi=y_dpi)

        assert decoded(page) == f"HOMING:1:{number}"


@pytest.mark.parametrize("turn", [cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE])
def test_the_code_can_be_read_from_a_page_that_lay_the_wrong_way(turn: int) -> None:
    page = cv2.rotate(faxed(render_notice(SHEET), y_dpi=98), turn)

    assert decoded(page) == f"HOMING:1:{REFERENCE}"


def test_the_code_can_be_read_through_dirt_on_the_glass() -> None:
    page = faxed(render_notice(SHEET), y_dpi=98).copy()
    noise = np.random.default_rng(7)
    page[noise.random(page.shape) < 0.01] = 0
    page[noise.random(page.shape) < 0.01] = 255
    page[:, 1400:1403] = 0

    assert decoded(cv2.medianBlur(page, 3)) == f"HOMING:1:{REFERENCE}"


def test_nothing_on_the_page_is_grey() -> None:
    page = opened_page(render_notice(SHEET))

    assert (page < 60).mean() > 0.02
    assert ((page > 60) & (page < 195)).mean() < 0.02, "only the edges of letters may be grey"


def opened_page(pdf: bytes) -> NDArray[np.uint8]:
    opened = pypdfium2.PdfDocument(pdf)
    try:
        return np.asarray(opened[0].render(scale=3, grayscale=True).to_pil())
    finally:
        opened.close()


def font_sizes(pdf: bytes) -> set[float]:
    opened = pypdfium2.PdfDocument(pdf)
    try:
        sizes = set()
        for page in opened:
            for found in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
                size = pypdfium2.raw.c_float()
                pypdfium2.raw.FPDFTextObj_GetFontSize(found, size)
                sizes.add(round(size.value, 1))
        return sizes
    finally:
        opened.close()


def test_no_text_is_smaller_than_eleven_points() -> None:
    assert min(font_sizes(render_notice(SHEET))) >= 11


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert render_notice(SHEET) == render_notice(SHEET)


def test_a_sheet_with_only_what_is_needed_looks_like_a_notice() -> None:
    bare = NoticeSheet("A", "", "", "", "", "", "T", REFERENCE, "")

    (text,) = text_of(render_notice(bare))

    assert "Still needed" not in text
    assert "Fax back" not in text
    assert "Phone" not in text


def test_without_a_number_of_its_own_the_answer_goes_to_the_organizations_fax() -> None:
    (text,) = text_of(render_notice(dataclasses.replace(SHEET, reply_fax="")))

    assert "Fax back to (617) 555-0101" in text


def test_what_does_not_fit_goes_on_another_page_that_names_the_referral() -> None:
    long = dataclasses.replace(SHEET, missing=tuple(f"Document number {number}" for number in range(40)))

    texts = text_of(render_notice(long))

    assert len(texts) >= 2
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {len(texts)}" in text
        assert reference.display(REFERENCE) in text
    assert "Document number 39" in "".join(texts)


def test_pages_behind_the_notice_are_counted() -> None:
    (text,) = text_of(render_notice(dataclasses.replace(SHEET, page_total=7)))

    assert "Page 1 of 7" in text


def test_markup_in_a_name_is_text() -> None:
    (text,) = text_of(render_notice(dataclasses.replace(SHEET, to_name="<b>Lake</b> & Sons", title="a < b")))

    assert "<b>Lake</b> & Sons" in text


def test_letters_that_the_fonts_lack_lose_their_accents_and_never_turn_into_boxes() -> None:
    named = dataclasses.replace(SHEET, to_name="Žofie Müller Łukasz 東京", title="Přijato")

    (text,) = text_of(render_notice(named))

    assert "Žofie Müller ?ukasz ??" in text
    assert "Prijato" in text


words = st.text(max_size=120)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=words,
    paragraphs=st.lists(words, max_size=4),
    missing=st.lists(words, max_size=6),
    ladder=st.lists(st.builds(LadderStep, words, words, st.sampled_from(StepState)), max_size=7),
)
def test_no_text_breaks_the_page(
    name: str, paragraphs: list[str], missing: list[str], ladder: list[LadderStep]
) -> None:
    sheet = dataclasses.replace(
        SHEET,
        organization_name=name,
        to_name=name,
        title=name,
        facts=(Fact(name, name),),
        paragraphs=tuple(paragraphs),
        missing=tuple(missing),
        ladder=tuple(ladder),
    )

    assert 1 <= count_pages(render_notice(sheet)) <= 3


# -- documents behind it ----------------------------------------------------------------------------------------------


def png(size: tuple[int, int] = (850, 1100), mode: str = "L") -> bytes:
    output = io.BytesIO()
    Image.new(mode, size, 200 if mode == "L" else (200, 0, 0, 255)).save(output, "PNG")
    return output.getvalue()


def test_documents_of_every_kind_follow_the_cover_in_order() -> None:
    cover = render_notice(dataclasses.replace(SHEET, page_total=7))
    attachments = [documents.pdf(2, "note"), documents.tiff(2), png(), png(mode="RGBA")]

    whole = cover_then(cover, attachments)

    assert count_pages(whole) == 7 == 1 + sum(count_pages(attachment) for attachment in attachments)
    texts = text_of(whole)
    assert "We have received your referral" in texts[0]
    assert ["note 1" in texts[1], "note 2" in texts[2]] == [True, True]


@pytest.mark.parametrize("fine", [True, False])
def test_a_fax_page_keeps_the_shape_of_its_paper(*, fine: bool) -> None:
    whole = cover_then(render_notice(SHEET), [documents.tiff(fine=fine)])

    page = faxed(whole, y_dpi=196, page=1)
    rows, columns = np.nonzero(page == 0)

    assert sizes_of(whole)[1] == (612, 792)
    assert rows.min() == pytest.approx(300 * 204 / (196 if fine else 98), abs=60)
    assert columns.min() == pytest.approx(200, abs=40)


def test_a_wide_picture_lies_on_a_wide_page() -> None:
    assert sizes_of(cover_then(render_notice(SHEET), [png((1100, 850))]))[1] == (792, 612)


def encrypted() -> bytes:
    output = io.BytesIO()
    canvas = Canvas(output, encrypt=pdfencrypt.StandardEncryption("user", "owner", strength=128))
    canvas.drawString(72, 72, "hidden")
    canvas.save()
    return output.getvalue()


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"PK\3\4 a zip file",
        b"%PDF-1.7 and nothing",
        documents.tiff()[:100],
        png()[:60],
        encrypted(),
        png((40_000, 2_000)),
    ],
    ids=["empty", "zip", "pdf header", "cut tiff", "cut png", "password", "too many pixels"],
)
@pytest.mark.filterwarnings("ignore:Image size:PIL.Image.DecompressionBombWarning", "ignore:Corrupt EXIF:UserWarning")
def test_what_cannot_be_faxed_is_refused(document: bytes) -> None:
    with pytest.raises(AttachmentUnreadable) as caught:
        cover_then(render_notice(SHEET), [document])

    assert caught.value.permanent


def test_more_pages_than_a_fax_may_have_are_refused() -> None:
    with pytest.raises(AttachmentUnreadable):
        cover_then(render_notice(SHEET), [documents.pdf(MAX_PAGES)])
