"""Opens a profile with the code of today, and tells of it as `parlor-cli` does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from app.bootstrap import build, open_profile
from app.cli.handlers import Handlers
from app.cli.requests import parse_request
from app.config import Settings
from app.domain.errors import AppError
from app.services.backend import ParlorBackend, Transports
from tests.data.kept import Json
from tests.services.world import WAIT, NoServer, World
from tests.support.memory_link import MemoryTransport
from tests.support.memory_signaling import MemorySignaling


class Today:
    """A profile that is open, without a network."""

    def __init__(self, backend: ParlorBackend) -> None:
        self.backend = backend
        self._handlers = Handlers(backend)

    async def ask(self, do: str, **fields: object) -> Json:
        """Return what is answered, or {} if it is refused."""
        request = parse_request(json.dumps({"do": do, **fields}).encode())
        try:
            return await self._handlers.handle(request)
        except AppError:
            return {}

    async def hears(self, room: str, text: str) -> None:
        """Wait until a room's last message is this one."""
        await self.sees(room, lambda messages: messages[-1]["text"] == text)

    async def sees(self, room: str, is_so: Callable[[list[Json]], object]) -> None:
        """Wait until something is so of a room's last messages."""
        async with asyncio.timeout(WAIT):
            while True:
                found = await self.ask("history", room=room, limit=2)
                if is_so(found["messages"]):
                    return
                await asyncio.sleep(0.01)

    async def tell(self) -> Json:
        """Return what `script.Play` has asked the older version for."""
        rooms = (await self.ask("rooms"))["rooms"]
        found: Json = {"rooms": rooms}
        for do in ("whoami", "contacts", "transfers", "invitations", "privacy", "sharing"):
            found[do] = await self.ask(do)
        found["history"], found["members"] = {}, {}
        for room in (one["room"] for one in rooms):
            history = await self.ask("history", room=room, limit=1000)
            found["history"][room] = history["messages"]
            found["members"][room] = (await self.ask("members", room=room))["members"]
        for do in ("pinned", "room_rules", "room_links", "room_banned"):
            answers = {one["room"]: await self.ask(do, room=one["room"]) for one in rooms}
            found[do] = {room: answer for room, answer in answers.items() if answer}
        plain: Json = json.loads(json.dumps(found))
        return plain


@asynccontextmanager
async def opened(
    folder: Path, passphrase: str | None = None, world: World | None = None
) -> AsyncIterator[Today]:
    """Open the profile in `folder` as a start of the program does, and close it again.

    With a `world` it meets others there, else nobody.
    """
    me, store = await open_profile(Settings(folder, use_keyring=False), passphrase)
    links = MemoryTransport(world.ether if world else {})
    signaling = MemorySignaling(world.servers if world else {})
    backend = build(me, store, Transports(links, signaling, NoServer()))
    try:
        await backend.start()
        yield Today(backend)
    finally:
        await backend.close()
