"""The seal of an exported profile: a stream of any length, opened by its passphrase alone.

    magic "PARLORX" · version 1 · Argon2id memory in KiB, iterations, lanes (u32 each) · salt (16)
    · key check (16) · checksum (8), then the chunks

Each chunk is 64 KiB of content, the last may be shorter, sealed with ChaCha20-Poly1305. The nonce
is the chunk's number and whether it is the last, so that whatever is cut off, moved, repeated or
added is found. The key is bound to the header; the key check tells a wrong passphrase from damage.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.crypto.kdf import Cost, derive, usual_cost
from app.crypto.vault import passphrase_key
from app.domain.errors import AppError

MAGIC = b"PARLORX"
VERSION = 1
CHUNK_SIZE = 64 * 1024
TAG_SIZE = 16
SALT_SIZE = 16
CHECK_SIZE = 16
MAX_COST = Cost(1024 * 1024, 64, 16)
"""What a file may ask of us: beyond this it was not made by Parlor."""

_KDF = struct.Struct(">III16s")
_CHECKSUM_SIZE = 8
HEADER_SIZE = len(MAGIC) + 1 + _KDF.size + CHECK_SIZE + _CHECKSUM_SIZE
_START_SIZE = len(MAGIC) + 1 + _KDF.size


@dataclass(frozen=True, slots=True)
class ArchiveHeader:
    """What stands before the content, readable by anybody."""

    cost: Cost
    salt: bytes
    check: bytes

    def start(self) -> bytes:
        """Return what the key is bound to."""
        cost = self.cost
        kdf = _KDF.pack(cost.memory_kib, cost.iterations, cost.lanes, self.salt)
        return MAGIC + bytes([VERSION]) + kdf

    def encode(self) -> bytes:
        whole = self.start() + self.check
        return whole + _checksum(whole)


def parse_header(raw: bytes) -> ArchiveHeader:
    """Read the first HEADER_SIZE bytes. Raises AppError("archive-damaged" | "archive-newer")."""
    if raw[: len(MAGIC)] == MAGIC and raw[len(MAGIC) :][:1] > bytes([VERSION]):
        raise AppError("archive-newer", {"version": raw[len(MAGIC)]})
    whole = raw[:-_CHECKSUM_SIZE]
    if len(raw) != HEADER_SIZE or raw[-_CHECKSUM_SIZE:] != _checksum(whole):
        raise AppError("archive-damaged")
    memory, iterations, lanes, salt = _KDF.unpack_from(whole, len(MAGIC) + 1)
    header = ArchiveHeader(Cost(memory, iterations, lanes), salt, whole[_START_SIZE:])
    if header.encode() != raw or not _is_bearable(header.cost):
        raise AppError("archive-damaged")
    return header


class ArchiveSealer:
    """Takes content in pieces of any size and gives the file's bytes. Making one is slow."""

    def __init__(self, passphrase: str, salt: bytes | None = None) -> None:
        """`salt` (16 bytes) is given for test vectors only: it must never be used twice."""
        cost, salt = usual_cost(), salt or os.urandom(SALT_SIZE)
        bare = ArchiveHeader(cost, salt, bytes(CHECK_SIZE))
        key, check = _keys(passphrase, bare)
        self.header = ArchiveHeader(cost, salt, check).encode()
        self._aead = ChaCha20Poly1305(key)
        self._pending = bytearray()
        self._number = 0

    def feed(self, content: bytes) -> bytes:
        """Return what can be written after the header by now."""
        self._pending += content
        sealed = []
        while len(self._pending) > CHUNK_SIZE:
            sealed.append(self._seal(self._pending[:CHUNK_SIZE], last=False))
            del self._pending[:CHUNK_SIZE]
        return b"".join(sealed)

    def finish(self) -> bytes:
        """Return the last chunk."""
        return self._seal(self._pending, last=True)

    def _seal(self, chunk: bytearray, *, last: bool) -> bytes:
        nonce = _nonce(self._number, last=last)
        self._number += 1
        return self._aead.encrypt(nonce, bytes(chunk), None)


class ArchiveOpener:
    """Takes what follows the header and gives content, each chunk of it genuine.

    Only `finish` tells that it is whole: until then nothing that lasts may come of it.
    """

    def __init__(self, passphrase: str, header: ArchiveHeader) -> None:
        """Raises AppError("wrong-passphrase"). Slow."""
        key, check = _keys(passphrase, header)
        if not hmac.compare_digest(check, header.check):
            raise AppError("wrong-passphrase")
        self._aead = ChaCha20Poly1305(key)
        self._pending = bytearray()
        self._number = 0

    def feed(self, sealed: bytes) -> bytes:
        """Return the content that is certain by now. Raises AppError("archive-damaged")."""
        self._pending += sealed
        size = CHUNK_SIZE + TAG_SIZE
        opened = []
        while len(self._pending) > size:
            opened.append(self._open(self._pending[:size], last=False))
            del self._pending[:size]
        return b"".join(opened)

    def finish(self) -> bytes:
        """Return the rest of the content. Raises AppError("archive-damaged")."""
        rest = self._open(self._pending, last=True)
        if self._number > 1 and not rest:
            raise AppError("archive-damaged")
        return rest

    def _open(self, chunk: bytearray, *, last: bool) -> bytes:
        nonce = _nonce(self._number, last=last)
        self._number += 1
        try:
            return self._aead.decrypt(nonce, bytes(chunk), None)
        except InvalidTag as error:
            raise AppError("archive-damaged") from error


def _keys(passphrase: str, header: ArchiveHeader) -> tuple[bytes, bytes]:
    """Return the key of the chunks and the key check."""
    stretched = passphrase_key(passphrase, header.salt, header.cost)
    context = header.start()
    return (
        derive(stretched, "parlor archive 1", context=context),
        derive(stretched, "parlor archive check 1", CHECK_SIZE, context),
    )


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _is_bearable(cost: Cost) -> bool:
    return (
        0 < cost.lanes <= MAX_COST.lanes
        and 0 < cost.iterations <= MAX_COST.iterations
        and 8 * cost.lanes <= cost.memory_kib <= MAX_COST.memory_kib
    )


def _checksum(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()[:_CHECKSUM_SIZE]
