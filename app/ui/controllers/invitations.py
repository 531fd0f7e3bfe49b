"""Invitations that we have got: listed, shown in conversations, answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QDialog, QMenu

from app.domain.changes import Change
from app.domain.errors import AppError
from app.domain.governing import InvitationChanged, InvitationView
from app.domain.ids import EventId, RoomId
from app.domain.views import MessageKind, MessageView
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.dialogs.forms import ConfirmSheet, Question
from app.ui.messages import MessageList
from app.ui.models.rows import InvitationsRow
from app.ui.phrases import one_line
from app.ui.views.invitations import InvitationsPage

PENDING = "pending"
_BLOCK = (
    "{name} can no longer write to you, invite you or see whether you are here. The invitation"
    " goes away; {name} is told nothing."
)


class Invitations(QObject):
    """Keeps the row of the sidebar, the page and the cards in conversations true."""

    def __init__(
        self,
        desk: Desk,
        messages: MessageList,
        conversation: ConversationController,
        ask: Callable[[QDialog], Awaitable[bool]],
        opener: Callable[[RoomId], object],
    ) -> None:
        super().__init__(desk.window)
        self._window, self._backend, self._tasks = desk.window, desk.backend, desk.tasks
        self._messages, self._conversation = messages, conversation
        self._ask, self._opener = ask, opener
        self._governance = desk.backend.governance
        self._known: dict[EventId, InvitationView] = {}
        self.page = InvitationsPage(desk.window.theme, desk.window.now)
        self.menu = QMenu(messages)
        self.menu.setAccessibleName("Invitation")
        desk.window.add_page(self.page)
        self._connect()

    async def load(self) -> None:
        """Read what waits. May raise AppError."""
        self._known = {each.id: each for each in await self._governance.invitations()}
        self._show()

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop."""
        news = [change.invitation for change in changes if isinstance(change, InvitationChanged)]
        if news:
            self._known |= {each.id: each for each in news}
            self._show()

    def pending(self) -> tuple[InvitationView, ...]:
        """Those that wait, the latest first."""
        waiting = (each for each in self._known.values() if each.state == PENDING)
        return tuple(sorted(waiting, key=lambda each: (-each.time_ms, each.id)))

    def open(self) -> None:
        """Show the page beside the list."""
        self._conversation.close()
        self._window.show_page(self.page)
        self._window.panes.show_content(shown=True)
        self.page.focus_on()

    async def join(self, invitation: EventId) -> None:
        """Accept and go to the room. May raise AppError."""
        self._opener(await self._governance.accept(invitation))

    async def decline(self, invitation: EventId) -> None:
        """Forget it. May raise AppError."""
        await self._governance.reject(invitation)

    async def block(self, invitation: InvitationView) -> None:
        """Block who sent it, after asking, and forget it."""
        name = one_line(invitation.sender_name)
        question = Question(f"Block {name}?", _BLOCK.format(name=name), "Block")
        if not await self._ask(ConfirmSheet(self._window.theme, self._window, question)):
            return
        await self._backend.contacts.block(invitation.sender)
        for each in self.pending():
            if each.sender == invitation.sender:
                await self._forget(each.id)

    async def _forget(self, invitation: EventId) -> None:
        try:
            await self._governance.reject(invitation)
        except AppError as error:
            if error.code not in {"unknown-invitation", "invitation-gone"}:
                raise

    def _connect(self) -> None:
        spawn, page = self._tasks.spawn, self.page
        page.joined.connect(lambda each: spawn(self.join(each.id)))
        page.declined.connect(lambda each: spawn(self.decline(each.id)))
        page.blocked.connect(lambda each: spawn(self.block(each)))
        page.back.clicked.connect(lambda: self._window.panes.show_content(shown=False))
        self._window.sidebar.rows.chosen.connect(self._on_row)
        self._window.panes.arranged.connect(lambda: page.back.setVisible(self._window.panes.single))
        self._messages.invitation_answered.connect(self._on_answer)
        self._messages.menu_wanted.connect(self._on_menu)

    def _show(self) -> None:
        pending = self.pending()
        self._window.rooms.set_invitations(pending)
        self.page.show_invitations(pending)
        self._messages.set_invitations({each.id: each.state for each in self._known.values()})

    def _on_row(self, row: object) -> None:
        if isinstance(row, InvitationsRow):
            self.open()

    def _on_answer(self, message: MessageView, join: bool) -> None:
        self._tasks.spawn(self.join(message.event) if join else self.decline(message.event))

    def _on_menu(self, message: MessageView, where: QPoint) -> None:
        known = self._known.get(message.event)
        if message.kind is not MessageKind.INVITATION or known is None or known.state != PENDING:
            return
        self.menu.clear()
        spawn = self._tasks.spawn
        self.menu.addAction("Join").triggered.connect(lambda: spawn(self.join(known.id)))
        self.menu.addAction("Decline").triggered.connect(lambda: spawn(self.decline(known.id)))
        self.menu.addAction("Block sender…").triggered.connect(lambda: spawn(self.block(known)))
        self.menu.popup(where)
        self.menu.setActiveAction(self.menu.actions()[0])
