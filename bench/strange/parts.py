"""Pieces several layouts share: letterheads, tick boxes, signatures, stamps, footers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.strange import fonts
from bench.strange.draw import Page, Spot, hull, unaccented
from bench.strange.kit import Fax
from bench.strange.people import Case

_PRIVILEGED = (
    "CONFIDENTIALITY NOTICE: The documents accompanying this fax contain confidential health information that is "
    "legally privileged. If you are not the intended recipient, you are hereby notified that any disclosure, copying "
    "or distribution is strictly prohibited. If you have received this fax in error please notify the sender."
)
_PROTECTED = (
    "This transmission may contain protected health information (PHI). Unauthorized redisclosure may be a violation "
    "of federal law (45 CFR Parts 160 and 164). Received in error? Call the number above and shred all pages."
)
CONFIDENTIAL = (
    _PRIVILEGED,
    _PROTECTED,
    "Please deliver to the addressee. If pages are missing or illegible call us back.",
)


def letterhead(fax: Fax, page: Page, case: Case, *, style: int = -1, y: float = 90) -> float:
    """Draw the sender's name, address and numbers at the top; returns the y below it."""
    rng, o = fax.rng, case.other
    style = rng.randint(0, 4) if style < 0 else style
    numbers = case.opt("Phone <rphone>") + case.opt("   Fax <rfax>")
    if style == 0:  # centred, with a rule
        page.put(864, y, "<org>", size=44, bold=True, align="c")
        page.put(864, y + 60, o.org_addr, size=24, align="c")
        page.put(864, y + 94, numbers, size=24, align="c")
        page.hline(110, 1618, y + 140, 3)
        return y + 165
    if style == 1:  # logo on the left, numbers on the right
        _logo(fax, page, 110, y)
        page.put(230, y + 10, "<org>", size=38, bold=True)
        page.put(230, y + 62, "Compassionate care for every generation", size=22, italic=True)
        page.put(1618, y, o.org_addr.split(", ")[0], size=22, align="r")
        page.put(1618, y + 28, ", ".join(o.org_addr.split(", ")[1:]), size=22, align="r")
        page.put(1618, y + 56, case.opt("T: <rphone>"), size=22, align="r")
        page.put(1618, y + 84, case.opt("F: <rfax>"), size=22, align="r")
        return y + 140
    if style == 2:  # name only; the numbers stand at the foot of the page
        page.put(110, y, "<org|u>", size=36, bold=True)
        page.hline(110, 1618, y + 56, 6)
        page.put(864, 2068, f"{o.org_addr}   •   " + numbers.replace("   ", "   •   "), size=21, align="c")
        return y + 90
    if style == 3:  # doctors' names under the practice
        page.put(864, y, "<org>", size=40, bold=True, align="c", face="bookman")
        page.put(
            864, y + 54, f"{o.pcp}, M.D.     <refc>     {o.other_doctor}, D.O.", size=23, align="c", face="bookman"
        )
        page.put(864, y + 88, f"{o.org_addr}     " + numbers, size=21, align="c", face="bookman")
        return y + 150
    page.put(1618, y, "<org>", size=34, bold=True, align="r")
    page.put(1618, y + 46, o.org_addr, size=22, align="r")
    page.put(
        1618,
        y + 76,
        f"Main {case.number(o.pcp_phone)}   " + case.opt("Referrals direct <rphone>") + case.opt("   FAX <rfax>"),
        size=22,
        align="r",
    )
    page.hline(110, 1618, y + 112, 1)
    return y + 140


def _logo(fax: Fax, page: Page, x: float, y: float) -> None:
    kind = fax.rng.randint(0, 2)
    if kind == 0:
        page.oval(x, y, x + 96, y + 96, 5)
        page.rect(x + 40, y + 18, x + 56, y + 78, fill=0)
        page.rect(x + 18, y + 40, x + 78, y + 56, fill=0)
    elif kind == 1:
        page.stroke(
            [(x, y + 90), (x + 30, y + 20), (x + 55, y + 60), (x + 72, y + 35), (x + 100, y + 90), (x, y + 90)], 5
        )
    else:
        for ring in range(0, 48, 12):
            page.oval(x + ring, y + ring, x + 96 - ring, y + 96 - ring, 3)


def tick(  # noqa: PLR0913 - all that typography varies
    page: Page,
    x: float,
    y: float,
    label: str,
    *,
    on: bool = False,
    field: str = "",
    size: int = 0,
    mark: str = "x",
    case: Case | None = None,
) -> Spot:
    """Return a check box and its label; when `on` and a field is named, square and label together are its evidence."""
    size = size or page.size
    side = round(size * 0.82)
    top = y + size * 0.2
    page.rect(x, top, x + side, top + side, width=2)
    if on:
        _mark(page, x, top, side, mark)
    end = page.put(x + side + 10, y, label, size=size, case=case, mark=False)
    if on and field:
        box = hull([(x, top, x + side, top + side), (x + side + 10, y + size * 0.15, end.x, y + size * 1.15)])
        page.mark(field, box, label)
    return end


def _mark(page: Page, x: float, top: float, side: float, mark: str) -> None:
    wobble = page.rng.uniform(-3, 3)
    if mark == "x":
        page.stroke([(x + 3, top + 3), (x + side - 3, top + side - 3)], 3)
        page.stroke([(x + 3, top + side - 3), (x + side - 3, top + 3)], 3)
    elif mark == "pen":  # a pen's cross that leaves the square
        page.stroke([(x - 5 + wobble, top - 6), (x + side + 6, top + side + 5 + wobble)], 4)
        page.stroke([(x + side + 5, top - 7 + wobble), (x - 5, top + side + 4)], 4)
    elif mark == "v":
        page.stroke(
            [(x + 2, top + side * 0.55), (x + side * 0.4, top + side + wobble), (x + side * 1.3, top - side * 0.45)], 4
        )
    else:
        page.rect(x + 3, top + 3, x + side - 3, top + side - 3, fill=0)


def circle(page: Page, box: tuple[float, float, float, float]) -> None:
    """Draw a pen's circle around a printed choice."""
    x0, y0, x1, y1 = box
    cx, cy, rx, ry = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2 + 16, (y1 - y0) / 2 + 11
    points = [
        (cx + rx * math.cos(a / 10) * (1 + 0.01 * a / 10), cy + ry * math.sin(a / 10) * (1 + 0.02 * a / 10))
        for a in range(-4, 64)
    ]
    page.stroke(points, 3)


def choices(  # noqa: PLR0913 - all that typography varies
    page: Page,
    x: float,
    y: float,
    options: Sequence[str],
    chosen: str,
    field: str,
    *,
    style: str = "x",
    size: int = 0,
    gap: float = 40,
) -> Spot:
    """Return printed options in a row, the chosen one ticked or (style "circle") circled; matched by first letters."""
    size = size or page.size
    at = x
    for option in options:
        on = bool(chosen) and option.lower().replace("-", "").startswith(chosen.lower().replace("-", "")[:3])
        if style == "circle":
            end = page.put(at, y, option, size=size, mark=False)
            if on:
                box = page.text_box(at, y, option, size=size)
                circle(page, box)
                page.mark(field, box, option)
        else:
            end = tick(page, at, y, option, on=on, field=field, size=size, mark=style)
        at = end.x + gap
    return Spot(at, y + size * 1.3)


def signature(fax: Fax, page: Page, x: float, y: float, name: str, *, size: int = 46) -> None:
    """Draw a pen's signature on the line at `y`; never evidence."""
    if fax.chance(0.6):
        face = fax.rng.choice(fonts.SIGNATURES)
        name = unaccented(name) if face in fonts.WITHOUT_ACCENTS else name
        page.tilted(
            x, y, name, fax.rng.uniform(0, 2.5), size=round(size * fonts.HANDS.get(face, 1.0)), face=face, bold=False
        )
        return
    swing = [fax.rng.uniform(-18, 34) * (1 if step < 16 else 0.3) for step in range(26)]
    page.stroke([(x + step * 13, y - 14 - high) for step, high in enumerate(swing)], 3)


def stamp(fax: Fax, page: Page, x: float, y: float, text: str, *, angle: float | None = None, size: int = 52) -> None:
    """Draw a rubber stamp: tilted frame with text, worn grey."""
    angle = fax.rng.uniform(-14, 14) if angle is None else angle
    length = page.length(text, size=size, bold=True)
    page.tilted(x, y, text, angle if abs(angle) >= 3 else 3.5, size=size, grey=40)
    turn = math.radians(-(angle if abs(angle) >= 3 else 3.5))
    cx, cy = x + length / 2, y - size * 0.36
    corners = [
        (-length / 2 - 20, -size * 0.66),
        (length / 2 + 20, -size * 0.66),
        (length / 2 + 20, size * 0.66),
        (-length / 2 - 20, size * 0.66),
    ]
    points = [
        (cx + px * math.cos(turn) - py * math.sin(turn), cy + px * math.sin(turn) + py * math.cos(turn))
        for px, py in corners
    ]
    page.stroke([*points, points[0]], 5, 40)
    fax.tag("stamp")


def crossed(fax: Fax, page: Page, x: float, y: float, wrong: str, right: str, *, size: int = 0) -> Spot:
    """Draw a wrong handwritten value struck through, the right one after it."""
    end = page.write(x, y, wrong, size=size)
    middle = y + (size or page.size + 6) * 0.75
    page.stroke([(x - 4, middle + 3), (end.x - 8, middle - 4)], 4)
    page.stroke([(x - 2, middle - 8), (end.x - 12, middle + 6)], 3)
    fax.tag("crossed-out")
    return page.write(end.x + 14, y - 6, right, size=size)


def footer(fax: Fax, page: Page, *, y: float = 2010, size: int = 18) -> None:
    """Draw a confidentiality notice."""
    page.put(110, y, fax.rng.choice(CONFIDENTIAL), size=size, width=1500, italic=fax.chance(0.3))


def table(  # noqa: PLR0913 - all that typography varies
    page: Page,
    x: float,
    y: float,
    widths: Sequence[float],
    rows: Sequence[Sequence[str]],
    *,
    size: int = 22,
    rules: bool = True,
    header: bool = True,
    pad: float = 8,
    grey_header: bool = False,
) -> float:
    """Rows of templates in columns; returns the y below."""
    lines = [y]
    for number, row in enumerate(rows):
        top = lines[-1]
        bottom = top
        if number == 0 and header and grey_header:
            page.rect(x, top, x + sum(widths), top + size * 1.3 + 2 * pad, fill=215)
        at = x
        for width, cell in zip(widths, row, strict=True):
            spot = page.put(at + pad, top + pad, cell, size=size, width=width - 2 * pad, bold=header and number == 0)
            bottom = max(bottom, spot.y)
            at += width
        lines.append(bottom + pad * 0.6)
    if rules:
        for line in lines:
            page.hline(x, x + sum(widths), line, 2)
        at = x
        for width in (0, *widths):
            at += width
            page.vline(at, lines[0], lines[-1], 2)
    return lines[-1]


def kv(  # noqa: PLR0913 - all that typography varies
    page: Page,
    x: float,
    y: float,
    label: str,
    template: str,
    *,
    at: float = 0,
    size: int = 0,
    width: float = 0,
    hand: bool = False,
    bold: bool = True,
) -> Spot:
    """Return a label and behind it (at x `at`, or right after it) the value."""
    end = page.put(x, y, label, size=size, bold=bold)
    left = at or end.x + 12
    if not template:
        return Spot(left, end.y)
    if hand:
        return page.write(left, y - 8, template, width=width)
    return page.put(left, y, template, size=size, width=width)


def blank_line(page: Page, x0: float, x1: float, y: float) -> None:
    """Draw the rule somebody writes on."""
    page.hline(x0, x1, y, 2)
