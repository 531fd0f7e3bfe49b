"""Messages that are pinned, were forwarded, or do not stay."""

from __future__ import annotations

from dataclasses import replace

from app.domain.changes import HistoryDeleted, MessagesRemoved
from app.ui.messages.layout import FORWARDED_LINE, MARK, MARK_GAP
from app.ui.messages.wording import meta_marks, spoken
from tests.gallery.shots import settle
from tests.ui.messages.book import ME, ROOM, Book, message
from tests.ui.messages.conftest import CLOCK, Show
from tests.ui.messages.hands import OTHER, wheel


async def test_marks_stand_before_the_time(show: Show) -> None:
    bare, marked = show(Book([message(1, author=ME)])), replace(message(1, author=ME), pinned=True)
    both = show(Book([replace(marked, vanish_s=60)]))
    await bare.open()
    await both.open()
    first, second = bare.view._rows[0].item, both.view._rows[0].item
    assert (first.marks, second.marks) == ((), ("pin", "timer"))
    assert second.bubble.width() == first.bubble.width() + 2 * (MARK + MARK_GAP)
    both.view.grab()


async def test_a_forwarded_message_says_whose_it_is(show: Show) -> None:
    for author in (ME, "Mara Lindqvist"):
        plain = show(Book([message(1, "Hi", author)]))
        sent_on = replace(message(1, "Hi", author), forwarded_from="Ana Costa " * 20)
        named = show(Book([sent_on]))
        await plain.open()
        await named.open()
        before, after = plain.view._rows[0].item, named.view._rows[0].item
        assert after.forwarded.startswith("Forwarded from Ana Costa")
        assert after.forwarded.endswith("…")
        assert after.body >= before.body + FORWARDED_LINE
        assert after.bubble.width() <= 520
        assert after.blocks[0].origin.y() == before.blocks[0].origin.y() + FORWARDED_LINE
        named.view.grab()


def test_what_is_deleted_has_no_marks() -> None:
    row = replace(message(1), pinned=True, vanish_s=5, forwarded_from="Ana", deleted=True, text="")
    assert meta_marks(row) == ()
    assert "Ana" not in spoken(row, CLOCK)


def test_marks_are_read_aloud() -> None:
    row = replace(message(0, "Hi"), pinned=True, vanish_s=5, forwarded_from="Ana", edited=True)
    assert spoken(row, CLOCK) == (
        "Mara Lindqvist: Hi, Forwarded from Ana, edited, pinned, disappears, 12:00"
    )


async def test_what_disappears_moves_nothing_above_it(show: Show) -> None:
    shown = show(Book.of(200))
    await shown.open()
    wheel(shown.view, 5)
    await settle()
    before, rows = shown.bubbles(), shown.view.visible_messages()
    gone = rows[len(rows) // 2]
    shown.view._hover.show_for(gone, shown.view._rows[3].item.bubble.toRect())
    shown.book.rows = [row for row in shown.book.rows if row.event != gone.event]
    shown.view.apply(MessagesRemoved(ROOM, (gone.event,)))
    await settle()
    after = shown.bubbles()
    assert gone.event not in after
    assert not shown.view._hover.isVisible()
    for row in rows[: len(rows) // 2]:
        assert after[row.event] == before[row.event]


async def test_all_in_sight_may_go_while_there_is_more(show: Show) -> None:
    shown = show(Book.of(400))
    await shown.open()
    gone = tuple(row.event for row in shown.view.stage.window.rows)
    shown.book.rows = [row for row in shown.book.rows if row.event not in gone]
    shown.view.apply(MessagesRemoved(ROOM, gone))
    await settle()
    assert shown.texts()[-1] == shown.book.rows[-1].text
    assert shown.errors == []


async def test_pages_that_wait_for_rows_that_went_ask_for_nothing(show: Show) -> None:
    shown = show(Book.of(400))
    await shown.open()
    shown.view.stage.window.remove([row.event for row in shown.view.stage.window.rows])
    asked = len(shown.book.asked)
    await shown.view.stage.pager._before()
    await shown.view.stage.pager._after()
    assert len(shown.book.asked) == asked


async def test_a_deleted_history_leaves_an_empty_room(show: Show) -> None:
    shown = show(Book.of(30))
    await shown.open()
    shown.view.apply(HistoryDeleted(OTHER))
    await settle()
    assert shown.texts()
    shown.book.rows.clear()
    shown.view.apply(HistoryDeleted(ROOM))
    await settle()
    assert shown.texts() == []
    assert shown.view.stage.window.total == 0
