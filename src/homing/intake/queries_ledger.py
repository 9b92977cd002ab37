"""The conservation ledger: received = dispositions + open, per channel and day, and the proof that nothing vanished."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import TruncDate

from homing.intake import policy
from homing.intake.models import CarrierCount, Filing, InboundItem, ItemEvent, ItemPage
from homing.intake.queries_filing import FilingView, current_of
from homing.intake.states import Disposition, EventKind, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One item of the ledger."""

    id: UUID
    reference: str
    channel: str
    carrier: str
    carrier_reference: str
    received_at: datetime
    state: str
    disposition: str
    disposition_ref: UUID | None
    next_action: str
    owner_role: str
    due_at: datetime | None
    parent: UUID | None
    #: Where a filed document lies that was handed on: the receipt. `waiting` until it does.
    handed_on: str = ""


@dataclass(frozen=True, slots=True)
class DayBalance:
    """One channel on one day (UTC). `carrier_count` is the carrier's own count, None where it has none."""

    channel: str
    carrier: str
    day: date
    received: int
    dispositions: tuple[tuple[str, int], ...]
    open: int
    carrier_count: int | None
    is_final: bool

    @property
    def disposed(self) -> int:
        """How many ended."""
        return sum(count for _, count in self.dispositions)

    @property
    def is_balanced(self) -> bool:
        """Tell whether everything received has ended or is open, and the carrier counts the same."""
        return self.received == self.disposed + self.open and self._agrees_with_carrier

    @property
    def _agrees_with_carrier(self) -> bool:
        if self.carrier_count is None:
            return True
        # While the day lasts, what arrived after the carrier was asked is ours alone.
        return self.received == self.carrier_count if self.is_final else self.received >= self.carrier_count


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """An item or a day that does not add up; `code` says how."""

    code: str
    item_id: UUID | None
    detail: str


@dataclass(frozen=True, slots=True)
class LedgerBalance:
    """The whole ledger. `received` counts arrivals and the parts that splits made of them."""

    received: int
    disposed: int
    open: int
    days: tuple[DayBalance, ...]
    discrepancies: tuple[Discrepancy, ...]

    @property
    def is_balanced(self) -> bool:
        """Tell whether every item has exactly one disposition or is open with an owner."""
        return self.received == self.disposed + self.open and not self.discrepancies


def ledger(*, day: date | None = None, channel: str = "", limit: int = 500) -> tuple[LedgerLine, ...]:
    """Return lines of the ledger, newest first; `day` is in UTC."""
    rows = InboundItem.objects.order_by("-received_at", "-id")
    if day:
        rows = rows.filter(received_at__date=day)
    if channel:
        rows = rows.filter(channel=channel)
    found = list(rows.defer("reading", "draft")[:limit])
    filed = current_of([row.id for row in found if row.disposition == Disposition.FILED])
    return tuple(_line(row, filed.get(row.id)) for row in found)


def ledger_balance() -> LedgerBalance:
    """Add up the ledger of the organization in scope and look for what does not fit."""
    days = tuple(_days())
    totals = InboundItem.objects.aggregate(
        received=Count("id"), disposed=Count("id", filter=~Q(disposition="")), open=Count("id", filter=Q(is_open=True))
    )
    uneven = [
        Discrepancy("day_does_not_balance", None, f"{one.channel} {one.day}: {one.received} received")
        for one in days
        if not one.is_balanced
    ]
    return LedgerBalance(days=days, discrepancies=(*uneven, *_discrepancies()), **totals)


def _days() -> Iterator[DayBalance]:
    """Add up arrivals; the parts of split ones are counted with the whole ledger."""
    received: Counter[tuple[str, str, date]] = Counter()
    open_items: Counter[tuple[str, str, date]] = Counter()
    dispositions: dict[tuple[str, str, date], Counter[str]] = defaultdict(Counter)
    rows = InboundItem.objects.filter(parent=None).annotate(day=TruncDate("received_at"))
    for channel, carrier, day, disposition, is_open, count in (
        rows.values_list("channel", "carrier", "day", "disposition", "is_open").annotate(count=Count("id")).order_by()
    ):
        key = (channel, carrier, day)
        received[key] += count
        if is_open:
            open_items[key] += count
        if disposition:
            dispositions[key][disposition] += count
    carriers = {(one.channel, one.carrier, one.day): one for one in CarrierCount.objects.all()}
    for key in sorted({*received, *carriers}, key=lambda one: (one[2], one[0], one[1])):
        counted = carriers.get(key)
        yield DayBalance(
            channel=key[0],
            carrier=key[1],
            day=key[2],
            received=received[key],
            dispositions=tuple(sorted(dispositions[key].items())),
            open=open_items[key],
            carrier_count=counted.count if counted else None,
            is_final=counted is not None and counted.counted_at.date() > key[2],
        )


def _discrepancies() -> Iterator[Discrepancy]:
    """Find items whose row, history and parts contradict each other."""
    events = ItemEvent.objects.filter(item=OuterRef("pk"))
    ended = events.filter(kind=EventKind.DISPOSED)
    rows = InboundItem.objects.order_by("received_at")
    yield from _found("no_received_event", rows.filter(~Exists(events.filter(kind=EventKind.RECEIVED))))
    yield from _found("ended_without_event", rows.filter(~Exists(ended), is_open=False))
    yield from _found("neither_open_nor_ended", rows.filter(is_open=False, disposition=""))
    yield from _found("both_open_and_ended", rows.filter(is_open=True).exclude(disposition=""))
    unowned = Q(next_action="") | Q(owner_role="") | Q(due_at=None)
    yield from _found("open_without_owner", rows.filter(unowned, is_open=True))
    yield from _found("without_document", rows.filter(document=None).exclude(state__in=[State.RECEIVED, State.FAILED]))
    standing = Filing.objects.filter(item=OuterRef("pk"), is_current=True)
    yield from _found("handed_on_but_not_filed", rows.filter(Exists(standing)).exclude(disposition=Disposition.FILED))
    yield from _ended_twice()
    yield from _lost_pages()


def _found(code: str, rows: QuerySet[InboundItem]) -> Iterator[Discrepancy]:
    for item_id, reference in rows.values_list("id", "reference")[:_SHOWN]:
        yield Discrepancy(code, item_id, reference)


def _ended_twice() -> Iterator[Discrepancy]:
    """Find items that ended more often than they were reopened, by their history."""
    history = (
        ItemEvent.objects.filter(kind__in=[EventKind.DISPOSED, EventKind.REOPENED])
        .order_by()
        .values("item_id", "item__is_open")
        .annotate(
            ended=Count("id", filter=Q(kind=EventKind.DISPOSED)),
            reopened=Count("id", filter=Q(kind=EventKind.REOPENED)),
        )
    )
    wrong = history.filter(
        Q(item__is_open=False) & ~Q(ended=F("reopened") + 1) | Q(item__is_open=True) & ~Q(ended=F("reopened"))
    )
    for one in wrong[:_SHOWN]:
        yield Discrepancy("ended_twice", one["item_id"], f"{one['ended']} ended, {one['reopened']} reopened")


def _lost_pages() -> Iterator[Discrepancy]:
    """Find split files with a page that carries something and is in no part, or in two."""
    parents = list(InboundItem.objects.filter(disposition=Disposition.SPLIT).values_list("id", "reference"))
    taken: dict[UUID, Counter[int]] = defaultdict(Counter)
    for parent_id, numbers in InboundItem.objects.exclude(parent=None).values_list("parent_id", "parent_pages"):
        taken[parent_id].update(numbers)
    for parent_id, reference in parents:
        pages = dict(ItemPage.objects.filter(item_id=parent_id).values_list("number", "kind"))
        if _is_lost(pages, taken[parent_id]):
            yield Discrepancy("page_lost_in_split", parent_id, reference)


def _is_lost(pages: dict[int, str], taken: Counter[int]) -> bool:
    lost: Iterable[int] = (number for number in pages if number not in taken)
    twice = any(count > 1 for count in taken.values())
    return twice or any(pages[number] not in policy.CARRIES_NOTHING for number in lost)


def _line(row: InboundItem, filing: FilingView | None) -> LedgerLine:
    return LedgerLine(
        id=row.id,
        reference=row.reference,
        channel=row.channel,
        carrier=row.carrier,
        carrier_reference=row.carrier_reference,
        received_at=row.received_at,
        state=row.state,
        disposition=row.disposition,
        disposition_ref=row.disposition_ref,
        next_action=row.next_action,
        owner_role=row.owner_role,
        due_at=row.due_at,
        parent=row.parent_id,
        handed_on=(filing.path or "waiting") if filing else "",
    )
