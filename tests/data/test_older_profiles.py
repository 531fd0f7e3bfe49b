"""Whatever an older version has written is there in this one, and stays there."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import AppError
from app.storage.connection import DATABASE_NAME
from app.storage.migrations import COPY_SUFFIX, MIGRATIONS
from signaling.config import load_config
from tests.data.kept import HERE, RELEASED, VERSIONS, Json, content, told, unpack
from tests.data.script import EXPORT_PASSPHRASE
from tests.data.today import Today, opened
from tests.services.test_account import Machine
from tests.services.world import URL, World

COPY = f"{DATABASE_NAME}{COPY_SUFFIX}{len(MIGRATIONS)}"
PROFILES = [(version, "ana") for version in VERSIONS] + [(version, "ben") for version in RELEASED]
EXPORTS = [version for version in VERSIONS if (HERE / version / "ana.parlor").exists()]


def missing(then: Any, now: Any, place: str = "") -> list[str]:
    """Return where `now` does not say what `then` said; it may say more."""
    match then, now:
        case dict(), dict():
            found = [missing(then[key], now.get(key), f"{place}/{key}") for key in then]
        case list(), list() if len(then) == len(now):
            pairs = enumerate(zip(then, now, strict=True))
            found = [missing(*pair, f"{place}/{n}") for n, pair in pairs]
        case _:
            return [] if then == now else [f"{place}: {then!r} -> {now!r}"]
    return [one for each in found for one in each]


def said_of(version: str, name: str) -> Json:
    """Return what was told then, as it is told now.

    0.1.0 called others' messages "delivered" that had been read here.
    """
    then: Json = told(version)["people"][name]
    if version == "0.1.0":
        mine = then["whoami"]["peer"]
        lasts = [room["last"] for room in then["rooms"] if room["last"]]
        for message in [*lasts, *(one for h in then["history"].values() for one in h)]:
            if message["author"] != mine:
                del message["state"]
    return then


def passphrase_of(version: str, name: str) -> str | None:
    return str(told(version)["passphrase"]) if name == "ben" else None


async def drafts(today: Today) -> dict[str, str]:
    return {room.name: room.draft for room in await today.backend.chats.rooms() if room.draft}


def test_every_form_of_the_database_is_here() -> None:
    forms = {told(version)["database"] for version in VERSIONS}
    assert forms >= set(range(1, len(MIGRATIONS)))


@pytest.mark.parametrize(("version", "name"), PROFILES)
async def test_everything_is_there(tmp_path: Path, version: str, name: str) -> None:
    folder = unpack(version, name, tmp_path)
    then, words = said_of(version, name), passphrase_of(version, name)
    before = content(folder)
    async with opened(folder, words) as today:
        assert missing(then, await today.tell()) == []
        if name == "ana":
            rooms = [room["name"] for room in then["rooms"]]
            assert await drafts(today) == {room: f"half a thought for {room}" for room in rooms}
        hits = await today.ask("search", query="beans")
        assert len(hits["messages"]) >= 2
    after = content(folder)
    if told(version)["database"] < len(MIGRATIONS):
        assert after[COPY] == before[DATABASE_NAME]
    assert after["vault"] == before["vault"]
    async with opened(folder, words) as today:
        assert missing(then, await today.tell()) == []
    assert content(folder).get(COPY) == after.get(COPY)


async def test_what_0_1_0_could_not_read_is_read_now(tmp_path: Path) -> None:
    """Ana's 0.1.0 was told of edits, reactions, deletions and pins by a Ben who had updated."""
    folder = unpack("0.1.0", "heard", tmp_path)
    async with opened(folder) as today:
        told_now = await today.tell()
    [history] = (one for one in told_now["history"].values() if len(one) > 5)
    wrong, gone, last = history[-3:]
    assert (wrong["text"], wrong["edited"]) == ("Frost at night, @Ana", True)
    assert [one["emoji"] for one in wrong["reactions"]] == ["❄️"]
    assert (gone["text"], gone["deleted"]) == ("", True)
    assert last["text"] == "That was all"
    pinned = [one for answer in told_now["pinned"].values() for one in answer["messages"]]
    assert [one["message"] for one in pinned] == [wrong["message"]]


@pytest.mark.parametrize("version", RELEASED)
@pytest.mark.parametrize("words", [None, "a fence of eight boards"])
async def test_a_wrong_passphrase_changes_nothing(
    tmp_path: Path, version: str, words: str | None
) -> None:
    folder = unpack(version, "ben", tmp_path)
    before = content(folder)
    with pytest.raises(AppError) as caught:
        async with opened(folder, words):
            pass
    assert caught.value.code == ("passphrase-needed" if words is None else "wrong-passphrase")
    assert content(folder) == before


@pytest.mark.parametrize("version", EXPORTS)
async def test_a_backup_can_be_restored(world: World, version: str) -> None:
    then = said_of(version, "ana")
    machine = Machine(world, "Somebody")
    await machine.account.open()
    try:
        backend = await machine.account.import_from(
            HERE / version / "ana.parlor", EXPORT_PASSPHRASE
        )
        now = await Today(backend).tell()
    finally:
        await machine.account.close()
    assert now["whoami"]["peer"] == then["whoami"]["peer"]
    for part in ("history", "members", "contacts", "pinned", "room_rules", "privacy"):
        assert missing(then.get(part, {}), now[part]) == [], part


@pytest.mark.parametrize("version", RELEASED)
def test_the_settings_of_an_older_server_are_read(version: str) -> None:
    path = HERE / version / "server.toml"
    config = load_config(["--config", str(path)], {})
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    limits = written.pop("limits")
    for part, values in ((config, written), (config.limits, limits)):
        found = {name: getattr(part, name) for name in values}
        assert json.loads(json.dumps(found)) == values


@pytest.mark.parametrize("version", RELEASED)
async def test_two_who_have_updated_go_on(world: World, tmp_path: Path, version: str) -> None:
    """What nobody was there to hear is heard, and new things are said in the old room."""
    folders = {name: unpack(version, name, tmp_path) for name in ("ana", "ben")}
    then = said_of(version, "ana")
    room = next(one["room"] for one in then["rooms"] if one["name"] == "Garden")
    async with (
        opened(folders["ana"], world=world) as ana,
        opened(folders["ben"], passphrase_of(version, "ben"), world) as ben,
    ):
        for one in (ana, ben):
            await one.backend.network.connect(URL)
        await ben.hears(room, then["history"][room][-1]["text"])
        await ben.ask("send", room=room, text="Everything is where it was")
        await ana.hears(room, "Everything is where it was")
        # A receipt is a message of its own, on its way beside what Ben says.
        await ana.sees(room, lambda messages: len(messages[-2]["delivered_to"]) == 1)
