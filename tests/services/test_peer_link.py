"""One live link, whose other end is played by hand or is real WebRTC."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.changes import LinkChanged, LinkState
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import RoomId
from app.domain.views import MessageState
from app.protocol.fragments import split
from app.protocol.frames import (
    Auth,
    Bye,
    Frame,
    HandedOn,
    Have,
    Heads,
    Hello,
    Ping,
    Typing,
    encode_frame,
)
from app.protocol.handshake import LinkHandshake
from app.protocol.room_gate import Proofs
from app.services import peer_link, receipt_service
from app.services.peer_link import PeerLink
from app.transport.base import Lane
from app.transport.webrtc import WebRtcTransport
from app.transport.webrtc_addresses import loopback_addresses
from tests.services.world import URL, Someone, World, until
from tests.support.memory_link import MemoryLink, memory_link_pair


def say(link: MemoryLink, frame: Frame, lane: Lane = Lane.RELIABLE) -> None:
    for message in split(encode_frame(frame)):
        link.send(lane, message)


async def answering(world: World) -> tuple[PeerLink, MemoryLink]:
    """Return Ana's end of a fresh link to Bob, and the raw other end."""
    ana = await world.person("Ana").start()
    bob = world.person("Bob")
    ours, theirs = memory_link_pair()
    services = ana.backend._services
    wall = services.logs.wall
    return PeerLink(ana.identity, bob.peer, ours, services.manager.shared, wall), theirs


async def test_who_says_nothing_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_link, "HANDSHAKE_TIMEOUT", 0.05)
    link, _ = await answering(world)
    with pytest.raises(AppError) as caught:
        await link.authenticate()
    assert caught.value.params["reason"] == "handshake-timeout"
    await link.close()


async def test_who_hangs_up_in_the_handshake_is_a_failed_link(world: World) -> None:
    link, theirs = await answering(world)
    await theirs.close()
    with pytest.raises(AppError, match="link failed"):
        await link.authenticate()


@pytest.mark.parametrize("frame", [Ping(1), Have(bytes(16), {}, {}), Auth(bytes(64)), Bye("x")])
async def test_nothing_is_accepted_before_the_handshake(world: World, frame: Frame) -> None:
    link, theirs = await answering(world)
    say(theirs, frame)
    with pytest.raises(RemoteProtocolError):
        await link.authenticate()
    assert link.rooms == frozenset()


async def test_an_older_peer_hears_nothing_that_it_does_not_know(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipt_service, "EVERY", 0.02)
    said: list[Frame] = []
    send = PeerLink._send

    def listen(link: PeerLink, frame: Frame) -> None:
        said.append(frame)
        send(link, frame)

    monkeypatch.setattr(PeerLink, "_send", listen)
    monkeypatch.setattr(LinkHandshake, "features", 0)
    room, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await bob.stop()
    await ana.backend.contacts.request(bob.peer, "May I?")
    await ana.say(room, "hello")
    await cem.has(room, "hello")
    await asyncio.sleep(0.5)
    assert not [one for one in said if isinstance(one, HandedOn | Heads)]


async def test_frames_of_an_unfinished_link_go_nowhere(world: World) -> None:
    link, theirs = await answering(world)
    room = RoomId(bytes(16))
    link.withdraw(room)
    link.send_read(room, {})
    link.send_typing(room, active=True)
    link.offer_rooms({room: Proofs((bytes(32),))})
    assert not link.has_withdrawn(room)
    assert (link.rtt_ms, link.loss, link.route) == (None, 0.0, "lan")
    await link.close()
    assert await theirs.receive() is not None  # the goodbye
    assert await theirs.receive() is None


async def meddled(world: World, frame: Frame) -> Someone:
    """Let Ana's program say something out of turn to Bob; return Bob."""
    room, (ana, bob) = await world.together("Ana", "Bob")
    say(ana.link_to(bob), frame)
    await until(lambda: [c for c in bob.heard(LinkChanged) if c.state is LinkState.OFFLINE])
    await world.all_linked(room, ana, bob)
    return bob


@pytest.mark.parametrize("frame", [Auth(bytes(64)), Hello([1], bytes(32), bytes(32), 0)])
async def test_a_second_handshake_ends_the_link(world: World, frame: Frame) -> None:
    bob = await meddled(world, frame)
    reasons = [c.reason for c in bob.heard(LinkChanged) if c.state is LinkState.OFFLINE]
    assert reasons[0] == "handshake-order"


async def test_a_room_that_is_not_shared_ends_the_link(world: World) -> None:
    bob = await meddled(world, Have(bytes(16), {}, {}))
    reasons = [c.reason for c in bob.heard(LinkChanged) if c.state is LinkState.OFFLINE]
    assert reasons[0] == "room-not-open"


async def test_typing_in_a_strange_room_is_nothing(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    say(ana.link_to(bob), Typing(bytes(16), active=True), Lane.UNRELIABLE)
    say(ana.link_to(bob), Ping(7))
    await ana.say(room, "after")
    await bob.has(room, "after")
    assert all(c.state is not LinkState.OFFLINE for c in bob.heard(LinkChanged))


@pytest.mark.expected_errors("app.services.peer_supervisor: a link failed")
async def test_a_mistake_of_ours_ends_one_link_not_the_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(PeerLink, "_handle", fail)
        say(ana.link_to(bob), Ping(1))
        await until(lambda: [c for c in bob.heard(LinkChanged) if c.reason == "internal-error"])
    await world.all_linked(room, ana, bob)


async def test_two_people_over_real_links(world: World) -> None:
    ana, bob = world.person("Ana"), world.person("Bob")
    for person in (ana, bob):
        person.transport = WebRtcTransport(addresses=loopback_addresses)
        await person.start(URL)
    made = await ana.backend.chats.create_room("Lab")
    await bob.backend.chats.join(made.link)
    await world.all_linked(made.room, ana, bob)
    views = await asyncio.gather(*(ana.say(made.room, f"{n}") for n in range(200)))
    await bob.has(made.room, "199")
    await ana.reached(views[-1], MessageState.DELIVERED)
    assert (await bob.texts(made.room))[-1] == "199"
