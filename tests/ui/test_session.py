from __future__ import annotations

import pytest
from PySide6.QtCore import QSize

from app.domain.changes import ErrorRaised
from app.domain.errors import AppError
from app.ui import wording
from app.ui.session import PLACE_KEY
from app.ui.theme import Theme
from tests.gallery import demo
from tests.ui.rig import Rig


async def test_what_goes_wrong_anywhere_is_told(rig: Rig) -> None:
    rig.backend.feed.publish(ErrorRaised("link-tampered", {}))
    await rig.settle()
    assert "do not trust" in rig.window.trouble.words.text()


@pytest.mark.expected_errors("an action failed")
async def test_our_own_bugs_are_told_and_logged(rig: Rig) -> None:
    rig.session.show_error(ZeroDivisionError())
    assert rig.window.trouble.words.text() == wording.UNEXPECTED


async def test_drafts_that_cannot_be_stored_do_not_hold_the_window(rig: Rig) -> None:
    await rig.open("Jonas Weber")
    await rig.write("half a thought")
    rig.backend.chats.failing = AppError("disk-full")
    await rig.session.close()
    assert PLACE_KEY not in rig.backend.settings


async def test_the_window_comes_back_as_it_was(theme: Theme) -> None:
    first = Rig(theme, demo.full())
    await first.start()
    first.window.resize(QSize(700, 500))
    await first.stop()
    second = Rig(theme, demo.full())
    second.backend.settings |= first.backend.settings
    await second.start()
    assert second.window.size() == QSize(700, 500)
    await second.stop()


@pytest.mark.parametrize("stored", ["", "nonsense", "\ud800", "AAAA"])
async def test_a_place_that_means_nothing_changes_nothing(rig: Rig, stored: str) -> None:
    size = rig.window.size()
    rig.window.set_place(stored)
    assert rig.window.size() == size
