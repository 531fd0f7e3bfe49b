"""Icon files of Windows and macOS: envelopes around PNG pictures of several sizes; and bitmaps."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

from launch.shell import Problem

ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
# Twice the size means: for a display of twice the density.
ICNS_KINDS = (
    (b"ic11", 32),
    (b"ic12", 64),
    (b"ic07", 128),
    (b"ic13", 256),
    (b"ic08", 256),
    (b"ic14", 512),
    (b"ic09", 512),
    (b"ic10", 1024),
)


def pictures(folder: Path) -> dict[int, bytes]:
    """Return the PNG files of a folder (`16.png`, ...) by their size in pixels."""
    return {int(file.stem): file.read_bytes() for file in sorted(folder.glob("*.png"))}


def ico(pngs: Mapping[int, bytes]) -> bytes:
    """Return Windows' icon file of PNGs by size; raises KeyError if a size is missing."""
    offset = 6 + 16 * len(ICO_SIZES)
    entries = b""
    for size in ICO_SIZES:
        side = size % 256  # 256 is written as 0
        entries += struct.pack("<4B2H2I", side, side, 0, 0, 1, 32, len(pngs[size]), offset)
        offset += len(pngs[size])
    head = struct.pack("<3H", 0, 1, len(ICO_SIZES))
    return head + entries + b"".join(pngs[size] for size in ICO_SIZES)


def icns(pngs: Mapping[int, bytes]) -> bytes:
    """Return macOS' icon file of PNGs by size; raises KeyError if a size is missing."""
    parts = [
        kind + struct.pack(">I", 8 + len(pngs[size])) + pngs[size] for kind, size in ICNS_KINDS
    ]
    body = b"".join(parts)
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def bitmap(png: bytes, width: int, height: int, ground: tuple[int, int, int]) -> bytes:
    """Return a .bmp of a PNG in the middle of a ground (red, green, blue).

    Takes PNGs as artefacts/icons.py writes them: 8 bits, red, green, blue, alpha. Raises Problem.
    """
    size, rows = _rows(png)
    left, top = (width - size) // 2, (height - size) // 2
    plain = bytes(reversed(ground))
    lines = [plain * width] * height
    for place, row in enumerate(rows):
        middle = b"".join(_blend(row[at : at + 4], plain) for at in range(0, len(row), 4))
        lines[top + place] = plain * left + middle + plain * (width - size - left)
    body = b"".join(line + bytes(-len(line) % 4) for line in reversed(lines))
    info = struct.pack("<I2i2H6I", 40, width, height, 1, 24, 0, len(body), 2835, 2835, 0, 0)
    return struct.pack("<2sI2HI", b"BM", 54 + len(body), 0, 0, 54) + info + body


def _blend(pixel: bytes, ground: bytes) -> bytes:
    """Lay red, green, blue, alpha over blue, green, red."""
    alpha = pixel[3]
    return bytes(
        (over * alpha + under * (255 - alpha) + 127) // 255
        for over, under in zip(pixel[2::-1], ground, strict=True)
    )


def _rows(png: bytes) -> tuple[int, list[bytes]]:
    """Return the side of a square PNG in pixels, and its rows from the top."""
    place, packed = 8, b""
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        if kind == b"IDAT":
            packed += png[place + 8 : place + 8 + length]
        place += 12 + length
    width, height, *form = struct.unpack_from(">2I5B", png, 16)
    if width != height or form != [8, 6, 0, 0, 0]:
        raise Problem("An icon is not square, or not of 8 bits with alpha.")
    flat, stride = zlib.decompress(packed), 4 * width
    rows = [bytes(stride)]
    for start in range(0, len(flat), stride + 1):
        line = flat[start + 1 : start + 1 + stride]
        rows.append(_unfiltered(flat[start], line, rows[-1]))
    return width, rows[1:]


def _unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    """Undo what PNG does to a row to make it smaller; `above` is the row over it."""
    found = bytearray(4)  # the pixel left of the first, and then the row
    corner = bytes(4) + above
    for place, value in enumerate(line):
        left, over, across = found[place], above[place], corner[place]
        guess = (0, left, over, (left + over) // 2, _nearest(left, over, across))[kind]
        found.append((value + guess) % 256)
    return bytes(found[4:])


def _nearest(left: int, over: int, across: int) -> int:
    """Return the one that is nearest to what a plane through the three would have."""
    goal = left + over - across
    return min((left, over, across), key=lambda each: abs(goal - each))
