"""Promising, keeping and breaking what is owed about a referral or an inbound item.

These ask nobody's permission: they follow from an action that did. Other packages call those of `actions`, which
refuse people; `intake` alone comes here, from its own verbs.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.db import transaction

from homing.audit import actions as audit
from homing.kit import clock
from homing.kit.actor import Actor, ActorKind
from homing.kit.errors import Invalid, NotPermitted
from homing.referrals.models import Obligation, Referral

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from homing.referrals.events import Evidence
    from homing.referrals.policy import ObligationKind

_P = ParamSpec("_P")
_R = TypeVar("_R")


def not_for_people(action: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let `action` raise NotPermitted for a person: it asks for no permission, so only processes and partners may."""

    @functools.wraps(action)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        actor = kwargs.get("actor")
        if not isinstance(actor, Actor) or actor.kind is ActorKind.PERSON:
            raise NotPermitted
        return action(*args, **kwargs)

    return guarded


@transaction.atomic
def promise(
    *,
    actor: Actor,
    kind: ObligationKind,
    due_at: datetime,
    referral_id: UUID | None = None,
    item_id: UUID | None = None,
    about: UUID | None = None,
) -> UUID:
    """Record what is owed about one referral or one inbound item; while the same is owed already, return that.

    Raises
    ------
    Invalid
    """
    owed = _owed(kind, referral_id, item_id, None).filter(about=about).first()
    if owed is not None:
        return owed.id
    made = Obligation.objects.create(
        kind=kind.value,
        referral_id=referral_id,
        item=item_id,
        about=about,
        due_at=due_at,
        promised_at=clock.now(),
    )
    _audit(actor, "promise", made)
    return made.id


@transaction.atomic
def fulfil(
    *,
    actor: Actor,
    kind: ObligationKind,
    evidence: Evidence,
    at: datetime | None = None,
    referral_id: UUID | None = None,
    item_id: UUID | None = None,
    about: UUID | None = None,
) -> int:
    """Record that what was owed has been done, with its proof; return how many obligations that was.

    Without `about`, all of that kind that are open. What is fulfilled or released already stays as it is.
    """
    rows = list(_owed(kind, referral_id, item_id, about).select_for_update())
    for row in rows:
        row.fulfilled_at = at or clock.now()
        row.evidence = evidence.to_json()
        row.save(update_fields=["fulfilled_at", "evidence"])
        _audit(actor, "fulfil", row)
    return len(rows)


@transaction.atomic
def release(
    *,
    actor: Actor,
    kind: ObligationKind,
    reason: str,
    referral_id: UUID | None = None,
    item_id: UUID | None = None,
    about: UUID | None = None,
) -> int:
    """Record that something is no longer owed, and why; return how many obligations that was."""
    rows = list(_owed(kind, referral_id, item_id, about).select_for_update())
    for row in rows:
        row.released_at = clock.now()
        row.release_reason = reason
        row.save(update_fields=["released_at", "release_reason"])
        _audit(actor, "release", row)
    return len(rows)


@transaction.atomic
def adopt_item_obligation(*, actor: Actor, item_id: UUID, referral_id: UUID) -> int:
    """Let the referral that was opened from an inbound item take over what is recorded about the item."""
    audit.record(actor=actor, action="obligation.adopt", entity="referral", entity_id=referral_id, item_id=str(item_id))
    rows = Obligation.objects.filter(item=item_id)
    taken = Obligation.objects.filter(referral_id=referral_id, fulfilled_at=None, released_at=None, about=None)
    # Where the referral owes the same already, the item's stays with the item.
    return rows.exclude(fulfilled_at=None, released_at=None, kind__in=taken.values("kind")).update(
        item=None, referral_id=referral_id
    )


def _owed(
    kind: ObligationKind, referral_id: UUID | None, item_id: UUID | None, about: UUID | None
) -> QuerySet[Obligation]:
    if (referral_id is None) == (item_id is None):
        raise Invalid("An obligation is about one referral or one inbound item.")
    if referral_id is not None:
        # The referral before what hangs on it, as everybody locks.
        Referral.objects.select_for_update(no_key=True).filter(id=referral_id).first()
    subject: dict[str, UUID | None] = {"referral_id": referral_id} if referral_id else {"item": item_id}
    rows = Obligation.objects.filter(kind=kind.value, fulfilled_at=None, released_at=None, **subject)
    return rows.filter(about=about) if about else rows


def _audit(actor: Actor, verb: str, row: Obligation) -> None:
    audit.record(actor=actor, action=f"obligation.{verb}", entity="obligation", entity_id=row.id, kind=row.kind)
