"""The registries: the one place where events, jobs and adapters are named to each other, as dotted strings."""

from __future__ import annotations

from typing import Final

#: Modules whose import registers jobs with the queue.
JOB_MODULES: Final = (
    "homing.tenancy.rescue",
    "homing.audit.jobs",
    "homing.referrals.jobs",
    "homing.messaging.jobs",
    "homing.intake.jobs",
    "homing.loop.jobs",
)

_INFORM: Final = ("homing.loop.jobs.inform",)

#: Event kind → jobs deferred in the transaction that appends the event. Referral events pass `event_id`,
#: events of inbound items (`item_…`) pass `item_id`.
REACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "item_read": ("homing.loop.jobs.acknowledge_item",),
    "item_disposed": ("homing.loop.jobs.acknowledge_item",),
    "item_attached": ("homing.loop.jobs.take_attached",),
    "contacted": _INFORM,
    "information_requested": _INFORM,
    "accepted": _INFORM,
    "scheduled": _INFORM,
    "rescheduled": _INFORM,
    "appointment_cancelled": _INFORM,
    "no_show": _INFORM,
    "completed": _INFORM,
    "visit_retracted": _INFORM,
    "declined": _INFORM,
    "unable_to_reach": _INFORM,
    "redirected": _INFORM,
    "cancelled": _INFORM,
    "closed": _INFORM,
    "reopened": _INFORM,
    "outcome_returned": ("homing.loop.jobs.return_outcome",),
}

#: Callables that must write in the same transaction as a referral event (`referrals.ports.Projection`).
PROJECTIONS: Final[tuple[str, ...]] = ("homing.scheduling.actions.keep_appointments",)

SEND_REFERRAL: Final = "homing.loop.jobs.send_referral"

#: Message state → jobs deferred with `message_id`.
DELIVERY_REACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "delivered": ("homing.loop.jobs.record_delivery",),
    "undeliverable": ("homing.loop.jobs.record_delivery",),
    "cancelled": ("homing.loop.jobs.record_delivery",),
}

#: Carrier name → factory of its adapter.
CARRIERS: Final[dict[str, str]] = {"simulated": "homing.channels.fax.simulated.from_settings"}

#: Where filed documents are handed on to: name → factory (`intake.ports.FilingDestination`).
FILING_DESTINATIONS: Final[dict[str, str]] = {"folder": "homing.channels.folder.filing.from_settings"}

#: What reads pages into words and words into fields (`intake.ports.DocumentReader`).
DOCUMENT_READER: Final = "homing.intake.reader.local_reader"

FAX_RECEIVER: Final = "homing.config.receivers.fax_events"
