"""Patients. A referral points to a patient record; which person a record is of is known here alone."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from homing.kit import clock
from homing.tenancy.fields import TenantModel, tenant_reference


class Person(TenantModel):
    """One human being; merging and unmerging change which records point here."""

    created_at = models.DateTimeField(default=clock.now)


class PatientRecord(TenantModel):
    """What is known of a patient from one place (FHIR Patient). `phone` is 10 digits.

    `family_key`, `given_key` are folded names; they and the birth date find candidates.
    """

    person = tenant_reference("identity.Person")
    family = models.TextField()
    given = models.TextField(default="", blank=True)
    family_key = models.TextField()
    given_key = models.TextField(default="", blank=True)
    birth_date = models.DateField(null=True)
    sex = models.TextField(default="", blank=True)
    phone = models.TextField(default="", blank=True)
    address_line = models.TextField(default="", blank=True)
    city = models.TextField(default="", blank=True)
    state = models.TextField(default="", blank=True)
    postal_code = models.TextField(default="", blank=True)
    mrn = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "birth_date"], name="identity_record_birth_date"),
            models.Index(fields=["organization", "phone"], name="identity_record_phone"),
            models.Index(fields=["organization", "mrn"], name="identity_record_mrn"),
            models.Index(fields=["organization", "family_key", "given_key"], name="identity_record_name"),
            models.Index(fields=["organization", "person"], name="identity_record_person"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~models.Q(family=""), name="identity_record_has_name"),
        ]


class PatientIdentifier(TenantModel):
    """A number somebody gave the patient; `system` says who (an office's id, `member_id`)."""

    record = tenant_reference("identity.PatientRecord")
    system = models.TextField()
    value = models.TextField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "value"], name="identity_identifier_value"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organization", "record", "system", "value"], name="identity_identifier_once"
            ),
        ]


class Verdict(models.TextChoices):
    """What a person decided about two records."""

    SAME = "same"
    DIFFERENT = "different"


class Decision(TenantModel):
    """What a person decided about two records, remembered. Insert only; the newest counts. `first` is the lower id."""

    first = tenant_reference("identity.PatientRecord")
    second = tenant_reference("identity.PatientRecord")
    verdict = models.TextField(choices=Verdict.choices)
    decided_by = models.TextField()
    decided_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "first", "second"], name="identity_decision_pair"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="identity_decision_lower_id_first"
            ),
        ]
