"""From what is chosen, dropped or pasted to offers in the open conversation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu

from app.domain.errors import AppError
from app.domain.ids import RoomId
from app.services.transfers_api import Transfers
from app.ui import wording
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.unsent import Unsent
from app.ui.file_names import shown_name
from app.ui.files import phrases
from app.ui.files.attachment import Attachment, attachments, left_out, of_paths, stored
from app.ui.files.drop_overlay import DropOverlay
from app.ui.files.send_sheet import SendSheet
from app.ui.views.conversation import ConversationView

Preview = Callable[[Path], Awaitable[QImage]]


class Attaching(QObject):
    """`preview` gives a small picture of an image file, or raises AppError."""

    def __init__(  # noqa: PLR0913, PLR0917 - it joins what each of these does alone
        self,
        desk: Desk,
        transfers: Transfers,
        conversation: ConversationController,
        view: ConversationView,
        ask: Callable[[QDialog], Awaitable[bool]],
        preview: Preview,
    ) -> None:
        super().__init__(view)
        self._window, self._tasks, self._transfers = desk.window, desk.tasks, transfers
        self._conversation, self._ask, self._preview = conversation, ask, preview
        self._view = view
        self.overlay = DropOverlay(desk.window.theme, view, self._drop_line)
        self.overlay.dropped.connect(self._on_mime)
        self.unsent = Unsent(desk, conversation, view, self._send_after_all)
        self.menu = QMenu(view)
        self.menu.setAccessibleName("Attach")
        self.menu.addAction("Files…").triggered.connect(self.choose_files)
        self.menu.addAction("Folder…").triggered.connect(self.choose_folder)
        composer = view.composer
        composer.allow_files()
        composer.attach.clicked.connect(self._show_menu)
        composer.field.files_pasted.connect(self._on_mime)

    def choose_files(self) -> None:
        """Ask which files to send."""
        self._tasks.spawn(self._choose(QFileDialog.FileMode.ExistingFiles, "Send files"))

    def choose_folder(self) -> None:
        """Ask which folder to send."""
        self._tasks.spawn(self._choose(QFileDialog.FileMode.Directory, "Send a folder"))

    def take_into(self, room: RoomId, mime: QMimeData) -> None:
        """Open a conversation and ask what of this is to be sent there."""
        found = attachments(mime, self._window.now())
        self._tasks.spawn(self._open_and_send(room, found, left_out(mime, found)))

    async def _open_and_send(self, room: RoomId, found: list[Attachment], note: str) -> None:
        await self._conversation.open(room)
        if self._may_send() and self._is_any(found, note):
            await self.send(found, note)

    async def send(self, found: Sequence[Attachment], note: str = "", caption: str = "") -> None:
        """Show what is to be sent, and offer what is left of it to the open conversation."""
        summary = self._conversation.summary()
        if summary is None or not found:
            return
        room, window = summary.room, self._window
        sheet = SendSheet(window.theme, window, summary.name, found, note, caption)
        self.unsent.begin(room, found, caption)
        sheet.changed.connect(lambda: self.unsent.change(room, sheet.files, sheet.caption))
        shown = [self._tasks.spawn(self._picture(sheet, each)) for each in found]
        try:
            agreed = await self._ask(sheet)
        finally:
            for task in shown:
                if task is not None:
                    task.cancel()
        if agreed:
            await self._offer(room, sheet.files, sheet.caption)
        self.unsent.end(room)

    def _send_after_all(self, found: Sequence[Attachment], caption: str) -> None:
        if self._may_send():
            self._tasks.spawn(self.send(found, caption=caption))

    async def _picture(self, sheet: SendSheet, attachment: Attachment) -> None:
        if attachment.image is None and phrases.is_image(attachment.path.name):
            try:
                sheet.show_image(attachment, await self._preview(attachment.path))
            except AppError:
                return

    async def _offer(self, room: RoomId, files: Sequence[Attachment], caption: str) -> None:
        """Have them offered once they were read; what is said never gets lost."""
        self._view.messages.clear_divider()
        folder = (await self._transfers.settings()).folder
        paths = [path for each in files if (path := await self._stored(each, folder))]
        here = room == self._conversation.room
        answered = self._conversation.writing.take_reply() if paths and here else None
        try:
            if paths:
                await self._transfers.prepare(room, paths, caption, answered)
                caption = ""
        except AppError as error:
            self._window.trouble.say("", wording.words_for(error), closable=True)
        if caption and not self._view.composer.text().strip() and room == self._conversation.room:
            self._view.composer.set_text(caption)

    async def _stored(self, attachment: Attachment, folder: Path) -> Path | None:
        """Return where it lies, None if it could not be put there; that is said."""
        try:
            return await stored(attachment, folder)
        except AppError as error:
            name = f"“{shown_name(attachment.path.name)}”:"
            self._window.trouble.say(name, wording.words_for(error), closable=True)
            return None

    async def _choose(self, mode: QFileDialog.FileMode, title: str) -> None:
        if not self._may_send():
            return
        dialog = QFileDialog(self._window, title)
        dialog.setFileMode(mode)
        if await self._ask(dialog):
            await self.send(of_paths([Path(name) for name in dialog.selectedFiles()]))

    def _may_send(self) -> bool:
        summary = self._conversation.summary()
        return summary is not None and summary.standing == "member"

    def _on_mime(self, mime: QMimeData) -> None:
        found = attachments(mime, self._window.now())
        note = left_out(mime, found)
        if self._may_send() and self._is_any(found, note):
            self._tasks.spawn(self.send(found, note))

    def _is_any(self, found: Sequence[Attachment], note: str) -> bool:
        """Whether anything is left to be sent; if not, say why."""
        if note and not found:
            self._window.trouble.say("", note, closable=True)
        return bool(found)

    def _drop_line(self) -> str:
        summary = self._conversation.summary()
        if summary is None or not self._may_send():
            return ""
        return f"Drop to send to {summary.name}"

    def _show_menu(self) -> None:
        button = self._view.composer.attach
        at = button.mapToGlobal(QPoint(0, -self.menu.sizeHint().height() - 4))
        self.menu.popup(at)
        self.menu.setActiveAction(self.menu.actions()[0])
