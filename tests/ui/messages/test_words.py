"""Dates, spoken rows, copied rows; the clock; what is unread; what is selected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from app.domain.errors import AppError
from app.domain.views import MessageKind, MessageState, Reaction, ReplyPreview
from app.ui.messages import copying
from app.ui.messages.copying import selected_text
from app.ui.messages.selection import Point, Selection
from app.ui.messages.source import START, Clock
from app.ui.messages.unread import Unread
from app.ui.messages.wording import copied, day_line, new_line, shown_text, spoken
from tests.ui.messages.book import ME, NOON_MS, ROOM, Book, message, peer_of

CLOCK = Clock(lambda: datetime(2025, 11, 21, 13, tzinfo=UTC), UTC)
TODAY = date(2025, 11, 21)


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (TODAY, "Today"),
        (date(2025, 11, 20), "Yesterday"),
        (date(2025, 11, 16), "Sunday"),
        (date(2025, 11, 14), "14 November"),
        (date(2024, 12, 31), "31 December 2024"),
        (date(2025, 11, 22), "22 November"),
    ],
)
def test_days(day: date, line: str) -> None:
    assert day_line(day, TODAY) == line


def test_numbers() -> None:
    assert [new_line(1), new_line(3)] == ["1 new message", "3 new messages"]


def test_spoken_rows() -> None:
    assert spoken(message(0, "Hello"), CLOCK) == "Mara Lindqvist: Hello, 12:00"
    mine = message(1, "Hi", ME, state=MessageState.QUEUED)
    assert spoken(mine, CLOCK) == "You: Hi, 12:01, waiting to be sent"
    joined = message(2, "Ana", kind=MessageKind.JOINED)
    assert spoken(joined, CLOCK) == "Ana joined, 12:02"


def test_copied_rows() -> None:
    assert copied(message(0, "x"), "x", CLOCK) == "[2025-11-21 12:00] Mara Lindqvist: x"
    odd = message(1, "", kind=MessageKind.UNSUPPORTED)
    assert copied(odd, shown_text(odd), CLOCK).endswith("newer version of Parlor")


def test_clock_shows_a_zone_and_survives_absurd_times() -> None:
    east = Clock(CLOCK.now, timezone(timedelta(hours=12)))
    assert (east.at(NOON_MS).hour, east.today().day) == (0, 22)
    assert CLOCK.at(1 << 60).year == 9999
    assert CLOCK.at(-(1 << 60)).year == 1
    here = Clock()
    assert here.today() == here.at(round(here.now().timestamp() * 1000)).date()


def test_unread_counts_down_as_messages_are_seen() -> None:
    book = Book.of(20)
    unread = Unread()
    unread.enter(book.summary(unread=6))
    divider = unread.divider(book.rows)
    assert divider is not None
    assert divider.count == 6
    at = [row.position for row in book.rows].index(divider.before)
    assert unread.saw(book.rows, book.rows[at], end=False)
    assert unread.count == 5
    assert not unread.saw(book.rows, book.rows[at], end=False)
    unread.arrived([message(90), message(91, author=ME)])
    assert unread.count == 6
    assert unread.saw(book.rows, book.rows[-2], end=True)
    assert unread.count == 0


def test_own_messages_are_no_news() -> None:
    unread = Unread()
    unread.enter(Book().summary())
    mine = message(1, author=ME)
    assert not unread.saw([mine], mine, end=True)
    assert unread.divider([mine]) is None


def test_divider_needs_a_message_of_somebody_else() -> None:
    unread = Unread()
    unread.enter(replace(Book.of(3).summary(), unread=2, read_to=None))
    assert unread.divider([message(1, author=ME)]) is None


def test_selection_in_one_message_counts_utf_16_units() -> None:
    row = message(0, "a🎉bc")
    chosen = Selection(Point(row.position, 4), Point(row.position, 1))
    assert chosen.range_in(row) == (1, 4)
    assert chosen.text_of(row) == "🎉b"
    assert chosen.range_in(message(1)) is None
    assert Selection(Point(row.position, 1), Point(row.position, 1)).range_in(row) is None


def test_selection_across_messages() -> None:
    rows = [message(at, f"row {at}") for at in range(4)]
    chosen = Selection(Point(rows[2].position, 3), Point(rows[0].position, 4))
    assert [chosen.text_of(row) for row in rows] == ["0", "row 1", "row", ""]
    assert Selection.everything().text_of(rows[3]) == "row 3"


async def test_copying_reads_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "BATCH", 7)
    book = Book.of(40)
    chosen = Selection(Point(book.rows[3].position, 8), Point(book.rows[30].position, 0))
    text, number = await selected_text(book, ROOM, chosen, CLOCK)
    lines = text.split("\n")
    assert number == len(lines) == 27
    assert lines[0] == "[2025-11-21 12:03] Jonas Weber: 3"
    assert lines[-1].endswith("Message 29")
    assert len(book.asked) > 3


async def test_copying_one_message_gives_its_bare_text() -> None:
    book = Book.of(5)
    place = book.rows[1].position
    chosen = Selection(Point(place, 0), Point(place, 7))
    assert await selected_text(book, ROOM, chosen, CLOCK) == ("Message", 1)


async def test_copying_everything_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book.of(30)
    everything = Selection.everything()
    assert (await selected_text(book, ROOM, everything, CLOCK))[1] == 30
    assert book.asked[0][0] == START
    monkeypatch.setattr(copying, "MOST", 12)
    assert (await selected_text(book, ROOM, everything, CLOCK))[1] == 12
    monkeypatch.setattr(copying, "MOST_TEXT", 20)
    assert (await selected_text(book, ROOM, everything, CLOCK))[1] == 3
    assert await selected_text(Book(), ROOM, everything, CLOCK) == ("", 0)


async def test_copying_hands_on_a_failure() -> None:
    book = Book.of(3)
    book.failing = AppError("disk-full")
    with pytest.raises(AppError):
        await selected_text(book, ROOM, Selection.everything(), CLOCK)


def test_spoken_rows_say_what_was_done_to_them() -> None:
    asked = ReplyPreview(peer_of("Ana"), "Ana", "Shall we?", deleted=False)
    row = replace(
        message(0, "**Yes**", ME, state=MessageState.READ),
        edited=True,
        reply=asked,
        reactions=(Reaction("🎉", (peer_of("Ana"), peer_of("Bo"))), Reaction("❤️", (peer_of(ME),))),
    )
    assert spoken(row, CLOCK) == (
        "You in reply to Ana: Yes, edited, 12:00, read, 🎉 by 2 people, ❤️ by 1 person"
    )
    gone = replace(message(0, "x", ME), text="", deleted=True)
    assert spoken(gone, CLOCK) == "You: This message was deleted, 12:00"
