"""Reading and verifying the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from homing.audit.actions import GENESIS, digest_of, unsealed
from homing.audit.models import AuditRecord, AuditSeal
from homing.kit import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SEALED_WITHIN = timedelta(seconds=60)
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class ChainReport:
    """The state of one organization's chain. `broken_at` is the first sequence number that does not verify."""

    sealed: int
    unsealed: int
    late: int
    broken_at: int | None

    @property
    def is_sound(self) -> bool:
        """Tell whether the chain verifies and no record has waited over 60 s for its seal."""
        return self.broken_at is None and self.late == 0


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The last seal of one organization: how many there are, and the digest, in hex, that vouches for all of them."""

    sequence: int
    digest: str


def chain_end() -> ChainEnd | None:
    """Return the end of the chain of the organization in scope, None before the first seal."""
    last = AuditSeal.objects.order_by("-sequence").first()
    return ChainEnd(last.sequence, bytes(last.digest).hex()) if last else None


def verify() -> ChainReport:
    """Walk the chain of the organization in scope from its first seal."""
    digest, count, broken_at = GENESIS, 0, None
    for seal, row in _sealed_rows():
        count += 1
        digest = digest_of(digest, row) if row else b""
        if broken_at is None and (seal.sequence != count or bytes(seal.digest) != digest):
            broken_at = seal.sequence
        digest = bytes(seal.digest)
    waiting = unsealed()
    late = waiting.filter(at__lt=clock.now() - _SEALED_WITHIN).count()
    return ChainReport(sealed=count, unsealed=waiting.count(), late=late, broken_at=broken_at)


def records_of(entity: str, entity_id: str) -> Sequence[AuditRecord]:
    """Return what was done to one entity, newest first."""
    return list(AuditRecord.objects.filter(entity=entity, entity_id=entity_id).order_by("-ordinal")[:200])


def _sealed_rows() -> Iterator[tuple[AuditSeal, AuditRecord | None]]:
    seals = AuditSeal.objects.order_by("sequence").iterator(chunk_size=_CHUNK)
    while chunk := list(islice(seals, _CHUNK)):
        # Not a join: it would leave out the seals whose records are gone.
        rows = AuditRecord.objects.in_bulk([seal.record_id for seal in chunk])
        yield from ((seal, rows.get(seal.record_id)) for seal in chunk)
