"""Messages, their deliveries, the steps of each, and the carriers' hints."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from homing.kit import clock
from homing.messaging.states import DeliveryState, MessageState
from homing.tenancy.fields import TenantModel, tenant_reference


class Message(TenantModel):
    """Something that one office must get. `key` makes sending it idempotent; `address` is E.164, empty if unknown."""

    key = models.TextField()
    kind = models.TextField()
    referral = tenant_reference("referrals.Referral", null=True)
    item_id = models.UUIDField(null=True)
    office = tenant_reference("directory.Office", null=True)
    contact_point = tenant_reference("directory.ContactPoint", null=True)
    address = models.TextField(default="", blank=True)
    document = tenant_reference("documents.Document")
    pages = models.PositiveIntegerField()
    #: The reference number printed on it, and what it is about (an event kind), for evidence and reactions.
    printed_reference = models.TextField(default="", blank=True)
    about = models.TextField(default="", blank=True)
    event_id = models.UUIDField(null=True)
    #: The statements on it that a later message may have to correct, such as what seemed to be missing.
    told = models.JSONField(default=list)

    state = models.TextField(default=MessageState.PLANNED.value)
    resolution = models.TextField(default="", blank=True)
    resolution_note = models.TextField(default="", blank=True)
    #: Failures before this attempt number do not count: a person has started the message anew.
    counts_from = models.PositiveIntegerField(default=1)
    is_open = models.BooleanField(default=True)
    needs_person = models.BooleanField(default=False)
    next_action = models.TextField(default="", blank=True)
    owner_role = models.TextField(default="", blank=True)
    owner = models.UUIDField(null=True)
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "key"], name="messaging_message_key_once"),
            models.CheckConstraint(
                condition=Q(is_open=False) | (~Q(next_action="") & ~Q(owner_role="") & Q(due_at__isnull=False)),
                name="messaging_message_open_has_owner",
            ),
            models.CheckConstraint(
                condition=Q(
                    is_open=True,
                    state__in=[
                        MessageState.PLANNED.value,
                        MessageState.DELIVERING.value,
                        MessageState.UNDELIVERABLE.value,
                    ],
                )
                | Q(
                    is_open=False,
                    needs_person=False,
                    state__in=[MessageState.DELIVERED.value, MessageState.CANCELLED.value],
                ),
                name="messaging_message_open_until_settled",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.DELIVERED.value) | Q(delivered_at__isnull=False),
                name="messaging_message_delivered_at",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "referral"], name="messaging_message_referral"),
            models.Index(fields=["organization", "item_id"], name="messaging_message_item"),
            models.Index(fields=["organization", "due_at"], condition=Q(is_open=True), name="messaging_message_due"),
        ]


class Delivery(TenantModel):
    """One attempt to send a message over one channel. `next_check_at` is null once nothing will change it."""

    message = tenant_reference("messaging.Message")
    attempt = models.PositiveIntegerField()
    channel = models.TextField(default="fax")
    carrier = models.TextField()
    address = models.TextField()
    correlation_key = models.TextField()
    state = models.TextField(default=DeliveryState.PLANNED.value)
    provider_reference = models.TextField(default="", blank=True)
    pages = models.PositiveIntegerField()
    pages_sent = models.PositiveIntegerField(default=0)
    remote_id = models.TextField(default="", blank=True)
    cause = models.TextField(default="", blank=True)
    retryable = models.BooleanField(default=False)
    provider_code = models.TextField(default="", blank=True)
    next_check_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(default=clock.now)
    claimed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organization", "message", "attempt"], name="messaging_delivery_attempt_once"
            ),
            models.UniqueConstraint(fields=["organization", "correlation_key"], name="messaging_delivery_key_once"),
            # Two attempts of one message can never be on their way to a carrier at the same time.
            models.UniqueConstraint(
                fields=["organization", "message"],
                condition=Q(state__in=[DeliveryState.PLANNED.value, DeliveryState.SUBMITTING.value]),
                name="messaging_delivery_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(next_check_at__isnull=False)
                | Q(
                    state__in=[DeliveryState.CONFIRMED.value, DeliveryState.FAILED.value, DeliveryState.CANCELLED.value]
                ),
                name="messaging_delivery_alive_is_checked",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.CONFIRMED.value) | Q(pages_sent__gte=models.F("pages")),
                name="messaging_delivery_confirmed_is_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "next_check_at"],
                condition=Q(next_check_at__isnull=False),
                name="messaging_delivery_next_check",
            ),
            models.Index(fields=["organization", "provider_reference"], name="messaging_delivery_reference"),
        ]


class Step(TenantModel):
    """One thing that became known of a message. Insert only; `is_ignored` marks facts that changed nothing."""

    message = tenant_reference("messaging.Message")
    #: 1, 2, 3… within the message: what comes first does not depend on clocks.
    ordinal = models.PositiveIntegerField()
    delivery = tenant_reference("messaging.Delivery", null=True)
    kind = models.TextField()
    at = models.DateTimeField(default=clock.now)
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_name = models.TextField()
    cause = models.TextField(default="", blank=True)
    note = models.TextField(default="", blank=True)
    pages_sent = models.PositiveIntegerField(null=True)
    is_ignored = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "message", "ordinal"], name="messaging_step_once"),
        ]


class Hint(models.Model):
    """A carrier's webhook said something about a fax. Not evidence. No row-level security: the tenant is not yet known.

    It carries the carrier's reference and nothing else.
    """

    carrier = models.TextField()
    provider_reference = models.TextField()
    times_seen = models.PositiveIntegerField(default=1)
    first_seen_at = models.DateTimeField(default=clock.now)
    last_seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["carrier", "provider_reference"], name="messaging_hint_once"),
        ]
