"""Whole parts of a form: which fields a section asks for, groups of boxes, letterheads, titles, stamps, small print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from training.reading.compose import EMPTY, TICKED, UNKNOWN, Page, Run, Runs
from training.reading.facts import Provider, identifier, phone
from training.reading.families import Sheet
from training.reading.families._form_words import (
    HEADINGS,
    PAYER_BOXES,
    PRIORITY_BOXES,
    SERVICES,
    SMALL_PRINT,
    SPECIALTIES,
    STAMPS,
    TITLES,
    TITLES_FOR,
)
from training.reading.families._parts import Entry, Flow, Look, Option, bare, entry, fit, text
from training.reading.fonts import Font

#: What a section may ask for, with the share of forms that do; names in braces are groups of boxes.
POOLS: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    "patient": (
        ("patient.birth_date", 0.93), ("{sex}", 0.75), ("{phone}", 0.85), ("{address}", 0.7), ("patient.mrn", 0.4),
        ("patient.age", 0.1), ("patient.ssn", 0.15), ("patient.email", 0.2), ("patient.other_phone", 0.25),
        ("interpreter", 0.15), ("{language}", 0.08), ("{marital}", 0.08),
    ),
    "coverage": (
        ("{payer}", 0.93), ("coverage.member_id", 0.8), ("coverage.group", 0.45), ("coverage.plan", 0.2),
        ("coverage.payer_phone", 0.2), ("subscriber.name", 0.3), ("subscriber.birth_date", 0.15), ("{secondary}", 0.25),
        ("authorization.number", 0.35),
    ),
    "referrer": (
        ("referrer.name", 0.93), ("referrer.npi", 0.6), ("referrer.organization", 0.55), ("referrer.phone", 0.75),
        ("referrer.fax", 0.7), ("referrer.address", 0.3), ("contact_person", 0.3), ("group.npi", 0.12),
        ("referrer.taxid", 0.1),
    ),
    "recipient": (
        ("recipient.provider", 0.55), ("{specialty}", 0.7), ("recipient.organization", 0.5), ("recipient.phone", 0.55),
        ("recipient.fax", 0.5), ("recipient.address", 0.25), ("recipient.npi", 0.2),
    ),
    "clinical": (
        ("reason", 0.7), ("{diagnosis}", 0.85), ("{service}", 0.6), ("{priority}", 0.6), ("clinical_history", 0.2),
        ("medications", 0.12), ("allergies", 0.12), ("cpt", 0.15), ("{requested}", 0.2), ("referral.date", 0.3),
        ("other.date.injury", 0.06),
    ),
    "admin": (
        ("other.date.printed", 0.3), ("visit_number", 0.3), ("other.date.appointment", 0.25), ("pages", 0.15),
        ("other.date.authorization_start", 0.15), ("other.date.authorization_end", 0.15),
        ("other.date.encounter", 0.25),
        ("other.date.last_seen", 0.1), ("facility.name", 0.2), ("authorization.number", 0.1), ("{yesno}", 0.3),
    ),
    "people": (
        ("emergency.name", 0.6), ("emergency.phone", 0.6), ("guarantor.name", 0.25), ("pcp.name", 0.5),
        ("pcp.phone", 0.4),
        ("pcp.npi", 0.2), ("pharmacy.name", 0.2), ("pharmacy.phone", 0.2),
    ),
}  # fmt: skip
_UNMARKED: Final = 0.03


def items(sheet: Sheet, section: str) -> list[str]:
    """Return the items a section asks for on this form, in its order."""
    often = sheet.often
    chosen = [item for item, share in POOLS[section] if often(share)]
    if often(0.4):
        sheet.rng.shuffle(chosen)
    if section == "patient":
        name = ["patient.name", "patient.name", "patient.name.last_first", "{name}"][sheet.rng.randrange(4)]
        parts = sheet.rng.sample(["patient.family", "patient.given"], 2) + ["patient.middle"] * often(0.4)
        chosen = (parts if name == "{name}" else [name]) + chosen
        if often(0.15):
            sheet.rng.shuffle(chosen)
    return [one for item in chosen for one in _expand(sheet, item)]


def _expand(sheet: Sheet, item: str) -> Sequence[str]:
    often = sheet.often
    line = "patient.address.line"
    parts = ("patient.address.city", "patient.address.state", "patient.address.zip")
    ways: dict[str, Sequence[Sequence[str]]] = {
        "{address}": (["patient.address"], ["patient.address"], [line, "patient.address.csz"], [line, *parts]),
        "{phone}": (["patient.phone"],) * 4 + (["patient.phone"] * 2, ["patient.phone", "patient.other_phone"]),
        "{diagnosis}": (
            ["diagnosis.codes"],
            ["diagnosis.codes", "diagnosis"],
            ["diagnosis", "diagnosis.codes"],
            ["diagnosis"],
        ),
        "{secondary}": (["secondary.payer"], ["secondary.payer", "secondary.member_id"]),
        "{requested}": (["requested.specialty"], ["requested.service"]),
    }
    if item in ways:
        return sheet.rng.choice(ways[item])
    group = {"{sex}": 0.35, "{priority}": 0.55, "{service}": 0.5, "{specialty}": 0.3, "{payer}": 0.15}.get(item)
    if group is not None and not often(group):
        return [{"{sex}": "patient.sex", "{priority}": "priority", "{service}": "requested.service",
                 "{specialty}": "requested.specialty", "{payer}": "coverage.payer"}[item]]  # fmt: skip
    return [item]


def entries(sheet: Sheet, section: str, *, short: bool = False, blank: float = 0.06) -> list[Entry]:
    """Return the fields of a section."""
    return [asked(sheet, item, short=short, blank=blank) for item in items(sheet, section)]


def asked(sheet: Sheet, item: str, *, short: bool = False, blank: float = 0.06) -> Entry:
    """Return the field of an item or the group of boxes of a name in braces."""
    return _GROUPS[item](sheet) if item in _GROUPS else entry(sheet, item, short=short, blank=blank)


def choice(sheet: Sheet, captions: Sequence[str], ticked: int, label: str | None) -> tuple[Option, ...]:
    """Return boxes of which one is ticked (none if `ticked` is negative); its caption is of class `label`."""
    made = []
    for index, caption in enumerate(captions):
        on = index == ticked
        state = UNKNOWN if sheet.often(_UNMARKED) else TICKED if on else EMPTY
        made.append(Option(state, [Run(caption, label if on else None)]))
    return tuple(made)


def _amid(sheet: Sheet, own: str, others: Sequence[str], count: int) -> tuple[list[str], int]:
    """Return `own` among up to `count` others, and where it is."""
    known = own.casefold()
    made = [one for one in sheet.rng.sample(list(others), min(count, len(others))) if one.casefold() != known]
    if sheet.often(0.6):
        made.sort()
    at = sheet.rng.randint(0, len(made))
    made.insert(at, own)
    return made, at


def sex_boxes(sheet: Sheet) -> Entry:
    """Return the boxes of the patient's sex."""
    words = sheet.rng.choice((("M", "F"), ("F", "M"), ("Male", "Female"), ("Female", "Male"),
        ("male", "female", "other"),
                              ("MALE", "FEMALE"), ("Male", "Female", "X", "Unknown"),
                              ("Woman", "Man", "Nonbinary")))  # fmt: skip
    first = {"male": "m", "female": "f"}.get(sheet.case.patient.sex, "xno")
    man = {"woman": "f", "man": "m"}
    found = [i for i, word in enumerate(words) if man.get(word.lower(), word[0].lower()) in first]
    return Entry(
        (bare(sheet, "patient.sex"),) if sheet.often(0.85) else (),
        options=choice(sheet, words, found[0] if found else -1, "patient.sex"),
    )


def priority_boxes(sheet: Sheet) -> Entry:
    """Return the boxes of how soon."""
    keys = ["routine", "urgent", "asap", "stat"]
    shown = [key for key in keys if key == sheet.case.priority or sheet.often(0.65)]
    if sheet.often(0.2):
        shown.reverse()
    words = [sheet.rng.choice(PRIORITY_BOXES[key]) for key in shown]
    ticked = shown.index(sheet.case.priority) if sheet.often(0.9) else -1
    return Entry(
        (bare(sheet, "priority"),) if sheet.often(0.7) else (), options=choice(sheet, words, ticked, "priority")
    )


def service_boxes(sheet: Sheet, count: int = 0) -> Entry:
    """Return the boxes of what is to be done."""
    words, at = _amid(sheet, sheet.note.value_case(sheet.case.service), SERVICES, count or sheet.rng.randint(2, 9))
    return Entry(
        (bare(sheet, "requested.service"),) if sheet.often(0.7) else (),
        options=choice(sheet, words, at, "requested.service"),
    )


def specialty_boxes(sheet: Sheet, count: int = 0) -> Entry:
    """Return the boxes of the specialty the patient is sent to."""
    words, at = _amid(sheet, sheet.case.destination, SPECIALTIES, count or sheet.rng.randint(4, 20))
    if sheet.often(0.2):
        words = [word.upper() for word in words]
    return Entry(
        (bare(sheet, "requested.specialty"),) if sheet.often(0.6) else (),
        options=choice(sheet, words, at, "requested.specialty"),
    )


def payer_boxes(sheet: Sheet) -> Entry:
    """Return the boxes of who pays."""
    words, at = _amid(sheet, sheet.case.coverage.payer, PAYER_BOXES, sheet.rng.randint(3, 9))
    return Entry(
        (bare(sheet, "coverage.payer"),) if sheet.often(0.6) else (), options=choice(sheet, words, at, "coverage.payer")
    )


def plain_boxes(sheet: Sheet, label: str, captions: Sequence[str]) -> Entry:
    """Return boxes that answer nothing anybody asks for."""
    words = Run(sheet.note.label_case(label) + sheet.note.label_end, "label")
    return Entry((words,), options=choice(sheet, captions, sheet.rng.randint(-1, len(captions) - 1), None))


_YES_NO: Final = (
    "Interpreter needed", "Records attached", "Imaging on file", "Patient notified", "Auth required", "Pregnant",
    "Diabetic",
    "On anticoagulants", "New patient", "Work related", "Auto accident", "Smoker", "Labs attached", "Mobility aid",
    "Appointment scheduled", "Insurance verified", "Wheelchair", "Latex allergy", "Prior treatment",
)  # fmt: skip
_GROUPS: Final[dict[str, Callable[[Sheet], Entry]]] = {
    "{sex}": sex_boxes,
    "{priority}": priority_boxes,
    "{service}": service_boxes,
    "{specialty}": specialty_boxes,
    "{payer}": payer_boxes,
    "{yesno}": lambda sheet: plain_boxes(sheet, sheet.rng.choice(_YES_NO),
    sheet.rng.choice((("Yes", "No"), ("Y", "N"), ("No", "Yes"), ("YES", "NO", "N/A")))),
    "{language}": lambda sheet: plain_boxes(sheet, "Language", ("English", "Spanish", "Other")),
    "{marital}": lambda sheet: plain_boxes(sheet, "Marital status",
    sheet.rng.choice((("S", "M", "D", "W"), ("Single", "Married", "Divorced")))),
}  # fmt: skip


def yes_no(sheet: Sheet) -> Entry:
    """Return a question with yes and no."""
    return _GROUPS["{yesno}"](sheet)


def heading(sheet: Sheet, section: str) -> str:
    """Return the heading of a section; may be empty."""
    return sheet.note.label_case(sheet.rng.choice(HEADINGS[section]))


def title(sheet: Sheet, *, specialty: float = 0.3) -> Runs:
    """Return what stands on top of a form; it names the specialty in a share of the calls."""
    if not sheet.often(specialty):
        return [sheet.rng.choice(TITLES)]
    before, _, after = sheet.rng.choice(TITLES_FOR).partition("{}")
    name = sheet.case.destination.upper() if before.isupper() or after.isupper() else sheet.case.destination
    return [before, Run(name, "requested.specialty"), after]


_PHONE_WORDS: Final = (("Phone: ", "Fax: "), ("P: ", "F: "), ("Tel ", "Fax "), ("Ph. ", "Fx. "), ("T ", "F "),
    ("", "fax "),
                       ("Office: ", "Fax: "), ("PH#", "FAX#"), ("Call ", "Fax referrals to "),
                       ("Main: ", "Fax: "))  # fmt: skip


def numbers(sheet: Sheet, who: Provider, role: str, gap: str = "") -> list[Run | str]:
    """Return telephone and fax of an office; `role` is referrer, recipient or other."""
    rng, note = sheet.rng, sheet.note
    call, fax = rng.choice(_PHONE_WORDS)
    gap = gap or rng.choice(("   ", "  |  ", " • ", ", ", "\n"))
    ends = ("other.phone", "other.phone") if role == "other" else (f"{role}.phone", f"{role}.fax")
    made: list[Run | str] = []
    if sheet.often(0.9):
        made += [Run(call, "label"), note.phone(who.phone, ends[0])]
    if sheet.often(0.85):
        made += [gap] * bool(made) + [Run(fax, "label"), note.phone(who.fax, ends[1])]
    return made


def other_number(sheet: Sheet) -> Run:
    """Return somebody's telephone number."""
    return sheet.note.phone(phone(sheet.rng), "other.phone")


def letterhead(sheet: Sheet, who: Provider, role: str) -> list[list[Run | str]]:
    """Return the lines of an office's letterhead; `role` is referrer, recipient or other."""
    rng = sheet.rng
    made: list[list[Run | str]] = [
        [Run(who.organization.upper() if sheet.often(0.3) else who.organization, f"{role}.organization")]
    ]
    if sheet.often(0.15):
        made.append([rng.choice(("Excellence in care since 1974", "A member of the regional health network",
            "Caring for our community",
                                 "Compassion. Quality. Trust.", "Board certified physicians"))])  # fmt: skip
    if sheet.often(0.75):
        made.append(sheet.note.address(who.address, f"{role}.address", lines=sheet.often(0.5)))
    if sheet.often(0.85):
        made.append(numbers(sheet, who, role))
    if role == "referrer" and sheet.often(0.15):
        made.append(["NPI: ", Run(who.group_npi, "other.npi")])
    if sheet.often(0.2):
        web = "".join(letter for letter in who.organization.lower() if letter.isalnum())[:22]
        made.append([f"www.{web}.{rng.choice(('com', 'org', 'net'))}"])
    return made


def head(sheet: Sheet, flow: Flow, role: str = "", words: Runs | None = None) -> None:
    """Draw the top of a form: perhaps a letterhead, its title, a stamp; on the left, the right or centred."""
    rng = sheet.rng
    role = role or rng.choice(("referrer", "referrer", "recipient", "recipient", "none"))
    words = title(sheet) if words is None else words
    big = sheet.font.sized(min(sheet.font.size * rng.uniform(1.1, 1.8), 18.0))
    big = big.bolder() if sheet.often(0.6) else big
    small = sheet.font.sized(max(sheet.font.size * rng.uniform(0.75, 1.0), 6.0))
    who = {"referrer": sheet.case.referrer, "recipient": sheet.case.recipient}.get(role)
    parts = letterhead(sheet, who, role) if who else []
    align = rng.choice(("left", "center", "center", "right"))
    if parts and sheet.often(0.25):
        side_by_side(sheet, flow, parts, words, (big, small))
        return
    shown = [("title", words)] + [("part", one) for one in parts]
    if sheet.often(0.7):
        shown = shown[1:] + shown[:1]
    for kind, one in shown:
        if text(one).strip():
            first = kind == "title" or (parts and one is parts[0])
            flow.text(one, big if first else small, align=align)
    flow.skip(rng.uniform(2.0, 10.0))


def side_by_side(sheet: Sheet, flow: Flow, parts: Sequence[Runs], words: Runs, sizes: tuple[Font, Font]) -> None:
    """Draw a letterhead on one side and the title on the other."""
    big, small = sizes
    swapped = sheet.often(0.4)

    def draw(page: Page, x: float, y: float, width: float) -> float:
        half = width * 0.52
        low = at = y
        for index, one in enumerate(parts):
            font = small.bolder() if index == 0 else small
            at = page.write(x + (width - half if swapped else 0.0), at, one, fit(font, one, half), width=half)
        if text(words).strip():
            side = width - half - 10.0
            low = page.write(
                x if swapped else x + half + 10.0,
                y,
                words,
                fit(big, words, side),
                width=side,
                align="left" if swapped else "right",
            )
        return max(at, low) + 4.0

    flow.put(draw)


def strip(sheet: Sheet, page: Page) -> None:
    """Write the line a fax machine puts on top."""
    rng, note = sheet.rng, sheet.note
    font = Font(rng.choice(("Liberation Mono", "DejaVu Sans Mono", "Liberation Sans")), rng.uniform(6.0, 9.0))
    clock = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
    who = rng.choice((sheet.case.referrer.organization.upper()[:24], "FAX", "RightFax", ""))
    total = rng.randint(1, 12)
    line: list[Run | str] = [
        note.date(sheet.case.dates["printed"], "other.date"), f" {clock} ", rng.choice(("FROM:", "", "Fr:")),
            f" {who} ",
        Run(phone(rng), "other.phone"), rng.choice((" TO: ", " -> ", " To ")),
            note.phone(sheet.case.recipient.fax, "recipient.fax"),
        f"  {rng.choice(('P.', 'PAGE ', 'pg '))}{rng.randint(1, total)}{rng.choice(('/', ' OF '))}{total}",
    ]  # fmt: skip
    page.write(rng.uniform(10.0, 60.0), rng.uniform(3.0, 10.0), line, font, width=590.0)


def stamp(sheet: Sheet, page: Page) -> None:
    """Put a stamp anywhere at the edge."""
    rng, case = sheet.rng, sheet.case
    font = Font(
        rng.choice(("Liberation Sans", "Liberation Mono", "Roboto Condensed")), rng.uniform(10.0, 20.0), bold=True
    )
    words: list[Run | str] = [rng.choice(STAMPS)]
    if sheet.often(0.5):
        words += [" ", sheet.note.date(case.dates["printed"], "other.date")]
    if case.priority != "routine" and sheet.often(0.5):
        words = [Run(rng.choice(PRIORITY_BOXES[case.priority]).upper(), "priority")]
    wide = min(font.width(text(words)) + 8.0, 300.0)
    x, y = rng.uniform(10.0, 590.0 - wide), rng.choice((rng.uniform(6.0, 26.0), rng.uniform(720.0, 768.0)))
    low = page.write(x, y, words, font, width=wide)
    if sheet.often(0.5):
        page.frame(x - 4.0, y - 3.0, x + wide, low)


def small_print(sheet: Sheet, flow: Flow) -> None:
    """Write what stands at the foot of a form."""
    rng, case = sheet.rng, sheet.case
    font = sheet.font.sized(max(sheet.font.size * rng.uniform(0.55, 0.85), 5.0))
    if sheet.often(0.55):
        flow.skip(rng.uniform(2.0, 14.0))
        flow.text(" ".join(rng.sample(SMALL_PRINT, rng.randint(1, 3))), font)
    for number, page in enumerate(flow.pages, 1):
        if sheet.often(0.4):
            foot: list[Run | str] = []
            if sheet.often(0.6):
                foot += [rng.choice(("Printed ", "Printed on ", "Generated: ", "Print date: ", "Rev. ",
                    "Date printed ")),
                         sheet.note.date(case.dates["printed"], "other.date"),
                             rng.choice(("", " 10:24 AM", " 14:02"))]  # fmt: skip
            if sheet.often(0.5):
                foot += [
                    "   ",
                    f"Form {identifier(rng, ('@@-###', '####'))} (Rev. {rng.randint(1, 12)}/{rng.randint(2009, 2026)})",
                ]
            foot += [
                "   ",
                f"{rng.choice(('Page ', 'Pg ', 'p. '))}{number}{rng.choice((' of ', '/'))}{len(flow.pages)}",
            ]
            page.write(
                flow.left,
                page.height - rng.uniform(16.0, 28.0),
                foot,
                font,
                width=flow.width,
                align=rng.choice(("left", "center", "right")),
            )


def dated(flow: Flow) -> bool:
    """Return True if the date of the referral already stands on the pages."""
    return any(mark.label == "referral.date" for page in flow.pages for word in page.words for mark in word.marks)


def signature(sheet: Sheet, flow: Flow, how: Look) -> None:
    """Draw the line to sign on, with or without name and date."""
    rng, note, case = sheet.rng, sheet.note, sheet.case
    signer = note.value("signature", case) if sheet.often(0.65) else ()
    day = note.date(case.referral_date, "referral.date")
    if sheet.often(0.5) and case.dates["signed"] != case.referral_date and dated(flow):
        day = note.date(case.dates["signed"], "other.date")
    words = rng.choice(
        (
            "Signature",
            "Physician signature",
            "Provider Signature",
            "Signed",
            "Authorized by",
            "Electronically signed by",
            "X",
            "Ordering provider signature",
        )
    )
    parts = [(Entry((Run(note.label_case(words) + note.label_end, "label"),), signer), 0.66)]
    parts.append(
        (Entry((Run(note.label_case("Date") + note.label_end, "label"),), (day,) if sheet.often(0.7) else ()), 0.34)
    )
    flow.rows([parts], how)


def finish(sheet: Sheet, flow: Flow, *, strip_share: float = 0.2, stamp_share: float = 0.15) -> list[Page]:
    """Add small print, stamps and fax strips; return the pages."""
    small_print(sheet, flow)
    for page in flow.pages:
        if sheet.often(strip_share):
            strip(sheet, page)
        if sheet.often(stamp_share):
            stamp(sheet, page)
    return flow.done()
