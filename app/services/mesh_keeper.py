"""Decides with whom we are linked: in small rooms with all who are there, in large with some."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from app.domain.changes import MemberChanged
from app.domain.ids import PeerId, RoomId
from app.domain.views import RoomKind
from app.protocol.frames import MESH, Aside
from app.protocol.gossip import HERE, Seen
from app.protocol.mesh_frames import Around
from app.services.background import Background
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation, RoomBook
from app.services.courier_rooms import couriers_of
from app.services.feed import Feed
from app.services.me import Me
from app.services.mesh_room import MeshRoom, Standing
from app.services.peer_link import SILENT
from app.services.presence_service import PresenceService
from app.services.room_places import RoomPlaces
from app.services.signaling_hub import SignalingHub

LOOK_EVERY = 2.0
PAUSE = 0.2
"""Seconds between two looks at the least."""
GONE = frozenset({"quit", SILENT})
"""Ends of a link after which somebody is gone, unless others say later that it is there."""
SPARED = "spared"


@dataclass(frozen=True, slots=True)
class KeeperParts:
    """What the keeper works with."""

    me: Me
    book: RoomBook
    feed: Feed
    hub: SignalingHub
    places: RoomPlaces
    manager: ConnectionManager
    presence: PresenceService
    background: Background


class MeshKeeper:
    """Implements `Listener`. `bound` names whom we need a link with for other reasons."""

    def __init__(self, parts: KeeperParts) -> None:
        self._parts = parts
        self._me = parts.me.peer
        self._manager = parts.manager
        self._rooms: dict[RoomId, MeshRoom] = {}
        self._runs: dict[PeerId, bytes] = {}
        self._near: dict[PeerId, bytes] = {}
        self._begun: set[PeerId] = set()
        self._wake = asyncio.Event()
        self.bound: list[Callable[[], Iterable[PeerId]]] = [self._partners]
        parts.manager.on_call = self.called
        parts.manager.on_farewell = self.parted
        parts.manager.shared.is_around = self.is_around

    # -- what is heard

    def saw(self, room: RoomId, peer: PeerId, instance: bytes) -> None:
        """A server shows somebody in a room of ours."""
        self._runs[peer] = instance
        conversation = self._parts.book.find(room)
        is_group = conversation is not None and conversation.kind is RoomKind.GROUP
        needed = not is_group or self._is_wanted(peer) or peer in self.needed()
        if needed or self._is_engaged(peer):
            self._manager.reachable(peer, instance)
        self._wake.set()

    def near(self, peer: PeerId, instance: bytes) -> None:
        """A neighbour says that it is linked with somebody."""
        self._near[peer] = instance
        if self._is_engaged(peer):
            self._manager.reachable(peer, instance)
        self._wake.set()

    def missed(self, peer: PeerId) -> None:
        """No server and no neighbour shows somebody any more."""
        if not self._manager.is_near(peer):
            self._near.pop(peer, None)
        heard = (s for s in self._rooms.values() if s.mesh.is_partial and peer in s.around)
        if not any(peer in state.mesh.wanted for state in heard):
            self._manager.unreachable(peer)
        self._wake.set()

    def called(self, peer: PeerId) -> None:
        """Somebody whom we do not look for wants a link with us."""
        run = self._runs.get(peer) or self._near.get(peer)
        if not run or self._is_engaged(peer):
            return
        bound = self.needed()
        if peer in bound or any(self._admits(room, peer, bound) for room in self._groups()):
            self._begun.add(peer)
            self._manager.reachable(peer, run)

    def _admits(self, conversation: Conversation, peer: PeerId, bound: frozenset[PeerId]) -> bool:
        state = self._room(conversation.room)
        standing = self._standing(conversation, bound)
        known = conversation.has_member(peer) or peer in standing.seen
        return known and state.mesh.admits(peer, state.links(standing))

    def parted(self, peer: PeerId, code: str) -> None:
        """Somebody ended the link and said why."""
        now = _now()
        for state in self._rooms.values():
            if code in GONE and peer in state.linked:
                state.gossip.unlinked(peer, now, for_good=True)
                state.linked -= {peer}
                state.around = state.gossip.around(now)
        if code == SPARED and not self._is_wanted(peer):
            self._let_go(peer)
        self._wake.set()

    def opened(self, peer: PeerId, room: RoomId) -> None:
        del peer, room
        self._wake.set()

    def ended(self, peer: PeerId) -> None:
        for state in self._rooms.values():
            state.ended(peer, _now())
        self._wake.set()

    def read(self, room: RoomId) -> None:
        """Reading links nobody."""

    def received(self, peer: PeerId, frame: Aside) -> None:
        link = self._manager.live(peer)
        if not isinstance(frame, Around) or link is None or RoomId(frame.room) not in link.rooms:
            return
        conversation = self._parts.book.find(RoomId(frame.room))
        if conversation is None or conversation.kind is not RoomKind.GROUP:
            return
        members = conversation.others(self._me)
        state = self._room(conversation.room)
        if state.heard(peer, self._run_of(peer), frame, members, _now()):
            self._wake.set()

    # -- what is asked

    def room(self, room: RoomId) -> MeshRoom | None:
        """Return what is known of the mesh of a group."""
        return self._rooms.get(room)

    def large_rooms(self) -> list[RoomId]:
        """Return the groups in which not all who are there are linked with each other."""
        return [room for room, state in self._rooms.items() if state.mesh.is_partial]

    def far(self, room: RoomId) -> frozenset[PeerId] | None:
        """Return who is around in a large room, None for any other."""
        state = self._rooms.get(room)
        if state is None or not state.mesh.is_partial:
            return None
        return frozenset(state.around)

    def is_around(self, peer: PeerId, room: RoomId) -> bool:
        """Tell whether somebody with whom we need no link is there."""
        state = self._rooms.get(room)
        return state is not None and peer in state.visible()

    # -- what is done

    async def run(self) -> None:
        """Keep the links as they are to be until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._wake.wait()
            self._wake.clear()
            self.look()
            await asyncio.sleep(PAUSE)

    def look(self) -> None:
        """Plan the links of all groups, make and spare them, and tell neighbours what is news."""
        now = _now()
        groups = self._groups()
        kept = {conversation.room for conversation in groups}
        self._rooms = {room: state for room, state in self._rooms.items() if room in kept}
        bound = self.needed()
        spare: set[PeerId] = set()
        forget: set[PeerId] = set()
        for conversation in groups:
            state = self._room(conversation.room)
            plan = state.plan(self._standing(conversation, bound), now)
            spare |= plan.spare
            forget |= plan.forget
            for peer in plan.begin:
                self._begin(state, peer)
        self._release(spare, forget | self._vanished())
        self._forget_runs()
        for state in self._rooms.values():
            self._tell(state, now)
            self._show(state)

    def _begin(self, state: MeshRoom, peer: PeerId) -> None:
        seen = state.around.get(peer)
        heard = seen.instance if seen is not None else b""
        run = self._runs.get(peer) if self._parts.hub.sees(peer) else self._near.get(peer)
        run = run or heard or self._runs.get(peer)
        if run:
            self._begun.add(peer)
            self._manager.reachable(peer, run)

    def _vanished(self) -> set[PeerId]:
        """Return whom we began to look for and who is nowhere any more."""
        gone = {
            peer
            for peer in self._begun
            if not self._parts.hub.sees(peer)
            and not any(peer in state.around for state in self._rooms.values())
        }
        self._begun -= gone
        return gone

    def _forget_runs(self) -> None:
        """Keep what is known of those only who may still be met."""
        near, sees = self._manager.is_near, self._parts.hub.sees
        self._near = {peer: run for peer, run in self._near.items() if near(peer)}
        kept = self._engaged()
        self._runs = {p: run for p, run in self._runs.items() if p in kept or sees(p)}

    def _release(self, spare: set[PeerId], forget: set[PeerId]) -> None:
        """Give up what no room wants."""
        bound = self.needed()
        for peer in (spare | forget) - bound:
            if self._is_wanted(peer) and peer not in forget:
                continue
            if peer in spare:
                self._spare(peer)
            elif not self._is_wanted_elsewhere(peer):
                self._let_go(peer)

    def _tell(self, state: MeshRoom, now: float) -> None:
        own, needed = self._parts.presence.own, self.needed()
        state.gossip.here(now, HERE + own, self._parts.me.instance)
        for peer in state.linked:
            link = self._manager.live(peer)
            if link is None or not link.features & MESH or state.room not in link.rooms:
                continue
            frame = state.due_for(peer, now, needed)
            if frame is not None:
                link.send(frame)

    def _show(self, state: MeshRoom) -> None:
        conversation = self._parts.book.find(state.room)
        come, gone = state.come_and_gone()
        if conversation is None or not conversation.record.joined:
            return
        for peer, word in [*((one, "online") for one in come), *((one, "offline") for one in gone)]:
            if not self._manager.is_online_in(peer, state.room):
                name = conversation.name_of(peer, self._manager.shared.names)
                self._parts.feed.publish(MemberChanged(state.room, peer, name, word))

    # -- helpers

    def _room(self, room: RoomId) -> MeshRoom:
        return self._rooms.setdefault(room, MeshRoom(room, self._me))

    def _groups(self) -> list[Conversation]:
        return [room for room in self._parts.book if room.kind is RoomKind.GROUP]

    def _partners(self) -> Iterable[PeerId]:
        """Those of conversations of two, and couriers."""
        for room in self._parts.book:
            if room.record.peer is not None:
                yield room.record.peer
            yield from couriers_of(room)

    def needed(self) -> frozenset[PeerId]:
        """Return with whom we need a link whatever a room's mesh is like."""
        return frozenset(peer for source in self.bound for peer in source())

    def _is_wanted(self, peer: PeerId) -> bool:
        return any(
            peer in state.mesh.wanted or peer in state.gossip.claimed
            for state in self._rooms.values()
        )

    def _is_wanted_elsewhere(self, peer: PeerId) -> bool:
        """Tell whether a small room still looks for somebody whom a large one has tired of."""
        small = (state for state in self._rooms.values() if not state.mesh.is_partial)
        return self._parts.hub.sees(peer) and any(peer in state.mesh.wanted for state in small)

    def _standing(self, conversation: Conversation, bound: frozenset[PeerId]) -> Standing:
        room = conversation.room
        seen = self._parts.hub.seen_at(self._parts.places.known(room))
        near = (peer for peer in self._near if self._manager.is_near(peer))
        seen |= {peer for peer in near if conversation.has_member(peer)}
        linked = {link.peer for link in self._manager.links() if room in link.rooms}
        couriers = couriers_of(conversation)
        runs = {peer: self._run_of(peer) for peer in linked.difference(couriers)}
        seen.difference_update(couriers)
        seen = {peer for peer in seen if not self._manager.contacts.is_blocked(peer)}
        return Standing(runs, seen, self._engaged(), bound, conversation.others(self._me))

    def _engaged(self) -> set[PeerId]:
        """Return who is linked or looked for."""
        return {peer for peer in self._manager.supervisors if self._is_engaged(peer)}

    def _is_engaged(self, peer: PeerId) -> bool:
        supervisor = self._manager.supervisors.get(peer)
        return supervisor is not None and not supervisor.is_idle

    def _let_go(self, peer: PeerId) -> None:
        """Look for somebody no more, unless that calls us; a link that is up stays up."""
        supervisor = self._manager.supervisors.get(peer)
        if supervisor is not None:
            supervisor.unreachable()

    def _spare(self, peer: PeerId) -> None:
        """End a link that nobody needs."""
        self._let_go(peer)
        link = self._manager.live(peer)
        if link is not None:
            self._parts.background.spawn(link.close(SPARED))

    def _run_of(self, peer: PeerId) -> Seen:
        state = HERE + self._parts.presence.of(peer)
        return Seen(0.0, state, self._runs.get(peer, b""))


def _now() -> float:
    return asyncio.get_running_loop().time()
