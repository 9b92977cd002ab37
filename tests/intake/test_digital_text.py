"""E-mails, notes and web pages take the same way as faxes, without recognition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.message import EmailMessage
from uuid import UUID

import pytest

from homing.documents import queries as documents
from homing.intake import actions, pipeline, queries
from homing.intake.extraction.placement import Placement
from homing.intake.ports import Arrival
from homing.intake.queries_ledger import ledger_balance
from homing.intake.reader import configured
from homing.intake.reading.types import DocumentReading, FieldValue, PageKind, PageText, ReadDocument
from homing.kit.actor import Actor
from homing.kit.ids import uuid7
from homing.tenancy.models import Location, Organization
from tests.fixtures.fax import pages as paper

pytestmark = pytest.mark.django_db
LETTER = "Please see this patient.\n\nPatient: Testperson\nDate of birth: 04/27/1961\n"


class Labels:
    """Renders and recognises for real; takes one labelled word as the patient's name, with its box."""

    def __init__(self) -> None:
        self.render, self.recognise = configured().render, configured().recognise

    def understand(self, pages: Sequence[PageText], _placements: Sequence[Placement] = ()) -> DocumentReading:
        """Take all pages as one referral."""
        found = [
            FieldValue("patient.family", after.text, 0.99, page.number, after.box)
            for page in pages
            for before, after in zip(page.words, page.words[1:], strict=False)
            if before.text == "Patient:"
        ]
        numbers = tuple(page.number for page in pages)
        return DocumentReading(
            (ReadDocument("referral", 0.98, numbers, tuple(found[:1])),),
            tuple(PageKind(number, "referral", 0.98) for number in numbers),
        )


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["Message-ID"], message["Subject"] = "office@grove.example", "<1@grove.example>", "Referral"
    message.set_content(LETTER)
    message.add_attachment(paper.tiff([paper.page()]), maintype="image", subtype="tiff", filename="ecg.tif")
    message.add_attachment(b"PK\x03\x04 office", maintype="application", subtype="msword", filename="letter.docx")
    return message.as_bytes()


def read(organization: Organization, actor: Actor, data: bytes, name: str, media_type: str) -> UUID:
    arrival = Arrival("upload", str(uuid7()), data, file_name=name, media_type=media_type)
    item_id = actions.receive(actor=actor, arrival=arrival).item_id
    pipeline.advance(organization_id=organization.id, item_id=item_id, reader=Labels())
    return item_id


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (LETTER.encode(), "note.txt", "text/plain"),
        (LETTER.encode("utf-16"), "note.txt", "text/plain"),
        (f"<html><body><p>{LETTER.replace(chr(10), '<br>')}</p></body></html>".encode(), "note.html", "text/html"),
        (LETTER.encode(), "misnamed.tif", "image/tiff"),
    ],
)
def test_a_text_stands_at_the_workbench_as_a_page_with_its_evidence(
    organization: Organization,
    location: Location,
    coordinator: Actor,
    data: bytes,
    name: str,
    media_type: str,
) -> None:
    item_id = read(organization, coordinator, data, name, media_type)

    bench = queries.workbench(item_id)
    assert (bench.row.state, bench.row.pages) == ("in_review", 1)
    family = next(one for one in bench.fields if one.name == "patient.family")
    assert (family.value, family.page) == ("Testperson", 1)
    assert queries.page_png(item_id, 1).startswith(b"\x89PNG")
    (page,) = queries.page_texts(item_id)
    assert family.box == next(word.box for word in page.words if word.text == "Testperson")
    assert bench.document_id is not None
    assert documents.content(bench.document_id) == data
    assert ledger_balance().is_balanced


def test_an_email_brings_its_attachments_and_says_what_could_not_be_opened(
    organization: Organization, location: Location, coordinator: Actor
) -> None:
    item_id = read(organization, coordinator, mail(), "referral.eml", "message/rfc822")

    bench = queries.workbench(item_id)
    assert bench.row.state == "in_review"
    assert [page.number for page in bench.pages] == [1, 2]
    (problem,) = bench.problems
    assert re.match(r"Attachment 2: The file is not a ", problem.message)
    first, second = queries.page_texts(item_id)
    assert first.quality == 1.0
    # The attachment is a fax page, and was recognised as one.
    assert 0 < second.quality < 1.0


def test_a_text_that_says_nothing_is_an_exception_with_its_reason(
    organization: Organization, coordinator: Actor
) -> None:
    row = queries.workbench(read(organization, coordinator, b" \n ", "empty.txt", "text/plain")).row
    assert (row.state, row.problem_code) == ("failed", "empty")
    assert ledger_balance().is_balanced
