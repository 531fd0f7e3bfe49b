"""Sealing: event bodies under a room key, signaling payloads for one peer (ChaCha20-Poly1305)."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.crypto.identity import Identity, agreement_key, exchange
from app.crypto.kdf import derive
from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId

NONCE_SIZE = 12
TAG_SIZE = 16
EPHEMERAL_SIZE = 32


def seal_body(key: bytes, header: bytes, body: bytes) -> bytes:
    """Return nonce (12 bytes), ciphertext and tag (16), bound to the event's header."""
    return _seal_body(key, header, body, os.urandom(NONCE_SIZE))


def _seal_body(key: bytes, header: bytes, body: bytes, nonce: bytes) -> bytes:
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, body, header)


def open_body(key: bytes, header: bytes, sealed: bytes) -> bytes:
    """Return the body. Raises RemoteProtocolError("seal-broken")."""
    return _open(key, sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], header)


def _open(key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed, bound)
    except (InvalidTag, ValueError) as error:
        raise RemoteProtocolError("seal-broken") from error


def seal_for(identity: Identity, peer: PeerId, payload: bytes) -> bytes:
    """Seal `payload` so that only `peer` can open it and knows that it is from us.

    Ephemeral-static and static-static X25519 both enter the key: a server that relays this can
    neither read, change nor forge it. Returns the ephemeral key (32 bytes) and the sealed bytes.
    Raises RemoteProtocolError("bad-peer-id").
    """
    return _seal_for(identity, peer, payload, X25519PrivateKey.generate())


def _seal_for(
    identity: Identity, peer: PeerId, payload: bytes, ephemeral: X25519PrivateKey
) -> bytes:
    public = ephemeral.public_key().public_bytes_raw()
    fresh = exchange(ephemeral, agreement_key(peer))
    key = _payload_key(fresh, identity.agree(peer), public, identity.peer, peer)
    return public + ChaCha20Poly1305(key).encrypt(bytes(NONCE_SIZE), payload, b"")


def open_from(identity: Identity, peer: PeerId, sealed: bytes) -> bytes:
    """Open what `peer` sealed for us.

    Raises RemoteProtocolError("seal-broken" | "bad-peer-id").
    """
    if len(sealed) < EPHEMERAL_SIZE + TAG_SIZE:
        raise RemoteProtocolError("seal-broken", "truncated")
    public = sealed[:EPHEMERAL_SIZE]
    fresh = identity.agree_with_key(public)
    key = _payload_key(fresh, identity.agree(peer), public, peer, identity.peer)
    return _open(key, bytes(NONCE_SIZE), sealed[EPHEMERAL_SIZE:], b"")


def _payload_key(
    fresh: bytes, static: bytes, ephemeral: bytes, sender: PeerId, receiver: PeerId
) -> bytes:
    context = ephemeral + sender + receiver
    return derive(fresh + static, "parlor signal 1", context=context)
