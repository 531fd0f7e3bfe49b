"""Digests of what is transferred: BLAKE3, 32 bytes (O'Connor, Aumasson, Neves, Wilcox-O'Hearn)."""

from __future__ import annotations

from collections.abc import Iterable

from blake3 import blake3

MANIFEST_CONTEXT = "parlor transfer manifest 1"


def piece_digest(parts: Iterable[bytes | memoryview]) -> bytes:
    """Return the digest of a piece, given its bytes in parts."""
    hasher = blake3()
    for part in parts:
        hasher.update(part)
    return hasher.digest()


def root_digest(manifest: bytes) -> bytes:
    """Return the digest that stands for all of a transfer: that of its encoded manifest."""
    return blake3(manifest, derive_key_context=MANIFEST_CONTEXT).digest()
