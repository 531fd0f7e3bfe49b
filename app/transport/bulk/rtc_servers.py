"""Where a lane over WebRTC may look for addresses of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aioice.ice import TransportPolicy
from aiortc import RTCIceServer
from aiortc.rtcicetransport import connection_kwargs

from app.protocol.worker_messages import IceServer, Way
from app.transport.webrtc_addresses import link_addresses
from app.transport.webrtc_description import Description


class Places(NamedTuple):
    """One try: our own addresses to bind, and aioice's keywords."""

    addresses: Callable[[], Sequence[str]]
    options: Mapping[str, Any]


def places(way: Way, servers: Iterable[IceServer], offer: Description | None) -> Iterator[Places]:
    """Yield what to try, one after the other until there is an address.

    For the way "relay" these are addresses of a relay alone, or any of ours if the offer has some
    of a relay: one end that is relayed suffices.
    """
    servers = tuple(servers)
    if way != "relay":
        yield Places(link_addresses, next(_options("stun", servers), {}))
        return
    for options in _options("turn", servers):
        yield Places(list, {**options, "transport_policy": TransportPolicy.RELAY})
    if offer is not None and any(line.kind == "relay" for line in offer.candidates):
        yield Places(link_addresses, {})


def _options(kind: str, servers: Iterable[IceServer]) -> Iterator[dict[str, Any]]:
    """Yield the keywords of each server of a kind; URLs that are none are passed over."""
    for server in servers:
        if not server.url.startswith(kind):
            continue
        one = RTCIceServer(server.url, server.username or None, server.credential or None)
        try:
            options = connection_kwargs([one])
        except ValueError:
            continue
        if options:
            yield options
