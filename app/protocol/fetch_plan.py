"""Who is asked for which piece of a transfer: a plan over several sources, without any IO.

Each source is asked for a window of pieces at a time, small at first and wider while pieces come
quickly: what many ask of the same slow source at once is asked for in vain. Different sources begin
at different places, so that members who fetch the same thing soon have pieces for each other; and
who has everything is asked for what nobody else has. In the end a source with nothing left to do is
also asked for what another one is slow with.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from itertools import islice, takewhile
from math import inf
from typing import Generic, TypeVar

from app.protocol.piece_map import PieceMap

WINDOW = 16
"""Pieces that one source is asked for at a time: what a fast line holds in a round trip or two."""
FIRST_WINDOW = 4
"""The window of a source before it is known to be quick, and of one that is slow."""
QUICK = 0.5
"""Seconds within which half a window comes from a source that is asked for more at a time."""
SLOW = 2.0
"""Seconds after which it is asked for less."""
STALLED_AFTER = 20.0
"""Seconds without any piece, after which what a source was asked for is asked of others."""
SHARED_WINDOW = 4
"""The window of a source that has everything while others fetch from it too: what it is asked for
twice, by us and by them, before anybody can tell, should be little."""
MAX_ASKED = 2
"""Sources that are asked for the same piece at once."""

Source = TypeVar("Source", bound=Hashable)


@dataclass(slots=True)
class _Asked:
    """What is known of a source; `has` is None for one that has all pieces."""

    has: PieceMap | None
    start: int
    heard_at: float
    window: int = FIRST_WINDOW
    asked_at: float = -inf
    pending: set[int] = field(default_factory=set)
    lacks: set[int] = field(default_factory=set)

    def offers(self, piece: int) -> bool:
        return piece not in self.lacks and (self.has is None or piece in self.has)

    def adapt(self, now: float) -> None:
        """Pieces are asked for because half of those before have come."""
        if now - self.asked_at < QUICK:
            self.window = min(self.window * 2, WINDOW)
        elif now - self.asked_at > SLOW:
            self.window = max(self.window // 2, FIRST_WINDOW)
        self.asked_at = now


class FetchPlan(Generic[Source]):
    """Plans for one transfer. `done` is changed as pieces arrive; it may hold some already."""

    def __init__(self, done: PieceMap, first: Callable[[int], int] = lambda _number: 0) -> None:
        """`first` says at which piece the source with this number (from 0) begins."""
        self.done = done
        self._first = first
        self._sources: dict[Source, _Asked] = {}
        self._asked: dict[int, int] = {}
        """How many sources are asked for a piece at this moment."""
        self._added = 0
        self._rare: PieceMap | None = None
        """What nobody has but those who have everything; None if that is everything."""

    @property
    def is_complete(self) -> bool:
        return self.done.is_complete

    def add(self, source: Source, has: PieceMap | None, now: float) -> None:
        """A source is there, or has told anew what it has."""
        known = self._sources.get(source)
        if known is not None:
            known.has = has
            known.lacks.clear()
        else:
            start = self._first(self._added) % max(self.done.count, 1)
            self._sources[source] = _Asked(has, start, now)
            self._added += 1
        self._note_rare()

    def remove(self, source: Source) -> None:
        """A source is gone; what it was asked for is asked of others."""
        known = self._sources.pop(source, None)
        for piece in known.pending if known else ():
            self._release(piece)
        self._note_rare()

    def wants(self, source: Source, now: float) -> list[int]:
        """Return the pieces to ask a source for now, none for an unknown one."""
        known = self._sources.get(source)
        if known is None:
            return []
        shared = known.has is None and self._rare is not None
        window = SHARED_WINDOW if shared else known.window
        if len(known.pending) > window // 2:
            return []
        room = window - len(known.pending)
        chosen = self._unasked(known, room)
        if not chosen and not known.pending:
            chosen = self._asked_elsewhere(known, room)
        if chosen:
            known.adapt(now)
        if chosen and not known.pending:
            known.heard_at = now
        for piece in chosen:
            known.pending.add(piece)
            self._asked[piece] = self._asked.get(piece, 0) + 1
        return chosen

    def arrived(self, source: Source, piece: int, now: float) -> bool:
        """Note a verified piece; tell whether it is news. One that nobody asked for counts too."""
        known = self._sources.get(source)
        if known is not None:
            known.heard_at = now
            self._settle(known, piece)
        return self.done.add(piece)

    def lacking(self, source: Source, piece: int) -> None:
        """A source does not have a piece that it was asked for."""
        known = self._sources.get(source)
        if known is not None:
            known.lacks.add(piece)
            self._settle(known, piece)

    def stalled(self, now: float) -> list[Source]:
        """Return the sources that have kept us waiting for too long; remove them yourself."""
        return [
            source
            for source, known in self._sources.items()
            if known.pending and now - known.heard_at >= STALLED_AFTER
        ]

    def deadline(self) -> float | None:
        """Return when `stalled` may next have something to say, None if nothing is awaited."""
        waits = (known.heard_at for known in self._sources.values() if known.pending)
        return min((heard + STALLED_AFTER for heard in waits), default=None)

    def _note_rare(self) -> None:
        partial = [known.has for known in self._sources.values() if known.has is not None]
        self._rare = PieceMap.outside(partial, self.done.count) if partial else None

    def _unasked(self, known: _Asked, room: int) -> list[int]:
        if known.has is not None or self._rare is None:
            return self._next(known, known.has, room)
        # Others choose too: not where we went on, so that it is rarely the same.
        self._added += 1
        known.start = self._first(self._added) % max(self.done.count, 1)
        rare = self._next(known, self._rare, room)
        return rare if rare or known.pending else self._next(known, None, room)

    def _next(self, known: _Asked, among: PieceMap | None, room: int) -> list[int]:
        pieces = self._round(known.start, among)
        free = (p for p in pieces if p not in self._asked and p not in known.lacks)
        chosen = list(islice(free, room))
        if chosen:
            known.start = chosen[-1]
        return chosen

    def _asked_elsewhere(self, known: _Asked, room: int) -> list[int]:
        slow = (p for p in self._asked if p not in known.pending and p not in self.done)
        repeated = (p for p in slow if self._asked[p] < MAX_ASKED and known.offers(p))
        return sorted(repeated)[:room]

    def _round(self, start: int, among: PieceMap | None) -> Iterator[int]:
        """What is not here but in `among`, from a place to the end and round."""
        yield from self.done.missing(start, among)
        before = self.done.missing(0, among)
        yield from takewhile(lambda piece: piece < start, before)

    def _settle(self, known: _Asked, piece: int) -> None:
        if piece in known.pending:
            known.pending.discard(piece)
            self._release(piece)

    def _release(self, piece: int) -> None:
        left = self._asked.pop(piece) - 1
        if left:
            self._asked[piece] = left
