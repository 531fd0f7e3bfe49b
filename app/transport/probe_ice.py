"""Tries a STUN or TURN server out, as a link would use it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from typing import Any, cast

from aioice import stun, turn

from app.domain.errors import AppError
from app.domain.ice import IcePlace, IceServer, ice_place
from app.domain.probes import HelperProbe

LIMIT = 4.0
LIFETIME = 60
"""Seconds that an allocation lives if we cannot give it back."""
UNAUTHORIZED = (401, 403, 441)
FULL = (486, 508)
PROBLEMS: dict[type[Exception], str] = {
    TimeoutError: "timeout",
    stun.TransactionError: "timeout",
    socket.gaierror: "dns",
    ssl.SSLError: "tls",
    OSError: "unreachable",
    AppError: "strange",
    ValueError: "strange",
    KeyError: "strange",
}
"""What each error means; the first that fits counts."""
FAILURES = tuple(PROBLEMS)


async def probe_helper(server: IceServer, limit: float = LIMIT) -> HelperProbe:
    """Return what the server does for us, within so many seconds."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(limit):
            place = ice_place(server.url)
            address = await _resolve(place)
            mapped, relayed = await (
                _turn(server, place, address) if server.is_relay else _stun(address)
            )
    except FAILURES as error:
        return HelperProbe(_problem(error))
    return HelperProbe("", mapped, relayed, (time.monotonic() - began) * 1000)


def _problem(error: Exception) -> str:
    if isinstance(error, stun.TransactionFailed):
        return _refusal(error)
    return next(word for kind, word in PROBLEMS.items() if isinstance(error, kind))


def _refusal(error: stun.TransactionFailed) -> str:
    code = error.response.attributes.get("ERROR-CODE", (0, ""))[0]
    if code in UNAUTHORIZED:
        return "login"
    return "full" if code in FULL else "strange"


async def _resolve(place: IcePlace) -> tuple[str, int]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_DGRAM)
    return str(found[0][4][0]), place.port


async def _turn(server: IceServer, place: IcePlace, address: tuple[str, int]) -> tuple[str, str]:
    """Return the address that we are seen by, and the one that relays; it is given back."""
    transport, _ = await turn.create_turn_endpoint(
        asyncio.DatagramProtocol,
        address,
        server.username,
        server.credential,
        lifetime=LIFETIME,
        ssl=ssl.create_default_context() if place.tls else None,
        transport=place.transport,
    )
    mapped = transport.get_extra_info("related_address")[0]
    relayed = transport.get_extra_info("sockname")[0]
    transport.close()
    return str(mapped), str(relayed)


class _Asker(asyncio.DatagramProtocol):
    """Sends what a STUN transaction sends, and gives it the answer."""

    def __init__(self, request: stun.Message, server: tuple[str, int]) -> None:
        self._request = request
        self.transaction = stun.Transaction(request, server, self)
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        try:
            message = stun.parse_message(data)
        except ValueError:
            return
        answers = message.message_class in (stun.Class.RESPONSE, stun.Class.ERROR)
        if answers and message.transaction_id == self._request.transaction_id:
            self.transaction.response_received(message, (addr[0], addr[1]))

    def send_stun(self, message: stun.Message, addr: tuple[str, int]) -> None:
        del addr
        if self._transport is not None:
            self._transport.sendto(bytes(message))


async def _stun(server: tuple[str, int]) -> tuple[str, str]:
    """Return the address that the server sees."""
    request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    loop = asyncio.get_running_loop()
    transport, asker = await loop.create_datagram_endpoint(
        lambda: _Asker(request, server), remote_addr=server
    )
    try:
        response, _ = await asker.transaction.run()
    finally:
        transport.close()
    return str(response.attributes["XOR-MAPPED-ADDRESS"][0]), ""
