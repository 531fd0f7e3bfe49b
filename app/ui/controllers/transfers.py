"""Keeps every card of a file true and does what is asked for there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu

from app.domain.changes import Change
from app.domain.errors import AppError
from app.domain.files import TransferChanged, TransferRemoved, TransferView
from app.domain.ids import EventId
from app.domain.views import MessageKind, MessageView
from app.services.transfers_api import Transfers
from app.ui.controllers.desk import Desk
from app.ui.controllers.file_handling import FileHandling, Picture
from app.ui.dialogs.forms import ConfirmSheet, Question
from app.ui.file_names import shown_name
from app.ui.files.deeds import GLYPHS, Deed, deeds, more_deeds
from app.ui.files.details import FileDetails
from app.ui.messages import MessageList
from app.ui.theme import icon

_TAKE_BACK = (
    "Nobody can fetch {name} any more. Who has it already keeps it; your own file stays where it"
    " is."
)
_TAKE_BACK_VOICE = "Nobody can hear it any more who has not fetched it. It is deleted here."
_STOP = "What came of {name} so far is deleted. It can be fetched again while it is offered."

Add = Callable[[QMenu, MessageView], object]
Delete = Callable[[MessageView], object]


class TransferDeeds(QObject):
    """`known` are all transfers; `changed` carries each one that is new or looks different.

    `delete` is what deleting an offer here does; `reactions` and `talk` add to the menu of a
    message what can be done with any message, before and after what is about the file, `sounds`
    what can be done with what plays.
    """

    changed = Signal(object)
    looked_at = Signal(object)
    """A picture that is here is to be shown."""

    def __init__(
        self,
        desk: Desk,
        transfers: Transfers,
        messages: MessageList,
        ask: Callable[[QDialog], Awaitable[bool]],
    ) -> None:
        super().__init__(messages)
        self._window, self._tasks, self._transfers = desk.window, desk.tasks, transfers
        self._messages, self._ask = messages, ask
        self.known: dict[EventId, TransferView] = {}
        self.handling = FileHandling(desk, transfers, ask)
        self.shows_inside: Callable[[TransferView], bool] = lambda _view: False
        self.menu = QMenu(messages)
        self.menu.setAccessibleName("File")
        self.delete: Delete = lambda _message: None
        self.reactions: Add = lambda _menu, _message: None
        self.talk: Add = lambda _menu, _message: None
        self.sounds: Add = lambda _menu, _message: None
        self.picture: Picture = no_picture
        messages.file_dragged.connect(self._on_dragged)
        messages.menu_wanted.connect(self._on_menu)
        messages.transfer_deed.connect(self._on_deed)

    async def load(self) -> None:
        """Read all that are known. May raise AppError."""
        self.known = {view.transfer: view for view in await self._transfers.transfers()}
        self._messages.set_transfers(dict(self.known))
        self.changed.emit(None)

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop."""
        news: list[TransferView] = []
        gone = False
        for change in changes:
            match change:
                case TransferChanged(view):
                    self.known[view.transfer] = view
                    news.append(view)
                case TransferRemoved(transfer):
                    gone = self.known.pop(transfer, None) is not None or gone
                case _:
                    continue
        if not news and not gone:
            return
        self._messages.set_transfers(dict(self.known))
        if gone:
            self.changed.emit(None)
        for view in news:
            self.changed.emit(view)

    def do(self, transfer: EventId, deed: Deed) -> None:
        """Begin to do it; what goes wrong is shown."""
        view = self.known.get(transfer)
        if view is not None and deed in (*deeds(view), *more_deeds(view)):
            self._tasks.spawn(self._carry_out(view, deed))

    def add_to(self, menu: QMenu, view: TransferView) -> None:
        """Offer what makes sense for this transfer."""
        palette = self._window.theme.palette
        for deed in (*deeds(view), *more_deeds(view)):
            action = menu.addAction(icon(GLYPHS[deed], palette.text2, 16), deed.value)
            action.triggered.connect(lambda _on=False, deed=deed: self.do(view.transfer, deed))

    def show_menu(
        self, view: TransferView, where: QPoint, more: Mapping[str, Callable[[], object]]
    ) -> None:
        """Open a menu with only that, and what `more` there is to be done."""
        self.menu.clear()
        self.add_to(self.menu, view)
        for words, act in more.items():
            self.menu.addAction(words).triggered.connect(act)
        if self.menu.actions():
            self.menu.popup(where)
            self.menu.setActiveAction(self.menu.actions()[0])

    def _on_menu(self, message: MessageView, where: QPoint) -> None:
        if message.kind is not MessageKind.FILE or self.menu.isVisible():
            return
        if self._messages.several_selected(message):
            return
        view, palette = self.known.get(message.event), self._window.theme.palette
        self.menu.clear()
        if not message.deleted:
            self.reactions(self.menu, message)
        if view is not None and not message.deleted:
            self.sounds(self.menu, message)
            self.add_to(self.menu, view)
            self.menu.addSeparator()
            self.talk(self.menu, message)
            self.menu.addSeparator()
            copy = self.menu.addAction(icon("copy", palette.text2, 16), "Copy name")
            copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(view.name))
            details = self.menu.addAction(icon("info", palette.text2, 16), "About the file…")
            details.triggered.connect(lambda: self._tasks.spawn(self._details(view)))
            self.menu.addSeparator()
        delete = self.menu.addAction(icon("trash-2", palette.danger, 16), "Delete…")
        delete.triggered.connect(lambda: self.delete(message))
        self.menu.popup(where)
        named = [action for action in self.menu.actions() if action.text()]
        self.menu.setActiveAction(named[0])

    def _on_dragged(self, message: MessageView) -> None:
        view = self.known.get(message.event)
        if view is not None and Deed.OPEN in deeds(view):
            self.handling.drag(view, self._messages)

    async def _details(self, view: TransferView) -> None:
        view = self.known.get(view.transfer, view)
        await self._ask(FileDetails(self._window.theme, self._window, view, self._window.now()))

    def _on_deed(self, message: MessageView, deed: Deed) -> None:
        self.do(message.event, deed)

    async def _carry_out(self, view: TransferView, deed: Deed) -> None:
        transfers, transfer = self._transfers, view.transfer
        match deed:
            case Deed.ACCEPT:
                await transfers.accept(transfer)
            case Deed.SAVE_AS:
                await self._save_as(view)
            case Deed.DECLINE:
                await transfers.decline(transfer)
            case Deed.PAUSE:
                await transfers.pause(transfer)
            case Deed.RESUME:
                await transfers.resume(transfer)
            case Deed.CANCEL:
                await self._cancel(view)
            case Deed.LOCATE:
                await self.handling.locate(view)
            case Deed.COPY_TO:
                await self.handling.copy_somewhere(view)
            case Deed.COPY_IMAGE:
                await self.handling.copy_image(view, self.picture)
            case _:
                await self._open(view, deed)

    async def _save_as(self, view: TransferView) -> None:
        folder = (await self._transfers.settings()).folder
        dialog = QFileDialog(self._window, "Save into a folder", str(folder))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if await self._ask(dialog) and dialog.selectedFiles():
            await self._transfers.accept(view.transfer, Path(dialog.selectedFiles()[0]))

    async def _cancel(self, view: TransferView) -> None:
        name = f"“{shown_name(view.name)}”"
        if view.own and view.is_offered:
            words = _TAKE_BACK_VOICE if view.voice_ms else _TAKE_BACK.format(name=name)
            question = Question(f"Take {name} back?", words, "Take back")
        elif view.done and not view.own:
            question = Question(f"Stop receiving {name}?", _STOP.format(name=name), "Stop")
        else:
            await self._transfers.cancel(view.transfer)
            return
        if await self._ask(ConfirmSheet(self._window.theme, self._window, question)):
            await self._transfers.cancel(view.transfer)

    async def _open(self, view: TransferView, deed: Deed) -> None:
        if deed is Deed.OPEN and self.shows_inside(view):
            self.looked_at.emit(view)
        else:
            await self.open_outside(view, deed)

    async def open_outside(self, view: TransferView, deed: Deed) -> None:
        """Let the system open a file, or the folder it is in. Raises AppError("file-not-found")."""
        if deed is Deed.SHOW:
            self.handling.show(view)
        else:
            await self.handling.open(view)


async def no_picture(_view: TransferView) -> QImage:
    """What a picture is where none can be decoded."""
    raise AppError("bad-picture")
