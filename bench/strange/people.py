"""Invented patients, referrers and the bystanders who confuse a reader, and how offices write them down."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from bench.strange import words
from bench.strange.clinical import Need
from bench.strange.needs import NEEDS

TODAY = date(2026, 11, 20)
_DATES = (
    "%m/%d/%Y",
    "%m/%d/%Y",
    "%-m/%-d/%Y",
    "%-m/%-d/%y",
    "%m-%d-%Y",
    "%m/%d/%y",
    "%b %-d, %Y",
    "%B %-d, %Y",
    "%d-%b-%Y",
    "%Y-%m-%d",
    "%m.%d.%Y",
)
_DATE_FORMATS = {
    "s": "%m/%d/%Y",
    "n": "%-m/%-d/%y",
    "l": "%B %-d, %Y",
    "m": "%b %-d, %Y",
    "d": "%m-%d-%y",
    "i": "%Y-%m-%d",
    "e": "%d %b %Y",
}
_PHONES = (
    "({0}) {1}-{2}",
    "{0}-{1}-{2}",
    "{0}.{1}.{2}",
    "({0}){1}-{2}",
    "{0} {1} {2}",
    "1-{0}-{1}-{2}",
    "{0}{1}{2}",
    "{0}/{1}-{2}",
)
_PRIORITIES = {
    "routine": ("Routine", "ROUTINE", "Non-urgent", "Elective", "Standard", "routine"),
    "urgent": ("Urgent", "URGENT", "urgent", "Expedited"),
    "stat": ("STAT", "Stat", "Emergent"),
    "asap": ("ASAP", "As soon as possible"),
}

# how often an office leaves a value out, by name
_LEFT_OUT = {
    "sex": 0.15,
    "phone": 0.1,
    "addr": 0.2,
    "mrn": 0.35,
    "payer": 0.12,
    "member": 0.2,
    "auth": 0.7,
    "rnpi": 0.3,
    "rphone": 0.06,
    "rfax": 0.25,
    "org": 0.03,
    "spec": 0.2,
    "prov": 0.45,
    "service": 0.25,
    "codes": 0.15,
    "reason": 0.08,
    "priority": 0.35,
    "date": 0.08,
}

FIELD = {
    "given": "patient.given",
    "family": "patient.family",
    "dob": "patient.birth_date",
    "sex": "patient.sex",
    "phone": "patient.phone",
    "line": "patient.address.line",
    "city": "patient.address.city",
    "state": "patient.address.state",
    "zip": "patient.address.zip",
    "mrn": "patient.mrn",
    "payer": "coverage.payer",
    "member": "coverage.member_id",
    "auth": "authorization.number",
    "rfamily": "referrer.family",
    "rgiven": "referrer.given",
    "rnpi": "referrer.npi",
    "org": "referrer.organization",
    "rphone": "referrer.phone",
    "rfax": "referrer.fax",
    "spec": "requested.specialty",
    "pfamily": "requested.provider",
    "pgiven": "requested.provider",
    "service": "requested.service",
    "codes": "diagnosis.codes",
    "reason": "reason",
    "priority": "priority",
    "date": "referral.date",
}

_COMPOSITE = {
    "pt": "<given> <family>",
    "PT": "<given|u> <family|u>",
    "ptl": "<family>, <given>",
    "PTL": "<family|u>, <given|u>",
    "ptm": "<given>{mi} <family>",
    "PTLM": "<family|u>, <given|u>{mi}",
    "ref": "<rgiven> <rfamily>",
    "refc": "<rgiven> <rfamily>, {cred}",
    "refl": "<rfamily>, <rgiven>",
    "addr": "<line>, <city>, <state> <zip>",
    "csz": "<city>, <state> <zip>",
    "prov": "<pgiven> <pfamily>",
    "sexl": "<sex|l>",
}
_TOKEN = re.compile(r"<([A-Za-z]+)(\d?)(?:\|([a-z]))?>")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that belongs to one field, or to none. `part`: one of several runs that make up the value."""

    text: str
    field: str = ""
    part: bool = False


@dataclass(frozen=True, slots=True)
class Bystanders:
    """What stands on the page and must not be taken for the patient's or referrer's."""

    pcp: str
    pcp_npi: str
    pcp_phone: str
    group_npi: str
    tax_id: str
    to_org: str
    to_phone: str
    to_fax: str
    to_addr: str
    emergency: str
    emergency_relation: str
    emergency_phone: str
    subscriber: str
    subscriber_dob: str
    payer2: str
    member2: str
    payer_phone: str
    payer_fax: str
    group_no: str
    encounter: str
    claim: str
    account: str
    last_visit: str
    next_visit: str
    pharmacy: str
    pharmacy_phone: str
    employer: str
    nurse: str
    other_doctor: str
    old_date: str
    org_addr: str
    strip: str


@dataclass(slots=True)
class Case:
    """One referral's facts and the notation this office writes them in."""

    rng: random.Random
    need: Need
    given: str
    family: str
    middle: str
    sex: str
    birth: date
    phone: str
    line: str
    city: str
    state: str
    zip: str
    mrn: str
    payer: str
    member: str
    auth: str
    rgiven: str
    rfamily: str
    cred: str
    rnpi: str
    org: str
    rphone: str
    rfax: str
    pgiven: str
    pfamily: str
    called: str
    service: str
    reason: str
    priority: str
    date: date
    area: str
    other: Bystanders
    date_format: str
    phone_format: str
    sex_format: str
    priority_text: str
    left_out: set[str] = field(default_factory=set)

    # --- values -------------------------------------------------------------------------------------------------
    def truth(self, name: str) -> str | list[str]:
        """Return the value of a contract field as the truth file states it."""
        values: dict[str, str | list[str]] = {
            "patient.birth_date": self.birth.isoformat(),
            "referral.date": self.date.isoformat(),
            "requested.provider": f"{self.pgiven} {self.pfamily}",
            "requested.specialty": self.need.specialty,
            "diagnosis.codes": [code for code, _ in self.need.codes],
        }
        if name in values:
            return values[name]
        attribute = {
            "patient.address.line": "line",
            "patient.address.city": "city",
            "patient.address.state": "state",
            "patient.address.zip": "zip",
            "coverage.member_id": "member",
            "authorization.number": "auth",
            "referrer.family": "rfamily",
            "referrer.given": "rgiven",
            "referrer.npi": "rnpi",
            "referrer.phone": "rphone",
            "referrer.fax": "rfax",
            "referrer.organization": "org",
            "requested.service": "service",
        }.get(name, name.rsplit(".", maxsplit=1)[-1])
        return str(getattr(self, attribute))

    @property
    def age(self) -> int:
        """Return the age in years on the referral's date."""
        return (self.date - self.birth).days // 365

    @property
    def descriptions(self) -> str:
        """Return the meanings of all diagnosis codes."""
        return "; ".join(text for _, text in self.need.codes)

    @property
    def signature(self) -> str:
        """Return what the referrer signs with."""
        return f"{self.rgiven[0]}. {self.rfamily}"

    def has(self, *tokens: str) -> bool:
        """Whether this office filled in every one of these."""
        return not self.left_out & set(tokens)

    def opt(self, template: str, blank: str = "") -> str:
        """Return the template, or `blank` when the office left out one of its values."""
        if any(self._token_left_out(match[1]) for match in _TOKEN.finditer(template)):
            return blank
        return template

    def _token_left_out(self, name: str) -> bool:
        alias = {
            "line": "addr",
            "city": "addr",
            "state": "addr",
            "zip": "addr",
            "csz": "addr",
            "code": "codes",
            "desc": "codes",
            "dx": "codes",
            "sexl": "sex",
            "pfamily": "prov",
            "pgiven": "prov",
        }
        return alias.get(name, name) in self.left_out

    # --- notation -----------------------------------------------------------------------------------------------
    def pieces(self, template: str) -> list[Piece]:
        """Return the template with its tokens written out; each run knows its field."""
        out: list[Piece] = []
        at = 0
        for match in _TOKEN.finditer(template):
            if match.start() > at:
                out.append(Piece(template[at : match.start()]))
            out.extend(self._token(match[1], match[2], match[3] or ""))
            at = match.end()
        if at < len(template):
            out.append(Piece(template[at:]))
        return [piece for piece in out if piece.text]

    def _token(self, name: str, index: str, fmt: str) -> list[Piece]:  # noqa: PLR0911 - one return for each kind of token
        if name in _COMPOSITE:
            mi = f" {self.middle[0]}." if self.middle else ""
            return self.pieces(_COMPOSITE[name].replace("{mi}", mi).replace("{cred}", self.cred))
        if name == "dx":  # codes with their meaning, one after another
            runs: list[Piece] = []
            for number, (code, text) in enumerate(self.need.codes):
                runs += [Piece("; " if number else ""), Piece(code, "diagnosis.codes", part=True), Piece(f" {text}")]
            return runs
        if name in {"code", "desc"}:
            position = int(index or 0)
            if position >= len(self.need.codes):
                return []
            code, text = self.need.codes[position]
            return [Piece(code, "diagnosis.codes", part=True)] if name == "code" else [Piece(text)]
        pronoun = self._pronoun(name)
        if pronoun is not None:
            return [Piece(pronoun, "~sex")]
        if name in {"title", "sexword"}:
            male = self.sex == "male"
            text = ("Mr." if male else "Ms.") if name == "title" else self._sexword(male=male)
            return [Piece(text, "patient.sex")]
        return [Piece(self._written(name, fmt), FIELD[name], part=name in {"pfamily", "pgiven"})]

    def _sexword(self, *, male: bool) -> str:
        if self.age < 18:
            return "boy" if male else "girl"
        return ("man" if male else "woman") if self.age % 2 else ("male" if male else "female")

    def _pronoun(self, name: str) -> str | None:
        male = self.sex == "male"
        return {
            "he": "he" if male else "she",
            "He": "He" if male else "She",
            "his": "his" if male else "her",
            "His": "His" if male else "Her",
            "him": "him" if male else "her",
        }.get(name)

    def _written(self, name: str, fmt: str) -> str:
        if name in {"dob", "date"}:
            day = self.birth if name == "dob" else self.date
            text = day.strftime(_DATE_FORMATS.get(fmt, self.date_format))
            return text.upper() if fmt == "u" else text
        if name in {"phone", "rphone", "rfax"}:
            return self.number(getattr(self, name), fmt)
        if name == "sex":
            full = self.sex.capitalize()
            return full[0] if (fmt or self.sex_format) == "l" else (full.upper() if self.sex_format == "u" else full)
        plain = {"priority": self.priority_text, "spec": self.called, "codes": ", ".join(c for c, _ in self.need.codes)}
        text = plain.get(name) or str(getattr(self, name))
        if fmt == "u":
            return text.upper()
        return text[:1].upper() + text[1:] if fmt == "c" else text

    def number(self, digits: str, fmt: str = "") -> str:
        """Return a telephone number in this office's notation."""
        form = _PHONES[int(fmt)] if fmt.isdigit() else self.phone_format
        return form.format(digits[:3], digits[3:6], digits[6:])


class People:
    """Makes cases; everything follows from the seed."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._taken: set[str] = set()

    def case(
        self,
        *,
        specialty: str | tuple[str, ...] = (),
        ages: tuple[int, int] = (0, 120),
        referrer: Case | None = None,
        prefix: str = "",
    ) -> Case:
        """Return a new patient with a need of the specialties (empty: any); `referrer`: a case of the same office."""
        rng = self.rng
        need = self._need((specialty,) if isinstance(specialty, str) and specialty else tuple(specialty), ages)
        sex = need.sex or rng.choice(("female", "male"))
        low, high = max(ages[0], need.ages[0]), min(ages[1], need.ages[1])
        written = TODAY - timedelta(days=rng.randint(0, 75))
        birth = written - timedelta(days=rng.randint(low * 365 + 30, max(high, low + 1) * 365))
        town, near = rng.sample(words.TOWNS, 2)
        if rng.random() < 0.7:
            near = town
        payer, form = rng.choice(words.PAYERS)
        priority = rng.choices(("routine", "urgent", "stat", "asap"), (5, 3, 1, 1))[0]
        case = Case(
            rng=rng,
            need=need,
            given=self._given(sex),
            family=self._family(),
            middle=rng.choice("ABCDEFGHJKLMNPRSTW") if rng.random() < 0.4 else "",
            sex=sex,
            birth=birth,
            phone=self.phone(town[3]),
            line=self._street(),
            city=town[0],
            state=town[1],
            zip=self._zip(town[2]),
            mrn=prefix
            + self.fill(rng.choice(("#######", "########", "MR######", "E#######", "##-##-##", "@@#####", "00######"))),
            payer=payer,
            member=self.fill(form),
            auth=self.fill(
                rng.choice(("A#########", "##########", "AUTH-######", "R@#######", "VA00########", "2026######"))
            ),
            rgiven=self._given(rng.choice(("female", "male"))),
            rfamily=self._family(),
            cred=rng.choice(words.CREDS),
            rnpi=self.npi(),
            org=f"{rng.choice(words.ORG_HEADS)} {rng.choice(words.ORG_TAILS)}",
            rphone=self.phone(near[3]),
            rfax=self.phone(near[3]),
            pgiven=self._given(rng.choice(("female", "male"))),
            pfamily=self._family(),
            called=rng.choice(need.called),
            service=rng.choice(need.services),
            reason=rng.choice(need.reasons),
            priority=priority,
            date=written,
            area=near[3],
            other=self._bystanders(near, written),
            date_format=rng.choice(_DATES),
            phone_format=rng.choice(_PHONES[:7] if rng.random() < 0.3 else _PHONES[:3]),
            sex_format=rng.choice("lfu" if rng.random() < 0.3 else "lf"),
            priority_text=rng.choice(_PRIORITIES[priority]),
        )
        case.left_out = self._left_out()
        if referrer is not None:
            for name in (
                "rgiven",
                "rfamily",
                "cred",
                "rnpi",
                "org",
                "rphone",
                "rfax",
                "area",
                "other",
                "date_format",
                "phone_format",
                "date",
            ):
                setattr(case, name, getattr(referrer, name))
        return case

    def _left_out(self) -> set[str]:
        out = {name for name, share in _LEFT_OUT.items() if self.rng.random() < share}
        if {"codes", "reason"} <= out:
            out.discard(self.rng.choice(("codes", "reason")))
        return out

    def _need(self, wanted: tuple[str, ...], ages: tuple[int, int]) -> Need:
        fitting = [
            n
            for n in NEEDS
            if (n.specialty in wanted if wanted else n.specialty != "Oral and Maxillofacial Surgery")
            and n.ages[0] <= ages[1] - 1
            and n.ages[1] >= ages[0] + 1
        ]
        return self.rng.choice(fitting)

    # --- small things -------------------------------------------------------------------------------------------
    def phone(self, area: str) -> str:
        """Return ten digits with exchange 555 that no one else in the file has."""
        while True:
            number = f"{area}555{self.rng.randint(0, 9999):04d}"
            if number not in self._taken:
                self._taken.add(number)
                return number

    def npi(self) -> str:
        """Ten digits with a right check digit."""
        body = "1" + "".join(str(self.rng.randint(0, 9)) for _ in range(8))
        total = 24
        for place, char in enumerate(reversed(body)):
            digit = int(char) * (1 + (place + 1) % 2)
            total += digit // 10 + digit % 10
        return body + str(-total % 10)

    def person(self) -> str:
        """Return a full name."""
        return f"{self._given(self.rng.choice(('female', 'male')))} {self._family()}"

    def _given(self, sex: str) -> str:
        if self.rng.random() < 0.06:
            return self.rng.choice(words.DOUBLE_GIVEN_F if sex == "female" else words.DOUBLE_GIVEN_M)
        return self.rng.choice(words.FEMALE if sex == "female" else words.MALE)

    def _family(self) -> str:
        while True:
            name = self.rng.choice(words.DOUBLE_FAMILY) if self.rng.random() < 0.04 else self.rng.choice(words.FAMILY)
            if name not in self._taken:
                self._taken.add(name)
                return name

    def _street(self) -> str:
        rng = self.rng
        name = rng.choice(words.STREETS).replace("_", " ")
        side = rng.choice(("", "", "", "N. ", "W ", "South "))
        line = f"{rng.randint(2, 19999)} {side}{name} {rng.choice(words.STREET_KINDS)}"
        if rng.random() < 0.25:
            line += rng.choice((" Apt {}", ", Apt. {}", " #{}", " Unit {}", ", Lot {}")).format(rng.randint(1, 48))
        if rng.random() < 0.06:
            line = f"PO Box {rng.randint(11, 9800)}"
        return line

    def _zip(self, base: str) -> str:
        return base if self.rng.random() < 0.8 else f"{base}-{self.rng.randint(1001, 9899)}"

    def fill(self, form: str) -> str:
        """Return the form with # as digits and @ as letters."""
        letters = "ABCDEFGHJKMNPQRTUVWXY"
        return "".join(
            str(self.rng.randint(0, 9)) if c == "#" else self.rng.choice(letters) if c == "@" else c for c in form
        )

    def _bystanders(self, near: tuple[str, str, str, str], written: date) -> Bystanders:
        rng = self.rng

        def day(low: int, high: int) -> str:
            return (written - timedelta(days=rng.randint(low, high))).strftime("%m/%d/%Y")

        payer2, form2 = rng.choice(words.PAYERS)
        head = rng.choice(words.ORG_HEADS)
        office = f"{rng.randint(2, 9900)} {rng.choice(words.STREETS).replace('_', ' ')}"
        street = f"{rng.randint(2, 9900)} {rng.choice(words.STREETS).replace('_', ' ')}"
        return Bystanders(
            pcp=self.person(),
            pcp_npi=self.npi(),
            pcp_phone=self.phone(near[3]),
            group_npi=self.npi(),
            tax_id=self.fill("##-#######"),
            to_org=f"{head} {rng.choice(words.FACILITY_TAILS)}",
            to_phone=self.phone(near[3]),
            to_fax=self.phone(near[3]),
            to_addr=f"{street} Blvd, Suite {rng.randint(100, 480)}, {near[0]}, {near[1]} {near[2]}",
            emergency=self.person(),
            emergency_relation=rng.choice(words.RELATIONS),
            emergency_phone=self.phone(near[3]),
            subscriber=self.person(),
            subscriber_dob=day(9000, 26000),
            payer2=payer2,
            member2=self.fill(form2),
            payer_phone="800555" + self.fill("####"),
            payer_fax="888555" + self.fill("####"),
            group_no=self.fill("GRP####-##"),
            encounter=self.fill("#########"),
            claim=self.fill("WC-####-#####"),
            account=self.fill("######"),
            last_visit=day(3, 60),
            next_visit=day(-60, -5),
            pharmacy=rng.choice(words.PHARMACIES),
            pharmacy_phone=self.phone(near[3]),
            employer=rng.choice(words.EMPLOYERS),
            nurse=self.person(),
            other_doctor=self.person(),
            old_date=day(200, 2000),
            org_addr=f"{office} Ave, {near[0]}, {near[1]} {near[2]}",
            strip=self.phone(near[3]),
        )
