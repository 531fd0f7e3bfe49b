"""What is done with files that are here: opened with care, copied, dragged out, found again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDrag, QGuiApplication, QImage
from PySide6.QtWidgets import QDialog, QFileDialog

from app.domain.errors import AppError
from app.domain.files import TransferView
from app.services.transfers_api import Transfers
from app.ui.controllers.desk import Desk
from app.ui.dialogs.forms import ConfirmSheet, Question
from app.ui.file_names import framed_name, shown_name
from app.ui.files import phrases
from app.ui.files.copying import copy_to
from app.ui.files.danger import danger
from app.ui.theme import icon

DRAGGED = 48
_WARNING = (
    "It is {kind} from {author}. Opening it may let it do anything on this computer that you may"
    " do. Open it only if you know what it is."
)
_YOURS = (
    "It is {kind}. Opening it may let it do anything on this computer that you may do."
    " Open it only if you know what it is."
)

Open = Callable[[str], object]
Start = Callable[[QDrag], object]
Picture = Callable[[TransferView], Awaitable[QImage]]


def open_path(path: str) -> None:
    """Let the system open a file or a folder."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def start_drag(drag: QDrag) -> None:
    """Let the person carry it wherever it is taken."""
    drag.exec(Qt.DropAction.CopyAction)


class FileHandling(QObject):
    """`opener` is what opening a path leads to, `dragger` what dragging does."""

    def __init__(
        self, desk: Desk, transfers: Transfers, ask: Callable[[QDialog], Awaitable[bool]]
    ) -> None:
        super().__init__(desk.window)
        self._window, self._transfers, self._ask = desk.window, transfers, ask
        self.opener: Open = open_path
        self.dragger: Start = start_drag

    async def open(self, view: TransferView) -> None:
        """Open it, after a question if it may run. Raises AppError("file-not-found")."""
        path = here(view)
        kind = danger(path)
        if kind and not await self._ask(self._warning(view, path, kind)):
            return
        self.opener(view.path)

    def show(self, view: TransferView) -> None:
        """Open the folder that it is in. Raises AppError("file-not-found")."""
        self.opener(str(here(view).parent))

    def _warning(self, view: TransferView, path: Path, kind: str) -> ConfirmSheet:
        words = _YOURS if view.own else _WARNING
        line = words.format(kind=kind, author=shown_name(view.peer_name) or "a member")
        question = Question(f"Open “{framed_name(path.name)}”?", line, "Open anyway")
        return ConfirmSheet(self._window.theme, self._window, question)

    async def copy_somewhere(self, view: TransferView) -> None:
        """Ask for a folder and put a copy there. Raises AppError."""
        source = here(view)
        dialog = QFileDialog(self._window, "Save a copy into a folder", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if await self._ask(dialog) and dialog.selectedFiles():
            await copy_to(source, Path(dialog.selectedFiles()[0]))

    async def locate(self, view: TransferView) -> None:
        """Ask where it lies now, and have it looked at. Raises AppError."""
        dialog = QFileDialog(self._window, f"Where is “{shown_name(view.name)}” now?")
        modes = QFileDialog.FileMode
        dialog.setFileMode(modes.Directory if view.is_folder else modes.ExistingFile)
        if await self._ask(dialog) and dialog.selectedFiles():
            await self._transfers.locate(view.transfer, Path(dialog.selectedFiles()[0]))

    async def copy_image(self, view: TransferView, picture: Picture) -> None:
        """Put what a picture shows on the clipboard, and the file beside it. Raises AppError."""
        here(view)
        mime = _urls(view)
        mime.setImageData(await picture(view))
        QGuiApplication.clipboard().setMimeData(mime)

    def drag(self, view: TransferView, source: QObject) -> None:
        """Let a file that is here be carried out of the window; others stay."""
        if not view.path or not Path(view.path).exists():
            return
        drag = QDrag(source)
        drag.setMimeData(_urls(view))
        glyph = phrases.glyph(view.name, is_folder=view.is_folder)
        drag.setPixmap(icon(glyph, self._window.theme.palette.accent_text, DRAGGED).pixmap(DRAGGED))
        self.dragger(drag)


def here(view: TransferView) -> Path:
    """Return where it lies. Raises AppError("file-not-found")."""
    path = Path(view.path)
    if not view.path or not path.exists():
        raise AppError("file-not-found")
    return path


def _urls(view: TransferView) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(view.path)])
    return mime
