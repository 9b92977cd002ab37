"""Letters of other senders: patients, schools, lawyers, dentists, opticians; second opinions; letters in Spanish."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from training.reading.compose import Page, Run
from training.reading.families import Sheet, family
from training.reading.families._letterhead import sender
from training.reading.families._letterparts import dated, inside_address, salutation, sign, subject
from training.reading.families._phrases import phrases
from training.reading.families._prose import Flow, Prose, Text, bank, finish, maybe, phrase, script
from training.reading.families.letters import body, flowing, paragraphs, some


def _as_sender(sheet: Sheet, kind: str) -> Sheet:
    """Return the sheet with a referrer of a kind."""
    rng, case = sheet.rng, sheet.case
    names, titles = phrases(f"sender.{kind}.names"), phrases(f"sender.{kind}.titles")
    name = rng.choice(names)
    for slot, value in (
        ("{city}", case.referrer.address.city),
        ("{surname}", sheet.banks.pick("surnames")),
        ("{surname2}", sheet.banks.pick("surnames")),
        ("{word}", sheet.banks.pick("org_words")),
    ):
        name = name.replace(slot, value)
    who = replace(case.referrer, organization=name, credential=rng.choice(titles), specialty=titles[0])
    return replace(sheet, case=replace(case, referrer=who))


def _outside(sheet: Sheet, kind: str) -> list[Page]:
    rng = sheet.rng
    sheet = _as_sender(sheet, kind)
    flow, prose = flowing(sheet)
    dated(sheet, flow)
    if rng.random() < 0.7:
        inside_address(sheet, flow, prose)
    subject(sheet, flow, prose)
    salutation(sheet, flow, prose)
    own = list(phrases(f"sender.{kind}.says"))
    lines = [prose.fill(one) for one in rng.sample(own, rng.randint(2, 5))]
    lines += [
        prose.say(topic)
        for topic in some(
            sheet,
            (
                "phone",
                "born",
                "address",
                "coverage",
                "sender",
                "to",
                "priority",
                "distractor",
                "diagnosis",
                "mrn",
                "thanks",
                "history",
            ),
            1,
            6,
        )
    ]
    if rng.random() < 0.35:
        lines.insert(0, prose.say("opening"))
    while lines:
        count = rng.randint(1, 4)
        text: Text = []
        for one in lines[:count]:
            text += ([" "] if text else []) + one
        flow.para(text)
        lines = lines[count:]
    sign(sheet, flow, prose)
    return finish(sheet, flow.pages)


@family("letter.outside", weight=1.2)
def outside(sheet: Sheet) -> list[Page]:
    """Draw the letter of a school, a lawyer, an employer, a social worker or a therapist."""
    return _outside(sheet, sheet.rng.choice(("school", "law", "work", "social", "therapist")))


@family("letter.eye", weight=0.7)
def eye(sheet: Sheet) -> list[Page]:
    """Draw an optometrist's letter."""
    return _outside(sheet, "eye")


@family("letter.dental", weight=0.6)
def dental(sheet: Sheet) -> list[Page]:
    """Draw a dentist's letter."""
    return _outside(sheet, "dental")


_OPINIONS: Final = phrases("letter.opinions")


@family("letter.second_opinion", weight=0.8)
def second_opinion(sheet: Sheet) -> list[Page]:
    """Draw a letter that asks for a second opinion and names many other doctors."""
    rng = sheet.rng
    flow, prose = flowing(sheet)
    dated(sheet, flow)
    inside_address(sheet, flow, prose)
    subject(sheet, flow, prose)
    salutation(sheet, flow, prose)
    if rng.random() < 0.6:
        flow.para(prose.say("opening"))
    flow.para(_joined(prose, rng.sample(_OPINIONS, rng.randint(3, 6))))
    body(sheet, flow, prose, paragraphs(sheet, 4, 3)[1:])
    sign(sheet, flow, prose)
    return finish(sheet, flow.pages)


def _joined(prose: Prose, templates: list[str]) -> Text:
    made: Text = []
    for one in templates:
        made += ([" "] if made else []) + prose.fill(one)
    return made


_MINE: Final = phrases("letter.mine")


@family("letter.self", weight=1.0)
def self_referral(sheet: Sheet) -> list[Page]:
    """Draw the letter of a patient who refers himself or herself."""
    rng, case, note = sheet.rng, sheet.case, sheet.note
    page = sheet.page("letter")
    font = script(sheet, rng.uniform(12, 16)) if sheet.hand or rng.random() < 0.35 else sheet.font
    flow = Flow(
        sheet, page, left=rng.uniform(50, 90), width=rng.uniform(400, 470), y=rng.uniform(36, 90), bottom=740, font=font
    )
    prose = Prose(sheet)
    x = rng.choice((0.0, 0.0, 240.0))
    head: list[Text] = [
        prose.patient(),
        [Run(case.address.line, "patient.address.line"), "\n", *note.city_line(case.address)],
        [note.phone(case.phone, "patient.phone")],
        [Run(case.email, "patient.email")],
    ]
    if rng.random() < 0.7:
        for line in head:
            if rng.random() < 0.8:
                flow.para(line, x=x, gap=0)
        flow.skip()
    dated(sheet, flow)
    if rng.random() < 0.6:
        inside_address(sheet, flow, prose)
    salutation(sheet, flow, prose)
    lines = rng.sample(_MINE, rng.randint(4, 9))
    if not any("{patient}" in one for one in lines):
        lines.insert(0, _MINE[rng.randrange(2)])
    while lines:
        count = rng.randint(1, 5)
        flow.para(_joined(prose, lines[:count]))
        lines = lines[count:]
    flow.para(rng.choice(("Thank you,", "Sincerely,", "Yours truly,", "Thanks")), gap=2)
    if rng.random() < 0.4:
        flow.para(prose.patient("gf"), font=script(sheet, rng.uniform(14, 20)))
    flow.para([*prose.patient("gf"), *maybe(rng, "  ", note.phone(case.phone, "patient.phone"))])
    return finish(sheet, flow.pages)


class _Spanish(Prose):
    """Fills sentences in Spanish."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        self.reason, self.specialty = (
            phrase(sheet, phrases("spanish.reasons")),
            phrase(sheet, phrases("spanish.specialties")),
        )

    def spoken(self, template: str) -> Text:
        """Return a sentence with the words of this language in its slots."""
        made: Text = []
        rest = template
        own = self._own()
        while any(one in rest for one in own):
            at, slot = min((rest.index(one), one) for one in own if one in rest)
            made += [*self.fill(rest[:at]), own[slot]]
            rest = rest[at + len(slot) :]
        return [*made, *self.fill(rest)] if rest else made

    def _own(self) -> dict[str, Run]:
        words = {"male": ("hombre", "masculino", "varón"), "female": ("mujer", "femenina", "femenino")}
        sex = self.facts.patient.sex
        kin = self.rng.choice(("esposa", "hijo", "hija", "madre", "padre", "hermana", "esposo"))
        own = {
            "motivo": Run(self.reason, "reason"),
            "especialidad": Run(self.specialty, "requested.specialty"),
            "servicio": Run(self.rng.choice(phrases("spanish.services")), "requested.service"),
            "sexo": Run(self.rng.choice(words[sex]), "patient.sex") if sex in words else Run("paciente"),
            "parentesco": Run(kin),
        }
        english = {
            "reason": "motivo",
            "specialty": "especialidad",
            "service": "servicio",
            "sex_word": "sexo",
            "relation": "parentesco",
        }
        own |= {name: own[same] for name, same in english.items()}
        return {f"{{{name}}}": run for name, run in own.items()}

    def tale(self, count: int) -> list[str]:
        """Return sentences, of the banks and of our own."""
        own = self.rng.sample(phrases("spanish.telling"), count)
        return [bank(self.sheet, "spanish") or one if self.rng.random() < 0.4 else one for one in own]


@family("letter.spanish", weight=0.9)
def spanish(sheet: Sheet) -> list[Page]:
    """Draw a letter in Spanish."""
    rng = sheet.rng
    flow, _ = flowing(sheet)
    prose = _Spanish(sheet)
    dated(sheet, flow)
    if rng.random() < 0.5:
        flow.para(
            [
                rng.choice(("A: ", "Para: ", "Dirigido a: ", "")),
                *prose.doctor(sheet.case.recipient.person, sheet.case.recipient.credential, "requested.provider"),
                "\n",
                Run(prose.specialty, "requested.specialty"),
            ]
        )
    if rng.random() < 0.4:
        flow.para(
            [
                Run(rng.choice(("Asunto:", "REF:", "Paciente:", "Ref.:")), "label"),
                " ",
                *prose.patient(),
                *maybe(
                    rng,
                    "  ",
                    Run(rng.choice(("F.N.", "FN:", "Fecha nac.:")), "label"),
                    " ",
                    sheet.note.date(sheet.case.patient.birth_date, "patient.birth_date", birth=True),
                ),
            ]
        )
    flow.para(rng.choice(phrases("spanish.greetings")))
    flow.para(prose.spoken(phrase(sheet, phrases("spanish.openings"))))
    lines = prose.tale(rng.randint(3, 10))
    while lines:
        count = rng.randint(1, 5)
        text: Text = []
        for one in lines[:count]:
            text += ([" "] if text else []) + prose.spoken(one)
        flow.para(text)
        lines = lines[count:]
    flow.para(rng.choice(phrases("spanish.closings_es")))
    flow.skip(rng.uniform(0, 2))
    flow.para(sender(sheet))
    if rng.random() < 0.5:
        flow.para([Run(sheet.case.referrer.organization, "referrer.organization")])
    return finish(sheet, flow.pages)


@family("letter.bilingual", weight=0.7)
def bilingual(sheet: Sheet) -> list[Page]:
    """Draw a letter in English and Spanish, paragraph by paragraph or one after the other."""
    rng = sheet.rng
    flow, english = flowing(sheet)
    prose = _Spanish(sheet)
    dated(sheet, flow)
    subject(sheet, flow, english)
    flow.para(
        rng.choice(("Dear Doctor / Estimado doctor:", "To Whom It May Concern / A quien corresponda:", "Hello / Hola,"))
    )
    left = [
        english.say(topic)
        for topic in (
            "opening",
            *some(sheet, ("phone", "coverage", "diagnosis", "priority", "address", "sender"), 2, 4),
        )
    ]
    right = [
        prose.spoken(one)
        for one in (
            phrase(sheet, phrases("spanish.openings")),
            *prose.tale(rng.randint(2, 4)),
        )
    ]
    lines = [one for pair in zip(left, right, strict=False) for one in pair] if rng.random() < 0.5 else left + right
    slash = rng.random() < 0.3
    for line in lines:
        flow.para(["/ ", *line] if slash and line in right else line, gap=rng.choice((2, 6)))
    flow.para(rng.choice(("Thank you / Gracias", "Sincerely / Atentamente")))
    flow.para(sender(sheet))
    return finish(sheet, flow.pages)
