"""The sealer."""

from __future__ import annotations

import structlog

from homing.audit.actions import seal_batch
from homing.audit.queries import chain_end
from homing.tenancy.jobs import each_tenant
from homing.tenancy.scope import current_organization_id

log = structlog.get_logger()

#: In one run, which is one transaction: 20,000 records.
_BATCHES = 40


@each_tenant("* * * * * */20")
def seal() -> None:
    """Seal what waits, in batches."""
    for _ in range(_BATCHES):
        if not seal_batch():
            return


@each_tenant("41 * * * *")
def seal_stragglers() -> None:
    """Seal what `seal` no longer looks for: records that were committed long after they were made."""
    for _ in range(_BATCHES):
        if not seal_batch(whole=True):
            return


@each_tenant("23 4 * * *")
def log_chain_end() -> None:
    """Leave the last digest where the database cannot take it back: a chain cut short verifies, but lacks this."""
    end = chain_end()
    if end is not None:
        log.info(
            "audit.chain_end", organization=str(current_organization_id()), sequence=end.sequence, digest=end.digest
        )
