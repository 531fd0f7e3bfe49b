"""A real signaling server that cheats on command.

Each line of standard input names what to do from now on (a `Meddler` method); it answers with
`{"event": "cheating", "how": ...}` and says `{"event": "meddled", ...}` for each deed.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from app.crypto.identity import Identity
from app.domain.ids import PeerId
from app.protocol.signals import Offer, seal_signal
from app.transport.webrtc import WebRtcTransport
from signaling.config import ServerConfig
from signaling.protocol import to_raw, to_text
from signaling.server import SignalingServer

Data = dict[str, Any]
GHOSTS = 20


def say(event: str, **fields: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()


class Meddler:
    """Stands between the server's decisions and its sockets."""

    def __init__(self, server: SignalingServer) -> None:
        self._hub = server.hub
        self._send = server._edge.sio.emit
        self._treat: Callable[[Data, PeerId], Awaitable[list[Data]]] = self._honest
        self._relayed: list[tuple[PeerId, Data]] = []
        self._own = Identity(os.urandom(32))
        edge: Any = server._edge
        edge._shorten = lambda *_: None  # all goes where it can be meddled with
        edge.sio.emit = self._emit

    async def obey(self, how: str) -> None:
        """Treat payloads in this way from now on, or do one deed."""
        deeds = {
            "repeat": self._repeat,
            "ghosts": self._ghosts,
            "introduce": self._introduce,
            "reborn": self._reborn,
            "tell": self._tell,
        }
        if how in deeds:
            await deeds[how]()
        else:
            self._treat = getattr(self, f"_{how}")
        say("cheating", how=how)

    async def _emit(self, event: str, data: Data, to: list[str]) -> None:
        if event != "signal":
            await self._send(event, data, to=to)
            return
        for sid in to:
            connection = self._hub.registry.get(sid)
            if connection is None:
                continue
            receiver = PeerId(connection.peer)
            self._relayed.append((receiver, data))
            for changed in await self._treat(data, receiver):
                await self._send(event, changed, to=[sid])

    async def _honest(self, data: Data, _receiver: PeerId) -> list[Data]:
        return [data]

    async def _drop(self, _data: Data, _receiver: PeerId) -> list[Data]:
        say("meddled")
        return []

    async def _modify(self, data: Data, _receiver: PeerId) -> list[Data]:
        payload = bytearray(data["payload"])
        payload[random.randrange(len(payload))] ^= 1 << random.randrange(8)
        say("meddled")
        return [{**data, "payload": bytes(payload)}]

    async def _double(self, data: Data, _receiver: PeerId) -> list[Data]:
        say("meddled")
        return [data, data]

    async def _swap(self, data: Data, receiver: PeerId) -> list[Data]:
        """Put a description in its place that leads to this machine and its certificate."""
        pending = WebRtcTransport().pending()
        offer = Offer(os.urandom(16), self._instance(receiver), await pending.offer())
        await pending.close()
        say("meddled")
        return [{**data, "payload": seal_signal(self._own, receiver, offer)}]

    async def _repeat(self) -> None:
        """Deliver everything once more, to the present run of whoever got it."""
        for receiver, data in tuple(self._relayed):
            connection = self._hub.registry.find(receiver)
            if connection is not None:
                await self._send("signal", data, to=[connection.sid])
                say("meddled")

    async def _tell(self) -> None:
        """Show all that was relayed."""
        for _, data in self._relayed:
            say("payload", payload=data["payload"].hex())

    async def _ghosts(self) -> None:
        """Tell everybody that strangers have joined each of their rooms."""
        for _ in range(GHOSTS):
            ghost, instance = to_text(Identity(os.urandom(32)).peer), to_text(os.urandom(16))
            await self._pretend(ghost, instance)

    async def _introduce(self) -> None:
        """Tell everybody, once each has a room, that everybody is in all of their rooms."""
        for _ in range(1000):
            if all(map(self._hub.rooms.rooms, self._hub.registry.peers)):
                break
            await asyncio.sleep(0.01)
        for peer in tuple(self._hub.registry.peers):
            await self._pretend(to_text(peer), to_text(self._instance(peer)))

    async def _reborn(self) -> None:
        """Tell everybody that the others are new runs of their programs."""
        for peer in tuple(self._hub.registry.peers):
            await self._pretend(to_text(peer), to_text(os.urandom(16)))

    async def _pretend(self, peer: str, instance: str) -> None:
        for other in tuple(self._hub.registry.peers):
            connection = self._hub.registry.find(other)
            for room in self._hub.rooms.rooms(other):
                if connection is not None and other != to_raw(peer):
                    joined = {"room": to_text(room), "peer": peer, "instance": instance}
                    await self._send("joined", joined, to=[connection.sid])
                    say("meddled")

    def _instance(self, peer: bytes) -> bytes:
        connection = self._hub.registry.find(peer)
        return connection.instance if connection is not None else b""


async def main() -> None:
    server = SignalingServer(ServerConfig(host="127.0.0.1", port=0, advertise=False))
    meddler = Meddler(server)
    running = asyncio.create_task(server.run(lambda url: say("listening", url=url)))
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        await meddler.obey(line.strip())
    server.stop()
    await running


if __name__ == "__main__":
    asyncio.run(main())
