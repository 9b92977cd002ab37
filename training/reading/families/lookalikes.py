"""Referrals that look like something else: letters full of records and refills, e-mails, authorization forms, notes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from training.reading.compose import Page, Run
from training.reading.families import Sheet, family
from training.reading.families import _parts as parts
from training.reading.families import _sections as sections
from training.reading.families._letterhead import letterhead
from training.reading.families._letterparts import dated, inside_address, running_head, salutation, sign, subject
from training.reading.families._outside import Writer
from training.reading.families._parts import Entry
from training.reading.families._prose import Flow, finish

_KIND: Final = "lookalike"


def _writer(sheet: Sheet) -> Writer:
    """Return a writer who keeps the roles of the case: here somebody is referred."""
    made = Writer(sheet, _KIND)
    made.sheet = replace(made.sheet, case=sheet.case)
    made.prose.sheet, made.prose.facts = made.sheet, sheet.case
    return made


@family("lookalike.letter", weight=0.7)
def letter(sheet: Sheet) -> list[Page]:
    """Draw a letter that refers somebody and speaks of records, authorizations, refills."""
    w, page = _writer(sheet), sheet.page("letter")
    frame = letterhead(sheet, page)
    flow = Flow(sheet, page, left=frame.left, width=frame.width, y=frame.y, bottom=frame.bottom, font=sheet.font)
    flow.head = running_head(sheet, w.prose)
    dated(sheet, flow)
    inside_address(sheet, flow, w.prose)
    if sheet.often(0.6):
        subject(sheet, flow, w.prose)
    salutation(sheet, flow, w.prose)
    late = sheet.often(0.25)
    if late:
        flow.para(w.tell("say", 1, 2))
    flow.para([*w.say("open"), " ", *w.tell("say", 0, 2)])
    for _ in range(sheet.rng.randint(0, 2)):
        flow.para(w.tell("say", 1, 3))
    flow.para(w.say("close"))
    sign(sheet, flow, w.prose)
    return finish(sheet, flow.pages)


@family("lookalike.email", weight=0.5)
def email(sheet: Sheet) -> list[Page]:
    """Draw an e-mail or a message between offices that refers somebody."""
    w, rng, note = _writer(sheet), sheet.rng, sheet.note
    flow, how = parts.Flow(sheet, "letter"), parts.look(sheet, rng.choice(("left", "aligned", "follow")))
    made = [
        Entry((w.caption("From"),), w.prose.referrer()),
        Entry((w.caption(rng.choice(("Sent", "Date"))),), [note.date(sheet.case.referral_date, "referral.date")]),
        Entry((w.caption("To"),), w.fill(rng.choice(("{recipient}", "{recipient_org}", "Referral Pool")))),
        Entry((w.caption(rng.choice(("Subject", "Re"))),), w.say("re")),
    ]
    flow.rows([[(one, 1.0)] for one in made], how)
    flow.skip(rng.uniform(4.0, 16.0))
    flow.text([rng.choice(("Hi,", "Hello,", "Good morning,", "Hi team,"))])
    flow.skip(5.0)
    flow.text([*w.say("open"), " ", *w.tell("say", 0, 4)])
    flow.skip(5.0)
    flow.text(w.say("close"))
    flow.skip(5.0)
    flow.text(w.prose.referrer())
    if sheet.often(0.6):
        flow.text(w.fill("{org}\nPhone: {ref_phone}\nFax: {ref_fax}"))
    return finish(sheet, flow.done())


@family("lookalike.authorization", weight=0.8)
def authorization(sheet: Sheet) -> list[Page]:
    """Draw a form that asks a payer to authorize a visit to a specialist, and so orders it."""
    w, rng = _writer(sheet), sheet.rng
    flow, how, style = parts.Flow(sheet), parts.look(sheet), rng.choice(parts.BARS)
    sections.head(sheet, flow, role=rng.choice(("referrer", "none", "none")), words=w.say("title"))
    blocks = ["patient", "coverage", "referrer", "recipient", "clinical"]
    if sheet.often(0.4):
        rng.shuffle(blocks)
    for block in blocks:
        flow.bar(sections.heading(sheet, block), how.label.bolder(), style)
        made = sections.entries(sheet, block, short=sheet.often(0.4))
        flow.rows(parts.rows(rng, made, rng.choice((1, 2, 2, 3))), how)
        flow.skip(rng.uniform(0.0, 9.0))
    if sheet.often(0.7):
        sections.signature(sheet, flow, how)
    return sections.finish(sheet, flow)


@family("lookalike.note", weight=0.7)
def note(sheet: Sheet) -> list[Page]:
    """Draw a note of a visit whose plan orders a referral."""
    w, rng = _writer(sheet), sheet.rng
    flow, how = parts.Flow(sheet, "note"), parts.look(sheet, rng.choice(("left", "aligned", "follow")))
    sections.head(sheet, flow, role=rng.choice(("referrer", "referrer", "none")), words=w.say("note"))
    made = sections.entries(sheet, "patient", blank=0.03)[: rng.randint(2, 8)]
    flow.rows(parts.rows(rng, made, rng.choice((1, 2, 3))), how)
    for _ in range(rng.randint(1, 4)):
        flow.text(w.say("head"), sheet.font.bolder())
        flow.text(w.tell("text", 1, 3))
        flow.skip(rng.uniform(2.0, 8.0))
    flow.text([rng.choice(("Plan", "Plan:", "Orders", "ORDERS PLACED", "Assessment/Plan"))], sheet.font.bolder())
    orders = [w.say("order"), *(w.say("text") for _ in range(rng.randint(0, 2)))]
    if sheet.often(0.4):
        rng.shuffle(orders)
    for number, one in enumerate(orders, 1):
        flow.text([f"{number}. ", *one])
    if sheet.often(0.5):
        coded = [Run("Dx:", "label"), " ", *sheet.note.value("diagnosis.codes", sheet.case)]
        flow.text(coded)
    flow.skip(8.0)
    signed = rng.choice(("Electronically signed by ", "Signed: ", "/s/ "))
    flow.text([signed, *sheet.note.provider(sheet.case.referrer, "referrer")])
    return finish(sheet, sections.finish(sheet, flow, strip_share=0.0, stamp_share=0.0))
