from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.content.patient import Address, Coverage, Patient
from homing.content.practitioner import Practitioner
from homing.content.referral import Priority, ReferralContent
from homing.intake import fields
from homing.intake.fields import Draft, Entry, InvalidField, content_of, lenient_content_of, merged, values_of
from homing.intake.reading import codec
from homing.intake.reading.types import FieldValue
from homing.kit import clock
from homing.kit.ids import uuid7
from homing.kit.npi import with_check_digit

word = st.from_regex(r"[A-Z][a-z]{1,8}", fullmatch=True)
phone = st.from_regex(r"[2-9]\d{2}[2-9]\d{6}", fullmatch=True)
contents = st.builds(
    ReferralContent,
    patient=st.builds(
        Patient,
        family=word,
        given=word,
        birth_date=st.none() | st.dates(date(1900, 1, 1), date(2025, 1, 1)),
        sex=st.sampled_from(["", "male", "female", "other"]),
        phone=st.just("") | phone,
        address=st.builds(Address, line=word, city=word, state=st.just("MA"), postal_code=st.just("01604")),
        mrn=word,
    ),
    coverage=st.builds(Coverage, word, word, word),
    referrer=st.builds(
        Practitioner,
        family=word,
        given=word,
        npi=st.from_regex(r"1\d{8}", fullmatch=True).map(with_check_digit),
        organization=word,
        phone=phone,
        fax=phone,
    ),
    performer=word,
    specialty=word,
    destination=word,
    service=word,
    diagnosis_codes=st.lists(st.from_regex(r"[A-Z]\d{2}\.\d", fullmatch=True), unique=True).map(tuple),
    reason=word,
    priority=st.sampled_from(list(Priority)),
    authored_on=st.none() | st.dates(date(2000, 1, 1), date(2025, 1, 1)),
)


@given(contents)
def test_what_a_content_states_gives_the_same_content(content: ReferralContent) -> None:
    assert content_of(values_of(content)) == content


@given(st.dictionaries(st.sampled_from(fields.NAMES), st.text(max_size=30)))
def test_whatever_was_read_gives_some_content(values: dict[str, str]) -> None:
    content = lenient_content_of(values)

    assert content_of(values_of(content)) == content


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("patient.birth_date", "02/30/1961"),
        ("patient.birth_date", "soon"),
        ("patient.phone", "555-0111"),
        ("referrer.fax", "12345"),
        ("referrer.npi", "1234567890"),
        ("priority", "yesterday"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(InvalidField) as refused:
        content_of({name: value})

    assert refused.value.field == name


def test_a_birth_date_in_the_future_is_refused_but_not_a_day_of_grace() -> None:
    with clock.frozen(datetime(2026, 11, 2, 23, 0, tzinfo=timezone(timedelta(hours=-5)))):
        assert content_of({"referral.date": "11/03/2026"}).authored_on == date(2026, 11, 3)
        with pytest.raises(InvalidField):
            content_of({"patient.birth_date": "11/12/2026"})


def test_the_reviewer_has_the_last_word_also_for_what_is_not_on_the_page() -> None:
    read = [
        FieldValue("patient.family", "Testpersan", 0.6, 1, (0, 0, 1, 1)),
        FieldValue("patient.mrn", "A1", 0.9, 1, (0, 0, 1, 1)),
        FieldValue("diagnosis.codes", ("I48.91", "R00.2"), 0.9, 1, (0, 0, 1, 1)),
    ]
    draft = Draft().with_value("patient.family", "Tester").with_value("patient.family", "Testperson")
    draft = draft.with_value("patient.mrn", " ")

    assert merged(read, draft) == {"patient.family": "Testperson", "diagnosis.codes": "I48.91, R00.2"}
    assert content_of(merged(read, draft)).diagnosis_codes == ("I48.91", "R00.2")


@given(
    st.builds(
        Draft,
        entries=st.lists(st.builds(Entry, st.text(), st.text()), max_size=4).map(tuple),
        patient=st.none() | st.builds(fields.PatientChoice, st.none() | st.builds(uuid7)),
        refused=st.lists(st.builds(uuid7), max_size=3).map(tuple),
        location_id=st.none() | st.builds(uuid7),
        specialty=st.text(),
    )
)
def test_a_draft_survives_its_storage(draft: Draft) -> None:
    assert codec.from_json(Draft, codec.to_json(draft)) == draft
