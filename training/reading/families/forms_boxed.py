"""Forms made of numbered boxes: claim-like forms of payers and the state, and boxes packed at random."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from dataclasses import replace

from training.reading.compose import Page, Run, Runs
from training.reading.families import Sheet, family
from training.reading.families import _parts as parts
from training.reading.families import _sections as sections
from training.reading.families._parts import Entry, Flow, Look


def numbering(sheet: Sheet) -> Callable[[int], str]:
    """Return how a form numbers its boxes; the same for all of them."""
    style = sheet.rng.choice(("{}. ", "{} ", "({}) ", "{}) ", "#{} ", "{}: ", "", "A{}. "))
    letters = sheet.often(0.15)
    return lambda n: style.format(string.ascii_uppercase[n % 26] if letters else n + 1) if style else ""


def boxed(sheet: Sheet) -> Look:
    """Return the look of boxes with a small label inside, above the value."""
    how = parts.look(sheet, "inside")
    return replace(
        how, label=how.label.sized(min(how.label.size, 7.5)), value=how.value.sized(min(how.value.size, 12.0))
    )


def numbered(entries: Sequence[Entry], number: Callable[[int], str], first: int) -> list[Entry]:
    """Return fields whose labels begin with the numbers of their boxes."""
    return [replace(one, label=(Run(number(i), "label"), *one.label)) for i, one in enumerate(entries, first)]


def plain(words: str, value: Runs = ()) -> Entry:
    """Return a field with a label of its own."""
    return Entry((Run(words, "label"),), value)


@family("boxed.packed", weight=2.0)
def packed(sheet: Sheet) -> list[Page]:
    """Draw numbered boxes packed in rows at random; unfilled ones between them."""
    rng, flow, how = sheet.rng, Flow(sheet), boxed(sheet)
    sections.head(sheet, flow)
    number = numbering(sheet)
    order = rng.choice((("patient", "coverage", "referrer", "recipient", "clinical"),
        ("referrer", "recipient", "patient", "clinical", "coverage"),
                        ("patient", "people", "coverage", "clinical", "referrer"),
                        ("patient", "referrer", "clinical", "admin")))  # fmt: skip
    blank = rng.choice((0.05, 0.15, 0.35))
    started = 0
    for section in order:
        words = sections.heading(sheet, section) if sheet.often(0.6) else ""
        made = sections.entries(sheet, section, short=bool(words) and sheet.often(0.5), blank=blank)
        made = numbered(made, number, started)
        started += len(made)
        flow.bar(words, sheet.font.bolder(), "shade")
        flow.rows(parts.rows(rng, made, rng.choice((2, 3, 3, 4))), how)
    return sections.finish(sheet, flow)


def _claim_rows(sheet: Sheet) -> list[list[Entry]]:
    """Return the rows of a claim-like form, with its own labels."""
    note, case, rng = sheet.note, sheet.case, sheet.rng
    value, often = note.value, sheet.often
    person = sections.choice(sheet, ("M", "F"), {"male": 0, "female": 1}.get(case.patient.sex, -1), "patient.sex")
    relation = sections.choice(
        sheet, ("Self", "Spouse", "Child", "Other"), 0 if case.subscriber == case.patient else rng.randint(1, 3), None
    )
    kind = sections.choice(
        sheet,
        ("MEDICARE", "MEDICAID", "TRICARE", "CHAMPVA", "GROUP HEALTH PLAN", "FECA", "OTHER"),
        rng.randint(0, 6),
        None,
    )
    insured = (
        value("subscriber.name", case) if case.subscriber != case.patient else value("patient.name.last_first", case)
    )
    codes: Runs = [
        part
        for i, (code, _) in enumerate(case.codes)
        for part in (f"{'  ' if i else ''}{string.ascii_uppercase[i]}. ", Run(code, "diagnosis.codes"))
    ]
    return [
        [Entry((Run("1. ", "label"),), options=kind), plain("1a. INSURED'S I.D. NUMBER",
            value("coverage.member_id", case))],
        [plain("2. PATIENT'S NAME (Last Name, First Name, Middle Initial)", value("patient.name.last_first", case)),
         plain("3. PATIENT'S BIRTH DATE", value("patient.birth_date", case)),
             Entry((Run("SEX", "label"),), options=person),
         plain("4. INSURED'S NAME (Last Name, First Name)", insured if often(0.7) else ())],
        [plain("5. PATIENT'S ADDRESS (No., Street)", value("patient.address.line", case)),
            Entry((Run("6. PATIENT RELATIONSHIP TO INSURED", "label"),), options=relation),
         plain("7. INSURED'S ADDRESS (No., Street)", ["SAME"] if often(0.5) else [Run(case.pcp.address.line,
             "other.address")])],
        [plain("CITY", value("patient.address.city", case)), plain("STATE", value("patient.address.state", case)),
            plain("8. RESERVED FOR NUCC USE"),
         plain("CITY", [Run(case.pcp.address.city, "other.address")] if often(0.4) else ())],
        [plain("ZIP CODE", value("patient.address.zip", case)),
            plain("TELEPHONE (Include Area Code)", value("patient.phone", case)), plain("ZIP CODE"),
            plain("TELEPHONE")],
        [plain("9. OTHER INSURED'S NAME", value("guarantor.name", case) if often(0.3) else ()),
            plain("10. IS PATIENT'S CONDITION RELATED TO:"),
         plain("11. INSURED'S POLICY GROUP OR FECA NUMBER", value("coverage.group", case) if often(0.7) else ())],
        [plain("9d. INSURANCE PLAN NAME", value("secondary.payer", case) if often(0.4) else ()),
            plain("10d. CLAIM CODES"),
         plain("11c. INSURANCE PLAN NAME OR PROGRAM NAME", value("coverage.payer", case))],
        [plain("12. PATIENT'S OR AUTHORIZED PERSON'S SIGNATURE", ["SIGNATURE ON FILE"]),
            plain("DATE", value("other.date.signed", case) if often(0.4) else ()),
         plain("13. INSURED'S SIGNATURE", ["SOF"] if often(0.5) else ())],
        [plain("14. DATE OF CURRENT ILLNESS, INJURY", value("other.date.injury", case) if often(0.5) else ()),
            plain("15. OTHER DATE"), plain("16. DATES PATIENT UNABLE TO WORK")],
        [plain("17. NAME OF REFERRING PROVIDER OR OTHER SOURCE", value("referrer.name", case)),
            plain("17b. NPI", value("referrer.npi", case)),
         plain("18. HOSPITALIZATION DATES", value("other.date.admission", case) if often(0.2) else ())],
        [plain("19. ADDITIONAL INFORMATION", value("reason", case) if often(0.5) else ()),
            plain("20. OUTSIDE LAB?", ["NO"] if often(0.4) else ())],
        [plain("21. DIAGNOSIS OR NATURE OF ILLNESS OR INJURY  ICD Ind. 0", codes),
            plain("23. PRIOR AUTHORIZATION NUMBER", value("authorization.number", case) if often(0.8) else ())],
        [plain("24. A. DATE(S) OF SERVICE", value("other.date.service", case) if often(0.7) else ()),
            plain("D. PROCEDURES, SERVICES", value("cpt", case) if often(0.8) else ()),
         plain("F. $ CHARGES", [f"{rng.randint(50, 900)}.00"] if often(0.5) else ()),
             plain("J. RENDERING PROVIDER ID. #", value("recipient.npi", case) if often(0.6) else ())],
        [plain("25. FEDERAL TAX I.D. NUMBER", value("referrer.taxid", case) if often(0.6) else ()),
            plain("26. PATIENT'S ACCOUNT NO.", value("patient.mrn", case) if often(0.7) else ()),
         plain("27. ACCEPT ASSIGNMENT?", ["YES"] if often(0.6) else ())],
        [plain("31. SIGNATURE OF PHYSICIAN OR SUPPLIER", value("signature", case) if often(0.6) else ()),
         plain("32. SERVICE FACILITY LOCATION INFORMATION", value("recipient.organization",
             case) if often(0.6) else ()),
         plain("33. BILLING PROVIDER INFO & PH #", [Run(case.pcp.organization, "other.organization"), "  ",
             note.phone(case.pcp.phone, "other.phone")] if often(0.5) else ())],
    ]  # fmt: skip


@family("boxed.claim", weight=1.0)
def claim(sheet: Sheet) -> list[Page]:
    """Draw a referral on a form like the health insurance claim form: numbered boxes whose values are typed in."""
    rng, flow, how = sheet.rng, Flow(sheet), boxed(sheet)
    sections.head(
        sheet,
        flow,
        role="none",
        words=[
            rng.choice(
                (
                    "HEALTH INSURANCE REFERRAL FORM",
                    "REFERRAL / CLAIM FORM",
                    "PRE-CERTIFICATION FORM",
                    "UNIVERSAL REFERRAL FORM",
                )
            )
        ],
    )
    for entries in _claim_rows(sheet):
        kept = [one for one in entries if sheet.often(0.95)] or entries
        weights = [rng.uniform(0.8, 1.3) * (1.8 if len(one.options) > 4 else 1.0) for one in kept]
        flow.rows([[(one, weight / sum(weights)) for one, weight in zip(kept, weights, strict=True)]], how)
    flow.rows(
        [
            [
                (plain("REFER TO: SPECIALTY", [Run(sheet.case.destination, "requested.specialty")]), 0.5),
                (plain("SERVICES", sheet.note.value("requested.service", sheet.case)), 0.5),
            ]
        ],
        how,
    )
    return sections.finish(sheet, flow, stamp_share=0.25)


@family("boxed.ledger", weight=1.0)
def ledger(sheet: Sheet) -> list[Page]:
    """Draw boxes below or beside their headings, in regular rows."""
    rng, flow = sheet.rng, Flow(sheet)
    how = replace(boxed(sheet), place=rng.choice(("cell", "framed", "inside")))
    sections.head(sheet, flow)
    order = ["referrer", "patient", "recipient", "clinical", "coverage"]
    rng.shuffle(order)
    for section in order:
        if section != "patient" and sheet.often(0.15):
            continue
        words = sections.heading(sheet, section)
        made = parts.rows(
            rng,
            sections.entries(sheet, section, short=sheet.often(0.6), blank=0.2),
            rng.choice((1, 2, 2)),
            ragged=False,
        )
        side = sheet.often(0.3)
        flow.put(_beside(words, made, how) if side else _over(words, made, how))
        flow.skip(rng.choice((0.0, 0.0, 5.0)))
    return sections.finish(sheet, flow)


_Rows = Sequence[Sequence[tuple[Entry, float]]]


def _over(words: str, made: _Rows, how: Look) -> Callable[[Page, float, float, float], float]:
    def draw(page: Page, x: float, y: float, width: float) -> float:
        y = parts.bar(page, x, y, width, words, how.label.bolder(), "box")
        for one in made:
            y = parts.row(page, one, x, y, width, how)
        return y

    return draw


def _beside(words: str, made: _Rows, how: Look) -> Callable[[Page, float, float, float], float]:
    """Return what draws a heading in a column left of its rows."""

    def draw(page: Page, x: float, y: float, width: float) -> float:
        low, top = y, y
        for one in made:
            low = parts.row(page, one, x + 76.0, low, width - 76.0, how)
        low = max(low, parts.write(page, x + 2.0, y + 2.0, words, how.label.bolder(), 70.0))
        page.frame(x, top, x + 76.0, low)
        return low

    return draw
