"""Whole transfers in virtual time: content equal on any line, and how fast on a bad one."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.transport.fast_sctp.rate_window import RateWindow
from app.transport.fast_sctp.window import MAX_WINDOW, ClassicWindow, SeveralFlows, Window
from tests.transport.fast_sctp.virtual_line import Line, OneWay, run_together

WINDOWS: list[Callable[[int], Window]] = [ClassicWindow, RateWindow, SeveralFlows]
PAIRS = [[ClassicWindow, other] for other in WINDOWS] + [[one, one] for one in WINDOWS[1:]]
SIZE = 1160
MBIT = 125_000


def content(count: int, seed: int = 3) -> list[bytes]:
    rng = random.Random(seed)
    return [rng.randbytes(rng.choice((1, 200, 5000, 65536))) for _ in range(count)]


@pytest.mark.parametrize("window", WINDOWS)
@given(
    seed=st.integers(0, 1000),
    loss=st.sampled_from((0.0, 0.02, 0.15, 0.4)),
    twice=st.sampled_from((0.0, 0.2)),
    shuffled=st.sampled_from((0.0, 0.2)),
    delay=st.sampled_from((0.0001, 0.02)),
)
@settings(max_examples=25)
def test_content_is_equal_over_any_line(  # noqa: PLR0913, PLR0917 - what hypothesis varies
    window: Callable[[int], Window],
    seed: int,
    loss: float,
    twice: float,
    shuffled: float,
    delay: float,
) -> None:
    rng = random.Random(seed)
    there = Line(delay, 20 * MBIT, loss=loss, twice=twice, shuffled=shuffled, rng=rng)
    back = Line(delay, loss=loss, twice=twice, shuffled=shuffled, rng=rng)
    ends = OneWay(window(SIZE), there, back, SIZE)
    sent = content(10, seed)
    ends.run(sent)
    assert [message.data for message in ends.got] == sent
    assert ends.inbound.held == 0
    assert ends.out.flight == 0


@pytest.mark.parametrize("loss", [0.005, 0.01, 0.02])
def test_following_the_rate_keeps_a_lossy_line_full(loss: float) -> None:
    there = Line(0.025, 20 * MBIT, queue=0.05, loss=loss)
    ends = OneWay(RateWindow(SIZE), there, Line(0.025), SIZE)
    for _ in range(130):
        ends.out.queue(0, 53, bytes(65536))
    (begun,), (done,) = run_together([ends], 1), run_together([ends], 3)
    assert (done - begun) / 2 > 0.85 * 20 * MBIT


@pytest.mark.parametrize(("loss", "least"), [(0.0, 0.8), (0.002, 0.75), (0.01, 0.25)])
def test_several_flows_keep_more_of_a_lossy_line_than_one(loss: float, least: float) -> None:
    carried = {}
    for window in (ClassicWindow, SeveralFlows):
        there = Line(0.025, 50 * MBIT, queue=0.1, loss=loss)
        ends = OneWay(window(SIZE), there, Line(0.025), SIZE)
        for _ in range(400):
            ends.out.queue(0, 53, bytes(65536))
        (begun,), (done,) = run_together([ends], 1), run_together([ends], 4)
        carried[window] = (done - begun) / 3 / (50 * MBIT)
    assert carried[SeveralFlows] > least
    assert carried[SeveralFlows] > 2 * carried[ClassicWindow]


@pytest.mark.parametrize("window", [ClassicWindow, SeveralFlows])
def test_the_classic_window_fills_a_clean_line(window: Callable[[int], Window]) -> None:
    ends = OneWay(window(SIZE), Line(0.01, 50 * MBIT, queue=0.05), Line(0.01), SIZE)
    ends.run([bytes(65536)] * 150)
    assert 150 * 65536 / (ends.now - 1.0) > 0.8 * 50 * MBIT


@pytest.mark.parametrize("window", WINDOWS)
def test_a_line_that_is_cut_for_a_while(window: Callable[[int], Window]) -> None:
    there = Line(0.02, 20 * MBIT)
    ends = OneWay(window(SIZE), there, Line(0.02), SIZE)
    ends.run([bytes(65536)] * 4)
    there.free_at = ends.now
    there.loss = 1.0
    with pytest.raises(AssertionError, match="stalled"):
        ends.run([bytes(65536)] * 20, until=ends.now + 5)
    there.loss = 0.0
    healed = ends.now
    ends.run([])
    assert len(ends.got) == 24
    assert ends.now - healed < 6


def test_a_crowded_line_makes_the_rate_back_off() -> None:
    window = RateWindow(SIZE)
    ends = OneWay(window, Line(0.02, 20 * MBIT, queue=0.02), Line(0.02), SIZE)
    ends.run([bytes(65536)] * 60)
    before = window.rate
    there = Line(0.02, 4 * MBIT, queue=0.02)
    ends._there = there
    ends.run([bytes(65536)] * 40)
    assert window.rate < before / 2
    assert 0 < window.size < MAX_WINDOW


def test_few_packets_are_wasted_on_a_clean_line() -> None:
    for make in WINDOWS:
        ends = OneWay(make(SIZE), Line(0.01, 100 * MBIT), Line(0.01), SIZE)
        ends.run([bytes(SIZE * 50)] * 40)
        assert ends.packets < 2000 * 1.02


@pytest.mark.parametrize("window", WINDOWS)
def test_a_few_bytes_at_first_do_not_slow_what_follows(window: Callable[[int], Window]) -> None:
    ends = OneWay(window(SIZE), Line(0.01, 50 * MBIT), Line(0.01), SIZE)
    for _ in range(3):
        ends.run([b"opening"])
    began = ends.now
    ends.run([bytes(65536)] * 20)
    assert ends.now - began < 1


@pytest.mark.parametrize("kinds", PAIRS)
def test_two_share_a_line_that_has_a_queue(kinds: list[Callable[[int], Window]]) -> None:
    there = Line(0.02, 20 * MBIT, queue=0.1)
    ends = [OneWay(make(SIZE), there, Line(0.02), SIZE) for make in kinds]
    for end in ends:
        for _ in range(330):
            end.out.queue(0, 53, bytes(65536))
    one, other = run_together(ends, 8)
    assert 0.25 < one / (one + other) < 0.75
    assert one + other > 0.8 * 8 * 20 * MBIT


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("buffer", [100_000, 200_000])
def test_a_small_socket_buffer_near_by_is_not_overrun_for_long(
    window: Callable[[int], Window], buffer: int
) -> None:
    rate = 1000 * MBIT
    ends = OneWay(window(SIZE), Line(0.0002, rate, queue=buffer / rate), Line(0.0002), SIZE)
    ends.run([bytes(SIZE * 50)] * 150)
    assert ends.packets < 50 * 150 * 1.05
    assert ends.now - 1.0 < SIZE * 50 * 150 / (0.8 * rate)
