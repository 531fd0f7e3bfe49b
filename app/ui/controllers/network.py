"""Tells the truth about the servers: a state line, a quiet pill, an offer to host."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.changes import Change, LinkChanged, LinkState, ServerChanged, ServerState
from app.ui import phrases
from app.ui.controllers.desk import Desk

GRACE_MS = 3000
"""So long after launch nothing is said about a server that does not answer yet."""


class NetworkController(QObject):
    """Keeps the sidebar's head and foot in step with the network.

    `turned` is emitted when others can find us from now on, or cannot any more.
    """

    turned = Signal()

    def __init__(self, desk: Desk, monotonic: Callable[[], float] = time.monotonic) -> None:
        sidebar = desk.window.sidebar
        super().__init__(sidebar)
        self._sidebar, self._network, self._tasks = sidebar, desk.backend.network, desk.tasks
        self._monotonic = monotonic
        self._retry_at: dict[str, float] = {}
        self._patient = True
        self._visible = False
        self._hosting = self._busy = False
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._refresh)
        self._grace = QTimer(self)
        self._grace.setSingleShot(True)
        self._grace.timeout.connect(self.end_grace)
        sidebar.pill.pressed.connect(self._try_now)
        sidebar.host.pressed.connect(self._host_or_stop)

    def start(self) -> None:
        self._grace.start(GRACE_MS)
        self._refresh()

    def stop(self) -> None:
        self._grace.stop()
        self._tick.stop()

    def look_again(self) -> None:
        """Ask how it is, after something that nobody tells of."""
        self._refresh()

    def end_grace(self) -> None:
        """From now on a missing server is told."""
        self._patient = False
        self._refresh()

    def apply(self, changes: Iterable[Change]) -> None:
        """Take in what happened in one turn of the loop."""
        told = False
        for change in changes:
            told = told or isinstance(change, ServerChanged | LinkChanged)
            if isinstance(change, ServerChanged):
                self._note_retry(change)
        if told:
            self._refresh()

    def online(self) -> bool:
        """Whether a server answers."""
        states = (server.state for server in self._network.servers())
        return any(state is ServerState.ONLINE for state in states)

    def visible(self) -> bool:
        """Whether others can find us, by a server or without one."""
        return self.online() or self._network.meets_near_by()

    def _note_retry(self, change: ServerChanged) -> None:
        if change.state is ServerState.OFFLINE and change.retry_in is not None:
            self._retry_at[change.server] = self._monotonic() + change.retry_in
        else:
            self._retry_at.pop(change.server, None)

    def _refresh(self) -> None:
        online = self.online()
        if self.visible() is not self._visible:
            self._visible = not self._visible
            self.turned.emit()
        self._sidebar.header.state.say(self._state_line(online))
        quiet = online or self._patient
        words = "" if quiet or not self._network.servers() else self._pill_words()
        self._sidebar.pill.say(words, "Try now" if words else "")
        self._show_host(online)
        if words and not self._tick.isActive():
            self._tick.start()
        elif not words:
            self._tick.stop()

    def _state_line(self, online: bool) -> str:
        linked = sum(link.state is LinkState.ONLINE for link in self._network.links())
        reachable = f"{phrases.count(linked, 'peer')} reachable" if linked else "no peers yet"
        if online:
            return f"Online · {reachable}"
        if linked:
            return reachable
        if self._network.meets_near_by():
            return f"Nearby · {reachable}"
        return "" if self._patient else "No server"

    def _pill_words(self) -> str:
        waits = [at - self._monotonic() for at in self._retry_at.values()]
        if waits and min(waits) > 0:
            return f"Reconnecting in {max(1, round(min(waits)))} s"
        return "Reconnecting…"

    def _show_host(self, online: bool) -> None:
        self._hosting = any(server.hosted for server in self._network.servers())
        if self._hosting:
            self._sidebar.host.say("Hosting on this network", "Stop")
        elif self._busy:
            self._sidebar.host.say("Starting a server…")
        elif online or self._patient or self._network.meets_near_by():
            self._sidebar.host.say("")
        else:
            self._sidebar.host.say("No server on this network", "Host here")

    def _try_now(self) -> None:
        self._retry_at.clear()
        self._network.try_now()
        self._refresh()

    def _host_or_stop(self) -> None:
        if not self._busy:
            self._busy = True
            self._refresh()
            self._tasks.spawn(self._carry_out())

    async def _carry_out(self) -> None:
        try:
            await (self._network.stop_hosting() if self._hosting else self._network.host())
        finally:
            self._busy = False
            self._refresh()
