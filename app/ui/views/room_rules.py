"""The rules of a room: switches for who may change them, sentences for the rest."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.rules import RoomRules, Rule
from app.ui import government
from app.ui.theme import TextSize, Theme
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label
from app.ui.widgets.switch import Switch

SWITCHES = {
    Rule.HISTORY: "Newcomers read the past",
    Rule.INFO: "All may change the details",
    Rule.INVITES: "All may invite",
}
TIPS = {
    Rule.HISTORY: "Whoever joins can read what was said before",
    Rule.INFO: "Every member may change name, topic and picture; otherwise admins alone may",
    Rule.INVITES: "Every member may let people in; otherwise admins alone may",
}
ADMINS_ONLY = "Only admins can change the rules."


class RulesBox(QWidget):
    """Says what was asked for; whoever shows it does that."""

    rule_chosen = Signal(object, int)
    vanish_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.switches = {rule: Switch(theme, words) for rule, words in SWITCHES.items()}
        self.vanish = push_button("Off")
        self._note = Label(theme, TextSize.SMALL, tone="text2", text=ADMINS_ONLY)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for rule, switch in self.switches.items():
            switch.setToolTip(TIPS[rule])
            switch.setAccessibleDescription(TIPS[rule])
            switch.clicked.connect(lambda on, rule=rule: self.rule_chosen.emit(rule, int(on)))
            column.addWidget(switch)
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 0)
        row.addWidget(Label(theme, TextSize.BODY, text="Messages vanish"), 1)
        row.addWidget(self.vanish)
        column.addLayout(row)
        column.addWidget(self._note)
        self.vanish.clicked.connect(self.vanish_asked)

    def controls(self) -> list[QWidget]:
        """All that takes the focus, from the top."""
        return [*self.switches.values(), self.vanish]

    def show_rules(self, rules: RoomRules, *, ours: bool, group: bool = True) -> None:
        """Show the rules; `ours` if we may change them. Only a group has all of them."""
        values = {
            Rule.HISTORY: rules.history,
            Rule.INFO: rules.info,
            Rule.INVITES: rules.invites,
        }
        for rule, switch in self.switches.items():
            switch.setChecked(values[rule])
            switch.setEnabled(ours)
            switch.setVisible(group)
        shown = government.vanish_line(rules.vanish_after_s)
        self.vanish.setText(shown)
        self.vanish.setAccessibleName(f"Messages vanish: {shown}")
        self.vanish.setEnabled(ours)
        self._note.setVisible(not ours)
