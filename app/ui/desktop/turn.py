"""One window program at a time over a data folder; a second start calls the first, and ends.

A lock in the folder says who is the one, and is free again however that program ended. So a socket
that is left behind is known to be dead, and two that start at once cannot both be the one.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from app.domain.errors import AppError
from app.storage.folder_lock import FolderLock
from app.ui.desktop.address import addresses, is_ours
from app.ui.desktop.call import ANSWER, Call, write_call

LOCK = "window.lock"
WAYLAND_TOKEN, X11_TOKEN = "XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"
PATIENCE_S = 10.0
"""So long the one may take to start, to answer, or to end."""
STEP_S = 0.05


class Turn:
    """Our being the one; `addresses` are where others look for us, none if we are not."""

    def __init__(self, lock: FolderLock | None, addresses: tuple[str, ...] = ()) -> None:
        self._lock = lock
        self.addresses = addresses

    def end(self) -> None:
        """Let another one be it."""
        if self._lock is not None:
            self._lock.release()


def own_token() -> str:
    """Return the permission that the desktop has started this program with, "" if none."""
    return os.environ.get(WAYLAND_TOKEN) or os.environ.get(X11_TOKEN) or ""


def take_turn(
    data: Path, call: Call, *, portable: bool = False, patience: float = PATIENCE_S
) -> Turn | None:
    """Become the one, or call it and return None.

    The one that does not answer within `patience` seconds is left to the opening of the profile,
    which says so; so is a folder that cannot be written to.
    """
    where = addresses(data, os.environ, portable=portable)
    end = time.monotonic() + patience
    while True:
        try:
            return Turn(_lock(data), where)
        except AppError:
            if any(_tell(each, call, end) for each in where):
                return None
        except OSError:
            return Turn(None)
        if time.monotonic() >= end:
            return Turn(None)
        time.sleep(STEP_S)


def _lock(data: Path) -> FolderLock:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FolderLock(data / LOCK)


def _tell(where: str, call: Call, end: float) -> bool:
    """Hand the call over and tell whether it was taken before `end` on the monotonic clock.

    One that is slow to answer has the call already: it must not be called once more.
    """
    if not is_ours(where):
        return False
    from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 - a first start needs it later

    socket = QLocalSocket()
    socket.connectToServer(where)
    if not socket.waitForConnected(_ms_until(end)):
        return False
    socket.write(write_call(call))
    answer = b""
    while len(answer) < len(ANSWER) and socket.waitForReadyRead(_ms_until(end)):
        answer += bytes(socket.readAll().data())
    socket.abort()
    return answer == ANSWER


def _ms_until(end: float) -> int:
    return max(round(1000 * (end - time.monotonic())), 1)
