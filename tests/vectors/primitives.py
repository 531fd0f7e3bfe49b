"""The protocol written down a second time from docs/protocol.md, with nothing of the app.

Only hashes, HMAC and the bare primitives of `cryptography`; no function here is tuned for anything
but being read beside the documents.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id


def hkdf(secret: bytes, label: bytes, size: int = 32, context: bytes = b"") -> bytes:
    info = label + b"\x00" + context
    prk = hmac.digest(bytes(32), secret, "sha256")
    block = okm = b""
    while len(okm) < size:
        block = hmac.digest(prk, block + info + bytes((len(okm) // 32 + 1,)), "sha256")
        okm += block
    return okm[:size]


def argon2id(secret: bytes, salt: bytes) -> bytes:
    return Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=65536).derive(secret)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


class Person:
    """Both key pairs of a seed; the agreement key is made from the private half here."""

    def __init__(self, seed: bytes) -> None:
        self.signing = Ed25519PrivateKey.from_private_bytes(seed)
        self.peer = self.signing.public_key().public_bytes_raw()
        self.agreeing = X25519PrivateKey.from_private_bytes(hashlib.sha512(seed).digest()[:32])
        self.x25519_public = self.agreeing.public_key().public_bytes_raw()

    def shared(self, x25519_public: bytes) -> bytes:
        return self.agreeing.exchange(X25519PublicKey.from_public_bytes(x25519_public))


def fingerprint(peer: bytes) -> str:
    digest = hashlib.sha256(b"parlor fingerprint 1\x00" + peer).digest()
    fives = [digest[start : start + 5] for start in (0, 5, 10, 15, 20, 25)]
    return " ".join(f"{int.from_bytes(five, 'big') % 100000:05}" for five in fives)


def safety(one: bytes, other: bytes) -> str:
    digest = hashlib.sha512(b"parlor safety 1\x00" + b"".join(sorted((one, other)))).digest()
    fives = [digest[start : start + 5] for start in range(0, 60, 5)]
    return " ".join(f"{int.from_bytes(five, 'big') % 100000:05}" for five in fives)


def header(room: bytes, author: bytes, seq: int, prev: bytes, clock: tuple[int, int]) -> bytes:
    hlc, epoch = clock
    return (
        b"\x01"
        + room
        + author
        + struct.pack(">Q", seq)
        + prev
        + struct.pack(">Q", hlc)
        + struct.pack(">I", epoch)
    )


def seal(key: bytes, nonce: bytes, plain: bytes, bound: bytes = b"") -> bytes:
    return ChaCha20Poly1305(key).encrypt(nonce, plain, bound)


def code_words(entropy: bytes, wordlist: list[str]) -> str:
    checksum = hashlib.sha256(b"parlor spoken code 1\x00" + entropy).digest()[0] >> 2
    bits = f"{int.from_bytes(entropy, 'big'):060b}{checksum:06b}"
    return "-".join(wordlist[int(bits[start : start + 11], 2)] for start in range(0, 66, 11))


def link(content: bytes) -> str:
    return "parlor:" + b64(content + hashlib.sha256(content).digest()[:4])
