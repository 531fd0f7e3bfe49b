"""Bodies to bytes and back: MessagePack maps with the kind under "t".

Fields that a newer version added to a known kind are ignored; anything else out of order
makes the body Unsupported, the same on every machine, so that the log stays whole.
"""

from __future__ import annotations

import re
from typing import get_args

import msgspec

from app.domain.bounds import is_within_bounds
from app.domain.errors import LocalProtocolError
from app.domain.events import Body, KnownBody, Unsupported
from app.domain.shape import is_plain

DIALECT = ";".join(
    f"{kind.__struct_config__.tag}:{','.join(kind.__struct_fields__)}"
    for kind in get_args(KnownBody)
)
"""Which kinds and fields this version reads. Where it differs, others' readings are outdated."""

_KIND = re.compile(r"[a-z0-9-]{1,32}")


class _Kind(msgspec.Struct):
    t: str


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(KnownBody)
_kind_decoder = msgspec.msgpack.Decoder(_Kind)


def encode_body(body: KnownBody) -> bytes:
    """Return the bytes to be sealed. LocalProtocolError if no member could read them."""
    if not is_within_bounds(body):
        raise LocalProtocolError(f"a {type(body).__name__} out of its bounds")
    return _encoder.encode(body)


def decode_body(raw: bytes) -> Body:
    """Return the content of an opened body; never raises."""
    if not is_plain(raw):
        return Unsupported("")
    try:
        body = _decoder.decode(raw)
    except msgspec.DecodeError:
        return Unsupported(_kind_of(raw))
    return body if is_within_bounds(body) else Unsupported(_kind_of(raw))


def _kind_of(raw: bytes) -> str:
    try:
        kind = _kind_decoder.decode(raw).t
    except msgspec.DecodeError:
        return ""
    return kind if _KIND.fullmatch(kind) else ""
