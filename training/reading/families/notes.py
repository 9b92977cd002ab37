"""Notes that order a referral: visits, discharge summaries, the emergency department, telephone encounters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from training.reading.compose import Page, Run
from training.reading.families import Sheet, family
from training.reading.families._letterhead import letterhead, organization, sender
from training.reading.families._pairs import Pair, arrange, demographics, said
from training.reading.families._phrases import phrases
from training.reading.families._prose import Flow, Prose, Text, finish, phrase, script
from training.reading.families.letters import PLANS

_TITLES: Final = phrases("note.titles")
_SECTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "cc": (("Chief Complaint", "CC", "Reason for Visit", "Presenting problem"), ("cc",)),
    "hpi": (
        ("HPI", "History of Present Illness", "Subjective", "S", "Interval History"),
        ("opening", "history", "history", "distractor", "history"),
    ),
    "pmh": (("Past Medical History", "PMH", "Problem List", "Active Problems"), ("history", "history")),
    "meds": (("Medications", "Current Outpatient Medications", "Meds", "Rx"), ("medications",)),
    "allergies": (("Allergies", "ALLERGIES/INTOLERANCES"), ("allergies",)),
    "ros": (("Review of Systems", "ROS"), ("ros",)),
    "social": (("Social History", "SocHx", "Family History", "FH/SH"), ("history", "distractor")),
    "vitals": (("Vitals", "Vital Signs", "VS"), ("exam",)),
    "exam": (("Physical Exam", "Objective", "O", "PE", "Examination"), ("exam", "exam", "exam")),
    "results": (("Results", "Data", "Labs/Imaging", "Diagnostics"), ("distractor", "results")),
}
_OWN: Final = {name: phrases(f"note.{name}") for name in ("cc", "allergies", "ros", "results")}
_ORDERS: Final = phrases("note.orders")


def _told(sheet: Sheet, prose: Prose, topics: tuple[str, ...]) -> Text:
    made: Text = []
    for topic in sheet.rng.sample(topics, sheet.rng.randint(1, len(topics))):
        made += ([" "] if made else []) + (
            prose.fill(phrase(sheet, _OWN[topic])) if topic in _OWN else prose.say(topic)
        )
    return made


def write_sections(sheet: Sheet, flow: Flow, prose: Prose, names: list[str]) -> None:
    """Write the sections of a note with their headings."""
    rng = sheet.rng
    inline, end = rng.random() < 0.45, rng.choice((":", ":", "", " -"))
    case = rng.choice((str, str, str.upper))
    for name in names:
        headings, topics = _SECTIONS[name]
        heading_line(flow, case(rng.choice(headings)) + end, _told(sheet, prose, topics), inline=inline)


def heading_line(flow: Flow, heading: str, text: Text, *, inline: bool) -> None:
    """Write a section, its heading in front of the text or above it."""
    if inline:
        flow.para([heading + "  ", *text])
    else:
        flow.para(heading, font=flow.font.bolder(), gap=1)
        flow.para(text)


def plan(sheet: Sheet, flow: Flow, prose: Prose) -> None:
    """Write the assessment and the plan, which orders the referral among other things."""
    rng = sheet.rng
    flow.para(
        rng.choice(
            (
                "Assessment/Plan",
                "A/P:",
                "ASSESSMENT & PLAN",
                "Impression and Plan",
                "Plan:",
                "A:",
                "Assessment and Plan of Care",
            )
        ),
        font=flow.font.bolder(),
        gap=1,
    )
    lines: list[Text] = [prose.fill(phrase(sheet, PLANS))]
    if rng.random() < 0.35:
        lines.append(prose.fill(phrase(sheet, _ORDERS)))
    lines += [[one] for one in rng.sample(_ELSE, rng.randint(0, 4))]
    if rng.random() < 0.3:
        lines.append(prose.say("service"))
    if rng.random() < 0.4:
        rng.shuffle(lines)
    style = rng.choice(("", "", "1", "-", "•", "#"))
    for number, line in enumerate(lines, 1):
        mark = f"{number}. " if style == "1" else f"{style} " if style else ""
        flow.para([mark, *line] if mark else line, gap=rng.choice((1, 3)), indent=12.0)


_ELSE: Final = phrases("note.else")


def signed(sheet: Sheet, flow: Flow, prose: Prose) -> None:
    """Write who signed the note."""
    rng, case = sheet.rng, sheet.case
    day = sheet.note.date(
        case.dates["signed"], "referral.date" if case.dates["signed"] == case.referral_date else "other.date"
    )
    lines: list[Text] = [
        [
            "Electronically signed by ",
            *sender(sheet),
            rng.choice((" on ", ", ", " at ")),
            day,
            rng.choice((" 4:12 PM", "", " 09:33 EST")),
        ],
        [*sender(sheet), "  ", day],
        ["Provider: ", *sender(sheet), "  ", Run("NPI", "label"), " ", Run(case.referrer.npi, "referrer.npi")],
        ["Signed: ", *sender(sheet)],
        ["Authenticated by: ", *sender(sheet), "\n", Run(case.referrer.organization, "referrer.organization")],
        [
            "Scribed by ",
            Run(f"{case.emergency.given} {case.pcp.person.family}", "other.person"),
            " for ",
            *sender(sheet),
        ],
    ]
    flow.para(prose.cased(rng.choice(lines)))


def banner(sheet: Sheet, title: str, extra: list[Pair], document_kind: str = "referral") -> tuple[Flow, Prose]:
    """Begin a note: the place, a title and the patient's data in some arrangement."""
    rng = sheet.rng
    page = sheet.page("note", document_kind)
    x = rng.uniform(28, 60)
    if rng.random() < 0.3:
        y = letterhead(sheet, page).y
    else:
        y = rng.uniform(24, 46)
        if rng.random() < 0.75:
            big = sheet.font.bolder().sized(sheet.font.size * rng.uniform(1.0, 1.7))
            y = page.write(
                x, y, [organization(sheet, sheet.case.referrer, "referrer.organization")], big, width=560 - x
            )
    rows = demographics(sheet, 1, 7) + extra
    tail = rows[1:]
    if rng.random() < 0.3:
        rng.shuffle(tail)
    title_font = sheet.font.bolder().sized(sheet.font.size * rng.uniform(1.1, 1.6))
    first = rng.random() < 0.6
    if first:
        y = page.write(x, y + 4, title, title_font, width=600 - 2 * x, align=rng.choice(("left", "center"))) + 3
    y = arrange(sheet, page, [rows[0], *tail], x, y + 4, 612 - 2 * x) + 6
    if not first:
        y = page.write(x, y, title, title_font) + 4
    if rng.random() < 0.4:
        page.rule(x, y - 3, 612 - x, y - 3)
    flow = Flow(sheet, page, left=x, width=612 - 2 * x, y=y, bottom=rng.uniform(710, 760), font=sheet.font)
    prose = Prose(sheet, case=str.upper if rng.random() < 0.04 else None)
    flow.head = running(sheet, prose)
    return flow, prose


def running(sheet: Sheet, prose: Prose) -> Callable[[Page, int], float]:
    """Return what draws the head of the following pages of a print-out."""
    name = prose.patient(sheet.rng.choice(("f,g", "F,G", "gf")))
    birth = sheet.note.date(sheet.case.patient.birth_date, "patient.birth_date", birth=True)
    mrn = Run(sheet.case.mrn, "patient.mrn")

    def draw(page: Page, number: int) -> float:
        line: Text = [
            *name,
            "   ",
            Run("DOB:", "label"),
            " ",
            birth,
            "   ",
            Run("MRN", "label"),
            " ",
            mrn,
            f"   Page {number}",
        ]
        return page.write(40, 28, line, sheet.font, width=530) + 10

    return draw


def who_saw(sheet: Sheet) -> list[Pair]:
    """Return pairs on the visit: its date, its clinician, other clinicians."""
    rng, case = sheet.rng, sheet.case
    pairs = [
        said(
            rng.choice(("Date of Service:", "DOS:", "Encounter Date:", "Visit Date", "Seen:", "Appt:")),
            sheet.note.date(case.dates["encounter"], "other.date"),
        ),
        said(rng.choice(("Provider:", "Seen by:", "Clinician:", "Rendering:", "Author:")), *sender(sheet)),
        said(rng.choice(("PCP:", "Primary Care:", "PCP Name")), *sheet.note.provider(case.pcp, "pcp")),
        said(rng.choice(("Location:", "Dept:", "Facility:")), Run(case.referrer.organization, "referrer.organization")),
    ]
    return rng.sample(pairs, rng.randint(1, len(pairs)))


@family("note.progress", weight=1.6)
def progress(sheet: Sheet) -> list[Page]:
    """Draw a visit's note whose plan orders the referral."""
    flow, prose = banner(sheet, phrase(sheet, _TITLES), who_saw(sheet))
    names = [name for name in _SECTIONS if sheet.often(0.5)]
    write_sections(sheet, flow, prose, names)
    plan(sheet, flow, prose)
    signed(sheet, flow, prose)
    return finish(sheet, flow.pages)


@family("note.discharge")
def discharge(sheet: Sheet) -> list[Page]:
    """Draw a discharge summary that refers the patient on."""
    rng, case, note = sheet.rng, sheet.case, sheet.note
    extra = [
        said(
            rng.choice(("Admitted:", "Admission Date", "Admit date:", "ADM:")),
            note.date(case.dates["admission"], "other.date"),
        ),
        said(rng.choice(("Discharged:", "Discharge Date", "D/C:")), note.date(case.dates["encounter"], "other.date")),
        said(
            rng.choice(("Attending:", "Attending Physician", "Discharging provider:", "Hospitalist:")), *sender(sheet)
        ),
        said(rng.choice(("PCP:", "Family physician")), *note.provider(case.pcp, "pcp")),
    ]
    flow, prose = banner(
        sheet,
        rng.choice(
            (
                "DISCHARGE SUMMARY",
                "Discharge Summary",
                "Hospital Discharge Summary & Referral",
                "Transition of Care",
                "After Visit Summary",
            )
        ),
        rng.sample(extra, rng.randint(2, 4)),
    )
    inline = rng.random() < 0.5
    parts: list[tuple[str, Text]] = [
        ("Admission Diagnosis:", prose.fill("{dx}")),
        ("Hospital Course:", prose.tell(["history", "exam", "distractor", "history"][: rng.randint(1, 4)])),
        (
            "Consultants:",
            [*prose.doctor(case.other.person, case.other.credential, "other.provider"), f", {case.other.specialty}"],
        ),
        ("Discharge Medications:", prose.fill("{medications}")),
        ("Discharge Diagnoses:", prose.fill(rng.choice(("{dx} ({code})", "{code} {dx}", "{codes}")))),
        ("Condition at discharge:", ["Stable"]),
        ("Procedures:", prose.fill("EGD {other_date}")),
    ]
    for heading, text in rng.sample(parts, rng.randint(2, len(parts))):
        heading_line(flow, heading, text, inline=inline)
    heading_line(
        flow,
        rng.choice(
            (
                "Follow-up:",
                "REFERRALS",
                "Discharge Referrals:",
                "Follow up appointments needed",
                "Disposition and follow-up",
            )
        ),
        prose.fill(phrase(sheet, _FOLLOW)),
        inline=inline,
    )
    if rng.random() < 0.5:
        flow.para(prose.tell(rng.sample(("pcp", "sender", "priority", "phone"), 2)))
    signed(sheet, flow, prose)
    return finish(sheet, flow.pages)


_FOLLOW: Final = phrases("note.follow")


@family("note.emergency")
def emergency(sheet: Sheet) -> list[Page]:
    """Draw an emergency department's follow-up referral."""
    rng, case, note = sheet.rng, sheet.case, sheet.note
    extra = [
        said(rng.choice(("Arrival:", "ED visit date", "Date seen")), note.date(case.dates["encounter"], "other.date")),
        said(rng.choice(("ED Physician:", "Emergency Provider", "Treated by:")), *sender(sheet)),
        said("Visit #", Run(case.visit_number, "other.id")),
    ]
    flow, prose = banner(
        sheet,
        rng.choice(
            (
                "Emergency Department Follow-up Referral",
                "ED DISCHARGE INSTRUCTIONS",
                "Emergency Department Summary",
                "URGENT CARE VISIT",
                "ER Referral",
            )
        ),
        extra[: rng.randint(1, 3)],
    )
    lines = rng.sample(_EMERGENCY, rng.randint(2, 5))
    if not any("{specialty}" in one or "{recipient}" in one for one in lines):
        lines.append("Refer to {specialty}.")
    for line in lines:
        flow.para(prose.fill(line))
    write_sections(
        sheet, flow, prose, [one for one in ("vitals", "exam", "meds", "allergies", "results") if sheet.often(0.35)]
    )
    signed(sheet, flow, prose)
    return finish(sheet, flow.pages)


_EMERGENCY: Final = phrases("note.emergency")


@family("note.telephone")
def telephone(sheet: Sheet) -> list[Page]:
    """Draw the print-out of a telephone encounter in which the referral was ordered."""
    rng, case, note = sheet.rng, sheet.case, sheet.note
    extra = [
        said("Encounter date", note.date(case.dates["encounter"], "other.date")),
        said("Caller:", Run(f"{case.emergency.given} {case.emergency.family}", "other.person")),
    ]
    flow, prose = banner(
        sheet,
        rng.choice(("Telephone Encounter", "TELEPHONE NOTE", "Patient Call", "Nurse Triage Note", "Phone Call")),
        rng.sample(extra, rng.randint(0, 2)),
    )
    for _ in range(rng.randint(2, 5)):
        when = note.date(case.dates["encounter"], "other.date")
        clerk = Run(f"{sheet.banks.pick('given_female')} {sheet.banks.pick('surnames')}", "other.person")
        head: Text = [
            clerk,
            rng.choice((", MA", ", RN", ", LPN", "")),
            "  ",
            when,
            f" {rng.randint(7, 17)}:{rng.randint(10, 59)}",
        ]
        flow.para(head, font=flow.font.bolder() if rng.random() < 0.5 else flow.font, gap=1)
        flow.para(prose.fill(rng.choice(_CALLS)))
    flow.para(
        prose.fill(
            rng.choice(
                (
                    "Ok to refer to {specialty} for {reason}. {service}.",
                    "Referral entered: {specialty}, {recipient}. Dx {codes}. {priority}",
                    "Approved. Send to {specialty} - {reason}",
                )
            )
        )
    )
    signed(sheet, flow, prose)
    return finish(sheet, flow.pages)


_CALLS: Final = phrases("note.calls")


@family("note.handwritten", weight=1.0)
def handwritten(sheet: Sheet) -> list[Page]:
    """Draw a note written by hand on a sheet with the office's print or none."""
    rng = sheet.rng
    page = sheet.page("note" if rng.random() < 0.5 else "referral")
    frame = letterhead(sheet, page) if rng.random() < 0.5 else None
    ink = script(sheet, rng.uniform(12, 18))
    flow = Flow(
        sheet,
        page,
        left=rng.uniform(40, 80),
        width=rng.uniform(380, 480),
        y=(frame.y if frame else 40) + rng.uniform(5, 60),
        bottom=740,
        font=ink,
    )
    if frame:
        flow.left, flow.width = frame.left, frame.width
    flow.leading = rng.uniform(1.2, 1.9)
    prose = Prose(sheet)
    if rng.random() < 0.7:
        flow.para([sheet.note.date(sheet.case.referral_date, "referral.date")], x=rng.choice((0.0, flow.width * 0.6)))
    for line in rng.sample(_SCRAWL, rng.randint(2, 6)):
        flow.para(prose.fill(line))
    flow.para(
        prose.fill(
            rng.choice(
                (
                    "{patient}  {dob}  {reason}",
                    "Pt {patient}: refer to {specialty} for {reason}",
                    "Please see {patient} ({dob}) re {reason}",
                )
            )
        )
    )
    flow.para(sender(sheet), x=rng.choice((0.0, 160.0)))
    return finish(sheet, flow.pages)


_SCRAWL: Final = phrases("note.scrawl")
