"""Forms filled in by hand: on lines, in boxes, circled, corrected, stamped, signed across."""

# ruff: noqa: D401, E501 - a layout says what the page is, and the page's text reads better unbroken
from __future__ import annotations

from bench.strange import fonts
from bench.strange.draw import Page, unaccented
from bench.strange.kit import Fax, layout
from bench.strange.parts import choices, crossed, footer, letterhead, signature, stamp, tick
from bench.strange.people import Case


def _hand(fax: Fax, page: Page) -> None:
    page.hand = fax.rng.choice(tuple(fonts.HANDS))
    fax.tag("handwriting")


def _line(page: Page, x: float, y: float, label: str, value: str, end: float, *, size: int = 24) -> float:
    """A label, a rule up to `end`, and the value written on the rule."""
    spot = page.put(x, y, label, size=size)
    page.hline(spot.x + 8, end, y + size * 1.15, 2)
    if value:
        page.write(spot.x + 16, y - 12, value, size=30)
    return y


@layout(variants=3)
def hand_lines(fax: Fax) -> None:
    """A photocopied in-house form with rules, filled with a pen."""
    document, c = fax.referral()
    page = fax.page(document, face=fax.rng.choice(("serif", "sans", "bookman")), size=24)
    _hand(fax, page)
    page.put(864, 90, "<org>", size=42, bold=True, align="c")
    page.put(864, 146, c.other.org_addr + c.opt("   Ph <rphone>") + c.opt("   Fx <rfax>"), size=21, align="c")
    page.put(864, 200, "REFERRAL SLIP", size=34, bold=True, align="c")
    y = 290.0
    _line(page, 110, y, "Date", c.opt("<date|n>"), 600)
    _line(page, 640, y, "Refer to Dr.", c.opt("<prov>"), 1618)
    _line(page, 110, y + 80, "Patient", "<pt>", 1000)
    _line(page, 1020, y + 80, "DOB", "<dob|n>", 1618)
    _line(page, 110, y + 160, "Address", c.opt("<line>"), 1000)
    _line(page, 1020, y + 160, "City/St/Zip", c.opt("<csz>"), 1680)
    _line(page, 110, y + 240, "Phone (H)", c.opt("<phone>"), 700)
    _line(page, 720, y + 240, "(W)", "", 1100)
    _line(page, 1120, y + 240, "Chart", c.opt("<mrn>"), 1618)
    _line(page, 110, y + 320, "Insurance", c.opt("<payer>"), 900)
    _line(page, 920, y + 320, "ID #", c.opt("<member>"), 1618)
    _line(page, 110, y + 400, "Nearest relative", f"{c.other.emergency}  {c.number(c.other.emergency_phone)}", 1100)
    _line(page, 1120, y + 400, "Auth", c.opt("<auth>"), 1618)
    page.put(110, y + 490, "Specialty needed:")
    page.hline(330, 1618, y + 520)
    if c.has("spec"):
        page.write(350, y + 476, "<spec>", size=30)
    page.put(110, y + 570, "Dx:")
    page.write(180, y + 556, c.opt("<codes>  ") + c.need.codes[0][1][:42], size=29)
    page.hline(170, 1618, y + 602)
    page.put(110, y + 650, "Reason for consult:")
    page.write(350, y + 636, c.opt("<reason>"), size=30, width=1230)
    for rule in (684, 744, 804):
        page.hline(330 if rule == 684 else 110, 1618, y + rule)
    page.put(110, y + 850, "Please:")
    page.write(220, y + 836, c.opt("<service>"), size=30)
    page.hline(210, 1000, y + 882)
    if c.has("priority"):
        page.write(1080, y + 836, "<priority|u>", size=38)
        page.stroke([(1080, y + 900), (1300, y + 896)], 4)
    page.put(110, y + 960, f"Family doctor: {c.other.pcp}   {c.number(c.other.pcp_phone)}", size=20)
    signature(fax, page, 130, y + 1080, c.signature)
    page.hline(110, 760, y + 1090)
    page.put(110, y + 1096, "Signature", size=18)
    page.put(800, y + 1060, "print name:", size=20)
    page.write(930, y + 1046, "<ref>, " + c.cred, size=28)
    page.put(800, y + 1120, "NPI", size=20)
    page.write(860, y + 1106, c.opt("<rnpi>"), size=28)


@layout(variants=3)
def hand_boxes_corrected(fax: Fax) -> None:
    """Boxes filled by hand with crossed-out values and corrections."""
    document, c = fax.referral()
    page = fax.page(document, face="sans", size=22)
    _hand(fax, page)
    y = letterhead(fax, page, c, style=1)
    page.bar(110, y, 1618, "New Patient Referral", size=30)
    y += 70
    wrong_dob = c.birth.replace(year=c.birth.year - 1, day=min(c.birth.day, 28)).strftime("%m/%d/%Y")
    wrong_phone = c.number(c.phone[:6] + c.phone[:5:-1])
    rows: list[list[tuple[float, str, str]]] = [
        [(900, "Patient name", "<ptl>"), (608, "Date of birth", "DOB")],
        [(900, "Address", c.opt("<addr>")), (608, "Telephone", "PHONE" if c.has("phone") else "")],
        [
            (600, "Insurance company", c.opt("<payer>")),
            (500, "ID number", c.opt("<member>")),
            (408, "Auth number", c.opt("<auth>")),
        ],
        [(760, "Referred by", "<refc>"), (748, "NPI", c.opt("<rnpi>"))],
        [(760, "Department", c.opt("<spec>")), (748, "Physician, if any", c.opt("<prov>"))],
        [(1508, "Why is the patient being sent?", c.opt("<reason>"))],
        [(600, "ICD-10", c.opt("<codes>")), (908, "Procedure / service", c.opt("<service>"))],
        [
            (500, "Date", c.opt("<date>")),
            (500, "MRN (if known)", c.opt("<mrn>")),
            (508, "Appt. made by", c.other.nurse.split()[0]),
        ],
    ]
    for row in rows:
        x = 110.0
        for width, label, value in row:
            page.rect(x, y, x + width, y + 100)
            page.put(x + 8, y + 6, label, size=18, italic=True)
            if value == "DOB" and fax.chance(0.6):
                crossed(fax, page, x + 16, y + 34, wrong_dob, "<dob|s>", size=24)
            elif value == "PHONE" and fax.chance(0.5):
                crossed(fax, page, x + 16, y + 34, wrong_phone, "<phone>", size=24)
            elif value:
                text = {"DOB": "<dob|s>", "PHONE": "<phone>"}.get(value, value)
                page.write(x + 16, y + 30, text, size=26 if len(text) < 60 else 22, width=width - 24)
            x += width
        y += 100
    y += 20
    page.put(110, y, "Sex:")
    choices(page, 190, y, ("Male", "Female"), c.sex if c.has("sex") else "", "patient.sex", style="pen")
    page.put(700, y, "Priority:")
    choices(
        page,
        820,
        y,
        ("Routine", "Urgent", "ASAP", "STAT"),
        c.priority if c.has("priority") else "",
        "priority",
        style="pen",
    )
    y += 70
    page.write(
        140,
        y,
        f"OK per {c.other.nurse.split()[0]} {c.other.last_visit[:5]} - call {c.number(c.other.emergency_phone)} if no answer",
        size=26,
    )
    if fax.chance(0.6):
        stamp(
            fax,
            page,
            900,
            y + 120,
            fax.rng.choice(("RECEIVED", "FAXED " + c.other.last_visit[:5], "ENTERED", "URGENT COPY TO FRONT DESK")),
            size=44,
        )
    signature(fax, page, 150, y + 220, c.signature)
    page.hline(110, 700, y + 230)
    footer(fax, page)


@layout(variants=2)
def script_pad_therapy(fax: Fax) -> None:
    """A therapy prescription on a small script pad, laid on the glass: little page, much white."""
    document, c = fax.referral("Physical Therapy")
    c.left_out.discard("service")
    page = fax.page(document, face="serif", size=22)
    _hand(fax, page)
    x0, y0 = fax.rng.randint(90, 520), fax.rng.randint(120, 700)
    page.rect(x0, y0, x0 + 1080, y0 + 1230, width=2)
    page.put(x0 + 540, y0 + 26, "<org>", size=32, bold=True, align="c")
    page.put(x0 + 540, y0 + 70, "<refc>" + f"      {c.other.other_doctor}, MD", size=22, align="c")
    page.put(x0 + 540, y0 + 102, c.other.org_addr, size=19, align="c")
    page.put(
        x0 + 540, y0 + 130, c.opt("Tel. <rphone>") + c.opt("   Fax <rfax>") + c.opt("   NPI <rnpi>"), size=19, align="c"
    )
    page.hline(x0, x0 + 1080, y0 + 170)
    page.put(x0 + 30, y0 + 200, "Name")
    page.hline(x0 + 100, x0 + 720, y0 + 228)
    page.write(x0 + 120, y0 + 186, "<pt>", size=30)
    page.put(x0 + 740, y0 + 200, "DOB")
    page.write(x0 + 800, y0 + 186, "<dob|n>", size=30)
    page.put(x0 + 30, y0 + 264, "Address")
    page.hline(x0 + 120, x0 + 720, y0 + 292)
    page.write(x0 + 130, y0 + 252, c.opt("<line>"), size=26)
    page.put(x0 + 740, y0 + 264, "Date")
    page.write(x0 + 800, y0 + 250, c.opt("<date|n>"), size=30)
    page.put(x0 + 40, y0 + 340, "Rx", size=72, bold=True, italic=True, face="palatino")
    y = page.write(x0 + 180, y0 + 360, fax.rng.choice(("Physical therapy", "P.T.", "PT - outpt")), size=36).y
    y = page.write(x0 + 100, y + 30, "<service>", size=32, width=920).y
    y = page.write(x0 + 100, y + 20, c.opt("Dx <codes> ") + c.descriptions.split(";")[0][:34], size=30, width=920).y
    y = page.write(x0 + 100, y + 20, c.opt("<reason>"), size=30, width=920).y
    page.write(x0 + 100, y + 20, c.opt("<priority>"), size=30)
    for number, line in enumerate(("Refill 0 1 2 3", "Label", "Substitution permitted")):
        page.put(x0 + 30 + 300 * number, y0 + 1120, line, size=19)
    page.hline(x0 + 500, x0 + 1040, y0 + 1080)
    signature(fax, page, x0 + 530, y0 + 1070, c.signature)
    page.put(x0 + 30, y0 + 1180, "DEA # AX" + c.other.account + "9        Not valid for controlled substances", size=17)
    if fax.chance(0.5):
        page.write(
            110, min(y0 + 1290, 2000), c.opt("pt ph# <phone>") + c.opt("   ins <payer>") + c.opt(" <member>"), size=32
        )


@layout(variants=2)
def circled_choices(fax: Fax) -> None:
    """Printed choices; the right ones are circled with a pen."""
    document, c = fax.referral(
        (
            "Cardiovascular Disease",
            "Gastroenterology",
            "Orthopaedic Surgery",
            "Dermatology",
            "Urology",
            "Otolaryngology",
            "Neurology",
            "Pulmonary Disease",
        )
    )
    c.called = {
        "Cardiovascular Disease": "Cardiology",
        "Orthopaedic Surgery": "Orthopedics",
        "Otolaryngology": "ENT",
        "Pulmonary Disease": "Pulmonary",
    }.get(c.need.specialty, c.need.specialty)
    page = fax.page(document, face="dejavu", size=23)
    _hand(fax, page)
    page.put(110, 86, "SPECIALIST REQUEST", size=36, bold=True)
    page.put(1618, 86, "<org>", size=26, bold=True, align="r")
    page.put(1618, 120, c.opt("<rphone>") + c.opt("  /  fax <rfax>"), size=22, align="r")
    y = 200.0
    page.put(110, y, "CIRCLE ONE:", bold=True)
    spec = c.called if c.has("spec") else ""
    y = choices(
        page,
        330,
        y,
        ("Cardiology", "Dermatology", "ENT", "Gastroenterology"),
        spec,
        "requested.specialty",
        style="circle",
        gap=80,
    ).y
    y = choices(
        page,
        330,
        y + 30,
        ("Neurology", "Orthopedics", "Pulmonary", "Urology", "Surgery"),
        spec,
        "requested.specialty",
        style="circle",
        gap=80,
    ).y
    page.put(110, y + 30, "HOW SOON:", bold=True)
    y = choices(
        page,
        330,
        y + 30,
        ("Routine", "Urgent", "STAT", "ASAP"),
        c.priority if c.has("priority") else "",
        "priority",
        style="circle",
        gap=90,
    ).y
    page.put(110, y + 30, "PATIENT IS:", bold=True)
    y = (
        choices(
            page, 330, y + 30, ("Male", "Female"), c.sex if c.has("sex") else "", "patient.sex", style="circle", gap=90
        ).y
        + 50
    )
    for label, value in (
        ("Name of patient", "<pt>"), ("Date of birth", "<dob>"), ("Phone number", c.opt("<phone>")), ("Street", c.opt("<line>")), ("City, state, zip", c.opt("<csz>")),
        ("Insurance", c.opt("<payer>")), ("Insurance ID", c.opt("<member>")), ("Diagnosis code", c.opt("<codes>")), ("Problem", c.opt("<reason>")),
        ("Test or visit", c.opt("<service>")), ("Doctor wanted", c.opt("<prov>")), ("Referring provider", "<ref> " + c.cred), ("NPI", c.opt("<rnpi>")), ("Today's date", c.opt("<date|n>")),
    ):  # fmt: skip
        page.put(110, y + 10, label)
        page.hline(380, 1618, y + 44)
        page.write(400, y - 4, value, size=29)
        y += 76
    page.put(
        110,
        y + 30,
        f"Fax to {c.other.to_org}: {c.number(c.other.to_fax)}   Scheduling {c.number(c.other.to_phone)}",
        size=21,
    )


def _character_boxes(page: Page, x: float, y: float, text: str, cells: int) -> tuple[float, float, float, float]:
    """One letter a box; returns the box around the letters."""
    step = 40
    for place in range(cells):
        page.rect(x + place * step, y, x + (place + 1) * step, y + 50, width=1)
    for place, char in enumerate(text[:cells]):
        page.write(x + place * step + 9, y + 2, char, size=28)
    return (x, y, x + min(len(text), cells) * step, y + 50)


@layout(variants=2)
def one_letter_a_box(fax: Fax) -> None:
    """A form with a box for every character."""
    document, c = fax.referral()
    page = fax.page(document, face="sans", size=20)
    page.hand = fax.rng.choice(("build", "mentor", "humor", "organize", "comic"))
    fax.tag("handwriting")
    c.zip = c.zip[:5]
    page.put(110, 86, "PLEASE PRINT IN CAPITAL LETTERS, ONE CHARACTER PER BOX", size=24, bold=True)
    page.put(110, 126, "Referral for Specialist Services", size=36, bold=True)
    plain = str.maketrans("áéíóúñÁÉÍÓÚÑ", "aeiounAEIOUN")
    y = 210.0
    fields: tuple[tuple[str, str, str, int, bool], ...] = (
        ("SURNAME", "patient.family", c.family, 24, True),
        ("FIRST NAME", "patient.given", c.given, 24, True),
        ("BIRTH DATE (MMDDYYYY)", "patient.birth_date", c.birth.strftime("%m%d%Y"), 8, True),
        ("TELEPHONE", "patient.phone", c.phone, 10, c.has("phone")),
        ("STREET", "patient.address.line", c.line, 34, c.has("addr") and len(c.line) <= 34),
        ("ZIP", "patient.address.zip", c.zip, 5, c.has("addr")),
        ("MEMBER NUMBER", "coverage.member_id", c.member.replace(" ", ""), 16, c.has("member")),
        ("REFERRING PROVIDER NPI", "referrer.npi", c.rnpi, 10, c.has("rnpi")),
        ("EMERGENCY TELEPHONE", "", c.other.emergency_phone, 10, True),
    )
    for label, name, text, cells, filled in fields:
        page.put(110, y, label, size=18)
        box = _character_boxes(page, 110, y + 28, text.upper().translate(plain) if filled else "", cells)
        if filled and name:
            page.mark(name, box, text)
        y += 96
    for label, value in (
        ("INSURANCE", c.opt("<payer>")), ("REFERRING PROVIDER", "<refc>"), ("PRACTICE, PHONE, FAX", c.opt("<org>") + c.opt("  <rphone>") + c.opt("  <rfax>")),
        ("SPECIALTY / SPECIALIST", c.opt("<spec>") + c.opt(" / <prov>")), ("ICD-10", c.opt("<codes>")), ("REASON", c.opt("<reason>")), ("SERVICE", c.opt("<service>")), ("DATE", c.opt("<date>")),
    ):  # fmt: skip
        page.put(110, y + 8, label, size=18)
        page.hline(430, 1618, y + 44)
        page.write(440, y - 6, value, size=27)
        y += 70
    page.put(110, y + 20, "PRIORITY")
    choices(
        page,
        430,
        y + 20,
        ("Routine", "Urgent", "STAT"),
        c.priority if c.has("priority") else "",
        "priority",
        style="pen",
    )


@layout(variants=2)
def sticky_note_referral(fax: Fax) -> None:
    """A note on lined paper, no form at all."""
    document, c = fax.referral()
    page = fax.page(document, face="sans", size=30)
    _hand(fax, page)
    if fax.chance(0.6):
        page.put(110, 80, "from the desk of  <refc>", size=30, italic=True, face="palatino")
        page.put(110, 122, c.opt("<org>") + c.opt("  <rphone>") + c.opt("  fax <rfax>"), size=22)
    else:
        document.optional["referrer.organization"] = [c.org]
        page.write(900, 90, "<refc>" + c.opt("  ph <rphone>"), size=34)
    for rule in range(200, 2050, 62):
        page.hline(0, 1728, rule, 1)
    lines = (
        c.opt("<date|n>"),
        "To " + c.opt("<spec> ", blank="scheduling ") + c.opt("Dr <prov>"),
        "Pls see <pt>  dob <dob|n>",
        c.opt("cell <phone>"),
        c.opt("for <reason>"),
        c.opt("dx <codes>"),
        c.opt("needs <service>"),
        c.opt("<payer>") + c.opt("  #<member>"),
        c.opt("<line>, <csz>"),
        c.opt("*** <priority|u> ***"),
        f"{c.other.emergency_relation} {c.other.emergency.split()[0]} {c.number(c.other.emergency_phone)}",
        "thx!",
    )
    y = 206.0
    for line in lines:
        if line:
            y = page.write(fax.rng.randint(110, 150), y, line, size=38, width=1480).y
            y = (y - 200) // 62 * 62 + 62 + 206
    signature(fax, page, 900, min(y + 60, 2050), c.signature, size=60)


@layout(variants=2)
def signed_across(fax: Fax) -> None:
    """A half-page order form: signature across the typed values, a stamp on the patient's block."""
    document, c = fax.referral()
    page = fax.page(document, face=fax.rng.choice(("typewriter", "nimbusmono", "mono")), size=25)
    if page.face == "typewriter":
        c.phone_format = "{0}-{1}-{2}"
    page.rect(90, 90, 1638, 1420, width=4)
    page.put(864, 110, "<org|u>", size=32, bold=True, align="c")
    page.put(864, 156, "REFERRAL ORDER", size=28, align="c")
    y = 230.0
    for label, value in (
        ("PATIENT", "<PTLM>"), ("BIRTHDATE", "<dob>"), ("SEX", c.opt("<sexl>")), ("TEL", c.opt("<phone>")), ("ADDRESS", c.opt("<addr>")), ("PLAN", c.opt("<payer>")), ("ID", c.opt("<member>")),
        ("FILE NO", c.opt("<mrn>")), ("TO", c.opt("<spec>") + c.opt(" - DR <prov>")), ("FOR", c.opt("<service>")), ("BECAUSE", c.opt("<reason>")), ("ICD", c.opt("<codes>")), ("WHEN", c.opt("<priority>")), ("APPROVAL", c.opt("<auth>")),
    ):  # fmt: skip
        page.put(130, y, label + ":", size=23)
        y = page.put(360, y, value or "-", width=1240).y + 14
    page.put(130, y + 10, "REFERRED BY: <refc>")
    page.put(130, y + 50, c.opt("NPI: <rnpi>") + c.opt("   DATE: <date>"))
    page.put(130, y + 90, c.opt("OFFICE <rphone>") + c.opt("   FAX <rfax>"))
    face = fax.rng.choice(fonts.SIGNATURES)
    page.tilted(
        160, y + 90, unaccented(c.signature), 4, size=round(80 * fonts.HANDS.get(face, 1)), face=face, bold=False
    )
    page.stroke([(150, y + 110), (460, y + 50), (700, y + 96), (940, y + 30)], 3)
    fax.tag("signature-over-text")
    stamp(
        fax,
        page,
        fax.rng.randint(500, 1000),
        fax.rng.randint(300, 620),
        fax.rng.choice(("URGENT", "FAXED", "APPROVED", "PRIORITY REVIEW", "2ND REQUEST")),
        size=64,
    )
    x = 130.0
    for label in ("Records attached", "Patient will call", "Please call patient"):
        x = tick(page, x, 1460, label, on=label.startswith("Please"), mark="pen").x + 40
    page.put(
        110,
        1540,
        f"Reply to {c.other.nurse}. Covering: {c.other.other_doctor}, {c.number(c.other.pcp_phone)}. Group NPI {c.other.group_npi}.",
        size=22,
    )


def _sheet(fax: Fax) -> tuple[Page, Case]:
    document, c = fax.referral("Orthopaedic Surgery")
    page = fax.page(document, face="sans", size=23)
    _hand(fax, page)
    return page, c


@layout(variants=2)
def ortho_tick_sheet(fax: Fax) -> None:
    """An orthopaedic group's sheet: tick lists by body part, few lines by hand."""
    page, c = _sheet(fax)
    page.put(110, 80, c.other.to_org.split(" ")[0] + " Bone & Joint Institute", size=40, bold=True)
    page.put(
        110, 132, f"Referral sheet — fax to {c.number(c.other.to_fax)} — call {c.number(c.other.to_phone)}", size=22
    )
    y = 190.0
    _line(page, 110, y, "Patient", "<pt>", 960)
    _line(page, 980, y, "DOB", "<dob|n>", 1618)
    _line(page, 110, y + 70, "Phone", c.opt("<phone>"), 700)
    _line(page, 720, y + 70, "Ins/ID", c.opt("<payer> ") + c.opt("<member>"), 1660)
    y += 150
    parts = ("Shoulder", "Elbow", "Wrist/Hand", "Hip", "Knee", "Foot/Ankle", "Spine", "Other")
    text = (c.reason + c.descriptions).lower()
    for number, part in enumerate(parts):
        on = part.lower() in text and part != "Other"
        spot = tick(page, 110 + (number % 4) * 380, y + (number // 4) * 46, part, on=on, mark="v")
        if on:
            page.write(
                spot.x + 14, y + (number // 4) * 46 - 8, "R" if "right" in text or "R " in c.reason else "L", size=28
            )
    y += 110
    page.hline(110, 1618, y)
    page.put(110, y + 12, "Imaging done:")
    x = 320.0
    for number, kind in enumerate(("X-ray", "MRI", "CT", "None")):
        x = tick(page, x, y + 12, kind, on=number == (1 if "mri" in text else 0), mark="v").x + 40
    page.put(110, y + 64, "Requested:")
    service = {"Surgical consultation": "Surgical consultation", "Consultation": "Consultation"}.get(
        c.service, c.service
    )
    options = ("Surgical consultation", "Evaluate and treat", "Injection only", "Second opinion")
    x = 320.0
    for option in options:
        x = (
            tick(
                page, x, y + 64, option, on=option == service and c.has("service"), field="requested.service", mark="v"
            ).x
            + 30
        )
    if service not in options and c.has("service"):
        page.put(110, y + 116, "Other request:")
        page.write(330, y + 102, "<service>", size=28)
    y += 170
    page.put(110, y, "Appointment:")
    choices(page, 320, y, ("Routine", "Urgent", "ASAP"), c.priority if c.has("priority") else "", "priority", style="v")
    _line(page, 110, y + 80, "Problem", c.opt("<reason>"), 1660)
    _line(page, 110, y + 150, "ICD-10", c.opt("<codes>"), 800)
    _line(page, 820, y + 150, "Surgeon preferred", c.opt("<prov>", blank="first avail"), 1618)
    _line(page, 110, y + 220, "Referring (print)", "<refc>", 960)
    _line(page, 980, y + 220, "NPI", c.opt("<rnpi>"), 1618)
    _line(page, 110, y + 290, "Practice", c.opt("<org>"), 1618)
    _line(page, 110, y + 360, "Tel", c.opt("<rphone>"), 600)
    _line(page, 620, y + 360, "Fax", c.opt("<rfax>"), 1100)
    _line(page, 1120, y + 360, "Date", c.opt("<date|n>"), 1618)
    signature(fax, page, 150, y + 480, c.signature)
    page.put(110, y + 500, "Provider signature (required)", size=18)
    page.put(
        110,
        y + 560,
        "Our surgeons: A. Bellhaven MD · R. Osterlund MD · K. Imanari DO · P. Vail PA-C      Locations: North · Riverside · Airport Rd",
        size=19,
    )
