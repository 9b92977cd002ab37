from __future__ import annotations

import pytest

from homing.intake.extraction import kinds
from homing.intake.extraction.understand import understand
from homing.kit import reference
from tests.fixtures.fax import pages, texts

PAGES = {
    "cover_sheet": pages.COVER,
    "letter": pages.LETTER,
    "lab": (
        "Laboratory Report",
        "Specimen collected 03/01/2026",
        "Hemoglobin 13.1 g/dL",
        "Reference range 12.0 - 15.5",
    ),
    "imaging": (
        "Radiology Report",
        "Technique: MRI of the lumbar spine",
        "Findings: mild disc bulge",
        "Impression: stable",
    ),
    "medication_list": ("Current Medications", "lisinopril 20 mg daily", "atorvastatin 40 mg nightly"),
    "note": ("Progress Note", "History of present illness", "Assessment and Plan", "continue"),
    "blank": (),
    "other": ("Minutes of the parish council", "were read and approved by all members present"),
}
DOCUMENTS = {
    "referral": pages.LETTER,
    "lab_result": PAGES["lab"],
    "imaging_report": PAGES["imaging"],
    "refill_request": ("Refill Request", "Pharmacy: Corner Drug", "lisinopril 20 mg", "please approve"),
    "records_request": (
        "Medical Records Request",
        "Please send the chart of the person named below",
        "Release of information",
    ),
    "appointment_notice": ("Appointment Confirmation", "The visit has been scheduled for March 9"),
    "consult_note": ("Consultation Report", "I had the pleasure of seeing this person", "Impression and advice follow"),
    "junk": ("LIMITED TIME special offer", "Call now for lowest prices", "To opt out call the number below"),
    "blank": (),
    "other": PAGES["other"],
}


@pytest.mark.parametrize("kind", PAGES)
def test_pages_are_told_apart_by_their_words(kind: str) -> None:
    assert kinds.page_kind(texts.page(PAGES[kind])).kind == kind


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_documents_are_told_apart_by_their_words(kind: str) -> None:
    (document,) = understand([texts.page(DOCUMENTS[kind])]).documents
    assert document.kind == kind
    assert 0 < document.kind_confidence <= 1


def test_a_page_that_carries_our_code_is_our_reply_sheet() -> None:
    mine = reference.mint()
    page = texts.page(("Seen on March 9", "Note to follow soon"), codes=(reference.qr_payload(mine),))
    (document,) = understand([page]).documents
    assert (document.kind, document.references) == ("reply_sheet", (mine,))


def test_what_is_attached_to_a_referral_does_not_make_it_something_else() -> None:
    packet = [texts.page(pages.COVER, 1), texts.page(pages.LETTER, 2), texts.page(PAGES["lab"], 3)]
    (document,) = understand(packet).documents
    assert (document.kind, document.pages) == ("referral", (1, 2, 3))


def test_a_page_that_names_another_patient_begins_another_document() -> None:
    batch = [texts.page(pages.COVER, 1), texts.page(pages.LETTER, 2), texts.page(pages.OTHER_LETTER, 3)]
    assert [document.pages for document in understand(batch).documents] == [(2,), (3,)]


def test_a_misread_letter_or_digit_does_not_split_a_packet() -> None:
    misread = tuple(line.replace("Ashgrove", "Ashqrove").replace("04/05/1961", "04/05/1967") for line in pages.LETTER)
    (document,) = understand([texts.page(pages.LETTER, 1), texts.page(misread, 2)]).documents
    assert document.pages == (1, 2)


def test_a_referral_names_what_it_lacks_and_other_kinds_lack_nothing() -> None:
    bare = tuple(line for line in pages.LETTER if "Insurance" not in line and "NPI" not in line)
    (document,) = understand([texts.page(bare)]).documents
    assert document.missing == ("coverage.payer", "coverage.member_id", "referrer.npi")
    (other,) = understand([texts.page(PAGES["lab"])]).documents
    assert other.missing == ()


def test_the_specialty_is_decided_by_content_and_the_printed_one_is_kept() -> None:
    lines = (
        "REFERRAL FORM",
        "Specialty: Dermatology",
        "Diagnosis: I48.0",
        "Reason for Referral: recurrent palpitations",
    )
    (document,) = understand([texts.page(lines)]).documents
    stated = {field.name: field.value for field in document.fields}
    assert stated["requested.specialty"] == "Cardiovascular Disease"
    assert stated["requested.destination"] == "Dermatology"


def test_no_pages_are_no_documents() -> None:
    assert understand([]).documents == ()
