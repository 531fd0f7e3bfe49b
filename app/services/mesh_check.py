"""Checks whether a room holds together, and mends what does not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId, to_text
from app.domain.views import RoomKind
from app.protocol.mesh import MAX_LINKS
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation, RoomBook
from app.services.diagnosis_report import made
from app.services.mesh_keeper import MeshKeeper
from app.services.mesh_room import MeshRoom
from app.services.mesh_words import MESH
from app.services.network_api import Finding
from app.services.peer_link import PeerLink

PATIENCE, STEP = 3.0, 0.1
"""Seconds in which logs that differ may become the same, before and after beginning anew."""
SHOWN = 5


class MeshCheck:
    def __init__(self, book: RoomBook, manager: ConnectionManager, keeper: MeshKeeper) -> None:
        self._book = book
        self._manager = manager
        self._keeper = keeper

    async def validate(self, room: RoomId) -> Sequence[Finding]:
        """Return what is so with a group, after mending what can be; takes 6 s at most.

        Raises AppError("unknown-room" | "not-a-group").
        """
        conversation = self._book.listed(room)
        if conversation.kind is not RoomKind.GROUP:
            raise AppError("not-a-group", {"room": to_text(room)})
        self._keeper.look()
        state = self._keeper.room(room)
        if state is None or not state.mesh.wanted:
            return [_finding("mesh", "mesh-alone")]
        return [*self.look(conversation, state), await self._logs(conversation)]

    def look(self, conversation: Conversation, state: MeshRoom) -> list[Finding]:
        """Return what is known without waiting: size, links, and who is joined to us."""
        size = "mesh-partial" if state.mesh.is_partial else "mesh-full"
        around = state.around.keys() | state.mesh.wanted
        return [
            _finding("mesh", size, around=_people(len(around))),
            self._links(conversation, state),
            self._degree(state),
            self._joined(conversation, state),
        ]

    def _links(self, conversation: Conversation, state: MeshRoom) -> Finding:
        wanted = state.mesh.wanted
        missing = wanted - state.linked
        if not missing:
            return _finding("links", "mesh-linked", wanted=len(wanted))
        for peer in missing:
            supervisor = self._manager.supervisors.get(peer)
            if supervisor is not None:
                supervisor.try_now()
        return _finding(
            "links",
            "mesh-missing",
            missing=len(missing),
            wanted=len(wanted),
            names=_names(conversation, missing),
        )

    def _degree(self, state: MeshRoom) -> Finding:
        counted = len(state.linked - self._keeper.needed())
        code = "mesh-crowded" if counted > MAX_LINKS and state.mesh.is_partial else "mesh-degree"
        return _finding("degree", code, links=counted, most=MAX_LINKS)

    def _joined(self, conversation: Conversation, state: MeshRoom) -> Finding:
        """Somebody of whom no neighbour has told is joined to us by nothing that we know."""
        apart = [peer for peer in state.around if state.gossip.way_to(peer) is None]
        if not apart or not state.mesh.is_partial:
            return _finding("joined", "mesh-joined")
        names = _names(conversation, apart)
        return _finding("joined", "mesh-apart", missing=_people(len(apart)), names=names)

    async def _logs(self, conversation: Conversation) -> Finding:
        room = conversation.room
        links = [link for link in self._manager.links() if room in link.rooms]
        differing = await self._settle(room, links)
        if not differing:
            return _finding("logs", "mesh-same", neighbours=_people(len(links)))
        for link in differing:
            link.begin_anew(room)
        still = await self._settle(room, differing)
        if not still:
            return _finding("logs", "mesh-begun", neighbours=_people(len(differing)))
        for link in still:
            await link.close("begin-anew")
        names = _names(conversation, [link.peer for link in still])
        return _finding("logs", "mesh-differs", neighbours=_people(len(still)), names=names)

    async def _settle(self, room: RoomId, links: Iterable[PeerLink]) -> list[PeerLink]:
        """Return which of these have another log than we once nothing is on its way any more."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while True:
            up = [link for link in links if self._manager.live(link.peer) is link]
            differing = [link for link in up if link.differs(room)]
            if not differing or loop.time() >= end:
                return differing
            await asyncio.sleep(STEP)


def _finding(check: str, code: str, **params: object) -> Finding:
    return made(check, MESH[code], params)


def _people(count: int) -> str:
    return f"{count} {'person' if count == 1 else 'people'}"


def _names(conversation: Conversation, peers: Iterable[PeerId]) -> str:
    names = sorted(conversation.name_of(peer, {}) for peer in peers)
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
