"""The pages that we fax out: one plain notice, and a notice with documents behind it.

Made for paper at 204x98 dpi and 1 bit: black on white, nothing under 11 points, no line under 1 point, no grey.
"""

from __future__ import annotations

import io
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final
from xml.sax.saxutils import escape

import pypdfium2
import segno
from PIL import Image, ImageSequence, UnidentifiedImageError
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from homing.kit import phones, reference
from homing.kit.errors import HomingError

MAX_PAGES: Final = 300
_MAX_PIXELS: Final = 60_000_000
_MARGIN: Final = 0.75 * inch
_WIDTH: Final = letter[0] - 2 * _MARGIN
# PDFium may only be used by one thread at a time.
_pdfium = threading.Lock()


class StepState(StrEnum):
    """How far one step of the ladder is."""

    DONE = "done"
    NEXT = "next"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One step of the referral's way. `when` as printed, for example `06/15/2026`; empty if not known."""

    label: str
    when: str = ""
    state: StepState = StepState.OPEN


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the summary: `Pages received`, `3`."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of facts, printed as a table of labels and values."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class NoticeSheet:
    """What stands on a notice. Texts as printed; telephone numbers in any form.

    `reference` is canonical (`kit.reference.mint`). An acknowledgment says nothing of the patient. `missing` becomes
    a list to tick and fax back to `reply_fax`. `page_total` is that of the whole fax; 0: of the notice alone.
    `first_page` is the number of its own first page within the fax.
    """

    organization_name: str
    organization_address: str
    organization_phone: str
    organization_fax: str
    to_name: str
    to_fax: str
    title: str
    reference: str
    printed_at: str
    ladder: tuple[LadderStep, ...] = ()
    facts: tuple[Fact, ...] = ()
    paragraphs: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    missing: tuple[str, ...] = ()
    reply_fax: str = ""
    page_total: int = 0
    first_page: int = 1


class AttachmentUnreadable(HomingError):
    """The document cannot be turned into pages to fax. Open it, save or scan it again, and attach that."""

    code: ClassVar[str] = "attachment_unreadable"
    status: ClassVar[int] = 422


def render_notice(sheet: NoticeSheet) -> bytes:
    """Return the notice as a PDF of US letter pages. The same sheet gives the same bytes."""
    own_pages = count_pages(_notice(sheet, page_total=1)) if not sheet.page_total else 0
    return _notice(sheet, page_total=sheet.page_total or own_pages)


def cover_then(cover: bytes, attachments: Iterable[bytes]) -> bytes:
    """Return one PDF: the cover's pages, then those of each PDF, TIFF, PNG or JPEG. Raises AttachmentUnreadable."""
    parts = [cover, *(_as_pdf(attachment) for attachment in attachments)]
    try:
        with _pdfium:
            return _merged(parts)
    except pypdfium2.PdfiumError as error:
        raise AttachmentUnreadable from error


def count_pages(document: bytes) -> int:
    """Return the number of pages of a PDF, TIFF, PNG or JPEG. Raises AttachmentUnreadable."""
    try:
        if not _is_pdf(document):
            return sum(1 for _ in _frames(document))
        with _pdfium:
            pdf = pypdfium2.PdfDocument(document)
            try:
                return len(pdf)
            finally:
                pdf.close()
    except pypdfium2.PdfiumError as error:
        raise AttachmentUnreadable from error


# -- the notice -------------------------------------------------------------------------------------------------------


def _style(name: str, size: float, *, bold: bool = False, **more: Any) -> ParagraphStyle:
    font = "Helvetica-Bold" if bold else "Helvetica"
    return ParagraphStyle(
        name, **{"fontName": font, "fontSize": size, "leading": size * 1.28, "alignment": TA_LEFT, **more}
    )


_ORGANIZATION = _style("organization", 17, bold=True)
_CONTACT = _style("contact", 11)
_CONTACT_RIGHT = _style("contact-right", 11, alignment=TA_RIGHT)
_LABEL = _style("label", 11)
_VALUE = _style("value", 12, bold=True)
_TITLE = _style("title", 21, bold=True)
_BODY = _style("body", 12, leading=16, spaceAfter=7)
_CELL = _style("cell", 11)
_CELL_VALUE = _style("cell-value", 11, bold=True)
_HEADING = _style("heading", 13, bold=True, spaceAfter=4)


def _notice(sheet: NoticeSheet, *, page_total: int) -> bytes:
    output = io.BytesIO()
    document = BaseDocTemplate(
        output,
        pagesize=letter,
        title=_printable(sheet.title),
        author=_printable(sheet.organization_name),
        invariant=1,
    )
    frame = Frame(_MARGIN, 1.15 * inch, _WIDTH, letter[1] - 1.75 * inch, 0, 0, 0, 0)

    def foot(canvas: Canvas, _document: object) -> None:
        _draw_foot(canvas, sheet, page_total)

    document.addPageTemplates(PageTemplate(frames=[frame], onPage=foot))
    document.build(_story(sheet))
    return output.getvalue()


def _story(sheet: NoticeSheet) -> list[Flowable]:
    return [
        _letterhead(sheet),
        _rule(),
        _addresses(sheet),
        Spacer(1, 14),
        Paragraph(_text(sheet.title), _TITLE),
        Spacer(1, 10),
        _ReferenceBox(sheet.reference, sheet.facts),
        Spacer(1, 16),
        *([_Ladder(sheet.ladder), Spacer(1, 14)] if sheet.ladder else []),
        *(Paragraph(_text(paragraph), _BODY) for paragraph in sheet.paragraphs),
        *(part for section in sheet.sections for part in _section(section)),
        *_reply_part(sheet),
    ]


def _letterhead(sheet: NoticeSheet) -> Table:
    address = [line.strip() for line in sheet.organization_address.splitlines() if line.strip()]
    left = [Paragraph(_text(sheet.organization_name), _ORGANIZATION), *(Paragraph(_text(x), _CONTACT) for x in address)]
    numbers = (("Phone", sheet.organization_phone), ("Fax", sheet.organization_fax))
    right = [Paragraph(f"{label} {_text(phones.display(value))}", _CONTACT_RIGHT) for label, value in numbers if value]
    return _side_by_side(left, right, 0.68)


def _addresses(sheet: NoticeSheet) -> Table:
    left = [Paragraph("To", _LABEL), Paragraph(_text(sheet.to_name), _VALUE)]
    left.append(Paragraph(f"Fax {_text(phones.display(sheet.to_fax))}", _VALUE))
    right = [Paragraph("Sent", _LABEL), Paragraph(_text(sheet.printed_at), _VALUE)]
    return _side_by_side(left, right, 0.62)


def _section(section: Section) -> tuple[Flowable, ...]:
    lines = _paired(section.facts)
    rows = [[cell for fact in line for cell in _cells(fact)] + [""] * (4 - 2 * len(line)) for line in lines]
    spans: list[Any] = [("SPAN", (1, row), (3, row)) for row, line in enumerate(lines) if len(line) == 1]
    style = [
        *spans,
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.6, "black"),
        *((f"{side}PADDING", (0, 0), (-1, -1), size) for side, size in zip(_SIDES, (0, 6, 3, 4), strict=True)),
    ]
    table = Table(rows, colWidths=[_WIDTH * share for share in (0.19, 0.31, 0.19, 0.31)], style=style)
    return CondPageBreak(0.8 * inch), Paragraph(_text(section.title), _HEADING), table, Spacer(1, 12)


def _paired(facts: Sequence[Fact]) -> list[tuple[Fact, ...]]:
    """Return the lines of a section: two short facts beside each other, a long one by itself."""
    lines: list[tuple[Fact, ...]] = []
    for fact in facts:
        if lines and len(lines[-1]) == 1 and _is_short(fact) and _is_short(lines[-1][0]):
            lines[-1] = (*lines[-1], fact)
        else:
            lines.append((fact,))
    return lines


def _is_short(fact: Fact) -> bool:
    return bool(stringWidth(fact.value, _CELL_VALUE.fontName, _CELL_VALUE.fontSize) < _WIDTH * 0.28)


def _cells(fact: Fact) -> tuple[Paragraph, Paragraph]:
    return Paragraph(_text(fact.label), _CELL), Paragraph(_text(fact.value), _CELL_VALUE)


def _side_by_side(left: Sequence[Flowable], right: Sequence[Flowable], share: float) -> Table:
    return Table(
        [[list(left), list(right)]],
        colWidths=[_WIDTH * share, _WIDTH * (1 - share)],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), *[(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in _SIDES]],
    )


_SIDES = ("LEFT", "RIGHT", "TOP", "BOTTOM")


def _rule() -> HRFlowable:
    return HRFlowable(width="100%", thickness=2.5, color="black", spaceBefore=7, spaceAfter=9)


def _reply_part(sheet: NoticeSheet) -> list[Flowable]:
    if not sheet.missing:
        return []
    boxes: list[Flowable] = [_TickBox(_text(item)) for item in sheet.missing]
    answer = f"Fax back to {_text(phones.display(sheet.reply_fax or sheet.organization_fax))}, this page first."
    heading = [
        _Dashes(),
        Paragraph("Still needed", _HEADING),
        Paragraph("Please tick what you are sending, and put it behind this page.", _BODY),
    ]
    return [
        CondPageBreak(1.8 * inch),
        KeepTogether([*heading, boxes[0]]),
        *boxes[1:],
        KeepTogether([Spacer(1, 4), Paragraph(answer, _HEADING)]),
    ]


def _draw_foot(canvas: Canvas, sheet: NoticeSheet, page_total: int) -> None:
    canvas.setLineWidth(1.5)
    canvas.line(_MARGIN, 0.98 * inch, letter[0] - _MARGIN, 0.98 * inch)
    canvas.setFont("Helvetica", 11)
    canvas.drawString(
        _MARGIN, 0.77 * inch, "Confidential: for the office named above only. If this fax is not for you,"
    )
    call = f"call {phones.display(sheet.organization_phone)}" if sheet.organization_phone else "tell us"
    canvas.drawString(_MARGIN, 0.58 * inch, _printable(f"please {call} and destroy it."))
    canvas.setFont("Helvetica-Bold", 11)
    page = f"Page {sheet.first_page + canvas.getPageNumber() - 1} of {page_total}"
    canvas.drawRightString(letter[0] - _MARGIN, 0.58 * inch, page)
    if canvas.getPageNumber() > 1:
        canvas.drawRightString(letter[0] - _MARGIN, 0.77 * inch, reference.display(sheet.reference))


class _ReferenceBox(Flowable):
    """The reference number in big type, the facts, and the code."""

    _CODE = 1.6 * inch
    # Four modules of white around the code, as ISO/IEC 18004 asks.
    _PAD = 19.0

    def __init__(self, number: str, facts: Sequence[Fact]) -> None:
        super().__init__()
        self._number = number
        self._facts = facts
        self.width = _WIDTH
        self.height = max(self._CODE + 2 * self._PAD, 62 + 16.0 * len(facts) + 2 * self._PAD)

    def wrap(self, _available_width: float, _available_height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas = self.canv
        canvas.setLineWidth(2)
        canvas.rect(0, 0, self.width, self.height)
        top = self.height - self._PAD
        canvas.setFont("Helvetica", 12)
        canvas.drawString(self._PAD, top - 11, "Reference number")
        canvas.setFont("Courier-Bold", 33)
        canvas.drawString(self._PAD - 2, top - 45, reference.display(self._number))
        for line, fact in enumerate(self._facts):
            self._draw_fact(fact, top - 71 - 16 * line)
        _draw_code(canvas, self._number, self.width - self._PAD - self._CODE, top - self._CODE, self._CODE)

    def _draw_fact(self, fact: Fact, y: float) -> None:
        left, right = self._PAD, self.width - self._CODE - 3 * self._PAD
        label = _fitting(f"{fact.label}: ", "Helvetica", 12, right - left)
        self.canv.setFont("Helvetica", 12)
        self.canv.drawString(left, y, label)
        left += self.canv.stringWidth(label, "Helvetica", 12)
        self.canv.setFont("Helvetica-Bold", 12)
        self.canv.drawString(left, y, _fitting(fact.value, "Helvetica-Bold", 12, right - left))


def _draw_code(canvas: Canvas, number: str, x: float, y: float, side: float) -> None:
    # Level H and wide modules: a quarter of the symbol may be lost on the line or to dirt on a scanner's glass.
    code = segno.make(reference.qr_payload(number), error="h", micro=False)
    rows = tuple(code.matrix)
    module = side / len(rows)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                # A hair wider than the module, or the rows come apart in rendering.
                canvas.rect(x + across * module, y + side - (down + 1) * module, module + 0.05, module + 0.05, 0, 1)


class _Ladder(Flowable):
    """The steps of the referral from left to right."""

    _RADIUS = 8.0

    def __init__(self, steps: Sequence[LadderStep]) -> None:
        super().__init__()
        self._steps = steps
        self.width = _WIDTH
        self.height = 54.0

    def wrap(self, _available_width: float, _available_height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        column = self.width / len(self._steps)
        y = self.height - self._RADIUS - 2
        for number, step in enumerate(self._steps):
            x = column * (number + 0.5)
            if number:
                self._draw_rail(x - column, x, y, done=step.state is StepState.DONE)
            self._draw_step(step, x, y, column)

    def _draw_rail(self, left: float, right: float, y: float, *, done: bool) -> None:
        self.canv.setLineWidth(4 if done else 1.5)
        self.canv.line(left + self._RADIUS + 3, y, right - self._RADIUS - 3, y)

    def _draw_step(self, step: LadderStep, x: float, y: float, column: float) -> None:
        canvas, done = self.canv, step.state is StepState.DONE
        canvas.setLineWidth(2)
        canvas.circle(x, y, self._RADIUS, fill=int(done))
        if done:
            self._draw_tick(x, y)
        if step.state is StepState.NEXT:
            canvas.circle(x, y, self._RADIUS * 0.4, fill=1)
        bold = step.state is not StepState.OPEN
        _draw_centred(canvas, step.label, x, y - 26, column - 4, bold=bold)
        words = step.when or {StepState.NEXT: "next"}.get(step.state, "")
        _draw_centred(canvas, words, x, y - 40, column - 4, bold=False)

    def _draw_tick(self, x: float, y: float) -> None:
        canvas = self.canv
        canvas.saveState()
        canvas.setStrokeColor("white")
        canvas.setLineWidth(2.4)
        canvas.lines([(x - 4, y, x - 1, y - 3.5), (x - 1, y - 3.5, x + 4.5, y + 4)])
        canvas.restoreState()


def _draw_centred(canvas: Canvas, text: str, x: float, y: float, width: float, *, bold: bool) -> None:
    font = "Helvetica-Bold" if bold else "Helvetica"
    canvas.setFont(font, 11)
    canvas.drawCentredString(x, y, _fitting(text, font, 11, width))


def _fitting(text: str, font: str, size: float, width: float) -> str:
    shown = _printable(text)
    while shown and stringWidth(shown, font, size) > width:
        shown = shown[:-1]
    return shown


class _TickBox(Flowable):
    """An empty square with a text that may need several lines."""

    _SIDE = 13.0

    def __init__(self, text: str) -> None:
        super().__init__()
        self._paragraph = Paragraph(text, _BODY)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        _, height = self._paragraph.wrap(available_width - 26, available_height)
        return available_width, max(height, self._SIDE) + 7

    def draw(self) -> None:
        top = self._paragraph.height + 5
        self.canv.setLineWidth(1.5)
        self.canv.rect(2, top - self._SIDE - 2, self._SIDE, self._SIDE)
        self._paragraph.drawOn(self.canv, 26, 5)


class _Dashes(Flowable):
    """The line above the reply part."""

    def wrap(self, available_width: float, _available_height: float) -> tuple[float, float]:
        self.width = available_width
        return available_width, 20

    def draw(self) -> None:
        self.canv.setLineWidth(1.5)
        self.canv.setDash(6, 4)
        self.canv.line(0, 12, self.width, 12)


def _printable(text: str) -> str:
    # The standard fonts of PDF know Western European letters only; others lose their accents rather than turn black.
    def plain(character: str) -> str:
        if character.encode("cp1252", "ignore"):
            return character
        folded = unicodedata.normalize("NFKD", character).encode("cp1252", "ignore").decode("cp1252")
        return folded or "?"

    composed = unicodedata.normalize("NFC", text)
    return "".join(plain(character) for character in composed if character == "\n" or character.isprintable())


def _text(text: str) -> str:
    return escape(_printable(text))


# -- documents behind it ----------------------------------------------------------------------------------------------


def _is_pdf(document: bytes) -> bool:
    return b"%PDF" in document[:1024]


def _merged(parts: Sequence[bytes]) -> bytes:
    whole = pypdfium2.PdfDocument.new()
    try:
        for part in parts:
            _append(whole, part)
        output = io.BytesIO()
        whole.save(output)
    finally:
        whole.close()
    return output.getvalue()


def _append(whole: pypdfium2.PdfDocument, part: bytes) -> None:
    source = pypdfium2.PdfDocument(part)
    try:
        if not 0 < len(source) <= MAX_PAGES - len(whole):
            raise AttachmentUnreadable
        whole.import_pages(source)
    finally:
        source.close()


def _as_pdf(document: bytes) -> bytes:
    if _is_pdf(document):
        return document
    output = io.BytesIO()
    canvas = Canvas(output, pagesize=letter, invariant=1)
    for frame in _frames(document):
        _draw_page(canvas, frame)
        canvas.showPage()
    canvas.save()
    return output.getvalue()


def _frames(document: bytes) -> Iterable[Image.Image]:
    try:
        with Image.open(io.BytesIO(document), formats=("TIFF", "PNG", "JPEG")) as image:
            for number, frame in enumerate(ImageSequence.Iterator(image)):
                if number >= MAX_PAGES or frame.width * frame.height > _MAX_PIXELS:
                    raise AttachmentUnreadable
                yield frame.copy()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise AttachmentUnreadable from error


def _draw_page(canvas: Canvas, frame: Image.Image) -> None:
    across, along = (float(value) or 1.0 for value in frame.info.get("dpi") or (1.0, 1.0))
    # Fax pixels are not square: the paper's shape comes from the resolution, not from the pixels.
    width, height = frame.width / across, frame.height / along
    paper = (letter[1], letter[0]) if width > height else letter
    canvas.setPageSize(paper)
    scale = min((paper[0] - 18) / width, (paper[1] - 18) / height)
    size = (width * scale, height * scale)
    image = ImageReader(frame if frame.mode in {"1", "L", "RGB"} else frame.convert("RGB"))
    canvas.drawImage(image, (paper[0] - size[0]) / 2, (paper[1] - size[1]) / 2, *size)
