"""What may be wrong between this machine and the network."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.domain.capabilities import Service
from app.domain.changes import LinkState, ServerState
from app.domain.clock import MAX_AHEAD_MS
from app.domain.errors import AppError
from app.domain.ice import IceServer
from app.domain.ids import PeerId
from app.domain.probes import HelperProbe
from app.services.clocks import WallClock
from app.services.connection_manager import ConnectionManager
from app.services.diagnosis_probe import NetworkProbe
from app.services.diagnosis_report import finding
from app.services.diagnosis_words import REASONS
from app.services.ice_keeper import IceKeeper
from app.services.network_api import Finding
from app.services.signaling_client import SignalingClient
from app.services.signaling_hub import SignalingHub
from app.transport.base import LanDiscovery

ONLINE_LIMIT = 3.0
FEW = 10
"""Seconds below which a tenth counts."""
MOMENT_MS = 5000
CLOSE_MS = 60_000
"""Clocks that differ by less agree."""
GENTLE = {"closed", "quit", "spared"}
"""Why links end that nobody needs or that come again."""
SAID = {
    "server-incompatible": "server-version",
    "server-refused": "server-refuses",
    "replaced": "server-replaced",
    "bad-url": "server-not-parlor",
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Looks:
    """What is looked at. Without `probe` nothing is tried out, only what is known is told."""

    hub: SignalingHub
    wall: WallClock
    ice: IceKeeper
    manager: ConnectionManager
    offering: Callable[[Service], Sequence[PeerId]]
    discovery: LanDiscovery | None = None
    probe: NetworkProbe | None = None


class NetworkChecks:
    """Each check returns what it found, in bounded time."""

    def __init__(self, parts: Looks) -> None:
        self._parts = parts

    async def servers(self) -> Sequence[Finding]:
        clients = list(self._parts.hub.clients.values())
        if not clients:
            return [finding("server", "server-none")]
        return await asyncio.gather(*map(self._server, clients))

    async def _server(self, client: SignalingClient) -> Finding:
        if client.state is ServerState.ONLINE and client.session is not None:
            began = time.monotonic()
            try:
                async with asyncio.timeout(ONLINE_LIMIT):
                    await client.session.lent_ice()
            except (AppError, TimeoutError):
                return finding("server", "server-timeout", server=client.url)
            ms = _ms(time.monotonic() - began)
            if ms == "0":  # brokers lend nothing, and so are not asked
                return finding("server", "server-connected", server=client.url)
            return finding("server", "server-online", server=client.url, ms=ms)
        reason = client.reason or "connecting"
        if reason == "replaced":
            return finding("server", "server-replaced", server=client.url)
        if self._parts.probe is not None:
            probed = await self._parts.probe.server(client.url)
            if probed.problem:
                return finding("server", f"server-{probed.problem}", server=client.url)
        return finding("server", SAID.get(reason, "server-busy"), server=client.url, reason=reason)

    async def clock(self) -> Sequence[Finding]:
        """Compare our clock with those of servers and peers."""
        offsets = sorted(self._parts.wall.offsets.values())
        if not offsets:
            return [finding("clock", "clock-unknown")]
        median = offsets[(len(offsets) - 1) // 2]
        widest = max(offsets, key=abs)
        if abs(median) > CLOSE_MS:
            way = "slow" if median > 0 else "fast"
            return [finding("clock", "clock-off", off=span(median), way=way)]
        code = "clock-doubtful" if abs(widest) > MAX_AHEAD_MS else "clock-fine"
        return [finding("clock", code, clocks=len(offsets), off=span(widest))]

    async def near(self) -> Sequence[Finding]:
        """Look at the local network."""
        probe, discovery = self._parts.probe, self._parts.discovery
        if probe is None:
            return []
        count = len(discovery.servers()) if discovery is not None else 0
        if self._parts.hub.is_near_by:
            return [finding("mdns", "mdns-works", servers=count)]
        heard = await probe.multicast()
        found = finding("mdns", "mdns-works" if heard else "mdns-silent", servers=count)
        return [found]

    async def machine(self) -> Sequence[Finding]:
        """Look at this machine's addresses and ports."""
        probe = self._parts.probe
        if probe is None:
            return []
        own = [one for one in probe.addresses() if not ipaddress.ip_address(one).is_loopback]
        if not own:
            return [finding("candidates", "addresses-none")]
        six = sum(":" in one for one in own)
        shown = {"four": len(own) - six, "six": six, "addresses": ", ".join(own)}
        public = any(ipaddress.ip_address(one).is_global for one in own)
        return [
            finding("candidates", "addresses-some", **shown),
            finding("candidates", "public-yes" if public else "public-no"),
            finding("ports", "ports-free" if await probe.ports() else "ports-shut"),
        ]

    async def helpers(self) -> Sequence[Finding]:
        """Try all STUN and TURN servers."""
        probe, servers = self._parts.probe, self._parts.ice.current
        if probe is None:
            return []
        probed = await asyncio.gather(*map(probe.helper, servers))
        pairs = list(zip(servers, probed, strict=True))
        return [*_stun(pairs), *_turn(pairs)]

    async def links(self) -> Sequence[Finding]:
        """Count who is linked, and tell why others who are there are not."""
        manager, hub = self._parts.manager, self._parts.hub
        up = len(manager.links())
        trying = sum(
            report.state is LinkState.CONNECTING and hub.sees(report.peer)
            for report in manager.reports.values()
        )
        failing = Counter(
            report.reason
            for report in manager.reports.values()
            if report.live is None and report.reason and hub.sees(report.peer)
            if report.reason not in GENTLE
        )
        if not failing and trying:
            return [finding("links", "links-trying", members=trying)]
        if not failing:
            return [finding("links", "links-up" if up else "links-none", members=up)]
        reason, _ = failing.most_common(1)[0]
        why, _ = REASONS.get(reason, (reason.replace("-", " "), ""))
        return [finding("links", "links-failing", members=failing.total(), up=up, why=why)]

    async def relays(self) -> Sequence[Finding]:
        """Count who could carry for us."""
        count = len(self._parts.offering(Service.RELAY))
        return [finding("relay", "relays-some" if count else "relays-none", members=count)]


def _stun(pairs: Sequence[tuple[IceServer, HelperProbe]]) -> Sequence[Finding]:
    """Tell whether UDP gets out: a TURN server over UDP that answers shows it, too."""
    tried = [pair for pair in pairs if not pair[0].is_relay]
    if not tried:
        reached = [(one, said) for one, said in pairs if said.mapped and "tcp" not in one.url]
        return [_open(*reached[0])] if reached else [finding("udp", "udp-untried")]
    return [_open(*pair) if not pair[1].problem else _shut(*pair) for pair in tried]


def _open(server: IceServer, said: HelperProbe) -> Finding:
    return finding("udp", "udp-open", url=server.url, address=said.mapped)


def _shut(server: IceServer, said: HelperProbe) -> Finding:
    code = "helper-dns" if said.problem == "dns" else "udp-blocked"
    return finding("udp", code, url=server.url)


def _turn(pairs: Sequence[tuple[IceServer, HelperProbe]]) -> Sequence[Finding]:
    tried = [(one, said) for one, said in pairs if one.is_relay]
    if not tried:
        return [finding("turn", "turn-none")]
    return [_relay(*pair) for pair in tried]


def _relay(server: IceServer, said: HelperProbe) -> Finding:
    if not said.problem:
        return finding("turn", "turn-works", url=server.url, address=said.relayed)
    code = "helper-dns" if said.problem == "dns" else f"turn-{said.problem}"
    return finding("turn", code, url=server.url)


def span(ms: float) -> str:
    """Return how long something is, in the largest unit that fits."""
    seconds = abs(ms) / 1000
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.1f} s" if seconds < FEW else f"{seconds:.0f} s"


def ago(ms: float) -> str:
    """Return how long ago something was."""
    return f"{span(ms)} ago" if ms >= MOMENT_MS else "a moment ago"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"
