"""Everything about files has a name, can be reached by Tab, and can be read."""

from __future__ import annotations

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QDialog

from app.domain.files import TransferState
from app.ui.files.deeds import Deed
from app.ui.files.settings_sheet import FileSettingsSheet
from app.ui.theme import DARK, LIGHT
from tests.ui.fake_names import peer_of, room_of
from tests.ui.files.views import JONAS, MARA, SURVEY
from tests.ui.rig import Rig
from tests.ui.test_accessible import nameless, nameless_but_panes, walk
from tests.ui.theme.test_tokens import contrast


async def test_the_page_of_transfers_has_names_and_is_reached_by_tab(rig: Rig) -> None:
    view = rig.backend.transfers.receive(room_of(SURVEY), MARA, "a.zip", 5_000_000)
    rig.backend.transfers.move(view.transfer, state=TransferState.RUNNING, rate=1e6)
    await rig.settle()
    await rig.act("transfers")
    assert nameless_but_panes(rig.window) == []
    page = rig.session.files.lists.page
    found = walk(rig.window)
    assert page.list in found
    assert page.settings in found
    assert rig.window.sidebar.total in found
    row = QAccessible.queryAccessibleInterface(page.list)
    assert row is not None
    assert row.text(QAccessible.Text.Name) == "Transfers"


async def test_the_drawer_and_the_composer_have_names(rig: Rig) -> None:
    rig.window.resize(1280, 800)
    await rig.open(SURVEY)
    rig.window.drawer.show_page(1)
    await rig.settle()
    assert nameless_but_panes(rig.window) == []
    found = walk(rig.window)
    assert rig.session.composer.attach in found
    assert rig.window.drawer.files.all in found


async def test_the_sheets_have_names(rig: Rig) -> None:
    rig.backend.contacts.add(peer_of(JONAS), JONAS, "friend")
    rig.session._tasks.spawn(rig.session.files.settings())
    await rig.settle()
    sheet = rig.dialog(FileSettingsSheet)
    assert nameless(sheet) == []
    sheet.reject()
    await rig.settle()
    await rig.open(SURVEY)
    view = rig.backend.transfers.receive(room_of(SURVEY), MARA, "a.zip", 5_000_000)
    rig.backend.transfers.move(view.transfer, state=TransferState.RUNNING, done=5)
    await rig.settle()
    rig.session.files.deeds.do(view.transfer, Deed.CANCEL)
    await rig.settle()
    question = rig.dialog(QDialog)
    assert nameless(question) == []
    question.reject()
    await rig.settle()


def test_cards_can_be_read_in_both_schemes() -> None:
    for palette in (LIGHT, DARK):
        for ink, ground in (
            (palette.text2, palette.bubble_in),
            (palette.meta_out, palette.bubble_out),
            (palette.danger, palette.bubble_in),
            (palette.text_out, palette.bubble_out),
            (palette.text_out, palette.inset_out),
            (palette.text, palette.inset_in),
            (palette.on_accent, palette.accent),
            (palette.accent_text, palette.accent_soft),
        ):
            assert contrast(ink, ground) >= 4.5
