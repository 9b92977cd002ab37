"""A page as a list of drawing operations, which knows where each field's value was put."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bench.strange import fonts
from bench.strange.people import Case, Piece

Box = tuple[float, float, float, float]
WIDTH, HEIGHT = 1728, 2156


@dataclass(frozen=True, slots=True)
class TextOp:
    """`x`, `base`: left end of the base line; `grey`: 0 black to 255 white; `angle`: degrees, counter-clockwise."""

    x: float
    base: float
    text: str
    path: Path
    size: int
    grey: int = 0
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class LineOp:
    """A line through all the points."""

    points: tuple[tuple[float, float], ...]
    width: int = 2
    grey: int = 0


@dataclass(frozen=True, slots=True)
class RectOp:
    """`fill`: None draws the outline only."""

    box: Box
    width: int = 2
    fill: int | None = None
    grey: int = 0
    oval: bool = False


Op = TextOp | LineOp | RectOp


@dataclass(frozen=True, slots=True)
class Mark:
    """A field's value stands in `box` (page pixels before degradation)."""

    field: str
    box: Box
    text: str
    part: bool = False


@dataclass(slots=True)
class Document:
    """One document of the file; `case` None for what concerns nobody."""

    kind: str
    case: Case | None = None
    pages: list[int] = field(default_factory=list)
    printed_destination: str = ""
    alternates: dict[str, list[str]] = field(default_factory=dict)
    optional: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a drawn text ended: right end and bottom."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Atom:
    text: str
    piece: Piece
    spaced: bool
    number: int


class Page:
    """Drawing surface of one page; coordinates are pixels at 204x196 dpi."""

    def __init__(
        self,
        rng: random.Random,
        document: Document | None,
        *,
        case: Case | None = None,
        face: str = "sans",
        size: int = 26,
        landscape: bool = False,
    ) -> None:
        self.rng = rng
        self.document = document
        self.case = case or (document.case if document else None)
        self.face = face
        self.size = size
        self.hand = "breip"
        self.width, self.height = (HEIGHT, WIDTH) if landscape else (WIDTH, HEIGHT)
        self.landscape = landscape
        self.turn = 0
        self.skew: float | None = None
        self.strip = ""
        self.ops: list[Op] = []
        self.marks: list[Mark] = []

    # --- text ---------------------------------------------------------------------------------------------------
    def put(  # noqa: PLR0913 - all that typography varies
        self,
        x: float,
        y: float,
        template: str,
        *,
        size: int = 0,
        face: str = "",
        bold: bool = False,
        italic: bool = False,
        width: float = 0,
        align: str = "l",
        grey: int = 0,
        lead: float = 1.3,
        case: Case | None = None,
        mark: bool = True,
    ) -> Spot:
        """Write a template with its top at `y`; wraps at `width`; `align` l, c (x is the centre) or r."""
        font_size = size or self.size
        path = fonts.path_of(face or self.face, bold=bold, italic=italic)
        pieces = self._pieces(template, case, plain=(face or self.face) in fonts.WITHOUT_ACCENTS)
        end, top = x, y
        boxes: dict[int, list[tuple[Piece, Box]]] = {}
        for line in self._lines(pieces, path, font_size, width):
            length = fonts.load(path, font_size).getlength(_joined(line))
            left = x - (length / 2 if align == "c" else length if align == "r" else 0)
            self._line(left, top + font_size * 0.94, line, path, font_size, grey, boxes)
            end = max(end, left + length)
            top += font_size * lead
        if mark:
            self._record(boxes)
        return Spot(end, top)

    def write(
        self,
        x: float,
        y: float,
        template: str,
        *,
        size: int = 0,
        width: float = 0,
        case: Case | None = None,
        hand: str = "",
        grey: int = 0,
    ) -> Spot:
        """Write by hand: words dance on the line."""
        face = hand or self.hand
        font_size = round((size or self.size + 6) * fonts.HANDS.get(face, 1.2))
        path = fonts.path_of(face)
        pieces = self._pieces(template, case, plain=face in fonts.WITHOUT_ACCENTS)
        boxes: dict[int, list[tuple[Piece, Box]]] = {}
        end, top = x, y
        for line in self._lines(pieces, path, font_size, width):
            at = x
            drift = self.rng.uniform(-0.012, 0.012)
            for word in _words(line):
                base = (
                    y
                    + (top - y)
                    + (size or self.size + 6) * 1.05
                    + self.rng.uniform(-0.05, 0.05) * font_size
                    + (at - x) * drift
                )
                self._line(at, base, word, path, font_size, grey, boxes, angle=self.rng.uniform(-1.0, 1.0))
                at += fonts.load(path, font_size).getlength(_joined(word) + " ") * self.rng.uniform(0.97, 1.08)
            end = max(end, at)
            top += font_size * 1.15
        self._record(boxes)
        return Spot(end, top)

    def _pieces(self, template: str, case: Case | None, *, plain: bool) -> list[Piece]:
        owner = case or self.case
        template = template.lstrip(",; ")  # what stood before it was left out
        pieces = owner.pieces(template) if owner else [Piece(template)]
        if not plain:
            return pieces
        return [Piece(unaccented(piece.text), piece.field, part=piece.part) for piece in pieces]

    def _lines(self, pieces: Sequence[Piece], path: Path, size: int, width: float) -> list[list[_Atom]]:
        words = _words(list(_atoms(pieces)))
        if not width:
            return [[atom for word in words for atom in word]]
        font = fonts.load(path, size)
        lines: list[list[_Atom]] = [[]]
        for word in words:
            if lines[-1] and font.getlength(_joined(lines[-1] + word)) > width:
                lines.append([])
            lines[-1].extend(word)
        return lines

    def _line(
        self,
        x: float,
        base: float,
        line: list[_Atom],
        path: Path,
        size: int,
        grey: int,
        boxes: dict[int, list[tuple[Piece, Box]]],
        angle: float = 0.0,
    ) -> None:
        font = fonts.load(path, size)
        for start, run in _runs(line):
            text = _joined(run)
            before = _joined(line[:start])
            left = x + font.getlength(before + (" " if run[0].spaced and start else ""))
            self.ops.append(TextOp(left, base, text, path, size, grey, angle))
            box = font.getbbox(text, anchor="ls")
            absolute = (left + box[0] - 1, base + box[1] - 1, left + box[2] + 1, base + box[3] + 1)
            boxes.setdefault(run[0].number, []).append((run[0].piece, absolute))

    def _record(self, boxes: dict[int, list[tuple[Piece, Box]]]) -> None:
        for number in sorted(boxes):
            piece = boxes[number][0][0]
            if piece.field:
                self.mark(piece.field, hull([box for _, box in boxes[number]]), piece.text, part=piece.part)

    def mark(self, name: str, box: Box, text: str, *, part: bool = False) -> None:
        """Return the value of a field stands here."""
        self.marks.append(Mark(name, box, text, part))

    # --- lines and boxes ----------------------------------------------------------------------------------------
    def hline(self, x0: float, x1: float, y: float, width: int = 2, grey: int = 0) -> None:
        """Draw a level line."""
        self.ops.append(LineOp(((x0, y), (x1, y)), width, grey))

    def vline(self, x: float, y0: float, y1: float, width: int = 2) -> None:
        """Draw an upright line."""
        self.ops.append(LineOp(((x, y0), (x, y1)), width))

    def rect(self, x0: float, y0: float, x1: float, y1: float, *, width: int = 2, fill: int | None = None) -> None:
        """Draw a rectangle; with `fill` (grey 0 to 255) a filled one without outline."""
        self.ops.append(RectOp((x0, y0, x1, y1), width, fill))

    def oval(self, x0: float, y0: float, x1: float, y1: float, width: int = 3, grey: int = 0) -> None:
        """Draw an ellipse."""
        self.ops.append(RectOp((x0, y0, x1, y1), width, None, grey, oval=True))

    def stroke(self, points: Sequence[tuple[float, float]], width: int = 3, grey: int = 0) -> None:
        """Draw a pen stroke through the points."""
        self.ops.append(LineOp(tuple(points), width, grey))

    def bar(
        self, x0: float, y0: float, x1: float, text: str, *, size: int = 26, dark: bool = True, height: float = 0
    ) -> float:
        """Draw a heading on a filled bar; returns its bottom."""
        bottom = y0 + (height or size * 1.5)
        self.rect(x0, y0, x1, bottom, fill=0 if dark else 205)
        self.put(x0 + 12, y0 + (bottom - y0 - size * 1.2) / 2, text, size=size, bold=True, grey=255 if dark else 0)
        return bottom

    def tilted(
        self,
        x: float,
        base: float,
        text: str,
        angle: float,
        *,
        size: int,
        face: str = "sans",
        bold: bool = True,
        grey: int = 0,
    ) -> None:
        """Draw plain text turned by `angle` degrees; never evidence."""
        self.ops.append(TextOp(x, base, text, fonts.path_of(face, bold=bold), size, grey, angle))

    def text_box(self, x: float, y: float, text: str, *, size: int = 0, face: str = "", bold: bool = False) -> Box:
        """Return the ink box `put` would give this plain text."""
        font = fonts.load(fonts.path_of(face or self.face, bold=bold), size or self.size)
        box = font.getbbox(text, anchor="ls")
        base = y + (size or self.size) * 0.94
        return (x + box[0] - 1, base + box[1] - 1, x + box[2] + 1, base + box[3] + 1)

    def length(self, text: str, *, size: int = 0, face: str = "", bold: bool = False) -> float:
        """Return the width of plain text in pixels."""
        return fonts.load(fonts.path_of(face or self.face, bold=bold), size or self.size).getlength(text)


# --- words ------------------------------------------------------------------------------------------------------
def unaccented(text: str) -> str:
    """Without accents, for fonts that have none."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _atoms(pieces: Sequence[Piece]) -> list[_Atom]:
    out: list[_Atom] = []
    spaced = False
    for number, piece in enumerate(pieces):
        for place, word in enumerate(piece.text.split(" ")):
            spaced = spaced or place > 0
            if word:
                out.append(_Atom(word, piece, spaced, number))
                spaced = False
    return out


def _words(atoms: list[_Atom]) -> list[list[_Atom]]:
    words: list[list[_Atom]] = []
    for atom in atoms:
        if words and not atom.spaced:
            words[-1].append(atom)
        else:
            words.append([atom])
    return words


def _joined(atoms: Sequence[_Atom]) -> str:
    return "".join((" " if atom.spaced and place else "") + atom.text for place, atom in enumerate(atoms))


def _runs(line: list[_Atom]) -> list[tuple[int, list[_Atom]]]:
    runs: list[tuple[int, list[_Atom]]] = []
    for place, atom in enumerate(line):
        if runs and runs[-1][1][-1].number == atom.number:
            runs[-1][1].append(atom)
        else:
            runs.append((place, [atom]))
    return runs


def hull(boxes: Sequence[Box]) -> Box:
    """Return the smallest box around all."""
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


# --- raster -----------------------------------------------------------------------------------------------------
def raster(page: Page) -> NDArray[np.uint8]:
    """Return the page as a grey image."""
    image = Image.new("L", (page.width, page.height), 255)
    pen = ImageDraw.Draw(image)
    for op in page.ops:
        if isinstance(op, TextOp):
            _text(image, pen, op)
        elif isinstance(op, LineOp):
            pen.line(list(op.points), fill=op.grey, width=op.width, joint="curve")
        elif op.oval:
            pen.ellipse(op.box, outline=op.grey, width=op.width)
        else:
            pen.rectangle(op.box, fill=op.fill, outline=op.grey if op.fill is None else None, width=op.width)
    return np.asarray(image)


def _text(image: Image.Image, pen: ImageDraw.ImageDraw, op: TextOp) -> None:
    font = fonts.load(op.path, op.size)
    if abs(op.angle) < 0.05:
        pen.text((op.x, op.base), op.text, font=font, fill=op.grey, anchor="ls")
        return
    margin = op.size
    wide = int(font.getlength(op.text)) + 2 * margin
    layer = Image.new("L", (wide, 3 * margin), 0)
    ImageDraw.Draw(layer).text((margin, 2 * margin), op.text, font=font, fill=255, anchor="ls")
    turned = (
        layer.rotate(op.angle, Image.Resampling.BILINEAR, center=(margin, 2 * margin)) if abs(op.angle) < 3 else None
    )
    if turned is None:  # a stamp: turn about its middle, without cutting it off
        turned = layer.rotate(op.angle, Image.Resampling.BILINEAR, expand=True)
        x = op.x - margin + wide / 2 - turned.width / 2
        y = op.base - 2 * margin + 1.5 * margin - turned.height / 2
    else:
        x, y = op.x - margin, op.base - 2 * margin
    image.paste(op.grey, (round(x), round(y)), turned)
