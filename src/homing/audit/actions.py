"""Writing the log and sealing it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from homing.audit.models import AuditRecord, AuditSeal
from homing.tenancy.scope import current_organization_id

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from homing.kit.actor import Actor

_BATCH = 500
_LOOK_BACK = 10_000
GENESIS = b"\0" * 32


def record(*, actor: Actor, action: str, entity: str, entity_id: UUID | str, **detail: str | int | bool | None) -> None:
    """Append one record in the caller's transaction. `detail` holds ids and field names, never PHI."""
    AuditRecord.objects.create(
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        entity=entity,
        entity_id=str(entity_id),
        detail=detail,
        ordinal=_next_ordinal(),
    )


def seal_batch(*, whole: bool = False) -> int:
    """Chain the records not yet sealed of the organization in scope, oldest first; return how many.

    Looks back over the last 10,000 that are sealed; with `whole`, over the whole log.
    """
    with transaction.atomic():
        _lock_chain()
        last = AuditSeal.objects.order_by("-sequence").first()
        sequence, digest = (last.sequence, bytes(last.digest)) if last else (0, GENESIS)
        rows = unsealed() if whole else unsealed().filter(ordinal__gte=_floor(sequence))
        seals = []
        for row in rows.order_by("ordinal")[:_BATCH]:
            sequence, digest = sequence + 1, digest_of(digest, row)
            seals.append(AuditSeal(record_id=row.id, sequence=sequence, digest=digest))
        AuditSeal.objects.bulk_create(seals)
    return len(seals)


def unsealed() -> QuerySet[AuditRecord]:
    """Return the records of the organization in scope that are not sealed."""
    # Not `NOT IN`: PostgreSQL would read every seal for each record once they do not fit into its memory.
    return AuditRecord.objects.filter(~Exists(AuditSeal.objects.filter(record_id=OuterRef("id"))))


def digest_of(previous: bytes, row: AuditRecord) -> bytes:
    """Return SHA-256 over the previous digest and the record's canonical JSON."""
    body = json.dumps(
        [
            str(row.organization_id), str(row.id), row.at.isoformat(), row.actor_kind, row.actor_id, row.actor_name,
            row.action, row.entity, row.entity_id, row.detail, row.ordinal,
        ],
        sort_keys=True,
        separators=(",", ":"),
    )  # fmt: skip
    return hashlib.sha256(previous + body.encode()).digest()


def _floor(sequence: int) -> int:
    # A record gets its ordinal before its transaction commits, so a few come late, but not by thousands.
    # What is later still is found when the whole log is looked at.
    seals = AuditSeal.objects.filter(sequence__gt=sequence - _LOOK_BACK).order_by("sequence")
    records = AuditRecord.objects.filter(id__in=seals.values("record_id")[:1])
    return records.values_list("ordinal", flat=True).first() or 0 if sequence > _LOOK_BACK else 0


def _next_ordinal() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('audit_record_ordinal')")
        return int(cursor.fetchone()[0])


def _lock_chain() -> None:
    # One sealer per tenant at a time; the lock goes with the transaction.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [str(current_organization_id())])
