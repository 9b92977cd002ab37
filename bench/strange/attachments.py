"""Pages that travel with a referral, or alone: results, reports, notes, lists, cards, covers."""

# ruff: noqa: E501 - the page's text reads better unbroken
from __future__ import annotations

from bench.strange.draw import Page
from bench.strange.kit import Fax
from bench.strange.parts import footer, table, tick
from bench.strange.people import Case

_PANELS = (
    (
        "Complete Blood Count",
        (
            ("WBC", "7.2", "4.0-10.8 K/uL", ""),
            ("Hemoglobin", "10.1", "12.0-16.0 g/dL", "L"),
            ("Hematocrit", "31.2", "36-46 %", "L"),
            ("MCV", "74", "80-100 fL", "L"),
            ("Platelets", "288", "150-400 K/uL", ""),
        ),
    ),
    (
        "Comprehensive Metabolic Panel",
        (
            ("Glucose", "162", "70-99 mg/dL", "H"),
            ("BUN", "28", "7-20 mg/dL", "H"),
            ("Creatinine", "1.61", "0.60-1.20 mg/dL", "H"),
            ("Sodium", "139", "136-145 mmol/L", ""),
            ("Potassium", "4.4", "3.5-5.1 mmol/L", ""),
            ("ALT", "31", "0-40 U/L", ""),
            ("AST", "29", "0-40 U/L", ""),
        ),
    ),
    (
        "Thyroid / Lipids",
        (
            ("TSH", "1.94", "0.45-4.50 uIU/mL", ""),
            ("Free T4", "1.1", "0.8-1.8 ng/dL", ""),
            ("LDL calc", "148", "<100 mg/dL", "H"),
            ("HDL", "41", ">40 mg/dL", ""),
            ("Hemoglobin A1c", "6.3", "<5.7 %", "H"),
        ),
    ),
)
_STUDIES = (
    (
        "XR CHEST 2 VIEWS",
        "Heart size is normal. Lungs are clear. No effusion or pneumothorax. Degenerative change of the thoracic spine.",
        "No acute cardiopulmonary disease.",
    ),
    (
        "US ABDOMEN COMPLETE",
        "Liver is mildly echogenic. Several mobile echogenic foci in the gallbladder with shadowing. Common duct 4 mm.",
        "1. Cholelithiasis. 2. Mild hepatic steatosis.",
    ),
    (
        "MRI LUMBAR SPINE WO CONTRAST",
        "L4-5 disc bulge and facet hypertrophy with moderate to severe canal narrowing. Conus ends at L1.",
        "Moderate to severe stenosis at L4-5.",
    ),
    (
        "CT CHEST WO CONTRAST",
        "A 7 mm nodule lies in the right upper lobe (series 4, image 88). No adenopathy.",
        "Solitary nodule. Follow-up CT in 6 months.",
    ),
    (
        "MAMMOGRAM SCREENING BILATERAL",
        "Scattered fibroglandular densities. No mass or suspicious calcification.",
        "BI-RADS 1, negative.",
    ),
)


def lab(fax: Fax, page: Page, c: Case, *, style: int = 0) -> None:
    """Draw a laboratory's report with reference ranges."""
    rng, o = fax.rng, c.other
    name = rng.choice(("Meridian Clinical Laboratories", "Quarry Path Labs", "Hospital Laboratory Services"))
    page.put(110, 80, name, size=32, bold=True)
    page.put(
        110,
        124,
        f"CLIA 05D{o.account}   Director: {o.other_doctor}, MD   Client services {c.number(o.payer_phone)}",
        size=20,
    )
    page.hline(110, 1618, 160, 3)
    cells = (
        ("Patient", "<ptl>" if style == 0 else "<PTLM>"),
        ("DOB", "<dob>"),
        ("Specimen", o.encounter),
        ("Collected", f"{o.last_visit} 08:12"),
        ("Sex", "<sexl>"),
        ("Age", f"{c.age} Y"),
        ("Reported", f"{o.last_visit} 22:40"),
        ("Ordering", "<ref>"),
        ("Account", f"{o.account} {c.org[:22]}"),
        ("Phone", c.opt("<phone>")),
    )
    y = 176.0
    for number, (label, value) in enumerate(cells):
        x = 110 + (number % 3) * 510
        page.put(x, y, label + ":", size=21, bold=True)
        page.put(x + 170, y, value, size=22)
        y += 36 if number % 3 == 2 else 0
    y += 60
    for title, tests in rng.sample(_PANELS, 2 if style == 0 else 3):
        y = page.put(110, y, title.upper(), size=24, bold=True).y + 4
        rows = [["TEST", "RESULT", "FLAG", "REFERENCE RANGE"]] + [
            [test, value, flag, span] for test, value, span, flag in tests
        ]
        y = table(page, 110, y, (560, 260, 140, 548), rows, size=22, rules=style == 1) + 24
    page.put(110, y + 10, f"Final report. Performed at {name}, {o.to_addr}. Fasting: yes. Page 1 of 1", size=19)


def imaging(fax: Fax, page: Page, c: Case) -> None:
    """Draw a radiologist's report."""
    o = c.other
    study, findings, impression = fax.rng.choice(_STUDIES)
    page.put(864, 80, f"{o.to_org.split(' ')[0].upper()} RADIOLOGY ASSOCIATES", size=34, bold=True, align="c")
    page.put(864, 124, f"{o.to_addr}   tel {c.number(o.pharmacy_phone)}", size=20, align="c")
    y = 190.0
    for left, a, right, b in (
        ("PATIENT:", "<PTL>", "DOB:", "<dob>"),
        ("ACCESSION:", o.encounter, "SEX:", "<sexl>"),
        ("EXAM DATE:", o.last_visit, "ORDERED BY:", "<refc>"),
        ("EXAM:", study, "MRN:", c.opt("<mrn>")),
    ):
        page.put(110, y, left, size=23, bold=True)
        page.put(310, y, a, size=25)
        page.put(960, y, right, size=23, bold=True)
        page.put(1170, y, b, size=25)
        y += 44
    for title, text in (
        ("INDICATION", c.reason),
        ("COMPARISON", f"None available. Prior outside study {o.old_date}."),
        ("TECHNIQUE", "Standard protocol."),
        ("FINDINGS", findings),
        ("IMPRESSION", impression),
    ):
        y = page.put(110, y + 26, title + ":", size=24, bold=True).y
        y = page.put(110, y, text, size=26, width=1480).y
    page.put(110, y + 60, f"Electronically signed by {o.other_doctor}, MD, radiologist, {o.last_visit} 14:55", size=23)


def note(page: Page, c: Case, *, title: str = "OFFICE VISIT NOTE") -> None:
    """Draw an older visit with another doctor; its codes are not the referral's."""
    o = c.other
    page.put(110, 80, title, size=30, bold=True)
    page.put(1618, 84, f"Date of service: {o.old_date}", size=22, align="r")
    page.put(110, 130, "Patient: <ptl>     DOB: <dob>" + c.opt("     Chart: <mrn>"), size=24)
    page.put(110, 166, f"Provider seen: {o.other_doctor}, MD     NPI {o.pcp_npi}", size=24)
    page.hline(110, 1618, 206)
    y = 220.0
    for head, text in (
        ("Subjective", f"Here for yearly visit and sore throat for three days. Works at {o.employer}. Denies fever."),
        ("Medications", "; ".join((*c.need.meds, "loratadine 10 mg"))),
        ("Objective", "BP 126/80, pulse 72, weight 176. Throat red without exudate. Neck supple. Lungs clear."),
        (
            "Assessment",
            "1. Acute pharyngitis (J02.9)  2. Essential hypertension (I10), controlled  3. Encounter for general exam (Z00.00)",
        ),
        (
            "Plan",
            f"Rapid strep negative. Fluids and rest. Return in a year or as needed. Pharmacy {o.pharmacy} {c.number(o.pharmacy_phone)}.",
        ),
    ):
        y = page.put(110, y + 12, head, size=25, bold=True).y
        y = page.put(140, y, text, size=26, width=1440, mark=False).y
    page.put(110, y + 40, f"Signed: {o.other_doctor}, MD  {o.old_date}", size=24, italic=True)


def medication_list(page: Page, c: Case) -> None:
    """Draw a table of drugs with prescribers and dates."""
    o = c.other
    page.put(864, 90, "Medication List", size=36, bold=True, align="c")
    page.put(110, 160, "<pt>   <dob>   " + f"allergies: penicillin (rash)   as of {o.last_visit}", size=25)
    rows = [["Drug", "Dose and directions", "Prescriber", "Last fill"]]
    rows += [[med.split(" ")[0], med, c.rfamily, o.last_visit] for med in c.need.meds]
    rows += [
        ["loratadine", "10 mg daily as needed", o.other_doctor.split()[-1], o.old_date],
        ["multivitamin", "1 tab daily", "OTC", ""],
    ]
    y = table(page, 110, 220, (340, 560, 330, 278), rows, size=24)
    page.put(110, y + 20, f"Pharmacy: {o.pharmacy}   phone {c.number(o.pharmacy_phone)}   NCPDP {o.account}", size=23)


def insurance_card(page: Page, c: Case) -> None:
    """Both sides of a card, copied large."""
    o = c.other
    x, y = 200.0, 200.0
    page.rect(x, y, x + 1250, y + 760, width=4)
    page.put(x + 50, y + 40, "<payer>", size=52, bold=True)
    page.put(x + 50, y + 170, "Member", size=26)
    page.put(x + 50, y + 204, "<PT>", size=40, bold=True)
    page.put(x + 50, y + 290, "Member ID", size=26)
    page.put(x + 50, y + 324, "<member>", size=44, bold=True)
    page.put(x + 700, y + 290, "Group", size=26)
    page.put(x + 700, y + 324, o.group_no, size=40)
    page.put(x + 50, y + 440, f"RxBIN 610{o.account[:3]}   RxPCN ADV   RxGrp RX{o.account[:4]}", size=28)
    page.put(x + 50, y + 520, "PCP copay $25   Specialist $50   ER $250   Deductible $1,500", size=28)
    page.put(x + 50, y + 600, f"PCP: {o.pcp}", size=28)
    page.rect(x, y + 860, x + 1250, y + 1560, width=4)
    page.put(x + 50, y + 900, f"Customer service {c.number(o.payer_phone)}", size=30)
    page.put(
        x + 50,
        y + 960,
        f"Providers: prior authorization {c.number(o.payer_phone)}  fax {c.number(o.payer_fax)}",
        size=28,
    )
    page.put(x + 50, y + 1040, "Submit claims to: PO Box 30555, Salt Lake City, UT 84130", size=28)
    page.put(
        x + 50,
        y + 1110,
        "Possession of this card does not guarantee coverage. Carry it with you at all times.",
        size=26,
        width=1150,
    )


def cover(
    fax: Fax, page: Page, c: Case, *, style: int = -1, subject: str = "", attention: str = "", pages: int = 0
) -> None:
    """Draw a fax cover sheet; `subject` and `attention` are templates."""
    o = c.other
    style = fax.rng.randint(0, 3) if style < 0 else style
    count = str(pages or fax.rng.randint(2, 9))
    rows = [
        ("TO", attention or o.to_org),
        ("FAX", c.number(o.to_fax)),
        ("PHONE", c.number(o.to_phone)),
        ("FROM", f"{o.nurse}, <org>" if fax.chance(0.6) else "<org>"),
        ("OUR PHONE", c.opt("<rphone>")),
        ("OUR FAX", c.opt("<rfax>")),
        ("DATE", c.opt("<date>")),
        ("PAGES", f"{count} including cover"),
        ("RE", subject),
    ]
    if style == 0:
        page.put(110, 110, "FAX", size=150, bold=True)
        y = 340.0
        for label, value in rows:
            page.put(110, y, label + ":", size=28, bold=True)
            y = page.put(400, y, value, size=30, width=1200).y + 20
            page.hline(110, 1618, y - 8, 1)
    elif style == 1:
        page.put(864, 110, "<org>", size=40, bold=True, align="c")
        page.put(864, 164, o.org_addr, size=23, align="c")
        page.bar(110, 230, 1618, "FACSIMILE TRANSMITTAL SHEET", size=32)
        y = 320.0
        for number, (label, value) in enumerate(rows):
            x = 110 + (number % 2) * 770
            page.put(x, y, label + ":", size=21)
            page.put(x, y + 28, value, size=28, width=730)
            page.hline(x, x + 730, y + 72, 1)
            y += 100 if number % 2 else 0
        y += 110
    elif style == 2:
        page.put(1618, 100, "Fax Cover Page", size=48, align="r", italic=True)
        y = page.put(110, 260, "Please deliver to " + rows[0][1] + f" at {c.number(o.to_fax)}.", size=30, width=1500).y
        y = page.put(
            110,
            y + 20,
            "From: " + rows[3][1] + c.opt(", telephone <rphone>") + c.opt(", fax <rfax>"),
            size=30,
            width=1500,
        ).y
        y = page.put(110, y + 20, c.opt("Sent <date>, ") + f"{count} pages.", size=30).y
        y = page.put(110, y + 20, subject, size=30, width=1500, bold=True).y
    else:
        page.rect(300, 150, 1430, 1000, width=4)
        page.put(864, 180, "TELEFAX", size=56, bold=True, align="c", face="serif")
        y = 290.0
        for label, value in rows:
            page.put(340, y, label, size=24, bold=True)
            y = page.put(540, y, value, size=26, width=870).y + 18
    y += 40
    at = 110.0
    for label in ("Urgent", "For review", "Please reply", "As requested"):
        at = tick(page, at, max(y, 1080), label, on=label == "For review", size=26).x + 50
    footer(fax, page, y=1850, size=22)


def sheet(page: Page, c: Case, *, style: int) -> None:
    """Draw a compact one-page referral in one of three house styles, for packets and batches."""
    if style == 0:
        page.put(864, 90, "REFERRAL", size=44, bold=True, align="c")
        page.put(110, 160, "<org>" + c.opt("   Ph <rphone>") + c.opt("   Fax <rfax>"), size=25)
        rows = (
            ("Patient", "<ptl>"),
            ("Date of birth", "<dob>"),
            ("Sex", c.opt("<sexl>")),
            ("Phone", c.opt("<phone>")),
            ("Address", c.opt("<addr>")),
            ("MRN", c.opt("<mrn>")),
            ("Insurance", c.opt("<payer>")),
            ("Member ID", c.opt("<member>")),
            ("Authorization", c.opt("<auth>")),
            ("Referring provider", "<refc>"),
            ("NPI", c.opt("<rnpi>")),
            ("Refer to", c.opt("<spec>")),
            ("Provider", c.opt("<prov>")),
            ("Service", c.opt("<service>")),
            ("Diagnosis", c.opt("<dx>")),
            ("Reason", c.opt("<reason>")),
            ("Priority", c.opt("<priority>")),
            ("Date", c.opt("<date>")),
        )
        table(page, 110, 220, (400, 1108), [list(row) for row in rows], size=26, header=False)
    elif style == 1:
        page.put(110, 90, "<org|u>", size=30, bold=True)
        page.put(110, 132, c.opt("Office <rphone>") + c.opt("  Fax <rfax>"), size=23)
        page.put(1618, 90, "Outside Referral" + c.opt("  <date>"), size=26, align="r")
        page.hline(110, 1618, 176, 4)
        y = 200.0
        for line in (
            "Patient " + "<pt>, " + c.opt("<sex>, ") + "born <dob>",
            c.opt("Lives at <addr>"),
            c.opt("Reach at <phone>"),
            c.opt("Our number <mrn>"),
            c.opt("Covered by <payer>  ") + c.opt("ID <member>  ") + c.opt("approval <auth>"),
            "Sent by <refc>" + c.opt(", NPI <rnpi>"),
            c.opt("Please arrange <spec>") + c.opt(" (<prov>)"),
            c.opt("Wanted: <service>"),
            c.opt("Why: <reason>"),
            c.opt("ICD-10 <dx>"),
            c.opt("Speed: <priority>"),
        ):
            if line:
                y = page.put(110, y, line, size=30, width=1480).y + 16
    else:
        page.put(110, 90, "Name: <PTLM>", size=32, bold=True)
        page.put(1618, 90, "DOB: <dob>", size=30, align="r")
        page.put(110, 140, c.opt("<phone>") + c.opt("  |  <line>, <csz>"), size=24)
        page.put(110, 180, c.opt("<payer>") + c.opt(" <member>"), size=24)
        page.bar(110, 230, 1618, "REFERRAL DETAILS", size=26)
        y = 290.0
        for label, value in (
            ("To", c.opt("<spec>") + c.opt(" - <prov>")),
            ("For", c.opt("<service>")),
            ("Clinical reason", c.opt("<reason>")),
            ("ICD-10", c.opt("<codes>")),
            ("Urgency", c.opt("<priority>")),
            ("From", "<refc>, <org>"),
            ("NPI", c.opt("<rnpi>")),
            ("Telephone / fax", c.opt("<rphone>") + c.opt(" / <rfax>")),
            ("Date", c.opt("<date>")),
        ):
            page.put(110, y, label, size=24, bold=True)
            y = page.put(420, y, value, size=28, width=1180).y + 18
