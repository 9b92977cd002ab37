"""Sentences with {slots} as labelled runs, and text that flows over pages. Shared by the families of prose."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Final

from training.reading import banks
from training.reading.compose import Mark, Page, Printed, Run
from training.reading.facts import TODAY, Person
from training.reading.families import Sheet
from training.reading.families._phrases import known, phrases
from training.reading.families._sections import stamp, strip
from training.reading.fonts import HAND, Font

Text = list[Run | str]

#: "Mr." and "Ms." until it is known whether the page tells the sex otherwise.
TITLE: Final = "title"

_SLOT: Final = re.compile(r"\{(\w+)\}")
_CAPTION: Final = re.compile(
    r"(?:^|(?<=[\s(,;\[]))((?:DOB|D\.O\.B\.?|d\.o\.b\.|Date of birth|date of birth|MRN|NPI|Phone|phone|Tel|Fax|fax|ID|"
    r"Member ID|member ID|policy number|Chart|Patient ID|Patient|Sex|sex|Dx|Diagnosis|ICD-10|Insurance|Reason|Home|"
    r"Address|Priority|Requested|Authorization number|Authorization|auth|Prior auth|Nombre|Tel[eé]fono|group|"
    r"Fecha de nacimiento|Date of referral|Assessment|Cell|Re|Name)\s?(?:#|No\.?|no\.?|number)?\s?[:#.]?)\s*$"
)
_URGENCY: Final = re.compile(
    r"\b(as soon as possible|as soon as you can|at your earliest convenience|earliest available|next available|"
    r"first available|right away|immediately|expedited?|non-?urgent(?:ly)?|semi-urgent|urgent(?:ly)?(?! care)|"
    r"ASAP|STAT|emergent(?:ly)?|routine(?= referral| appointment| consult| priority| opening|[.;,)]|$)|same[- ]day|"
    r"high priority|low priority|lo antes posible|urgente|de rutina|rutinario|no urgency|routinely(?=[.,])|"
    r"elective(?= appointment| basis| referral|[.;])|standard(?= priority| request| referral)|earliest possible date|"
    r"in this week|immediate(?= evaluation)|emergency(?= referral)|"
    r"within (?:the next )?(?:\d+|one|two|three|four|six) (?:hours|days|weeks|week|months|month))\b",
    re.IGNORECASE,
)
_NO_URGENCY_IN: Final = re.compile(
    r"notify|destroy|disclos|since|presented|treated within|began|resolved|urgent care|emergency (?:dep|room)",
    re.IGNORECASE,
)
_CALM: Final = re.compile(r"routine|non-?urgent|no urgency|low priority|elective|standard|rutina", re.IGNORECASE)
_PRONOUNS: Final = {
    "he": {"male": "he", "female": "she", "other": "they"},
    "him": {"male": "him", "female": "her", "other": "them"},
    "his": {"male": "his", "female": "her", "other": "their"},
}


def phrase(sheet: Sheet, choices: Sequence[str]) -> str:
    """Return one of some phrases, of the part that is held out or of the other, that fits the case's urgency."""
    part = [one for one in choices if banks.is_held_out(one) == sheet.banks.held_out]
    found = ""
    for _ in range(6):
        found = sheet.rng.choice(part or choices)
        if _fits(found, sheet.case.priority):
            break
    return found


def worded(sheet: Sheet, topic: str, name: str = "") -> str:
    """Return a phrase on a topic, as often one of the bank `name` (the topic's own name, if none is told)."""
    name = name or topic
    if name in banks.names() and sheet.rng.random() < 0.5:
        return phrase(sheet, banks.lines(name))
    return phrase(sheet, phrases(topic))


def _fits(template: str, level: str) -> bool:
    urgent = _URGENCY.search(template)
    return urgent is None or (_CALM.search(template) is not None) == (level == "routine")


#: The bank of a topic, and what a sentence of that bank must have to be on the topic.
_BANKS: Final = {
    "opening": ("opening", "{patient}"),
    "named": ("facts", "{patient}"),
    "born": ("facts", "{dob}"),
    "sex": ("facts", "{sex_word}"),
    "phone": ("facts", "{phone}"),
    "address": ("facts", "{address}"),
    "mrn": ("facts", "{mrn}"),
    "coverage": ("facts", "{payer}"),
    "authorization": ("facts", "{auth}"),
    "service": ("facts", "{service}"),
    "diagnosis": ("facts", "{code}"),
    "date": ("facts", "{date}"),
    "pcp": ("facts", "{pcp}"),
    "priority": ("urgency", ""),
    "to": ("specialty_ask", ""),
    "sender": ("closing_contact", ""),
    "distractor": ("distractors", ""),
    "spanish": ("spanish", ""),
}


@cache
def _on(name: str, slot: str) -> tuple[str, ...]:
    """Return the sentences of a bank that have a slot and none unknown here; the word before a bar is its level."""
    if f"sentences/{name}" not in banks.names():
        return ()
    rest = (
        one.partition("|")[2] if " " not in one.partition("|")[0] else one for one in banks.lines(f"sentences/{name}")
    )
    return tuple(one for one in rest if slot in one and all(found.lower() in SLOTS for found in _SLOT.findall(one)))


def bank(sheet: Sheet, topic: str) -> str | None:
    """Return a sentence of the banks on a topic, if there is one."""
    name, slot = _BANKS.get(topic, (topic, ""))
    choices = _on(name, slot)
    if len(choices) < 2:
        return None
    found = phrase(sheet, choices)
    # Somebody seen on a day was not referred on that day: only facts tell the referral's date.
    return found.replace("{date}", "{other_date}") if name == "opening" else found


class Prose:
    """Fills templates from the facts of a case, each slot with its class."""

    def __init__(self, sheet: Sheet, *, case: Callable[[str], str] | None = None) -> None:
        self.sheet, self.rng, self.facts, self.note = sheet, sheet.rng, sheet.case, sheet.note
        self.case = case
        self._said: set[str] = set()
        self.style = self.rng.choice(("gf", "gf", "gmf", "gF"))

    def say(self, topic: str, *, own: float = 0.5) -> Text:
        """Return a sentence on a topic, of the banks or of our own phrases."""
        found = ""
        for _ in range(5):
            banked = bank(self.sheet, topic) if self.rng.random() >= own or not known(topic) else None
            found = banked or phrase(self.sheet, phrases(topic if known(topic) else "thanks"))
            if found not in self._said:
                break
        self._said.add(found)
        return self.fill(found)

    def tell(self, topics: Iterable[str], gap: str = " ") -> Text:
        """Return sentences on some topics behind each other."""
        made: Text = []
        for topic in topics:
            made += ([gap] if made else []) + self.say(topic)
        return made

    def fill(self, template: str) -> Text:
        """Return a template's text with its slots filled and its words of urgency labelled."""
        age = self.facts.age()
        if age < 2 and "{age}" in template:
            template = (
                template.replace("year", "month").replace("y/o", "m/o").replace("yo ", "mo ").replace("y.o.", "m.o.")
            )
        if age < 14 or self.facts.patient.sex == "other":
            template = template.replace("{title} {patient_last}", "{patient_first}").replace("{title} ", "")
        made: Text = []
        at = 0
        for slot in _SLOT.finditer(template):
            before = template[at : slot.start()]
            made += self.plain(before, captions=True)
            name = slot.group(1)
            if name == "other_person" and _is_doctor(before, template[slot.end() :]):
                name = "other_doctor"
            found = self._slot(name, self._begins(template[: slot.start()]))
            made += _unended(found) if template[slot.end() :] else found
            at = slot.end()
        made += self.plain(template[at:])
        return self.cased(made)

    def plain(self, text: str, *, captions: bool = False) -> Text:
        """Return text without slots; words of urgency and a caption at its end have their class."""
        made: Text = []
        caption = _CAPTION.search(text) if captions else None
        body = text[: caption.start(1)] if caption else text
        at = 0
        for found in [] if _NO_URGENCY_IN.search(body) else list(_URGENCY.finditer(body)):
            made += [body[at : found.start()], Run(found.group(), "priority")]
            at = found.end()
        made.append(body[at:])
        if caption:
            made += [Run(caption.group(1), "label"), text[caption.end(1) :]]
        return [one for one in made if one]

    def cased(self, runs: Text) -> Text:
        """Return runs as this writer's capitals are."""
        if self.case is None:
            return runs
        return [Run(self.case(one.text), one.label) if isinstance(one, Run) else self.case(one) for one in runs]

    @staticmethod
    def _begins(before: str) -> bool:
        return not before.strip() or before.rstrip()[-1] in ".!?:("

    def _slot(self, slot: str, begins: bool) -> Text:  # noqa: FBT001
        made = SLOTS[slot.lower()](self) if slot.lower() in SLOTS else []
        first = made[0] if made else ""
        text = first.text if isinstance(first, Run) else first
        if slot[0].isupper() or (begins and slot in _PRONOUNS):
            text = text[:1].upper() + text[1:]
        elif slot == "reason" and not begins:
            text = lowered(text)
        return [Run(text, first.label) if isinstance(first, Run) else text, *made[1:]] if made else []

    def patient(self, style: str = "") -> Text:
        """Return the patient's name."""
        return self.note.name(self.facts.patient, "patient.family", "patient.given", style=style or self.style)

    def title(self) -> Text:
        """Return Mr. or Ms."""
        words = {"male": ["Mr.", "Mr.", "Mr"], "female": ["Ms.", "Mrs.", "Ms", "Ms."], "other": ["Mx."]}
        sex = self.facts.patient.sex
        return [Run(self.rng.choice(words[sex]), None if sex == "other" else TITLE)]

    def age(self) -> Text:
        """Return the age in years, of infants in months."""
        age = self.facts.age()
        if age < 2:
            age = max((TODAY - self.facts.patient.birth_date).days // 30, 1)
        return [Run(str(age), "patient.age")]

    def sex_word(self) -> Text:
        """Return man, woman and so on."""
        sex, age = self.facts.patient.sex, self.facts.age()
        if sex == "other":
            return ["person" if age > 12 else "child"]
        words = ["male", "man", "gentleman", "male"] if sex == "male" else ["female", "woman", "lady", "female"]
        if age < 15:
            words = ["male", "boy"] if sex == "male" else ["female", "girl"]
        return [Run(self.rng.choice(words), "patient.sex")]

    def other_date(self) -> Text:
        """Return a date that is not the referral's."""
        return [self.note.date(self.rng.choice(list(self.facts.dates.values())), "other.date")]

    def other_phone(self) -> Text:
        """Return somebody else's telephone number."""
        facts = self.facts
        digits = self.rng.choice((facts.emergency_phone, facts.pcp.phone, facts.pharmacy_phone, facts.other.phone))
        return [self.note.phone(digits, "other.phone")]

    def medications(self) -> Text:
        """Return some medications."""
        names = [self.sheet.banks.pick("medications") for _ in range(self.rng.randint(1, 4))]
        return [Run(", ".join(names), "history")]

    def year(self) -> Text:
        """Return a year long ago."""
        return [str(self.rng.randint(1995, 2025))]

    def month(self) -> Text:
        """Return month and year."""
        day = TODAY - timedelta(days=self.rng.randint(60, 2000))
        return [Run(day.strftime(self.rng.choice(("%B %Y", "%m/%Y", "%b %Y"))), "other.date")]

    def codes(self) -> Text:
        """Return all diagnosis codes."""
        made: Text = []
        last = len(self.facts.codes) - 1
        for index, (code, _) in enumerate(self.facts.codes):
            made += ([" and " if index == last else ", "] if index else []) + [Run(code, "diagnosis.codes")]
        return made

    def doctor(self, who: Person, credential: str, label: str) -> Text:
        """Return a clinician's name as in a sentence, its credential behind it or a title before it."""
        name = "".join(
            one if isinstance(one, str) else one.text
            for one in self.note.name(who, label, label, style=self.rng.choice(("gf", "gf", "gmf")))
        )
        if self.rng.random() < 0.6:
            return [self.rng.choice(("Dr. ", "Dr. ", "Dr ")), Run(name, label)]
        return [Run(name, label), self.rng.choice((", ", " ")) + credential]

    def referrer(self) -> Text:
        """Return the sender's name as in a sentence."""
        who = self.facts.referrer
        name = self.note.name(who.person, "referrer.family", "referrer.given", style=self.rng.choice(("gf", "gmf")))
        if self.rng.random() < 0.5:
            return [Run("Dr.", "referrer.credential"), " ", *name]
        return [*name, ", ", Run(who.credential, "referrer.credential")]


def _is_doctor(before: str, after: str) -> bool:
    return before.endswith(("Dr. ", "Dr ", "physician: ")) or after.startswith((", MD", ", NP", ", PA", " MD", ", DO"))


def _unended(runs: Text) -> Text:
    """Return runs without a full stop at their end: the sentence goes on."""
    if runs and isinstance(runs[-1], Run) and runs[-1].label in {"reason", "requested.service", "diagnosis.text"}:
        return [*runs[:-1], Run(runs[-1].text.rstrip("."), runs[-1].label)]
    return runs


def lowered(text: str) -> str:
    """Return text with a small first letter, unless its first word is an abbreviation or a name."""
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if len(first) > 1 and first[1:].islower() and first not in _PROPER else text


_PROPER: Final = frozenset(
    {
        "Parkinson's",
        "Crohn's",
        "Raynaud's",
        "Alzheimer's",
        "Graves",
        "Sjogren's",
        "Bell's",
        "Achilles",
        "Dupuytren's",
        "Hashimoto's",
        "Barrett's",
        "Lyme",
        "Marfan",
        "Down",
    }
)


def _pick(name: str) -> Callable[[Prose], Text]:
    return lambda p: [p.sheet.banks.pick(name)]


#: What each slot of a sentence stands for.
SLOTS: Final[dict[str, Callable[[Prose], Text]]] = {
    "patient": lambda p: p.patient(),
    "patient_last": lambda p: [Run(p.facts.patient.family, "patient.family")],
    "patient_family": lambda p: [Run(p.facts.patient.family, "patient.family")],
    "patient_first": lambda p: [Run(p.facts.patient.given, "patient.given")],
    "title": lambda p: p.title(),
    "he": lambda p: [_PRONOUNS["he"][p.facts.patient.sex]],
    "him": lambda p: [_PRONOUNS["him"][p.facts.patient.sex]],
    "his": lambda p: [_PRONOUNS["his"][p.facts.patient.sex]],
    "age": lambda p: p.age(),
    "dob": lambda p: [p.note.date(p.facts.patient.birth_date, "patient.birth_date", birth=True)],
    "sex_word": lambda p: p.sex_word(),
    "phone": lambda p: [p.note.phone(p.facts.phone, "patient.phone")],
    "work_phone": lambda p: [p.note.phone(p.facts.other_phone, "patient.other_phone")],
    "address": lambda p: p.note.address(p.facts.address, "patient"),
    "mrn": lambda p: [Run(p.facts.mrn, "patient.mrn")],
    "payer": lambda p: [Run(p.facts.coverage.payer, "coverage.payer")],
    "plan": lambda p: [Run(p.facts.coverage.plan, "coverage.plan")],
    "member_id": lambda p: [Run(p.facts.coverage.member_id, "coverage.member_id")],
    "group": lambda p: [Run(p.facts.coverage.group, "coverage.group")],
    "payer_phone": lambda p: [p.note.phone(p.facts.coverage.phone, "payer.phone")],
    "secondary_payer": lambda p: [Run(p.facts.secondary.payer, "secondary.payer")],
    "secondary_id": lambda p: [Run(p.facts.secondary.member_id, "secondary.member_id")],
    "auth": lambda p: [Run(p.facts.authorization, "authorization.number")],
    "referrer": lambda p: p.referrer(),
    "org": lambda p: [Run(p.facts.referrer.organization, "referrer.organization")],
    "npi": lambda p: [Run(p.facts.referrer.npi, "referrer.npi")],
    "ref_phone": lambda p: [p.note.phone(p.facts.referrer.phone, "referrer.phone")],
    "ref_fax": lambda p: [p.note.phone(p.facts.referrer.fax, "referrer.fax")],
    "recipient": lambda p: p.doctor(p.facts.recipient.person, p.facts.recipient.credential, "requested.provider"),
    "recipient_last": lambda p: [Run(p.facts.recipient.person.family, "requested.provider")],
    "recipient_phone": lambda p: [p.note.phone(p.facts.recipient.phone, "recipient.phone")],
    "recipient_fax": lambda p: [p.note.phone(p.facts.recipient.fax, "recipient.fax")],
    "recipient_org": lambda p: [Run(p.facts.recipient.organization, "recipient.organization")],
    "specialty": lambda p: [Run(p.facts.destination, "requested.specialty")],
    "service": lambda p: [Run(p.facts.service, "requested.service")],
    "service_lower": lambda p: [Run(lowered(p.facts.service), "requested.service")],
    "reason": lambda p: [Run(p.facts.reason, "reason")],
    "dx": lambda p: [Run(p.facts.codes[0][1], "diagnosis.text")],
    "dx_lower": lambda p: [Run(lowered(p.facts.codes[0][1]), "diagnosis.text")],
    "code": lambda p: [Run(p.facts.codes[0][0], "diagnosis.codes")],
    "codes": lambda p: p.codes(),
    "priority": lambda p: list(_runs(p.note.value("priority", p.facts))),
    "date": lambda p: [p.note.date(p.facts.referral_date, "referral.date")],
    "pcp": lambda p: p.doctor(p.facts.pcp.person, p.facts.pcp.credential, "other.provider"),
    "other_provider": lambda p: p.doctor(p.facts.other.person, p.facts.other.credential, "other.provider"),
    "other_org": lambda p: [Run(p.facts.other.organization, "other.organization")],
    "other_npi": lambda p: [Run(p.facts.pcp.npi, "other.npi")],
    "other_id": lambda p: [Run(p.facts.visit_number, "other.id")],
    "other_person": lambda p: [Run(f"{p.facts.emergency.given} {p.facts.emergency.family}", "other.person")],
    "other_doctor": lambda p: [Run(f"{p.facts.other.person.given} {p.facts.other.person.family}", "other.provider")],
    "other_phone": lambda p: p.other_phone(),
    "other_date": lambda p: p.other_date(),
    "relation": lambda p: [p.facts.emergency_relation.lower()],
    "month_year": lambda p: p.month(),
    "year": lambda p: p.year(),
    "pharmacy": lambda p: [Run(p.facts.pharmacy, "other.organization")],
    "language": _pick("languages"),
    "medications": lambda p: p.medications(),
    "bp": lambda p: [f"{p.rng.randint(98, 178)}/{p.rng.randint(55, 102)}"],
    "pulse": lambda p: [str(p.rng.randint(52, 110))],
    "weight": lambda p: [str(p.rng.randint(95, 320))],
    "digit": lambda p: [str(p.rng.randint(1, 9))],
}  # fmt: skip


def _runs(made: Sequence[Run | str]) -> Iterable[Run | str]:
    return made


class Flow:
    """Text that runs down a page and over to the next ones."""

    def __init__(
        self, sheet: Sheet, page: Page, *, left: float, width: float, y: float, bottom: float, font: Font
    ) -> None:
        self.sheet, self.rng, self.pages, self.page = sheet, sheet.rng, [page], page
        self.left, self.width, self.y, self.bottom, self.font = left, width, y, bottom, font
        self.leading = self.rng.uniform(1.1, 1.5)
        self.gap = font.size * self.rng.choice((0.3, 0.6, 0.9, 1.1))
        self.head: Callable[[Page, int], float] | None = None
        self.top = self.rng.uniform(30, 80)

    def para(
        self,
        runs: Text | str,
        *,
        font: Font | None = None,
        x: float = 0.0,
        first: float = 0.0,
        align: str = "left",
        gap: float | None = None,
        indent: float = 0.0,
    ) -> None:
        """Write a paragraph, on the next page what does not fit."""
        if not runs:
            return
        font = font or self.font
        start = len(self.page.words)
        at = self.left + x
        # The first line's indent is white space of its own: a run of spaces prints nothing, so it is moved in.
        y = self.page.write(
            at + first,
            self.y,
            runs,
            font,
            width=self.width - x - first,
            indent=indent - first,
            leading=self.leading,
            align=align,
        )
        self.y = y + (self.gap if gap is None else gap)
        if y > self.bottom:
            self._spill(start, font)

    def _spill(self, start: int, font: Font) -> None:
        late = [one for one in self.page.words[start:] if one.box[3] > self.bottom]
        if not late:
            return
        del self.page.words[len(self.page.words) - len(late) :]
        top, left = late[0].box[1], self.left
        self.next_page()
        for one in late:
            x0, y0, x1, y1 = one.box
            one.box = (x0 - left + self.left, y0 - top + self.y, x1 - left + self.left, y1 - top + self.y)
        begins = len(self.page.words)
        self.page.words += late
        self.y = max(one.box[1] for one in late) + font.size * self.leading + self.gap
        if self.y > self.bottom and late[0].box[3] < self.bottom:
            self._spill(begins, font)

    def next_page(self) -> None:
        """Begin the next page, with a running head where there is one."""
        old = self.page
        self.page = Page(old.rng, old.font, old.kind, old.document_kind)
        self.pages.append(self.page)
        self.y = self.head(self.page, len(self.pages)) if self.head else self.top
        self.bottom = max(self.bottom, 720.0)

    def need(self, height: float) -> None:
        """Go to the next page unless so much is left on this one."""
        if self.y + height > self.bottom:
            self.next_page()

    def skip(self, lines: float = 1.0) -> None:
        """Leave lines empty."""
        self.y += self.font.size * self.leading * lines


def finish(sheet: Sheet, pages: list[Page]) -> list[Page]:
    """Let Mr. and Ms. tell the sex where nothing else on the page does; add what fax machines and clerks add."""
    for page in pages:
        if sheet.often(0.15):
            strip(sheet, page)
        if sheet.often(0.08):
            stamp(sheet, page)
        page.words = [one for one in page.words if one.box[3] < page.height - 4 and one.box[0] < page.width - 12]
        for word in page.words:
            _narrow(word, page.width - 4)
        told = any(mark.label == "patient.sex" for word in page.words for mark in word.marks)
        for word in page.words:
            if any(mark.label == TITLE for mark in word.marks):
                word.marks = _settled(word, drop=told)
    return pages


def maybe(rng: random.Random, *runs: Run | str, share: float = 0.5) -> Text:
    """Return the runs in `share` of the calls, else nothing."""
    return list(runs) if rng.random() < share else []


def _narrow(word: Printed, right: float) -> None:
    """Make a word smaller that would leave the page."""
    x0, y0, x1, y1 = word.box
    if x1 > right:
        word.font = word.font.sized(max(word.font.size * (right - x0) / (x1 - x0), 2.0))
        word.box = (x0, y0, right, y1)


def _settled(word: Printed, *, drop: bool) -> tuple[Mark, ...]:
    kept = [one for one in word.marks if not (drop and one.label == TITLE)]
    return tuple(replace(one, label="patient.sex") if one.label == TITLE else one for one in kept)


def script(sheet: Sheet, size: float) -> Font:
    """Return a font of handwriting."""
    return sheet.hand.sized(size) if sheet.hand else Font(sheet.rng.choice(HAND), size, hand=True)
