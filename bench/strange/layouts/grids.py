"""Printed forms with typed values: labels below, labels in boxes, tables, questions, two languages."""

# ruff: noqa: D401, E501 - a layout says what the page is, and the page's text reads better unbroken
from __future__ import annotations

from bench.strange import words
from bench.strange.draw import Page
from bench.strange.kit import Fax, layout
from bench.strange.layouts.forms import cells
from bench.strange.parts import footer, kv, letterhead, signature, table, tick
from bench.strange.people import Case


@layout(variants=2)
def labels_below(fax: Fax) -> None:
    """Two dense columns; tiny labels stand below the values."""
    document, c = fax.referral()
    page = fax.page(document, face=fax.rng.choice(("narrow", "robotocond", "condensed")), size=25)
    page.put(110, 80, "CONSULTATION & REFERRAL ORDER", size=32, bold=True)
    page.put(1618, 84, "<org>", size=28, align="r")
    page.hline(110, 1618, 126, 5)
    left = [("Patient, last - first - mi", "<PTLM>"), ("Date of birth / age / sex", f"<dob>   {c.age}y" + c.opt("   <sexl>")), ("Residence", c.opt("<line>")), ("City, state, zip", c.opt("<csz>")), ("Best number to reach", c.opt("<phone>")),
            ("Emergency contact & number", f"{c.other.emergency}   {c.number(c.other.emergency_phone)}"), ("Chart no.", c.opt("<mrn>")), ("Primary plan", c.opt("<payer>")), ("Policy / member no.", c.opt("<member>")), ("Secondary plan / no.", f"{c.other.payer2}   {c.other.member2}")]  # fmt: skip
    right = [("Ordering clinician", "<refc>"), ("Clinician NPI", c.opt("<rnpi>")), ("Office line", c.opt("<rphone>")), ("Office fax", c.opt("<rfax>")), ("Billing NPI / TIN", f"{c.other.group_npi}   {c.other.tax_id}"),
             ("Requested service line", c.opt("<spec>")), ("Requested clinician", c.opt("<prov>")), ("Send to fax", c.number(c.other.to_fax)), ("Auth no.", c.opt("<auth>", blank="N/R")), ("Order date", c.opt("<date>"))]  # fmt: skip
    for column, pairs in ((110, left), (880, right)):
        y = 150.0
        for label, value in pairs:
            page.put(column, y, value, width=730)
            page.hline(column, column + 730, y + 36, 1)
            page.put(column, y + 39, label, size=16)
            y += 82
    y = 1000.0
    for label, value, height in (
        ("Diagnosis codes with descriptions", c.opt("<dx>"), 80),
        ("Clinical indication", c.opt("<reason>"), 80),
        ("Procedure / visit type wanted", c.opt("<service>"), 50),
        ("Timeframe", c.opt("<priority>"), 50),
        ("Brief history", c.need.story + f" Seen {c.other.last_visit}.", 80),
    ):
        page.put(110, y, value, width=1490)
        page.hline(110, 1618, y + height - 8, 1)
        page.put(110, y + height - 5, label, size=16)
        y += height + 40
    signature(fax, page, 140, y + 70, c.signature)
    page.hline(110, 760, y + 84)
    page.put(110, y + 88, "signature of ordering clinician", size=16)
    footer(fax, page)


@layout(variants=2)
def labels_inside_boxes(fax: Fax) -> None:
    """A grid of boxes with the label in each box's corner, numbered like a claim form."""
    document, c = fax.referral()
    page = fax.page(document, face="sans", size=25)
    page.put(110, 76, "OUTPATIENT REFERRAL", size=40, bold=True)
    page.put(1618, 76, f"Form 7-B   Control {c.other.encounter}", size=20, align="r")
    page.put(1618, 104, f"Return to: {c.other.to_org}, fax {c.number(c.other.to_fax)}", size=20, align="r")
    numbers = iter(range(1, 60))

    y = 150.0

    def row(*boxes: tuple[float, str, str]) -> None:
        nonlocal y
        y = cells(
            page, 90, y, [(width, f"{next(numbers)}. {label}", value) for width, label, value in boxes], height=82
        )

    row(
        (380, "LAST NAME", "<family|u>"),
        (340, "FIRST NAME", "<given|u>"),
        (120, "M.I.", c.middle[:1]),
        (300, "DATE OF BIRTH", "<dob|s>"),
        (120, "SEX", c.opt("<sexl>")),
        (288, "MED REC", c.opt("<mrn>")),
    )
    row(
        (700, "STREET", c.opt("<line|u>")),
        (400, "CITY", c.opt("<city|u>")),
        (148, "STATE", c.opt("<state>")),
        (300, "ZIP", c.opt("<zip>")),
    )
    row(
        (500, "TELEPHONE", c.opt("<phone>")),
        (500, "NEXT OF KIN", c.other.emergency.upper()),
        (548, "N.O.K. TELEPHONE", c.number(c.other.emergency_phone)),
    )
    row(
        (600, "INSURANCE NAME", c.opt("<payer|u>")),
        (500, "INSURED'S I.D. NUMBER", c.opt("<member>")),
        (448, "INSURED'S NAME IF DIFFERENT", c.other.subscriber.upper() if fax.chance(0.5) else ""),
    )
    row(
        (600, "SECOND INSURANCE", c.other.payer2.upper()),
        (500, "I.D. NUMBER", c.other.member2),
        (448, "PRIOR AUTHORIZATION NUMBER", c.opt("<auth>")),
    )
    row(
        (620, "NAME OF REFERRING PROVIDER", "<rgiven|u> <rfamily|u> " + c.cred),
        (400, "NPI", c.opt("<rnpi>")),
        (528, "GROUP NPI", c.other.group_npi),
    )
    row(
        (820, "REFERRING FACILITY", c.opt("<org|u>")),
        (364, "TELEPHONE", c.opt("<rphone>")),
        (364, "FAX", c.opt("<rfax>")),
    )
    row(
        (620, "REFERRED TO (NAME)", c.opt("<pgiven|u> <pfamily|u>")),
        (464, "SPECIALTY", c.opt("<spec|u>")),
        (464, "TELEPHONE", c.number(c.other.to_phone)),
    )
    row(
        (400, "ICD-10-CM (A)", c.opt("<code0>")),
        (400, "ICD-10-CM (B)", c.opt("<code1>")),
        (748, "SERVICE", c.opt("<service|u>")),
    )
    row((1548, "REASON FOR REFERRAL", c.opt("<reason|u>")))
    row(
        (360, "PRIORITY", c.opt("<priority|u>")),
        (360, "DATE ISSUED", c.opt("<date|s>")),
        (360, "EXPIRES", c.other.next_visit),
        (468, "NO. OF VISITS", "1"),
    )
    page.put(
        90, y + 20, "31. SIGNATURE OF REFERRING PROVIDER (I certify that the above is medically necessary)", size=18
    )
    signature(fax, page, 130, y + 120, c.signature)
    page.rect(90, y + 10, 1638, y + 140)


@layout(variants=2)
def column_tables(fax: Fax) -> None:
    """Tables with a heading row and one column per item."""
    document, c = fax.referral()
    page = fax.page(document, face=fax.rng.choice(("carlito", "sans", "opensans")), size=24)
    y = letterhead(fax, page, c)
    page.put(864, y, "Outgoing Referral", size=34, bold=True, align="c")
    y += 70
    grey = fax.chance(0.5)
    codes = [
        (f"<code{n}>" if c.has("codes") else "", text, c.other.old_date) for n, (_, text) in enumerate(c.need.codes)
    ]
    o = c.other
    tables: tuple[tuple[tuple[int, ...], list[tuple[str, ...]]], ...] = (
        ((400, 240, 160, 320, 388), [("Patient Name", "DOB", "Sex", "Phone", "MRN"), ("<ptl>", "<dob>", c.opt("<sexl>"), c.opt("<phone>"), c.opt("<mrn>"))]),
        ((700, 340, 160, 308), [("Address", "City", "ST", "Zip"), (c.opt("<line>"), c.opt("<city>"), c.opt("<state>"), c.opt("<zip>"))]),
        ((180, 520, 400, 408), [("Rank", "Insurance", "Policy #", "Group #"), ("1", c.opt("<payer>"), c.opt("<member>"), o.group_no), ("2", o.payer2, o.member2, "")]),
        ((420, 320, 260, 260, 248), [("Referring", "NPI", "Phone", "Fax", "Date"), ("<refc>", c.opt("<rnpi>"), c.opt("<rphone>"), c.opt("<rfax>"), c.opt("<date>"))]),
        ((420, 420, 320, 348), [("Refer To", "Specialty", "Phone", "Fax"), (c.opt("<prov>"), c.opt("<spec>"), c.number(o.to_phone), c.number(o.to_fax))]),
        ((240, 960, 308), [("ICD", "Description", "Onset"), *codes]),
        ((760, 500, 248), [("Reason", "Requested", "Priority"), (c.opt("<reason>"), c.opt("<service>"), c.opt("<priority>"))]),
        ((500, 500, 508), [("PCP", "PCP NPI", "Last / next visit"), (o.pcp, o.pcp_npi, f"{o.last_visit} / {o.next_visit}")]),
    )  # fmt: skip
    for widths, rows in tables:
        y = table(page, 110, y, widths, rows, grey_header=grey) + 24
    page.put(110, y, "Authorization: " + c.opt("<auth>", blank="none required"))
    footer(fax, page)


@layout(variants=2)
def bilingual(fax: Fax) -> None:
    """A community clinic's form in Spanish and English."""
    document, c = fax.referral()
    c.org = fax.rng.choice(words.SPANISH_HEADS)
    page = fax.page(document, face=fax.rng.choice(("notoserif", "dejavu", "carlito")), size=23)
    page.put(864, 80, "<org>", size=36, bold=True, align="c")
    page.put(864, 128, "HOJA DE REFERENCIA  /  REFERRAL FORM", size=28, bold=True, align="c")
    page.put(864, 168, c.other.org_addr + c.opt("   Tel. <rphone>") + c.opt("   Fax <rfax>"), size=20, align="c")
    y = 220.0
    sexes = {"male": "Masculino", "female": "Femenino"}
    lines = (
        [("Fecha / Date", c.opt("<date>")), ("Núm. de expediente / Chart #", c.opt("<mrn>"))],
        [("Apellido(s) / Last name", "<family>"), ("Nombre / First name", "<given>")],
        [("Fecha de nacimiento / DOB", "<dob>"), ("Teléfono / Phone", c.opt("<phone>"))],
        [("Domicilio / Address", c.opt("<line>")), ("Ciudad, estado, código postal", c.opt("<csz>"))],
        [("Seguro médico / Insurance", c.opt("<payer>")), ("Núm. de afiliado / Member ID", c.opt("<member>"))],
        [
            ("Contacto de emergencia", f"{c.other.emergency} ({c.number(c.other.emergency_phone)})"),
            ("Idioma / Language", "Español"),
        ],
    )
    for pair in lines:
        bottom = y
        for column, (label, value) in enumerate(pair):
            end = kv(page, 110 + 770 * column, y, label + ":", value, bold=False, width=400)
            bottom = max(bottom, end.y)
        page.hline(110, 1618, bottom + 6, 1)
        y = bottom + 22
    page.put(110, y, "Sexo / Sex:")
    x = 260.0
    for value, label in sexes.items():
        x = (
            tick(
                page,
                x,
                y,
                f"{label} / {value.capitalize()}",
                on=c.sex == value and c.has("sex"),
                field="patient.sex",
                mark="v",
            ).x
            + 40
        )
    y += 56
    page.put(110, y, "Prioridad / Priority:")
    x = 400.0
    for value, label in (
        ("routine", "Rutina / Routine"),
        ("urgent", "Urgente / Urgent"),
        ("stat", "Emergencia / STAT"),
    ):
        x = tick(page, x, y, label, on=c.priority == value and c.has("priority"), field="priority", mark="v").x + 30
    y += 60
    for label, value in (
        ("Referido a / Referred to", c.opt("<spec>") + c.opt("   —   Dr(a). <prov>")),
        ("Servicio solicitado / Service requested", c.opt("<service>")),
        ("Motivo de la referencia / Reason", c.opt("<reason>")),
        ("Diagnóstico / Diagnosis (CIE-10)", c.opt("<dx>")),
        ("Medicamentos / Medications", ", ".join(c.need.meds) or "ninguno / none"),
        ("Alergias / Allergies", "penicilina / penicillin"),
        ("Autorización / Authorization", c.opt("<auth>", blank="pendiente / pending")),
    ):
        page.put(110, y, label, size=20, italic=True)
        y = page.put(130, y + 30, value or " ", size=25, width=1460).y + 16
    page.put(110, y + 20, "Proveedor que refiere / Referring provider:  <refc>" + c.opt("   NPI <rnpi>"))
    page.put(110, y + 60, f"Médico de cabecera / PCP: {c.other.pcp}   NPI {c.other.pcp_npi}", size=21)
    signature(fax, page, 330, y + 170, c.signature)
    page.put(110, y + 150, "Firma / Signature")
    page.hline(320, 900, y + 180)
    page.put(
        110,
        2030,
        "Este documento contiene información médica confidencial. This document contains confidential medical information.",
        size=18,
    )


@layout(variants=2)
def behavioral_intake(fax: Fax) -> None:
    """A behavioural-health centre's own intake sheet that referrers fill in; questions instead of labels."""
    document, c = fax.referral(("Psychiatry", "Clinical Psychology"), ages=(6, 75))
    page = fax.page(document, face="opensans" if fax.chance(0.5) else "gothic", size=24)
    page.put(110, 80, c.other.to_org + " Behavioral Wellness", size=36, bold=True)
    page.put(
        110,
        130,
        f"Intake & Referral Sheet     intake line {c.number(c.other.to_phone)}     intake fax {c.number(c.other.to_fax)}",
        size=22,
    )
    page.hline(110, 1618, 170, 4)
    y = 190.0
    questions = (
        ("Who is being referred?", "<ptm>"),
        ("When was the person born?", "<dob>"),
        ("Gender", c.opt("<sex>")),
        ("Where does the person live?", c.opt("<addr>")),
        ("At what number may we leave a message?", c.opt("<phone>")),
        ("Legal guardian (minors)", c.other.subscriber if c.age < 18 else "n/a"),
        ("Who pays? Name of plan", c.opt("<payer>")),
        ("Number on the card", c.opt("<member>")),
        ("What kind of help is wanted?", c.opt("<service>") + c.opt(" — <spec>")),
        ("In your words, what is going on?", c.opt("<reason>")),
        ("Diagnosis, if one was made", c.opt("<dx>")),
        ("Is there a clinician you prefer?", c.opt("<prov>", blank="no preference")),
        ("Previous treatment", f"{c.other.other_doctor}, LCSW, ended {c.other.old_date}"),
        ("Current medicines", ", ".join(c.need.meds) or "none"),
        ("Safe at home? Thoughts of suicide?", "yes / denies"),
        ("How quickly?", c.opt("<priority>")),
    )
    for question, answer in questions:
        page.put(110, y, question, size=22, bold=True)
        y = max(page.put(700, y - 2, answer, width=910).y, y + 30) + 16
        page.hline(110, 1618, y - 8, 1)
    y += 16
    page.rect(110, y, 1618, y + 190, width=3)
    page.put(130, y + 12, "Person making this referral", size=20, italic=True)
    page.put(130, y + 48, "<refc>" + c.opt(", <org>"))
    page.put(130, y + 88, c.opt("Call back <rphone>") + c.opt("     Fax <rfax>") + c.opt("     NPI <rnpi>"))
    page.put(130, y + 128, c.opt("Today's date <date>") + f"     PCP if different: {c.other.pcp}")
    footer(fax, page)


def _tooth_rows(page: Page, c: Case, y: float) -> float:
    wanted = {"1", "16", "17", "32"} if "16" in c.service else {"17", "32"}
    for first, last in ((1, 16), (32, 17)):
        step = 1 if first < last else -1
        for place, tooth in enumerate(range(first, last + step, step)):
            x = 180 + place * 84
            page.put(x, y, str(tooth), size=26, align="c")
            if str(tooth) in wanted:
                page.oval(x - 28, y - 8, x + 28, y + 42, 4)
        y += 66
    return y


@layout(variants=2)
def dental_oral_surgery(fax: Fax) -> None:
    """A dentist's referral slip with a tooth chart."""
    document, c = fax.referral("Oral and Maxillofacial Surgery")
    c.cred = fax.rng.choice(("DDS", "DMD"))
    c.org = fax.rng.choice(("Cobblestone Family Dentistry", "Sandhill Dental Group", "Whetstone Smiles, P.C."))
    page = fax.page(document, face="carlito", size=27)
    page.put(110, 80, "Introducing our patient to:", size=24, italic=True)
    page.put(110, 112, c.other.to_org.split(" ")[0] + " Oral & Facial Surgery", size=40, bold=True, face="caladea")
    page.put(110, 166, f"{c.other.to_addr}    {c.number(c.other.to_phone)}    fax {c.number(c.other.to_fax)}", size=21)
    page.put(
        110,
        196,
        c.opt("Dr. <prov>", blank="First available surgeon") + f"     Drs. {c.other.other_doctor}, {c.other.pcp}",
        size=24,
    )
    page.hline(110, 1618, 240, 3)
    y = 262.0
    y = kv(page, 110, y, "Name", "<pt>").y + 8
    y = kv(page, 110, y, "Birthdate", "<dob>" + c.opt("        Sex <sexl>")).y + 8
    y = kv(page, 110, y, "Phone", c.opt("<phone>")).y + 8
    y = kv(page, 110, y, "Address", c.opt("<addr>"), width=1300).y + 8
    y = kv(page, 110, y, "Dental ins.", f"{c.other.payer2}  {c.other.member2}").y + 8
    y = kv(page, 110, y, "Medical ins.", c.opt("<payer>") + c.opt("   ID <member>")).y + 30
    page.put(110, y, "PLEASE EVALUATE AND TREAT (circle teeth)", bold=True, size=24)
    y = _tooth_rows(page, c, y + 50) + 20
    x = 110.0
    for label, on in (
        ("Extraction", True),
        ("Implant", False),
        ("Biopsy / pathology", False),
        ("Expose & bond", False),
        ("Frenectomy", False),
    ):
        x = tick(page, x, y, label, on=on, mark="pen").x + 36
    y += 70
    y = kv(page, 110, y, "Requested:", c.opt("<service>"), width=1300).y + 8
    y = kv(page, 110, y, "Reason:", c.opt("<reason>"), width=1300).y + 8
    y = kv(page, 110, y, "ICD-10:", c.opt("<dx>")).y + 8
    y = kv(page, 110, y, "Urgency:", c.opt("<priority>")).y + 8
    y = kv(page, 110, y, "X-rays:", "panorex e-mailed    PA taken " + c.other.last_visit).y + 30
    page.put(110, y, "Referred by  <refc>" + c.opt("   NPI <rnpi>"))
    page.put(110, y + 40, c.opt("<org>") + c.opt("   <rphone>") + c.opt("   fax <rfax>") + c.opt("   Date <date>"))
