from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.intake.extraction import validators as v
from homing.kit import npi


@given(st.text())
def test_whatever_is_found_stands_where_it_is_said_to_stand(text: str) -> None:
    for find in [*v.FINDERS.values(), v.find_text]:
        found = find(text)
        if found:
            assert 0 <= found.start < found.end <= len(text)
            assert found.value


@given(st.integers(100_000_000, 299_999_999))
def test_an_npi_is_found_and_none_that_differs_in_one_digit(nine: int) -> None:
    right = npi.with_check_digit(str(nine))
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    found = v.find_npi(f"NPI {right}.")
    assert found is not None
    assert found.value == right
    assert v.find_npi(f"NPI {wrong}.") is None


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("I48.91, E11.65; M54.16", ["I48.91", "E11.65", "M54.16"]),
        ("(R00.2)", ["R00.2"]),
        ("ROO.2", ["R00.2"]),
        ("S52.501A", ["S52.501A"]),
        ("A1c of 9.2 and vitamin B12", []),
        ("I10 hypertension", []),
        ("room 148.0", []),
    ],
)
def test_codes_are_found_by_their_shape(text: str, codes: list[str]) -> None:
    assert [one.value for one in v.find_codes(text)] == codes


def test_where_codes_are_announced_short_and_misread_ones_count() -> None:
    assert [one.value for one in v.find_codes("I10, £11.65, 148.91", bare=True)] == ["I10", "E11.65", "I48.91"]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("(617) 555-0142", "6175550142"),
        ("617.555.0142 ext 7", "6175550142"),
        ("+1 617 555 0142", "6175550142"),
        ("555-0142", None),
        ("117-555-0142", None),
        ("61755501423", None),
    ],
)
def test_telephone_numbers(text: str, digits: str | None) -> None:
    found = v.find_phone(text)
    assert (found.value if found else None) == digits


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Routine", "routine"),
        ("non-urgent", "routine"),
        ("ASAP please", "asap"),
        ("routine or urgent", None),
        ("soon", None),
    ],
)
def test_a_priority_is_one_of_four_or_unknown(text: str, value: str | None) -> None:
    found = v.find_priority(text)
    assert (found.value if found else None) == value


def test_nobody_is_born_tomorrow_or_in_the_century_before_last() -> None:
    assert v.find_birth_date("01/02/2199") is None
    assert v.find_birth_date("01/02/1850") is None
    found = v.find_birth_date("01/02/1961")
    assert found is not None
    assert found.value == "1961-01-02"


@pytest.mark.parametrize(
    "text", ["Cardiology Referral Intake", "See attached", "Date of Birth", "Ashgrove", "12 Heron Lane"]
)
def test_what_is_no_name_is_not_taken_for_one(text: str) -> None:
    assert v.find_person(text) is None


def test_a_city_is_not_sought_in_the_line_above() -> None:
    found = v.find_city_state_zip("9 Heron Lane\nSpringfield, MA 01101")
    assert found is not None
    assert [one.value for one in found] == ["Springfield", "MA", "01101"]
    assert v.find_city_state_zip("Springfield, XX 01101") is None
