"""One after the other, where there is no row to lock."""

from __future__ import annotations

from django.db import connection

from homing.tenancy.scope import current_organization_id


def hold(name: str) -> None:
    """Wait until no other transaction of the organization in scope holds `name`; hold it until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [f"{current_organization_id()}:{name}"])
