"""Setting, changing and taking away the passphrase."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtWidgets import QWidget

from app.ui.dialogs.base import Sheet
from app.ui.tasks import TaskOwner
from app.ui.theme import Theme
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import passphrase_field

SHORT = 12
_SET = (
    "It is asked at each start. Nobody can find it again for you: without it, this profile stays"
    " shut."
)
_REMOVE = "Parlor opens without being asked then, for whoever uses this computer under your login."
_WEAK = "Short passphrases can be guessed by a computer. Four random words are better."
_DIFFER = "The two are not the same yet."

SetPassphrase = Callable[[str | None, str | None], Awaitable[object]]
"""Called with the old passphrase and the new one, None for none."""


def advice(first: str, second: str) -> tuple[str, bool]:
    """Return what to say of a new passphrase typed twice, and whether it can be used."""
    if first and second and first != second:
        return _DIFFER, False
    weak = bool(first) and len(first) < SHORT
    return _WEAK if weak else "", bool(first) and first == second


class PassphraseSheet(Sheet):
    """Asks for the old passphrase, if there is one, and for the new one, twice."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        deed: SetPassphrase,
        *,
        protected: bool,
    ) -> None:
        title = "Change the passphrase" if protected else "Set a passphrase"
        super().__init__(theme, parent, title, _SET)
        self._tasks, self._deed = tasks, deed
        self.old = passphrase_field("Present passphrase")
        self.new = passphrase_field("New passphrase")
        self.again = passphrase_field("New passphrase again")
        self.go = push_button("Save", "primary")
        self.go.setDefault(True)
        if protected:
            self.add(self.old)
        self.add(self.new)
        self.add(self.again)
        self.finish(self.cancel_button(), self.go)
        for field in (self.old, self.new, self.again):
            field.textChanged.connect(self._on_text)
        self.go.clicked.connect(self._submit)
        self._protected = protected
        self._on_text()
        (self.old if protected else self.new).setFocus()

    def _on_text(self) -> None:
        words, usable = advice(self.new.text(), self.again.text())
        self.problem.set_tone("text2")
        self.say_problem(words)
        self.go.setEnabled(usable and (bool(self.old.text()) or not self._protected))

    def _submit(self) -> None:
        self.go.setEnabled(False)
        self._tasks.spawn(self._carry_out())

    async def _carry_out(self) -> None:
        old = self.old.text() if self._protected else None
        self.problem.set_tone("danger")
        await self.try_to(lambda: self._deed(old, self.new.text()))
        self.go.setEnabled(True)


class RemovalSheet(Sheet):
    """Asks for the passphrase that is to go."""

    def __init__(
        self, theme: Theme, parent: QWidget, tasks: TaskOwner, deed: SetPassphrase
    ) -> None:
        super().__init__(theme, parent, "Remove the passphrase?", _REMOVE)
        self._tasks, self._deed = tasks, deed
        self.old = passphrase_field("Present passphrase")
        self.go = push_button("Remove", "danger")
        self.go.setEnabled(False)
        self.add(self.old)
        self.finish(self.cancel_button(), self.go)
        self.old.textChanged.connect(lambda text: self.go.setEnabled(bool(text)))
        self.old.returnPressed.connect(self.go.click)
        self.go.clicked.connect(lambda: self._tasks.spawn(self._carry_out()))
        self.old.setFocus()

    async def _carry_out(self) -> None:
        self.go.setEnabled(False)
        await self.try_to(lambda: self._deed(self.old.text(), None))
        self.go.setEnabled(True)
