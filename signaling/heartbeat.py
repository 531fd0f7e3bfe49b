"""Whom to ask whether they are still there, and who has not answered."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple


class _Due(NamedTuple):
    at: float
    sid: str
    turn: int


class Heartbeats:
    """A ping `interval` seconds after each pong; who does not answer in `timeout` is dead.

    Each connection costs two steps for each round, and nothing in between.
    """

    def __init__(
        self,
        interval: float,
        timeout: float,
        ping: Callable[[str], None],
        dead: Callable[[str], None],
    ) -> None:
        self._interval = interval
        self._timeout = timeout
        self._ping = ping
        self._dead = dead
        self._turns: dict[str, int] = {}
        self._asked: set[str] = set()
        self._asking: deque[_Due] = deque()
        self._waiting: deque[_Due] = deque()

    def heard(self, sid: str, now: float) -> None:
        """A pong came. The first one takes the connection in; one not asked for is nothing."""
        if sid in self._turns and sid not in self._asked:
            return
        self._asked.discard(sid)
        turn = self._turns.get(sid, 0) + 1
        self._turns[sid] = turn
        self._asking.append(_Due(now + self._interval, sid, turn))

    def forget(self, sid: str) -> None:
        """The connection has ended."""
        self._turns.pop(sid, None)
        self._asked.discard(sid)

    def tick(self, now: float) -> None:
        """Ask whose time has come, and tell who is dead. Call about once a second."""
        while self._waiting and self._waiting[0].at <= now:
            due = self._waiting.popleft()
            if self._turns.get(due.sid) == due.turn:
                self.forget(due.sid)
                self._dead(due.sid)
        while self._asking and self._asking[0].at <= now:
            due = self._asking.popleft()
            if self._turns.get(due.sid) == due.turn:
                self._asked.add(due.sid)
                self._waiting.append(due._replace(at=now + self._timeout))
                self._ping(due.sid)
