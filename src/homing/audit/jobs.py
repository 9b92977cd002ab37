"""The sealer."""

from __future__ import annotations

from homing.audit.actions import seal_batch
from homing.tenancy.jobs import each_tenant

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
