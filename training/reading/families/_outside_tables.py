"""The tables of documents that are no referral: results, medicines, services, visits, vaccines, goods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from training.reading.compose import Run, Runs
from training.reading.facts import identifier
from training.reading.families._outside import Writer, table
from training.reading.families._parts import Flow, Look

Row = list[Runs | str]


def _day(w: Writer) -> list[Run | str]:
    return [w.sheet.note.date(w.rng.choice(list(w.sheet.case.dates.values())), "other.date")]


def _number(w: Writer, low: str, high: str) -> str:
    try:
        least, most = float(low), float(high)
    except ValueError:
        return w.rng.choice(("Negative", "Nonreactive", "Positive", "Not detected", "Trace", "See note", "<0.1"))
    value = w.rng.uniform(least * 0.7, most * 1.3)
    return f"{value:.0f}" if most > 60 else f"{value:.1f}"


def _tests(w: Writer, count: int) -> list[list[str]]:
    return [w.sheet.banks.pick("lab_tests").split("|") for _ in range(count)]


def results(w: Writer, flow: Flow, how: Look) -> None:
    """Draw a panel."""
    heads = w.rng.choice(
        (
            ("Test Name", "Result", "Flag", "Reference Interval", "Units", "Lab"),
            ("TESTS", "RESULT", "FLAG", "UNITS", "REFERENCE INTERVAL", "LAB"),
            ("Component", "Your value", "", "Standard range", "Units", ""),
            ("Prueba", "Resultado", "Indicador", "Rango", "Unidades", ""),
        )
    )
    rows: list[Row] = []
    for name, unit, span, low, high in _tests(w, w.rng.randint(3, 26)):
        flag = w.rng.choice(("", "", "", "", "H", "L", "High", "A", "CRIT"))
        rows.append([name, _number(w, low, high), flag, span, unit, w.rng.choice(("01", "02", "EN", ""))])
    table(flow, heads, rows, how, (4, 1.6, 1, 2, 1.6, 0.8))


def cumulative(w: Writer, flow: Flow, how: Look) -> None:
    """Draw results over time: a column for each day."""
    days = w.rng.randint(2, 5)
    heads = ["", *(_day(w)[0].text for _ in range(days))]  # type: ignore[union-attr]
    rows: list[Row] = [["Collected", *(_day(w) for _ in range(days))]]
    for name, _, _, low, high in _tests(w, w.rng.randint(4, 18)):
        rows.append([name, *(_number(w, low, high) for _ in range(days))])
    table(flow, heads if w.rng.random() < 0.3 else ["Test", *[""] * days], rows, how, (2.2, *[1.0] * days))


def inr(w: Writer, flow: Flow, how: Look) -> None:
    """Draw what an anticoagulation clinic writes down."""
    rows: list[Row] = []
    for _ in range(w.rng.randint(3, 12)):
        dose = w.rng.choice(("5 mg daily", "2.5 mg M/W/F, 5 mg other days", "hold x1 then 4 mg", "no change"))
        rows.append([_day(w), f"{w.rng.uniform(1.1, 4.8):.1f}", dose, w.rng.choice(("1 wk", "2 wks", "4 wks")), ""])
    table(flow, ("Date", "INR", "Warfarin dose", "Recheck", "Initials"), rows, how, (1.4, 0.7, 3, 1, 1))


def culture(w: Writer, flow: Flow, how: Look) -> None:
    """Draw which drugs a germ is sensitive to."""
    drugs = (
        "Ampicillin", "Cefazolin", "Ceftriaxone", "Ciprofloxacin", "Gentamicin", "Levofloxacin", "Nitrofurantoin",
        "Trimethoprim/Sulfa", "Tetracycline", "Vancomycin", "Oxacillin", "Clindamycin", "Meropenem",
    )  # fmt: skip
    rows: list[Row] = [
        [drug, w.rng.choice(("<=2", "<=4", ">=32", "8", "16", "<=0.25")), w.rng.choice(("S", "R", "I", "S"))]
        for drug in w.rng.sample(drugs, w.rng.randint(5, 12))
    ]
    table(flow, ("Antibiotic", "MIC", "Interpretation"), rows, how, (3, 1, 1))


def medicines(w: Writer, flow: Flow, how: Look) -> None:
    """Draw medicines."""
    heads = w.rng.choice(
        (
            ("Medication", "Sig", "Qty", "Refills", "Last filled"),
            ("DRUG NAME/STRENGTH", "DIRECTIONS", "QTY", "RF", "LAST FILL"),
            ("Medicamento", "Indicaciones", "Cant.", "Resurtidos", "Fecha"),
        )
    )
    rows: list[Row] = []
    for _ in range(w.rng.randint(1, 9)):
        drug = [Run(w.sheet.banks.pick("medications"), "history")]
        rows.append(
            [
                drug,
                w.fill("{dose}"),
                w.rng.choice(("30", "60", "90", "180")),
                w.rng.choice(("0", "1", "3", "PRN")),
                _day(w),
            ]
        )
    table(flow, heads, rows, how, (3, 2.4, 0.7, 0.9, 1.5))


def services(w: Writer, flow: Flow, how: Look) -> None:
    """Draw the services a payer decided on."""
    heads = w.rng.choice(
        (
            ("Procedure code", "Description", "Units", "From", "Through", "Status"),
            ("CPT/HCPCS", "SERVICE", "QTY", "BEGIN", "END", "DECISION"),
            ("Code", "Service requested", "Visits", "Start", "End", "Determination"),
        )
    )
    rows: list[Row] = []
    for _ in range(w.rng.randint(1, 5)):
        code = [Run(w.fill("{cpt}")[0], "other.code")] if w.rng.random() < 0.9 else ""  # type: ignore[arg-type]
        what = [Run(w.sheet.banks.pick("services"), "requested.service")]
        status = w.rng.choice(("Approved", "Denied", "Pended", "APPROVED", "Partially approved", "No auth required"))
        rows.append([code, what, str(w.rng.randint(1, 24)), _day(w), _day(w), status])
    table(flow, heads, rows, how, (1.2, 3, 0.7, 1.3, 1.3, 1.3))


def goods(w: Writer, flow: Flow, how: Look) -> None:
    """Draw supplies that a doctor is to order."""
    items = (
        "CPAP mask, full face", "Tubing, heated", "Disposable filters", "Oxygen concentrator", "Portable oxygen system",
        "Standard wheelchair", "Elevating leg rests", "Seat cushion", "Foam dressing 4x4", "Alginate rope",
        "Gauze pads",
        "Continuous glucose sensors", "Test strips", "Lancets", "Ostomy pouch, drainable", "Intermittent catheters",
        "Knee orthosis", "Back brace LSO", "Nebulizer with compressor", "Hospital bed, semi-electric",
        "Rollator walker",
        "Incontinence briefs, large", "Diabetic shoes, pair", "Custom inserts", "TENS unit", "Commode chair",
    )  # fmt: skip
    heads = w.rng.choice(
        (("HCPCS", "Item", "Qty", "Frequency", "Length of need"), ("Code", "DESCRIPTION", "QTY/MO", "USE", "LON"))
    )
    rows: list[Row] = []
    for item in w.rng.sample(items, w.rng.randint(1, 9)):
        often = w.rng.choice(("1 per 3 mo", "2/month", "daily", "every 90 days", "PRN", "nightly"))
        code = [Run(str(w.fill("{hcpcs}")[0]), "other.code")]
        rows.append(
            [code, item, str(w.rng.randint(1, 200)), often, w.rng.choice(("99", "12 months", "lifetime", "6 mo"))]
        )
    table(flow, heads, rows, how, (1, 3.2, 0.8, 1.4, 1.4))


def visits(w: Writer, flow: Flow, how: Look) -> None:
    """Draw visits that are booked."""
    rows: list[Row] = []
    for _ in range(w.rng.randint(1, 6)):
        who = w.sheet.note.provider(w.rng.choice((w.sheet.case.recipient, w.sheet.case.other)), "other")
        place = w.rng.choice(("Main campus", "Suite 200", "Telehealth", "East clinic", "Imaging", "Infusion"))
        kind = w.rng.choice(("New patient", "Follow up", "Consult", "MRI", "Physical therapy", "Procedure", "Lab"))
        rows.append([_day(w), w.fill("{time}"), who, kind, place])
    table(flow, ("Date", "Time", "Provider", "Type", "Location"), rows, how, (1.4, 1, 2.2, 1.4, 1.4))


def vaccines(w: Writer, flow: Flow, how: Look) -> None:
    """Draw vaccinations."""
    names = (
        "DTaP",
        "IPV",
        "MMR",
        "Varicella",
        "Hep B",
        "Hep A",
        "Influenza",
        "Tdap",
        "PCV20",
        "COVID-19",
        "HPV",
        "RSV",
        "Zoster",
    )
    rows: list[Row] = [
        [name, *(_day(w) if w.rng.random() < 0.7 else "" for _ in range(3)), identifier(w.rng, ("@@###", "@####@"))]
        for name in w.rng.sample(names, w.rng.randint(4, 12))
    ]
    table(flow, ("Vaccine", "Dose 1", "Dose 2", "Dose 3", "Lot"), rows, how, (1.5, 1.3, 1.3, 1.3, 1))


def bill(w: Writer, flow: Flow, how: Look) -> None:
    """Draw an invoice's lines."""
    goods = ("Exam gloves, M", "Copy paper, case", "Toner cartridge", "Service call", "Records copies",
             "Monthly subscription",
             "Shredding service", "Medical waste pickup", "Table paper", "Postage", "Office visit",
             "Lab handling fee")  # fmt: skip
    rows: list[Row] = [
        [one, str(w.rng.randint(1, 20)), w.fill("{money}"), w.fill("{money}")]
        for one in w.rng.sample(goods, w.rng.randint(2, 7))
    ]
    rows.append(["", "", w.rng.choice(("Total due", "TOTAL", "Balance", "Amount due")), w.fill("{money}")])
    table(flow, ("Description", "Qty", "Price", "Amount"), rows, how, (3.5, 0.8, 1.2, 1.2))


def rota(w: Writer, flow: Flow, how: Look) -> None:
    """Draw who is on call, or what was decided."""
    rows: list[Row] = []
    for day in range(w.rng.randint(4, 14)):
        who = w.sheet.note.provider(
            w.rng.choice((w.sheet.case.recipient, w.sheet.case.other, w.sheet.case.pcp)), "other"
        )
        when = w.sheet.case.referral_date + timedelta(days=day)
        rows.append(
            [[w.sheet.note.date(when, "other.date")], who, [w.tel()], w.rng.choice(("", "Backup", "Post-call", "Off"))]
        )
    table(flow, ("Date", "On call", "Pager", "Note"), rows, how, (1.3, 2.4, 1.6, 1.2))


#: What tables documents of a kind may have.
TABLES: Final[dict[str, tuple[Callable[[Writer, Flow, Look], None], ...]]] = {
    "lab_result": (results, results, results, cumulative, inr, culture),
    "imaging_report": (),
    "consult_note": (medicines, results),
    "refill_request": (medicines,),
    "authorization": (services,),
    "records_request": (),
    "appointment_notice": (visits,),
    "order_dme": (goods,),
    "patient_correspondence": (),
    "junk": (bill,),
    "other": (vaccines, bill, rota, medicines),
}
