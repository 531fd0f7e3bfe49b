"""What is done with messages that offer files, with real services and workers."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.domain.files import TransferChanged, TransferState, Voice
from app.domain.ids import EventId, RoomId
from app.domain.views import MessageState, MessageView
from tests.services.file_world import FileWorld, becomes, file_of, offered, same, seen
from tests.services.test_transfer_preparing import has_files
from tests.services.world import URL, Someone, until

State = TransferState
VOICE = Voice(1500, bytes([0, 100, 255]))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FileWorld]:
    made = FileWorld(tmp_path)
    yield made
    await made.close()


async def another_room(world: FileWorld, *people: Someone) -> RoomId:
    made = await people[0].backend.chats.create_room("Cellar")
    for person in people[1:]:
        await person.backend.chats.join(made.link)
    await world.all_linked(made.room, *people)
    return made.room


def count_below(folder: Path) -> int:
    return len(list(folder.rglob("*")))


async def last_file(person: Someone, room: RoomId) -> MessageView:
    return (await has_files(person, room, 1))[-1]


async def test_reply_react_pin_and_edit(world: FileWorld) -> None:
    room, (ana, bo), _, transfer = await offered(world, 10, "Ana", "Bo")
    chats = bo.backend.chats
    answer = await chats.send(room, "Nice", transfer)
    assert answer.reply is not None
    assert answer.reply.text == "Look at this"
    await chats.react(transfer, "👍")
    await chats.pin(transfer, on=True)
    await ana.has(room, "Nice")
    await ana.backend.chats.edit(transfer, "Look at that, @Bo")
    row = await ana.backend.chats.message(transfer)
    assert (row.text, row.edited, row.mentions) == ("Look at that, @Bo", True, (bo.peer,))
    assert row.file is not None
    assert [view.text for view in await ana.backend.chats.versions(transfer)] == [
        "Look at this",
        "Look at that, @Bo",
    ]
    await ana.settled(row)
    assert await ana.backend.chats.deliveries(transfer)
    await chats.mark_read(room, transfer)
    await ana.reached(row, MessageState.READ)
    pinned = await bo.backend.conversations.pinned(room)
    assert [view.event for view in pinned] == [transfer]
    with pytest.raises(AppError, match="not yours"):
        await chats.edit(transfer, "mine")


async def test_a_quote_of_a_file_without_words_is_its_name(world: FileWorld) -> None:
    room, (ana,) = await world.together("Ana")
    view = await ana.backend.transfers.offer(room, file_of(world.folder, 5, "plan.pdf"))
    answer = await ana.backend.chats.send(room, "Done", view.event)
    assert answer.reply is not None
    assert answer.reply.text == "plan.pdf"


async def test_an_own_file_is_forwarded_without_being_read_again(world: FileWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, 3_000_000, "Ana", "Bo")
    other = await another_room(world, ana, bo)
    await ana.backend.conversations.forward([transfer], [other])
    row = await last_file(bo, other)
    first = await ana.backend.chats.message(transfer)
    assert (row.text, row.forwarded_from, row.file) == ("Look at this", "Ana", first.file)
    await ana.backend.chats.delete(transfer)
    await becomes(bo, transfer, State.CANCELLED)
    await bo.backend.transfers.accept(row.event)
    assert same(await becomes(bo, row.event, State.DONE), path)


async def test_what_was_received_is_forwarded_from_where_it_lies(world: FileWorld) -> None:
    room, (ana, bo, cem) = await world.together("Ana", "Bo", "Cem")
    folder = world.folder / "Photos"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "con").write_bytes(b"reserved name")
    (folder / "a.txt").write_bytes(b"a" * 5000)
    taken = bo.folder / "Downloads" / "Photos"
    taken.mkdir(parents=True)
    given = await ana.backend.transfers.offer(room, folder)
    await becomes(bo, given.event, State.OFFERED)
    other = await another_room(world, bo, cem)
    with pytest.raises(AppError, match="not here"):
        await bo.backend.conversations.forward([given.event], [other])
    await bo.backend.transfers.accept(given.event)
    got = await becomes(bo, given.event, State.DONE)
    assert Path(got.path) != taken
    await bo.backend.conversations.forward([given.event], [other], named=True)
    row = await last_file(cem, other)
    assert row.forwarded_from == "Ana"
    await ana.stop()
    await bo.stop()
    await bo.start(URL)
    await cem.backend.transfers.accept(row.event)
    there = await becomes(cem, row.event, State.DONE)
    assert (Path(there.path) / "a.txt").read_bytes() == b"a" * 5000
    assert count_below(Path(there.path)) == 3
    await bo.backend.chats.hide(given.event)
    assert (await seen(bo, row.event)).state is not State.FAILED


async def test_what_is_not_here_any_more_is_not_forwarded(world: FileWorld) -> None:
    room, (ana,), path, transfer = await offered(world, 10, "Ana")
    forward = ana.backend.conversations.forward
    record = ana.backend._services.tender.book.find(transfer)
    assert record is not None
    path.rename(path.with_name("elsewhere"))
    with pytest.raises(AppError, match="file not found"):
        await forward([transfer], [room])
    path.with_name("elsewhere").rename(path)
    ana.backend._services.tender.jobs.clean(record.record.files)
    with pytest.raises(AppError, match="manifest lost"):
        await forward([transfer], [room])
    record.moved_away = True
    with pytest.raises(AppError, match="source changed"):
        await forward([transfer], [room])
    await ana.backend._services.tender.book.change(record, State.FAILED, "source-gone")
    with pytest.raises(AppError, match="source gone"):
        await forward([transfer], [room])
    with pytest.raises(AppError, match="unknown message"):
        await forward([EventId(bytes(32))], [room])


async def test_a_forwarded_voice_message_outlives_the_first_one(world: FileWorld) -> None:
    room, (ana, bo) = await world.together("Ana", "Bo")
    view = await ana.backend.transfers.say(room, "voice.ogg", b"sound" * 100, VOICE)
    await ana.backend.conversations.forward([view.event], [room])
    again = (await has_files(ana, room, 2))[-1]
    assert again.file is not None
    assert (again.file.voice_ms, again.file.wave) == (VOICE.ms, VOICE.wave)
    await ana.backend.chats.delete(view.event)
    await becomes(ana, view.event, State.CANCELLED)
    path = Path((await seen(ana, again.event)).path)
    assert same(await seen(ana, again.event), path)
    await ana.backend.chats.delete(again.event)
    await until(lambda: not path.exists(), "erased")
    assert bo.listed(room)


async def test_a_moved_own_file_is_located(world: FileWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, 3_000_000, "Ana", "Bo")
    moved = path.rename(world.folder / "moved.bin")
    os.utime(moved, (1, 1))
    await bo.backend.transfers.accept(transfer)
    failed = await becomes(ana, transfer, State.FAILED)
    assert failed.reason == "file-not-found"
    with pytest.raises(AppError, match="file differs"):
        await ana.backend.transfers.locate(transfer, file_of(world.folder, 3_000_000, "other"))
    assert (await seen(ana, transfer)).state is State.FAILED
    await ana.backend.transfers.locate(transfer, moved)
    there = await becomes(bo, transfer, State.DONE)
    assert same(there, moved)
    told = [change.view for change in ana.heard(TransferChanged)]
    assert any(view.state is State.PREPARING and view.is_offered for view in told)


async def test_a_touched_own_file_is_looked_at_again(world: FileWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, 1000, "Ana", "Bo")
    os.utime(path, (1, 1))
    await bo.backend.transfers.accept(transfer)
    assert (await becomes(ana, transfer, State.FAILED)).reason == "source-changed"
    await ana.backend.transfers.resume(transfer)
    assert same(await becomes(bo, transfer, State.DONE), path)
    path.write_bytes(b"otherwise")
    await becomes(ana, transfer, State.DONE)


async def test_what_was_received_and_moved_is_located_and_given_on(world: FileWorld) -> None:
    _, (ana, bo, cem), path, transfer = await offered(world, 1000, "Ana", "Bo", "Cem")
    with pytest.raises(AppError, match="not here"):
        await bo.backend.transfers.locate(transfer, path)
    await bo.backend.transfers.accept(transfer)
    got = await becomes(bo, transfer, State.DONE)
    moved = world.folder / "elsewhere"
    shutil.move(got.path, moved)
    await ana.stop()
    await bo.backend.transfers.locate(transfer, moved)
    assert (await seen(bo, transfer)).path == str(moved)
    await cem.backend.transfers.accept(transfer)
    assert same(await becomes(cem, transfer, State.DONE), path)


async def test_what_cannot_be_located(world: FileWorld) -> None:
    room, (ana,), path, transfer = await offered(world, 1000, "Ana")
    locate = ana.backend.transfers.locate
    with pytest.raises(AppError, match="file not found"):
        await locate(transfer, world.folder / "nothing")
    slow = await ana.backend.transfers.offer(room, path)
    looking = asyncio.create_task(locate(slow.event, path))
    await asyncio.sleep(0)
    with pytest.raises(AppError, match="still reading"):
        await locate(slow.event, path)
    await looking
    await ana.backend.transfers.cancel(transfer)
    with pytest.raises(AppError, match="transfer over"):
        await locate(transfer, path)
    with pytest.raises(AppError, match="unknown transfer"):
        await locate(EventId(bytes(32)), path)
    entry = ana.backend._services.tender.book.find(slow.event)
    assert entry is not None
    entry.record.path = ""
    await ana.backend._services.tender.book.change(entry, State.FAILED, "source-gone")
    with pytest.raises(AppError, match="source gone"):
        await ana.backend.transfers.resume(slow.event)
