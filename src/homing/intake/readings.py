"""What was read of an item, from its row to the types of reading and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from homing.intake.fields import Draft, lenient_content_of, merged
from homing.intake.reading import codec
from homing.intake.reading.types import PageText, Problem, ReadDocument

if TYPE_CHECKING:
    from homing.content.referral import ReferralContent
    from homing.intake.models import InboundItem, ItemPage


def plain_json(value: object) -> Any:
    """Return what a JSON column keeps of one of the types of reading."""
    # PostgreSQL's jsonb cannot hold U+0000, which the text layer of a broken PDF can.
    return json.loads(codec.to_json(value).replace("\\u0000", ""))


def reading_of(row: InboundItem) -> ReadDocument:
    """Return what was read of an item; before that, an empty document."""
    if row.reading is None:
        return ReadDocument(row.kind or "other", 0.0, tuple(range(1, row.pages + 1)))
    return codec.from_json(ReadDocument, json.dumps(row.reading))


def draft_of(row: InboundItem) -> Draft:
    """Return what a reviewer has entered so far."""
    return codec.from_json(Draft, json.dumps(row.draft)) if row.draft else Draft()


def problems_of(row: InboundItem) -> tuple[Problem, ...]:
    """Return what is wrong with some of the pages."""
    return tuple(codec.from_json(Problem, json.dumps(one)) for one in row.problems)


def page_text(page: ItemPage) -> PageText | None:
    """Return what was recognised on a page, or None before that."""
    return codec.from_json(PageText, json.dumps(page.text)) if page.text is not None else None


def content_read(document: ReadDocument) -> ReferralContent:
    """Return what a document states, as far as its values can be used."""
    return lenient_content_of(merged(document.fields, Draft()))
