"""Quotes, reactions and code in a bubble: where they are, and what a click on them means."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.domain.ids import EventId
from app.domain.views import MessageView, Reaction, ReplyPreview
from app.ui.messages.blocks import tones
from app.ui.messages.extras import CopyCode, Jump, Toggle
from app.ui.messages.layout import Item, Measurer
from app.ui.messages.paint import RowPainter
from app.ui.messages.paint_extras import copy_box
from app.ui.messages.pointer import hit_at, link_at, target_at
from app.ui.theme import DARK, LIGHT, Choice, Palette, Size, Theme, load_fonts
from tests.ui.messages.book import ME, message, peer_of
from tests.ui.messages.conftest import CLOCK
from tests.ui.messages.test_layout import ALONE
from tests.ui.theme.test_tokens import contrast

ORIGINAL = EventId(b"o" * 32)
MARA, JONAS = peer_of("Mara Lindqvist"), peer_of("Jonas Weber")
CODE = "Look\n```python\nx = 1\n```"


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    assert qapp is not None
    load_fonts()
    return Theme(Choice.LIGHT)


def measure(theme: Theme, row: MessageView, width: int = 700) -> Item:
    measurer = Measurer(theme, CLOCK)
    measurer.width = width
    measurer.extras.me = peer_of(ME)
    measurer.extras.names = {MARA: "Mara Lindqvist", JONAS: "Jonas Weber"}
    return measurer.measure(row, ALONE)


def answer(text: str = "Yes", author: str = ME, quoted: str = "Shall we?") -> MessageView:
    preview = ReplyPreview(MARA, "Mara Lindqvist", quoted, deleted=False)
    return replace(message(0, text, author), reply_to=ORIGINAL, reply=preview)


def reacted(*reactions: Reaction, text: str = "Hello") -> MessageView:
    return replace(message(0, text), reactions=reactions)


def test_a_quote_stands_above_the_text_and_leads_to_the_original(theme: Theme) -> None:
    item = measure(theme, answer())
    assert item.quote is not None
    assert (item.quote.name, item.quote.text) == ("Mara Lindqvist", "Shall we?")
    assert item.quote.box.bottom() < item.blocks[0].origin.y()
    assert hit_at(item, item.quote.box.center()) == Jump(ORIGINAL)
    assert hit_at(item, item.quote.box.bottomRight() + QPointF(0, 3)) is None


def test_a_long_quote_is_cut_and_a_missing_or_deleted_original_is_said(theme: Theme) -> None:
    long = measure(theme, answer(quoted="word " * 90)).quote
    assert long is not None
    assert long.text.endswith("…")
    gone = replace(answer(), reply=None)
    missing = measure(theme, gone).quote
    assert missing is not None
    assert missing.author is None
    assert missing.text == "This message is not here yet"
    preview = ReplyPreview(MARA, "Mara Lindqvist", "", deleted=True)
    deleted = measure(theme, replace(answer(), reply=preview)).quote
    assert deleted is not None
    assert deleted.text == "This message was deleted"


def test_a_deleted_message_has_neither_quote_nor_ticks(theme: Theme) -> None:
    item = measure(theme, replace(answer(), text="", deleted=True))
    assert item.quote is None
    assert item.blocks[0].block.text == "This message was deleted"
    assert item.blocks[0].layout.font().italic()


def test_an_edited_message_says_so(theme: Theme) -> None:
    assert measure(theme, replace(message(0, "x"), edited=True)).time == "edited 12:00"


def test_reactions_stand_below_the_text_and_can_be_toggled(theme: Theme) -> None:
    row = reacted(Reaction("🔥", (MARA, JONAS)), Reaction("❤️", (peer_of(ME), peer_of("who"))))
    fire, heart = (item := measure(theme, row)).pills
    assert fire.box.top() > item.blocks[0].origin.y() + item.blocks[0].height
    assert heart.box.left() > fire.box.right()
    assert hit_at(item, fire.box.center()) == Toggle("🔥", False, "Mara Lindqvist, Jonas Weber")
    assert target_at(item, heart.box.center()) == Toggle("❤️", True, "You, Somebody")


def test_code_has_a_box_and_can_be_copied(theme: Theme) -> None:
    item = measure(theme, message(0, CODE))
    box = item.blocks[1].box
    assert box is not None
    assert box.right() <= item.bubble.right() - Size.BUBBLE_PAD_X + 1
    assert hit_at(item, copy_box(box).center()) == CopyCode("x = 1")
    assert hit_at(item, box.bottomLeft()) is None
    assert item.blocks[1].layout.formats()


def test_styles_are_no_links(theme: Theme) -> None:
    item = measure(theme, message(0, "**bold** `code` https://a.org"))
    layout = item.blocks[0].layout
    line = layout.lineAt(0)

    def at(unit: int) -> QPointF:
        x, _ = cast("tuple[float, int]", line.cursorToX(unit))
        return item.blocks[0].origin + QPointF(x + 1, 8)

    assert link_at(item, at(1)) is None
    assert link_at(item, at(12)) == "https://a.org"


emoji = st.sampled_from("👍🎉😂🔥🙏👀")
people = st.lists(st.sampled_from([MARA, JONAS, peer_of(ME)]), min_size=1, unique=True).map(tuple)
texts = st.sampled_from(["Hi", CODE, "- a\n  - b\n> quoted\n> on\n*end*", "שלום", "word " * 40])


reactions = st.builds(Reaction, emoji, people)
answers = st.builds(
    lambda row, found: replace(row, reactions=tuple(found)),
    st.builds(answer, texts, st.sampled_from([ME, "Mara Lindqvist"])),
    st.lists(reactions, unique_by=lambda one: one.emoji),
)


@given(answers, st.integers(90, 900))
def test_everything_is_inside_and_can_be_painted(
    theme: Theme, row: MessageView, width: int
) -> None:
    item = measure(theme, row, width)
    inside = item.bubble.adjusted(0, 0, 1, 1)
    assert item.quote is not None
    assert inside.contains(item.quote.box)
    if width > 200:
        assert all(inside.contains(pill.box) for pill in item.pills)
        assert all(inside.contains(laid.box) for laid in item.blocks if laid.box)
    image = QImage(300, 200, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    RowPainter(theme).row(painter, item, 0, None, QRectF(0, 0, 300, 200))
    painter.end()


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("own", [False, True])
def test_code_and_quotes_are_readable(palette: Palette, own: bool) -> None:
    ground = palette.inset_out if own else palette.inset_in
    inks = [*tones(palette, own).values(), palette.text_out if own else palette.text2]
    inks += [palette.link_out] if own else palette.names
    assert all(contrast(ink, ground) >= 4.5 for ink in inks)
    assert contrast(palette.accent_text, palette.accent_soft) >= 4.5
