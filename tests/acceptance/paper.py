"""Faxes of the demo's patients, as their offices send them. Everybody is invented; the same number, the same pages."""

from __future__ import annotations

from datetime import date

import pypdfium2
from PIL import Image

from homing.cli.demo import cast, paper
from tests.fixtures.fax import pages

SENT_ON = date(2026, 11, 2)
_DPI = 204


def referral(number: int) -> bytes:
    """Return the one-page referral of case `number`, a TIFF as fax carriers deliver it."""
    return pages.tiff(_request(number))


def packet(number: int, extra: int = 2) -> bytes:
    """Return the referral of case `number` with `extra` pages about the same patient behind it."""
    return pages.tiff([*_request(number), *(_enclosure(number, page) for page in range(extra))])


def _request(number: int) -> list[Image.Image]:
    pdf = paper.referral_pdf(cast.case(number), sent_on=SENT_ON, to=cast.ORGANIZATION_NAME)
    size = (pages.WIDTH, pages.HEIGHT)
    return [page.render(scale=_DPI / 72).to_pil().resize(size).convert("1") for page in pypdfium2.PdfDocument(pdf)]


def _enclosure(number: int, page: int) -> Image.Image:
    patient, practice = cast.case(number).patient, cast.case(number).practice
    lines = (
        practice.name,
        f"Progress note, page {page + 1}",
        f"Patient: {patient.given} {patient.family}    DOB: {patient.birth_date:%m/%d/%Y}    MRN: {patient.mrn}",
        "",
        f"History: {cast.case(number).reason}.",
        *(f"Visit {visit + 1}: examined, advised, medication unchanged, blood pressure 128/76." for visit in range(18)),
        f"Signed: {practice.given} {practice.family}, MD",
    )
    return pages.page(lines)
