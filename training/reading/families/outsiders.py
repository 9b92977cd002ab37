"""What is no referral, as other people write it: letters, forms, print-outs, covers, e-mails, slips; also Spanish."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from training.reading.compose import Page, Run
from training.reading.families import Sheet, family
from training.reading.families import _parts as parts
from training.reading.families import _sections as sections
from training.reading.families._letterhead import letterhead
from training.reading.families._letterparts import dated, inside_address, running_head, salutation, sign
from training.reading.families._outside import Writer, settle
from training.reading.families._outside_tables import TABLES
from training.reading.families._parts import Entry, Look
from training.reading.families._prose import Flow, Text, finish, script

_PAGES: Final = {
    "lab_result": "lab",
    "imaging_report": "imaging",
    "consult_note": "note",
    "patient_correspondence": "letter",
}
_BLOCKS: Final = ("patient", "patient", "patient", "referrer", "coverage", "people", "admin")


def _page_kind(kind: str) -> str:
    return _PAGES.get(kind, "other")


def _prose_flow(w: Writer, page: Page) -> Flow:
    frame = letterhead(w.sheet, page)
    flow = Flow(w.sheet, page, left=frame.left, width=frame.width, y=frame.y, bottom=frame.bottom, font=w.sheet.font)
    flow.head = running_head(w.sheet, w.prose)
    return flow


def _told(w: Writer, flow: Flow, low: int, high: int) -> None:
    """Write paragraphs: what it is about first, mostly, then what else there is to say."""
    if w.rng.random() < 0.95:
        flow.para([*w.say("open"), " ", *w.tell("say", 0, 2)])
    for _ in range(w.rng.randint(low, high)):
        flow.para(w.tell("say", 1, 4))
    if w.rng.random() < 0.6:
        flow.para(w.say("close"))


_SUBJECTS: Final = (
    "RE:",
    "Re:",
    "RE",
    "Patient:",
    "Our patient:",
    "Regarding:",
    "Subject:",
    "Member:",
    "Name:",
    "In re:",
)
_ABOUT: Final = (
    "patient.birth_date", "patient.birth_date", "patient.mrn", "patient.phone", "patient.address", "patient.sex",
    "coverage.member_id", "coverage.payer", "visit_number", "other.date.service", "patient.age",
)  # fmt: skip


def _subject(w: Writer, flow: Flow) -> None:
    """Write whom it is about, or what it is about."""
    rng, note, case = w.rng, w.sheet.note, w.sheet.case
    name = w.prose.patient(rng.choice(("gf", "gmf", "f,g", "F,G", "gF")))
    made: list[Text] = [[Run(rng.choice(_SUBJECTS), "label"), " ", *name]]
    made.extend(
        [note.label(item), " ", *note.value(item, case)]
        for item in dict.fromkeys(rng.sample(_ABOUT, rng.randint(0, 5)))
    )
    made.extend([*one.label, " ", *one.value] for one in w.fields(rng.choice((0, 0, 1, 3)), 0.1))
    if w.sheet.often(0.35):
        made.insert(0, [Run(rng.choice(("RE:", "Subject:", "Re:")), "label"), " ", *w.say("re", "title")])
    if w.sheet.often(0.4):
        gap = rng.choice((", ", "   ", "; ", " - ", " | "))
        flow.para([part for one in made for part in (*one, gap)][:-1])
        return
    shift = rng.choice((0.0, 0.0, 30.0, 180.0))
    for one in made:
        flow.para(one, gap=1, x=shift)
    flow.skip(0.6)


def _letter(w: Writer) -> list[Page]:
    """Draw a letter on paper with a letterhead."""
    sheet, rng = w.sheet, w.rng
    flow = _prose_flow(w, sheet.page())
    dated(sheet, flow)
    if sheet.often(0.6):
        inside_address(sheet, flow, w.prose)
    if sheet.often(0.35):
        flow.para(w.title(), font=flow.font.bolder(), align=rng.choice(("left", "center")))
    if sheet.often(0.65):
        _subject(w, flow)
    if sheet.often(0.3):
        for one in w.fields(rng.randint(1, 5), 0.1):
            flow.para([*one.label, " ", *one.value], gap=1)
    if sheet.often(0.8):
        salutation(sheet, flow, w.prose)
    _told(w, flow, 0, 3)
    if sheet.often(0.85):
        sign(sheet, flow, w.prose)
    return finish(sheet, flow.pages)


def _titled(w: Writer, flow: parts.Flow) -> None:
    """Write the top of a form: some letterhead and what it is."""
    words = w.title() if w.sheet.often(0.92) else [""]
    sections.head(
        w.sheet, flow, role=w.rng.choice(("referrer", "referrer", "referrer", "recipient", "none")), words=words
    )


def _block(w: Writer, flow: parts.Flow, block: str, how: Look, style: str) -> None:
    """Draw a block that referral forms have as well: the patient, the doctor, the insurance."""
    made = sections.entries(w.sheet, block, short=w.sheet.often(0.3), blank=w.rng.choice((0.05, 0.3)))
    made = [one for one in made if not _asks(one)][: w.rng.randint(3, 12)]
    if w.sheet.often(0.6):
        flow.bar(sections.heading(w.sheet, block), how.label.bolder(), style)
    flow.rows(parts.rows(w.rng, made, w.rng.choice((1, 2, 2, 3))), how)


def _asks(one: Entry) -> bool:
    """Tell whether a field says what is requested: in these documents that means something else."""
    runs = [*one.value, *(run for option in one.options for run in option.caption)]
    return any(isinstance(run, Run) and (run.label or "").startswith("requested") for run in runs)


def _own(w: Writer, flow: parts.Flow, how: Look, style: str) -> None:
    """Draw the fields and boxes that only this kind has."""
    made = w.fields(w.rng.randint(2, 9), w.rng.choice((0.05, 0.2, 0.8))) + w.ticks(w.rng.randint(0, 4))
    if w.sheet.often(0.3):
        w.rng.shuffle(made)
    if w.has("head") and w.sheet.often(0.6):
        flow.bar(parts.text(w.say("head")), how.label.bolder(), style)
    flow.rows(parts.rows(w.rng, made, w.rng.choice((1, 1, 2, 2))), how)


def _words(w: Writer, flow: parts.Flow, low: int, high: int) -> None:
    """Write sentences between the fields."""
    for _ in range(w.rng.randint(low, high)):
        flow.text(w.tell("say", 1, 3), w.sheet.font.sized(min(w.sheet.font.size, 11.0)))
        flow.skip(w.rng.uniform(0.0, 8.0))


def _form(w: Writer) -> list[Page]:
    """Draw a form with blocks like those of referral forms, in any order."""
    sheet, rng = w.sheet, w.rng
    flow, how, style = parts.Flow(sheet), parts.look(sheet), rng.choice(parts.BARS)
    _titled(w, flow)
    waiting: list[Callable[[], None]] = [lambda: _own(w, flow, how, style), lambda: _words(w, flow, 1, 3)]
    blocks = dict.fromkeys(rng.sample(_BLOCKS, rng.randint(1, 5)))
    waiting.extend(partial(_block, w, flow, block, how, style) for block in blocks)
    if sheet.often(0.45):
        waiting.append(lambda: flow.rows(parts.rows(rng, [_clinical(w)], 1), how))
    if TABLES[w.kind] and sheet.often(0.4):
        waiting.append(lambda: rng.choice(TABLES[w.kind])(w, flow, how))
    rng.shuffle(waiting)
    if sheet.often(0.4):
        flow.text(w.say("open"))
    for draw in waiting:
        draw()
        flow.skip(rng.uniform(0.0, 12.0))
    if sheet.often(0.6):
        sections.signature(sheet, flow, how)
    return sections.finish(sheet, flow)


def _clinical(w: Writer) -> Entry:
    return parts.entry(w.sheet, w.rng.choice(("diagnosis.codes", "diagnosis", "clinical_history", "medications")))


def _table(w: Writer) -> list[Page]:
    """Draw what mostly consists of a table."""
    sheet, rng = w.sheet, w.rng
    flow, how = parts.Flow(sheet), parts.look(sheet, rng.choice(("left", "aligned", "follow", "above", "inside")))
    _titled(w, flow)
    if sheet.often(0.9):
        made = sections.entries(sheet, "patient", blank=0.05)[: rng.randint(2, 8)] + w.fields(rng.randint(0, 4), 0.1)
        flow.rows(parts.rows(rng, made, rng.choice((1, 2, 3))), how)
        flow.skip(rng.uniform(2.0, 16.0))
    for _ in range(rng.choice((1, 1, 2))):
        if sheet.often(0.3):
            flow.text(w.say("head", "title"), sheet.font.bolder())
        rng.choice(TABLES[w.kind])(w, flow, how)
        flow.skip(rng.uniform(4.0, 16.0))
    _words(w, flow, 0, 2)
    if sheet.often(0.3):
        sections.signature(sheet, flow, how)
    return sections.finish(sheet, flow)


def _print(w: Writer) -> list[Page]:
    """Draw a print-out: the patient's data in lines, headings, text."""
    sheet, rng = w.sheet, w.rng
    flow = parts.Flow(sheet)
    how, style = parts.look(sheet, rng.choice(("follow", "left", "aligned"))), rng.choice(parts.BARS)
    _titled(w, flow)
    made = sections.entries(sheet, "patient", blank=0.03)[: rng.randint(2, 7)] + w.fields(rng.randint(0, 3), 0.05)
    flow.rows(parts.rows(rng, made, rng.choice((1, 2, 2, 3))), how)
    if sheet.often(0.4):
        _block(w, flow, rng.choice(("referrer", "people", "admin")), how, style)
    inline, end = sheet.often(0.4), rng.choice((":", "", ".", " -"))
    for _ in range(rng.randint(2, 7)):
        heading = [*w.say("head", "title"), end, "  "]
        body = w.tell("say", 1, 5)
        flow.text([*heading, *body] if inline else heading, None if inline else sheet.font.bolder())
        if not inline:
            flow.text(body)
        flow.skip(rng.uniform(1.0, 9.0))
    if sheet.often(0.75):
        signed = ("Electronically signed by ", "Signed: ", "Dictated by: ", "/s/ ", "Interpreted by ", "Verified by ")
        who = sheet.note.provider(sheet.case.referrer, "other")
        flow.text([rng.choice(signed), *who, "  ", sheet.note.date(sheet.case.dates["signed"], "other.date")])
    return sections.finish(sheet, flow)


def _slip(w: Writer) -> list[Page]:
    """Draw a few words, printed or by hand."""
    sheet, rng = w.sheet, w.rng
    flow = _prose_flow(w, sheet.page())
    if sheet.often(0.5):
        flow.font = script(sheet, rng.uniform(12, 18))
    flow.y += rng.uniform(0, 100)
    if sheet.often(0.5):
        dated(sheet, flow)
    if sheet.often(0.5):
        flow.para(w.title(), font=flow.font.bolder())
    if sheet.often(0.6):
        gap = rng.choice((", ", "  ", " / ", "\n"))
        born = sheet.note.value("patient.birth_date", sheet.case)
        caption: Text = [Run(rng.choice(("DOB", "DOB:", "dob", "b.")), "label"), " "] if sheet.often(0.8) else []
        flow.para([rng.choice(("", "RE: ", "Pt: ", "Patient: ")), *w.prose.patient(), gap, *caption, *born])
    flow.para([*w.say("short", "open"), " ", *w.tell("say", 0, 2)])
    if sheet.often(0.7):
        name = w.prose.patient() if w.kind == "patient_correspondence" else w.prose.referrer()
        flow.para([rng.choice(("Thanks, ", "", "- ", "Thank you\n")), *name])
    return finish(sheet, flow.pages)


_TO: Final = ("To", "TO", "Attn", "Attention", "Recipient", "Deliver to", "Para")
_FROM: Final = ("From", "FROM", "Sender", "Sent by", "De")


def _addressed(w: Writer) -> list[Entry]:
    """Return to whom and from whom something goes."""
    sheet, rng, case = w.sheet, w.rng, w.sheet.case
    name, note = sheet.note.provider, sheet.note
    to = rng.choice(([Run(case.recipient.organization, "other.organization")], name(case.recipient, "other"),
        ["Medical Records"], ["Referral Department"], ["Provider"], ["Office manager"]))  # fmt: skip
    sender = rng.choice(([Run(case.referrer.organization, "other.organization")], name(case.referrer, "other")))
    made = [
        Entry((w.caption(rng.choice(_TO)),), to),
        Entry(
            (w.caption(rng.choice(("Fax", "Fax #", "FAX NUMBER"))),), [note.phone(case.recipient.fax, "other.phone")]
        ),
        Entry((w.caption(rng.choice(_FROM)),), sender),
        Entry(
            (w.caption(rng.choice(("Phone", "Tel", "Callback number"))),),
            [note.phone(case.referrer.phone, "other.phone")],
        ),
        Entry(
            (w.caption(rng.choice(("Fax", "Return fax", "From fax"))),), [note.phone(case.referrer.fax, "other.phone")]
        ),
        Entry((w.caption("Date"),), [note.date(case.dates["printed"], "other.date")]),
        Entry((w.caption(rng.choice(("Pages", "# of pages", "No. of pages incl. cover"))),), w.fill("{pages}")),
    ]
    made = [one for one in made if sheet.often(0.8)]
    if sheet.often(0.15):
        rng.shuffle(made)
    return made


def _cover(w: Writer) -> list[Page]:
    """Draw a fax cover sheet that announces a document of the kind."""
    sheet, rng = w.sheet, w.rng
    flow, how = parts.Flow(sheet), parts.look(sheet)
    titles = (
        "FAX",
        "Fax Cover Sheet",
        "FACSIMILE TRANSMITTAL",
        "Fax Transmission",
        "Fax",
        "CONFIDENTIAL FAX",
        "Hoja de fax",
    )
    head: Text = [rng.choice(titles)] if sheet.often(0.85) else w.title()
    sections.head(sheet, flow, role=rng.choice(("referrer", "referrer", "none")), words=head)
    made = _addressed(w)
    about = w.title() if sheet.often(0.6) else w.say("re", "title")
    if sheet.often(0.35):
        about = [*about, rng.choice((" - ", ": ", " for ")), *sheet.note.value("patient.name", sheet.case)]
    made.append(Entry((w.caption(rng.choice(("Re", "RE", "Subject", "Regarding", "Asunto"))),), about))
    flow.rows(parts.rows(rng, made, rng.choice((1, 2, 2))), how)
    if sheet.often(0.35):
        marks = ("Urgent", "For review", "Please comment", "Please reply", "Please recycle", "Confidential")
        flow.rows([[(Entry((), options=sections.choice(sheet, marks, rng.randint(-1, 5), None)), 1.0)]], how)
    flow.skip(rng.uniform(4.0, 40.0))
    if sheet.often(0.3):
        _block(w, flow, "patient", how, rng.choice(parts.BARS))
    font = sheet.hand or sheet.font
    for topic in (["open"] if sheet.often(0.75) else []) + ["say"] * rng.randint(0, 2):
        flow.text(w.say(topic), font)
        flow.skip(rng.uniform(0.0, 10.0))
    if sheet.often(0.7):
        flow.y = max(flow.y, rng.uniform(500.0, 650.0))
        flow.text(sheet.banks.pick("disclaimers"), sheet.font.sized(max(sheet.font.size * 0.75, 6.0)))
    return sections.finish(sheet, flow)


def _email(w: Writer) -> list[Page]:
    """Draw a printed e-mail or a message of a portal."""
    sheet, rng, case = w.sheet, w.rng, w.sheet.case
    flow, how = parts.Flow(sheet), parts.look(sheet, rng.choice(("left", "aligned", "follow")))
    box = f"{rng.choice(('frontdesk', 'info', 'records', 'fax', case.referrer.person.family.lower()))}@example.com"
    who = w.prose.patient() if w.kind == "patient_correspondence" else [*w.prose.referrer(), f" <{box}>"]
    made = [
        Entry((w.caption(rng.choice(("From", "From", "Sender", "De"))),), who),
        Entry(
            (w.caption(rng.choice(("Sent", "Date", "Received"))),),
            [sheet.note.date(case.referral_date, "other.date"), " ", *w.fill("{time}")],
        ),
        Entry(
            (w.caption("To"),),
            [rng.choice(("office@example.com", "Front Desk Pool", "Care Team", "referrals@example.com"))],
        ),
        Entry((w.caption(rng.choice(("Subject", "Subject", "Re", "Asunto"))),), w.say("re", "title")),
    ]
    flow.rows([[(one, 1.0)] for one in made], how)
    if sheet.often(0.5):
        flow.page.rule(flow.left, flow.y, flow.left + flow.width, flow.y)
    flow.skip(rng.uniform(2.0, 14.0))
    flow.text(
        [rng.choice(("Hi,", "Hello,", "Good morning,", "Dear Doctor,", "Buenos días,", "To whom it may concern,"))]
    )
    flow.skip(6.0)
    flow.text([*w.say("open"), " ", *w.tell("say", 0, 4)])
    for _ in range(rng.randint(0, 2)):
        flow.skip(6.0)
        flow.text(w.tell("say", 1, 3))
    flow.skip(8.0)
    flow.text(w.prose.patient() if w.kind == "patient_correspondence" else w.prose.referrer())
    return finish(sheet, flow.done())


def _spanish(w: Writer) -> list[Page]:
    """Draw a letter or a form in Spanish."""
    sheet, rng = w.sheet, w.rng
    flow = _prose_flow(w, sheet.page())
    if sheet.often(0.7):
        dated(sheet, flow)
    flow.para(w.say("es.title"), font=flow.font.bolder(), align=rng.choice(("left", "center")))
    captions = (("Nombre del paciente", "patient.name"), ("Fecha de nacimiento", "patient.birth_date"),
                ("Teléfono", "patient.phone"),
                ("Dirección", "patient.address"), ("Seguro médico", "coverage.payer"),
                ("No. de expediente", "patient.mrn"))  # fmt: skip
    for caption, item in captions[: 2 + rng.randint(0, 4)] if sheet.often(0.7) else ():
        flow.para([w.caption(caption), " ", *sheet.note.value(item, sheet.case)], gap=1)
    for _ in range(rng.randint(2, 6)):
        flow.para(w.say("es"))
    if sheet.often(0.6):
        flow.para([rng.choice(("Atentamente,\n", "Firma: ", "Gracias, ")), *w.prose.referrer()])
    return finish(sheet, flow.pages)


#: A style, how it is drawn, its weight, and the page kind it makes whatever it is about.
_STYLES: Final[tuple[tuple[str, Callable[[Writer], list[Page]], float, str], ...]] = (
    ("letter", _letter, 0.55, ""),
    ("form", _form, 0.7, ""),
    ("table", _table, 0.35, ""),
    ("print", _print, 0.45, ""),
    ("slip", _slip, 0.25, ""),
    ("cover", _cover, 0.25, "cover_sheet"),
    ("email", _email, 0.2, ""),
    ("spanish", _spanish, 0.12, ""),
)
#: Styles that documents of a kind do not come in.
_NEVER: Final = {"imaging_report": {"table"}, "records_request": {"table"}, "patient_correspondence": {"table"}}


def _draw(sheet: Sheet, kind: str, page_kind: str, style: Callable[[Writer], list[Page]]) -> list[Page]:
    return settle(style(Writer(sheet, kind)), page_kind, kind)


def _register() -> None:
    for kind in TABLES:
        for name, style, weight, page_kind in _STYLES:
            if name in _NEVER.get(kind, ()):
                continue
            shown = page_kind or ("letter" if (kind, name) == ("consult_note", "letter") else _page_kind(kind))

            def draw(
                sheet: Sheet, kind: str = kind, shown: str = shown, style: Callable[[Writer], list[Page]] = style
            ) -> list[Page]:
                return _draw(sheet, kind, shown, style)

            family(f"outside.{kind}.{name}", weight)(draw)


_register()
