"""Referrals, their append-only events, what is promised about them, and the documents that travel with them."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import Q

from homing.kit import clock
from homing.referrals.policy import ObligationKind
from homing.referrals.states import Closure, Direction, EventKind, Status
from homing.tenancy.fields import TenantModel, tenant_reference


def values(enum: type[StrEnum]) -> list[str]:
    """Return the plain strings, as migrations keep them."""
    return [member.value for member in enum]


_ENDED = Q(status__in=[Status.CLOSED.value, Status.CANCELLED.value, Status.REDIRECTED.value]) | Q(
    status=Status.DECLINED.value, direction=Direction.INBOUND.value
)
_OPEN = Q(is_open=True)
_OWED = Q(fulfilled_at=None, released_at=None)


class Referral(TenantModel):
    """Where one referral stands: the fold of its events, and what is done next.

    `urgency` is 0 (stat) to 3 (routine); `patient_key` the folded name for prefix search; `item`, `partner` and
    `patient_record` are ids of intake, directory and identity. `changed_at` is when anything was last recorded.
    """

    reference = models.TextField()
    direction = models.TextField()
    status = models.TextField()
    closure = models.TextField(default="", blank=True)
    closure_reason = models.TextField(default="", blank=True)
    priority = models.TextField()
    urgency = models.SmallIntegerField()
    specialty = models.TextField(default="", blank=True)
    location = tenant_reference("tenancy.Location", null=True)
    content = models.JSONField()
    patient_record = models.UUIDField(null=True)
    patient_name = models.TextField(default="", blank=True)
    #: Collated by bytes, searched by range: LIKE is not leakproof, so row-level security keeps it off the index.
    patient_key = models.TextField(default="", blank=True, db_collation="C")
    birth_date = models.DateField(null=True)
    partner = models.UUIDField(null=True)
    partner_name = models.TextField(default="", blank=True)
    item = models.UUIDField(null=True)
    sender_proven = models.BooleanField(default=False)
    parent = tenant_reference("referrals.Referral", null=True)
    appointment_at = models.DateTimeField(null=True)

    is_open = models.BooleanField(default=True)
    next_action = models.TextField(default="", blank=True)
    owner_role = models.TextField(default="", blank=True)
    owner = models.UUIDField(null=True)
    owner_name = models.TextField(default="", blank=True)
    due_at = models.DateTimeField(null=True)
    #: The tick found it past this `due_at`.
    stalled_at = models.DateTimeField(null=True)
    #: Something was learnt after the end that nobody has looked at.
    has_late_news = models.BooleanField(default=False)

    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "reference"], name="referrals_reference_once"),
            models.CheckConstraint(
                condition=Q(is_open=False) | (~Q(next_action="") & ~Q(owner_role="") & Q(due_at__isnull=False)),
                name="referrals_open_has_next_action",
            ),
            models.CheckConstraint(condition=Q(is_open=False) | ~_ENDED, name="referrals_ended_is_not_open"),
            models.CheckConstraint(condition=Q(is_open=True) | _ENDED, name="referrals_open_until_ended"),
            models.CheckConstraint(
                condition=Q(status=Status.CLOSED.value, closure__in=values(Closure))
                | (~Q(status=Status.CLOSED.value) & Q(closure="")),
                name="referrals_closed_has_closure",
            ),
            models.CheckConstraint(
                condition=~Q(closure=Closure.ADMINISTRATIVE.value) | ~Q(closure_reason=""),
                name="referrals_administrative_has_reason",
            ),
            models.CheckConstraint(condition=Q(stalled_at__isnull=True) | _OPEN, name="referrals_only_open_is_stalled"),
            models.CheckConstraint(condition=Q(status__in=values(Status)), name="referrals_status_known"),
            models.CheckConstraint(condition=Q(direction__in=values(Direction)), name="referrals_direction_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "due_at", "id"], condition=_OPEN, name="referrals_due"),
            models.Index(
                fields=["organization", "owner_role", "due_at", "id"], condition=_OPEN, name="referrals_role_due"
            ),
            models.Index(fields=["organization", "owner", "due_at", "id"], condition=_OPEN, name="referrals_owner_due"),
            models.Index(
                fields=["organization", "direction", "status", "due_at", "id"],
                condition=_OPEN,
                name="referrals_status_due",
            ),
            models.Index(
                fields=["organization", "urgency", "opened_at", "id"],
                condition=Q(
                    is_open=True,
                    direction=Direction.INBOUND.value,
                    status__in=[Status.ACCEPTED.value, Status.PENDING_SCHEDULING.value, Status.NO_SHOW.value],
                ),
                name="referrals_to_schedule",
            ),
            models.Index(
                fields=["organization", "due_at", "id"],
                include=["owner_role"],
                condition=Q(stalled_at__isnull=False),
                name="referrals_stalled",
            ),
            models.Index(
                fields=["organization", "changed_at"], condition=Q(has_late_news=True), name="referrals_late_news"
            ),
            models.Index(fields=["organization", "opened_at", "id"], name="referrals_opened"),
            models.Index(
                fields=["organization", "direction", "status", "opened_at", "id"], name="referrals_status_opened"
            ),
            models.Index(fields=["organization", "patient_record"], name="referrals_patient"),
            models.Index(fields=["organization", "partner", "opened_at"], name="referrals_partner"),
            models.Index(fields=["organization", "item"], name="referrals_item"),
            models.Index(fields=["organization", "patient_key"], name="referrals_patient_key"),
        ]


class Event(TenantModel):
    """One thing that happened to a referral. Insert only. `key` makes learning it twice harmless."""

    referral = tenant_reference("referrals.Referral")
    kind = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_name = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    #: `events.EventData` and `events.Evidence`.
    data = models.JSONField(default=dict)
    evidence = models.JSONField(null=True)
    key = models.TextField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "referral", "key"], name="referrals_event_once"),
            models.CheckConstraint(condition=Q(kind__in=values(EventKind)), name="referrals_event_kind_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "referral", "occurred_at"], name="referrals_event_timeline"),
        ]


class Obligation(TenantModel):
    """Something owed to the other party, or by it; about a referral or, before there is one, an inbound item.

    `about` is the event that each status notice is about. Open until fulfilled (with evidence) or released (why).
    """

    kind = models.TextField()
    referral = tenant_reference("referrals.Referral", null=True)
    item = models.UUIDField(null=True)
    about = models.UUIDField(null=True)
    promised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    fulfilled_at = models.DateTimeField(null=True)
    evidence = models.JSONField(null=True)
    released_at = models.DateTimeField(null=True)
    release_reason = models.TextField(default="", blank=True)
    breached_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(referral__isnull=False, item__isnull=True) | Q(referral__isnull=True, item__isnull=False),
                name="referrals_obligation_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(fulfilled_at__isnull=True) | Q(released_at__isnull=True),
                name="referrals_obligation_one_end",
            ),
            models.CheckConstraint(
                condition=Q(fulfilled_at__isnull=True) | Q(evidence__isnull=False),
                name="referrals_obligation_has_evidence",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=values(ObligationKind)), name="referrals_obligation_kind_known"
            ),
            models.UniqueConstraint(
                fields=["organization", "kind", "referral", "item", "about"],
                condition=_OWED,
                nulls_distinct=False,
                name="referrals_obligation_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "due_at"], condition=_OWED, name="referrals_obligation_due"),
            models.Index(fields=["organization", "referral"], name="referrals_obligation_referral"),
            models.Index(fields=["organization", "item"], name="referrals_obligation_item"),
        ]


class Attachment(TenantModel):
    """A document that belongs to a referral; `item` is the arrival that brought it."""

    referral = tenant_reference("referrals.Referral")
    document = models.UUIDField()
    kind = models.TextField()
    title = models.TextField(default="", blank=True)
    pages = models.PositiveIntegerField(default=0)
    item = models.UUIDField(null=True)
    attached_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "referral", "document"], name="referrals_attachment_once"),
        ]
