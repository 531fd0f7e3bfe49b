"""The vault's bytes: opened by the right key alone, and honest about what is wrong."""

from __future__ import annotations

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto import vault
from app.crypto.vault import (
    VAULT_SIZE,
    Protection,
    Secrets,
    new_secrets,
    open_vault,
    parse_vault,
    passphrase_key,
    seal_vault,
)
from app.domain.errors import AppError

SECRETS = Secrets(bytes(range(32)), bytes(range(32, 64)))
ID, SALT, KEY = b"i" * 16, b"s" * 16, b"k" * 32


def code_of(raw: bytes, key: bytes = KEY) -> str:
    with pytest.raises(AppError) as caught:
        open_vault(parse_vault(raw), key)
    return caught.value.code


def with_checksum(raw: bytes) -> bytes:
    return raw + hashlib.sha256(raw).digest()[:8]


@pytest.mark.parametrize("protection", Protection)
def test_round_trip(protection: Protection) -> None:
    raw = seal_vault(SECRETS, protection, ID, SALT, KEY)
    assert len(raw) == VAULT_SIZE
    shut = parse_vault(raw)
    assert (shut.protection, shut.vault_id, shut.salt) == (protection, ID, SALT)
    assert shut.kept_key == (KEY if protection is Protection.NONE else bytes(32))
    assert open_vault(shut, KEY) == SECRETS


@pytest.mark.parametrize("protection", [Protection.KEYRING, Protection.PASSPHRASE])
def test_neither_key_nor_secrets_stand_in_a_protected_file(protection: Protection) -> None:
    raw = seal_vault(SECRETS, protection, ID, SALT, KEY)
    for secret in (KEY, SECRETS.seed, SECRETS.database_key):
        assert secret not in raw


def test_no_two_files_are_alike() -> None:
    one, other = (seal_vault(SECRETS, Protection.KEYRING, ID, SALT, KEY) for _ in range(2))
    assert one != other


def test_a_wrong_key() -> None:
    wrong = bytes(32)
    raw = seal_vault(SECRETS, Protection.PASSPHRASE, ID, SALT, KEY)
    assert code_of(raw, wrong) == "wrong-passphrase"
    for protection in (Protection.KEYRING, Protection.NONE):
        assert code_of(seal_vault(SECRETS, protection, ID, SALT, KEY), wrong) == "vault-damaged"


def test_a_newer_format() -> None:
    raw = seal_vault(SECRETS, Protection.NONE, ID, SALT, KEY)
    newer = raw[:7] + b"\x02" + raw[8:]
    assert code_of(newer) == "vault-newer"
    assert code_of(newer + b"longer than ours") == "vault-newer"


@given(st.integers(0, VAULT_SIZE * 8 - 1))
def test_any_flipped_bit_is_told(bit: int) -> None:
    raw = bytearray(seal_vault(SECRETS, Protection.PASSPHRASE, ID, SALT, KEY))
    raw[bit // 8] ^= 1 << bit % 8
    assert code_of(bytes(raw)) in {"vault-damaged", "vault-newer"}


@given(st.binary(max_size=VAULT_SIZE + 8))
def test_any_bytes_are_told(raw: bytes) -> None:
    assert code_of(raw) in {"vault-damaged", "vault-newer"}


@pytest.mark.parametrize("cut", [0, 7, 8, 100, VAULT_SIZE - 1])
def test_truncation_is_told(cut: int) -> None:
    raw = seal_vault(SECRETS, Protection.NONE, ID, SALT, KEY)
    assert code_of(raw[:cut]) == "vault-damaged"


@pytest.mark.parametrize(("place", "value"), [(0, 0), (7, 0), (8, 3)])
def test_a_right_checksum_over_nonsense_is_damage(place: int, value: int) -> None:
    raw = bytearray(seal_vault(SECRETS, Protection.NONE, ID, SALT, KEY)[:-8])
    raw[place] = value
    assert code_of(with_checksum(bytes(raw))) == "vault-damaged"


@pytest.mark.parametrize("place", [8, 10, 30, 50, 80, 100])
def test_all_that_is_not_secret_is_bound_to_the_seal(place: int) -> None:
    """Somebody who can mend the checksum still changes nothing unseen."""
    raw = bytearray(seal_vault(SECRETS, Protection.PASSPHRASE, ID, SALT, KEY)[:-8])
    raw[place] ^= 1
    assert code_of(with_checksum(bytes(raw))) in {"wrong-passphrase", "vault-damaged"}


def test_passphrases_count_by_their_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        vault, "stretch", lambda secret, salt, _cost: hashlib.sha256(salt + secret).digest()
    )
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    assert passphrase_key(composed, SALT) == passphrase_key(decomposed, SALT)
    assert passphrase_key("cafe", SALT) != passphrase_key(composed, SALT)
    assert passphrase_key(composed, SALT) != passphrase_key(composed, ID)
    assert len(passphrase_key("\ud800", SALT)) == 32


def test_new_secrets_keep_the_identity_and_have_a_fresh_key() -> None:
    seed = os.urandom(32)
    one, other = new_secrets(seed), new_secrets(seed)
    assert one.seed == other.seed == seed
    assert one.database_key != other.database_key


def test_secrets_are_not_printed() -> None:
    shut = parse_vault(seal_vault(SECRETS, Protection.NONE, ID, SALT, KEY))
    assert "k" * 8 not in repr(shut)
    assert repr(SECRETS.seed) not in repr(SECRETS)
