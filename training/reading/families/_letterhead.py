"""Letterheads, and how senders print who they are."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from training.reading.compose import Page, Run
from training.reading.facts import Provider, person, phone
from training.reading.families import Sheet
from training.reading.families._phrases import phrases
from training.reading.families._prose import Text, phrase
from training.reading.fonts import PRINT, Font

_PHONE: Final = (
    "Phone",
    "Tel",
    "Tel.",
    "Telephone",
    "P",
    "Ph",
    "Office",
    "T",
    "PHONE",
    "Main",
    "Voice",
    "Ph.",
    "Phone No.",
    "Call",
    "Tele",
)
_FAX: Final = ("Fax", "Fax", "F", "FAX", "Facsimile", "Fx", "Fax No.", "FAX #", "Telefax", "eFax")


@dataclass(slots=True)
class Frame:
    """Where the body of a letter goes below its letterhead, and the foot that keeps free."""

    y: float
    left: float
    width: float
    bottom: float


def caption(sheet: Sheet, words: tuple[str, ...], end: str = "") -> Run:
    """Return a short caption in front of a number."""
    word = sheet.rng.choice(words)
    return Run(word + (end or sheet.rng.choice((":", ":", "", "" if word.endswith(".") else ".", " -", ":"))), "label")


def pair(sheet: Sheet, who: Provider, role: str, words: tuple[str, ...] = _PHONE) -> tuple[Text, Text]:
    """Return telephone and fax of a place with captions; `role` is referrer, recipient or other."""
    rng = sheet.rng
    numbers = (
        Run(sheet.note.phone(who.phone, f"{role}.phone").text, f"{role}.phone"),
        Run(
            sheet.note.phone(who.fax, "other.phone" if role == "other" else f"{role}.fax").text,
            "other.phone" if role == "other" else f"{role}.fax",
        ),
    )
    if rng.random() < 0.12:
        return [numbers[0], " ", Run(rng.choice(("(phone)", "(office)", "phone", "(p)", "Tel")), "label")], [
            numbers[1],
            " ",
            Run(rng.choice(("(fax)", "fax", "(f)")), "label"),
        ]
    first: Text = [caption(sheet, words), " ", numbers[0]]
    if rng.random() < 0.12:
        first = [numbers[0]]
    return first, [caption(sheet, _FAX), rng.choice((" ", " ", "  ")), numbers[1]]


def contact(sheet: Sheet, who: Provider, role: str) -> list[Text]:
    """Return the lines that tell how to reach a place, some left out, in an order of the office's own."""
    rng = sheet.rng
    tel, fax = pair(sheet, who, role)
    wide = rng.choice((" • ", "  ", " | ", "   ", " / ", "; ", " · ", ", "))
    label = f"{role}.address"
    street: list[Text] = [
        [Run(who.address.line, label)],
        [Run(f"{who.address.city}, {who.address.state} {who.address.zip}", label)],
    ]
    if rng.random() < 0.5:
        street = [sheet.note.address(who.address, label)]
    shown = rng.random()
    if shown < 0.55:
        numbers: list[Text] = [[*tel, wide, *fax] if rng.random() < 0.8 else [*fax, wide, *tel]]
    elif shown < 0.85:
        numbers = [tel, fax]
    elif shown < 0.95:
        numbers = [tel]
    else:
        numbers = []
    lines = street + numbers if rng.random() < 0.8 else numbers + street
    if rng.random() < 0.15:
        lines.append(
            [
                rng.choice(("www.", "http://", ""))
                + rng.choice(("example.org", "clinic.example.com", "ourpractice.example"))
            ]
        )
    if role == "referrer" and rng.random() < 0.14:
        lines.append(
            [Run(rng.choice(("Group NPI: ", "Org NPI ", "NPI (group) ")), "label"), Run(who.group_npi, "other.npi")]
        )
    if role == "referrer" and rng.random() < 0.07:
        lines.append([Run(rng.choice(("Tax ID: ", "TIN ", "EIN: ")), "label"), Run(who.tax_id, "other.id")])
    return lines


def organization(sheet: Sheet, who: Provider, label: str) -> Run:
    """Return the name of a practice as its letterhead prints it."""
    name = who.organization.upper() if sheet.rng.random() < 0.3 else who.organization
    return Run(name, label)


def colleagues(sheet: Sheet, most: int) -> list[Text]:
    """Return names of the practice's clinicians, the sender sometimes among them."""
    rng = sheet.rng
    made: list[Text] = []
    for _ in range(rng.randint(1, most)):
        who = person(rng, sheet.banks)
        made.append(
            [
                Run(f"{who.given} {who.middle[:1] + '. ' if who.middle else ''}{who.family}", "other.provider"),
                ", " + sheet.banks.pick("credentials"),
            ]
        )
    if rng.random() < 0.6:
        made.insert(rng.randint(0, len(made)), sender(sheet, doctor=False))
    return made


def sender(sheet: Sheet, *, doctor: bool | None = None, credential: bool = True) -> Text:
    """Return the sender's name as it stands below a letter."""
    rng, who = sheet.rng, sheet.case.referrer
    name = sheet.note.name(
        who.person,
        "referrer.family",
        "referrer.given",
        "referrer.credential",
        style=rng.choice(("gf", "gf", "gmf", "gF")),
    )
    before: Text = [Run("Dr. ", "referrer.credential")] if (rng.random() < 0.15 if doctor is None else doctor) else []
    return [
        *before,
        *name,
        *([rng.choice((", ", ", ", " ")), Run(who.credential, "referrer.credential")] if credential else []),
    ]


def letterhead(sheet: Sheet, page: Page) -> Frame:
    """Draw a letterhead of some kind."""
    rng = sheet.rng
    kinds: tuple[Callable[[Sheet, Page], Frame], ...] = (
        _stacked,
        _stacked,
        _stacked,
        _two_columns,
        _foot,
        _side,
        _bare,
        branches,
        _doctor_first,
    )
    frame = rng.choice(kinds)(sheet, page)
    frame.y += rng.uniform(4, 30)
    return frame


def top_letterhead(sheet: Sheet, page: Page) -> Frame:
    """Draw a letterhead that leaves the whole width of the page below it free."""
    return sheet.rng.choice((_stacked, _two_columns, branches, _doctor_first))(sheet, page)


def _margin(sheet: Sheet) -> float:
    return sheet.rng.uniform(36, 90)


def _frame(sheet: Sheet, y: float) -> Frame:
    left = _margin(sheet)
    return Frame(y, left, 612 - left - sheet.rng.uniform(36, 90), sheet.rng.uniform(690, 752))


def _big(sheet: Sheet) -> Font:
    font = Font(sheet.rng.choice(PRINT), sheet.font.size) if sheet.rng.random() < 0.4 else sheet.font
    return font.bolder().sized(font.size * sheet.rng.uniform(1.1, 2.0))


def _lines(page: Page, lines: list[Text], x: float, y: float, width: float, align: str, font: Font) -> float:
    for line in lines:
        y = page.write(x, y, line, font, width=width, align=align, leading=1.18)
    return y


def _stacked(sheet: Sheet, page: Page) -> Frame:
    rng, who = sheet.rng, sheet.case.referrer
    align = rng.choice(("center", "center", "left", "right"))
    x = rng.uniform(30, 70)
    width, y = 612 - 2 * x, rng.uniform(24, 60)
    small = sheet.font.sized(max(sheet.font.size * rng.uniform(0.75, 1.0), 6.5))
    y = page.write(x, y, [organization(sheet, who, "referrer.organization")], _big(sheet), width=width, align=align)
    if rng.random() < 0.25:
        y = page.write(x, y, phrase(sheet, phrases("taglines")), small, width=width, align=align)
    lines = contact(sheet, who, "referrer")
    if rng.random() < 0.3:
        lines[rng.randint(0, len(lines)) : 0] = colleagues(sheet, 4) if rng.random() < 0.5 else [sender(sheet)]
    y = _lines(page, lines, x, y, width, align, small)
    if rng.random() < 0.4:
        page.rule(x, y + 3, 612 - x, y + 3, rng.choice((0.6, 1.2, 2.0)))
    return _frame(sheet, y + 6)


def _two_columns(sheet: Sheet, page: Page) -> Frame:
    rng, who = sheet.rng, sheet.case.referrer
    y = rng.uniform(24, 55)
    small = sheet.font.sized(max(sheet.font.size * 0.88, 6.5))
    left: list[Text] = [
        [rng.choice(("Internal Medicine", "Family Practice", "Primary Care", phrase(sheet, phrases("taglines"))))],
        *(colleagues(sheet, 3) if rng.random() < 0.6 else []),
    ]
    right = contact(sheet, who, "referrer")
    if rng.random() < 0.3:
        left, right = right, left
    first = page.write(40, y, [organization(sheet, who, "referrer.organization")], _big(sheet), width=290)
    first = _lines(page, left, 40, first, 290, "left", small)
    second = _lines(page, right, 340, y + rng.uniform(0, 10), 235, rng.choice(("left", "right")), small)
    if rng.random() < 0.5:
        page.rule(36, max(first, second) + 4, 576, max(first, second) + 4)
    return _frame(sheet, max(first, second) + 8)


def _foot(sheet: Sheet, page: Page) -> Frame:
    rng, who = sheet.rng, sheet.case.referrer
    y = page.write(
        40,
        rng.uniform(24, 50),
        [organization(sheet, who, "referrer.organization")],
        _big(sheet),
        width=532,
        align=rng.choice(("left", "center", "right")),
    )
    small = sheet.font.sized(max(sheet.font.size * 0.8, 6.5))
    gap: Text = [rng.choice(("  •  ", " | ", "   ", " - "))]
    joined: Text = []
    for line in contact(sheet, who, "referrer"):
        joined += (gap if joined else []) + line
    page.write(40, rng.uniform(752, 764), joined, small, width=532, align="center", leading=1.1)
    frame = _frame(sheet, y + 4)
    frame.bottom = 735
    return frame


def _side(sheet: Sheet, page: Page) -> Frame:
    rng, who = sheet.rng, sheet.case.referrer
    small = sheet.font.sized(max(sheet.font.size * 0.8, 6.5))
    width = rng.uniform(115, 150)
    x = 28 if rng.random() < 0.7 else 584 - width
    y = page.write(40, 30, [organization(sheet, who, "referrer.organization")], _big(sheet), width=532)
    at = _lines(page, [*colleagues(sheet, 7), ["\n"]], x, y + 20, width, "left", small)
    _lines(page, contact(sheet, who, "referrer"), x, at + rng.uniform(10, 250), width, "left", small)
    left = 28 + width + 18 if x < 100 else 40
    page.rule(left - 9 if x < 100 else x - 6, y + 14, left - 9 if x < 100 else x - 6, 700)
    return Frame(y + 16, left, 612 - width - 28 - 18 - 42, 735)


def _bare(sheet: Sheet, page: Page) -> Frame:
    """No letterhead at all, or only the name of the practice typed."""
    rng, who = sheet.rng, sheet.case.referrer
    frame = _frame(sheet, rng.uniform(30, 80))
    if rng.random() < 0.5:
        lines: list[Text] = [[organization(sheet, who, "referrer.organization")], *contact(sheet, who, "referrer")]
        if rng.random() < 0.4:
            lines.insert(0, sender(sheet))
        frame.y = _lines(page, lines, frame.left, frame.y, frame.width, "left", sheet.font)
    return frame


def branches(sheet: Sheet, page: Page) -> Frame:
    """Draw the letterhead of an office with several locations, its own first, ticked or named below."""
    rng, who = sheet.rng, sheet.case.referrer
    y = page.write(
        36,
        rng.uniform(22, 45),
        [organization(sheet, who, "referrer.organization")],
        _big(sheet),
        width=540,
        align="center",
    )
    small = sheet.font.sized(rng.uniform(6.5, 8.5))
    count = rng.randint(2, 4)
    own = 0 if rng.random() < 0.6 else rng.randrange(count)
    ticks = rng.random() < 0.4
    width = 540 / count
    low = y
    for index in range(count):
        mine = index == own
        place = who.address.city if mine else sheet.banks.pick("cities").split("|")[0]
        x = 36 + width * index
        title: Text = [f"{place} {rng.choice(('Office', 'Location', 'Clinic', ''))}"]
        if ticks:
            page.tick(x, y + 4, "☒" if mine else "☐", title, small.bolder())
        else:
            page.write(x, y + 4, [*title, " (main)" if mine and own else ""], small.bolder(), width=width - 8)
        at = y + 4 + small.size * 1.3
        if rng.random() < 0.6:
            at = page.write(
                x,
                at,
                [_street(sheet, who, mine=mine)],
                small,
                width=width - 8,
            )
        numbers = (who.phone, who.fax) if mine else (phone(rng), phone(rng))
        labels = ("referrer.phone", "referrer.fax") if mine else ("other.phone", "other.phone")
        for words, digits, label in zip((_PHONE, _FAX), numbers, labels, strict=True):
            at = page.write(
                x,
                at,
                [caption(sheet, words, ":"), " ", Run(sheet.note.phone(digits, label).text, label)],
                small,
                width=width - 8,
            )
        low = max(low, at)
    if rng.random() < 0.5:
        page.rule(36, low + 3, 576, low + 3)
    return _frame(sheet, low + 6)


def _street(sheet: Sheet, who: Provider, *, mine: bool) -> Run:
    if mine:
        return Run(who.address.line, "referrer.address")
    street = f"{sheet.banks.pick('street_names')} {sheet.banks.pick('street_types')}"
    return Run(f"{sheet.rng.randint(10, 9900)} {street}", "other.address")


def _doctor_first(sheet: Sheet, page: Page) -> Frame:
    """Draw the letterhead of a doctor in practice on his or her own."""
    rng, who = sheet.rng, sheet.case.referrer
    align = rng.choice(("center", "left"))
    y = page.write(50, rng.uniform(26, 60), sender(sheet), _big(sheet), width=512, align=align)
    small = sheet.font.sized(max(sheet.font.size * 0.9, 6.5))
    lines: list[Text] = [
        [
            rng.choice(
                (
                    "Family Medicine",
                    "Internal Medicine",
                    "General Practice",
                    who.specialty,
                    "Diplomate, American Board of Internal Medicine",
                )
            )
        ]
    ]
    lines += [[organization(sheet, who, "referrer.organization")]] if rng.random() < 0.6 else []
    lines += [[Run("NPI ", "label"), Run(who.npi, "referrer.npi")]] if rng.random() < 0.3 else []
    lines += (
        [[f"Lic. # {rng.choice(string.ascii_uppercase)}{rng.randint(10000, 99999)}"]] if rng.random() < 0.15 else []
    )
    y = _lines(page, lines + contact(sheet, who, "referrer"), 50, y, 512, align, small)
    return _frame(sheet, y)
