from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from app.ui.dialogs.person import PersonSheet
from tests.ui.rig import Rig
from tests.ui.test_accessible import spoken, walk

KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


@pytest.mark.parametrize("key", KEYS)
async def test_keys_lead_from_the_header_to_the_person(rig: Rig, key: Qt.Key) -> None:
    await rig.open("Jonas Weber")
    identity = rig.session.view.header.identity
    identity.setFocus()
    QTest.keyClick(identity, key)
    await rig.settle()
    assert rig.dialog(PersonSheet).windowTitle()


@pytest.mark.parametrize("key", KEYS)
async def test_keys_open_and_close_the_details_of_a_group(rig: Rig, key: Qt.Key) -> None:
    rig.window.resize(1280, 800)
    await rig.open("Lighthouse Survey")
    identity = rig.session.view.header.identity
    before = rig.window.panes.drawer_shown
    QTest.keyClick(identity, key)
    await rig.settle()
    assert rig.window.panes.drawer_shown is not before
    QTest.keyClick(identity, key)
    await rig.settle()
    assert rig.window.panes.drawer_shown is before


async def test_other_keys_do_nothing_and_a_click_anywhere_on_it_counts(rig: Rig) -> None:
    await rig.open("Jonas Weber")
    identity = rig.session.view.header.identity
    QTest.keyClick(identity, Qt.Key.Key_A)
    await rig.settle()
    assert rig.no_dialog()
    await rig.click(identity.avatar)
    assert rig.dialog(PersonSheet).isVisible()


async def test_the_header_is_a_button_with_a_name_in_the_order_of_tab(rig: Rig) -> None:
    await rig.open("Lighthouse Survey")
    header = rig.session.view.header
    assert spoken(header.identity) == "About Lighthouse Survey"
    said = QAccessible.queryAccessibleInterface(header.identity)
    assert said is not None
    assert said.role() is QAccessible.Role.Button
    assert said.text(QAccessible.Text.Description) == header.identity.line.text()
    rig.window.sidebar.rows.setFocus()
    order = walk(rig.window)
    assert order.index(header.identity) + 1 == order.index(header.find_button)


async def test_the_keys_are_seen_on_it(rig: Rig) -> None:
    await rig.open("Lighthouse Survey")
    identity = rig.session.view.header.identity
    plain = identity.grab().toImage()
    rig.window.activateWindow()
    identity.setFocus()
    assert identity.grab().toImage() != plain
