"""Phones, NPIs, dates and names as American offices write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.kit import dates, names, npi, phones


@pytest.mark.parametrize(
    "text", ["617-555-0123", "(617) 555-0123", "+1 617 555 0123", "1.617.555.0123", "6175550123 x12"]
)
def test_every_notation_of_a_number_is_the_same_number(text: str) -> None:
    assert phones.parse(text) == "6175550123"


@pytest.mark.parametrize("text", ["", "555-0123", "017-555-0123", "617-155-0123", "61755501234567"])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert phones.parse(text) is None
    assert phones.to_e164(text) is None


def test_a_number_is_shown_as_offices_write_it() -> None:
    assert phones.display("+16175550123") == "(617) 555-0123"


@given(st.integers(10**8, 2 * 10**8 - 1), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_of_an_npi_is_always_refused(stem: int, position: int, change: int) -> None:
    number = npi.with_check_digit(str(stem))
    digit = str((int(number[position]) + change) % 10)
    assert npi.is_valid(number)
    assert not npi.is_valid(number[:position] + digit + number[position + 1 :])


def test_a_published_npi_is_valid() -> None:
    # The worked example of the CMS check digit specification.
    assert npi.is_valid("1234567893")


@pytest.mark.parametrize(
    "text",
    ["04/07/1961", "4-7-61", "1961-04-07", "April 7, 1961", "Apr 7th 1961", "7 Apr 1961", "07-APR-61", "4.7.1961"],
)
def test_every_notation_of_a_date_is_the_same_date(text: str) -> None:
    assert dates.parse_us_date(text, pivot_year=2026) == date(1961, 4, 7)


@pytest.mark.parametrize("text", ["", "13/13/1961", "02/30/1961", "tomorrow", "Foo 7, 1961", "1961"])
def test_what_is_no_date_is_refused(text: str) -> None:
    assert dates.parse_us_date(text, pivot_year=2026) is None


@given(st.dates(date(1927, 1, 1), date(2026, 12, 31)))
def test_a_two_digit_year_falls_into_the_century_before_the_pivot(day: date) -> None:
    assert dates.parse_us_date(day.strftime("%m/%d/%y"), pivot_year=2026) == day


@pytest.mark.parametrize(
    ("text", "family", "given", "suffix"),
    [
        ("Palmer, Jennifer A", "Palmer", "Jennifer", ""),
        ("Dr. José Smith Jr., MD", "Smith", "José", "Jr"),
        ("Jennifer Palmer, MD", "Palmer", "Jennifer", ""),
        ("De La Cruz, Ana", "De La Cruz", "Ana", ""),
    ],
)
def test_a_name_is_taken_apart(text: str, family: str, given: str, suffix: str) -> None:
    parsed = names.parse_person(text)
    assert parsed is not None
    assert (parsed.family, parsed.given, parsed.suffix) == (family, given, suffix)


@given(st.text(max_size=40))
def test_no_text_breaks_the_name_parser(text: str) -> None:
    parsed = names.parse_person(text)
    assert parsed is None or (parsed.family and parsed.given)


def test_folding_takes_accents_case_and_punctuation_away() -> None:
    assert names.fold("O'Brien-Núñez  Jr.") == names.fold("O\u2019Brien-Nunez, jr") == "obrien nunez jr"
