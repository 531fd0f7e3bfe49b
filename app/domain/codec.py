"""Bodies to bytes and back: MessagePack maps with the kind under "t".

Fields that a newer version added to a known kind are ignored; anything else out of order
makes the body Unsupported, the same on every machine, so that the log stays whole.
"""

from __future__ import annotations

import re
from typing import get_args

import msgspec

from app.domain.errors import LocalProtocolError
from app.domain.events import (
    Body,
    Created,
    Deleted,
    Edited,
    Joined,
    KnownBody,
    Left,
    Pinned,
    ProfileNamed,
    Reacted,
    Renamed,
    Text,
    Topic,
    Unsupported,
)
from app.domain.ids import EVENT_ID_SIZE, PEER_ID_SIZE
from app.domain.limits import (
    MAX_EMOJI_BYTES,
    MAX_MENTIONS,
    MAX_NAME_LENGTH,
    MAX_ROOM_NAME_LENGTH,
    MAX_TEXT_BYTES,
    MAX_TOPIC_LENGTH,
)
from app.domain.shape import is_plain

MAX_CODE_SIZE = 16
DIALECT = ";".join(
    f"{kind.__struct_config__.tag}:{','.join(kind.__struct_fields__)}"
    for kind in get_args(KnownBody)
)
"""Which kinds and fields this version reads. Where it differs, others' readings are outdated."""

_KIND = re.compile(r"[a-z0-9-]{1,32}")
_IN_NO_NAME = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ud800-\udfff]"
)
# White space and controls are no reaction; joiners and variation selectors are part of one.
_IN_NO_EMOJI = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f]")
_IN_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


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


def is_within_bounds(body: KnownBody) -> bool:  # noqa: PLR0911 - one case for each kind
    """Tell whether every field of `body` has an allowed size and no forbidden characters."""
    match body:
        case Text(text, reply_to, mentions):
            answers = reply_to is None or len(reply_to) == EVENT_ID_SIZE
            return answers and _is_text(text) and _are_mentions(mentions)
        case Topic(text):
            return len(text) <= MAX_TOPIC_LENGTH and not _IN_NO_TEXT.search(text)
        case Created(name, code):
            return _is_name(name, MAX_ROOM_NAME_LENGTH) and len(code) <= MAX_CODE_SIZE
        case Renamed(name):
            return _is_name(name, MAX_ROOM_NAME_LENGTH)
        case Joined(name) | ProfileNamed(name):
            return _is_name(name, MAX_NAME_LENGTH)
        case Edited(target, text, mentions):
            return len(target) == EVENT_ID_SIZE and _is_text(text) and _are_mentions(mentions)
        case Reacted(target, emoji):
            return len(target) == EVENT_ID_SIZE and _is_emoji(emoji)
        case Deleted(target) | Pinned(target):
            return len(target) == EVENT_ID_SIZE
    return isinstance(body, Left)


def _is_emoji(text: str) -> bool:
    return 0 < len(text.encode("utf-8")) <= MAX_EMOJI_BYTES and not _IN_NO_EMOJI.search(text)


def _is_text(text: str) -> bool:
    return not _IN_NO_TEXT.search(text) and 0 < len(text.encode("utf-8")) <= MAX_TEXT_BYTES


def _are_mentions(mentions: tuple[bytes, ...]) -> bool:
    whole = all(len(peer) == PEER_ID_SIZE for peer in mentions)
    return whole and len(mentions) <= MAX_MENTIONS


def _is_name(name: str, limit: int) -> bool:
    trimmed = name == name.strip(" ")
    return trimmed and 0 < len(name) <= limit and not _IN_NO_NAME.search(name)
