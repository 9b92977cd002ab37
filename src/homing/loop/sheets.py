"""From wording to pages: letterhead, recipient, reference number, and the documents behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from homing.content.patient import Address, Coverage, Patient
from homing.content.practitioner import Practitioner
from homing.content.referral import ReferralContent
from homing.formats.faxsheet import Fact, LadderStep, NoticeSheet, Section, count_pages, cover_then, render_notice
from homing.kit import clock, phones
from homing.loop.wording import Days, Wording
from homing.tenancy.queries import current_organization


@dataclass(frozen=True, slots=True)
class Fax:
    """A PDF and the number of its pages."""

    document: bytes
    pages: int


def days() -> Days:
    """Return how the organization in scope writes dates and times."""
    return Days(ZoneInfo(current_organization().timezone))


def notice(wording: Wording, *, to_name: str, to_fax: str, reference: str, ladder: Sequence[LadderStep] = ()) -> Fax:
    """Return a notice on its own."""
    return _rendered(_sheet(wording, to_name, to_fax, reference, ladder), behind=0)


def cover_with(
    words: Callable[[int], Wording], behind: Sequence[bytes], *, to_name: str, to_fax: str, reference: str
) -> Fax:
    """Return a cover and the documents behind it as one PDF; `words` gets the number of pages behind.

    Raises
    ------
    faxsheet.AttachmentUnreadable
    """
    following = sum(count_pages(document) for document in behind)
    cover = _rendered(_sheet(words(following), to_name, to_fax, reference), behind=following)
    return Fax(cover_then(cover.document, behind), cover.pages)


def content_page(
    content: ReferralContent, behind: Sequence[bytes], *, to_name: str, to_fax: str, reference: str
) -> bytes:
    """Return what a referral says, for the office that is to see the patient: page 2, after the cover.

    Raises
    ------
    faxsheet.AttachmentUnreadable
    """
    sections = (
        Section("Patient", _patient(content.patient)),
        Section("Request", _what(content)),
        Section("Insurance", _coverage(content.coverage)),
        Section("Referred by", _referrer(content.referrer)),
    )
    sheet = _sheet(Wording("Referral", ()), to_name, to_fax, reference)
    stated = tuple(section for section in sections if section.facts)
    following = sum(count_pages(document) for document in behind)
    return _rendered(replace(sheet, sections=stated, first_page=2), behind=following).document


def _rendered(sheet: NoticeSheet, *, behind: int) -> Fax:
    # Nearly every sheet is one page, so that is tried first: drawing is what a notice costs.
    before = sheet.first_page - 1
    total = before + 1 + behind
    document = render_notice(replace(sheet, page_total=total))
    own = count_pages(document)
    if before + own + behind != total:
        total = before + own + behind
        document = render_notice(replace(sheet, page_total=total))
    return Fax(document, total)


def _sheet(
    wording: Wording,
    to_name: str,
    to_fax: str,
    reference: str,
    ladder: Sequence[LadderStep] = (),
) -> NoticeSheet:
    organization = current_organization()
    return NoticeSheet(
        organization_name=organization.name,
        organization_address=organization.address,
        organization_phone=organization.phone,
        organization_fax=organization.fax,
        to_name=to_name,
        to_fax=to_fax,
        title=wording.title,
        reference=reference,
        printed_at=days().time(clock.now()),
        ladder=tuple(ladder),
        facts=wording.facts,
        paragraphs=wording.paragraphs,
        missing=wording.missing,
        reply_fax=organization.fax,
    )


def _patient(patient: Patient) -> tuple[Fact, ...]:
    born = f"{patient.birth_date:%m/%d/%Y}" if patient.birth_date else ""
    return _facts(
        ("Name", patient.full_name),
        ("Date of birth", born),
        ("Sex", patient.sex),
        ("Phone", phones.display(patient.phone) if patient.phone else ""),
        ("Address", _address(patient.address)),
        ("Our record", patient.mrn),
    )


def _coverage(coverage: Coverage) -> tuple[Fact, ...]:
    return _facts(
        ("Payer", coverage.payer),
        ("Member ID", coverage.member_id),
        ("Authorization", coverage.authorization_number),
    )


def _what(content: ReferralContent) -> tuple[Fact, ...]:
    return _facts(
        ("Referred to", content.specialty),
        ("Attention", content.performer),
        ("Service", content.service),
        ("Priority", content.priority.value),
        ("ICD-10-CM", ", ".join(content.diagnosis_codes)),
        ("Reason", content.reason),
    )


def _referrer(referrer: Practitioner) -> tuple[Fact, ...]:
    return _facts(
        ("Name", ", ".join(part for part in (referrer.full_name, referrer.organization) if part)),
        ("NPI", referrer.npi),
        ("Phone", phones.display(referrer.phone) if referrer.phone else ""),
    )


def _address(address: Address) -> str:
    place = " ".join(part for part in (address.state, address.postal_code) if part)
    return ", ".join(part for part in (address.line, address.city, place) if part)


def _facts(*stated: tuple[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(label, value) for label, value in stated if value)
