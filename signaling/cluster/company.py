"""One server among several: what it tells them, and what it makes of what they tell.

Owns no socket and no clock. Each server tells of its own connections alone, in numbered parts, and
beats once a second; who has not been heard for LEASE seconds is gone, and so are its connections.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from signaling.cluster.records import (
    Arrived,
    Ask,
    BadFrame,
    Beat,
    Carry,
    Change,
    Counts,
    Entered,
    Entry,
    Exited,
    Gone,
    Listed,
    Reached,
    Record,
    Told,
    Unlisted,
    Whole,
    decode,
    wholes,
)
from signaling.cluster.rosters import Rosters, Session
from signaling.elsewhere import Elsewhere, Far, Handed, News, Recarded
from signaling.protocol import Card

LEASE = 3.5
"""Seconds after which a silent server counts as gone; with the tick, under 5."""
ASK_AGAIN = 0.5
LATE_TICK = 2.5
MAX_PENDING = 4096
MAX_CHANGES = 512
MAX_WAITING = 32 * 1024 * 1024
"""Bytes of signals that may wait for the bus."""

logger = logging.getLogger("signaling.cluster")


@dataclass
class Outgoing:
    """What is to be sent now, in this order: to all, to some, then what is wanted of whom.

    `changed` are the peers here of whom something else is to be kept; all, if `anew`.
    """

    number: int
    to_all: list[Record] = field(default_factory=list)
    to_one: dict[bytes, list[Record]] = field(default_factory=dict)
    wanted: list[bytes] = field(default_factory=list)
    changed: list[bytes] = field(default_factory=list)
    anew: bool = False


@dataclass
class _Other:
    """How much of another server's telling has been heard."""

    heard: float
    number: int = -1
    counts: Counts = field(default_factory=Counts)
    wanted: float = float("-inf")
    pending: dict[int, Told] = field(default_factory=dict)
    parts: list[Whole] = field(default_factory=list)


class Company(Elsewhere):
    """`server` is 32 random bytes; `wake` is called whenever there is something to `take`."""

    def __init__(self, server: bytes, counts: Callable[[], Counts] = Counts) -> None:
        self.server = server
        self.connected = False
        self.wake: Callable[[], None] = _nothing
        self._counts = counts
        self._rosters = Rosters(server)
        self._others: dict[bytes, _Other] = {}
        self._number = 0
        self._changes: list[Change] = []
        self._changed: dict[bytes, None] = {}
        self._to_all: list[Record] = []
        self._to_one: defaultdict[bytes, list[Record]] = defaultdict(list)
        self._wanted: dict[bytes, None] = {}
        self._waiting = 0
        self._anew = True
        self._ticked = float("inf")
        self._stopping = False
        self._complained = False

    # what the server asks

    def find(self, peer: bytes) -> Far | None:
        found = self._rosters.newest(peer)
        if found is None or found[0] == self.server:
            return None
        return Far(found[0], found[1].instance, found[1].reached)

    def instance(self, peer: bytes) -> bytes:
        return self._rosters.instance(peer)

    def holds(self, room: bytes, peer: bytes) -> bool:
        return self._rosters.holds(room, peer)

    def card(self, peer: bytes) -> Card | None:
        return self._rosters.card(peer)

    def census(self) -> dict[str, Any]:
        every = [self._counts(), *(other.counts for other in self._others.values())]
        names = Counts.__struct_fields__
        return {
            "connected": self.connected,
            "servers": len(every),
            **{name: sum(getattr(counts, name) for counts in every) for name in names},
            "each": [msgspec.structs.asdict(counts) for counts in every],
        }

    # what the server tells

    def arrived(self, peer: bytes, instance: bytes, unix_ms: int) -> Sequence[News]:
        return self._tell(Arrived(peer, instance, max(unix_ms, self._rosters.latest + 1)))

    def gone(self, peer: bytes) -> None:
        self._tell(Gone(peer))

    def entered(self, peer: bytes, room: bytes) -> None:
        session = self._rosters.mine.get(peer)
        if session is not None and room not in session.rooms:
            self._tell(Entered(peer, room))

    def exited(self, peer: bytes, room: bytes) -> None:
        self._tell(Exited(peer, room))

    def listed(self, peer: bytes, card: Card) -> None:
        self._tell(Listed(peer, card))

    def unlisted(self, peer: bytes) -> None:
        self._tell(Unlisted(peer))

    def reached(self, peer: bytes, other: bytes) -> None:
        self._tell(Reached(peer, other))

    def hand(self, far: Far, signal: Handed) -> bool:
        if not self.connected or self._waiting > MAX_WAITING:
            return False
        self._waiting += len(signal.payload)
        carry = Carry(signal.sender, signal.to, signal.payload, signal.again)
        self._to_one[far.server].append(carry)
        self.wake()
        return True

    def stopping(self) -> None:
        self._stopping = True

    # what comes and goes over the bus

    def joined(self, now: float) -> None:
        """The bus is there: everybody gets a fresh lease, and hears of us."""
        self.connected = True
        self._anew = True
        for other in self._others.values():
            other.heard = now
            other.wanted = float("-inf")
        self._beat()

    def lost(self) -> None:
        """The bus is away: what was to be told is, all of it, once it is back."""
        self.connected = False
        self._number += 1
        for waiting in (self._changes, self._changed, self._to_all, self._to_one, self._wanted):
            waiting.clear()
        self._waiting = 0

    def take(self) -> Outgoing:
        """Return what is to be sent now, once."""
        self._seal()
        out = Outgoing(
            self._number,
            self._to_all,
            dict(self._to_one),
            list(self._wanted),
            list(self._rosters.mine) if self._anew else list(self._changed),
            self._anew,
        )
        self._to_all, self._waiting, self._anew = [], 0, False
        self._to_one.clear()
        self._wanted.clear()
        self._changed.clear()
        return out

    def entry(self, peer: bytes) -> Entry | None:
        """Return a connection here as a whole."""
        session = self._rosters.mine.get(peer)
        return None if session is None else _entry(peer, session)

    def heard(self, frame: bytes, now: float) -> Sequence[News]:
        try:
            records = decode(frame)
        except BadFrame as error:
            level = logging.DEBUG if self._complained else logging.WARNING
            logger.log(level, "something on the bus was ignored: %s", error)
            self._complained = True
            return ()
        return [news for record in records for news in self._hear(record, now)]

    def tick(self, now: float) -> Sequence[News]:
        slept, self._ticked = now - self._ticked, now
        if slept > LATE_TICK:  # it was us who did not listen
            for other in self._others.values():
                other.heard += slept
        if not self.connected:
            return ()
        self._beat()
        late = [server for server, o in self._others.items() if now - o.heard > LEASE]
        for server in late:
            logger.info("a server is gone")
            del self._others[server]
        return [news for server in late for news in self._rosters.drop(server)]

    # within

    def _tell(self, change: Change) -> list[News]:
        news = self._rosters.apply(self.server, change)
        if self._stopping:
            return news
        if not self.connected:
            self._number += 1
            return news
        self._changes.append(change)
        self._changed[change.peer] = None
        self.wake()
        return news

    def _beat(self) -> None:
        if not self._stopping:
            self._seal()
            self._to_all.append(Beat(self.server, self._number, self._counts()))
            self.wake()

    def _seal(self) -> None:
        for start in range(0, len(self._changes), MAX_CHANGES):
            self._number += 1
            part = self._changes[start : start + MAX_CHANGES]
            self._to_all.append(Told(self.server, self._number, part))
        self._changes.clear()

    def _hear(self, record: Record, now: float) -> Sequence[News]:
        if isinstance(record, Carry):
            return [Handed(record.sender, record.to, record.payload, record.again)]
        if record.server == self.server:
            return ()
        other = self._others.get(record.server)
        if other is None:
            other = self._others[record.server] = _Other(now)
            if isinstance(record, Beat):
                self._beat()
        other.heard = now
        match record:
            case Told():
                return self._heard_told(other, record, now)
            case Beat(server, number, counts):
                other.counts = counts
                if number > other.number:
                    self._want(server, other, now)
            case Whole():
                return self._heard_whole(other, record)
            case Ask(server):
                self._seal()
                entries = (_entry(peer, s) for peer, s in self._rosters.mine.items())
                self._to_one[server].extend(wholes(self.server, self._number, entries))
                self.wake()
        return ()

    def _heard_told(self, other: _Other, told: Told, now: float) -> Sequence[News]:
        if told.number <= other.number:
            return ()
        if len(other.pending) < MAX_PENDING:
            other.pending[told.number] = told
        if told.number > other.number + 1:
            self._want(told.server, other, now)
        return self._catch_up(told.server, other)

    def _heard_whole(self, other: _Other, whole: Whole) -> Sequence[News]:
        if whole.part == 0:
            other.parts = []
        follows = not other.parts or other.parts[-1].number == whole.number
        if whole.part != len(other.parts) or not follows:
            return ()
        other.parts.append(whole)
        if len(other.parts) < whole.parts or whole.number < other.number:
            return ()
        parts, other.parts, other.number = other.parts, [], whole.number
        news = self._rosters.replace(whole.server, [e for part in parts for e in part.entries])
        return [*news, *self._catch_up(whole.server, other)]

    def _catch_up(self, server: bytes, other: _Other) -> Sequence[News]:
        news: list[News] = []
        while (told := other.pending.pop(other.number + 1, None)) is not None:
            other.number += 1
            for change in told.changes:
                news += self._heard_change(server, change)
        if other.pending:
            other.pending = {n: t for n, t in other.pending.items() if n > other.number}
        return news

    def _heard_change(self, server: bytes, change: Change) -> list[News]:
        mine = self._rosters.mine.get(change.peer)
        withdrawn = isinstance(change, Unlisted) and mine is not None and mine.card is not None
        news = self._rosters.apply(server, change)
        if withdrawn:
            self._tell(Unlisted(change.peer))
            news.append(Recarded(change.peer))
        return news

    def _want(self, server: bytes, other: _Other, now: float) -> None:
        if now - other.wanted >= ASK_AGAIN:
            other.wanted = now
            self._wanted[server] = None
            self.wake()


def _nothing() -> None:
    return


def _entry(peer: bytes, session: Session) -> Entry:
    return Entry(
        peer,
        session.instance,
        session.stamp,
        list(session.rooms),
        session.card,
        list(session.reached),
    )
