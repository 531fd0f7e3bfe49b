"""Log synchronisation over one link: each side pushes what the other's vector lacks.

    for each room        what happens
    -------------------  ----------------------------------------------------------
    opened               send our whole vector
    their Have           merge into `theirs`, drop from flight what it covers, push
    our log grew         send a partial Have, push own events now, others' after a delay
    events loaded        send them, note them as in flight
    events received      whoever sends them has them; hand them up; the Have after their commit
                         acknowledges them, and those that are our own at once
    Refused              stop pushing that author on this link

At most WINDOW bytes are in flight for a room, so a slow disk at the other end slows us down. What
others wrote waits RELAY_DELAY first, since their author will mostly push it itself.

On a link that *pulls* what others wrote is not pushed at all: the Have is an offer, and an Ask says
how much of which author is to come. So it comes from one neighbour and not from each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from app.domain.errors import RemoteProtocolError
from app.domain.events import HEADER
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import MAX_VECTOR_ENTRIES, Events, Frame, Have, Refused
from app.protocol.mesh_frames import MAX_ASKED, Ask

WINDOW = 512 * 1024
BATCH_BYTES = 96 * 1024
RELAY_DELAY = 0.4

Vector = dict[PeerId, int]
Span = tuple[PeerId, int, int]


@dataclass(frozen=True, slots=True)
class Send:
    """A frame for the reliable lane."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class Load:
    """Read these spans (author, first, last seq) and pass them to `loaded`; one at a time."""

    room: RoomId
    spans: tuple[Span, ...]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Ingest:
    """Verify and store; afterwards call `appended` with the new vector."""

    room: RoomId
    events: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Our own events up to `seq` have been handed to this link."""

    room: RoomId
    seq: int


@dataclass(frozen=True, slots=True)
class Reported:
    """The peer has stored and read this much; both only ever grow."""

    room: RoomId
    stored: Mapping[PeerId, int]
    read: Mapping[PeerId, int]


@dataclass(frozen=True, slots=True)
class Offered:
    """The peer has this of others (or of us) beyond our log, and sends it when it is asked."""

    room: RoomId
    vector: Mapping[PeerId, int]


Output = Send | Load | Ingest | HandedOver | Reported | Offered


def raise_to(vector: Vector, other: Mapping[PeerId, int]) -> Vector:
    """Raise `vector` in place to at least `other`; return the entries that grew."""
    grown = {peer: seq for peer, seq in other.items() if seq > vector.get(peer, 0)}
    vector.update(grown)
    return grown


@dataclass(slots=True)
class _Room:
    mine: Vector
    told: Vector = field(default_factory=dict)
    theirs: Vector | None = None
    sent: Vector = field(default_factory=dict)
    flight: deque[tuple[Vector, int]] = field(default_factory=deque)
    loading: bool = False
    refused: set[PeerId] = field(default_factory=set)
    contradicted: set[PeerId] = field(default_factory=set)
    relay_at: float | None = None
    acknowledge_own: bool = False
    asked: Vector = field(default_factory=dict)


class LogSync:
    """All shared rooms of one link. Times are seconds of any steady clock.

    `pulls` tells that both ends ask for what others wrote; set it before a room is opened.
    """

    def __init__(self, local: PeerId) -> None:
        self._local = local
        self.pulls = False
        self._rooms: dict[RoomId, _Room] = {}

    @property
    def deadline(self) -> float | None:
        """When `tick` has to be called next."""
        return min(
            (r.relay_at for r in self._rooms.values() if r.relay_at is not None), default=None
        )

    def open(self, room: RoomId, stored: Vector, read: Vector) -> list[Output]:
        """The room became shared on this link."""
        if room in self._rooms:
            return []
        self._rooms[room] = _Room(mine=dict(stored), told=dict(stored))
        return [Send(_have(room, stored, read))]

    def is_open(self, room: RoomId) -> bool:
        return room in self._rooms

    def differs(self, room: RoomId) -> bool:
        """Tell whether the peer is known to have another part of the logs than we."""
        state = self._rooms.get(room)
        if state is None or state.theirs is None:
            return state is not None
        authors = (state.mine.keys() | state.theirs.keys()) - state.refused - state.contradicted
        return any(state.mine.get(a, 0) != state.theirs.get(a, 0) for a in authors)

    def begin_anew(self, room: RoomId, now: float) -> list[Output]:
        """Say once more all that we have, send what the peer lacks, and have it say the same."""
        state = self._rooms.get(room)
        if state is None:
            return []
        state.sent = dict(state.theirs or {})
        state.flight.clear()
        state.loading = False
        ahead = {p: s for p, s in (state.theirs or {}).items() if s > state.mine.get(p, 0)}
        outputs: list[Output] = [Send(_have(room, state.mine, {}))]
        if self.pulls and state.mine:
            outputs += self.ask(room, dict(islice(state.mine.items(), MAX_ASKED)))
        if self.pulls and ahead:
            outputs.append(Offered(room, ahead))
        return outputs + self._push(room, state, now)

    def close(self, room: RoomId) -> None:
        """We have left the room."""
        self._rooms.pop(room, None)

    def receive(self, frame: Have | Events | Refused | Ask, now: float) -> list[Output]:
        """Take a frame of a room.

        Raises RemoteProtocolError("room-not-open" | "vector-too-large").
        """
        state = self._rooms.get(RoomId(frame.room))
        if state is None:
            raise RemoteProtocolError("room-not-open")
        room = RoomId(frame.room)
        if isinstance(frame, Events):
            return self._brought(room, state, frame.events, now)
        if isinstance(frame, Refused):
            return self._refused(room, state, PeerId(frame.author), now)
        if isinstance(frame, Ask):
            return self._asked(room, state, frame, now)
        return self._have(room, state, frame, now)

    def _have(self, room: RoomId, state: _Room, frame: Have, now: float) -> list[Output]:
        first = state.theirs is None
        theirs = state.theirs if state.theirs is not None else {}
        state.theirs = theirs
        stored = raise_to(theirs, {PeerId(peer): seq for peer, seq in frame.stored.items()})
        if len(theirs) > MAX_VECTOR_ENTRIES:
            raise RemoteProtocolError("vector-too-large")
        _land(state, theirs)
        read = {PeerId(peer): seq for peer, seq in frame.read.items()}
        outputs: list[Output] = [Reported(room, stored, read)] if stored or read or first else []
        ahead = {peer: seq for peer, seq in stored.items() if seq > state.mine.get(peer, 0)}
        if self.pulls and ahead:
            outputs.append(Offered(room, ahead))
        return outputs + self._push(room, state, now)

    def _asked(self, room: RoomId, state: _Room, frame: Ask, now: float) -> list[Output]:
        wanted = {PeerId(peer): seq for peer, seq in frame.wanted.items()}
        raise_to(state.asked, wanted)
        has = state.theirs or {}
        known = [author for author, seq in wanted.items() if seq <= has.get(author, 0)]
        ours = {author: state.mine.get(author, 0) for author in known}
        outputs: list[Output] = [Send(_have(room, ours, {}))] if ours else []
        return outputs + self._push(room, state, now)

    def ask(self, room: RoomId, wanted: Mapping[PeerId, int]) -> list[Output]:
        """Have the peer send what others wrote, of each author up to a number."""
        return [Send(Ask(room, _plain(wanted)))] if room in self._rooms else []

    def _brought(
        self, room: RoomId, state: _Room, events: Sequence[bytes], now: float
    ) -> list[Output]:
        brought: Vector = {}
        for wire in events:
            if len(wire) >= HEADER.size:
                _, _, author, seq, *_ = HEADER.unpack_from(wire)
                raise_to(brought, {PeerId(author): seq})
        outputs: list[Output] = [Ingest(room, tuple(events))]
        if self._local in brought:
            state.acknowledge_own = True
            outputs.append(Send(_have(room, {self._local: state.mine.get(self._local, 0)}, {})))
        if state.theirs is None:
            return outputs
        raise_to(state.theirs, brought)
        _land(state, state.theirs)
        return outputs + self._push(room, state, now)

    def _refused(self, room: RoomId, state: _Room, author: PeerId, now: float) -> list[Output]:
        state.refused.add(author)
        for reached, _ in state.flight:
            reached.pop(author, None)
        _land(state, state.theirs or {})
        return self._push(room, state, now)

    def appended(self, room: RoomId, vector: Mapping[PeerId, int], now: float) -> list[Output]:
        """Our log of the room has been committed up to `vector`; acknowledges what was received."""
        state = self._rooms.get(room)
        if state is None:
            return []
        raise_to(state.mine, vector)
        grown = raise_to(state.told, state.mine)
        foreign = {peer: seq for peer, seq in grown.items() if peer != self._local}
        lacks = any(seq > (state.theirs or {}).get(peer, 0) for peer, seq in foreign.items())
        if lacks and not self.pulls:
            state.relay_at = state.relay_at if state.relay_at is not None else now + RELAY_DELAY
        news = grown if state.acknowledge_own else foreign
        outputs: list[Output] = [Send(_have(room, news, {}))] if news else []
        return outputs + self._push(room, state, now)

    def read(self, room: RoomId, read: Mapping[PeerId, int]) -> list[Output]:
        """We have read the room up to `read`."""
        return [Send(_have(room, {}, read))] if room in self._rooms and read else []

    def refuse(self, room: RoomId, author: PeerId, seq: int, code: str) -> list[Output]:
        """Tell the peer that we will not take `author`'s events from `seq` on."""
        state = self._rooms.get(room)
        if state is None:
            return []
        state.contradicted.add(author)
        return [Send(Refused(room, author, seq, code))]

    def tick(self, now: float) -> list[Output]:
        """Push what others wrote once its delay is over."""
        outputs: list[Output] = []
        for room, state in self._rooms.items():
            if state.relay_at is not None and now >= state.relay_at:
                state.relay_at = None
                outputs += self._push(room, state, now)
        return outputs

    def loaded(self, room: RoomId, events: Sequence[bytes], now: float) -> list[Output]:
        """The answer to `Load`: the wire bytes, in the order of the spans, perhaps not all."""
        state = self._rooms.get(room)
        if state is None:
            return []
        state.loading = False
        if not events:
            return []
        reached: Vector = {}
        for wire in events:
            _, _, author, seq, *_ = HEADER.unpack_from(wire)
            reached[PeerId(author)] = seq
        raise_to(state.sent, reached)
        state.flight.append((reached, sum(map(len, events))))
        outputs: list[Output] = [Send(Events(room, list(events)))]
        if self._local in reached:
            outputs.append(HandedOver(room, reached[self._local]))
        return outputs + self._push(room, state, now)

    def _push(self, room: RoomId, state: _Room, now: float) -> list[Output]:
        budget = WINDOW - sum(size for _, size in state.flight)
        if state.loading or state.theirs is None or budget <= 0:
            return []
        spans = tuple(self._lacking(state, state.theirs, now))
        if not spans:
            return []
        state.loading = True
        return [Load(room, spans, min(budget, BATCH_BYTES))]

    def _lacking(self, state: _Room, theirs: Vector, now: float) -> list[Span]:
        held = state.relay_at is not None and now < state.relay_at
        spans = []
        for author, has in state.mine.items():
            pulled = self.pulls and author != self._local
            seq = min(has, state.asked.get(author, 0)) if pulled else has
            known = max(theirs.get(author, 0), state.sent.get(author, 0))
            if seq > known and author not in state.refused and not (held and author != self._local):
                spans.append((author, known + 1, seq))
        return spans


def _have(room: RoomId, stored: Mapping[PeerId, int], read: Mapping[PeerId, int]) -> Have:
    return Have(room, _plain(stored), _plain(read))


def _plain(vector: Mapping[PeerId, int]) -> dict[bytes, int]:
    return {bytes(peer): seq for peer, seq in vector.items()}


def _land(state: _Room, theirs: Vector) -> None:
    while state.flight and _covers(theirs, state.flight[0][0]):
        state.flight.popleft()


def _covers(vector: Vector, other: Vector) -> bool:
    return all(vector.get(peer, 0) >= seq for peer, seq in other.items())
