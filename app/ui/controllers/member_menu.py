"""What can be done about a member of a room, and the questions before that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QDialog, QMenu

from app.domain.governing import PendingInvite, Role
from app.domain.ids import PeerId, RoomId
from app.domain.views import MemberView
from app.ui import government
from app.ui.controllers.desk import Desk
from app.ui.dialogs.forms import ConfirmSheet, Question
from app.ui.government import Deed
from app.ui.phrases import one_line

Person = MemberView | PendingInvite
Ask = Callable[[QDialog], Awaitable[bool]]
Profile = Callable[[PeerId, str], Coroutine[None, None, None]]
Diagnose = Callable[[PeerId], Awaitable[object]]

_REMOVE = (
    "{name} is told, and can read nothing that is said from now on: the room's key changes, and all"
    " links and the room code stop working. What {name} has already stays with them."
    " An invitation can bring them back."
)
_BAN = (
    "{name} is told, and can read nothing that is said from now on: the room's key changes, and all"
    " links and the room code stop working. No invitation brings {name} back before an admin"
    " readmits them."
)
_CROWN = (
    "{name} can then change everybody's role, also yours. You become an admin; only {name} can give"
    " the room back to you."
)
_QUESTIONS = {
    Deed.CROWN: ("Make {name} the owner?", _CROWN, "Make owner"),
    Deed.REMOVE: ("Remove {name}?", _REMOVE, "Remove"),
    Deed.BAN: ("Remove and ban {name}?", _BAN, "Remove and ban"),
}
_ROLES = {Deed.PROMOTE: Role.ADMIN, Deed.DEMOTE: Role.MEMBER, Deed.CROWN: Role.OWNER}


async def _nowhere(_peer: PeerId) -> None:
    """What is shown before anything can be."""


class MemberMenu(QObject):
    """Opens where it is asked for; `profile` shows a person by id and name."""

    def __init__(
        self, desk: Desk, ask: Ask, opener: Callable[[RoomId], object], profile: Profile
    ) -> None:
        super().__init__(desk.window)
        self._window, self._backend, self._tasks = desk.window, desk.backend, desk.tasks
        self._ask, self._opener, self._profile = ask, opener, profile
        self._governance = desk.backend.governance
        self.diagnose: Diagnose = _nowhere
        """Shows how somebody is reached, or why not."""
        self.menu = QMenu(desk.window)
        self.menu.setAccessibleName("Member")

    def show(self, room: RoomId, role: str, person: Person, where: QPoint) -> None:
        """Open the menu about `person`; `role` is ours in `room`."""
        offered = government.deeds(person, role, self._backend.profile.peer)
        if not offered:
            return
        self.menu.clear()
        for deed in offered:
            if deed in {Deed.PROMOTE, Deed.DEMOTE, Deed.REMOVE, Deed.UNINVITE}:
                self.menu.addSeparator()
            action = self.menu.addAction(deed.value)
            action.triggered.connect(
                lambda _on=False, what=deed: self._tasks.spawn(self.carry_out(what, room, person))
            )
        self.menu.popup(where)
        self.menu.setActiveAction(self.menu.actions()[0])

    async def carry_out(self, deed: Deed, room: RoomId, person: Person) -> None:
        """Do what was chosen, after asking where it cannot be undone. May raise AppError."""
        name = one_line(person.name)
        if deed in _QUESTIONS:
            title, line, button = (words.format(name=name) for words in _QUESTIONS[deed])
            question = Question(title, line, button)
            if not await self._ask(ConfirmSheet(self._window.theme, self._window, question)):
                return
        if deed in _ROLES:
            await self._governance.set_role(room, person.peer, _ROLES[deed])
        elif deed in {Deed.REMOVE, Deed.BAN}:
            await self._governance.remove(room, person.peer, ban=deed is Deed.BAN)
        elif deed is Deed.MESSAGE:
            self._opener(await self._backend.chats.open_direct(person.peer, person.name))
        elif deed in {Deed.REACH, Deed.CONNECTION}:
            await self.diagnose(person.peer)
        elif deed is Deed.PROFILE:
            await self._profile(person.peer, person.name)
        elif isinstance(person, PendingInvite):
            await self._governance.revoke(room, person.id)
