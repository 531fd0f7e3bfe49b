"""Who can do what: tells ours to everybody linked, keeps what they tell."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain.capabilities import Capabilities, CapabilitiesChanged, Service, Sharing
from app.domain.changes import Change, LinkChanged
from app.domain.errors import AppError
from app.domain.files import TransferChanged
from app.domain.ids import PeerId, RoomId
from app.protocol.capability_frames import Capable, heard, told
from app.protocol.frames import CAPABILITIES, Aside
from app.services.allowance import Allowance
from app.services.capability_facts import Facts, capabilities_of
from app.services.connection_manager import MAX_PEERS, ConnectionManager
from app.services.feed import Feed
from app.services.peer_link import PeerLink
from app.services.sharing_keeper import SharingKeeper
from app.services.transfers_api import TransferSettings

LOOK_EVERY = 60.0
TOLD_AT_ONCE, TOLD_A_SECOND = 20.0, 1.0
SETTLE = 2.0
"""Seconds in which changes are gathered before they are told."""


@dataclass(frozen=True, slots=True)
class CapabilityParts:
    """What the manager works with. `is_public` tells whether everybody reaches this machine."""

    manager: ConnectionManager
    feed: Feed
    sharing: SharingKeeper
    transfers: Callable[[], TransferSettings]
    is_public: Callable[[], bool]
    max_links: int = MAX_PEERS


class CapabilityManager:
    """Implements `Listener` of links, and listens to the feed."""

    def __init__(self, parts: CapabilityParts) -> None:
        self._parts = parts
        self._started = time.monotonic()
        self._storage = 0
        self._courier: int | None = None
        self._fastest = (0, 0)
        self._told: dict[PeerId, Capabilities] = {}
        self._own = Capabilities()
        self._allowances: dict[PeerId, Allowance] = {}
        self._sent: dict[PeerId, tuple[PeerLink, Capabilities]] = {}
        self._wake = asyncio.Event()

    # -- what is asked

    @property
    def own(self) -> Capabilities:
        """Return what we can do now."""
        return capabilities_of(self._facts())

    def of(self, peer: PeerId) -> Capabilities:
        """See `Insight.capabilities`."""
        if peer not in self._told:
            if self._parts.manager.live(peer) is None:
                raise AppError("not-linked")
            raise AppError("not-told")
        return self._told[peer]

    def offering(self, service: Service) -> Sequence[PeerId]:
        """Return who is linked and offers it, the best link first."""
        found = [peer for peer, told in self._told.items() if service in told.services]
        return sorted(found, key=self._goodness, reverse=True)

    def may_relay(self, peer: PeerId) -> bool:
        """Whether a member may be asked to carry: it says that it does, or says nothing."""
        told = self._told.get(peer)
        return told is None or Service.RELAY in told.services

    def _goodness(self, peer: PeerId) -> float:
        live = self._parts.manager.live(peer)
        return (live.quality or 0.0) if live is not None else -1.0

    async def share(self, sharing: Sharing) -> None:
        """See `Insight.set_sharing`."""
        await self._parts.sharing.set(sharing)
        self._wake.set()

    def declare_courier(self, storage: int) -> None:
        """This program keeps sealed messages for others, in so many bytes at most."""
        self._courier = storage
        self._wake.set()

    # -- what is heard

    def heard(self, change: Change) -> None:
        """Take a change of the feed."""
        if isinstance(change, LinkChanged):
            self._wake.set()
        elif isinstance(change, TransferChanged):
            rate = int(change.view.rate)
            self._note_rates(rate if change.view.own else 0, 0 if change.view.own else rate)

    def opened(self, peer: PeerId, room: RoomId) -> None:
        del room
        self._tell(peer)

    def ended(self, peer: PeerId) -> None:
        self._allowances.pop(peer, None)
        self._sent.pop(peer, None)
        if self._told.pop(peer, None) is not None:
            self._parts.feed.publish(CapabilitiesChanged(peer))

    def received(self, peer: PeerId, frame: Aside) -> None:
        if isinstance(frame, Capable) and self._listens_to(peer):
            said = heard(frame)
            if said != self._told.get(peer):
                self._told[peer] = said
                self._parts.feed.publish(CapabilitiesChanged(peer))

    def _listens_to(self, peer: PeerId) -> bool:
        """Whoever talks of itself all the time is not heard all the time."""
        allowance = self._allowances.setdefault(peer, Allowance(TOLD_AT_ONCE, TOLD_A_SECOND))
        return allowance.spend(time.monotonic())

    def read(self, room: RoomId) -> None:
        """Nothing follows from it."""

    # -- work

    async def run(self) -> None:
        """Tell what has changed, until cancelled."""
        while True:
            await self._measure()
            self._tell_all()
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._wake.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(SETTLE)
            self._wake.clear()

    async def _measure(self) -> None:
        """Look at the disk, and at how much the links have carried."""
        folder = self._parts.transfers().folder
        self._storage = await asyncio.to_thread(free_bytes, folder)
        links = self._parts.manager.links()
        up = sum(link.meter.rate_out for link in links)
        self._note_rates(int(up), int(sum(link.meter.rate_in for link in links)))

    def _note_rates(self, up: int, down: int) -> None:
        self._fastest = max(self._fastest[0], up), max(self._fastest[1], down)

    def _facts(self) -> Facts:
        parts, caps = self._parts, self._parts.transfers()
        sharing = parts.sharing.current
        return Facts(
            willing=sharing.relay,
            is_courier=self._courier is not None,
            is_public=parts.is_public(),
            uptime_s=time.monotonic() - self._started,
            links=len(parts.manager.links()),
            max_links=parts.max_links,
            up=caps.cap_up or self._fastest[0],
            down=caps.cap_down or self._fastest[1],
            limit=caps.cap_up,
            storage=self._storage if self._courier is None else self._courier,
            region=sharing.region,
            utc_offset=utc_offset() if sharing.time_zone else None,
        )

    def _tell_all(self) -> None:
        own = self.own
        if own == self._own:
            return
        self._own = own
        self._parts.feed.publish(CapabilitiesChanged(self._parts.manager.me))
        for link in self._parts.manager.links():
            if link.rooms:
                self._tell(link.peer)

    def _tell(self, peer: PeerId) -> None:
        live, own = self._parts.manager.live(peer), self.own
        if live is None or not live.features & CAPABILITIES or self._sent.get(peer) == (live, own):
            return
        self._sent[peer] = live, own
        live.send(told(own))


def free_bytes(folder: Path) -> int:
    """Return how much fits on the disk of a folder, 0 if that cannot be told."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except FileNotFoundError:
            continue
        except OSError:
            break
    return 0


def utc_offset() -> int | None:
    """Return the minutes that this machine's time zone is east of UTC."""
    offset = datetime.now().astimezone().utcoffset()
    return int(offset.total_seconds() // 60) if offset is not None else None
