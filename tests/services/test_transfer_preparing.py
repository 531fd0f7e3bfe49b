"""What is to be offered is read first, with real workers: shown, called off, taken up again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.domain.files import TransferChanged, TransferRemoved, TransferState
from app.domain.ids import EventId, RoomId
from app.domain.views import MessageKind, MessageView
from app.storage.preparation_repository import PreparationRecord
from tests.services.file_world import FileWorld, becomes, file_of, seen
from tests.services.world import URL, WAIT, Someone, until

State = TransferState
GIGABYTE = 1 << 30
SOME = 3 << 20


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FileWorld]:
    made = FileWorld(tmp_path)
    yield made
    await made.close()


def large(folder: Path, size: int = SOME) -> Path:
    """Make a file that takes some time to read, and no space."""
    path = folder / "large.img"
    path.touch()
    os.truncate(path, size)
    return path


async def files(person: Someone, room: RoomId) -> list[MessageView]:
    return [row for row in await person.history(room) if row.kind is MessageKind.FILE]


async def has_files(person: Someone, room: RoomId, count: int) -> list[MessageView]:
    end = asyncio.get_running_loop().time() + WAIT
    while True:
        found = await files(person, room)
        if len(found) >= count:
            return found
        assert asyncio.get_running_loop().time() < end, f"{person.name} has {len(found)}"
        await asyncio.sleep(0.01)


async def unread(person: Someone) -> list[EventId]:
    """Return what is being read, or could not be."""
    return [view.transfer for view in await person.backend.transfers.transfers() if not view.digest]


async def test_several_are_offered_in_their_order_and_what_is_said_goes_with_the_first(
    world: FileWorld,
) -> None:
    room, (ana, bo) = await world.together("Ana", "Bo")
    said = await ana.say(room, "Which ones?")
    paths = [file_of(world.folder, 500_000 - at, f"{at}.bin") for at in range(4)]
    transfers = ana.backend.transfers
    await transfers.prepare(room, paths, "These, @Bo", said.event)
    waiting = await unread(ana)
    assert len(waiting) == 4
    rows = await has_files(bo, room, 4)
    assert [row.file.name for row in rows if row.file] == ["0.bin", "1.bin", "2.bin", "3.bin"]
    assert [row.text for row in rows] == ["These, @Bo", "", "", ""]
    assert (rows[0].reply_to, rows[0].mentions) == (said.event, (bo.peer,))
    assert (rows[1].reply_to, rows[1].mentions) == (None, ())
    await until(lambda: len(ana.heard(TransferRemoved)) == 4)
    assert [change.transfer for change in ana.heard(TransferRemoved)] == waiting[::-1]
    assert await unread(ana) == []
    assert await ana.store.preparations.all() == []


async def test_how_far_it_is_read_is_told(world: FileWorld) -> None:
    room, (ana,) = await world.together("Ana")
    await ana.backend.transfers.prepare(room, [large(world.folder, 40 * GIGABYTE)])
    (key,) = await unread(ana)
    before = await seen(ana, key)
    assert (before.state, before.name, before.own) == (State.PREPARING, "large.img", True)
    assert before.peer_name == "Ana"
    assert not before.is_offered
    await until(lambda: ana.heard(TransferChanged)[-1].view.rate, "being read")
    told = ana.heard(TransferChanged)[-1].view
    assert (told.transfer, told.size) == (key, 40 * GIGABYTE)
    assert 0 < told.done < told.size
    await ana.backend.transfers.cancel(key)


async def test_what_cannot_be_read_says_why_and_hands_on_what_was_said(world: FileWorld) -> None:
    room, (ana,) = await world.together("Ana")
    transfers = ana.backend.transfers
    gone, there = world.folder / "gone.bin", file_of(world.folder, 10, "there.bin")
    await transfers.prepare(room, [gone, there], "Look")
    (row,) = await has_files(ana, room, 1)
    assert row.text == "Look"
    await until(lambda: ana.heard(TransferRemoved))
    (key,) = await unread(ana)
    failed = await seen(ana, key)
    assert (failed.state, failed.reason) == (State.FAILED, "file-not-found")
    gone.write_bytes(b"back")
    await transfers.resume(key)
    rows = await has_files(ana, room, 2)
    assert rows[1].file is not None
    assert (rows[1].file.name, rows[1].text) == ("gone.bin", "")


async def test_a_failed_one_may_be_dropped(world: FileWorld) -> None:
    room, (ana,) = await world.together("Ana")
    transfers = ana.backend.transfers
    await transfers.prepare(room, [world.folder / "gone.bin"], "Look")
    (key,) = await unread(ana)
    await becomes(ana, key, State.FAILED)
    await transfers.cancel(key)
    assert await unread(ana) == []
    assert ana.heard(TransferRemoved)[-1].transfer == key
    assert await ana.store.preparations.all() == []
    with pytest.raises(AppError, match="unknown transfer"):
        await transfers.cancel(key)


async def test_called_off_while_it_is_read(world: FileWorld) -> None:
    room, (ana,) = await world.together("Ana")
    transfers = ana.backend.transfers
    await transfers.prepare(room, [large(world.folder, 40 * GIGABYTE)])
    (key,) = await unread(ana)
    await until(lambda: [c for c in ana.heard(TransferChanged) if c.view.done], "being read")
    await transfers.cancel(key)
    assert await files(ana, room) == []
    await transfers.prepare(room, [file_of(world.folder, 10)])
    await has_files(ana, room, 1)
    assert len(list((ana.folder / "transfers").glob("*.manifest"))) == 1


async def test_an_offer_that_is_waited_for_is_called_off(world: FileWorld) -> None:
    room, (ana,) = await world.together("Ana")
    path = large(world.folder, 40 * GIGABYTE)
    offer = asyncio.create_task(ana.backend.transfers.offer(room, path))
    await until(lambda: ana.heard(TransferChanged))
    (key,) = await unread(ana)
    await ana.backend.transfers.cancel(key)
    with pytest.raises(AppError, match="offer stopped"):
        await offer
    offer = asyncio.create_task(ana.backend.transfers.offer(room, path))
    await until(lambda: len(ana.heard(TransferChanged)) > 1)
    await asyncio.sleep(0)
    offer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await offer
    assert await unread(ana) == []


async def test_small_ones_do_not_wait_for_a_large_one(world: FileWorld) -> None:
    room, (ana,) = await world.together("Ana")
    await ana.backend.transfers.prepare(room, [large(world.folder, 40 * GIGABYTE)])
    await ana.backend.transfers.prepare(room, [file_of(world.folder, 10)])
    (row,) = await has_files(ana, room, 1)
    assert row.file is not None
    assert row.file.name == "data.bin"
    await until(lambda: ana.heard(TransferRemoved))
    (key,) = await unread(ana)
    await ana.backend.transfers.cancel(key)


async def test_they_are_read_after_a_restart_and_offered_once(world: FileWorld) -> None:
    room, (ana, bo) = await world.together("Ana", "Bo")
    paths = [large(world.folder, 40 * GIGABYTE), file_of(world.folder, 10, "small.bin")]
    await ana.backend.transfers.prepare(room, paths, "Both")
    assert len(await unread(ana)) == 2
    await ana.stop()
    assert await files(bo, room) == []
    large(world.folder)
    await ana.start(URL)
    rows = await has_files(bo, room, 2)
    assert [row.text for row in rows] == ["Both", ""]
    await ana.stop()
    await ana.start(URL)
    assert len(await files(ana, room)) == 2


async def test_what_was_written_when_the_program_ended_is_not_offered_again(
    world: FileWorld,
) -> None:
    room, (ana,) = await world.together("Ana")
    path = file_of(world.folder, 10)
    row = await ana.backend.transfers.offer(room, path)
    entry = ana.backend._services.tender.book.find(row.event)
    assert entry is not None
    assert row.file is not None
    known = entry.record
    key = EventId(bytes(32))
    record = PreparationRecord(key, key, room, 0, str(path), known.files, row.file)
    await ana.store.preparations.add(record)
    await ana.stop()
    await ana.start(URL)
    await ana.store.preparations.add(record)
    await ana.store.transfers.forget(row.event)
    await ana.stop()
    await ana.start(URL)
    assert await ana.store.preparations.all() == []
    assert len(await files(ana, room)) == 1
    view = await seen(ana, row.event)
    assert (view.state, view.path) == (State.OFFERED, str(path))


async def test_nothing_is_read_for_a_room_that_is_gone(world: FileWorld) -> None:
    room, (ana,) = await world.together("Ana")
    await ana.backend.transfers.prepare(room, [large(world.folder, 40 * GIGABYTE)])
    await ana.backend.conversations.leave(room, keep=False)
    await until(lambda: ana.heard(TransferRemoved))
    assert await ana.store.preparations.all() == []
    with pytest.raises(AppError, match="unknown room"):
        await ana.backend.transfers.prepare(room, [world.folder])


async def test_a_folder_is_known_as_one_before_it_is_read(world: FileWorld) -> None:
    room, (ana,) = await world.together("Ana")
    folder = world.folder / "Photos"
    folder.mkdir()
    large(folder, 40 * GIGABYTE)
    await ana.backend.transfers.prepare(room, [folder])
    (key,) = await unread(ana)
    assert (await seen(ana, key)).is_folder
    with pytest.raises(AppError, match="unknown transfer"):
        await ana.backend.transfers.accept(key)
    await ana.backend.transfers.resume(key)
    await ana.backend.transfers.cancel(key)
    large(folder)
    await ana.backend.transfers.prepare(room, [folder])
    (row,) = await has_files(ana, room, 1)
    assert row.file is not None
    assert row.file.is_folder
