"""Letters that refer a patient: formal ones, those without any labels, short ones, dictated ones."""

from __future__ import annotations

from typing import Final

from training.reading.compose import Page, Run
from training.reading.families import Sheet, family
from training.reading.families._letterhead import letterhead
from training.reading.families._letterparts import dated, inside_address, running_head, salutation, sign, subject
from training.reading.families._phrases import phrases
from training.reading.families._prose import Flow, Prose, Text, finish, phrase, script

_FACTS = (
    "phone",
    "address",
    "mrn",
    "coverage",
    "authorization",
    "diagnosis",
    "priority",
    "to",
    "pcp",
    "sender",
    "service",
    "born",
    "date",
)
_STORY = (
    "history",
    "history",
    "exam",
    "medications",
    "distractor",
    "history",
    "history",
    "distractor",
    "exam",
    "history",
)


def flowing(sheet: Sheet, kind: str = "letter", document_kind: str = "referral") -> tuple[Flow, Prose]:
    """Return a page with a letterhead on which text can be written."""
    page = sheet.page(kind, document_kind)
    frame = letterhead(sheet, page)
    flow = Flow(sheet, page, left=frame.left, width=frame.width, y=frame.y, bottom=frame.bottom, font=sheet.font)
    prose = Prose(sheet, case=str.upper if sheet.often(0.05) else None)
    flow.head = running_head(sheet, prose)
    return flow, prose


def some(sheet: Sheet, topics: tuple[str, ...], low: int, high: int) -> list[str]:
    """Return some topics in random order."""
    return sheet.rng.sample(topics, min(sheet.rng.randint(low, high), len(topics)))


def body(sheet: Sheet, flow: Flow, prose: Prose, paragraphs: list[list[str]]) -> None:
    """Write paragraphs of sentences on topics."""
    first = sheet.rng.choice((0.0, 0.0, 0.0, 24.0, 36.0))
    for topics in paragraphs:
        flow.para(prose.tell(topics, sheet.rng.choice((" ", " ", "  "))), first=first)


def paragraphs(sheet: Sheet, facts: int, story: int) -> list[list[str]]:
    """Return what a letter tells, paragraph by paragraph."""
    rng = sheet.rng
    story *= rng.choice((1, 1, 1, 1, 2, 3))
    opening = ["opening", *some(sheet, ("born", "sex", "diagnosis", "history"), 0, 2)]
    told = some(sheet, _FACTS, 0, facts)
    history = some(sheet, _STORY * 3, 0, story)
    made = [opening]
    if rng.random() < 0.5:
        made += [history, told]
    elif rng.random() < 0.5:
        made += [told, history]
    else:
        mixed = rng.sample(told + history, len(told) + len(history))
        cut = rng.randint(0, len(mixed))
        made += [mixed[:cut], mixed[cut:]]
    made += [some(sheet, ("thanks", "sender", "thanks", "priority", "distractor"), 0, 3)]
    return [one for one in made if one]


@family("letter.formal", weight=2.0)
def formal(sheet: Sheet) -> list[Page]:
    """Draw a letter with all its parts, each of which may be missing."""
    flow, prose = flowing(sheet)
    parts = [dated, inside_address] if sheet.often(0.75) else [inside_address, dated]
    for part in parts:
        if part is dated:
            dated(sheet, flow)
        elif sheet.often(0.85):
            inside_address(sheet, flow, prose)
    if sheet.often(0.5):
        subject(sheet, flow, prose)
        salutation(sheet, flow, prose)
    else:
        salutation(sheet, flow, prose)
        subject(sheet, flow, prose)
    body(sheet, flow, prose, paragraphs(sheet, 7, 10))
    sign(sheet, flow, prose)
    return finish(sheet, flow.pages)


@family("letter.narrative", weight=2.0)
def narrative(sheet: Sheet) -> list[Page]:
    """Draw a letter without labels: everything is told in sentences."""
    flow, prose = flowing(sheet)
    if sheet.often(0.7):
        dated(sheet, flow)
    if sheet.often(0.4):
        inside_address(sheet, flow, prose)
    salutation(sheet, flow, prose)
    told = some(sheet, _FACTS, 5, len(_FACTS))
    cut = sheet.rng.randint(1, len(told))
    start = ["named", "opening"] if sheet.often(0.5) else ["opening", "born"]
    body(sheet, flow, prose, [start, told[:cut], some(sheet, _STORY, 0, 4), told[cut:], ["thanks"]])
    sign(sheet, flow, prose)
    return finish(sheet, flow.pages)


@family("letter.short_note", weight=1.2)
def short_note(sheet: Sheet) -> list[Page]:
    """Draw a few words: "Pls see…"."""
    rng = sheet.rng
    flow, prose = flowing(sheet, "letter" if sheet.often(0.6) else "referral")
    flow.font = (
        script(sheet, rng.uniform(12, 17)) if sheet.hand or sheet.often(0.2) else flow.font.sized(rng.uniform(9, 14))
    )
    flow.y += rng.uniform(0, 120)
    if sheet.often(0.7):
        dated(sheet, flow)
    line = phrase(sheet, _SHORT)
    flow.para(prose.fill(line))
    for topic in some(
        sheet, ("phone", "coverage", "priority", "authorization", "sender", "diagnosis", "to", "born"), 0, 3
    ):
        flow.para(prose.say(topic))
    flow.skip(rng.uniform(0, 2))
    closing: Text = [rng.choice(("Thanks, ", "Thx! ", "Thank you ", "", "- ", "TY, "))]
    flow.para([*closing, *prose.referrer()], x=rng.choice((0.0, 150.0)))
    if sheet.often(0.3):
        flow.para(prose.fill("{org}  {ref_phone}  Fax {ref_fax}"))
    return finish(sheet, flow.pages)


_SHORT: Final = phrases("letter.short")


_HEADINGS = {
    "hpi": ("HISTORY OF PRESENT ILLNESS", "HPI", "History", "Present Illness", "INTERVAL HISTORY", "Subjective"),
    "pmh": ("PAST MEDICAL HISTORY", "PMH", "Past History", "PMHx"),
    "meds": ("MEDICATIONS", "Current Medications", "MEDS", "Medications"),
    "exam": ("PHYSICAL EXAMINATION", "Exam", "PE", "Objective"),
    "plan": ("ASSESSMENT AND PLAN", "A/P", "Impression/Plan", "PLAN", "Assessment", "RECOMMENDATIONS", "DISPOSITION"),
    "social": ("SOCIAL HISTORY", "Social", "FAMILY/SOCIAL HISTORY", "SHx"),
}
PLANS: Final = phrases("letter.plans")


@family("letter.dictated", weight=1.3)
def dictated(sheet: Sheet) -> list[Page]:
    """Draw a transcribed letter with headings."""
    flow, prose = flowing(sheet)
    dated(sheet, flow)
    if sheet.often(0.8):
        inside_address(sheet, flow, prose)
    subject(sheet, flow, prose)
    salutation(sheet, flow, prose)
    flow.para(prose.say("opening"))
    sections(sheet, flow, prose, ["hpi", *some(sheet, ("pmh", "meds", "exam", "social"), 1, 4), "plan"])
    flow.para(prose.tell(some(sheet, ("thanks", "sender", "phone", "coverage", "priority"), 0, 3)))
    sign(sheet, flow, prose)
    return finish(sheet, flow.pages)


_TOPICS = {
    "hpi": ("history", "history", "distractor"),
    "pmh": ("history", "distractor"),
    "meds": ("medications",),
    "exam": ("exam", "exam"),
    "social": ("history", "pcp"),
}


def sections(sheet: Sheet, flow: Flow, prose: Prose, names: list[str]) -> None:
    """Write sections with headings; the plan orders the referral."""
    rng = sheet.rng
    inline = rng.random() < 0.5
    end = rng.choice((":", ":", "", "."))
    bold = flow.font.bolder()
    for name in names:
        heading = rng.choice(_HEADINGS[name]) + end
        text = prose.fill(phrase(sheet, PLANS)) if name == "plan" else prose.tell(some(sheet, _TOPICS[name], 1, 3))
        if name == "hpi":
            text = [
                *prose.fill(
                    rng.choice(
                        (
                            "{He} is a {age}-year-old {sex_word} with {reason}. ",
                            "This {age}-year-old {sex_word} presents with {reason}. ",
                            "",
                        )
                    )
                ),
                *text,
            ]
        if inline:
            flow.para([Run(heading + "  "), *text])
        else:
            flow.para(heading, font=bold, gap=1)
            flow.para(text)
