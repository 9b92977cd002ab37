from __future__ import annotations

import pytest

from homing.intake.extraction import splitting
from homing.intake.extraction.calibration import Calibration
from homing.intake.extraction.understand import understand
from homing.intake.reading.types import PageText
from homing.kit import reference
from tests.fixtures.fax import texts
from tests.intake.extraction.answers import Known

SURE = Calibration({"": (3.0,) + (0.0,) * 8}, {})
LOPEZ = ("Lopez", "Maria", "04/05/1961")
RAMOS = ("Ramos", "Peter", "11/23/1949")
#: A relative, who lives in the same house.
DANIEL = ("Lopez", "Daniel", "09/30/1988")
FAMILIES = dict.fromkeys(("Lopez", "Ramos", "Lopcz"), "patient.family")
GIVEN = dict.fromkeys(("Maria", "Peter", "Daniel"), "patient.given")
LABELS = FAMILIES | GIVEN | dict.fromkeys((LOPEZ[2], RAMOS[2], DANIEL[2]), "patient.birth_date")
Sheet = tuple[tuple[str, ...], str]


def read(pages: list[PageText], kinds: list[str]) -> list[tuple[int, ...]]:
    """Return how pages of some kinds (cover_sheet, referral, lab, junk) are divided."""
    told = {
        page.number: (
            kind if kind != "junk" else "other",
            {"cover_sheet": "referral", "lab": "lab_result"}.get(kind, kind),
        )
        for page, kind in zip(pages, kinds, strict=True)
    }
    known = Known(dict.fromkeys(told, LABELS), told)
    return [document.pages for document in understand(pages, known, SURE).documents]


def groups(*sheets: Sheet) -> list[tuple[int, ...]]:
    """Return how sheets, given as words and kind, are divided."""
    pages = [texts.page((*words, "and some more words"), n) for n, (words, _) in enumerate(sheets, 1)]
    return read(pages, [kind for _, kind in sheets])


def test_a_packet_of_one_patient_stays_whole() -> None:
    assert groups(((), "cover_sheet"), (LOPEZ, "referral"), (LOPEZ, "lab"), ((), "lab")) == [(1, 2, 3, 4)]


def test_another_patient_begins_another_document_and_the_batch_cover_belongs_to_none() -> None:
    assert groups(((), "cover_sheet"), (LOPEZ, "referral"), (RAMOS, "referral"), (RAMOS, "lab")) == [(2,), (3, 4)]


def test_a_cover_that_names_the_first_patient_stays_with_that_one() -> None:
    assert groups((LOPEZ, "cover_sheet"), (LOPEZ, "referral"), (RAMOS, "referral")) == [(1, 2), (3,)]


def test_a_relative_of_the_same_name_is_another_patient() -> None:
    assert groups((LOPEZ, "referral"), (DANIEL, "referral")) == [(1,), (2,)]


def test_one_misread_letter_is_no_other_patient() -> None:
    assert groups((LOPEZ, "referral"), (("Lopcz", "Maria", "04/05/1961"), "lab")) == [(1, 2)]


def test_a_page_that_only_gives_the_family_name_belongs_to_that_family() -> None:
    assert groups((LOPEZ, "referral"), (("Lopez",), "lab"), (RAMOS, "referral")) == [(1, 2), (3,)]


def test_two_results_of_one_patient_stay_one_document() -> None:
    assert groups((LOPEZ, "lab"), (LOPEZ, "lab")) == [(1, 2)]


def test_a_cover_in_the_middle_goes_with_what_follows() -> None:
    assert groups((LOPEZ, "referral"), ((), "cover_sheet"), (RAMOS, "referral")) == [(1,), (2, 3)]


def test_an_advertisement_behind_a_referral_is_no_attachment() -> None:
    assert groups((LOPEZ, "referral"), ((), "junk")) == [(1,), (2,)]


def test_blank_pages_belong_to_nothing_and_divide_nothing() -> None:
    pages = [
        texts.page((*LOPEZ, "and some more words"), 1),
        texts.page((), 2),
        texts.page((*LOPEZ, "and more words"), 3),
    ]

    assert read(pages, ["referral", "blank", "lab"]) == [(1, 3)]


def test_a_file_of_blank_pages_is_one_blank_document() -> None:
    pages = [texts.page((), 1), texts.page((), 2)]
    (document,) = understand(pages, Known({1: {}, 2: {}}), SURE).documents

    assert (document.kind, document.pages) == ("blank", (1, 2))


def test_two_of_our_reply_sheets_are_two_documents_though_they_look_the_same() -> None:
    codes = [(reference.qr_payload(reference.mint()),) for _ in range(2)]
    pages = [texts.page(("Seen on March 9", "Note to follow"), n, codes=code) for n, code in enumerate(codes, 1)]

    assert read(pages, ["referral", "referral"]) == [(1,), (2,)]


def test_no_page_no_document() -> None:
    assert groups() == []


def test_two_hundred_pages_are_divided_where_the_patient_changes() -> None:
    people = (LOPEZ, RAMOS)
    sheets = [(people[number // 10 % 2], "referral") for number in range(200)]

    assert groups(*sheets) == [tuple(range(first, first + 10)) for first in range(1, 200, 10)]


@pytest.mark.parametrize(
    ("mine", "other", "same"),
    [
        (("lopez", "maria"), ("lopcz", "maria"), True),
        (("lopez", "maria"), ("lopez", "m"), True),
        (("lopez", "maria"), ("lopez", ""), True),
        (("lopez", "maria"), ("maria", "lopez"), True),
        (("lopez", "maria"), ("lopez", "daniel"), False),
        (("lopez", "maria"), ("ramos", "maria"), False),
    ],
)
def test_names_are_alike_in_spite_of_what_engines_and_offices_do(
    mine: tuple[str, str], other: tuple[str, str], *, same: bool
) -> None:
    assert (splitting.likeness(_named(*mine), _named(*other)) >= 84) is same


def _named(family: str, given: str) -> splitting.Facts:
    nothing: frozenset[str] = frozenset()
    return splitting.Facts(
        1, "referral", family, given, 0.9, "", {}, (), frozenset(), nothing, None, {"referral": 1.0}, nothing
    )
