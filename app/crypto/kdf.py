"""The two key derivations: HKDF-SHA-256 (RFC 5869) and Argon2id (RFC 9106)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_SIZE = 32
ARGON2_ITERATIONS = 3
ARGON2_LANES = 1
ARGON2_MEMORY_KIB = 64 * 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess of a stretched secret takes: memory in KiB, passes over it, lanes."""

    memory_kib: int
    iterations: int
    lanes: int


def usual_cost() -> Cost:
    """Return the cost of everything that is stretched today."""
    return Cost(ARGON2_MEMORY_KIB, ARGON2_ITERATIONS, ARGON2_LANES)


def derive(secret: bytes, label: str, size: int = KEY_SIZE, context: bytes = b"") -> bytes:
    """Return `size` bytes of HKDF-SHA-256 without salt; info is `label`, a zero byte, `context`."""
    info = label.encode("ascii") + b"\x00" + context
    return HKDF(algorithm=SHA256(), length=size, salt=None, info=info).derive(secret)


def stretch(secret: bytes, salt: bytes, cost: Cost | None = None) -> bytes:
    """Return 32 bytes of Argon2id over a short secret. Usually takes 64 MiB and some 0.2 s."""
    cost = cost or usual_cost()
    kdf = Argon2id(
        salt=salt,
        length=KEY_SIZE,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
    return kdf.derive(secret)
