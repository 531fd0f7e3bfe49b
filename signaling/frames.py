"""WebSocket frames (RFC 6455, section 5) in the one shape that clients usually send them in."""

from __future__ import annotations

from signaling.protocol import MAX_PACKET

TEXT = 0x81
BINARY = 0x82
"""The first byte of a frame that is a whole message, without extensions."""

_MASKED = 0x80
_TWO_BYTES, _EIGHT_BYTES = 126, 127
"""In place of a size: that it follows, in so many bytes."""


class UnusualFrame(Exception):  # noqa: N818 - it may be a good one, only not of that shape
    """A frame that somebody who knows all of the RFC has to read."""


def read(data: bytes | bytearray, start: int) -> tuple[int, bytes, int] | None:
    """Return the kind and content of the frame at `start`, and where the next one begins.

    None if it is not whole yet. Raises UnusualFrame.
    """
    if len(data) < start + 2:
        return None
    kind, size = data[start], data[start + 1] ^ _MASKED
    if kind not in (TEXT, BINARY) or size >= _MASKED:
        raise UnusualFrame
    start += 2
    if size >= _TWO_BYTES:
        extra = 2 if size == _TWO_BYTES else 8
        if len(data) < start + extra:
            return None
        size = int.from_bytes(data[start : start + extra], "big")
        start += extra
    if size > MAX_PACKET:
        raise UnusualFrame
    end = start + 4 + size
    if len(data) < end:
        return None
    return kind, _unmasked(data[start + 4 : end], data[start : start + 4]), end


def frame(kind: int, content: bytes) -> bytes:
    """Return a frame as a server sends it."""
    size = len(content)
    if size < _TWO_BYTES:
        return bytes((kind, size)) + content
    if size < 1 << 16:
        return bytes((kind, _TWO_BYTES)) + size.to_bytes(2, "big") + content
    return bytes((kind, _EIGHT_BYTES)) + size.to_bytes(8, "big") + content


def _unmasked(content: bytes | bytearray, mask: bytes | bytearray) -> bytes:
    size = len(content)
    key = (bytes(mask) * (size // 4 + 1))[:size]
    plain = int.from_bytes(content, "little") ^ int.from_bytes(key, "little")
    return plain.to_bytes(size, "little")
