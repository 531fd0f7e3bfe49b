"""What the child that looks at films and sounds says of one of them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAX_SIDE = 2048
MAX_MS = 1 << 40
_HEAD = struct.Struct(">BQIIH")
_SOUND, _FILM = 1, 2
_TURNS = frozenset({0, 90, 180, 270})


@dataclass(frozen=True, slots=True)
class Look:
    """`ms` is how long it is, 0 if nobody knows. A film may have a picture: `rgba`, a byte each for
    red, green, blue and alpha, row by row, to be shown `turned` clockwise by so many degrees."""

    ms: int
    has_sound: bool = False
    has_film: bool = False
    width: int = 0
    height: int = 0
    turned: int = 0
    rgba: bytes = b""


def pack(look: Look) -> bytes:
    """Return what the child writes."""
    kinds = _SOUND * look.has_sound | _FILM * look.has_film
    return _HEAD.pack(kinds, look.ms, look.width, look.height, look.turned) + look.rgba


def unpack(said: bytes, side: int) -> Look | None:
    """Return what a child has said, None for nonsense; pictures have at most `side` pixels."""
    if len(said) < _HEAD.size:
        return None
    kinds, ms, width, height, turned = _HEAD.unpack(said[: _HEAD.size])
    rgba = said[_HEAD.size :]
    sized = max(width, height) <= side and len(rgba) == width * height * 4
    if not sized or kinds not in (1, 2, 3) or ms > MAX_MS or turned not in _TURNS:
        return None
    return Look(ms, bool(kinds & _SOUND), bool(kinds & _FILM), width, height, turned, rgba)
