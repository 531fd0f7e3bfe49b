from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import (
    MAX_AHEAD_MS,
    MAX_HLC,
    HybridClock,
    agreed_offset_ms,
    compose,
    is_far_future,
    physical_ms,
)

NOW = 1_800_000_000_000
HOUR = 3_600_000
times = st.integers(min_value=0, max_value=NOW * 4)
stamps = st.integers(min_value=0, max_value=MAX_HLC)


@given(times, st.integers(0, 0xFFFF))
def test_a_stamp_holds_time_and_counter(ms: int, counter: int) -> None:
    assert physical_ms(compose(ms, counter)) == ms
    assert compose(ms, counter) & 0xFFFF == counter


@given(st.lists(st.integers(NOW - MAX_AHEAD_MS, NOW + MAX_AHEAD_MS), min_size=1))
def test_stamps_grow_whatever_the_wall_clock_does(walls: list[int]) -> None:
    clock = HybridClock()
    # No step back is larger than what is believed, so every stamp counts.
    stamped = [clock.tick(min(max(ms, NOW), NOW + MAX_AHEAD_MS)) for ms in walls]
    assert all(a < b for a, b in pairwise(stamped))


@given(st.lists(stamps), times)
def test_a_stamp_follows_all_that_is_plausible(seen: list[int], now: int) -> None:
    clock = HybridClock()
    for hlc in seen:
        clock.observe(hlc, now)
    stamp = clock.tick(now)
    assert all(stamp > hlc for hlc in seen if not is_far_future(hlc, now))
    assert stamp >= compose(now)
    assert not is_far_future(stamp, now + 1)


@given(times, stamps)
def test_the_far_future_does_not_move_us(now: int, hlc: int) -> None:
    clock = HybridClock(compose(now))
    clock.observe(hlc, now)
    assert physical_ms(clock.last) <= now + MAX_AHEAD_MS


def test_ten_minutes_ahead_are_believed_and_no_more() -> None:
    assert not is_far_future(compose(NOW + MAX_AHEAD_MS, 0xFFFF), NOW)
    assert is_far_future(compose(NOW + MAX_AHEAD_MS + 1), NOW)


def test_a_full_counter_runs_over_into_the_time() -> None:
    clock = HybridClock(compose(NOW, 0xFFFF))
    assert clock.tick(NOW) == compose(NOW + 1)


def test_our_own_clock_recovers_from_the_future() -> None:
    clock = HybridClock()
    wrong = clock.tick(NOW + 5 * HOUR)
    corrected = clock.tick(NOW)
    assert physical_ms(corrected) == NOW
    assert corrected < wrong
    assert clock.tick(NOW) > corrected


def test_a_clock_that_was_late_jumps_forward() -> None:
    clock = HybridClock()
    clock.tick(NOW - 5 * HOUR)
    assert physical_ms(clock.tick(NOW)) == NOW


def test_stamps_stay_storable_at_the_ends_of_time() -> None:
    assert HybridClock().tick(-5) == 1
    assert HybridClock().tick(1 << 60) == MAX_HLC
    assert MAX_HLC < 1 << 63


def test_alone_our_clock_is_right() -> None:
    assert agreed_offset_ms([]) == 0


def test_one_other_clock_convinces_only_who_may_be_early() -> None:
    """What we stamp while we know no better must not be held back by those who do."""
    assert agreed_offset_ms([5 * HOUR]) == 0
    assert agreed_offset_ms([-5 * HOUR]) == -5 * HOUR


def test_the_earlier_of_two_middle_clocks_counts() -> None:
    assert agreed_offset_ms([0, 5 * HOUR, 5 * HOUR]) == 0
    assert agreed_offset_ms([0, -5 * HOUR, -5 * HOUR]) == -5 * HOUR


def test_two_that_agree_correct_us() -> None:
    assert agreed_offset_ms([5 * HOUR, 5 * HOUR + 1]) == 5 * HOUR
    assert agreed_offset_ms([-5 * HOUR, -5 * HOUR]) == -5 * HOUR


def test_small_differences_are_left_alone() -> None:
    assert agreed_offset_ms([MAX_AHEAD_MS, MAX_AHEAD_MS]) == 0
    assert agreed_offset_ms([MAX_AHEAD_MS + 1] * 2) == MAX_AHEAD_MS + 1


offsets = st.integers(-1000, 1000)


@given(st.lists(offsets, min_size=1), st.integers())
def test_one_liar_among_honest_clocks_moves_nobody(honest: list[int], lie: int) -> None:
    assert agreed_offset_ms([*honest, lie]) == 0


@given(st.lists(st.integers(), max_size=9))
def test_the_correction_is_a_clock_that_somebody_has(others: list[int]) -> None:
    assert agreed_offset_ms(others) in {0, *others}
    assert agreed_offset_ms(others) == agreed_offset_ms(others[::-1])
