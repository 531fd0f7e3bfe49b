"""Several people with real services and real disks, in one process, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from app.bootstrap import build
from app.crypto.identity import Identity
from app.domain.changes import Change, ErrorRaised
from app.domain.couriers import CourierTerms
from app.domain.ids import PeerId, RoomId
from app.domain.views import MessageKind, MessageState, MessageView
from app.services.backend import ParlorBackend, Transports
from app.services.me import NAME_SETTING, Me
from app.services.transfer_bulk import Bulk
from app.storage.store import Store
from app.transport.base import LinkTransport, LocalServer
from tests.support.memory_link import MemoryLink, MemoryPendingLink, MemoryTransport
from tests.support.memory_signaling import MemoryServer, MemorySignaling

WAIT = 60.0
"""Seconds that anything may take on a very busy machine: only what never comes takes as long."""
URL = "http://memory:1"
OTHER_URL = "http://memory:2"
DATABASE_KEY = bytes(32)

Kind = TypeVar("Kind")


async def until(condition: Callable[[], object], what: str = "") -> None:
    """Wait until something is the case."""
    end = asyncio.get_running_loop().time() + WAIT
    while not condition():
        assert asyncio.get_running_loop().time() < end, f"never: {what or condition}"
        await asyncio.sleep(0.005)


class NoServer(LocalServer):
    """A hosted server that is only said to run."""

    def __init__(self) -> None:
        self._url: str | None = None
        self.after = ""

    @property
    def url(self) -> str | None:
        return self._url

    async def start(self, after: str = "") -> str:
        self.after = after
        self._url = URL
        return URL

    async def stop(self) -> None:
        self._url = None


class Someone:
    """A person, whose program can be started, stopped and started again on the same disk."""

    def __init__(self, world: World, name: str, seed: bytes) -> None:
        self.name = name
        self.identity = Identity(seed)
        self.links = MemoryTransport(world.ether)
        self.transport: LinkTransport = self.links
        self.changes: list[Change] = []
        self.courier: CourierTerms | None = None
        self._world = world
        self._folder = world.folder / name
        self._backend: ParlorBackend | None = None
        self._store: Store | None = None

    @property
    def peer(self) -> PeerId:
        return self.identity.peer

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def backend(self) -> ParlorBackend:
        assert self._backend is not None
        return self._backend

    @property
    def store(self) -> Store:
        assert self._store is not None
        return self._store

    @property
    def running(self) -> bool:
        return self._backend is not None

    @property
    def online(self) -> bool:
        """Whether some server is."""
        return self.backend._services.hub.is_online

    async def start(self, *servers: str) -> Someone:
        """Open the profile and connect."""
        self._folder.mkdir(exist_ok=True)
        self._store = await Store.open(self._folder, DATABASE_KEY, self.peer)
        transports = Transports(self.transport, MemorySignaling(self._world.servers), NoServer())
        name = await self._store.settings.get(NAME_SETTING, self.name)
        self._backend = build(
            Me(self.identity, name),
            self._store,
            transports,
            bulk=self._world.bulk(self._folder),
            courier=self.courier,
        )
        self._backend.feed.subscribe(self.changes.append)
        await self._backend.start()
        for url in servers:
            await self._backend.network.connect(url)
        return self

    async def stop(self) -> None:
        if self._backend is not None:
            backend, self._backend = self._backend, None
            await backend.close()

    def heard(self, kind: type[Kind]) -> list[Kind]:
        """Return the changes of a kind so far."""
        return [change for change in self.changes if isinstance(change, kind)]

    def errors(self) -> list[str]:
        return [change.code for change in self.heard(ErrorRaised)]

    def link_to(self, other: Someone) -> MemoryLink:
        """Return our end of the link that is up."""
        ends = [link for link in self.links.links if not link.closed and link.remote in other.ends]
        return ends[-1]

    @property
    def ends(self) -> list[MemoryLink]:
        return self.links.links

    def linked(self, room: RoomId, *others: Someone) -> bool:
        """Tell whether the room is open on the links to all of these."""
        manager = self.backend._services.manager
        return all(manager.is_online_in(other.peer, room) for other in others)

    def listed(self, room: RoomId) -> bool:
        """Tell whether the room is shown."""
        conversation = self.backend._services.opener._book.find(room)
        return conversation is not None and conversation.record.joined

    def knows(self, room: RoomId) -> int:
        """Return how many members we know of, ourselves included."""
        conversation = self.backend._services.opener._book.get(room)
        return len(conversation.state.members)

    async def say(self, room: RoomId, text: str) -> MessageView:
        return await self.backend.chats.send(room, text)

    async def history(self, room: RoomId) -> list[MessageView]:
        page = await self.backend.chats.page(room, None, 1000, 0)
        return list(page.messages)

    async def texts(self, room: RoomId) -> list[str]:
        return [v.text for v in await self.history(room) if v.kind is MessageKind.TEXT]

    async def has(self, room: RoomId, text: str) -> None:
        """Wait until the room shows a text."""
        await self.has_all(room, [text])

    async def has_all(self, room: RoomId, texts: Iterable[str]) -> None:
        wanted = set(texts)
        end = asyncio.get_running_loop().time() + WAIT
        while not wanted <= set(await self.texts(room)):
            missing = wanted - set(await self.texts(room))
            assert asyncio.get_running_loop().time() < end, f"{self.name} lacks {missing}"
            await asyncio.sleep(0.01)

    async def state(self, view: MessageView) -> MessageState:
        return (await self.backend.chats.message(view.event)).state

    async def reached(self, view: MessageView, state: MessageState) -> None:
        """Wait until a message of ours has this state."""
        end = asyncio.get_running_loop().time() + WAIT
        while (now := await self.state(view)) is not state:
            assert asyncio.get_running_loop().time() < end, f"still {now}"
            await asyncio.sleep(0.01)

    async def settled(self, view: MessageView) -> None:
        """Wait until a message of ours is stored everywhere."""
        end = asyncio.get_running_loop().time() + WAIT
        while await self.state(view) not in {MessageState.DELIVERED, MessageState.READ}:
            assert asyncio.get_running_loop().time() < end, f"not delivered: {view.text}"
            await asyncio.sleep(0.01)

    async def error_of(self, code: str) -> ErrorRaised:
        """Wait for an error with this code."""
        await until(lambda: code in self.errors(), code)
        return next(e for e in self.heard(ErrorRaised) if e.code == code)


class World:
    """Everybody, their servers and the ether between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ether: dict[bytes, MemoryPendingLink] = {}
        self.server = MemoryServer()
        self.servers = {URL: self.server}
        self.people: list[Someone] = []

    def person(self, name: str, seed: bytes | None = None) -> Someone:
        """Make somebody; whoever is made first has the smallest id and offers links."""
        seeds = SEEDS if seed is None else [seed]
        someone = Someone(self, name, seeds[len(self.people) % len(seeds)])
        self.people.append(someone)
        return someone

    async def started(self, *names: str) -> list[Someone]:
        """Start people; return when all are connected to the server."""
        people = [await self.person(name).start(URL) for name in names]
        await until(lambda: all(person.online for person in people), "online")
        return people

    async def together(self, *names: str) -> tuple[RoomId, list[Someone]]:
        """Start people in one room; return when all are linked and know of each other."""
        people = await self.started(*names)
        made = await people[0].backend.chats.create_room("Lab")
        for person in people[1:]:
            await person.backend.chats.join(made.link)
        await self.all_linked(made.room, *people)
        await until(lambda: all(p.knows(made.room) == len(names) for p in people), "members")
        return made.room, people

    async def all_linked(self, room: RoomId, *people: Someone) -> None:
        def done() -> bool:
            return all(
                one.linked(room, *(other for other in people if other is not one)) for one in people
            )

        await until(done, "linked")

    def bulk(self, folder: Path) -> Bulk | None:
        """What files are moved by; nothing, unless a test wants some."""
        del folder
        return None

    async def close(self) -> None:
        for person in self.people:
            await person.stop()


SEEDS = sorted((bytes([n]) * 32 for n in range(1, 9)), key=lambda seed: Identity(seed).peer)
