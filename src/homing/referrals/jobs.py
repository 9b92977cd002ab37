"""The tick."""

from __future__ import annotations

from homing.kit.actor import Actor
from homing.referrals.actions import mark_overdue
from homing.tenancy.jobs import each_tenant


@each_tenant("* * * * *")
def tick() -> None:
    """Mark what is past its time."""
    mark_overdue(actor=Actor.system("referral tick"))
