"""A form with an odd caption, and a reader that sees its usual captions and no more: for the memory of layouts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from homing.intake.extraction.calibration import Calibration
from homing.intake.extraction.model import PageAnswer
from homing.intake.extraction.placement import Placement
from homing.intake.extraction.understand import understand
from homing.intake.reading.types import DocumentReading, PageImage, PageText
from tests.fixtures.fax import texts
from tests.intake.extraction.answers import CLASSES, answer
from tests.intake.paper import PaperReader

SURE = Calibration({"": (5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)}, {})
#: "Kinship designation" is what this office calls the family name: no model knows it.
FORM = (
    "REFERRAL   FORM",
    "",
    "Kinship designation   {family:<22}Given   {given}",
    "",
    "Birth   {birth:<20}Telephone   {phone}",
    "",
    "Insurer   {payer:<22}Member   {member}",
    "",
    "Reason   {reason:<30}Diagnosis   I48.91",
)
#: The same words at other places.
OTHER_FORM = (
    "Diagnosis   I48.91              Member   {member}",
    "",
    "Insurer   {payer:<22}Reason   {reason}",
    "",
    "",
    "Kinship designation   {family:<30}Birth   {birth}",
    "",
    "Telephone   {phone:<30}Given   {given}",
    "",
    "FORM          REFERRAL",
)
CAPTIONS = ("REFERRAL", "FORM", "Given", "Birth", "Telephone", "Insurer", "Member", "Reason", "Diagnosis")
AVERY = {
    "family": "Testperson",
    "given": "Avery",
    "birth": "04/27/1961",
    "phone": "617-555-0111",
    "payer": "Aetna",
    "member": "W123456789",
    "reason": "Palpitations",
}
ROBIN = AVERY | {
    "family": "Featherstonehaugh",
    "given": "Robin",
    "birth": "11/02/1948",
    "phone": "617-555-0177",
    "member": "K77",
    "reason": "Syncope",
}


def filled(form: Sequence[str], patient: Mapping[str, str]) -> tuple[str, ...]:
    """Return the lines of a form for one patient."""
    return tuple(line.format(**patient) for line in form)


@dataclass
class Form:
    """A token model that knows the usual captions, and given names, dates, telephones, reasons and codes by sight."""

    known: dict[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = CLASSES

    def answer(self, page: PageText) -> PageAnswer:
        """Return the answer for a page."""
        values = {
            patient[key]: name
            for patient in (AVERY, ROBIN)
            for key, name in (
                ("given", "patient.given"),
                ("birth", "patient.birth_date"),
                ("phone", "patient.phone"),
                ("reason", "reason"),
            )
        }
        labels = dict.fromkeys(CAPTIONS, "label") | values | {"I48.91": "diagnosis.codes"} | self.known
        return answer(page, labels)


@dataclass
class FormReader(PaperReader):
    """Reads the lines of a file as typed, and understands them with `Form`."""

    skew: float = 0.0
    model: Form = field(default_factory=Form)

    def recognise(self, page: PageImage) -> PageText:
        """Return the words of the lines."""
        return texts.page([word.text for word in page.words], page.number, skew=self.skew)

    def understand(self, pages: Sequence[PageText], placements: Sequence[Placement] = ()) -> DocumentReading:
        """Return what the real reader makes of the answers."""
        return understand(pages, self.model, SURE, placements)
