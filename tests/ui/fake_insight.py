"""How the network does, in memory: for the gallery and for tests of the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.domain.capabilities import (
    MAX_REGION,
    Capabilities,
    CapabilitiesChanged,
    NetRole,
    Service,
    Sharing,
)
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.services.feed import Feed
from app.services.network_api import (
    Diagnosis,
    Distribution,
    Finding,
    Measured,
    Measurements,
    nobody,
)

NOTHING = Measured({}, {})
OWN = Capabilities(
    NetRole.RELAY,
    frozenset({Service.MESSAGING, Service.FILE_TRANSFER, Service.RELAY}),
    links=3,
    max_links=64,
    up=1 << 20,
    down=1 << 22,
    storage=64 << 30,
    uptime_s=7200,
)


class FakeInsight:
    """Implements `Insight`: `told`, `findings` and `measured` are for tests to fill."""

    def __init__(self, feed: Feed, me: PeerId) -> None:
        self._feed = feed
        self._me = me
        self.own = OWN
        self.told: dict[PeerId, Capabilities] = {}
        self.findings: dict[PeerId | None, tuple[Finding, ...]] = {}
        self.measured = Measurements(0.0, 0, NOTHING, NOTHING)
        self.failing: AppError | None = None
        self.sharing = Sharing()

    def tell(self, peer: PeerId, capabilities: Capabilities) -> None:
        """Somebody linked says what they can do."""
        self.told[peer] = capabilities
        self._feed.publish(CapabilitiesChanged(peer))

    def capabilities(self, peer: PeerId | None = None) -> Capabilities:
        if peer is None or peer == self._me:
            return self.own
        if peer not in self.told:
            raise AppError("not-linked")
        return self.told[peer]

    def offering(self, service: Service) -> Sequence[PeerId]:
        return [peer for peer, told in self.told.items() if service in told.services]

    async def set_sharing(self, sharing: Sharing) -> None:
        if len(sharing.region) > MAX_REGION:
            raise AppError("bad-setting")
        self.sharing = sharing
        self.own = replace(self.own, region=sharing.region)
        self._feed.publish(CapabilitiesChanged(self._me))

    async def diagnose(
        self, peer: PeerId | None = None, heard: Callable[[Finding], None] = nobody
    ) -> Diagnosis:
        if self.failing is not None:
            raise self.failing
        found = self.findings.get(peer, ())
        for one in found:
            heard(one)
        marks = {True: "ok", False: "NOT OK", None: "-"}
        lines = (f"[{marks[one.ok]}] {one.check}: {one.safe or one.text}" for one in found)
        return Diagnosis(found, "\n".join(lines))

    async def validate(self, room: RoomId) -> Sequence[Finding]:
        del room
        return self.findings.get(None, ())

    def measurements(self) -> Measurements:
        return self.measured

    async def reset_measurements(self) -> None:
        self.measured = Measurements(self.measured.uptime_s, 0, NOTHING, NOTHING)


def spread(*buckets: int) -> Distribution:
    """Return durations that fall into these buckets of 1, 2, 5, 10, ... ms."""
    bounds = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000)
    whole = (*buckets, *(0,) * (len(bounds) + 1 - len(buckets)))
    return Distribution(
        bounds, whole, float(sum(n * b for n, b in zip(whole, bounds, strict=False)))
    )
