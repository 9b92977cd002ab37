"""The demo organization's people, offices and patients. All fictitious; numbers are of the 555-01xx range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from homing.accounts.policy import Role
from homing.content.patient import Address, Coverage, Patient
from homing.content.referral import Priority
from homing.kit.npi import with_check_digit

ORGANIZATION_NAME = "Lakeside Specialty Group"
ORGANIZATION_SLUG = "lakeside"
ORGANIZATION_FAX = "+15085550100"
ORGANIZATION_PHONE = "+15085550101"
ORGANIZATION_ADDRESS = "40 Lakeside Drive, Worcester, MA 01604"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in."""

    name: str
    email: str
    role: Role


STAFF = (
    Person("Dana Whitfield", "intake@lakeside.example", Role.INTAKE_COORDINATOR),
    Person("Marcus Bell", "scheduling@lakeside.example", Role.SCHEDULER),
    Person("Dr. Priya Raman", "clinician@lakeside.example", Role.CLINICIAN),
    Person("Joanna Ortiz", "outbound@lakeside.example", Role.REFERRAL_COORDINATOR),
    Person("Helen Marsh", "manager@lakeside.example", Role.REFERRAL_MANAGER),
    Person("Sam Okafor", "admin@lakeside.example", Role.INTEGRATION_ADMIN),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A location of the group."""

    name: str
    address: str
    postal_code: str
    specialties: tuple[str, ...]


LOCATIONS = (
    Place(
        "Lakeside Heart & Lung",
        "40 Lakeside Drive, Worcester, MA 01604",
        "01604",
        ("Cardiovascular Disease", "Clinical Cardiac Electrophysiology", "Pulmonary Disease"),
    ),
    Place(
        "Lakeside Digestive & Endocrine",
        "12 Mill Pond Road, Shrewsbury, MA 01545",
        "01545",
        ("Gastroenterology", "Endocrinology, Diabetes & Metabolism"),
    ),
    Place(
        "Lakeside Bone, Nerve & Skin",
        "288 Summit Avenue, Auburn, MA 01501",
        "01501",
        ("Orthopaedic Surgery", "Neurology", "Dermatology"),
    ),
)


@dataclass(frozen=True, slots=True)
class Practice:
    """A referring (or receiving) office with one practitioner. Numbers are 10 digits."""

    name: str
    given: str
    family: str
    npi: str
    phone: str
    fax: str
    address: str
    specialties: tuple[str, ...] = ()

    @property
    def receives(self) -> bool:
        """Tell whether the group refers patients to it."""
        return bool(self.specialties)


def _practice(
    number: int, name: str, given: str, family: str, address: str, specialties: tuple[str, ...] = ()
) -> Practice:
    return Practice(
        name=name,
        given=given,
        family=family,
        npi=with_check_digit(f"1{number:03d}55501"),
        phone=f"508555{110 + 2 * number:04d}",
        fax=f"508555{111 + 2 * number:04d}",
        address=address,
        specialties=specialties,
    )


PRACTICES = (
    _practice(1, "Grove Street Family Medicine", "Robin", "Alcott", "5 Grove Street, Worcester, MA 01605"),
    _practice(2, "Burncoat Primary Care", "Elena", "Marchetti", "410 Burncoat Street, Worcester, MA 01606"),
    _practice(3, "Quinsigamond Internal Medicine", "Peter", "Nakamura", "77 Lake Avenue, Worcester, MA 01604"),
    _practice(4, "Shrewsbury Family Health", "Angela", "Brandt", "19 Maple Avenue, Shrewsbury, MA 01545"),
    _practice(5, "Auburn Community Clinic", "Tomas", "Reyes", "8 Auburn Street, Auburn, MA 01501"),
    _practice(6, "Holden Pediatrics & Adult Medicine", "Ruth", "Feldman", "120 Main Street, Holden, MA 01520"),
    _practice(7, "Millbury Medical Associates", "Dennis", "Corrigan", "64 Elm Street, Millbury, MA 01527"),
    _practice(8, "Grafton Women's Health", "Simone", "Achebe", "3 Church Street, Grafton, MA 01519"),
    _practice(9, "Northborough Walk-In Care", "Craig", "Lindqvist", "250 West Main Street, Northborough, MA 01532"),
    _practice(10, "Leicester Health Center", "Maria", "Teixeira", "90 Pleasant Street, Leicester, MA 01524"),
    _practice(11, "Blackstone Valley Medicine", "Owen", "Sutherland", "31 Court Street, Uxbridge, MA 01569"),
    _practice(12, "Paxton Rural Practice", "Hannah", "Kowalczyk", "2 Richards Avenue, Paxton, MA 01612"),
    _practice(
        13, "Commonwealth Nephrology", "Arjun", "Mehta", "500 Harding Street, Worcester, MA 01608", ("Nephrology",)
    ),
    _practice(
        14,
        "Bay State Oncology Center",
        "Laura",
        "Jennings",
        "1 Oncology Way, Boston, MA 02118",
        ("Hematology & Oncology",),
    ),
)


@dataclass(frozen=True, slots=True)
class Case:
    """What one demo referral is about."""

    patient: Patient
    coverage: Coverage
    practice: Practice
    specialty: str
    service: str
    codes: tuple[str, ...]
    reason: str
    priority: Priority


_STREETS = ("Cedar Lane", "Highland Street", "Pond View Road", "Salisbury Street", "Vernon Street", "Harrington Way")
_TOWNS = (("Worcester", "01604"), ("Shrewsbury", "01545"), ("Auburn", "01501"), ("Holden", "01520"))
_PAYERS = ("Aetna", "Cigna", "UnitedHealthcare", "Blue Cross Blue Shield", "Medicare", "MassHealth")
_PEOPLE = (
    ("Amelia", "Thornbury", 1948, "female"),
    ("Victor", "Adeyemi", 1957, "male"),
    ("Rosa", "Delacruz", 1966, "female"),
    ("Walter", "Pemberton", 1939, "male"),
    ("Mei", "Lindgren", 1984, "female"),
    ("Curtis", "Boudreau", 1972, "male"),
    ("Nadia", "Farouk", 1991, "female"),
    ("George", "Stavros", 1951, "male"),
    ("Ingrid", "Halvorsen", 1960, "female"),
    ("Terrence", "Whitlock", 1978, "male"),
    ("Beatriz", "Camacho", 1969, "female"),
    ("Howard", "Zielinski", 1944, "male"),
    ("Priscilla", "Okonkwo", 1987, "female"),
    ("Leonard", "Castellano", 1955, "male"),
    ("Yuki", "Tanabe", 1995, "female"),
    ("Samuel", "Greenwald", 1963, "male"),
    ("Dolores", "Quintero", 1947, "female"),
    ("Patrick", "O'Rourke", 1981, "male"),
    ("Fatima", "Rahimi", 1976, "female"),
    ("Eugene", "Kowalski", 1942, "male"),
    ("Tamara", "Ivanova", 1989, "female"),
    ("Raymond", "Thibodeau", 1953, "male"),
    ("Grace", "Mwangi", 1998, "female"),
    ("Albert", "Fontaine", 1936, "male"),
    ("Lorraine", "Escobar", 1971, "female"),
    ("Desmond", "Achterberg", 1965, "male"),
    ("Caroline", "Nguyen", 1982, "female"),
    ("Frank", "Dimopoulos", 1949, "male"),
    ("Valerie", "Sandoval", 1974, "female"),
    ("Edwin", "Marlowe", 1958, "male"),
    ("Josephine", "Blackwood", 1946, "female"),
    ("Hector", "Villanueva", 1968, "male"),
    ("Alice", "Pembroke", 1993, "female"),
    ("Norman", "Achilles", 1941, "male"),
)
_PROBLEMS = (
    (
        "Cardiovascular Disease",
        "Consultation",
        ("I48.91",),
        "Palpitations for three weeks, atrial fibrillation on ECG",
        "urgent",
    ),
    (
        "Gastroenterology",
        "Colonoscopy",
        ("K62.5",),
        "Rectal bleeding and iron deficiency, last colonoscopy 2014",
        "urgent",
    ),
    (
        "Orthopaedic Surgery",
        "Evaluate and treat",
        ("M17.11",),
        "Right knee pain for a year, injections no longer help",
        "routine",
    ),
    (
        "Dermatology",
        "Skin lesion evaluation",
        ("D48.5",),
        "Changing pigmented lesion on the left shoulder, 9 mm",
        "urgent",
    ),
    ("Neurology", "Consultation", ("G43.709",), "Chronic migraine, two preventives failed", "routine"),
    (
        "Pulmonary Disease",
        "Pulmonary function testing",
        ("R91.1",),
        "8 mm nodule of the right upper lobe on CT",
        "stat",
    ),
    (
        "Endocrinology, Diabetes & Metabolism",
        "Consultation",
        ("E11.65",),
        "Type 2 diabetes, HbA1c 10.2 on three agents",
        "routine",
    ),
    ("Cardiovascular Disease", "Echocardiogram", ("R01.1",), "New systolic murmur with exertional dyspnea", "routine"),
)
#: What the group itself refers out.
OUTBOUND_PROBLEMS = (
    (
        "Nephrology",
        "Consultation",
        ("N18.32",),
        "Stage 3b kidney disease, eGFR fell from 48 to 36 in a year",
        "routine",
    ),
    ("Hematology & Oncology", "Consultation", ("D47.2",), "Monoclonal gammopathy found on work-up of anemia", "urgent"),
)


def case(number: int) -> Case:
    """Return the demo case `number` (from 0); the same number gives the same case."""
    specialty, service, codes, reason, priority = _PROBLEMS[number % len(_PROBLEMS)]
    practices = [practice for practice in PRACTICES if not practice.receives]
    return Case(
        patient=patient(number),
        coverage=_coverage(number),
        practice=practices[number % len(practices)],
        specialty=specialty,
        service=service,
        codes=codes,
        reason=reason,
        priority=Priority(priority),
    )


def outbound_case(number: int) -> Case:
    """Return the demo case `number` that the group refers out; its practice is the receiving office."""
    specialty, service, codes, reason, priority = OUTBOUND_PROBLEMS[number % len(OUTBOUND_PROBLEMS)]
    practices = [practice for practice in PRACTICES if practice.receives]
    return Case(
        patient=patient(number),
        coverage=_coverage(number),
        practice=practices[number % len(practices)],
        specialty=specialty,
        service=service,
        codes=codes,
        reason=reason,
        priority=Priority(priority),
    )


def patient(number: int) -> Patient:
    """Return the demo patient `number` (from 0)."""
    given, family, year, sex = _PEOPLE[number % len(_PEOPLE)]
    town, postal_code = _TOWNS[number % len(_TOWNS)]
    return Patient(
        family=family,
        given=given,
        birth_date=date(year, 1 + number * 5 % 12, 1 + number * 7 % 28),
        sex=sex,
        phone=f"774555{100 + number:04d}",
        address=Address(f"{12 + 7 * number} {_STREETS[number % len(_STREETS)]}", town, "MA", postal_code),
        mrn=f"LK{204100 + 37 * number}",
    )


def _coverage(number: int) -> Coverage:
    return Coverage(
        payer=_PAYERS[number % len(_PAYERS)],
        member_id=f"W{310045872 + 9173 * number}",
        authorization_number=f"AU{70012 + 31 * number}" if number % 3 == 0 else "",
    )
