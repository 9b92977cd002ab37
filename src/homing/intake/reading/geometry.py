"""Where a point of the prepared image lies on the page as received, and the other way round."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, cast

from homing.intake.reading.types import Box

Rotation = Literal[0, 90, 180, 270]


@dataclass(frozen=True, slots=True)
class Affine:
    """x' = a*x + b*y + c; y' = d*x + e*y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where the point goes."""
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    def then(self, other: Affine) -> Affine:
        """Return the map that applies this one first and `other` to its result."""
        return Affine(
            other.a * self.a + other.b * self.d,
            other.a * self.b + other.b * self.e,
            other.a * self.c + other.b * self.f + other.c,
            other.d * self.a + other.e * self.d,
            other.d * self.b + other.e * self.e,
            other.d * self.c + other.e * self.f + other.f,
        )

    def inverse(self) -> Affine:
        """Return the map back. Raises ZeroDivisionError where there is none."""
        scale = 1.0 / (self.a * self.e - self.b * self.d)
        a, b, d, e = self.e * scale, -self.b * scale, -self.d * scale, self.a * scale
        return Affine(a, b, -(a * self.c + b * self.f), d, e, -(d * self.c + e * self.f))

    def hull(self, box: Box) -> Box:
        """Return the upright box around the four mapped corners of `box`."""
        x0, y0, x1, y1 = box
        corners = [self.point(x, y) for x in (x0, x1) for y in (y0, y1)]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return min(across), min(down), max(across), max(down)


def scaling(across: float, down: float) -> Affine:
    """Return the map that stretches."""
    return Affine(across, 0, 0, 0, down, 0)


def moving(right: float, down: float) -> Affine:
    """Return the map that moves."""
    return Affine(1, 0, right, 0, 1, down)


def upright(width: float, height: float, rotation: int, skew: float) -> tuple[Affine, float, float]:
    """Return the map that makes a page of `width` by `height` upright, and the width and height it then has.

    It turns clockwise by `rotation`, then takes away a `skew` of that many degrees clockwise about the new centre.
    """
    turned = _quarter_turns(width, height, rotation)
    wide, high = (height, width) if rotation in {90, 270} else (width, height)
    angle = math.radians(skew)
    cos, sin, x, y = math.cos(angle), math.sin(angle), wide / 2, high / 2
    level = Affine(cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y)
    return turned.then(level), wide, high


def _quarter_turns(width: float, height: float, rotation: int) -> Affine:
    return {
        0: Affine(1, 0, 0, 0, 1, 0),
        90: Affine(0, -1, height, 1, 0, 0),
        180: Affine(-1, 0, width, 0, -1, height),
        270: Affine(0, 1, 0, -1, 0, width),
    }[rotation]


def as_rotation(degrees: int) -> Rotation:
    """Return `degrees` as one of the four turns."""
    return cast("Rotation", degrees % 360)


def clipped(box: Box) -> Box:
    """Return `box` within the page."""
    x0, y0, x1, y1 = (min(max(edge, 0.0), 1.0) for edge in box)
    return x0, y0, x1, y1
