"""Ways to peers that consist of what a member hands on, seen from their ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId, to_text
from app.protocol.frames import RELAYS, Aside
from app.protocol.passing_frames import MAX_DATAGRAM, Relayed
from app.services.connection_manager import ConnectionManager
from app.services.peer_link import PeerLink
from app.transport.base import Datagrams

MAX_WAITING = 512
"""Datagrams that wait to be read; more are lost, as they may be on any network."""


class MemberPath(Datagrams):
    """One end of a way over `link`, to `peer`."""

    def __init__(
        self, me: PeerId, peer: PeerId, number: bytes, link: PeerLink, left: Callable[[], None]
    ) -> None:
        self.peer = peer
        self.link = link
        self._me = me
        self._number = number
        self._left = left
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self._closed = False

    @property
    def through(self) -> PeerId:
        return self.link.peer

    def send(self, datagram: bytes) -> None:
        if not self._closed and 0 < len(datagram) <= MAX_DATAGRAM:
            self.link.send_lossy(Relayed(self.peer, self._me, self._number, datagram))

    def arrived(self, datagram: bytes) -> None:
        if self._waiting.qsize() < MAX_WAITING and not self._closed:
            self._waiting.put_nowait(datagram)

    async def receive(self) -> bytes:
        if not self._closed:
            datagram = await self._waiting.get()
            if datagram:
                return datagram
        raise ConnectionError("no member carries this any more")

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._waiting.put_nowait(b"")
            self._left()


class CarriedPaths:
    """Implements `Listener`: knows the paths that end here."""

    def __init__(self, manager: ConnectionManager) -> None:
        self._manager = manager
        self._paths: dict[tuple[PeerId, bytes], MemberPath] = {}

    def __len__(self) -> int:
        return len(self._paths)

    def begin(self, peer: PeerId, carrier: PeerId, number: bytes) -> Datagrams:
        """Use `carrier` as a way to `peer`. Raises AppError("unreachable")."""
        link = self._manager.live(carrier)
        if link is None or link.through is not None or not link.features & RELAYS:
            raise AppError("unreachable", {"peer": to_text(peer), "reason": "no-carrier"})
        key = peer, number

        def left() -> None:
            self._paths.pop(key, None)

        path = self._paths[key] = MemberPath(self._manager.me, peer, number, link, left)
        return path

    def opened(self, peer: PeerId, room: RoomId) -> None:
        """Whoever carries is linked already."""

    def ended(self, peer: PeerId) -> None:
        """Nothing comes over this link any more."""
        for path in [path for path in self._paths.values() if path.through == peer]:
            path.close()

    def received(self, peer: PeerId, frame: Aside) -> None:
        if isinstance(frame, Relayed) and frame.receiver == self._manager.me:
            path = self._paths.get((PeerId(frame.sender), frame.path))
            if path is not None and path.through == peer:
                path.arrived(frame.datagram)

    def read(self, room: RoomId) -> None:
        """Nothing follows from it."""
