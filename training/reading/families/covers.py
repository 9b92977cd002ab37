"""Fax cover sheets, alone and in front of a letter."""

from __future__ import annotations

from typing import Final

from training.reading.compose import EMPTY, TICKED, UNKNOWN, Page, Run
from training.reading.families import Sheet, family
from training.reading.families._letterhead import letterhead, organization, sender
from training.reading.families._letterparts import sign
from training.reading.families._pairs import Pair, arranged, pair, said
from training.reading.families._phrases import phrases
from training.reading.families._prose import Flow, Prose, Text, finish, phrase, script, worded
from training.reading.families.letters import body, flowing, paragraphs, some
from training.reading.fonts import PRINT, Font

_TITLES: Final = phrases("cover.titles")
_TO: Final = phrases("cover.to")
_FROM: Final = phrases("cover.from")
_TELL: Final = phrases("cover.tell")
_FAXED: Final = phrases("cover.faxed")
_ABOUT: Final = phrases("cover.about")
_SUBJECTS: Final = phrases("cover.subjects")
_BOXES: Final = phrases("cover.boxes")


def _to(sheet: Sheet, prose: Prose) -> list[Pair]:
    rng, to = sheet.rng, sheet.case.recipient
    who: list[Text] = [
        prose.doctor(to.person, to.credential, "requested.provider"),
        [Run(to.organization, "recipient.organization")],
        [Run(sheet.case.destination, "requested.specialty")],
        [
            Run(sheet.case.destination, "requested.specialty"),
            rng.choice((" Department", " Clinic", " referrals", " scheduling", "")),
        ],
        [
            *prose.doctor(to.person, to.credential, "requested.provider"),
            rng.choice((", ", " - ", "\n")),
            Run(to.organization, "recipient.organization"),
        ],
        [rng.choice(("Referral Department", "Scheduling", "Intake", "New patient coordinator", "Front desk"))],
        [Run(sheet.case.destination, "requested.specialty"), " - ", Run(to.organization, "recipient.organization")],
    ]
    pairs = [said(rng.choice(_TO), *rng.choice(who))]
    if rng.random() < 0.25:
        pairs.append(
            said(
                rng.choice(("Company:", "Organization:", "Facility:", "Office:", "Clinic")),
                Run(to.organization, "recipient.organization"),
            )
        )
    if rng.random() < 0.75:
        pairs.append(said(rng.choice(_FAXED), sheet.note.phone(to.fax, "recipient.fax")))
    if rng.random() < 0.35:
        pairs.append(said(rng.choice(_TELL), sheet.note.phone(to.phone, "recipient.phone")))
    return pairs


def _from(sheet: Sheet) -> list[Pair]:
    rng, who = sheet.rng, sheet.case.referrer
    family = sheet.banks.pick("surnames")
    clerk = Run(sheet.banks.pick("given_female") + rng.choice(("", f" {family}", f" {family[0]}.")), "other.person")
    names: list[Text] = [
        sender(sheet),
        [Run(who.organization, "referrer.organization")],
        [*sender(sheet), rng.choice((", ", " / ", "\n", " - ")), Run(who.organization, "referrer.organization")],
        [
            clerk,
            rng.choice((", referral coordinator", " (MA)", "", ", RN")),
            rng.choice((", ", " for ", " @ ")),
            Run(who.organization, "referrer.organization"),
        ],
        [clerk, " for ", *sender(sheet)],
        [clerk],
    ]
    pairs = [said(rng.choice(_FROM), *rng.choice(names))]
    if rng.random() < 0.6:
        pairs.append(said(rng.choice(_FAXED), sheet.note.phone(who.fax, "referrer.fax")))
    if rng.random() < 0.65:
        pairs.append(said(rng.choice(_TELL), sheet.note.phone(who.phone, "referrer.phone")))
    if rng.random() < 0.12:
        pairs.append(said("NPI:", Run(who.npi, "referrer.npi")))
    return pairs


def _about(sheet: Sheet, prose: Prose) -> list[Pair]:
    rng, case = sheet.rng, sheet.case
    pairs: list[Pair] = []
    if rng.random() < 0.8:
        pairs.append(
            said(
                rng.choice(("Date:", "DATE:", "Date", "Date Sent:", "Fecha / Date:")),
                sheet.note.date(case.referral_date, "referral.date"),
            )
        )
    if rng.random() < 0.75:
        total = rng.randint(1, 24)
        pairs.append(
            said(
                rng.choice(
                    (
                        "Pages:",
                        "# of pages:",
                        "Pages (including cover):",
                        "No. of Pages",
                        "PAGES",
                        "Total pages incl. cover:",
                    )
                ),
                rng.choice((f"{total}", f"{total} incl. cover", f"{total} (including this one)", "")),
            )
        )
    if rng.random() < 0.85:
        pairs.append(said(rng.choice(_ABOUT), *prose.fill(phrase(sheet, _SUBJECTS))))
    if rng.random() < 0.15:
        pairs.append(
            said(
                rng.choice(("CC:", "cc:")),
                *rng.choice(([""], prose.doctor(case.pcp.person, case.pcp.credential, "other.provider"))),
            )
        )
    if rng.random() < 0.1:
        pairs.append(said("Time:", f"{rng.randint(7, 18)}:{rng.randint(10, 59)}"))
    return pairs


def _message(sheet: Sheet, prose: Prose) -> list[Text]:
    rng = sheet.rng
    if rng.random() < 0.12:
        return []
    own: list[Text] = [prose.fill(worded(sheet, "cover.messages", "cover_phrases")) for _ in range(rng.randint(1, 5))]
    if rng.random() < 0.35:
        own += [
            prose.say(topic)
            for topic in some(
                sheet, ("opening", "phone", "coverage", "diagnosis", "priority", "distractor", "pcp", "service"), 1, 3
            )
        ]
    return own


def _ticks(sheet: Sheet, page: Page, y: float, font: Font) -> float:
    """Draw the row of boxes of a cover sheet, with Urgent among them."""
    rng, case = sheet.rng, sheet.case
    urgent = case.priority != "routine"
    captions: list[tuple[str, Run | str]] = [
        (rng.choices((EMPTY, TICKED, UNKNOWN), (80, 17, 3))[0], one) for one in rng.sample(_BOXES, rng.randint(1, 4))
    ]
    word = rng.choice(("Urgent", "URGENT", "Urgent!", "STAT", "ASAP"))
    known = urgent and rng.random() < 0.8
    captions.insert(
        rng.randint(0, len(captions)), (TICKED if known else EMPTY, Run(word, "priority") if known else word)
    )
    if rng.random() < 0.2:
        captions.append((TICKED if not urgent else EMPTY, Run("Routine", None if urgent else "priority")))
    x = rng.uniform(36, 80)
    for state, caption in captions:
        wide = font.width(caption.text if isinstance(caption, Run) else caption) + font.size * 3
        if x + wide > 580:
            x, y = 50.0, y + font.size * 1.6
        page.tick(x, y, state, [caption], font)
        x += wide + rng.uniform(4, 24)
    return y + font.size * 2


def _head(sheet: Sheet, page: Page) -> float:
    rng = sheet.rng
    x, width = 40.0, 532.0
    align = rng.choice(("left", "center", "right"))
    title = Font(rng.choice(PRINT), rng.choice((16.0, 20.0, 26.0, 34.0, 52.0, 70.0)), bold=rng.random() < 0.7)
    words = phrase(sheet, _TITLES)
    if title.width(words) > width:
        title = title.sized(max(title.size * width / title.width(words) * 0.97, 9.0))
    if rng.random() < 0.55:
        y = letterhead(sheet, page).y
        if page.words and max(one.box[3] for one in page.words if one.box[3] < 700) > 220:
            y = max(y, 200.0)
        return page.write(x, y, words, title, width=width, align=align) + 10
    y = rng.uniform(24, 70)
    y = page.write(x, y, words, title, width=width, align=align) + 4
    if rng.random() < 0.6:
        y = page.write(
            x,
            y,
            [organization(sheet, sheet.case.referrer, "referrer.organization")],
            sheet.font.bolder(),
            width=width,
            align=align,
        )
    return y + rng.uniform(4, 30)


def cover(sheet: Sheet) -> tuple[Page, Prose]:
    """Draw a cover sheet."""
    rng = sheet.rng
    page = sheet.page("cover_sheet", "referral")
    prose = Prose(sheet, case=str.upper if rng.random() < 0.07 else None)
    y = _head(sheet, page)
    font = sheet.font.sized(min(sheet.font.size * rng.uniform(1.0, 1.5), 14.0))
    x, width = rng.uniform(36, 80), 470.0
    to, by, about = _to(sheet, prose), _from(sheet), _about(sheet, prose)
    side = rng.random()
    if side < 0.4:
        y = (
            max(
                arranged(sheet, page, to, x, y, width / 2 - 8, font),
                arranged(sheet, page, by, x + width / 2, y, width / 2, font),
            )
            + 8
        )
        y = arranged(sheet, page, about, x, y, width, font)
    else:
        groups = [to, by, about]
        rng.shuffle(groups)
        if side < 0.6:
            y = arranged(sheet, page, [one for group in groups for one in group], x, y, width, font)
        else:
            for group in groups:
                y = arranged(sheet, page, group, x, y, width, font) + rng.uniform(2, 12)
    y += rng.uniform(6, 20)
    if rng.random() < 0.35:
        y = _ticks(sheet, page, y, sheet.font)
    _tell(sheet, page, prose, min(y, 560.0))
    return page, prose


def _tell(sheet: Sheet, page: Page, prose: Prose, y: float) -> None:
    """Write the message and the small print below it."""
    rng = sheet.rng
    left, width = rng.uniform(40, 80), rng.uniform(400, 480)
    small = sheet.font.sized(rng.uniform(6.5, 9.0))
    notice = prose.fill(worded(sheet, "confidential", "disclaimers"))
    flow = Flow(sheet, page, left=left, width=width, y=y, bottom=670, font=sheet.font)
    if rng.random() < 0.2:
        flow.para(notice, font=small)
    if rng.random() < 0.6:
        flow.para(
            [
                Run(
                    rng.choice(
                        (
                            "Comments:",
                            "MESSAGE:",
                            "Notes:",
                            "Remarks",
                            "Message",
                            "COMMENTS",
                            "Special instructions:",
                            "Notas:",
                        )
                    ),
                    "label",
                )
            ],
            gap=2,
        )
    top = flow.y
    flow.font = (
        sheet.hand.sized(rng.uniform(11, 15))
        if sheet.hand
        else script(sheet, rng.uniform(12, 16))
        if rng.random() < 0.08
        else sheet.font
    )
    for line in _message(sheet, prose):
        if flow.y < 620:
            flow.para(line, gap=rng.choice((0, 3, 6)))
    if rng.random() < 0.15:
        page.frame(left - 6, top - 4, min(left + width + 6, 600), max(flow.y, top + 30))
    if rng.random() < 0.7:
        page.write(
            left,
            rng.choice((max(flow.y + 10, 640.0), max(flow.y + 6, 690.0))),
            notice,
            small,
            width=width,
            align=rng.choice(("left", "center")),
        )


@family("cover.alone", weight=1.4)
def alone(sheet: Sheet) -> list[Page]:
    """Draw a cover sheet that is the whole referral."""
    page, _ = cover(sheet)
    return finish(sheet, [page])


@family("cover.letter", weight=1.2)
def with_letter(sheet: Sheet) -> list[Page]:
    """Draw a cover sheet and a letter behind it."""
    page, _ = cover(sheet)
    flow, prose = flowing(sheet)
    body(sheet, flow, prose, paragraphs(sheet, 6, 4))
    sign(sheet, flow, prose)
    return finish(sheet, [page, *flow.pages])


@family("cover.facts")
def with_facts(sheet: Sheet) -> list[Page]:
    """Draw a cover sheet on which the patient's data stand as a form would have them."""
    rng = sheet.rng
    page = sheet.page("cover_sheet", "referral")
    prose = Prose(sheet)
    y = _head(sheet, page)
    x, width = rng.uniform(36, 70), 480.0
    y = arranged(sheet, page, [*_to(sheet, prose), *_from(sheet)], x, y, width) + 8
    items = rng.sample(_FACTS, rng.randint(3, 10))
    patient = [pair(sheet, "patient.name", blank=0), *(pair(sheet, item, blank=0.15) for item in items)]
    y = arranged(sheet, page, patient, x, y, width) + 8
    if y < 600:
        _tell(sheet, page, prose, y)
    return finish(sheet, [page])


_FACTS: Final = phrases("items.cover")
