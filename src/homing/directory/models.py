"""The offices we exchange referrals with, who works there, and how each is reached. Private entries of one tenant."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from homing.kit import clock
from homing.tenancy.fields import TenantModel, tenant_reference


class OfficeKind(models.TextChoices):
    """Which way referrals go."""

    REFERRING = "referring"
    RECEIVING = "receiving"
    BOTH = "both"


class System(models.TextChoices):
    """FHIR ContactPoint.system, with Direct added."""

    FAX = "fax"
    PHONE = "phone"
    DIRECT = "direct"
    EMAIL = "email"


class Office(TenantModel):
    """A practice (FHIR Organization). `name_key` is the folded name, `npi` a type 2 NPI or empty."""

    name = models.TextField()
    name_key = models.TextField()
    npi = models.TextField(default="", blank=True)
    address = models.TextField(default="", blank=True)
    kind = models.TextField(choices=OfficeKind.choices)
    specialties = models.JSONField(default=list)
    notes = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "name_key"], name="directory_office_name"),
            models.Index(fields=["organization", "npi"], name="directory_office_npi"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~models.Q(name=""), name="directory_office_has_name"),
        ]


class Practitioner(TenantModel):
    """A person who refers or sees patients (FHIR PractitionerRole). `npi` is a type 1 NPI or empty."""

    office = tenant_reference("directory.Office")
    family = models.TextField()
    given = models.TextField(default="", blank=True)
    name_key = models.TextField()
    npi = models.TextField(default="", blank=True)
    specialty = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "name_key"], name="directory_practitioner_name"),
            models.Index(fields=["organization", "npi"], name="directory_practitioner_npi"),
            models.Index(fields=["organization", "office"], name="directory_practitioner_office"),
        ]


class ContactPoint(TenantModel):
    """One way to reach an office.

    `value` is E.164 for fax and phone. `is_proven`: a person or our own delivery stands for it; a number
    that was only read off a page is not proven. `confidence` is 0 to 1, learnt from our own deliveries.
    """

    office = tenant_reference("directory.Office")
    system = models.TextField(choices=System.choices)
    value = models.TextField()
    is_proven = models.BooleanField(default=False)
    proven_by = models.TextField(default="", blank=True)
    confidence = models.FloatField(default=0.5)
    last_confirmed_at = models.DateTimeField(null=True)
    last_failed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "system", "value"], name="directory_contact_value"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organization", "office", "system", "value"], name="directory_contact_point_once"
            ),
            models.CheckConstraint(
                condition=models.Q(is_proven=False) | ~models.Q(proven_by=""), name="directory_contact_proof_named"
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0.0) & models.Q(confidence__lte=1.0),
                name="directory_contact_confidence",
            ),
        ]
