"""What offices print beside a value: common usage of American referral forms (data/labels.csv), of no one sample."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import Final

_PERSON = r"((?:[A-Z][\w'\u2019.-]*\s){1,3}[A-Z][\w'\u2019-]+)"
_SEEING = r"(?:[Tt]hank you for (?:seeing|evaluating)|[Rr]eferring|[Rr]efer|[Ss]end)(?: you)?(?: our| my)?"
_ABOUT = (
    r"regarding|because of|due to|on account of|evaluation of|(?:treatment|management|assessment) of|"
    r"concerns? (?:for|about)"
)
_URGENCY = r"(?:non-?)?urgent|routine|stat|expedited|elective|emergent"
#: Sentences that state a field without a label; group 1 is the value.
PROSE: Final = (
    (
        "patient.name",
        re.compile(rf"{_SEEING}(?: mutual)?(?: patient,?)?(?: Mrs?\.| Ms\.)? {_PERSON},? (?:an?|who|for|is)\b"),
    ),
    ("patient.sex", re.compile(r"(?:year|yr|y)[- /]?(?:old|o)\s+(?:\w+\s)?(male|female|man|woman|boy|girl|M|F)\b")),
    ("patient.birth_date", re.compile(r"(?:born(?: on)?|date of birth(?: is)?)\s+((?:\S+\s?){1,3})", re.IGNORECASE)),
    ("reason", re.compile(rf"\b(?:{_ABOUT}) ([^.;]{{8,160}})[.;]")),
    (
        "priority",
        re.compile(rf"\b({_URGENCY})(?= (?:referral|consult|request|basis|evaluation|visit)|ly\b)", re.IGNORECASE),
    ),
    ("requested.provider", re.compile(rf"\b[Dd]ear (?:Dr\.?|Doctor) {_PERSON}")),
)
#: Labels that need no colon, for they are nothing else.
UNMISTAKABLE: Final = frozenset({"dob", "d o b", "date of birth", "mrn", "npi"})
CREDENTIALS: Final = re.compile(r",?\s(?:MD|M\.D\.|DO|D\.O\.|NP|PA-C|PA|FNP(?:-C|-BC)?|APRN|DNP|DPM|CNM|ARNP|CNP)\b")
ORGANIZATION: Final = re.compile(
    r"\b(?:medicine|medical|clinic|associates|health|healthcare|physicians|practice|pediatrics|hospital|center|centre|"
    r"group|partners|primary care|internists|wellness|specialists|urgent care)\b",
    re.IGNORECASE,
)


def _rows(name: str) -> list[dict[str, str]]:
    table = files("homing.intake.extraction") / "data" / name
    return list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))


@cache
def lexicon() -> dict[str, tuple[str, str]]:
    """Return each label with the field it announces (`none`: a near miss) and the section it opens ("": none)."""
    rows = _rows("labels.csv")
    sections = {row["label"]: row["target"] for row in rows if row["kind"] == "section"}
    targets = {row["label"]: row["target"] for row in reversed(rows) if row["kind"] == "field"}
    return {label: (targets.get(label, "none"), sections.get(label, "")) for label in targets | sections}


@cache
def by_section() -> dict[tuple[str, str], str]:
    """Return what a label of kind `any` means in a section; what is not listed is nobody's we look for."""
    return {(row["label"], row["section"]): row["target"] for row in _rows("sections.csv")}
