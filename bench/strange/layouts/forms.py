"""Printed forms with typed values: payers, agencies, employers, schools."""

# ruff: noqa: D401, E501 - a layout says what the page is, and the page's text reads better unbroken
from __future__ import annotations

from bench.strange.draw import Page
from bench.strange.kit import Fax, layout
from bench.strange.parts import choices, footer, kv, signature, stamp, tick
from bench.strange.people import Case


def cells(
    page: Page,
    x: float,
    y: float,
    row: list[tuple[float, str, str]],
    *,
    height: float = 74,
    below: bool = False,
    label: int = 17,
    value: int = 26,
) -> float:
    """A row of boxes (width, label, template); labels small inside the top, or below the value."""
    at = x
    for width, name, template in row:
        page.rect(at, y, at + width, y + height, width=2)
        page.put(at + 8, y + (height - label * 1.5 if below else 5), name, size=label)
        page.put(at + 10, y + (8 if below else label + 12), template, size=value, width=width - 16, lead=1.1)
        at += width
    return y + height


def _member_and_requester(page: Page, c: Case, y: float) -> float:
    y = page.bar(110, y, 1618, "SECTION 1 — MEMBER", size=23)
    y = cells(
        page,
        110,
        y,
        [
            (620, "Member last name, first name, M.I.", "<PTLM>"),
            (300, "Date of birth", "<dob>"),
            (588, "Member ID (from card, include prefix)", "<member>"),
        ],
    )
    y = cells(
        page,
        110,
        y,
        [
            (620, "Address", c.opt("<line>")),
            (560, "City / State / ZIP", c.opt("<csz>")),
            (328, "Phone", c.opt("<phone>")),
        ],
    )
    y = cells(
        page,
        110,
        y,
        [
            (500, "Other insurance?  Carrier", c.other.payer2),
            (400, "Other policy no.", c.other.member2),
            (608, "Subscriber, if not the member", c.other.subscriber),
        ],
    )
    y = page.bar(110, y + 14, 1618, "SECTION 2 — REQUESTING / REFERRING PROVIDER", size=23)
    y = cells(
        page,
        110,
        y,
        [
            (560, "Name and credentials", "<refc>"),
            (320, "Individual NPI", c.opt("<rnpi>")),
            (628, "Practice", c.opt("<org>")),
        ],
    )
    return cells(
        page,
        110,
        y,
        [
            (380, "Office contact", c.other.nurse),
            (340, "Phone", c.opt("<rphone>")),
            (340, "Fax", c.opt("<rfax>")),
            (448, "Tax ID / Group NPI", f"{c.other.tax_id} / {c.other.group_npi}"),
        ],
        value=23,
    )


@layout(variants=3)
def payer_referral_request(fax: Fax) -> None:
    """A health plan's prior authorization and referral form; the plan's own numbers surround everything."""
    document, c = fax.referral()
    c.left_out.discard("payer")
    c.left_out.discard("member")
    if fax.variant == 2:
        fax.mislead(document, c)
    page = fax.page(document, face=fax.rng.choice(("sans", "roboto", "narrow")), size=24)
    page.put(110, 80, "<payer>", size=38, bold=True)
    page.put(1618, 84, "REFERRAL / PRIOR AUTHORIZATION REQUEST", size=27, bold=True, align="r")
    page.put(
        110,
        130,
        f"Fax completed form to Utilization Management {c.number(c.other.payer_fax)}   Questions? {c.number(c.other.payer_phone)}   TTY 711",
        size=21,
    )
    y = 175.0
    page.put(110, y, "Review type:", bold=True)
    choices(
        page,
        290,
        y,
        ("Standard (14 days)", "Urgent / Expedited (72 hours)", "Retrospective"),
        {"routine": "Standard", "urgent": "Urgent"}.get(c.priority, "") if c.has("priority") else "",
        "priority",
    )
    y = _member_and_requester(page, c, y + 50)
    y = page.bar(110, y + 14, 1618, "SECTION 3 — SERVICING PROVIDER", size=23)
    y = cells(
        page,
        110,
        y,
        [(560, "Name", c.opt("<prov>")), (420, "Specialty", c.opt("<spec>")), (528, "Facility", c.other.to_org)],
    )
    y = cells(
        page,
        110,
        y,
        [
            (560, "NPI", fax.people.npi()),
            (420, "Phone", c.number(c.other.to_phone)),
            (528, "Fax", c.number(c.other.to_fax)),
        ],
    )
    y = page.bar(110, y + 14, 1618, "SECTION 4 — CLINICAL", size=23)
    y = cells(page, 110, y, [(560, "ICD-10 code(s)", c.opt("<codes>")), (948, "Service requested", c.opt("<service>"))])
    y = cells(
        page, 110, y, [(1508, "Reason for referral / clinical summary (attach notes)", c.opt("<reason>"))], height=110
    )
    y = cells(
        page,
        110,
        y,
        [
            (300, "Visits requested", "3"),
            (400, "Start date", c.other.next_visit),
            (808, "Reference number (plan use)", c.opt("<auth>")),
        ],
    )
    signature(fax, page, 330, y + 90, c.signature)
    page.put(110, y + 70, "Provider signature")
    page.hline(320, 980, y + 100)
    page.put(1010, y + 70, "Date " + c.opt("<date>"))
    page.put(
        110,
        y + 140,
        "Incomplete forms will be returned. Authorization is not a guarantee of payment; eligibility is verified on the date of service. Form UM-2210 (rev. 03/2024)",
        size=18,
        width=1500,
    )


@layout(variants=2)
def va_community_care(fax: Fax) -> None:
    """A Department of Veterans Affairs request for community care."""
    document, c = fax.referral(ages=(30, 90))
    c.payer, c.auth = "VA Community Care Network", "VA" + fax.people.fill("##########")
    c.org = fax.rng.choice(("Pocatello VA Clinic", "Chillicothe VA Medical Center", "Bangor VA Outpatient Clinic"))
    c.left_out.discard("auth")
    page = fax.page(document, face="serif", size=24)
    page.put(864, 80, "DEPARTMENT OF VETERANS AFFAIRS", size=30, bold=True, align="c")
    page.put(864, 122, "Community Care — Standardized Episode of Care Referral", size=27, align="c")
    page.put(864, 160, "<org>", size=24, align="c")
    y = 210.0
    rows = [
        ("Veteran name:", "<PTLM>", "Date of birth:", "<dob|e>"),
        ("EDIPI / ICN:", fax.people.fill("##########V######"), "SSN (last 4):", "xxx-xx-" + fax.people.fill("####")),
        ("Veteran phone:", c.opt("<phone>"), "Birth sex:", c.opt("<sexl>")),
        ("Mailing address:", c.opt("<addr>"), "", ""),
        ("VA referral number:", c.opt("<auth>"), "Issue date:", c.opt("<date>")),
        ("Expiration date:", c.other.next_visit, "Program authority:", "1703 Veteran Care Agreement"),
        ("Affiliation / payer:", c.opt("<payer>"), "Network:", "CCN Region 4"),
    ]
    for left, value, right, other in rows:
        page.put(110, y, left, bold=True)
        end = page.put(400, y, value, width=1210 if not right else 560)
        page.put(1010, y, right, bold=True)
        page.put(1290, y, other)
        y = max(y + 42, end.y + 6)
    page.hline(110, 1618, y, 4)
    y += 16
    for label, value in (
        ("REFERRING VA PROVIDER", "<refl>, {c}".replace("{c}", c.cred) + c.opt("   NPI <rnpi>")),
        ("REFERRING VA FACILITY", c.opt("<org>   phone <rphone>", blank="<org>") + c.opt("   fax <rfax>")),
        ("CATEGORY OF CARE", c.opt("<spec|u>")),
        ("COMMUNITY PROVIDER", c.opt("<prov>, ") + c.other.to_org + ", " + c.number(c.other.to_phone)),
        ("SEOC", c.opt("<service>") + "  —  1 of 1, 180 days"),
        ("PROVISIONAL DIAGNOSIS", c.opt("<dx>")),
        ("CHIEF COMPLAINT", c.opt("<reason>")),
        ("URGENCY", c.opt("<priority>")),
        ("CLINICALLY INDICATED DATE", c.other.next_visit),
        ("PRIMARY CARE (PACT)", f"{c.other.pcp}   {c.number(c.other.pcp_phone)}"),
        ("SERVICE CONNECTED", "70%  tinnitus, knee condition"),
        ("OTHER HEALTH INSURANCE", f"{c.other.payer2}  {c.other.member2}"),
        ("PHARMACY", f"Urgent scripts: VA {c.number(c.other.pharmacy_phone)}"),
    ):
        page.put(110, y, label, size=20)
        y = page.put(500, y - 3, value, width=1110).y + 12
    page.put(
        110,
        y + 20,
        "Submit medical records within 30 days to the VA facility community care office by fax "
        + c.number(c.other.to_fax)
        + " or through HSRM. Claims: payer ID 12115.",
        size=20,
        width=1500,
    )
    if fax.chance(0.5):
        stamp(fax, page, 1100, 1980, "SCANNED TO HSRM", size=36)


@layout(variants=2)
def workers_comp(fax: Fax) -> None:
    """An injured worker's referral; claim and adjuster numbers all over."""
    document, c = fax.referral(
        (
            "Orthopaedic Surgery",
            "Pain Medicine",
            "Physical Therapy",
            "Neurological Surgery",
            "Physical Medicine & Rehabilitation",
            "Plastic Surgery",
        ),
        ages=(20, 66),
    )
    c.payer = fax.rng.choice(("Ironbridge Casualty", "State Compensation Pool", "Harvester Mutual Indemnity"))
    page = fax.page(document, face="condensed", size=24)
    page.put(110, 80, "<org|u>", size=36, bold=True)
    page.put(110, 126, f"OCCUPATIONAL MEDICINE  ·  {c.other.org_addr}", size=21)
    page.put(
        110, 156, c.opt("Clinic <rphone>") + c.opt("  Fax <rfax>") + f"  Billing {c.number(c.other.pcp_phone)}", size=21
    )
    page.bar(110, 200, 1618, "WORKERS' COMPENSATION — REFERRAL TO SPECIALIST", size=28)
    y = 265.0
    half = (
        (("Injured worker", "<ptl>"), ("D/O/B", "<dob>"), ("M/F", c.opt("<sexl>")), ("Home addr", c.opt("<addr>")), ("Cell", c.opt("<phone>")), ("Our chart", c.opt("<mrn>"))),
        (("Employer", c.other.employer), ("Date of injury", c.other.last_visit), ("Carrier", c.opt("<payer>")), ("Claim #", c.other.claim), ("Adjuster", f"{c.other.subscriber}  {c.number(c.other.payer_phone)}"), ("Auth", c.opt("<auth>", blank="adjuster to call back"))),
    )  # fmt: skip
    bottom = y
    for column, pairs in enumerate(half):
        x, top = 110.0 + 770 * column, y
        for label, value in pairs:
            page.put(x, top, label + ":", bold=True, size=22)
            top = page.put(x + 210, top, value, width=530).y + 12
        bottom = max(bottom, top)
    page.vline(860, y, bottom)
    y = bottom + 20
    page.hline(110, 1618, y, 3)
    y += 16
    y = kv(page, 110, y, "Refer to:", c.opt("<spec>") + c.opt("  /  Dr. <prov>"), at=330).y + 10
    y = kv(page, 110, y, "For:", c.opt("<service>"), at=330).y + 10
    y = kv(page, 110, y, "Body part / complaint:", c.opt("<reason>"), at=430, width=1180).y + 10
    y = kv(page, 110, y, "Diagnosis:", c.opt("<dx>"), at=330, width=1280).y + 10
    y = kv(page, 110, y, "How soon:", c.opt("<priority>"), at=330).y + 24
    page.put(110, y, "Work status:", bold=True)
    x = 330.0
    for number, status in enumerate(("Regular duty", "Modified duty", "Off work")):
        x = tick(page, x, y, status, on=number == 1).x + 40
    y = page.put(
        110,
        y + 60,
        f"Restrictions: no lifting over 10 lb until {c.other.next_visit}. Interpreter: no. Nurse case manager {c.other.nurse}, {c.number(c.other.emergency_phone)}.",
        width=1500,
    ).y
    y = (
        page.put(
            110,
            y + 20,
            "Treating physician: <refc>" + c.opt("     NPI <rnpi>") + f"     Group NPI {c.other.group_npi}",
            width=1500,
        ).y
        + 90
    )
    page.hline(110, 800, y)
    signature(fax, page, 140, y - 12, c.signature)
    page.put(900, y - 30, "Dated: " + c.opt("<date>"))
    footer(fax, page)


@layout(variants=2)
def school_health(fax: Fax) -> None:
    """A school nurse's or paediatric office's child referral with both parents."""
    document, c = fax.referral(
        ("Otolaryngology", "Audiology", "Ophthalmology", "Clinical Psychology", "Allergy & Immunology", "Neurology"),
        ages=(3, 16),
    )
    c.cred = "RN" if fax.chance(0.5) else "MD"
    c.org = fax.rng.choice(
        (
            "Bluestem Elementary School Health Office",
            "Prairie Lantern Pediatrics",
            "Heron Lake Unified Schools - Student Health",
        )
    )
    page = fax.page(document, face="comic" if fax.chance(0.5) else "carlito", size=26)
    page.put(864, 90, "<org>", size=38, bold=True, align="c")
    page.put(864, 142, "Student Health Referral — please return the bottom portion to the school", size=24, align="c")
    y = 210.0
    mother = f"{fax.people.person().split()[0]} <family>"
    rows = (
        [("Student's name", "<pt>", 780), ("Birthday", "<dob>", 380), ("Grade", str(max(c.age - 5, 0) or "PK"), 340)],
        [
            ("Teacher", c.other.nurse, 500),
            ("School ID", c.other.account, 320),
            ("Sex", c.opt("<sexl>"), 200),
            ("Date", c.opt("<date>"), 480),
        ],
        [
            ("Parent/guardian 1", mother, 700),
            ("Work", c.number(c.other.emergency_phone), 400),
            ("Home", c.opt("<phone>"), 400),
        ],
        [("Parent/guardian 2", c.other.subscriber, 700), ("Lives with", "both", 400), ("Language", "English", 400)],
        [("Home address", c.opt("<addr>"), 1100), ("Insurance", c.opt("<payer>"), 400)],
    )
    for row in rows:
        x = 110.0
        for label, value, width in row:
            page.hline(x, x + width - 24, y + 44)
            page.put(x + 6, y + 6, value, width=width - 30, mark=label != "Parent/guardian 1")
            page.put(x + 6, y + 50, label, size=17, italic=True)
            x += width
        y += 100
    y = kv(page, 110, y, "Member # on card:", c.opt("<member>")).y + 12
    y = page.put(110, y, "Reason the child is referred:  " + c.opt("<reason>"), width=1500).y + 10
    y = (
        page.put(
            110,
            y,
            "We recommend: " + c.opt("<service>", blank="please advise") + c.opt("  by  <spec>") + c.opt("  (<prov>)"),
            width=1500,
        ).y
        + 10
    )
    y = page.put(110, y, c.opt("Diagnosis if known: <dx>"), width=1500).y + 10
    page.put(110, y, "How soon?  " + c.opt("<priority>"))
    y = (
        page.put(
            110,
            y + 60,
            f"Vision R 20/30 L 20/40     Hearing: see note     Ht 48 in   Wt 54 lb     Immunizations current. Family doctor: Dr. {c.other.pcp}, {c.number(c.other.pcp_phone)}.",
            width=1500,
        ).y
        + 40
    )
    page.put(110, y, "Referred by:  <ref>, " + c.cred + c.opt("    Tel <rphone>") + c.opt("    Fax <rfax>"))
    page.put(110, y + 44, c.opt("NPI <rnpi>"))
    y += 130
    page.put(864, y, "- - - - - - - - - - - - - - - -  cut here  - - - - - - - - - - - - - - - -", align="c")
    page.put(
        110,
        y + 50,
        "TO BE COMPLETED BY SPECIALIST      Findings: ______________________________________________",
        size=24,
    )
    page.put(
        110,
        y + 110,
        "Recommendations: __________________________________   Signature: ____________   Date: ________",
        size=24,
    )
