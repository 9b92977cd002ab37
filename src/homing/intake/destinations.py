"""Where this installation can hand filed documents on to."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils.module_loading import import_string

from homing.kit.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from homing.intake.ports import FilingDestination


class UnknownDestination(Invalid):
    """There is no such destination for filed documents in this installation."""

    code = "unknown_destination"


def names() -> tuple[str, ...]:
    """Return the names of the destinations."""
    return tuple(settings.HOMING_FILING_DESTINATIONS)


def destination(name: str) -> FilingDestination:
    """Return the adapter of one destination. Raises UnknownDestination."""
    if name not in settings.HOMING_FILING_DESTINATIONS:
        raise UnknownDestination
    make = cast("Callable[[], FilingDestination]", import_string(settings.HOMING_FILING_DESTINATIONS[name]))
    return make()
