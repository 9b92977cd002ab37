"""The facts of one referral, drawn at random from the banks: everybody on the page, and who is not the patient."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass, replace
from datetime import date, timedelta

from homing.intake.extraction.validators import STATES
from training.reading.banks import Banks

TODAY = date(2026, 11, 21)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody; `sex` is male, female or other."""

    family: str
    given: str
    middle: str
    suffix: str
    sex: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address in the United States."""

    line: str
    city: str
    state: str
    zip: str


@dataclass(frozen=True, slots=True)
class Provider:
    """A clinician and the place where he or she works."""

    person: Person
    credential: str
    npi: str
    specialty: str
    organization: str
    address: Address
    phone: str
    fax: str
    group_npi: str
    tax_id: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """An insurance."""

    payer: str
    plan: str
    member_id: str
    group: str
    phone: str


@dataclass(frozen=True, slots=True)
class Case:
    """One referral. `codes` are pairs of ICD-10-CM code and text; `dates` other dates by what they are."""

    patient: Person
    address: Address
    phone: str
    other_phone: str
    email: str
    ssn: str
    mrn: str
    coverage: Coverage
    secondary: Coverage
    subscriber: Person
    authorization: str
    referrer: Provider
    recipient: Provider
    pcp: Provider
    other: Provider
    emergency: Person
    emergency_phone: str
    emergency_relation: str
    specialty: str
    destination: str
    codes: tuple[tuple[str, str], ...]
    reason: str
    service: str
    priority: str
    referral_date: date
    dates: dict[str, date]
    visit_number: str
    pharmacy: str
    pharmacy_phone: str

    def age(self) -> int:
        """Return the patient's age in years."""
        return (TODAY - self.patient.birth_date).days // 365


def case(rng: random.Random, banks: Banks) -> Case:
    """Return a new case."""
    patient = person(rng, banks)
    problem, elsewhere = banks.problem(), banks.problem().specialty
    codes = problem.codes[: rng.randint(1, len(problem.codes))]
    referrer = provider(rng, banks, rng.choice(("Family Medicine", "Internal Medicine", "Pediatrics", elsewhere)))
    recipient = provider(rng, banks, problem.specialty)
    referred = TODAY - timedelta(days=int(rng.expovariate(1 / 60)))
    kin = replace(person(rng, banks), family=patient.family if rng.random() < 0.7 else banks.pick("surnames"))
    return Case(
        patient=patient,
        address=address(rng, banks),
        phone=phone(rng),
        other_phone=phone(rng),
        email=f"{patient.given}{rng.choice('._')}{patient.family}{rng.randint(1, 99)}@example.com".lower().replace(
            " ", ""
        ),
        ssn=f"{rng.randint(100, 899)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}",
        mrn=identifier(rng, _MRN),
        coverage=coverage(rng, banks),
        secondary=coverage(rng, banks),
        subscriber=patient if rng.random() < 0.5 else kin,
        authorization=identifier(rng, _AUTHORIZATION),
        referrer=referrer,
        recipient=recipient,
        pcp=provider(rng, banks, "Family Medicine"),
        other=provider(rng, banks, elsewhere),
        emergency=kin,
        emergency_phone=phone(rng),
        emergency_relation=banks.pick("relationships"),
        specialty=problem.specialty,
        destination=problem.specialty if rng.random() < 0.9 else elsewhere,
        codes=codes,
        reason=rng.choice(problem.reasons),
        service=rng.choice(problem.services) if rng.random() < 0.7 else banks.pick("services"),
        priority=rng.choices(("routine", "urgent", "asap", "stat"), (55, 25, 8, 12))[0],
        referral_date=referred,
        dates=_dates(rng, referred),
        visit_number=identifier(rng, _VISIT),
        pharmacy=_filled(banks, banks.pick("pharmacies"), referrer.address.city).format(n=rng.randint(2, 19999)),
        pharmacy_phone=phone(rng),
    )


def _dates(rng: random.Random, referred: date) -> dict[str, date]:
    def near(low: int, high: int) -> date:
        return referred + timedelta(days=rng.randint(low, high))

    return {
        "printed": near(0, 3),
        "signed": near(0, 1),
        "encounter": near(-20, 0),
        "service": near(-60, 30),
        "injury": near(-400, -3),
        "appointment": near(2, 90),
        "authorization_start": near(0, 10),
        "authorization_end": near(60, 365),
        "admission": near(-60, -2),
        "last_seen": near(-400, 0),
    }


def person(rng: random.Random, banks: Banks) -> Person:
    """Return somebody."""
    sex = rng.choices(("female", "male"), (54, 46))[0]
    middle = rng.choice(string.ascii_uppercase) if rng.random() < 0.6 else banks.pick(f"given_{sex}")
    family = banks.pick("surnames")
    given = banks.pick(f"given_{sex}")
    if rng.random() < 0.04:
        family += rng.choice("- ") + banks.pick("surnames")
    elif rng.random() < 0.04:
        family = f"{rng.choice(_PARTICLES)} {family}"
    if rng.random() < 0.07:
        given += rng.choice("   -") + banks.pick(f"given_{sex}")
    return Person(
        family=family,
        given=given,
        middle=middle if rng.random() < 0.55 else "",
        suffix=rng.choice(("Jr", "Sr", "II", "III", "Jr.")) if sex == "male" and rng.random() < 0.06 else "",
        sex=sex if rng.random() < 0.985 else "other",
        birth_date=TODAY - timedelta(days=int(rng.triangular(60, 34000, 22000))),
    )


def address(rng: random.Random, banks: Banks) -> Address:
    """Return an address; in a third of them city, state and ZIP do not fit: forms are filled by people."""
    city, state, code = banks.pick("cities").split("|")
    if rng.random() < 0.3:
        state, code = rng.choice(_STATES), f"{rng.randint(501, 99950):05d}"
    number = rng.choice((str(rng.randint(1, 999)), str(rng.randint(1000, 29999))))
    street = f"{number} {rng.choice(('', '', '', 'N ', 'S. ', 'East ', 'W '))}{banks.pick('street_names')}"
    street += f" {banks.pick('street_types')}" if rng.random() < 0.92 else ""
    if rng.random() < 0.25:
        unit = banks.pick("units").format(n=rng.randint(1, 900), l=rng.choice("ABCDEF"), surname=banks.pick("surnames"))
        street += rng.choice((", ", " ")) + unit
    if rng.random() < 0.04:
        street = f"{rng.choice(('PO Box', 'P.O. Box', 'RR 2 Box'))} {rng.randint(1, 9999)}"
    return Address(street, city, state, code if rng.random() < 0.85 else f"{code}-{rng.randint(1, 9999):04d}")


def provider(rng: random.Random, banks: Banks, specialty: str) -> Provider:
    """Return a clinician of a specialty."""
    who = replace(person(rng, banks), suffix="")
    where = address(rng, banks)
    name = banks.pick("organizations") if rng.random() < 0.85 else banks.pick("hospitals")
    name = _filled(banks, name.replace("{specialty}", specialty.partition(" &")[0].partition(",")[0]), where.city)
    number = phone(rng)
    fax = number[:6] + f"{rng.randint(0, 9999):04d}" if rng.random() < 0.6 else phone(rng)
    return Provider(
        who,
        banks.pick("credentials"),
        npi(rng),
        specialty,
        name,
        where,
        number,
        fax,
        npi(rng),
        f"{rng.randint(10, 98)}-{rng.randint(1000000, 9999999)}",
    )


def _filled(banks: Banks, name: str, city: str) -> str:
    """Return the name of a place with its slots filled."""
    for slot, value in (("{surname}", banks.pick("surnames")), ("{city}", city), ("{word}", banks.pick("org_words"))):
        name = name.replace(slot, value)
    return name


def coverage(rng: random.Random, banks: Banks) -> Coverage:
    """Return an insurance."""
    return Coverage(
        banks.pick("payers"),
        banks.pick("plan_types"),
        identifier(rng, _MEMBER),
        identifier(rng, _GROUP),
        phone(rng, toll_free=True),
    )


def phone(rng: random.Random, *, toll_free: bool = False) -> str:
    """Return ten digits."""
    area = (
        rng.choice(("800", "888", "877", "866", "855")) if toll_free else f"{rng.randint(2, 9)}{rng.randint(0, 99):02d}"
    )
    return f"{area}{rng.randint(2, 9)}{rng.randint(0, 999999):06d}"


def npi(rng: random.Random) -> str:
    """Return an NPI whose check digit is right (mostly: others are typed wrong)."""
    body = rng.choice("12") + f"{rng.randint(0, 99999999):08d}"
    total = 24
    for index, letter in enumerate(reversed(body)):
        digit = int(letter) * (2 if index % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return body + str(-total % 10)


_PARTICLES = ("Von", "Van", "van der", "de", "De La", "Del", "St.", "San", "La", "Le", "Di", "El", "Al", "Mac", "bin")
_MRN = (
    "########",
    "#######",
    "######",
    "MRN######",
    "M#######",
    "@@#####",
    "###-##-##",
    "E########",
    "00######",
    "#####",
    "@######",
    "##-####-#",
    "#########",
    "H#######",
)
_MEMBER = (
    "@@@#########",
    "W#########",
    "#########",
    "##########",
    "@########",
    "@@@@########",
    "#########-01",
    "@##@@#@@##",
    "###########",
    "R########",
    "XZ@#########",
    "U##########",
    "######### 00",
    "@#@#-@@#-@@##",
    "#########A",
    "@@#######",
)
_GROUP = ("#######", "#####", "@@####", "###-####", "@#####", "########")
_AUTHORIZATION = (
    "A#########",
    "#########",
    "##########",
    "AUTH-#######",
    "@@########",
    "R######",
    "PA########",
    "########-##",
    "2026######",
    "VA#########",
    "####-####-##",
    "@@@#####",
    "######",
)
_VISIT = ("#########", "########", "V#########", "##########", "@@######", "###########", "2026-#####")
_STATES = sorted(STATES)


def _any_shape(rng: random.Random) -> str:
    """Return a shape that tells nothing of what the number is: its label has to."""
    shape = rng.choice(("", "", "@", "@@", "@@", "@@@")) + "#" * rng.randint(5, 11)
    if rng.random() < 0.2:
        at = rng.randint(2, len(shape) - 2)
        shape = shape[:at] + "-" + shape[at:]
    if rng.random() < 0.1:
        at = rng.randint(3, len(shape) - 2)
        shape = shape[:at] + " " + shape[at:]
    return shape + rng.choice(("", "", "", "", "@", "-##"))


def identifier(rng: random.Random, shapes: tuple[str, ...]) -> str:
    """Return a number in one of some shapes: # is a digit, @ a capital letter."""
    shape = rng.choice(shapes) if rng.random() < 0.6 else _any_shape(rng)
    made = "".join(
        rng.choice(string.digits) if s == "#" else rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") if s == "@" else s
        for s in shape
    )
    return made if made[0] != "0" or shape[0] == "0" else "7" + made[1:]
