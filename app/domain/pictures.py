"""Small pictures of people and rooms, which travel in events and are named by their digest."""

from __future__ import annotations

import hashlib

import msgspec

MAX_PICTURE_BYTES = 16 * 1024
MAX_PICTURE_SIDE = 256
"""Pixels; whoever decodes one refuses what is larger."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"


class Pictured(msgspec.Struct, frozen=True, tag_field="t", tag="pictured"):
    """The author looks so, in whatever room it says it; nothing takes the picture away."""

    image: bytes


class RoomPictured(msgspec.Struct, frozen=True, tag_field="t", tag="room-picture"):
    """The room has this picture; nothing takes it away."""

    image: bytes


def is_picture(image: bytes) -> bool:
    """Tell whether `image` may be sent: nothing, or what begins like a PNG, JPEG or WebP."""
    webp = image[:4] == b"RIFF" and image[8:12] == b"WEBP"
    known = not image or webp or image.startswith((_PNG, _JPEG))
    return known and len(image) <= MAX_PICTURE_BYTES


def picture_name(image: bytes) -> str:
    """Return what names a picture: SHA-256 in hexadecimal, "" for none."""
    return hashlib.sha256(image).hexdigest() if image else ""
