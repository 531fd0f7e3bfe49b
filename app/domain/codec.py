"""Bodies to bytes and back: MessagePack maps with the kind under "t".

Fields that a newer version added to a known kind are ignored; anything else out of order
makes the body Unsupported, the same on every machine, so that the log stays whole.
"""

from __future__ import annotations

import msgspec

from app.domain.events import (
    MAX_NAME_LENGTH,
    MAX_ROOM_NAME_LENGTH,
    MAX_TEXT_BYTES,
    Body,
    Created,
    Joined,
    KnownBody,
    Left,
    ProfileNamed,
    Renamed,
    Text,
    Unsupported,
)
from app.domain.ids import EVENT_ID_SIZE

MAX_CODE_SIZE = 16
MAX_KIND_LENGTH = 32


class _Kind(msgspec.Struct):
    t: str


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(KnownBody)
_kind_decoder = msgspec.msgpack.Decoder(_Kind)


def encode_body(body: KnownBody) -> bytes:
    """Return the bytes to be sealed."""
    return _encoder.encode(body)


def decode_body(raw: bytes) -> Body:
    """Return the content of an opened body; never raises."""
    try:
        body = _decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return Unsupported(_kind_of(raw))
    return body if is_within_bounds(body) else Unsupported(_kind_of(raw))


def _kind_of(raw: bytes) -> str:
    try:
        return _kind_decoder.decode(raw).t[:MAX_KIND_LENGTH]
    except (msgspec.DecodeError, RecursionError):
        return ""


def is_within_bounds(body: KnownBody) -> bool:
    """Tell whether every field of `body` has an allowed size."""
    match body:
        case Text(text, reply_to):
            sized = 0 < len(text.encode("utf-8", "surrogatepass")) <= MAX_TEXT_BYTES
            return sized and (reply_to is None or len(reply_to) == EVENT_ID_SIZE)
        case Created(name, code):
            return 0 < len(name) <= MAX_ROOM_NAME_LENGTH and len(code) <= MAX_CODE_SIZE
        case Renamed(name):
            return 0 < len(name) <= MAX_ROOM_NAME_LENGTH
        case Joined(name) | ProfileNamed(name):
            return 0 < len(name) <= MAX_NAME_LENGTH
        case Left():
            return True
