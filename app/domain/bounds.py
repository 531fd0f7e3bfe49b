"""What each field of a body may hold; whatever is out of its bounds is Unsupported."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from app.domain.events import (
    MAX_SEQ,
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
)
from app.domain.files import FileOffered
from app.domain.governing import (
    CODE_SIZE,
    FOUNDING,
    MAX_PARTS,
    MIN_EPOCH,
    NONCE_SIZE,
    PART_SIZE,
    TOKEN_ID_SIZE,
    TOKEN_SIZE,
    Coded,
    CourierNamed,
    Invited,
    Readmitted,
    Rekeyed,
    Removed,
    Revoked,
    Role,
    RoleGiven,
    RoomOffered,
    Ruled,
)
from app.domain.ids import EVENT_ID_SIZE, PEER_ID_SIZE, ROOM_ID_SIZE
from app.domain.limits import (
    MAX_EMOJI_BYTES,
    MAX_FILE_NAME_BYTES,
    MAX_FILE_SIZE,
    MAX_MENTIONS,
    MAX_NAME_LENGTH,
    MAX_ROOM_NAME_LENGTH,
    MAX_SERVER_LENGTH,
    MAX_TEXT_BYTES,
    MAX_TOPIC_LENGTH,
    MAX_VOICE_MS,
    MAX_WAVE_BYTES,
)
from app.domain.manifest import DIGEST_SIZE, MAX_FILES
from app.domain.pictures import Pictured, RoomPictured, is_picture
from app.domain.rules import MAX_VANISH_S, is_rule

MAX_CODE_SIZE = 16
MAX_EPOCH = (1 << 32) - 1
MAX_TIME_MS = (1 << 47) - 1

_ROLES = frozenset(role.value for role in Role)
_IN_NO_NAME = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ud800-\udfff]"
)
# White space and controls are no reaction; joiners and variation selectors are part of one.
_IN_NO_EMOJI = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f]")
_IN_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def is_within_bounds(body: KnownBody) -> bool:
    """Tell whether every field of `body` has an allowed size and no forbidden characters."""
    return _CHECKS[type(body)](body)


def _is_text(text: str) -> bool:
    return not _IN_NO_TEXT.search(text) and 0 < len(text.encode("utf-8")) <= MAX_TEXT_BYTES


def _is_message(body: Text) -> bool:
    said = _is_event(body.reply_to) and _is_text(body.text) and _are_mentions(body.mentions)
    named = not body.forwarded_from or _is_name(body.forwarded_from)
    return said and named and 0 <= body.vanish_s <= MAX_VANISH_S


def is_file_name(name: str) -> bool:
    """Tell whether an offer may call a file or folder so."""
    shown = name not in ("", ".", "..") and not _IN_NO_NAME.search(name)
    return shown and "/" not in name and len(name.encode("utf-8")) <= MAX_FILE_NAME_BYTES


def _is_file_offer(body: FileOffered) -> bool:
    said = _is_event(body.reply_to) and (not body.text or _is_text(body.text))
    sized = 0 <= body.size <= MAX_FILE_SIZE and 0 <= body.files <= MAX_FILES
    known = sized and len(body.root) == DIGEST_SIZE and is_file_name(body.name)
    named = not body.forwarded_from or _is_name(body.forwarded_from)
    told = named and _are_mentions(body.mentions)
    return said and known and told and _is_sound(body) and 0 <= body.vanish_s <= MAX_VANISH_S


def _is_sound(body: FileOffered) -> bool:
    """Tell whether it says nothing of a voice message, or is one."""
    if not body.voice_ms:
        return not body.wave
    bounded = 0 < body.voice_ms <= MAX_VOICE_MS and len(body.wave) <= MAX_WAVE_BYTES
    return bounded and body.files == 1 and not body.is_folder


def _are_mentions(mentions: tuple[bytes, ...]) -> bool:
    return len(mentions) <= MAX_MENTIONS and all(map(_is_peer, mentions))


def _is_emoji(text: str) -> bool:
    return 0 < len(text.encode("utf-8")) <= MAX_EMOJI_BYTES and not _IN_NO_EMOJI.search(text)


def _is_topic(text: str) -> bool:
    return len(text) <= MAX_TOPIC_LENGTH and not _IN_NO_TEXT.search(text)


def _is_name(name: str, limit: int = MAX_NAME_LENGTH) -> bool:
    trimmed = name == name.strip(" ")
    return trimmed and 0 < len(name) <= limit and not _IN_NO_NAME.search(name)


def _is_room_name(name: str) -> bool:
    return _is_name(name, MAX_ROOM_NAME_LENGTH)


def _is_event(name: bytes | None) -> bool:
    return name is None or len(name) == EVENT_ID_SIZE


def _is_peer(peer: bytes | None) -> bool:
    return peer is None or len(peer) == PEER_ID_SIZE


def _is_token(token: bytes) -> bool:
    return len(token) == TOKEN_SIZE


def _is_token_id(name: bytes) -> bool:
    return name == FOUNDING or len(name) == TOKEN_ID_SIZE


def _is_time(ms: int) -> bool:
    return 0 <= ms <= MAX_TIME_MS


def _is_server(url: str) -> bool:
    return len(url) <= MAX_SERVER_LENGTH and not _IN_NO_NAME.search(url)


def _is_rekeying(body: Rekeyed) -> bool:
    parts, rest = divmod(len(body.sealed), PART_SIZE)
    return MIN_EPOCH <= body.number <= MAX_EPOCH and 0 < parts <= MAX_PARTS and not rest


def _is_offer(body: RoomOffered) -> bool:
    whole = len(body.room) == ROOM_ID_SIZE and _is_token(body.token) and _is_peer(body.founder)
    return (
        whole and _is_room_name(body.name) and _is_server(body.server) and _is_time(body.until_ms)
    )


_CHECKS: Mapping[type, Callable[[Any], bool]] = {
    Text: _is_message,
    FileOffered: _is_file_offer,
    Edited: lambda b: _is_event(b.target) and _is_text(b.text) and _are_mentions(b.mentions),
    Deleted: lambda b: _is_event(b.target),
    Reacted: lambda b: _is_event(b.target) and _is_emoji(b.emoji),
    Pinned: lambda b: _is_event(b.target),
    Created: lambda b: _is_room_name(b.name) and len(b.code) <= MAX_CODE_SIZE,
    Coded: lambda b: (len(b.code), len(b.nonce)) == (CODE_SIZE, NONCE_SIZE),
    Joined: lambda b: _is_name(b.name) and _is_token_id(b.via),
    Left: lambda _: True,
    Renamed: lambda b: _is_room_name(b.name),
    ProfileNamed: lambda b: _is_name(b.name),
    Topic: lambda b: _is_topic(b.text),
    RoleGiven: lambda b: _is_peer(b.peer) and b.role in _ROLES,
    Removed: lambda b: _is_peer(b.peer) and 0 <= b.seen <= MAX_SEQ,
    Readmitted: lambda b: _is_peer(b.peer),
    Invited: lambda b: _is_token(b.token) and _is_peer(b.peer) and _is_time(b.until_ms),
    Revoked: lambda b: _is_token_id(b.token_id),
    Rekeyed: _is_rekeying,
    Ruled: lambda b: is_rule(b.rule, b.value),
    CourierNamed: lambda b: _is_peer(b.peer) and (not b.name or _is_name(b.name)),
    RoomOffered: _is_offer,
    Pictured: lambda b: is_picture(b.image),
    RoomPictured: lambda b: is_picture(b.image),
}
