from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.rules import MAX_VANISH_S
from app.domain.vanishing import UNREAD_MS, vanishes_at

TIMES = st.integers(0, 1 << 46)
LIVES = st.integers(1, MAX_VANISH_S)


@given(TIMES, st.booleans(), st.booleans())
def test_what_stays_never_goes(time_ms: int, own: bool, past: bool) -> None:
    assert vanishes_at(time_ms, 0, own=own, past=past) == 0


@given(TIMES, LIVES)
def test_our_own_and_the_past_live_from_when_they_were_written(time_ms: int, life: int) -> None:
    end = time_ms + life * 1000
    assert vanishes_at(time_ms, life, own=True, past=False) == end
    assert vanishes_at(time_ms, life, own=False, past=True) == end


@given(TIMES, LIVES)
def test_others_do_not_wait_for_their_reader_for_ever(time_ms: int, life: int) -> None:
    latest = vanishes_at(time_ms, life, own=False, past=False)
    assert latest == time_ms + life * 1000 + UNREAD_MS
