"""The sealer."""

from __future__ import annotations

from homing.audit.actions import seal_batch
from homing.tenancy.jobs import each_tenant


@each_tenant("* * * * * */20")
def seal() -> None:
    """Seal what waits, in batches."""
    while seal_batch():
        pass
