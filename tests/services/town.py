"""A local network on which people see each other's servers, and run them when they are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.transport.base import FoundServer, HostCandidates, LanDiscovery, LocalServer
from tests.services.world import Someone, World, until
from tests.support.memory_signaling import MemoryServer


class Town(HostCandidates):
    """`found` is what is announced; each label is as new as on a real network."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.found: dict[str, FoundServer] = {}
        self.willing: dict[PeerId, bool] = {}
        self.begun: set[PeerId] = set()
        self.labels = 0
        self._news = asyncio.Event()
        self._following: dict[PeerId, asyncio.Task[None]] = {}

    def announce(self, url: str, after: str = "") -> str:
        """Announce a server; return its label."""
        self.labels += 1
        label = f"parlor-{self.labels}"
        self.found[label] = FoundServer(url, "Parlor", label, after)
        self.tell()
        return label

    def withdraw(self, url: str) -> None:
        self.found = {label: one for label, one in self.found.items() if one.url != url}
        self.tell()

    def tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def changed(self) -> None:
        await self._news.wait()

    def others(self) -> Collection[PeerId] | None:
        return None

    def beginning(self) -> Collection[PeerId]:
        return ()

    def offer(self, *, willing: bool, begins: bool = False) -> None:
        """Only those with a `Seat` are asked."""

    def settle(self, person: Someone, *, knows_others: bool = True) -> TownServer:
        """Let somebody follow what is announced here; return the server that they would run."""
        server = TownServer(self)
        keeper = person.backend.network.hosting
        keeper.near_by.local = server
        keeper._candidates = Seat(self, person.peer) if knows_others else None
        self._following[person.peer] = asyncio.create_task(keeper.follow(Watch(self)))
        return server

    async def lose(self, person: Someone) -> None:
        """Let somebody's program end, and with it the server that it runs."""
        following = self._following.pop(person.peer)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        self.willing[person.peer] = False
        await person.backend.network.hosting.near_by.local.stop()
        await person.stop()

    async def close(self) -> None:
        for task in self._following.values():
            task.cancel()
        await asyncio.gather(*self._following.values(), return_exceptions=True)


class Seat(HostCandidates):
    """What somebody knows of the others."""

    def __init__(self, town: Town, peer: PeerId) -> None:
        self._town = town
        self._peer = peer

    def others(self) -> Collection[PeerId] | None:
        willing = self._town.willing.items()
        return [peer for peer, would in willing if would and peer != self._peer]

    def beginning(self) -> Collection[PeerId]:
        return self._town.begun - {self._peer}

    def offer(self, *, willing: bool, begins: bool = False) -> None:
        self._town.willing[self._peer] = willing
        (self._town.begun.add if begins else self._town.begun.discard)(self._peer)


class Watch(LanDiscovery):
    def __init__(self, town: Town) -> None:
        self._town = town

    def servers(self) -> Sequence[FoundServer]:
        return list({one.url: one for one in self._town.found.values()}.values())

    async def changed(self) -> None:
        await self._town.changed()

    async def close(self) -> None:
        return


class TownServer(LocalServer):
    """A server in memory under an address of its own."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._url: str | None = None
        self.after: list[str] = []
        self.failures = 0

    @property
    def url(self) -> str | None:
        return self._url

    async def start(self, after: str = "") -> str:
        if self._url is not None:
            return self._url
        self.after.append(after)
        if self.failures:
            self.failures -= 1
            raise AppError("hosting-failed")
        url = f"http://memory:{100 + self._town.labels}"
        self._town.world.servers[url] = MemoryServer()
        self._town.announce(url, after)
        self._url = url
        return url

    async def stop(self) -> None:
        url, self._url = self._url, None
        if url is not None:
            self._town.withdraw(url)
            self._town.world.servers[url].stop()


def is_at(url: str, *people: Someone) -> bool:
    """Tell whether all are online at one server and at no other."""

    def servers(person: Someone) -> list[tuple[str, str]]:
        return [(server.url, server.state.value) for server in person.backend.network.servers()]

    return all(servers(one) == [(url, "online")] for one in people)


async def all_at(url: str, *people: Someone) -> None:
    """Wait until all are online at one server and at no other."""
    await until(lambda: is_at(url, *people), f"all at {url}")
