"""Who can do what, how well it goes, and why not: put together for front ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.domain.capabilities import Capabilities, Service, Sharing
from app.domain.ids import PeerId, RoomId
from app.services.capability_manager import CapabilityManager
from app.services.diagnosis import Doctor
from app.services.network_api import Diagnosis, Finding, Measurements, nobody
from app.services.performance import PerformanceMonitor
from app.services.performance_keeper import PerformanceKeeper
from app.services.sharing_keeper import SharingKeeper


class InsightService:
    """Implements `Insight`."""

    def __init__(
        self,
        manager: CapabilityManager,
        keeper: SharingKeeper,
        monitor: PerformanceMonitor,
        kept: PerformanceKeeper,
        doctor: Doctor,
    ) -> None:
        self.manager = manager
        self.kept = kept
        self._sharing = keeper
        self._monitor = monitor
        self._doctor = doctor

    async def load(self) -> None:
        """Take up what was chosen and measured."""
        await self._sharing.load()
        await self.kept.load()

    def capabilities(self, peer: PeerId | None = None) -> Capabilities:
        if peer is None or peer == self._doctor.me:
            return self.manager.own
        self._doctor.check_known(peer)
        return self.manager.of(peer)

    def offering(self, service: Service) -> Sequence[PeerId]:
        return self.manager.offering(service)

    @property
    def sharing(self) -> Sharing:
        return self._sharing.current

    async def set_sharing(self, sharing: Sharing) -> None:
        await self.manager.share(sharing)

    async def diagnose(
        self, peer: PeerId | None = None, heard: Callable[[Finding], None] = nobody
    ) -> Diagnosis:
        return await self._doctor.examine(peer, heard)

    async def validate(self, room: RoomId) -> Sequence[Finding]:
        return await self._doctor.mesh.validate(room)

    def measurements(self) -> Measurements:
        return self._monitor.measurements()

    async def reset_measurements(self) -> None:
        await self.kept.reset()
