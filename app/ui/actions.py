"""Every keyboard action, declared once: menus, bindings and the shortcut sheet come from here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

NTH = 9


@dataclass(frozen=True, slots=True)
class Spec:
    """An action's stable id, what it says, where it stands in the sheet, its keys by default.

    `local` actions are handled by a widget that has the focus, not by the window.
    """

    id: str
    text: str
    category: str
    keys: tuple[str, ...]
    local: bool = False


_GO, _CHAT, _WRITE, _APP = "Conversations", "In a conversation", "Writing", "Program"

SPECS: tuple[Spec, ...] = (
    Spec("switcher", "Quick switcher", _GO, ("Ctrl+K",)),
    Spec("find-everywhere", "Find everywhere", _GO, ("Ctrl+Shift+F",)),
    Spec("previous", "Previous conversation", _GO, ("Alt+Up", "Ctrl+PgUp")),
    Spec("next", "Next conversation", _GO, ("Alt+Down", "Ctrl+PgDown")),
    Spec("previous-unread", "Previous unread conversation", _GO, ("Alt+Shift+Up",)),
    Spec("next-unread", "Next unread conversation", _GO, ("Alt+Shift+Down",)),
    *(
        Spec(f"nth-{number}", f"Conversation {number}", _GO, (f"Ctrl+{number}",))
        for number in range(1, NTH + 1)
    ),
    Spec("notes", "Notes to self", _GO, ("Ctrl+0",)),
    Spec("transfers", "Transfers", _GO, ("Ctrl+Shift+O",)),
    Spec("network", "Network", _GO, ("Ctrl+Shift+N",)),
    Spec("new", "New conversation", _GO, ("Ctrl+N",)),
    Spec("find", "Find in conversation", _CHAT, ("Ctrl+F",)),
    Spec("first-message", "First message", _CHAT, ("Ctrl+Home",)),
    Spec("last-message", "Last message", _CHAT, ("Ctrl+End",)),
    Spec("first-unread", "First unread message", _CHAT, ("Shift+PgUp",)),
    Spec("reply-previous", "Reply to the previous message", _CHAT, ("Ctrl+Up",)),
    Spec("reply-next", "Reply to the next message", _CHAT, ("Ctrl+Down",)),
    Spec("react", "React to a message", _CHAT, ("Ctrl+Shift+E",)),
    Spec("forward", "Forward a message", _CHAT, ("Ctrl+Shift+S",)),
    Spec("pinned", "Pinned messages", _CHAT, ("Ctrl+Shift+P",)),
    Spec("go-to-day", "Go to a day", _CHAT, ("Ctrl+J",)),
    Spec("jump-back", "Back to where a jump began", _CHAT, ("Alt+Left",)),
    Spec("drawer", "Details", _CHAT, ("Ctrl+.",)),
    Spec("back", "Close what is on top, or mark as read", _CHAT, ("Esc",)),
    Spec("focus-composer", "Write a message", _WRITE, ("Ctrl+Shift+T",)),
    Spec("send", "Send", _WRITE, ("Return", "Enter"), local=True),
    Spec("newline", "New line", _WRITE, ("Shift+Return", "Shift+Enter"), local=True),
    Spec("edit-last", "Edit the last message", _WRITE, ("Up",), local=True),
    Spec("attach", "Attach files", _WRITE, ("Ctrl+O",)),
    Spec("emoji", "Emoji", _WRITE, ("Ctrl+Shift+J",)),
    Spec("voice", "Record a voice message, or send it", _WRITE, ("Ctrl+Shift+V",)),
    Spec("bold", "Bold", _WRITE, ("Ctrl+B",), local=True),
    Spec("italic", "Italic", _WRITE, ("Ctrl+I",), local=True),
    Spec("strike", "Struck through", _WRITE, ("Ctrl+Shift+X",), local=True),
    Spec("mono", "Code", _WRITE, ("Ctrl+E",), local=True),
    Spec("settings", "Settings", _APP, ("Ctrl+,",)),
    Spec("shortcuts", "Keyboard shortcuts", _APP, ("Ctrl+/",)),
    Spec("about", "About Parlor", _APP, ("F1",)),
    Spec("lock", "Lock", _APP, ("Ctrl+L",)),
    Spec("close", "Close the window", _APP, ("Ctrl+W",)),
    Spec("minimise", "Minimise", _APP, ("Ctrl+M",)),
    Spec("quit", "Quit", _APP, ("Ctrl+Q",)),
)


class ActionRegistry(QObject):
    """The keys in force, and a QAction for each action that the window itself carries out."""

    changed = Signal()
    """The bindings differ from before."""

    def __init__(self, specs: Iterable[Spec] = SPECS, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._specs = {spec.id: spec for spec in specs}
        self._bound: dict[str, tuple[str, ...]] = {}
        self._actions = {
            spec.id: self._make(spec) for spec in self._specs.values() if not spec.local
        }

    def specs(self) -> tuple[Spec, ...]:
        return tuple(self._specs.values())

    def keys(self, action: str) -> tuple[str, ...]:
        """The keys in force for an action, in Qt's portable spelling."""
        return self._bound.get(action, self._specs[action].keys)

    def shown_keys(self, action: str) -> str:
        """The keys as this system writes them."""
        native = QKeySequence.SequenceFormat.NativeText
        return ", ".join(QKeySequence(key).toString(native) for key in self.keys(action))

    def action(self, action: str) -> QAction:
        return self._actions[action]

    def install(self, window: QWidget, handlers: Mapping[str, Callable[[], object]]) -> None:
        """Let the keys work anywhere in `window`. Each action needs a handler, and only those."""
        if handlers.keys() != self._actions.keys():
            odd = sorted(handlers.keys() ^ self._actions.keys())
            raise ValueError(f"actions and handlers differ: {odd}")
        for name, action in self._actions.items():
            action.triggered.connect(lambda _on=False, run=handlers[name]: run())
            window.addAction(action)

    def matches(self, action: str, pressed: QKeySequence) -> bool:
        """Whether these keys mean this action."""
        return any(QKeySequence(key) == pressed for key in self.keys(action))

    def claims(self, pressed: QKeySequence) -> bool:
        """Whether these keys belong to an action of the window, so no field may swallow them."""
        return any(self.matches(action, pressed) for action in self._actions)

    def owner(self, key: str) -> str | None:
        """The action that has this key, if any."""
        pressed = QKeySequence(key)
        return next((name for name in self._specs if self.matches(name, pressed)), None)

    def rebind(self, action: str, keys: tuple[str, ...]) -> None:
        """Give an action these keys; whoever had one of them loses it."""
        for key in keys:
            holder = self.owner(key)
            if holder is not None and holder != action:
                left = (own for own in self.keys(holder) if QKeySequence(own) != QKeySequence(key))
                self._bind(holder, tuple(left))
        self._bind(action, keys)
        self.changed.emit()

    def reset(self) -> None:
        """Back to the keys by default."""
        for name in tuple(self._bound):
            self._bind(name, self._specs[name].keys)
        self.changed.emit()

    def dump(self) -> str:
        """The bindings that differ from the default, as text to store."""
        return json.dumps({name: list(keys) for name, keys in sorted(self._bound.items())})

    def load(self, stored: str) -> None:
        """Take over what `dump` gave; what cannot be understood is left at its default."""
        try:
            found = json.loads(stored or "{}")
        except ValueError:
            return
        for name, keys in found.items() if isinstance(found, dict) else ():
            if name in self._specs and isinstance(keys, list):
                self._bind(name, tuple(key for key in keys if _is_key(key)))
        self.changed.emit()

    def _bind(self, action: str, keys: tuple[str, ...]) -> None:
        if keys == self._specs[action].keys:
            self._bound.pop(action, None)
        else:
            self._bound[action] = keys
        if action in self._actions:
            self._actions[action].setShortcuts([QKeySequence(key) for key in keys])

    def _make(self, spec: Spec) -> QAction:
        action = QAction(spec.text, self)
        action.setObjectName(spec.id)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        return action


def _is_key(key: object) -> bool:
    return isinstance(key, str) and not QKeySequence(key).isEmpty()
