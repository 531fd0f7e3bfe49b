"""The vault as a file of the profile: made once, replaced whole, never overwritten by another."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from app.crypto.identity import SEED_SIZE
from app.crypto.kdf import KEY_SIZE
from app.crypto.vault import (
    Protection,
    Secrets,
    Vault,
    new_secrets,
    parse_vault,
    passphrase_key,
    seal_vault,
)
from app.crypto.vault import open_vault as unseal_vault
from app.domain.errors import AppError
from app.storage.connection import DATABASE_NAME, sync_folder
from app.storage.failures import translated
from app.storage.files import claim, create_private, sync_and_close
from app.storage.keyring_access import Keyring

VAULT_NAME = "vault"
PARTIAL_SUFFIX = ".new"
_MAX_FILE = 4096
_SALT_SIZE = 16


def open_vault(folder: Path, *, passphrase: str | None = None, use_keyring: bool = True) -> Secrets:
    """Return the secrets of the profile in `folder`, made now if it has none yet.

    Blocks (keyring, Argon2id), so call it off the loop. Raises AppError ("passphrase-needed" |
    "passphrase-unset" | "wrong-passphrase" | "vault-damaged" | "vault-newer" | "vault-missing" |
    "keyring-locked" | "disk-full" | "disk-failed" | "folder-read-only").
    """
    vault = VaultFile(folder, Keyring() if use_keyring else None)
    if not vault.exists():
        vault.create(new_secrets(os.urandom(SEED_SIZE)), passphrase)
    elif passphrase is not None and vault.protection() is not Protection.PASSPHRASE:
        # Whoever gives one believes that it protects something.
        raise AppError("passphrase-unset", {"folder": str(folder)})
    return vault.load(passphrase)


class VaultFile:
    """The vault of one profile's folder. Every method may block and raise AppError."""

    def __init__(self, folder: Path, keyring: Keyring | None) -> None:
        self._path = folder / VAULT_NAME
        self._keyring = keyring

    def exists(self) -> bool:
        return self._path.exists()

    def protection(self) -> Protection:
        """Return what keeps the key. Raises as `load`."""
        return self._parse().protection

    def create(self, secrets: Secrets, passphrase: str | None = None) -> Protection:
        """Store the secrets of a new profile, by the keyring if no passphrase is given.

        Raises AppError("vault-exists"), or "vault-missing" if a database is here already, which
        new secrets could never open.
        """
        with translated(self._path.parent):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._path.with_name(DATABASE_NAME).exists() and not self.exists():
                raise AppError("vault-missing", {"folder": str(self._path.parent)})
            protection, raw = self._seal(secrets, passphrase)
            self._write(raw, fresh=True)
            return protection

    def load(self, passphrase: str | None = None) -> Secrets:
        """Return the secrets.

        Raises AppError ("passphrase-needed" | "wrong-passphrase" | "vault-damaged" |
        "vault-newer" | "vault-missing" | "keyring-locked").
        """
        vault = self._parse()
        return unseal_vault(vault, self._key(vault, passphrase))

    def change_passphrase(self, old: str | None, new: str | None) -> Protection:
        """Protect the same secrets anew; `new` None leaves them to the keyring. As `load`."""
        vault = self._parse()
        secrets = unseal_vault(vault, self._key(vault, old))
        with translated(self._path.parent):
            protection, raw = self._seal(secrets, new)
            self._write(raw, fresh=False)
        if vault.protection is Protection.KEYRING and self._keyring is not None:
            self._keyring.remove(vault.vault_id.hex())
        return protection

    def forget(self) -> None:
        """Take this vault's key, if there is one, out of the keyring. Never raises AppError."""
        with suppress(AppError):
            vault = self._parse()
            if vault.protection is Protection.KEYRING and self._keyring is not None:
                self._keyring.remove(vault.vault_id.hex())

    def _parse(self) -> Vault:
        with translated(self._path.parent):
            try:
                with self._path.open("rb") as file:
                    raw = file.read(_MAX_FILE)
            except FileNotFoundError as error:
                raise AppError("vault-missing", {"folder": str(self._path.parent)}) from error
        return parse_vault(raw)

    def _key(self, vault: Vault, passphrase: str | None) -> bytes:
        match vault.protection:
            case Protection.NONE:
                return vault.kept_key
            case Protection.PASSPHRASE:
                if passphrase is None:
                    raise AppError("passphrase-needed")
                return passphrase_key(passphrase, vault.salt)
            case Protection.KEYRING:
                key = self._keyring.get(vault.vault_id.hex()) if self._keyring else None
                if key is None or len(key) != KEY_SIZE:
                    raise AppError("keyring-locked")
                return key

    def _seal(self, secrets: Secrets, passphrase: str | None) -> tuple[Protection, bytes]:
        vault_id, salt = os.urandom(_SALT_SIZE), os.urandom(_SALT_SIZE)
        if passphrase is not None:
            protection, key = Protection.PASSPHRASE, passphrase_key(passphrase, salt)
        else:
            key = os.urandom(KEY_SIZE)
            kept = self._keyring is not None and self._keyring.put(vault_id.hex(), key)
            protection = Protection.KEYRING if kept else Protection.NONE
        return protection, seal_vault(secrets, protection, vault_id, salt, key)

    def _write(self, raw: bytes, *, fresh: bool) -> None:
        partial = self._path.with_name(f"{VAULT_NAME}.{os.getpid()}{PARTIAL_SUFFIX}")
        try:
            with create_private(partial) as file:
                file.write(raw)
                sync_and_close(file)
            if fresh:
                self._claim(partial)
            else:
                partial.replace(self._path)
                sync_folder(self._path.parent)
        finally:
            partial.unlink(missing_ok=True)

    def _claim(self, partial: Path) -> None:
        try:
            claim(partial, self._path)
        except FileExistsError as error:
            raise AppError("vault-exists", {"folder": str(self._path.parent)}) from error
