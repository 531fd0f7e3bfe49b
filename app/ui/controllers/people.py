"""People: their profiles, verifying, blocking and reporting them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from app.crypto.identity import fingerprint
from app.domain.contacts import ContactView
from app.domain.ids import PeerId, RoomId
from app.domain.views import MessageKind, MessageView, RoomKind
from app.ui.controllers.desk import Desk
from app.ui.dialogs.forms import ConfirmSheet, Question
from app.ui.dialogs.person import PersonDeed, PersonFacts, PersonSheet
from app.ui.dialogs.report import ReportSheet
from app.ui.dialogs.safety import ReadCode, SafetySheet, Verdict
from app.ui.people_phrases import called, report_text

LOOKED_AT, REPORTED = 200, 5
_BLOCK = (
    "{name} can no longer write to you, invite you or see whether you are here. In rooms that you"
    " share you still see each other. What {name} writes to you meanwhile is never shown, even if"
    " you unblock them. {name} is told nothing."
)
_WITHDRAW = (
    "What you wrote to {name} is deleted here. If it has reached them already, they keep it, but"
    " this conversation does not open when they answer: they ask you then."
)
_WARNING = (
    "Somebody may be between you, or {name} may have a new device. Write nothing private here"
    " before you have compared numbers some other way."
)

Ask = Callable[[QDialog], Awaitable[bool]]
Connection = Callable[[PeerId], tuple[str, ...]]
Diagnose = Callable[[PeerId], Awaitable[object]]


async def _nowhere(_peer: PeerId) -> None:
    """What is shown before anything can be."""


class PeopleFlows(QObject):
    """Each public coroutine is one dialog from opening to its effect; all may raise AppError."""

    def __init__(
        self,
        desk: Desk,
        ask: Ask,
        opener: Callable[[RoomId], object],
        own: Callable[[], Awaitable[object]],
        read_code: ReadCode,
    ) -> None:
        super().__init__(desk.window)
        self._window, self._backend, self._tasks = desk.window, desk.backend, desk.tasks
        self._contacts, self._theme = desk.backend.contacts, desk.window.theme
        self._ask, self._opener, self._own = ask, opener, own
        self._read_code = read_code
        self.connection: Connection = lambda _peer: ()
        """How somebody is reached, in lines."""
        self.diagnose: Diagnose = _nowhere
        """Shows how somebody is reached, or why not."""

    async def show(self, peer: PeerId, _name: str = "") -> None:
        """Show who somebody is, and do what is asked for there; ourselves in our own profile."""
        if peer == self._backend.profile.peer:
            await self._own()
            return
        view = self._contacts.of(peer)
        rooms, picture = await self._shared(peer)
        facts = PersonFacts(view, fingerprint(peer), rooms, picture, self.connection(peer))
        sheet = PersonSheet(self._theme, self._window, facts)
        asked: list[PersonDeed] = []
        sheet.asked.connect(asked.append)
        if not await self._ask(sheet):
            return
        if (sheet.alias_text(), sheet.notes_text()) != (view.alias, view.note):
            await self._contacts.describe(peer, sheet.alias_text(), sheet.notes_text())
        for deed in asked:
            await self._carry_out(deed, view)

    async def verify(self, peer: PeerId) -> None:
        """Show the safety number and note what came of comparing it."""
        view = self._contacts.of(peer)
        safety = self._contacts.safety(peer)
        sheet = SafetySheet(
            self._theme, self._window, self._tasks, called(view), safety, read_code=self._read_code
        )
        verdicts: list[Verdict] = []
        sheet.decided.connect(verdicts.append)
        await self._ask(sheet)
        for verdict in verdicts:
            same = verdict is Verdict.SAME
            if same or safety.verified:
                await self._contacts.verify(peer, verified=same)
            if not same:
                await self._warn(view)

    async def block(self, peer: PeerId) -> bool:
        """Block somebody after asking; whether that was done."""
        name = called(self._contacts.of(peer))
        question = Question(f"Block {name}?", _BLOCK.format(name=name), "Block")
        if not await self._ask(ConfirmSheet(self._theme, self._window, question)):
            return False
        await self._contacts.block(peer)
        return True

    async def unblock(self, peer: PeerId) -> None:
        """Let somebody in again."""
        await self._contacts.unblock(peer)

    async def withdraw(self, peer: PeerId, room: RoomId) -> None:
        """Take a request of ours back after asking, and its conversation away."""
        name = called(self._contacts.of(peer))
        question = Question("Take the request back?", _WITHDRAW.format(name=name), "Take it back")
        if await self._ask(ConfirmSheet(self._theme, self._window, question)):
            await self._contacts.withdraw(peer)
            await self._backend.conversations.leave(room, keep=False)

    async def about(self, message: MessageView) -> None:
        """Show who wrote a message."""
        await self.show(message.author)

    async def report_message(self, message: MessageView) -> None:
        """Write a report that may show this message."""
        await self.report(message.author, message)

    async def report(self, peer: PeerId, about: MessageView | None = None) -> None:
        """Write a report to copy, and block unless that is not wanted."""
        view = self._contacts.of(peer)
        messages = [about] if about is not None else await self._lately(peer)

        def compose(chosen: Sequence[MessageView]) -> str:
            return report_text(view, fingerprint(peer), chosen, self._window.now())

        blocked = view.state == "blocked"
        name = called(view)
        sheet = ReportSheet(self._theme, self._window, name, messages, compose, blocked=blocked)
        for choice in sheet.choices if about is not None else ():
            choice.setChecked(True)
        if await self._ask(sheet) and sheet.block.isChecked() and not blocked:
            await self._contacts.block(peer)

    async def _carry_out(self, deed: PersonDeed, view: ContactView) -> None:
        match deed:
            case PersonDeed.MESSAGE:
                self._opener(await self._backend.chats.open_direct(view.peer, view.name))
            case PersonDeed.VERIFY:
                await self.verify(view.peer)
            case PersonDeed.BLOCK:
                await self.block(view.peer)
            case PersonDeed.UNBLOCK:
                await self.unblock(view.peer)
            case PersonDeed.CHECK:
                await self.diagnose(view.peer)
            case PersonDeed.REPORT:
                await self.report(view.peer)

    async def _warn(self, view: ContactView) -> None:
        name = called(view)
        question = Question(
            "The numbers are not the same", _WARNING.format(name=name), f"Block {name}"
        )
        if await self._ask(ConfirmSheet(self._theme, self._window, question)):
            await self._contacts.block(view.peer)

    async def _shared(self, peer: PeerId) -> tuple[tuple[str, ...], str]:
        """Return the names of the rooms in common, and the picture that they show."""
        names, picture = [], ""
        for summary in await self._backend.chats.rooms():
            found = [
                each
                for each in await self._backend.chats.members(summary.room)
                if each.peer == peer
            ]
            if found and summary.kind is RoomKind.GROUP:
                names.append(summary.name)
            picture = next((each.picture for each in found if each.picture), picture)
        return tuple(names), picture

    async def _lately(self, peer: PeerId) -> list[MessageView]:
        """Return the last messages that somebody wrote to us alone, the oldest first."""
        chats = self._backend.chats
        rooms = [each.room for each in await chats.rooms() if each.peer == peer]
        if not rooms:
            return []
        page = await chats.page(rooms[0], None, LOOKED_AT, 0)
        texts = (each for each in page.messages if each.kind is MessageKind.TEXT)
        theirs = [each for each in texts if each.author == peer and not each.deleted]
        return theirs[-REPORTED:]
