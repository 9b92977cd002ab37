"""Presenters of the small components that many screens share. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: What stands where there is nothing to say.
NOTHING: Final = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Badge:
    """A short word with a tone: quiet, info, good, warn, bad, plum, accent or plain."""

    text: str
    tone: str = "quiet"
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of a list; `count` is of what the list then shows."""

    label: str
    url: str
    is_current: bool = False
    count: int | None = None
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that opens the list it counts."""

    key: str
    count: int
    label: str
    url: str
    hint: str = ""
    tone: str = "quiet"


@dataclass(frozen=True, slots=True)
class Meter:
    """A confidence: whole percent, `level` high, middle or low."""

    percent: int
    level: str


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form as it is shown, with what was wrong with it."""

    name: str
    label: str
    value: str = ""
    error: str = ""
    hint: str = ""
    is_required: bool = False
    prefix: str = ""
    #: Said only where some inputs of the form must be filled in.
    is_marked_optional: bool = False

    @property
    def id(self) -> str:
        """The id of its input: unique on the page by `prefix`."""
        return "-".join(part for part in ("f", self.prefix, self.name) if part).replace(".", "-")


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box on a page, in pixels of the page as received; `field` is whose evidence it is."""

    field: str
    label: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page image: an SVG of `view_width` by `view_height` in which `turn` stands the received page upright."""

    number: int
    url: str
    width: int
    height: int
    rotation: int = 0
    boxes: tuple[Rectangle, ...] = ()
    is_eager: bool = False
    note: str = ""

    @property
    def view_width(self) -> int:
        """Width of the turned page."""
        return self.height if self.rotation % 180 else self.width

    @property
    def view_height(self) -> int:
        """Height of the turned page."""
        return self.width if self.rotation % 180 else self.height

    @property
    def turn(self) -> str:
        """The SVG transform that turns the page clockwise by `rotation`."""
        return {
            90: f"translate({self.height} 0) rotate(90)",
            180: f"translate({self.width} {self.height}) rotate(180)",
            270: f"translate(0 {self.width}) rotate(270)",
        }.get(self.rotation, "")


def meter(confidence: float, sure: float = 0.9) -> Meter:
    """Return the meter of a confidence from 0 to 1; at `sure` it is high."""
    level = "high" if confidence >= sure else "middle" if confidence >= 0.5 else "low"
    return Meter(round(confidence * 100), level)


def plural(count: int, one: str, many: str = "") -> str:
    """Return `1 page`, `3 pages`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
