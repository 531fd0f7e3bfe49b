"""Invitations as `parlor:` links, short enough for a chat line or a small QR code.

parlor: base64url( version, kind, content, checksum ); the checksum is the first four bytes of
SHA-256 over all before it and stays so in every version.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from app.crypto.identity import agreement_key
from app.crypto.room_keys import ROOM_SECRET_SIZE, room_id
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.governing import TOKEN_SIZE
from app.domain.ids import PEER_ID_SIZE, ROOM_ID_SIZE, PeerId, RoomId, to_text
from app.domain.policy import clean_person_name
from app.protocol.server_hint import Reader, read_server, write_server

SCHEME = "parlor:"
VERSION = 1
ROOM = 1
CONTACT = 2
TOKEN = 3
CHECKSUM_SIZE = 4
MAX_EPOCH = (1 << 32) - 1
MAX_LINK_LENGTH = 1024
SHORT_LINK_SIZE = 84
"""So many bytes make a link of 119 characters."""
MIN_NAME_BYTES = 20

_LINK = re.compile(r"(?i:parlor:)(//)?([A-Za-z0-9_-]+)(?(1)/?)")


@dataclass(frozen=True, slots=True)
class RoomInvite:
    """Lets its reader into a room. `server` is the URL of a server to meet on, "" if none."""

    room: RoomId
    secret: bytes = field(repr=False)
    epoch: int = 0
    server: str = ""


@dataclass(frozen=True, slots=True)
class TokenInvite:
    """Lets its reader ask the members of a room to be let in, by the token of an `Invited`."""

    room: RoomId
    token: bytes = field(repr=False)
    server: str = ""


@dataclass(frozen=True, slots=True)
class ContactInvite:
    """Lets its reader write to a person."""

    peer: PeerId
    name: str
    server: str = ""


Invite = RoomInvite | TokenInvite | ContactInvite


def encode(invite: Invite) -> str:
    """Return the link. A contact's long name is cut to keep the link short.

    Raises AppError("bad-server-url"), and "name-empty" or "name-too-long" for a contact.
    """
    server = write_server(invite.server)
    if isinstance(invite, RoomInvite):
        content = bytes((VERSION, ROOM)) + invite.room + _varint(invite.epoch) + invite.secret
    elif isinstance(invite, TokenInvite):
        content = bytes((VERSION, TOKEN)) + invite.room + invite.token
    else:
        head = bytes((VERSION, CONTACT)) + invite.peer
        name = _cut(invite.name, SHORT_LINK_SIZE - len(head) - 1 - len(server) - CHECKSUM_SIZE)
        content = head + bytes((len(name),)) + name
    return SCHEME + to_text(content + server + _checksum(content + server))


def looks_like_invite(text: str) -> bool:
    """Tell whether `text` is meant as a link, be it a good one or not."""
    return text.strip().lstrip("<").lstrip().lower().startswith(SCHEME)


def parse(text: str) -> Invite:
    """Return what a link says.

    Raises AppError("invite-malformed": no link, or none that we would have made |
    "invite-damaged": cut off or changed on its way | "invite-newer").
    """
    raw = _unwrap(text)
    if raw[0] > VERSION:
        raise AppError("invite-newer")
    reader = Reader(raw[2:])
    try:
        invite = _read(reader, raw[0], raw[1])
    except (RemoteProtocolError, ValueError) as error:
        raise AppError("invite-malformed") from error
    if reader.rest:
        raise AppError("invite-malformed")
    return invite


def _unwrap(text: str) -> bytes:
    stripped = text.strip()
    if stripped.startswith("<") and stripped.endswith(">"):
        stripped = stripped[1:-1].strip()
    link = _LINK.fullmatch(stripped)
    if link is None or len(stripped) > MAX_LINK_LENGTH:
        raise AppError("invite-malformed")
    raw = _from_base64(link[2])
    if len(raw) < 2 + CHECKSUM_SIZE or _checksum(raw[:-CHECKSUM_SIZE]) != raw[-CHECKSUM_SIZE:]:
        raise AppError("invite-damaged")
    return raw[:-CHECKSUM_SIZE]


def _from_base64(text: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return b""
    return raw if to_text(raw) == text else b""


def _read(reader: Reader, version: int, kind: int) -> Invite:
    if version < VERSION or kind < ROOM:
        raise ValueError("never made")
    if kind == ROOM:
        return _read_room(reader)
    if kind == CONTACT:
        return _read_contact(reader)
    if kind == TOKEN:
        room = RoomId(reader.take(ROOM_ID_SIZE))
        return TokenInvite(room, reader.take(TOKEN_SIZE), read_server(reader))
    raise AppError("invite-newer")


def _read_room(reader: Reader) -> RoomInvite:
    room = RoomId(reader.take(ROOM_ID_SIZE))
    epoch = _read_varint(reader)
    secret = reader.take(ROOM_SECRET_SIZE)
    if epoch == 0 and room != room_id(secret):
        raise AppError("invite-damaged")
    return RoomInvite(room, secret, epoch, read_server(reader))


def _read_contact(reader: Reader) -> ContactInvite:
    peer = PeerId(reader.take(PEER_ID_SIZE))
    agreement_key(peer)
    name = reader.take(reader.byte()).decode("utf-8")
    return ContactInvite(peer, _cleaned(name), read_server(reader))


def _cleaned(name: str) -> str:
    try:
        return clean_person_name(name)
    except AppError as error:
        raise ValueError("no name") from error


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:CHECKSUM_SIZE]


def _cut(name: str, room: int) -> bytes:
    """Return the cleaned name in UTF-8, `room` bytes or MIN_NAME_BYTES at most."""
    raw = clean_person_name(name).encode("utf-8")
    return raw[: max(room, MIN_NAME_BYTES)].decode("utf-8", "ignore").rstrip().encode("utf-8")


def _varint(number: int) -> bytes:
    """Return `number` in groups of seven bits, the lowest first, as few as possible."""
    groups = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - the largest in seven bits
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*groups, number))


def _read_varint(reader: Reader) -> int:
    number = shift = 0
    while (group := reader.byte()) & 0x80:
        number |= (group & 0x7F) << shift
        shift += 7
    number |= group << shift
    if number > MAX_EPOCH or len(_varint(number)) != shift // 7 + 1:
        raise ValueError("no epoch")
    return number
