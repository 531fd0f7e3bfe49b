"""One transfer's lanes and what they share: the content, and the plan of who is asked for what."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

from app.domain.errors import AppError
from app.protocol.bulk_frames import FrameHeader, Kind
from app.protocol.fetch_plan import FetchPlan
from app.protocol.manifests import MAX_MANIFEST_BYTES
from app.protocol.piece_map import PieceMap
from app.transport.bulk.sharing import Content, ManifestSearch, Member, Owner

HAVE_EVERY = 0.1
"""Seconds between two tellings of what we have, if that is short."""
HAVE_RATE = 256 * 1024
"""Bytes a second at most that such tellings take."""


class Exchange:
    """Lanes come and go; each has a reading and a writing thread that call in here."""

    def __init__(self, root: bytes, manifest_file: Path, owner: Owner) -> None:
        self.root = root
        self.manifest_file = manifest_file
        self.manifest_limit = MAX_MANIFEST_BYTES
        self.content: Content | None = None
        self.in_place = False
        """Nothing is left to be done with what came; others may be told that we have it all."""
        self._owner = owner
        self._plan: FetchPlan[Member] | None = None
        self._lanes: set[Member] = set()
        self._search = ManifestSearch()
        self._news = threading.Condition(threading.RLock())
        self._closed = False

    @property
    def lanes(self) -> list[Member]:
        with self._news:
            return list(self._lanes)

    def join(self, lane: Member) -> bool:
        """Let a lane take part; False if it is too late for that."""
        with self._news:
            if self._closed:
                return False
            self._lanes.add(lane)
            if self.content is not None:
                self._introduce(lane, self.content)
            self._search.go_on(self._lanes)
            return True

    def left(self, lane: Member, code: str) -> None:
        """A lane has ended; both its threads are through."""
        with self._news:
            self._drop(lane)
            self._lanes.discard(lane)
            self._news.notify_all()
        self._owner.lane_ended(lane.number, code)

    def drop(self, lane: Member) -> None:
        """Ask a lane for nothing more, and others for what it was asked."""
        with self._news:
            self._drop(lane)

    def _drop(self, lane: Member) -> None:
        if self._plan is not None:
            self._plan.remove(lane)
        self._search.go_on(self._lanes, without=lane)

    def begin(self, content: Content, *, in_place: bool) -> None:
        """The manifest is known and the pieces are at hand, or can be put somewhere."""
        with self._news:
            count = max(content.done.count, 1)
            self.in_place = in_place
            self.content = content
            self._plan = FetchPlan(content.done, lambda _number: random.randrange(count))  # noqa: S311 - spreads load
            for lane in self._lanes:
                self._introduce(lane, content)

    def _introduce(self, lane: Member, content: Content) -> None:
        lane.begin(content)
        self._tell(lane)

    def placed(self) -> None:
        """Everything that came lies where it belongs."""
        with self._news:
            self.in_place = True
            for lane in self._lanes:
                self._tell(lane)
                self._settle(lane)

    def seek_manifest(self, limit: int) -> None:
        """Ask the lanes for the manifest, of so many bytes at most, until one has it."""
        with self._news:
            self.manifest_limit = limit
            self._search.begin(self._lanes)

    def ask_again(self, without: Member | None = None) -> None:
        """A lane may have the manifest now, or one that was asked does not have it."""
        with self._news:
            self._search.go_on(self._lanes, without)

    def manifest_came(self, wire: bytes) -> None:
        """The manifest as it was offered, whatever it says."""
        with self._news:
            self._search.end()
        self._owner.manifest_came(wire)

    def peer_has(self, lane: Member, pieces: PieceMap) -> None:
        """A lane tells what can be had there."""
        with self._news:
            if self._plan is not None:
                has = None if pieces.is_complete else pieces
                self._plan.add(lane, has, time.monotonic())
            self._settle(lane)
            self._pump(lane)

    def lacking(self, lane: Member, pieces: tuple[int, ...]) -> None:
        with self._news:
            if self._plan is not None:
                for piece in pieces:
                    self._plan.lacking(lane, piece)
            self._pump(lane)

    def locked(self) -> threading.Condition:
        """Return what to hold while changing what a lane has asked for."""
        return self._news

    def arrived(self, lane: Member, piece: int, size: int) -> None:
        """A verified piece is written."""
        with self._news:
            if self._plan is None:
                return
            is_news = self._plan.arrived(lane, piece, time.monotonic())
            is_last = is_news and self._plan.is_complete
            self._pump(lane)
        if is_news:
            self._owner.piece_came(size, is_last)

    def lost(self, pieces: list[int]) -> None:
        """Pieces turned out not to be there; they are fetched again."""
        with self._news:
            if self.content is not None:
                for piece in pieces:
                    self.content.done.discard(piece)

    def snapshot(self) -> bytes:
        """Return the encoded map of what is there at this moment."""
        with self._news:
            return self.content.done.encode() if self.content is not None else b""

    def broke(self, error: AppError) -> None:
        """The disk, or what we give, is not as it should be."""
        self._owner.broke(error)

    def _pump(self, lane: Member) -> None:
        """Ask a lane for more if it is time for that."""
        with self._news:
            if self._plan is None or lane not in self._lanes:
                return
            if lane.is_closing or lane.is_retiring:
                return
            pieces = self._plan.wants(lane, time.monotonic())
            if pieces:
                lane.ask(pieces)

    def _tell(self, lane: Member) -> None:
        """Tell a lane what we have, if it does not know; not yet that it is all."""
        with self._news:
            if self.content is None:
                return
            done = self.content.done
            if lane.told == done.there or (done.is_complete and not self.in_place):
                return
            lane.told = done.there
            bits = done.encode()
            lane.outbox.put_have(FrameHeader(Kind.HAVE, len(bits), done.count).encode() + bits)

    def tick(self, now: float) -> None:
        """To be called a few times a second."""
        for lane in self.lanes:
            lane.tick(now)
            if now - lane.told_at >= self._have_every():
                lane.told_at = now
                self._tell(lane)
            self._pump(lane)

    def _have_every(self) -> float:
        count = self.content.done.count if self.content is not None else 0
        return max(HAVE_EVERY, count / 8 / HAVE_RATE)

    def close(self, code: str) -> None:
        """End all lanes, saying why."""
        with self._news:
            self._closed = True
            for lane in self._lanes:
                lane.close(code)

    def wait_closed(self, seconds: float) -> bool:
        """Tell whether all lanes have ended within the time."""
        with self._news:
            return self._news.wait_for(lambda: not self._lanes, seconds)

    def _settle(self, lane: Member) -> None:
        """A lane over which nothing more can come is closed."""
        if self.in_place and lane.peer_map is not None and lane.peer_map.is_complete:
            lane.close("done")
