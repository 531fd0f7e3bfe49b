"""The way between two machines: aioice's connection, hardened against what strangers send."""

from __future__ import annotations

import asyncio
import ipaddress
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import aioice
from aioice.ice import StunProtocol
from aioice.stun import Message

from app.domain.ids import PeerId
from app.transport.webrtc_addresses import is_near, may_probe
from app.transport.webrtc_description import (
    MAX_CANDIDATES,
    CandidateLine,
    CandidateType,
    Description,
)

MAX_DATAGRAM = 2048
MAX_QUEUED = 1024
MAX_REMOTE = 4 * MAX_CANDIDATES
GATHER_TIMEOUT = 2
"""Seconds that a silent STUN or TURN server may hold up an offer."""

FIRST_NOT_STUN = 4
"""The first byte of a packet tells STUN from DTLS (RFC 7983)."""

AddressSource = Callable[[], Sequence[str]]


class _LossyQueue(asyncio.Queue[tuple[bytes, int] | None]):
    """Drops datagrams when full, as a socket does; the end mark always fits."""

    def put_nowait(self, item: tuple[bytes, int] | None) -> None:
        if item is None or self.qsize() < MAX_QUEUED:
            super().put_nowait(item)


class Way(Protocol):
    """What a session asks of the way between two machines."""

    @property
    def ice_controlling(self) -> bool: ...

    @property
    def local_username(self) -> str: ...

    @property
    def local_password(self) -> str: ...

    @property
    def route(self) -> str: ...

    @property
    def ways(self) -> tuple[str, ...]: ...

    @property
    def address(self) -> str: ...

    @property
    def through(self) -> PeerId | None: ...

    async def gather_candidates(self) -> None: ...

    def lines(self) -> list[CandidateLine]: ...

    async def meet(self, remote: Description) -> None: ...

    async def recv(self) -> bytes: ...

    async def send(self, data: bytes) -> None: ...

    async def close(self) -> None: ...


class IceConnection(aioice.Connection):
    """One ICE session for one stream of datagrams.

    `options` are aioice's keywords for STUN and TURN servers.
    """

    def __init__(
        self, *, controlling: bool, addresses: AddressSource, options: Mapping[str, Any]
    ) -> None:
        super().__init__(ice_controlling=controlling, **options)
        self._queue = _LossyQueue()
        self._addresses = list(addresses())
        self._partner: tuple[str, int] | None = None

    async def get_component_candidates(
        self, component: int, *_: object, **__: object
    ) -> list[aioice.Candidate]:
        """Bind to our choice of addresses instead of aioice's, which leaves loopback out."""
        found = await super().get_component_candidates(component, self._addresses, GATHER_TIMEOUT)
        for protocol in self._protocols:
            self._guard(protocol)
        return found

    def request_received(
        self, message: Message, addr: tuple[str, int], protocol: StunProtocol
    ) -> None:
        """Let a remote end that knocks from ever new ports cost no more than a few checks."""
        known = (_address(candidate) for candidate in self._remote_candidates)
        if len(self._remote_candidates) < MAX_REMOTE or addr in known:
            super().request_received(message, addr, protocol)

    def _guard(self, protocol: StunProtocol) -> None:
        """Keep malformed and foreign datagrams away from aioice and DTLS.

        An empty one would end aiortc's DTLS task, a malformed STUN attribute raises struct.error.
        """
        receive = protocol.datagram_received

        def datagram_received(data: bytes | str, addr: tuple[Any, ...]) -> None:
            if not isinstance(data, bytes) or not self._expects(data, (addr[0], addr[1])):
                return
            try:
                receive(data, addr)
            except (struct.error, KeyError, AssertionError):
                return

        protocol.datagram_received = datagram_received  # type: ignore[method-assign]

    def _expects(self, data: bytes, sender: tuple[str, int]) -> bool:
        """STUN may come from anywhere and proves itself; the rest only from the remote end."""
        if not 0 < len(data) <= MAX_DATAGRAM:
            return False
        if data[0] < FIRST_NOT_STUN or sender == self._partner:
            return True
        if sender not in {_address(candidate) for candidate in self._remote_candidates}:
            return False
        self._partner = sender
        return True

    def lines(self) -> list[CandidateLine]:
        """Return our candidates, each address once."""
        found: dict[tuple[str, int], CandidateLine] = {}
        for candidate in self.local_candidates:
            line = _line(candidate)
            found.setdefault((candidate.host, candidate.port), line)
        return list(found.values())[:MAX_CANDIDATES]

    async def meet(self, remote: Description) -> None:
        """Find a way to the remote end. Raises ConnectionError when there is none."""
        self.remote_username, self.remote_password = remote.ufrag, remote.password
        for number, line in enumerate(remote.candidates):
            if may_probe(line.ip, self._addresses):
                await self.add_remote_candidate(_candidate(line, number))
        await self.add_remote_candidate(None)
        await self.connect()

    @property
    def address(self) -> str:
        """Our own address of the pair in use, unless a relay stands before it."""
        pair = self._nominated.get(1)
        if pair is None or pair.local_candidate.type != "host":
            return ""
        return _address(pair.local_candidate)[0]

    @property
    def through(self) -> PeerId | None:
        """No member carries this."""
        return None

    @property
    def ways(self) -> tuple[str, ...]:
        """What is tried, by the candidates that we have."""
        relayed = any(candidate.type == "relay" for candidate in self.local_candidates)
        return ("direct", "turn") if relayed else ("direct",)

    @property
    def route(self) -> str:
        """ "lan", "direct" or "relay", by the pair in use; "direct" before there is one."""
        pair = self._nominated.get(1)
        if pair is None:
            return "direct"
        ends = (pair.local_candidate, pair.remote_candidate)
        if any(end.type == "relay" for end in ends):
            return "relay"
        return "lan" if all(is_near(_address(end)[0]) for end in ends) else "direct"


def _address(candidate: aioice.Candidate) -> tuple[str, int]:
    """Where it is reached, in the spelling of aioice and of sockets."""
    return str(ipaddress.ip_address(candidate.host)), candidate.port


def _line(candidate: aioice.Candidate) -> CandidateLine:
    kind: CandidateType = "host"
    if candidate.type == "srflx":
        kind = "srflx"
    elif candidate.type == "relay":
        kind = "relay"
    return CandidateLine(
        kind, ipaddress.ip_address(candidate.host).packed, candidate.port, candidate.priority
    )


def _candidate(line: CandidateLine, number: int) -> aioice.Candidate:
    return aioice.Candidate(
        foundation=str(number),
        component=1,
        transport="udp",
        priority=line.priority,
        host=str(line.ip),
        port=line.port,
        type=line.kind,
    )
