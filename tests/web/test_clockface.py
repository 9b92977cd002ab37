from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.web.clockface import Clockface, duration, us_date, years_between

NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
FACE = Clockface(ZoneInfo("America/New_York"), NOW)


@pytest.mark.parametrize(
    ("at", "text", "ago"),
    [
        (NOW, "Today 1:30 PM", "just now"),
        (NOW - timedelta(minutes=5), "Today 1:25 PM", "5 min ago"),
        (NOW + timedelta(hours=3), "Today 4:30 PM", "in 3 h"),
        (NOW - timedelta(hours=20), "Yesterday 5:30 PM", "20 h ago"),
        (NOW + timedelta(days=1), "Tomorrow 1:30 PM", "in 24 h"),
        (NOW - timedelta(days=4), "Nov 17, 1:30 PM", "4 days ago"),
        (datetime(2025, 3, 1, 5, 0, tzinfo=UTC), "Mar 1, 2025, 12:00 AM", "630 days ago"),
    ],
)
def test_a_moment_is_told_in_the_zone_of_the_organization(at: datetime, text: str, ago: str) -> None:
    moment = FACE.at(at)
    assert (moment.text, moment.ago) == (text, ago)


def test_the_tooltip_names_the_zone() -> None:
    assert FACE.at(NOW).full == "Nov 21, 2026, 1:30 PM EST"


def test_no_moment_is_no_moment() -> None:
    assert FACE.moment(None) is None


@given(st.datetimes(NOW.replace(year=2020, tzinfo=None), NOW.replace(year=2040, tzinfo=None)))
def test_a_local_time_survives_the_form(local: datetime) -> None:
    text = local.strftime("%Y-%m-%dT%H:%M")
    parsed = FACE.parse_input(text)
    assert parsed is not None
    # A time that the change to summer skips is moved by the hour that is missing.
    assert FACE.input_value(parsed) == text or parsed.astimezone(UTC).astimezone(FACE.zone) != parsed


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01T00:00"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert FACE.parse_input(text) is None


def test_spans_have_one_unit() -> None:
    spans = [timedelta(seconds=59), timedelta(minutes=59), timedelta(hours=47), timedelta(hours=48)]
    assert [duration(span) for span in spans] == ["now", "59 min", "47 h", "2 days"]


def test_dates_are_written_month_first() -> None:
    assert us_date(date(1961, 4, 27)) == "04/27/1961"
    assert us_date(None) == ""


def test_an_age_counts_completed_years() -> None:
    assert years_between(date(1961, 4, 27), date(2026, 4, 26)) == 64
    assert years_between(date(1961, 4, 27), date(2026, 4, 27)) == 65
