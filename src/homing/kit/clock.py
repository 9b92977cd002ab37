"""The only source of the current time. Everything else asks here, so that a simulation can move the clock."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_offset: ContextVar[timedelta] = ContextVar("homing_clock_offset", default=timedelta())
_frozen: ContextVar[datetime | None] = ContextVar("homing_clock_frozen", default=None)


def now() -> datetime:
    """Return the current moment, aware, in UTC."""
    fixed = _frozen.get()
    return fixed if fixed is not None else datetime.now(UTC) + _offset.get()


@contextlib.contextmanager
def travel_to(moment: datetime) -> Iterator[None]:
    """Let the clock of this context run on from `moment` (aware)."""
    offset = _offset.set(moment - datetime.now(UTC))
    frozen = _frozen.set(None)
    try:
        yield
    finally:
        _frozen.reset(frozen)
        _offset.reset(offset)


@contextlib.contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock of this context at `moment` (aware)."""
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
