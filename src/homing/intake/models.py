"""The conservation ledger, what was read, and what people corrected."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from homing.intake.states import Disposition, EventKind, State
from homing.intake.states_filing import FilingState
from homing.kit import clock
from homing.tenancy.fields import TenantModel, tenant_reference

_LINKED = (Disposition.REFERRAL_OPENED, Disposition.ATTACHED, Disposition.DUPLICATE)


def _values(kind: type[State | Disposition | EventKind | FilingState]) -> list[str]:
    return [one.value for one in kind]


class InboundItem(TenantModel):
    """One arrival, or one part of a split arrival: a line of the ledger. Never deleted.

    `content_mark` is the tenant's keyed hash of the bytes; `document` is null until a carrier's bytes are fetched.
    `reading` and `draft` are JSON of `reading.types.ReadDocument` and `fields.Draft`.
    """

    channel = models.TextField()
    carrier = models.TextField(default="", blank=True)
    carrier_reference = models.TextField()
    file_name = models.TextField(default="", blank=True)
    to_address = models.TextField(default="", blank=True)
    announced_pages = models.PositiveIntegerField(null=True)
    received_at = models.DateTimeField()
    reference = models.TextField()

    sender_address = models.TextField(default="", blank=True)
    sender_office = tenant_reference("directory.Office", null=True)
    sender_name = models.TextField(default="", blank=True)
    sender_proven = models.BooleanField(default=False)

    document = tenant_reference("documents.Document", null=True)
    content_mark = models.TextField(default="", blank=True)
    repeat_of = tenant_reference("intake.InboundItem", null=True)
    parent = tenant_reference("intake.InboundItem", null=True)
    #: Page numbers of the parent's document, in the order of this item's own document.
    parent_pages = models.JSONField(default=list)
    #: A person said that this is one document: it is not split again.
    is_single = models.BooleanField(default=False)

    state = models.TextField(default=State.RECEIVED)
    failed_in = models.TextField(default="", blank=True)
    disposition = models.TextField(default="", blank=True)
    disposition_ref = models.UUIDField(null=True)
    disposition_note = models.TextField(default="", blank=True)
    disposed_at = models.DateTimeField(null=True)

    is_open = models.BooleanField(default=True)
    next_action = models.TextField(default="", blank=True)
    owner_role = models.TextField(default="", blank=True)
    owner = models.UUIDField(null=True)
    due_at = models.DateTimeField(null=True)
    overdue_since = models.DateTimeField(null=True)

    step = models.TextField(default="", blank=True)
    step_page = models.PositiveIntegerField(default=0)
    step_pages = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    progress_at = models.DateTimeField(default=clock.now)
    problem_code = models.TextField(default="", blank=True)
    problem_message = models.TextField(default="", blank=True)

    pages = models.PositiveIntegerField(default=0)
    reading = models.JSONField(null=True)
    problems = models.JSONField(default=list)
    kind = models.TextField(default="", blank=True)
    kind_confidence = models.FloatField(default=0.0)
    patient_name = models.TextField(default="", blank=True)
    priority = models.TextField(default="", blank=True)
    missing = models.JSONField(default=list)
    doubtful = models.PositiveIntegerField(default=0)
    announced_read_at = models.DateTimeField(null=True)
    suggested_referral = models.UUIDField(null=True)
    suggested_record = models.UUIDField(null=True)
    suggested_specialty = models.TextField(default="", blank=True)
    suggested_location = models.UUIDField(null=True)
    routing_because = models.JSONField(default=list)
    routing_disagreement = models.TextField(default="", blank=True)
    #: Why it was not attached by itself to the referral whose number it bears (`policy_answers.Doubt`).
    answer_doubts = models.JSONField(default=list)

    draft = models.JSONField(null=True)
    parked = models.BooleanField(default=False)
    locked_by = models.UUIDField(null=True)
    locked_name = models.TextField(default="", blank=True)
    locked_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "state", "due_at"], condition=Q(is_open=True), name="intake_item_open_state"
            ),
            models.Index(fields=["organization", "due_at"], condition=Q(is_open=True), name="intake_item_open_due"),
            models.Index(fields=["organization", "received_at"], name="intake_item_received"),
            models.Index(fields=["organization", "content_mark"], name="intake_item_mark"),
            models.Index(fields=["organization", "parent"], name="intake_item_parent"),
            models.Index(
                fields=["organization", "disposed_at", "id"], condition=Q(is_open=False), name="intake_item_disposed"
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organization", "channel", "carrier", "carrier_reference"], name="intake_item_arrival_once"
            ),
            models.UniqueConstraint(fields=["organization", "reference"], name="intake_item_reference_once"),
            models.CheckConstraint(condition=Q(state__in=_values(State)), name="intake_item_known_state"),
            models.CheckConstraint(
                condition=Q(disposition__in=["", *_values(Disposition)]), name="intake_item_known_disposition"
            ),
            # Exactly one disposition, or open: the same fact said three ways must agree.
            models.CheckConstraint(
                condition=Q(is_open=True, disposition="", disposed_at=None) & ~Q(state=State.DISPOSED)
                | Q(is_open=False, state=State.DISPOSED, disposed_at__isnull=False) & ~Q(disposition=""),
                name="intake_item_open_or_disposed",
            ),
            models.CheckConstraint(
                condition=Q(is_open=False) | ~Q(next_action="") & ~Q(owner_role="") & Q(due_at__isnull=False),
                name="intake_item_open_has_owner",
            ),
            models.CheckConstraint(
                condition=~Q(disposition__in=[one.value for one in _LINKED]) | Q(disposition_ref__isnull=False),
                name="intake_item_disposition_points",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.FAILED) | ~Q(problem_code="") & ~Q(failed_in=""),
                name="intake_item_failure_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=False) | Q(state__in=[State.RECEIVED, State.FAILED, State.DISPOSED]),
                name="intake_item_read_has_document",
            ),
        ]


class ItemEvent(TenantModel):
    """What happened to an item. Insert only. `data` holds ids, codes and counts."""

    item = tenant_reference("intake.InboundItem")
    kind = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_name = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now)
    data = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "item", "recorded_at"], name="intake_event_item"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organization", "item"], condition=Q(kind=EventKind.RECEIVED), name="intake_event_received_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=_values(EventKind)), name="intake_event_known_kind"),
        ]


class ItemPage(TenantModel):
    """One page of an item; its image is a page of the document.

    `words` and `text` are JSON of a digital PDF's words and of `PageText`; `rotation` is the turn at the workbench.
    """

    item = tenant_reference("intake.InboundItem")
    number = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    dpi = models.FloatField(default=0.0)
    words = models.JSONField(default=list)
    text = models.JSONField(null=True)
    kind = models.TextField(default="", blank=True)
    #: JSON of `reading.types.Caption`: what tells the page's layout.
    captions = models.JSONField(default=list)
    rotation = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "item", "number"], name="intake_page_once"),
            models.CheckConstraint(condition=Q(rotation__in=[0, 90, 180, 270]), name="intake_page_right_angle"),
        ]


class FieldCorrection(TenantModel):
    """What a person changed in a field that was read: evidence for thresholds and for the reader. Insert only.

    Empty `read_value`: the field was not found; empty `corrected_value`: it is not on the page.
    """

    item = tenant_reference("intake.InboundItem")
    field = models.TextField()
    read_value = models.TextField(default="", blank=True)
    corrected_value = models.TextField(default="", blank=True)
    confidence = models.FloatField(default=0.0)
    page = models.PositiveIntegerField(null=True)
    box = models.JSONField(null=True)
    sender_office = models.UUIDField(null=True)
    corrected_by = models.UUIDField(null=True)
    corrected_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "item", "field"], name="intake_correction_field"),
        ]


class CarrierCount(TenantModel):
    """How many arrivals the carrier itself counts for one day (UTC), as of the last reconciliation."""

    channel = models.TextField()
    carrier = models.TextField()
    day = models.DateField()
    count = models.PositiveIntegerField()
    counted_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organization", "channel", "carrier", "day"], name="intake_carrier_count_once"
            ),
        ]


class FilingRule(TenantModel):
    """Where filed documents of one kind are handed on to; kind `*` is every kind without a rule of its own.

    `destination` is a name of the registry, `folder` the place there. Without a person only with `is_automatic`, at a
    confidence of the kind of `threshold` or more.
    """

    kind = models.TextField()
    destination = models.TextField()
    folder = models.TextField()
    is_automatic = models.BooleanField(default=False)
    threshold = models.FloatField(default=0.95)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "kind"], name="intake_filing_rule_once"),
            models.CheckConstraint(
                condition=Q(threshold__gte=0.5, threshold__lte=1.0), name="intake_filing_rule_threshold"
            ),
        ]


class Filing(TenantModel):
    """One document to be handed on, written with the disposition that asks for it; never deleted.

    `number` counts an item's filings: one that was undone and filed elsewhere has two. `is_current` is the one that its
    disposition stands for. `path`, `sha256` and `size` are the receipt.
    """

    item = tenant_reference("intake.InboundItem")
    number = models.PositiveIntegerField()
    kind = models.TextField()
    destination = models.TextField()
    folder = models.TextField()
    state = models.TextField(default=FilingState.PLANNED)
    is_current = models.BooleanField(default=True)
    filed_by = models.TextField()
    filed_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    problem_code = models.TextField(default="", blank=True)
    problem_message = models.TextField(default="", blank=True)
    owner_role = models.TextField(default="", blank=True)
    due_at = models.DateTimeField(null=True)
    path = models.TextField(default="", blank=True)
    sha256 = models.TextField(default="", blank=True)
    size = models.PositiveBigIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization", "next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="intake_filing_next",
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "item", "number"], name="intake_filing_number_once"),
            models.UniqueConstraint(
                fields=["organization", "item"], condition=Q(is_current=True), name="intake_filing_one_current"
            ),
            models.CheckConstraint(condition=Q(state__in=_values(FilingState)), name="intake_filing_known_state"),
            models.CheckConstraint(
                condition=Q(state=FilingState.DELIVERED, delivered_at__isnull=False) & ~Q(path="") & ~Q(sha256="")
                | ~Q(state=FilingState.DELIVERED) & Q(delivered_at=None, path="", sha256=""),
                name="intake_filing_delivered_has_receipt",
            ),
            # What is not delivered yet is tried again, and what was tried in vain is somebody's work.
            models.CheckConstraint(
                condition=~Q(state__in=[FilingState.PLANNED, FilingState.FAILED]) | Q(next_attempt_at__isnull=False),
                name="intake_filing_goes_on",
            ),
            models.CheckConstraint(
                condition=~Q(state=FilingState.FAILED)
                | ~Q(problem_code="") & ~Q(owner_role="") & Q(due_at__isnull=False),
                name="intake_filing_failed_has_owner",
            ),
        ]


class SenderLayout(TenantModel):
    """A layout that pages of one sender have; bounded for each sender, the one not seen for longest goes first.

    `sender` is `policy_memory.sender_keys`, `mark` a short digest of the captions, `captions` JSON of `Caption`.
    """

    sender = models.TextField()
    mark = models.TextField()
    captions = models.JSONField()
    seen = models.PositiveIntegerField(default=0)
    first_seen_at = models.DateTimeField(default=clock.now)
    last_seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "sender", "mark"], name="intake_layout_once"),
        ]


class FieldPlacement(TenantModel):
    """Where a field stands on a layout, learnt when a person signed off what was not read right. No value is kept.

    `place` is JSON of `extraction.placement.Placement` without its counts; `item`, `learnt_by` are the evidence.
    """

    layout = tenant_reference("intake.SenderLayout")
    field = models.TextField()
    place = models.JSONField()
    confirmed = models.PositiveIntegerField(default=1)
    refused = models.PositiveIntegerField(default=0)
    in_a_row = models.PositiveIntegerField(default=0)
    item = tenant_reference("intake.InboundItem")
    learnt_by = models.UUIDField(null=True)
    learnt_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "layout", "field"], name="intake_placement_field"),
        ]


class FieldVerdict(TenantModel):
    """Whether one field was read as a person signed it off (`quality.Verdict`): for the quality report. No value.

    `tenth` is the tenth of the confidence, 0 to 9; `sender` and `layout` are those of `SenderLayout`, empty if unknown.
    """

    item = tenant_reference("intake.InboundItem")
    field = models.TextField()
    verdict = models.TextField()
    confidence = models.FloatField(default=0.0)
    tenth = models.PositiveSmallIntegerField(default=0)
    source = models.TextField(default="", blank=True)
    sender = models.TextField(default="", blank=True)
    layout = models.TextField(default="", blank=True)
    reviewed_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "reviewed_at"], name="intake_verdict_time"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "item", "field"], name="intake_verdict_once"),
            models.CheckConstraint(
                condition=Q(verdict__in=["right", "wrong", "spurious", "missed"]), name="intake_verdict_known"
            ),
        ]


class KindVerdict(TenantModel):
    """What kind an item was read as and what it ended as; `by_person` false: nobody looked, so it proves nothing."""

    item = tenant_reference("intake.InboundItem")
    kind_read = models.TextField()
    kind_signed = models.TextField()
    by_person = models.BooleanField()
    reviewed_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "reviewed_at"], name="intake_kind_verdict_time"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "item"], name="intake_kind_verdict_once"),
        ]
