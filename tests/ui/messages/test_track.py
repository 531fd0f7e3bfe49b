"""The viewport holds its anchor, follows only at the end, and never leaves the rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.ids import EventId
from app.ui.messages.track import TOP, Extent, Placed, Track
from app.ui.messages.window import MessageWindow
from tests.ui.messages.book import Book, message


@dataclass
class Bench:
    """A track over a book whose rows have made-up heights."""

    book: Book
    window: MessageWindow = field(default_factory=MessageWindow)
    heights: dict[EventId, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.track = Track(self.window, self.extent)
        self.track.height = 500

    def extent(self, at: int) -> Extent:
        event = self.window.rows[at].event
        body = self.heights.setdefault(event, 20 + event[0] % 90)
        return Extent(2 + event[1] % 20, body)

    def load(self, first: int, last: int) -> None:
        self.window.reset(self.book.fresh(self.book.rows[first].position, 0, last - first))

    def screen(self) -> dict[EventId, int]:
        """Where each visible row's bubble is."""
        return {self.window.rows[row.at].event: row.y for row in self.track.place()}


def bench(count: int = 200, first: int = 0, last: int = 200) -> Bench:
    made = Bench(Book(message(at * 10) for at in range(count)))
    made.load(first, last)
    return made


def bottom(made: Bench) -> int:
    return made.track.place()[-1].bottom


def covered(rows: list[Placed], height: int) -> None:
    """The rows touch each other and leave no hole in the viewport."""
    for upper, lower in pairwise(rows):
        assert lower.at == upper.at + 1
        assert lower.top == upper.bottom
    assert rows[0].top <= TOP
    assert rows[-1].bottom <= height or rows[-1].top < height


def test_starts_at_the_end() -> None:
    made = bench()
    made.track.foot = 12
    assert bottom(made) == 488
    assert made.track.pinned


def test_few_rows_stand_at_the_bottom() -> None:
    made = bench(3, 0, 3)
    assert bottom(made) == 500
    made.track.scroll(-100)
    assert bottom(made) == 500
    assert made.track.pinned


def test_no_rows_are_no_trouble() -> None:
    made = Bench(Book())
    made.track.scroll(10)
    assert made.track.place() == []
    assert made.track.ordinals() == (0.0, 0.0)


def test_follows_new_rows_at_the_end_only() -> None:
    made = bench()
    made.window.add([made.book.add(message(99_999))])
    assert made.track.place()[-1].at == 200
    made.track.scroll(-300)
    assert not made.track.pinned
    before = made.screen()
    made.window.add([made.book.add(message(100_000))])
    assert made.screen() == before


def test_scrolling_back_to_the_end_follows_again() -> None:
    made = bench()
    made.track.scroll(-300)
    made.track.scroll(400)
    assert made.track.pinned


def test_end_of_what_is_loaded_is_not_the_end() -> None:
    made = bench(200, 0, 100)
    made.track.scroll(9999)
    assert made.track.place()[-1].bottom == 500
    assert not made.track.pinned


def test_first_row_stops_the_way_up() -> None:
    made = bench()
    made.track.scroll(-10_000_000)
    assert made.track.place()[0].at == 0
    assert made.track.place()[0].top == TOP


def test_anchor_that_was_trimmed_away_leads_to_its_neighbour() -> None:
    made = bench()
    made.track.hold(made.book.rows[10].position, 100)
    made.load(50, 150)
    assert made.track.place()[0].at == 0
    made.track.hold(made.book.rows[199].position, 100)
    assert made.track.place()[-1].at == 99


def test_ordinals_run_from_zero_to_the_total() -> None:
    made = bench()
    assert made.track.ordinals()[1] == 200
    made.track.scroll(-10_000_000)
    assert made.track.ordinals()[0] == 0


places = st.integers(0, 199)


@given(start=places, y=st.integers(-200, 600), older=st.integers(1, 60))
def test_older_rows_do_not_move_the_screen(start: int, y: int, older: int) -> None:
    made = bench(200, 80, 180)
    made.track.hold(made.book.rows[max(80, min(start, 179))].position, y)
    before = made.screen()
    made.window.extend_before(made.book.fresh(made.window.rows[0].position, older, 0))
    after = made.screen()
    assert all(after[event] == before[event] for event in before)


@given(number=st.integers(801, 1790), y=st.integers(0, 400))
def test_a_row_in_the_middle_holds_the_anchor(number: int, y: int) -> None:
    assume(number % 10)
    made = bench(200, 80, 180)
    made.track.hold(made.book.rows[130].position, y)
    made.track.place()
    assert made.track.anchor is not None
    anchor = made.track.anchor
    made.window.add([made.book.add(message(number))])
    made.track.place()
    at = made.window.index(anchor.place)
    assert at is not None
    # A row that came above the first one on the screen may show its lower edge there.
    shown = {row.at: row.y for row in made.track.place()}
    assert shown[at] == anchor.y


@given(changes=st.lists(st.tuples(places, st.integers(10, 400)), max_size=10))
def test_heights_that_change_hold_the_anchor(changes: list[tuple[int, int]]) -> None:
    made = bench()
    made.track.hold(made.book.rows[100].position, -15)
    made.track.place()
    assert made.track.anchor is not None
    place, y = made.track.anchor.place, made.track.anchor.y
    for at, height in changes:
        if made.window.rows[at].position >= place:
            continue
        made.heights[made.window.rows[at].event] = height
    placed = {made.window.rows[row.at].position: row.y for row in made.track.place()}
    assert placed[place] == y


@given(changes=st.lists(st.tuples(places, st.integers(10, 400)), max_size=10))
def test_heights_that_change_at_the_end_keep_the_end(changes: list[tuple[int, int]]) -> None:
    made = bench()
    made.track.place()
    for at, height in changes:
        made.heights[made.window.rows[at].event] = height
    assert bottom(made) == 500
    assert made.track.pinned


@given(
    steps=st.lists(
        st.one_of(st.integers(-3000, 3000), st.tuples(places, st.integers(-900, 900))),
        max_size=20,
    ),
    first=st.integers(0, 150),
    count=st.integers(1, 100),
)
def test_the_viewport_is_always_covered(
    steps: list[int | tuple[int, int]], first: int, count: int
) -> None:
    made = bench(200, first, min(first + count, 200))
    for step in steps:
        if isinstance(step, int):
            made.track.scroll(step)
        else:
            made.track.hold(made.book.rows[step[0]].position, step[1])
        rows = made.track.place()
        whole = sum(sum(made.extent(at)) for at in range(len(made.window)))
        if whole + TOP >= made.track.height:
            covered(rows, made.track.height)
        assert made.track.place() == rows
        lower, upper = made.track.ordinals()
        assert 0 <= lower <= upper <= made.window.total
