"""Two supervisors that talk over links in memory, through a relay that may lose things."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from app.domain.errors import AppError, RemoteProtocolError
from app.protocol import backoff
from app.protocol.signals import Answer, Detour, Offer, Want
from app.services import link_negotiation, peer_supervisor
from app.services.link_negotiation import MAX_SIGNALS
from tests.services.sides import HELPER, LARGE, OTHER_HELPER, SMALL, Side
from tests.services.world import WAIT
from tests.support.memory_link import MemoryTransport


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_WAIT", 0.05)
    monkeypatch.setattr(link_negotiation, "ANSWER_TIMEOUT", WAIT)
    monkeypatch.setattr(link_negotiation, "FIRST_WANT_AFTER", 0.02)
    monkeypatch.setattr(link_negotiation, "WANT_EVERY", 0.02)


@pytest.fixture
async def sides() -> AsyncIterator[tuple[Side, Side]]:
    """The offering and the answering side, at work."""
    ether: dict[bytes, object] = {}
    transport = MemoryTransport(ether)  # type: ignore[arg-type]
    small, large = Side(SMALL, LARGE, transport), Side(LARGE, SMALL, transport)
    small.other, large.other = large, small
    large.pipes = small.pipes
    tasks = [asyncio.create_task(side.supervisor.run()) for side in (small, large)]
    yield small, large
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def meet(*sides: Side) -> None:
    for side in sides:
        side.supervisor.reachable(b"first run")


async def both_up(*sides: Side) -> None:
    async with asyncio.timeout(WAIT):
        for side in sides:
            await side.up.wait()


async def until(wanted: Callable[[], object]) -> None:
    async with asyncio.timeout(WAIT):
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
    monkeypatch.setattr(backoff, "FIRST_WAIT", WAIT)
    monkeypatch.setattr(backoff, "LONGEST_WAIT", WAIT)
    small, large = sides
    large.lose = lambda signal: isinstance(signal, Answer) and len(large.relayed) < 2
    with monkeypatch.context() as patch:
        patch.setattr(link_negotiation, "ANSWER_TIMEOUT", 0.05)
        meet(small, large)
        await until(lambda: small.failures == ["no-answer"])
    small.supervisor.try_now()
    await both_up(small, large)
    assert large.failures == []
    assert large.attempts == 2


async def test_no_offer_is_given_up(
    sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_negotiation, "OFFER_TIMEOUT", 0.05)
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


# -- ways in order


async def test_the_network_comes_first_then_members_in_their_order(
    sides: tuple[Side, Side],
) -> None:
    small, large = apart(sides)
    small.helpers = [HELPER, OTHER_HELPER]
    small.deaf = {HELPER}
    meet(small, large)
    await both_up(small, large)
    assert small.link is not None
    assert (small.link.route, small.link.through) == ("relay", OTHER_HELPER)
    assert [over for over in small.over if over] == [HELPER, OTHER_HELPER]
    tried = [(one.way, one.outcome, one.stage, one.through) for one in small.tries]
    assert tried == [("direct", "timeout", "ice", None), ("member", "", "", OTHER_HELPER)]
    assert small.failures == []


async def test_a_carrier_that_hands_nothing_on_is_noted(
    sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_negotiation, "ANSWER_TIMEOUT", 0.5)
    small, large = apart(sides)
    small.helpers = [HELPER]
    small.deaf = {HELPER}
    large.lose = lambda signal: isinstance(signal, Want)
    meet(small, large)
    await until(lambda: small.failures)
    tried = [(one.way, one.outcome, one.stage, one.through) for one in small.tries]
    assert tried[:2] == [
        ("direct", "timeout", "ice", None),
        ("member", "no-answer", "signaling", HELPER),
    ]


async def test_all_that_is_said_of_a_detour_goes_over_its_carrier(
    sides: tuple[Side, Side],
) -> None:
    small, large = apart(sides)
    small.helpers = [HELPER]
    meet(small, large)
    await both_up(small, large)
    said = list(zip(map(type, small.relayed), small.over, strict=True))
    assert said == [(Offer, None), (Detour, HELPER)]
    assert (type(large.relayed[-1]), large.over[-1]) == (Answer, HELPER)


async def test_a_network_that_was_in_vain_comes_last_the_next_time(
    sides: tuple[Side, Side],
) -> None:
    small, large = apart(sides)
    small.helpers = [HELPER]
    meet(small, large)
    await both_up(small, large)
    assert small.link is not None
    await small.link.close()
    await until(lambda: len(small.tries) == 3)
    await both_up(small, large)
    assert [one.way for one in small.tries] == ["direct", "member", "member"]


async def test_try_now_begins_with_the_network_again(sides: tuple[Side, Side]) -> None:
    small, large = apart(sides)
    small.helpers = [HELPER]
    meet(small, large)
    await both_up(small, large)
    small.transport.reachable = True
    small.supervisor.try_now()
    assert small.link is not None
    await small.link.close()
    await until(lambda: small.link is not None and small.link.through is None)
    assert [one.way for one in small.tries] == ["direct", "member", "direct"]


async def test_a_better_way_is_looked_for_until_there_is_one(
    sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_supervisor, "BETTER_AFTER", 0.03)
    small, large = apart(sides)
    small.helpers = [HELPER]
    meet(small, large)
    await both_up(small, large)
    carried = small.link
    await until(lambda: len(small.tries) > 3)
    assert small.link is carried
    small.transport.reachable = True
    await until(lambda: small.link is not carried and large.link is not None)
    assert small.link is not None
    assert small.link.through is None
    assert carried is not None
    await carried.close()
    await asyncio.sleep(0.05)
    assert small.up.is_set()
    assert small.failures == []


async def test_a_better_way_that_is_none_leaves_the_link_as_it_is(
    sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_supervisor, "BETTER_AFTER", 0.03)
    small, large = apart(sides)
    small.helpers = [HELPER]
    meet(small, large)
    await both_up(small, large)
    carried = small.link
    small.trouble = RemoteProtocolError("link-tampered")
    small.transport.reachable = True
    await until(lambda: [one.way for one in small.tries].count("direct") > 2)
    small.trouble = None
    assert small.failures == []
    assert carried is not None
    assert carried.through == HELPER
    await until(lambda: small.link is not carried)


async def test_with_a_carrier_that_is_gone_the_next_way_is_tried(
    sides: tuple[Side, Side],
) -> None:
    small, large = apart(sides)
    small.helpers = [HELPER, OTHER_HELPER]
    small.gone = {HELPER}
    meet(small, large)
    await both_up(small, large)
    assert small.link is not None
    assert small.link.through == OTHER_HELPER


async def test_a_want_while_both_look_for_each_other_gives_the_network_up(
    sides: tuple[Side, Side],
) -> None:
    small, large = apart(sides)
    small.transport.open_timeout = 60.0
    small.helpers = [HELPER]
    meet(small, large)
    await until(lambda: any(isinstance(signal, Answer) for signal in large.relayed))
    await asyncio.sleep(0.02)
    await large.send_signal(SMALL, Want(bytes(16), b"first run"))
    await both_up(small, large)
    assert small.link is not None
    assert small.link.through == HELPER


def apart(sides: tuple[Side, Side]) -> tuple[Side, Side]:
    """Let the two not reach each other over the network."""
    for side in sides:
        side.transport.reachable = False
        side.transport.open_timeout = 0.1
    return sides
