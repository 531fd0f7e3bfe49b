"""The account's dialogs over an in-memory profile."""

from __future__ import annotations

from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.domain.errors import AppError
from app.ui.controllers.account import (
    IDLE_KEY,
    MAX_MINUTES,
    OFFERED_KEY,
    AccountFlows,
    suggested_file,
)
from app.ui.controllers.idle_lock import MINUTE_MS, IdleLock
from app.ui.dialogs.account import AccountSheet
from app.ui.dialogs.archive import ArchiveSheet
from app.ui.dialogs.forms import FieldSheet
from app.ui.dialogs.passphrase import PassphraseSheet, RemovalSheet, advice
from app.ui.dialogs.profiles import DeletionSheet, ProfilesSheet
from app.ui.dialogs.settings import SettingsSheet
from tests.ui.rig import NO_KEYS, Rig

FILE = "/tmp/ana.parlor"  # noqa: S108 - nothing is written there


def flows(rig: Rig) -> AccountFlows:
    assert rig.session.account is not None
    return rig.session.account


async def account_sheet(rig: Rig) -> AccountSheet:
    """Go there as a person does."""
    await rig.act("settings")
    await rig.click(rig.dialog(SettingsSheet).account)
    return rig.dialog(AccountSheet)


async def test_a_passphrase_is_set_and_changed_and_removed(rig: Rig) -> None:
    sheet = await account_sheet(rig)
    assert not sheet.remove.isVisible()
    assert not sheet.lock.isVisible()
    await rig.click(sheet.change)
    setting = rig.dialog(PassphraseSheet)
    assert not setting.old.isVisible()
    setting.new.setText("four random words")
    assert not setting.go.isEnabled()
    setting.again.setText("four random words")
    await rig.click(setting.go)
    assert rig.account.passphrase == "four random words"

    sheet = await account_sheet(rig)
    await rig.click(sheet.change)
    setting = rig.dialog(PassphraseSheet)
    for field, text in ((setting.old, "wrong"), (setting.new, "short"), (setting.again, "short")):
        field.setText(text)
    assert "guessed" in setting.problem.text()
    await rig.click(setting.go)
    assert "wrong" in setting.problem.text()
    setting.old.setText("four random words")
    await rig.click(setting.go)
    assert rig.account.passphrase == "short"

    sheet = await account_sheet(rig)
    await rig.click(sheet.remove)
    removing = rig.dialog(RemovalSheet)
    removing.old.setText("long")
    QTest.keyClick(removing.old, Qt.Key.Key_Return)
    await rig.settle()
    assert "wrong" in removing.problem.text()
    removing.old.setText("short")
    await rig.click(removing.go)
    assert not await rig.account.is_protected()
    assert rig.no_dialog()


@pytest.mark.parametrize(
    ("first", "second", "says", "usable"),
    [
        ("", "", "", False),
        ("long enough words", "", "", False),
        ("long enough words", "long", "same", False),
        ("short", "short", "guessed", True),
        ("long enough words", "long enough words", "", True),
    ],
)
def test_advice_on_passphrases(first: str, second: str, says: str, usable: bool) -> None:
    words, can = advice(first, second)
    assert says in words
    assert bool(words) == bool(says)
    assert can is usable


async def test_a_protected_profile_is_locked_by_its_key(rig: Rig) -> None:
    rig.account.passphrase = "open sesame"
    await rig.act("lock")
    assert rig.begun == [True]
    sheet = await account_sheet(rig)
    await rig.click(sheet.lock)
    assert rig.begun == [True, True]


async def test_locking_without_a_passphrase_asks_for_one(rig: Rig) -> None:
    await rig.act("lock")
    rig.dialog(PassphraseSheet).reject()
    await rig.settle()
    assert rig.begun == []
    await rig.act("lock")
    setting = rig.dialog(PassphraseSheet)
    setting.new.setText("open sesame, now")
    setting.again.setText("open sesame, now")
    await rig.click(setting.go)
    assert rig.begun == [True]


async def test_idleness_locks(rig: Rig) -> None:
    rig.account.passphrase = "open sesame"
    sheet = await account_sheet(rig)
    await rig.click(sheet.idle.buttons()[1])
    assert rig.backend.settings[IDLE_KEY] == "5"
    timer = flows(rig).idle.timer
    assert timer.isActive()
    assert timer.interval() == 5 * MINUTE_MS
    timer.timeout.emit()
    await rig.settle()
    assert rig.begun == [True]
    rig.account.passphrase = None
    timer.timeout.emit()
    await rig.settle()
    assert rig.begun == [True]
    await rig.click(sheet.idle.buttons()[0])
    assert not timer.isActive()


@pytest.mark.parametrize(
    ("stored", "minutes"), [("7", 7), ("x", 0), ("-1", 0), ("²", 0), ("99999", MAX_MINUTES)]
)
async def test_a_strange_setting_does_no_harm(rig: Rig, stored: str, minutes: int) -> None:
    rig.backend.settings[IDLE_KEY] = stored
    assert await flows(rig)._idle_minutes() == minutes


def test_input_starts_the_wait_again(qapp: QApplication) -> None:
    idle = IdleLock(qapp, lambda: None)
    idle.set_minutes(1)
    idle.timer.start(1000)
    QTest.keyClick(QFileDialog(), Qt.Key.Key_A, NO_KEYS)
    assert idle.timer.isActive()
    idle.stop()
    idle.stop()
    assert not idle.timer.isActive()
    idle.set_minutes(0)
    assert not idle.timer.isActive()
    idle.deleteLater()


async def test_a_backup_is_written_with_a_bar_that_moves(rig: Rig) -> None:
    rig.account.go_on.clear()
    await rig.click((await account_sheet(rig)).back_up)
    sheet = rig.dialog(ArchiveSheet)
    assert sheet.path.text().endswith(".parlor")
    sheet.path.setText(FILE)
    sheet.passphrase.setText("a long walk home")
    assert not sheet.go.isEnabled()
    sheet.again.setText("a long walk home")
    await rig.click(sheet.go)
    assert sheet.bar.isVisible()
    assert sheet.bar.value() == 250
    assert not sheet.go.isEnabled()
    rig.account.go_on.set()
    await rig.settle()
    assert rig.account.story == [f"exported to {FILE} by a long walk home"]
    assert rig.no_dialog()


async def test_a_backup_that_fails_says_why_and_stays(rig: Rig) -> None:
    rig.account.failing = AppError("file-exists", {"path": FILE})
    await rig.click((await account_sheet(rig)).back_up)
    sheet = rig.dialog(ArchiveSheet)
    sheet.passphrase.setText("a long walk home")
    sheet.again.setText("a long walk home")
    await rig.click(sheet.go)
    assert "already" in sheet.problem.text()
    assert sheet.go.isEnabled()
    assert not sheet.bar.isVisible()


async def test_a_backup_can_be_cancelled(rig: Rig) -> None:
    rig.account.go_on.clear()
    await rig.click((await account_sheet(rig)).back_up)
    sheet = rig.dialog(ArchiveSheet)
    sheet.passphrase.setText("a long walk home")
    sheet.again.setText("a long walk home")
    await rig.click(sheet.go)
    sheet.reject()
    rig.account.go_on.set()
    await rig.settle()
    assert rig.account.story == []


async def test_a_profile_in_use_is_not_restored_into(rig: Rig) -> None:
    assert not (await account_sheet(rig)).restore.isEnabled()


async def test_a_backup_is_restored_and_a_new_session_begins(fresh: Rig) -> None:
    fresh.backend.chats.book.clear()
    fresh.account.passphrase = "mine"
    await fresh.click((await account_sheet(fresh)).restore)
    sheet = fresh.dialog(ArchiveSheet)
    sheet.path.setText(FILE)
    sheet.passphrase.setText("words")
    assert not sheet.go.isEnabled()
    sheet.own.setText("mine")
    await fresh.click(sheet.go)
    assert fresh.account.story == [f"imported from {FILE} by words, mine"]
    assert fresh.begun == [False]


async def test_a_file_is_chosen_without_a_nested_loop(rig: Rig) -> None:
    await rig.click((await account_sheet(rig)).back_up)
    sheet = rig.dialog(ArchiveSheet)
    await rig.click(sheet.browse)
    (chooser,) = sheet.findChildren(QFileDialog)
    chooser.fileSelected.emit("/elsewhere/x.parlor")
    assert sheet.path.text() == "/elsewhere/x.parlor"
    chooser.reject()
    await rig.settle()
    sheet.theme.changed.emit()


async def test_protection_is_offered_once_after_something_was_written(rig: Rig) -> None:
    offer = rig.window.offer
    await rig.open("Kenji Sato")
    assert not offer.isVisible()
    await rig.write("hello", send=True)
    assert offer.isVisible()
    await rig.click(offer.dismiss)
    assert not offer.isVisible()
    assert rig.backend.settings[OFFERED_KEY] == "yes"
    await rig.write("again", send=True)
    assert not offer.isVisible()
    await flows(rig).start()
    await rig.write("and again", send=True)
    assert not offer.isVisible()


async def test_the_card_leads_to_the_dialogs(rig: Rig) -> None:
    offer = rig.window.offer
    for button, kind in ((offer.passphrase, PassphraseSheet), (offer.backup, ArchiveSheet)):
        offer.show()
        await rig.click(button)
        rig.dialog(kind).reject()
        await rig.settle()
        assert not offer.isVisible()


def test_where_a_backup_would_go() -> None:
    day = datetime(2026, 11, 21)  # noqa: DTZ001 - only the date is looked at
    assert suggested_file("Ana / Bo", day).name == "Ana _ Bo 2026-11-21.parlor"
    assert suggested_file("", day).name == "Parlor 2026-11-21.parlor"


async def profiles_sheet(rig: Rig) -> ProfilesSheet:
    await rig.click((await account_sheet(rig)).profiles)
    return rig.dialog(ProfilesSheet)


async def test_one_switches_to_another_profile(rig: Rig) -> None:
    sheet = await profiles_sheet(rig)
    assert list(sheet.switches) == ["Work"]
    assert sheet.switches["Work"].accessibleName() == "Switch to Work"
    await rig.click(sheet.switches["Work"])
    assert rig.account.name == "Work"
    assert rig.begun == [False]


async def test_a_new_profile_needs_a_name_of_its_own(rig: Rig) -> None:
    await rig.click((await profiles_sheet(rig)).create_new)
    sheet = rig.dialog(FieldSheet)
    sheet.field.setText("Work")
    await rig.click(sheet.go)
    assert "already" in sheet.problem.text()
    sheet.field.setText("Choir")
    await rig.click(sheet.go)
    assert rig.account.name == "Choir"
    assert rig.begun == [False]


async def test_a_profile_is_deleted_after_its_name_was_typed(rig: Rig) -> None:
    await rig.click((await profiles_sheet(rig)).delete)
    sheet = rig.dialog(DeletionSheet)
    name = rig.backend.profile.name
    sheet.field.setText(name[:-1])
    assert not sheet.go.isEnabled()
    sheet.field.setText(name)
    await rig.click(sheet.go)
    assert rig.account.story == ["deleted "]
    assert rig.begun == [False]


async def test_changing_one_s_mind_about_profiles(rig: Rig) -> None:
    profiles = flows(rig).profiles
    for flow in (profiles.delete, profiles.create):
        rig.session._tasks.spawn(flow())
        await rig.settle()
        rig.session.flows.close_open()
        await rig.settle()
    assert rig.begun == []
