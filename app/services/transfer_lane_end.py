"""Our end of a lane, on its way to being or at work."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import AppError
from app.domain.files import Lane
from app.domain.ids import PeerId
from app.protocol.transfer_frames import LaneGranted
from app.protocol.worker_messages import LaneReady
from app.services.peer_link import PeerLink
from app.services.transfer_book import Entry


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, eq=False)
class LaneEnd:
    """`theirs` is the peer's number of a lane that it asked for, None if we asked: `over` a link.

    It is `leaving` once a better one has taken its place.

    `up_at` is the loop's time at which it came up.
    """

    number: int
    entry: Entry
    peer: PeerId
    lane: Lane
    theirs: int | None = None
    up: bool = False
    up_at: float = 0.0
    leaving: bool = False
    over: PeerLink | None = None
    ready: asyncio.Future[LaneReady] = field(default_factory=_future)
    granted: asyncio.Future[LaneGranted] = field(default_factory=_future)
    met: asyncio.Future[None] = field(default_factory=_future)

    @property
    def asked(self) -> bool:
        """We have asked for it."""
        return self.theirs is None

    def rise(self) -> None:
        """The lane is up."""
        self.up, self.up_at = True, asyncio.get_running_loop().time()
        self.met.set_result(None)

    def fail(self, code: str) -> bool:
        """End whatever is waited for; tell whether the lane was up."""
        was_up, self.up = self.up, False
        for step in (self.ready, self.granted, self.met):
            if not step.done():
                step.set_exception(AppError(code))
                step.exception()  # nobody may be waiting for this one
        return was_up
