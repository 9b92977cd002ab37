"""The carrier's two clocks: the time of day, and the seconds that pass on its telephone lines."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from homing.kit import clock


@dataclass(frozen=True, slots=True)
class ClockState:
    """`line_s`: seconds on the lines so far; `offset_s`: how far the time of day is from the host's."""

    line_s: float = 0.0
    offset_s: float = 0.0
    speed: float = 60.0


class CarrierClock:
    """Line time runs `speed` times as fast as real time (0 = only when advanced); the time of day runs normally."""

    def __init__(self, state: ClockState) -> None:
        self._lock = threading.Lock()
        self._line_s = state.line_s
        self._offset = timedelta(seconds=state.offset_s)
        self._speed = state.speed
        self._mark = time.monotonic()

    def state(self) -> ClockState:
        """Return both clocks, to be kept over a restart."""
        with self._lock:
            self._settle()
            return ClockState(self._line_s, self._offset.total_seconds(), self._speed)

    def line(self) -> float:
        """Return the seconds that have passed on the lines."""
        return self.state().line_s

    def now(self) -> datetime:
        """Return the carrier's time of day, aware, in UTC."""
        return clock.now() + self._offset

    def advance_line(self, seconds: float) -> None:
        """Let `seconds` pass on the lines at once; the time of day stays."""
        with self._lock:
            self._settle()
            self._line_s += seconds

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass on the lines and in the time of day at once."""
        self.advance_line(seconds)
        with self._lock:
            self._offset += timedelta(seconds=seconds)

    def set_now(self, moment: datetime) -> None:
        """Move the time of day to `moment` (aware); forwards, the lines move along."""
        delta = (moment - self.now()).total_seconds()
        self.advance_line(max(delta, 0.0))
        with self._lock:
            self._offset += timedelta(seconds=delta)

    def set_speed(self, speed: float) -> None:
        """Let line time run `speed` times as fast as real time from now on."""
        with self._lock:
            self._settle()
            self._speed = speed

    def real_seconds_until(self, line_s: float) -> float | None:
        """Return how long to wait until the lines reach `line_s`, or None while they stand still."""
        state = self.state()
        if line_s <= state.line_s:
            return 0.0
        return (line_s - state.line_s) / state.speed if state.speed > 0 else None

    def _settle(self) -> None:
        mark = time.monotonic()
        self._line_s += (mark - self._mark) * self._speed
        self._mark = mark
