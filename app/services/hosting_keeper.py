"""Servers of the local network: followed as they appear, and run here when it is our turn."""

from __future__ import annotations

import asyncio
import logging
import time
from urllib.parse import urlsplit

from app.domain.changes import Change, ServerChanged, ServerState
from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.protocol.hosting import Company, Hosting, Seen, Step
from app.services.feed import Feed
from app.services.near_by import NearBy
from app.services.server_urls import canonical, connectable
from app.services.signaling_hub import SignalingHub
from app.transport.base import FoundServer, HostCandidates, LanDiscovery

SETTLE_SECONDS = 2.0
SETTLE_STEP = 0.1
ASLEEP_SECONDS = 15.0
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_TAKEN = {(ServerState.ONLINE, None), (ServerState.OFFLINE, "replaced")}

log = logging.getLogger(__name__)


class HostingKeeper:
    """Runs the bundled server when a person asks for it, or when the one that was there is gone."""

    def __init__(
        self,
        me: PeerId,
        hub: SignalingHub,
        feed: Feed,
        near_by: NearBy,
        candidates: HostCandidates | None = None,
    ) -> None:
        """Without `candidates` it is run only when a person asks for it."""
        self._hub = hub
        self._feed = feed
        self._candidates = candidates
        self._state = Hosting(me)
        self._stir = asyncio.Event()
        self._met: dict[str, str] = {}
        self._same: dict[str, str] = {}
        self._declined = False
        self._looked: tuple[float, float] = (0.0, 0.0)
        self.near_by = near_by

    # -- what a person asks for

    async def host(self, after: str = "") -> str:
        """Run the server; return its URL. Raises AppError("hosting-failed")."""
        self._declined = False
        url = canonical(await self.near_by.local.start(after))
        self.chosen(url)
        self._hub.connect(url)
        return url

    async def stop(self) -> None:
        """Stop it, and leave it to others from now on."""
        self._declined = True
        await self._stop()

    def chosen(self, url: str) -> None:
        """Stay connected to a server even if it is announced no longer."""
        self._met.pop(url, None)

    def left(self) -> None:
        """A server was left on purpose: that is no reason to run one."""
        self._state.forget()

    # -- what happens by itself

    async def follow(self, discovery: LanDiscovery) -> None:
        """Connect to servers as they appear, and take over from them, until cancelled."""
        news: asyncio.Task[None] | None = None
        unsubscribe = self._feed.subscribe(self._heard)
        try:
            while True:
                news = await self._listen(news, discovery)
                self._stir.clear()
                self._offer()
                await self._unite()
                seen = self._meet(discovery)
                await self._sweep(seen)
                await self._act(self._look(seen), discovery)
                await self._pause(news)
        finally:
            unsubscribe()
            if news is not None:
                news.cancel()
                await asyncio.gather(news, return_exceptions=True)

    @staticmethod
    async def _listen(
        news: asyncio.Task[None] | None, discovery: LanDiscovery
    ) -> asyncio.Task[None]:
        """Begin to wait for what changes before looking at what there is."""
        if news is None or news.done():
            news = asyncio.create_task(discovery.changed())
            await asyncio.sleep(0)
        return news

    def _heard(self, change: Change) -> None:
        if isinstance(change, ServerChanged):
            self._stir.set()

    def _offer(self, *, begins: bool = False) -> None:
        if self._candidates is not None:
            self._candidates.offer(willing=self._is_willing, begins=begins)

    @property
    def _is_willing(self) -> bool:
        known = self._candidates is not None
        return known and self.near_by.choices.may_host and not self._declined

    async def _unite(self) -> None:
        """Keep the chosen way to a server of this machine that is announced as well.

        It takes the two for one person who has moved, and so ends the first.
        """
        for url in tuple(self._met):
            for here in self._hub.clients.keys() - self._met.keys():
                if url in self._hub.clients and self._is_same(here, url):
                    self._same[url] = here
                    del self._met[url]
                    await self._hub.disconnect(url)
                    self._hub.connect(here)
                    break

    def _is_same(self, here: str, url: str) -> bool:
        """Tell whether one of two ways took the place of the other, `here` by the loopback."""
        known = [self._hub.clients[one] for one in (here, url)]
        took = {(client.state, client.reason) for client in known} == _TAKEN
        ours, theirs = urlsplit(here), urlsplit(url)
        return took and ours.hostname in _LOOPBACK and ours.port == theirs.port

    def _meet(self, discovery: LanDiscovery) -> list[Seen]:
        """Connect to what is new; return all that is there."""
        seen = []
        for found in discovery.servers():
            url = _url(found)
            if url is None:
                continue
            if self._same.get(url) in self._hub.clients:
                url = self._same[url]
            if url not in self._hub.clients:
                self._met[url] = found.label
                self._hub.connect(url)
            elif self._met.get(url, found.label) != found.label:
                self._met[url] = found.label
                self._hub.connect(url)  # another one at the same place: no time to lose
            seen.append(Seen(url, found.label, found.after, self._is_online(url)))
        return seen

    async def _sweep(self, seen: list[Seen]) -> None:
        """Forget servers that are neither announced nor there."""
        announced = {one.url for one in seen}
        for url in set(self._met) - announced:
            if not self._is_online(url):
                del self._met[url]
                if url in self._hub.clients:
                    await self._hub.disconnect(url)

    def _is_online(self, url: str) -> bool:
        client = self._hub.clients.get(url)
        return client is not None and client.state is ServerState.ONLINE

    def _look(self, seen: list[Seen]) -> Step | None:
        now = asyncio.get_running_loop().time()
        before, self._looked = self._looked, (now, time.time())
        if before[0] and time.time() - before[1] - (now - before[0]) > ASLEEP_SECONDS:
            self._state.slept(now)
        own = self.near_by.local.url
        return self._state.look(seen, canonical(own) if own else None, self._company(), now)

    def _company(self) -> Company:
        known = self._candidates
        return Company() if known is None else Company(known.others(), known.beginning())

    async def _act(self, step: Step | None, discovery: LanDiscovery) -> None:
        if step is Step.YIELD:
            log.info("another server of this network stays; ours is stopped")
            await self._stop()
        elif step is Step.HOST and self._is_willing and await self._is_gone(discovery):
            log.info("the server of this network is gone; running one here")
            self._offer(begins=True)
            try:
                await self.host(self._state.after)
            except AppError as error:
                log.warning("%s", error)

    async def _is_gone(self, discovery: LanDiscovery) -> bool:
        """Ask those that are announced once more whether they are there."""
        asked = [one.url for one in self._meet(discovery)]
        for url in asked:
            self._hub.clients[url].try_now()
        for _ in range(round(SETTLE_SECONDS / SETTLE_STEP)):
            await asyncio.sleep(SETTLE_STEP)
            states = {self._hub.clients[url].state for url in asked if url in self._hub.clients}
            if ServerState.CONNECTING not in states:
                break
        return not any(one.online for one in self._meet(discovery))

    async def _stop(self) -> None:
        url = self.near_by.local.url
        await self.near_by.local.stop()
        if url is not None and canonical(url) in self._hub.clients:
            await self._hub.disconnect(canonical(url))

    async def _pause(self, news: asyncio.Task[None]) -> None:
        """Wait until there is something to look at."""
        due = self._state.deadline
        timeout = None if due is None else max(0.0, due - asyncio.get_running_loop().time())
        stir = asyncio.create_task(self._stir.wait())
        try:
            await asyncio.wait({news, stir}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stir.cancel()
            await asyncio.gather(stir, return_exceptions=True)


def _url(found: FoundServer) -> str | None:
    try:
        return connectable(found.url)
    except AppError as error:
        log.info("%s announces itself as %r", found.name, error)
        return None
