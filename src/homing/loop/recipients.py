"""Whom to tell, and at which proven number. A number that was only read off a page is never used."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from homing.directory import queries as directory
from homing.intake import queries as intake
from homing.intake.queries import ItemView
from homing.messaging.actions import Destination
from homing.referrals.views import ReferralView


@dataclass(frozen=True, slots=True)
class Recipient:
    """One office. `address` is E.164, or empty where a person has to find it first."""

    office_id: UUID
    name: str
    address: str
    contact_point_id: UUID | None

    @property
    def destination(self) -> Destination:
        """What messaging needs."""
        return Destination(self.address, self.office_id, self.contact_point_id)


def of_item(item: ItemView) -> Recipient | None:
    """Return the proven sender of an inbound item, or None."""
    if not item.sender_proven or item.sender_office is None:
        return None
    return _at(item.sender_office, item.address or "")


def of_referral(view: ReferralView) -> Recipient | None:
    """Return the other office of a referral, or None where nobody knows which one it is.

    The line from which an inbound referral came is answered; otherwise the office's most trusted number is used.
    """
    partner_id = view.row.partner_id
    if partner_id is None:
        return None
    item = intake.item(view.item_id) if view.item_id else None
    if item and item.sender_office == partner_id and item.address:
        return _at(partner_id, item.address)
    best = directory.fax_of(partner_id)
    return _at(partner_id, best.value if best else "")


def _at(office_id: UUID, address: str) -> Recipient:
    office = directory.office(office_id)
    points = (point.id for point in office.contact_points if point.system == "fax" and point.value == address)
    return Recipient(office_id, office.name, address, next(points, None))
