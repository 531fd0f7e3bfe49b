"""All signaling servers together: who is reachable over which, and one way to reach them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import suppress

from app.domain.changes import ServerState
from app.domain.errors import AppError
from app.domain.ids import PeerId, to_text
from app.services.background import Background
from app.services.signaling_client import SignalingClient, SignalingContext
from app.transport.base import LAN_URL, NameCard, SignalingSession

MAX_SEEN = 8192
"""Peers that servers may name at once; each counts in rooms of ours only."""

FORGET_WITHIN = 1.0

log = logging.getLogger(__name__)


class SignalingHub:
    def __init__(self, background: Background, context: SignalingContext) -> None:
        self._background = background
        self._context = context
        self._clients: dict[str, SignalingClient] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._seen: dict[PeerId, set[tuple[str, bytes]]] = {}

    @property
    def clients(self) -> Mapping[str, SignalingClient]:
        """Those of servers: the network that we are on is none."""
        return {url: client for url, client in self._clients.items() if url != LAN_URL}

    @property
    def lan(self) -> SignalingClient | None:
        """The session with everybody on our network, if there is one; it is no server."""
        return self._clients.get(LAN_URL)

    @property
    def is_online(self) -> bool:
        return any(client.state is ServerState.ONLINE for client in self._clients.values())

    @property
    def is_near_by(self) -> bool:
        """Whether people of the network that we are on are met without a server."""
        found = self._clients.get(LAN_URL)
        return found is not None and found.state is ServerState.ONLINE

    def hint(self) -> str:
        """Return the URL of a server to name in invitations, "" if there is none."""
        ordered = sorted(self.clients.values(), key=lambda c: c.state is not ServerState.ONLINE)
        return ordered[0].url if ordered else ""

    def connect(self, url: str) -> None:
        """Keep a connection to this server from now on."""
        if url in self._tasks and not self._tasks[url].done():
            self._clients[url].try_now()
            return
        self._begin(url)

    def _begin(self, url: str) -> None:
        client = SignalingClient(url, self._context)
        self._clients[url] = client
        self._tasks[url] = self._background.spawn(client.run())

    async def disconnect(self, url: str) -> None:
        """Raises AppError("unknown-server")."""
        task = self._tasks.pop(url, None)
        if task is None:
            raise AppError("unknown-server", {"server": url})
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        del self._clients[url]

    async def renew(self) -> None:
        """Connect to all servers anew: what stands may be gone without our having heard of it."""
        running = [url for url, task in self._tasks.items() if not task.done()]
        await asyncio.gather(*(self._renew(url) for url in running))

    async def _renew(self, url: str) -> None:
        task, client = self._tasks[url], self._clients[url]
        client.retire()
        task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(FORGET_WITHIN):
                await client.left.wait()
        if self._tasks.get(url) is task:  # nobody has decided otherwise meanwhile
            self._begin(url)

    def try_now(self) -> None:
        for client in self._clients.values():
            client.try_now()

    def saw(self, url: str, room: bytes, peer: PeerId) -> None:
        if peer in self._seen or len(self._seen) < MAX_SEEN:
            self._seen.setdefault(peer, set()).add((url, room))

    def missed(self, url: str, room: bytes, peer: PeerId) -> bool:
        """Note that a peer left a server room; tell whether it is gone from everywhere."""
        places = self._seen.get(peer, set())
        places.discard((url, room))
        if places:
            return False
        return self._seen.pop(peer, None) is not None

    def sees(self, peer: PeerId) -> bool:
        """Tell whether some server says that a peer is there."""
        return peer in self._seen

    def seen_at(self, places: Collection[bytes]) -> set[PeerId]:
        """Return who is seen in any of these server rooms."""
        return {p for p, seen in self._seen.items() if any(place in places for _, place in seen)}

    def lost(self, url: str) -> list[PeerId]:
        """Forget who was seen on this server; return who is seen nowhere any more."""
        return self._forget(lambda server, _room: server == url)

    def left(self, room: bytes) -> list[PeerId]:
        """Forget who was seen in this server room; return who is seen nowhere any more."""
        return self._forget(lambda _server, place: place == room)

    def _forget(self, gone_from: Callable[[str, bytes], bool]) -> list[PeerId]:
        gone = []
        for peer, places in list(self._seen.items()):
            places -= {place for place in places if gone_from(*place)}
            if not places:
                del self._seen[peer]
                gone.append(peer)
        return gone

    async def send(self, peer: PeerId, payload: bytes) -> None:
        """Relay a payload over a server that the peer is on, else over any.

        Raises AppError("unreachable").
        """
        seen_on = {url for url, _ in self._seen.get(peer, ())}
        ordered = sorted(self._clients.values(), key=lambda client: client.url not in seen_on)
        reason = "no-server"
        for client in ordered:
            if client.session is None:
                continue
            try:
                await client.session.signal(peer, payload)
            except AppError as error:
                reason = error.code
            else:
                return
        raise AppError("unreachable", {"peer": to_text(peer), "reason": reason})

    def soon(self, action: Coroutine[None, None, None]) -> None:
        """Do something with the servers without making the caller wait for them."""
        if self._background.is_open:
            self._background.spawn(action)
        else:
            action.close()  # the program ends

    async def enter(self, room: bytes) -> None:
        """Join a server room everywhere."""
        await self._everywhere(lambda client: client.enter(room))

    async def leave(self, room: bytes) -> None:
        await self._each_session(lambda session: session.leave(room))

    async def publish(self) -> None:
        """Renew our entry in every directory."""
        await self._everywhere(lambda client: client.publish())

    async def search(self, query: str, limit: int) -> Sequence[NameCard]:
        """Ask all directories; the latest card of each person counts."""
        found: dict[PeerId, NameCard] = {}

        async def ask(session: SignalingSession) -> None:
            for card in await session.search(query, limit):
                known = found.get(card.peer)
                if known is None or known.time_ms < card.time_ms:
                    found[card.peer] = card

        await self._each_session(ask)
        return sorted(found.values(), key=lambda card: (card.name.casefold(), card.peer))[:limit]

    async def _each_session(self, action: Callable[[SignalingSession], Awaitable[None]]) -> None:
        async def act(client: SignalingClient) -> None:
            if client.session is not None:
                await action(client.session)

        await self._everywhere(act)

    async def _everywhere(self, action: Callable[[SignalingClient], Awaitable[None]]) -> None:
        for client in tuple(self._clients.values()):
            try:
                await action(client)
            except AppError as error:
                log.info("%s: %s", client.url, error)
