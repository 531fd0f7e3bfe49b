from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import EventId
from app.ui.files.cleared import KEPT, Cleared


def ids(count: int, first: int = 0) -> list[EventId]:
    return [EventId(number.to_bytes(8) + bytes(24)) for number in range(first, first + count)]


def test_what_was_cleared_is_remembered() -> None:
    cleared = Cleared()
    first, second = ids(2)
    cleared.add([first])
    again = Cleared(cleared.dump())
    assert first in again
    assert second not in again


def test_the_oldest_come_back_when_there_are_too_many() -> None:
    cleared = Cleared()
    cleared.add(ids(3))
    cleared.add(ids(KEPT, 3))
    assert len(cleared.dump().split()) == KEPT
    assert ids(1)[0] not in cleared
    assert ids(1, KEPT + 2)[0] in cleared


@given(st.text(max_size=200))
def test_whatever_was_stored_is_read(stored: str) -> None:
    cleared = Cleared(stored)
    cleared.add(ids(1))
    assert ids(1)[0] in Cleared(cleared.dump())
