"""Letters of other shapes: long, with tables, numbered, in two columns, with blanks filled in, with a reply below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from training.reading.compose import EMPTY, Page, Run
from training.reading.families import Sheet, family
from training.reading.families._letterhead import branches, letterhead, sender, top_letterhead
from training.reading.families._letterparts import dated, inside_address, salutation, sign, subject
from training.reading.families._pairs import arrange, demographics, said
from training.reading.families._phrases import phrases
from training.reading.families._prose import Flow, Prose, Text, finish, phrase, script
from training.reading.families.letters import PLANS, body, flowing, paragraphs, sections, some
from training.reading.fonts import Font


@family("letter.long", weight=1.2)
def long(sheet: Sheet) -> list[Page]:
    """Draw a letter that goes on, on a second page, with a running head."""
    flow, prose = flowing(sheet)
    flow.font = sheet.font.sized(max(sheet.font.size, 10.0) + sheet.rng.uniform(0, 2.5))
    flow.leading = sheet.rng.uniform(1.2, 1.9)
    flow.bottom -= sheet.rng.uniform(0, 120)
    dated(sheet, flow)
    inside_address(sheet, flow, prose)
    subject(sheet, flow, prose)
    salutation(sheet, flow, prose)
    body(sheet, flow, prose, [["opening"]])
    for _ in range(9):
        if len(flow.pages) > 1:
            break
        if sheet.often(0.3):
            sections(sheet, flow, prose, some(sheet, ("hpi", "pmh", "meds", "exam", "social", "plan"), 2, 4))
        else:
            body(
                sheet,
                flow,
                prose,
                [
                    some(
                        sheet,
                        (
                            "history",
                            "exam",
                            "distractor",
                            "history",
                            "pcp",
                            "medications",
                            "coverage",
                            "phone",
                            "diagnosis",
                        ),
                        3,
                        6,
                    )
                ],
            )
    body(sheet, flow, prose, paragraphs(sheet, 4, 2)[1:])
    sign(sheet, flow, prose)
    return finish(sheet, flow.pages)


@family("letter.table", weight=1.3)
def with_table(sheet: Sheet) -> list[Page]:
    """Draw a letter with a small table of the patient's data above, inside or below its text."""
    rng = sheet.rng
    flow, prose = flowing(sheet)
    dated(sheet, flow)
    if rng.random() < 0.7:
        inside_address(sheet, flow, prose)
    salutation(sheet, flow, prose)
    text = paragraphs(sheet, 3, 4)
    at = rng.randint(0, len(text))
    body(sheet, flow, prose, text[:at])
    table(sheet, flow)
    body(sheet, flow, prose, text[at:])
    sign(sheet, flow, prose)
    return finish(sheet, flow.pages)


def table(sheet: Sheet, flow: Flow) -> None:
    """Draw the patient's data in some arrangement."""
    rows = demographics(sheet, 3, 9, blank=0.15)
    flow.need(len(rows) * flow.font.size * 2.2)
    if sheet.rng.random() < 0.5:
        words = sheet.rng.choice(
            ("Patient Information", "DEMOGRAPHICS", "Patient Demographics:", "Patient / Insurance", "Patient:")
        )
        flow.para(words, font=flow.font.bolder(), gap=2)
    flow.y = arrange(sheet, flow.page, rows, flow.left, flow.y, flow.width, flow.font) + flow.gap + 4


@family("letter.branches")
def of_branches(sheet: Sheet) -> list[Page]:
    """Draw the letter of an office with several locations, each with numbers of its own."""
    page = sheet.page("letter")
    frame = branches(sheet, page)
    flow = Flow(
        sheet,
        page,
        left=frame.left,
        width=frame.width,
        y=frame.y + sheet.rng.uniform(6, 24),
        bottom=frame.bottom,
        font=sheet.font,
    )
    prose = Prose(sheet)
    dated(sheet, flow)
    if sheet.often(0.6):
        inside_address(sheet, flow, prose)
    subject(sheet, flow, prose)
    salutation(sheet, flow, prose)
    body(sheet, flow, prose, paragraphs(sheet, 5, 5))
    sign(sheet, flow, prose)
    return finish(sheet, flow.pages)


@family("letter.numbered", weight=0.8)
def numbered(sheet: Sheet) -> list[Page]:
    """Draw a letter that tells the facts as a list."""
    rng = sheet.rng
    flow, prose = flowing(sheet)
    dated(sheet, flow)
    if rng.random() < 0.5:
        inside_address(sheet, flow, prose)
    salutation(sheet, flow, prose)
    flow.para(prose.say("opening"))
    mark = rng.choice(("{}.", "{})", "-", "•", "*", "({})", ">"))
    topics = [
        "born",
        *some(
            sheet,
            (
                "phone",
                "address",
                "mrn",
                "coverage",
                "authorization",
                "diagnosis",
                "priority",
                "to",
                "pcp",
                "sender",
                "service",
                "history",
                "exam",
                "distractor",
                "medications",
                "date",
            ),
            3,
            10,
        ),
    ]
    for number, topic in enumerate(rng.sample(topics, len(topics)), 1):
        flow.para(
            [mark.format(number) + " ", *prose.say(topic)],
            x=rng.choice((12.0, 12.0, 24.0)),
            indent=rng.choice((0.0, 14.0)),
            gap=rng.choice((1, 4)),
        )
    flow.skip(0.5)
    flow.para(prose.say("thanks"))
    sign(sheet, flow, prose)
    return finish(sheet, flow.pages)


class _Columns(Flow):
    """Text in two columns."""

    def next_page(self) -> None:
        """Go to the other column; after the second one, to the next page."""
        if self.left < 300:
            self.left += self.width + 24
            self.y = self.column
        else:
            self.left -= self.width + 24
            super().next_page()
            self.column = self.y

    column = 0.0


@family("letter.columns", weight=0.7)
def columns(sheet: Sheet) -> list[Page]:
    """Draw a letter set in two columns."""
    rng = sheet.rng
    page = sheet.page("letter")
    y = top_letterhead(sheet, page).y + 10
    flow = _Columns(
        sheet,
        page,
        left=36,
        width=258,
        y=y,
        bottom=rng.uniform(y + 170, 640),
        font=sheet.font.sized(min(sheet.font.size, 10)),
    )
    flow.column = y
    prose = Prose(sheet)
    dated(sheet, flow)
    if rng.random() < 0.5:
        inside_address(sheet, flow, prose)
    if rng.random() < 0.4:
        table(sheet, flow)
    salutation(sheet, flow, prose)
    body(sheet, flow, prose, paragraphs(sheet, 8, 8))
    sign(sheet, flow, prose)
    return finish(sheet, flow.pages)


_BLANKS: Final = phrases("letter.blanks")
_UNFILLED: Final = phrases("letter.unfilled")


@family("letter.blanks", weight=1.3)
def blanks(sheet: Sheet) -> list[Page]:
    """Draw a printed letter with blanks that somebody has filled in."""
    rng = sheet.rng
    flow, prose = flowing(sheet)
    ink = sheet.hand or (script(sheet, 13) if rng.random() < 0.6 else Font("Liberation Mono", sheet.font.size))
    flow.font = sheet.font.sized(max(sheet.font.size, 9.5))
    flow.leading = rng.uniform(1.4, 2.0)
    if rng.random() < 0.6:
        filled(flow, ink, lambda: dated(sheet, flow))
    if rng.random() < 0.5:
        salutation(sheet, flow, prose)
    lines = [rng.choice(_BLANKS[:2]), *rng.sample(_BLANKS[2:], rng.randint(2, 8))]
    for line in lines:
        text = _slotted(prose, line, rng.random() < 0.85)
        filled(flow, ink, partial(flow.para, text))
        if rng.random() < 0.15:
            flow.para(phrase(sheet, _UNFILLED))
    if rng.random() < 0.6:
        sign(sheet, flow, prose)
    else:
        filled(
            flow,
            ink,
            lambda: flow.para(
                [
                    Run(rng.choice(("Physician Signature:", "Signed:", "Referring doctor:")), "label"),
                    " ",
                    *sender(sheet),
                ]
            ),
        )
    return finish(sheet, flow.pages)


def _slotted(prose: Prose, line: str, wide: bool) -> Text:  # noqa: FBT001
    """Return a filled line; the blanks are wider than what is written in them."""
    made: Text = []
    for one in prose.fill(line):
        made.append(one)
        if wide and isinstance(one, Run) and one.label not in {None, "label"} and prose.rng.random() < 0.25:
            made.append(" __")
    return made


def filled(flow: Flow, ink: Font, write: Callable[[], None]) -> None:
    """Let `write` write; then what is a value stands there in ink, over a line."""
    page, start = flow.page, len(flow.page.words)
    write()
    for one in [*page.words[start:], *(flow.page.words if flow.page is not page else ())]:
        if any(mark.label != "label" for mark in one.marks):
            x0, _, x1, y1 = one.box
            size = min(ink.size * (x1 - x0) / max(ink.width(one.text), 1.0), one.font.size * 1.7)
            one.font = ink.sized(max(size, 5.0))
            (page if one in page.words else flow.page).rule(x0 - 2, y1 + 1, x1 + 3, y1 + 1, 0.5)


@family("letter.chart", weight=1.2)
def with_chart(sheet: Sheet) -> list[Page]:
    """Draw a letter made by a record system: a few sentences, then what the chart holds."""
    rng = sheet.rng
    flow, prose = flowing(sheet)
    dated(sheet, flow)
    if rng.random() < 0.6:
        inside_address(sheet, flow, prose)
    if rng.random() < 0.6:
        table(sheet, flow)
    else:
        subject(sheet, flow, prose)
    salutation(sheet, flow, prose)
    body(sheet, flow, prose, paragraphs(sheet, 3, 2))
    last = rng.random() < 0.5
    if not last:
        sign(sheet, flow, prose)
    bold = flow.font.bolder()
    for heading in rng.sample(_CHART, rng.randint(2, len(_CHART))):
        flow.para(rng.choice((str, str.upper))(heading), font=bold, gap=1)
        for _ in range(rng.randint(1, 5)):
            flow.para(_charted(sheet, prose, heading), gap=1, x=rng.choice((0.0, 10.0)))
        flow.skip(0.4)
    if last:
        sign(sheet, flow, prose)
    return finish(sheet, flow.pages)


_CHART: Final = (
    "Active Problems",
    "Medications",
    "Allergies",
    "Vitals",
    "Past Surgical History",
    "Results",
    "Care Team",
    "Visits",
)


def _charted(sheet: Sheet, prose: Prose, heading: str) -> Text:
    rng, case = sheet.rng, sheet.case
    if heading == "Active Problems":
        other = sheet.banks.problem().codes[0]
        code, text = rng.choice((*case.codes, other))
        ours = (code, text) in case.codes
        return [
            Run(text, "diagnosis.text" if ours else None),
            "  ",
            Run(code, "diagnosis.codes" if ours else "other.code"),
        ]
    if heading == "Care Team":
        return prose.fill(
            rng.choice(
                (
                    "{pcp} (PCP) {other_phone}",
                    "{other_provider} - {other_org}",
                    "{other_person}, care coordinator {other_phone}",
                )
            )
        )
    if heading == "Medications":
        return [Run(sheet.banks.pick("medications"), "history")]
    words = {
        "Allergies": ("NKDA", "Penicillin", "Sulfa drugs - hives", "Latex"),
        "Vitals": ("BP {bp}", "Pulse {pulse}", "Weight {weight} lb", "Temp 98.{digit} F"),
        "Past Surgical History": ("Appendectomy {year}", "C-section {year}", "Knee arthroscopy {other_date}"),
        "Results": (
            "Hgb A1c 6.{digit} {other_date}",
            "LDL 1{digit}4 {other_date}",
            "Creatinine 0.{digit}",
            "TSH 2.{digit}",
        ),
        "Visits": ("{other_date} Office visit {pcp}", "{other_date} Telephone", "Next: {other_date} {other_provider}"),
    }
    return prose.fill(rng.choice(words[heading]))


@family("letter.reply_below", weight=0.8, held_out=True)
def reply_below(sheet: Sheet) -> list[Page]:
    """Draw a letter whose lower part is for the answer and still empty."""
    rng, case = sheet.rng, sheet.case
    flow, prose = flowing(sheet)
    flow.bottom = 520
    dated(sheet, flow)
    subject(sheet, flow, prose)
    body(sheet, flow, prose, paragraphs(sheet, 3, 1))
    flow.para(sender(sheet))
    flow.need(60)
    page, x = flow.page, flow.left
    y = max(flow.y + 10, rng.uniform(420, 560))
    page.write(
        x,
        y,
        rng.choice(("- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -", "_" * 60, "cut here")),
        sheet.font,
    )
    y = (
        page.write(
            x,
            y + 16,
            rng.choice(
                (
                    "PLEASE COMPLETE AND FAX BACK",
                    "REPLY FROM SPECIALIST",
                    "Consultant's response",
                    "Appointment confirmation - return to referring office",
                )
            ),
            sheet.font.bolder(),
        )
        + 4
    )
    lines: list[Text] = [
        [Run("Appointment date:", "label"), " ____/____/____   ", Run("Time:", "label"), " ________"],
        [Run("Patient:", "label"), " ", *prose.patient()],
        [Run("Return fax:", "label"), " ", sheet.note.phone(case.referrer.fax, "referrer.fax")],
        [Run("Seen by:", "label"), " ______________________"],
        [Run("Diagnosis:", "label"), " ______________________________"],
        [Run("Completed by:", "label"), " ____________________  ", Run("Date:", "label"), " __________"],
        [Run("Recommendations:", "label"), " ______________________________________"],
    ]
    for line in rng.sample(lines, rng.randint(3, 6)):
        y = page.write(x, y, line, sheet.font) + rng.uniform(2, 8)
        if y > 715:
            break
    at = x
    for word in rng.sample(
        ("Appointment scheduled", "Unable to reach patient", "Patient declined", "No show", "Need more information"), 3
    ):
        at = page.tick(at, min(y + 4, 745), EMPTY, word, sheet.font.sized(8)) + 12
    return finish(sheet, flow.pages)


_SBAR: Final = ("Situation", "Background", "Assessment", "Request")


@family("letter.transfer", weight=0.8, held_out=True)
def transfer(sheet: Sheet) -> list[Page]:
    """Draw what a nursing home sends along with a resident: SBAR and a few data."""
    rng, case, note = sheet.rng, sheet.case, sheet.note
    page = sheet.page("letter")
    frame = letterhead(sheet, page)
    flow = Flow(sheet, page, left=frame.left, width=frame.width, y=frame.y, bottom=720, font=sheet.font)
    prose = Prose(sheet)
    flow.para(
        rng.choice(
            (
                "RESIDENT TRANSFER / REFERRAL",
                "SBAR Communication",
                "Nursing Home Referral",
                "Skilled Nursing Facility Consult Request",
                "INTERFACILITY REFERRAL",
            )
        ),
        font=sheet.font.bolder().sized(13),
        align=rng.choice(("left", "center")),
    )
    table(sheet, flow)
    extra = [
        said("Resident since:", note.date(case.dates["admission"], "other.date")),
        said("Room #", f"{rng.randint(1, 4)}{rng.randint(10, 40)}-{rng.choice('AB')}"),
        said("Attending:", *sender(sheet)),
        said("Date of request:", note.date(case.referral_date, "referral.date")),
        said(
            "Responsible party:",
            Run(f"{case.emergency.given} {case.emergency.family}", "other.person"),
            "  ",
            note.phone(case.emergency_phone, "other.phone"),
        ),
        said(
            "Nurse:", Run(f"{sheet.banks.pick('given_female')} {sheet.banks.pick('surnames')}", "other.person"), ", RN"
        ),
    ]
    flow.y = arrange(sheet, flow.page, rng.sample(extra, rng.randint(2, 6)), flow.left, flow.y, flow.width) + 8
    short = rng.random() < 0.4
    for name in _SBAR:
        flow.para([(name[0] if short else name) + ": ", *prose.fill(phrase(sheet, phrases(f"sbar.{name.lower()}")))])
    if rng.random() < 0.4:
        flow.para(prose.fill(phrase(sheet, PLANS)))
    flow.para(prose.tell(some(sheet, ("sender", "coverage", "pcp", "distractor"), 0, 3)))
    flow.para(sender(sheet))
    return finish(sheet, flow.pages)
