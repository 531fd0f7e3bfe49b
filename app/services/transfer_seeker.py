"""Finds the way to a peer: one after the other, and beside each other when one takes long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from app.domain.errors import AppError
from app.domain.files import Lane
from app.domain.ids import PeerId
from app.protocol.frames import WAYS
from app.services.peer_link import PeerLink
from app.services.transfer_book import Entry
from app.services.transfer_lanes import WAY_CODES, TransferLanes
from app.services.transfer_way_memory import WayMemory

Tries = dict[asyncio.Task[None], Lane]


class LaneSeeker:
    def __init__(self, lanes: TransferLanes, memory: WayMemory) -> None:
        self._lanes = lanes
        self._memory = memory

    async def seek(self, entry: Entry, link: PeerLink) -> None:
        """Return when there is a lane. Raises AppError: what the last way, or the peer, says."""
        ways, head_start = self._memory.plan(link.peer, self.allowed(link), _now())
        await self._try(entry, link, ways, head_start)

    async def improve(self, entry: Entry, link: PeerLink, lane: Lane) -> None:
        """Return when there is a better lane than one in use. Raises AppError."""
        ways = self._memory.better(link.peer, lane, self.allowed(link), _now())
        for way in ways:
            self._memory.tried(link.peer, way, _now())  # one transfer tries for all
        await self._try(entry, link, ways, 0.0)

    def allowed(self, link: PeerLink) -> frozenset[Lane]:
        """Return the ways that we may go, and of which the peer knows."""
        known = frozenset(Lane) if link.features & WAYS else frozenset({Lane.DIRECT})
        return self._lanes.terms.ways & known

    async def _try(
        self, entry: Entry, link: PeerLink, ways: Sequence[Lane], head_start: float
    ) -> None:
        """Begin the next way when those before have failed, or had their head start."""
        left, tries = list(ways), Tries()
        trouble = AppError("unknown-way")
        try:
            while left or tries:
                if left:
                    lane = left.pop(0)
                    tries[asyncio.create_task(self._lanes.ask(entry, link, lane))] = lane
                wait = head_start if left else None
                done, _ = await asyncio.wait(
                    tries, timeout=wait, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    error = self._ended(link.peer, tries.pop(task), task)
                    if error is None:
                        return
                    trouble = error
        finally:
            await self._give_up(link.peer, tries)
        raise trouble

    def _ended(self, peer: PeerId, lane: Lane, task: asyncio.Task[None]) -> AppError | None:
        """Learn from how an attempt ended. Raises what no other way would mend."""
        error = task.exception()
        if error is None:
            self._memory.worked(peer, lane, _now())
            return None
        if not isinstance(error, AppError) or error.code not in WAY_CODES:
            self._memory.tried(peer, lane, _now())
            raise error
        self._memory.failed(peer, lane, error.code, _now())
        return error

    async def _give_up(self, peer: PeerId, tries: Tries) -> None:
        for task, lane in tries.items():
            self._memory.tried(peer, lane, _now())
            task.cancel()
        await asyncio.gather(*tries, return_exceptions=True)


def _now() -> float:
    return asyncio.get_running_loop().time()
