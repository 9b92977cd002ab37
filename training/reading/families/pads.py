"""Small forms: script pads, slips, blanks within sentences, two languages, notes on half a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from training.reading import fonts
from training.reading.compose import Page, Run, Runs
from training.reading.families import Sheet, family
from training.reading.families import _parts as parts
from training.reading.families import _sections as sections
from training.reading.families._parts import Entry, Flow, Look
from training.reading.fonts import Font


def _lines(
    page: Page, lines: Sequence[Runs], x: float, y: float, width: float, font: Font, align: str = "left"
) -> float:
    for line in lines:
        y = page.write(x, y, line, parts.fit(font, line, width), width=width, align=align)
    return y


def _hand(sheet: Sheet) -> Font:
    """Return a hand for what is filled in, or a printed font."""
    if sheet.hand:
        return sheet.hand
    return fonts.choose(sheet.rng, hand=True) if sheet.often(0.4) else sheet.font


@family("pads.script", weight=1.5)
def script(sheet: Sheet) -> list[Page]:
    """Draw a prescription pad: practice on top, patient and date, Rx, a few written lines, signature, boxes."""
    rng, note, case = sheet.rng, sheet.note, sheet.case
    page = sheet.page()
    hand = _hand(sheet)
    width = rng.uniform(260.0, 420.0)
    left, top = rng.uniform(20.0, 590.0 - width), rng.uniform(24.0, 200.0)
    head: list[Runs] = [note.provider(case.referrer, "referrer", credential=True)] if sheet.often(0.75) else []
    head += sections.letterhead(sheet, case.referrer, "referrer")
    if sheet.often(0.4):
        license_: list[Run | str] = [Run("NPI ", "label"), Run(case.referrer.npi, "referrer.npi")]
        if sheet.often(0.5):
            number = f"B{case.referrer.person.family[:1].upper()}{rng.randint(10**6, 10**7 - 1)}"
            license_ += ["  ", Run("DEA ", "label"), Run(number, "other.id")]
        head.append(license_)
    if sheet.often(0.3):
        rng.shuffle(head)
    y = _lines(page, head, left, top, width, sheet.font.sized(8.0), rng.choice(("left", "center"))) + 6.0
    how = replace(
        parts.look(sheet, rng.choice(("left", "left", "below", "follow", "behind"))),
        value=hand,
        rule=sheet.often(0.7),
        blank="rule",
    )
    wanted = [
        "patient.name",
        *(
            one
            for one in (
                "patient.birth_date",
                "referral.date",
                "patient.address",
                "patient.phone",
                "patient.sex",
                "patient.age",
            )
            if sheet.often(0.6)
        ),
    ]
    for row in parts.rows(rng, [parts.entry(sheet, one, short=True, blank=0.04) for one in wanted], rng.choice((1, 2))):
        y = parts.row(page, row, left, y, width, how)
    if sheet.often(0.7):
        y = page.write(left, y + 4.0, rng.choice(("Rx", "Rx:", "℞", "RX")), sheet.font.sized(18.0).bolder())
    body: list[Runs] = [
        [
            rng.choice(("Refer to ", "Referral: ", "Consult ", "Please see ", "-> ", "Ref: ", "")),
            Run(case.destination, "requested.specialty"),
        ],
        [Run(case.service, "requested.service")],
        [rng.choice(("Dx: ", "dx ", "Dx - ", "")), *note.value("diagnosis.codes", case)],
        [rng.choice(("for ", "re: ", "Reason: ", "c/o ", "")), Run(case.reason, "reason")],
        [*note.value("priority", case)],
    ]
    kept = [one for index, one in enumerate(body) if index == 0 or sheet.often(0.6)]
    if sheet.often(0.3):
        rng.shuffle(kept)
    y = _lines(page, kept, left + rng.uniform(0.0, 30.0), y + 4.0, width - 30.0, hand) + rng.uniform(6.0, 40.0)
    page.rule(left + width * 0.3, y + hand.size, left + width, y + hand.size)
    signed = note.value("signature", case) if sheet.often(0.6) else ()
    y = page.write(left + width * 0.3, y, [*signed], hand, width=width * 0.7) if signed else y + hand.size * 1.2
    y = page.write(
        left + width * 0.3,
        y + 2.0,
        [Run(rng.choice(("Signature", "MD", "Physician signature", "Prescriber", "Signed")), "label")],
        sheet.font.sized(7.0),
    )
    for words in rng.sample(
        (
            "Refill 0 1 2 3 4",
            "Dispense as written",
            "Substitution permitted",
            "Label",
            "Void after 30 days",
            "May substitute",
        ),
        rng.randint(0, 3),
    ):
        page.tick(left, y, "☐", words, sheet.font.sized(7.0))
        y += 9.0
    page.frame(left - 8.0, top - 8.0, left + width + 8.0, y + 8.0) if sheet.often(0.6) else None
    flow_strip(sheet, page)
    return [page]


def flow_strip(sheet: Sheet, page: Page) -> None:
    """Perhaps add a fax strip and a stamp."""
    if sheet.often(0.25):
        sections.strip(sheet, page)
    if sheet.often(0.2):
        sections.stamp(sheet, page)


@family("pads.slip", weight=1.0)
def slip(sheet: Sheet) -> list[Page]:
    """Draw a small slip in a corner or the middle of the page; sometimes a second, empty one below."""
    rng = sheet.rng
    page = sheet.page()
    how = parts.look(sheet)
    width = rng.uniform(240.0, 380.0)
    left, y = rng.uniform(20.0, 590.0 - width), rng.uniform(20.0, 340.0)
    y = _lines(page, [sections.title(sheet)], left, y, width, sheet.font.sized(12.0).bolder(), "center") + 4.0
    wanted = [*sections.items(sheet, "patient")[:4], *rng.sample(("reason", "diagnosis.codes", "requested.specialty",
        "recipient.provider", "requested.service"), 3),
              *rng.sample(("referrer.name", "referrer.phone", "referrer.fax", "referral.date", "authorization.number",
                  "coverage.payer"), rng.randint(2, 4))]  # fmt: skip
    if sheet.often(0.3):
        rng.shuffle(wanted)
    made = parts.rows(
        rng, [sections.asked(sheet, one, short=sheet.often(0.2), blank=0.08) for one in wanted], rng.choice((1, 1, 2))
    )
    for row in made:
        y = parts.row(page, row, left, y, width, how)
    if y < 520.0 and sheet.often(0.25):
        y += 30.0
        for row in made:
            y = parts.row(
                page, [(replace(one, value=(), options=()), share) for one, share in row], left, y, width, how
            )
    flow_strip(sheet, page)
    return [page]


_SENTENCES = (
    ("Patient: ", "patient.name", "   DOB: ", "patient.birth_date", "   Phone: ", "patient.phone"),
    ("Name ", "patient.name", " Date ", "referral.date"),
    ("Date: ", "referral.date", "  Re: ", "patient.name", "  D.O.B. ", "patient.birth_date"),
    ("I am referring ", "patient.name", " (DOB ", "patient.birth_date", ") to you for ", "reason"),
    ("Please evaluate ", "patient.name", " born ", "patient.birth_date", " regarding ", "reason"),
    ("Patient's telephone ", "patient.phone", " and insurance ", "coverage.payer", " ID number ", "coverage.member_id"),
    ("Insurance: ", "coverage.payer", "  Policy: ", "coverage.member_id", "  Auth: ", "authorization.number"),
    ("Referred to Dr. ", "recipient.provider", " at ", "recipient.organization", ", phone ", "recipient.phone"),
    ("Referred to ", "requested.specialty", " clinic, fax ", "recipient.fax"),
    ("Referred by ", "referrer.name", " (NPI ", "referrer.npi", ") of ", "referrer.organization"),
    ("Our phone is ", "referrer.phone", " and our fax is ", "referrer.fax", "."),
    ("Diagnosis ", "diagnosis.codes", " Service requested ", "requested.service"),
    ("Reason: ", "reason"),
    ("This request is ", "priority", " and was made on ", "referral.date"),
    ("The patient lives at ", "patient.address", " and can be reached at ", "patient.phone"),
    ("Address ", "patient.address", " Sex ", "patient.sex"),
    ("Appointment scheduled for ", "other.date.appointment", " with ", "recipient.provider"),
    ("Primary care physician ", "pcp.name", " tel. ", "pcp.phone"),
    ("In emergency call ", "emergency.name", " at ", "emergency.phone"),
    ("Signed ", "signature", "   Date ", "referral.date"),
)  # fmt: skip


@family("pads.blanks", weight=1.5)
def blanks(sheet: Sheet) -> list[Page]:
    """Draw sentences with blanks that somebody filled in, each value on a line; some blanks are left."""
    rng, note, case = sheet.rng, sheet.note, sheet.case
    flow, hand = Flow(sheet), _hand(sheet)
    sections.head(sheet, flow)
    chosen = sorted(
        rng.sample(range(len(_SENTENCES)), rng.randint(7, 14)),
        key=lambda index: index if rng.random() < 0.85 else rng.random() * 20,
    )
    for number, index in enumerate(chosen):
        pieces: list[tuple[bool, Runs]] = []
        for place, part in enumerate(_SENTENCES[index]):
            if place % 2 == 0:
                pieces.append((False, [Run(part, "label") if len(part.strip()) > 1 else part]))
            elif sheet.often(0.1):
                pieces.append((False, ["_" * rng.randint(6, 20)]))
            else:
                value = note.value(part, case)
                pieces.append((True, [_flat(one) for one in value]))
        if sheet.often(0.1):
            pieces.insert(0, (False, [f"{number + 1}. "]))
        flow.put(lambda page, x, y, width, pieces=pieces: _filled(page, pieces, x, y, width, (sheet.font, hand)))  # type: ignore[misc]
        flow.skip(rng.uniform(2.0, 10.0))
    return sections.finish(sheet, flow)


def _flat(run: Run | str) -> Run | str:
    """Return a run without line breaks."""
    return run.replace("\n", ", ") if isinstance(run, str) else Run(run.text.replace("\n", ", "), run.label)


def _filled(
    page: Page, pieces: Sequence[tuple[bool, Runs]], x: float, y: float, width: float, two: tuple[Font, Font]
) -> float:
    """Write pieces one behind the other: captions in the first font, what is filled in (True) in the second."""
    printed, filled = two
    at, step = x, max(printed.size, filled.size) * 1.4
    for value, runs in pieces:
        words = parts.text(runs)
        if not words.strip():
            continue
        font = filled if value else printed
        wide = font.width(words.strip())
        if at > x and at + wide > x + width:
            at, y = x, y + step
        room = x + width - at
        low = page.write(
            at,
            y + max(printed.size, filled.size) - font.size,
            runs,
            parts.fit(font, words, width),
            width=room,
            leading=1.4,
        )
        if value:
            page.rule(at, y + step - 1.0, page.end, y + step - 1.0)
        y = max(y, low - step) if wide > room else y
        at = page.end + printed.size * 0.4
    return y + step


_SPANISH = {
    "patient.name": "Nombre del paciente / Patient name", "patient.birth_date": "Fecha de nacimiento / DOB",
    "patient.sex": "Sexo / Sex", "patient.phone": "Teléfono / Phone",
    "patient.address": "Dirección / Address", "coverage.payer": "Plan médico / Insurance",
    "coverage.member_id": "Núm. de contrato / Member ID", "referrer.name": "Médico que refiere / Referring MD",
    "referrer.npi": "NPI del médico / NPI", "referrer.phone": "Tel. del médico / Phone",
    "referrer.fax": "Fax del médico / Fax", "recipient.provider": "Referido a / Refer to",
    "requested.specialty": "Especialidad / Specialty", "recipient.phone": "Tel. especialista / Phone",
    "diagnosis.codes": "Diagnóstico (ICD-10) / Dx", "reason": "Motivo de referido / Reason",
    "requested.service": "Servicio solicitado / Service", "priority": "Prioridad / Priority",
    "referral.date": "Fecha / Date", "authorization.number": "Núm. de autorización / Auth",
    "pcp.name": "Médico primario / PCP", "emergency.name": "Contacto de emergencia",
    "emergency.phone": "Tel. de emergencia", "patient.mrn": "Récord / MRN", "patient.age": "Edad / Age",
    "clinical_history": "Historial / History", "medications": "Medicamentos / Medications",
    "secondary.payer": "Plan secundario / Secondary",
}  # fmt: skip


@family("pads.bilingual", weight=1.0)
def bilingual(sheet: Sheet) -> list[Page]:
    """Draw a form whose labels are printed in Spanish and English, or in Spanish only."""
    rng, note = sheet.rng, sheet.note
    flow, how = Flow(sheet), parts.look(sheet)
    title = rng.choice(
        (
            "HOJA DE REFERIDO / REFERRAL FORM",
            "Referido médico",
            "SOLICITUD DE CONSULTA / CONSULTATION REQUEST",
            "Formulario de Referido",
            "Orden médica / Physician order",
        )
    )
    sections.head(sheet, flow, words=[title])
    way = rng.choice((0, 0, 1, 2))
    wanted = [one for one in _SPANISH if sheet.often(0.75)]
    if sheet.often(0.4):
        rng.shuffle(wanted)
    made: list[Entry] = []
    for item in wanted:
        spanish, _, english = _SPANISH[item].partition(" / ")
        words = (_SPANISH[item], spanish, f"{english} ({spanish})" if english else spanish)[way]
        value: Runs = () if sheet.often(0.08) else note.value(item, sheet.case)
        made.append(Entry((Run(note.label_case(words) + note.label_end, "label"),), value, long=item in parts.LONG))
    flow.rows(parts.rows(rng, made, rng.choice((1, 2, 2, 3))), how)
    return sections.finish(sheet, flow)


@family("pads.equipment", weight=0.8)
def equipment(sheet: Sheet) -> list[Page]:
    """Draw an order for medical equipment: what is ordered, for how long, certification."""
    rng, note, case = sheet.rng, sheet.note, sheet.case
    flow = Flow(sheet, "referral", "order_dme")
    how: Look = parts.look(sheet)
    title = rng.choice(
        (
            "DME ORDER",
            "Durable Medical Equipment Order Form",
            "Detailed Written Order",
            "Certificate of Medical Necessity",
            "Standard Written Order",
            "Oxygen Order",
        )
    )
    sections.head(sheet, flow, role=rng.choice(("recipient", "referrer", "none")), words=[title])
    goods = (
        "CPAP",
        "BiPAP",
        "Oxygen concentrator",
        "Walker",
        "Rollator",
        "Wheelchair",
        "Hospital bed",
        "Nebulizer",
        "Commode",
        "TENS unit",
        "Knee brace",
        "Back brace",
        "Glucose monitor",
        "Compression stockings",
        "Cane",
        "Crutches",
    )
    on = rng.sample(goods, rng.randint(6, len(goods)))
    made = [*sections.entries(sheet, "patient", short=sheet.often(0.4))[:7], *sections.entries(sheet, "coverage")[:3]]
    flow.rows(parts.rows(rng, made, rng.choice((1, 2, 3))), how)
    boxes = sections.choice(sheet, on, rng.randrange(len(on)), "requested.service")
    flow.put(lambda page, x, y, width: parts.boxes(page, boxes, x, y + 4.0, width, how, rng.choice((0, 2, 3, 4))))
    extra = [Entry((Run(note.label_case("Length of need") + note.label_end, "label"),),
        [rng.choice(("99 months", "12 months", "Lifetime", "3 months"))]),
             Entry((Run(note.label_case("Height/Weight") + note.label_end, "label"),),
                 [f"{rng.randint(58, 76)} in / {rng.randint(95, 320)} lb"])]  # fmt: skip
    flow.rows(
        parts.rows(
            rng,
            [
                *extra,
                parts.entry(sheet, "diagnosis.codes"),
                *sections.entries(sheet, "referrer", short=sheet.often(0.5)),
            ],
            rng.choice((1, 2)),
        ),
        how,
    )
    if sheet.often(0.5):
        flow.rows([[(parts.entry(sheet, "referral.date"), 1.0)]], how)
    del case
    sections.signature(sheet, flow, how)
    return sections.finish(sheet, flow)
