"""Blocks beside each other: who sends on the left and who receives on the right, sidebars of offices, providers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from training.reading.compose import Page, Run, Runs
from training.reading.facts import Provider, provider
from training.reading.families import Sheet, family
from training.reading.families import _parts as parts
from training.reading.families import _sections as sections
from training.reading.families._parts import Entry, Flow, Look

_NARROW = ("left", "left", "follow", "aligned", "above", "below", "right", "framed", "inside")


def person(sheet: Sheet, who: Provider, role: str, wanted: Sequence[str], labels: dict[str, str]) -> list[Entry]:
    """Return the fields of a clinician in a given order; `role` is referrer, recipient or other."""
    note = sheet.note
    other = role == "other"
    fax = "other.phone" if other else f"{role}.fax"
    values: dict[str, Runs] = {
        "name": note.provider(who, {"recipient": "requested", "other": "pcp"}.get(role, role)),
        "organization": [Run(note.value_case(who.organization), f"{role}.organization")],
        "specialty": [Run(note.value_case(who.specialty), "requested.specialty" if role == "recipient" else None)],
        "address": note.address(who.address, f"{role}.address", lines=sheet.often(0.6)),
        "phone": [note.phone(who.phone, f"{role}.phone")],
        "fax": [note.phone(who.fax, fax)],
        "npi": [Run(who.npi, f"{role}.npi")],
    }
    return [
        Entry(
            (Run(labels[one], "label"),) if labels[one].strip() else (),
            () if sheet.often(0.07) else values[one],
            long=one == "address",
        )
        for one in wanted
    ]


_LABELS = {
    "name": ("Name", "Provider", "Physician", "Dr", "Provider Name", "Name of physician", "Contact", "Clinician", ""),
    "organization": ("Practice", "Clinic", "Office", "Facility", "Organization", "Company", "Group name", ""),
    "specialty": ("Specialty", "Dept", "Department", "Spec."),
    "address": ("Address", "Addr", "Street / City / State / Zip", "Location", "Office address", ""),
    "phone": ("Phone", "Tel", "Ph", "Phone #", "Telephone", "T", "Office"),
    "fax": ("Fax", "Fax #", "F", "Facsimile", "Fax No"),
    "npi": ("NPI", "NPI #", "Individual NPI"),
}  # fmt: skip
_FROM = (
    "REFERRING PROVIDER",
    "From",
    "FROM:",
    "Referred by",
    "Requesting",
    "Sender",
    "Referring office",
    "REFERRAL FROM",
    "Referring Physician Information",
    "Ordering provider",
    "Sent by",
)
_TO = (
    "REFERRED TO",
    "To",
    "TO:",
    "Refer to",
    "Servicing",
    "Receiving office",
    "REFERRAL TO",
    "Consultant",
    "Specialist Information",
    "Recipient",
    "Sent to",
    "Attention",
)


def _labels(sheet: Sheet) -> dict[str, str]:
    """Return one set of labels: the same on both sides."""
    note = sheet.note
    return {
        one: (note.label_case(word) + note.label_end) if word else ""
        for one, words in _LABELS.items()
        for word in [sheet.rng.choice(words)]
    }


def stack(words: Runs, entries: Sequence[Entry], how: Look, style: str) -> Callable[[Page, float, float, float], float]:
    """Return what draws a headed column of fields."""

    def draw(page: Page, x: float, y: float, width: float) -> float:
        y = parts.bar(page, x, y, width, parts.text(words), how.label.bolder(), style)
        for one in entries:
            y = parts.row(page, [(one, 1.0)], x, y, width, how)
        return y

    return draw


def beside(sheet: Sheet, flow: Flow, blocks: Sequence[Callable[[Page, float, float, float], float]]) -> None:
    """Draw blocks beside each other."""
    rng = sheet.rng
    weights = [rng.uniform(0.85, 1.15) for _ in blocks]
    gap, framed = rng.uniform(6.0, 24.0), sheet.often(0.35)

    def draw(page: Page, x: float, y: float, width: float) -> float:
        at, lows, edges = x, [], []
        for block, weight in zip(blocks, weights, strict=True):
            room = width * weight / sum(weights)
            lows.append(block(page, at + 3.0, y + 2.0, room - gap))
            edges.append((at, at + room - 4.0))
            at += room
        for left, right in edges if framed else ():
            page.frame(left, y, right, max(lows) + 2.0)
        return max(lows) + 4.0

    flow.put(draw)


@family("panels.from_to", weight=2.5)
def from_to(sheet: Sheet) -> list[Page]:
    """Draw who sends and who receives beside each other under the same labels; either may stand left."""
    rng, case = sheet.rng, sheet.case
    flow = Flow(sheet)
    sections.head(sheet, flow, role=rng.choice(("none", "none", "referrer", "recipient")))
    how, style = parts.look(sheet, rng.choice(_NARROW)), rng.choice(parts.BARS)
    wanted = ["name", *(one for one in ("organization", "address", "phone", "fax", "npi") if sheet.often(0.72))]
    if sheet.often(0.3):
        rng.shuffle(wanted)
    labels = _labels(sheet)
    sides = [stack([rng.choice(_FROM)], person(sheet, case.referrer, "referrer", wanted, labels), how, style),
             stack([rng.choice(_TO)], person(sheet, case.recipient, "recipient",
                 [*wanted, *(["specialty"] if sheet.often(0.5) else [])], labels), how, style)]  # fmt: skip
    if sheet.often(0.35):
        sides.reverse()
    if sheet.often(0.2):
        sides.insert(
            rng.randint(0, 2),
            stack(
                [rng.choice(("PCP", "Primary Care Provider", "CC", "Copy to"))],
                person(sheet, case.pcp, "other", wanted, labels),
                how,
                style,
            ),
        )
    rest = ["patient", *(one for one in ("coverage", "clinical", "people") if sheet.often(0.75))]
    before = rng.choice((0, 0, 1))
    main = parts.look(sheet)
    for section in rest[:before]:
        _section(sheet, flow, section, main, style)
    beside(sheet, flow, sides)
    for section in rest[before:]:
        flow.skip(rng.uniform(2.0, 12.0))
        _section(sheet, flow, section, main, style)
    if sheet.often(0.5):
        sections.signature(sheet, flow, main)
    return sections.finish(sheet, flow)


def _section(sheet: Sheet, flow: Flow, section: str, how: Look, style: str) -> None:
    """Draw a section over the whole width."""
    words = sections.heading(sheet, section)
    flow.bar(words, how.label.bolder(), style)
    flow.rows(
        parts.rows(
            sheet.rng,
            sections.entries(sheet, section, short=bool(words) and sheet.often(0.6)),
            sheet.rng.choice((1, 2, 2, 3)),
        ),
        how,
    )


@family("panels.address_blocks", weight=1.5)
def address_blocks(sheet: Sheet) -> list[Page]:
    """Draw from and to as address blocks without labels for their lines, then fields below."""
    rng, note, case = sheet.rng, sheet.note, sheet.case
    flow, how = Flow(sheet), parts.look(sheet)
    flow.text(sections.title(sheet), sheet.font.sized(13.0).bolder(), align=rng.choice(("left", "center")))
    font = how.value

    def block(who: Provider, role: str, words: str) -> Callable[[Page, float, float, float], float]:
        lines: list[Runs] = (
            [note.provider(who, "requested" if role == "recipient" else role)] if sheet.often(0.8) else []
        )
        lines += [[Run(who.organization, f"{role}.organization")]] if sheet.often(0.8) else []
        if sheet.often(0.4):
            lines.append([Run(who.specialty, "requested.specialty" if role == "recipient" else None)])
        lines += [
            note.address(who.address, f"{role}.address", lines=True),
            sections.numbers(sheet, who, role, "\n" if sheet.often(0.6) else "  "),
        ]
        if sheet.often(0.3):
            lines.append([Run("NPI ", "label"), Run(who.npi, f"{role}.npi")])

        def draw(page: Page, x: float, y: float, width: float) -> float:
            y = page.write(x, y, words, how.label.bolder(), width=width)
            for line in lines:
                y = parts.write(page, x, y, line, font, width)
            return y

        return draw

    sides = [block(case.referrer, "referrer", rng.choice(_FROM)), block(case.recipient, "recipient", rng.choice(_TO))]
    if sheet.often(0.4):
        sides.reverse()
    beside(sheet, flow, sides)
    flow.skip(rng.uniform(4.0, 16.0))
    for section in ("patient", "clinical", *(one for one in ("coverage", "admin") if sheet.often(0.5))):
        _section(sheet, flow, section, how, rng.choice(parts.BARS))
        flow.skip(rng.uniform(2.0, 10.0))
    return sections.finish(sheet, flow)


@family("panels.sidebar", weight=1.5, held_out=True)
def sidebar(sheet: Sheet) -> list[Page]:
    """Draw a practice's paper with its offices and doctors down one side, and the form beside it."""
    rng, note, case = sheet.rng, sheet.note, sheet.case
    role = rng.choice(("recipient", "recipient", "referrer"))
    host = case.recipient if role == "recipient" else case.referrer
    flow = Flow(sheet)
    sections.head(sheet, flow, role="none", words=[Run(host.organization, f"{role}.organization")])
    flow.text(sections.title(sheet), sheet.font)
    small = sheet.font.sized(max(sheet.font.size * 0.75, 6.0))
    share, on_left = rng.uniform(0.2, 0.3), sheet.often(0.6)
    side: list[Runs] = []
    for index in range(rng.randint(1, 4)):
        office = host if index == 0 else provider(rng, sheet.banks, host.specialty)
        name = role if index == 0 else "other"
        side += [
            [office.address.city.upper()],
            note.address(office.address, f"{name}.address", lines=True),
            sections.numbers(sheet, office, name, "\n"),
            [" "],
        ]
    for _ in range(rng.randint(0, 6)):
        side.append(note.provider(provider(rng, sheet.banks, host.specialty), "other", credential=True))
    how = replace(parts.look(sheet, rng.choice(_NARROW)), spacing=rng.uniform(1.0, 6.0))
    order = ["patient", "clinical", *(one for one in ("coverage", "referrer") if sheet.often(0.8))]
    rng.shuffle(order)
    blocks = [
        stack(
            [sections.heading(sheet, one)],
            sections.entries(sheet, one, short=sheet.often(0.4)),
            how,
            rng.choice(parts.BARS),
        )
        for one in order
    ]

    def draw(page: Page, x: float, y: float, width: float) -> float:
        column = width * share
        low, at = y, x if on_left else x + width - column
        for line in side:
            low = parts.write(page, at, low, line, small, column)
        down, start = y, x + column + 12.0 if on_left else x
        for block in blocks:
            down = block(page, start, down, width - column - 14.0) + 6.0
        page.rule(start - 6.0 if on_left else at - 6.0, y, start - 6.0 if on_left else at - 6.0, max(low, down))
        return max(low, down)

    flow.put(draw)
    return sections.finish(sheet, flow)


@family("panels.quadrants", weight=1.5)
def quadrants(sheet: Sheet) -> list[Page]:
    """Draw two or three blocks beside each other, row below row: any section anywhere."""
    rng, flow = sheet.rng, Flow(sheet)
    sections.head(sheet, flow)
    how, style = parts.look(sheet, rng.choice(_NARROW)), rng.choice(parts.BARS)
    order = [
        "patient",
        "referrer",
        "recipient",
        "coverage",
        "clinical",
        *(one for one in ("people", "admin") if sheet.often(0.4)),
    ]
    rng.shuffle(order)
    while order:
        count = min(rng.choice((1, 2, 2, 2, 3)), len(order))
        now, order = order[:count], order[count:]
        beside(
            sheet,
            flow,
            [
                stack(
                    [sections.heading(sheet, one)],
                    sections.entries(sheet, one, short=sheet.often(0.65), blank=0.1),
                    how,
                    style,
                )
                for one in now
            ],
        )
        flow.skip(rng.uniform(0.0, 8.0))
    return sections.finish(sheet, flow)
