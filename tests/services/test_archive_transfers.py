"""Files in an exported profile: what they are at where it is imported, and that they go on."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import build
from app.crypto import kdf
from app.crypto.vault import Secrets
from app.domain.errors import AppError
from app.domain.files import TransferState
from app.domain.ids import EventId
from app.protocol.archive import KeptTransfer, TransfersEntry
from app.services.archive_service import import_profile
from app.services.archive_transfers import take_transfers
from app.services.backend import ParlorBackend, Transports
from app.services.me import Me
from app.services.transfers_api import TransferSettings
from app.storage.store import Store
from tests.services.file_world import FileWorld, becomes, file_of, offered, same
from tests.services.world import URL, NoServer, Someone
from tests.support.memory_link import MemoryTransport
from tests.support.memory_signaling import MemorySignaling

State = TransferState
WORDS = "a long walk home"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kdf, "ARGON2_MEMORY_KIB", 8)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FileWorld]:
    made = FileWorld(tmp_path)
    yield made
    await made.close()


async def moved(world: FileWorld, person: Someone) -> ParlorBackend:
    """Export somebody, end their program for good, and start the import elsewhere."""
    archive, folder = world.folder / "archive", world.folder / "elsewhere"
    folder.mkdir()
    await person.backend.export(archive, WORDS)
    await person.stop()
    secrets: list[Secrets] = []
    await import_profile(folder, archive, WORDS, secrets.append)
    store = await Store.open(folder, secrets[0].database_key, person.peer)
    links = MemoryTransport(world.ether)
    transports = Transports(links, MemorySignaling(world.servers), NoServer())
    bulk = world.bulk(folder)
    backend = build(Me(person.identity, person.name), store, transports, bulk=bulk)
    await backend.start()
    await backend.network.connect(URL)
    return backend


async def test_own_offers_go_on_where_their_files_are(world: FileWorld) -> None:
    room, (ana, bo), path, transfer = await offered(world, 3_000_000, "Ana", "Bo")
    gone = await ana.backend.transfers.offer(room, file_of(world.folder, 2000, "gone.bin"))
    taken = await ana.backend.transfers.offer(room, file_of(world.folder, 30, "taken.bin"))
    await bo.backend.transfers.accept(taken.event)
    await becomes(ana, taken.event, State.DONE)
    lies = shutil.move(world.folder / "gone.bin", world.folder / "found.bin")
    backend = await moved(world, ana)
    try:
        views = {view.name: view for view in await backend.transfers.transfers()}
        assert {name: (view.state, view.reason) for name, view in views.items()} == {
            "data.bin": (State.OFFERED, ""),
            "gone.bin": (State.FAILED, "source-gone"),
            "taken.bin": (State.DONE, ""),
        }
        await bo.backend.transfers.accept(transfer)
        assert same(await becomes(bo, transfer, State.DONE), path)
        with pytest.raises(AppError, match="file differs"):
            await backend.transfers.locate(gone.event, path)
        await backend.transfers.locate(gone.event, Path(lies))
        await bo.backend.transfers.accept(gone.event)
        assert same(await becomes(bo, gone.event, State.DONE), Path(lies))
    finally:
        await backend.close()


async def test_what_was_received_stays_and_what_was_coming_waits(world: FileWorld) -> None:
    room, (ana, bo), path, transfer = await offered(world, 3000, "Ana", "Bo")
    declined = await ana.backend.transfers.offer(room, file_of(world.folder, 5, "no.bin"))
    coming = await ana.backend.transfers.offer(room, file_of(world.folder, 6, "coming.bin"))
    fresh = await ana.backend.transfers.offer(room, file_of(world.folder, 7, "fresh.bin"))
    hidden = await ana.backend.transfers.offer(room, file_of(world.folder, 8, "hidden.bin"))
    await becomes(bo, hidden.event, State.OFFERED)
    await bo.backend.transfers.accept(transfer)
    await becomes(bo, transfer, State.DONE)
    await bo.backend.transfers.decline(declined.event)
    await bo.backend.chats.hide(hidden.event)
    far = world.folder / "far" / "away"
    far.mkdir(parents=True)
    await bo.backend.transfers.set_settings(TransferSettings(bo.folder, far))
    await ana.backend.transfers.pause(coming.event)
    await bo.backend.transfers.accept(coming.event)
    await becomes(bo, coming.event, State.WAITING)
    shutil.rmtree(far.parent)
    backend = await moved(world, bo)
    try:
        views = {view.name: view for view in await backend.transfers.transfers()}
        assert {name: view.state for name, view in views.items()} == {
            "data.bin": State.DONE,
            "no.bin": State.DECLINED,
            "coming.bin": State.PAUSED,
            "fresh.bin": State.OFFERED,
        }
        assert same(views["data.bin"], path)
        assert views["coming.bin"].done == 0
        chosen = await backend.transfers.settings()
        assert chosen.folder == bo.folder
        assert chosen.auto_folder == world.folder / "elsewhere" / "Downloads"
        await ana.backend.transfers.resume(coming.event)
        await backend.transfers.resume(coming.event)
        await becomes(ana, coming.event, State.DONE)
        assert fresh.event in {view.transfer for view in views.values()}
    finally:
        await backend.close()


async def test_what_such_a_record_must_not_say(world: FileWorld) -> None:
    room, (ana,), path, transfer = await offered(world, 30, "Ana")
    before = await ana.store.transfers.all()
    one = KeptTransfer(event=transfer, state="done", path=str(path), manifest=b"something else")
    folder = world.folder / "manifests"

    async def take(kept: KeptTransfer) -> None:
        entry = TransfersEntry(room=room, transfers=[kept])
        await take_transfers(ana.store, ana.peer, entry, lambda files: folder / files)

    with pytest.raises(AppError, match="archive newer"):
        await take(replace_state(one, "floating"))
    await take(KeptTransfer(event=EventId(bytes(32)), state="done"))
    assert await ana.store.transfers.all() == before
    await take(one)
    (record,) = await ana.store.transfers.all()
    assert (record.state, record.path) == (State.OFFERED, str(path))
    assert not folder.exists()
    await take(replace_path(one, str(world.folder / "nothing")))
    (record,) = await ana.store.transfers.all()
    assert replace(record, files="") == replace(
        before[0],
        files="",
        state=State.FAILED,
        reason="source-gone",
        path=str(world.folder / "nothing"),
    )


def replace_state(kept: KeptTransfer, state: str) -> KeptTransfer:
    return KeptTransfer(event=kept.event, state=state, path=kept.path)


def replace_path(kept: KeptTransfer, path: str) -> KeptTransfer:
    return KeptTransfer(event=kept.event, state=kept.state, path=path)
