"""A document of its own for some pages of a file, so that one patient's pages never travel with another's. Pure."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DPI = 200.0
#: The same pages give the same bytes, so that the same part sent again is recognised.
_EPOCH = time.gmtime(0)


def pdf_of(pngs: Sequence[bytes], *, dpi: float = _DPI) -> bytes:
    """Return a PDF of these page images, in this order."""
    images = _images(pngs)
    target = io.BytesIO()
    next(images).save(
        target,
        format="PDF",
        save_all=True,
        append_images=images,
        resolution=dpi or _DPI,
        creationDate=_EPOCH,
        modDate=_EPOCH,
    )
    return target.getvalue()


def _images(pngs: Sequence[bytes]) -> Iterator[Image.Image]:
    for png in pngs:
        image = Image.open(io.BytesIO(png))
        yield image if image.mode in {"1", "L", "RGB"} else image.convert("RGB")
