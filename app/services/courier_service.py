"""A courier at work: takes rooms that it is given, serves them, and forgets what is too old."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass

from app.domain.couriers import CourierReport
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId, room_id, to_text
from app.protocol.courier_frames import CourierAnswer, CourierFreed, CourierGiven, CourierWelcome
from app.protocol.courier_roster import Roster, begun
from app.protocol.frames import Aside, Receipt, Wanted
from app.services.connection_manager import ConnectionManager
from app.services.conversation import RoomBook
from app.services.courier_receipts import CourierReceipts
from app.services.courier_shelf import CourierShelf
from app.services.peer_link import PeerLink
from app.services.signaling_hub import SignalingHub
from app.storage.setting_repository import SettingRepository

SWEEP = 60.0
MAX_INBOX = 1024
UNWANTED = "courier.unwanted."
"""Begins the names of settings that say which rooms are not to be taken again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Somebody has shown the proof key of an invitation."""

    room: RoomId
    proof: bytes


Said = CourierGiven | CourierFreed | Receipt | Wanted


@dataclass(frozen=True, slots=True)
class CourierParts:
    book: RoomBook
    manager: ConnectionManager
    hub: SignalingHub
    shelf: CourierShelf
    receipts: CourierReceipts
    settings: SettingRepository


class CourierService:
    """Implements `Listener`. Work is done by `run`; what comes too fast is dropped."""

    def __init__(self, parts: CourierParts) -> None:
        self._parts = parts
        self._shelf = parts.shelf
        self._inbox: deque[tuple[PeerLink, Said | _Asked | RoomId]] = deque()
        self._wake = asyncio.Event()
        self._unwanted: set[RoomId] = set()

    @property
    def free(self) -> int:
        """How many bytes more it takes."""
        return max(self._shelf.terms.quota.total - self._shelf.used, 0)

    def report(self) -> CourierReport:
        terms = self._shelf.terms
        rooms = tuple(room.view() for room in self._shelf)
        return CourierReport(rooms, self._shelf.used, terms.quota, terms.keep_ms)

    # -- what is heard

    def opened(self, peer: PeerId, room: RoomId) -> None:
        link = self._parts.manager.live(peer)
        if link is not None and self._shelf.find(room) is not None:
            self._put(link, room)

    def ended(self, peer: PeerId) -> None:
        self._parts.receipts.ended(peer)

    def read(self, room: RoomId) -> None:
        """We read nothing."""

    def received(self, peer: PeerId, frame: Aside) -> None:
        link = self._parts.manager.live(peer)
        if link is not None and isinstance(frame, Said):
            self._put(link, frame)

    def asked(self, peer: PeerId, room: RoomId, key: bytes) -> None:
        """`peer` has shown a proof key that opens a room to nobody."""
        link = self._parts.manager.live(peer)
        if link is not None:
            self._put(link, _Asked(room, key))

    def _put(self, link: PeerLink, said: Said | _Asked | RoomId) -> None:
        if len(self._inbox) < MAX_INBOX:
            self._inbox.append((link, said))
            self._wake.set()

    # -- what is done

    async def load(self) -> None:
        """Take up what is on the disk, before any server or link is there. Raises AppError."""
        await self._shelf.load_all()
        known = await self._parts.settings.all()
        names = (key.removeprefix(UNWANTED) for key in known if key.startswith(UNWANTED))
        self._unwanted = set(map(room_id, names))
        await self._parts.receipts.load()

    async def run(self) -> None:
        """Work until cancelled."""
        loop = asyncio.get_running_loop()
        sweep_at = loop.time() + SWEEP
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(sweep_at):
                    await self._wake.wait()
            self._wake.clear()
            while self._inbox:
                await _patiently(self._deal_with(*self._inbox.popleft()))
            if loop.time() >= sweep_at:
                await _patiently(self.sweep())
                sweep_at = loop.time() + SWEEP

    async def sweep(self) -> None:
        """Forget what is too old. Who was refused may try again, on a new link. AppError."""
        links = self._parts.manager.links()
        present = {room for link in links for room in link.rooms}
        if not await self._shelf.expire(present):
            return
        refused = {room.room for room in self._shelf if room.full}
        self._shelf.try_again()
        for link in links:
            if refused & link.rooms:
                await link.close("begin-anew")

    async def _deal_with(self, link: PeerLink, said: Said | _Asked | RoomId) -> None:
        match said:
            case CourierGiven():
                link.send(CourierAnswer(said.room, await self._given(link.peer, said)))
            case CourierFreed(room):
                await self._freed(link.peer, RoomId(room))
            case Receipt() | Wanted():
                await self._parts.receipts.take(link, said)
            case _Asked(room, proof):
                self._let_in(link, room, proof)
            case _:
                await self._entered(link.peer, RoomId(said))

    def _let_in(self, link: PeerLink, room: RoomId, proof: bytes) -> None:
        known = self._shelf.find(room)
        now = self._shelf.wall.now_ms()
        sealed = known.roster.welcome(link.peer, proof, now) if known is not None else None
        if sealed is not None:
            link.send(CourierWelcome(room, sealed))

    async def _given(self, peer: PeerId, frame: CourierGiven) -> str:
        """Take a room, or what is new about it; return why not, "" if it was taken."""
        room = RoomId(frame.room)
        known = self._shelf.find(room)
        now = self._shelf.wall.now_ms()
        roster = known.roster.renewed(peer, frame, now) if known else begun(peer, frame, now)
        dropped = "courier-not-allowed" if room in self._unwanted else ""
        reason = dropped or (self._reason(peer, room, roster) if known is None else "")
        if roster is None or reason:
            return reason or "courier-not-allowed"
        before = known.roster.places if known is not None else ()
        if known is None or roster is not known.roster:
            await self._shelf.put(roster)
            if room in self._unwanted:  # dropped while it was written
                await self._shelf.drop(room)
                return "courier-not-allowed"
            self._move(before, roster.places)
            self._parts.manager.room_added(room)
        return "courier-full" if known is not None and known.full else ""

    def _reason(self, peer: PeerId, room: RoomId, roster: Roster | None) -> str:
        terms = self._shelf.terms
        if terms.patrons is not None and peer not in terms.patrons:
            return "courier-not-allowed"
        if roster is None or self._parts.book.find(room) is not None:
            return "courier-refused"
        rooms = [served.roster.patron for served in self._shelf]
        full = self._shelf.used >= terms.quota.total or len(rooms) >= terms.rooms
        return "courier-full" if full or rooms.count(peer) >= terms.rooms_by_one else ""

    async def _freed(self, peer: PeerId, room: RoomId) -> None:
        known = self._shelf.find(room)
        if known is not None and peer in known.roster.leaders:
            await self._forget(room)

    async def drop(self, room: RoomId) -> None:
        """Serve a room no more, whoever asks. Raises AppError("unknown-room")."""
        if self._shelf.find(room) is None:
            raise AppError("unknown-room", {"room": to_text(room)})
        self._unwanted.add(room)
        await self._parts.settings.set(UNWANTED + to_text(room), "yes")
        for link in self._parts.manager.links():
            if room in link.rooms:
                link.send(CourierAnswer(room, "courier-not-allowed"))
        await self._forget(room)

    async def _forget(self, room: RoomId) -> None:
        known = self._shelf.find(room)
        if known is None:
            return
        await self._shelf.drop(room)
        self._parts.receipts.forget(room)
        self._parts.manager.room_removed(room)
        self._move(known.roster.places, ())

    async def _entered(self, peer: PeerId, room: RoomId) -> None:
        await self._shelf.entered(room, peer)

    def _move(self, before: Sequence[bytes], now: Sequence[bytes]) -> None:
        """Enter new places and leave those that are of no use any more."""
        hub = self._parts.hub
        for place in now:
            if place not in before:
                hub.soon(hub.enter(place))
        for place in before:
            if place not in now:
                hub.soon(hub.leave(place))
                for peer in hub.left(place):
                    self._parts.manager.unreachable(peer)


async def _patiently(chore: Coroutine[None, None, None]) -> None:
    """A chore that fails, of a full disk perhaps, must not end the others."""
    try:
        await chore
    except AppError as error:
        log.warning("%s", error)
