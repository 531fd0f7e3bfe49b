from __future__ import annotations

import hashlib
import os

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QUrl
from PySide6.QtGui import QFileOpenEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app.crypto.identity import fingerprint
from app.crypto.room_keys import room_id
from app.domain.errors import AppError
from app.domain.governing import TOKEN_SIZE
from app.protocol.invitation import ContactInvite, RoomInvite, TokenInvite, encode
from app.ui.desktop.call import Call
from app.ui.desktop.callers import Callers
from app.ui.desktop.front import bring_to_front
from app.ui.dialogs.link import LinkSheet
from app.ui.dialogs.settings import SettingsSheet
from app.ui.invitation_text import purpose_of
from app.ui.widgets.surfaces import Label
from tests.ui.fake_names import peer_of
from tests.ui.rig import Rig

SECRET = hashlib.sha256(b"room").digest()
ROOM = encode(RoomInvite(room_id(SECRET), SECRET))
CONTACT = encode(ContactInvite(peer_of("Eve"), "Eve", "https://meet.example.org"))
OTHER = encode(ContactInvite(peer_of("Ida"), "Ida"))


def words(sheet: LinkSheet) -> str:
    return "\n".join(label.text() for label in sheet.findChildren(Label))


async def opened(rig: Rig, callers: Callers, link: str) -> LinkSheet:
    """Open a link from outside while the window is there."""
    callers.receive(Call(link=link))
    rig.session.follow(callers)
    await rig.settle()
    return rig.dialog(LinkSheet)


def test_what_a_link_is_for_is_told() -> None:
    contact = purpose_of(CONTACT)
    assert "Eve" in contact.title
    told = "\n".join(contact.lines)
    assert "meet.example.org" in told
    assert fingerprint(peer_of("Eve")) in told
    token = encode(TokenInvite(room_id(SECRET), bytes(TOKEN_SIZE)))
    for link in (ROOM, token):
        assert purpose_of(link).button == "Join"
    assert "server" not in "\n".join(purpose_of(ROOM).lines)


@pytest.mark.parametrize("link", ["parlor:", "parlor:x", ROOM[:-2], "parlor:" + "A" * 4000])
def test_a_bad_link_has_a_reason(link: str) -> None:
    purpose = purpose_of(link)
    assert purpose.broken
    assert not purpose.lines


async def test_a_link_is_followed_after_a_yes_only(fresh: Rig) -> None:
    callers = Callers()
    before = set(fresh.backend.chats.book)
    sheet = await opened(fresh, callers, ROOM)
    assert set(fresh.backend.chats.book) == before
    assert fresh.focus() is sheet.away
    await fresh.click(sheet.go)
    await fresh.settle()
    assert fresh.no_dialog()
    assert fresh.room() is not None
    assert len(fresh.backend.chats.book) == len(before) + 1
    assert callers.link == ""


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Escape])
async def test_keys_that_are_under_way_follow_nothing(rig: Rig, key: Qt.Key) -> None:
    callers, before = Callers(), len(rig.backend.chats.book)
    sheet = await opened(rig, callers, CONTACT)
    focus = rig.focus()
    assert focus is not None
    QTest.keyClick(focus if key is not Qt.Key.Key_Escape else sheet, key)
    await rig.settle()
    assert rig.no_dialog()
    assert len(rig.backend.chats.book) == before
    assert callers.link == ""


async def test_keys_alone_lead_to_a_yes(rig: Rig) -> None:
    sheet = await opened(rig, Callers(), CONTACT)
    QTest.keyClick(sheet, Qt.Key.Key_Tab)
    assert rig.focus() is sheet.go
    QTest.keyClick(sheet.go, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.no_dialog()
    assert "Joined room" in rig.names()


async def test_a_bad_link_can_only_be_put_away(rig: Rig) -> None:
    callers = Callers()
    sheet = await opened(rig, callers, "parlor:garbage")
    shown = [each for each in sheet.findChildren(QPushButton) if each.isVisible()]
    assert [each.text() for each in shown] == ["Close"]
    assert sheet.problem.isVisible()
    assert "cannot be used" in words(sheet)
    await rig.click(sheet.away)
    assert rig.no_dialog()
    assert callers.link == ""


async def test_what_fails_is_told_and_can_be_tried_again(rig: Rig) -> None:
    rig.backend.chats.failing = AppError("disk-full")
    sheet = await opened(rig, Callers(), CONTACT)
    await rig.click(sheet.go)
    assert sheet.isVisible()
    assert sheet.problem.text()
    assert sheet.go.isEnabled()
    rig.backend.chats.failing = None
    await rig.click(sheet.go)
    assert rig.no_dialog()


async def test_a_link_waits_for_the_dialog_that_is_open(rig: Rig) -> None:
    await rig.act("settings")
    settings = rig.dialog(SettingsSheet)
    callers = Callers(CONTACT)
    rig.session.follow(callers)
    await rig.settle()
    assert rig.dialog(SettingsSheet) is settings
    settings.reject()
    await rig.settle()
    assert "Eve" in words(rig.dialog(LinkSheet))
    rig.dialog(LinkSheet).reject()
    await rig.settle()


async def test_of_many_links_the_last_one_follows_the_one_that_is_shown(rig: Rig) -> None:
    callers = Callers()
    first = await opened(rig, callers, CONTACT)
    for link in (ROOM, OTHER):
        assert await opened(rig, callers, link) is first
    first.reject()
    await rig.settle()
    second = rig.dialog(LinkSheet)
    assert "Ida" in words(second)
    second.reject()
    await rig.settle()
    assert rig.no_dialog()
    assert callers.link == ""


async def test_what_was_not_answered_before_a_lock_waits_on(rig: Rig) -> None:
    callers = Callers()
    await opened(rig, callers, CONTACT)
    await rig.session.close()
    await rig.settle()
    assert rig.no_dialog()
    assert callers.link == CONTACT
    rig.session.follow(callers)
    await rig.settle()
    assert rig.no_dialog()


def test_macos_hands_links_to_the_program_that_runs(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    callers = Callers()
    calls: list[Call] = []
    callers.called.connect(calls.append)
    for address in (CONTACT, "https://example.org", "file:///etc/passwd"):
        QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl(address)))
    QCoreApplication.sendEvent(qapp, QEvent(QEvent.Type.User))
    qapp.removeEventFilter(callers)
    assert calls == [Call(link=CONTACT)]
    assert callers.link == CONTACT


async def test_a_minimised_window_comes_back(rig: Rig) -> None:
    rig.window.showMinimized()
    bring_to_front(rig.window, "token")
    await rig.settle()
    assert rig.window.isVisible()
    assert not rig.window.isMinimized()
    rig.window.hide()
    bring_to_front(rig.window)
    assert rig.window.isVisible()


@pytest.mark.parametrize(("platform", "token"), [("wayland", "fresh"), ("xcb", "stale")])
async def test_qt_is_given_the_permission_where_it_asks_for_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, platform: str, token: str
) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "stale")
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: platform)
    bring_to_front(rig.window, "fresh")
    assert os.environ["XDG_ACTIVATION_TOKEN"] == token
