"""The vault's format: what a profile's secrets look like at rest.

    magic "PARLORV" · version 1 · protection (1 byte) · vault id (16) · salt (16) · kept key (32)
    · nonce (12) · sealed seed and database key (80) · checksum (8)

The secrets are sealed with ChaCha20-Poly1305 under a 32-byte key, bound to all that stands before
the nonce. The key is stretched from a passphrase, lies in the system's keyring under the vault id,
or, with no protection, stands in the file itself as the kept key (zeros otherwise). The checksum,
the beginning of SHA-256, tells damage from a wrong passphrase; it protects against nobody.
"""

from __future__ import annotations

import hashlib
import os
import struct
import unicodedata
from dataclasses import dataclass
from enum import Enum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.crypto.identity import SEED_SIZE
from app.crypto.kdf import KEY_SIZE, Cost, stretch
from app.domain.errors import AppError

MAGIC = b"PARLORV"
VERSION = 1
_HEAD = struct.Struct(">7sBB16s16s32s")
_NONCE_SIZE = 12
_CHECKSUM_SIZE = 8
_SEALED_SIZE = SEED_SIZE + KEY_SIZE + 16
VAULT_SIZE = _HEAD.size + _NONCE_SIZE + _SEALED_SIZE + _CHECKSUM_SIZE
_NO_KEY = bytes(KEY_SIZE)


class Protection(Enum):
    """What keeps the vault's key."""

    NONE = 0
    KEYRING = 1
    PASSPHRASE = 2


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """The identity's seed and the database's raw key, 32 bytes each."""

    seed: bytes
    database_key: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Vault:
    """A vault that is still shut. `vault_id` and `salt` are 16 bytes each."""

    protection: Protection
    vault_id: bytes
    salt: bytes
    kept_key: bytes
    nonce: bytes
    sealed: bytes


def new_secrets(seed: bytes) -> Secrets:
    """Return the secrets of a new profile with this identity."""
    return Secrets(seed, os.urandom(KEY_SIZE))


def passphrase_key(passphrase: str, salt: bytes, cost: Cost | None = None) -> bytes:
    """Stretch a passphrase; the same characters count, however they were composed. Slow."""
    normal = unicodedata.normalize("NFKC", passphrase)
    return stretch(normal.encode("utf-8", "replace"), salt, cost)


def seal_vault(
    secrets: Secrets, protection: Protection, vault_id: bytes, salt: bytes, key: bytes
) -> bytes:
    """Return the file. `key` is written into it if there is no protection."""
    kept = key if protection is Protection.NONE else _NO_KEY
    head = _HEAD.pack(MAGIC, VERSION, protection.value, vault_id, salt, kept)
    nonce = os.urandom(_NONCE_SIZE)
    sealed = ChaCha20Poly1305(key).encrypt(nonce, secrets.seed + secrets.database_key, head)
    whole = head + nonce + sealed
    return whole + _checksum(whole)


def parse_vault(raw: bytes) -> Vault:
    """Read a file. Raises AppError("vault-damaged" | "vault-newer")."""
    if raw[: len(MAGIC)] == MAGIC and raw[len(MAGIC) :][:1] > bytes([VERSION]):
        raise AppError("vault-newer", {"version": raw[len(MAGIC)]})
    whole = raw[:-_CHECKSUM_SIZE]
    if len(raw) != VAULT_SIZE or raw[-_CHECKSUM_SIZE:] != _checksum(whole):
        raise AppError("vault-damaged")
    magic, version, protection, vault_id, salt, kept = _HEAD.unpack_from(whole)
    known = {entry.value for entry in Protection}
    if (magic, version) != (MAGIC, VERSION) or protection not in known:
        raise AppError("vault-damaged")
    body = whole[_HEAD.size :]
    nonce, sealed = body[:_NONCE_SIZE], body[_NONCE_SIZE:]
    return Vault(Protection(protection), vault_id, salt, kept, nonce, sealed)


def open_vault(vault: Vault, key: bytes) -> Secrets:
    """Open with the 32-byte key.

    Raises AppError("wrong-passphrase"), or "vault-damaged" if no passphrase is in play.
    """
    head = _HEAD.pack(
        MAGIC, VERSION, vault.protection.value, vault.vault_id, vault.salt, vault.kept_key
    )
    try:
        plain = ChaCha20Poly1305(key).decrypt(vault.nonce, vault.sealed, head)
    except InvalidTag as error:
        by_passphrase = vault.protection is Protection.PASSPHRASE
        raise AppError("wrong-passphrase" if by_passphrase else "vault-damaged") from error
    return Secrets(plain[:SEED_SIZE], plain[SEED_SIZE:])


def _checksum(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()[:_CHECKSUM_SIZE]
