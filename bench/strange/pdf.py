"""PDF files: with a text layer as an EHR prints them, or of images as a fax server stores them."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bench.strange.draw import LineOp, Page, RectOp, TextOp

_LETTER = (612.0, 792.0)


def write_digital(path: Path, pages: list[Page]) -> None:
    """Every drawing operation as text or line; TrueType fonts only."""
    canvas = Canvas(str(path), pagesize=_LETTER, invariant=1)
    for page in pages:
        size = (792.0, 612.0) if page.landscape else _LETTER
        canvas.setPageSize(size)
        across, down = size[0] / page.width, size[1] / page.height
        for op in page.ops:
            canvas.saveState()
            canvas.translate(0, size[1])
            canvas.scale(across, down)
            _draw(canvas, op)
            canvas.restoreState()
        canvas.showPage()
    canvas.save()


def _draw(canvas: Canvas, op: TextOp | LineOp | RectOp) -> None:
    if isinstance(op, TextOp):
        canvas.setFillGray(op.grey / 255)
        canvas.setFont(_font(op.path), op.size)
        canvas.translate(op.x, -op.base)
        if op.angle:
            canvas.rotate(op.angle)
        canvas.drawString(0, 0, op.text)
        return
    canvas.setLineWidth(op.width)
    canvas.setStrokeGray(op.grey / 255)
    if isinstance(op, LineOp):
        for (x0, y0), (x1, y1) in zip(op.points, op.points[1:], strict=False):
            canvas.line(x0, -y0, x1, -y1)
        return
    x0, y0, x1, y1 = op.box
    if op.oval:
        canvas.ellipse(x0, -y0, x1, -y1)
    else:
        canvas.setFillGray((op.fill or 0) / 255)
        canvas.rect(x0, -y1, x1 - x0, y1 - y0, stroke=int(op.fill is None), fill=int(op.fill is not None))


def _font(path: Path) -> str:
    if path.stem not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(path.stem, str(path)))
    return path.stem


def write_images(path: Path, images: list[Image.Image]) -> None:
    """One full-page image a page, no text."""
    canvas = Canvas(str(path), pagesize=_LETTER, invariant=1)
    for image in images:
        tall = image.height > image.width * 0.55  # standard resolution has half the lines
        size = _LETTER if tall else (792.0, 612.0)
        canvas.setPageSize(size)
        buffer = io.BytesIO()
        image.save(buffer, format="PNG")
        buffer.seek(0)
        canvas.drawImage(ImageReader(buffer), 0, 0, *size)
        canvas.showPage()
    canvas.save()
