"""What channels hand to intake, and what intake asks of whoever reads documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from homing.intake.extraction.placement import Placement
from homing.intake.reading.types import DocumentReading, PageImage, PageText, RenderedDocument
from homing.kit import clock
from homing.kit.errors import HomingError


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

    def understand(self, pages: Sequence[PageText], placements: Sequence[Placement] = (), /) -> DocumentReading:
        """Return the documents that the pages of one file make up; `placements` are taught of the sender's layouts."""
        ...


class FilingFailed(HomingError):
    """The document could not be handed on just now. It is tried again."""

    code = "filing_failed"
    status = 503
    permanent = False


@dataclass(frozen=True, slots=True)
class FiledField:
    """What the document states about its patient; `confidence` 0 to 1, 1 where a person has entered it."""

    name: str
    value: str = field(repr=False)
    confidence: float


@dataclass(frozen=True, slots=True)
class FiledDocument:
    """A document to be handed on. `id` is that of the filing: handed over again, it is delivered once.

    `organization` and `folder` are single names, `name` is that of the file without its `suffix` (no dot); times are
    aware. `replaces` is the path of an earlier copy that a person has taken back.
    """

    id: UUID
    item_id: UUID
    organization: str
    folder: str
    name: str
    suffix: str
    media_type: str
    data: bytes = field(repr=False)
    reference: str
    kind: str
    kind_confidence: float
    channel: str
    received_at: datetime
    sender_address: str
    sender_name: str
    sender_proven: bool
    pages: int
    patient: tuple[FiledField, ...]
    filed_by: str
    filed_at: datetime
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class FilingReceipt:
    """Where a document lies now: `path` below the destination's root, size in bytes, `at` aware."""

    path: str
    sha256: str
    size: int
    at: datetime


class FilingDestination(Protocol):
    """Where filed documents are handed on to; `settings.HOMING_FILING_DESTINATIONS` names factories of these."""

    def prepare(self, organization: str, folder: str) -> None:
        """Make ready what `deliver` needs. Raises FilingFailed."""
        ...

    def deliver(self, filing: FiledDocument) -> FilingReceipt:
        """Deliver one document for good; the same `id` again gives the same receipt. Raises FilingFailed."""
        ...
