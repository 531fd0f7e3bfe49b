"""Constructs what serves rooms of others; a part of the composition root."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.couriers import CourierTerms
from app.services.common_groups import CommonGroups
from app.services.connection_manager import ConnectionManager, ManagerParts
from app.services.conversation import RoomBook
from app.services.courier_keeper import CourierKeeper
from app.services.courier_logs import CourierLogs
from app.services.courier_receipts import CourierReceipts
from app.services.courier_service import CourierParts, CourierService
from app.services.courier_shelf import CourierShelf
from app.services.delivery_service import DeliveryService
from app.services.introducer import Introducer
from app.services.network_parts import NetworkParts
from app.services.room_logs import RoomLogs
from app.services.signaling_hub import SignalingHub
from app.services.sync_source import SyncBook, SyncLogs, SyncTicks
from app.storage.setting_repository import SettingRepository
from app.storage.store import Store


@dataclass(frozen=True, slots=True)
class Synchronised:
    """What links synchronise; `shelf` is there if rooms of others are part of it."""

    book: SyncBook
    logs: SyncLogs
    ticks: SyncTicks
    shelf: CourierShelf | None = None


def synchronised(
    store: Store, book: RoomBook, logs: RoomLogs, ticks: DeliveryService, terms: CourierTerms | None
) -> Synchronised:
    """Return our rooms, with those of others if there are `terms` for them."""
    if terms is None:
        return Synchronised(book, logs, ticks)
    shelf = CourierShelf(store.couriers, terms, logs.wall, logs.tell)
    both = CourierLogs(shelf, book, logs, ticks)
    return Synchronised(both, both, both, shelf)


@dataclass(frozen=True, slots=True)
class CourierWiring:
    """What is there already."""

    parts: ManagerParts
    hub: SignalingHub
    manager: ConnectionManager
    introducer: Introducer
    groups: CommonGroups
    keeper: CourierKeeper
    ticks: DeliveryService
    settings: SettingRepository


def build_courier(
    wiring: CourierWiring, shelf: CourierShelf | None, beyond: NetworkParts
) -> NetworkParts:
    """Return `beyond` with what keeps couriers in step, and the courier that we are ourselves."""
    wiring.ticks.on_rebuff = wiring.keeper.rebuffed
    tasks = (*beyond.tasks, wiring.keeper.run)
    if shelf is None:
        return replace(beyond, tasks=tasks)
    manager, parts = wiring.manager, wiring.parts
    receipts = CourierReceipts(shelf, manager)
    courier = CourierService(
        CourierParts(parts.book, manager, wiring.hub, shelf, receipts, wiring.settings)
    )
    wiring.keeper.declines = False
    manager.shared.served = wiring.introducer.served = shelf
    manager.shared.on_served_asked = courier.asked
    wiring.groups.served = shelf.is_shared_by
    parts.circle.between.add(courier)
    return replace(beyond, tasks=(*tasks, courier.run), courier=courier)
