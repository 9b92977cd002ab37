"""What is not a referral, from everybody else: records, appointments, patients, salesmen, nothing."""

# ruff: noqa: D103, D401, E501 - a layout says what the page is, and the page's text reads better unbroken
from __future__ import annotations

from bench.strange import attachments as att
from bench.strange.kit import Fax, layout
from bench.strange.parts import footer, kv, letterhead, signature, stamp, table, tick


@layout(variants=2)
def records_release(fax: Fax) -> None:
    document, c = fax.other("records_request")
    page = fax.page(document, face="serif" if fax.variant else "sans", size=25)
    page.put(864, 80, "AUTHORIZATION TO RELEASE PROTECTED HEALTH INFORMATION", size=30, bold=True, align="c")
    y = kv(page, 110, 160, "Patient:", "<pt>     Date of birth: <dob>").y + 10
    y = kv(page, 110, y, "Address / phone:", c.opt("<addr>") + c.opt("   <phone>"), width=1250).y + 10
    y = kv(page, 110, y, "I authorize:", f"{c.org}, {c.other.org_addr}", width=1250).y + 10
    y = (
        kv(
            page,
            110,
            y,
            "To send records to:",
            f"{c.other.to_org}, {c.other.to_addr}, fax {c.number(c.other.to_fax)}",
            width=1250,
        ).y
        + 20
    )
    for label, on in (
        ("Office notes, last 2 years", True),
        ("Laboratory results", True),
        ("Imaging reports", True),
        ("Mental health notes (initial ____)", False),
        ("HIV / STI results (initial ____)", False),
        ("Complete chart", False),
    ):
        y = tick(page, 140, y, label, on=on, mark="pen").y + 8
    y = kv(page, 110, y + 10, "Purpose:", "continuing care / transfer").y + 10
    y = (
        page.put(
            110,
            y,
            f"This authorization expires one year from the date signed. I may revoke it in writing. Dates of service {c.other.old_date} to {c.other.last_visit}.",
            width=1490,
        ).y
        + 80
    )
    signature(fax, page, 140, y, f"{c.given[0]} {c.family}")
    page.hline(110, 800, y + 12)
    page.put(110, y + 20, "Signature of patient or representative", size=19)
    page.put(900, y - 20, f"Date {c.other.last_visit}")


@layout(variants=2)
def attorney_records(fax: Fax) -> None:
    document, c = fax.other("records_request")
    page = fax.page(document, face="schoolbook" if fax.variant else "roboto", size=27)
    firm = "Hornsby & Vale, Attorneys at Law" if fax.variant else "RecordTrack Retrieval Services"
    page.put(864, 90, firm, size=38, bold=True, align="c")
    page.put(
        864,
        146,
        f"{c.other.to_addr}     {c.number(c.other.to_phone)}     fax {c.number(c.other.to_fax)}",
        size=22,
        align="c",
    )
    y = page.put(110, 240, c.other.last_visit).y + 20
    y = page.put(110, y, f"Custodian of Medical Records, {c.org}").y + 30
    y = page.put(110, y, f"RE: <pt>   D.O.B. <dob>   Our file {c.other.claim}", bold=True).y + 30
    for text in (
        "Dear Custodian:",
        f"Please furnish complete copies of all medical and billing records of the above individual from {c.other.old_date} to the present, including radiology films, intake sheets and correspondence. A signed HIPAA authorization is enclosed.",
        "Kindly respond within fifteen days. If there is a copying charge, call before proceeding. This is our second request."
        if fax.variant
        else f"Request ID {c.other.encounter}. Risk adjustment chart review; no charge to the patient.",
    ):
        y = page.put(110, y, text, width=1490).y + 24
    signature(fax, page, 130, y + 110, c.other.other_doctor)
    page.put(110, y + 130, c.other.other_doctor)


@layout(variants=2)
def appointment_letter(fax: Fax) -> None:
    document, c = fax.other("appointment_notice")
    page = fax.page(document, face="carlito", size=28)
    page.put(110, 90, f"{c.other.to_org} {c.called}", size=34, bold=True)
    page.put(110, 140, f"{c.other.to_addr}     {c.number(c.other.to_phone)}", size=22)
    y = 230.0
    if fax.variant:
        y = page.put(110, y, "APPOINTMENT CONFIRMATION", size=34, bold=True).y + 20
        rows = [
            ["Patient", "<pt>"],
            ["DOB", "<dob>"],
            ["Date / time", f"{c.other.next_visit}  9:40 AM"],
            ["With", f"{c.pgiven} {c.pfamily}, MD"],
            ["Where", "Suite 210, check in 20 minutes early"],
            ["Referred by", f"{c.rgiven} {c.rfamily}, {c.cred}"],
            ["Visit", c.service],
        ]
        y = table(page, 110, y, (360, 1100), rows, header=False, size=28) + 30
        page.put(
            110,
            y,
            "Your patient has been scheduled. We will send a note after the visit. Please call if the patient needs to reschedule.",
            width=1480,
        )
    else:
        y = page.put(110, y, f"{c.other.last_visit}").y + 20
        y = page.put(110, y, f"Attention {c.org}").y + 20
        y = (
            page.put(
                110,
                y,
                f"We were not able to reach your patient <pt> (<dob>) at the number you gave, {'<phone>'}. Three calls and one letter went unanswered. Two visits were missed: {c.other.old_date} and {c.other.last_visit}. The appointment of {c.other.next_visit} has been cancelled. Ask the patient to call us to schedule again.",
                width=1480,
            ).y
            + 30
        )
        page.put(110, y, f"{c.other.nurse}, scheduling")


@layout(variants=1, digital=True)
def schedule_change(fax: Fax) -> None:
    document, c = fax.other("appointment_notice")
    page = fax.page(document, face="roboto", size=26)
    page.bar(110, 90, 1618, "Appointment change notification", size=34)
    y = 180.0
    for label, value in (
        ("Patient", "<ptl>, <dob>"),
        ("Old time", f"{c.other.last_visit} 2:15 PM"),
        ("New time", f"{c.other.next_visit} 8:30 AM"),
        ("Provider", f"Dr. {c.pgiven} {c.pfamily} ({c.called})"),
        ("Reason for change", "provider on leave"),
        ("Patient told", f"yes, by {c.other.nurse}"),
    ):
        y = kv(page, 110, y, label, value, at=460).y + 14
    page.put(
        110,
        y + 40,
        f"{c.other.to_org}   {c.number(c.other.to_phone)}   This is an automatic message, do not reply.",
        size=22,
    )


@layout(variants=2)
def patient_letter(fax: Fax) -> None:
    """A patient writes by hand."""
    document, c = fax.other("patient_correspondence")
    page = fax.page(document, face="sans", size=30)
    page.hand = fax.rng.choice(("breip", "dkg", "ruf", "comic", "kristi", "dancing"))
    fax.tag("handwriting")
    y = page.write(1000, 110, c.other.last_visit, size=36).y + 20
    lines = (
        f"Dear Dr. {c.rfamily}," if fax.variant else "To the billing office,",
        "this is <pt>, born <dob>.",
        "I got a bill for $187.40 but my insurance says it was paid. Please look into it and call me."
        if not fax.variant
        else f"the new pills make me dizzy in the morning. Should I stop? I take {(c.need.meds or ('the white one',))[0]} since {c.other.old_date}. I do not want to come in.",
        "My number is <phone>, evenings are best.",
        f"My {c.other.emergency_relation} {c.other.emergency.split()[0]} can also talk for me.",
        "Thank you",
        "<pt>",
    )
    for line in lines:
        y = page.write(130, y, line, size=38, width=1450).y + 24
    page.write(130, y, c.opt("<line>, <csz>"), size=32)


@layout(variants=1)
def portal_message(fax: Fax) -> None:
    document, c = fax.other("patient_correspondence")
    page = fax.page(document, face="opensans", size=26)
    page.put(110, 90, "Patient Portal Message", size=36, bold=True)
    y = 170.0
    for label, value in (
        ("From", "<pt> (patient)"),
        ("DOB", "<dob>"),
        ("To", f"{c.rgiven} {c.rfamily}, {c.cred}"),
        ("Received", f"{c.other.last_visit} 11:48 PM"),
        ("Subject", "Work note and form"),
    ):
        y = kv(page, 110, y, label + ":", value, at=330).y + 8
    y = page.put(
        110,
        y + 30,
        "Hi, could you fill in the attached form for my employer? I was out from Monday to Thursday with the flu. They need it by Friday. Also is it ok to get the shingles shot now? Thanks so much.",
        width=1480,
    ).y
    page.put(110, y + 40, "Reply by staff: ____________________________________________", size=24)


@layout(variants=2)
def advertisement(fax: Fax) -> None:
    fax.document("junk")
    page = fax.page(fax.documents[0], face="kaushan" if fax.variant else "gothic", size=30)
    if fax.variant:
        page.put(864, 160, "Lunch on us!", size=120, align="c")
        page.put(864, 340, "Meet the new rep from OsteoFlex Braces", size=52, align="c")
        page.put(
            864,
            480,
            "Thursday 12:15 in your break room - sandwiches for the whole staff",
            size=38,
            align="c",
            face="sans",
        )
        page.rect(400, 640, 1328, 900, width=6)
        page.put(864, 700, "Call 1-800-555-2663 to RSVP", size=48, bold=True, align="c", face="sans")
        page.put(864, 800, "or fax this page back to 1-888-555-0190", size=34, align="c", face="sans")
    else:
        page.put(864, 140, "LOW RATE BUSINESS LOANS", size=84, bold=True, align="c")
        page.put(864, 280, "Up to $250,000 in 24 hours - no collateral", size=46, align="c")
        for number, text in enumerate(
            ("Medical practices pre-approved", "Bad credit OK", "Same day funding", "Toner and copier leases from $39")
        ):
            page.put(300, 440 + number * 90, "•  " + text, size=44)
        page.put(864, 900, "1-877-555-0123   ask for Brad   code MD26", size=50, bold=True, align="c")
    page.put(
        110,
        2040,
        "To be removed from our list call 1-866-555-0100 and enter your fax number. Unsolicited advertisement.",
        size=20,
        face="sans",
    )


@layout(variants=1)
def cme_flyer(fax: Fax) -> None:
    fax.document("junk")
    page = fax.page(fax.documents[0], face="palatino", size=30)
    page.put(864, 140, "38th Annual Primary Care Update", size=60, bold=True, align="c")
    page.put(864, 230, "Cardiology · Dermatology · Diabetes · Women's Health", size=36, align="c")
    page.put(864, 300, "16 AMA PRA Category 1 Credits    January 14-17, 2027    Myrtle Beach", size=32, align="c")
    y = 420.0
    for line in (
        "Faculty: Dr. Helen Farrow, Dr. Isaac Lund, Dr. Rita Cho",
        "Early bird tuition $595 physicians, $395 NP/PA",
        "Name ______________________  Degree ______  NPI ______________",
        "Card no. ______________________  Exp ________",
        "Fax registration to 1-888-555-0177 or call 1-800-555-0177",
    ):
        y = page.put(160, y, line, width=1400).y + 40
    stamp(fax, page, 1050, 1200, "SAVE $100", size=64)


@layout(variants=2)
def empty_page(fax: Fax) -> None:
    """A sheet put in upside down: nothing but dirt and the machine's strip."""
    document = fax.document("blank")
    fax.page(document)
    if fax.variant:
        fax.page(document)


@layout(variants=1)
def staff_memo(fax: Fax) -> None:
    document = fax.document("other")
    page = fax.page(document, face="carlito", size=30)
    y = 120.0
    for line in (
        "MEMORANDUM",
        "To: All front desk staff",
        "From: Building management",
        "Subject: Water shut-off on Saturday",
        "",
        "The water will be off in suites 100 to 240 on Saturday from 6 AM to noon. Restrooms on the third floor stay open. Please tell weekend staff and post this at the entrance.",
    ):
        y = page.put(110, y, line or " ", width=1480).y + 16
    footer(fax, page)


@layout(variants=1)
def vendor_invoice(fax: Fax) -> None:
    document = fax.document("other")
    c = fax.case()
    page = fax.page(document, face="sans", size=26, case=c)
    page.put(110, 90, "INVOICE 20488", size=44, bold=True)
    page.put(1618, 96, "Clearwater Linen & Uniform", size=30, align="r")
    y = table(
        page,
        110,
        220,
        (200, 700, 300, 308),
        [
            ["Qty", "Item", "Unit", "Amount"],
            ["12", "Exam gowns, large", "4.10", "49.20"],
            ["30", "Pillow cases", "0.85", "25.50"],
            ["4", "Lab coats", "11.00", "44.00"],
            ["", "Total due", "", "$118.70"],
        ],
        size=26,
    )
    page.put(110, y + 40, "Bill to: Accounts payable. Terms net 30. Questions 1-800-555-0148.")


@layout(variants=1)
def failed_fax_report(fax: Fax) -> None:
    document = fax.document("other")
    page = fax.page(document, face="terminal", size=28)
    y = 160.0
    for line in (
        "*** TRANSMISSION REPORT ***",
        "JOB NO.      0412",
        "DESTINATION  16145550133",
        "START        11/19 14:02",
        "DURATION     00'41",
        "PAGES        03 SENT 01",
        "RESULT       NG  E-17 LINE BUSY",
        "",
        "THE FOLLOWING FILE(S) ERASED",
    ):
        y = page.put(300, y, line or " ").y + 14


@layout(variants=2)
def cover_only(fax: Fax) -> None:
    """A cover sheet about records, with nothing behind it."""
    document, c = fax.other("records_request")
    page = fax.page(document, face="carlito")
    att.cover(
        fax,
        page,
        c,
        subject="Need last office note and labs for <pt>, DOB <dob> before visit " + c.other.next_visit,
        attention=f"Medical records, {c.org}",
        pages=1,
    )


@layout(variants=1)
def immunization_record(fax: Fax) -> None:
    document, c = fax.other("other", ages=(4, 17))
    page = fax.page(document, face="sans", size=24)
    y = letterhead(fax, page, c)
    page.put(110, y, "IMMUNIZATION RECORD FOR SCHOOL ENTRY", size=30, bold=True)
    page.put(110, y + 50, "Child: <pt>     Birth date: <dob>     Parent: " + c.other.subscriber)
    rows = (
        [["Vaccine", "Dose 1", "Dose 2", "Dose 3", "Dose 4"]]
        + [[name, "02/2019", "04/2019", "06/2019", "09/2020"] for name in ("DTaP", "IPV", "Hib", "PCV13")]
        + [["MMR", "03/2020", "03/2023", "", ""], ["Varicella", "03/2020", "03/2023", "", ""]]
    )
    table(page, 110, y + 110, (400, 270, 270, 270, 298), rows, size=24)
