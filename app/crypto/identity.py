"""A person's identity: one Ed25519 seed that signs, and agrees on keys through X25519.

The peer id is the Ed25519 public key. The X25519 pair is the same key seen on the other form of
the curve (RFC 7748 §4.1), so a peer id is all one needs to seal something for its owner.
"""

from __future__ import annotations

import hashlib
import os

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from app.domain.errors import RemoteProtocolError
from app.domain.ids import PEER_ID_SIZE, PeerId

SEED_SIZE = 32
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_Y_MASK = (1 << 255) - 1
_Y_OF_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_REFUSED = frozenset(
    (y | sign << 255).to_bytes(PEER_ID_SIZE, "little")
    for y in (0, 1, _P - 1, _Y_OF_ORDER_8, _P - _Y_OF_ORDER_8, *range(_P, 1 << 255))
    for sign in (0, 1)
)
"""Points of small order, for which anybody can sign, and second spellings of a point."""


def agreement_key(peer: PeerId) -> X25519PublicKey:
    """Return the X25519 public key of a peer id: u = (1 + y) / (1 - y) mod p.

    Raises RemoteProtocolError("bad-peer-id") if the bytes are no point on the curve, or one of
    small order.
    """
    y = int.from_bytes(peer, "little") & _Y_MASK
    if len(peer) != PEER_ID_SIZE or peer in _REFUSED or not _is_on_curve(y):
        raise RemoteProtocolError("bad-peer-id")
    u = (1 + y) * pow(1 - y, -1, _P) % _P
    return X25519PublicKey.from_public_bytes(u.to_bytes(32, "little"))


def _is_on_curve(y: int) -> bool:
    """Tell whether x² = (y² - 1) / (d·y² + 1) has a solution, by Euler's criterion."""
    square = y * y % _P
    return pow((square - 1) * (_D * square + 1), (_P - 1) // 2, _P) == 1


def verify(peer: PeerId, message: bytes, signature: bytes) -> bool:
    """Tell whether `signature` (64 bytes) is `peer`'s Ed25519 signature of `message`."""
    if peer in _REFUSED:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(peer).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class Identity:
    """The private half of a peer id. Never logged, never sent."""

    def __init__(self, seed: bytes) -> None:
        """`seed` is 32 secret random bytes."""
        self._signing = Ed25519PrivateKey.from_private_bytes(seed)
        self._agreeing = X25519PrivateKey.from_private_bytes(hashlib.sha512(seed).digest()[:32])
        self._seed = seed
        self.peer = PeerId(self._signing.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> Identity:
        return cls(os.urandom(SEED_SIZE))

    @property
    def seed(self) -> bytes:
        """The secret itself, for the vault only."""
        return self._seed

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of `message`."""
        return self._signing.sign(message)

    def agree(self, peer: PeerId) -> bytes:
        """Return the 32-byte X25519 secret shared with `peer`, to be fed to a KDF.

        Raises RemoteProtocolError("bad-peer-id") for an invalid or small-order key.
        """
        return exchange(self._agreeing, agreement_key(peer))

    def agree_with_key(self, public: bytes) -> bytes:
        """The same with a raw X25519 public key of 32 bytes."""
        if len(public) != PEER_ID_SIZE:
            raise RemoteProtocolError("bad-peer-id", "not 32 bytes")
        return exchange(self._agreeing, X25519PublicKey.from_public_bytes(public))


def exchange(private: X25519PrivateKey, public: X25519PublicKey) -> bytes:
    """Return the raw X25519 secret. Raises RemoteProtocolError("bad-peer-id") if it is zero."""
    try:
        return private.exchange(public)
    except ValueError as error:
        raise RemoteProtocolError("bad-peer-id") from error


def fingerprint(peer: PeerId) -> str:
    """Return an identity as six groups of five digits, for people to compare."""
    digest = hashlib.sha256(b"parlor fingerprint 1\x00" + peer).digest()
    groups = (int.from_bytes(digest[i : i + 5], "big") % 100_000 for i in range(0, 30, 5))
    return " ".join(f"{group:05d}" for group in groups)


def safety_number(one: PeerId, other: PeerId) -> str:
    """Return what two people compare: twelve groups of five digits, the same for both."""
    digest = hashlib.sha512(b"parlor safety 1\x00" + min(one, other) + max(one, other)).digest()
    groups = (int.from_bytes(digest[i : i + 5], "big") % 100_000 for i in range(0, 60, 5))
    return " ".join(f"{group:05d}" for group in groups)
