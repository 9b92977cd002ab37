"""Pure rules of handing filed documents on: names of folders, and what may be filed without a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from homing.intake.policy import KINDS, REFERRAL

#: A rule for every kind that has none of its own.
ANY_KIND: Final = "*"
#: Kinds of which a person has to tell the sender, or which are worked on and not filed.
_NEVER_AUTOMATIC: Final = frozenset({REFERRAL, "misdirected", "reply_sheet", ANY_KIND})
FILED_KINDS: Final = tuple(kind for kind in KINDS if kind not in {REFERRAL, "misdirected"})
AUTOMATIC_KINDS: Final = tuple(kind for kind in FILED_KINDS if kind not in _NEVER_AUTOMATIC)
THRESHOLD: Final = 0.95
LOWEST_THRESHOLD: Final = 0.5
_FOLDER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}[A-Za-z0-9]|[A-Za-z0-9]")
#: The first bytes of what a filing tool takes, with ending and media type.
_SUFFIXES: Final = (
    (b"%PDF-", "pdf", "application/pdf"),
    (b"II*\x00", "tif", "image/tiff"),
    (b"MM\x00*", "tif", "image/tiff"),
    (b"\x89PNG", "png", "image/png"),
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
)


@dataclass(frozen=True, slots=True)
class FilingFacts:
    """What automatic filing looks at. `patients_referrals` counts the open referrals of the patient it names."""

    kind: str
    kind_confidence: float
    is_automatic: bool
    threshold: float
    has_problems: bool
    is_repeat: bool
    bears_reference: bool
    patients_referrals: int


def why_not_filed(facts: FilingFacts) -> tuple[str, ...]:
    """Return the reasons for which a person must file it; none means that it may be filed without one.

    A folder is no chart, so nobody is linked; but what may belong to an open referral is shown to a person first.
    """
    reasons = {
        "filing_off": not facts.is_automatic or facts.kind in _NEVER_AUTOMATIC,
        "kind_unsure": facts.kind_confidence < facts.threshold,
        "pages_unreadable": facts.has_problems,
        "sent_before": facts.is_repeat,
        "bears_reference": facts.bears_reference,
        "patient_has_referral": facts.patients_referrals > 0,
    }
    return tuple(name for name, holds in reasons.items() if holds)


def is_folder(name: str) -> bool:
    """Tell whether `name` is one plain folder: letters, digits, spaces, dots and dashes, not hidden, not a path."""
    return _FOLDER.fullmatch(name) is not None


def file_type(data: bytes) -> tuple[str, str] | None:
    """Return ending and media type of what a filing tool can open, or None."""
    return next(((suffix, kind) for magic, suffix, kind in _SUFFIXES if data.startswith(magic)), None)
