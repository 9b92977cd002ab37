"""All clinical needs of the set."""

from __future__ import annotations

from bench.strange.clinical import Need
from bench.strange.needs_medical import MEDICAL
from bench.strange.needs_other import OTHER

NEEDS: tuple[Need, ...] = MEDICAL + OTHER
