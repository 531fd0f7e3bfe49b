"""A message in detail: who has it, how it read before; and the question before deleting it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.views import MemberView, MessageState, MessageVersion, MessageView
from app.ui.dialogs.base import Sheet
from app.ui.messages import Clock
from app.ui.messages.wording import forwarded_line, shown_text
from app.ui.phrases import one_line
from app.ui.room_phrases import duration
from app.ui.theme import Size, TextSize, Theme, Weight
from app.ui.widgets.avatar import Avatar, Face
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label

MOST_HEIGHT = 360


def member_state(message: MessageView, member: MemberView) -> str:
    """How far an own message got on its way to one member."""
    if member.peer in message.read_by:
        return "Read"
    if member.peer in message.delivered_to:
        return "Delivered"
    return "Queued" if message.state is MessageState.QUEUED else "Sent, not yet delivered"


def when(time_ms: int, clock: Clock) -> str:
    """A moment with its day, to the second."""
    return f"{clock.at(time_ms):%A, %d %B %Y, %H:%M:%S}"


def lasting(message: MessageView, clock: Clock) -> list[str]:
    """Whose words these are, whether they are pinned, and how long they stay."""
    lines = []
    if message.forwarded_from:
        lines.append(forwarded_line(message))
    if message.pinned:
        lines.append("Pinned")
    if message.vanish_s:
        lines.append(f"Disappears {duration(message.vanish_s)} after it was read")
    if message.vanishes_ms:
        lines.append(f"Erased here by {when(message.vanishes_ms, clock)}")
    return lines


class DetailsSheet(Sheet):
    """Time, the state of each member for an own message, and earlier versions."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it shows is all it is
        self,
        theme: Theme,
        parent: QWidget,
        message: MessageView,
        members: Sequence[MemberView],
        versions: Sequence[MessageVersion],
        clock: Clock,
    ) -> None:
        super().__init__(theme, parent, "Message details", one_line(shown_text(message)))
        self.lines: list[str] = []
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(8)
        author = "You" if message.own else message.author_name
        self._line(f"{author}, {when(message.time_ms, clock)}")
        for line in lasting(message, clock):
            self._line(line)
        if message.own:
            for member in members:
                if not member.you:
                    self._member(member, member_state(message, member))
        if versions:
            self._heading("Versions")
            for version in versions:
                self._line(f"{when(version.time_ms, clock)}: {one_line(version.text)}")
        self._body.addStretch()
        self.add(self._scroller(), 1)
        close = push_button("Close", "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        self.finish(close)

    def _scroller(self) -> QScrollArea:
        inner = QWidget()
        inner.setLayout(self._body)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedHeight(min(inner.sizeHint().height() + 4, MOST_HEIGHT))
        return area

    def _heading(self, text: str) -> None:
        self._body.addWidget(Label(self.theme, TextSize.PREVIEW, Weight.SEMIBOLD, text=text))

    def _line(self, text: str) -> None:
        label = Label(self.theme, TextSize.PREVIEW, tone="text2", text=text)
        label.setWordWrap(True)
        self.lines.append(text)
        self._body.addWidget(label)

    def _member(self, member: MemberView, state: str) -> None:
        avatar = Avatar(self.theme, Size.AVATAR_SMALL)
        avatar.set_face(
            Face(member.peer, member.name, online=member.online, picture=member.picture)
        )
        self.lines.append(f"{member.name}: {state}")
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(avatar)
        row.addWidget(Label(self.theme, TextSize.PREVIEW, Weight.MEDIUM, text=member.name), 1)
        row.addWidget(Label(self.theme, TextSize.SMALL, tone="text2", text=state))
        self._body.addLayout(row)


class DeleteSheet(Sheet):
    """Asks whether, and for whom. `everywhere` says which was chosen."""

    def __init__(self, theme: Theme, parent: QWidget, *, everywhere: bool, count: int = 1) -> None:
        line = (
            "For everyone: the text disappears on every machine that hears of it; somebody may"
            " have read it already. For you: only this computer forgets it."
            if everywhere
            else "Only this computer forgets it; the others keep it."
        )
        title = "Delete this message?" if count == 1 else f"Delete {count} messages?"
        super().__init__(theme, parent, title, line)
        self.everywhere = False
        self.for_me = push_button("Delete for me", "danger")
        self.for_all = push_button("Delete for everyone", "danger")
        self.for_all.setVisible(everywhere)
        self.for_me.clicked.connect(self.accept)
        self.for_all.clicked.connect(self._delete_for_all)
        cancel = self.cancel_button()
        self.finish(cancel, self.for_me, self.for_all)
        cancel.setFocus()

    def _delete_for_all(self) -> None:
        self.everywhere = True
        self.accept()
