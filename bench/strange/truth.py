"""The truth beside a file, in the shape of samples/fax: only what was drawn counts as stated."""

from __future__ import annotations

from typing import Any

from bench.strange.degrade import Sent
from bench.strange.draw import Box, Document, Mark, Page, hull
from bench.strange.kit import Fax

_EVALUATIONS = [
    "Evaluate and treat",
    "Evaluation",
    "Consultation",
    "Consult",
    "Evaluation and treatment",
    "Evaluation and management",
]


def truth_of(fax: Fax, file: str, sent: list[Sent]) -> dict[str, Any]:
    """Return the whole truth file of one fax; `sent` gives each page's way from pixels to fractions."""
    return {
        "file": file,
        "layout": fax.name,
        "page_count": len(fax.pages),
        "ignore_pages": fax.ignored,
        "documents": [_document(document, fax.pages, sent) for document in fax.documents],
        "tags": sorted(fax.tags),
    }


def _document(document: Document, pages: list[Page], sent: list[Sent]) -> dict[str, Any]:
    evidence: dict[str, list[dict[str, Any]]] = {}
    implied: set[str] = set()
    for number in document.pages:
        page = pages[number - 1]
        for name, boxes in _by_field(page.marks).items():
            if name.startswith("~"):
                implied.add(f"patient.{name[1:]}")
            elif document.kind == "referral" or name.startswith("patient."):
                evidence.setdefault(name, []).extend(
                    {"page": number, "box": sent[number - 1].fraction(box)} for box in boxes
                )
    if document.printed_destination:  # what is printed is not what the patient needs
        evidence.pop("requested.specialty", None)
    case = document.case
    fields: dict[str, Any] = {name: case.truth(name) for name in evidence} if case else {}
    optional = {name: list(values) for name, values in document.optional.items()}
    if document.kind == "referral" and case:
        fields["requested.specialty"] = case.need.specialty
        if "patient.sex" in implied:
            optional.setdefault("patient.sex", [case.sex])
        optional.setdefault("requested.service", _EVALUATIONS)
        optional.setdefault("reason", []).extend(
            [case.descriptions, *(text for _, text in case.need.codes), case.need.story]
        )
        optional.setdefault("referral.date", [case.date.isoformat()])
    out: dict[str, Any] = {
        "kind": document.kind,
        "pages": document.pages,
        "fields": fields,
        "evidence": {name: (boxes[0] if len(boxes) == 1 else boxes) for name, boxes in evidence.items()},
    }
    optional = {name: values for name, values in optional.items() if name not in fields and values}
    if optional:
        out["optional_fields"] = optional
    if document.alternates:
        out["alternates"] = document.alternates
    if document.printed_destination:
        out["printed_destination"] = document.printed_destination
    return out


def _by_field(marks: list[Mark]) -> dict[str, list[Box]]:
    """Each field's boxes on a page; parts of one value become one box."""
    whole: dict[str, list[Box]] = {}
    parts: dict[str, list[Box]] = {}
    for mark in marks:
        (parts if mark.part else whole).setdefault(mark.field, []).append(mark.box)
    for name, boxes in parts.items():
        whole.setdefault(name, []).append(hull(boxes))
    return whole
