"""What comes from outside of the window: links, and the choices of this computer."""

from __future__ import annotations

import hashlib
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.crypto.room_keys import room_id
from app.protocol.invitation import ContactInvite, RoomInvite, encode
from app.ui.desktop.choices import DesktopChoices
from app.ui.dialogs.computer import ComputerSheet
from app.ui.dialogs.link import LinkSheet
from tests.gallery.entry import Entry, Stand
from tests.gallery.windows import sheet
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import peer_of

SECRET = hashlib.sha256(b"room").digest()
ROOM = encode(RoomInvite(room_id(SECRET), SECRET, 0, "https://meet.a-rather-long-name.example.org"))
PERSON = encode(ContactInvite(peer_of("Béatrice"), "Béatrice Große", "https://meet.example.org"))
ARABIC = encode(ContactInvite(peer_of("ليلى"), "ليلى حداد"))


class Choice:
    """Keeps its state to itself."""

    def __init__(self, *, on: bool) -> None:
        self._on = on

    def is_on(self) -> bool:
        return self._on

    def switch(self, on: bool) -> None:
        self._on = on


def _link(link: str, stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    async def follow(_link: str) -> None:
        pass

    return LinkSheet(stand.theme, parent, stand.tasks, link, follow)


def _computer(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    choices = DesktopChoices(Choice(on=True), Choice(on=False))
    return ComputerSheet(stand.theme, parent, stand.tasks, choices)


ENTRIES = {
    "sheet-link": Entry(sheet(partial(_link, PERSON)), QSize(440, 300)),
    "sheet-link-room": Entry(sheet(partial(_link, ROOM)), QSize(440, 270)),
    "sheet-link-arabic": Entry(sheet(partial(_link, ARABIC)), QSize(440, 270)),
    "sheet-link-broken": Entry(sheet(partial(_link, "parlor:AQIDBAUGBwg")), QSize(440, 190)),
    "sheet-computer": Entry(sheet(_computer), QSize(440, 290)),
}
