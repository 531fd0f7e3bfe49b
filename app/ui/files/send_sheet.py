"""What is about to be sent, with a caption."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.dialogs.base import Sheet
from app.ui.file_names import shown_name
from app.ui.files import phrases
from app.ui.files.attachment import Attachment
from app.ui.phrases import count
from app.ui.theme import Radius, TextSize, Theme, Weight, paint_icon
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.columns import middle_lines
from app.ui.widgets.fields import text_field
from app.ui.widgets.surfaces import Label, Surface

TILE = 44
BIG = QSize(392, 220)
ROW = 60
MOST_SHOWN = 4
CAPTION_LIMIT = 4000


class FileTile(QWidget):
    """The icon of a file, or the picture that it is."""

    def __init__(self, theme: Theme, glyph: str, size: QSize) -> None:
        super().__init__()
        self._theme, self._glyph = theme, glyph
        self._image = QImage()
        self.setFixedSize(size)
        theme.changed.connect(self.update)

    def set_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette, area = self._theme.palette, QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        path = QPainterPath()
        path.addRoundedRect(area, Radius.FIELD, Radius.FIELD)
        painter.fillPath(path, palette.accent_soft)
        if self._image.isNull():
            square = QRectF(0, 0, 20, 20)
            square.moveCenter(area.center())
            paint_icon(painter, square, self._glyph, palette.accent_text)
            return
        painter.setClipPath(path)
        whole = self._image.size().toSizeF()
        mode = Qt.AspectRatioMode.KeepAspectRatio
        shown = whole.scaled(area.size(), mode)
        where = QRectF(area.topLeft(), shown)
        where.moveCenter(area.center())
        painter.drawImage(where, self._image)


class AttachmentRow(Surface):
    """One file with its size, and a button to leave it out."""

    removed = Signal(object)

    def __init__(self, theme: Theme, attachment: Attachment) -> None:
        super().__init__(theme, "field", radius=Radius.CARD)
        name = shown_name(attachment.path.name)
        glyph = phrases.glyph(name, is_folder=attachment.is_folder)
        self.attachment = attachment
        self.tile = FileTile(theme, glyph, QSize(TILE, TILE))
        self.name = Label(theme, TextSize.BODY, Weight.SEMIBOLD, elide=True, text=name)
        about = "Folder" if attachment.is_folder else phrases.size(attachment.size)
        about = "From the clipboard" if attachment.image is not None else about
        self.line = Label(theme, TextSize.SMALL, tone="text2", text=about)
        self.remove = IconButton(theme, "x", f"Leave out {name}")
        self.remove.clicked.connect(lambda: self.removed.emit(self))
        self.setMinimumHeight(ROW)
        texts = middle_lines(self.name, self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 6, 8)
        row.setSpacing(10)
        row.addWidget(self.tile)
        row.addLayout(texts, 1)
        row.addWidget(self.remove)


class SendSheet(Sheet):
    """Lets files be left out and a caption be written; `files` and `caption` are the answer.

    `note` says what else there is to know, `caption` stands there to begin with. `changed` is
    emitted when the answer would be another one.
    """

    changed = Signal()

    def __init__(  # noqa: PLR0913, PLR0917 - whereto, what, and what is said
        self,
        theme: Theme,
        parent: QWidget,
        room: str,
        attachments: Sequence[Attachment],
        note: str = "",
        caption: str = "",
    ) -> None:
        super().__init__(theme, parent, f"Send to {room}")
        self._rows = [AttachmentRow(theme, each) for each in attachments]
        self.preview = FileTile(theme, "image", BIG)
        self.preview.hide()
        self.field = text_field("Caption", "Add a caption", limit=CAPTION_LIMIT)
        self.field.setText(caption)
        self.field.textChanged.connect(lambda _text: self.changed.emit())
        self.go = push_button("Send", "primary")
        self.go.setDefault(True)
        self.go.clicked.connect(self.accept)
        self.count = Label(theme, TextSize.SMALL, tone="text2")
        self.note = Label(theme, TextSize.SMALL, tone="warn", text=note)
        self.note.setWordWrap(True)
        self.note.setVisible(bool(note))
        self.add(self.note)
        self.add(self.preview)
        self.add(self._area())
        self.add(self.count)
        self.add(self.field)
        self.finish(self.cancel_button(), self.go)
        for row in self._rows:
            row.removed.connect(self._remove)
            if row.attachment.image is not None:
                self.show_image(row.attachment, row.attachment.image)
        self._say()
        self.field.setFocus()

    @property
    def files(self) -> list[Attachment]:
        """What is left, in the order of before."""
        return [row.attachment for row in self._rows]

    @property
    def caption(self) -> str:
        return self.field.text().strip()

    def show_image(self, attachment: Attachment, image: QImage) -> None:
        """Show a picture of it; a large one if it is the only file."""
        for row in self._rows:
            if row.attachment is attachment:
                row.tile.set_image(image)
                self.preview.set_image(image)
                self._say()
                self.preview.setVisible(len(self._rows) == 1)

    def _area(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for row in self._rows:
            column.addWidget(row)
        column.addStretch()
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        shown = min(len(self._rows), MOST_SHOWN)
        area.setMinimumHeight(shown * ROW + (shown - 1) * 8)
        area.setMaximumHeight(area.minimumHeight() + ROW // 2)
        return area

    def _remove(self, row: AttachmentRow) -> None:
        self._rows.remove(row)
        self.changed.emit()
        row.hide()
        row.deleteLater()
        self.preview.hide()
        self._say()
        if not self._rows:
            self.reject()

    def _say(self) -> None:
        files = [row.attachment for row in self._rows]
        whole = phrases.size(sum(each.size for each in files if not each.is_folder))
        known = not any(each.is_folder or each.image is not None for each in files)
        words = count(len(files), "item")
        self.count.setText(f"{words} · {whole}" if known else words)
        self.count.setVisible(len(files) > 1)
