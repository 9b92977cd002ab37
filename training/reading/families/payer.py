"""Forms of payers: prior authorization, a federal agency's request for services, workers' compensation."""

from __future__ import annotations

from collections.abc import Sequence

from training.reading.compose import EMPTY, TICKED, Page, Run, Runs
from training.reading.families import Sheet, family, tables
from training.reading.families import _parts as parts
from training.reading.families import _sections as sections
from training.reading.families._parts import Entry, Flow, Look, Option
from training.reading.families.forms_boxed import boxed, plain


def _person(sheet: Sheet, words: str, role: str) -> list[list[Entry]]:
    """Return the boxes of a provider; `role` is referrer or recipient."""
    value, case = sheet.note.value, sheet.case
    name = "referrer.name" if role == "referrer" else "recipient.provider"
    rows = [[(f"{words} NAME", name), (f"{words} NPI", f"{role}.npi")],
        [("FACILITY / GROUP NAME", f"{role}.organization"), ("TIN", "referrer.taxid")],
            [("ADDRESS", f"{role}.address")], [("PHONE", f"{role}.phone"), ("FAX", f"{role}.fax"),
                ("CONTACT PERSON", "contact_person")]]  # fmt: skip
    return [
        [plain(sheet.note.label_case(label), () if sheet.often(0.12) else value(item, case)) for label, item in row]
        for row in rows
        if sheet.often(0.9)
    ]


def put_rows(sheet: Sheet, flow: Flow, made: Sequence[Sequence[Entry]], how: Look) -> None:
    """Draw rows of fields whose shares are drawn at random."""
    for entries in made:
        weights = [sheet.rng.uniform(0.7, 1.3) for _ in entries]
        flow.rows([[(one, weight / sum(weights)) for one, weight in zip(entries, weights, strict=True)]], how)


def _codes(sheet: Sheet, flow: Flow) -> None:
    """Draw the table of services of a payer's form: codes, words, units, dates; most rows empty."""
    rng, case, note = sheet.rng, sheet.case, sheet.note
    heads: list[Runs] = [
        [Run(one, "label")]
        for one in ("CPT/HCPCS", "DESCRIPTION OF SERVICE", "UNITS / VISITS", "START DATE", "END DATE")
    ]
    body: list[list[Runs]] = [[[Run(str(rng.randint(10021, 99499)), "other.code")],
        [Run(case.service, "requested.service")], [str(rng.randint(1, 30))],
                               [note.date(case.dates["authorization_start"], "other.date")],
                                   [note.date(case.dates["authorization_end"], "other.date")]]]  # fmt: skip
    body += [[(), (), (), (), ()] for _ in range(rng.randint(0, 3))]
    tables.table(flow, heads, body, tables.grid(sheet, 5))


@family("payer.prior_authorization", weight=2.0)
def prior_authorization(sheet: Sheet) -> list[Page]:
    """Draw a payer's request form: member, requesting and servicing provider, type of review, codes."""
    rng, note, case = sheet.rng, sheet.note, sheet.case
    flow = Flow(sheet)
    how = boxed(sheet) if sheet.often(0.6) else parts.look(sheet)
    payer: Runs = [Run(case.coverage.payer, "coverage.payer")]
    words = rng.choice(("Prior Authorization Request", "PRIOR AUTHORIZATION FORM",
        "Outpatient Referral / Authorization Request", "Utilization Management Request",
                        "Referral Authorization Form", "Precertification Request",
                        "Service Authorization Request"))  # fmt: skip
    flow.text(
        payer if sheet.often(0.6) else [words], sheet.font.sized(13.0).bolder(), align=rng.choice(("left", "center"))
    )
    flow.text([words], sheet.font.bolder(), align=rng.choice(("left", "center")))
    if sheet.often(0.8):
        flow.text([rng.choice(("Fax to: ", "Submit by fax ", "UM fax: ", "Fax completed form to ")),
            sections.other_number(sheet), rng.choice(("  Phone: ", "  Call ", " or call ")),
                   note.phone(case.coverage.phone, "payer.phone")])  # fmt: skip
    review = rng.choice(
        (
            ("Standard", "Expedited"),
            ("Standard (14 days)", "Urgent (72 hours)"),
            ("Routine", "Urgent", "Retro"),
            ("NON-URGENT", "URGENT"),
        )
    )
    flow.rows([[(Entry((Run(rng.choice(("Type of review", "REQUEST TYPE", "Review", "Priority")), "label"),),
                       options=sections.choice(sheet, review, 0 if case.priority == "routine" else 1, "priority")),
                           1.0)]], how)  # fmt: skip
    blocks = ["member", "referrer", "recipient", "codes", "clinical"]
    if sheet.often(0.3):
        rng.shuffle(blocks)
    for block in blocks:
        _payer_block(sheet, flow, how, block)
    return sections.finish(sheet, flow)


def _payer_block(sheet: Sheet, flow: Flow, how: Look, block: str) -> None:
    rng = sheet.rng
    heads = {
        "member": "MEMBER INFORMATION",
        "referrer": "REQUESTING PROVIDER",
        "recipient": "SERVICING PROVIDER / FACILITY",
        "codes": "SERVICES REQUESTED",
        "clinical": "CLINICAL",
    }
    if sheet.often(0.8):
        flow.bar(heads[block], sheet.font.bolder(), rng.choice(parts.BARS))
    if block == "codes":
        _codes(sheet, flow)
    elif block == "member":
        asked = [
            *sections.items(sheet, "patient")[:7],
            "coverage.member_id",
            *(["coverage.group"] if sheet.often(0.5) else []),
            *(["subscriber.name"] if sheet.often(0.3) else []),
        ]
        flow.rows(parts.rows(rng, [sections.asked(sheet, item, blank=0.08) for item in asked], rng.choice((2, 3))), how)
    elif block == "clinical":
        flow.rows(parts.rows(rng, sections.entries(sheet, "clinical", short=sheet.often(0.4)), rng.choice((1, 2))), how)
    else:
        words = rng.choice(
            {
                "referrer": ("Requesting Provider", "Ordering Physician", "Referring Provider"),
                "recipient": ("Servicing Provider", "Rendering Provider", "Specialist"),
            }[block]
        )
        put_rows(sheet, flow, _person(sheet, words, block), how)
    flow.skip(rng.uniform(0.0, 6.0))


def _yes_no(sheet: Sheet, words: str) -> Entry:
    return Entry((Run(words, "label"),), options=sections.choice(sheet, ("YES", "NO"), sheet.rng.randint(-1, 1), None))


def _named(sheet: Sheet, words: str, item: str) -> Entry:
    """Return the field of an item under a label of its own; seldom left blank."""
    note = sheet.note
    value: Runs = () if sheet.often(0.08) else note.value(item, sheet.case)
    return plain(note.label_case(words) + note.label_end, value)


@family("payer.veterans", weight=1.0, held_out=True)
def veterans(sheet: Sheet) -> list[Page]:
    """Draw a request for services to a federal agency: long printed questions with boxes, answers typed below them."""
    rng, note, case = sheet.rng, sheet.note, sheet.case
    flow, how = Flow(sheet), boxed(sheet)
    value = note.value
    flow.text(
        [rng.choice(("Department of Veterans Affairs", "VA Community Care", "U.S. Department of Veterans Affairs"))],
        sheet.font,
        align="left",
    )
    flow.text(
        [
            rng.choice(
                (
                    "REQUEST FOR SERVICE",
                    "COMMUNITY CARE PROVIDER - REQUEST FOR SERVICE",
                    "REQUEST AND AUTHORIZATION FOR COMMUNITY SERVICES",
                )
            )
        ],
        sheet.font.sized(13.0).bolder(),
        align="center",
    )
    flow.text(
        "NOTE: Complete all applicable sections. Incomplete requests are returned without action. "
        "Attach supporting medical documentation.",
        sheet.font.sized(7.0),
    )
    kind = sections.choice(
        sheet, ("OUTPATIENT", "INPATIENT", "DME", "HOME HEALTH", "PHARMACY"), rng.randint(-1, 4), None
    )
    veteran = [[plain("VETERAN'S LEGAL FULL NAME (First, MI, Last)", value("patient.name", case)),
        plain("DATE OF BIRTH", value("patient.birth_date", case))],
               [plain("VA FACILITY & ADDRESS", value("facility.name", case) if sheet.often(0.7) else ()),
                   plain("VA AUTHORIZATION/REFERRAL NUMBER", value("authorization.number", case))],
               [plain("LAST 4 OF SSN", [Run(case.ssn[-4:], "patient.ssn")]),
                   plain("VETERAN PHONE", value("patient.phone", case) if sheet.often(0.6) else ())]]  # fmt: skip
    provider = [[plain("ORDERING PROVIDER NAME", value("referrer.name", case)),
        plain("NPI", value("referrer.npi", case))],
                [plain("ORDERING PROVIDER OFFICE NAME & ADDRESS",
                    [*value("referrer.organization", case), "\n", *value("referrer.address", case)])],
                [plain("ORDERING PROVIDER PHONE NUMBER", value("referrer.phone", case)),
                    plain("ORDERING PROVIDER FAX NUMBER", value("referrer.fax", case)), plain("SECURE EMAIL")],
                [_yes_no(sheet, "INDIAN HEALTH SERVICES (IHS) PROVIDER?"),
                    _yes_no(sheet, "CARE NEEDED WITHIN 48 HOURS?")]]  # fmt: skip
    wanted = [[plain("TYPE OF SPECIALTY SERVICES BEING REQUESTED", [Run(case.destination, "requested.specialty")]),
        plain("PROVIDER REQUESTED", value("recipient.provider", case) if sheet.often(0.5) else ())],
              [Entry((Run("TYPE OF CARE", "label"),), options=kind)],
                  [plain("DIAGNOSIS (ICD-10 Code/Description)", value("diagnosis.codes", case))],
              [plain("CPT/HCPCS CODE", value("cpt", case)), plain("NUMBER OF VISITS / UNITS",
                  [str(rng.randint(1, 15))] if sheet.often(0.6) else ())],
              [plain("REQUESTED SERVICE", value("requested.service", case))],
                  [plain("REASON FOR REQUEST / MEDICAL JUSTIFICATION", value("reason", case))]]  # fmt: skip
    for words, block in (
        ("SECTION I: VETERAN INFORMATION", veteran),
        ("SECTION II: ORDERING PROVIDER INFORMATION", provider),
        ("SECTION III: TYPE OF CARE REQUEST", wanted),
    ):
        flow.bar(words, sheet.font.bolder(), "shade")
        put_rows(sheet, flow, block, how)
    put_rows(
        sheet,
        flow,
        [
            [
                plain("ORDERING PROVIDER SIGNATURE", value("signature", case)),
                plain("TODAY'S DATE", value("referral.date", case)),
            ]
        ],
        how,
    )
    return sections.finish(sheet, flow)


@family("payer.workers_compensation", weight=1.0)
def workers(sheet: Sheet) -> list[Page]:
    """Draw a request in a workers' compensation or accident claim: employer, adjuster, claim, date of injury."""
    rng, note, case = sheet.rng, sheet.note, sheet.case
    flow, how, value = Flow(sheet), parts.look(sheet), sheet.note.value
    title = rng.choice(
        (
            "REQUEST FOR AUTHORIZATION",
            "WORKERS' COMPENSATION REFERRAL",
            "DWC Form RFA",
            "Work Comp Treatment Referral",
            "Injured Worker Referral",
            "MVA / PIP REFERRAL",
        )
    )
    sections.head(sheet, flow, words=[title])
    worker = [_named(sheet, "Employee Name", "patient.name.last_first"),
        _named(sheet, rng.choice(("Date of Injury", "DOI", "Injury date")), "other.date.injury"),
        _named(sheet, "Date of Birth", "patient.birth_date"),
              _named(sheet, "Claim Number", "visit_number"), plain(note.label_case("Employer") + note.label_end,
                  [Run(case.pcp.organization, "other.organization")]),
              _named(sheet, "Employee phone", "patient.phone"), _named(sheet, "SSN", "patient.ssn"),
                  _named(sheet, "Body part", "diagnosis")]  # fmt: skip
    claims = [plain(note.label_case(rng.choice(("Claims Administrator", "Carrier", "TPA",
        "WC Carrier"))) + note.label_end, value("coverage.payer", case)),
              _named(sheet, "Adjuster", "contact_person"), plain(note.label_case("Adjuster phone") + note.label_end,
                  [sections.other_number(sheet)]),
              plain(note.label_case("Adjuster Fax") + note.label_end, [sections.other_number(sheet)]),
                  _named(sheet, "Authorization #", "authorization.number")]  # fmt: skip
    physician = [_named(sheet, "Requesting Physician", "referrer.name"),
        _named(sheet, "Practice Name", "referrer.organization"),
        _named(sheet, "NPI", "referrer.npi"), _named(sheet, "Phone", "referrer.phone"),
                 _named(sheet, "Fax", "referrer.fax"), _named(sheet, "Address", "referrer.address"),
                     _named(sheet, "Specialty requested", "requested.specialty")]  # fmt: skip
    wanted = [
        _named(sheet, "Diagnosis", "diagnosis"),
        _named(sheet, "ICD-Code", "diagnosis.codes"),
        _named(sheet, "Service/Good Requested", "requested.service"),
        _named(sheet, "CPT", "cpt"),
        _named(sheet, "Reason", "reason"),
        _named(sheet, "Refer to", "recipient.provider"),
    ]
    blocks = [
        ("Employee Information", worker),
        ("Claims Information", claims),
        ("Requesting Physician", physician),
        ("Requested Treatment", wanted),
    ]
    if sheet.often(0.4):
        rng.shuffle(blocks)
    check = Option(
        TICKED if case.priority != "routine" else EMPTY,
        [Run("Expedited review", "priority" if case.priority != "routine" else None)],
    )
    if sheet.often(0.5):
        flow.put(
            lambda page, x, y, width: parts.boxes(
                page,
                (Option(rng.choice((EMPTY, TICKED)), "New Request"), Option(EMPTY, "Resubmission"), check),
                x,
                y,
                width,
                how,
            )
        )
    columns, style = rng.choice((1, 2, 3)), rng.choice(parts.BARS)
    for words, entries in blocks:
        shown = [one for one in entries if sheet.often(0.85)]
        flow.bar(words, how.label.bolder(), style)
        flow.rows(parts.rows(rng, shown, columns), how)
    sections.signature(sheet, flow, how)
    return sections.finish(sheet, flow)
