from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.intake.extraction import values

CASES = [
    ("patient.family", "HERNANDEZ,", "Hernandez"),
    ("patient.family", "McDONALD", "McDonald"),
    ("patient.family", "O'BRIEN", "O'Brien"),
    ("patient.family", "de la Cruz", "de la Cruz"),
    ("patient.family", "4471", None),
    ("patient.birth_date", "O4/05/1961", "1961-04-05"),
    ("patient.birth_date", "04 / 05 / 1961", "1961-04-05"),
    ("patient.birth_date", "04051961", "1961-04-05"),
    ("patient.birth_date", "April 5, 1961", "1961-04-05"),
    ("patient.birth_date", "DOB8/18/63", "1963-08-18"),
    ("patient.birth_date", "03,05,1985", "1985-03-05"),
    ("patient.birth_date", "8/2 4/ 03", "2003-08-24"),
    ("patient.birth_date", "13/45/1961", None),
    ("patient.sex", "F", "female"),
    ("patient.sex", "Mr.", "male"),
    ("patient.sex", "gentleman", "male"),
    ("patient.sex", "unclear", None),
    ("patient.phone", "(617) 555-O142", "6175550142"),
    ("patient.phone", "1-617-555-0142", "6175550142"),
    ("patient.phone", "617 555 0142 ext 22", "6175550142"),
    ("patient.phone", "555-0142", None),
    ("patient.address.state", "Massachusetts", "MA"),
    ("patient.address.state", "ma,", "MA"),
    ("patient.address.state", "ZZ", None),
    ("patient.address.zip", "O1101-2233", "01101"),
    ("patient.mrn", "#AB-104477", "AB-104477"),
    ("patient.mrn", "Unknown", None),
    ("referrer.npi", "1234567893", "1234567893"),
    ("referrer.npi", "123 456 7893", "1234567893"),
    ("referrer.npi", "1234567890", None),
    ("requested.provider", "Dr. Imogen Halloran, MD", "Imogen Halloran"),
    ("requested.provider", "Halloran, Imogen", "Imogen Halloran"),
    ("priority", "STAT - same day", "stat"),
    ("priority", "at your earliest convenience", "routine"),
    ("priority", "non-urgent", "routine"),
    ("priority", "not urgent", "routine"),
    ("priority", "\u2612 Routine \u2610 Urgent", "routine"),
    ("patient.sex", "\u2610 Male \u2612 Female", "female"),
    ("patient.mrn", "MR/72038", "MR772038"),
    ("patient.mrn", "\u00a33434344", "E3434344"),
    ("coverage.member_id", "SCC1GR2BY56", "5CC1GR2BY56"),
    ("coverage.member_id", "9RE4-GJO-UW20", "9RE4GJ0UW20"),
    ("coverage.member_id", "GRP0983-37", None),
    ("coverage.member_id", "W273354647", "W273354647"),
    ("authorization.number", "711", None),
    ("coverage.payer", "2ry: WellCare", "WellCare"),
    ("coverage.payer", "plan", None),
    ("reason", " - palpitations for 3 weeks.", "palpitations for 3 weeks"),
]


@pytest.mark.parametrize(("field", "printed", "value"), CASES)
def test_a_value_is_repaired_or_left_out(field: str, printed: str, value: str | None) -> None:
    assert values.NORMALISERS[field](printed) == value


@given(st.sampled_from(sorted(values.NORMALISERS)), st.text(max_size=60))
def test_no_text_breaks_a_validator(field: str, text: str) -> None:
    value = values.NORMALISERS[field](text)

    assert value is None or value.strip()


@given(st.text(alphabet="0123456789OolI-() ", max_size=16))
def test_a_telephone_number_never_gains_digits(text: str) -> None:
    value = values.phone(text)

    assert value is None or len(value) <= sum(letter not in "-() " for letter in text)


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("I48.91, R00.2", ["I48.91", "R00.2"]),
        ("M5416", ["M54.16"]),
        ("E11.9 Type 2 diabetes", ["E11.9"]),
        ("R97. 20; M25,661", ["R97.20", "M25.661"]),
        ("see chart", []),
    ],
)
def test_codes_are_written_with_their_dot(printed: str, found: list[str]) -> None:
    assert values.codes(printed) == found
