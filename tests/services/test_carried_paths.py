"""The two ends of a way over a member, joined by handing datagrams over."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.protocol.frames import NEIGHBOURS, RELAYS
from app.protocol.passing_frames import MAX_DATAGRAM, Relayed, Through
from app.services.carried_paths import MAX_WAITING, CarriedPaths
from app.transport.base import Datagrams
from tests.services.carrying import ANA, BOB, CEM, DAN, LAB, PAYLOAD, Ear, Manager

NUMBER, OTHER_NUMBER = bytes(16), bytes([1]) * 16


class End:
    """One who goes over Cem."""

    def __init__(self, me: PeerId, features: int = NEIGHBOURS | RELAYS) -> None:
        self.link = Ear(CEM, LAB, features=features)
        self.paths = CarriedPaths(Manager(me, self.link))

    def begin(self, peer: PeerId) -> Datagrams:
        return self.paths.begin(peer, CEM, NUMBER)


async def soon(path: Datagrams) -> bytes:
    async with asyncio.timeout(1):
        return await path.receive()


async def test_what_one_sends_the_other_receives() -> None:
    ana, bob = End(ANA), End(BOB)
    one, other = ana.begin(BOB), bob.begin(ANA)
    assert one.through == CEM
    one.send(b"a datagram")
    (frame,) = ana.link.lost
    assert frame == Relayed(BOB, ANA, NUMBER, b"a datagram")
    bob.paths.received(CEM, frame)
    assert await soon(other) == b"a datagram"


@pytest.mark.parametrize(
    ("peer", "frame"),
    [
        (CEM, Relayed(BOB, ANA, OTHER_NUMBER, b"x")),
        (CEM, Relayed(BOB, DAN, NUMBER, b"x")),
        (CEM, Relayed(DAN, ANA, NUMBER, b"x")),
        (DAN, Relayed(BOB, ANA, NUMBER, b"x")),
        (CEM, Through(BOB, ANA, PAYLOAD)),
    ],
)
async def test_what_belongs_to_no_path_is_dropped(peer: PeerId, frame: Relayed | Through) -> None:
    bob = End(BOB)
    path = bob.begin(ANA)
    bob.paths.received(peer, frame)
    bob.paths.received(CEM, Relayed(BOB, ANA, NUMBER, b"the first that counts"))
    assert await soon(path) == b"the first that counts"


async def test_what_nobody_reads_is_lost_and_bounded() -> None:
    bob = End(BOB)
    path = bob.begin(ANA)
    for number in range(MAX_WAITING + 10):
        bob.paths.received(CEM, Relayed(BOB, ANA, NUMBER, number.to_bytes(2, "big")))
    got = [await soon(path) for _ in range(MAX_WAITING)]
    assert got[-1] == (MAX_WAITING - 1).to_bytes(2, "big")
    bob.paths.received(CEM, Relayed(BOB, ANA, NUMBER, b"later"))
    assert await soon(path) == b"later"


async def test_what_is_too_large_is_not_sent() -> None:
    ana = End(ANA)
    path = ana.begin(BOB)
    path.send(b"")
    path.send(bytes(MAX_DATAGRAM + 1))
    path.send(bytes(MAX_DATAGRAM))
    assert len(ana.link.lost) == 1


async def test_the_end_of_the_carriers_link_ends_its_paths() -> None:
    ana = End(ANA)
    path = ana.begin(BOB)
    reading = asyncio.ensure_future(path.receive())
    await asyncio.sleep(0)
    ana.paths.ended(DAN)
    assert len(ana.paths) == 1
    ana.paths.ended(CEM)
    with pytest.raises(ConnectionError):
        await reading
    with pytest.raises(ConnectionError):
        await path.receive()
    path.send(b"too late")
    assert (len(ana.paths), ana.link.lost) == (0, [])


async def test_closing_twice_is_closing() -> None:
    ana = End(ANA)
    path = ana.begin(BOB)
    path.close()
    path.close()
    ana.paths.received(CEM, Relayed(ANA, BOB, NUMBER, b"x"))
    assert len(ana.paths) == 0


@pytest.mark.parametrize("features", [0, NEIGHBOURS])
async def test_who_does_not_relay_is_no_way(features: int) -> None:
    with pytest.raises(AppError, match="unreachable"):
        End(ANA, features).begin(BOB)


async def test_who_is_not_linked_or_carried_itself_is_no_way() -> None:
    ana = End(ANA)
    with pytest.raises(AppError, match="unreachable"):
        ana.paths.begin(BOB, DAN, NUMBER)
    ana.link.carrier = DAN
    with pytest.raises(AppError, match="unreachable"):
        ana.begin(BOB)
