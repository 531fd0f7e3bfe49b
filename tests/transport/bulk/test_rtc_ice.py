"""A remote end that is gone is noticed; one that is only slow to answer is not given up."""

from __future__ import annotations

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


@pytest.mark.parametrize("path", [CLASSIC, STOCK])
def test_what_comes_is_as_good_as_an_answer(path: RtcPath, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_answer(_: object) -> bool:
        return False

    monkeypatch.setattr(rtc_ice.LaneIce, "_answers", no_answer)
    with lane(path, path) as (one, other):
        for number in range(60):
            other.streams[-1].sendall(bytes([number]))
            assert read_exactly(one.streams[-1], 1) == bytes([number])
            one.rest(0.01)


def test_an_idle_lane_stays() -> None:
    with lane() as (one, other):
        reading = in_thread(lambda: read_exactly(one.streams[-1], 1))
        one.rest(0.5)
        other.streams[-1].sendall(b"!")
        assert reading.get(timeout=WITHIN) == b"!"
