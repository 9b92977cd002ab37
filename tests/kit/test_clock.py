"""Time comes from one place and can be moved."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from homing.kit import clock
from homing.kit.ids import uuid7

_THEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_a_frozen_clock_stands_and_then_runs_again() -> None:
    with clock.frozen(_THEN):
        assert clock.now() == _THEN == clock.now()
    assert clock.now() > _THEN


def test_a_travelling_clock_runs_on_from_there() -> None:
    with clock.travel_to(_THEN):
        first, second = clock.now(), clock.now()
    assert _THEN <= first <= second < _THEN + timedelta(minutes=1)


def test_identifiers_are_version_7_and_sort_by_time() -> None:
    with clock.frozen(_THEN):
        early = uuid7()
    with clock.frozen(_THEN + timedelta(milliseconds=1)):
        late = uuid7()
    assert early.version == 7
    assert early.variant == uuid.RFC_4122
    assert early < late
