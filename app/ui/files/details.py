"""What is known of a file: where it lies, its digest, how far each member is."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.files import Receiver, TransferView
from app.ui.dialogs.base import Sheet
from app.ui.file_names import shown_name
from app.ui.files import phrases
from app.ui.phrases import one_line, short_time
from app.ui.theme import TextSize, Theme, Weight
from app.ui.widgets.avatar import Avatar, Face
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label

ROW = 44
MOST_SHOWN = 6
PLACE = "Where it is"


class FileDetails(Sheet):
    """For own offers, the receivers one by one."""

    def __init__(self, theme: Theme, parent: QWidget, view: TransferView, now: datetime) -> None:
        super().__init__(theme, parent, shown_name(view.name))
        about = phrases.what(view.name, view.size, view.files, is_folder=view.is_folder)
        who = "You" if view.own else one_line(view.peer_name)
        facts = {
            "Size": about,
            "Offered by": f"{who}, {short_time(view.offered_ms, now)}",
            "State": phrases.spoken_state(view),
            "Ways tried": phrases.ways_line(view),
            "Here before": phrases.reused_line(view),
            PLACE: view.path,
            "Digest": " ".join(view.digest[at : at + 8] for at in range(0, len(view.digest), 8)),
        }
        for name, value in facts.items():
            if value:
                self.add(self._fact(name, value))
        if view.receivers:
            self.add(Label(theme, TextSize.SMALL, Weight.SEMIBOLD, "text2", text="Members"))
            self.add(self._members(view))
        done = push_button("Done", "primary")
        done.setDefault(True)
        done.clicked.connect(self.accept)
        self.finish(done)

    def _fact(self, name: str, value: str) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(Label(self.theme, TextSize.SMALL, tone="text2", text=name))
        words = Label(self.theme, TextSize.PREVIEW, elide=name == PLACE, text=value)
        words.setWordWrap(name != PLACE)
        words.setAccessibleName(f"{name}: {value}")
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(words)
        return box

    def _members(self, view: TransferView) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for receiver in view.receivers:
            column.addWidget(self._member(receiver, view.size))
        column.addStretch()
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        area.setMinimumHeight(min(len(view.receivers), MOST_SHOWN) * (ROW + 4))
        return area

    def _member(self, receiver: Receiver, size: int) -> QWidget:
        row = QWidget()
        row.setFixedHeight(ROW)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        avatar = Avatar(self.theme, 36)
        avatar.set_face(Face(receiver.peer, receiver.name))
        line.addWidget(avatar)
        name = one_line(receiver.name)
        line.addWidget(Label(self.theme, TextSize.BODY, Weight.MEDIUM, elide=True, text=name), 1)
        words = phrases.receiver_line(receiver, size)
        line.addWidget(Label(self.theme, TextSize.SMALL, tone="text2", text=words))
        row.setAccessibleName(f"{name}: {words}")
        return row
