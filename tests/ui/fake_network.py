"""A network that lives in memory."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.changes import LinkChanged, LinkState, ServerChanged, ServerState
from app.domain.errors import AppError
from app.domain.ice import IceServer, check_ice_servers
from app.domain.ids import PeerId
from app.domain.views import PersonView
from app.services.api import LanChoices, LinkView, ServerView
from app.services.feed import Feed
from tests.ui.fake_names import FROZEN_MS, peer_of


class FakeNetwork:
    """One server and whoever a test puts near."""

    def __init__(self, feed: Feed) -> None:
        self.known: dict[str, ServerView] = {}
        self.people: list[PersonView] = []
        self.linked: dict[PeerId, LinkView] = {}
        self.tries = 0
        self.near = False
        self.failing: AppError | None = None
        self.ice: tuple[IceServer, ...] = ()
        self.choices = LanChoices()
        self._feed = feed

    def set_server(
        self, url: str, state: ServerState, retry_in: float | None = None, *, hosted: bool = False
    ) -> None:
        reason = "server-unreachable" if state is ServerState.OFFLINE else None
        self.known[url] = ServerView(url, state, reason, hosted)
        self._feed.publish(ServerChanged(url, state, reason, retry_in))

    def add_link(self, name: str, state: LinkState = LinkState.ONLINE) -> None:
        self.linked[peer_of(name)] = LinkView(peer_of(name), state, "lan", 2.0, 0.0, FROZEN_MS)
        self._feed.publish(LinkChanged(peer_of(name), state, "lan"))

    async def connect(self, url: str) -> None:
        if self.failing is not None:
            error, self.failing = self.failing, None
            raise error
        if not url.startswith("http"):
            raise AppError("bad-url", {"url": url})
        self.set_server(url, ServerState.CONNECTING)

    async def disconnect(self, url: str) -> None:
        self.known.pop(url, None)
        self._feed.publish(ServerChanged(url, ServerState.OFFLINE))

    def try_now(self) -> None:
        self.tries += 1

    def servers(self) -> Sequence[ServerView]:
        return tuple(self.known.values())

    def links(self) -> Sequence[LinkView]:
        return tuple(self.linked.values())

    async def directory(self, query: str) -> Sequence[PersonView]:
        if not self.near and all(
            each.state is not ServerState.ONLINE for each in self.known.values()
        ):
            raise AppError("no-server")
        return [each for each in self.people if query.lower() in each.name.lower()]

    async def host(self) -> str:
        if self.failing is not None:
            error, self.failing = self.failing, None
            raise error
        url = "http://192.0.2.7:8765"
        self.set_server(url, ServerState.ONLINE, hosted=True)
        return url

    def ice_servers(self) -> Sequence[IceServer]:
        return self.ice

    async def set_ice_servers(self, servers: Sequence[IceServer]) -> None:
        self.ice = check_ice_servers(servers)

    def meets_near_by(self) -> bool:
        return self.near

    def lan(self) -> LanChoices:
        return self.choices

    async def set_lan(self, choices: LanChoices) -> None:
        self.choices = choices

    async def stop_hosting(self) -> None:
        for url in [url for url, server in self.known.items() if server.hosted]:
            await self.disconnect(url)
