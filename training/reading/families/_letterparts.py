"""Dates, addresses, subject blocks and signatures of letters."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Final

from training.reading.compose import Page, Run
from training.reading.facts import person
from training.reading.families import Sheet
from training.reading.families._letterhead import pair, sender
from training.reading.families._phrases import phrases
from training.reading.families._prose import Flow, Prose, Text, maybe, script, worded


def dated(sheet: Sheet, flow: Flow, *, always: bool = False) -> None:
    """Write the date of the letter."""
    rng = sheet.rng
    if not always and rng.random() < 0.06:
        return
    day = sheet.note.date(sheet.case.referral_date, "referral.date")
    runs: Text = [day]
    if rng.random() < 0.3:
        runs = [
            sheet.note.label("referral.date")
            if rng.random() < 0.4
            else Run(rng.choice(("Date:", "DATE:", "Date", "Dated")), "label"),
            " ",
            day,
        ]
    flow.para(runs, align=rng.choice(("left", "left", "left", "right")), x=rng.choice((0, 0, 0, flow.width * 0.6)))


def inside_address(sheet: Sheet, flow: Flow, prose: Prose) -> None:
    """Write to whom the letter goes."""
    rng, to = sheet.rng, sheet.case.recipient
    lines: list[Text] = []
    if rng.random() < 0.75:
        lines.append(prose.doctor(to.person, to.credential, "requested.provider"))
    if rng.random() < 0.4 or not lines:
        words = rng.choice(
            ("{}", "Department of {}", "{} Department", "{} Clinic", "Division of {}", "Attn: {}", "{} Associates")
        ).split("{}")
        lines.append([words[0], Run(sheet.case.destination, "requested.specialty"), words[1]])
    if rng.random() < 0.7:
        lines.append([Run(to.organization, "recipient.organization")])
    if rng.random() < 0.6:
        lines += [
            [Run(to.address.line, "recipient.address")],
            [Run(f"{to.address.city}, {to.address.state} {to.address.zip}", "recipient.address")],
        ]
    tel, fax = pair(sheet, to, "recipient")
    lines += [tel] if rng.random() < 0.2 else []
    lines += [fax] if rng.random() < 0.35 else []
    if rng.random() < 0.25:
        lines[0] = [Run(rng.choice(("To:", "TO:", "Refer to:", "Attention:", "ATTN:", "To")), "label"), " ", *lines[0]]
    if rng.random() < 0.08:
        lines.insert(
            0,
            [rng.choice(("VIA FAX", "Via facsimile", "BY FAX AND MAIL", "SENT VIA FAX", "PERSONAL AND CONFIDENTIAL"))],
        )
    for line in lines:
        flow.para(prose.cased(line), gap=0)
    flow.skip(rng.uniform(0.4, 1.6))


_SUBJECT: Final = phrases("items.subject")
_RE: Final = phrases("letter.re")


def subject_items(sheet: Sheet, most: int = 6) -> list[str]:
    """Return what a subject block tells beside the name, without repetition."""
    return list(dict.fromkeys(sheet.rng.sample(_SUBJECT, sheet.rng.randint(0, most))))


def _captioned(sheet: Sheet, item: str) -> Text:
    return [sheet.note.label(item), " ", *sheet.note.value(item, sheet.case)]


def subject(sheet: Sheet, flow: Flow, prose: Prose) -> None:
    """Write the block that names the patient: lines, one line, or a small table."""
    rng = sheet.rng
    style = rng.choice(("lines", "lines", "one", "one", "table", "table", "none"))
    name = prose.patient(rng.choice(("gf", "gmf", "f,g", "F,G", "f,gm", "gF")))
    items = subject_items(sheet)
    font = flow.font.bolder() if rng.random() < 0.35 else flow.font
    opener: Text = [Run(rng.choice(_RE), "label"), rng.choice((" ", "  ", " "))]
    if style == "one":
        gap = rng.choice((", ", "   ", "; ", " - ", " | ", " / "))
        line: Text = [*opener, *name]
        for item in items[:4]:
            line += [gap, *_captioned(sheet, item)]
        flow.para(line, font=font, align=rng.choice(("left", "left", "center")))
    elif style == "lines":
        shift = rng.choice((0.0, 0.0, 30.0, 200.0))
        flow.para([*opener, *name], font=font, gap=1, x=shift)
        for item in items:
            flow.para(_captioned(sheet, item), font=font, gap=1, x=shift + rng.choice((0.0, 0.0, 24.0)))
        flow.skip(0.6)
    elif style == "table":
        _subject_table(sheet, flow, items, name)


def _subject_table(sheet: Sheet, flow: Flow, items: list[str], name: Text) -> None:
    rng = sheet.rng
    flow.need(20 * len(items) + 40)
    top, column = flow.y, rng.uniform(90, 150)
    value = sheet.hand or flow.font
    for index, item in enumerate(["", *items]):
        label = sheet.note.label(item or "patient.name")
        low = flow.page.write(flow.left + 4, flow.y + 2, [label], flow.font, width=column - 8)
        blank = index > 0 and rng.random() < 0.12
        runs = name if not item else list(sheet.note.value(item, sheet.case))
        if not blank:
            low = max(low, flow.page.write(flow.left + column, flow.y + 2, runs, value, width=flow.width - column - 6))
        flow.y = low + rng.uniform(1, 3)
    if rng.random() < 0.6:
        flow.page.frame(flow.left, top, flow.left + flow.width, flow.y)
    flow.skip(1)


def salutation(sheet: Sheet, flow: Flow, prose: Prose) -> None:
    """Write the greeting."""
    rng = sheet.rng
    if rng.random() < 0.08:
        return
    end = rng.choice((":", ",", ",", "", " -"))
    found = worded(sheet, "salutations", "greetings")
    words = prose.fill(found if found[-1] in ":,-" else found + end)
    if rng.random() < 0.5:
        words = [
            rng.choice(("Dear Dr. ", "Dear Doctor ", "Dr. ", "Dear Dr ", "Hi Dr. ")),
            Run(sheet.case.recipient.person.family, "requested.provider"),
            end,
        ]
    flow.para(prose.cased(words))


def sign(sheet: Sheet, flow: Flow, prose: Prose) -> None:
    """Write the closing, the signature, copies and enclosures."""
    rng, who = sheet.rng, sheet.case.referrer
    shift = rng.choice((0.0, 0.0, flow.width * 0.5))
    flow.need(70)
    if rng.random() < 0.9:
        flow.para(worded(sheet, "closings").rstrip(",") + rng.choice((",", ",", "")), x=shift)
    if rng.random() < 0.35:
        flow.para(
            sender(sheet, doctor=False, credential=rng.random() < 0.4),
            font=script(sheet, rng.uniform(13, 20)),
            x=shift,
            gap=2,
        )
    else:
        flow.skip(rng.uniform(0.2, 2.5))
    lines: list[Text] = []
    named = rng.random()
    if named < 0.8:
        lines.append(sender(sheet, credential=rng.random() < 0.8))
    elif named < 0.92:
        other = person(rng, sheet.banks)
        lines.append(
            [
                Run(f"{other.given} {other.family}", "other.person"),
                rng.choice((", RN", ", MA", ", referral coordinator", "")),
                rng.choice((" for ", " on behalf of ", "\nfor ")),
                *sender(sheet),
            ]
        )
    lines += (
        [
            [
                rng.choice(
                    (
                        who.specialty,
                        "Medical Director",
                        "Attending Physician",
                        "Primary Care Physician",
                        "Nurse Practitioner",
                        "Staff Physician",
                    )
                )
            ]
        ]
        if rng.random() < 0.25
        else []
    )
    lines += (
        [
            [
                Run(rng.choice(("NPI:", "NPI", "NPI #", "NPI No.", "Provider NPI:")), "label"),
                " ",
                Run(who.npi, "referrer.npi"),
            ]
        ]
        if rng.random() < 0.4
        else []
    )
    lines += [[Run(who.organization, "referrer.organization")]] if rng.random() < 0.3 else []
    tel, fax = pair(sheet, who, "referrer")
    lines += [tel] if rng.random() < 0.22 else []
    lines += [fax] if rng.random() < 0.22 else []
    for line in lines:
        flow.para(prose.cased(line), x=shift, gap=0)
    flow.skip(0.5)
    _after(sheet, flow, prose)


def _after(sheet: Sheet, flow: Flow, prose: Prose) -> None:
    rng, case = sheet.rng, sheet.case
    initials = "".join(one[:1] for one in (case.referrer.person.given, case.referrer.person.family))
    typed = "".join(rng.choice(string.ascii_lowercase) for _ in range(2))
    copy = rng.choice(("cc: ", "CC: ", "c: ", "cc ", "Copy to: "))
    notes: list[Text] = [
        ["Electronically signed by ", *sender(sheet), rng.choice((" on ", ", ", " @ ")), _signed(sheet)],
        [f"{initials}/{typed}"],
        ["Dictated but not read."],
        [
            "D: ",
            prose.note.date(case.referral_date, "referral.date"),
            "  T: ",
            sheet.note.date(case.dates["printed"], "other.date"),
        ],
        [
            copy,
            *prose.doctor(case.pcp.person, case.pcp.credential, "other.provider"),
            *maybe(rng, ", ", Run("fax ", "label"), sheet.note.phone(case.pcp.fax, "other.phone")),
        ],
        [
            copy,
            *prose.doctor(case.other.person, case.other.credential, "other.provider"),
            ", ",
            Run(case.other.organization, "other.organization"),
        ],
        [copy, *prose.patient(), " (patient)"],
        [
            rng.choice(
                (
                    "Enc.",
                    "Enclosures: labs, imaging report",
                    "Encl: office note",
                    "Enclosures (3)",
                    "Attachments: demographics, insurance card",
                    "enc: EKG",
                )
            )
        ],
        ["P.S. ", *prose.say("distractor")],
    ]
    for note in rng.sample(notes, rng.choices((0, 1, 2, 3), (3, 4, 3, 1))[0]):
        flow.para(prose.cased(note), gap=1, font=flow.font.sized(max(flow.font.size * rng.choice((1.0, 0.85)), 6.5)))


def _signed(sheet: Sheet) -> Run:
    same = sheet.case.dates["signed"] == sheet.case.referral_date
    return sheet.note.date(sheet.case.dates["signed"], "referral.date" if same else "other.date")


def running_head(sheet: Sheet, prose: Prose) -> Callable[[Page, int], float]:
    """Return what draws the head of the following pages."""
    rng, case = sheet.rng, sheet.case
    style = rng.randrange(5)
    name = prose.patient(rng.choice(("gf", "f,g", "F,G")))
    day = sheet.note.date(case.referral_date, "referral.date")
    birth = sheet.note.date(case.patient.birth_date, "patient.birth_date", birth=True)

    def draw(page: Page, number: int) -> float:
        font, x = sheet.font, 54.0
        if style == 0:
            y = page.write(x, 36, f"Page {number}", font)
            y = page.write(x, y, [Run("RE:", "label"), " ", *name], font)
            return page.write(x, y, [day], font) + 14
        if style == 1:
            return page.write(x, 36, [*name, "   ", Run("DOB", "label"), " ", birth, f"   Page {number}"], font) + 14
        if style == 2:
            page.write(x, 32, [Run("Patient:", "label"), " ", *name], font)
            return page.write(x, 32, [f"-{number}-"], font, width=500, align="right") + 16
        if style == 3:
            return (
                page.write(
                    x,
                    34,
                    [Run(case.referrer.organization, "referrer.organization"), f" - page {number} of {number}"],
                    font,
                    width=500,
                    align="center",
                )
                + 12
            )
        return page.write(x, 40, [f"({number}) continued"], font) + 10

    return draw
