"""Which rows stand together."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.domain.views import MessageKind, MessageState
from app.ui.messages.grouping import Divider, joins, setting
from app.ui.messages.source import Clock
from tests.ui.messages.book import ME, MINUTE, NOON_MS, message

CLOCK = Clock(lambda: datetime(2025, 11, 21, 13, tzinfo=UTC), UTC)


def test_same_author_within_five_minutes() -> None:
    first = message(0)
    assert joins(first, message(4), CLOCK, None)
    assert not joins(first, message(5), CLOCK, None)
    assert not joins(first, message(1, author="Ana"), CLOCK, None)


def test_a_time_that_runs_backwards_breaks() -> None:
    assert not joins(message(3), message(4, time_ms=NOON_MS), CLOCK, None)


def test_a_new_day_breaks() -> None:
    late, early = NOON_MS + 719 * MINUTE, NOON_MS + 721 * MINUTE
    assert not joins(message(1, time_ms=late), message(2, time_ms=early), CLOCK, None)


def test_the_divider_breaks() -> None:
    newer = message(1)
    assert not joins(message(0), newer, CLOCK, Divider(newer.position, 1))
    assert joins(message(0), newer, CLOCK, Divider(message(7).position, 1))


def test_what_is_not_a_text_stands_alone() -> None:
    joined = message(1, kind=MessageKind.JOINED)
    assert not joins(message(0), joined, CLOCK, None)
    assert not joins(joined, message(2), CLOCK, None)


@pytest.mark.parametrize(
    ("older", "newer", "together"),
    [
        (MessageState.QUEUED, MessageState.DELIVERED, False),
        (MessageState.SENT, MessageState.READ, False),
        (MessageState.QUEUED, MessageState.QUEUED, True),
        (MessageState.READ, MessageState.SENT, True),
    ],
)
def test_one_that_lags_behind_is_to_be_seen(
    older: MessageState, newer: MessageState, together: bool
) -> None:
    first, second = message(0, author=ME, state=older), message(1, author=ME, state=newer)
    assert joins(first, second, CLOCK, None) is together


def test_setting_of_the_first_row_depends_on_what_is_before_it() -> None:
    rows = [message(0), message(1)]
    alone = setting(rows, 0, CLOCK, None, more=False)
    assert alone.day == date(2025, 11, 21)
    assert (alone.starts, alone.ends) == (True, False)
    assert setting(rows, 0, CLOCK, None, more=True).day is None
    last = setting(rows, 1, CLOCK, None, more=False)
    assert (last.starts, last.ends, last.day, last.unread) == (False, True, None, 0)


def test_setting_says_how_many_are_unread() -> None:
    rows = [message(0), message(1)]
    row = setting(rows, 1, CLOCK, Divider(rows[1].position, 3), more=False)
    assert (row.unread, row.starts) == (3, True)
    assert setting(rows, 0, CLOCK, Divider(rows[1].position, 3), more=False).ends
