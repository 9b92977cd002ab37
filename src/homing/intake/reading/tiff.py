"""The directories of a TIFF file (TIFF 6.0, section 2), followed by ourselves so that a broken page hides no other."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_CLASSIC = {b"II*\x00": "<", b"MM\x00*": ">"}
_FIRST = 4
_ENTRY = 12
_STRIP_OFFSETS, _STRIP_SIZES, _TILE_OFFSETS, _TILE_SIZES = 273, 279, 324, 325
_SIZES = {3: ("H", 2), 4: ("I", 4)}


@dataclass(frozen=True, slots=True)
class Directory:
    """Where a page's directory begins, and whether all of its data lies within the file."""

    offset: int
    whole: bool


def is_classic(data: bytes) -> bool:
    """Tell whether this is a TIFF of 32-bit offsets; BigTIFF is left to Pillow."""
    return data[:4] in _CLASSIC


def directories(data: bytes) -> Iterator[Directory]:
    """Yield the pages' directories in order. A chain that leaves the file, or is a circle, ends with a broken one."""
    order = _CLASSIC[data[:4]]
    seen: set[int] = set()
    offset = _number(data, _FIRST, order)
    while offset:
        count = struct.unpack_from(f"{order}H", data, offset)[0] if offset + 2 <= len(data) else 0
        end = offset + 2 + count * _ENTRY
        if not count or end + 4 > len(data) or offset in seen:
            yield Directory(offset, whole=False)
            return
        seen.add(offset)
        yield Directory(offset, whole=_whole(data, offset + 2, end, order))
        offset = _number(data, end, order)


def alone(data: bytes, directory: Directory) -> bytes:
    """Return the file with this page as its first."""
    order = _CLASSIC[data[:4]]
    return data[:_FIRST] + struct.pack(f"{order}I", directory.offset) + data[_FIRST + 4 :]


def _number(data: bytes, position: int, order: str) -> int:
    if position + 4 > len(data):
        return 0
    number: int = struct.unpack_from(f"{order}I", data, position)[0]
    return number


def _whole(data: bytes, start: int, end: int, order: str) -> bool:
    """Tell whether the strips or tiles of a page are named and lie within the file."""
    tags = {
        struct.unpack_from(f"{order}H", data, position)[0]: position
        for position in range(start, end, _ENTRY)
    }  # fmt: skip
    for offsets, sizes in ((_STRIP_OFFSETS, _STRIP_SIZES), (_TILE_OFFSETS, _TILE_SIZES)):
        if offsets in tags:
            places = _values(data, tags[offsets], order)
            lengths = _values(data, tags[sizes], order) if sizes in tags else [0] * len(places)
            pairs = zip(places, lengths, strict=False)
            return bool(places) and all(place > 0 and place + length <= len(data) for place, length in pairs)
    return False


def _values(data: bytes, position: int, order: str) -> list[int]:
    kind, count = struct.unpack_from(f"{order}HI", data, position + 2)
    letter, size = _SIZES.get(kind, ("", 0))
    if not letter or count > len(data):
        return []
    place = position + 8 if count * size <= 4 else _number(data, position + 8, order)
    if place + count * size > len(data):
        return []
    return list(struct.unpack_from(f"{order}{count}{letter}", data, place))
