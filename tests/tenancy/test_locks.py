"""Who holds a name keeps others of the same tenant waiting, and nobody else."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError  # noqa: A004  that of futures
from uuid import UUID

import pytest
from django.db import connection

from homing.tenancy.locks import hold
from homing.tenancy.scope import scoped
from tests.factories import make_organization


def _hold(organization_id: UUID) -> None:
    try:
        with scoped(organization_id):
            hold("the same name")
    finally:
        connection.close()


def test_a_held_name_is_waited_for_by_the_same_tenant_alone(transactional_db: None) -> None:
    ours, theirs = make_organization(), make_organization()
    with ThreadPoolExecutor(2) as others:
        with scoped(ours.id):
            hold("the same name")
            waiting: Future[None] = others.submit(_hold, ours.id)
            others.submit(_hold, theirs.id).result(timeout=10)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        waiting.result(timeout=10)
