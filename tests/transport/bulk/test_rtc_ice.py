"""A remote end that is gone is noticed; one that is only slow to answer is not given up."""

from __future__ import annotations

import asyncio
import threading

import pytest

from app.transport.bulk import rtc_ice
from app.transport.bulk.rtc_path import CLASSIC, STOCK, RtcPath
from app.transport.bulk.streams import read_exactly
from tests.transport.bulk.rtc_ends import WITHIN, RtcEnd, in_thread, lane


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtc_ice, "ASK_EVERY", 0.05)
    monkeypatch.setattr(rtc_ice, "MISSES", 2)
    monkeypatch.setattr("aioice.stun.RETRY_RTO", 0.05)


def fall_silent(end: RtcEnd) -> None:
    """As a process does that is killed."""

    def act() -> None:
        for protocol in end.session._ice._protocols:
            protocol.transport.abort()

    end.on_loop(act)


@pytest.mark.parametrize("path", [CLASSIC, STOCK])
def test_somebody_who_is_gone(path: RtcPath) -> None:
    with lane(path, path) as (one, other):
        reading = in_thread(lambda: read_exactly(one.streams[-1], 1))
        fall_silent(other)
        assert isinstance(reading.get(timeout=WITHIN), ConnectionResetError)


class Looks:
    """Takes the place of the time between two looks: each end looks when it is told to."""

    def __init__(self) -> None:
        self._due: dict[asyncio.AbstractEventLoop, asyncio.Queue[asyncio.Event]] = {}

    def _mine(self) -> asyncio.Queue[asyncio.Event]:
        return self._due.setdefault(asyncio.get_running_loop(), asyncio.Queue())

    async def sleep(self, _seconds: float) -> None:
        (await self._mine().get()).set()

    async def _look(self) -> None:
        looks = asyncio.Event()
        self._mine().put_nowait(looks)
        await looks.wait()

    def look(self, end: RtcEnd) -> None:
        """Return when it has looked."""
        end.loop.run(self._look()).result(WITHIN)


@pytest.mark.parametrize("path", [CLASSIC, STOCK])
def test_what_comes_is_as_good_as_an_answer(path: RtcPath, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_answer(_: object) -> bool:
        return False

    looks = Looks()
    monkeypatch.setattr(rtc_ice, "asyncio", looks)
    monkeypatch.setattr(rtc_ice, "MISSES", 1)
    monkeypatch.setattr(rtc_ice.LaneIce, "_answers", no_answer)
    with lane(path, path) as pair:
        one, other = pair
        for number in range(20):
            for end, far in ((one, other), (other, one)):
                end.streams[-1].sendall(bytes([number]))
                assert read_exactly(far.streams[-1], 1) == bytes([number])
            for end in pair:
                looks.look(end)


def test_an_idle_lane_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = rtc_ice.LaneIce._answers
    answered = threading.Semaphore(0)

    async def counted(ice: rtc_ice.LaneIce) -> bool:
        is_there = await answers(ice)
        if is_there:
            answered.release()
        return is_there

    monkeypatch.setattr(rtc_ice, "MISSES", 100)
    monkeypatch.setattr(rtc_ice.LaneIce, "_answers", counted)
    with lane() as (one, other):
        reading = in_thread(lambda: read_exactly(one.streams[-1], 1))
        for _ in range(10):
            assert answered.acquire(timeout=WITHIN)
        other.streams[-1].sendall(b"!")
        assert reading.get(timeout=WITHIN) == b"!"
