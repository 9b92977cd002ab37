"""Render the strange layouts: `python -m bench.strange OUT_DIR [--seed N] [--only NAME] [--variants K]`."""

from __future__ import annotations

import argparse
import json
import random
import sys
import zlib
from pathlib import Path

from PIL import Image

from bench.strange import fonts, layouts, pdf
from bench.strange.degrade import Sent, Treatment, send
from bench.strange.draw import Page, raster
from bench.strange.kit import LAYOUTS, Fax, Layout
from bench.strange.people import People
from bench.strange.truth import truth_of


def main() -> int:
    """Draw the files; exit 1 when a font is missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.strange", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="layouts whose name contains this")
    parser.add_argument("--variants", type=int, default=0, help="files of each layout (default: what the layout says)")
    chosen = parser.parse_args()
    try:
        fonts.check_all()
    except fonts.FontMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    layouts.load_all()
    chosen.out.mkdir(parents=True, exist_ok=True)
    files = pages = 0
    for layout in LAYOUTS.values():
        if chosen.only in layout.name:
            for variant in range(chosen.variants or layout.variants):
                files += 1
                pages += make(layout, variant, chosen.seed, chosen.out)
    print(f"{files} files, {pages} pages of {len(LAYOUTS)} layouts in {chosen.out}")
    return 0


def make(layout: Layout, variant: int, seed: int, out: Path) -> int:
    """Draw one file and its truth; returns its number of pages."""
    fax = drawn(layout, variant, seed)
    if layout.digital and variant % 3 == 0:
        fax.tag("digital", "noise0")
        name = f"{layout.name}_{variant}.pdf"
        pdf.write_digital(out / name, fax.pages)
        sent = [_unchanged(page) for page in fax.pages]
    else:
        name, sent = _transmit(fax, layout, variant, out)
    fax.tag("single" if len(fax.documents) == 1 else "batch")
    truth = truth_of(fax, name, sent)
    (out / f"{layout.name}_{variant}.json").write_text(
        json.dumps(truth, indent=1, ensure_ascii=False), encoding="utf-8"
    )
    return len(fax.pages)


def drawn(layout: Layout, variant: int, seed: int) -> Fax:
    """Return the file as drawing operations, before any degradation."""
    rng = random.Random(zlib.crc32(f"{seed}/{layout.name}/{variant}".encode()))
    fax = Fax(layout.name, rng, People(rng), variant)
    fax.tag("printed-new-layout")
    layout.draw(fax)
    if "handwriting" in fax.tags:
        fax.tags.discard("printed-new-layout")
    return fax


def _transmit(fax: Fax, layout: Layout, variant: int, out: Path) -> tuple[str, list[Sent]]:
    rng = fax.rng
    noise = (variant + len(layout.name)) % 3
    if layout.gentle:
        noise = min(noise, 1)
    fine = rng.random() < (0.72 if noise < 2 else 0.88)
    fax.tag(f"noise{noise}", "fine-resolution" if fine else "standard-resolution")
    turned = rng.random()
    strip = fax.strip or _strip(fax)
    sent: list[Sent] = []
    for number, page in enumerate(fax.pages, 1):
        turn = _turn(page, turned, rng, fine=fine)
        if turn == 2:
            fax.tag("rotated-180")
        elif turn % 2 and not page.landscape:
            fax.tag("rotated-90")
        skew = rng.uniform(-2, 2) if noise and rng.random() < 0.7 else rng.uniform(-0.3, 0.3)
        text = strip.replace("{p}", f"{number:03d}").replace("{n}", f"{len(fax.pages):03d}")
        how = Treatment(noise, round(skew, 2), turn, fine, text, edge=noise > 0 and rng.random() < 0.3)
        sent.append(send(raster(page), how, rng))
    images = [Image.fromarray(page.image) for page in sent]
    if rng.random() < 0.09:
        fax.tag("image-pdf")
        name = f"{layout.name}_{variant}.pdf"
        pdf.write_images(out / name, images)
    else:
        name = f"{layout.name}_{variant}.tif"
        dpi = (204, 196 if fine else 98)
        images[0].save(out / name, compression="group4", dpi=dpi, save_all=True, append_images=images[1:])
    return name, sent


def _turn(page: Page, turned: float, rng: random.Random, *, fine: bool) -> int:
    if page.landscape:
        return rng.choice((1, 3))
    if turned < 0.06:  # the whole stack, or one sheet of it
        return 2
    if turned < 0.11:
        return 2 if rng.random() < 0.5 else 0
    if turned < 0.15 and fine:
        return rng.choice((1, 3)) if rng.random() < 0.6 else 0
    return 0


def _strip(fax: Fax) -> str:
    """Return what sending machines print: their own clock (often wrong), number and page count."""
    rng = fax.rng
    if rng.random() < 0.25:
        return ""
    number = fax.people.phone(rng.choice(("617", "304", "712", "541")))
    dialled = fax.people.phone("614")
    form = rng.choice((
        "11/{d}/2026 {h}:{m:02d} {a} FAX {s}          P.{{p}}/{{n}}",
        "Nov {d} 2026 {h}:{m:02d}AM  HP Fax {s}   page {{p}}",
        "FROM: {s}   TO: +1{t}   Page: {{p}} of {{n}}   11/{d}/26 {h}:{m:02d}",
        "2026-11-{d} {h}:{m:02d} EST   {s} -> {t}   {{p}}/{{n}}",
        "01/01/2009 00:{m:02d}  {s}  MEDICAL OFFICE   PAGE {{p}}/{{n}}",
        "Received: {h}:{m:02d} 11/{d}/2026   Fax Server   {s}   Pg {{p}}",
    ))  # fmt: skip
    text = form.format(
        d=rng.randint(10, 21), h=rng.randint(7, 12), m=rng.randint(0, 59), a=rng.choice("AP") + "M", s=number, t=dialled
    )
    return str(text)


def _unchanged(page: Page) -> Sent:
    import numpy as np

    matrix = np.array([[1 / page.width, 0, 0], [0, 1 / page.height, 0]])
    return Sent(np.zeros((1, 1), dtype=bool), matrix)


if __name__ == "__main__":
    sys.exit(main())
