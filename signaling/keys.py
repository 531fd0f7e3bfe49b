"""Checks Ed25519 signatures."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def verify(peer: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether `signature` (64 bytes) of `message` was made with the key of `peer`."""
    try:
        Ed25519PublicKey.from_public_bytes(peer).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
