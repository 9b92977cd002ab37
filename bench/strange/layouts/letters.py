"""Letters: values in prose, in RE blocks, in headers of messages."""

# ruff: noqa: D401, E501 - a layout says what the page is, and the page's text reads better unbroken
from __future__ import annotations

from bench.strange.draw import Page
from bench.strange.kit import Fax, layout
from bench.strange.parts import footer, letterhead, signature, stamp, table
from bench.strange.people import Case

_FACES = ("serif", "carlito", "caladea", "bookman", "palatino", "notoserif", "sans", "schoolbook")
_EYES = ("Ophthalmology",)
_SURGICAL = ("Orthopaedic Surgery", "General Surgery", "Neurological Surgery", "Vascular Surgery", "Thoracic Surgery")


def _sign_off(fax: Fax, page: Page, case: Case, y: float) -> None:
    word = fax.rng.choice(
        ("Sincerely,", "With kind regards,", "Thank you for seeing <him>.  Warmly,", "Respectfully,", "Yours truly,")
    )
    page.put(110, y, word)
    signature(fax, page, 130, y + 110, case.signature)
    page.put(110, y + 130, "<refc>")
    page.put(110, y + 168, case.opt("NPI <rnpi>", blank="Board certified, Family Medicine"))
    page.put(
        110,
        y + 250,
        f"cc: {case.other.pcp}, MD; chart          dictated, not read     {case.rfamily[0]}{case.rgiven[0]}/{case.other.nurse[:2].lower()}",
        size=20,
    )


@layout(variants=3)
def narrative_letter(fax: Fax) -> None:
    """No label anywhere: everything stands in sentences."""
    document, c = fax.referral()
    page = fax.page(document, face=fax.rng.choice(_FACES), size=fax.rng.randint(28, 32))
    y = letterhead(fax, page, c)
    page.put(110, y + 20, c.opt("<date|l>"))
    to = c.opt("<prov>, MD", blank="Colleague")
    if to != "Colleague":
        page.put(110, y + 90, f"{to}\n".strip())
        page.put(110, y + 128, c.other.to_org)
        page.put(110, y + 166, c.other.to_addr)
    y += 240
    greeting = "Dear Dr. " + c.pfamily + "," if to != "Colleague" else "Dear Colleague:"
    page.put(110, y, greeting)
    c.reason = c.reason[0].lower() + c.reason[1:] if not c.reason[:2].isupper() else c.reason
    first = f"Thank you for agreeing to see <pt>, a {c.age}-year-old <sexword> (born <dob>) whom I have followed since {c.other.old_date[-4:]}."
    if c.has("priority") and c.priority != "routine":
        first += {
            "urgent": " I would consider this <priority|x>.",
            "stat": " This is <priority|x>.",
            "asap": " Please see <him> <priority|x>.",
        }[c.priority]
    why = fax.rng.choice(
        (
            "<He> comes to you because of <reason>.",
            "The problem is <reason>.",
            "I would value your opinion about <reason>.",
            "My concern is <reason>.",
        )
    )
    third = c.opt(
        fax.rng.choice(("My working diagnosis is <dx>.", "I have coded this as <codes>.", "Impression: <dx>."))
    )
    live = c.opt("<He> lives at <addr>") or "<He> lives nearby with <his> family"
    live += c.opt(" and can be reached at <phone>") + "."
    plan = c.opt("<His> insurance is <payer>") and (
        c.opt("<His> insurance is <payer>") + c.opt(", number <member>") + "."
    )
    if plan and fax.chance(0.5):
        plan += f" The policy is held by {c.other.subscriber}, born {c.other.subscriber_dob}."
    aside = f"<His> {c.other.emergency_relation}, {c.other.emergency}, usually answers the telephone ({c.number(c.other.emergency_phone)})."
    wish = c.opt("I would be grateful for <service>.", blank="Please see <him> at your earliest opening.")
    spec = c.opt(" An appointment in <spec> would be best.")
    history = f"{c.need.story} Past history: hypertension, appendectomy in {c.birth.year + max(c.age // 2, 1)}. Last seen here on {c.other.last_visit}."
    for text in (first, why + " " + third, history, live + " " + plan, aside if fax.chance(0.6) else "", wish + spec):
        if text:
            y = page.put(110, y + 62 if text is first else y, text, width=1500).y + 22
    _sign_off(fax, page, c, y + 20)
    if fax.chance(0.5):
        footer(fax, page)


@layout(variants=2)
def re_block_letter(fax: Fax) -> None:
    """A letter with an indented RE: block."""
    document, c = fax.referral()
    page = fax.page(document, face=fax.rng.choice(_FACES), size=29)
    y = letterhead(fax, page, c) + 10
    page.put(110, y, c.opt("<date|m>"))
    page.put(110, y + 60, f"{c.other.to_org}")
    page.put(110, y + 98, c.opt("Attn: Dr. <prov>", blank="Attn: New patient scheduling"))
    page.put(110, y + 136, f"via fax {c.number(c.other.to_fax)}")
    y += 210
    left = fax.rng.choice((110, 420, 864))
    page.put(left, y, "RE:", bold=True)
    block = [
        "<PTLM>" if fax.chance(0.5) else "<ptm>",
        "DOB <dob>",
        c.opt("MRN <mrn>"),
        c.opt("<addr>"),
        c.opt("Tel. <phone>"),
    ]
    block += [c.opt("Ins. <payer>") + c.opt("  ID# <member>"), c.opt("Auth <auth>"), f"DOS {c.other.last_visit}"]
    for line in block:
        if line:
            y = page.put(left + 80, y, line, bold=fax.chance(0.4), width=1510 - left - 80).y
    y += 30
    page.put(110, y, "To Whom It May Concern:")
    urgency = c.opt("Priority for this referral is <priority>.")
    body = (
        f"I saw the above patient in clinic on {c.other.last_visit}. {c.need.story} We are requesting "
        + c.opt("<service> with ", blank="a visit with ") + c.opt("<spec>", blank="your department") + " for <reason>. " + urgency
    )  # fmt: skip
    y = page.put(110, y + 56, body, width=1500).y + 20
    codes = c.opt("ICD-10: <codes>")
    if codes:
        y = page.put(110, y, codes).y + 20
    y = (
        page.put(
            110,
            y,
            f"Medications: {', '.join(c.need.meds) or 'none'}. Allergies: NKDA. Pharmacy: {c.other.pharmacy}, {c.number(c.other.pharmacy_phone)}.",
            width=1500,
        ).y
        + 20
    )
    page.put(110, y, f"If you cannot see the patient please call {c.other.nurse}, RN, at ext. 214.", width=1500)
    _sign_off(fax, page, c, y + 90)


@layout(variants=2)
def optometrist_letter(fax: Fax) -> None:
    """An optometrist's findings with an acuity table, then the request."""
    document, c = fax.referral(_EYES, ages=(45, 90))
    c.cred, c.org = (
        "OD",
        fax.rng.choice(("Clear Harbor Eyecare", "Lantern Street Optical & Vision", "Hollyhock Family Vision Center")),
    )
    page = fax.page(document, face="gothic" if fax.chance(0.5) else "opensans", size=25)
    page.put(110, 90, "<org>", size=46, bold=True)
    page.oval(1420, 80, 1610, 190, 4)
    page.oval(1485, 105, 1545, 165, 8)
    page.put(110, 150, f"{c.other.org_addr}", size=22)
    page.put(
        110,
        180,
        c.opt("office <rphone>") + c.opt("  ·  fax <rfax>") + f"  ·  optical shop {c.number(c.other.pcp_phone)}",
        size=22,
    )
    page.hline(110, 1618, 220, 2)
    y = 250.0
    page.put(
        110,
        y,
        "REFERRAL TO OPHTHALMOLOGIST" if fax.chance(0.5) else "Comanagement / Referral Letter",
        size=30,
        bold=True,
    )
    page.put(1618, y, c.opt("<date>"), align="r")
    y = page.put(110, y + 70, c.opt("Dear Dr. <prov>,", blank="Dear Doctor,")).y + 14
    text = (
        f"Our mutual patient <pt> (<dob>) was examined on {c.other.last_visit}. "
        + c.opt("Daytime phone: <phone>. ")
        + "<He> presented with <reason>."
    )
    y = page.put(110, y, text, width=1500).y + 20
    rows = [
        ["", "OD", "OS"],
        ["VA cc", "20/60", "20/50-2"],
        ["IOP (GAT)", "17", "18"],
        ["Refraction", "-1.25 -0.50 x 090", "-0.75 -0.75 x 085"],
        ["C/D", "0.35", "0.4"],
        ["Lens", "2+ NS", "2+ NS"],
    ]
    y = table(page, 110, y, (260, 420, 420), rows, size=24) + 30
    y = page.put(110, y, "Assessment: " + c.opt("<dx>", blank=c.descriptions), width=1500).y + 10
    y = (
        page.put(110, y, "Plan: " + c.opt("<service>", blank="please evaluate") + ". " + c.need.story, width=1500).y
        + 10
    )
    if c.has("payer"):
        y = (
            page.put(
                110,
                y,
                "Medical insurance "
                + c.opt("<payer>")
                + c.opt(" / <member>")
                + f".   Vision plan: EyeSpan {c.other.group_no}",
                width=1500,
            ).y
            + 10
        )
    y = page.put(110, y, c.opt("Timing: <priority>")).y
    y = page.put(110, y, c.opt("Home: <addr>"), width=1500).y + 60
    signature(fax, page, 130, y + 70, c.signature)
    page.put(110, y + 90, "<refc>")
    page.put(110, y + 124, c.opt("NPI: <rnpi>") + f"     Lic. OPT{c.other.account}")


@layout(variants=2, digital=True)
def email_printout(fax: Fax) -> None:
    """A secure e-mail, printed and faxed."""
    document, c = fax.referral()
    page = fax.page(document, face="carlito" if fax.variant % 2 else "opensans", size=27)
    who = c.rfamily.lower().replace(" ", "").replace("'", "").replace(".", "")
    page.put(110, 80, f"{c.other.nurse}", size=30, bold=True)
    page.hline(110, 1618, 124, 4)
    head = [("From:", f"<refc> [{who}@securemail.example]"), ("Sent:", c.opt(c.date.strftime("%A, ") + "<date|l> 4:12 PM")), ("To:", f"referrals@{c.other.to_org.split()[0].lower()}.example"),
            ("Cc:", f"{c.other.nurse}; {c.other.pcp}"), ("Subject:", c.opt("[ENCRYPTED] New referral to <spec>", blank="[ENCRYPTED] new pt for you") + c.opt(" - <priority>"))]  # fmt: skip
    y = 145.0
    for label, value in head:
        page.put(110, y, label, bold=True)
        y = page.put(300, y, value, width=1300).y
    y += 40
    lines = [
        "Good afternoon,", "",
        "Please schedule the following patient" + c.opt(" with Dr. <prov>") + ":", "",
        "<pt>   dob <dob>" + c.opt("  (<sexl>)"),
        c.opt("<phone> (cell)  ") + f"or {c.number(c.other.emergency_phone)} ({c.other.emergency_relation} {c.other.emergency.split()[0]})",
        c.opt("<line>"), c.opt("<csz>"), "",
        c.opt("Reason - <reason>"), c.opt("Codes - <codes>"), c.opt("Looking for - <service>"),
        c.opt("Ins - <payer>") + c.opt(" #<member>") + f"  grp {c.other.group_no}", c.opt("Auth# <auth>", blank="Auth - pending w/ plan"), "",
        f"{c.need.story} Last OV {c.other.last_visit}. Let me know if records are needed.", "", "Thanks!", "",
    ]  # fmt: skip
    for line in lines:
        y = page.put(110, y, line or " ", width=1480).y
    page.hline(110, 500, y, 1)
    for line in (
        "<refc>",
        "<org>",
        c.other.org_addr,
        c.opt("p <rphone>") + c.opt(" | f <rfax>"),
        c.opt("NPI <rnpi>") + f" | TIN {c.other.tax_id}",
    ):
        y = page.put(110, y + 6, line, size=23, width=1480).y
    page.put(110, 2080, "https://mail.securemail.example/print?id=88201", size=18)
    page.put(1618, 2080, "1/1", size=18, align="r")


@layout(variants=2)
def discharge_referral(fax: Fax) -> None:
    """A hospital's discharge paper: the referral is one paragraph among many."""
    document, c = fax.referral(ages=(30, 90))
    c.org = fax.rng.choice(
        ("Sugar Creek Regional Hospital", "St. Brendan Medical Center", "Canyon Gate General Hospital")
    )
    page = fax.page(document, face="dejavu" if fax.chance(0.5) else "sans", size=22)
    page.put(110, 80, "<org|u>", size=34, bold=True)
    page.put(110, 126, "Discharge Summary and Referral for Follow-up Care", size=28)
    page.put(1618, 80, f"HAR {c.other.account}", size=20, align="r")
    page.put(1618, 106, c.opt("MRN: <mrn>"), size=20, align="r")
    page.put(1618, 132, f"CSN {c.other.encounter}", size=20, align="r")
    page.hline(110, 1618, 172, 3)
    y = 190.0
    cells = (
        ("Patient", "<PTLM>"),
        ("Birth date", "<dob>"),
        ("Legal sex", c.opt("<sex>")),
        ("Admitted", c.other.last_visit),
        ("Discharged", c.date.strftime("%m/%d/%Y")),
        ("Attending", "<refc>"),
    )
    for number, (label, value) in enumerate(cells):
        x = 110 + (number % 3) * 500
        page.put(x, y + 54 * (number // 3), label, size=18)
        page.put(x, y + 20 + 54 * (number // 3), value, size=24, bold=True)
    y += 130
    sections = (
        (
            "HOSPITAL COURSE",
            f"{c.age}-year-old admitted through the emergency department. {c.need.story} Treated, stable, ambulating. Consulted {c.other.other_doctor}, MD (hospitalist).",
        ),
        ("DISCHARGE DIAGNOSES", c.opt("<dx>", blank=c.descriptions) + "; essential hypertension"),
        (
            "REFERRALS ORDERED AT DISCHARGE",
            "Ambulatory referral to "
            + c.opt("<spec>", blank="specialist")
            + c.opt(", <prov>")
            + ". Reason: <reason>."
            + c.opt(" Priority: <priority>.")
            + c.opt(" Service: <service>."),
        ),
        ("MEDICATIONS ON DISCHARGE", "; ".join(c.need.meds) + "; acetaminophen 500 mg as needed"),
        (
            "PRIMARY CARE",
            f"{c.other.pcp}, MD   phone {c.number(c.other.pcp_phone)}   NPI {c.other.pcp_npi}   appointment {c.other.next_visit}",
        ),
        (
            "CONTACT",
            c.opt("Patient's telephone <phone>. ")
            + c.opt("Address <addr>. ")
            + f"Emergency contact {c.other.emergency} ({c.other.emergency_relation}) {c.number(c.other.emergency_phone)}.",
        ),
        (
            "COVERAGE",
            c.opt("<payer>", blank="see facesheet")
            + c.opt(", subscriber ID <member>")
            + f"; secondary {c.other.payer2} {c.other.member2}",
        ),
    )
    for title, text in sections:
        y = page.bar(110, y, 1618, title, size=21, dark=False) + 8
        y = page.put(120, y, text, size=25, width=1480).y + 18
    page.put(
        110,
        y + 20,
        c.opt("Electronically signed by <refc> on <date> at 16:05", blank="Electronically signed by <refc>")
        + c.opt("   NPI <rnpi>"),
        size=22,
        italic=True,
    )
    page.put(110, y + 56, c.opt("Unit phone <rphone>") + c.opt("   Unit fax <rfax>"), size=22)


@layout(variants=2)
def dictated_letter(fax: Fax) -> None:
    """A typewriter's consult request with transcription marks, stamped."""
    document, c = fax.referral(_SURGICAL)
    c.phone_format = "{0}-{1}-{2}"
    page = fax.page(document, face="nimbusmono" if fax.chance(0.5) else "freemono", size=27)
    page.put(864, 100, "<org|u>", bold=True, align="c")
    page.put(864, 136, c.other.org_addr.upper(), size=24, align="c")
    page.put(864, 170, c.opt("TEL <rphone>") + c.opt("  FAX <rfax>"), size=24, align="c")
    page.put(110, 260, c.opt("<date|u>", blank="DATE AS POSTMARKED"))
    y = page.put(110, 330, c.opt("<prov>, M.D.", blank="Surgical Associates")).y
    y = page.put(110, y, c.other.to_addr, width=800).y + 30
    y = page.put(110, y, "RE:  <PT>   BORN <dob|u>" + c.opt("   CHART <mrn>")).y + 30
    y = page.put(110, y, f"Dear Dr. {c.pfamily}:" if c.has("prov") else "Gentlemen:").y + 20
    texts = (
        f"The above named is a {c.age} year old <sexword> with <reason>.  {c.need.story}",
        "Operations: tonsils as a child.  Family history: mother with diabetes, father deceased at 71.  Medications: "
        + (", ".join(c.need.meds) or "none")
        + ".",
        c.opt("DIAGNOSIS: <dx>."),
        c.opt("Will you kindly see <him> for <service>?", blank="Will you kindly see <him> in your office?")
        + c.opt("  This should be handled as <priority>."),
        c.opt("Telephone at home <phone>.") + c.opt("  Insured by <payer>") + c.opt(", certificate <member>."),
    )
    for text in texts:
        if text:
            y = page.put(110, y, text, width=1480, lead=1.5).y + 24
    page.put(900, y + 20, "Sincerely,")
    signature(fax, page, 900, y + 120, c.signature)
    page.put(900, y + 140, "<ref>, " + ("M.D." if c.cred[0] == "M" else c.cred))
    page.put(
        110,
        y + 220,
        f"{c.rgiven[0]}{c.rfamily[0]}:{c.other.nurse[0].lower()}{c.other.nurse[-1]}   D: {c.other.last_visit}  T: {c.other.last_visit}",
        size=22,
    )
    if fax.chance(0.7):
        stamp(fax, page, 1000, 420, fax.rng.choice(("FAXED", "RECEIVED", "COPY")))


@layout(variants=2, digital=True)
def econsult_message(fax: Fax) -> None:
    """A question to a colleague through a portal, answers expected below."""
    document, c = fax.referral(
        (
            "Endocrinology, Diabetes & Metabolism",
            "Nephrology",
            "Rheumatology",
            "Hematology & Oncology",
            "Infectious Disease",
            "Dermatology",
        )
    )
    page = fax.page(document, face="roboto", size=25)
    page.rect(0, 60, 1728, 150, fill=0)
    page.put(110, 84, "CareBridge eConsult & Referral Exchange", size=36, bold=True, grey=255)
    y = 190.0
    page.put(110, y, "Case  " + c.other.encounter + "   |   Status: Sent   |   " + c.opt("Submitted <date|m>"), size=22)
    y += 60
    page.put(110, y, "<pt>", size=38, bold=True)
    page.put(
        110,
        y + 54,
        c.opt("<sex>  •  ") + f"{c.age} yrs  •  <dob>" + c.opt("  •  MRN <mrn>") + c.opt("  •  <phone>"),
        size=24,
    )
    y += 120
    page.put(110, y, "Requesting clinician", size=20)
    page.put(110, y + 26, "<refc>", bold=True)
    page.put(110, y + 60, "<org>", size=23)
    page.put(110, y + 90, c.opt("NPI <rnpi>") + c.opt("   Callback <rphone>") + c.opt("   Fax <rfax>"), size=23)
    page.put(1000, y, "Directed to", size=20)
    page.put(1000, y + 26, c.opt("<spec>", blank="Any available specialist"), bold=True)
    page.put(1000, y + 60, c.opt("<prov>, MD", blank=c.other.to_org), size=23)
    page.put(1000, y + 90, c.opt("Response needed: <priority>", blank="Response needed: 3 business days"), size=23)
    y += 160
    for title, text in (
        ("What is your question?", "<reason|c>?" if fax.chance(0.5) else "<reason|c>"),
        ("Pertinent history", c.need.story + f" Sees {c.other.other_doctor} for blood pressure."),
        ("Problem codes", c.opt("<dx>", blank="not entered")),
        ("What would you like us to do?", c.opt("<service>", blank="Advice only is fine")),
        (
            "Coverage on file",
            c.opt("<payer>", blank="Self-pay") + c.opt(" • <member>") + c.opt(" • Referral auth <auth>"),
        ),
        ("Patient's address", c.opt("<addr>", blank="not on file")),
        ("Current medications", ", ".join(c.need.meds) or "None reported"),
    ):
        page.rect(110, y, 1618, y + 4, fill=150)
        page.put(110, y + 14, title, size=23, bold=True)
        y = page.put(110, y + 50, text, width=1480).y + 24
    page.put(
        110,
        y + 30,
        f"Uploaded by {c.other.nurse}, MA on behalf of the requesting clinician. Primary care: {c.other.pcp}.",
        size=21,
    )
