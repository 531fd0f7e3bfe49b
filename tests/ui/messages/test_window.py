"""The loaded rows equal a fresh reload, whatever happens in whatever order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.views import MessageState
from app.ui.messages.window import MessageWindow
from tests.ui.messages.book import ME, Book, message, peer_of


def loaded(book: Book, first: int, last: int) -> MessageWindow:
    window = MessageWindow()
    window.reset(book.fresh(book.rows[first].position, 0, last - first))
    return window


def span(window: MessageWindow, book: Book) -> None:
    """The window is what a load of its span gives: rows, ends, ordinals, total."""
    if not window.rows:
        return
    page = book.fresh(window.rows[0].position, 0, len(window.rows))
    assert tuple(window.rows) == page.messages
    assert window.first_ordinal == page.first_ordinal
    assert window.total == page.total
    assert window.more_after == page.more_after
    assert window.more_before == (page.first_ordinal > 0)


def test_add_at_the_end_in_the_middle_and_before() -> None:
    book = Book(message(at * 10) for at in range(10))
    window = loaded(book, 2, 10)
    for number in (95, 35, 5):
        fresh = book.add(message(number))
        rows = window.add([fresh])
        assert rows == ([] if number == 5 else [fresh])
        span(window, book)


def test_known_message_is_replaced_not_doubled() -> None:
    book = Book.of(5)
    window = loaded(book, 0, 5)
    again = message(3, "again")
    assert window.add([again]) == []
    assert window.rows[3] is again
    assert window.total == 5


def test_message_after_an_unloaded_end_only_counts() -> None:
    book = Book.of(20)
    window = loaded(book, 5, 10)
    assert window.add([book.add(message(30))]) == []
    span(window, book)


def test_extend_both_ways() -> None:
    book = Book.of(30)
    window = loaded(book, 10, 20)
    window.extend_before(book.fresh(window.rows[0].position, 8, 0))
    span(window, book)
    window.extend_after(book.fresh(window.rows[-1].position, 0, 9))
    span(window, book)
    assert (window.first_ordinal, len(window)) == (2, 26)
    assert window.index(book.rows[2].position) == 0
    assert window.index(book.rows[1].position) is None
    assert window.index_from(book.rows[1].position) == 0


def test_trim_keeps_the_middle() -> None:
    book = Book.of(30)
    window = loaded(book, 0, 30)
    window.trim(10, 20)
    span(window, book)
    window.trim(-5, 99)
    span(window, book)
    assert len(window) == 10


def test_what_comes_while_a_page_is_read_is_not_lost() -> None:
    book = Book(message(at * 10) for at in range(10))
    window = loaded(book, 5, 10)
    window.expect()
    page = book.fresh(window.rows[0].position, 5, 0)
    window.add([book.add(message(25))])
    window.extend_before(page)
    window.settle()
    assert tuple(window.rows) == tuple(book.rows)


def test_status_that_comes_while_a_page_is_read_is_not_undone() -> None:
    book = Book([message(1, author=ME, state=MessageState.QUEUED)])
    window = loaded(book, 0, 1)
    window.expect()
    page = book.fresh(book.rows[0].position, 0, 1)
    window.set_status([book.rows[0].event], MessageState.SENT, None)
    window.refresh(page)
    window.settle()
    assert window.rows[0].state is MessageState.SENT


def test_status_moves_forward_only() -> None:
    window = MessageWindow()
    row = message(1, author=ME, state=MessageState.DELIVERED)
    window.reset(Book([row]).fresh(None, 1, 0))
    assert window.set_status([row.event], MessageState.SENT, None) == []
    (changed,) = window.set_status([row.event], MessageState.READ, None)
    assert changed.state is MessageState.READ


def test_what_one_member_has_is_noted_but_not_taken_for_all() -> None:
    window = MessageWindow()
    row = message(1, author=ME, state=MessageState.QUEUED)
    window.reset(Book([row]).fresh(None, 1, 0))
    ana, bob = peer_of("Ana"), peer_of("Bob")
    window.set_status([row.event], MessageState.DELIVERED, ana)
    window.set_status([row.event], MessageState.READ, bob)
    window.set_status([row.event], MessageState.READ, bob)
    (shown,) = window.rows
    assert shown.state is MessageState.SENT
    assert shown.delivered_to == (ana, bob)
    assert shown.read_by == (bob,)


def test_refresh_takes_the_stores_word() -> None:
    book = Book.of(4)
    window = loaded(book, 1, 4)
    book.set_state(book.rows[2].event, MessageState.READ)
    window.refresh(book.fresh(None, 9, 0))
    span(window, book)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 600)),
        st.tuples(st.just("status"), st.integers(0, 600)),
        st.tuples(st.just("before"), st.integers(1, 9)),
        st.tuples(st.just("after"), st.integers(1, 9)),
        st.tuples(st.just("trim"), st.integers(0, 9)),
        st.tuples(st.just("jump"), st.integers(0, 600)),
        st.tuples(st.just("race"), st.integers(0, 600)),
    ),
    max_size=40,
)


class Run:
    """Does random things to a book and to a window over it."""

    def __init__(self) -> None:
        authors = ("Ana", ME)
        self.book = Book(message(at * 20, author=authors[at % 2]) for at in range(12))
        self.window = loaded(self.book, 4, 9)
        self.used = {at * 20 for at in range(12)}

    def add(self, number: int) -> None:
        if number not in self.used:
            self.used.add(number)
            self.window.add([self.book.add(message(number))])

    def status(self, number: int) -> None:
        row = self.book.rows[number % len(self.book.rows)]
        if row.own and row.state is not MessageState.READ:
            self.book.set_state(row.event, MessageState.READ)
            self.window.set_status([row.event], MessageState.READ, None)

    def before(self, count: int) -> None:
        self.window.extend_before(self.book.fresh(self.window.rows[0].position, count, 0))

    def after(self, count: int) -> None:
        self.window.extend_after(self.book.fresh(self.window.rows[-1].position, 0, count + 1))

    def trim(self, count: int) -> None:
        middle = len(self.window) // 2
        self.window.trim(middle - count, middle + count + 1)

    def jump(self, number: int) -> None:
        self.window.reset(self.book.fresh(message(number).position, 3, 4))

    def race(self, number: int) -> None:
        """A message comes between the reading of a page and its arrival."""
        self.window.expect()
        page = self.book.fresh(self.window.rows[0].position, 4, 0)
        late = len(self.book.rows)
        self.add(number)
        self.window.extend_before(page)
        self.window.settle()
        if len(self.book.rows) > late:
            # The page counted without it; the next page corrects that.
            self.window.first_ordinal = self.book.rows.index(self.window.rows[0])
            self.window.total = len(self.book.rows)


@given(steps)
def test_window_equals_a_fresh_reload(script: list[tuple[str, int]]) -> None:
    run = Run()
    for name, number in script:
        getattr(run, name)(number)
        span(run.window, run.book)
