"""A way between two machines that consists of what a member hands on: no addresses, no checks."""

from __future__ import annotations

from app.domain.ids import PeerId
from app.transport.base import Datagrams
from app.transport.webrtc_description import CandidateLine, Description

NAME = "carried"
PASSWORD = NAME * 4
"""What stands in a description in place of what ICE needs; nothing is protected by it."""
DTLS = range(20, 64)
"""The first byte of a packet tells DTLS from all else (RFC 7983)."""


class CarriedWay:
    """What a session asks of a way, over datagrams of somebody else's.

    The carrier could drop, repeat or change them, as any router could: DTLS is made for that.
    """

    address = ""
    route = "relay"
    ways = ("member",)
    local_username = NAME
    local_password = PASSWORD

    def __init__(self, *, controlling: bool, datagrams: Datagrams) -> None:
        self.ice_controlling = controlling
        self._datagrams = datagrams

    @property
    def through(self) -> PeerId | None:
        return self._datagrams.through

    async def gather_candidates(self) -> None:
        """There is nothing to gather."""

    def lines(self) -> list[CandidateLine]:
        """There is nothing to try."""
        return []

    async def meet(self, remote: Description) -> None:
        """The way is there already: who is at its end, DTLS will tell."""

    async def recv(self) -> bytes:
        """Return the next packet of DTLS. Raises ConnectionError at the end of the way."""
        while True:
            datagram = await self._datagrams.receive()
            if datagram and datagram[0] in DTLS:
                return datagram

    async def send(self, data: bytes) -> None:
        self._datagrams.send(data)

    async def close(self) -> None:
        self._datagrams.close()
