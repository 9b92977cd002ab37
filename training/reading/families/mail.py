"""Print-outs and slips: e-mail, memo, portal messages, telephone messages, prescription pads."""

from __future__ import annotations

from typing import Final

from training.reading.compose import EMPTY, TICKED, Page, Run
from training.reading.families import Sheet, family
from training.reading.families._letterhead import contact, organization, sender
from training.reading.families._pairs import Pair, arranged, said
from training.reading.families._phrases import phrases
from training.reading.families._prose import Flow, Prose, Text, finish, phrase, script, worded
from training.reading.families.letters import body, paragraphs, some
from training.reading.fonts import Font

_MAIL_SUBJECTS: Final = phrases("mail.mail_subjects")


def _mailbox(sheet: Sheet, first: str, last: str) -> str:
    at = sheet.rng.choice(("clinic.example.org", "example.com", "med.example.net", "health.example.org"))
    name = f"{first[:1] if sheet.rng.random() < 0.5 else first}{sheet.rng.choice(('.', '', '_'))}{last}"
    return f"{name}@{at}".lower().replace(" ", "")


def _mail_head(sheet: Sheet, prose: Prose) -> list[Pair]:
    rng, case = sheet.rng, sheet.case
    by, to = case.referrer.person, case.recipient.person
    clerk = f"{sheet.banks.pick('given_female')} {sheet.banks.pick('surnames')}"
    day: Text = [
        sheet.note.date(case.referral_date, "referral.date"),
        rng.choice((" 10:41 AM", " 3:05 PM", " at 16:20", "")),
    ]
    box = f" <{_mailbox(sheet, by.given, by.family)}>"
    name = sheet.note.name(
        by, "referrer.family", "referrer.given", "referrer.credential", style=rng.choice(("gf", "f,g"))
    )
    sent: Text = (
        [*name, box]
        if rng.random() < 0.75
        else [Run(clerk, "other.person"), f" <{_mailbox(sheet, *clerk.split(' ', 1))}>"]
    )
    whom: list[Text] = [
        [Run(f"{to.given} {to.family}", "requested.provider"), f" <{_mailbox(sheet, to.given, to.family)}>"],
        ["referrals@" + "clinic.example.org"],
        [Run(case.recipient.organization, "recipient.organization"), " <intake@example.org>"],
        [Run(case.destination, "requested.specialty"), " Referrals"],
    ]
    pairs = [
        said("From:", *sent),
        said("To:", *rng.choice(whom)),
        said(rng.choice(("Sent:", "Date:")), *day),
        said("Subject:", *prose.fill(phrase(sheet, _MAIL_SUBJECTS))),
    ]
    if rng.random() < 0.3:
        pairs.insert(
            rng.randint(1, 3), said("Cc:", *prose.doctor(case.pcp.person, case.pcp.credential, "other.provider"))
        )
    if rng.random() < 0.25:
        pairs.append(
            said(
                "Attachments:", rng.choice(("labs.pdf; demographics.pdf", "scan0012.pdf", "Office Note.pdf (2 pages)"))
            )
        )
    if rng.random() < 0.3:
        pairs[1:4] = rng.sample(pairs[1:4], len(pairs[1:4]))
    return pairs


def signature_block(sheet: Sheet, flow: Flow) -> None:
    """Write the block below an e-mail."""
    rng, who = sheet.rng, sheet.case.referrer
    flow.para(worded(sheet, "closings").rstrip(",") + ",")
    flow.para(sender(sheet), gap=0)
    lines: list[Text] = [
        [Run(who.organization, "referrer.organization")],
        *contact(sheet, who, "referrer"),
        [
            rng.choice(
                (
                    "Sent from my iPhone",
                    "Sent from my mobile device",
                    "---",
                    "Please consider the environment before printing this e-mail.",
                )
            )
        ],
    ]
    for line in lines:
        if rng.random() < 0.7:
            flow.para(line, gap=0)


@family("mail.email", weight=1.2)
def email(sheet: Sheet) -> list[Page]:
    """Draw a printed e-mail."""
    rng = sheet.rng
    page = sheet.page("letter")
    x, y = rng.uniform(28, 60), rng.uniform(22, 50)
    prose = Prose(sheet)
    if rng.random() < 0.5:
        y = (
            page.write(
                x,
                y,
                rng.choice(
                    (
                        _mailbox(sheet, "front", "desk"),
                        "Outlook",
                        "Gmail",
                        "Mail - Referrals - Outlook",
                        "Secure Message",
                    )
                ),
                sheet.font.bolder().sized(sheet.font.size * 1.3),
            )
            + 4
        )
        page.rule(x, y, 612 - x, y)
        y += 6
    y = arranged(sheet, page, _mail_head(sheet, prose), x, y, 612 - 2 * x) + rng.uniform(8, 24)
    flow = Flow(sheet, page, left=x, width=612 - 2 * x, y=y, bottom=740, font=sheet.font)
    flow.para(
        rng.choice(("Hi,", "Hello,", "Good morning,", "Dr. -", "Hi there", "Team,")) if rng.random() < 0.7 else ""
    )
    body(sheet, flow, prose, paragraphs(sheet, 5, 3))
    signature_block(sheet, flow)
    if rng.random() < 0.35:
        _quoted(sheet, flow, prose)
    if rng.random() < 0.4:
        page.write(
            28,
            770,
            [
                "https://mail.example.com/u/0/?ik=8f2  ",
                f"{rng.randint(1, 2)}/2   ",
                sheet.note.date(sheet.case.dates["printed"], "other.date"),
            ],
            sheet.font.sized(7),
        )
    return finish(sheet, flow.pages)


def _quoted(sheet: Sheet, flow: Flow, prose: Prose) -> None:
    to = sheet.case.recipient.person
    flow.para(
        [
            "On ",
            sheet.note.date(sheet.case.dates["last_seen"], "other.date"),
            " ",
            Run(f"{to.given} {to.family}", "requested.provider"),
            " wrote:",
        ],
        gap=1,
    )
    for line in sheet.rng.sample(
        (
            "> We are happy to see the patient. Please send insurance.",
            "> Thanks, we need a referral and the last note.",
            "> Our fax is {recipient_fax}.",
            "> Call us at {recipient_phone}.",
        ),
        2,
    ):
        flow.para(prose.fill(line), gap=1)


@family("mail.memo", weight=0.7)
def memo(sheet: Sheet) -> list[Page]:
    """Draw a memorandum."""
    rng, case = sheet.rng, sheet.case
    page = sheet.page("letter")
    prose = Prose(sheet, case=str.upper if rng.random() < 0.1 else None)
    x = rng.uniform(50, 90)
    y = rng.uniform(30, 60)
    if rng.random() < 0.6:
        y = page.write(
            x,
            y,
            [organization(sheet, case.referrer, "referrer.organization")],
            sheet.font.bolder().sized(14),
            width=512 - x,
            align=rng.choice(("left", "center")),
        )
    y = (
        page.write(
            x,
            y + 6,
            rng.choice(("MEMORANDUM", "MEMO", "Interoffice Memo", "Memorandum", "INTER-OFFICE CORRESPONDENCE")),
            sheet.font.bolder().sized(rng.uniform(12, 24)),
            width=612 - 2 * x,
            align=rng.choice(("left", "center")),
        )
        + 8
    )
    rows = [
        said(
            "TO:",
            *rng.choice(
                (
                    prose.doctor(case.recipient.person, case.recipient.credential, "requested.provider"),
                    [Run(case.destination, "requested.specialty")],
                )
            ),
        ),
        said("FROM:", *sender(sheet)),
        said("DATE:", sheet.note.date(case.referral_date, "referral.date")),
        said(rng.choice(("RE:", "SUBJECT:")), *prose.fill(phrase(sheet, _MAIL_SUBJECTS))),
    ]
    y = arranged(sheet, page, rng.sample(rows, 4) if rng.random() < 0.3 else rows, x, y, 612 - 2 * x) + 6
    page.rule(x, y, 612 - x, y, 1.0)
    flow = Flow(sheet, page, left=x, width=612 - 2 * x, y=y + 12, bottom=740, font=sheet.font)
    body(sheet, flow, prose, paragraphs(sheet, 6, 3))
    return finish(sheet, flow.pages)


@family("mail.portal", weight=0.8, held_out=True)
def portal(sheet: Sheet) -> list[Page]:
    """Draw the print-out of messages in a portal, newest first."""
    rng, case, note = sheet.rng, sheet.case, sheet.note
    page = sheet.page("letter")
    x = rng.uniform(30, 60)
    y = (
        page.write(
            x,
            30,
            rng.choice(
                (
                    "Message Center",
                    "Provider Portal - Inbox",
                    "Secure Messaging",
                    "In Basket Message",
                    "CareLink Messages",
                )
            ),
            sheet.font.bolder().sized(13),
        )
        + 6
    )
    prose = Prose(sheet)
    flow = Flow(sheet, page, left=x, width=612 - 2 * x, y=y, bottom=745, font=sheet.font)
    threads: list[tuple[Text, Text, bool]] = [
        (sender(sheet), [Run(case.recipient.organization, "recipient.organization")], True)
    ]
    threads += (
        [([Run(f"{case.emergency.given} {case.emergency.family}", "other.person")], sender(sheet), False)]
        if rng.random() < 0.5
        else []
    )
    threads += (
        [(prose.doctor(case.recipient.person, case.recipient.credential, "requested.provider"), sender(sheet), False)]
        if rng.random() < 0.5
        else []
    )
    for index, (by, to, main) in enumerate(threads):
        day = (
            note.date(case.referral_date, "referral.date") if main else note.date(case.dates["last_seen"], "other.date")
        )
        flow.need(80)
        head: list[Text] = [[*by, rng.choice((" → ", " to ", " > ")), *to], [day, " 9:1" + str(index) + " AM"]]
        for line in head if rng.random() < 0.6 else head[::-1]:
            flow.para(line, font=flow.font.bolder() if rng.random() < 0.4 else flow.font, gap=1)
        if main:
            body(sheet, flow, prose, paragraphs(sheet, 6, 2))
        else:
            flow.para(prose.tell(some(sheet, ("thanks", "distractor", "history"), 1, 2)))
        flow.page.rule(x, flow.y, 612 - x, flow.y)
        flow.skip(0.6)
    return finish(sheet, flow.pages)


@family("slip.phone", weight=0.9)
def phone_slip(sheet: Sheet) -> list[Page]:
    """Draw a telephone message: a referral taken down while the other office was on the line."""
    rng, case, note = sheet.rng, sheet.case, sheet.note
    page = sheet.page("referral")
    prose = Prose(sheet)
    x, width = rng.uniform(40, 120), rng.uniform(280, 440)
    top = rng.uniform(30, 120)
    y = (
        page.write(
            x,
            top,
            rng.choice(
                (
                    "WHILE YOU WERE OUT",
                    "PHONE MESSAGE",
                    "Telephone Message",
                    "Referral taken by phone",
                    "IMPORTANT MESSAGE",
                    "Intake call",
                    "PHONE INTAKE",
                )
            ),
            sheet.font.bolder().sized(15),
            width=width,
            align="center",
        )
        + 4
    )
    clerk = Run(f"{sheet.banks.pick('given_female')} {sheet.banks.pick('surnames')[:1]}.", "other.person")
    rows = [
        said(
            rng.choice(("To", "For", "FOR:")),
            *rng.choice(
                (
                    prose.doctor(case.recipient.person, case.recipient.credential, "requested.provider"),
                    ["Scheduling"],
                    [Run(case.destination, "requested.specialty")],
                )
            ),
        ),
        said(rng.choice(("Date", "DATE:")), note.date(case.referral_date, "referral.date")),
        said("Time", f"{rng.randint(8, 17)}:{rng.randint(10, 59)}"),
        said(rng.choice(("M", "Caller", "From", "M_")), *rng.choice((sender(sheet), [clerk, " for ", *sender(sheet)]))),
        said(rng.choice(("of", "Of", "Office", "Company")), Run(case.referrer.organization, "referrer.organization")),
        said(
            rng.choice(("Phone", "Tel. No.", "Area code & number", "Call back")),
            note.phone(case.referrer.phone, "referrer.phone"),
        ),
        said(rng.choice(("Fax", "FAX #")), note.phone(case.referrer.fax, "referrer.fax")),
        said(rng.choice(("Taken by", "Operator", "Signed", "Initials")), clerk),
    ]
    last = rows.pop()
    kept = [one for one in rows if rng.random() < 0.85]
    y = arranged(sheet, page, kept or rows, x, y, width) + 6
    at = x
    for word in rng.sample(
        ("Telephoned", "Please call", "Called to see you", "Will call again", "Returned your call", "URGENT"),
        rng.randint(0, 4),
    ):
        state = TICKED if rng.random() < 0.3 and word != "URGENT" else EMPTY
        if at + 110 > x + width + 40:
            at, y = x, y + 16
        at = max(page.tick(at, y, state, word), at + 90) + 14
    flow = Flow(
        sheet,
        page,
        left=x,
        width=width,
        y=y + 20,
        bottom=700,
        font=sheet.hand or (script(sheet, rng.uniform(12, 16)) if rng.random() < 0.4 else sheet.font),
    )
    flow.para([Run(rng.choice(("Message", "MESSAGE:", "Msg:")), "label")], font=sheet.font, gap=2)
    for line in rng.sample(_TAKEN, rng.randint(2, 6)):
        flow.para(prose.fill(line), gap=2)
    flow.para(
        prose.fill(
            rng.choice(
                (
                    "Refer {patient}, {dob}, for {reason}",
                    "Pt: {patient}  DOB {dob}. {reason}",
                    "New pt {patient} - {reason}. #{phone}",
                )
            )
        )
    )
    low = arranged(sheet, flow.page, [last], x, flow.y + 4, width)
    if rng.random() < 0.6 and len(flow.pages) == 1:
        page.frame(x - 10, top - 8, x + width + 10, min(low + 8, 780))
    return finish(sheet, flow.pages)


_TAKEN: Final = phrases("mail.taken")


@family("slip.pad", weight=1.0)
def pad(sheet: Sheet) -> list[Page]:
    """Draw a prescription pad on which the referral is written."""
    rng, case, note = sheet.rng, sheet.case, sheet.note
    page = sheet.page("referral")
    width = rng.uniform(250, 420)
    x, top = rng.uniform(30, 580 - width), rng.uniform(24, 130)
    small = sheet.font.sized(min(sheet.font.size, 9.5))
    head: list[Text] = [
        [organization(sheet, case.referrer, "referrer.organization")] if rng.random() < 0.6 else sender(sheet),
        *contact(sheet, case.referrer, "referrer"),
    ]
    if rng.random() < 0.5:
        head.insert(1, sender(sheet))
    y = top
    for index, line in enumerate(head):
        y = page.write(x, y, line, small.bolder().sized(12) if index == 0 else small, width=width, align="center")
    if rng.random() < 0.5:
        y = page.write(
            x,
            y,
            [
                Run("DEA #", "label"),
                " ",
                Run(f"A{rng.choice('BCFM')}{rng.randint(1000000, 9999999)}", "other.id"),
                "   ",
                Run("NPI", "label"),
                " ",
                Run(case.referrer.npi, "referrer.npi"),
            ],
            small,
            width=width,
        )
    page.rule(x, y + 2, x + width, y + 2)
    ink = sheet.hand or (script(sheet, rng.uniform(12, 17)) if rng.random() < 0.6 else sheet.font)
    filled = replace_hand(sheet, ink)
    prose = Prose(sheet)
    rows = [
        said(rng.choice(("Name", "Patient", "For", "Name:")), *prose.patient()),
        said(rng.choice(("Date", "Date:")), note.date(case.referral_date, "referral.date")),
        said(rng.choice(("Address", "Add.")), *rng.choice(([""], note.address(case.address, "patient")))),
        said(
            rng.choice(("DOB", "D.O.B.", "Age/DOB")),
            *rng.choice(([""], [note.date(case.patient.birth_date, "patient.birth_date", birth=True)])),
        ),
        said("Age", *rng.choice(([""], prose.age()))),
    ]
    y = (
        arranged(
            filled,
            page,
            [one for index, one in enumerate(rows) if index == 0 or rng.random() < 0.7],
            x,
            y + 8,
            width,
            small,
        )
        + 4
    )
    y = (
        page.write(
            x, y, rng.choice(("Rx", "R", "Referral", "Rx:")), Font("Liberation Serif", rng.uniform(18, 30), bold=True)
        )
        + 2
    )
    flow = Flow(sheet, page, left=x + rng.uniform(0, 30), width=width - 30, y=y, bottom=690, font=ink)
    for written in rng.sample(_SCRIPT, rng.randint(2, 5)):
        flow.para(prose.fill(written), gap=2)
    flow.skip(1.5)
    flow.para(sender(sheet), font=ink if rng.random() < 0.5 else small, x=rng.choice((0.0, width * 0.4)), gap=0)
    flow.page.rule(x + width * 0.3, flow.y + 2, x + width, flow.y + 2)
    low = flow.page.write(
        x,
        flow.y + 4,
        rng.choice(
            (
                "Refill 0 1 2 3 PRN",
                "Dispense as written  ____  Substitution permitted ____",
                "Signature of Prescriber",
                "Label  Refill NR 1 2 3 4 5",
                "VOID AFTER 30 DAYS",
            )
        ),
        small.sized(7),
        width=width,
    )
    if rng.random() < 0.5 and len(flow.pages) == 1:
        page.frame(x - 8, top - 8, min(x + width + 8, 604), min(low + 6, 784))
    return finish(sheet, flow.pages)


def replace_hand(sheet: Sheet, ink: Font) -> Sheet:
    """Return a sheet whose values are filled in with `ink`."""
    return Sheet(sheet.rng, sheet.banks, sheet.case, sheet.note, sheet.font, ink)


_SCRIPT: Final = phrases("mail.script")
