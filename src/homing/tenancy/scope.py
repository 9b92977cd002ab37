"""The tenant of the work at hand: a context variable for managers, a transaction setting for PostgreSQL's policies."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction

from homing.kit.errors import HomingError

if TYPE_CHECKING:
    from collections.abc import Iterator

_current: ContextVar[UUID | None] = ContextVar("homing_organization", default=None)


class ScopeMissing(HomingError):
    """A query on tenant data ran without an organization in scope. Wrap it in `scoped(organization_id)`."""

    code = "scope_missing"
    status = 500


def current_organization_id() -> UUID:
    """Return the organization in scope.

    Raises
    ------
    ScopeMissing
    """
    organization_id = _current.get()
    if organization_id is None:
        raise ScopeMissing
    return organization_id


def has_scope() -> bool:
    """Tell whether an organization is in scope."""
    return _current.get() is not None


@contextlib.contextmanager
def scoped(organization_id: UUID) -> Iterator[None]:
    """Open a transaction (or savepoint) in which `organization_id` is the tenant."""
    with transaction.atomic():
        previous = _current.get()
        token = _current.set(organization_id)
        _tell_database(organization_id)
        try:
            yield
        finally:
            _current.reset(token)
        # Reached on success only: a rollback takes the setting back by itself, and after
        # the outermost commit the setting, being local to the transaction, is gone.
        _tell_database(previous)


def _tell_database(organization_id: UUID | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('homing.org', %s, true)", [str(organization_id or "")])
