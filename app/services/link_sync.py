"""Runs `LogSync` for one link against the disk, without holding up the reading of frames."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from app.domain.errors import RemoteProtocolError
from app.domain.ids import EventId, PeerId, RoomId
from app.protocol.frames import HEADS, MAX_HEADS, MESH, Events, Frame, Have, Heads, Refused
from app.protocol.log_sync import (
    HandedOver,
    Ingest,
    Load,
    LogSync,
    Offered,
    Output,
    Reported,
    Send,
)
from app.protocol.mesh_frames import Ask
from app.protocol.room_log import Head
from app.services.sync_source import SyncBook, SyncLogs, SyncTicks

MAX_QUEUED_BYTES = 4 * 1024 * 1024
MAX_INGEST_EVENTS = 256
MAX_CONTRADICTIONS = 64
MAX_UNDRAINED_BYTES = 1024 * 1024
"""So much leaves at once; then the link has to have sent it before more is handed to it."""
IDLE = 3600.0


@dataclass(frozen=True, slots=True)
class _TellHeads:
    """Say which events are the last of the room's logs."""

    room: RoomId


Work = Load | Ingest | Heads | _TellHeads


class LinkSync:
    """Takes frames and log growth in, sends frames out; its slow work is done by `run`."""

    def __init__(
        self, local: PeerId, peer: PeerId, book: SyncBook, logs: SyncLogs, ticks: SyncTicks
    ) -> None:
        self._machine = LogSync(local)
        self._peer = peer
        self._book = book
        self._logs = logs
        self._ticks = ticks
        self._work: deque[Work] = deque()
        self._queued = 0
        self._undrained = 0
        self._compared: set[RoomId] = set()
        self._features = 0
        self._wake = asyncio.Event()
        self._send: Callable[[Frame], None] = lambda _frame: None
        self._drained: Callable[[], Awaitable[None]] | None = None

    def attach(
        self,
        send: Callable[[Frame], None],
        drained: Callable[[], Awaitable[None]],
        features: int = 0,
    ) -> None:
        """Say how frames leave, how to wait until they have, and what the peer understands."""
        self._send = send
        self._drained = drained
        self._features = features
        self._machine.pulls = bool(features & MESH)

    def open_room(self, room: RoomId) -> None:
        conversation = self._book.find(room)
        if conversation is not None:
            read = self._ticks.read_in(room)
            self._take(self._machine.open(room, dict(conversation.vector), read))
            self._logs.pulls.opened(room, conversation.vector, self._peer, self)
            if self._features & HEADS and conversation.vector:
                self._enqueue(_TellHeads(room))

    def close_room(self, room: RoomId) -> None:
        self._machine.close(room)
        self._logs.pulls.closed(room, self._peer, self)

    def differs(self, room: RoomId) -> bool:
        """Tell whether the peer is known to have another part of the room's logs than we."""
        return self._machine.differs(room)

    def begin_anew(self, room: RoomId) -> None:
        """Compare the room's logs from the beginning."""
        self._logs.pulls.begin_anew(room, self._peer)
        self._take(self._machine.begin_anew(room, _now()))

    def detach(self) -> None:
        """The link is gone."""
        self._logs.pulls.ended(self._peer, self)

    def ask(self, room: RoomId, wanted: Mapping[PeerId, int]) -> None:
        """Have the peer send what others wrote, of each author up to a number."""
        self._take(self._machine.ask(room, wanted))

    def receive(self, frame: Have | Events | Refused | Ask | Heads) -> None:
        """Raises RemoteProtocolError."""
        if isinstance(frame, Heads):
            self._compare_once(frame)
            return
        self._take(self._machine.receive(frame, _now()))
        if isinstance(frame, Refused):
            room, author = RoomId(frame.room), PeerId(frame.author)
            self._ticks.refused(room, author, self._peer, frame.code)

    def _compare_once(self, frame: Heads) -> None:
        room = RoomId(frame.room)
        if self._machine.is_open(room) and room not in self._compared:
            self._compared.add(room)
            self._enqueue(frame)

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
                case Offered(room, vector):
                    self._logs.pulls.offered(room, self._peer, vector)
                case Load():
                    self._load_at_once(output)
                case Ingest(room, _):
                    self._logs.pulls.brought(room, self._peer)
                    self._enqueue(output)

    def _load_at_once(self, load: Load) -> None:
        fits = self._undrained < MAX_UNDRAINED_BYTES
        events = self._logs.recent(load.room, load.spans, load.max_bytes) if fits else []
        if events:
            self._undrained += sum(map(len, events))
            self._take(self._machine.loaded(load.room, events, _now()))
        else:
            self._enqueue(load)

    def _enqueue(self, output: Work) -> None:
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

    async def _do(self, output: Work) -> None:
        match output:
            case Ingest():
                await self._ingest(output)
            case Load():
                await self._load(output)
            case Heads(room, heads):
                theirs = {
                    PeerId(author): Head(seq, EventId(e)) for author, (seq, e) in heads.items()
                }
                await self._contradict(RoomId(room), theirs)
            case _TellHeads(room):
                await self._tell_heads(room)

    async def _tell_heads(self, room: RoomId) -> None:
        heads = await self._logs.heads(room)
        some = islice(heads.items(), MAX_HEADS)
        if self._machine.is_open(room):
            self._send(
                Heads(room, {bytes(who): (head.seq, bytes(head.event)) for who, head in some})
            )

    async def _contradict(self, room: RoomId, heads: Mapping[PeerId, Head]) -> None:
        """Show the peer our event wherever its log of the same length ends in another.

        It does the same, and so both have the author's two signatures.
        """
        events = await self._logs.contradicting(room, heads)
        for event in events[:MAX_CONTRADICTIONS]:
            if self._machine.is_open(room):
                self._send(Events(room, [event]))

    async def _load(self, output: Load) -> None:
        if self._drained is not None:
            await self._drained()
        self._undrained = 0
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
        taken = await self._logs.ingest(first.room, batch)
        for author, seq, code in taken.refusals:
            if code == "fork":
                self._logs.pulls.refused(first.room, self._peer, author)
            self._take(self._machine.refuse(first.room, author, seq, code))


def _now() -> float:
    return asyncio.get_running_loop().time()
