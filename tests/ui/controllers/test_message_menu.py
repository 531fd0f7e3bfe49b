from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication

from app.domain.views import MessageKind
from tests.ui.rig import Rig


async def test_a_text_is_copied_from_its_menu(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    menu = rig.session.menu
    rig.session.view.messages.menu_wanted.emit(room.messages[0], QPoint(5, 5))
    assert menu.menu.isVisible()
    menu.menu.close()
    menu.copy_text.trigger()
    assert QGuiApplication.clipboard().text() == room.messages[0].text


async def test_what_is_no_text_has_no_menu(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    left = rig.backend.chats.write(room.room, "Jonas Weber", "", kind=MessageKind.LEFT)
    rig.session.view.messages.menu_wanted.emit(left, QPoint(5, 5))
    assert not rig.session.menu.menu.isVisible()
