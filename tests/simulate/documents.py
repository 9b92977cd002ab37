"""Documents to fax, made on the spot."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas


def pdf(pages: int = 1, text: str = "synthetic") -> bytes:
    """Return a PDF with a line of text on each page."""
    output = io.BytesIO()
    canvas = Canvas(output, pagesize=letter, invariant=1)
    for number in range(1, pages + 1):
        canvas.setFont("Helvetica", 40)
        canvas.drawString(72, 600, f"{text} {number}")
        canvas.showPage()
    canvas.save()
    return output.getvalue()


def fax_page(text: str = "synthetic", *, rows: int = 2156) -> Image.Image:
    """Return a page as a fax machine scans it."""
    page = Image.new("1", (1728, rows), 1)
    ImageDraw.Draw(page).text((200, 300), text, fill=0, font_size=60)
    return page


def tiff(pages: int = 1, *, fine: bool = True) -> bytes:
    """Return a Group 4 TIFF as a fax machine makes it."""
    rows, along = (2156, 196.0) if fine else (1078, 98.0)
    first, *rest = [fax_page(f"page {number}", rows=rows) for number in range(1, pages + 1)]
    output = io.BytesIO()
    first.save(output, "TIFF", compression="group4", dpi=(204.0, along), save_all=True, append_images=rest)
    return output.getvalue()
