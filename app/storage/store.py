"""A profile's storage: one encrypted database and the repositories over it."""

from __future__ import annotations

from pathlib import Path

from app.domain.ids import PeerId
from app.storage.catalog import Catalog
from app.storage.courier_repository import CourierRepository
from app.storage.database import Database
from app.storage.kept_repository import KeptRepository
from app.storage.log_repository import LogRepository
from app.storage.mark_repository import MarkRepository
from app.storage.message_repository import MessageRepository
from app.storage.ordinals import Ordinals
from app.storage.overlays import Overlays
from app.storage.parcel_repository import ParcelRepository
from app.storage.peer_repository import PeerRepository
from app.storage.picture_repository import PictureRepository
from app.storage.preparation_repository import PreparationRepository
from app.storage.read_tables import ReadTables
from app.storage.receipt_repository import ReceiptRepository
from app.storage.reducer import Reducer
from app.storage.rereading import Rereader
from app.storage.room_repository import RoomRepository
from app.storage.setting_repository import SettingRepository
from app.storage.step_repository import StepRepository
from app.storage.transfer_repository import TransferRepository
from app.storage.vanishing import VanishingRepository


class Store:
    """Everything that lasts. Every method of every repository may raise AppError."""

    def __init__(self, database: Database) -> None:
        """Use `Store.open`."""
        catalog = Catalog(database)
        ordinals = Ordinals(database)
        tables = ReadTables(database, catalog, ordinals)
        self._database = database
        overlays = Overlays(database, catalog, tables)
        self.pictures = PictureRepository(database, catalog)
        reducer = Reducer(database, catalog, tables, overlays, self.pictures)
        self.log = LogRepository(database, catalog, reducer)
        self.kept = KeptRepository(database, catalog, tables)
        self.vanishing = VanishingRepository(database, catalog, tables)
        self.rooms = RoomRepository(database, catalog, tables)
        self.messages = MessageRepository(database, catalog, tables, ordinals, overlays)
        self._rereader = Rereader(database, tables, reducer, self.log)
        self.marks = MarkRepository(database, catalog, self.log, tables)
        self.steps = StepRepository(database, catalog)
        self.peers = PeerRepository(database)
        self.couriers = CourierRepository(database)
        self.parcels = ParcelRepository(database)
        self.receipts = ReceiptRepository(database, catalog)
        self.settings = SettingRepository(database)
        self.transfers = TransferRepository(database)
        self.preparations = PreparationRepository(database)
        self._learn_own = catalog.learn_own

    @classmethod
    async def open(cls, folder: Path, key: bytes, me: PeerId | None = None) -> Store:
        """Open or create the profile in `folder` with its raw 32-byte database key.

        With `me` given, our own messages that come back from others never count as unread.
        Raises AppError as `Database.open` does.
        """
        database = await Database.open(folder, key)
        whole = False
        try:
            store = cls(database)
            if me is not None:
                await database.write(lambda: store._learn_own(me))
            await store.rooms.clear_removed()
            await store.kept.finish_clearing()
            await store._rereader.run()
            whole = True
        finally:
            if not whole:
                await database.close()
        return store

    async def close(self) -> None:
        """Finish all writes that were asked for and close the file."""
        await self._database.close()
