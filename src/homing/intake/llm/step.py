"""The pipeline's question to the language model: nothing where nobody has agreed, and never a failed step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from homing.audit import actions as audit
from homing.intake.actions_ledger import SYSTEM_NAME
from homing.intake.llm import asking, consent
from homing.intake.llm.reader import LLMReader
from homing.kit.actor import Actor
from homing.tenancy.scope import scoped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from homing.intake.llm.endpoint import Endpoint
    from homing.intake.reading.types import DocumentReading, PageText

log = structlog.get_logger()
_SYSTEM = Actor.system(SYSTEM_NAME)


def second_look(
    organization_id: UUID, item_id: UUID, reading: DocumentReading, pages: Sequence[PageText]
) -> DocumentReading:
    """Return the reading with what the language model adds; as it is where it may not be asked or does not answer.

    Called outside of transactions: it waits for the network. May run twice.
    """
    endpoint = _agreed(organization_id, item_id, reading)
    if endpoint is None:
        return reading
    better, notes = asking.improved(reading, pages, LLMReader(endpoint), endpoint)
    for note in notes:
        write = log.warning if note.problem else log.info
        write(
            "llm_asked",
            item_id=str(item_id),
            host=endpoint.host,
            model=endpoint.model,
            problem=note.problem or None,
            pages=len(note.pages),
            requests=note.requests,
            filled=note.filled,
            agreed=note.agreed,
            refused=note.refused,
            lines_left_out=note.left_out,
        )
    return better


def _agreed(organization_id: UUID, item_id: UUID, reading: DocumentReading) -> Endpoint | None:
    """Return whom to ask, having put on record that text leaves; None where nobody may be or nothing is to be asked."""
    with scoped(organization_id):
        now = consent.standing()
        if now.endpoint is None or not now.is_on:
            return None
        sent = asking.asked_about(reading, now.endpoint.below)
        if not sent:
            return None
        audit.record(
            actor=_SYSTEM,
            action="inbound_item.ask_llm",
            entity="inbound_item",
            entity_id=item_id,
            host=now.endpoint.host,
            model=now.endpoint.model,
            pages=len(sent),
        )
        return now.endpoint
