"""Measures: nothing leaves its bubble, whatever the text and the width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.domain.views import MessageKind, MessageState, MessageView
from app.ui.messages.grouping import Setting
from app.ui.messages.layout import LEFT, META_LINE, RIGHT, Item, Measurer
from app.ui.messages.paint import RowPainter, bubble_path
from app.ui.theme import Choice, Size, Theme, load_fonts
from tests.ui.messages.book import ME, message
from tests.ui.messages.conftest import CLOCK

ALONE = Setting(starts=True, ends=True, day=None, unread=0, gap=False)
MIDDLE = Setting(starts=False, ends=False, day=None, unread=0, gap=True)
TALL = "Z" + "\u0338\u030d\u0353\u0316" * 30


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    assert qapp is not None
    load_fonts()
    return Theme(Choice.LIGHT)


def measure(
    theme: Theme,
    row: MessageView,
    width: int = 800,
    setting: Setting = ALONE,
    *,
    named: bool = True,
) -> Item:
    measurer = Measurer(theme, CLOCK)
    measurer.width = width
    measurer.named = named
    return measurer.measure(row, setting)


def right_of_text(item: Item) -> float:
    laid = item.blocks[-1]
    line = laid.layout.lineAt(laid.layout.lineCount() - 1)
    return laid.origin.x() + line.naturalTextRect().right()


def test_bubbles_stand_at_their_sides_and_end_at_520(theme: Theme) -> None:
    long = "word " * 80
    theirs, mine = measure(theme, message(0, long)), measure(theme, message(0, long, ME))
    assert theirs.bubble.left() == LEFT + Size.AVATAR_SMALL + 10
    assert mine.bubble.right() == 800 - RIGHT
    for item in (theirs, mine):
        assert item.bubble.width() <= Size.BUBBLE_MAX
    assert measure(theme, message(0, long), named=False).bubble.left() == LEFT


def test_time_stands_beside_a_short_text_and_below_a_full_line(theme: Theme) -> None:
    short = measure(theme, message(0, "Hi", ME))
    assert short.body == Size.BODY_LINE + 2 * Size.BUBBLE_PAD_Y
    assert short.time_at.x() > right_of_text(short)
    full = next(
        item
        for count in range(50, 90)
        if (item := measure(theme, message(0, "x" * count, ME))).body > short.body
    )
    assert full.body == short.body + META_LINE
    assert full.time_at.y() > full.blocks[0].origin.y() + Size.BODY_LINE


def test_right_to_left_text_ends_at_the_right_with_its_time_below(theme: Theme) -> None:
    item = measure(theme, message(0, "שלום"))
    assert abs(right_of_text(item) - (item.bubble.right() - Size.BUBBLE_PAD_X)) < 2
    assert item.body == measure(theme, message(0, "abcd")).body + META_LINE


def test_only_the_first_of_a_group_is_named_and_a_long_name_is_cut(theme: Theme) -> None:
    row = message(0, "x", "Name " * 60)
    assert measure(theme, row).name.endswith("…")
    assert measure(theme, row).bubble.width() <= Size.BUBBLE_MAX
    assert measure(theme, row, setting=MIDDLE).name == ""
    assert measure(theme, row, named=False).name == ""
    assert measure(theme, message(0, "x", ME)).name == ""


def test_what_is_no_text_is_centred(theme: Theme) -> None:
    item = measure(theme, message(0, "Ana", kind=MessageKind.JOINED))
    assert abs(item.bubble.center().x() - 400) < 1
    assert item.time == ""
    narrow = measure(theme, message(0, "A name " * 40, kind=MessageKind.RENAMED), 200)
    assert narrow.body > item.body


def test_big_emoji_are_big(theme: Theme) -> None:
    assert measure(theme, message(0, "🎉")).body > measure(theme, message(0, "x")).body


def test_marks_do_not_make_a_line_taller_than_it_may_be(theme: Theme) -> None:
    item = measure(theme, message(0, TALL))
    assert item.stacked
    assert item.body < 90


rows = st.builds(
    message,
    st.just(0),
    st.text(max_size=120),
    st.one_of(st.just(ME), st.text(max_size=40)),
    kind=st.sampled_from(MessageKind),
)


@given(row=rows, width=st.integers(90, 1200))
def test_everything_is_inside(theme: Theme, row: MessageView, width: int) -> None:
    item = measure(theme, row, width)
    assert item.bubble.width() <= Size.BUBBLE_MAX
    assert item.bubble.height() == item.body
    if item.time:
        assert item.bubble.left() <= item.time_at.x() <= item.bubble.right()
    last = item.blocks[-1]
    assert last.origin.y() + last.height <= item.body


@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("state", MessageState)
@pytest.mark.parametrize("text", ["Hello https://a.org", TALL, "🎉", "x" * 9000])
def test_everything_can_be_painted(
    theme: Theme, kind: MessageKind, state: MessageState, text: str
) -> None:
    image = QImage(400, 300, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    blank = image.copy()
    painter = QPainter(image)
    for author in (ME, "Ana"):
        row = message(0, text, author, kind=kind, state=state)
        item = measure(theme, row, 400)
        RowPainter(theme).row(painter, item, 5, (0, 3), QRectF(0, 0, 400, 300))
    painter.end()
    assert image != blank


def test_corners_are_small_where_a_group_goes_on() -> None:
    box = QRectF(0, 0, 100, 60)
    first = bubble_path(box, own=False, starts=True, ends=False)
    last = bubble_path(box, own=True, starts=False, ends=True)
    inside = [(2, 2), (97, 2), (97, 57), (2, 57)]
    assert [first.contains(QRectF(x, y, 0.5, 0.5)) for x, y in inside] == [
        False,
        False,
        False,
        True,
    ]
    assert [last.contains(QRectF(x, y, 0.5, 0.5)) for x, y in inside] == [False, True, False, False]
