"""Who somebody is, what we call them, and what can be done about them.

`app.ui.controllers.people.PeopleFlows.show` opens it for a peer id.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.contacts import MAX_NOTE_LENGTH, ContactView
from app.ui.dialogs.base import Sheet
from app.ui.dialogs.forms import NAME_LIMIT
from app.ui.people_phrases import called, presence_line, rooms_line, verified_line
from app.ui.phrases import one_line
from app.ui.theme import Size, TextSize, Theme, Weight
from app.ui.views.notices import Glyph
from app.ui.widgets.avatar import Avatar, Face
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import text_field
from app.ui.widgets.surfaces import Label, Tone

NOTES_HEIGHT = 64


class PersonDeed(Enum):
    """What can be asked for in the profile of somebody."""

    MESSAGE = "Message"
    VERIFY = "Verify…"
    BLOCK = "Block…"
    UNBLOCK = "Unblock"
    REPORT = "Report…"
    CHECK = "Check…"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the sheet shows. `rooms` are the names of the rooms that we share.

    `connection` says how they are reached and what they can do for others, one thing a line.
    """

    view: ContactView
    fingerprint: str
    rooms: tuple[str, ...] = ()
    picture: str = ""
    connection: tuple[str, ...] = ()


class Head(QWidget):
    """A large avatar with a name and a few lines beside it."""

    def __init__(self, theme: Theme, face: Face, lines: tuple[str, ...]) -> None:
        super().__init__()
        avatar = Avatar(theme, Size.AVATAR_DRAWER)
        avatar.set_face(face)
        self.texts = QVBoxLayout()
        self.texts.setSpacing(3)
        self.texts.addStretch()
        name = Label(theme, TextSize.DRAWER, Weight.SEMIBOLD, elide=True, text=face.name)
        self.texts.addWidget(name)
        for line in lines:
            words = Label(theme, TextSize.PREVIEW, tone="text2", elide=True, text=line)
            self.texts.addWidget(words)
        self.texts.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(avatar)
        row.addLayout(self.texts, 1)


def fingerprint_label(theme: Theme, fingerprint: str) -> Label:
    """Return the groups of an identity, to be read aloud or selected."""
    label = Label(theme, TextSize.PREVIEW, text=fingerprint)
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    fixed.setPixelSize(TextSize.PREVIEW)
    label.setFont(fixed)
    label.setWordWrap(True)
    label.setAccessibleName(f"Fingerprint {fingerprint}")
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


class PersonSheet(Sheet):
    """Emits `asked` with a PersonDeed and closes, accepted; the fields are to be stored then."""

    asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget, facts: PersonFacts) -> None:
        view = facts.view
        super().__init__(theme, parent, "Profile")
        face = Face(
            view.peer,
            called(view),
            online=view.online,
            picture=facts.picture,
            presence=view.presence,
        )
        theirs = f"Calls themselves {one_line(view.name)}"
        other = (theirs,) if view.alias and view.alias != view.name else ()
        self.add(Head(theme, face, (*other, presence_line(view))))
        self.verified = self._verified(view)
        self.alias = text_field("My name for them", one_line(view.name), limit=NAME_LIMIT)
        self.alias.setText(view.alias)
        self.notes = QPlainTextEdit(view.note)
        self.notes.setAccessibleName("Notes, for me alone")
        self.notes.setPlaceholderText("Only you see this")
        self.notes.setTabChangesFocus(True)
        self.notes.setProperty("field", "true")
        self.notes.setFixedHeight(NOTES_HEIGHT)
        self.buttons = {deed: self._button(deed) for deed in self._offered(view)}
        self._section("Fingerprint", fingerprint_label(theme, facts.fingerprint))
        self._section("My name for them", self.alias)
        self._section("Notes", self.notes)
        if facts.rooms:
            rooms = Label(theme, TextSize.PREVIEW, text=rooms_line(facts.rooms))
            rooms.setWordWrap(True)
            self._section("Rooms in common", rooms)
        self.check = push_button(PersonDeed.CHECK.value)
        self.check.setAccessibleName("Check the connection")
        self.check.clicked.connect(lambda: self._ask_for(PersonDeed.CHECK))
        if facts.connection:
            self._section("Connection", self._connection(facts.connection))
        self._finish()

    def alias_text(self) -> str:
        return self.alias.text().strip()

    def notes_text(self) -> str:
        return self.notes.toPlainText()[:MAX_NOTE_LENGTH]

    def _verified(self, view: ContactView) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        tone: Tone = "ok" if view.verified else "text2"
        if view.verified:
            row.addWidget(Glyph(self.theme, "shield-check", "ok"))
        words = Label(self.theme, TextSize.PREVIEW, Weight.MEDIUM, tone, text=verified_line(view))
        row.addWidget(words, 1)
        self.add(box)
        return box

    def _connection(self, lines: tuple[str, ...]) -> QWidget:
        texts = QVBoxLayout()
        texts.setSpacing(3)
        for at, line in enumerate(lines):
            label = Label(self.theme, TextSize.PREVIEW, tone="text2" if at else "text", text=line)
            label.setWordWrap(True)
            texts.addWidget(label)
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(texts, 1)
        row.addWidget(self.check, 0, Qt.AlignmentFlag.AlignTop)
        return box

    def _section(self, caption: str, widget: QWidget) -> None:
        words = Label(self.theme, TextSize.SMALL, Weight.SEMIBOLD, "text2", text=caption)
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addWidget(words)
        column.addWidget(widget)
        self.add(box)

    def _offered(self, view: ContactView) -> tuple[PersonDeed, ...]:
        if view.state == "blocked":
            return (PersonDeed.UNBLOCK, PersonDeed.REPORT)
        return (PersonDeed.MESSAGE, PersonDeed.VERIFY, PersonDeed.BLOCK, PersonDeed.REPORT)

    def _button(self, deed: PersonDeed) -> QWidget:
        severe = deed in {PersonDeed.BLOCK, PersonDeed.REPORT}
        button = push_button(deed.value, "danger" if severe else "")
        button.clicked.connect(lambda: self._ask_for(deed))
        return button

    def _ask_for(self, deed: PersonDeed) -> None:
        self.asked.emit(deed)
        self.accept()

    def _finish(self) -> None:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        for button in self.buttons.values():
            row.addWidget(button, 1)
        self.add(box)
        done = push_button("Save", "primary")
        done.setDefault(True)
        done.clicked.connect(self.accept)
        self.finish(self.cancel_button(), done)
