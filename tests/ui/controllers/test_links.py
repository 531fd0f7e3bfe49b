from __future__ import annotations

import pytest
from PySide6.QtCore import QUrl

from app.ui.controllers.desk import Desk
from app.ui.controllers.links import LinkOpener
from app.ui.dialogs.forms import ConfirmSheet
from app.ui.tasks import TaskOwner
from app.ui.widgets.surfaces import Label
from tests.ui.rig import Rig


async def test_a_link_is_shown_in_full_before_it_is_opened(rig: Rig) -> None:
    launched: list[QUrl] = []
    tasks = TaskOwner()
    opener = LinkOpener(Desk(rig.window, rig.backend, tasks), launched.append)
    opener.open("https://xn--e1awd7f.example/päth?q=1")
    await rig.settle()
    sheet = rig.dialog(ConfirmSheet)
    texts = [label.text() for label in sheet.findChildren(Label)]
    assert "https://xn--e1awd7f.example/p%C3%A4th?q=1" in texts
    sheet.reject()
    await rig.settle()
    assert launched == []
    opener.open("https://example.org")
    await rig.settle()
    rig.dialog(ConfirmSheet).go.click()
    await rig.settle()
    assert launched == [QUrl("https://example.org")]
    await tasks.close()


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "no link", ""])
async def test_other_schemes_are_not_even_asked_about(rig: Rig, address: str) -> None:
    rig.session.links.open(address)
    await rig.settle()
    assert rig.no_dialog()
