"""The shape of every tenant-owned table."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.db import models

from homing.kit.ids import uuid7
from homing.tenancy.scope import current_organization_id

M = TypeVar("M", bound=models.Model)


class TenantManager(models.Manager[M]):
    """Sees the rows of the organization in scope and raises `ScopeMissing` without one."""

    use_in_migrations = False

    def get_queryset(self) -> models.QuerySet[M]:
        """Return the rows of the organization in scope."""
        return super().get_queryset().filter(organization_id=current_organization_id())


class TenantModel(models.Model):
    """Base of every tenant-owned table; `tenancy.operations.ProtectTenantTable` adds policies and composite keys."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        "tenancy.Organization", on_delete=models.PROTECT, default=current_organization_id, related_name="+"
    )

    objects: ClassVar[models.Manager[Self]] = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


def tenant_reference(to: str, **options: Any) -> models.ForeignKey[Any, Any]:
    """Return a foreign key to another tenant-owned table.

    Its database constraint is the composite `(organization_id, x_id)` that `ProtectTenantTable` adds.
    """
    return models.ForeignKey(to, on_delete=models.PROTECT, db_constraint=False, related_name="+", **options)
