"""A message in detail: who has it, how it read before; and the question before deleting it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.delivery import MemberDelivery
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


HEARD = "Delivered and read: when we heard of it, or when the member signed that it was so."


def member_states(one: MemberDelivery, clock: Clock, written_ms: int) -> list[str]:
    """How far an own message got on its way to one member, the last step first."""
    if one.state is MessageState.QUEUED:
        return ["Queued"]
    if one.state is MessageState.SENT:
        return ["Sent, not yet delivered"]
    states = [_step("Delivered", one.delivered_ms, clock, written_ms)]
    if one.state is MessageState.READ:
        states.insert(0, _step("Read", one.read_ms, clock, written_ms))
    return states


def _step(name: str, time_ms: int, clock: Clock, written_ms: int) -> str:
    """A step with its moment if that is known; the day is left out if it is the message's."""
    if not time_ms:
        return name
    then = clock.at(time_ms)
    same_day = then.date() == clock.at(written_ms).date()
    return f"{name} {then:%H:%M:%S}" if same_day else f"{name} {then:%d %b %Y, %H:%M:%S}"


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
        deliveries: Sequence[MemberDelivery],
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
        self._deliveries(message, members, deliveries, clock)
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

    def _deliveries(
        self,
        message: MessageView,
        members: Sequence[MemberView],
        deliveries: Sequence[MemberDelivery],
        clock: Clock,
    ) -> None:
        sent = next((one.sent_ms for one in deliveries if one.sent_ms), 0)
        if sent:
            self._line(_step("Sent from here", sent, clock, message.time_ms))
        known = {member.peer: member for member in members}
        for one in deliveries:
            self._member(one, known.get(one.peer), member_states(one, clock, message.time_ms))
        if any(one.delivered_ms for one in deliveries):
            self._line(HEARD)

    def _member(
        self, delivery: MemberDelivery, member: MemberView | None, states: Sequence[str]
    ) -> None:
        avatar = Avatar(self.theme, Size.AVATAR_SMALL)
        online, picture = (member.online, member.picture) if member else (False, "")
        avatar.set_face(Face(delivery.peer, delivery.name, online=online, picture=picture))
        self.lines.append(f"{delivery.name}: {', '.join(states)}")
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(avatar)
        row.addWidget(Label(self.theme, TextSize.PREVIEW, Weight.MEDIUM, text=delivery.name), 1)
        steps = QVBoxLayout()
        steps.setSpacing(0)
        for state in states:
            step = Label(self.theme, TextSize.SMALL, tone="text2", text=state)
            steps.addWidget(step, 0, Qt.AlignmentFlag.AlignRight)
        row.addLayout(steps)
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
