"""What documents that are no referral are made of: their words, who sends them, and the classes they must not have."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from training.reading.compose import Mark, Page, Run, Runs
from training.reading.facts import Case, Provider, phone
from training.reading.families import Sheet
from training.reading.families._parts import Entry, Flow, Look, fit
from training.reading.families._prose import Prose, Text, phrase
from training.reading.families._sections import choice
from training.reading.fonts import Font

_FOLDER: Final = Path(__file__).with_name("outside_words")
_TOPIC: Final = re.compile(r"\[([\w.]+)\]")
_OWN_SLOT: Final = re.compile(r"\{(time|money|num|drug|finding|hist|hcpcs|pages|dose|cpt|form|word|surname|city)\}")
#: What these classes are where nobody is referred; None: nothing of interest.
_SETTLED: Final[dict[str, str | None]] = {
    "referrer.family": "other.provider",
    "referrer.given": "other.provider",
    "referrer.credential": None,
    "referrer.npi": "other.npi",
    "referrer.organization": "other.organization",
    "referrer.phone": "other.phone",
    "referrer.fax": "other.phone",
    "referrer.address": "other.address",
    "recipient.organization": "other.organization",
    "recipient.phone": "other.phone",
    "recipient.fax": "other.phone",
    "recipient.address": "other.address",
    "recipient.npi": "other.npi",
    "requested.provider": "other.provider",
    "requested.specialty": None,
    "requested.service": None,
    "priority": None,
    "reason": "history",
    "referral.date": "other.date",
    "title": None,
}


@cache
def words(kind: str) -> dict[str, tuple[str, ...]]:
    """Return the lines of a kind by topic."""
    found: dict[str, list[str]] = {}
    topic = ""
    for line in (_FOLDER / f"{kind}.txt").read_text(encoding="utf-8").splitlines():
        if begins := _TOPIC.fullmatch(line):
            topic = begins.group(1)
        elif line:
            found.setdefault(topic, []).append(line)
    return {name: tuple(lines) for name, lines in found.items()}


def settle(pages: list[Page], kind: str, document_kind: str) -> list[Page]:
    """Make pages those of a document of a kind: whoever wrote it refers nobody."""
    for page in pages:
        page.kind, page.document_kind = kind, document_kind
        for word in page.words:
            if word.marks:
                word.marks = tuple(_marks(word.marks, document_kind))
    return pages


def _marks(marks: Sequence[Mark], document_kind: str) -> list[Mark]:
    made = []
    for mark in marks:
        keeps = mark.label == "requested.service" and document_kind == "authorization"
        label = mark.label if keeps else _SETTLED.get(mark.label, mark.label)
        if label is not None:
            made.append(mark if label == mark.label else replace(mark, label=label))
    return made


def sent_by(sheet: Sheet, kind: str) -> Sheet:
    """Return the sheet of a case whose sender is one of those who send documents of a kind."""
    case, rng = sheet.case, sheet.rng
    case = replace(case, pharmacy=_named(sheet, case.pharmacy, case.other))
    sheet = replace(sheet, case=case)
    people = [case.referrer, case.recipient, case.other, case.pcp]
    sender, to, third, doctor = rng.sample(people, 4) if rng.random() < 0.7 else people
    names = words(kind).get("from", ())
    if names and sheet.often(0.75):
        name = _named(sheet, phrase(sheet, names), sender)
        sender = replace(sender, organization=name)
    return replace(sheet, case=_cast(case, sender, to, third, doctor))


def _cast(case: Case, sender: Provider, to: Provider, third: Provider, doctor: Provider) -> Case:
    return replace(case, referrer=sender, recipient=to, other=third, pcp=doctor)


def _named(sheet: Sheet, name: str, who: Provider) -> str:
    case = sheet.case
    for slot, value in (
        ("{surname}", sheet.banks.pick("surnames")),
        ("{city}", who.address.city),
        ("{CITY}", who.address.city.upper()),
        ("{n}", str(sheet.rng.randint(10, 9999))),
        ("{word}", sheet.banks.pick("org_words")),
        ("{pharmacy}", case.pharmacy),
        ("{payer}", case.coverage.payer),
    ):
        name = name.replace(slot, value)
    return name


def _money(rng: random.Random) -> str:
    return f"${rng.choice((rng.uniform(5, 90), rng.uniform(90, 4000))):,.2f}"


def _time(rng: random.Random) -> str:
    minute, half = rng.choice(("00", "15", "30", "45", "10", "20")), rng.choice((" AM", " PM", "am", "p"))
    return f"{rng.randint(1, 12)}:{minute}{half}"


_OWN: Final[dict[str, Callable[[Sheet], str]]] = {
    "time": lambda s: _time(s.rng),
    "money": lambda s: _money(s.rng),
    "num": lambda s: str(s.rng.choice((1, 2, 3, 4, 5, 7, 10, 12, 14, 15, 20, 30, 45, 60, 90))),
    "pages": lambda s: str(s.rng.randint(1, 40)),
    "drug": lambda s: s.banks.pick("medications"),
    "dose": lambda s: s.rng.choice(("1 tab daily", "take 1 tablet by mouth twice a day", "1 puff bid", "as directed")),
    "finding": lambda s: s.banks.pick("imaging_findings"),
    "hist": lambda s: s.banks.pick("sentences/history"),
    "hcpcs": lambda s: f"{s.rng.choice('AEKL')}{s.rng.randint(100, 9999):04d}",
    "cpt": lambda s: str(s.rng.randint(10021, 99499)),
    "form": lambda s: f"{s.rng.choice(('CMS', 'DWC', 'SSA', 'Form', 'MA', 'F'))}-{s.rng.randint(100, 9999)}",
    "word": lambda s: s.banks.pick("org_words"),
    "surname": lambda s: s.banks.pick("surnames"),
    "city": lambda s: s.case.other.address.city,
}


class Writer:
    """Writes a document of a kind in some style."""

    def __init__(self, sheet: Sheet, kind: str) -> None:
        self.kind = kind
        self.sheet = sent_by(sheet, kind)
        self.rng = sheet.rng
        self.prose = Prose(self.sheet)
        self._said: set[str] = set()

    def has(self, topic: str) -> bool:
        """Tell whether there are words on a topic."""
        return topic in words(self.kind)

    def line(self, topic: str) -> str:
        """Return a line on a topic as it stands in the file, mostly one not told yet."""
        found = ""
        for _ in range(4):
            found = phrase(self.sheet, words(self.kind)[topic])
            if found not in self._said:
                break
        self._said.add(found)
        return found

    def fill(self, template: str) -> Text:
        """Return a template filled."""
        text = _OWN_SLOT.sub(lambda found: _OWN[found.group(1)](self.sheet), template)
        return self.prose.fill(text.replace("\\n", "\n"))

    def say(self, topic: str, fallback: str = "say") -> Text:
        """Return a filled line on a topic."""
        return self.fill(self.line(topic if self.has(topic) else fallback))

    def tell(self, topic: str, low: int, high: int) -> Text:
        """Return some lines behind each other."""
        made: Text = []
        for _ in range(self.rng.randint(low, high)):
            made += ([" "] if made else []) + self.say(topic)
        return made

    def title(self) -> Text:
        """Return what stands on top."""
        if self.rng.random() < 0.25:
            return [self.sheet.banks.kind(self.kind, "title")]
        found = self.say("title")
        if self.rng.random() < 0.3:
            return [Run(one.text.upper(), one.label) if isinstance(one, Run) else one.upper() for one in found]
        return found

    def caption(self, words: str) -> Run:
        """Return the caption of a field."""
        return Run(self.sheet.note.label_case(words) + self.sheet.note.label_end, "label")

    def fields(self, count: int, blank: float) -> list[Entry]:
        """Return fields of this kind: `caption|value` in the file; some are left blank."""
        lines = words(self.kind).get("field", ())
        lines = tuple(self.rng.sample(lines, min(count, len(lines))))
        made = []
        for line in lines:
            caption, _, value = line.partition("|")
            filled: Runs = () if not value or self.sheet.often(blank) else self.fill(value)
            made.append(Entry((self.caption(caption),), filled, long=len(value) > 40))
        return made

    def ticks(self, count: int) -> list[Entry]:
        """Return groups of boxes: `caption|box|box` in the file."""
        lines = words(self.kind).get("tick", ())
        made = []
        for line in self.rng.sample(lines, min(count, len(lines))):
            caption, *boxes = line.split("|")
            label = (self.caption(caption),) if caption else ()
            ticked = self.rng.randint(-1, len(boxes) - 1)
            made.append(Entry(label, options=choice(self.sheet, boxes, ticked, None)))
        return made

    def tel(self) -> Run:
        """Return somebody's telephone number."""
        return self.sheet.note.phone(phone(self.rng), "other.phone")


def table(
    flow: Flow, heads: Sequence[str], rows: Sequence[Sequence[Runs | str]], how: Look, shares: Sequence[float]
) -> None:
    """Draw a table; `shares` are the columns' parts of the width."""
    rng = flow.sheet.rng
    grid, under, size = rng.random() < 0.35, rng.random() < 0.4, rng.uniform(0.8, 1.0)
    plain = how.value.sized(max(how.value.size * size, 6.0))
    total = sum(shares)
    if rng.random() < 0.9:
        flow.put(_cells(heads, [share / total for share in shares], how.label.bolder(), grid=grid, under=True))
    step = rng.uniform(0.0, 5.0)
    for row in rows:
        flow.put(_cells(row, [share / total for share in shares], plain, grid=grid, under=under))
        flow.skip(0.0 if grid else step)


def _cells(
    row: Sequence[Runs | str], shares: Sequence[float], font: Font, *, grid: bool, under: bool
) -> Callable[[Page, float, float, float], float]:
    def draw(page: Page, x: float, y: float, width: float) -> float:
        at, low = x, y + font.size * 1.2
        for one, share in zip(row, shares, strict=False):
            room = width * share - 5.0
            if one:
                low = max(low, page.write(at + 2.0, y + 1.0, one, fit(font, one, room), width=room))
            at += width * share
        if grid:
            at = x
            for share in shares:
                page.frame(at, y, at + width * share, low)
                at += width * share
        elif under:
            page.rule(x, low, x + width, low, 0.4)
        return low + (0.0 if grid else 1.0)

    return draw
