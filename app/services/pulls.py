"""Asks linked members for what others wrote: each thing of one of them only."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from app.domain.ids import PeerId, RoomId
from app.protocol.pulling import Puller


class Asked(Protocol):
    """The sync of one link."""

    def ask(self, room: RoomId, wanted: Mapping[PeerId, int]) -> None:
        """Have the peer send what others wrote, of each author up to a number."""
        ...


@dataclass(slots=True)
class _Room:
    puller: Puller
    links: dict[PeerId, Asked] = field(default_factory=dict)


class Pulls:
    """One `Puller` for each room that is open on a link."""

    def __init__(self, me: PeerId) -> None:
        self._me = me
        self._rooms: dict[RoomId, _Room] = {}
        self._timer: asyncio.TimerHandle | None = None

    def opened(self, room: RoomId, vector: Mapping[PeerId, int], peer: PeerId, link: Asked) -> None:
        """The room, stored up to `vector`, is open on this link to `peer`."""
        state = self._rooms.setdefault(room, _Room(Puller(self._me)))
        state.puller.grew(vector)
        state.puller.ended(peer)
        state.puller.joined(peer)
        state.links[peer] = link

    def closed(self, room: RoomId, peer: PeerId, link: Asked) -> None:
        """The room is on this link no more."""
        state = self._rooms.get(room)
        if state is None or state.links.get(peer) is not link:
            return
        del state.links[peer]
        state.puller.ended(peer)
        if not state.links:
            del self._rooms[room]
        self._look()

    def ended(self, peer: PeerId, link: Asked) -> None:
        """The link is gone."""
        for room in tuple(self._rooms):
            self.closed(room, peer, link)

    def offered(self, room: RoomId, peer: PeerId, vector: Mapping[PeerId, int]) -> None:
        """`peer` has this beyond our log, and sends it when it is asked."""
        state = self._rooms.get(room)
        if state is not None:
            state.puller.offered(peer, vector, _now())
            self._look()

    def begin_anew(self, room: RoomId, peer: PeerId) -> None:
        """Ask `peer` once more for what it was asked for."""
        state = self._rooms.get(room)
        if state is not None:
            state.puller.begin_anew(peer)

    def brought(self, room: RoomId, peer: PeerId) -> None:
        """Events of the room came from `peer`."""
        state = self._rooms.get(room)
        if state is not None:
            state.puller.brought(peer, _now())

    def refused(self, room: RoomId, peer: PeerId, author: PeerId) -> None:
        """What `peer` has of an author contradicts ours."""
        state = self._rooms.get(room)
        if state is not None:
            state.puller.refuse(peer, author)

    def log_grew(self, room: RoomId, vector: Mapping[PeerId, int]) -> None:
        """The room's log is stored up to `vector`."""
        state = self._rooms.get(room)
        if state is not None:
            state.puller.grew(vector)
            if state.puller.is_waiting:
                self._look()

    def _look(self) -> None:
        """Ask for what is due, and look again when the next thing is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = _now()
        for room, state in self._rooms.items():
            for peer, wanted in state.puller.due(now).items():
                state.links[peer].ask(room, wanted)
        deadlines = [state.puller.deadline(now) for state in self._rooms.values()]
        earliest = min((one for one in deadlines if one is not None), default=None)
        if earliest is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(earliest, now + 0.01), self._look)


def _now() -> float:
    return asyncio.get_running_loop().time()
