"""What is not a referral, from clinicians: results, reports, notes, refills, authorizations."""

# ruff: noqa: D103, D401, E501 - a layout says what the page is, and the page's text reads better unbroken
from __future__ import annotations

from bench.strange import attachments as att
from bench.strange.draw import Page
from bench.strange.kit import Fax, layout
from bench.strange.parts import choices, footer, kv, letterhead, signature, stamp, table, tick


@layout(variants=2)
def lab_report_ruled(fax: Fax) -> None:
    document, c = fax.other("lab_result")
    att.lab(fax, fax.page(document, face="sans"), c, style=1)


@layout(variants=1, digital=True)
def pathology_report(fax: Fax) -> None:
    document, c = fax.other("lab_result", "Dermatology")
    page = fax.page(document, face="serif", size=25)
    page.put(110, 80, "SURGICAL PATHOLOGY REPORT", size=34, bold=True)
    page.put(
        110,
        130,
        f"Case S26-{c.other.account}   Received {c.other.last_visit}   Signed out {c.other.last_visit}",
        size=22,
    )
    y = kv(page, 110, 190, "Patient:", "<ptl>      DOB: <dob>      Sex: <sexl>" + c.opt("      MRN: <mrn>")).y
    y = kv(page, 110, y, "Submitting physician:", "<ref>, " + c.cred + f" ({c.org})").y + 20
    for title, text in (
        (
            "FINAL DIAGNOSIS",
            "Skin, left upper back, shave biopsy: compound melanocytic nevus with mild atypia, margins free.",
        ),
        ("CLINICAL HISTORY", c.reason),
        (
            "GROSS DESCRIPTION",
            "Received in formalin is a tan fragment 0.7 x 0.5 x 0.2 cm, inked, bisected, entirely submitted in one cassette.",
        ),
        ("MICROSCOPIC", "Sections show nests of bland melanocytes at the junction and in the dermis."),
        ("COMMENT", "No further treatment of this lesion is needed. Clinical follow up."),
    ):
        y = page.put(110, y + 16, title, bold=True).y
        y = page.put(110, y, text, width=1490).y
    page.put(
        110,
        y + 50,
        f"{c.other.other_doctor}, M.D., Pathologist (electronic signature)    Lab phone {c.number(c.other.to_phone)}",
    )


@layout(variants=2)
def radiology_report(fax: Fax) -> None:
    document, c = fax.other("imaging_report")
    att.imaging(fax, fax.page(document, face="mono" if fax.variant else "carlito"), c)


@layout(variants=1)
def echo_report(fax: Fax) -> None:
    document, c = fax.other("imaging_report", "Cardiovascular Disease")
    page = fax.page(document, face="dejavu", size=22)
    page.put(864, 80, "ECHOCARDIOGRAPHY REPORT", size=34, bold=True, align="c")
    y = (
        table(
            page,
            110,
            150,
            (420, 300, 180, 300, 308),
            [["Name", "DOB", "Sex", "Study date", "BP"], ["<ptl>", "<dob>", "<sexl>", c.other.last_visit, "128/74"]],
            size=22,
        )
        + 20
    )
    page.put(
        110,
        y,
        f"Referring physician: {c.rgiven} {c.rfamily}, {c.cred}     Sonographer: {c.other.nurse}     Indication: {c.need.codes[0][1]}",
        size=22,
    )
    y = (
        table(
            page,
            110,
            y + 50,
            (400, 260, 400, 448),
            [
                ["2D", "Value", "Doppler", "Value"],
                ["LVIDd", "4.8 cm", "E/A", "0.9"],
                ["LVIDs", "3.2 cm", "E/e'", "11"],
                ["EF (biplane)", "58 %", "RVSP", "31 mmHg"],
                ["LA volume index", "36 mL/m2", "AV mean gradient", "5 mmHg"],
            ],
            size=23,
        )
        + 30
    )
    for text in (
        "CONCLUSIONS",
        "1. Normal left ventricular size and systolic function, EF 55-60%.",
        "2. Mild left atrial enlargement.",
        "3. Trace mitral regurgitation. No pericardial effusion.",
        f"Read by {c.other.other_doctor}, MD, FACC on {c.other.last_visit}.",
    ):
        y = page.put(110, y, text, width=1480).y + 8


@layout(variants=2)
def consultant_reply(fax: Fax) -> None:
    """A specialist's note back to the referring doctor: mentions a referral but is none."""
    document, c = fax.other("consult_note")
    page = fax.page(document, face="bookman" if fax.variant else "carlito", size=27)
    page.put(110, 90, f"{c.other.to_org} — {c.called}", size=32, bold=True)
    page.put(110, 136, f"{c.other.to_addr}   {c.number(c.other.to_phone)}", size=22)
    y = page.put(110, 210, c.opt(f"{c.other.last_visit}")).y + 16
    y = page.put(110, y, f"{c.rgiven} {c.rfamily}, {c.cred}").y
    y = page.put(110, y, c.org).y + 16
    y = page.put(110, y, "RE: <pt>   DOB: <dob>" + c.opt("   MRN <mrn>"), bold=True).y + 16
    y = page.put(110, y, f"Dear Dr. {c.rfamily},").y + 12
    for text in (
        f"Thank you for referring this pleasant {c.age}-year-old <sexword>, whom I saw in consultation today for {c.reason}.",
        "HISTORY: " + c.need.story + " Review of systems is otherwise negative.",
        "EXAM: Well appearing. Vital signs stable. Examination as recorded in our chart.",
        f"ASSESSMENT: {c.descriptions}.",
        f"PLAN: We discussed options. I have started {(c.need.meds or ('a trial of treatment',))[0]} and will see <him> again on {c.other.next_visit}. No further action is needed from your office. Labs will be drawn here.",
    ):
        y = page.put(110, y, text, width=1490).y + 18
    page.put(110, y + 10, "Thank you for allowing me to share in <his> care.")
    signature(fax, page, 130, y + 130, c.other.other_doctor)
    page.put(110, y + 150, f"{c.other.other_doctor}, MD")


@layout(variants=1)
def soap_followup(fax: Fax) -> None:
    document, c = fax.other("consult_note", ("Neurology", "Endocrinology, Diabetes & Metabolism", "Rheumatology"))
    page = fax.page(document, face="dejavu", size=23)
    att.note(page, c, title=f"{c.called.upper()} CLINIC — FOLLOW-UP CONSULTATION NOTE")
    page.put(110, 1500, f"Faxed to referring physician {c.rgiven} {c.rfamily} for your records.", size=23)


def _pharmacy_head(page: Page, name: str, number: str, fax_number: str) -> None:
    page.put(110, 90, name, size=44, bold=True)
    page.put(110, 150, f"Phone {number}     Fax {fax_number}     NCPDP 4419082     NPI 1619900001", size=23)


@layout(variants=2)
def pharmacy_refill(fax: Fax) -> None:
    document, c = fax.other("refill_request")
    page = fax.page(document, face="sans", size=26)
    _pharmacy_head(page, c.other.pharmacy, c.number(c.other.pharmacy_phone), c.number(c.other.payer_fax))
    page.bar(110, 210, 1618, "REFILL AUTHORIZATION REQUEST", size=32)
    med = (c.need.meds or ("lisinopril 10 mg",))[0]
    y = 300.0
    for label, value in (("Prescriber", f"{c.rgiven} {c.rfamily}, {c.cred}   NPI {c.rnpi}   fax {c.number(c.rfax)}"), ("Patient", "<ptl>"), ("Date of birth", "<dob>"), ("Patient phone", c.opt("<phone>")), ("Address", c.opt("<addr>")),
                         ("Medication", f"{med}   qty 90   days supply 90"), ("Rx number", c.other.account), ("Last filled", c.other.last_visit), ("Sig", "take 1 tablet by mouth daily")):  # fmt: skip
        y = kv(page, 110, y, label + ":", value, at=400, width=1200).y + 14
    page.rect(110, y + 20, 1618, y + 300)
    page.put(130, y + 36, "PRESCRIBER RESPONSE", bold=True)
    x = 130.0
    for label in ("Approve as written", "Approve with changes", "Deny", "Patient needs appointment"):
        x = tick(page, x, y + 90, label).x + 40
    page.put(
        130, y + 160, "Refills: 0  1  2  3  PRN        Signature: ______________________________   Date: __________"
    )
    page.put(
        130,
        y + 220,
        "Please fax back to the pharmacy. Second request." if fax.variant else "Please fax back to the pharmacy.",
    )


@layout(variants=1)
def mail_order_renewal(fax: Fax) -> None:
    document, c = fax.other("refill_request")
    page = fax.page(document, face="robotocond", size=25)
    page.put(864, 90, "HarborScripts Home Delivery", size=40, bold=True, align="c")
    page.put(
        864,
        146,
        f"Prescription renewal form — fax to {c.number(c.other.payer_fax)} from prescriber's office only",
        size=24,
        align="c",
    )
    y = (
        table(
            page,
            110,
            220,
            (380, 280, 300, 548),
            [["Member", "DOB", "Member ID", "Address"], ["<ptl>", "<dob>", c.member, c.opt("<addr>")]],
            size=24,
        )
        + 30
    )
    rows = [["Drug", "Strength / sig", "Qty", "Refills", "DAW"]] + [
        [m.split(" ")[0], m, "90", "3", "no"] for m in (*c.need.meds, "amlodipine 5 mg")
    ]
    y = table(page, 110, y, (360, 520, 200, 200, 228), rows, size=24) + 30
    page.put(
        110,
        y,
        f"Prescriber {c.rgiven} {c.rfamily}, {c.cred}, phone {c.number(c.rphone)}. Your patient asked us to contact you for a new 90-day prescription.",
        width=1480,
    )
    page.hline(110, 900, y + 180)
    page.put(110, y + 190, "Prescriber signature (no stamps)", size=20)


@layout(variants=2)
def plan_determination(fax: Fax) -> None:
    """An insurer's decision; has a referral number but asks for nothing."""
    document, c = fax.other("authorization")
    page = fax.page(document, face="serif" if fax.variant else "noto", size=27)
    page.put(110, 90, c.payer, size=38, bold=True)
    page.put(
        110,
        142,
        f"Utilization Management   {c.number(c.other.payer_phone)}   fax {c.number(c.other.payer_fax)}",
        size=23,
    )
    y = page.put(110, 220, c.other.last_visit).y + 20
    y = page.put(110, y, f"{c.rgiven} {c.rfamily}, {c.cred}\n{c.org}".replace("\n", ", ")).y + 20
    approved = fax.variant == 0
    y = (
        page.put(
            110,
            y,
            "NOTICE OF AUTHORIZATION APPROVAL" if approved else "NOTICE OF ADVERSE DETERMINATION",
            size=32,
            bold=True,
        ).y
        + 16
    )
    rows = [
        ["Member", "<ptl>"],
        ["Date of birth", "<dob>"],
        ["Member ID", c.member],
        ["Reference number", c.auth],
        ["Service", c.service],
        ["Servicing provider", f"{c.pgiven} {c.pfamily}, {c.called}"],
        ["Diagnosis", c.need.codes[0][0]],
        ["Units / dates", f"3 visits   {c.other.last_visit} to {c.other.next_visit}"],
        ["Status", "APPROVED" if approved else "DENIED - not medically necessary"],
    ]
    y = table(page, 110, y, (420, 1088), rows, header=False, size=26) + 20
    page.put(
        110,
        y,
        "This approval is valid for the services and dates above if the member is eligible."
        if approved
        else "You or the member may appeal within 60 days. A peer-to-peer discussion is available within 10 business days.",
        width=1490,
    )
    footer(fax, page)


@layout(variants=1)
def auth_status_fax(fax: Fax) -> None:
    document, c = fax.other("authorization")
    page = fax.page(document, face="mono", size=26)
    y = page.put(110, 100, "PRIOR AUTHORIZATION STATUS   " + c.other.last_visit, bold=True).y + 30
    for line in (f"REQUEST ID     {c.other.encounter}", "MEMBER         <PTL>   <dob>", f"PLAN           {c.payer}", f"PROCEDURE      {c.service.upper()}", "STATUS         PENDED - CLINICAL INFORMATION NEEDED",
                 "SEND           last two office notes, imaging report", f"FAX TO         {c.number(c.other.payer_fax)}", f"DUE            {c.other.next_visit}", f"REQUESTED BY   {c.rgiven.upper()} {c.rfamily.upper()}"):  # fmt: skip
        y = page.put(110, y, line, width=1500).y + 12
    page.put(110, y + 40, "If not received the request will be decided on the information at hand.")


@layout(variants=2)
def dme_order(fax: Fax) -> None:
    document, c = fax.other(
        "order_dme", ("Sleep Medicine", "Pulmonary Disease", "Orthopaedic Surgery", "Physical Therapy")
    )
    page = fax.page(document, face="sans", size=25)
    y = 90.0
    if fax.variant:
        y = letterhead(fax, page, c)
        page.put(110, y, "STANDARD WRITTEN ORDER — DURABLE MEDICAL EQUIPMENT", size=30, bold=True)
    else:
        page.put(110, y, "Sandhill Home Medical Equipment", size=40, bold=True)
        page.put(
            110,
            y + 54,
            f"Fax signed order to {c.number(c.other.to_fax)}   tel {c.number(c.other.to_phone)}   supplier NPI {c.other.group_npi}",
            size=22,
        )
    y += 110
    y = kv(page, 110, y, "Beneficiary:", "<ptl>     DOB <dob>" + c.opt("     Tel <phone>")).y + 10
    y = kv(page, 110, y, "Address:", c.opt("<addr>"), width=1300).y + 10
    y = kv(page, 110, y, "Insurance:", f"{c.payer}  {c.member}").y + 20
    for number, item in enumerate(
        (
            "CPAP device E0601 with humidifier E0562",
            "Nasal mask A7034, 1 per 3 months",
            "Oxygen concentrator E1390, 2 L/min",
            "Rollator walker E0143",
            "Knee brace L1832",
            "Wheelchair K0001",
        )
    ):
        y = tick(page, 130, y, item, on=number == (3 if c.need.specialty != "Sleep Medicine" else 0), mark="v").y + 10
    y = (
        kv(
            page,
            110,
            y + 10,
            "Length of need:",
            "99 months (lifetime)      Diagnosis: " + ", ".join(code for code, _ in c.need.codes),
        ).y
        + 10
    )
    y = kv(page, 110, y, "Start of order:", c.other.last_visit).y + 60
    signature(fax, page, 140, y + 20, c.signature)
    page.hline(110, 800, y + 30)
    page.put(
        110,
        y + 40,
        f"Treating practitioner {c.rgiven} {c.rfamily}, {c.cred}   NPI {c.rnpi}   date {c.other.last_visit}",
        size=23,
    )


@layout(variants=1)
def home_health_cert(fax: Fax) -> None:
    document, c = fax.other("order_dme", ages=(60, 90))
    page = fax.page(document, face="narrow", size=25)
    page.put(864, 80, "DIABETIC SUPPLY ORDER / REORDER", size=36, bold=True, align="c")
    y = (
        table(
            page,
            110,
            160,
            (460, 300, 300, 448),
            [["Patient", "DOB", "Phone", "Medicare / plan ID"], ["<ptl>", "<dob>", c.opt("<phone>"), c.member]],
            size=24,
        )
        + 20
    )
    y = (
        table(
            page,
            110,
            y,
            (160, 700, 300, 348),
            [
                ["Ship", "Item", "Qty / 90 days", "Refills"],
                ["X", "Blood glucose test strips A4253", "300", "3"],
                ["X", "Lancets A4259", "300", "3"],
                ["", "Continuous glucose sensors A4239", "9", "3"],
                ["X", "Control solution A4256", "1", "3"],
            ],
            size=24,
        )
        + 20
    )
    page.put(110, y, "Uses insulin:")
    choices(page, 330, y, ("Yes", "No"), "Yes", "", style="x")
    page.put(
        110,
        y + 60,
        f"Prescriber {c.rgiven} {c.rfamily} NPI {c.rnpi} — sign, date and fax to {c.number(c.other.to_fax)}",
        width=1480,
    )
    stamp(fax, page, 1000, y + 240, "SIGN HERE", size=44)
