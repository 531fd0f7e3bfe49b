"""Frames to messages of at most 16 KiB and back, for channels with a message limit."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.errors import RemoteProtocolError
from app.protocol.frames import MAX_FRAME_SIZE

MAX_MESSAGE_SIZE = 16 * 1024
_CHUNK = MAX_MESSAGE_SIZE - 1
LAST = b"\x00"
MORE = b"\x01"


def split(frame: bytes) -> Iterator[bytes]:
    """Yield the messages of one frame: a flag byte (1: more follows), then a part."""
    for start in range(0, len(frame), _CHUNK):
        flag = MORE if start + _CHUNK < len(frame) else LAST
        yield flag + frame[start : start + _CHUNK]


class Reassembler:
    """Joins the messages of an ordered channel to frames."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def receive(self, message: bytes) -> bytes | None:
        """Take a message; return a frame when it is whole.

        Raises RemoteProtocolError("frame-malformed" | "frame-too-large").
        """
        flag, part = message[:1], message[1:]
        if flag not in (LAST, MORE) or not part or len(part) > _CHUNK:
            raise RemoteProtocolError("frame-malformed", "bad fragment")
        self._parts.append(part)
        self._size += len(part)
        if self._size > MAX_FRAME_SIZE:
            raise RemoteProtocolError("frame-too-large")
        if flag == MORE:
            return None
        frame = b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        return frame
