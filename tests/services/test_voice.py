"""Voice messages between people with real services and real workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.contacts import ContactState
from app.domain.errors import AppError
from app.domain.files import TransferState, Voice
from app.domain.ids import EventId, RoomId
from app.services.voice_files import keep_voice
from tests.services.file_world import FileWorld, becomes
from tests.services.world import URL, Someone, until

SOUND = bytes(range(256)) * 20
VOICE = Voice(4200, bytes(range(0, 255, 4)))
State = TransferState


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FileWorld]:
    made = FileWorld(tmp_path)
    yield made
    await made.close()


def content(path: str) -> bytes:
    return Path(path).read_bytes()


def moved_away(person: Someone, transfer: EventId) -> bool:
    entry = person.backend._services.tender.book.find(transfer)
    return entry is not None and entry.moved_away


async def friends(world: FileWorld) -> tuple[RoomId, Someone, Someone]:
    """Two in a group, of whom Bo has accepted Ana."""
    room, (ana, bo) = await world.together("Ana", "Bo")
    await bo.backend._services.manager.contacts.update(ana.peer, state=ContactState.FRIEND)
    return room, ana, bo


async def test_what_a_friend_says_comes_by_itself_and_lies_with_the_profile(
    world: FileWorld,
) -> None:
    room, ana, bo = await friends(world)
    said = await ana.backend.transfers.say(room, "Voice 1.ogg", SOUND, VOICE)
    assert said.file is not None
    assert (said.file.voice_ms, said.file.wave) == (VOICE.ms, VOICE.wave)
    got = await becomes(bo, said.event, State.DONE)
    assert (got.name, got.voice_ms, content(got.path)) == ("Voice 1.ogg", 4200, SOUND)
    for person, path in ((bo, got.path), (ana, (await becomes(ana, said.event, State.DONE)).path)):
        assert Path(path).parent == person.folder / "transfers" / "voice"
    assert not (bo.folder / "Downloads").exists()


async def test_a_voice_answers_a_message(world: FileWorld) -> None:
    room, ana, bo = await friends(world)
    asked = await ana.say(room, "How was it?")
    await bo.has(room, "How was it?")
    said = await bo.backend.transfers.say(room, "Voice 1.ogg", SOUND, VOICE, asked.event)
    assert said.reply is not None
    assert said.reply.text == "How was it?"


async def test_what_was_said_is_served_after_a_restart(world: FileWorld) -> None:
    room, ana, bo = await friends(world)
    await bo.stop()
    said = await ana.backend.transfers.say(room, "Voice 1.ogg", SOUND, VOICE)
    await ana.stop()
    await asyncio.gather(ana.start(URL), bo.start(URL))
    got = await becomes(bo, said.event, State.DONE)
    assert content(got.path) == SOUND


async def test_what_others_say_waits_and_so_does_what_is_long(world: FileWorld) -> None:
    room, ana, bo = await friends(world)
    settings = await bo.backend.transfers.settings()
    await bo.backend.transfers.set_settings(replace(settings, voice_limit=len(SOUND) - 1))
    assert (await bo.backend.transfers.settings()).voice_limit == len(SOUND) - 1
    said = await ana.backend.transfers.say(room, "Voice 1.ogg", SOUND, VOICE)
    short = await ana.backend.transfers.say(room, "Voice 1.ogg", SOUND[1:], VOICE)
    stranger = await bo.backend.transfers.say(room, "Voice 1.ogg", SOUND[1:], VOICE)
    await becomes(bo, short.event, State.DONE)
    await becomes(bo, said.event, State.OFFERED)
    await becomes(ana, stranger.event, State.OFFERED)
    await bo.backend.transfers.accept(said.event)
    got = await becomes(bo, said.event, State.DONE)
    assert Path(got.path).parent == bo.folder / "transfers" / "voice"
    assert content(got.path) == SOUND


async def test_a_voice_goes_with_its_message(world: FileWorld) -> None:
    room, ana, bo = await friends(world)
    said = await ana.backend.transfers.say(room, "Voice 1.ogg", SOUND, VOICE)
    got = await becomes(bo, said.event, State.DONE)
    own = await becomes(ana, said.event, State.DONE)
    await ana.backend.chats.delete(said.event)
    await until(lambda: not Path(own.path).exists(), "ours gone")
    await until(lambda: not Path(got.path).exists(), "theirs gone")


async def test_a_voice_goes_with_the_history(world: FileWorld) -> None:
    room, ana, bo = await friends(world)
    said = await ana.backend.transfers.say(room, "Voice 1.ogg", SOUND, VOICE)
    got = await becomes(bo, said.event, State.DONE)
    await bo.backend.conversations.delete_history(room)
    await until(lambda: not Path(got.path).exists(), "gone")


async def test_what_was_put_elsewhere_stays(world: FileWorld) -> None:
    room, ana, bo = await friends(world)
    settings = await bo.backend.transfers.settings()
    await bo.backend.transfers.set_settings(replace(settings, voice_limit=0))
    said = await ana.backend.transfers.say(room, "Voice 1.ogg", SOUND, VOICE)
    await becomes(bo, said.event, State.OFFERED)
    mine = world.folder / "mine"
    mine.mkdir()
    await bo.backend.transfers.accept(said.event, mine)
    got = await becomes(bo, said.event, State.DONE)
    await ana.backend.chats.delete(said.event)
    await until(lambda: not (ana.folder / "transfers" / "voice" / "Voice 1.ogg").exists(), "gone")
    await until(lambda: moved_away(bo, said.event), "told")
    assert content(got.path) == SOUND


async def test_what_cannot_be_said(world: FileWorld) -> None:
    room, ana, _bo = await friends(world)
    with pytest.raises(AppError, match="unknown room"):
        await ana.backend.transfers.say(RoomId(bytes(16)), "Voice.ogg", SOUND, VOICE)
    (ana.folder / "transfers").mkdir(exist_ok=True)
    (ana.folder / "transfers" / "voice").write_text("in the way")
    with pytest.raises(AppError, match="file unwritable"):
        await ana.backend.transfers.say(room, "Voice.ogg", SOUND, VOICE)


def test_a_name_is_never_taken_twice(tmp_path: Path) -> None:
    folder = tmp_path / "voice"
    paths = [keep_voice(folder, "Voice 09.52.00.ogg", bytes([each])) for each in range(3)]
    assert [path.name for path in paths] == [
        "Voice 09.52.00.ogg",
        "Voice 09.52.00 (2).ogg",
        "Voice 09.52.00 (3).ogg",
    ]
    assert [path.read_bytes() for path in paths] == [b"\0", b"\1", b"\2"]
    assert keep_voice(folder, "../../x.ogg", b"").parent == folder
