"""Forms composed at random: any fields, any sections, any placement of labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from training.reading import notation
from training.reading.compose import Page, Run
from training.reading.families import Sheet, family
from training.reading.families import _parts as parts
from training.reading.families import _sections as sections
from training.reading.families._parts import Entry, Flow, Look

_ORDERS = (
    ("patient", "coverage", "referrer", "recipient", "clinical"),
    ("referrer", "patient", "coverage", "clinical", "recipient"),
    ("recipient", "patient", "clinical", "coverage", "referrer"),
    ("recipient", "referrer", "patient", "coverage", "clinical"),
    ("clinical", "patient", "referrer", "recipient", "coverage"),
    ("patient", "clinical", "referrer", "coverage"),
    ("patient", "referrer", "clinical"),
)


def chosen(sheet: Sheet) -> list[str]:
    """Return the sections of a form, in its order."""
    rng = sheet.rng
    order = list(rng.choice(_ORDERS))
    if sheet.often(0.25):
        rng.shuffle(order)
    for extra, share in (("admin", 0.4), ("people", 0.35)):
        if sheet.often(share):
            order.insert(rng.randint(0, len(order)), extra)
    return [one for one in order if sheet.often(0.97 if one == "patient" else 0.88)]


def draw_section(
    sheet: Sheet, section: str, how: Look, style: str, columns: int
) -> Callable[[Page, float, float, float], float]:
    """Return what draws a section as one piece: its heading and its rows."""
    words = sections.heading(sheet, section)
    short = bool(words) and sheet.often(0.6)
    made = parts.rows(sheet.rng, sections.entries(sheet, section, short=short), columns)

    def draw(page: Page, x: float, y: float, width: float) -> float:
        y = parts.bar(page, x, y, width, words, how.label.bolder(), style)
        for one in made:
            y = parts.row(page, one, x, y, width, how)
        return y

    return draw


def flow_section(sheet: Sheet, flow: Flow, section: str, how: Look, style: str, columns: int) -> None:
    """Draw a section over the width of the page; it may continue on the next."""
    words = sections.heading(sheet, section)
    short = bool(words) and sheet.often(0.6)
    made = parts.rows(sheet.rng, sections.entries(sheet, section, short=short), columns)
    flow.bar(words, how.label.bolder(), style)
    flow.rows(made, how)


def pair(sheet: Sheet, flow: Flow, two: tuple[str, str], how: Look, style: str) -> None:
    """Draw two sections beside each other."""
    left, right = (draw_section(sheet, one, how, style, 1) for one in two)
    share, gap = sheet.rng.uniform(0.4, 0.6), sheet.rng.uniform(6.0, 22.0)
    framed = sheet.often(0.3)

    def draw(page: Page, x: float, y: float, width: float) -> float:
        half = width * share - gap / 2
        low = max(left(page, x, y, half), right(page, x + half + gap, y, width - half - gap))
        if framed:
            page.frame(x - 3.0, y - 2.0, x + half + gap / 2, low)
            page.frame(x + half + gap / 2, y - 2.0, x + width + 3.0, low)
        return low

    flow.put(draw)


@family("forms.random", weight=5.0)
def random_form(sheet: Sheet) -> list[Page]:
    """Draw any form: sections in any order, in columns or side by side, in one or several looks."""
    rng = sheet.rng
    flow = Flow(sheet)
    sections.head(sheet, flow)
    how = parts.look(sheet)
    style, columns = rng.choice(parts.BARS), rng.choice((1, 1, 2, 2, 2, 3))
    space = rng.uniform(0.0, 16.0)
    waiting = chosen(sheet)
    mixed, paired = sheet.often(0.25), sheet.often(0.35)
    if sheet.often(0.5):
        flow.rows(parts.rows(rng, [parts.entry(sheet, "referral.date")], 1), how)
    while waiting:
        one = waiting.pop(0)
        now = replace(parts.look(sheet), label=how.label) if mixed else how
        if waiting and paired and sheet.often(0.6):
            pair(sheet, flow, (one, waiting.pop(0)), now, style)
        else:
            flow_section(sheet, flow, one, now, style, rng.choice((1, 2, 3)) if mixed else columns)
        flow.skip(space)
    if sheet.often(0.6):
        sections.signature(sheet, flow, how)
    return sections.finish(sheet, flow)


@family("forms.loose", weight=2.0)
def loose(sheet: Sheet) -> list[Page]:
    """Draw any fields in any order without sections: what belongs to whom only the labels say."""
    rng, flow = sheet.rng, Flow(sheet)
    sections.head(sheet, flow)
    how = parts.look(sheet)
    asked = [item for section in chosen(sheet) for item in sections.items(sheet, section)] + ["referral.date"]
    asked = list(dict.fromkeys(asked))
    if sheet.often(0.6):
        asked = notation.shuffled(rng, asked)
    made = [sections.asked(sheet, item) for item in asked[: rng.randint(6, 34)]]
    flow.rows(parts.rows(rng, made, rng.choice((1, 2, 2, 3)), ragged=sheet.often(0.5)), how)
    return sections.finish(sheet, flow)


@family("forms.all_items", weight=1.5)
def all_items(sheet: Sheet) -> list[Page]:
    """Draw a random subset of everything that can be printed: nothing is expected anywhere."""
    rng, flow = sheet.rng, Flow(sheet)
    sections.head(sheet, flow, role="none")
    how = parts.look(sheet)
    blank = rng.choice((0.0, 0.1, 0.4))
    picked = rng.sample(notation.ITEMS, rng.randint(5, 36))
    made: list[Entry] = [parts.entry(sheet, item, blank=blank) for item in picked]
    flow.rows(parts.rows(rng, made, rng.choice((1, 1, 2, 3))), how)
    return sections.finish(sheet, flow)


_TOGETHER = (
    (("Name/DOB", "Patient / DOB", "Pt name & birth date"), ("patient.name", "patient.birth_date")),
    (("Name/DOB/Sex", "Patient (name, DOB, sex)", "Pt/DOB/Gender"),
    ("patient.name", "patient.birth_date", "patient.sex")),
    (("DOB / Age / Sex", "DOB/Age/Gender", "D.O.B. - Age - M/F"), ("patient.birth_date", "patient.age", "patient.sex")),
    (("DOB/Sex", "Birth date and sex"), ("patient.birth_date", "patient.sex")),
    (("Name / MRN", "Patient and chart #"), ("patient.name", "patient.mrn")),
    (("Address / Phone", "Address & telephone", "Addr/Tel"), ("patient.address", "patient.phone")),
    (("Phone (home/work)", "Home / Work", "Tel H/W"), ("patient.phone", "patient.other_phone")),
    (("Insurance / ID#", "Ins & policy no.", "Payer/Member ID", "Plan / ID"), ("coverage.payer", "coverage.member_id")),
    (("Insurance/ID/Group", "Carrier - ID - Grp"), ("coverage.payer", "coverage.member_id", "coverage.group")),
    (("Primary / Secondary insurance", "Ins 1 / Ins 2"), ("coverage.payer", "secondary.payer")),
    (("Referring MD / NPI", "Ref provider & NPI", "Provider/NPI"), ("referrer.name", "referrer.npi")),
    (("Referring provider / phone / fax", "Ref MD, ph, fax"), ("referrer.name", "referrer.phone", "referrer.fax")),
    (("Office phone / fax", "Ph/Fx", "Our phone and fax", "Tel / Fax"), ("referrer.phone", "referrer.fax")),
    (("Practice / address", "Clinic name and address"), ("referrer.organization", "referrer.address")),
    (("Refer to / specialty", "Consultant & specialty", "To (dr / dept)"),
    ("recipient.provider", "requested.specialty")),
    (("Specialist phone/fax", "Their phone & fax"), ("recipient.phone", "recipient.fax")),
    (("Specialist / clinic", "Refer to (doctor, facility)"), ("recipient.provider", "recipient.organization")),
    (("Dx / ICD-10", "Diagnosis & code", "Diagnosis/ICD"), ("diagnosis", "diagnosis.codes")),
    (("Reason / Dx", "Reason and diagnosis code"), ("reason", "diagnosis.codes")),
    (("Order / Priority", "Service - urgency", "Request/Urgency"), ("requested.service", "priority")),
    (("Date / Auth #", "Ref date & authorization"), ("referral.date", "authorization.number")),
    (("Referring / PCP", "Ref MD - PCP"), ("referrer.name", "pcp.name")),
    (("PCP / phone", "Family doctor & tel."), ("pcp.name", "pcp.phone")),
    (("Emergency contact / phone", "EC name and number"), ("emergency.name", "emergency.phone")),
    (("Auth dates", "Valid from - to"), ("other.date.authorization_start", "other.date.authorization_end")),
)  # fmt: skip


@family("forms.combined", weight=1.0)
def combined(sheet: Sheet) -> list[Page]:
    """Draw labels that ask for two or three things at once; the answers stand behind each other."""
    rng, note = sheet.rng, sheet.note
    flow, how = Flow(sheet), parts.look(sheet)
    sections.head(sheet, flow)
    gap = rng.choice((" / ", ", ", "  ", " - ", "   ", "; ", " "))
    chosen = [one for one in _TOGETHER if sheet.often(0.45)]
    if sheet.often(0.4):
        rng.shuffle(chosen)
    made: list[Entry] = []
    for words, items in chosen:
        value: list[Run | str] = []
        for item in items:
            if not sheet.often(0.06):
                value += ([gap] if value else []) + list(note.value(item, sheet.case))
        label = Run(note.label_case(rng.choice(words)) + note.label_end, "label")
        made.append(Entry((label,), value, long=True))
        if sheet.often(0.25):
            made.append(
                sections.asked(sheet, rng.choice(sections.items(sheet, "patient") + sections.items(sheet, "clinical")))
            )
    flow.rows(parts.rows(rng, made, rng.choice((1, 1, 2))), how)
    return sections.finish(sheet, flow)
