"""What the tick marks: referrals that nobody has moved in time, promises that were not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from django.db import DataError, IntegrityError, transaction

from homing.audit import actions as audit
from homing.kit import clock
from homing.kit.errors import HomingError
from homing.referrals.actions_record import Entry, append
from homing.referrals.events import EventData
from homing.referrals.models import Obligation, Referral
from homing.referrals.states import EventKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.db.models import QuerySet

    from homing.kit.actor import Actor

log = structlog.get_logger()
#: Of each sort in one run, which is one transaction.
AT_ONCE: Final = 50
#: What a row that cannot be read or written raises. A lost connection or a lock is not its fault: the run is repeated.
_OF_THE_ROW: Final = (HomingError, IntegrityError, DataError, LookupError, AttributeError, TypeError, ValueError)


def mark_overdue(*, actor: Actor) -> int:
    """Mark what is past its time, once per `due_at`: referrals as stalled, obligations as breached. Return how many.

    At most 50 of each. One whose history cannot be read is marked without an event, and logged.
    """
    now = clock.now()
    late = Referral.objects.filter(is_open=True, due_at__lt=now, stalled_at=None).order_by("due_at")
    owed = Obligation.objects.filter(fulfilled_at=None, released_at=None, breached_at=None, due_at__lt=now)
    owed = owed.order_by("due_at")
    with transaction.atomic():
        stalled = [_one(_stall, _stall_only, actor, found) for found in late.values_list("id", flat=True)[:AT_ONCE]]
        broken = [_one(_breach, _breach_only, actor, found) for found in owed.values_list("id", flat=True)[:AT_ONCE]]
    return sum(stalled) + sum(broken)


def _one(mark: Callable[[Actor, UUID], bool], mark_only: Callable[[UUID], bool], actor: Actor, found: UUID) -> bool:
    # Each in a savepoint, so that one bad row neither stops the others nor is the first to be found for ever.
    try:
        with transaction.atomic():
            return mark(actor, found)
    except _OF_THE_ROW as error:
        # Without the traceback: what the database says of a row can quote it.
        log.error("tick.bad_row", mark=mark.__name__, id=str(found), error=type(error).__name__)  # noqa: TRY400
        return mark_only(found)


def _stall(actor: Actor, referral_id: UUID) -> bool:
    now = clock.now()
    # One that somebody works on is left to the next tick.
    rows = Referral.objects.filter(id=referral_id, is_open=True, due_at__lt=now, stalled_at=None)
    row = rows.select_for_update(skip_locked=True, no_key=True).first()
    if row is None:
        return False
    row.stalled_at = now
    data = EventData(due_at=row.due_at, next_action=row.next_action, owner_role=row.owner_role)
    append(row, actor, Entry(EventKind.STALLED, data))
    return True


def _stall_only(referral_id: UUID) -> bool:
    return bool(Referral.objects.filter(id=referral_id, is_open=True, stalled_at=None).update(stalled_at=clock.now()))


def _breach(actor: Actor, obligation_id: UUID) -> bool:
    still_owed = _owed(obligation_id)
    found = still_owed.first()
    if found is None:
        return False
    # The referral first, as everybody locks; one that somebody works on is left to the next tick.
    subject = _locked(found.referral_id) if found.referral_id else None
    if (found.referral_id and subject is None) or not still_owed.update(breached_at=clock.now()):
        return False
    if subject is None:
        audit.record(actor=actor, action="obligation.breached", entity="obligation", entity_id=found.id)
    else:
        data = EventData(obligation=found.kind, due_at=found.due_at, about=found.about)
        append(subject, actor, Entry(EventKind.OBLIGATION_BREACHED, data))
    return True


def _locked(referral_id: UUID) -> Referral | None:
    return Referral.objects.filter(id=referral_id).select_for_update(skip_locked=True, no_key=True).first()


def _breach_only(obligation_id: UUID) -> bool:
    return bool(_owed(obligation_id).update(breached_at=clock.now()))


def _owed(obligation_id: UUID) -> QuerySet[Obligation]:
    return Obligation.objects.filter(id=obligation_id, fulfilled_at=None, released_at=None, breached_at=None)
