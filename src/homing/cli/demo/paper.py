"""The pages that the demo's referring offices send: drawn here, then faxed like anybody's."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pypdfium2
from reportlab.lib.pagesizes import LETTER
from reportlab.pdfgen.canvas import Canvas

from homing.kit import phones

if TYPE_CHECKING:
    from datetime import date

    from PIL.Image import Image

    from homing.cli.demo.cast import Case, Practice

_LEFT, _TOP, _LINE = 60, 740, 20
#: A fine-resolution fax page: 204 dots per inch across, 1728 dots wide.
_FAX_DPI = 204


def referral_pdf(case: Case, *, sent_on: date, to: str, layout: int = 0) -> bytes:
    """Return one letter-size page: a form (`layout` even) or a letter (odd)."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=LETTER, invariant=1)
    _letterhead(canvas, case.practice)
    (_letter if layout % 2 else _form)(canvas, case, sent_on, to)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def consult_note_pdf(case: Case, *, author: str, seen_on: date) -> bytes:
    """Return a short consultation note."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=LETTER, invariant=1)
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(_LEFT, _TOP, "Consultation note")
    _lines(
        canvas,
        _TOP - 2 * _LINE,
        (
            f"Patient: {case.patient.full_name}   DOB: {case.patient.birth_date:%m/%d/%Y}",
            f"Seen: {seen_on:%m/%d/%Y}   By: {author}",
            f"Referred by: {case.practice.given} {case.practice.family}, {case.practice.name}",
            "",
            f"Reason: {case.reason}.",
            "Findings: examination and studies reviewed with the patient.",
            "Assessment: as above; no finding that needs admission.",
            "Plan: treatment started, follow-up in three months, copy to the referring office.",
        ),
    )
    canvas.save()
    return buffer.getvalue()


def as_fax_tiff(pdf: bytes) -> bytes:
    """Return the PDF as a carrier delivers it: G4 TIFF, 1 bit, 204 dpi, one frame a page."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.render(scale=_FAX_DPI / 72).to_pil().convert("1") for page in document]
    return tiff(pages)


def tiff(pages: list[Image]) -> bytes:
    """Return 1-bit images as one G4 TIFF."""
    buffer = io.BytesIO()
    pages[0].save(
        buffer,
        format="TIFF",
        compression="group4",
        dpi=(_FAX_DPI, _FAX_DPI),
        save_all=True,
        append_images=pages[1:],
    )
    return buffer.getvalue()


def _letterhead(canvas: Canvas, practice: Practice) -> None:
    canvas.setFont("Helvetica-Bold", 15)
    canvas.drawString(_LEFT, _TOP, practice.name)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(_LEFT, _TOP - 15, practice.address)
    numbers = f"Phone {phones.display(practice.phone)}   Fax {phones.display(practice.fax)}"
    canvas.drawString(_LEFT, _TOP - 28, numbers)
    canvas.line(_LEFT, _TOP - 36, LETTER[0] - _LEFT, _TOP - 36)


def _form(canvas: Canvas, case: Case, sent_on: date, to: str) -> None:
    patient, coverage, practice = case.patient, case.coverage, case.practice
    canvas.setFont("Helvetica-Bold", 14)
    canvas.drawString(_LEFT, _TOP - 64, "REFERRAL REQUEST")
    rows = (
        ("Date", f"{sent_on:%m/%d/%Y}"),
        ("To", to),
        ("Priority", case.priority.upper()),
        ("Patient name", f"{patient.family}, {patient.given}"),
        ("Date of birth", f"{patient.birth_date:%m/%d/%Y}"),
        ("Sex", patient.sex.capitalize()),
        ("Patient phone", phones.display(patient.phone)),
        ("Address", patient.address.line),
        ("City, State, ZIP", f"{patient.address.city}, {patient.address.state} {patient.address.postal_code}"),
        ("MRN", patient.mrn),
        ("Insurance", coverage.payer),
        ("Member ID", coverage.member_id),
        ("Authorization number", coverage.authorization_number),
        ("Referring provider", f"{practice.given} {practice.family}, MD"),
        ("NPI", practice.npi),
        ("Requested specialty", case.specialty),
        ("Requested service", case.service),
        ("Diagnosis codes", ", ".join(case.codes)),
        ("Reason for referral", case.reason),
    )
    height = _TOP - 100
    for label, value in rows:
        if not value:
            continue
        canvas.setFont("Helvetica-Bold", 11)
        canvas.drawString(_LEFT, height, f"{label}:")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(_LEFT + 150, height, value)
        height -= _LINE + 4


def _letter(canvas: Canvas, case: Case, sent_on: date, to: str) -> None:
    patient, practice = case.patient, case.practice
    address = patient.address
    title = "Mr." if patient.sex == "male" else "Ms."
    _lines(
        canvas,
        _TOP - 70,
        (
            f"{sent_on:%B} {sent_on.day}, {sent_on.year}",
            "",
            f"To: {to}",
            f"Re: {patient.given} {patient.family}   DOB: {patient.birth_date:%m/%d/%Y}   MRN: {patient.mrn}",
            f"Address: {address.line}, {address.city}, {address.state} {address.postal_code}",
            f"Phone: {phones.display(patient.phone)}",
            f"Insurance: {case.coverage.payer}   Member ID: {case.coverage.member_id}",
            f"Requested specialty: {case.specialty}",
            f"Requested service: {case.service}",
            f"Diagnosis: {', '.join(case.codes)}",
            f"Priority: {case.priority.capitalize()}",
            "",
            "Dear colleague,",
            f"thank you for seeing {title} {patient.family}.",
            f"Reason for referral: {case.reason}.",
            "Please send us your note after the visit.",
            "",
            "Sincerely,",
            f"{practice.given} {practice.family}, MD",
            f"NPI: {practice.npi}",
        ),
    )


def _lines(canvas: Canvas, top: float, lines: tuple[str, ...]) -> None:
    canvas.setFont("Helvetica", 11)
    for number, line in enumerate(lines):
        canvas.drawString(_LEFT, top - number * _LINE, line)
