"""The drawer's page of a conversation's files."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.files.model import TransfersModel
from app.ui.files.rows import FileDelegate, FileList
from app.ui.theme import TextSize, Theme
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label

NOTHING = "No files yet. Drop one onto the conversation, or press {keys}."


class FilesTab(QWidget):
    """Lists a model, or says that there is nothing."""

    def __init__(self, theme: Theme, model: TransfersModel) -> None:
        super().__init__()
        self.model = model
        self.list = FileList("Files", model, FileDelegate(theme, model))
        self.all = push_button("All transfers", "quiet")
        self._words = Label(theme, TextSize.PREVIEW, tone="text2")
        self._words.setText(NOTHING.format(keys="Ctrl+O"))
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty = QWidget()
        inner = QVBoxLayout(self._empty)
        inner.setContentsMargins(28, 32, 28, 8)
        inner.setSpacing(12)
        inner.addWidget(Glyph(theme, "file", "text3", 32), 0, Qt.AlignmentFlag.AlignHCenter)
        inner.addWidget(self._words)
        inner.addStretch()
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.all)
        foot.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        column.addWidget(self._empty, 1)
        column.addWidget(self.list, 1)
        column.addLayout(foot)
        model.rowsInserted.connect(self._renew)
        model.rowsRemoved.connect(self._renew)
        self._renew()

    def show_keys(self, keys: str) -> None:
        """Say which keys attach a file."""
        self._words.setText(NOTHING.format(keys=keys))

    def _renew(self) -> None:
        some = self.model.rowCount() > 0
        self.list.setVisible(some)
        self._empty.setVisible(not some)
