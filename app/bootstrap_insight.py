"""Constructs what knows how the network does; a part of the composition root."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.couriers import CourierTerms
from app.services.backend import Transports
from app.services.capability_manager import CapabilityManager, CapabilityParts
from app.services.connection_manager import ConnectionManager, ManagerParts
from app.services.diagnosis import Doctor
from app.services.diagnosis_network import Looks, NetworkChecks
from app.services.diagnosis_person import PersonChecks, PersonParts
from app.services.feed import Feed
from app.services.ice_keeper import IceKeeper
from app.services.insight import InsightService
from app.services.mesh_check import MeshCheck
from app.services.network_parts import NetworkParts
from app.services.performance import PerformanceMonitor
from app.services.performance_keeper import PerformanceKeeper
from app.services.sharing_keeper import SharingKeeper
from app.services.signaling_hub import SignalingHub
from app.services.transfer_tender import TransferTender
from app.storage.store import Store


@dataclass(frozen=True, slots=True)
class InsightWiring:
    """What is there already."""

    parts: ManagerParts
    store: Store
    hub: SignalingHub
    manager: ConnectionManager
    ice: IceKeeper
    tender: TransferTender
    monitor: PerformanceMonitor
    transports: Transports
    beyond: NetworkParts
    courier: CourierTerms | None


def measuring(feed: Feed) -> PerformanceMonitor:
    """Return what counts and times whatever the feed tells from now on."""
    monitor = PerformanceMonitor()
    feed.subscribe(monitor.heard)
    return monitor


def build_insight(wiring: InsightWiring) -> InsightService:
    """Return what is told of capabilities, measurements and troubles."""
    parts, manager, hub = wiring.parts, wiring.manager, wiring.hub
    probe, settings = wiring.transports.probe, wiring.store.settings

    def is_public() -> bool:
        return probe is not None and has_public(probe.addresses())

    sharing = SharingKeeper(settings)
    capabilities = CapabilityManager(
        CapabilityParts(manager, parts.feed, sharing, lambda: wiring.tender.settings, is_public)
    )
    parts.circle.between.add(capabilities)
    parts.feed.subscribe(capabilities.heard)
    if wiring.courier is not None:
        capabilities.declare_courier(wiring.courier.quota.total)
    beyond = wiring.beyond
    beyond.attempts.on_note = wiring.monitor.attempted
    beyond.carriage.is_willing = lambda: sharing.current.relay
    beyond.detours.may_carry = capabilities.may_relay
    network = Looks(
        hub,
        parts.wall,
        wiring.ice,
        manager,
        capabilities.offering,
        wiring.transports.discovery,
        probe,
    )
    names = parts.logs.publisher.names
    person = PersonParts(
        hub,
        manager,
        parts.book,
        parts.circle.watch,
        parts.wall,
        names,
        beyond.attempts,
        beyond.detours.carriers,
    )
    return InsightService(
        capabilities,
        sharing,
        wiring.monitor,
        PerformanceKeeper(wiring.monitor, settings),
        Doctor(
            parts.me.peer,
            NetworkChecks(network),
            PersonChecks(person),
            lambda: wiring.monitor.measurements().run.counters,
            MeshCheck(parts.book, manager, beyond.mesh),
        ),
    )


def has_public(addresses: Sequence[str]) -> bool:
    """Tell whether one of these is an address that everybody can reach."""
    return any(ipaddress.ip_address(one).is_global for one in addresses)
