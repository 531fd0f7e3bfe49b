"""Parcels through common members: brings what links say and what we write to those concerned."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Mapping
from contextlib import suppress

from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import Aside, Parcel, ParcelTaken
from app.services.connection_manager import ConnectionManager
from app.services.conversation import RoomBook
from app.services.parcel_carrier import ParcelCarrier
from app.services.parcel_receiver import ParcelReceiver
from app.services.parcel_sender import ParcelSender
from app.services.peer_link import PeerLink

DELAY = 0.3
"""Seconds in which words are gathered for one parcel."""
SWEEP = 10.0
MAX_INBOX = 64
MAX_INBOX_BYTES = 4 * 1024 * 1024

log = logging.getLogger(__name__)


class ParcelService:
    """Implements `Listener`. Work is done by `run`; what comes too fast is dropped."""

    def __init__(
        self,
        book: RoomBook,
        manager: ConnectionManager,
        sender: ParcelSender,
        carrier: ParcelCarrier,
        receiver: ParcelReceiver,
    ) -> None:
        self._book = book
        self._manager = manager
        self._sender = sender
        self._carrier = carrier
        self._receiver = receiver
        self._inbox: deque[tuple[PeerLink, Parcel | ParcelTaken]] = deque()
        self._bytes = 0
        self._due: set[PeerId] = set()
        self._wake = asyncio.Event()
        self._due_wake = asyncio.Event()

    # -- what is heard

    def log_grew(self, room: RoomId, vector: Mapping[PeerId, int]) -> None:
        """We or the other may have written."""
        del vector
        self.read(room, owe=False)

    def read(self, room: RoomId, *, owe: bool = True) -> None:
        conversation = self._book.find(room)
        if conversation is None or conversation.record.peer is None:
            return
        if self._sender.is_away(conversation):
            if owe:
                self._sender.owe(conversation.record.peer)
            self._due.add(conversation.record.peer)
            self._due_wake.set()

    def opened(self, peer: PeerId, room: RoomId) -> None:
        del peer
        conversation = self._book.find(room)
        if conversation is None or conversation.record.peer is None:
            self._wake.set()
            self._due_wake.set()

    def ended(self, peer: PeerId) -> None:
        self._sender.ended(peer)
        self._carrier.ended(peer)

    def received(self, peer: PeerId, frame: Aside) -> None:
        link = self._manager.live(peer)
        if link is None or not isinstance(frame, Parcel | ParcelTaken):
            return
        size = len(frame.sealed) if isinstance(frame, Parcel) else 0
        if len(self._inbox) < MAX_INBOX and self._bytes + size <= MAX_INBOX_BYTES:
            self._inbox.append((link, frame))
            self._bytes += size
            self._wake.set()

    # -- what is done

    async def run(self) -> None:
        """Work until cancelled."""
        await _patiently(self._carrier.load())
        async with asyncio.TaskGroup() as group:
            group.create_task(self._run_inbox())
            group.create_task(self._run_due())

    async def _run_inbox(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(SWEEP):
                    await self._wake.wait()
            self._wake.clear()
            while self._inbox:
                link, frame = self._inbox.popleft()
                self._bytes -= len(frame.sealed) if isinstance(frame, Parcel) else 0
                await _patiently(self._deal_with(link, frame))
            for link in self._manager.links():
                await _patiently(self._carrier.offer(link))

    async def _deal_with(self, link: PeerLink, frame: Parcel | ParcelTaken) -> None:
        if isinstance(frame, ParcelTaken):
            self._sender.taken(link.peer, frame.number)
            await self._carrier.delivered(link, frame.number)
        elif frame.receiver == self._sender.me:
            await self._take(link, frame)
        else:
            await self._carrier.take(link, frame)

    async def _take(self, link: PeerLink, frame: Parcel) -> None:
        sender = PeerId(frame.sender)
        done, answer = await self._receiver.take(link.peer, frame)
        if answer:
            # The answer goes first: once the carrier drops the parcel it has our receipt.
            self._sender.owe(sender)
            await self._sender.send_to(sender, link)
            self._due.add(sender)
            self._due_wake.set()
        if done:
            link.send(ParcelTaken(frame.number))

    async def _run_due(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(SWEEP):
                    await self._due_wake.wait()
                    await asyncio.sleep(DELAY)
            self._due_wake.clear()
            self._due.update(self._sender.away())
            await self.flush()

    async def flush(self) -> None:
        """Give away now what is due."""
        due, self._due = self._due, set()
        for peer in due:
            await _patiently(self._sender.send_to(peer))


async def _patiently(chore: Coroutine[None, None, None]) -> None:
    """A chore that fails, of a full disk perhaps, comes up again with a later sweep or link."""
    try:
        await chore
    except (AppError, RemoteProtocolError) as error:
        log.warning("%s", error)
