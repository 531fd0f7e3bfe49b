"""The unlock screen, the card that offers protection, and the account's dialogs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.ui.dialogs.account import AccountSheet, AccountState
from app.ui.dialogs.archive import ArchiveSheet, Errand
from app.ui.dialogs.passphrase import PassphraseSheet, RemovalSheet
from app.ui.dialogs.profiles import DeletionSheet, ProfilesSheet
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.views.unlock import UnlockView
from tests.gallery import demo
from tests.gallery.entry import Entry, Stand, frozen_now
from tests.gallery.windows import MIDDLE, SMALL, sheet, window
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import room_of


async def _nothing(*_: object) -> None:
    pass


def _unlock(stand: Stand) -> QWidget:
    shown = MainWindow(stand.theme, frozen_now, frozen_now().tzinfo)
    page = UnlockView(stand.theme)
    shown.cover(page)
    page.field.setText("open barley")
    page.refuse("The passphrase is wrong. Type it again.")
    return shown


async def _offer(session: Session, _backend: FakeBackend) -> None:
    await session.conversation.open(room_of("Kenji Sato"))
    session._window.offer.show()
    session._window.offer.startup.show()


def _account(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    return AccountSheet(stand.theme, parent, AccountState(True, 15, used=True))


def _unprotected(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    return AccountSheet(stand.theme, parent, AccountState(False, 0, used=False))


def _passphrase(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    made = PassphraseSheet(stand.theme, parent, stand.tasks, _nothing, protected=True)
    made.new.setText("sesame")
    made.again.setText("sesame")
    return made


def _removal(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    return RemovalSheet(stand.theme, parent, stand.tasks, _nothing)


def _profiles(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    return ProfilesSheet(stand.theme, parent, ["", "Choir", "Work"], "Choir")


def _deletion(stand: Stand, backend: FakeBackend, parent: QWidget) -> QWidget:
    return DeletionSheet(stand.theme, parent, stand.tasks, backend.profile.name, _nothing)


def _export(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    errand = Errand(_nothing, Path("Documents/Mara 2025-11-21.parlor"))
    made = ArchiveSheet(stand.theme, parent, stand.tasks, errand)
    made._set_busy(True)
    made._show(400, 1000)
    return made


def _import(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    return ArchiveSheet(stand.theme, parent, stand.tasks, Errand(_nothing, protected=True))


ENTRIES = {
    "unlock": Entry(_unlock, MIDDLE),
    "unlock-small": Entry(_unlock, SMALL),
    "window-offer": Entry(window(demo.full, _offer), MIDDLE),
    "window-offer-small": Entry(window(demo.full, _offer), SMALL),
    "sheet-account": Entry(sheet(_account), QSize(440, 440)),
    "sheet-account-open": Entry(sheet(_unprotected), QSize(440, 380)),
    "sheet-passphrase": Entry(sheet(_passphrase), QSize(440, 340)),
    "sheet-removal": Entry(sheet(_removal), QSize(440, 230)),
    "sheet-profiles": Entry(sheet(_profiles), QSize(440, 300)),
    "sheet-deletion": Entry(sheet(_deletion), QSize(440, 260)),
    "sheet-export": Entry(sheet(_export), QSize(440, 400)),
    "sheet-import": Entry(sheet(_import), QSize(440, 360)),
}
