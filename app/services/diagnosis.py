"""Looks at everything that may keep us from the network or from somebody, side by side."""

from __future__ import annotations

import asyncio
import platform
import re
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from app.domain.errors import AppError
from app.domain.ids import PeerId, to_text
from app.protocol.handshake import LINK_VERSIONS
from app.services.diagnosis_network import NetworkChecks
from app.services.diagnosis_person import PersonChecks
from app.services.diagnosis_report import finding, report
from app.services.mesh_check import MeshCheck
from app.services.network_api import Diagnosis, Finding, nobody

Check = Callable[[], Coroutine[Any, Any, Sequence[Finding]]]

LIMIT = 7.0
"""Seconds after which a check that has not ended is given up."""
COUNTED = re.compile(r"(attempt|link|server)[a-z_]*(\.[a-z.-]{1,40})?")
"""Counters that go into a report, by names of which nothing can be learned."""
SHOWN = 6
"""Characters of an id in a report: enough to tell two people apart, not to know one."""


class Doctor:
    """`counters` are those of this run, of which a report tells what failed how often."""

    def __init__(
        self,
        me: PeerId,
        network: NetworkChecks,
        person: PersonChecks,
        counters: Callable[[], Mapping[str, int]],
        mesh: MeshCheck,
    ) -> None:
        self.me = me
        self.mesh = mesh
        self._network = network
        self._person = person
        self._counters = counters

    def check_known(self, peer: PeerId) -> None:
        """Raises AppError("unknown-peer") for somebody of whom we have never heard."""
        if not self._person.is_known(peer):
            raise AppError("unknown-peer", {"peer": to_text(peer)})

    async def examine(
        self, peer: PeerId | None = None, heard: Callable[[Finding], None] = nobody
    ) -> Diagnosis:
        """See `Insight.diagnose`."""
        found: list[Finding] = []
        facts = {"when": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())}
        facts |= {"system": platform.system(), "versions": ", ".join(map(str, LINK_VERSIONS))}
        if peer is not None and peer != self.me:
            self.check_known(peer)
            facts["about"] = to_text(peer)[:SHOWN] + "…"
            found += self._person.findings(peer)
            for one in found:
                heard(one)
        found += await self._side_by_side(heard)
        facts["counted"] = self._counted()
        return Diagnosis(tuple(found), report(found, facts))

    def _counted(self) -> str:
        told = {k: n for k, n in self._counters().items() if COUNTED.fullmatch(k)}
        return ", ".join(f"{name} {number}" for name, number in sorted(told.items())) or "nothing"

    async def _side_by_side(self, heard: Callable[[Finding], None]) -> list[Finding]:
        network = self._network
        checks: dict[str, Check] = {
            "server": network.servers,
            "clock": network.clock,
            "candidates": network.machine,
            "helpers": network.helpers,
            "mdns": network.near,
            "links": network.links,
            "relay": network.relays,
        }

        async def one(name: str, check: Check) -> Sequence[Finding]:
            try:
                async with asyncio.timeout(LIMIT):
                    found = await check()
            except TimeoutError:
                found = [finding(name, "late")]
            for each in found:
                heard(each)
            return found

        results = await asyncio.gather(*(one(name, check) for name, check in checks.items()))
        return [each for found in results for each in found]
