"""Signaling with no server: the contract, and how lines between neighbours begin and end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.domain.errors import LocalProtocolError
from app.domain.ids import PeerId
from app.transport import lan_door, lan_neighbours
from app.transport import lan_wire as wire
from app.transport.base import LAN_URL, PeerJoined, Present
from app.transport.lan_direct import LanTransport
from app.transport.lan_hosts import LanHosts
from app.transport.lan_line import Self
from app.transport.lan_session import LanSession
from app.transport.lan_sight import Sighting
from tests.services.world import until
from tests.signaling.people import Person
from tests.support.memory_lookout import Street
from tests.transport.contract.signaling import ROOM, SignalingContract, following
from tests.transport.lan_strangers import Enter, Stranger, over


class TestLan(SignalingContract):
    @pytest.fixture
    def transport(self, street: Street) -> LanTransport:
        return LanTransport(street.lookout)

    @pytest.fixture
    def url(self) -> str:
        return LAN_URL

    @pytest.fixture
    def stop_server(self, street: Street) -> Callable[[], Awaitable[None]]:
        return street.vanish

    @pytest.fixture(autouse=True)
    def our_older_session_is_never_a_neighbour(
        self, request: pytest.FixtureRequest, street: Street, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        del street  # whose patience this takes back
        if "newest_connection" in request.node.name:
            monkeypatch.setattr(lan_door, "SETTLE_SECONDS", 0.2)


# -- two lines between the same two


async def test_a_new_connection_of_a_neighbour_takes_the_place_of_the_old_one(
    mallory: tuple[LanSession, Stranger],
) -> None:
    session, stranger = mallory
    old = await stranger.line()
    await until(lambda: session._neighbours.find(stranger.person.peer))
    new = await stranger.line()
    await over(old)
    new.send(wire.Places(1, [new.channel.our_mark(ROOM)]))
    joined = PeerJoined(ROOM, Present(stranger.person.peer, stranger.person.instance))
    assert await following(session, 1) == [joined]


async def test_an_older_session_does_not_take_the_place_of_a_newer_one(
    mallory: tuple[LanSession, Stranger],
) -> None:
    session, stranger = mallory
    stranger.me = Self(stranger.person, stranger.me.label, 5)
    await stranger.line()
    await until(lambda: session._neighbours.find(stranger.person.peer))
    stranger.me = Self(stranger.person, "older", 4)
    await over(await stranger.line())
    found = session._neighbours.find(stranger.person.peer)
    assert found is not None
    assert found.line.remote.since == 5


def test_of_two_crossing_lines_both_ends_keep_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    class Line:
        def __init__(self, peer: PeerId, *, leads: bool, began: float) -> None:
            self.peer, self.leads, self.began = peer, leads, began
            self.remote = wire.Proof(peer, bytes(16), "", 1, bytes(64))

    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    one, other = sorted((Person(), Person()), key=lambda person: person.peer)
    for ours, theirs in ((one, other), (other, one)):
        me = Self(ours, "", 1)
        for leads in (True, False):
            old: Any = Line(theirs.peer, leads=not leads, began=99.0)
            new: Any = Line(theirs.peer, leads=leads, began=100.0)
            stays = lan_neighbours._supersedes(new, old, me)
            assert stays is (leads is (ours is one))
            old.began = 1.0
            assert lan_neighbours._supersedes(new, old, me)


# -- being met


async def test_somebody_who_cannot_be_reached_is_tried_again(
    enter: Enter, street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.protocol.backoff.FIRST_WAIT", 0.02)
    monkeypatch.setattr(lan_door, "PATIENCE", 0.05)
    monkeypatch.setattr(lan_door, "SETTLE_SECONDS", 0.05)
    bob = await enter(Person())
    (label, true), *_ = street.seen.items()
    street.show(label, Sighting(("127.0.0.1", "127.0.0.2"), 1))
    ana = await enter(Person())
    monkeypatch.setattr(lan_door.LanDoor, "_follow", lambda _self: None)
    street.show(label, true)
    await until(lambda: [one.peer for one in ana._neighbours] == [bob._me.who.peer])
    await until(lambda: [one.peer for one in bob._neighbours] == [ana._me.who.peer])


async def test_whoever_is_not_seen_any_more_is_not_called(enter: Enter, street: Street) -> None:
    session = await enter(Person())
    street.show("0" * 16, Sighting(("127.0.0.1",), 1))
    await until(lambda: "0" * 16 in session._door._callers)
    street.show("0" * 16, None)
    await until(lambda: not session._door._callers)


async def test_who_falls_behind_is_told_so(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.transport.heard.MAX_BEHIND", 2)
    ana = Person()
    one, two = await enter(ana), await enter(Person())
    for session in (one, two):
        await session.join(ROOM)
    for _ in range(5):
        await two.signal(ana.peer, b"")
    await until(lambda: one.end_reason)
    assert one.end_reason == "too-far-behind"
    assert [event async for event in one.events()] == []


async def test_a_room_has_32_bytes(enter: Enter) -> None:
    session = await enter(Person())
    with pytest.raises(LocalProtocolError):
        await session.join(b"short")


async def test_who_would_host_is_known(street: Street) -> None:
    transports = [LanTransport(street.lookout) for _ in range(2)]
    people = [Person(), Person()]
    assert transports[0].hosts.others() is None
    transports[1].hosts.offer(willing=True)
    sessions = [
        await transport.open(LAN_URL, person)
        for transport, person in zip(transports, people, strict=True)
    ]
    await until(lambda: transports[0].hosts.others() == {people[1].peer})
    assert transports[1].hosts.others() == frozenset()
    transports[0].hosts.offer(willing=True)
    transports[0].hosts.offer(willing=True)
    await until(lambda: transports[1].hosts.others() == {people[0].peer})
    transports[0].hosts.offer(willing=True, begins=True)
    await until(lambda: transports[1].hosts.beginning() == {people[0].peer})
    transports[0].hosts.offer(willing=False)
    await until(lambda: transports[1].hosts.beginning() == frozenset())
    await until(lambda: transports[1].hosts.others() == frozenset())
    await sessions[1].close()
    await until(lambda: transports[0].hosts.others() == frozenset())
    await sessions[0].close()
    assert transports[0].hosts.others() is None


def test_a_session_that_is_over_does_not_speak_for_the_next_one() -> None:
    hosts, told = LanHosts(), list[str]()
    first, second = (lambda _w: told.append("first")), (lambda _w: told.append("second"))
    hosts.opened(first)
    hosts.heard(1, PeerId(bytes(32)), wire.Hosting(willing=True))
    hosts.opened(second)
    hosts.heard(2, PeerId(bytes(32)), wire.Hosting(willing=True))
    hosts.heard(1, PeerId(bytes(32)), None)
    hosts.closed(first)
    assert hosts.others() == {bytes(32)}
    hosts.offer(willing=True)
    assert told == ["second"]
