from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from homing.kit import clock
from homing.simulate.fax_carrier.clock import CarrierClock, ClockState


def test_at_speed_nought_line_time_passes_only_when_advanced() -> None:
    carrier = CarrierClock(ClockState(speed=0))

    carrier.advance_line(90)

    assert carrier.line() == 90
    assert carrier.real_seconds_until(90) == 0
    assert carrier.real_seconds_until(91) is None


def test_line_time_passes_as_many_times_faster_as_told() -> None:
    carrier = CarrierClock(ClockState(speed=1000))

    wait = carrier.real_seconds_until(carrier.line() + 1000)

    assert wait == pytest.approx(1.0, abs=0.1)


def test_advancing_the_line_leaves_the_time_of_day() -> None:
    carrier = CarrierClock(ClockState(speed=0))

    carrier.advance_line(86_400)

    assert abs(carrier.now() - clock.now()) < timedelta(seconds=5)


def test_advancing_moves_both() -> None:
    carrier = CarrierClock(ClockState(speed=0))

    carrier.advance(3600)

    assert carrier.line() == 3600
    assert abs(carrier.now() - clock.now() - timedelta(hours=1)) < timedelta(seconds=5)


def test_a_set_time_of_day_holds_and_takes_the_lines_along() -> None:
    carrier = CarrierClock(ClockState(speed=0))
    moment = clock.now() + timedelta(days=1)

    carrier.set_now(moment)

    assert abs(carrier.now() - moment) < timedelta(seconds=5)
    assert carrier.line() == pytest.approx(86_400, abs=5)


def test_a_time_of_day_set_back_leaves_the_lines() -> None:
    carrier = CarrierClock(ClockState(line_s=50, speed=0))

    carrier.set_now(datetime(2026, 1, 1, tzinfo=UTC))

    assert carrier.line() == 50
    assert carrier.now().year == 2026


def test_a_kept_clock_goes_on_where_it_was() -> None:
    before = CarrierClock(ClockState(speed=0))
    before.advance(120)

    after = CarrierClock(before.state())

    assert after.line() == 120
    assert abs(after.now() - before.now()) < timedelta(seconds=5)
