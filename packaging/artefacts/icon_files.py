"""Icon files of Windows and macOS: both are envelopes around PNG pictures of several sizes."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

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
