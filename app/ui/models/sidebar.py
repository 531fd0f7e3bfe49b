"""What stands in the sidebar: conversations, people near by, and what was searched for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from PySide6.QtCore import QObject

from app.domain.changes import (
    Change,
    LinkChanged,
    LinkState,
    RoomChanged,
    RoomRemoved,
    TypingChanged,
)
from app.domain.contacts import ContactView, PresenceChanged
from app.domain.governing import InvitationView
from app.domain.ids import PeerId, RoomId
from app.domain.views import PersonView, RoomKind, RoomSummary, SearchHit
from app.ui import people_phrases, phrases
from app.ui.models.keyed import KeyedListModel
from app.ui.models.rows import (
    ArchiveRow,
    HitRow,
    InvitationsRow,
    PersonRow,
    PlaceRow,
    RequestsRow,
    RoomRow,
    SectionRow,
    SidebarRow,
    row_key,
)


def _order(summary: RoomSummary) -> tuple[int, int, bytes]:
    """Latest first; a conversation just opened above all, empty notes below all."""
    if summary.last is not None:
        return (1, -summary.last.position.hlc, summary.room)
    return (2 if summary.kind is RoomKind.NOTES else 0, 0, summary.room)


_TITLES = {ArchiveRow: "Archived", InvitationsRow: "Invitations", RequestsRow: "Requests"}


class SidebarModel(KeyedListModel[SidebarRow]):
    """Fed with changes and search results; its rows are always a function of what it was told."""

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(row_key, parent)
        self._now = now
        self._rooms: dict[RoomId, RoomSummary] = {}
        self._pins: list[RoomId] = []
        self._online: set[PeerId] = set()
        self._presence: dict[PeerId, str] = {}
        self._typing: dict[RoomId, dict[PeerId, str]] = {}
        self._people: tuple[PersonView, ...] = ()
        self._hits: tuple[SearchHit, ...] = ()
        self._query = ""
        self._invitations: tuple[InvitationView, ...] = ()
        self._requests: tuple[ContactView, ...] = ()
        self._blocked: frozenset[PeerId] = frozenset()
        self._archive_open = False

    @property
    def query(self) -> str:
        return self._query

    def load(self, rooms: Iterable[RoomSummary], online: Iterable[PeerId]) -> None:
        """Begin anew with these conversations and these linked people."""
        self._rooms = {summary.room: summary for summary in rooms}
        self._pins = [room for room, summary in self._rooms.items() if summary.pinned]
        self._online = set(online)
        self._typing.clear()
        self._renew()

    def apply(self, changes: Iterable[Change]) -> None:
        """Take in what happened in one turn of the loop."""
        for change in changes:
            self._apply(change)
        self._renew()

    def set_people(self, people: Iterable[PersonView]) -> None:
        self._people = tuple(people)
        self._renew()

    def set_invitations(self, waiting: Iterable[InvitationView]) -> None:
        """Show that these wait for an answer, the latest first."""
        self._invitations = tuple(waiting)
        self._renew()

    def set_requests(self, waiting: Iterable[ContactView], blocked: Iterable[PeerId]) -> None:
        """Show that these ask to talk, the first to ask first, and nobody who is blocked."""
        self._requests, self._blocked = tuple(waiting), frozenset(blocked)
        self._renew()

    def set_query(self, query: str) -> None:
        """Show only what matches; earlier hits are dropped."""
        self._query = query.strip()
        self._hits = ()
        self._renew()

    def set_hits(self, query: str, hits: Sequence[SearchHit]) -> None:
        """Show the messages found for `query`, unless it is no longer asked for."""
        if query == self._query:
            self._hits = tuple(hits)
            self._renew()

    def conversations(self) -> tuple[RoomSummary, ...]:
        """All that are not archived, in the order of the list, whatever is searched for."""
        return self._sorted(archived=False)

    def archived(self) -> tuple[RoomSummary, ...]:
        """The conversations that were put away, in their order."""
        return self._sorted(archived=True)

    def show_archived(self, shown: bool) -> None:
        """List the archived conversations below their row, or fold them away."""
        self._archive_open = shown
        self._renew()

    def _sorted(self, *, archived: bool) -> tuple[RoomSummary, ...]:
        """Pinned ones first, in the order in which they were pinned."""
        pinned = [self._rooms[room] for room in self._pins]
        others = (room for room in self._rooms.values() if not room.pinned)
        rooms = [*pinned, *sorted(others, key=_order)]
        return tuple(room for room in rooms if room.archived is archived)

    def _note_pin(self, summary: RoomSummary) -> None:
        if not summary.pinned and summary.room in self._pins:
            self._pins.remove(summary.room)
        elif summary.pinned and summary.room not in self._pins:
            self._pins.append(summary.room)

    def people(self) -> tuple[PersonView, ...]:
        """Those on this network with whom there is no conversation, by name."""
        known = {summary.peer for summary in self._rooms.values()}
        known |= {*self._blocked, *(view.peer for view in self._requests)}
        strangers = (person for person in self._people if person.peer not in known)
        return tuple(sorted(strangers, key=lambda each: (each.name.casefold(), each.peer)))

    def summary(self, room: RoomId) -> RoomSummary | None:
        return self._rooms.get(room)

    def typing_in(self, room: RoomId) -> tuple[str, ...]:
        return tuple(sorted(self._typing.get(room, {}).values()))

    def is_online(self, peer: PeerId) -> bool:
        return peer in self._online

    def text(self, row: SidebarRow) -> str:
        match row:
            case SectionRow(title):
                return title
            case RoomRow(summary):
                return summary.name
            case PersonRow(person):
                return person.name
            case HitRow(_, room_name):
                return room_name
            case PlaceRow():
                return row.title
            case ArchiveRow() | InvitationsRow() | RequestsRow():
                return _TITLES[type(row)]

    def description(self, row: SidebarRow) -> str:
        match row:
            case RoomRow():
                return phrases.spoken_room(row.summary, row.online, row.typing, self._now())
            case PersonRow():
                return "On this network. Opens a conversation."
            case HitRow(hit):
                return phrases.plain_snippet(hit.snippet)
            case ArchiveRow():
                return phrases.archive_line(row.rooms, row.unread, opened=row.open)
            case InvitationsRow(waiting):
                return phrases.invitations_line(waiting, spoken=True)
            case RequestsRow() | SectionRow() | PlaceRow():
                return _described(row)

    def selectable(self, row: SidebarRow) -> bool:
        return not isinstance(row, SectionRow)

    def _apply(self, change: Change) -> None:
        match change:
            case RoomChanged(summary):
                self._rooms[summary.room] = summary
                self._note_pin(summary)
            case RoomRemoved(room):
                self._rooms.pop(room, None)
                self._typing.pop(room, None)
                self._pins = [pinned for pinned in self._pins if pinned != room]
            case TypingChanged(room, peer, name, active):
                if active:
                    self._typing.setdefault(room, {})[peer] = name
                else:
                    self._typing.get(room, {}).pop(peer, None)
            case PresenceChanged(peer, shown):
                self._presence[peer] = shown
            case LinkChanged(peer, state):
                self._note_link(peer, online=state is LinkState.ONLINE)
            case _:
                pass

    def _note_link(self, peer: PeerId, *, online: bool) -> None:
        if online:
            self._online.add(peer)
            return
        self._online.discard(peer)
        for typists in self._typing.values():  # who is gone cannot tell that they stopped
            typists.pop(peer, None)

    def _renew(self) -> None:
        waiting = [*self._request_rows(), *self._invitation_rows()]
        rows = [*waiting, *self._room_rows(), *self._archived_rows()]
        self.set_rows([*rows, *self._people_rows(), *self._hit_rows()])

    def _matches(self, name: str) -> bool:
        return self._query.casefold() in name.casefold()

    def _row_of(self, summary: RoomSummary) -> RoomRow:
        online = None if summary.peer is None else summary.peer in self._online
        presence = self._presence.get(summary.peer, "online") if summary.peer else "online"
        return RoomRow(summary, online, self.typing_in(summary.room), presence)

    def _invitation_rows(self) -> list[SidebarRow]:
        shown = bool(self._invitations) and self._matches("Invitations")
        return [InvitationsRow(self._invitations)] if shown else []

    def _request_rows(self) -> list[SidebarRow]:
        names = " ".join(people_phrases.called(view) for view in self._requests)
        shown = bool(self._requests) and self._matches(f"Requests {names}")
        return [RequestsRow(self._requests)] if shown else []

    def _room_rows(self) -> list[SidebarRow]:
        return [self._row_of(room) for room in self.conversations() if self._matches(room.name)]

    def _archived_rows(self) -> list[SidebarRow]:
        """The row that leads to archived conversations and, if it is open, or if one searches,
        those."""
        found = [room for room in self.archived() if self._matches(room.name)]
        if not found:
            return []
        shown = self._archive_open or bool(self._query)
        unread = sum(bool(room.unread or room.marked_unread) for room in found)
        rows: list[SidebarRow] = [ArchiveRow(len(found), unread, shown)]
        return [*rows, *(self._row_of(room) for room in found)] if shown else rows

    def _people_rows(self) -> list[SidebarRow]:
        shown: list[SidebarRow] = [
            PersonRow(person) for person in self.people() if self._matches(person.name)
        ]
        return [SectionRow(phrases.NEARBY), *shown] if shown else []

    def _hit_rows(self) -> list[SidebarRow]:
        shown: list[SidebarRow] = [
            HitRow(hit, self._rooms[hit.message.room].name)
            for hit in self._hits
            if hit.message.room in self._rooms
        ]
        return [SectionRow(phrases.MESSAGES), *shown] if shown else []


def _described(row: RequestsRow | SectionRow | PlaceRow) -> str:
    match row:
        case RequestsRow(asking):
            return people_phrases.requests_line(asking, spoken=True)
        case PlaceRow():
            return row.line
        case _:
            return ""
