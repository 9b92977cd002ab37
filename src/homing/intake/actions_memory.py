"""What a review teaches: evidence of where fields stand on a sender's layouts, and how well they were read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import F

from homing.audit import actions as audit
from homing.intake import policy, policy_memory
from homing.intake.extraction import memory
from homing.intake.fields import values_of
from homing.intake.models import FieldPlacement, FieldVerdict, ItemPage, KindVerdict, SenderLayout
from homing.intake.policy_memory import MOST_LAYOUTS, MOST_PLACEMENTS
from homing.intake.quality import Verdict, tenth
from homing.intake.queries_memory import captions_of, pages_with_captions, placements_of
from homing.intake.readings import content_read, plain_json, reading_of
from homing.kit import clock
from homing.kit.actor import Actor, ActorKind
from homing.tenancy.locks import hold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from homing.content.referral import ReferralContent
    from homing.intake.extraction.memory import Recalled
    from homing.intake.extraction.placement import Placement
    from homing.intake.models import InboundItem
    from homing.intake.policy_memory import Judged
    from homing.intake.reading.types import Caption, PageCaptions, PageText

    Pages = Sequence[tuple[PageText, tuple[Caption, ...]]]


def keep_captions(*, actor: Actor, item_id: UUID, captions: Sequence[PageCaptions]) -> None:  # noqa: ARG001  every action names its actor
    """Keep the captions of an item's pages: its review learns by them."""
    with transaction.atomic():
        for page in captions:
            stored = [plain_json(one) for one in page.captions]
            ItemPage.objects.filter(item_id=item_id, number=page.page).update(captions=stored)


def note_kind(row: InboundItem, kind: str, *, by_person: bool) -> None:
    """Keep, in the caller's transaction, what kind a row was read as and what it ended as."""
    read = reading_of(row).kind if row.reading else ""
    if read:
        KindVerdict.objects.update_or_create(
            item=row,
            defaults={"kind_read": read, "kind_signed": kind, "by_person": by_person, "reviewed_at": clock.now()},
        )


def learn(actor: Actor, row: InboundItem, content: ReferralContent) -> None:
    """Keep, in the caller's transaction, what a person's sign-off says of the reading and of the sender's layouts."""
    note_kind(row, policy.REFERRAL, by_person=True)
    document = reading_of(row)
    if document.kind != policy.REFERRAL:
        # Nothing was read as a referral, so nothing was read wrongly.
        return
    signed = values_of(content)
    judged = policy_memory.judged(document, values_of(content_read(document)), signed)
    senders = policy_memory.sender_keys(row.sender_office_id, row.sender_address)
    layout = ""
    if senders:
        # Two people may sign off faxes of one sender at once.
        hold(f"layouts:{senders[0]}")
        private = policy_memory.private_words(document, signed)
        layout = _learn_layouts(actor, row, senders, judged, signed, private)
    _keep_verdicts(row, judged, senders[0] if senders else "", layout)


def _learn_layouts(
    actor: Actor,
    row: InboundItem,
    senders: Sequence[str],
    judged: Sequence[Judged],
    signed: Mapping[str, str],
    private: frozenset[str],
) -> str:
    """Count what the known placements said, learn new ones, and return the mark of the document's main layout."""
    pages = pages_with_captions(row)
    placements = placements_of(senders) if pages else ()
    said = [one for page, captions in pages for one in memory.recall(placements, page, captions)]
    known = _counted(said, signed)
    asked = [one.field for one in judged if one.verdict in {Verdict.WRONG, Verdict.MISSED} and one.field not in known]
    placed = {field: found for field in asked if (found := _place(pages, field, signed[field], private))}
    by_page: dict[int, SenderLayout] = {}
    for page, captions in pages:
        shape = memory.fingerprint(captions, private)
        if shape:
            by_page[page.number] = _layout(senders, shape)
    taught = [
        field
        for field, (number, placement) in placed.items()
        if number in by_page and _keep_placement(actor, row, by_page[number], placement)
    ]
    if taught:
        audit.record(
            actor=actor,
            action="inbound_item.teach_layout",
            entity="inbound_item",
            entity_id=row.id,
            fields=", ".join(sorted(taught)),
        )
    main = max(by_page.values(), key=lambda one: len(one.captions), default=None)
    return main.mark if main else ""


def _counted(said: Sequence[Recalled], signed: Mapping[str, str]) -> frozenset[str]:
    """Count what placements said as confirmed or refused by the signed values; return the fields that one had right."""
    right = set()
    for one in said:
        rows = FieldPlacement.objects.filter(id=one.placement.key)
        if memory.same(one.value.name, one.value.value, signed.get(one.value.name, "")):
            right.add(one.value.name)
            rows.update(confirmed=F("confirmed") + 1, in_a_row=0)
        else:
            rows.update(refused=F("refused") + 1, in_a_row=F("in_a_row") + 1)
    return frozenset(right)


def _place(pages: Pages, field: str, value: str, private: frozenset[str]) -> tuple[int, Placement] | None:
    for page, captions in pages:
        found = memory.place(page, captions, field, value, private=private)
        if found:
            return page.number, found
    return None


def _layout(senders: Sequence[str], shape: tuple[Caption, ...]) -> SenderLayout:
    """Return the sender's layout that is like `shape`, seen once more; a new one where none is."""
    known = list(SenderLayout.objects.filter(sender__in=senders).order_by("-last_seen_at", "id"))
    likeness = {one.id: memory.likeness(captions_of(one.captions), shape) for one in known}
    best = max(known, key=lambda one: likeness[one.id], default=None)
    if best is None or likeness[best.id] < memory.SAME_LAYOUT:
        for old in known[MOST_LAYOUTS - 1 :]:
            FieldPlacement.objects.filter(layout=old).delete()
            old.delete()
        stored = [plain_json(one) for one in shape]
        best, _ = SenderLayout.objects.get_or_create(
            sender=senders[0], mark=policy_memory.mark_of(shape), defaults={"captions": stored}
        )
    best.seen, best.last_seen_at = best.seen + 1, clock.now()
    best.save(update_fields=["seen", "last_seen_at"])
    return best


def _keep_placement(actor: Actor, row: InboundItem, layout: SenderLayout, placement: Placement) -> bool:
    """Keep a placement unless the field has enough of them on the layout; tell whether it was kept."""
    place = plain_json(placement)
    # Counts have columns of their own. Captions stay: anchors and box are places on the page that has them.
    for name in ("confirmed", "refused", "in_a_row", "key"):
        del place[name]
    # Refused ones stay and count: a field that stands now here, now there has no place to be learnt.
    if FieldPlacement.objects.filter(layout=layout, field=placement.field).count() >= MOST_PLACEMENTS:
        return False
    FieldPlacement.objects.create(
        layout=layout, field=placement.field, place=place, item=row, learnt_by=_person(actor), learnt_at=clock.now()
    )
    return True


def _keep_verdicts(row: InboundItem, judged: Sequence[Judged], sender: str, layout: str) -> None:
    FieldVerdict.objects.filter(item=row).delete()
    FieldVerdict.objects.bulk_create(
        FieldVerdict(
            item=row,
            field=one.field,
            verdict=one.verdict,
            confidence=one.confidence,
            tenth=tenth(one.confidence),
            source=one.source,
            sender=sender,
            layout=layout,
        )
        for one in judged
    )


def _person(actor: Actor) -> UUID | None:
    return UUID(actor.id) if actor.kind is ActorKind.PERSON else None
