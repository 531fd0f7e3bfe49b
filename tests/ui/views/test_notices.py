from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from app.domain.views import MessageKind, RoomKind
from app.ui.theme import Theme
from app.ui.views.failure import FailureView
from app.ui.views.notices import Banner, Notice
from app.ui.views.sidebar_rows import tick_of
from app.ui.wording import SENTENCES
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import room_of


def test_a_notice_is_there_only_while_it_says_something(theme: Theme, qtbot: QtBot) -> None:
    notice = Notice(theme, "field", "wifi-off")
    qtbot.addWidget(notice)
    assert notice.isHidden()
    notice.say("Reconnecting in 4 s", "Try now")
    assert not notice.isHidden()
    assert notice.button.accessibleName() == "Try now"
    spy = QSignalSpy(notice.pressed)
    notice.button.click()
    assert spy.count() == 1
    notice.say("Connected")
    assert notice.button.isHidden()
    notice.say("")
    assert notice.isHidden()


def test_a_banner_can_be_dismissed_if_it_may(theme: Theme, qtbot: QtBot) -> None:
    banner = Banner(theme, "warn_bg", "warn", "cloud-off")
    qtbot.addWidget(banner)
    banner.say("Dev is offline.", "2 messages wait.")
    assert banner.accessibleName() == "Dev is offline. 2 messages wait."
    assert banner.close_button.isHidden()
    banner.say("", "Oh no", closable=True)
    assert banner.lead.isHidden()
    banner.close_button.click()
    assert banner.isHidden()


@pytest.mark.parametrize("width", [340, 500, 1200])
def test_a_failure_says_why_and_lets_one_out(theme: Theme, qtbot: QtBot, width: int) -> None:
    view = FailureView(theme, SENTENCES["database-newer"])
    qtbot.addWidget(view)
    view.resize(width, 400)
    assert not view.grab().isNull()
    words = view.words
    assert words.text() == SENTENCES["database-newer"]
    assert words.height() >= words.heightForWidth(words.width())
    assert words.width() >= min(420, width - 60)
    assert abs(words.geometry().center().x() - view.rect().center().x()) <= 1


def test_only_our_messages_have_ticks() -> None:
    chats = FakeBackend("Me").chats
    chats.add_room("R", RoomKind.GROUP, [])
    assert tick_of(None) == ""
    assert tick_of(chats.write(room_of("R"), "Ana", "x")) == ""
    message = chats.write(room_of("R"), "Me", "x")
    assert tick_of(message) == "check-check"
    assert tick_of(replace(message, kind=MessageKind.JOINED)) == ""
