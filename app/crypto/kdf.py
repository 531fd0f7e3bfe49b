"""The two key derivations: HKDF-SHA-256 (RFC 5869) and Argon2id (RFC 9106)."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_SIZE = 32
ARGON2_ITERATIONS = 3
ARGON2_LANES = 1
ARGON2_MEMORY_KIB = 64 * 1024


def derive(secret: bytes, label: str, size: int = KEY_SIZE, context: bytes = b"") -> bytes:
    """Return `size` bytes of HKDF-SHA-256 without salt; info is `label`, a zero byte, `context`."""
    info = label.encode("ascii") + b"\x00" + context
    return HKDF(algorithm=SHA256(), length=size, salt=None, info=info).derive(secret)


def stretch(secret: bytes, salt: bytes) -> bytes:
    """Return 32 bytes of Argon2id over a short secret. Takes 64 MiB and some 0.2 s."""
    kdf = Argon2id(
        salt=salt,
        length=KEY_SIZE,
        iterations=ARGON2_ITERATIONS,
        lanes=ARGON2_LANES,
        memory_cost=ARGON2_MEMORY_KIB,
    )
    return kdf.derive(secret)
