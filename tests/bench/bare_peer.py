"""The yardstick: a data channel as aiortc's own documentation makes one, in two processes.

Talks to the benchmark like tests.support.link_peer, with SDP in JSON instead of our descriptions.
"""

from __future__ import annotations

import asyncio
import json
import sys

import aioice.ice
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription

from tests.support.link_peer import resident_bytes


def new_connection() -> RTCPeerConnection:
    """Make one that neither asks a STUN server nor leaves loopback."""
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1", "::1"]
    return RTCPeerConnection(RTCConfiguration(iceServers=[]))


def dump(connection: RTCPeerConnection) -> str:
    description = connection.localDescription
    return json.dumps({"sdp": description.sdp, "type": description.type})


def load(text: str) -> RTCSessionDescription:
    return RTCSessionDescription(**json.loads(text))


async def answer(offer: str) -> tuple[RTCPeerConnection, str]:
    connection = new_connection()

    def echo(channel: RTCDataChannel) -> None:
        channel.on("message", channel.send)

    connection.on("datachannel", echo)
    await connection.setRemoteDescription(load(offer))
    await connection.setLocalDescription(await connection.createAnswer())
    return connection, dump(connection)


async def main() -> None:
    loop = asyncio.get_running_loop()
    kept = []
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        reply = str(resident_bytes())
        if line.strip() != "rss":
            connection, reply = await answer(line)
            kept.append(connection)
        sys.stdout.write(reply + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
