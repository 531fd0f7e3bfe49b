"""Ticks of people whom we do not meet: their signed receipts, handed on by those who do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import PeerId, RoomId
from app.domain.views import RoomKind
from app.protocol.frames import (
    MAX_RECEIPT_ENTRIES,
    MAX_WANTED,
    RECEIPTS,
    Aside,
    Receipt,
    Wanted,
    decode_frame,
    encode_frame,
)
from app.protocol.receipts import ReceiptShelf, make_receipt
from app.services.clocks import WallClock
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation, RoomBook
from app.services.courier_rooms import couriers_of, is_courier
from app.services.delivery_service import DeliveryService
from app.services.me import Me
from app.services.peer_link import PeerLink
from app.storage.receipt_repository import ReceiptRepository

FIRST, EVERY = 0.2, 2.0
"""Seconds until the first look at what there is to tell, and until the next."""
SELDOM = 30.0
"""Seconds between two of our receipts in a large room, where those who are there get short ones."""
MAX_HOLDERS = 8
"""To so many linked members we give our own receipt."""
BURST, REFILL = 128.0, 16.0
"""Receipts that one link may bring at once, and in each second."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Room:
    """What was said of one room on one link."""

    asked: tuple[PeerId, ...] = ()
    wanted: tuple[PeerId, ...] = ()
    told: dict[PeerId, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Link:
    rooms: dict[RoomId, _Room] = field(default_factory=dict)
    tokens: float = BURST
    counted_at: float = 0.0

    def room(self, room: RoomId) -> _Room:
        return self.rooms.setdefault(room, _Room())

    def may_bring(self, now: float) -> bool:
        """Tell whether the link brings no more than it may, and count this one."""
        self.tokens = min(BURST, self.tokens + (now - self.counted_at) * REFILL)
        self.counted_at = now
        self.tokens -= 1.0
        return self.tokens >= 0.0


@dataclass(frozen=True, slots=True)
class ReceiptParts:
    """What the service works with."""

    me: Me
    book: RoomBook
    ticks: DeliveryService
    manager: ConnectionManager
    repository: ReceiptRepository
    wall: WallClock


class ReceiptService:
    """Implements `Listener`."""

    def __init__(self, parts: ReceiptParts) -> None:
        self._parts = parts
        self._me = parts.me.peer
        self._shelves: dict[RoomId, ReceiptShelf] = {}
        self._links: dict[PeerId, _Link] = {}
        self._unsaved: dict[tuple[RoomId, PeerId], Receipt] = {}
        self._stale: set[RoomId] = set()
        self._signed_at: dict[RoomId, float] = {}
        self._put_off: set[RoomId] = set()
        self.far: Callable[[RoomId], AbstractSet[PeerId] | None] = lambda _room: None
        self._wake = asyncio.Event()

    # -- what is heard

    def log_grew(self, room: RoomId, vector: Mapping[PeerId, int]) -> None:
        del vector
        self.read(room)

    def read(self, room: RoomId) -> None:
        self._stale.add(room)
        self._wake.set()

    def opened(self, peer: PeerId, room: RoomId) -> None:
        del peer
        self.read(room)

    def ended(self, peer: PeerId) -> None:
        gone = self._links.pop(peer, None)
        for room in gone.rooms if gone is not None else ():
            self.read(room)

    def received(self, peer: PeerId, frame: Aside) -> None:
        link = self._parts.manager.live(peer)
        if link is None or not isinstance(frame, Receipt | Wanted):
            return
        room = RoomId(frame.room)
        conversation = self._group(room)
        if conversation is None or room not in link.rooms:
            return
        if isinstance(frame, Wanted):
            self._link(peer).room(room).wanted = tuple(map(PeerId, frame.members))
            self.read(room)
        else:
            self._take(peer, conversation, frame)

    def _take(self, peer: PeerId, conversation: Conversation, receipt: Receipt) -> None:
        member = PeerId(receipt.member)
        now = asyncio.get_running_loop().time()
        if member not in conversation.others(self._me) or not self._link(peer).may_bring(now):
            return
        if self._shelf(conversation.room).take(receipt, self._parts.wall.now_ms()):
            self._link(peer).room(conversation.room).told[member] = receipt.time
            self._unsaved[conversation.room, member] = receipt
            self._believe(receipt)
            self.read(conversation.room)

    def _believe(self, receipt: Receipt) -> None:
        stored = {PeerId(author): seq for author, seq in receipt.stored.items()}
        read = {PeerId(author): seq for author, seq in receipt.read.items()}
        room, member = RoomId(receipt.room), PeerId(receipt.member)
        self._parts.ticks.reported(room, member, stored, read, receipt.time)

    # -- what is done

    async def run(self) -> None:
        """Work until cancelled."""
        await self._load()
        while True:
            await self._wake.wait()
            await asyncio.sleep(FIRST)
            self._wake.clear()
            self.tell_now()
            await self.flush()
            await asyncio.sleep(EVERY)

    def tell_now(self) -> None:
        """Say at once what there is to say, as before the links end."""
        stale, self._stale = self._stale, set()
        for room in stale:
            self._look_at(room)

    async def _load(self) -> None:
        try:
            stored = await self._parts.repository.all()
        except AppError as error:
            log.warning("no receipts: %s", error)
            return
        for (room, member), raw in stored.items():
            try:
                receipt = decode_frame(raw)
            except RemoteProtocolError as error:
                log.warning("a receipt cannot be read: %s", error)
                continue
            if isinstance(receipt, Receipt):
                self._shelf(room).put(receipt)
                if member != self._me:
                    self._believe(receipt)

    async def flush(self) -> None:
        """Write what has come to the disk; what cannot be written comes again."""
        unsaved, self._unsaved = self._unsaved, {}
        try:
            if unsaved:
                await self._parts.repository.save(
                    {key: encode_frame(receipt) for key, receipt in unsaved.items()}
                )
        except AppError as error:
            log.info("receipts were not written: %s", error)

    def _look_at(self, room: RoomId) -> None:
        conversation = self._group(room)
        if conversation is None:
            self._shelves.pop(room, None)
            return
        links = [link for link in self._parts.manager.links() if room in link.rooms]
        linked = {link.peer for link in links}
        far = self.far(room)
        near = linked if far is None else linked | far
        absent = [peer for peer in conversation.others(self._me) if peer not in near]
        able = sorted(
            (link for link in links if link.features & RECEIPTS),
            key=lambda link: (not is_courier(conversation, link.peer), link.peer),
        )
        if absent and (far is None or self._may_sign_again(room)):
            self._tell_own(conversation, able)
        for link in able:
            self._hand_on(link, room, self._link(link.peer).room(room).wanted)
        self._ask(conversation, absent, able)

    def _may_sign_again(self, room: RoomId) -> bool:
        """Tell whether it is time for what is long and goes to many in a large room."""
        loop = asyncio.get_running_loop()
        due = self._signed_at.get(room, -SELDOM) + SELDOM
        if loop.time() >= due:
            self._signed_at[room] = loop.time()
            self._put_off.discard(room)
            return True
        if room not in self._put_off:
            self._put_off.add(room)
            loop.call_at(due, self.read, room)
        return False

    def _tell_own(self, conversation: Conversation, links: Iterable[PeerLink]) -> None:
        known = self._shelf(conversation.room).get(self._me)
        stored = self._short(conversation, conversation.vector)
        read = self._short(conversation, self._parts.ticks.told_as_read(conversation))
        if known is None or (known.stored, known.read) != (stored, read):
            now = self._parts.wall.now_ms()
            time_ms = max(now, known.time + 1000 if known is not None else 0)
            identity = self._parts.me.identity
            receipt = make_receipt(identity, conversation.room, time_ms, stored, read)
            self._shelf(conversation.room).put(receipt)
            self._unsaved[conversation.room, self._me] = receipt
        for link in [*links][:MAX_HOLDERS]:
            self._hand_on(link, conversation.room, [self._me])

    def _short(self, conversation: Conversation, vector: Mapping[PeerId, int]) -> dict[PeerId, int]:
        """Return as much as a receipt holds; present members go before those who left."""
        if len(vector) <= MAX_RECEIPT_ENTRIES:
            return dict(vector)
        present = conversation.others(self._me)
        first = sorted(vector, key=lambda peer: (peer not in present, peer))
        return {peer: vector[peer] for peer in first[:MAX_RECEIPT_ENTRIES]}

    def _hand_on(self, link: PeerLink, room: RoomId, members: Iterable[PeerId]) -> None:
        told = self._link(link.peer).room(room).told
        for member in members:
            receipt = self._shelf(room).get(member)
            if receipt is None or member == link.peer or told.get(member, -1) >= receipt.time:
                continue
            told[member] = receipt.time
            link.send(receipt)

    def _ask(
        self, conversation: Conversation, absent: Iterable[PeerId], links: Iterable[PeerLink]
    ) -> None:
        lacking = sorted(peer for peer in absent if self._is_behind(conversation, peer))
        members = tuple(lacking[:MAX_WANTED])
        for link in links:
            state = self._link(link.peer).room(conversation.room)
            if state.asked != members:
                state.asked = members
                link.send(Wanted(conversation.room, [bytes(peer) for peer in members]))

    def _is_behind(self, conversation: Conversation, peer: PeerId) -> bool:
        """Whether a receipt of this member could move a tick of ours."""
        mine = conversation.vector.get(self._me, 0)
        tracker = conversation.tracker
        if self._parts.ticks.privacy.tells_reads:
            return tracker.read_by(peer) < mine
        return tracker.reported(peer) < mine

    def _group(self, room: RoomId) -> Conversation | None:
        found = self._parts.book.find(room)
        if found is None or found.standing != "member":
            return None
        return found if found.kind is RoomKind.GROUP or couriers_of(found) else None

    def _shelf(self, room: RoomId) -> ReceiptShelf:
        return self._shelves.setdefault(room, ReceiptShelf())

    def _link(self, peer: PeerId) -> _Link:
        return self._links.setdefault(peer, _Link())
