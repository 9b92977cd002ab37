"""Order forms of services: heart tests, sleep studies, infusions, imaging, supplies lists of boxes to tick."""

# ruff: noqa: D401, E501 - a layout says what the page is, and the page's text reads better unbroken
from __future__ import annotations

from collections.abc import Sequence

from bench.strange.draw import Page
from bench.strange.kit import Fax, layout
from bench.strange.parts import choices, footer, kv, letterhead, signature, stamp, table, tick
from bench.strange.people import Case


def _pick(page: Page, y: float, options: Sequence[str], c: Case, *, columns: int = 3, mark: str = "x") -> float:
    """A grid of services; the requested one is ticked, or written behind Other."""
    known = c.service in options
    for number, option in enumerate(options):
        x = 120 + (number % columns) * (1500 / columns)
        tick(
            page,
            x,
            y + (number // columns) * 46,
            option,
            on=known and option == c.service and c.has("service"),
            field="requested.service",
            mark=mark,
        )
    y += -(-len(options) // columns) * 46
    spot = tick(page, 120, y, "Other (specify):", on=not known and c.has("service"), mark=mark)
    page.put(spot.x + 14, y, c.opt("<service>") if not known else "")
    page.hline(spot.x + 8, 1500, y + 34)
    return y + 56


def _identity(page: Page, c: Case, y: float) -> float:
    page.put(110, y, "Patient Name: ", bold=True)
    page.put(300, y, "<ptl>")
    page.put(900, y, "DOB: ", bold=True)
    page.put(980, y, "<dob>")
    page.put(1260, y, c.opt("Sex: <sexl>"))
    y += 44
    page.put(110, y, "Phone: ", bold=True)
    page.put(220, y, c.opt("<phone>"))
    page.put(620, y, "Alt: " + c.number(c.other.emergency_phone) + f" ({c.other.emergency_relation})")
    page.put(1150, y, c.opt("MRN: <mrn>"))
    y += 44
    page.put(110, y, "Insurance: ", bold=True)
    page.put(260, y, c.opt("<payer>") + c.opt("    ID: <member>") + f"    Grp: {c.other.group_no}")
    y = page.put(110, y + 44, c.opt("Address: <addr>")).y
    return y + 10


@layout(variants=2)
def cardiology_orders(fax: Fax) -> None:
    """A cardiology group's order form; tests to tick, some distractor ticks on symptoms."""
    document, c = fax.referral(("Cardiovascular Disease", "Clinical Cardiac Electrophysiology"))
    page = fax.page(document, face=fax.rng.choice(("carlito", "roboto", "sans")), size=25)
    page.put(864, 76, c.other.to_org.split(" ")[0] + " Heart & Vascular", size=40, bold=True, align="c")
    page.put(
        864,
        128,
        f"Central scheduling {c.number(c.other.to_phone)}   |   Order fax {c.number(c.other.to_fax)}   |   {c.other.to_addr}",
        size=20,
        align="c",
    )
    y = page.bar(110, 170, 1618, "PATIENT (or attach demographics)", size=24) + 12
    y = _identity(page, c, y) + 10
    y = page.bar(110, y, 1618, "CONSULT / TEST REQUESTED", size=24) + 12
    options = (
        "New patient consult",
        "EP consult",
        "Heart failure clinic visit",
        "Transthoracic echocardiogram",
        "Stress echo",
        "Nuclear stress test",
        "14-day event monitor",
        "Carotid duplex",
        "ABI / arterial",
        "Device check",
        "Cardioversion",
        "CT calcium score",
    )
    y = _pick(page, y, options, c, mark=fax.rng.choice(("x", "v", "pen")))
    y = page.bar(110, y, 1618, "INDICATION", size=24) + 12
    reason = c.reason.lower()
    for number, (symptom, word) in enumerate(
        (
            ("Chest pain", "chest"),
            ("Palpitations", "palpit"),
            ("Dyspnea", "orthop"),
            ("Syncope", "syncope"),
            ("Murmur", "murmur"),
            ("Edema", "swelling"),
            ("Abnormal ECG", "ecg"),
            ("Pre-op", "pre-op"),
        )
    ):
        tick(page, 120 + (number % 4) * 375, y + (number // 4) * 44, symptom, on=word in reason)
    y += 100
    y = kv(page, 110, y, "Details:", c.opt("<reason>"), width=1300).y + 8
    y = kv(page, 110, y, "ICD-10:", c.opt("<dx>"), width=1300).y + 8
    y = kv(page, 110, y, "Preferred cardiologist:", c.opt("<prov>", blank="first available")).y + 8
    page.put(110, y, "Timeframe:", bold=True)
    y = (
        choices(
            page,
            290,
            y,
            ("Routine (2-4 wk)", "Urgent (48 h)", "STAT (today)", "ASAP"),
            c.priority if c.has("priority") else "",
            "priority",
        ).y
        + 16
    )
    y = (
        kv(
            page,
            110,
            y,
            "Pacemaker / ICD?",
            "no        Diabetic? no        Anticoagulant? " + ("yes" if "apixaban 5 mg BID" in c.need.meds else "no"),
        ).y
        + 16
    )
    y = page.bar(110, y, 1618, "ORDERING PROVIDER", size=24) + 12
    y = kv(page, 110, y, "Name:", "<refc>" + c.opt("      NPI: <rnpi>")).y + 8
    y = kv(page, 110, y, "Practice:", c.opt("<org>")).y + 8
    y = kv(page, 110, y, "Phone:", c.opt("<rphone>") + c.opt("      Fax: <rfax>")).y + 70
    signature(fax, page, 150, y, c.signature)
    page.hline(110, 800, y + 12)
    page.put(860, y - 20, "Date: " + c.opt("<date>"))
    page.put(110, y + 20, "Signature", size=18)


@layout(variants=2)
def sleep_study_order(fax: Fax) -> None:
    """A sleep laboratory's order, with questionnaire scores and its own accreditation numbers."""
    document, c = fax.referral("Sleep Medicine")
    page = fax.page(document, face=fax.rng.choice(("opensans", "dejavu")), size=22)
    page.put(110, 80, "Nightfall Sleep Laboratories", size=42, bold=True)
    page.put(
        110,
        134,
        f"Accredited facility #{c.other.account}   NPI {c.other.group_npi}   Fax orders: {c.number(c.other.to_fax)}   Tel: {c.number(c.other.to_phone)}",
        size=20,
    )
    page.put(110, 190, "SLEEP STUDY ORDER AND REFERRAL", size=30, bold=True)
    y = _identity(page, c, 250) + 14
    page.rect(110, y, 1618, y + 250)
    page.put(130, y + 10, "Study ordered (check one)", bold=True)
    for number, option in enumerate(
        ("Home sleep apnea test", "Polysomnogram", "Split-night PSG", "CPAP titration", "MSLT", "Sleep consult only")
    ):
        tick(
            page,
            140 + (number % 2) * 700,
            y + 56 + (number // 2) * 52,
            option,
            on=option == c.service and c.has("service"),
            field="requested.service",
            mark="fill",
            size=24,
        )
    y += 270
    y = (
        table(
            page,
            110,
            y,
            (380, 380, 380, 368),
            [["Epworth", "STOP-Bang", "BMI", "Neck (in)"], ["16 / 24", "6 / 8", "37.1", "17.5"]],
            size=22,
        )
        + 20
    )
    y = kv(page, 110, y, "Symptoms / reason:", c.opt("<reason>"), width=1200).y + 10
    y = kv(page, 110, y, "Diagnosis:", c.opt("<dx>"), width=1300).y + 10
    y = kv(page, 110, y, "Specialty consult:", c.opt("<spec>") + c.opt("  with Dr. <prov>")).y + 10
    y = kv(page, 110, y, "Priority:", c.opt("<priority>")).y + 10
    y = kv(page, 110, y, "Auth / ref #:", c.opt("<auth>", blank="lab to obtain")).y + 10
    y = kv(page, 110, y, "Medications:", ", ".join(c.need.meds)).y + 10
    y = kv(page, 110, y, "Special needs:", "oxygen none, walks without help, night shift no").y + 20
    page.rect(110, y, 1618, y + 230, width=4)
    page.put(130, y + 14, "Ordering physician  <refc>" + c.opt("   NPI <rnpi>"), size=25)
    page.put(130, y + 56, c.opt("<org>") + f"   {c.other.org_addr}", size=23)
    page.put(130, y + 96, c.opt("Ph <rphone>") + c.opt("   F <rfax>"), size=24)
    signature(fax, page, 150, y + 200, c.signature)
    page.put(1100, y + 170, c.opt("Date ordered <date>"), size=24)
    page.put(
        110,
        y + 250,
        f"Interpretation by Dr. {c.other.other_doctor}, board certified in sleep medicine, NPI {c.other.pcp_npi}. Results go to the ordering physician and PCP {c.other.pcp}.",
        size=20,
        width=1500,
    )


@layout(variants=2)
def infusion_referral(fax: Fax) -> None:
    """An infusion centre's order set with a referral to the specialty that will manage it."""
    document, c = fax.referral(("Rheumatology", "Hematology & Oncology", "Nephrology"), ages=(25, 80))
    page = fax.page(document, face="robotocond" if fax.chance(0.5) else "narrow", size=25)
    page.bar(0, 60, 1728, f"   {c.other.to_org.upper()} — INFUSION SERVICES", size=34)
    page.put(
        110,
        130,
        f"Orders & referral fax {c.number(c.other.to_fax)}   pharmacist line {c.number(c.other.pharmacy_phone)}   pg 1",
        size=22,
    )
    y = 180.0
    y = (
        table(
            page,
            110,
            y,
            (500, 250, 180, 300, 278),
            [
                ["PATIENT", "DOB", "SEX", "PHONE", "MRN"],
                ["<PTLM>", "<dob>", c.opt("<sexl>"), c.opt("<phone>"), c.opt("<mrn>")],
            ],
            size=24,
        )
        + 12
    )
    y = (
        page.put(
            110,
            y,
            "Home: " + c.opt("<addr>", blank="see facesheet") + "      Wt 81 kg   Ht 170 cm   Allergies NKDA",
            width=1500,
        ).y
        + 8
    )
    y = (
        page.put(
            110,
            y,
            "Payer: "
            + c.opt("<payer>", blank="see card")
            + c.opt("   Member <member>")
            + c.opt("   Auth <auth>", blank="   Auth pending")
            + f"   Benefit line {c.number(c.other.payer_phone)}",
            width=1500,
        ).y
        + 16
    )
    y = page.bar(110, y, 1618, "REFERRAL", size=24, dark=False) + 10
    y = (
        page.put(
            110,
            y,
            "Service line: " + c.opt("<spec>", blank="(per diagnosis)") + c.opt("     Attending requested: <prov>"),
        ).y
        + 6
    )
    y = page.put(110, y, "Reason: " + c.opt("<reason>"), width=1480).y + 6
    y = page.put(110, y, "Dx: " + c.opt("<dx>", blank=c.descriptions), width=1480).y + 6
    y = page.put(110, y, "Referral type: " + c.opt("<service>") + c.opt("      Priority: <priority>")).y + 16
    y = page.bar(110, y, 1618, "ORDER SET (pharmacist verifies)", size=24, dark=False) + 10
    drugs = (
        "Infliximab 5 mg/kg IV wk 0, 2, 6",
        "Iron sucrose 200 mg IV x 5",
        "Rituximab 1000 mg IV day 1, 15",
        "Abatacept 750 mg IV q4wk",
        "Zoledronic acid 5 mg IV once",
        "Hold: awaiting specialist",
    )
    for number, drug in enumerate(drugs):
        tick(page, 120 + (number % 2) * 750, y + (number // 2) * 44, drug, on=number == 5)
    y += 150
    for label, on in (
        ("Acetaminophen 650 mg PO pre-med", True),
        ("Diphenhydramine 25 mg IV pre-med", True),
        ("Hep B surface antigen on file " + c.other.old_date, True),
        ("TB test neg " + c.other.old_date, True),
    ):
        y = tick(page, 120, y, label, on=on).y + 6
    y += 20
    y = kv(page, 110, y, "Ordering prescriber:", "<refc>" + c.opt("    NPI <rnpi>")).y + 6
    y = (
        kv(page, 110, y, "Office:", c.opt("<org>") + c.opt("    tel <rphone>") + c.opt("    fax <rfax>"), width=1300).y
        + 6
    )
    y = kv(page, 110, y, "Contact:", f"{c.other.nurse}, RN").y + 60
    signature(fax, page, 150, y + 20, c.signature)
    page.hline(110, 760, y + 34)
    page.put(820, y, "Date/time: " + c.opt("<date>  09:40"))
    page.put(
        110,
        y + 80,
        f"Drug from: buy and bill / specialty pharmacy {c.other.pharmacy}.  Emergency contact {c.other.emergency} {c.number(c.other.emergency_phone)}.  Collaborating MD {c.other.other_doctor} NPI {c.other.pcp_npi}",
        size=20,
        width=1500,
    )


@layout(variants=2)
def imaging_order(fax: Fax) -> None:
    """A radiology group's requisition."""
    document, c = fax.referral("Diagnostic Radiology")
    page = fax.page(document, face="sans", size=24)
    page.rect(90, 70, 1638, 190, width=3)
    page.put(110, 84, "OPEN BORE IMAGING PARTNERS", size=34, bold=True)
    page.put(
        110,
        130,
        f"Scheduling {c.number(c.other.to_phone)}    Fax this requisition {c.number(c.other.to_fax)}    STAT reads {c.number(c.other.pcp_phone)}",
        size=22,
    )
    y = 210.0
    y = _identity(page, c, y) + 10
    page.put(110, y, "Exam:", bold=True)
    y = _pick(
        page,
        y + 40,
        (
            "CT chest without contrast",
            "Low dose CT chest",
            "CT abdomen/pelvis",
            "MRI brain",
            "MRI lumbar",
            "US thyroid",
            "US abdomen",
            "DEXA",
            "Mammogram",
        ),
        c,
        mark="pen",
    )
    page.put(110, y, "Contrast:", bold=True)
    x = 260.0
    for number, word in enumerate(("none", "IV", "oral", "radiologist decides")):
        x = tick(page, x, y, word, on=number == 0, mark="pen").x + 40
    y += 60
    y = kv(page, 110, y, "Clinical history / reason for exam:", c.opt("<reason>"), width=1000).y + 10
    y = kv(page, 110, y, "ICD-10 (required):", c.opt("<codes>")).y + 10
    y = kv(page, 110, y, "Creatinine / eGFR:", f"0.9 / >60  on {c.other.old_date}").y + 10
    y = kv(page, 110, y, "Prior imaging:", f"CXR {c.other.last_visit} at {c.other.to_org}").y + 10
    y = kv(page, 110, y, "Precert #:", c.opt("<auth>", blank="not req")).y + 10
    page.put(110, y, "Priority:", bold=True)
    y = (
        choices(
            page,
            240,
            y,
            ("Routine", "Urgent", "STAT / call report", "ASAP"),
            c.priority if c.has("priority") else "",
            "priority",
            style="pen",
        ).y
        + 20
    )
    y = kv(page, 110, y, "Referring provider:", "<refl>, " + c.cred + c.opt("     NPI: <rnpi>")).y + 10
    y = (
        kv(
            page,
            110,
            y,
            "Practice / phone / fax:",
            c.opt("<org>") + c.opt(" / <rphone>") + c.opt(" / <rfax>"),
            width=1150,
        ).y
        + 10
    )
    y = kv(page, 110, y, "Copy to:", f"{c.other.pcp}  fax {c.number(c.other.emergency_phone)}").y + 70
    signature(fax, page, 150, y, c.signature)
    page.hline(110, 800, y + 12)
    page.put(850, y - 20, "Date " + c.opt("<date>"))
    if fax.chance(0.4):
        stamp(fax, page, 1050, y - 140, "STAT" if c.priority == "stat" else "SCHEDULED", size=56)


@layout(variants=2)
def urgent_cancer_pathway(fax: Fax) -> None:
    """A one-page fast-track sheet where the reason is a list of criteria and free lines."""
    document, c = fax.referral(
        (
            "Hematology & Oncology",
            "Thoracic Surgery",
            "Radiation Oncology",
            "Urology",
            "Gastroenterology",
            "Otolaryngology",
        )
    )
    c.left_out -= {"reason"}
    if fax.variant == 1:
        fax.mislead(document, c)
    page = fax.page(document, face="notoserif" if fax.chance(0.5) else "noto", size=24)
    y = letterhead(fax, page, c, style=4)
    page.put(864, y, "RAPID ACCESS CLINIC — REFERRAL", size=34, bold=True, align="c")
    if c.has("priority") and c.priority == "urgent":
        stamp(fax, page, 1180, y + 110, "RUSH", angle=10, size=60)
    y += 70
    page.put(
        110,
        y,
        c.opt("To: <spec>", blank="To: triage nurse")
        + c.opt(", attention <prov>")
        + f"   at {c.other.to_org}   (fax {c.number(c.other.to_fax)})",
        size=23,
    )
    y += 60
    page.rect(110, y, 860, y + 330)
    page.rect(880, y, 1618, y + 330)
    page.put(126, y + 8, "PATIENT LABEL", size=17)
    for number, line in enumerate(
        (
            "<PTLM>",
            "DOB <dob>" + c.opt("   <sexl>"),
            c.opt("MRN <mrn>") + f"   FIN {c.other.encounter}",
            c.opt("<line>"),
            c.opt("<csz>"),
            c.opt("<phone>"),
        )
    ):
        page.put(140, y + 44 + 44 * number, line, size=26, face="mono" if fax.variant % 2 else "")
    page.put(896, y + 8, "COVERAGE LABEL", size=17)
    for number, line in enumerate(
        (
            c.opt("<payer>"),
            c.opt("Mbr <member>"),
            f"Grp {c.other.group_no}",
            f"Guarantor {c.other.subscriber} {c.other.subscriber_dob}",
            f"2nd {c.other.payer2} {c.other.member2}",
            c.opt("Auth <auth>"),
        )
    ):
        page.put(900, y + 44 + 44 * number, line, size=24, width=700)
    y += 360
    for label, on in (
        ("Unexplained weight loss", False),
        ("Abnormal imaging", "PET" in c.need.story or "scan" in c.need.story),
        ("Biopsy done", "biopsy" in c.reason),
        ("Bleeding", "bleed" in c.reason or "hematuria" in c.reason),
        ("Patient has been told", True),
    ):
        y = tick(page, 120, y, label, on=on).y + 4
    y = kv(page, 110, y + 14, "Concern:", "<reason>", width=1300).y + 10
    y = kv(page, 110, y, "Codes:", c.opt("<dx>"), width=1300).y + 10
    y = kv(page, 110, y, "Background:", c.need.story + f" ECOG 1. Seen {c.other.last_visit}.", width=1300).y + 10
    y = kv(page, 110, y, "We ask for:", c.opt("<service>")).y + 10
    y = kv(page, 110, y, "Category:", c.opt("<priority>")).y + 40
    page.put(110, y, "Referring clinician: <refc>" + c.opt("  (NPI <rnpi>)") + c.opt("   date <date>"))
    signature(fax, page, 150, y + 120, c.signature)
    footer(fax, page)
