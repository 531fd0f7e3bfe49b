from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.changes import ServerState
from app.domain.errors import AppError
from app.domain.views import PersonView
from app.ui.models.rows import HitRow
from tests.gallery.demo import SERVER
from tests.ui.fake_names import ME, peer_of, room_of
from tests.ui.rig import Rig


async def test_people_near_by_are_listed_by_themselves(fresh: Rig) -> None:
    assert fresh.names() == ["Notes to self", "On this network", "Ana Costa"]
    fresh.backend.network.people.append(PersonView(peer_of("Bo"), "Bo", online=True))
    fresh.backend.network.people.append(PersonView(peer_of(ME), ME, online=True))
    fresh.session.sidebar.look_around()
    await fresh.settle()
    assert fresh.names()[2:] == ["Ana Costa", "Bo"]


async def test_one_click_on_a_person_and_one_types(fresh: Rig) -> None:
    await fresh.click_row("Ana Costa")
    assert fresh.names() == ["Ana Costa", "Notes to self"]
    assert fresh.focus() is fresh.session.composer.field
    await fresh.write("hello", send=True)
    room = next(room for room in fresh.backend.chats.book.values() if room.name == "Ana Costa")
    assert room.messages[-1].text == "hello"
    assert fresh.window.sidebar.rows.currentIndex().data() == "Ana Costa"


async def test_without_a_server_nobody_is_near(fresh: Rig) -> None:
    fresh.backend.network.set_server(SERVER, ServerState.OFFLINE)
    fresh.session.sidebar.look_around()
    await fresh.settle()
    assert fresh.names() == ["Notes to self"]


async def test_a_directory_that_fails_is_no_trouble(
    fresh: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_query: str) -> Sequence[PersonView]:
        raise AppError("signaling-lost")

    monkeypatch.setattr(fresh.backend.network, "directory", fail)
    fresh.session.sidebar.look_around()
    await fresh.settle()
    assert fresh.names() == ["Notes to self"]
    assert not fresh.window.trouble.isVisible()


async def test_nobody_is_asked_for_while_the_list_is_hidden(
    fresh: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh.backend.network, "people", [])
    fresh.window.hide()
    fresh.session.sidebar.look_around()
    await fresh.settle()
    assert "Ana Costa" in fresh.names()


async def test_searching_finds_rooms_people_and_messages(rig: Rig) -> None:
    search = rig.window.sidebar.search
    QTest.keyClicks(search, "ana")
    assert rig.names() == ["On this network", "Ana Costa"]
    search.setText("tide")
    rig.session.sidebar._search()
    await rig.settle()
    assert rig.names() == ["Messages", "Jonas Weber"]
    assert isinstance(rig.window.rooms.rows()[1], HitRow)
    await rig.click_row("Jonas Weber")
    assert rig.room() == room_of("Jonas Weber")
    search.clear()
    assert len(rig.names()) > 10


async def test_keys_lead_from_the_search_into_the_list(rig: Rig) -> None:
    sidebar = rig.window.sidebar
    sidebar.search.setFocus()
    QTest.keyClicks(sidebar.search, "an")
    QTest.keyClick(sidebar.search, Qt.Key.Key_Down)
    assert rig.focus() is sidebar.rows
    assert sidebar.rows.currentIndex().data() == rig.names()[0]
    QTest.keyClick(sidebar.rows, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.session.view.header.identity.title.text() == rig.names()[0]
    sidebar.search.setFocus()
    QTest.keyClick(sidebar.search, Qt.Key.Key_Escape)
    assert sidebar.search.text() == ""
    QTest.keyClick(sidebar.search, Qt.Key.Key_Escape)
    assert rig.focus() is rig.session.composer.field


async def test_enter_in_the_search_opens_the_first_answer(rig: Rig) -> None:
    search = rig.window.sidebar.search
    search.setText("kenji")
    QTest.keyClick(search, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.room() == room_of("Kenji Sato")
    search.setText("nobody is called that")
    QTest.keyClick(search, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.room() == room_of("Kenji Sato")


async def test_headings_cannot_be_chosen(rig: Rig) -> None:
    await rig.click_row("On this network") if "On this network" in rig.names() else None
    rig.session.sidebar.choose(rig.window.rooms.rows()[-2])
    await rig.settle()
    assert rig.room() is None


async def test_a_search_that_fails_says_why(rig: Rig) -> None:
    rig.backend.chats.failing = AppError("unknown-room")
    rig.window.sidebar.search.setText("x")
    rig.session.sidebar._search()
    await rig.settle()
    assert rig.window.trouble.isVisible()
