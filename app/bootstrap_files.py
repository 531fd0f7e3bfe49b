"""Constructs what moves files; a part of the composition root."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.domain.contacts import ContactState
from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.protocol.worker_messages import Command, Notice
from app.services.background import Background
from app.services.connection_manager import ConnectionManager, ManagerParts
from app.services.contact_book import ContactBook
from app.services.ice_keeper import IceKeeper
from app.services.message_service import MessageService
from app.services.people import People
from app.services.transfer_book import TransferBook
from app.services.transfer_bulk import Bulk
from app.services.transfer_locating import TransferLocator
from app.services.transfer_preparing import Preparer, PreparerParts
from app.services.transfer_service import TransferParts, TransferService
from app.services.transfer_settings import SettingsKeeper
from app.services.transfer_tender import Choices, TransferTender
from app.storage.store import Store
from app.storage.takeover import TRANSFERS

VOICES = "voice"
"""Below that: voice messages, ours and those of others."""


@dataclass(frozen=True, slots=True)
class FileWiring:
    """What is there already."""

    parts: ManagerParts
    store: Store
    background: Background
    manager: ConnectionManager
    people: People
    messages: MessageService
    ice: IceKeeper


class _NoWorker:
    async def send(self, command: Command) -> None:
        raise AppError("worker-unavailable", {"command": type(command).__name__})

    async def close(self) -> None:
        """There is nothing to close."""


def here(profile: Path, downloads: Path | None = None) -> Bulk:
    """Return what transfers use on this machine. Call it after the transports were loaded.

    `downloads` is for a program that keeps to its own folder.
    """
    from app.transport.bulk.client import WorkerClient  # noqa: PLC0415 - starts quicker
    from app.transport.webrtc_addresses import (  # noqa: PLC0415 - as above
        host_addresses,
        loopback_addresses,
    )

    def addresses() -> list[str]:
        return list(dict.fromkeys([*host_addresses(), *loopback_addresses()]))

    return Bulk(WorkerClient, addresses, profile.absolute() / TRANSFERS, downloads or _downloads())


def _nowhere() -> Bulk:
    def make(_notice: Callable[[Notice], None], _died: Callable[[], None]) -> _NoWorker:
        return _NoWorker()

    folder = Path(tempfile.gettempdir())
    return Bulk(make, list, folder, folder)


def _is_friend(contacts: ContactBook, peer: PeerId) -> bool:
    return contacts.get(peer).state is ContactState.FRIEND


def _downloads() -> Path:
    return Path.home() / "Downloads"


def build_files(wiring: FileWiring, bulk: Bulk | None) -> tuple[TransferService, TransferTender]:
    """Return what people ask of files, and who keeps them going."""
    parts, store, bulk = wiring.parts, wiring.store, bulk or _nowhere()
    book = TransferBook(parts.me.peer, store, parts.book, parts.logs.publisher)
    friends = partial(_is_friend, wiring.manager.contacts)
    settings = SettingsKeeper(store, bulk.downloads, bulk.folder / VOICES, friends)
    tender = TransferTender(
        wiring.background, book, wiring.manager, Choices(settings, wiring.ice), bulk
    )
    parts.feed.subscribe(tender.feed.heard)
    parts.circle.between.add(tender)
    preparer = Preparer(
        PreparerParts(
            store,
            wiring.background,
            parts.book,
            parts.logs,
            book,
            tender.workshop,
            tender.jobs,
            parts.wall,
            wiring.people.refuse_blocked,
        )
    )
    parts.feed.subscribe(preparer.heard)
    locator = TransferLocator(book, tender.jobs, tender.workshop, tender.acts)
    said = TransferParts(parts.book, tender, settings, preparer, locator, wiring.messages)
    return TransferService(said), tender
