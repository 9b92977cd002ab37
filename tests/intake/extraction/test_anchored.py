from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.intake.extraction.anchored import AnchoredExtractor
from homing.intake.reading.types import FieldValue, PageText
from tests.fixtures.fax import texts

_PATIENT = "family given birth_date sex phone address.line address.city address.state address.zip mrn"
_OTHERS = (
    "coverage.payer coverage.member_id authorization.number referrer.family referrer.given referrer.npi"
    " referrer.organization referrer.phone referrer.fax requested.specialty requested.provider requested.service"
    " diagnosis.codes reason priority referral.date"
)
FIELDS = {f"patient.{name}" for name in _PATIENT.split()} | set(_OTHERS.split())
FORM = (
    "REFERRAL REQUEST FORM",
    "",
    "PATIENT INFORMATION",
    "Patient Name: Ashgrove, Juniper M       DOB: 04/05/1961",
    "Sex: Female                             MRN: AB104477",
    "Phone: (617) 555-0142",
    "Address: 9 Heron Lane Apt 4, Springfield, MA 01101",
    "Emergency Contact: Ada Ashgrove         Phone: (617) 555-0177",
    "",
    "INSURANCE",
    "Payer: Blue Cross Blue Shield           Member ID: XQK123456789",
    "Authorization #: PA552201",
    "",
    "REFERRING PROVIDER",
    "Name: Rowan Fairweather, MD             NPI: 1234567893",
    "Practice: Willow Creek Family Medicine",
    "Phone: (617) 555-0110                   Fax: (617) 555-0111",
    "",
    "REFERRED TO",
    "Name: Dr. Imogen Halloran               Fax: (617) 555-0199",
    "",
    "Specialty: Cardiology                   Priority: Urgent",
    "Service Requested: Consultation",
    "Diagnosis: I48.0 Paroxysmal atrial fibrillation, R00.2",
    "Reason for Referral: Recurrent palpitations with an abnormal",
    "Holter monitor and near syncope",
    "",
    "Date: 03/03/2026",
)
EXPECTED: dict[str, str | tuple[str, ...]] = {
    "patient.family": "Ashgrove",
    "patient.given": "Juniper",
    "patient.birth_date": "1961-04-05",
    "patient.sex": "female",
    "patient.mrn": "AB104477",
    "patient.phone": "6175550142",
    "patient.address.line": "9 Heron Lane Apt 4",
    "patient.address.city": "Springfield",
    "patient.address.state": "MA",
    "patient.address.zip": "01101",
    "coverage.payer": "Blue Cross Blue Shield",
    "coverage.member_id": "XQK123456789",
    "authorization.number": "PA552201",
    "referrer.family": "Fairweather",
    "referrer.given": "Rowan",
    "referrer.npi": "1234567893",
    "referrer.organization": "Willow Creek Family Medicine",
    "referrer.phone": "6175550110",
    "referrer.fax": "6175550111",
    "requested.provider": "Imogen Halloran",
    "requested.specialty": "Cardiology",
    "requested.service": "Consultation",
    "priority": "urgent",
    "diagnosis.codes": ("I48.0", "R00.2"),
    "reason": "Recurrent palpitations with an abnormal Holter monitor and near syncope",
    "referral.date": "2026-03-03",
}


def _extract(*pages: PageText) -> dict[str, FieldValue]:
    return {field.name: field for field in AnchoredExtractor().extract(pages)}


@pytest.fixture(scope="module")
def form() -> dict[str, FieldValue]:
    return _extract(texts.page(FORM))


@pytest.mark.parametrize("name", EXPECTED)
def test_each_field_of_a_labelled_form_is_found(name: str, form: dict[str, FieldValue]) -> None:
    assert form[name].value == EXPECTED[name]


def test_nothing_else_is_found(form: dict[str, FieldValue]) -> None:
    assert set(form) == set(EXPECTED)
    assert set(form) <= FIELDS


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [-1.5, 0.0, 1.5])
def test_a_page_says_the_same_however_it_was_sent(rotation: int, skew: float) -> None:
    found = _extract(texts.page(FORM, rotation=rotation, skew=skew))
    assert {name: field.value for name, field in found.items()} == EXPECTED


def test_values_may_stand_below_their_labels() -> None:
    found = _extract(
        texts.page(
            (
                "Patient Name            Date of Birth      Sex",
                "Thistlewood, Barnaby    11/23/1984         M",
                "Health Plan             Subscriber ID",
                "Aetna                   W123 456789",
            )
        )
    )
    assert found["patient.family"].value == "Thistlewood"
    assert found["patient.birth_date"].value == "1984-11-23"
    assert found["patient.sex"].value == "male"
    assert found["coverage.payer"].value == "Aetna"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_label_that_runs_into_its_value_is_told_from_it(rotation: int) -> None:
    apart, glued = (_extract(texts.page((line,), rotation=rotation)) for line in ("DOB: 04/05/1961", "DOB:04/05/1961"))
    assert glued["patient.birth_date"].value == "1961-04-05"
    assert glued["patient.birth_date"].box == pytest.approx(apart["patient.birth_date"].box, abs=0.012)


def test_a_box_surrounds_the_words_of_its_value_and_no_others() -> None:
    found = _extract(texts.page(("DOB: 04/05/1961    MRN: AB104477",)))
    x0, y0, x1, y1 = found["patient.birth_date"].box
    assert x0 == pytest.approx((120 + 15 * 5) / texts.WIDTH, abs=1e-6)
    assert x1 == pytest.approx((120 + 15 * 15 - 4) / texts.WIDTH, abs=1e-6)
    assert (y0, y1) == pytest.approx((150 / texts.HEIGHT, 174 / texts.HEIGHT), abs=1e-6)


def test_family_and_given_name_have_boxes_of_their_own() -> None:
    found = _extract(texts.page(("Patient Name: Ashgrove, Juniper",)))
    assert found["patient.family"].box[2] < found["patient.given"].box[0]


def test_the_number_of_another_person_is_nobodys() -> None:
    found = _extract(
        texts.page(
            (
                "PATIENT INFORMATION",
                "Patient Name: Juniper Ashgrove",
                "Emergency Contact: Ada Ashgrove     Phone: (617) 555-0177",
                "PCP: Dr. Silas Penhallow            NPI: 1234567893",
            )
        )
    )
    assert "patient.phone" not in found
    assert "referrer.npi" not in found


def test_an_npi_with_a_wrong_check_digit_is_left_blank() -> None:
    assert "referrer.npi" not in _extract(texts.page(("NPI: 1234567890",)))


def test_a_code_whose_letter_was_misread_is_repaired_only_where_a_diagnosis_is_announced() -> None:
    assert _extract(texts.page(("Diagnosis: 148.0 Atrial fibrillation",)))["diagnosis.codes"].value == ("I48.0",)
    assert "diagnosis.codes" not in _extract(texts.page(("Weight today was 148.0 pounds",)))


def test_one_ticked_box_is_the_answer_and_none_or_two_are_no_answer() -> None:
    def answer(*marks: str) -> str | tuple[str, ...] | None:
        line = "Priority: {} Routine    {} Urgent    {} STAT".format(*marks)
        found = _extract(texts.page((line,))).get("priority")
        return found.value if found else None

    assert answer("☐", "☒", "☐") == "urgent"
    assert answer("☐", "☐", "☐") is None
    assert answer("☒", "☒", "☐") is None


def test_options_without_any_box_are_no_answer() -> None:
    assert "priority" not in _extract(texts.page(("Priority: Routine  Urgent  STAT",)))


def test_a_letter_states_fields_in_its_sentences() -> None:
    found = _extract(
        texts.page(
            (
                "Willow Creek Family Medicine",
                "Tel: (617) 555-0110",
                "",
                "March 3, 2026",
                "",
                "Dear Dr. Imogen Halloran,",
                "",
                "Thank you for seeing Barnaby Thistlewood, a 41-year-old man, for evaluation of",
                "exertional chest tightness with an abnormal treadmill test. This is an urgent referral.",
                "",
                "Sincerely,",
                "Rowan Fairweather, MD",
            )
        )
    )
    stated = {name: field.value for name, field in found.items()}
    assert stated["patient.family"] == "Thistlewood"
    assert stated["patient.sex"] == "male"
    assert stated["reason"] == "exertional chest tightness with an abnormal treadmill test"
    assert stated["priority"] == "urgent"
    assert stated["referral.date"] == "2026-03-03"
    assert stated["referrer.family"] == "Fairweather"
    assert stated["referrer.organization"] == "Willow Creek Family Medicine"


def test_the_strip_of_the_fax_machine_is_no_source() -> None:
    found = _extract(texts.page(("Nov 21 2026 09:59 FROM: 6175550111 TO: 6175550199 P.001/001", "", "Hello", "there")))
    assert found == {}


def test_the_more_certain_of_two_pages_is_believed() -> None:
    blurred = texts.page(("Patient Name: Juniper Ashgrave",), 1, confidence=0.4)
    clear = texts.page(("Patient Name: Juniper Ashgrove",), 2)
    family = _extract(blurred, clear)["patient.family"]
    assert (family.value, family.page) == ("Ashgrove", 2)


def test_an_uncertain_word_makes_an_uncertain_field() -> None:
    sure, unsure = (_extract(texts.page(("MRN: AB104477",), confidence=one))["patient.mrn"] for one in (0.96, 0.3))
    assert unsure.confidence < 0.6 < sure.confidence


@given(
    st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=60), max_size=12),
    st.sampled_from([0, 90, 180, 270]),
)
def test_any_text_gives_known_fields_with_sound_boxes_or_nothing(lines: list[str], rotation: int) -> None:
    page = texts.page(lines, rotation=rotation)
    for field in AnchoredExtractor().extract([page]):
        assert field.name in FIELDS
        assert field.value
        assert 0 <= field.confidence <= 1
        x0, y0, x1, y1 = field.box
        assert 0 <= x0 <= x1 <= 1
        assert 0 <= y0 <= y1 <= 1
