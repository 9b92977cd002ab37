"""How one office writes: dates, telephones, names, labels. A `Notation` is drawn per page and stays the same on it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from training.reading.banks import Banks
from training.reading.compose import Run, Runs
from training.reading.facts import Address, Case, Person, Provider

_DATES: Final = (
    "%m/%d/%Y", "%m/%d/%Y", "%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%Y-%m-%d", "%b %d, %Y", "%B %d, %Y", "%d %b %Y",
    "%d-%b-%Y", "%m.%d.%Y", "%m %d %Y", "%m / %d / %Y", "%d %B %Y", "%b. %d, %Y", "%b %d %Y", "%m%d%Y", "%-m/%-d/%Y",
    "%-m/%-d/%y", "%-m-%-d-%y", "%-m-%-d-%Y", "%A, %B %d, %Y",
)  # fmt: skip
_PHONES: Final = (
    "({}) {}-{}", "({}) {}-{}", "{}-{}-{}", "{}-{}-{}", "{}.{}.{}", "{}{}{}", "({}){}-{}", "1-{}-{}-{}", "+1 {} {} {}",
    "{} {} {}", "{}/{}-{}", "{} {}-{}", "( {} ) {}-{}",
)  # fmt: skip
_NAMES: Final = ("gf", "gf", "gmf", "f,g", "f,g", "f,gm", "F,G", "gF", "f, g m", "f,g,m")
_ENDS: Final = (":", ":", ":", ":", "", "", " -", ".", " :", "#:", "=", "?", ":  ", "…", " ____")


@dataclass(slots=True)
class Notation:
    """The habits of one office."""

    rng: random.Random
    banks: Banks
    date_format: str
    birth_format: str
    phone_format: str
    name_format: str
    label_end: str
    label_case: Callable[[str], str]
    value_case: Callable[[str], str]

    def date(self, day: date, label: str, *, birth: bool = False) -> Run:
        """Return a date."""
        return Run(day.strftime(self.birth_format if birth else self.date_format), label)

    def phone(self, digits: str, label: str) -> Run:
        """Return a telephone number."""
        text = self.phone_format.format(digits[:3], digits[3:6], digits[6:])
        return Run(
            text
            + (
                f" {self.rng.choice(('x', 'ext ', 'ext. '))}{self.rng.randint(10, 4999)}"
                if label != "patient.phone" and self.rng.random() < 0.04
                else ""
            ),
            label,
        )

    def name(self, who: Person, family: str, given: str, middle: str | None = None, style: str = "") -> list[Run | str]:
        """Return a name; its parts have the classes `family`, `given` and `middle`."""
        style = style or self.name_format
        middle = middle or ("patient.middle" if family.startswith("patient") else given)
        first, last = Run(who.given, given), Run(self._upper(who.family) if "F" in style else who.family, family)
        parts: list[Run | str]
        between: list[Run | str] = [" ", Run(who.middle, middle)] if who.middle and "m" in style else []
        if "," in style:
            gap = "," if self.rng.random() < 0.12 else ", "
            parts = [last, gap, Run(self._upper(who.given) if "G" in style else who.given, given), *between]
        else:
            parts = [first, *between, " ", last]
        if who.suffix:
            parts += [self.rng.choice((", ", " ")), Run(who.suffix, middle)]
        return parts

    def provider(self, who: Provider, role: str, *, credential: bool | None = None) -> list[Run | str]:
        """Return a clinician's name; `role` is referrer, requested, pcp or other."""
        family, given = ("referrer.family", "referrer.given") if role == "referrer" else (f"{role}.name",) * 2
        if role == "requested":
            family = given = "requested.provider"
        elif role != "referrer":
            family = given = "other.provider"
        parts = self.name(who.person, family, given, given if role != "referrer" else "referrer.credential")
        if family == given:
            # One span: what stands between its parts belongs to it.
            parts = [Run("".join(one if isinstance(one, str) else one.text for one in parts), family)]
        with_credential = self.rng.random() < 0.65 if credential is None else credential
        doctor = self.rng.random() < (0.15 if with_credential else 0.5)
        before: list[Run | str] = (
            [
                Run(
                    self.rng.choice(("Dr. ", "Dr ", "DR ", "Doctor ")),
                    "referrer.credential" if role == "referrer" else None,
                )
            ]
            if doctor
            else []
        )
        after: list[Run | str] = []
        if with_credential:
            after = [
                self.rng.choice((", ", " ", ", ")),
                Run(who.credential, "referrer.credential" if role == "referrer" else None),
            ]
        return [*before, *parts, *after]

    def address(self, where: Address, prefix: str, *, lines: bool = False) -> list[Run | str]:
        """Return an address on one line or two; `prefix` is patient, or the class of the whole."""
        gap = "\n" if lines else self.rng.choice((", ", ", ", "  ", " - ", "; "))
        if prefix != "patient":
            text = f"{where.line}{gap}{where.city}, {where.state} {where.zip}"
            return [Run(text, prefix)]
        return [Run(where.line, "patient.address.line"), gap, *self.city_line(where)]

    def city_line(self, where: Address) -> list[Run | str]:
        """Return city, state and ZIP code of the patient."""
        comma = self.rng.choice((", ", ", ", " ", ",", " / ")) if self.rng.random() < 0.9 else "  "
        return [
            Run(where.city, "patient.address.city"),
            comma,
            Run(where.state, "patient.address.state"),
            self.rng.choice((" ", " ", "  ", ", ")),
            Run(where.zip, "patient.address.zip"),
        ]

    def label(self, item: str) -> Run:
        """Return the printed label of an item, with the end this office puts behind it."""
        return Run(self.label_case(self.banks.label(item)) + self.label_end, "label")

    def value(self, item: str, case: Case) -> Runs:
        """Return the value of an item as this office writes it. Items are called as their label files."""
        made = _VALUES[item](self, case)
        runs = [made] if isinstance(made, Run) else made
        return [Run(self.value_case(one.text), one.label) if isinstance(one, Run) else one for one in runs]

    @staticmethod
    def _upper(text: str) -> str:
        return text.upper()


def draw(rng: random.Random, banks: Banks) -> Notation:
    """Return the notation of an office."""
    form = rng.choice(_DATES)
    return Notation(
        rng=rng,
        banks=banks,
        date_format=form,
        birth_format=form if rng.random() < 0.8 else rng.choice(_DATES[:-1]),
        phone_format=rng.choice(_PHONES),
        name_format=rng.choice(_NAMES),
        label_end=rng.choice(_ENDS),
        label_case=rng.choice((_same, _same, _same, str.upper, str.upper, str.lower, str.title)),
        value_case=rng.choice((_same, _same, _same, _same, _same, str.upper, str.upper))
        if rng.random() < 0.9
        else str.lower,
    )


def _same(text: str) -> str:
    return text


def sex(note: Notation, case: Case) -> Run:
    """Return the patient's sex in words or a letter."""
    value = case.patient.sex
    words = {
        "female": ("F", "Female", "female", "FEMALE", "Woman", "F"),
        "male": ("M", "Male", "male", "MALE", "Man", "M"),
    }
    return Run(note.rng.choice(words.get(value, ("X", "Nonbinary", "Other", "Unspecified"))), "patient.sex")


def codes(note: Notation, case: Case) -> list[Run | str]:
    """Return the diagnosis codes, with their texts where this office writes them."""
    rng = note.rng
    gap = rng.choice((", ", "; ", "  ", " / ", "\n", ","))
    style = rng.choice(("code", "code", "code text", "text (code)", "code - text", "text code", "code: text"))
    parts: list[Run | str] = []
    for index, (code, text) in enumerate(case.codes):
        printed = code if rng.random() < 0.9 else code.replace(".", "")
        runs: list[Run | str] = [Run(printed, "diagnosis.codes")]
        words = Run(text if rng.random() < 0.8 else text.lower(), "diagnosis.text")
        if style == "code text":
            runs += [" ", words]
        elif style in {"code - text", "code: text"}:
            runs += [style[4:6] + " " if style[4] == " " else ": ", words]
        elif style == "text (code)":
            runs = [words, " (", *runs, ")"]
        elif style == "text code":
            runs = [words, " ", *runs]
        parts += ([gap] if index else []) + runs
    return parts


def diagnosis(case: Case) -> Runs:
    """Return the diagnosis in words."""
    return [Run("; ".join(text for _, text in case.codes), "diagnosis.text")]


def reason(case: Case) -> Run:
    """Return why the patient is referred."""
    return Run(case.reason, "reason")


_PRIORITY: Final = {
    "routine": (
        "Routine",
        "routine",
        "ROUTINE",
        "Elective",
        "Standard",
        "Non-urgent",
        "Normal",
        "Routine (within 30 days)",
    ),
    "urgent": (
        "Urgent",
        "URGENT",
        "urgent",
        "Expedited",
        "Urgent - within 1 week",
        "URGENT (48-72 hrs)",
        "High - urgent",
    ),
    "asap": ("ASAP", "asap", "As soon as possible", "A.S.A.P.", "ASAP - next available"),
    "stat": ("STAT", "Stat", "stat", "Emergent", "Immediate", "STAT - same day", "Emergency"),
}


def priority(note: Notation, case: Case) -> Run:
    """Return how soon."""
    return Run(note.rng.choice(_PRIORITY[case.priority]), "priority")


def _other_date(kind: str) -> Callable[[Notation, Case], Run]:
    return lambda note, case: note.date(case.dates[kind], "other.date")


def _service(note: Notation, case: Case) -> Run:
    del note
    return Run(case.service, "requested.service")


def _combined(*parts: str) -> Callable[[Notation, Case], Runs]:
    def made(note: Notation, case: Case) -> Runs:
        runs: list[Run | str] = []
        gap = note.rng.choice((" / ", ", ", "  ", " - ", "; ", " "))
        for index, item in enumerate(parts):
            found = _VALUES[item](note, case)
            runs += ([gap] if index else []) + ([found] if isinstance(found, Run) else list(found))
        return runs

    return made


_VALUES: dict[str, Callable[[Notation, Case], Run | Runs]] = {
    "patient.name": lambda n, c: n.name(c.patient, "patient.family", "patient.given"),
    "patient.name.last_first": lambda n, c: n.name(
        c.patient, "patient.family", "patient.given", style=n.rng.choice(("f,g", "f,gm", "F,G"))
    ),
    "patient.family": lambda n, c: Run(c.patient.family, "patient.family"),
    "patient.given": lambda n, c: Run(c.patient.given, "patient.given"),
    "patient.middle": lambda n, c: Run(c.patient.middle or n.rng.choice("ABCDEFGHJKLMNPRST"), "patient.middle"),
    "patient.birth_date": lambda n, c: n.date(c.patient.birth_date, "patient.birth_date", birth=True),
    "patient.sex": sex,
    "patient.age": lambda n, c: Run(
        n.rng.choice(("{}", "{} y", "{}yo", "{} years", "{} y.o.", "{}Y")).format(c.age()), "patient.age"
    ),
    "patient.phone": lambda n, c: n.phone(c.phone, "patient.phone"),
    "patient.other_phone": lambda n, c: n.phone(c.other_phone, "patient.other_phone"),
    "patient.email": lambda n, c: Run(c.email, "patient.email"),
    "patient.ssn": lambda n, c: Run(
        n.rng.choice((c.ssn, f"xxx-xx-{c.ssn[-4:]}", f"***-**-{c.ssn[-4:]}")), "patient.ssn"
    ),
    "patient.address": lambda n, c: n.address(c.address, "patient", lines=n.rng.random() < 0.3),
    "patient.address.line": lambda n, c: Run(c.address.line, "patient.address.line"),
    "patient.address.city": lambda n, c: Run(c.address.city, "patient.address.city"),
    "patient.address.state": lambda n, c: Run(c.address.state, "patient.address.state"),
    "patient.address.zip": lambda n, c: Run(c.address.zip, "patient.address.zip"),
    "patient.address.csz": lambda n, c: n.city_line(c.address),
    "patient.mrn": lambda n, c: Run(c.mrn, "patient.mrn"),
    "coverage.payer": lambda n, c: Run(c.coverage.payer, "coverage.payer"),
    "coverage.member_id": lambda n, c: Run(c.coverage.member_id, "coverage.member_id"),
    "coverage.group": lambda n, c: Run(c.coverage.group, "coverage.group"),
    "coverage.plan": lambda n, c: Run(c.coverage.plan, "coverage.plan"),
    "coverage.payer_phone": lambda n, c: n.phone(c.coverage.phone, "payer.phone"),
    "secondary.payer": lambda n, c: Run(c.secondary.payer, "secondary.payer"),
    "secondary.member_id": lambda n, c: Run(c.secondary.member_id, "secondary.member_id"),
    "subscriber.name": lambda n, c: n.name(c.subscriber, "other.person", "other.person"),
    "subscriber.birth_date": lambda n, c: n.date(c.subscriber.birth_date, "other.date", birth=True),
    "authorization.number": lambda n, c: Run(c.authorization, "authorization.number"),
    "referrer.name": lambda n, c: n.provider(c.referrer, "referrer"),
    "referrer.npi": lambda n, c: Run(c.referrer.npi, "referrer.npi"),
    "referrer.organization": lambda n, c: Run(c.referrer.organization, "referrer.organization"),
    "referrer.phone": lambda n, c: n.phone(c.referrer.phone, "referrer.phone"),
    "referrer.fax": lambda n, c: n.phone(c.referrer.fax, "referrer.fax"),
    "referrer.address": lambda n, c: n.address(c.referrer.address, "referrer.address", lines=n.rng.random() < 0.4),
    "referrer.taxid": lambda n, c: Run(c.referrer.tax_id, "other.id"),
    "recipient.provider": lambda n, c: n.provider(c.recipient, "requested"),
    "recipient.organization": lambda n, c: Run(c.recipient.organization, "recipient.organization"),
    "recipient.phone": lambda n, c: n.phone(c.recipient.phone, "recipient.phone"),
    "recipient.fax": lambda n, c: n.phone(c.recipient.fax, "recipient.fax"),
    "recipient.address": lambda n, c: n.address(c.recipient.address, "recipient.address", lines=n.rng.random() < 0.4),
    "recipient.npi": lambda n, c: Run(c.recipient.npi, "recipient.npi"),
    "requested.specialty": lambda n, c: Run(c.destination, "requested.specialty"),
    "requested.service": _service,
    "diagnosis": lambda n, c: diagnosis(c),
    "diagnosis.codes": codes,
    "reason": lambda n, c: reason(c),
    "clinical_history": lambda n, c: Run(
        " ".join(n.banks.pick("sentences/history") for _ in range(n.rng.randint(1, 3))), "history"
    ),
    "priority": priority,
    "referral.date": lambda n, c: n.date(c.referral_date, "referral.date"),
    **{
        f"other.date.{kind}": _other_date(kind)
        for kind in (
            "printed",
            "signed",
            "encounter",
            "service",
            "injury",
            "appointment",
            "authorization_start",
            "authorization_end",
            "admission",
            "last_seen",
        )
    },
    "pcp.name": lambda n, c: n.provider(c.pcp, "pcp"),
    "pcp.npi": lambda n, c: Run(c.pcp.npi, "other.npi"),
    "pcp.phone": lambda n, c: n.phone(c.pcp.phone, "other.phone"),
    "group.npi": lambda n, c: Run(c.referrer.group_npi, "other.npi"),
    "emergency.name": lambda n, c: n.name(c.emergency, "other.person", "other.person"),
    "emergency.phone": lambda n, c: n.phone(c.emergency_phone, "other.phone"),
    "guarantor.name": lambda n, c: n.name(c.subscriber, "other.person", "other.person"),
    "pharmacy.name": lambda n, c: Run(c.pharmacy, "other.organization"),
    "pharmacy.phone": lambda n, c: n.phone(c.pharmacy_phone, "other.phone"),
    "facility.name": lambda n, c: Run(c.other.organization, "other.organization"),
    "visit_number": lambda n, c: Run(c.visit_number, "other.id"),
    "cpt": lambda n, c: Run(str(n.rng.randint(10021, 99499)), "other.code"),
    "signature": lambda n, c: n.provider(c.referrer, "referrer"),
    "contact_person": lambda n, c: n.name(
        c.emergency if n.rng.random() < 0.2 else c.pcp.person, "other.person", "other.person"
    ),
    "interpreter": lambda n, c: Run(n.banks.pick("languages")),
    "pages": lambda n, c: Run(str(n.rng.randint(1, 24))),
    "medications": lambda n, c: Run(
        "; ".join(n.banks.pick("medications") for _ in range(n.rng.randint(1, 4))), "history"
    ),
    "allergies": lambda n, c: Run(n.rng.choice(("NKDA", "None", "Penicillin (rash)", "Sulfa", "Latex, iodine", "NKA"))),
    "patient.sex_age": _combined("patient.age", "patient.sex"),
}

#: Everything `value` knows.
ITEMS: Final = tuple(_VALUES)


def shuffled(rng: random.Random, items: Iterable[str]) -> list[str]:
    """Return the items in random order."""
    return rng.sample(list(items), len(list(items)))
