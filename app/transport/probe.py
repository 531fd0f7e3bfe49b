"""Tries the network out for a diagnosis."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.ice import IceServer
from app.domain.probes import HelperProbe, ServerProbe
from app.transport.probe_ice import probe_helper
from app.transport.probe_near import may_listen, multicast_returns
from app.transport.probe_server import probe_server
from app.transport.webrtc_addresses import host_addresses, link_addresses


class Probe:
    """Implements `NetworkProbe` on real sockets."""

    def addresses(self) -> Sequence[str]:
        return [address.partition("%")[0] for address in link_addresses()]

    async def server(self, url: str) -> ServerProbe:
        return await probe_server(url)

    async def helper(self, server: IceServer) -> HelperProbe:
        return await probe_helper(server)

    async def multicast(self) -> bool:
        return await multicast_returns([one for one in host_addresses() if ":" not in one])

    async def ports(self) -> bool:
        return may_listen(host_addresses())
