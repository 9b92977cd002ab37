"""One carrier in memory for a test: `settings.HOMING_CARRIERS` can name its factory."""

from __future__ import annotations

from homing.channels.fax.memory import InMemoryCarrier

_carrier = InMemoryCarrier()


def renew() -> InMemoryCarrier:
    """Start with a carrier that holds nothing."""
    global _carrier  # noqa: PLW0603  a factory named by a dotted string has no other place
    _carrier = InMemoryCarrier()
    return _carrier


def make() -> InMemoryCarrier:
    """Return the test's carrier."""
    return _carrier
