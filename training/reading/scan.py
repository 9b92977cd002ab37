"""Pages drawn in black and white, spoiled as a fax line spoils them, and read by the real engine.

`python -m training.reading.scan --count N --out FILE` writes one JSON line per document: the same that `dataset` makes
with its model of an engine, so that training sees real errors and calibration sees nothing else.
"""

from __future__ import annotations

import argparse
import io
import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from homing.intake.extraction import model
from homing.intake.reading import recognise
from homing.intake.reading.engines import Reader, default_reader
from homing.intake.reading.types import PageText
from training.reading import fonts
from training.reading.compose import EMPTY, TICKED, UNKNOWN, Mark, Page, Printed
from training.reading.dataset import Drawn, drawn
from training.reading.families import families
from training.reading.noise import Seen

_DPI = 204
_SCALE = _DPI / 72


def picture(page: Page, rng: random.Random, level: int) -> Image.Image:
    """Return the page in black and white at 204 dpi, spoiled: `level` 0 clean, 1 usual, 2 bad."""
    image = Image.new("L", (round(page.width * _SCALE), round(page.height * _SCALE)), 255)
    draw = ImageDraw.Draw(image)
    for line in page.lines:
        box = tuple(one * _SCALE for one in line.box)
        if line.fill:
            draw.rectangle(box, fill=rng.choice((215, 225, 235)))
        else:
            draw.line(box, fill=0, width=max(1, round(line.weight * _SCALE)))
    for word in page.words:
        if word.text in {EMPTY, TICKED, UNKNOWN}:
            _box(draw, word, rng)
        else:
            font = _font(word.font.family, round(word.font.size * _SCALE), bold=word.font.bold)
            draw.text((word.box[0] * _SCALE, word.box[1] * _SCALE), word.text, fill=0, font=font)
    return Image.fromarray(_spoiled(np.asarray(image), rng, level))


def _box(draw: ImageDraw.ImageDraw, word: Printed, rng: random.Random) -> None:
    x0, y0, x1, y1 = (one * _SCALE for one in word.box)
    draw.rectangle((x0, y0, x1, y1), outline=0, width=2)
    if word.text == TICKED:
        if rng.random() < 0.6:
            draw.line((x0 + 2, y0 + 2, x1 - 2, y1 - 2), fill=0, width=3)
            draw.line((x0 + 2, y1 - 2, x1 - 2, y0 + 2), fill=0, width=3)
        else:
            draw.line((x0 + 1, y0 + (y1 - y0) / 2, x0 + (x1 - x0) / 2, y1 - 1, x1 + 3, y0 - 3), fill=0, width=3)
    elif word.text == UNKNOWN:
        draw.rectangle((x0 + 4, y0 + 4, x1 - (x1 - x0) / 2, y1 - (y1 - y0) / 2), fill=0)


def _spoiled(image: NDArray[np.uint8], rng: random.Random, level: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(rng.randint(0, 2**31))
    gray = image.astype(np.float64)
    if level:
        blurred = cv2.GaussianBlur(gray, (0, 0), rng.uniform(0.4, 0.7) * level)
        gray = np.asarray(blurred, np.float64) + noise.normal(0, 22 * level, gray.shape)
    dark = gray < rng.uniform(110, 175)
    if level:
        dark ^= noise.random(dark.shape) < 0.0006 * level
    if rng.random() < 0.25:
        # Standard resolution: every other row is lost.
        dark = np.repeat(dark[::2], 2, axis=0)[: dark.shape[0]]
    clean = np.where(dark, 0, 255).astype(np.uint8)
    turned = cv2.getRotationMatrix2D((clean.shape[1] / 2, clean.shape[0] / 2), rng.gauss(0, 0.5), 1)
    turned = cv2.warpAffine(clean, turned, clean.shape[::-1], flags=cv2.INTER_NEAREST, borderValue=(255,))
    return np.asarray(turned, np.uint8)


@cache
def _font(family: str, size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(fonts.path(family, bold=bold), size)


def read(page: Page, rng: random.Random, level: int, reader: Reader) -> tuple[list[Seen], PageText]:
    """Return the words that the engine reads on the page, marked as what is printed there, and its own answer."""
    written = io.BytesIO()
    picture(page, rng, level).save(written, "PNG", dpi=(_DPI, _DPI))
    text = recognise.page_text(reader, written.getvalue(), 1)
    words, placed = model.looked_at(text)
    del words
    printed = [
        ((one.box[0] / page.width, one.box[1] / page.height, one.box[2] / page.width, one.box[3] / page.height), one)
        for one in page.words
    ]
    seen = []
    for one in placed:
        box = (one.x0, one.y0, one.x1, one.y1)
        under = sorted((other for at, other in printed if _same_place(box, at)), key=lambda other: other.box[0])
        seen.append(Seen(one.text, box, one.confidence, _marks(one.text, under)))
    return seen, text


def _same_place(box: tuple[float, ...], at: tuple[float, ...]) -> bool:
    across = min(box[2], at[2]) - max(box[0], at[0])
    down = min(box[3], at[3]) - max(box[1], at[1])
    return across > 0.35 * min(box[2] - box[0], at[2] - at[0]) and down > 0.35 * min(box[3] - box[1], at[3] - at[1])


def _marks(text: str, under: list[Printed]) -> tuple[Mark, ...]:
    """Return the marks of the printed words, on the letters of `text` that were read from them."""
    truth = "".join(one.text for one in under)
    at = _mapping(truth, text)
    made, shift = [], 0
    for one in under:
        for mark in one.marks:
            start, end = at[mark.start + shift], at[mark.end + shift]
            if end > start:
                made.append(Mark(start, end, mark.label, mark.span))
        shift += len(one.text)
    return tuple(made)


def _mapping(truth: str, text: str) -> list[int]:
    """Return for each letter of `truth`, and its end, where it stands in `text`."""
    at = [0] * (len(truth) + 1)
    for step in Levenshtein.opcodes(truth, text):
        a0, a1, b0, b1 = step.src_start, step.src_end, step.dest_start, step.dest_end
        for index in range(a0, a1):
            at[index] = b0 + (b1 - b0) * (index - a0) // max(a1 - a0, 1)
    at[len(truth)] = len(text)
    return at


def documents(seed: int, count: int, *, held_out: bool) -> Iterator[dict[str, Any]]:
    """Yield documents as read by the engine, ready for JSON."""
    rng, reader = random.Random(seed), default_reader()
    chosen = families(held_out=held_out)
    for _ in range(count):
        document: Drawn = drawn(rng, held_out=held_out, chosen=chosen)
        level = rng.choices((0, 1, 2), (40, 38, 22))[0]
        pages = [(page, *read(page, rng, level, reader)) for page in document.pages]
        yield {
            "family": document.family,
            "level": level,
            "pages": [
                {
                    "kind": page.kind,
                    "document_kind": page.document_kind,
                    "printed": [[one.text, [asdict(mark) for mark in one.marks]] for one in page.words],
                    "seen": [asdict(one) for one in seen],
                }
                for page, seen, _ in pages
            ],
        }


def main() -> None:
    """Read the command line and scan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    with Path(options.out).open("a", encoding="utf-8") as out:
        for document in documents(options.seed, options.count, held_out=options.held_out):
            out.write(json.dumps(document) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
