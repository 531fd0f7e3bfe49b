"""A profile as a whole: locked and unlocked, protected, exported, replaced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.bootstrap import build, open_profile
from app.config import Settings
from app.crypto import kdf
from app.domain.contacts import Contact, ContactState
from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.services.account import Account
from app.services.backend import ParlorBackend, Transports
from app.storage import takeover
from app.storage.contact_repository import ContactRepository
from app.storage.keyring_access import Keyring
from app.storage.profile_folders import ProfileFolders
from tests.services.world import URL, NoServer, World
from tests.storage.test_vault_file import MemoryKeyring
from tests.support.memory_link import MemoryTransport
from tests.support.memory_signaling import MemorySignaling


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kdf, "ARGON2_MEMORY_KIB", 8)


class Machine:
    """One person's computer in the world."""

    def __init__(self, world: World, name: str, keyring: Keyring | None = None) -> None:
        self.folder = world.folder / name
        folders = ProfileFolders(self.folder)
        self.given: str | None = None
        self._world, self._name, self._keyring = world, name, keyring
        self.account = Account(folders, self._start, keyring, lambda: self.given)

    async def _start(
        self, folder: Path, passphrase: str | None, *, keep_name: bool
    ) -> ParlorBackend:
        name = None if keep_name else self._name
        settings = Settings(folder, name, use_keyring=self._keyring is not None)
        me, store = await open_profile(settings, passphrase)
        world = self._world
        signaling = MemorySignaling(world.servers)
        backend = build(me, store, Transports(MemoryTransport(world.ether), signaling, NoServer()))
        await backend.start()
        return backend


@pytest.fixture
async def machine(world: World) -> AsyncIterator[Machine]:
    made = Machine(world, "Ana")
    yield made
    await made.account.close()


@pytest.fixture
async def other(world: World) -> AsyncIterator[Machine]:
    made = Machine(world, "Somebody")
    yield made
    await made.account.close()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def exported(machine: Machine) -> Path:
    """Write an archive of a profile with two rooms."""
    backend = await machine.account.open()
    for room in ("Kitchen", "Hall"):
        made = await backend.chats.create_room(room)
        await backend.chats.send(made.room, f"in the {room}")
    path = machine.folder.parent / "backup"
    await machine.account.export_to(path, "words")
    return path


async def test_opening_twice_is_opening_once(machine: Machine) -> None:
    first, second = await asyncio.gather(machine.account.open(), machine.account.open())
    assert first is second
    await machine.account.close()
    await machine.account.close()
    assert await machine.account.open() is not first


async def test_a_lock_wants_the_passphrase(machine: Machine) -> None:
    account = machine.account
    peer = (await account.open()).profile.peer
    with pytest.raises(AppError, match="passphrase unset"):
        await account.lock()
    await account.set_passphrase(None, "open sesame")
    assert await account.is_protected()
    machine.given = "open sesame"
    await account.lock()
    with pytest.raises(AppError, match="profile locked"):
        await account.export_to(machine.folder.parent / "backup", "x")
    with pytest.raises(AppError, match="passphrase needed"):
        await account.open()
    with pytest.raises(AppError, match="wrong passphrase"):
        await account.open("open barley")
    assert (await account.open("open sesame")).profile.peer == peer


async def test_the_passphrase_given_at_the_start_opens_it_once(machine: Machine) -> None:
    await machine.account.open()
    await machine.account.set_passphrase(None, "open sesame")
    await machine.account.close()
    machine.given = "open sesame"
    again = Account(ProfileFolders(machine.folder), machine._start, None, lambda: machine.given)
    await again.open()
    await again.lock()
    with pytest.raises(AppError, match="passphrase needed"):
        await again.open()


async def test_passphrases_change_and_go(machine: Machine) -> None:
    account = machine.account
    await account.open()
    with pytest.raises(AppError, match="passphrase empty"):
        await account.set_passphrase(None, "")
    await account.set_passphrase(None, "one")
    for old, code in ((None, "passphrase needed"), ("two", "wrong passphrase")):
        with pytest.raises(AppError, match=code):
            await account.set_passphrase(old, "three")
    await account.set_passphrase("one", "two")
    await account.set_passphrase("two", None)
    assert not await account.is_protected()
    await account.close()
    await account.open()


async def test_an_imported_profile_takes_the_empty_one_s_place(
    machine: Machine, other: Machine
) -> None:
    path = await exported(machine)
    ana = (await machine.account.open()).profile
    await machine.account.close()
    fresh = await other.account.open()
    await fresh.network.connect(URL)
    told: list[tuple[int, int]] = []
    backend = await other.account.import_from(path, "words", lambda *done: told.append(done))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    assert (backend.profile.peer, backend.profile.name) == (ana.peer, ana.name)
    assert {summary.name for summary in await backend.chats.rooms()} == {"Kitchen", "Hall"}
    assert [server.url for server in backend.network.servers()] == [URL]
    assert not {name for name in names(other.folder) if "import" in name}
    assert await other.account.open() is backend
    with pytest.raises(AppError, match="profile not empty"):
        await other.account.import_from(path, "words")


async def test_a_profile_with_contacts_is_not_empty(machine: Machine) -> None:
    backend = await machine.account.open()
    contacts = ContactRepository(backend._services.store.settings)
    await contacts.save(Contact(PeerId(bytes(32)), ContactState.INCOMING))
    assert await backend.is_empty()
    await contacts.save(Contact(PeerId(bytes(32)), ContactState.FRIEND))
    assert not await backend.is_empty()


@pytest.mark.parametrize(("words", "code"), [("wrong", "wrong passphrase"), ("words", "damaged")])
async def test_a_failed_import_changes_nothing(
    machine: Machine, other: Machine, words: str, code: str
) -> None:
    path = await exported(machine)
    backend = await other.account.open()
    if code == "damaged":
        path.write_bytes(path.read_bytes()[:-1])
    before = names(other.folder)
    with pytest.raises(AppError, match=code):
        await other.account.import_from(path, words)
    assert names(other.folder) == before
    assert await other.account.open() is backend
    await backend.chats.create_room("still at work")


async def test_a_cancelled_import_changes_nothing(machine: Machine, other: Machine) -> None:
    path = await exported(machine)
    await other.account.open()
    before = names(other.folder)
    begun = asyncio.Event()
    importing = asyncio.create_task(
        other.account.import_from(path, "words", lambda *_: begun.set())
    )
    await begun.wait()
    importing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await importing
    assert names(other.folder) == before


async def test_a_room_made_during_the_import_stops_it(
    machine: Machine, other: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await exported(machine)
    backend = await other.account.open()
    real = backend.is_empty
    answers = iter([True, False])

    async def is_empty() -> bool:
        await real()
        return next(answers)

    monkeypatch.setattr(backend, "is_empty", is_empty)
    with pytest.raises(AppError, match="profile not empty"):
        await other.account.import_from(path, "words")
    assert not (other.folder / takeover.PARTIAL).exists()


async def test_a_protected_profile_stays_protected(machine: Machine, other: Machine) -> None:
    path = await exported(machine)
    await machine.account.close()
    await other.account.open()
    await other.account.set_passphrase(None, "mine")
    with pytest.raises(AppError, match="passphrase needed"):
        await other.account.import_from(path, "words")
    with pytest.raises(AppError, match="wrong passphrase"):
        await other.account.import_from(path, "words", own="yours")
    await other.account.import_from(path, "words", own="mine")
    assert await other.account.is_protected()
    await other.account.lock()
    await other.account.open("mine")


async def test_the_keyring_keeps_no_key_of_what_was_replaced(
    world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await exported(machine)
    keyring = MemoryKeyring()
    monkeypatch.setattr("app.storage.vault_file.Keyring", lambda: keyring)
    other = Machine(world, "With a keyring", keyring)
    await other.account.open()
    (before,) = keyring.keys
    await other.account.import_from(path, "words")
    await other.account.close()
    (after,) = keyring.keys
    assert after != before


async def test_profiles_are_made_and_switched_between(machine: Machine) -> None:
    account = machine.account
    first = (await account.open()).profile.peer
    assert (account.name, await account.profiles()) == ("", [""])
    await account.create("Work")
    assert account.name == ""
    second = (await account.open()).profile.peer
    assert (account.name, await account.profiles()) == ("Work", ["", "Work"])
    assert second != first
    await account.switch_to("")
    assert (await account.open()).profile.peer == first
    with pytest.raises(AppError, match="unknown profile"):
        await account.switch_to("Play")
    with pytest.raises(AppError, match="profile exists"):
        await account.create("work")
    assert (await account.open()).profile.peer == first


async def test_a_profile_is_deleted_and_the_other_stays(machine: Machine) -> None:
    account = machine.account
    first = (await account.open()).profile.peer
    await account.create("Work")
    await account.open()
    await account.delete()
    assert (await account.open()).profile.peer == first
    assert await account.profiles() == [""]
    await account.delete()
    assert (await account.open()).profile.peer != first
    await account.create("Work")
    work = (await account.open()).profile.peer
    await account.switch_to("")
    await account.open()
    await account.delete()
    assert (await account.open()).profile.peer == work
    assert account.name == "Work"
