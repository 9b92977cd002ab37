"""What is no referral: results, notes, requests, notices, advertisements. Alone, or attached to a referral."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from training.reading.compose import Page, Run, Runs
from training.reading.facts import identifier
from training.reading.families import Sheet, family

_IDENTITY: Final = (
    "patient.name",
    "patient.birth_date",
    "patient.sex",
    "patient.mrn",
    "patient.phone",
    "patient.age",
    "patient.address",
    "visit_number",
)
_ORDERED: Final = (
    "Ordering provider",
    "Ordered by",
    "Requesting physician",
    "Provider",
    "Physician",
    "Attending",
    "Ordering MD",
    "Referring",
    "Client",
    "Authorizing provider",
    "Prescriber",
)
_DONE: Final = (
    "Collected",
    "Date of exam",
    "Exam date",
    "Received",
    "Reported",
    "Date of service",
    "DOS",
    "Visit date",
    "Date",
    "Printed",
    "Study date",
    "Specimen collected",
    "Encounter date",
    "Admit date",
    "Result date",
)
_LEFT, _RIGHT, _LOW = 54.0, 558.0, 735.0


class Drawing:
    """Draws one such page from top to bottom."""

    def __init__(self, sheet: Sheet, kind: str, document_kind: str) -> None:
        self.sheet, self.rng, self.case, self.note = sheet, sheet.rng, sheet.case, sheet.note
        self.document_kind = document_kind
        self.pages = [sheet.page(kind, document_kind)]
        self.y = self.rng.uniform(24, 60)
        self.left = self.rng.uniform(36, 72)
        self.width = 612 - 2 * self.left

    @property
    def page(self) -> Page:
        """The page that is drawn on."""
        return self.pages[-1]

    def room(self, high: float) -> None:
        """Go to a new page where `high` points are not left."""
        if self.y + high > _LOW:
            self.pages.append(self.sheet.page(self.pages[0].kind, self.document_kind))
            self.y = self.rng.uniform(24, 50)
            if self.sheet.often(0.7):
                self.line(
                    [
                        *self.note.value("patient.name", self.case),
                        "   DOB ",
                        *self.note.value("patient.birth_date", self.case),
                        f"   page {len(self.pages)}",
                    ]
                )

    def line(
        self, runs: Runs | str, *, bold: bool = False, size: float = 1.0, align: str = "left", gap: float = 2.0
    ) -> None:
        """Write a line or a paragraph."""
        self.room(16)
        font = self.page.font.sized(self.page.font.size * size)
        self.y = (
            self.page.write(self.left, self.y, runs, font.bolder() if bold else font, width=self.width, align=align)
            + gap
        )

    def head(self) -> None:
        """Write who sends this: a laboratory, a hospital, another practice, a pharmacy, a payer."""
        who = self.rng.choice((self.case.other, self.case.recipient, self.case.pcp))
        name = {"refill_request": self.case.pharmacy, "authorization": self.case.coverage.payer}.get(
            self.document_kind, who.organization
        )
        align = self.rng.choice(("left", "left", "center"))
        if self.sheet.often(0.9):
            self.line(
                [Run(name, "other.organization")],
                bold=self.sheet.often(0.6),
                size=self.rng.uniform(1.0, 1.6),
                align=align,
            )
        if self.sheet.often(0.6):
            self.line(self.note.address(who.address, "other.address"), size=0.9, align=align)
        if self.sheet.often(0.6):
            self.line(
                [
                    "Phone ",
                    self.note.phone(who.phone, "other.phone"),
                    "   Fax ",
                    self.note.phone(who.fax, "other.phone"),
                ],
                size=0.9,
                align=align,
            )
        self.y += self.rng.uniform(2, 14)

    def title(self) -> None:
        """Write what it is."""
        words = self.sheet.banks.kind(self.document_kind, "title")
        self.line(
            words.upper() if self.sheet.often(0.3) else words,
            bold=True,
            size=self.rng.uniform(1.0, 1.7),
            align=self.rng.choice(("left", "center")),
        )
        self.y += self.rng.uniform(0, 10)

    def identity(self, share: float = 0.97) -> None:
        """Write who the patient is: in columns, one below the other, in one line, or in a sentence."""
        if not self.sheet.often(share):
            return
        items = ["patient.name", "patient.birth_date", *self.rng.sample(_IDENTITY[2:], self.rng.randint(0, 4))]
        entries: list[Runs] = [[self.note.label(item), " ", *self.note.value(item, self.case)] for item in items]
        if self.sheet.often(0.6):
            entries.append(
                [Run(f"{self.rng.choice(_ORDERED)}:", "label"), " ", *self.note.provider(self.case.referrer, "other")]
            )
        entries += [self._day() for _ in range(self.rng.randint(0, 3))]
        if self.sheet.often(0.3):
            self.rng.shuffle(entries)
        style = self.rng.choice(("columns", "list", "line", "columns"))
        if style == "line":
            self.line([part for entry in entries for part in (*entry, "   ")])
        elif style == "list":
            for entry in entries:
                self.line(entry, gap=0)
        else:
            self._columns(entries)
        self.y += self.rng.uniform(4, 16)

    def _day(self) -> Runs:
        day = self.rng.choice(list(self.case.dates.values()))
        return [Run(f"{self.rng.choice(_DONE)}:", "label"), " ", self.note.date(day, "other.date")]

    def _columns(self, entries: list[Runs]) -> None:
        count = self.rng.choice((2, 2, 3))
        wide = self.width / count
        for start in range(0, len(entries), count):
            self.room(30)
            below = [
                self.page.write(self.left + index * wide, self.y, entry, width=wide - 8)
                for index, entry in enumerate(entries[start : start + count])
            ]
            self.y = max(below)

    def phrases(self, low: int, high: int) -> None:
        """Write phrases of its kind."""
        for _ in range(self.rng.randint(low, high)):
            self.line(self._filled(self.sheet.banks.kind(self.document_kind, "body")), gap=self.rng.uniform(0, 8))

    def _filled(self, words: str) -> str:
        return words.replace("{", "").replace("}", "")

    def signed(self) -> None:
        """Write who signed."""
        self.room(60)
        self.y += self.rng.uniform(4, 30)
        words = self.rng.choice(
            (
                "Electronically signed by ",
                "Signed: ",
                "Dictated by ",
                "Sincerely,\n",
                "Interpreted by: ",
                "/s/ ",
                "Thank you,\n",
            )
        )
        who = self.rng.choice((self.case.recipient, self.case.other))
        day: list[Run | str] = ["  ", self.note.date(self.case.dates["signed"], "other.date")]
        self.line([words, *self.note.provider(who, "other"), *(day if self.sheet.often(0.6) else [])])


def _lab(d: Drawing) -> None:
    columns = [d.left, d.left + d.width * 0.4, d.left + d.width * 0.55, d.left + d.width * 0.7, d.left + d.width * 0.86]
    heads = d.rng.choice(
        (
            ("Test", "Result", "Flag", "Reference Range", "Units"),
            ("COMPONENT", "VALUE", "", "REF RANGE", "UNITS"),
            ("Analyte", "Your Value", "H/L", "Normal", ""),
        )
    )
    for x, head in zip(columns, heads, strict=True):
        d.page.write(x, d.y, head, d.page.font.bolder())
    d.y += d.page.font.size * 1.5
    for _ in range(d.rng.randint(4, 24)):
        d.room(16)
        name, unit, span, low, high = d.sheet.banks.pick("lab_tests").split("|")
        value = _value(d, low, high)
        flag = d.rng.choice(("", "", "", "H", "L", "High", "*"))
        for x, cell in zip(columns, (name, value, flag, span, unit), strict=True):
            d.page.write(x, d.y, cell, width=d.width * 0.38)
        d.y += d.page.font.size * d.rng.uniform(1.2, 1.6)
    if d.sheet.often(0.5):
        d.phrases(1, 3)


def _value(d: Drawing, low: str, high: str) -> str:
    try:
        least, most = float(low), float(high)
    except ValueError:
        return d.rng.choice(("Negative", "Nonreactive", "Positive", "Not detected", "SEE NOTE"))
    return f"{d.rng.uniform(least * 0.8, most * 1.2):.1f}"


def _imaging(d: Drawing) -> None:
    for head in d.rng.sample(
        ("EXAM", "TECHNIQUE", "COMPARISON", "CLINICAL INDICATION", "HISTORY"), d.rng.randint(1, 4)
    ):
        d.line(
            [
                f"{head}: ",
                *(
                    [Run(d.case.reason, "history")]
                    if head in {"HISTORY", "CLINICAL INDICATION"}
                    else [d.sheet.banks.kind("imaging_report", "body")]
                ),
            ]
        )
    for head in ("FINDINGS", "IMPRESSION"):
        d.line(f"{head}:", bold=True)
        for _ in range(d.rng.randint(1, 6)):
            d.line([Run(d.sheet.banks.pick("imaging_findings"), "history")], gap=0)
    d.signed()


def _note(d: Drawing) -> None:
    if d.sheet.often(0.4):
        d.line(
            [
                d.rng.choice(("Dear Dr. ", "Dear ", "To: ", "RE: visit of ")),
                *d.note.provider(d.case.pcp, "pcp", credential=False),
                ",",
            ]
        )
    if d.sheet.often(0.7):
        d.phrases(1, 2)
    for _ in range(d.rng.randint(3, 8)):
        d.line(f"{d.sheet.banks.pick('note_sections')}:", bold=d.sheet.often(0.7), gap=0)
        text = " ".join(d.sheet.banks.pick("sentences/history") for _ in range(d.rng.randint(1, 5)))
        d.line([Run(text, "history")], gap=6)
    d.signed()


def _medications(d: Drawing) -> None:
    d.line(
        d.rng.choice(
            (
                "Current Medications",
                "MEDICATION LIST",
                "Active Medications",
                "Home meds",
                "Medication Reconciliation",
                "Lista de medicamentos",
            )
        ),
        bold=True,
    )
    for _ in range(d.rng.randint(3, 18)):
        d.line([Run(d.sheet.banks.pick("medications"), "history")], gap=d.rng.uniform(0, 4))


def _card(d: Drawing) -> None:
    """Draw a copied insurance card: what it states of the coverage counts."""
    card = d.case.coverage
    d.y = d.rng.uniform(90, 320)
    d.left = d.rng.uniform(60, 200)
    d.width = d.rng.uniform(200, 300)
    top = d.y - 8
    d.line([Run(card.payer, "coverage.payer")], bold=True, size=1.3)
    for item in d.rng.sample(
        ("patient.name", "coverage.member_id", "coverage.group", "coverage.plan", "subscriber.name"),
        d.rng.randint(3, 5),
    ):
        d.line([d.note.label(item), " ", *d.note.value(item, d.case)], gap=1)
    for words in d.rng.sample(("RxBIN", "RxPCN", "PCP copay", "Specialist", "ER", "Payer ID"), 4):
        d.line([Run(words, "label"), " ", Run(identifier(d.rng, ("######", "$##", "ADV", "#####")), "other.id")], gap=0)
    d.line(["Member services ", d.note.phone(card.phone, "payer.phone")])
    d.page.frame(d.left - 8, top, d.left + d.width + 8, d.y + 6)


def _medicine(d: Drawing) -> None:
    d.phrases(1, 2)
    for _ in range(d.rng.randint(1, 3)):
        d.line([Run("Drug:", "label"), " ", Run(d.sheet.banks.pick("medications"), "history")])
        d.line(
            [
                "Last filled ",
                d.note.date(d.case.dates["service"], "other.date"),
                "  Qty ",
                str(d.rng.choice((30, 60, 90))),
                "  Refills ____",
            ]
        )
    d.line(
        ["Prescriber: ", *d.note.provider(d.case.referrer, "other"), "  NPI ", Run(d.case.referrer.npi, "other.npi")]
    )


def _authorized(d: Drawing) -> None:
    d.phrases(1, 3)
    for item in d.rng.sample(
        (
            "authorization.number",
            "coverage.member_id",
            "requested.service",
            "other.date.authorization_start",
            "other.date.authorization_end",
            "cpt",
            "recipient.provider",
        ),
        d.rng.randint(3, 6),
    ):
        d.line([d.note.label(item), " ", *d.note.value(item, d.case)], gap=0)
    d.phrases(0, 2)


def _visit(d: Drawing) -> None:
    d.phrases(1, 3)
    d.line(
        [
            d.rng.choice(("Appointment: ", "Date/Time: ", "When: ", "Scheduled for ")),
            d.note.date(d.case.dates["appointment"], "other.date"),
            f" at {d.rng.randint(1, 12)}:{d.rng.choice(('00', '15', '30', '45'))} {d.rng.choice(('AM', 'PM'))}",
        ]
    )
    d.line(["With ", *d.note.provider(d.case.recipient, "other")])
    d.phrases(0, 2)


def _words(low: int, high: int) -> Callable[[Drawing], None]:
    return lambda d: d.phrases(low, high)


def _equipment(d: Drawing) -> None:
    d.phrases(1, 3)
    for item in d.rng.sample(
        ("diagnosis.codes", "diagnosis", "cpt", "coverage.payer", "coverage.member_id"), d.rng.randint(1, 4)
    ):
        d.line([d.note.label(item), " ", *d.note.value(item, d.case)], gap=0)
    d.phrases(1, 4)
    d.signed()


def _advertisement(d: Drawing) -> None:
    for _ in range(d.rng.randint(3, 9)):
        d.line(
            d.sheet.banks.kind("junk", "body"),
            bold=d.sheet.often(0.3),
            size=d.rng.uniform(0.9, 2.0),
            align=d.rng.choice(("left", "center")),
            gap=d.rng.uniform(2, 24),
        )
    d.line(["Call ", d.note.phone(d.case.coverage.phone, "other.phone")], bold=True)


def _drawn(
    sheet: Sheet, kind: str, document_kind: str, body: Callable[[Drawing], None], *, identity: float = 0.97
) -> list[Page]:
    d = Drawing(sheet, kind, document_kind)
    if document_kind != "junk":
        d.head()
    if document_kind != "other" or sheet.often(0.5):
        d.title()
    parts: list[Callable[[], None]] = [lambda: d.identity(identity), lambda: body(d)]
    if sheet.often(0.08):
        parts.reverse()
    for part in parts:
        part()
    if sheet.often(0.4):
        d.y = min(max(d.y, 680.0), 715.0)
        d.line(sheet.banks.pick("disclaimers"), size=0.75)
    return d.pages


_BODIES: Final[tuple[tuple[str, str, Callable[[Drawing], None], float, float], ...]] = (
    ("lab", "lab_result", _lab, 0.97, 0.7),
    ("imaging", "imaging_report", _imaging, 0.97, 0.7),
    ("note", "consult_note", _note, 0.97, 0.7),
    ("other", "refill_request", _medicine, 0.97, 0.5),
    ("other", "authorization", _authorized, 0.97, 0.5),
    ("other", "records_request", _words(3, 7), 0.95, 0.5),
    ("other", "appointment_notice", _visit, 0.95, 0.5),
    ("other", "order_dme", _equipment, 0.97, 0.5),
    ("letter", "patient_correspondence", _words(3, 9), 0.6, 0.4),
    ("other", "junk", _advertisement, 0.0, 0.5),
    ("other", "other", _words(3, 10), 0.3, 0.5),
    ("medication_list", "other", _medications, 0.95, 0.3),
    ("insurance_card", "other", _card, 0.0, 0.3),
)


def _register() -> None:
    for kind, document_kind, body, identity, weight in _BODIES:

        def draw(
            sheet: Sheet,
            kind: str = kind,
            document_kind: str = document_kind,
            body: Callable[[Drawing], None] = body,
            identity: float = identity,
        ) -> list[Page]:
            if kind in {"medication_list", "insurance_card"}:
                d = Drawing(sheet, kind, document_kind)
                d.identity(identity)
                body(d)
                return d.pages
            return _drawn(sheet, kind, document_kind, body, identity=identity)

        family(f"kind.{kind if kind in {'medication_list', 'insurance_card'} else document_kind}", weight)(draw)


_register()
