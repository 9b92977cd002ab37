"""Pure rules of the memory of layouts: whose it is, and what a review says of what was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homing.intake.extraction.memory import same
from homing.intake.fields import NAMES, as_text
from homing.intake.quality import Verdict
from homing.kit.names import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from homing.intake.reading.types import Caption, FieldValue, ReadDocument

#: What one sender may have: layouts, and placements of one field on one of them, refused ones included.
MOST_LAYOUTS: Final = 20
MOST_PLACEMENTS: Final = 3
#: Pages behind these are not looked at for placements.
MOST_PAGES: Final = 20
_LLM: Final = "llm:"
#: Not stated by a document, but decided about it.
_NOT_READ: Final = frozenset({"requested.destination"})


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person's sign-off says of one field."""

    field: str
    verdict: Verdict
    confidence: float
    source: str


def sender_keys(office: UUID | None, address: str) -> tuple[str, ...]:
    """Return under which names a sender's layouts are kept, the one to write first; none: the sender is unknown."""
    keys = (f"office:{office}" if office else "", f"number:{address}" if address else "")
    return tuple(key for key in keys if key)


def mark_of(captions: Sequence[Caption]) -> str:
    """Return the short name of a layout."""
    text = "\n".join(f"{one.text} {one.x:.2f} {one.y:.2f}" for one in captions)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def private_words(document: ReadDocument, signed: Mapping[str, str]) -> frozenset[str]:
    """Return the folded values of a document: none of their words is kept as a caption."""
    return frozenset(map(fold, [*(as_text(one.value) for one in document.fields), *signed.values()]))


def judged(document: ReadDocument, read: Mapping[str, str], signed: Mapping[str, str]) -> tuple[Judged, ...]:
    """Return what the signed fields say of the fields that were read; `read` are their values as far as usable.

    What a language model gave is left out: it says nothing of our reader.
    """
    found = (_judged(name, document.value(name), read, signed) for name in NAMES if name not in _NOT_READ)
    return tuple(one for one in found if one)


def _judged(name: str, own: FieldValue | None, read: Mapping[str, str], signed: Mapping[str, str]) -> Judged | None:
    value = signed.get(name, "")
    if own is None:
        # An absent priority means routine.
        is_default = name == "priority" and value == "routine"
        return Judged(name, Verdict.MISSED, 0.0, "") if value and not is_default else None
    if own.source.startswith(_LLM):
        return None
    if not value:
        return Judged(name, Verdict.SPURIOUS, own.confidence, own.source)
    is_right = same(name, read.get(name) or as_text(own.value), value)
    return Judged(name, Verdict.RIGHT if is_right else Verdict.WRONG, own.confidence, own.source)
