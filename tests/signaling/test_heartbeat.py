"""Pings and who does not answer them."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from signaling import edge, lines
from signaling.heartbeat import Heartbeats
from tests.signaling.people import Person
from tests.signaling.running import WAIT, Clock, RawClient, running_server
from tests.signaling.test_server import ROOM


class Ward:
    def __init__(self) -> None:
        self.pinged: list[str] = []
        self.dead: list[str] = []
        self.beats = Heartbeats(15, 10, self.pinged.append, self.dead.append)


def test_who_answers_is_asked_again() -> None:
    ward = Ward()
    for start in (0.0, 20.0, 40.0):
        ward.beats.heard("a", start)
        ward.beats.tick(start + 14)
        assert ward.pinged == []
        ward.beats.tick(start + 15)
        assert ward.pinged == ["a"]
        ward.pinged.clear()
    assert ward.dead == []


def test_who_does_not_answer_is_dead_once() -> None:
    ward = Ward()
    ward.beats.heard("a", 0.0)
    ward.beats.heard("b", 0.0)
    ward.beats.tick(15)
    ward.beats.heard("b", 16)
    ward.beats.tick(24.9)
    assert ward.dead == []
    for now in (25, 26, 60):
        ward.beats.tick(now)
    assert ward.dead[0] == "a"
    assert ward.dead.count("a") == 1
    assert ward.pinged.count("a") == 1


def test_who_went_is_asked_no_more() -> None:
    ward = Ward()
    ward.beats.heard("a", 0.0)
    ward.beats.tick(15)
    ward.beats.forget("a")
    ward.beats.heard("b", 15.0)
    ward.beats.forget("b")
    ward.beats.forget("never there")
    ward.beats.tick(100)
    assert (ward.pinged, ward.dead) == (["a"], [])


def test_pongs_nobody_asked_for_make_no_more_pings() -> None:
    ward = Ward()
    for _ in range(100):
        ward.beats.heard("a", 0.0)
    ward.beats.tick(15)
    assert ward.pinged == ["a"]
    assert len(ward.beats._asking) == 0


async def answered_ping(client: RawClient) -> None:
    """Wait for a ping, answer it, and see that the answer was heard."""
    async with asyncio.timeout(WAIT):
        while await client.ws.receive_str() != "2":
            pass
    await client.ws.send_str("3")
    assert (await client.ask("search", {"query": ""}))["ok"]


async def is_quiet(client: RawClient, seconds: float) -> bool:
    """Answer pings for a while; tell whether nothing else came."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(client.next_event(), seconds)
        return False
    return not client.ws.closed


async def test_a_client_that_says_nothing_of_itself_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library hears nothing of it and gave it up after an interval and a timeout."""
    for module in (lines, edge):
        monkeypatch.setattr(module, "PING_INTERVAL", 0.2)
        monkeypatch.setattr(module, "PING_TIMEOUT", 4.0)
    monkeypatch.setattr(edge, "TICK", 0.02)
    async with running_server() as (_, url), RawClient(url) as short, RawClient(url) as long:
        for client in (short, long):
            await client.enter(Person())
        await long.ws.send_str('42/,["unusual",{}]')
        assert all(await asyncio.gather(is_quiet(short, 4.5), is_quiet(long, 4.5)))
        for client in (short, long):
            assert (await client.ask("search", {"query": ""}))["ok"]


async def test_a_client_that_answers_no_more_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(edge, "TICK", 0.01)
    running = running_server(clock=clock)
    async with running as (_, url), RawClient(url) as good, RawClient(url) as bad:
        await good.enter(Person(), ROOM)
        await bad.enter(Person(), ROOM)
        await good.next_event()
        clock.passed += lines.PING_INTERVAL
        await answered_ping(good)
        assert await asyncio.wait_for(bad.ws.receive_str(), WAIT) == "2"
        clock.passed += lines.PING_TIMEOUT
        event, _ = await good.next_event()
        assert event == "left"
