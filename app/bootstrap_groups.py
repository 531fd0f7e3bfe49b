"""Constructs what governs groups; a part of the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.connection_manager import ConnectionManager, ManagerParts
from app.services.contact_gate import ContactGate
from app.services.courier_acts import CourierActs
from app.services.courier_keeper import CourierKeeper, CourierKeeperParts
from app.services.go_between import GoBetween
from app.services.governance_service import GovernanceService
from app.services.group_acts import GroupActs
from app.services.group_keeper import GroupKeeper, KeeperParts
from app.services.invitation_service import InvitationService
from app.services.key_rotator import KeyRotator
from app.services.key_sharer import KeySharer
from app.services.room_doorkeeper import RoomDoorkeeper
from app.services.room_entry import RoomEntry
from app.services.room_links import RoomLinks
from app.services.room_places import RoomPlaces
from app.services.room_service import RoomService
from app.services.signaling_hub import SignalingHub
from app.storage.store import Store


@dataclass(frozen=True, slots=True)
class GroupWiring:
    """What is there already."""

    parts: ManagerParts
    store: Store
    hub: SignalingHub
    manager: ConnectionManager
    rooms: RoomService
    gate: ContactGate
    places: RoomPlaces
    heard: GoBetween


def build_groups(wiring: GroupWiring) -> tuple[GroupKeeper, GovernanceService]:
    """Return who does what follows from acts of government, and who writes them."""
    parts, store, manager = wiring.parts, wiring.store, wiring.manager
    me, book, logs = parts.me, parts.book, parts.logs
    rotator = KeyRotator(me, store, logs, manager)
    doorkeeper = RoomDoorkeeper(logs, manager, rotator, parts.wall)
    entry = RoomEntry(me, store, book, logs, parts.wall)
    publisher = wiring.gate.publisher
    sharer = KeySharer(store, book, logs, manager, publisher.background)
    wiring.heard.add(sharer)
    keeper = GroupKeeper(
        me.peer,
        KeeperParts(book, publisher, manager, rotator, sharer, doorkeeper, entry, wiring.places),
    )
    manager.shared.door = keeper
    manager.shared.names = publisher.names
    logs.watch(keeper)
    acts = GroupActs(me, book, logs, keeper)
    links = RoomLinks(acts, wiring.hub)
    invitations = InvitationService(store, logs, links, wiring.rooms, wiring.gate)
    parts.feed.subscribe(invitations.heard)
    couriers = CourierKeeper(CourierKeeperParts(me.peer, book, manager, wiring.places, publisher))
    wiring.heard.add(couriers)
    logs.watch(couriers)
    courier_acts = CourierActs(acts, logs, wiring.rooms, wiring.gate, couriers)
    return keeper, GovernanceService(acts, links, invitations, courier_acts)
