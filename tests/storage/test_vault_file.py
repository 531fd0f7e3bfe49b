"""The vault as a file: made once, opened by its owner, never overwritten by another identity."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from app.crypto.vault import Protection, Secrets
from app.domain.errors import AppError
from app.storage import vault_file
from app.storage.connection import DATABASE_NAME
from app.storage.keyring_access import Keyring
from app.storage.vault_file import VAULT_NAME, VaultFile, open_vault

SECRETS = Secrets(bytes(range(32)), bytes(range(32, 64)))
OTHERS = Secrets(bytes(32), bytes(32))


class MemoryKeyring(Keyring):
    """A keyring that works, for one test."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self.keys.get(name)

    def put(self, name: str, key: bytes) -> bool:
        self.keys[name] = key
        return True

    def remove(self, name: str) -> None:
        self.keys.pop(name, None)


def code_of(vault: VaultFile, passphrase: str | None = None) -> str:
    with pytest.raises(AppError) as caught:
        vault.load(passphrase)
    return caught.value.code


@pytest.fixture
def plain(tmp_path: Path) -> VaultFile:
    return VaultFile(tmp_path, None)


def test_without_protection(plain: VaultFile, tmp_path: Path) -> None:
    assert not plain.exists()
    assert plain.create(SECRETS) is Protection.NONE
    assert plain.exists()
    assert plain.load() == plain.load("needless") == SECRETS
    assert plain.protection() is Protection.NONE
    assert [path.name for path in tmp_path.iterdir()] == [VAULT_NAME]
    if os.name == "posix":
        assert (tmp_path / VAULT_NAME).stat().st_mode & 0o777 == 0o600


def test_with_a_passphrase(plain: VaultFile) -> None:
    assert plain.create(SECRETS, "open sesame") is Protection.PASSPHRASE
    assert plain.load("open sesame") == SECRETS
    assert code_of(plain) == "passphrase-needed"
    assert code_of(plain, "open barley") == "wrong-passphrase"


def test_with_a_keyring(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    vault = VaultFile(tmp_path, keyring)
    assert vault.create(SECRETS) is Protection.KEYRING
    assert vault.load() == SECRETS
    assert code_of(VaultFile(tmp_path, None)) == "keyring-locked"
    (name,) = keyring.keys
    keyring.keys[name] = b"short"
    assert code_of(vault) == "keyring-locked"
    keyring.keys[name] = bytes(32)
    assert code_of(vault) == "vault-damaged"


def test_a_keyring_that_does_not_answer_is_done_without(tmp_path: Path) -> None:
    vault = VaultFile(tmp_path, Keyring())
    assert vault.create(SECRETS) is Protection.NONE
    assert vault.load() == SECRETS


def test_changing_the_protection(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    vault = VaultFile(tmp_path, keyring)
    vault.create(SECRETS)
    assert vault.change_passphrase(None, "first") is Protection.PASSPHRASE
    assert keyring.keys == {}
    assert vault.load("first") == SECRETS
    with pytest.raises(AppError, match="wrong passphrase"):
        vault.change_passphrase("bad", "second")
    assert vault.change_passphrase("first", None) is Protection.KEYRING
    assert vault.load() == SECRETS
    without = VaultFile(tmp_path, None)
    assert code_of(without) == "keyring-locked"
    assert [path.name for path in tmp_path.iterdir()] == [VAULT_NAME]


def test_an_existing_vault_is_never_replaced(plain: VaultFile, tmp_path: Path) -> None:
    plain.create(SECRETS)
    with pytest.raises(AppError, match="vault exists"):
        plain.create(OTHERS)
    assert plain.load() == SECRETS
    assert [path.name for path in tmp_path.iterdir()] == [VAULT_NAME]


@pytest.mark.parametrize("taken", [False, True])
def test_file_systems_without_links(
    plain: VaultFile, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    def refuse(_source: Path, _target: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    if taken:
        plain.create(OTHERS)
    monkeypatch.setattr(os, "link", refuse)
    if taken:
        with pytest.raises(AppError, match="vault exists"):
            plain.create(SECRETS)
    else:
        plain.create(SECRETS)
    assert plain.load() == (OTHERS if taken else SECRETS)


def test_no_new_identity_beside_an_old_database(plain: VaultFile, tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).write_bytes(b"somebody's messages")
    with pytest.raises(AppError, match="vault missing"):
        plain.create(SECRETS)
    assert [path.name for path in tmp_path.iterdir()] == [DATABASE_NAME]


def test_bad_files_are_told_and_left_alone(plain: VaultFile, tmp_path: Path) -> None:
    assert code_of(plain) == "vault-missing"
    path = tmp_path / VAULT_NAME
    plain.create(SECRETS)
    good = path.read_bytes()
    for raw in (b"", b"hello", good[:-1], good + b"x", os.urandom(100_000)):
        path.write_bytes(raw)
        assert code_of(plain) == "vault-damaged"
        with pytest.raises(AppError, match="vault exists"):
            plain.create(OTHERS)
        assert path.read_bytes() == raw
    path.write_bytes(good[:7] + b"\x09" + good[8:])
    assert code_of(plain) == "vault-newer"


def test_a_folder_in_the_way(plain: VaultFile, tmp_path: Path) -> None:
    (tmp_path / VAULT_NAME).mkdir()
    assert code_of(plain) in {"disk-failed", "folder-read-only"}


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_full_disk_keeps_the_old_vault(
    plain: VaultFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain.create(SECRETS)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AppError, match="disk full"):
        plain.change_passphrase(None, "new")
    assert plain.load() == SECRETS
    assert [path.name for path in tmp_path.iterdir()] == [VAULT_NAME]


def test_opening_makes_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "new" / "profile"
    secrets = open_vault(folder, use_keyring=False)
    assert open_vault(folder, use_keyring=False) == secrets
    with pytest.raises(AppError, match="passphrase unset"):
        open_vault(folder, passphrase="believed in")
    protected = open_vault(tmp_path / "safe", passphrase="words", use_keyring=False)
    assert open_vault(tmp_path / "safe", passphrase="words") == protected
    with pytest.raises(AppError, match="passphrase needed"):
        open_vault(tmp_path / "safe")
    keyring = MemoryKeyring()
    monkeypatch.setattr(vault_file, "Keyring", lambda: keyring)
    kept = open_vault(tmp_path / "kept")
    assert len(keyring.keys) == 1
    assert open_vault(tmp_path / "kept") == kept


def test_forgetting_takes_the_key_out_of_the_keyring(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    vault = VaultFile(tmp_path, keyring)
    vault.forget()
    vault.create(SECRETS)
    vault.forget()
    assert not keyring.keys
    assert code_of(vault) == "keyring-locked"
    vault = VaultFile(tmp_path / "other", keyring)
    vault.create(SECRETS, "open sesame")
    vault.forget()
    assert vault.load("open sesame") == SECRETS
