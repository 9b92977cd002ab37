"""The tamper-evident log: records are written unchained, seals chain them later."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from homing.kit import clock
from homing.tenancy.fields import TenantModel, tenant_reference


class AuditRecord(TenantModel):
    """One thing somebody did. Insert only. `detail` holds ids and names of fields, never their values."""

    at = models.DateTimeField(default=clock.now)
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_name = models.TextField()
    action = models.TextField()
    entity = models.TextField()
    entity_id = models.TextField()
    detail = models.JSONField(default=dict)
    #: Taken from a sequence, so that the sealer has an order that does not depend on clocks.
    ordinal = models.BigIntegerField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "entity", "entity_id"], name="audit_record_entity"),
            models.Index(fields=["organization", "ordinal"], name="audit_record_order"),
        ]


class AuditSeal(TenantModel):
    """The place of one record in the organization's chain. Insert only."""

    record = tenant_reference("audit.AuditRecord")
    sequence = models.BigIntegerField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "sequence"], name="audit_seal_sequence_once"),
            models.UniqueConstraint(fields=["organization", "record"], name="audit_seal_record_once"),
        ]
