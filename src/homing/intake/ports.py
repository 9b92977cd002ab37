"""What channels hand to intake, and what intake asks of whoever reads documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from homing.intake.reading.types import DocumentReading, PageImage, PageText, RenderedDocument
from homing.kit import clock


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that arrived, bytes and all.

    `carrier_reference` makes a repeat recognisable: the carrier's job number, or any text that is the same when the
    same arrival is handed over again. `from_address` is what the transport says (E.164 caller id), never what a page
    says; `received_at` is aware.
    """

    channel: str
    carrier_reference: str
    data: bytes = field(repr=False)
    carrier: str = ""
    file_name: str = ""
    media_type: str = "application/octet-stream"
    from_address: str | None = None
    to_address: str | None = None
    received_at: datetime = field(default_factory=clock.now)
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """An arrival that a carrier holds for us: everything of `Arrival` but the bytes."""

    channel: str
    carrier: str
    carrier_reference: str
    from_address: str | None
    to_address: str
    received_at: datetime
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The ledger line of an arrival. `is_repeat`: the same arrival had been handed over before."""

    item_id: UUID
    reference: str
    is_repeat: bool


class Receiver(Protocol):
    """How a channel hands over an arrival. When it returns, bytes and ledger line are committed."""

    def __call__(self, arrival: Arrival) -> Receipt:
        """Take one arrival. Raises HomingError where nothing was stored: the sender must keep it."""
        ...


class DocumentReader(Protocol):
    """Reads documents; `settings.HOMING_DOCUMENT_READER` is the dotted name of a function that returns one."""

    def render(self, data: bytes) -> RenderedDocument:
        """Return the readable pages. Raises UnreadableDocument where there is none."""
        ...

    def recognise(self, page: PageImage) -> PageText:
        """Return the words of one page. Raises UnreadableDocument."""
        ...

    def understand(self, pages: Sequence[PageText]) -> DocumentReading:
        """Return the documents that the pages of one file make up."""
        ...
