"""Tables: a header row above rows of values, items in two or four columns, providers below each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from training.reading.compose import Page, Run, Runs
from training.reading.facts import Provider
from training.reading.families import Sheet, family
from training.reading.families import _parts as parts
from training.reading.families import _sections as sections
from training.reading.families._parts import Flow
from training.reading.fonts import Font


@dataclass(frozen=True, slots=True)
class Grid:
    """How a table is drawn; `shares` are the widths of its columns."""

    head: Font
    body: Font
    shares: tuple[float, ...]
    ruled: str
    pad: float


def grid(sheet: Sheet, columns: int, *, first: float = 1.0) -> Grid:
    """Return the look of a table; the first column is `first` times as wide as usual."""
    rng = sheet.rng
    weights = [rng.uniform(0.7, 1.4) * (first if index == 0 else 1.0) for index in range(columns)]
    size = min(sheet.font.size, 11.0 if columns < 5 else 9.0)
    head = sheet.font.sized(size * rng.uniform(0.8, 1.0))
    return Grid(
        head.bolder() if sheet.often(0.6) else head,
        (sheet.hand or sheet.font).sized(size if sheet.hand is None else size + 2.0),
        tuple(one / sum(weights) for one in weights),
        rng.choice(("all", "all", "lines", "none", "outer")),
        rng.uniform(1.0, 4.0),
    )


def line(
    page: Page, cells: Sequence[Runs], x: float, y: float, width: float, how: Grid, *, heads: bool = False
) -> float:
    """Draw one row of a table; return the y below it."""
    at, lows, edges = x, [y + how.body.size * 1.3], [x]
    for cell, share in zip(cells, how.shares, strict=True):
        room = width * share
        if cell:
            lows.append(parts.write(page, at + 2.5, y + how.pad, cell, how.head if heads else how.body, room - 5.0))
        at += room
        edges.append(at)
    low = max(lows) + how.pad
    if how.ruled == "all":
        for left, right in pairwise(edges):
            page.frame(left, y, right, low)
    elif how.ruled == "lines" or (how.ruled == "outer" and heads):
        page.rule(x, low, x + width, low)
    return low


def table(flow: Flow, heads: Sequence[Runs], body: Sequence[Sequence[Runs]], how: Grid) -> None:
    """Draw a table with a header row."""
    if heads:
        flow.put(lambda page, x, y, width: line(page, heads, x, y, width, how, heads=True))
    for cells in body:
        flow.put(lambda page, x, y, width, cells=cells: line(page, cells, x, y, width, how))  # type: ignore[misc]


def by_items(sheet: Sheet, flow: Flow, items: Sequence[str], *, per: int = 4, short: bool = True) -> None:
    """Draw items as tables of up to `per` columns: labels in the header row, values below."""
    for start in range(0, len(items), per):
        some = items[start : start + per]
        fields = [parts.entry(sheet, item, short=short, blank=0.1) for item in some]
        table(flow, [one.label for one in fields], [[one.value for one in fields]], grid(sheet, len(some)))
        flow.skip(sheet.rng.uniform(0.0, 6.0))


def printable(sheet: Sheet, section: str) -> list[str]:
    """Return the items of a section without groups of boxes."""
    plain = {"{sex}": "patient.sex", "{payer}": "coverage.payer", "{specialty}": "requested.specialty",
        "{service}": "requested.service",
             "{priority}": "priority"}  # fmt: skip
    return [
        plain.get(item, item) for item in sections.items(sheet, section) if item in plain or not item.startswith("{")
    ]


@family("tables.header_row", weight=2.0)
def header_row(sheet: Sheet) -> list[Page]:
    """Draw sections as tables with a header row and one row of values."""
    rng, flow = sheet.rng, Flow(sheet)
    sections.head(sheet, flow)
    style, per = rng.choice(parts.BARS), rng.randint(2, 6)
    bold = sheet.font.bolder()
    order = ["patient"] * sheet.often(0.95)
    order += [one for one in ("coverage", "referrer", "recipient", "clinical", "people", "admin") if sheet.often(0.7)]
    if sheet.often(0.4):
        rng.shuffle(order)
    for section in order:
        words = sections.heading(sheet, section)
        flow.bar(words, bold, style)
        by_items(sheet, flow, printable(sheet, section), per=per, short=bool(words) and sheet.often(0.7))
        flow.skip(rng.uniform(0.0, 12.0))
    if sheet.often(0.5):
        sections.signature(sheet, flow, parts.look(sheet))
    return sections.finish(sheet, flow)


@family("tables.two_column", weight=1.5)
def two_column(sheet: Sheet) -> list[Page]:
    """Draw a ruled list: label and value, or twice label and value, in every row."""
    rng, flow = sheet.rng, Flow(sheet)
    sections.head(sheet, flow)
    twice = sheet.often(0.5)
    weights = [rng.uniform(0.5, 1.1), rng.uniform(0.9, 1.5)] * (2 if twice else 1)
    how = grid(sheet, len(weights))
    how = Grid(
        how.head,
        how.body,
        tuple(one / sum(weights) for one in weights),
        rng.choice(("all", "all", "lines", "none")),
        how.pad,
    )
    order = ["patient"] * sheet.often(0.95)
    order += [one for one in ("coverage", "referrer", "recipient", "clinical", "admin") if sheet.often(0.72)]
    for section in sorted(order, key=lambda _: rng.random()) if sheet.often(0.4) else order:
        words = sections.heading(sheet, section)
        if words and sheet.often(0.7):
            flow.bar(words, how.head.bolder(), "shade")
        fields = [
            parts.entry(sheet, item, short=bool(words) and sheet.often(0.5), blank=0.1)
            for item in printable(sheet, section)
        ]
        if twice and sheet.often(0.3):
            half = (len(fields) + 1) // 2
            fields = [
                one
                for pair in zip(fields[:half], [*fields[half:], parts.Entry(())][:half], strict=True)
                for one in pair
            ]
        cells: list[Runs] = [part for one in fields for part in (one.label, one.value)]
        cells += [()] * (-len(cells) % len(weights))
        table(flow, (), [cells[at : at + len(weights)] for at in range(0, len(cells), len(weights))], how)
        flow.skip(rng.uniform(0.0, 8.0))
    return sections.finish(sheet, flow)


def _provider_row(sheet: Sheet, who: Provider, role: str, shown: Sequence[str]) -> list[Runs]:
    """Return the cells of one clinician; `role` is referrer, requested or other."""
    note = sheet.note
    name = {"referrer": "referrer", "requested": "recipient"}.get(role, "other")
    classes = {
        "npi": f"{name}.npi", "phone": f"{name}.phone", "fax": f"{name}.fax" if name != "other" else "other.phone",
        "organization": f"{name}.organization", "address": f"{name}.address",
    }  # fmt: skip
    made: dict[str, Runs] = {
        "name": note.provider(who, role if role != "other" else "pcp"),
        "npi": [Run(who.npi, classes["npi"])],
        "phone": [note.phone(who.phone, classes["phone"])],
        "fax": [note.phone(who.fax, classes["fax"])],
        "organization": [Run(who.organization, classes["organization"])],
        "specialty": [Run(who.specialty, "requested.specialty" if role == "requested" else None)],
        "address": note.address(who.address, classes["address"]),
    }
    return [() if sheet.often(0.07) else made[one] for one in shown]


_ROLES = (
    (
        "referrer",
        (
            "Referring",
            "Referring provider",
            "Ordering",
            "Requesting",
            "Ordering Provider",
            "Referred by",
            "Authorizing",
        ),
    ),
    (
        "requested",
        ("Referred to", "Consulting", "Specialist", "Refer to", "Rendering", "Servicing provider", "Consultant"),
    ),
    ("pcp", ("PCP", "Primary care", "Primary Care Provider", "Family physician", "PCP - General")),
    (
        "other",
        (
            "Attending",
            "Admitting",
            "Supervising",
            "Cardiologist",
            "Care manager",
            "Surgeon",
            "Pain specialist",
            "Billing",
        ),
    ),
)
_COLUMNS = {
    "name": ("Name", "Provider", "Clinician", "Provider Name"), "npi": ("NPI", "NPI #", "Identifier"),
    "phone": ("Phone", "Tel", "Ph"),
    "fax": ("Fax", "Fax #", "FAX"), "organization": ("Practice", "Group", "Location", "Facility"),
    "specialty": ("Specialty", "Spec.", "Type"),
    "address": ("Address", "Office address"),
}  # fmt: skip


def providers(sheet: Sheet, flow: Flow) -> None:
    """Draw the table of everybody who treats the patient; the role stands first or last."""
    rng, case, note = sheet.rng, sheet.case, sheet.note
    shown = [
        "name",
        *(one for one in ("npi", "phone", "fax", "organization", "specialty", "address") if sheet.often(0.55)),
    ][:6]
    people = {"referrer": case.referrer, "requested": case.recipient, "pcp": case.pcp, "other": case.other}
    last = sheet.often(0.2)
    body: list[list[Runs]] = []
    for role, words in _ROLES:
        if role != "referrer" and not sheet.often(0.75):
            continue
        cells = _provider_row(sheet, people[role], "other" if role in {"pcp", "other"} else role, shown)
        named: Runs = [Run(note.label_case(rng.choice(words)), "label")]
        body.append([*cells, named] if last else [named, *cells])
    rng.shuffle(body)
    heads: list[Runs] = [[Run(note.label_case(rng.choice(_COLUMNS[one])), "label")] for one in shown]
    role_head: Runs = [Run(note.label_case(rng.choice(("Role", "Relationship", "Type", ""))), "label")]
    heads = [*heads, role_head] if last else [role_head, *heads]
    table(flow, heads, body, grid(sheet, len(heads)))


@family("tables.providers", weight=1.5)
def several(sheet: Sheet) -> list[Page]:
    """Draw a print-out with a table of referring, primary care, consulting and other providers."""
    rng, flow = sheet.rng, Flow(sheet)
    sections.head(sheet, flow, role=rng.choice(("referrer", "none", "none")))
    how, columns = parts.look(sheet), rng.choice((1, 2, 3))
    blocks = (
        ["patient"] * sheet.often(0.95)
        + ["table", "clinical"]
        + ["coverage"] * sheet.often(0.6)
        + ["people"] * sheet.often(0.3)
    )
    if sheet.often(0.4):
        rng.shuffle(blocks)
    for block in blocks:
        if sheet.often(0.5):
            words = (
                rng.choice(("Care Team", "Providers", "Provider Information", "Treating providers"))
                if block == "table"
                else sections.heading(sheet, block)
            )
            flow.bar(words, how.label.bolder(), "rule")
        if block == "table":
            providers(sheet, flow)
        else:
            flow.rows(parts.rows(rng, sections.entries(sheet, block, short=sheet.often(0.3)), columns), how)
        flow.skip(rng.uniform(2.0, 14.0))
    return sections.finish(sheet, flow)


def diagnoses(sheet: Sheet, flow: Flow) -> None:
    """Draw the table of diagnoses: codes, words, perhaps dates."""
    rng, note, case = sheet.rng, sheet.note, sheet.case
    swapped, numbered, dated = sheet.often(0.4), sheet.often(0.4), sheet.often(0.3)
    heads: list[Runs] = [[Run(note.label_case(rng.choice(("ICD-10", "Code", "ICD-10-CM", "Dx Code", "ICD"))), "label")],
                         [Run(note.label_case(rng.choice(("Diagnosis", "Description", "Problem", "Dx"))),
                             "label")]]  # fmt: skip
    body: list[list[Runs]] = []
    for index, (code, words) in enumerate(case.codes):
        pair: list[Runs] = [[Run(code, "diagnosis.codes")], [Run(words, "diagnosis.text")]]
        extra: list[Runs] = [[note.date(case.dates["last_seen"], "other.date")]] if dated else []
        body.append(([[str(index + 1)]] if numbered else []) + (pair[::-1] if swapped else pair) + extra)
    heads = (
        ([["#"]] if numbered else [])
        + (heads[::-1] if swapped else heads)
        + ([[Run("Onset", "label")]] if dated else [])
    )
    table(flow, heads, body, grid(sheet, len(heads)))


@family("tables.orders", weight=1.5)
def orders(sheet: Sheet) -> list[Page]:
    """Draw an order with a table of orders and one of diagnoses, with codes, units and dates."""
    rng, note, case = sheet.rng, sheet.note, sheet.case
    flow = Flow(sheet)
    sections.head(sheet, flow)
    how, columns = parts.look(sheet), rng.choice((1, 2, 3))
    flow.rows(parts.rows(rng, sections.entries(sheet, "patient", short=sheet.often(0.4)), columns), how)
    flow.skip(rng.uniform(2.0, 12.0))
    cells: dict[str, Runs] = {
        "Order": [Run(case.service, "requested.service")],
        "Priority": [note.value("priority", case)[0]],
        "Order Date": [note.date(case.referral_date, "referral.date")],
        "CPT": [Run(str(rng.randint(10021, 99499)), "other.code")],
        "Units": [str(rng.randint(1, 24))],
        "Dept / Specialty": [Run(case.destination, "requested.specialty")],
        "Start": [note.date(case.dates["authorization_start"], "other.date")],
        "End": [note.date(case.dates["authorization_end"], "other.date")],
        "Ordered by": note.provider(case.referrer, "referrer"),
        "Auth #": [Run(case.authorization, "authorization.number")],
        "Visits": [str(rng.randint(1, 36))],
    }
    shown = [name for name in cells if name == "Order" or sheet.often(0.5)][:7]
    rng.shuffle(shown)
    heads: list[Runs] = [[Run(note.label_case(name), "label")] for name in shown]
    table(flow, heads, [[cells[name] for name in shown]], grid(sheet, len(shown)))
    flow.skip(rng.uniform(2.0, 12.0))
    if sheet.often(0.8):
        diagnoses(sheet, flow)
    for block in ("referrer", "recipient", "coverage", "people"):
        if sheet.often(0.6):
            flow.skip(rng.uniform(2.0, 12.0))
            words = sections.heading(sheet, block)
            flow.bar(words, how.label.bolder(), "plain")
            flow.rows(parts.rows(rng, sections.entries(sheet, block, short=bool(words)), columns), how)
    return sections.finish(sheet, flow)
