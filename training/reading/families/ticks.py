"""Order sheets whose answers are ticked: services, specialties, tests, urgency, in columns and groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from training.reading.compose import EMPTY, TICKED, Page, Run, Runs
from training.reading.families import Sheet, family
from training.reading.families import _parts as parts
from training.reading.families import _sections as sections
from training.reading.families._form_words import SERVICES, SPECIALTIES
from training.reading.families._parts import Entry, Flow, Look, Option

#: What each discipline's order form offers: its name, then groups of options below headings.
DISCIPLINES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "Physical Therapy": {
        "Modalities": ("Ultrasound", "E-stim", "TENS", "Ice / heat", "Traction", "Iontophoresis", "Dry needling",
        "Aquatic therapy"),
        "Treatment": ("Evaluate and treat", "Therapeutic exercise", "Gait training", "Manual therapy",
        "Balance training",
                      "Vestibular rehab", "Home exercise program", "Post-op protocol", "Work conditioning",
                      "Neuro re-education"),
        "Frequency": ("1x/week", "2x/week", "3x/week", "x 4 weeks", "x 6 weeks", "x 8 weeks"),
    },
    "Dental": {
        "Procedure": ("Extraction", "Root canal", "Implant", "Biopsy", "Wisdom teeth", "Bone graft", "Expose and bond",
        "Frenectomy",
                      "Periodontal evaluation", "Crown lengthening", "Apicoectomy", "Retreatment", "Limited exam",
                      "Sedation"),
        "Radiographs": ("Enclosed", "E-mailed", "Given to patient", "Please take", "Panorex", "CBCT", "FMX"),
    },
    "Optometry": {
        "Evaluation": ("Cataract evaluation", "Glaucoma", "Retina", "Cornea", "Diabetic eye exam", "Dry eye",
        "Strabismus", "YAG",
                       "LASIK consult", "Visual field", "OCT", "Low vision", "Plaquenil screening",
                       "Macular degeneration"),
        "Eye": ("OD", "OS", "OU"),
    },
    "Behavioral Health": {
        "Services": ("Psychiatric evaluation", "Individual therapy", "Family therapy", "Group therapy",
        "Medication management",
                     "Substance use assessment", "IOP", "PHP", "Psychological testing", "Case management", "MAT",
                     "ABA therapy"),
        "Concerns": ("Depression", "Anxiety", "ADHD", "Trauma", "Substance use", "Eating disorder", "Grief", "Bipolar"),
    },
    "Sleep Medicine": {
        "Study": ("Polysomnogram", "Home sleep test", "Split night study", "CPAP titration", "BiPAP titration", "MSLT",
        "MWT",
                  "Consultation with sleep specialist", "Re-titration", "Evaluate and treat", "PAP supplies"),
        "Symptoms": ("Snoring", "Witnessed apnea", "Daytime sleepiness", "Insomnia", "Restless legs", "Hypertension",
        "Obesity"),
    },
    "Infusion": {
        "Medication": ("Remicade", "Entyvio", "Stelara", "Ocrevus", "Prolia", "Reclast", "Venofer", "Injectafer",
        "IVIG", "Tysabri",
                       "Solu-Medrol", "Orencia", "Rituximab", "Feraheme", "Nulojix", "Xolair"),
        "Frequency": ("Once", "Weekly", "Every 2 weeks", "Every 4 weeks", "Every 8 weeks", "Every 6 months"),
        "Premedication": ("Acetaminophen 650 mg PO", "Diphenhydramine 25 mg", "Methylprednisolone 125 mg IV", "None"),
    },
    "Radiology": {
        "MRI": ("Brain", "Cervical spine", "Thoracic spine", "Lumbar spine", "Shoulder R", "Shoulder L", "Knee R",
        "Knee L", "Hip",
                "Abdomen", "MRCP", "Pelvis", "Prostate", "Breast"),
        "CT": ("Head", "Sinus", "Neck", "Chest", "Chest PE protocol", "Abd/Pelvis", "Urogram", "Low dose lung screen",
        "Spine"),
        "Ultrasound": ("Abdomen", "RUQ", "Renal", "Thyroid", "Pelvic / TV", "Carotid", "Venous doppler", "Scrotal",
        "Soft tissue"),
        "Other": ("DEXA", "Screening mammogram", "Diagnostic mammogram", "X-ray 2 view", "Fluoroscopy", "PET/CT",
        "Bone scan"),
        "Contrast": ("With", "Without", "With and without", "Per radiologist"),
    },
    "Cardiology": {
        "Testing": ("EKG", "Echo (TTE)", "Stress echo", "Nuclear stress", "Treadmill", "Holter 24 h", "Holter 48 h",
        "Event monitor",
                    "Zio patch", "Carotid duplex", "ABI", "Calcium score", "TEE", "Tilt table"),
        "Consult": ("New consult", "Pre-op clearance", "EP consult", "Heart failure clinic", "Lipid clinic",
        "Device check"),
    },
    "Pain Management": {
        "Request": ("Consult and treat", "Epidural steroid injection", "Facet / MBB", "RFA", "SI joint injection",
        "Trigger points",
                    "Spinal cord stimulator", "Medication management", "Nerve block", "Kyphoplasty", "Ketamine"),
        "Region": ("Cervical", "Thoracic", "Lumbar", "Sacral", "Left", "Right", "Bilateral"),
    },
    "Gastroenterology": {
        "Procedure": ("Screening colonoscopy", "Diagnostic colonoscopy", "EGD", "EUS", "ERCP", "Flex sig", "Capsule",
        "Manometry"),
        "Office": ("Consult", "Liver clinic", "IBD clinic", "Fibroscan", "Breath test", "Motility",
        "Hemorrhoid banding"),
    },
    "Home Health": {
        "Disciplines": ("SN", "PT", "OT", "ST", "MSW", "HHA", "RN wound care", "Telemonitoring"),
        "Orders": ("Evaluate and treat", "Medication teaching", "Foley care", "Labs", "IV therapy",
        "Diabetic teaching", "PT/INR"),
    },
    "Allergy/Immunology": {
        "Request": ("Skin testing - environmental", "Food allergy testing", "Penicillin testing", "Venom testing",
        "Asthma eval",
                    "Immunotherapy", "Patch testing", "Urticaria", "Immune deficiency workup", "Oral challenge", "PFT"),
    },
}  # fmt: skip


def _ticked(sheet: Sheet, captions: Sequence[str], count: int, label: str | None) -> tuple[Option, ...]:
    """Return boxes of which `count` are ticked."""
    on = set(sheet.rng.sample(range(len(captions)), min(count, len(captions))))
    return tuple(
        Option(TICKED if i in on else EMPTY, [Run(one, label if i in on else None)]) for i, one in enumerate(captions)
    )


def _some(sheet: Sheet, section: str, low: int, high: int) -> list[Entry]:
    """Return some fields of a section."""
    asked = sections.items(sheet, section)[: sheet.rng.randint(low, high)]
    return [sections.asked(sheet, item, short=sheet.often(0.3), blank=0.12) for item in asked]


def _block(sheet: Sheet, flow: Flow, how: Look, wanted: Sequence[str], columns: int) -> None:
    for section in wanted:
        flow.rows(parts.rows(sheet.rng, _some(sheet, section, 2, 8), columns), how)
        flow.skip(sheet.rng.uniform(0.0, 8.0))


def _listed(sheet: Sheet, flow: Flow, words: Runs | str, options: Sequence[Option], how: Look, columns: int) -> None:
    """Draw a heading and a grid of boxes."""
    style = sheet.rng.choice(parts.BARS)
    flow.bar(parts.text(words), how.label.bolder(), style)
    flow.put(lambda page, x, y, width: parts.boxes(page, options, x + 3.0, y, width - 6.0, how, columns))
    flow.skip(sheet.rng.uniform(1.0, 8.0))


@family("ticks.specialties", weight=2.0)
def specialties(sheet: Sheet) -> list[Page]:
    """Draw a referral sheet with a long list of specialties, one of them ticked."""
    rng, flow, how = sheet.rng, Flow(sheet), parts.look(sheet)
    how = replace(how, label=how.label.sized(min(how.label.size, 9.5)))
    sections.head(sheet, flow, words=sections.title(sheet, specialty=0.0))
    listing = sections.specialty_boxes(sheet, rng.randint(12, len(SPECIALTIES) - 1)).options
    before = ["patient"] * sheet.often(0.94) + [one for one in ("referrer", "coverage") if sheet.often(0.75)]
    rng.shuffle(before)
    first = sheet.often(0.4)
    if not first:
        _block(sheet, flow, how, before, rng.choice((1, 2, 2, 3)))
    words = rng.choice(
        (
            "Refer to (check one)",
            "SPECIALTY",
            "Please schedule with",
            "Clinic",
            "Consult",
            "Department",
            "",
            "Service requested",
            "I am referring this patient to:",
        )
    )
    _listed(sheet, flow, words, listing, how, rng.choice((2, 3, 3, 4, 0)))
    if first:
        _block(sheet, flow, how, before, rng.choice((1, 2, 2, 3)))
    _block(sheet, flow, how, ["clinical"], rng.choice((1, 2)))
    if sheet.often(0.5):
        sections.signature(sheet, flow, how)
    return sections.finish(sheet, flow)


@family("ticks.services", weight=1.5)
def services(sheet: Sheet) -> list[Page]:
    """Draw an order sheet with services, urgency and payers as boxes."""
    rng, flow, how = sheet.rng, Flow(sheet), parts.look(sheet)
    sections.head(sheet, flow)
    groups = [sections.service_boxes(sheet, rng.randint(5, 24)), sections.priority_boxes(sheet)]
    groups += [sections.payer_boxes(sheet)] * sheet.often(0.4) + [
        sections.yes_no(sheet) for _ in range(rng.randint(0, 4))
    ]
    groups += [sections.sex_boxes(sheet)] * sheet.often(0.3)
    rng.shuffle(groups)
    columns = rng.choice((1, 2))
    blocks = [one for one in ("patient", "referrer", "recipient", "coverage", "clinical") if sheet.often(0.75)]
    for one in blocks[:2]:
        _block(sheet, flow, how, [one], columns)
    if sheet.often(0.5):
        flow.rows([[(group, 1.0)] for group in groups], how)
    else:
        for group in groups:
            _listed(sheet, flow, [*group.label], group.options, how, rng.choice((0, 2, 3, 4)))
    _block(sheet, flow, how, blocks[2:], columns)
    return sections.finish(sheet, flow)


@family("ticks.discipline", weight=2.0)
def discipline(sheet: Sheet) -> list[Page]:
    """Draw the order form of a physiotherapist, dentist, eye doctor, sleep laboratory, infusion or imaging centre."""
    rng, flow, how = sheet.rng, Flow(sheet), parts.look(sheet)
    name = rng.choice(sorted(DISCIPLINES))
    before, after = rng.choice(
        (
            ("", " Order Form"),
            ("", " Referral"),
            ("", " Prescription"),
            ("Referral for ", ""),
            ("", " Order Requisition"),
            ("", " Orders"),
        )
    )
    sections.head(
        sheet,
        flow,
        role=rng.choice(("recipient", "recipient", "referrer", "none")),
        words=[before, Run(name, "requested.specialty"), after],
    )
    _block(
        sheet,
        flow,
        how,
        rng.choice((("patient",), ("patient", "coverage"), ("referrer", "patient"))),
        rng.choice((1, 2, 3)),
    )
    how = replace(how, label=how.label.sized(min(how.label.size, 10.0)))
    groups = list(DISCIPLINES[name].items())
    columns = len(groups) > 1 and sheet.often(0.4)
    made = [(words, _ticked(sheet, options, rng.choice((0, 1, 1, 1, 2)) if index else rng.choice((1, 1, 2)),
        "requested.service" if index == 0 or name == "Radiology" else None))
            for index, (words, options) in enumerate(groups)]  # fmt: skip
    if columns:
        _columns(sheet, flow, made, how)
    else:
        for words, options in made:
            _listed(sheet, flow, words, options, how, rng.choice((0, 2, 3, 4)))
    _block(sheet, flow, how, ["clinical", "referrer"][: rng.randint(1, 2)], rng.choice((1, 2)))
    sections.signature(sheet, flow, how)
    return sections.finish(sheet, flow)


def _columns(sheet: Sheet, flow: Flow, groups: Sequence[tuple[str, Sequence[Option]]], how: Look) -> None:
    """Draw groups of boxes in columns beside each other."""
    framed = sheet.often(0.4)
    head = how.label.bolder()

    def draw(page: Page, x: float, y: float, width: float) -> float:
        pitch, lows = width / len(groups), [y]
        for index, (words, options) in enumerate(groups):
            at = x + index * pitch
            low = page.write(at + 3.0, y + 2.0, words, parts.fit(head, words, pitch - 6.0), width=pitch - 6.0)
            lows.append(parts.boxes(page, options, at + 3.0, low, pitch - 8.0, how, 1))
        if framed:
            for index in range(len(groups)):
                page.frame(x + index * pitch, y, x + (index + 1) * pitch, max(lows) + 2.0)
        return max(lows) + 6.0

    flow.put(draw)


@family("ticks.fax_back", weight=1.0)
def fax_back(sheet: Sheet) -> list[Page]:
    """Draw a form that an office faxes out to be filled and faxed back: fax number in large type, few fields, boxes."""
    rng, note, case = sheet.rng, sheet.note, sheet.case
    flow, how = Flow(sheet), parts.look(sheet)
    sections.head(sheet, flow, role="recipient")
    large = sheet.font.sized(min(sheet.font.size * 1.5, 17.0)).bolder()
    words = rng.choice(
        ("FAX BACK TO ", "Fax completed form to ", "Return by fax: ", "FAX THIS FORM TO: ", "Please fax back to: ")
    )
    flow.text([words, note.phone(case.recipient.fax, "recipient.fax")], large, align=rng.choice(("left", "center")))
    if sheet.often(0.5):
        flow.text(
            ["Questions? Call ", note.phone(case.recipient.phone, "recipient.phone")],
            align=rng.choice(("left", "center")),
        )
    _block(
        sheet,
        flow,
        how,
        rng.choice((("patient",), ("patient", "clinical"), ("referrer", "patient"))),
        rng.choice((1, 2)),
    )
    captions = rng.sample(("Patient accepted", "Please send records", "Appointment scheduled", "Patient declined",
        "Need authorization",
                           "No-show", "Unable to reach patient", "Call our office", "Labs attached", "Notes attached"),
                           rng.randint(2, 6))  # fmt: skip
    _listed(
        sheet,
        flow,
        rng.choice(("Check all that apply", "For office use", "Response", "")),
        _ticked(sheet, captions, rng.randint(0, 2), None),
        how,
        rng.choice((0, 1, 2)),
    )
    flow.rows(
        [[(sections.service_boxes(sheet, rng.randint(2, 6)), 1.0)], [(sections.priority_boxes(sheet), 1.0)]][
            : rng.randint(0, 2)
        ],
        how,
    )
    _block(sheet, flow, how, rng.choice((("referrer",), ("referrer", "clinical"), ("coverage",))), rng.choice((1, 2)))
    return sections.finish(sheet, flow)


@family("ticks.matrix", weight=1.0)
def matrix(sheet: Sheet) -> list[Page]:
    """Draw a ruled list of services, each with its boxes in columns: routine, urgent, done."""
    rng, flow, how = sheet.rng, Flow(sheet), parts.look(sheet)
    sections.head(sheet, flow)
    _block(sheet, flow, how, ["patient"] + ["coverage"] * sheet.often(0.5), rng.choice((1, 2, 3)))
    names = rng.sample(SERVICES, rng.randint(4, 14))
    own = rng.randrange(len(names))
    names[own] = sheet.case.service
    levels = rng.choice((("Routine", "Urgent"), ("Routine", "Urgent", "STAT"), ("Yes", "No"), ("Order", "Done")))
    level = (
        0
        if sheet.case.priority == "routine" or levels[1] in {"No", "Done"}
        else min(len(levels) - 1, 1 if sheet.case.priority == "urgent" else 2)
    )
    head = rng.choice(("Service", "Order", "Test / Service", "Requested service", "Procedure"))
    font = how.label.sized(min(how.label.size, 10.0))

    def line(page: Page, x: float, y: float, width: float, index: int) -> float:
        share = width * 0.55
        first: Runs = [head] if index < 0 else [Run(names[index], "requested.service" if index == own else None)]
        low = parts.write(page, x + 3.0, y + 1.5, first, font.bolder() if index < 0 else font, share - 6.0)
        pitch = (width - share) / len(levels)
        for column, word in enumerate(levels):
            at = x + share + column * pitch + 4.0
            on = index == own and column == level
            if index < 0:
                page.write(
                    at,
                    y + 1.5,
                    [Run(word, "priority" if column == level and levels[0] == "Routine" else None)],
                    parts.fit(font, word, pitch - 6.0),
                    width=pitch,
                )
            else:
                page.tick(at + pitch * 0.2, y + 1.5, TICKED if on else EMPTY, "", font)
        page.rule(x, low, x + width, low)
        return low

    for index in range(-1, len(names)):
        flow.put(lambda page, x, y, width, index=index: line(page, x, y, width, index))  # type: ignore[misc]
    flow.skip(rng.uniform(2.0, 12.0))
    _block(sheet, flow, how, ["clinical", "referrer", "recipient"][: rng.randint(1, 3)], rng.choice((1, 2)))
    return sections.finish(sheet, flow)
