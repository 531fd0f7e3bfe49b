"""Runs `LogSync` for one link against the disk, without holding up the reading of frames."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence

from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import Events, Frame, Have, Refused
from app.protocol.log_sync import HandedOver, Ingest, Load, LogSync, Output, Reported, Send
from app.services.conversation import RoomBook
from app.services.delivery_service import DeliveryService
from app.services.room_logs import RoomLogs

MAX_QUEUED_BYTES = 4 * 1024 * 1024
MAX_INGEST_EVENTS = 256
IDLE = 3600.0


class LinkSync:
    """Takes frames and log growth in, sends frames out; its slow work is done by `run`."""

    def __init__(
        self, local: PeerId, peer: PeerId, book: RoomBook, logs: RoomLogs, ticks: DeliveryService
    ) -> None:
        self._machine = LogSync(local)
        self._peer = peer
        self._book = book
        self._logs = logs
        self._ticks = ticks
        self._work: deque[Load | Ingest] = deque()
        self._queued = 0
        self._wake = asyncio.Event()
        self._send: Callable[[Frame], None] = lambda _frame: None
        self._drained: Callable[[], Awaitable[None]] | None = None

    def attach(self, send: Callable[[Frame], None], drained: Callable[[], Awaitable[None]]) -> None:
        """Say how frames leave and how to wait until they have."""
        self._send = send
        self._drained = drained

    def open_room(self, room: RoomId) -> None:
        conversation = self._book.find(room)
        if conversation is not None:
            read = self._ticks.told_as_read(conversation)
            self._take(self._machine.open(room, conversation.vector, read))

    def close_room(self, room: RoomId) -> None:
        self._machine.close(room)

    def receive(self, frame: Have | Events | Refused) -> None:
        """Raises RemoteProtocolError."""
        self._take(self._machine.receive(frame, _now()))
        if isinstance(frame, Refused):
            self._ticks.refused(RoomId(frame.room), PeerId(frame.author))

    def send_read(self, room: RoomId, read: Mapping[PeerId, int]) -> None:
        self._take(self._machine.read(room, read))

    def log_grew(self, room: RoomId, vector: Mapping[PeerId, int]) -> None:
        """The room's log was committed up to `vector`."""
        self._take(self._machine.appended(room, vector, _now()))
        if self._machine.deadline is not None:
            self._wake.set()

    def _take(self, outputs: Sequence[Output]) -> None:
        for output in outputs:
            match output:
                case Send(frame):
                    self._send(frame)
                case HandedOver(room, seq):
                    # Whoever wrote the message is to know it before it hears of a tick.
                    loop = asyncio.get_running_loop()
                    loop.call_soon(self._ticks.handed_over, room, seq, self._peer)
                case Reported(room, stored, read):
                    self._ticks.reported(room, self._peer, stored, read)
                case Load():
                    self._load_at_once(output)
                case Ingest():
                    self._enqueue(output)

    def _load_at_once(self, load: Load) -> None:
        events = self._logs.recent(load.room, load.spans, load.max_bytes)
        if events:
            self._take(self._machine.loaded(load.room, events, _now()))
        else:
            self._enqueue(load)

    def _enqueue(self, output: Load | Ingest) -> None:
        if isinstance(output, Ingest):
            self._queued += sum(map(len, output.events))
            if self._queued > MAX_QUEUED_BYTES:
                raise RemoteProtocolError("flood")
        self._work.append(output)
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled. Raises RemoteProtocolError for what the peer sent."""
        while True:
            while self._work:
                await self._do(self._work.popleft())
            self._wake.clear()
            deadline = self._machine.deadline
            timeout = IDLE if deadline is None else max(deadline - _now(), 0.0)
            try:
                async with asyncio.timeout(timeout):
                    await self._wake.wait()
            except TimeoutError:
                self._take(self._machine.tick(_now()))

    async def _do(self, output: Load | Ingest) -> None:
        if isinstance(output, Ingest):
            await self._ingest(output)
            return
        if self._drained is not None:
            await self._drained()
        events = await self._logs.load(output.room, output.spans, output.max_bytes)
        self._take(self._machine.loaded(output.room, events, _now()))

    async def _ingest(self, first: Ingest) -> None:
        batch = list(first.events)
        while self._work and len(batch) < MAX_INGEST_EVENTS:
            following = self._work[0]
            if not isinstance(following, Ingest) or following.room != first.room:
                break
            batch += following.events
            self._work.popleft()
        self._queued -= sum(map(len, batch))
        if self._book.find(first.room) is None:
            return
        committed = await self._logs.ingest(first.room, batch)
        for fork in committed.forks:
            self._take(self._machine.refuse(first.room, fork.author, fork.seq, "fork"))


def _now() -> float:
    return asyncio.get_running_loop().time()
