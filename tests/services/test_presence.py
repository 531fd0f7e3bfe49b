"""Presence, typing and read receipts as choices that hold both ways."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.changes import MemberChanged, TypingChanged
from app.domain.contacts import Presence, PresenceChanged
from app.domain.ids import PeerId
from app.domain.views import MessageState
from app.services import presence_service
from app.services.feed import Feed
from app.services.presence_service import PresenceService
from app.services.privacy import Privacy
from tests.services.world import URL, Someone, World, until

ANA = PeerId(b"a" * 32)


def seen(one: Someone, other: Someone) -> list[str]:
    return [c.state for c in one.heard(PresenceChanged) if c.peer == other.peer]


def test_settings_are_choices_or_nothing() -> None:
    privacy = Privacy()
    privacy.load({"privacy.typing": "no", "contacts.auto_accept": "someone", "theme": "dark"})
    privacy.set("presence.state", "asleep")
    assert privacy == Privacy(typing=False)
    privacy.set("presence.state", "invisible")
    assert not privacy.tells_reads


def test_unknown_states_count_as_online() -> None:
    presence = PresenceService(Privacy(), Feed())
    assert not presence.received(ANA, 77)
    assert presence.received(ANA, 2)
    assert presence.of(ANA) is Presence.BUSY
    assert presence.received(ANA, 200)
    assert presence.of(ANA) is Presence.ONLINE


async def test_others_see_what_we_choose(world: World) -> None:
    _, (ana, bob) = await world.together("Ana", "Bob")
    for state in (Presence.AWAY, Presence.BUSY):
        await ana.backend.contacts.set_presence(state)
    await until(lambda: seen(bob, ana) == ["away", "busy"])
    view = await bob.backend.contacts.describe(ana.peer, note="busy of late")
    assert (view.online, view.presence) == (True, "busy")
    await ana.stop()
    await until(lambda: seen(bob, ana)[-1] == "offline")
    await ana.start(URL)
    await until(lambda: seen(bob, ana)[-1] == "busy")


async def test_presence_is_repeated_for_frames_get_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence_service, "REPEAT_EVERY", 0.05)
    room, (ana, bob) = await world.together("Ana", "Bob")
    ana.link_to(bob).lossy = True
    await ana.backend.contacts.set_presence(Presence.AWAY)
    await asyncio.sleep(0.02)
    assert seen(bob, ana) == []
    ana.link_to(bob).lossy = False
    await until(lambda: seen(bob, ana) == ["away"])
    assert ana.linked(room, bob)


async def test_the_invisible_are_shown_as_offline(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.backend.contacts.set_presence(Presence.INVISIBLE)
    await until(lambda: seen(bob, ana) == ["offline"])
    members = {m.peer: m.online for m in await bob.backend.chats.members(room)}
    assert members[ana.peer] is False
    assert (ana.peer, "offline") in [(c.peer, c.state) for c in bob.heard(MemberChanged)]
    assert await bob.backend.network.directory("") == []
    await ana.say(room, "still here")
    await bob.has(room, "still here")
    bob.changes.clear()
    await ana.stop()
    await ana.start(URL)
    await world.all_linked(room, ana, bob)
    assert all(c.state != "online" for c in bob.heard(MemberChanged))
    await ana.backend.contacts.set_presence(Presence.ONLINE)
    await until(lambda: any(c.state == "online" for c in bob.heard(MemberChanged)))
    assert [p.name for p in await bob.backend.network.directory("")] == ["Ana"]


async def test_who_reports_no_reading_sees_none(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await bob.backend.set_setting("privacy.read_receipts", "no")
    mine = await ana.say(room, "from Ana")
    theirs = await bob.say(room, "from Bob")
    await ana.has(room, "from Bob")
    await bob.has(room, "from Ana")
    await ana.backend.chats.mark_read(room, theirs.event)
    await bob.backend.chats.mark_read(room, mine.event)
    await ana.reached(mine, MessageState.DELIVERED)
    await bob.reached(theirs, MessageState.DELIVERED)
    await asyncio.sleep(0.1)
    assert await ana.state(mine) is MessageState.DELIVERED
    assert await bob.state(theirs) is MessageState.DELIVERED
    await bob.stop()
    await bob.start(URL)
    await world.all_linked(room, ana, bob)
    await asyncio.sleep(0.05)
    assert await ana.state(mine) is MessageState.DELIVERED


async def test_who_tells_no_typing_sees_none(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await bob.backend.set_setting("privacy.typing", "no")
    ana.backend.chats.typing(room, True)
    bob.backend.chats.typing(room, True)
    await asyncio.sleep(0.05)
    assert not ana.heard(TypingChanged)
    assert not bob.heard(TypingChanged)
    await bob.backend.set_setting("privacy.typing", "yes")
    ana.backend.chats.typing(room, True)
    await until(lambda: bob.heard(TypingChanged))


async def test_who_is_known_from_the_directory_comes_online_by_name(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    made = await ana.backend.chats.create_room("Lab")
    await bob.backend.network.directory("Ana")
    await bob.backend.chats.join(made.link)
    await world.all_linked(made.room, ana, bob)
    names = {change.name for change in bob.heard(MemberChanged) if change.peer == ana.peer}
    assert names == {"Ana"}
