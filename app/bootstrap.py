"""The composition root: the only place where everything is constructed."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from app.bootstrap_courier import CourierWiring, build_courier, synchronised
from app.bootstrap_files import FileWiring, build_files, here
from app.bootstrap_groups import GroupWiring, build_groups
from app.bootstrap_insight import InsightWiring, build_insight, measuring
from app.bootstrap_network import NetworkWiring, build_network
from app.bootstrap_updates import build_updates
from app.config import Settings, default_name
from app.crypto.identity import Identity
from app.domain.couriers import CourierTerms
from app.domain.ids import PeerId
from app.domain.policy import clean_person_name
from app.services.account import Account
from app.services.backend import ParlorBackend, Services, Transports
from app.services.background import Background
from app.services.blocking import Blocking
from app.services.chat_service import ChatService
from app.services.circle import Circle
from app.services.clocks import WallClock
from app.services.common_groups import CommonGroups
from app.services.connection_manager import ConnectionManager, ManagerParts
from app.services.contact_book import ContactBook
from app.services.contact_gate import ContactGate
from app.services.contact_service import ContactParts, ContactService
from app.services.conversation import RoomBook
from app.services.conversation_service import ConversationParts, ConversationService
from app.services.delivery_service import DeliveryService
from app.services.event_author import EventAuthor
from app.services.feed import Feed
from app.services.file_carrier import FileCarrier
from app.services.forwarder import Forwarder, ForwarderParts
from app.services.go_between import GoBetween
from app.services.hosting_keeper import HostingKeeper
from app.services.ice_keeper import IceKeeper
from app.services.identity_watch import IdentityWatch
from app.services.introducer import Introducer
from app.services.link_sync import LinkSync
from app.services.mark_journal import MarkJournal
from app.services.me import NAME_SETTING, Me
from app.services.message_service import MessageService
from app.services.near_by import NearBy
from app.services.neighbourhood import Neighbourhood
from app.services.network_service import NetworkService
from app.services.own_messages import OwnMessages
from app.services.parcel_carrier import ParcelCarrier
from app.services.parcel_receiver import ParcelReceiver, ReceiverParts
from app.services.parcel_sender import ParcelSender, SenderParts
from app.services.parcel_service import ParcelService
from app.services.people import People
from app.services.people_search import PeopleSearch
from app.services.picture_service import PictureService
from app.services.presence_choice import PresenceChoice
from app.services.presence_service import PresenceService
from app.services.privacy import Privacy
from app.services.publisher import Publisher
from app.services.receipt_service import ReceiptParts, ReceiptService
from app.services.room_keeper import RoomKeeper
from app.services.room_logs import RoomLogs
from app.services.room_opener import RoomOpener
from app.services.room_places import RoomPlaces
from app.services.room_service import RoomService
from app.services.server_urls import connectable
from app.services.signal_paths import SignalPaths
from app.services.signaling_client import SignalingContext
from app.services.signaling_hub import SignalingHub
from app.services.transfer_bulk import Bulk
from app.services.typing_service import TypingService
from app.services.vanisher import Vanisher
from app.storage.contact_repository import ContactRepository
from app.storage.keyring_access import Keyring
from app.storage.profile_folders import FIRST, ProfileFolders
from app.storage.store import Store
from app.storage.takeover import settle
from app.storage.vault_file import open_vault


def open_account(settings: Settings) -> Account:
    """Return the profile in the data folder, not opened yet."""

    async def start(folder: Path, passphrase: str | None, *, keep_name: bool) -> ParlorBackend:
        name = None if keep_name else settings.name
        return await open_backend(replace(settings, data_dir=folder, name=name), passphrase)

    keyring = Keyring() if settings.use_keyring else None
    folders = ProfileFolders(settings.data_dir)
    name = folders.chosen() if settings.last_used else FIRST
    return Account(folders, start, keyring, settings.passphrase, name)


async def open_backend(settings: Settings, passphrase: str | None = None) -> ParlorBackend:
    """Open (or make) the profile in the data folder and start its services.

    `passphrase` goes before that of the settings. Raises AppError for everything that a person
    can do something about.
    """
    _check(settings)
    await asyncio.to_thread(_load_transports)
    from app.transport.any_signaling import AnySignaling  # noqa: PLC0415
    from app.transport.lan import ZeroconfDiscovery  # noqa: PLC0415
    from app.transport.lan_direct import LanTransport  # noqa: PLC0415
    from app.transport.lan_lookout import ZeroconfLookout  # noqa: PLC0415
    from app.transport.local_server import ChildServer  # noqa: PLC0415
    from app.transport.mqtt_client import MqttTransport  # noqa: PLC0415
    from app.transport.probe import Probe  # noqa: PLC0415
    from app.transport.socketio_client import SocketIOTransport  # noqa: PLC0415
    from app.transport.web_fetch import fetch  # noqa: PLC0415
    from app.transport.webrtc import WebRtcTransport  # noqa: PLC0415

    async with AsyncExitStack() as undo:
        me, store = await open_profile(settings, passphrase)
        undo.push_async_callback(store.close)
        discovery = ZeroconfDiscovery() if settings.discover else None
        links, http, mqtt = WebRtcTransport(), SocketIOTransport(), MqttTransport()
        lan = LanTransport(ZeroconfLookout)
        signaling = AnySignaling(
            {"http": http, "https": http, "mqtt": mqtt, "mqtts": mqtt, "lan": lan}
        )
        local, near_by = ChildServer(me.name), lan.hosts if settings.lan else None
        transports = Transports(
            links, signaling, local, discovery, links.use, Probe(), near_by, fetch
        )
        bulk = here(settings.data_dir, settings.downloads)
        choice = Privacy(settings.accept)
        backend = build(me, store, transports, privacy=choice, bulk=bulk, courier=settings.courier)
        undo.push_async_callback(backend.close)
        await backend.start()
        for url in settings.servers:
            await backend.network.connect(url)
        undo.pop_all()
    return backend


def _load_transports() -> None:
    """Import what takes most of a second, in which a window that is painted has to answer."""
    for name in ("lan", "local_server", "mqtt_client", "socketio_client", "webrtc"):
        import_module(f"app.transport.{name}")


def _check(settings: Settings) -> None:
    """Refuse settings that cannot be used before anything is made on the disk."""
    if settings.name is not None:
        clean_person_name(settings.name)
    for url in settings.servers:
        connectable(url)


async def open_profile(settings: Settings, passphrase: str | None = None) -> tuple[Me, Store]:
    """Unlock the vault and the database; a first start makes both."""
    await asyncio.to_thread(settle, settings.data_dir)
    secrets = await asyncio.to_thread(
        open_vault,
        settings.data_dir,
        passphrase=settings.passphrase() if passphrase is None else passphrase,
        use_keyring=settings.use_keyring,
    )
    identity = Identity(secrets.seed)
    store = await Store.open(settings.data_dir, secrets.database_key, identity.peer)
    stored = await store.settings.get(NAME_SETTING, "")
    name = clean_person_name(settings.name) if settings.name else stored or default_name()
    if name != stored:
        await store.settings.set(NAME_SETTING, name)
    return Me(identity, name), store


def build(  # noqa: PLR0913 - the last three are choices
    me: Me,
    store: Store,
    transports: Transports,
    *,
    privacy: Privacy | None = None,
    bulk: Bulk | None = None,
    courier: CourierTerms | None = None,
) -> ParlorBackend:
    """Wire the services of one profile; `privacy` holds the choices that it does not make.

    Without `bulk` files can be neither sent nor received; with `courier` it keeps rooms of others.
    """
    privacy = privacy or Privacy()
    wall, book, feed, background = WallClock(), RoomBook(), Feed(), Background()
    publisher = Publisher(me.peer, store, book, feed, background)
    own, journal = OwnMessages(me.peer, store), MarkJournal(store)
    logs = RoomLogs(store, book, EventAuthor(me.identity, wall), publisher, own)
    ticks = DeliveryService(store, book, publisher, journal, logs)
    ticks.privacy = privacy
    circle = _circle(me, store, privacy, feed)
    contact_book, presence, between = circle.contacts, circle.presence, circle.between
    ticks.on_read = between.read
    typing, introducer = TypingService(book, feed), Introducer(me, book, wall, circle)
    feed.subscribe(typing.heard)
    ice = IceKeeper(store.settings, transports.use_ice)
    monitor = measuring(feed)
    hub = SignalingHub(
        background,
        SignalingContext(
            transports.signaling, me, introducer, feed, wall, ice.lent, monitor.answered
        ),
    )

    synced = synchronised(store, book, logs, ticks, courier)

    def make_sync(peer: PeerId) -> LinkSync:
        return LinkSync(me.peer, peer, synced.book, synced.logs, synced.ticks)

    paths = SignalPaths(hub, Neighbourhood())
    parts = ManagerParts(
        me,
        transports.links,
        book,
        logs,
        wall,
        feed,
        typing,
        make_sync,
        paths.send,
        circle,
    )
    manager = ConnectionManager(background, parts)
    presence.links = manager.links
    places = RoomPlaces(book, wall)
    places.bind(hub, manager)
    opener = RoomOpener(store, book, publisher, places, manager)
    rooms = RoomService(me, book, opener, logs, hub)
    introducer.bind(hub, manager, rooms, places)
    beyond = build_network(
        NetworkWiring(parts, hub, manager, introducer, places, ticks, paths, transports.probe)
    )
    gate = ContactGate(circle, book, publisher, manager)
    groups, governance = build_groups(
        GroupWiring(parts, store, hub, manager, rooms, gate, places, between)
    )
    keeper = RoomKeeper(store, book, logs, rooms, gate)
    logs.watch(keeper)
    ticks.on_report = keeper.look_at
    messages = MessageService(store, book, logs, publisher)
    people = People(me, book, publisher, manager)
    chats = ChatService(rooms, messages, people, ticks, governance, manager)
    common = CommonGroups(me.peer, book, contact_book, manager)
    parcels = _parcels(parts, store, ticks, rooms, common)
    beyond = build_courier(
        CourierWiring(
            parts,
            hub,
            manager,
            introducer,
            common,
            governance.courier_keeper,
            ticks,
            store.settings,
        ),
        synced.shelf,
        beyond,
    )
    receipts = ReceiptService(ReceiptParts(me, book, ticks, manager, store.receipts, wall))
    receipts.far = beyond.mesh.far
    for listener in (parcels, receipts):
        between.add(listener)
        logs.watch(listener)
    network = NetworkService(hub, manager, publisher, _hosting(parts, store, hub, transports), ice)
    network.on_found = circle.watch.appeared
    transfers, tender = build_files(
        FileWiring(parts, store, background, manager, people, messages, network.ice), bulk
    )
    beyond.mesh.bound.append(tender.sought)
    insight = build_insight(
        InsightWiring(parts, store, hub, manager, ice, tender, monitor, transports, beyond, courier)
    )
    conversations = _conversations(
        parts, store, rooms, people, FileCarrier(tender.book, tender.jobs)
    )
    contacts = ContactService(
        me.peer,
        ContactParts(
            book,
            contact_book,
            gate,
            rooms,
            messages,
            keeper,
            opener,
            Blocking(book, hub, manager, introducer),
            PresenceChoice(privacy, store.settings, introducer, presence),
            PeopleSearch(me.peer, book, contact_book, network, manager),
            wall,
        ),
    )
    return ParlorBackend(
        Services(
            me,
            store,
            feed,
            background,
            publisher,
            logs,
            journal,
            hub,
            manager,
            introducer,
            opener,
            rooms,
            keeper,
            typing,
            chats,
            network,
            circle,
            contacts,
            parcels,
            receipts,
            conversations,
            groups,
            governance,
            transfers,
            tender,
            insight,
            transports,
            beyond,
            build_updates(store, transports, wall),
        )
    )


def _circle(me: Me, store: Store, privacy: Privacy, feed: Feed) -> Circle:
    contacts = ContactBook(ContactRepository(store.settings))
    contacts.on_unheard = store.kept.forget_unheard
    watch = IdentityWatch(me.peer, contacts, feed)
    feed.subscribe(watch.heard)
    return Circle(contacts, privacy, PresenceService(privacy, feed), watch, GoBetween())


def _hosting(
    parts: ManagerParts, store: Store, hub: SignalingHub, ways: Transports
) -> HostingKeeper:
    near_by = NearBy(store.settings, hub, ways.local_server, possible=ways.near_by is not None)
    return HostingKeeper(parts.me.peer, hub, parts.feed, near_by, ways.near_by)


def _conversations(
    parts: ManagerParts, store: Store, rooms: RoomService, people: People, files: FileCarrier
) -> ConversationService:
    me, book, logs = parts.me, parts.book, parts.logs
    forwarder = Forwarder(ForwarderParts(me, store, book, logs, people.refuse_blocked, files))
    pictures = PictureService(me, store, book, logs)
    logs.watch(pictures)
    vanisher = Vanisher(store, book, logs.publisher, parts.wall)
    return ConversationService(
        ConversationParts(store, book, logs, rooms, forwarder, pictures, vanisher)
    )


def _parcels(
    parts: ManagerParts,
    store: Store,
    ticks: DeliveryService,
    rooms: RoomService,
    groups: CommonGroups,
) -> ParcelService:
    me, book, logs, contacts = parts.me, parts.book, parts.logs, parts.circle.contacts
    manager = groups.manager
    sender = ParcelSender(SenderParts(me, book, logs, ticks, contacts, manager, groups))
    carrier = ParcelCarrier(store.parcels, groups, contacts, parts.wall)
    receiving = ReceiverParts(me, book, logs, ticks, rooms, contacts, groups, sender.correct)
    receiver = ParcelReceiver(receiving)
    return ParcelService(book, manager, sender, carrier, receiver)
