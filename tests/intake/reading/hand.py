"""Text as a hand would write it: every letter of its own size, slant and height above the line."""

from __future__ import annotations

import random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Gray = NDArray[np.uint8]


def written(page: Image.Image, text: str, left: int, baseline: int, *, seed: int = 3) -> Image.Image:
    """Return the page with `text` written on it."""
    dice = random.Random(seed)  # noqa: S311 - a shaky hand, not a secret
    gray = np.asarray(page.convert("L")).copy()
    x = left
    for letter in text:
        x += _letter(gray, letter, x, baseline, dice)
    return Image.fromarray(gray).convert("1", dither=Image.Dither.NONE)


def _letter(gray: Gray, letter: str, x: int, baseline: int, dice: random.Random) -> int:
    """Draw one letter and return how far to move on."""
    if letter == " ":
        return 26
    scale, side = dice.uniform(1.3, 2.1), 120
    cell = np.full((side, side), 255, np.uint8)
    cv2.putText(cell, letter, (25, 85), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, scale, 0, dice.choice([3, 4]), cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((60, 60), dice.uniform(-14, 14), 1.0)
    cell = np.asarray(cv2.warpAffine(cell, turn, (side, side), borderValue=(255,)), dtype=np.uint8)
    top = baseline - 85 + dice.randint(-9, 9)
    place = gray[top : top + side, x - 25 : x - 25 + side]
    np.minimum(place, cell[: place.shape[0], : place.shape[1]], out=place)
    return int(cv2.getTextSize(letter, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, scale, 3)[0][0]) + dice.randint(-4, 3)
