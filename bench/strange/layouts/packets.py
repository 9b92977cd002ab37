"""Several pages: covers, packets with attachments, batches of several patients."""

# ruff: noqa: D401, E501 - a layout says what the page is, and the page's text reads better unbroken
from __future__ import annotations

from bench.strange import attachments as att
from bench.strange.draw import Document
from bench.strange.kit import Fax, layout
from bench.strange.parts import footer, letterhead, signature, stamp, table
from bench.strange.people import Case

_FACES = ("sans", "carlito", "serif", "opensans", "dejavu", "roboto")


def _attach(fax: Fax, document: Document, c: Case, count: int) -> None:
    kinds = fax.rng.sample(("lab", "imaging", "note", "meds", "card"), count)
    for kind in kinds:
        page = fax.page(document, face=fax.rng.choice(_FACES))
        if kind == "lab":
            att.lab(fax, page, c, style=fax.rng.randint(0, 1))
        elif kind == "imaging":
            att.imaging(fax, page, c)
        elif kind == "note":
            att.note(page, c)
        elif kind == "meds":
            att.medication_list(page, c)
        else:
            att.insurance_card(page, c)
    fax.tag("distractor-attachments")


@layout(variants=4)
def cover_and_packet(fax: Fax) -> None:
    """Cover, referral, then attachments of the same patient."""
    document, c = fax.referral()
    if fax.variant == 1:
        fax.mislead(document, c)
    count = fax.rng.randint(1, 4)
    page = fax.page(document, face=fax.rng.choice(_FACES))
    attention = c.opt("<spec> scheduling", blank=c.other.to_org)
    att.cover(
        fax,
        page,
        c,
        subject=fax.rng.choice(("Referral for <pt>", "New referral - <PTL> dob <dob>", "Referral")),
        attention=attention,
        pages=count + 2,
    )
    att.sheet(fax.page(document, face=fax.rng.choice(_FACES)), c, style=fax.variant % 3)
    _attach(fax, document, c, count)


@layout(variants=3)
def misdirected_cover(fax: Fax) -> None:
    """A cover to one department, a letter whose content needs another."""
    document, c = fax.referral()
    fax.mislead(document, c)
    c.service = fax.rng.choice(("Evaluate and treat", "Consultation"))
    page = fax.page(document, face="carlito")
    att.cover(fax, page, c, subject="Please schedule <pt>, <dob>", attention="Attn: <spec> Department")
    page = fax.page(document, face="serif", size=30)
    y = letterhead(fax, page, c) + 20
    y = page.put(110, y, c.opt("<date|l>")).y + 30
    y = page.put(110, y, "To: <spec> clinic, " + c.other.to_org).y + 30
    y = page.put(110, y, "Patient: <pt>   DOB <dob>" + c.opt("   Tel <phone>")).y + 30
    for text in (
        f"Please see this {c.age} year old <sexword> for <reason>.",
        c.need.story,
        "Diagnosis: <dx>.",
        c.opt("Insurance <payer>") + c.opt(", <member>"),
    ):
        if text:
            y = page.put(110, y, text, width=1490).y + 24
    signature(fax, page, 130, y + 110, c.signature)
    page.put(110, y + 130, "<refc>" + c.opt("   NPI <rnpi>"))
    _attach(fax, document, c, 1)


@layout(variants=3)
def batch_behind_cover(fax: Fax) -> None:
    """One office sends several patients under one cover; every patient is a document."""
    first = fax.case()
    count = 2 + fax.variant % 2
    people = [first] + [fax.case(same_office=first) for _ in range(count - 1)]
    page = fax.page(None, case=first, face=fax.rng.choice(_FACES))
    names = ", ".join(f"{c.given[0]}. {c.family}" for c in people)
    att.cover(
        fax,
        page,
        first,
        subject=f"{count} referrals: {names}" if fax.chance(0.6) else f"{count} new referrals attached",
        pages=count + 1,
    )
    style, face = fax.rng.randint(0, 2), fax.rng.choice(_FACES)
    for number, c in enumerate(people):
        document = fax.document("referral", c)
        att.sheet(fax.page(document, face=face), c, style=style)
        if fax.chance(0.4) or number == count - 1:
            _attach(fax, document, c, 1)
    fax.tag("batch")


@layout(variants=3)
def batch_without_cover(fax: Fax) -> None:
    """Two offices' referrals in one transmission."""
    for number in range(2):
        document, c = fax.referral()
        att.sheet(fax.page(document, face=fax.rng.choice(_FACES)), c, style=(fax.variant + number) % 3)
        if number == 0:
            _attach(fax, document, c, 1)
    fax.tag("batch")


@layout(variants=2)
def referral_then_foreign_result(fax: Fax) -> None:
    """A referral with a lab report of somebody else caught behind it."""
    document, c = fax.referral()
    att.sheet(fax.page(document, face="sans"), c, style=fax.variant % 3)
    other, stranger = fax.other("lab_result")
    att.lab(fax, fax.page(other, face="mono" if fax.variant else "serif"), stranger, style=1)
    fax.tag("batch")


@layout(variants=2)
def attachments_first(fax: Fax) -> None:
    """Card and results come before the page that says what is wanted."""
    document, c = fax.referral()
    _attach(fax, document, c, 2)
    att.sheet(fax.page(document, face="serif"), c, style=2)


@layout(variants=2)
def two_page_letter(fax: Fax) -> None:
    """A long letter: identity on the first page, request and insurance on the second."""
    document, c = fax.referral()
    page = fax.page(document, face="caladea", size=31)
    y = letterhead(fax, page, c) + 20
    y = page.put(110, y, c.opt("<date|l>")).y + 20
    y = page.put(110, y, "Regarding: <pt>, date of birth <dob>" + c.opt(", record <mrn>"), bold=True).y + 20
    y = page.put(110, y, c.opt("Dear Dr. <prov>:", blank="Dear Doctor:")).y + 20
    filler = (
        f"I have the pleasure of looking after this {c.age}-year-old <sexword>, who has been a patient of our practice since {c.other.old_date[-4:]}. <His> past history includes hypertension, seasonal allergies, and a fractured wrist many years ago. <He> does not smoke and drinks on occasion. <His> {c.other.emergency_relation}, {c.other.emergency}, came along to the visit.",
        "<He> was well until about three months ago. Since then <he> has had <reason>. " + c.need.story,
        f"On examination blood pressure was 134/82, pulse 76 and regular, weight stable since {c.other.old_date}. Heart and lungs were unremarkable, abdomen soft, extremities without edema. Neurologic examination was grossly intact.",
        "Medications: " + (", ".join(c.need.meds) or "none") + ". Drug allergies: codeine (nausea).",
    )
    for text in filler:
        y = page.put(110, y, text, width=1490, lead=1.45).y + 30
    page.put(864, 2060, "continued", size=22, align="c", italic=True)
    page = fax.page(document, face="caladea", size=31)
    page.put(110, 100, "Re: <pt>", size=24)
    page.put(1618, 100, "Page 2", size=24, align="r")
    y = 180.0
    for text in (
        c.opt("My impression is <dx>."),
        c.opt("I ask for <service>", blank="I ask for your advice")
        + c.opt(" in <spec>")
        + c.opt(", on a <priority> basis")
        + ".",
        c.opt("The best telephone number is <phone>. ") + c.opt("<He> lives at <addr>."),
        c.opt("Coverage is through <payer>") + c.opt(", member <member>") + c.opt("; authorization <auth>"),
    ):
        if text:
            y = page.put(110, y, text, width=1490, lead=1.45).y + 30
    y = page.put(110, y, "Thank you for your help.").y
    signature(fax, page, 130, y + 110, c.signature)
    page.put(110, y + 130, "<refc>" + c.opt("     NPI <rnpi>"))
    footer(fax, page)


@layout(variants=2)
def hospital_packet(fax: Fax) -> None:
    """A case manager's packet: checklist, face table, order, attachments; a blank back page between."""
    document, c = fax.referral(ages=(40, 90))
    page = fax.page(document, face="opensans", size=25)
    page.put(110, 90, "CASE MANAGEMENT — OUTPATIENT REFERRAL PACKET", size=32, bold=True)
    page.put(
        110, 140, "<org>" + c.opt("   unit <rphone>") + c.opt("   fax <rfax>") + f"   CM {c.other.nurse}, RN", size=23
    )
    y = table(
        page,
        110,
        200,
        (300, 1208),
        [
            ["Patient", "<ptl>  " + c.opt("(<sexl>)")],
            ["Born", "<dob>"],
            ["Phone / address", c.opt("<phone>") + c.opt("; <addr>")],
            ["Payer", c.opt("<payer>") + c.opt("  <member>")],
            ["Requested", c.opt("<spec>") + c.opt(" / <service>")],
            ["Because", c.opt("<reason>")],
            ["Codes", c.opt("<dx>")],
            ["When", c.opt("<priority>")],
            ["Physician", "<refc>" + c.opt("  NPI <rnpi>")],
            ["Sent", c.opt("<date>")],
        ],
        header=False,
        size=26,
    )
    page.put(
        110,
        y + 30,
        f"Next of kin {c.other.emergency}, {c.number(c.other.emergency_phone)}. PCP {c.other.pcp}, {c.number(c.other.pcp_phone)}. Admit {c.other.last_visit}. HAR {c.other.account}.",
        size=23,
        width=1500,
    )
    stamp(fax, page, 1000, y + 200, "PRIORITY MAIL ROOM" if fax.variant else "FAXED", size=48)
    fax.page(None)
    _attach(fax, document, c, 2)
