"""What scanner, photocopier and fax line do to a page; keeps track of where every point went."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bench.strange import fonts
from bench.strange.draw import WIDTH, Box

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Treatment:
    """`noise` 0 to 2; `skew` degrees; `turn` quarter turns counter-clockwise; `fine` 196 lines an inch, else 98."""

    noise: int
    skew: float
    turn: int
    fine: bool
    strip: str = ""
    edge: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The page as transmitted (True = white) and the matrix from page pixels to fractions of it."""

    image: NDArray[np.bool_]
    matrix: NDArray[np.float64]

    def fraction(self, box: Box) -> list[float]:
        """Hull of the box on the page as transmitted, as fractions within 0 to 1."""
        x0, y0, x1, y1 = box
        corners = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]]).T
        x, y = self.matrix @ corners
        return [round(float(v), 4) for v in np.clip([x.min(), y.min(), x.max(), y.max()], 0, 1)]


def send(grey: Grey, how: Treatment, rng: random.Random) -> Sent:
    """Scan, skew, turn, dirty and threshold one page."""
    dirt = np.random.default_rng(rng.getrandbits(32))
    height, width = grey.shape
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), how.skew, 1.0), dtype=np.float64)
    if how.skew:
        matrix[:, 2] = matrix[:, 2] + dirt.uniform(-6, 6, 2)
        grey = cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=255).astype(np.uint8)
    fractions = np.array([[1 / width, 0, 0], [0, 1 / height, 0]])
    to_fraction = np.vstack([fractions @ np.vstack([matrix, [0, 0, 1]]), [0, 0, 1]])
    turning = np.linalg.matrix_power(np.array([[0, 1, 0], [-1, 0, 1], [0, 0, 1]], dtype=float), how.turn % 4)
    grey = np.ascontiguousarray(np.rot90(grey, how.turn))
    lines = grey.shape[0] * WIDTH / grey.shape[1] * (1.0 if how.fine else 0.5)
    if grey.shape[1] != WIDTH or not how.fine:
        grey = cv2.resize(grey, (WIDTH, round(lines)), interpolation=cv2.INTER_AREA).astype(np.uint8)
    grey = _strip(grey, how)
    return Sent(_threshold(grey, how, dirt), (turning @ to_fraction)[:2])


def _strip(grey: Grey, how: Treatment) -> Grey:
    """Return the line the sending machine writes across the top, always the right way up."""
    if not how.strip:
        return grey
    layer = Image.new("L", (WIDTH, 44), 255)
    ImageDraw.Draw(layer).text((40, 32), how.strip, font=fonts.load(fonts.path_of("mono"), 26), fill=0, anchor="ls")
    strip = np.asarray(layer)
    if not how.fine:
        strip = cv2.resize(strip, (WIDTH, 22), interpolation=cv2.INTER_AREA).astype(np.uint8)
    out = grey.copy()
    out[: strip.shape[0]] = np.minimum(out[: strip.shape[0]], strip)
    return out


def _threshold(grey: Grey, how: Treatment, dirt: np.random.Generator) -> NDArray[np.bool_]:
    height, width = grey.shape
    if how.noise:
        sigma = (0.0, 0.55, 0.9)[how.noise]
        grey = cv2.GaussianBlur(grey, (0, 0), sigma).astype(np.uint8)
    base = 135.0 if how.noise == 0 else float(dirt.uniform(140, 172) + 14 * (how.noise - 1))
    level = np.full((height, width), base + (0 if how.fine else 26) + (18 if how.turn % 2 else 0), dtype=np.float32)
    if how.noise:
        level += _cloud(dirt, height, width, 160, (0, 12, 22)[how.noise])  # unevenly lit
        level += _cloud(dirt, height, width, 5, (0, 13, 21)[how.noise])  # broken strokes
    level = np.minimum(level, 198)  # light grey shading survives as white
    if how.edge:
        level += _shadow(dirt, height, width)
    white: NDArray[np.bool_] = grey > level
    _speckle(white, how, dirt)
    return white


def _cloud(dirt: np.random.Generator, height: int, width: int, cell: int, strength: float) -> NDArray[np.float32]:
    small = dirt.normal(0, strength, (height // cell + 2, width // cell + 2)).astype(np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _shadow(dirt: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    """Return a dark rim along one side, as of a photocopy with the lid open."""
    reach = int(dirt.integers(18, 46))
    rim = np.zeros((height, width), dtype=np.float32)
    fall = np.linspace(260, 0, reach, dtype=np.float32)
    noise = dirt.normal(0, 60, (height, reach)).astype(np.float32)
    side = np.where(fall[None, :] > 0, fall[None, :] + noise, 0)
    if dirt.random() < 0.5:
        rim[:, :reach] = side
    else:
        rim[:, -reach:] = side[:, ::-1]
    return rim


def _speckle(white: NDArray[np.bool_], how: Treatment, dirt: np.random.Generator) -> None:
    height, width = white.shape
    count = int((0, 500, 2600)[how.noise] * height / 2156)
    y, x = dirt.integers(0, height - 2, count), dirt.integers(0, width - 2, count)
    white[y, x] = False
    large = count // 6
    white[y[:large] + 1, x[:large]] = False
    white[y[:large], x[:large] + 1] = False
    holes = count // 2
    white[dirt.integers(0, height, holes), dirt.integers(0, width, holes)] = True
    if how.noise == 2 and dirt.random() < 0.4:  # a line of dropped dots from the sending machine
        column = int(dirt.integers(60, width - 60))
        white[:, column : column + 2] ^= dirt.random((height, 1)) < 0.5
