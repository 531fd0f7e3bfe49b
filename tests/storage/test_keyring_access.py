"""A keyring may be absent, broken or asleep: nothing raises and nothing hangs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoBackend
from keyring.errors import PasswordDeleteError

from app.storage.keyring_access import OFF_VARIABLE, Keyring

KEY = bytes(range(32))
PATIENCE = 60.0


class Backend(KeyringBackend):
    """Keeps passwords in memory; waits for `gate` at each call."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.gate = threading.Event()
        self.gate.set()

    def get_password(self, service: str, username: str) -> str | None:
        self.gate.wait(5)
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.gate.wait(5)
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError(username)


@pytest.fixture
def backend() -> Iterator[Backend]:
    before, own = keyring.get_keyring(), Backend()
    keyring.set_keyring(own)
    yield own
    own.gate.set()
    keyring.set_keyring(before)


def test_keys_come_back(backend: Backend) -> None:
    access = Keyring(PATIENCE)
    assert access.get("a") is None
    assert access.put("a", KEY)
    assert access.get("a") == KEY
    access.remove("a")
    access.remove("a")
    assert access.get("a") is None
    assert backend.kept == {}


def test_nonsense_in_the_keyring_is_no_key(backend: Backend) -> None:
    Keyring(PATIENCE).put("a", KEY)
    (place,) = backend.kept
    backend.kept[place] = "not hexadecimal"
    assert Keyring(PATIENCE).get("a") is None


def test_no_backend(backend: Backend) -> None:
    empty: Any = NoBackend
    keyring.set_keyring(empty())
    access = Keyring(PATIENCE)
    assert not access.put("a", KEY)
    assert access.get("a") is None
    access.remove("a")
    assert backend.kept == {}


def test_a_keyring_that_waits_for_a_person_is_left(backend: Backend) -> None:
    backend.gate.clear()
    access = Keyring(timeout=0.05)
    assert access.get("a") is None
    assert not access.put("a", KEY)


def test_switched_off(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OFF_VARIABLE, "off")
    assert not Keyring().put("a", KEY)
    assert backend.kept == {}
