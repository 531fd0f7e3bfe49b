"""Two supervisors that talk over links in memory, through a relay that may lose things."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import PeerId
from app.protocol.signals import Answer, Offer, Signal, Want
from app.services import peer_supervisor
from app.services.peer_supervisor import MAX_SIGNALS, PeerSupervisor
from app.transport.base import Link
from tests.support.memory_link import MemoryLink, MemoryTransport

SMALL, LARGE = PeerId(bytes(32)), PeerId(bytes([1]) * 32)


class Side:
    """Implements SupervisorHost, and is what the tests look at."""

    def __init__(self, me: PeerId, other: PeerId, transport: MemoryTransport) -> None:
        self._me = me
        self.other: Side = self
        self.relayed: list[Signal] = []
        self.failures: list[str] = []
        self.attempts = 0
        self.lose: Callable[[Signal], bool] = lambda _signal: False
        self.trouble: Exception | None = None
        self.link: MemoryLink | None = None
        self.up = asyncio.Event()
        self.supervisor = PeerSupervisor(other, transport, self)

    @property
    def me(self) -> PeerId:
        return self._me

    async def send_signal(self, peer: PeerId, signal: Signal) -> None:
        assert peer == self.other.me
        self.relayed.append(signal)
        if not self.lose(signal) and isinstance(signal, Offer | Answer | Want):
            self.other.supervisor.signaled(signal)

    def connecting(self, peer: PeerId) -> None:
        assert peer == self.other.me
        self.attempts += 1

    async def serve(self, peer: PeerId, link: Link) -> None:
        assert peer == self.other.me
        assert isinstance(link, MemoryLink)
        try:
            if self.trouble is not None:
                raise self.trouble
            self.link = link
            self.up.set()
            while await link.receive() is not None:
                pass
        finally:
            self.up.clear()
            await link.close()

    def failed(self, peer: PeerId, code: str) -> None:
        assert peer == self.other.me
        self.failures.append(code)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_supervisor, "FIRST_WANT_AFTER", 0.02)
    monkeypatch.setattr(peer_supervisor, "WANT_EVERY", 0.02)


@pytest.fixture
async def sides() -> AsyncIterator[tuple[Side, Side]]:
    """The offering and the answering side, at work."""
    ether: dict[bytes, object] = {}
    transport = MemoryTransport(ether)  # type: ignore[arg-type]
    small, large = Side(SMALL, LARGE, transport), Side(LARGE, SMALL, transport)
    small.other, large.other = large, small
    tasks = [asyncio.create_task(side.supervisor.run()) for side in (small, large)]
    yield small, large
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def meet(*sides: Side) -> None:
    for side in sides:
        side.supervisor.reachable(b"first run")


async def both_up(*sides: Side) -> None:
    async with asyncio.timeout(5):
        for side in sides:
            await side.up.wait()


async def until(wanted: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        for _ in iter(lambda: bool(wanted()), True):
            await asyncio.sleep(0.005)


async def test_the_smaller_id_offers(sides: tuple[Side, Side]) -> None:
    small, large = sides
    meet(small, large)
    await both_up(small, large)
    assert [type(signal) for signal in small.relayed] == [Offer]
    assert [type(signal) for signal in large.relayed] == [Answer]
    assert small.failures == large.failures == []


async def test_the_larger_id_asks_for_an_offer(sides: tuple[Side, Side]) -> None:
    """Only the larger one hears of the other: its Want is remembered until there is a way."""
    small, large = sides
    meet(large)
    await until(lambda: any(isinstance(signal, Want) for signal in large.relayed))
    meet(small)
    await both_up(small, large)


async def test_a_lost_offer_is_made_again_when_asked_for(sides: tuple[Side, Side]) -> None:
    small, large = sides
    small.lose = lambda _: len(small.relayed) < 3
    meet(small, large)
    await both_up(small, large)
    assert len([one for one in small.relayed if isinstance(one, Offer)]) == 3
    assert small.failures == []


async def test_a_lost_answer_is_given_up(
    sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_supervisor, "ANSWER_TIMEOUT", 0.05)
    small, large = sides
    large.lose = lambda signal: isinstance(signal, Answer) and len(large.relayed) < 2
    meet(small, large)
    await until(lambda: small.failures == ["no-answer"])
    small.supervisor.try_now()
    await both_up(small, large)
    assert large.failures == []
    assert large.attempts == 2


async def test_no_offer_is_given_up(
    sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_supervisor, "OFFER_TIMEOUT", 0.05)
    _, large = sides
    meet(large)
    await until(lambda: large.failures == ["no-offer"])


async def test_a_newer_offer_replaces_the_one_being_answered(sides: tuple[Side, Side]) -> None:
    small, large = sides
    large.lose = lambda _: len(large.relayed) < 2
    meet(small, large)
    await until(lambda: large.relayed)
    small.supervisor.reachable(b"second run")
    await both_up(small, large)
    offers = [signal for signal in small.relayed if isinstance(signal, Offer)]
    assert [offer.target for offer in offers] == [b"first run", b"second run"]


async def test_a_server_cannot_break_a_link_by_telling_of_a_restart(
    sides: tuple[Side, Side],
) -> None:
    small, large = sides
    meet(small, large)
    await both_up(small, large)
    for side in sides:
        side.supervisor.reachable(b"a lie")
    await asyncio.sleep(0.05)
    assert small.up.is_set()
    assert (small.attempts, large.attempts) == (1, 1)


async def test_the_peer_itself_may_begin_anew(sides: tuple[Side, Side]) -> None:
    small, large = sides
    meet(small, large)
    await both_up(small, large)
    first = small.link
    await large.send_signal(SMALL, Want(bytes(16), b"first run"))
    await until(lambda: small.up.is_set() and large.up.is_set() and small.link is not first)
    assert small.failures == large.failures == []


async def test_signals_that_are_not_for_this_role_are_ignored(sides: tuple[Side, Side]) -> None:
    small, large = sides
    meet(small, large)
    await both_up(small, large)
    small.supervisor.signaled(Offer(bytes(16), b"", b""))
    large.supervisor.signaled(Want(bytes(16), b""))
    for _ in range(MAX_SIGNALS + 1):
        small.supervisor.signaled(Answer(bytes(16), b"", b""))
    await asyncio.sleep(0.05)
    assert small.up.is_set()
    assert small.attempts == 1


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (RemoteProtocolError("link-tampered"), "link-tampered"),
        (AppError("link-failed", {"reason": "no-common-room"}), "no-common-room"),
    ],
)
async def test_a_failed_link_is_told_and_tried_again(
    sides: tuple[Side, Side], trouble: Exception, code: str
) -> None:
    small, large = sides
    small.trouble = trouble
    meet(small, large)
    await until(lambda: small.failures)
    assert small.failures == [code]
    small.trouble = None
    small.supervisor.try_now()
    await both_up(small, large)


async def test_nobody_is_called_who_is_not_there(sides: tuple[Side, Side]) -> None:
    small, large = sides
    meet(small, large)
    await both_up(small, large)
    for side in sides:
        side.supervisor.unreachable()
    assert small.link is not None
    await small.link.close()
    await until(lambda: not small.up.is_set() and not large.up.is_set())
    await asyncio.sleep(0.05)
    assert (small.attempts, large.attempts) == (1, 1)
    meet(small, large)
    await both_up(small, large)
