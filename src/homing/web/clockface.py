"""Times and ages as people read them: in the organization's zone, the American way. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
#: Up to here an age in hours says more than one in days.
_HOURS_SHOWN = 48


@dataclass(frozen=True, slots=True)
class Moment:
    """A time to show: `text` short, `full` for the tooltip, `iso` for machines, `ago` its distance from now."""

    iso: str
    text: str
    full: str
    ago: str
    is_past: bool


@dataclass(frozen=True, slots=True)
class Clockface:
    """How to show times to one person. `now` is aware."""

    zone: ZoneInfo
    now: datetime

    def moment(self, at: datetime | None) -> Moment | None:
        """Return `at` (aware) ready to be shown, or None for none."""
        return None if at is None else self.at(at)

    def at(self, at: datetime) -> Moment:
        """Return `at` (aware) ready to be shown."""
        local = at.astimezone(self.zone)
        return Moment(
            iso=at.isoformat(timespec="seconds"),
            text=self._short(local),
            full=f"{_day(local.date())}, {local.year}, {_clock(local)} {local.tzname()}",
            ago=self.ago(at),
            is_past=at < self.now,
        )

    def ago(self, at: datetime) -> str:
        """Return how far `at` is from now: `5 min ago`, `in 3 h`, `4 days ago`."""
        seconds = (self.now - at).total_seconds()
        span = duration(timedelta(seconds=abs(seconds)))
        if span == "now":
            return "just now"
        return f"{span} ago" if seconds > 0 else f"in {span}"

    def age(self, since: datetime) -> str:
        """Return how long ago `since` was, without `ago`."""
        return duration(self.now - since)

    def today(self) -> date:
        """Return the day it is in this zone."""
        return self.now.astimezone(self.zone).date()

    def input_value(self, at: datetime) -> str:
        """Return `at` as the value of a `datetime-local` input."""
        return at.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")

    def parse_input(self, text: str) -> datetime | None:
        """Return the aware moment of a `datetime-local` input, or None if it is none."""
        try:
            return datetime.fromisoformat(text).replace(tzinfo=self.zone)
        except ValueError:
            return None

    def _short(self, local: datetime) -> str:
        days = (local.date() - self.today()).days
        named = {0: "Today", -1: "Yesterday", 1: "Tomorrow"}.get(days)
        if named:
            return f"{named} {_clock(local)}"
        year = "" if local.year == self.today().year else f", {local.year}"
        return f"{_day(local.date())}{year}, {_clock(local)}"


def duration(span: timedelta) -> str:
    """Return a span in its one fitting unit: `now`, `5 min`, `3 h`, `4 days`."""
    seconds = int(span.total_seconds())
    if seconds < _MINUTE:
        return "now"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _HOURS_SHOWN * _HOUR:
        return f"{seconds // _HOUR} h"
    return f"{seconds // _DAY} days"


def us_date(value: date | None) -> str:
    """Return `03/07/1961`, or nothing."""
    return value.strftime("%m/%d/%Y") if value else ""


def years_between(birth: date, today: date) -> int:
    """Return the age in completed years."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _day(value: date) -> str:
    return f"{value:%b} {value.day}"


def _clock(value: datetime) -> str:
    return f"{value.hour % 12 or 12}:{value:%M} {value:%p}"
