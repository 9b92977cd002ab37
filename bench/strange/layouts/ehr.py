"""Print-outs of record systems: several vendors' habits, a facesheet, abbreviations, a line printer."""

# ruff: noqa: D401, E501 - a layout says what the page is, and the page's text reads better unbroken
from __future__ import annotations

from bench.strange.draw import Page
from bench.strange.kit import Fax, layout
from bench.strange.parts import kv, stamp, table
from bench.strange.people import Case


@layout(variants=2, digital=True)
def vendor_e(fax: Fax) -> None:
    """Grey section heads, two-column demographics, order at the end of a long page."""
    document, c = fax.referral()
    page = fax.page(document, face="carlito", size=25)
    page.put(110, 70, "<org>", size=24, bold=True)
    page.put(110, 100, c.other.org_addr, size=20)
    page.put(110, 126, c.opt("Phone: <rphone>") + c.opt("  Fax: <rfax>"), size=20)
    page.put(1618, 70, "<PTLM>", size=26, bold=True, align="r")
    page.put(1618, 104, c.opt("MRN: <mrn>, ") + "DOB: <dob|n>" + c.opt(", Sex: <sexl>"), size=20, align="r")
    page.put(1618, 130, f"Enc. Date: {c.other.last_visit}   CSN: {c.other.encounter}", size=20, align="r")
    y = page.bar(110, 175, 1618, "Patient Demographics", size=22, dark=False) + 10
    rows = (
        ("Patient Name", "<ptl>", "Legal Sex", c.opt("<sex>")),
        ("Address", c.opt("<line>"), "DOB", "<dob|n>"),
        ("", c.opt("<csz>"), "SSN", "xxx-xx-" + fax.people.fill("####")),
        ("Phone", c.opt("<phone> (Mobile)"), "Emergency", f"{c.other.emergency}, {c.number(c.other.emergency_phone)}"),
    )
    for a, b, d, e in rows:
        page.put(120, y, a, size=20)
        page.put(330, y - 2, b)
        page.put(960, y, d, size=20)
        page.put(1130, y - 2, e)
        y += 38
    y = page.bar(110, y + 10, 1618, "Coverage Information", size=22, dark=False) + 10
    y = (
        table(
            page,
            110,
            y,
            (440, 340, 340, 388),
            [
                ["Payer", "Plan", "Subscriber ID", "Subscriber"],
                [c.opt("<payer>"), "Commercial", c.opt("<member>"), c.other.subscriber],
                [c.other.payer2, "Supplemental", c.other.member2, "Self"],
            ],
            size=21,
            rules=False,
        )
        + 10
    )
    y = page.bar(110, y, 1618, "Referral Order", size=22, dark=False) + 12
    page.put(120, y, c.opt("AMB REFERRAL TO <spec|u>", blank="AMB REFERRAL"), size=28, bold=True)
    page.put(1600, y, f"(Order #{c.other.encounter[:8]})", size=22, align="r")
    y += 52
    for label, value in (
        ("Ordered By", "<refl>, " + c.cred + c.opt("  NPI: <rnpi>")),
        ("Ordered On", c.opt("<date> 10:22 AM")),
        ("Priority", c.opt("<priority>")),
        ("Class", "External Referral"),
        ("Referred To Provider", c.opt("<prov>")),
        ("Referral Number", c.opt("<auth>")),
        ("Type of Service", c.opt("<service>")),
        ("Associated Diagnoses", c.opt("<dx>")),
        ("Comments", c.opt("<reason>")),
        ("Expected", f"{c.other.next_visit} (Approximate)"),
        ("PCP", f"{c.other.pcp}, MD   {c.number(c.other.pcp_phone)}"),
    ):
        if value or fax.chance(0.5):
            page.put(120, y, label, size=21, bold=True)
            y = page.put(480, y - 2, value, width=1120).y + 8 if value else y + 36
    y = page.bar(110, y + 14, 1618, "Problem List", size=22, dark=False) + 10
    y = (
        page.put(
            120,
            y,
            f"Hyperlipidemia (E78.5) noted {c.other.old_date}; Vitamin D deficiency (E55.9); Tobacco use in remission",
            size=21,
            width=1480,
            mark=False,
        ).y
        + 10
    )
    y = page.bar(110, y + 4, 1618, "Current Outpatient Medications", size=22, dark=False) + 10
    for med in (*c.need.meds, "cholecalciferol 1000 units"):
        y = page.put(120, y, "• " + med, size=22).y
    page.put(110, 2076, c.opt("Printed by {n} at <date|n>", blank="").replace("{n}", c.other.nurse), size=18)
    page.put(1618, 2076, "Page 1 of 1", size=18, align="r")
    document.optional["diagnosis.codes"] = ["E78.5", "E55.9"]


@layout(variants=2, digital=True)
def vendor_a(fax: Fax) -> None:
    """A cloud record's order: To block, From block, then one paragraph a heading."""
    document, c = fax.referral()
    if fax.variant == 1:
        fax.mislead(document, c)
    page = fax.page(document, face="opensans", size=22)
    page.put(110, 80, f"{c.other.to_fax[:3]}-{c.other.to_fax[3:6]}-{c.other.to_fax[6:]}", size=18)
    page.put(864, 110, "Order: " + c.opt("<spec> Referral", blank="Consult"), size=32, bold=True, align="c")
    y = 190.0
    for x, title, lines in (
        (
            110,
            "To Provider",
            [
                c.opt("<prov>", blank="Unspecified"),
                c.other.to_org,
                c.other.to_addr.split(",")[0],
                f"Ph: {c.number(c.other.to_phone)}",
                f"Fx: {c.number(c.other.to_fax)}",
            ],
        ),
        (
            900,
            "From Provider",
            [
                "<refc>",
                "<org>",
                c.other.org_addr.split(",")[0],
                c.opt("Ph: <rphone>"),
                c.opt("Fx: <rfax>"),
                c.opt("NPI: <rnpi>"),
            ],
        ),
    ):
        page.put(x, y, title, bold=True, size=24)
        top = y + 40
        for line in lines:
            top = page.put(x, top, line, width=700).y
    y += 290
    page.hline(110, 1618, y, 2)
    y = page.put(110, y + 14, "Patient", bold=True, size=24).y
    age = f"{c.age}yo"
    y = page.put(110, y, "<pt> (" + age + c.opt(", <sexl>") + ") " + c.opt("ID# <mrn>")).y
    y = page.put(110, y, "DOB: <dob>" + c.opt("   Home: <phone>") + f"   Work: {c.number(c.other.emergency_phone)}").y
    y = page.put(110, y, c.opt("<addr>")).y + 16
    for title, text in (
        (
            "Primary Insurance",
            c.opt("<payer>")
            + c.opt("   ID: <member>")
            + f"   Group: {c.other.group_no}   Policyholder: {c.other.subscriber} ({c.other.subscriber_dob})",
        ),
        ("Secondary Insurance", f"{c.other.payer2}   ID: {c.other.member2}"),
        ("Diagnosis", c.opt("<dx>")),
        ("Order Details", c.opt("<service>") + c.opt("   Urgency: <priority>") + c.opt("   Auth #: <auth>")),
        ("Clinical Question", c.opt("<reason>")),
        ("Note to Provider", c.need.story + f" Encounter {c.other.last_visit}."),
        ("Allergies", "Sulfa - rash"),
        ("Vitals", "BP 132/78  HR 80  Wt 181 lb  BMI 28.4"),
    ):
        page.hline(110, 1618, y, 1)
        y = page.put(110, y + 8, title, bold=True, size=23).y
        y = page.put(110, y, text, width=1490).y + 16
    page.put(
        110,
        y + 20,
        c.opt(
            "Electronically Signed by: <ref>, " + c.cred + "  <date>",
            blank="Electronically Signed by: <ref>, " + c.cred,
        ),
        size=22,
        italic=True,
    )
    page.put(
        110,
        2080,
        f"{c.other.to_org} may call {c.other.nurse} with questions.  Document ID {c.other.encounter}",
        size=17,
    )


@layout(variants=2, digital=True)
def vendor_c(fax: Fax) -> None:
    """A progress note print-out whose referral hides in the plan; headings in capitals with colons."""
    document, c = fax.referral()
    page = fax.page(document, face="dejavu", size=20)
    page.put(864, 70, "<PTL>" + f" , {c.age} Y old " + c.opt("<sex>") + ", DOB: <dob|s>", size=24, bold=True, align="c")
    page.put(864, 106, c.opt("Account Number: <mrn>"), size=20, align="c")
    page.put(864, 134, c.opt("<addr>", blank="") + c.opt("   Home: <phone>"), size=20, align="c")
    page.put(864, 162, c.opt("Insurance: <payer>") + c.opt(" Payer ID/Subscriber: <member>"), size=20, align="c")
    page.put(864, 190, f"PCP: {c.other.pcp}     Guarantor: {c.other.subscriber}", size=20, align="c")
    page.put(110, 240, "Referring Provider: <refc>" + c.opt("   NPI: <rnpi>"), size=20)
    page.put(1618, 240, c.opt("Progress Notes: <date>"), size=20, align="r")
    page.put(110, 268, c.opt("<org>") + c.opt("   Tel: <rphone>") + c.opt("   Fax: <rfax>"), size=20)
    page.hline(110, 1618, 304, 3)
    y = 320.0
    for title, text in (
        ("Reason for Appointment", "1. Follow up   2. " + c.opt("<reason>", blank="new problem")),
        (
            "History of Present Illness",
            c.need.story + " ROS otherwise negative. Last colonoscopy 2019. Flu shot given.",
        ),
        ("Current Medications", "; ".join("Taking " + m for m in c.need.meds) or "None"),
        ("Past Medical History", "Hypertension. GERD. Seasonal allergies."),
        ("Family History", f"Mother: {c.other.emergency}, diabetes. Father: deceased, stroke."),
        ("Vital Signs", "Ht 67 in, Wt 178 lbs, BMI 27.9, BP 128/76 mm Hg, HR 74 /min, Temp 98.1 F, RR 16."),
        ("Examination", "GENERAL: no distress. HEART: regular. LUNGS: clear. ABDOMEN: soft. NEURO: non-focal."),
        ("Assessments", "1. " + c.opt("<dx>", blank=c.descriptions) + " (Primary)"),
        (
            "Treatment",
            "1. "
            + c.need.codes[0][1]
            + "   Referral To: "
            + c.opt("<prov> ")
            + c.opt(" <spec>", blank=" specialist")
            + c.opt("   For: <service>")
            + c.opt("   Priority: <priority>")
            + c.opt("   Auth: <auth>"),
        ),
        ("Procedure Codes", "99214, 93000"),
        (
            "Follow Up",
            f"4 weeks, {c.other.next_visit}; pharmacy {c.other.pharmacy}, {c.number(c.other.pharmacy_phone)}",
        ),
    ):
        page.put(110, y, title, bold=True, size=22)
        y = page.put(140, y + 32, text, size=22, width=1460).y + 14
    page.put(
        110, y + 10, "Electronically signed by <ref> , " + c.cred + f" on {c.other.last_visit} at 05:14 PM EDT", size=20
    )
    page.put(110, y + 40, "Sign off status: Completed", size=20)
    page.hline(110, 1618, 2040, 1)
    page.put(864, 2050, c.opt("<org>"), size=18, align="c")
    page.put(864, 2076, "Patient: <ptl>   DOB: <dob|s>   Note generated by record software", size=18, align="c")


@layout(variants=3)
def abbreviations(fax: Fax) -> None:
    """Nothing but abbreviations, run together."""
    document, c = fax.referral()
    page = fax.page(document, face=fax.rng.choice(("mono", "terminal", "narrow")), size=27)
    page.put(110, 90, "<org|u>", size=30, bold=True)
    page.put(110, 134, c.opt("Ph <rphone>") + c.opt(" Fx <rfax>"))
    page.hline(110, 1618, 180, 2)
    y = 200.0
    lines = (
        "Pt: <ptl>  DOB: <dob|d>" + c.opt("  S: <sexl>") + c.opt("  MR#: <mrn>"),
        c.opt("Ph: <phone>") + f"  EC: {c.other.emergency} {c.number(c.other.emergency_phone)}",
        c.opt("Addr: <addr>"),
        c.opt("Ins: <payer>") + c.opt("  ID: <member>") + f"  Grp: {c.other.group_no}  2ry: {c.other.payer2}",
        c.opt("Auth: <auth>", blank="Auth: N/A"),
        "Ref MD: <ref>" + c.opt("  NPI: <rnpi>") + f"  TIN: {c.other.tax_id}",
        f"PCP: {c.other.pcp}  NPI: {c.other.pcp_npi}",
        c.opt("Ref to: <spec>") + c.opt("  Dr: <prov>"),
        c.opt("Svc: <service>") + c.opt("  Pri: <priority>"),
        c.opt("Dx: <codes>"),
        c.opt("Hx/RFR: <reason>"),
        f"LOV: {c.other.last_visit}  NOV: {c.other.next_visit}  Rx: {'; '.join(c.need.meds) or '0'}  All: NKDA",
        c.opt("Dt: <date|d>") + f"  By: {c.other.nurse.split()[0][0]}{c.other.nurse.split()[-1][0]}",
    )
    for line in lines:
        if line:
            y = page.put(110, y, line, width=1500).y + (20 if fax.variant % 2 else 6)
    if fax.chance(0.5):
        stamp(fax, page, 900, y + 160, "NEW PT", size=60)


@layout(variants=2)
def line_printer(fax: Fax) -> None:
    """An old system's fixed-pitch print with dotted leaders, ruled with dashes."""
    document, c = fax.referral()
    page = fax.page(document, face="freemono" if fax.chance(0.5) else "mono", size=25)
    page.face = "nimbusmono" if fax.chance(0.5) else page.face
    y = 80.0
    page.put(
        110, y, "RUN DATE " + c.date.strftime("%m/%d/%y") + "      *** REFERRAL NOTICE ***      PAGE 1", mark=False
    )
    y = page.put(110, y + 40, "=" * 96).y

    def leader(label: str, value: str) -> None:
        nonlocal y
        y = page.put(110, y, label.ljust(24, ".") + ": " + value, width=1510).y + 4

    leader("PATIENT NAME", "<PTL>")
    leader("PATIENT NUMBER", c.opt("<mrn>"))
    leader("BIRTH", "<dob|u>")
    leader("SEX", c.opt("<sexl>"))
    leader("ADDR LINE 1", c.opt("<line|u>"))
    leader("ADDR LINE 2", c.opt("<city|u>, <state> <zip>"))
    leader("TELEPHONE", c.opt("<phone>"))
    leader("RESP PARTY", f"{c.other.subscriber.upper()}  {c.other.subscriber_dob}")
    leader("RESP PARTY TEL", c.number(c.other.emergency_phone))
    y = page.put(110, y, "-" * 96).y
    leader("INS 1", c.opt("<payer|u>"))
    leader("INS 1 POLICY", c.opt("<member>"))
    leader("INS 2", c.other.payer2.upper())
    leader("INS 2 POLICY", c.other.member2)
    leader("REFERRAL/AUTH", c.opt("<auth>"))
    y = page.put(110, y, "-" * 96).y
    leader("REFERRED BY", "<rfamily|u>, <rgiven|u>")
    leader("LOCATION", c.opt("<org|u>"))
    leader("NPI", c.opt("<rnpi>"))
    leader("TEL/FAX", c.opt("<rphone>") + " / " + c.opt("<rfax>"))
    leader("REFERRED TO", c.opt("<spec|u>"))
    leader("PHYSICIAN", c.opt("<pgiven|u> <pfamily|u>"))
    leader("REQ DATE", c.opt("<date|u>"))
    leader("URGENCY CD", c.opt("<priority|u>"))
    leader("SERVICE", c.opt("<service|u>"))
    leader("DIAG", c.opt("<codes>"))
    leader("INDICATION", c.opt("<reason|u>"))
    leader("PCP", f"{c.other.pcp.upper()}  {c.other.pcp_npi}")
    page.put(110, y + 10, "=" * 96)
    page.put(110, y + 50, "END OF REPORT   OPER " + c.other.nurse[:3].upper() + "   TERM 014")


def _facesheet(page: Page, c: Case) -> None:
    page.put(864, 70, "PATIENT REGISTRATION FACE SHEET", size=32, bold=True, align="c")
    page.put(110, 126, "<org>", size=24)
    page.put(
        1618,
        126,
        f"Printed {c.other.last_visit} 08:11   User {c.other.nurse.split()[0][:4].lower()}01",
        size=19,
        align="r",
    )
    y = 170.0
    blocks = (
        ("PATIENT", [("Name", "<ptl>"), ("Birth date", f"<dob>   (Age {c.age})"), ("Sex", c.opt("<sex>")), ("Address", c.opt("<line>")), ("", c.opt("<csz>")), ("Home phone", c.opt("<phone>")), ("Account", c.other.account), ("Med rec no.", c.opt("<mrn>")), ("Employer", c.other.employer)]),
        ("GUARANTOR", [("Name", c.other.subscriber), ("Relation", "Parent" if c.age < 18 else "Spouse"), ("Birth date", c.other.subscriber_dob), ("Phone", c.number(c.other.emergency_phone)), ("Employer", "Halvorsen Steel")]),
        ("INSURANCE", [("Primary", c.opt("<payer>")), ("Policy", c.opt("<member>")), ("Group", c.other.group_no), ("Insured", c.other.subscriber), ("Secondary", c.other.payer2), ("Policy", c.other.member2)]),
        ("PROVIDERS", [("PCP", f"{c.other.pcp}  NPI {c.other.pcp_npi}"), ("Referring", "<refc>"), ("Pharmacy", f"{c.other.pharmacy} {c.number(c.other.pharmacy_phone)}")]),
        ("CONTACTS", [("Emergency", f"{c.other.emergency} ({c.other.emergency_relation})"), ("Phone", c.number(c.other.to_phone))]),
    )  # fmt: skip
    for title, pairs in blocks:
        y = page.bar(110, y, 1618, title, size=22, dark=False) + 8
        for number, (label, value) in enumerate(pairs):
            x = 120 + (number % 2) * 760
            page.put(x, y, label, size=20, bold=True)
            page.put(x + 190, y, value, size=24, width=550)
            if number % 2:
                y += 42
        y += 42 if len(pairs) % 2 else 0
        y += 14


@layout(variants=2)
def facesheet_and_order(fax: Fax) -> None:
    """A registration face sheet, then a bare order page with only the name on it."""
    document, c = fax.referral()
    c.left_out.discard("spec")
    page = fax.page(document, face="sans", size=24)
    _facesheet(page, c)
    order = fax.page(document, face="serif", size=30)
    order.put(864, 120, "<org>", size=36, bold=True, align="c")
    order.put(864, 170, c.opt("<rphone>") + c.opt("    fax <rfax>"), size=24, align="c")
    y = 280.0
    for line in (
        c.opt("Order date <date>"),
        "For: <pt>",
        "REFER TO " + c.opt("<spec|u>") + c.opt("  (DR <prov>)"),
        c.opt("<service>"),
        c.opt("Re: <reason>"),
        c.opt("Codes <codes>"),
        c.opt("<priority>"),
        c.opt("Authorization <auth>"),
    ):
        if line:
            y = order.put(200, y, line, width=1300).y + 26
    order.hline(200, 900, y + 120)
    order.put(200, y + 130, "<refc>" + c.opt("   NPI <rnpi>"), size=24)
    fax.tag("distractor-attachments")


@layout(variants=2)
def landscape_worklist_row(fax: Fax) -> None:
    """A wide print-out, sent sideways: label and value in a single broad table."""
    document, c = fax.referral()
    page = fax.page(document, face="narrow" if fax.chance(0.5) else "robotocond", size=25, landscape=True)
    page.put(90, 80, "Referral Management — Outbound Detail", size=36, bold=True)
    page.put(
        2060,
        84,
        c.opt("<org>") + c.opt("   ☎ <rphone>").replace("☎", "tel") + c.opt("   fax <rfax>"),
        size=23,
        align="r",
    )
    y = 150.0
    y = (
        table(
            page,
            90,
            y,
            (420, 220, 120, 300, 560, 350),
            [
                ["Patient", "Birth", "Sex", "Phone", "Address", "MRN"],
                ["<ptl>", "<dob>", c.opt("<sexl>"), c.opt("<phone>"), c.opt("<addr>"), c.opt("<mrn>")],
            ],
            grey_header=True,
        )
        + 30
    )
    y = (
        table(
            page,
            90,
            y,
            (420, 400, 300, 420, 430),
            [
                ["Payer", "Member", "Auth", "Secondary payer", "Secondary member"],
                [c.opt("<payer>"), c.opt("<member>"), c.opt("<auth>"), c.other.payer2, c.other.member2],
            ],
            grey_header=True,
        )
        + 30
    )
    y = (
        table(
            page,
            90,
            y,
            (420, 300, 420, 420, 410),
            [
                ["Referring", "NPI", "Refer-to specialty", "Refer-to provider", "Refer-to fax"],
                ["<refc>", c.opt("<rnpi>"), c.opt("<spec>"), c.opt("<prov>"), c.number(c.other.to_fax)],
            ],
            grey_header=True,
        )
        + 30
    )
    y = (
        table(
            page,
            90,
            y,
            (300, 300, 300, 520, 550),
            [
                ["Date", "Urgency", "Codes", "Service", "Reason"],
                [c.opt("<date>"), c.opt("<priority>"), c.opt("<codes>"), c.opt("<service>"), c.opt("<reason>")],
            ],
            grey_header=True,
        )
        + 50
    )
    kv(
        page,
        90,
        y,
        "Coordinator:",
        f"{c.other.nurse}   PCP {c.other.pcp} ({c.number(c.other.pcp_phone)})   last contact {c.other.last_visit}",
    )
    fax.tag("rotated-90")
