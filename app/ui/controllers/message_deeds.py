"""What is done with messages once it was asked for: each deed from its dialog to its effect."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QFileDialog

from app.domain.errors import AppError
from app.domain.ids import RoomId
from app.domain.views import MessageView
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.dialogs.base import ask
from app.ui.dialogs.details import DeleteSheet, DetailsSheet
from app.ui.dialogs.forward import ForwardSheet
from app.ui.messages import Clock
from app.ui.messages.wording import copied, shown_text

_GONE = {"message-deleted", "unknown-message"}
FILTER = "Text (*.txt);;All files (*)"


class MessageDeeds(QObject):
    """Each public coroutine may raise AppError."""

    def __init__(self, desk: Desk, conversation: ConversationController, clock: Clock) -> None:
        super().__init__(desk.window)
        self._window, self._tasks, self._clock = desk.window, desk.tasks, clock
        self._chats, self._conversations = desk.backend.chats, desk.backend.conversations
        self._conversation = conversation

    async def details(self, message: MessageView) -> None:
        """Show who has a message, and how it read before."""
        fresh = await self._chats.message(message.event)
        members = await self._chats.members(fresh.room)
        deliveries = await self._chats.deliveries(fresh.event)
        versions = await self._chats.versions(fresh.event) if fresh.edited else ()
        theme, window = self._window.theme, self._window
        await ask(DetailsSheet(theme, window, fresh, members, deliveries, versions, self._clock))

    async def pin(self, message: MessageView) -> None:
        """Pin a message to its room, or take the pin away."""
        await self._chats.pin(message.event, not message.pinned)

    async def mark_unread(self, message: MessageView) -> None:
        """Leave the conversation; this message is the first new one when one comes back."""
        await self._conversations.mark_unread(message.room, True)
        self._conversation.leave_unread(message)

    async def delete(self, messages: Sequence[MessageView]) -> None:
        """Ask for whom to delete, and delete."""
        everywhere = bool(messages) and all(each.own and not each.deleted for each in messages)
        sheet = DeleteSheet(
            self._window.theme, self._window, everywhere=everywhere, count=len(messages)
        )
        if messages and await ask(sheet):
            for message in messages:
                await self._delete_one(message, everywhere=sheet.everywhere)

    async def _delete_one(self, message: MessageView, *, everywhere: bool) -> None:
        try:
            if everywhere:
                await self._chats.delete(message.event)
            else:
                await self._chats.hide(message.event)
        except AppError as error:
            if error.code not in _GONE:
                raise
        self._conversation.writing.forget(message.event)

    async def forward(self, messages: Sequence[MessageView]) -> None:
        """Ask where to, and write them there."""
        sent = [each for each in messages if each.is_live]
        if not sent:
            return
        rooms = self._window.rooms
        targets = [room for room in rooms.conversations() if room.standing == "member"]
        targets += [room for room in rooms.archived() if room.standing == "member"]

        async def send(chosen: Sequence[RoomId], comment: str, named: bool) -> None:
            events = [each.event for each in sent]
            await self._conversations.forward(events, chosen, named=named)
            if comment:
                for room in chosen:
                    await self._chats.send(room, comment)

        await ask(ForwardSheet(self._window.theme, self._window, self._tasks, sent, targets, send))

    async def save(self, messages: Sequence[MessageView]) -> None:
        """Ask for a file and write the text there."""
        if not messages:
            return
        text = shown_text(messages[0])
        if len(messages) > 1:
            text = "\n".join(copied(each, shown_text(each), self._clock) for each in messages)
        dialog = QFileDialog(self._window, "Save as", str(self._suggested(messages[0])), FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        # Its question would be a nested loop.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        if await ask(dialog) and dialog.selectedFiles():
            await save_text(Path(dialog.selectedFiles()[0]), text + "\n")

    def _suggested(self, message: MessageView) -> Path:
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        folder = Path(QStandardPaths.writableLocation(documents) or str(Path.home()))
        return folder / f"Parlor {self._clock.at(message.time_ms):%Y-%m-%d %H.%M}.txt"


async def save_text(path: Path, text: str) -> None:
    """Write a new file. Raises AppError("file-exists" | "file-unwritable")."""
    try:
        await asyncio.to_thread(_write_new, path, text)
    except FileExistsError as error:
        raise AppError("file-exists") from error
    except OSError as error:
        raise AppError("file-unwritable", {"reason": error.strerror or str(error)}) from error


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
