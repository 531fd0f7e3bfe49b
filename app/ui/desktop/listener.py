"""Hears the calls of other starts of the program; what is no call is dropped."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.domain.errors import AppError
from app.ui.desktop.call import ANSWER, MAX_LINE, read_call

AT_ONCE, PATIENCE_MS = 8, 5000

log = logging.getLogger(__name__)


class Caller(QObject):
    """One connection: emits `said` with its first line, then `gone`; it has little time."""

    said = Signal(bytes)
    gone = Signal()

    def __init__(self, socket: QLocalSocket) -> None:
        super().__init__()  # with a parent and `deleteLater`, PySide deletes it twice
        self._socket, self._heard, self._done = socket, b"", False
        socket.setParent(self)
        socket.setReadBufferSize(MAX_LINE + 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.end)
        socket.readyRead.connect(self.read)
        socket.disconnected.connect(self.end)
        self._timer.start(PATIENCE_MS)

    def read(self) -> None:
        """Take in what has come."""
        if self._done:
            return
        self._heard += bytes(self._socket.readAll().data())
        line, ended, _rest = self._heard.partition(b"\n")
        if len(self._heard) > MAX_LINE:
            self.end()
        elif ended:
            self.said.emit(line)
            self.end()

    def answer(self) -> None:
        """Say that the call was taken."""
        self._socket.write(ANSWER)
        self._socket.flush()

    def end(self) -> None:
        """Hang up."""
        if not self._done:
            self._done = True
            self._timer.stop()
            self._socket.disconnectFromServer()
            self.gone.emit()


class Listener(QObject):
    """Emits `called` with each Call, after its caller was answered."""

    called = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._callers: set[Caller] = set()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def listen(self, addresses: Sequence[str]) -> bool:
        """Begin at the first address that will do; whether there is one.

        Whoever calls this is the only one over the folder.
        """
        for address in addresses:
            QLocalServer.removeServer(address)  # of a program that was killed
            if self._server.listen(address):
                return True
            log.info("nobody can call at %s: %s", address, self._server.errorString())
        return False

    def close(self) -> None:
        """Hear nothing more, and take the socket away."""
        self._server.close()
        for caller in tuple(self._callers):
            caller.end()

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            caller = Caller(socket)
            self._callers.add(caller)
            caller.gone.connect(lambda gone=caller: self._callers.discard(gone))
            caller.said.connect(lambda line, by=caller: self._take(by, line))
            if len(self._callers) > AT_ONCE:
                caller.end()
            else:
                caller.read()

    def _take(self, caller: Caller, line: bytes) -> None:
        try:
            call = read_call(line)
        except AppError:
            log.warning("what called was no start of this program")
            return
        caller.answer()
        self.called.emit(call)
