"""Small numbers for peers and rooms, which the big tables use instead of their ids."""

from __future__ import annotations

from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.storage.database import Database


class Catalog:
    """Call it on the database's thread. What was rolled back is forgotten with it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._generation = -1
        self._rooms: dict[RoomId, int] = {}
        self._room_ids: dict[int, RoomId] = {}
        self._peers: dict[PeerId, int] = {}
        self._peer_ids: dict[int, PeerId] = {}
        self._own: set[int] = set()

    def room(self, room: RoomId) -> int:
        """Return a room's number. Raises AppError("unknown-room")."""
        self._refresh()
        if room not in self._rooms:
            self._load_rooms()
        try:
            return self._rooms[room]
        except KeyError:
            raise AppError("unknown-room") from None

    def room_id(self, number: int) -> RoomId:
        self._refresh()
        if number not in self._room_ids:
            self._load_rooms()
        return self._room_ids[number]

    def peer(self, peer: PeerId) -> int:
        """Return a peer's number, a new one for a stranger (only inside a write)."""
        self._refresh()
        number = self._peers.get(peer)
        if number is None:
            execute = self._database.execute
            execute("INSERT INTO peer (peer) VALUES (?) ON CONFLICT DO NOTHING", (peer,))
            number = int(execute("SELECT id FROM peer WHERE peer = ?", (peer,)).fetchone()[0])
            self._remember(number, peer)
        return number

    def known(self, peer: PeerId) -> int | None:
        """Return a peer's number, None for a stranger."""
        self._refresh()
        return self._peers.get(peer)

    def peer_id(self, number: int) -> PeerId:
        self._refresh()
        return self._peer_ids[number]

    def is_own(self, number: int) -> bool:
        """Tell whether the peer with this number is ourselves."""
        self._refresh()
        return number in self._own

    def is_us(self, peer: PeerId) -> bool:
        """The same for a peer id, which may be a stranger's."""
        self._refresh()
        return self._peers.get(peer) in self._own

    def learn_own(self, peer: PeerId) -> None:
        """Take note that `peer` is us: rows of it that came from others are not unread."""
        number = self.peer(peer)
        if number in self._own:
            return
        execute = self._database.execute
        execute("UPDATE peer SET own = 1 WHERE id = ?", (number,))
        execute(
            "UPDATE room SET unread = unread - (SELECT count(*) FROM message "
            "WHERE unseen = 1 AND room = room.id AND author = ? AND kind = 0)",
            (number,),
        )
        execute("UPDATE message SET unseen = 0 WHERE unseen = 1 AND author = ?", (number,))
        self._own.add(number)

    def _refresh(self) -> None:
        if self._generation != self._database.generation:
            self._generation = self._database.generation
            self._rooms.clear()
            self._room_ids.clear()
            self._load_peers()

    def _load_rooms(self) -> None:
        for number, room in self._database.execute("SELECT id, room FROM room"):
            self._rooms[RoomId(room)] = number
            self._room_ids[number] = RoomId(room)

    def _load_peers(self) -> None:
        self._peers.clear()
        self._peer_ids.clear()
        self._own.clear()
        for number, peer, own in self._database.execute("SELECT id, peer, own FROM peer"):
            self._remember(number, PeerId(peer))
            if own:
                self._own.add(number)

    def _remember(self, number: int, peer: PeerId) -> None:
        self._peers[peer] = number
        self._peer_ids[number] = peer
