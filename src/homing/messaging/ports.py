"""What `messaging` asks of a fax carrier. Adapters live in `channels/fax`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Protocol

from homing.kit.errors import HomingError

if TYPE_CHECKING:
    from datetime import datetime


class FaxState(StrEnum):
    """Where a submitted fax stands. `delivered` and `failed` are final."""

    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


class FaxCause(StrEnum):
    """Why a fax failed."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    NO_FAX = "no_fax"
    BAD_NUMBER = "bad_number"
    LINE_ERROR = "line_error"
    CONVERSION = "conversion"
    PROVIDER = "provider"
    REJECTED = "rejected"


#: Causes that may go away by themselves: the same document to the same number may be submitted again.
RETRYABLE_CAUSES = frozenset({FaxCause.BUSY, FaxCause.NO_ANSWER, FaxCause.LINE_ERROR, FaxCause.PROVIDER})


@dataclass(frozen=True, slots=True)
class FaxResult:
    """What the carrier says about one fax.

    `remote_id` is the station id that the answering machine gave (T.30 CSI); `duration_s` the seconds on the line.
    An adapter says `delivered` only if the carrier reports every page; fewer pages are `failed`, `line_error`.
    A fax that was cancelled is `failed` without a cause. `unknown`: the carrier does not know the reference.
    """

    state: FaxState
    pages_sent: int = 0
    pages_total: int = 0
    remote_id: str | None = None
    duration_s: int | None = None
    cause: FaxCause | None = None
    retryable: bool = False
    provider_code: str | None = None

    @property
    def is_final(self) -> bool:
        """True if the state will not change any more."""
        return self.state in {FaxState.DELIVERED, FaxState.FAILED}

    @property
    def all_pages_confirmed(self) -> bool:
        """True if the carrier confirms every page: the only proof of delivery."""
        return self.state is FaxState.DELIVERED and self.pages_sent >= self.pages_total > 0


class CarrierEventKind(StrEnum):
    """What a webhook is about."""

    STATUS = "status"
    INBOUND = "inbound"


@dataclass(frozen=True, slots=True)
class CarrierEvent:
    """A verified webhook. Only a hint: it may be repeated, late, lost or out of order.

    `status`: ask `status(reference)`. `inbound`: a fax waits under `fetch_inbound(reference)`.
    """

    kind: CarrierEventKind
    reference: str
    correlation_key: str | None = None


@dataclass(frozen=True, slots=True)
class InboundFax:
    """A fax that the carrier has received for us. `from_e164` is the network's caller id, None if withheld.

    `remote_id` is what the sending machine says of itself (T.30 TSI): not proof of anything.
    """

    reference: str
    from_e164: str | None
    to_e164: str
    pages: int
    received_at: datetime
    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class CarrierSettings:
    """Account at one carrier. `allow_insecure` permits plain HTTP, to a loopback address only."""

    base_url: str
    account: str
    secret: str
    webhook_secret: str
    timeout_s: float = 15.0
    allow_insecure: bool = False

    def __repr__(self) -> str:
        """Return the address and account, never the secrets: settings end up in error reports."""
        return f"CarrierSettings(base_url={self.base_url!r}, account={self.account!r})"


class CarrierUnavailable(HomingError):
    """The fax carrier cannot be reached or refuses to work just now. Nothing was submitted; try again later."""

    code: ClassVar[str] = "carrier_unavailable"
    status: ClassVar[int] = 503
    permanent: ClassVar[bool] = False


class SubmitOutcomeUnknown(HomingError):
    """The request was written and no usable answer came. Ask `find(correlation_key)` before submitting again."""

    code: ClassVar[str] = "submit_outcome_unknown"
    status: ClassVar[int] = 504
    permanent: ClassVar[bool] = False


class SubmitRejected(HomingError):
    """The carrier refuses this fax. Nothing was submitted, and submitting it again gives the same answer."""

    code: ClassVar[str] = "submit_rejected"
    status: ClassVar[int] = 422
    permanent: ClassVar[bool] = True

    def __init__(self, message: str = "", *, cause: FaxCause = FaxCause.REJECTED) -> None:
        super().__init__(message)
        self.cause = cause


class WebhookUnverified(HomingError):
    """The webhook is not signed by the carrier, or is older than five minutes."""

    code: ClassVar[str] = "webhook_unverified"
    status: ClassVar[int] = 401
    permanent: ClassVar[bool] = True


class InboundNotFound(HomingError):
    """The carrier has no received fax of this reference."""

    code: ClassVar[str] = "inbound_not_found"
    status: ClassVar[int] = 404
    permanent: ClassVar[bool] = True


class Carrier(Protocol):
    """A fax carrier. No network operation of any method waits longer than the account's time-out."""

    def submit(
        self,
        *,
        job_id: str,
        to_e164: str,
        from_e164: str,
        document: bytes,
        pages: int,
        correlation_key: str,
        tags: Mapping[str, str],
    ) -> str:
        """Hand over one fax and return the carrier's reference. The carrier does not recognise a repeat.

        `document` is PDF or TIFF; `correlation_key` is unique per attempt and findable afterwards.
        Raises SubmitRejected, SubmitOutcomeUnknown, CarrierUnavailable.
        """

    def status(self, reference: str) -> FaxResult:
        """Ask how a fax stands. Raises CarrierUnavailable."""

    def find(self, correlation_key: str) -> str | None:
        """Return the reference of the first fax submitted with this key, or None.

        To be asked after a crash or SubmitOutcomeUnknown, before any second submit, and not sooner than the time-out
        after the first: a request may still be on its way. Raises CarrierUnavailable.
        """

    def cancel(self, reference: str) -> None:
        """Ask the carrier to stop a fax. It may be too late: `status` tells. Raises CarrierUnavailable."""

    def parse_webhook(self, headers: Mapping[str, str], raw_body: bytes) -> tuple[CarrierEvent, ...]:
        """Verify a webhook and say what it is about. Raises WebhookUnverified."""

    def list_inbound(self, since: datetime) -> tuple[InboundFax, ...]:
        """Return every fax received at or after `since` (aware), oldest first. Raises CarrierUnavailable."""

    def fetch_inbound(self, reference: str) -> bytes:
        """Return a received fax, TIFF or PDF. Raises InboundNotFound, CarrierUnavailable."""


#: `settings.HOMING_CARRIERS` maps a carrier's name to the dotted name of one of these.
CarrierFactory = Callable[[], Carrier]


class FaxReceiver(Protocol):
    """`settings.HOMING_FAX_RECEIVER` is the dotted name of one of these. It returns once the events are stored."""

    def __call__(self, events: tuple[CarrierEvent, ...], *, carrier_name: str) -> None:
        """Take verified events. Any HomingError that is not permanent makes the carrier repeat the webhook."""
