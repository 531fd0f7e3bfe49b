"""The secret of a new epoch, sealed to each remaining member in one event.

    sealed = for each member: peer id (32) | ephemeral key (32) | sealed secret (48)

Ephemeral-static and static-static X25519 both enter each key, which is bound to the room, the
epoch, the author and the member.
"""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.crypto.identity import Identity, agreement_key, exchange
from app.crypto.kdf import derive
from app.crypto.room_keys import ROOM_SECRET_SIZE
from app.crypto.seal import EPHEMERAL_SIZE, NONCE_SIZE, open_body
from app.domain.errors import RemoteProtocolError
from app.domain.ids import PEER_ID_SIZE, PeerId, RoomId

PART_SIZE = PEER_ID_SIZE + EPHEMERAL_SIZE + ROOM_SECRET_SIZE + 16
_NONCE = bytes(NONCE_SIZE)


def seal_secret(
    identity: Identity, recipients: Iterable[PeerId], room: RoomId, number: int, secret: bytes
) -> bytes:
    """Seal the 32-byte `secret` of epoch `number` to each of `recipients`.

    Whoever has an id that nothing can be sealed to is left out.
    """
    parts = []
    for peer in recipients:
        try:
            parts.append(_part(identity, peer, room, number, secret))
        except RemoteProtocolError:
            continue
    return b"".join(parts)


def _part(identity: Identity, peer: PeerId, room: RoomId, number: int, secret: bytes) -> bytes:
    ephemeral = X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes_raw()
    shared = exchange(ephemeral, agreement_key(peer)) + identity.agree(peer)
    key = derive(shared, "parlor rekey 1", context=public + identity.peer + peer)
    sealed = ChaCha20Poly1305(key).encrypt(_NONCE, secret, _bound(room, number))
    return peer + public + sealed


def open_secret(
    identity: Identity, author: PeerId, room: RoomId, number: int, sealed: bytes
) -> bytes | None:
    """Return the secret that `author` sealed to us, None if there is none that opens."""
    for start in range(0, len(sealed) - PART_SIZE + 1, PART_SIZE):
        part = sealed[start : start + PART_SIZE]
        if part[:PEER_ID_SIZE] == identity.peer:
            return _opened(identity, author, part[PEER_ID_SIZE:], _bound(room, number))
    return None


def _opened(identity: Identity, author: PeerId, part: bytes, bound: bytes) -> bytes | None:
    public, sealed = part[:EPHEMERAL_SIZE], part[EPHEMERAL_SIZE:]
    try:
        shared = identity.agree_with_key(public) + identity.agree(author)
        key = derive(shared, "parlor rekey 1", context=public + author + identity.peer)
        return open_body(key, bound, _NONCE + sealed)
    except RemoteProtocolError:
        return None


def _bound(room: RoomId, number: int) -> bytes:
    return room + number.to_bytes(4, "big")
