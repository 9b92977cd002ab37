"""Look at generated pages: `python -m training.reading.preview --family NAME --count 4 --out FOLDER` writes PNGs."""

from __future__ import annotations

import argparse
import colorsys
import random
import zlib
from pathlib import Path

from PIL import ImageDraw

from training.reading import facts
from training.reading.banks import Banks
from training.reading.families import families, sheet
from training.reading.scan import picture

_SCALE = 204 / 72


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", default="")
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    chosen = [one for held in (False, True) for one in families(held_out=held) if one.name.startswith(options.family)]
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    for number in range(options.count):
        banks = Banks(rng, held_out=False)
        family = rng.choice(chosen)
        for index, page in enumerate(family.draw(sheet(rng, banks, facts.case(rng, banks)))):
            image = picture(page, rng, 0).convert("RGB")
            draw = ImageDraw.Draw(image)
            for word in page.words:
                for mark in word.marks:
                    colour = tuple(
                        round(255 * part)
                        for part in colorsys.hsv_to_rgb(zlib.crc32(mark.label.encode()) % 360 / 360, 0.9, 0.8)
                    )
                    draw.rectangle([one * _SCALE for one in word.box], outline=colour, width=2)
                    draw.text((word.box[0] * _SCALE, word.box[1] * _SCALE - 12), mark.label, fill=colour)
            image.save(out / f"{family.name}-{number}-{index}.png")


if __name__ == "__main__":
    main()
