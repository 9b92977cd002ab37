"""Organizations, their locations, and what must be found before a tenant is known."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from homing.kit import clock
from homing.kit.ids import uuid7
from homing.tenancy.fields import TenantModel
from homing.tenancy.scope import current_organization_id


class OwnOrganization(models.Manager["Organization"]):
    """Sees the organization in scope and raises `ScopeMissing` without one."""

    def get_queryset(self) -> models.QuerySet[Organization]:
        """Return the organization in scope, as a queryset of one."""
        return super().get_queryset().filter(id=current_organization_id())


class Organization(models.Model):
    """A tenant. The fax number is E.164."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.TextField()
    slug = models.SlugField()
    timezone = models.TextField(default="America/New_York")
    address = models.TextField(default="", blank=True)
    phone = models.TextField(default="", blank=True)
    fax = models.TextField(default="", blank=True)
    is_demo = models.BooleanField(default=False)
    auto_accept = models.BooleanField(default=False)
    #: The address of the language model to which an administrator lets text of referrals go; empty: to none.
    llm_endpoint = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[OwnOrganization] = OwnOrganization()

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return self.name


class Location(TenantModel):
    """A place where patients are seen."""

    name = models.TextField()
    address = models.TextField(default="", blank=True)
    postal_code = models.TextField(default="", blank=True)
    specialties = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class ResolverKind(models.TextChoices):
    """What a resolver key is."""

    ORGANIZATION = "organization"
    USER = "user"
    FAX_NUMBER = "fax_number"


class Resolver(models.Model):
    """From a key known before the tenant (user id, fax number, slug) to the tenant. No row-level security, no PHI."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField(choices=ResolverKind.choices)
    key = models.TextField()
    organization_id = models.UUIDField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "key", "organization_id"], name="tenancy_resolver_once"),
        ]


class UnclaimedArrival(models.Model):
    """An arrival that belongs to no tenant: kept, counted, shown to the installation's operator. No PHI."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.TextField()
    carrier = models.TextField(default="")
    carrier_reference = models.TextField()
    to_address = models.TextField(default="", blank=True)
    received_at = models.DateTimeField(default=clock.now)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["channel", "carrier_reference"], name="tenancy_unclaimed_once"),
        ]
