"""Rooms: their keys, whether we are in them, their drafts, and how they stand in the sidebar."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.domain.errors import AppError
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.room import start
from app.domain.views import Position, RoomKind
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.read_tables import COLUMNS, ReadTables
from app.storage.records import Kept, Remains, RoomOverview, RoomRecord
from app.storage.schema import RemovedRoom, Room, RoomEpoch, Setting
from app.storage.state_codec import encode_state

CLEAR_ROWS = 2000
_OVERVIEW_COLUMNS = 12
_OVERVIEWS = f"""
SELECT r.room, r.total, r.unread, r.draft, r.read_hlc, r.read_event, (
    SELECT count(*) FROM message INDEXED BY message_mentioned
    WHERE unseen = 1 AND mentioned = 1 AND room = r.id),
    r.muted_ms, r.pin, r.archived, r.marked, m.id, {COLUMNS}
FROM room AS r LEFT JOIN message AS m ON m.id = (
    SELECT id FROM message WHERE room = r.id ORDER BY hlc DESC, event DESC LIMIT 1)
"""  # noqa: S608 - constant columns
# The index has to be told the very words that it was given.
_CLEAR_INDEX = (
    "INSERT INTO message_index (message_index, rowid, text, tags) "
    "SELECT 'delete', w.id, w.text, w.tags FROM message_words AS w WHERE w.id IN "
    "(SELECT id FROM message WHERE room = :room LIMIT :rows)"
)
_CLEAR_MESSAGES = (
    "DELETE FROM message WHERE id IN (SELECT id FROM message WHERE room = :room LIMIT :rows)"
)
_CLEAR_EVENTS = (
    "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE room = :room LIMIT :rows)"
)
_CLEAR_OPERATIONS = (
    "DELETE FROM operation WHERE id IN (SELECT id FROM operation WHERE room = :room LIMIT :rows)"
)


class RoomRepository:
    """All rooms of the profile. Raises AppError("unknown-room") for any other."""

    def __init__(self, database: Database, catalog: Catalog, tables: ReadTables) -> None:
        self._database = database
        self._catalog = catalog
        self._tables = tables

    async def add(self, record: RoomRecord) -> None:
        """Store a new room; for a known one its kind, peer, keys and `joined` are renewed."""
        await self._database.write(lambda: self._add(record))

    async def all(self) -> list[RoomRecord]:
        return await self._database.read(self._all)

    async def remove(
        self,
        room: RoomId,
        remains: Remains | None = None,
        on_gone: Callable[[], None] = lambda: None,
    ) -> None:
        """Forget a room and everything in it but what remains, in one transaction.

        It is gone at once, when `on_gone` is called; its rows follow in steps. If the store is
        closed meanwhile, the next start goes on with them.
        """
        await self._database.write(lambda: self._hide(room, remains))
        on_gone()
        try:
            await self.clear_removed()
        except AppError as error:
            if error.code != "database-closed":
                raise

    async def clear_removed(self) -> None:
        """Go on deleting the rows of removed rooms, a few thousand in one transaction."""
        while await self._database.write(self._clear_some):
            pass

    async def set_joined(self, room: RoomId, joined: bool) -> None:
        await self._update(room, {"joined": joined})

    async def set_standing(self, room: RoomId, standing: str) -> None:
        """Note what we are there: member, left or removed."""
        await self._update(room, {"standing": standing})

    async def save_draft(self, room: RoomId, text: str) -> None:
        whole = text.encode("utf-8", "replace").decode("utf-8")
        await self._update(room, {"draft": whole})

    async def add_epoch(self, room: RoomId, epoch: int, key: bytes, *, whole: bool = True) -> None:
        """Store the 32-byte secret of an epoch; not `whole`: only what opens its acts.

        Such a key never takes the place of a secret.
        """
        await self._database.write(
            lambda: self._add_epochs(self._catalog.room(room), {epoch: key}, whole=whole)
        )

    async def drop_epoch(self, room: RoomId, epoch: int) -> None:
        """Forget the key of an epoch, if there is one."""

        def run() -> None:
            here = RoomEpoch.room == self._catalog.room(room)
            RoomEpoch.delete().where(here & (RoomEpoch.epoch == epoch)).execute(self._database.orm)

        await self._database.write(run)

    async def overview(self, room: RoomId) -> RoomOverview:
        def run() -> RoomOverview:
            number = self._catalog.room(room)
            return self._overviews(f"{_OVERVIEWS} WHERE r.id = ?", (number,))[room]

        return await self._database.read(run)

    async def overviews(self) -> dict[RoomId, RoomOverview]:
        """Return all of them by one query; nothing is counted for it."""
        return await self._database.read(lambda: self._overviews(_OVERVIEWS, ()))

    def _add(self, record: RoomRecord) -> None:
        insert = Room.insert(
            room=record.room,
            kind=record.kind.value,
            peer=record.peer,
            joined=record.joined,
            standing=record.standing,
            state=encode_state(start()),
        ).on_conflict(
            conflict_target=[Room.room], preserve=[Room.kind, Room.peer, Room.joined, Room.standing]
        )
        insert.execute(self._database.orm)
        number = self._catalog.room(record.room)
        self._add_epochs(number, record.governs, whole=False)
        self._add_epochs(number, record.epochs, whole=True)

    def _add_epochs(self, number: int, keys: Mapping[int, bytes], *, whole: bool) -> None:
        for epoch, key in keys.items():
            row = RoomEpoch.insert(room=number, epoch=epoch, secret=key, whole=whole)
            added = row.on_conflict_replace() if whole else row.on_conflict_ignore()
            added.execute(self._database.orm)

    def _all(self) -> list[RoomRecord]:
        orm = self._database.orm
        keys: dict[tuple[int, bool], dict[int, bytes]] = {}
        for row in RoomEpoch.select().execute(orm):
            keys.setdefault((row.room, row.whole), {})[row.epoch] = row.secret
        return [
            RoomRecord(
                RoomId(row.room),
                RoomKind(row.kind),
                keys.get((row.id, True), {}),
                PeerId(row.peer) if row.peer is not None else None,
                row.joined,
                row.standing,
                keys.get((row.id, False), {}),
            )
            for row in Room.select().execute(orm)
        ]

    async def _update(self, room: RoomId, values: dict[str, object]) -> None:
        def run() -> None:
            number = self._catalog.room(room)
            Room.update(values).where(Room.id == number).execute(self._database.orm)

        await self._database.write(run)

    def _hide(self, room: RoomId, remains: Remains | None = None) -> None:
        number, gone = self._catalog.room(room), self._tables.gone
        if remains is not None:
            if remains.for_good:
                gone.clear_all(number)
            gone.cap(room, *remains.own)
            for key, value in remains.settings.items():
                row = Setting.insert(key=key, value=value).on_conflict_replace()
                row.execute(self._database.orm)
        RemovedRoom.insert(room=number).execute(self._database.orm)
        Room.delete().where(Room.id == number).execute(self._database.orm)
        self._database.invalidate()

    def _clear_some(self) -> bool:
        """Return whether there may be more to do."""
        execute = self._database.execute
        found = execute("SELECT room FROM removed_room LIMIT 1").fetchone()
        if found is None:
            return False
        values = {"room": found[0], "rows": CLEAR_ROWS}
        execute(_CLEAR_INDEX, values)
        cleared = execute(_CLEAR_MESSAGES, values).rowcount
        cleared += execute(_CLEAR_EVENTS, values).rowcount
        self._database.invalidate()  # the numbers of rows may be given to others
        cleared += execute(_CLEAR_OPERATIONS, values).rowcount
        if not cleared:
            execute("DELETE FROM hidden WHERE room = :room", values)
            execute("DELETE FROM ordinal WHERE room = :room", values)
            execute("DELETE FROM removed_room WHERE room = :room", values)
        return True

    def _overviews(self, sql: str, values: tuple[object, ...]) -> dict[RoomId, RoomOverview]:
        found = {}
        for row in self._database.execute(sql, values):
            room, total, unread, draft, hlc, event, mentions, *kept = row[: _OVERVIEW_COLUMNS - 1]
            last = row[_OVERVIEW_COLUMNS - 1]
            muted, pin, archived, marked = kept
            found[RoomId(room)] = RoomOverview(
                total,
                unread,
                self._tables.row(row[_OVERVIEW_COLUMNS:]) if last is not None else None,
                draft,
                Position(hlc, EventId(event)) if event is not None else None,
                mentions,
                Kept(muted, pin, bool(archived), bool(marked)),
            )
        return found
