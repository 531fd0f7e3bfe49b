"""What lanes and the exchange that they belong to know of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.errors import AppError
from app.domain.manifest import Layout, Manifest
from app.protocol.piece_map import PieceMap
from app.transport.bulk.outbox import Outbox


class Reader(Protocol):
    """One thread's way to the bytes of pieces."""

    def read_into(self, piece: int, buffer: memoryview) -> memoryview: ...

    def close(self) -> None: ...


class Writer(Protocol):
    """One thread's way to put verified pieces away."""

    def write(self, piece: int, content: memoryview) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Content:
    """What is exchanged. `writer` is None for what we have whole and only give."""

    manifest: Manifest
    layout: Layout
    done: PieceMap
    reader: Callable[[], Reader]
    writer: Callable[[], Writer] | None = None


class Owner(Protocol):
    """Who is told what happens; from any thread, which must not be kept waiting."""

    def manifest_came(self, wire: bytes) -> None: ...

    def piece_came(self, size: int, is_last: bool) -> None: ...

    def broke(self, error: AppError) -> None: ...

    def lane_ended(self, number: int, code: str) -> None: ...


class Member(Protocol):
    """A lane as its exchange sees it. `told` is how many pieces it knows that we have."""

    number: int
    outbox: Outbox
    told: int
    told_at: float

    def __hash__(self) -> int: ...

    @property
    def is_closing(self) -> bool: ...

    @property
    def is_retiring(self) -> bool: ...

    @property
    def may_know_manifest(self) -> bool: ...

    @property
    def peer_map(self) -> PieceMap | None: ...

    def begin(self, content: Content) -> None: ...

    def ask(self, pieces: Sequence[int]) -> None: ...

    def ask_manifest(self) -> None: ...

    def close(self, code: str) -> None: ...

    def tick(self, now: float) -> None: ...


class ManifestSearch:
    """Which lane is asked for the manifest, one after the other. Under the exchange's lock."""

    def __init__(self) -> None:
        self._is_on = False
        self._asked: Member | None = None

    def begin(self, lanes: Iterable[Member]) -> None:
        self._is_on = True
        self.go_on(lanes)

    def end(self) -> None:
        self._is_on = False

    def go_on(self, lanes: Iterable[Member], without: Member | None = None) -> None:
        """Ask one of the lanes, if none is asked but `without`, which has nothing to say."""
        if self._asked is without:
            self._asked = None
        if not self._is_on or self._asked is not None:
            return
        able = (one for one in lanes if one.may_know_manifest and not one.is_closing)
        self._asked = next(able, None)
        if self._asked is not None:
            self._asked.ask_manifest()
