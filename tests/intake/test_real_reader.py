"""The pipeline with the reader that ships, child process and all."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from PIL import Image
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen import canvas

from homing.intake import actions, pipeline, queries
from homing.intake.ports import Arrival
from homing.intake.queries_ledger import ledger_balance
from homing.intake.reader import configured
from homing.kit.actor import Actor
from homing.tenancy.models import Location, Organization

pytestmark = pytest.mark.django_db
LINES = (
    "REFERRAL REQUEST",
    "Patient Name: Testperson, Avery",
    "Date of Birth: 04/27/1961",
    "Patient Phone: (617) 555-0111",
    "Insurance: Aetna",
    "Member ID: W123456789",
    "Referring Provider: Robin Okafor, MD",
    "Diagnosis: I48.91",
    "Reason for Referral: Palpitations for three weeks",
)


def pdf() -> bytes:
    target = io.BytesIO()
    page = canvas.Canvas(target, pagesize=letter)
    for at, line in enumerate(LINES):
        page.drawString(72, 720 - 24 * at, line)
    page.save()
    return target.getvalue()


def tiff() -> bytes:
    target = io.BytesIO()
    first, second = Image.new("1", (1728, 2200), 1), Image.new("1", (1728, 2200), 1)
    first.save(target, format="TIFF", compression="group4", save_all=True, append_images=[second])
    return target.getvalue()


def read(organization: Organization, actor: Actor, data: bytes) -> UUID:
    item_id = actions.receive(actor=actor, arrival=Arrival("folder", f"f-{len(data)}", data)).item_id
    pipeline.advance(organization_id=organization.id, item_id=item_id, reader=configured())
    return item_id


def test_a_digital_referral_is_read(organization: Organization, location: Location, coordinator: Actor) -> None:
    bench = queries.workbench(read(organization, coordinator, pdf()))

    assert (bench.row.state, bench.row.kind) == ("in_review", "referral")
    assert bench.content.patient.family == "Testperson"
    assert bench.content.patient.phone == "6175550111"
    assert bench.content.diagnosis_codes == ("I48.91",)
    assert bench.specialty == "Cardiovascular Disease"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty"), (b"MZ this is no document", "not_a_document"), (pdf()[:300], "damaged")],
    ids=["empty", "no document", "truncated"],
)
def test_what_cannot_be_read_stays_in_the_ledger_with_a_reason_and_an_owner(
    organization: Organization, coordinator: Actor, data: bytes, code: str
) -> None:
    row = queries.workbench(read(organization, coordinator, data)).row

    assert (row.state, row.problem_code, row.owner_role) == ("failed", code, "intake_coordinator")
    assert row.problem_message
    assert ledger_balance().is_balanced


def test_blank_pages_end_up_in_front_of_a_person_not_in_the_bin(organization: Organization, coordinator: Actor) -> None:
    bench = queries.workbench(read(organization, coordinator, tiff()))

    assert bench.row.state == "in_review"
    assert len(bench.pages) == 2
