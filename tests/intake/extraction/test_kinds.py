from __future__ import annotations

from dataclasses import replace

import pytest

from homing.intake.extraction import kinds, model, packets
from homing.intake.extraction.understand import understand
from homing.kit import reference
from tests.fixtures.fax import pages, texts
from tests.intake.extraction import answers
from tests.intake.extraction.sheets import SHEETS

PAGES = {
    "cover_sheet": pages.COVER,
    "letter": pages.LETTER,
    "lab": SHEETS["lab_result"],
    "imaging": SHEETS["imaging_report"],
    "blank": (),
}


@pytest.mark.parametrize("kind", PAGES)
def test_pages_are_told_apart_by_their_words(kind: str) -> None:
    page = texts.page(PAGES[kind])
    assert kinds.page_kind(page, model.shipped().answer(page)).kind == kind


@pytest.mark.parametrize("kind", SHEETS)
def test_documents_are_told_apart_by_their_words(kind: str) -> None:
    (document,) = understand([texts.page(SHEETS[kind])]).documents
    assert document.kind == kind
    assert 0 < document.kind_confidence < 1


def test_a_letter_that_asks_to_see_somebody_is_a_referral() -> None:
    (document,) = understand([texts.page(pages.LETTER)]).documents
    assert document.kind == "referral"


def test_a_page_that_carries_our_code_is_our_reply_sheet() -> None:
    mine = reference.mint()
    page = texts.page(("Seen on March 9", "Note to follow soon"), codes=(reference.qr_payload(mine),))
    (document,) = understand([page]).documents
    assert (document.kind, document.references) == ("reply_sheet", (mine,))


def test_what_is_attached_to_a_referral_does_not_make_it_something_else() -> None:
    packet = [texts.page(pages.COVER, 1), texts.page(pages.LETTER, 2), texts.page(SHEETS["lab_result"], 3)]
    (document,) = understand(packet).documents
    assert (document.kind, document.pages) == ("referral", (1, 2, 3))


def test_a_batch_of_two_patients_is_two_referrals() -> None:
    batch = [texts.page(pages.COVER, 1), texts.page(pages.LETTER, 2), texts.page(pages.OTHER_LETTER, 3)]
    assert [(one.kind, one.pages) for one in understand(batch).documents] == [("referral", (2,)), ("referral", (3,))]


def test_a_misread_letter_or_digit_does_not_split_a_packet() -> None:
    misread = tuple(line.replace("Ashgrove", "Ashqrove").replace("04/05/1961", "04/05/1967") for line in pages.LETTER)
    (document,) = understand([texts.page(pages.LETTER, 1), texts.page(misread, 2)]).documents
    assert document.pages == (1, 2)


def test_no_pages_are_no_documents() -> None:
    assert understand([]).documents == ()


def test_a_kind_that_no_page_is_sure_of_is_not_sure_either() -> None:
    page = texts.page(pages.LETTER)
    sure = answers.answer(page, {}, document="referral")
    unsure = replace(sure, document_kinds=dict.fromkeys(sure.document_kinds, 1 / len(sure.document_kinds)))
    shown = [kinds.page_kind(page, sure)]

    assert kinds.document_kind([sure], shown)[1] > kinds.document_kind([unsure], shown)[1]


def test_the_weights_are_those_of_the_evidence_that_is_weighed() -> None:
    page = texts.page(pages.LETTER)
    found = kinds.evidence([answers.answer(page, {})], {1: "referral"})

    assert {len(one) for one in found.values()} == {len(kinds.EVIDENCE)} == {len(packets.shipped().kinds)}
