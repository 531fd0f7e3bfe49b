"""Names after `@`, emoji after `:`, and the picker."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.ui.controllers.completion import name_offers
from app.ui.widgets.emoji_picker import EmojiPicker
from tests.ui.rig import Rig

SURVEY = "Lighthouse Survey"


def offered(rig: Rig) -> list[str]:
    popup = rig.session.completing.popup
    return [popup._model.text(row) for row in popup._model.rows()] if popup.isVisible() else []


async def press(rig: Rig, key: Qt.Key) -> None:
    QTest.keyClick(rig.session.composer.field, key)
    await rig.settle()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
async def test_a_name_is_completed(rig: Rig, key: Qt.Key) -> None:
    await rig.open(SURVEY)
    await rig.write("Look, @")
    assert offered(rig) == ["@Jonas Weber", "@Mara Lindqvist", "@Priya Raman", "@Dev Anand"]
    await rig.write("ra")
    assert offered(rig) == ["@Priya Raman"]
    await press(rig, key)
    assert rig.session.composer.text() == "Look, @Priya Raman "
    assert offered(rig) == []
    assert rig.focus() is rig.session.composer.field


async def test_arrows_choose_and_escape_peels_only_the_list(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    rig.session.conversation.writing.reply(room.messages[0])
    await rig.write("@")
    rig.session.completing.popup.grab()
    await press(rig, Qt.Key.Key_Down)
    await press(rig, Qt.Key.Key_Down)
    await press(rig, Qt.Key.Key_Up)
    await press(rig, Qt.Key.Key_Return)
    assert rig.session.composer.text() == "@Mara Lindqvist "
    await rig.write(":sm")
    assert ":smile:" in " ".join(offered(rig))
    await press(rig, Qt.Key.Key_Escape)
    assert offered(rig) == []
    assert rig.session.composer.bar.isVisible()
    await press(rig, Qt.Key.Key_Escape)
    assert not rig.session.composer.bar.isVisible()


async def test_an_emoji_is_completed_and_a_whole_code_replaced(rig: Rig) -> None:
    await rig.open("Jonas Weber")
    await rig.write("Yes :tad")
    assert offered(rig)[0] == "🎉 :tada:"
    await press(rig, Qt.Key.Key_Return)
    await rig.write(" :rocket: at 10:30:45 http://x:80")
    assert rig.session.composer.text() == "Yes 🎉 🚀 at 10:30:45 http://x:80"
    assert offered(rig) == []


async def test_a_click_takes_an_offer(rig: Rig) -> None:
    await rig.open(SURVEY)
    await rig.write("@ma")
    shown = rig.session.completing.popup.list
    place = shown.visualRect(shown.model().index(0, 0)).center()
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=place)
    await rig.settle()
    assert rig.session.composer.text() == "@Mara Lindqvist "


async def test_moving_away_takes_the_list_away(rig: Rig) -> None:
    await rig.open(SURVEY)
    await rig.write("a @")
    assert offered(rig)
    await press(rig, Qt.Key.Key_Home)
    assert offered(rig) == []
    await rig.write("x@y")
    assert offered(rig) == []


async def test_the_picker_writes_at_the_cursor(rig: Rig) -> None:
    await rig.act("emoji")
    assert not rig.window.findChildren(EmojiPicker)
    await rig.open("Jonas Weber")
    await rig.write("ab")
    await press(rig, Qt.Key.Key_Left)
    await rig.act("emoji")
    picker = rig.dialog(EmojiPicker)
    picker.grab()
    QTest.keyClick(picker.field, Qt.Key.Key_Down)
    QTest.keyClicks(picker.field, "no such thing")
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    picker.field.setText("lighthouse")
    picker.field.setText("tada")
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.session.composer.text() == "a🎉b"


async def test_names_that_begin_so_come_first(rig: Rig) -> None:
    await rig.open(SURVEY)
    members = rig.session.conversation.members
    assert [offer.mark for offer in name_offers("a", members)] == ["@Dev Anand"]
    assert [offer.mark for offer in name_offers("d", members)] == ["@Dev Anand"]
    assert name_offers("zz", members) == []
