"""Writing the log and sealing it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.db import connection, transaction

from homing.audit.models import AuditRecord, AuditSeal
from homing.tenancy.scope import current_organization_id

if TYPE_CHECKING:
    from uuid import UUID

    from homing.kit.actor import Actor

_BATCH = 500
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


def seal_batch() -> int:
    """Chain the records not yet sealed of the organization in scope, oldest first; return how many."""
    with transaction.atomic():
        _lock_chain()
        last = AuditSeal.objects.order_by("-sequence").first()
        sequence, digest = (last.sequence, bytes(last.digest)) if last else (0, GENESIS)
        sealed = AuditSeal.objects.values("record_id")
        waiting = list(AuditRecord.objects.exclude(id__in=sealed).order_by("ordinal")[:_BATCH])
        for row in waiting:
            sequence, digest = sequence + 1, digest_of(digest, row)
            AuditSeal.objects.create(record_id=row.id, sequence=sequence, digest=digest)
    return len(waiting)


def digest_of(previous: bytes, row: AuditRecord) -> bytes:
    """Return SHA-256 over the previous digest and the record's canonical JSON."""
    body = json.dumps(
        [
            str(row.id), row.at.isoformat(), row.actor_kind, row.actor_id, row.actor_name,
            row.action, row.entity, row.entity_id, row.detail, row.ordinal,
        ],
        sort_keys=True,
        separators=(",", ":"),
    )  # fmt: skip
    return hashlib.sha256(previous + body.encode()).digest()


def _next_ordinal() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('audit_record_ordinal')")
        return int(cursor.fetchone()[0])


def _lock_chain() -> None:
    # One sealer per tenant at a time; the lock goes with the transaction.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [str(current_organization_id())])
