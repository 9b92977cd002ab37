"""Fonts of the machine, grouped as offices use them, with the width of any text."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from PIL import ImageFont

PRINT: Final = (
    "Liberation Sans",
    "Liberation Sans Narrow",
    "Liberation Serif",
    "Liberation Mono",
    "DejaVu Sans",
    "DejaVu Sans Mono",
    "DejaVu Serif",
    "Carlito",
    "Caladea",
    "FreeSans",
    "FreeSerif",
    "FreeMono",
    "Nimbus Sans",
    "Nimbus Roman",
    "Nimbus Mono PS",
    "C059",
    "P052",
    "URW Bookman",
    "URW Gothic",
    "Open Sans",
    "Roboto",
    "Roboto Condensed",
    "Noto Sans",
    "Noto Serif",
    "GNUTypewriter",
)
HAND: Final = (
    "Comic Neue",
    "DkgHandwriting",
    "Breip",
    "Dancing Script",
    "Ecolier_court",
    "femkeklaver",
    "Humor Sans",
    "Kristi",
    "Rufscript",
    "Klee One",
    "Kaushan Script",
)
_UNIT = 200


@dataclass(frozen=True, slots=True)
class Font:
    """A font of `size` points."""

    family: str
    size: float
    bold: bool = False
    hand: bool = False

    def width(self, text: str) -> float:
        """Return the width of `text` in points."""
        widths = _widths(self.family, self.bold)
        return sum(widths(letter) for letter in text) * self.size / _UNIT

    def sized(self, size: float) -> Font:
        """Return it in another size."""
        return Font(self.family, size, self.bold, self.hand)

    def bolder(self) -> Font:
        """Return it bold."""
        return replace(self, bold=True)


@cache
def installed() -> dict[tuple[str, bool], str]:
    """Return the file of each installed family, regular and bold."""
    found: dict[tuple[str, bool], str] = {}
    listing = subprocess.run(
        ["fc-list", "--format", "%{family}|%{style}|%{file}\n"], check=True, capture_output=True, text=True
    ).stdout
    for line in sorted(listing.splitlines()):
        families, styles, file = line.split("|")[:3]
        style = styles.lower()
        if "italic" in style or "oblique" in style or not file.endswith((".ttf", ".otf", ".t1", ".pfb")):
            continue
        for family in families.split(","):
            found.setdefault((family, "bold" in style), file)
    return found


def path(family: str, *, bold: bool = False) -> str:
    """Return the file of a family, of its regular where there is no bold, of DejaVu Sans where there is neither."""
    files = installed()
    return files.get((family, bold)) or files.get((family, False)) or files["DejaVu Sans", False]


@cache
def _widths(family: str, bold: bool) -> Callable[[str], float]:  # noqa: FBT001
    font = ImageFont.truetype(path(family, bold=bold), _UNIT)

    @cache
    def width(letter: str) -> float:
        return float(font.getlength(letter))

    return width


def choose(rng: random.Random, *, hand: bool = False, sizes: tuple[float, float] = (8.0, 12.0)) -> Font:
    """Return a font for one page."""
    family = rng.choice(HAND if hand else PRINT)
    low, high = sizes if not hand else (sizes[0] + 2.0, sizes[1] + 4.0)
    return Font(family, round(rng.uniform(low, high), 1), hand=hand)
