"""All services of one profile as a front end holds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from app.crypto.identity import fingerprint
from app.crypto.room_keys import room_of_code
from app.domain.contacts import ContactState
from app.domain.errors import AppError
from app.domain.ice import IceServer
from app.protocol.invitation import ContactInvite, encode
from app.services.api import Profile, Progress, no_progress
from app.services.archive_service import export_profile
from app.services.background import Background
from app.services.chat_service import ChatService
from app.services.circle import Circle
from app.services.connection_manager import ConnectionManager
from app.services.contact_service import ContactService
from app.services.conversation_service import ConversationService
from app.services.courier_service import CourierService
from app.services.diagnosis_probe import NetworkProbe
from app.services.feed import Feed
from app.services.governance_service import GovernanceService
from app.services.group_keeper import GroupKeeper
from app.services.insight import InsightService
from app.services.introducer import Introducer
from app.services.mark_journal import MarkJournal
from app.services.me import NAME_SETTING, Me
from app.services.network_parts import NetworkParts
from app.services.network_service import NetworkService
from app.services.parcel_service import ParcelService
from app.services.publisher import Publisher
from app.services.receipt_service import ReceiptService
from app.services.room_keeper import RoomKeeper
from app.services.room_logs import RoomLogs
from app.services.room_opener import RoomOpener
from app.services.room_service import RoomService
from app.services.signaling_hub import SignalingHub
from app.services.transfer_service import TransferService
from app.services.transfer_tender import TransferTender
from app.services.typing_service import TypingService
from app.services.update_service import Fetch, UpdateService
from app.storage.contact_repository import ContactRepository
from app.storage.store import Store
from app.transport.base import (
    HostCandidates,
    LanDiscovery,
    LinkTransport,
    LocalServer,
    SignalingTransport,
)

LISTED_SETTING = "profile.listed"


@dataclass(frozen=True, slots=True)
class Transports:
    """The ways out of this machine. `use_ice` is told of servers that help links come about.

    `near_by` knows who of the people of our network would run a server; None if the signaling does
    not reach them without one. `fetch` gets a file of the web, for a person who asks for it.
    """

    links: LinkTransport
    signaling: SignalingTransport
    local_server: LocalServer
    discovery: LanDiscovery | None = None
    use_ice: Callable[[Sequence[IceServer]], None] = lambda _: None
    probe: NetworkProbe | None = None
    near_by: HostCandidates | None = None
    fetch: Fetch | None = None


@dataclass(frozen=True, slots=True)
class Services:
    """What the composition root has built for one profile."""

    me: Me
    store: Store
    feed: Feed
    background: Background
    publisher: Publisher
    logs: RoomLogs
    journal: MarkJournal
    hub: SignalingHub
    manager: ConnectionManager
    introducer: Introducer
    opener: RoomOpener
    rooms: RoomService
    keeper: RoomKeeper
    typing: TypingService
    chats: ChatService
    network: NetworkService
    circle: Circle
    contacts: ContactService
    parcels: ParcelService
    receipts: ReceiptService
    conversations: ConversationService
    groups: GroupKeeper
    governance: GovernanceService
    transfers: TransferService
    tender: TransferTender
    insight: InsightService
    transports: Transports
    beyond: NetworkParts
    updates: UpdateService


class ParlorBackend:
    """Implements `api.Backend`. `start` it once, `close` it once."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def profile(self) -> Profile:
        me = self._services.me
        try:
            link = encode(ContactInvite(me.peer, me.name, self._services.hub.hint()))
        except AppError:
            link = encode(ContactInvite(me.peer, me.name))
        picture = self._services.publisher.own_picture
        return Profile(me.peer, me.name, fingerprint(me.peer), link, picture)

    @property
    def feed(self) -> Feed:
        return self._services.feed

    @property
    def chats(self) -> ChatService:
        return self._services.chats

    @property
    def network(self) -> NetworkService:
        return self._services.network

    @property
    def insight(self) -> InsightService:
        return self._services.insight

    @property
    def contacts(self) -> ContactService:
        return self._services.contacts

    @property
    def governance(self) -> GovernanceService:
        return self._services.governance

    @property
    def conversations(self) -> ConversationService:
        return self._services.conversations

    @property
    def transfers(self) -> TransferService:
        return self._services.transfers

    @property
    def updates(self) -> UpdateService:
        return self._services.updates

    @property
    def courier(self) -> CourierService | None:
        """What this program keeps for rooms of others, if it is a courier."""
        return self._services.beyond.courier

    async def start(self) -> None:
        """Open all rooms and begin to work. Raises AppError."""
        services = self._services
        services.publisher.names.update(await services.store.peers.names())
        services.introducer.listed = await self.setting(LISTED_SETTING, "yes") == "yes"
        await services.circle.contacts.load()
        services.publisher.aliases = services.circle.contacts.aliases
        services.circle.privacy.load(await services.store.settings.all())
        await services.network.load()
        await services.insight.load()
        await services.logs.start()
        await services.background.start()
        await services.conversations.start()
        await services.opener.load_all()
        services.publisher.recall_names()
        if services.beyond.courier is not None:
            await services.beyond.courier.load()
            services.insight.manager.declare_courier(services.beyond.courier.free)
        await services.tender.start()
        await services.transfers.start()
        services.background.spawn(services.conversations.run())
        services.background.spawn(services.keeper.run())
        services.background.spawn(services.groups.run())
        services.background.spawn(services.journal.run())
        services.background.spawn(services.introducer.run())
        services.background.spawn(services.parcels.run())
        services.background.spawn(services.receipts.run())
        services.background.spawn(services.circle.presence.run())
        for task in services.beyond.tasks:
            services.background.spawn(task())
        services.background.spawn(services.insight.manager.run())
        services.background.spawn(services.insight.kept.run())
        await services.network.near_by.start()
        if services.transports.discovery is not None:
            services.background.spawn(
                services.network.hosting.follow(services.transports.discovery)
            )

    async def close(self) -> None:
        """Say goodbye, end all tasks in bounded time, close the database."""
        services = self._services
        async with AsyncExitStack() as steps:  # the last one first, each whatever the others do
            steps.callback(room_of_code.cache_clear)  # codes are keys
            steps.push_async_callback(services.store.close)
            steps.push_async_callback(services.transports.local_server.stop)
            if services.transports.discovery is not None:
                steps.push_async_callback(services.transports.discovery.close)
            steps.push_async_callback(services.journal.flush)
            steps.push_async_callback(services.insight.kept.flush)
            steps.push_async_callback(services.receipts.flush)
            steps.push_async_callback(services.logs.close)
            steps.push_async_callback(services.background.close)
            steps.push_async_callback(services.tender.close)
            steps.push_async_callback(services.transfers.close)
            steps.callback(services.typing.close)
            await services.parcels.flush()
            services.receipts.tell_now()
            await services.manager.close()

    async def export(
        self, path: Path, passphrase: str, on_progress: Progress = no_progress
    ) -> None:
        """Write all that is known to one encrypted file, as `export_profile` says."""
        services = self._services
        await services.journal.flush()
        manifest = services.tender.jobs.manifest
        await export_profile(services.store, services.me, path, passphrase, on_progress, manifest)

    async def is_empty(self) -> bool:
        """Tell whether nothing would be lost with this profile but its name."""
        store = self._services.store
        for record in await store.rooms.all():
            if record.joined or await store.log.vector(record.room):
                return False
        contacts = await ContactRepository(store.settings).all()
        return all(contact.state is ContactState.INCOMING for contact in contacts)

    async def rename_profile(self, name: str) -> None:
        """Raises AppError("name-empty" | "name-too-long")."""
        await self._services.rooms.rename_me(name)
        await self._services.store.settings.set(NAME_SETTING, self._services.me.name)
        await self._services.introducer.publish_card()

    async def set_setting(self, key: str, value: str) -> None:
        await self._services.store.settings.set(key, value)
        self._services.circle.privacy.set(key, value)
        if key == LISTED_SETTING:
            self._services.introducer.listed = value == "yes"
            await self._services.introducer.publish_card()

    async def setting(self, key: str, default: str) -> str:
        return await self._services.store.settings.get(key, default)
