"""The account's dialogs, its lock, and the card that offers protection once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QDialog

from app.domain.changes import Change, MessagesAdded
from app.services.api import Account, Progress
from app.ui.controllers.desk import Desk
from app.ui.controllers.idle_lock import IdleLock
from app.ui.controllers.profiles import ProfileFlows
from app.ui.dialogs.account import AccountSheet, AccountState
from app.ui.dialogs.archive import ArchiveSheet, Errand
from app.ui.dialogs.passphrase import PassphraseSheet, RemovalSheet

IDLE_KEY, OFFERED_KEY = "lock.after_minutes", "account.offered"
MAX_MINUTES = 24 * 60

Ask = Callable[[QDialog], Awaitable[bool]]
Flow = Callable[[], Awaitable[object]]


class AccountFlows(QObject):
    """Each public coroutine is one dialog from opening to its effect.

    `begin_anew` is called when the session is over, with True if the profile is to be locked.
    """

    def __init__(
        self, desk: Desk, account: Account, ask: Ask, begin_anew: Callable[[bool], object]
    ) -> None:
        super().__init__(desk.window)
        self._window, self._backend, self._tasks = desk.window, desk.backend, desk.tasks
        self._account, self._ask, self._begin_anew = account, ask, begin_anew
        self._theme = desk.window.theme
        self.profiles = ProfileFlows(desk, account, ask, lambda: begin_anew(False))
        self._offers = False
        self.idle = IdleLock(self, lambda: self._tasks.spawn(self._lock_if_protected()))
        offer = desk.window.offer
        offer.passphrase_asked.connect(lambda: self._tasks.spawn(self.set_passphrase()))
        offer.backup_asked.connect(lambda: self._tasks.spawn(self.back_up()))
        offer.answered.connect(lambda: self._tasks.spawn(self._note_offered()))

    async def start(self) -> None:
        """Begin to watch for idleness, and for the first conversation."""
        self.idle.set_minutes(await self._idle_minutes())
        offered = await self._backend.setting(OFFERED_KEY, "no") == "yes"
        self._offers = not offered and not await self._account.is_protected()

    def stop(self) -> None:
        self.idle.stop()

    def apply(self, changes: Sequence[Change]) -> None:
        """Offer protection once something was written that could be lost."""
        if self._offers and any(_is_written(change) for change in changes):
            self._offers = False
            self._window.offer.show()

    async def lock(self) -> None:
        """Lock; without a passphrase, ask for one first."""
        if await self._account.is_protected() or await self.set_passphrase():
            self._begin_anew(True)

    async def show(self) -> None:
        """Show the account; each wish leads to a dialog of its own."""
        state = AccountState(
            await self._account.is_protected(),
            await self._idle_minutes(),
            bool(await self._backend.chats.rooms()),
        )
        sheet = AccountSheet(self._theme, self._window, state)
        then: list[Flow] = []

        def leave_for(flow: Flow) -> Callable[[], None]:
            def leave() -> None:
                then.append(flow)
                sheet.accept()

            return leave

        sheet.passphrase_asked.connect(leave_for(self.set_passphrase))
        sheet.removal_asked.connect(leave_for(self.remove_passphrase))
        sheet.lock_asked.connect(leave_for(self.lock))
        sheet.export_asked.connect(leave_for(self.back_up))
        sheet.import_asked.connect(leave_for(self.restore))
        sheet.profiles_asked.connect(leave_for(self.profiles.show))
        sheet.idle_chosen.connect(self._choose_idle)
        await self._ask(sheet)
        for flow in then:
            await flow()

    async def set_passphrase(self) -> bool:
        """Ask for a passphrase; whether there is a new one."""
        protected = await self._account.is_protected()
        deed = self._account.set_passphrase
        return await self._ask(
            PassphraseSheet(self._theme, self._window, self._tasks, deed, protected=protected)
        )

    async def remove_passphrase(self) -> None:
        """Ask for the passphrase and take it away."""
        deed = self._account.set_passphrase
        await self._ask(RemovalSheet(self._theme, self._window, self._tasks, deed))

    async def back_up(self) -> None:
        """Ask for a file and a passphrase and write the backup."""
        where = suggested_file(self._backend.profile.name, self._window.now())
        errand = Errand(self._account.export_to, where)
        await self._ask(ArchiveSheet(self._theme, self._window, self._tasks, errand))

    async def restore(self) -> None:
        """Ask for a file and its passphrase; go on as the person in it."""

        async def restore(path: Path, passphrase: str, on_progress: Progress) -> None:
            own = sheet.own.text() or None
            await self._account.import_from(path, passphrase, on_progress, own)

        errand = Errand(restore, protected=await self._account.is_protected())
        sheet = ArchiveSheet(self._theme, self._window, self._tasks, errand)
        if await self._ask(sheet):
            self._begin_anew(False)

    async def _lock_if_protected(self) -> None:
        if await self._account.is_protected():
            self._begin_anew(True)

    async def _idle_minutes(self) -> int:
        stored = await self._backend.setting(IDLE_KEY, "0")
        return min(int(stored), MAX_MINUTES) if stored.isascii() and stored.isdigit() else 0

    def _choose_idle(self, minutes: int) -> None:
        self.idle.set_minutes(minutes)
        self._tasks.spawn(self._backend.set_setting(IDLE_KEY, str(minutes)))

    async def _note_offered(self) -> None:
        await self._backend.set_setting(OFFERED_KEY, "yes")


def suggested_file(name: str, now: datetime) -> Path:
    """Where a backup of today would go."""
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    folder = Path(QStandardPaths.writableLocation(documents) or str(Path.home()))
    plain = "".join(letter if letter.isalnum() or letter in " -" else "_" for letter in name)
    return folder / f"{plain.strip() or 'Parlor'} {now:%Y-%m-%d}.parlor"


def _is_written(change: Change) -> bool:
    return isinstance(change, MessagesAdded) and any(
        view.own and view.is_live for view in change.messages
    )
