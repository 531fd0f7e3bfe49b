"""Passes on what links say of people who are not at their other end."""

from __future__ import annotations

from typing import Protocol

from app.domain.ids import PeerId, RoomId
from app.protocol.frames import Aside


class Listener(Protocol):
    """Hears of links, of what is handed on over them, and of our own reading."""

    def opened(self, peer: PeerId, room: RoomId) -> None:
        """The room is open on the link to `peer`."""
        ...

    def ended(self, peer: PeerId) -> None:
        """The link to `peer` is gone."""
        ...

    def received(self, peer: PeerId, frame: Aside) -> None: ...

    def read(self, room: RoomId) -> None:
        """We have read more of the room."""
        ...


class GoBetween:
    """Implements `Listener` for all that are added."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def add(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def opened(self, peer: PeerId, room: RoomId) -> None:
        for listener in self._listeners:
            listener.opened(peer, room)

    def ended(self, peer: PeerId) -> None:
        for listener in self._listeners:
            listener.ended(peer)

    def received(self, peer: PeerId, frame: Aside) -> None:
        for listener in self._listeners:
            listener.received(peer, frame)

    def read(self, room: RoomId) -> None:
        for listener in self._listeners:
            listener.read(room)
