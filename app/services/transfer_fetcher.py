"""Gets what was accepted: looks for whoever has it, again and again, until it is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from app.domain.errors import AppError
from app.domain.files import TransferState
from app.domain.ids import PeerId
from app.protocol.frames import TRANSFERS
from app.services.background import Background
from app.services.peer_link import PeerLink
from app.services.transfer_book import Entry, TransferBook
from app.services.transfer_lanes import TransferLanes

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
MAX_GIVERS = 4
LOCAL = frozenset({"worker-unavailable"})
"""Errors that lie with us; everything else may be otherwise with the next peer."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Hunt:
    """One transfer that is being fetched. `rests` are peers with the time before which they rest,
    and how long they have to."""

    task: asyncio.Task[None]
    wake: asyncio.Event
    rests: dict[PeerId, tuple[float, float]] = field(default_factory=dict)


class TransferFetcher:
    """`links` gives all links that are up; `began` hears when the first lane of a hunt is there."""

    def __init__(
        self,
        background: Background,
        book: TransferBook,
        lanes: TransferLanes,
        links: Callable[[], Iterable[PeerLink]],
    ) -> None:
        self._background = background
        self._book = book
        self._lanes = lanes
        self._links = links
        self._hunts: dict[Entry, _Hunt] = {}

    def start(self, entry: Entry) -> None:
        """Fetch a transfer that was accepted, until it is there or `stop` is called."""
        if entry not in self._hunts and self._background.is_open:
            wake = asyncio.Event()
            task = self._background.spawn(self._run(entry))
            self._hunts[entry] = _Hunt(task, wake)

    async def stop(self, entry: Entry) -> None:
        """Return when nobody is asked for it any more."""
        hunt = self._hunts.pop(entry, None)
        if hunt is not None:
            hunt.task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.shield(asyncio.wait([hunt.task]))

    async def close(self) -> None:
        """Stop everything; it goes on after the next start."""
        for entry in tuple(self._hunts):
            await self.stop(entry)

    def nudge(self, entry: Entry, peer: PeerId | None = None) -> None:
        """Look again now; `peer` need not rest any more."""
        hunt = self._hunts.get(entry)
        if hunt is not None:
            if peer is not None:
                hunt.rests.pop(peer, None)
            hunt.wake.set()

    async def _run(self, entry: Entry) -> None:
        hunt = self._hunts[entry]
        while True:
            hunt.wake.clear()
            candidates = self._candidates(entry, hunt)
            lanes = sum(1 for _ in self._lanes.of(entry))
            asked = candidates[: max(MAX_GIVERS - lanes, 0)]
            if not all(await asyncio.gather(*(self._ask(entry, hunt, link) for link in asked))):
                return
            await self._show(entry)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause(hunt)):
                    await hunt.wake.wait()

    async def _ask(self, entry: Entry, hunt: _Hunt, link: PeerLink) -> bool:
        """Tell whether it makes sense to go on."""
        try:
            await self._lanes.ask(entry, link)
        except AppError as error:
            log.info("no lane: %s", error)
            if error.code in LOCAL:
                await self._book.change(entry, TransferState.FAILED, error.code)
                self._hunts.pop(entry, None)
                return False
            _, last = hunt.rests.get(link.peer, (0.0, FIRST_PAUSE / 2))
            pause = min(last * 2, LONGEST_PAUSE)
            hunt.rests[link.peer] = (_now() + pause, pause)
        else:
            hunt.rests.pop(link.peer, None)
            await self._show(entry)
        return True

    async def _show(self, entry: Entry) -> None:
        """Say whether it moves or waits."""
        up = any(end.up for end in self._lanes.of(entry))
        state = TransferState.RUNNING if up else TransferState.WAITING
        async with entry.turn:
            if entry in self._hunts and entry.state is not state:
                await self._book.change(entry, state)

    def _candidates(self, entry: Entry, hunt: _Hunt) -> list[PeerLink]:
        """Return who may be asked now, the author first."""
        found = [
            link
            for link in self._links()
            if link.features & TRANSFERS
            and entry.room in link.rooms
            and self._lanes.to(entry, link.peer) is None
            and hunt.rests.get(link.peer, (0.0, 0.0))[0] <= _now()
        ]
        return sorted(found, key=lambda link: link.peer != entry.record.author)

    def _pause(self, hunt: _Hunt) -> float | None:
        """Return how long to wait until somebody has rested enough, None if nobody rests."""
        ends = [until for until, _ in hunt.rests.values()]
        return max(min(ends) - _now(), 0.05) if ends else None


def _now() -> float:
    return asyncio.get_running_loop().time()
