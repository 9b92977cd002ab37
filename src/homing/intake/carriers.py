"""The fax carriers of this installation, as arrivals come from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils.module_loading import import_string

from homing.intake.ports import Announcement

if TYPE_CHECKING:
    from homing.messaging.ports import Carrier, CarrierFactory, InboundFax

FAX = "fax"


def configured() -> tuple[str, ...]:
    """Return the names of the carriers that have an account."""
    return tuple(settings.HOMING_CARRIERS) if settings.HOMING_CARRIER_URL else ()


def carrier(name: str) -> Carrier:
    """Return the adapter of one carrier."""
    factory = cast("CarrierFactory", import_string(settings.HOMING_CARRIERS[name]))
    return factory()


def announcement(fax: InboundFax, *, carrier_name: str) -> Announcement:
    """Return what a carrier says about a fax it holds."""
    return Announcement(
        channel=FAX,
        carrier=carrier_name,
        carrier_reference=fax.reference,
        from_address=fax.from_e164,
        to_address=fax.to_e164,
        received_at=fax.received_at,
        pages=fax.pages,
    )
