from __future__ import annotations

import segno
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.models.keyed import KeyedListModel
from app.ui.theme import Choice, Theme, Weight
from app.ui.views.sidebar_rows import SidebarDelegate
from app.ui.widgets.avatar import Avatar, Face
from app.ui.widgets.buttons import Card, IconButton, RoundButton, TileButton, push_button
from app.ui.widgets.fields import SearchField, text_field
from app.ui.widgets.line_button import INSET, LineButton
from app.ui.widgets.lists import RowList
from app.ui.widgets.qr import QUIET, QrCode, modules
from app.ui.widgets.surfaces import Label, Surface
from app.ui.widgets.switch import Switch
from app.ui.widgets.tabs import Tabs
from tests.gallery.entry import frozen_now

LINK = "parlor:" + "AQIDBAUG" * 14


class Numbers(KeyedListModel[int]):
    def __init__(self) -> None:
        super().__init__(lambda row: row)

    def text(self, row: int) -> str:
        return str(row)

    def selectable(self, row: int) -> bool:
        return row % 2 == 0


def test_the_qr_code_on_the_screen_is_the_one_of_the_text(theme: Theme, qtbot: QtBot) -> None:
    assert theme is not None
    code = QrCode(LINK, 240)
    qtbot.addWidget(code)
    image = code.grab().toImage()
    rows = [list(map(bool, row)) for row in segno.make_qr(LINK, error="m").matrix]
    assert modules(LINK) == rows
    step = 240 // (len(rows) + 2 * QUIET)
    start = (240 - step * len(rows)) / 2
    for down, row in enumerate(rows):
        for along, dark in enumerate(row):
            middle = QPoint(int(start + (along + 0.5) * step), int(start + (down + 0.5) * step))
            assert (QColor(image.pixel(middle)).lightness() < 128) == dark


def test_a_list_is_walked_past_what_cannot_be_chosen(theme: Theme, qtbot: QtBot) -> None:
    model = Numbers()
    rows = RowList("Numbers", model, SidebarDelegate(theme, frozen_now))
    qtbot.addWidget(rows)
    chosen: list[object] = []
    rows.chosen.connect(chosen.append)
    QTest.keyClick(rows, Qt.Key.Key_Return)
    rows.choose_first()
    assert rows.current_row() is None
    model.set_rows([1, 2, 3, 4, 5])
    rows.choose_first()
    assert rows.current_row() == 2
    rows.step(1)
    assert rows.current_row() == 4
    rows.step(1)
    assert rows.current_row() == 4
    rows.step(-1)
    QTest.keyClick(rows, Qt.Key.Key_Enter)
    QTest.keyClick(rows, Qt.Key.Key_Down)
    QTest.keyClick(rows, Qt.Key.Key_Return)
    assert chosen == [2, 4]


def test_names_are_read_aloud(theme: Theme, qtbot: QtBot) -> None:
    for widget, name in (
        (IconButton(theme, "search", "Find"), "Find"),
        (RoundButton(theme, "arrow-up", "Send"), "Send"),
        (TileButton(theme, "user-plus", "Invite"), "Invite"),
        (Card(theme, "users", "Create a room", "For many"), "Create a room"),
        (SearchField(theme, "Search"), "Search"),
        (Switch(theme, "List me"), "List me"),
        (push_button("Join", "primary"), "Join"),
        (text_field("Room name", "Book club"), "Room name"),
    ):
        qtbot.addWidget(widget)
        assert widget.accessibleName() == name


def test_painted_controls_show_focus_and_state(theme: Theme, qtbot: QtBot) -> None:
    for widget in (
        RoundButton(theme, "arrow-up", "Send"),
        TileButton(theme, "user-plus", "Invite"),
        Card(theme, "users", "Create a room", "For many", primary=True),
        Switch(theme, "List me"),
    ):
        qtbot.addWidget(widget)
        widget.show()
        widget.clearFocus()
        plain = widget.grab().toImage()
        widget.setFocus()
        if widget.hasFocus():
            assert widget.grab().toImage() != plain
        widget.clearFocus()
        widget.setDown(True)
        widget.grab()
        widget.setDown(False)
        widget.setEnabled(False)
        widget.grab()


def test_a_switch_is_flipped_anywhere_on_it(theme: Theme, qtbot: QtBot) -> None:
    switch = Switch(theme, "List me")
    qtbot.addWidget(switch)
    switch.resize(300, 32)
    off = switch.grab().toImage()
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=QPoint(290, 16))
    assert switch.isChecked()
    assert switch.grab().toImage() != off
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert not switch.isChecked()


def test_tabs_tell_of_clicks_only(theme: Theme, qtbot: QtBot) -> None:
    tabs = Tabs(theme, ("Peers", "Files"))
    qtbot.addWidget(tabs)
    chosen: list[int] = []
    tabs.chosen.connect(chosen.append)
    tabs.choose(1)
    assert chosen == []
    tabs._group.button(0).click()
    assert chosen == [0]


def test_a_long_label_is_cut_and_says_the_rest_in_its_tip(theme: Theme, qtbot: QtBot) -> None:
    label = Label(theme, 14, Weight.REGULAR, elide=True)
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.setText("A very long name indeed")
    label.grab()
    assert label.toolTip() == "A very long name indeed"
    assert label.minimumSizeHint().width() == 0
    label.resize(400, 20)
    label.grab()
    assert label.toolTip() == ""
    markup = Label(theme, 14, text="<b>no markup</b>")
    qtbot.addWidget(markup)
    assert markup.textFormat() == Qt.TextFormat.PlainText
    markup.set_tone("danger")
    assert markup.palette().windowText().color() == theme.palette.danger


def test_surfaces_follow_the_theme(theme: Theme, qtbot: QtBot) -> None:
    surface = Surface(theme, "panel", edges=("left", "right", "top", "bottom"))
    qtbot.addWidget(surface)
    surface.resize(40, 40)
    image = surface.grab().toImage()
    assert image.pixelColor(20, 20) == theme.palette.panel
    assert image.pixelColor(0, 20) == image.pixelColor(20, 39) == theme.palette.line
    theme.set_choice(Choice.DARK)
    assert surface.grab().toImage().pixelColor(20, 20) == theme.palette.panel
    surface.set_token("canvas")
    assert surface.grab().toImage().pixelColor(20, 20) == theme.palette.canvas


def test_an_avatar_repaints_only_for_another_face(theme: Theme, qtbot: QtBot) -> None:
    avatar = Avatar(theme, 40)
    qtbot.addWidget(avatar)
    blank = avatar.grab().toImage()
    avatar.set_face(Face(b"k", "Ana Costa"))
    plain = avatar.grab().toImage()
    assert plain != blank
    avatar.set_face(Face(b"k", "Ana Costa"))
    avatar.set_face(Face(b"k", "Ana Costa", online=True))
    assert avatar.grab().toImage() != plain


def test_the_ring_of_a_line_that_leads_somewhere_leaves_room(qtbot: QtBot) -> None:
    line = LineButton(Theme(Choice.LIGHT), "Show the network")
    qtbot.addWidget(line)
    line.say("MMMM")
    line.resize(line.sizeHint())
    plain = line.grab().toImage()
    empty = plain.pixel(0, 0)
    columns = [x for x in range(plain.width()) if _is_plain(plain, x, empty)]
    assert set(range(INSET)) <= set(columns)
    assert set(range(plain.width() - INSET, plain.width())) <= set(columns)


def _is_plain(image: QImage, x: int, empty: int) -> bool:
    return all(image.pixel(x, y) == empty for y in range(image.height()))
