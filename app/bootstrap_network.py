"""Constructs what makes links survive and find other ways; a part of the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.ids import PeerId
from app.services.carriage import Carriage
from app.services.carried_paths import CarriedPaths
from app.services.connection_manager import ConnectionManager, ManagerParts
from app.services.delivery_service import DeliveryService
from app.services.detours import Detours
from app.services.diagnosis_probe import NetworkProbe
from app.services.far_ticks import FarParts, FarTicks
from app.services.introducer import Introducer
from app.services.mesh_keeper import KeeperParts, MeshKeeper
from app.services.mesh_router import MeshRouter
from app.services.neighbour_service import NeighbourService
from app.services.network_parts import NetworkParts
from app.services.network_watch import NetworkWatch
from app.services.passer import Passer
from app.services.room_places import RoomPlaces
from app.services.signal_paths import SignalPaths
from app.services.signaling_hub import SignalingHub


@dataclass(frozen=True, slots=True)
class NetworkWiring:
    """What is there already."""

    parts: ManagerParts
    hub: SignalingHub
    manager: ConnectionManager
    introducer: Introducer
    places: RoomPlaces
    ticks: DeliveryService
    paths: SignalPaths
    probe: NetworkProbe | None


def build_network(wiring: NetworkWiring) -> NetworkParts:
    """Return what works on links beside the connection manager."""
    parts, manager, paths = wiring.parts, wiring.manager, wiring.paths
    paths.bind(manager)
    neighbours = NeighbourService(
        parts.me.instance, parts.book, wiring.hub, manager, paths.neighbourhood
    )

    def taken(sender: PeerId, payload: bytes) -> None:
        wiring.introducer.signaled("", sender, payload)

    mesh = MeshKeeper(
        KeeperParts(
            parts.me,
            parts.book,
            parts.feed,
            wiring.hub,
            wiring.places,
            manager,
            parts.circle.presence,
            parts.logs.publisher.background,
        )
    )
    wiring.introducer.on_seen, wiring.introducer.on_missed = mesh.saw, mesh.missed
    neighbours.on_near, neighbours.on_far = mesh.near, mesh.missed
    router = MeshRouter(manager, mesh, taken)
    far = FarTicks(FarParts(parts.me, parts.book, parts.wall, wiring.ticks, mesh, router))
    router.reader, paths.far = far, router.signal
    carried = CarriedPaths(manager)
    detours = Detours(paths, carried)
    manager.ways.bypass = detours
    carriage = Carriage()
    addresses = wiring.probe.addresses if wiring.probe is not None else tuple
    watch = NetworkWatch(addresses, wiring.hub, manager, parts.feed)
    between = parts.circle.between
    for listener in (neighbours, mesh, router, Passer(manager, carriage, taken), carried):
        between.add(listener)
    return NetworkParts(
        paths.neighbourhood,
        paths,
        manager.ways.attempts,
        detours,
        carriage,
        mesh,
        watch,
        (neighbours.run, mesh.run, far.run, watch.run),
    )
