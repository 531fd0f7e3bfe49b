"""Asks for all that a new room may begin with; a name is enough."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.ids import PeerId
from app.domain.rules import NO_RULES, RoomRules, Rule
from app.ui import government
from app.ui.dialogs.base import Sheet
from app.ui.dialogs.people_picker import PeoplePicker, Search
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme, Weight
from app.ui.views.room_rules import SWITCHES, TIPS
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import text_field
from app.ui.widgets.surfaces import Label
from app.ui.widgets.switch import Switch
from app.ui.widgets.tabs import Tabs

NAME_LIMIT, TOPIC_LIMIT = 64, 500
VANISH_WORDS = ("Off", "1 hour", "1 day", "1 week", "4 weeks")
LINE = "For two or twenty people. More can be invited at any time."
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class NewRoom:
    """What a room is to be made with."""

    name: str
    topic: str = ""
    people: tuple[PeerId, ...] = ()
    rules: RoomRules = NO_RULES


class RulesFold(QWidget):
    """The rules, folded away until one asks for them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.more = push_button("More", "quiet")
        self.more.setAccessibleName("More: rules of the room")
        self.more.setCheckable(True)
        self.switches = {rule: Switch(theme, words) for rule, words in SWITCHES.items()}
        self.vanish = Tabs(theme, VANISH_WORDS)
        self.vanish.setAccessibleName("Messages vanish after")
        self._inside = QWidget()
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(4)
        for rule, switch in self.switches.items():
            switch.setChecked(True)
            switch.setToolTip(TIPS[rule])
            inside.addWidget(switch)
        caption = "Messages vanish after"
        inside.addWidget(Label(theme, TextSize.SMALL, Weight.MEDIUM, "text2", text=caption))
        inside.addWidget(self.vanish)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.more)
        column.addWidget(self._inside)
        self._inside.hide()
        self.more.toggled.connect(self._inside.setVisible)

    def rules(self) -> RoomRules:
        at = [button.isChecked() for button in self.vanish.buttons()].index(True)
        return RoomRules(
            self.switches[Rule.HISTORY].isChecked(),
            self.switches[Rule.INFO].isChecked(),
            self.switches[Rule.INVITES].isChecked(),
            government.VANISH_CHOICES[at],
        )


class CreateRoomSheet(Sheet):
    """Calls `make` with a `NewRoom`; stays open, and says why, if that fails."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        search: Search,
        make: Callable[[NewRoom], Awaitable[object]],
    ) -> None:
        super().__init__(theme, parent, "Create a room", LINE)
        self._tasks, self._make = tasks, make
        self.field = text_field("Room name", "Room name, such as Book club", limit=NAME_LIMIT)
        self.topic = text_field("Topic, if you like", "Topic, if you like", limit=TOPIC_LIMIT)
        self.picker = PeoplePicker(theme, tasks, search, _SHOWN)
        self.fold = RulesFold(theme)
        self.go = push_button("Create", "primary")
        self.go.setDefault(True)
        self.go.setEnabled(False)
        self.add(self.field)
        self.add(self.topic)
        self.add(Label(theme, TextSize.SMALL, Weight.MEDIUM, "text2", text="Invite, if you like"))
        self.add(self.picker)
        self.add(self.fold)
        self.finish(self.cancel_button(), self.go)
        self.field.textChanged.connect(lambda text: self.go.setEnabled(bool(text.strip())))
        self.go.clicked.connect(self._submit)
        self.field.setFocus()

    def _submit(self) -> None:
        self.go.setEnabled(False)
        self._tasks.spawn(self._carry_out())

    async def _carry_out(self) -> None:
        wanted = NewRoom(
            self.field.text().strip(),
            self.topic.text().strip(),
            self.picker.chosen(),
            self.fold.rules(),
        )
        await self.try_to(lambda: self._make(wanted))
        self.go.setEnabled(True)
