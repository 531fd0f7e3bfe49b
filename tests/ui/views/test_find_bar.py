from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.domain.views import RoomKind, SearchHit
from app.ui.theme import Theme
from app.ui.views.find_bar import FindBar
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import room_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def time_of(theme: Theme, qtbot: QtBot, author: str) -> QImage:
    """Return the right end of a hit by this author, where the time stands."""
    chats = FakeBackend("Me").chats
    chats.add_room("R", RoomKind.GROUP, [])
    message = replace(chats.write(room_of("R"), "Ana", "hello"), author_name=author)
    bar = FindBar(theme, lambda: NOW)
    qtbot.addWidget(bar)
    bar.resize(320, 200)
    bar.show()
    bar.show_hits([SearchHit(message, "hello")], 10)
    shown = bar.list.viewport()
    return shown.grab(QRect(shown.width() - 60, 0, 60, 20)).toImage()


def test_a_long_name_leaves_the_time_alone(theme: Theme, qtbot: QtBot) -> None:
    assert time_of(theme, qtbot, "Ana") == time_of(theme, qtbot, "Bartholomew " * 8)
