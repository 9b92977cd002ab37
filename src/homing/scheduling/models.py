"""Attempts to reach patients, and their appointments."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from homing.referrals.events import ContactOutcome
from homing.scheduling.states import AppointmentState
from homing.tenancy.fields import TenantModel, tenant_reference


class ContactAttempt(TenantModel):
    """One attempt to reach a patient. Insert only. `event` is its event in the referral's history."""

    referral = tenant_reference("referrals.Referral")
    outcome = models.TextField()
    note = models.TextField(default="", blank=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by_id = models.TextField()
    by_name = models.TextField()
    event = models.UUIDField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(outcome__in=[one.value for one in ContactOutcome]), name="scheduling_contact_outcome_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "referral", "at"], name="scheduling_contact_referral"),
        ]


class Appointment(TenantModel):
    """One appointment of a referral, as its events tell; `key` names it within the referral."""

    referral = tenant_reference("referrals.Referral")
    key = models.TextField()
    start = models.DateTimeField()
    practitioner = models.TextField(default="", blank=True)
    location = models.TextField(default="", blank=True)
    identifier = models.TextField(default="", blank=True)
    state = models.TextField()
    booked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "referral", "key"], name="scheduling_appointment_once"),
            models.UniqueConstraint(
                fields=["organization", "referral"],
                condition=Q(state=AppointmentState.BOOKED.value),
                name="scheduling_one_booked_appointment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in AppointmentState]),
                name="scheduling_appointment_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "start"], name="scheduling_appointment_start"),
        ]
