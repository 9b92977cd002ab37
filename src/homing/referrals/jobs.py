"""The tick."""

from __future__ import annotations

from homing.kit.actor import Actor
from homing.referrals.actions_overdue import AT_ONCE, mark_overdue
from homing.tenancy.jobs import defer, each_tenant
from homing.tenancy.scope import current_organization_id

_TICK = f"{__name__}.tick"


@each_tenant("* * * * *")
def tick() -> None:
    """Mark what is past its time; where much is, in several short transactions."""
    if mark_overdue(actor=Actor.system("referral tick")) >= AT_ONCE:
        defer(_TICK, queueing_lock=f"{_TICK}:{current_organization_id()}")
