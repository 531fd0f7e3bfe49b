"""What tests of the diagnosis have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from app.domain.ice import IceServer
from app.domain.ids import PeerId
from app.domain.probes import HelperProbe, ServerProbe
from app.services.diagnosis_network import NetworkChecks
from app.services.network_api import Diagnosis, Finding
from tests.services.world import Someone

STRANGER = PeerId(b"s" * 32)
STUN = IceServer("stun:stun.example:3478")
TURN = IceServer("turn:turn.example:3478", "ana", "secret")


class Tried:
    """A probe whose results a test chooses."""

    def __init__(self) -> None:
        self.own = ["192.168.7.9", "fd00::9"]
        self.found = ServerProbe()
        self.helped: dict[str, HelperProbe] = {}
        self.hears = True
        self.listens = True
        self.stuck = False

    def addresses(self) -> Sequence[str]:
        return self.own

    async def server(self, url: str) -> ServerProbe:
        del url
        if self.stuck:
            await asyncio.Event().wait()
        return self.found

    async def helper(self, server: IceServer) -> HelperProbe:
        return self.helped.get(server.url, HelperProbe("timeout"))

    async def multicast(self) -> bool:
        return self.hears

    async def ports(self) -> bool:
        return self.listens


def probed(person: Someone) -> Tried:
    """Give somebody a probe, and return it."""
    tried = Tried()
    checks = person.backend.insight._doctor._network
    parts = checks._parts
    changed = type(parts)(
        parts.hub, parts.wall, parts.ice, parts.manager, parts.offering, None, tried
    )
    person.backend.insight._doctor._network = NetworkChecks(changed)
    return tried


async def examined(person: Someone, peer: PeerId | None = None) -> Diagnosis:
    return await person.backend.insight.diagnose(peer)


def said(found: Diagnosis, check: str) -> Finding:
    """Return the only finding of a check."""
    [one] = [one for one in found.findings if one.check == check]
    return one
