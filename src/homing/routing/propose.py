"""Where a referral should go: the specialty from its content, a location that offers it. Pure; it only proposes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from homing.kit.names import fold
from homing.routing import specialty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homing.content.referral import ReferralContent


@dataclass(frozen=True, slots=True)
class Site:
    """A location as routing sees it; `specialties` are NUCC names, `postal_code` 5 or 9 digits."""

    id: UUID
    name: str
    specialties: tuple[str, ...]
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class RoutingProposal:
    """What is proposed and why; `location_id` is None where no location offers the specialty.

    `confidence` is 0 to 1; `disagreement` says in words where the printed destination names another specialty.
    """

    specialty: str
    code: str
    confidence: float
    location_id: UUID | None
    because: tuple[str, ...]
    disagreement: str = ""


def propose(content: ReferralContent, locations: Sequence[Site]) -> RoutingProposal:
    """Propose specialty and location for a referral."""
    printed = content.destination or content.specialty
    decision = specialty.decide(content.diagnosis_codes, content.reason, content.service, printed)
    offering = [site for site in locations if _offers(site, decision.specialty)]
    site = _nearest(offering, content.patient.address.postal_code)
    because = decision.because
    if site:
        because += (_why_there(site, offering),)
    return RoutingProposal(
        specialty=decision.specialty,
        code=decision.code,
        confidence=decision.confidence,
        location_id=site.id if site else None,
        because=because,
        disagreement=_disagreement(printed, decision.specialty),
    )


def _offers(site: Site, name: str) -> bool:
    return bool(name) and fold(name) in {fold(one) for one in site.specialties}


def _nearest(sites: Sequence[Site], postal_code: str) -> Site | None:
    # The more leading digits of the ZIP code two places share, the nearer they are, roughly; ties go by name.
    ranked = sorted(sites, key=lambda site: (-_shared(site.postal_code, postal_code), site.name))
    return ranked[0] if ranked else None


def _shared(one: str, other: str) -> int:
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one[:5], other[:5], strict=False))
    return sum(1 for _ in same)


def _why_there(site: Site, offering: Sequence[Site]) -> str:
    if len(offering) == 1:
        return f"only {site.name} offers it"
    return f"{site.name} is the nearest of {len(offering)} that offer it"


def _disagreement(printed: str, decided: str) -> str:
    named = specialty.recognise(printed) if printed else ""
    if not named or not decided or named == decided:
        return ""
    return f"addressed to {printed}, but the content says {decided}"
