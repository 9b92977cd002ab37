"""The conversation with a carrier: what we are about to do is committed before each call, what came of it after."""

from __future__ import annotations

import functools
import time
from typing import Final, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from homing.documents import queries as documents
from homing.documents.crypto import DocumentDamaged
from homing.kit.actor import Actor
from homing.messaging import actions, policy, queries
from homing.messaging.actions import Submission
from homing.messaging.ports import Carrier, CarrierFactory, CarrierUnavailable, SubmitOutcomeUnknown, SubmitRejected
from homing.messaging.states import Accepted, AnswerLost, DeliveryState, Fact, FailureCause, NotFound, Refused, Reported
from homing.tenancy.scope import scoped

COURIER: Final = Actor.system("messaging")


def carrier(name: str) -> Carrier:
    """Return the adapter that `settings.HOMING_CARRIERS` names.

    Raises
    ------
    CarrierUnavailable
        There is no such carrier, or its settings cannot be used.
    """
    if name not in settings.HOMING_CARRIERS:
        raise CarrierUnavailable("No fax carrier of this name is configured. Configure one, then send this again.")
    return _made(settings.HOMING_CARRIERS[name])


def forget_carriers() -> None:
    """Let the next call make its adapter anew, after a change of the settings."""
    _made.cache_clear()


def submit(organization_id: UUID, delivery_id: UUID) -> None:
    """Claim one due attempt, hand it to its carrier, and record what came of it."""
    began = time.monotonic()
    with transaction.atomic(durable=True), scoped(organization_id):
        submission = actions.claim(actor=COURIER, delivery_id=delivery_id)
    if submission is None:
        return
    try:
        with scoped(organization_id):
            document = documents.content(submission.document_id)
    except DocumentDamaged as error:
        refused = Refused(FailureCause.DOCUMENT, retryable=False, provider_code=error.code)
        _learn(organization_id, delivery_id, refused)
        return
    if time.monotonic() - began > policy.SUBMIT_WINDOW.total_seconds():
        # Held up for too long: the lease may run out during the call, and others would ask too early.
        return
    fact = _call(submission, document)
    _learn(organization_id, delivery_id, fact)


def ask(organization_id: UUID, delivery_id: UUID) -> None:
    """Ask the carrier about one attempt that is, or may be, with it, and record the answer."""
    with scoped(organization_id):
        attempt = queries.attempt(delivery_id)
    if attempt.state is DeliveryState.SUBMITTING and attempt.is_due:
        _learn(organization_id, delivery_id, AnswerLost())
        attempt = attempt.lost()
    if attempt.state not in {DeliveryState.SUBMITTED, DeliveryState.UNKNOWN}:
        return
    if attempt.state is DeliveryState.UNKNOWN and not attempt.may_be_asked:
        return
    try:
        fact = _question(attempt)
    except CarrierUnavailable:
        with scoped(organization_id):
            actions.postpone(delivery_id=delivery_id)
        return
    _learn(organization_id, delivery_id, fact)


def _call(submission: Submission, document: bytes) -> Fact:
    try:
        reference = carrier(submission.carrier).submit(
            job_id=str(submission.delivery_id),
            to_e164=submission.to_e164,
            from_e164=submission.from_e164,
            document=document,
            pages=submission.pages,
            correlation_key=submission.correlation_key,
            tags={"kind": submission.kind, "reference": submission.printed_reference},
        )
    except SubmitOutcomeUnknown:
        return AnswerLost()
    except SubmitRejected as error:
        return Refused(FailureCause(error.cause.value), retryable=False, provider_code=error.code)
    except CarrierUnavailable as error:
        return Refused(FailureCause.PROVIDER, retryable=True, provider_code=error.code)
    return Accepted(reference)


def _question(attempt: queries.Attempt) -> Fact:
    adapter = carrier(attempt.carrier)
    if attempt.state is DeliveryState.SUBMITTED:
        return Reported(adapter.status(attempt.provider_reference))
    reference = adapter.find(attempt.correlation_key)
    return Accepted(reference) if reference else NotFound()


def _learn(organization_id: UUID, delivery_id: UUID, fact: Fact) -> None:
    with scoped(organization_id):
        actions.learn(actor=COURIER, delivery_id=delivery_id, fact=fact)


@functools.cache
def _made(factory: str) -> Carrier:
    # One adapter per process: it keeps its connections.
    return cast("CarrierFactory", import_string(factory))()
