"""The cards of files: what is where, what a click does, what is read out, that they paint."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from app.domain.changes import MessagesAdded
from app.domain.files import FileOffered, TransferState, TransferView
from app.domain.views import MessageKind, MessageView, Reaction, ReplyPreview
from app.ui.files.deeds import Deed
from app.ui.messages.extras import Jump, Toggle
from app.ui.messages.layout import Item, Measurer
from app.ui.messages.paint import RowPainter
from app.ui.messages.pointer import hit_at, over_text, point_at
from app.ui.messages.transfer import Do, TransferCard
from app.ui.messages.wording import shown_text, spoken
from app.ui.theme import Choice, Theme, load_fonts
from tests.ui.files.views import MARA, MB, receiver, running, view
from tests.ui.messages.book import ME, ROOM, Book, message
from tests.ui.messages.conftest import CLOCK, Show, Shown
from tests.ui.messages.test_layout import ALONE

LONG = "Lighthouse survey, northern stairs and lens room, second pass.tar.zst"
PLACE = QRectF(0, 0, 700, 400)


@pytest.fixture(scope="module")
def theme(qapp: QApplication) -> Theme:
    assert qapp is not None
    load_fonts()
    return Theme(Choice.LIGHT)


def offered(
    name: str = "north.zip", author: str = MARA, text: str = "", number: int = 0
) -> MessageView:
    row = message(number, text, author, kind=MessageKind.FILE)
    return replace(row, text=text, file=FileOffered(name, 742 * MB, b"r" * 32))


def of(row: MessageView, transfer: TransferView) -> TransferView:
    """The same transfer as that of this message."""
    name = row.file.name if row.file else ""
    return replace(transfer, transfer=row.event, name=name, own=row.own)


def measure(
    theme: Theme,
    row: MessageView,
    transfer: TransferView | None = None,
    width: int = 700,
    picture: QImage | None = None,
) -> Item:
    measurer = Measurer(theme, CLOCK)
    measurer.width = width
    if transfer is not None:
        measurer.transfers = {row.event: of(row, transfer)}
    measurer.files.find = lambda _view: picture
    return measurer.measure(row, ALONE)


def card(item: Item) -> TransferCard:
    assert item.transfer is not None
    return item.transfer


def paint(theme: Theme, item: Item) -> QImage:
    image = QImage(700, 400, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    RowPainter(theme).row(painter, item, 0, (0, 5), PLACE)
    painter.end()
    return image


def test_an_offer_is_a_card_with_buttons(theme: Theme) -> None:
    item = measure(theme, offered(), view())
    words = [spot.words for spot in card(item).spots]
    assert words == ["Accept", "Save as…", "Decline"]
    assert [line.text for line in card(item).lines] == ["742 MB"]
    assert item.name == MARA
    for spot in card(item).spots:
        assert hit_at(item, spot.box.center()) == Do(spot.deed)
    assert hit_at(item, item.bubble.bottomLeft()) is None


def test_what_is_not_known_yet_says_what_was_offered_and_no_more(theme: Theme) -> None:
    item = measure(theme, offered())
    assert card(item).spots == ()
    assert card(item).lines[0].text == "742 MB"
    assert card(item).bar is None


def test_a_running_one_has_a_bar_the_way_and_icons_to_stop_it(theme: Theme) -> None:
    item = measure(theme, offered(), running())
    assert [line.text for line in card(item).lines] == [
        "486 of 742 MB · 14 s left",
        "direct · 18.4 MB/s",
    ]
    assert [spot.deed for spot in card(item).spots] == [Deed.PAUSE, Deed.CANCEL]
    assert card(item).share == pytest.approx(486 / 742)
    assert card(item).glyph == "arrow-down"
    assert card(measure(theme, offered(author=ME), running())).glyph == "arrow-up"
    bar = card(item).bar
    assert bar is not None
    assert bar.right() < item.time_at.x()


def test_what_failed_says_why_in_as_many_lines_as_it_takes(theme: Theme) -> None:
    failed = view(state=TransferState.FAILED, reason="disk-full", done=MB)
    wide, narrow = (measure(theme, offered(), failed, width) for width in (700, 300))
    wrong = [line.text for line in card(wide).lines if line.wrong]
    assert " ".join(wrong).startswith("The disk is full.")
    assert len([line for line in card(narrow).lines if line.wrong]) > len(wrong)
    assert [spot.words for spot in card(wide).spots] == ["Resume", "Cancel"]


def test_a_long_name_is_cut_in_its_middle(theme: Theme) -> None:
    item = measure(theme, offered(LONG), running())
    shown = item.blocks[0].layout.text()
    assert "…" in shown
    assert shown.startswith("Lighthouse")
    assert shown.endswith(".zst")
    assert card(item).name == LONG


def test_a_caption_can_be_selected_behind_the_name(theme: Theme) -> None:
    row = offered("a.txt", text="Look at **this**")
    item = measure(theme, row, view())
    caption = item.blocks[1]
    assert caption.block.start == len("a.txt") + 1
    assert shown_text(row) == "a.txt\nLook at this"
    inside = caption.origin + QPointF(3, 5)
    assert over_text(item, inside)
    assert point_at(item, inside).unit >= caption.block.start
    assert shown_text(offered("a.txt")) == "a.txt"


def picture(width: int, height: int) -> QImage:
    made = QImage(width, height, QImage.Format.Format_RGB32)
    made.fill(0x884422)
    return made


@pytest.mark.parametrize("size", [(640, 480), (20, 10), (3000, 20), (10, 3000)])
def test_a_picture_stands_in_for_the_card(theme: Theme, size: tuple[int, int]) -> None:
    done = view(state=TransferState.DONE, path="/x")
    item = measure(theme, offered("a.png"), done, picture=picture(*size))
    tile, pill = card(item).tile, card(item).pill
    assert item.bubble.adjusted(0, 0, 1, 1).contains(tile)
    assert tile.width() <= 320
    assert tile.height() <= 240
    assert pill is not None
    assert pill.contains(item.time_at)
    assert hit_at(item, tile.center()) == Do(Deed.OPEN)
    assert point_at(item, tile.center()).unit == 0
    paint(theme, item)


def test_a_captioned_picture_has_its_time_below(theme: Theme) -> None:
    done = view(state=TransferState.DONE, path="/x")
    row = offered("a.png", text="The view", author=ME)
    item = measure(theme, row, done, picture=picture(640, 480))
    assert card(item).pill is None
    assert item.time_at.y() > card(item).tile.bottom()
    paint(theme, item)


names = st.sampled_from(["a.txt", LONG, "صور المنارة.png", "x\u202ey.exe", "", "n" * 255])
states = st.sampled_from(TransferState)
texts = st.sampled_from(["", "Look", "שלום", "word " * 60])


rows_of_files = st.builds(offered, names, st.sampled_from([MARA, ME]), texts)


@given(rows_of_files, states, st.integers(120, 900))
def test_everything_is_inside_and_can_be_painted(
    theme: Theme, row: MessageView, state: TransferState, width: int
) -> None:
    known = running(state=state, reason="disk-full", path="/x")
    item = measure(theme, row, known, width)
    inside = item.bubble.adjusted(-1, 0, 1, 1)
    if width >= 260:
        assert all(inside.contains(spot.box) for spot in card(item).spots)
        assert inside.contains(card(item).tile)
    assert item.bubble.left() >= 0
    paint(theme, item)


def test_a_deleted_offer_is_a_deleted_message(theme: Theme) -> None:
    item = measure(theme, replace(offered(), deleted=True), view())
    assert item.transfer is None
    assert item.blocks[0].block.text == "This message was deleted"


def test_dark_cards_paint_too(qapp: QApplication) -> None:
    assert qapp is not None
    dark = Theme(Choice.DARK)
    receivers = (receiver("Leo", TransferState.DONE),)
    for own in (MARA, ME):
        one = measure(dark, offered(author=own), running(receivers=receivers))
        assert paint(dark, one) != paint(dark, measure(dark, offered(author=own)))


def test_a_screen_reader_hears_name_state_and_caption() -> None:
    said = spoken(offered(text="Look"), CLOCK, "File north.zip, 742 MB, offered to you")
    assert said == f"{MARA}: File north.zip, 742 MB, offered to you, Look, 12:00"
    own = spoken(offered(author=ME), CLOCK, "File north.zip")
    assert own.startswith("You: File north.zip, 12:00")
    assert own.endswith("delivered")
    assert "north.zip" in spoken(offered(), CLOCK)


async def shown(show: Show) -> tuple[Shown, MessageView]:
    row = offered()
    made = show(Book([row, message(1), message(2)]))
    await made.open()
    return made, row


async def test_only_the_row_of_a_change_is_measured_again(show: Show) -> None:
    made, row = await shown(show)
    stage = made.view.stage
    made.view.set_transfers({row.event: of(row, view())})
    made.view._settle()
    before = [stage.rows.item(at) for at in range(3)]
    made.view.set_transfers({row.event: of(row, running())})
    made.view._settle()
    after = [stage.rows.item(at) for at in range(3)]
    assert [old is new for old, new in zip(before, after, strict=True)] == [False, True, True]
    assert card(after[0]).bar is not None
    stage.pictured(row.event)
    assert stage.rows.item(0) is not after[0]


async def test_a_row_that_grows_leaves_what_is_below_in_place(show: Show) -> None:
    rows = [offered(number=at) if at == 20 else message(at) for at in range(50)]
    made = show(Book(rows))
    await made.open()
    made.view.go_to(rows[30].position)
    made.view._settle()
    before = made.bubbles()
    grown = running(state=TransferState.FAILED, reason="disk-full")
    made.view.set_transfers({rows[20].event: of(rows[20], grown)})
    made.view._settle()
    after = made.bubbles()
    below = {row.event for row in rows[21:]} & before.keys() & after.keys()
    assert len(below) > 3
    assert all(after[event] == before[event] for event in below)


async def test_clicks_and_tool_tips(show: Show) -> None:
    made, row = await shown(show)
    made.view.set_transfers({row.event: of(row, view())})
    made.view._settle()
    heard: list[tuple[object, object]] = []
    made.view.transfer_deed.connect(lambda *what: heard.append(what))
    found = next(each for each in made.view._rows if each.item.transfer is not None)
    spot = card(found.item).spots[0]
    at = spot.box.center().toPoint() + QPoint(0, found.y)
    QTest.mouseClick(
        made.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at
    )
    assert heard == [(row, Deed.ACCEPT)]
    for where, words in (
        (at, "Accept"),
        (QPoint(round(card(found.item).tile.x()) + 3, found.y + 30), "north.zip"),
    ):
        help_ = QHelpEvent(QEvent.Type.ToolTip, where, made.view.viewport().mapToGlobal(where))
        QApplication.sendEvent(made.view.viewport(), help_)
        assert QToolTip.text() == words
    QToolTip.hideText()


async def test_progress_is_read_out_at_most_once_a_second(show: Show) -> None:
    made, row = await shown(show)
    now = 0.0
    made.view._steady._clock = lambda: now

    def said(transfer: TransferView) -> str:
        made.view.set_transfers({row.event: of(row, transfer)})
        made.view._settle()
        return made.view._spoken_rows()[0].text

    first = said(running())
    assert "65 percent" in first
    now = 0.4
    assert said(running(done=700 * MB)) == first
    assert "received" in said(view(state=TransferState.DONE))
    now = 1.5
    assert "94 percent" in said(running(done=700 * MB))


async def test_files_and_texts_of_one_author_stand_together(show: Show) -> None:
    made = show(Book([offered(), message(1, author=MARA)]))
    await made.open()
    first, second = (made.view.stage.rows.item(at).setting for at in range(2))
    assert (first.starts, first.ends, second.starts) == (True, False, False)
    made.view.apply(MessagesAdded(ROOM, (offered(number=3),)))
    made.view._settle()


@pytest.mark.parametrize("picture", [None, QImage(300, 200, QImage.Format.Format_RGB32)])
def test_what_any_message_has_a_file_has_too(theme: Theme, picture: QImage | None) -> None:
    plain_one = measure(theme, offered(), view(state=TransferState.DONE), picture=picture)
    answered = message(7, "Which?", ME)
    row = replace(
        offered(text="This one"),
        reply_to=answered.event,
        reply=ReplyPreview(answered.author, ME, "Which?", deleted=False),
        forwarded_from="Jonas Weber " * 20,
        reactions=tuple(Reaction(emoji, (answered.author,)) for emoji in "👍🎉😮"),
        pinned=True,
        edited=True,
    )
    item = measure(theme, row, view(state=TransferState.DONE), picture=picture)
    assert item.quote is not None
    assert item.quote.box.bottom() <= card(item).tile.top()
    assert item.bubble.contains(item.quote.box)
    assert item.forwarded.startswith("Forwarded from Jonas")
    assert item.forwarded.endswith("…")
    assert item.marks == ("pin",)
    assert item.body > plain_one.body
    assert all(item.bubble.contains(pill.box) for pill in item.pills)
    assert all(pill.box.top() > item.time_at.y() for pill in item.pills)
    assert hit_at(item, item.quote.box.center()) == Jump(answered.event)
    assert isinstance(hit_at(item, item.pills[0].box.center()), Toggle)
    paint(theme, item)
    said = spoken(row, CLOCK, "File north.zip, 742 MB")
    assert said.startswith(f"{MARA} in reply to {ME}: File north.zip, 742 MB, This one, Forwarded")
    assert "edited, pinned" in said
    assert said.endswith("👍 by 1 person, 🎉 by 1 person, 😮 by 1 person")
