"""Reads of the memory of layouts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from homing.intake.extraction.placement import Placement
from homing.intake.models import FieldPlacement, InboundItem, ItemPage, SenderLayout
from homing.intake.policy_memory import MOST_LAYOUTS, MOST_PAGES, sender_keys
from homing.intake.reading import codec
from homing.intake.reading.types import Caption, PageCaptions
from homing.intake.readings import page_text
from homing.kit.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from homing.intake.reading.types import PageText


def placements_for(item_id: UUID) -> tuple[Placement, ...]:
    """Return what was learnt of the layouts of an item's sender; nothing of an unknown one. Raises NotFound."""
    row = InboundItem.objects.filter(id=item_id).first()
    if row is None:
        raise NotFound
    return placements_of(sender_keys(row.sender_office_id, row.sender_address))


def placements_of(senders: Sequence[str]) -> tuple[Placement, ...]:
    """Return the live placements of a sender's layouts, those seen last first."""
    if not senders:
        return ()
    layouts = list(SenderLayout.objects.filter(sender__in=senders).order_by("-last_seen_at", "id")[:MOST_LAYOUTS])
    rows = FieldPlacement.objects.filter(layout__in=layouts).order_by("id")
    return tuple(one for one in map(_placement, rows) if one.is_live)


def pages_with_captions(row: InboundItem) -> tuple[tuple[PageText, tuple[Caption, ...]], ...]:
    """Return the first pages of an item with the captions that were seen on them."""
    found = ((page_text(page), captions_of(page.captions)) for page in _pages(row))
    return tuple((text, captions) for text, captions in found if text is not None and captions)


def _pages(row: InboundItem) -> list[ItemPage]:
    return list(ItemPage.objects.filter(item=row).order_by("number")[:MOST_PAGES])


def captions_of(stored: object) -> tuple[Caption, ...]:
    """Return the captions of a JSON column."""
    return codec.from_json(PageCaptions, json.dumps({"page": 0, "captions": stored})).captions


def _placement(row: FieldPlacement) -> Placement:
    place = codec.from_json(Placement, json.dumps(row.place))
    return replace(place, confirmed=row.confirmed, refused=row.refused, in_a_row=row.in_a_row, key=str(row.id))
