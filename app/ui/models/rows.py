"""The rows that lists show: frozen, and comparable, so that only what differs is repainted."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.contacts import ContactView
from app.domain.governing import InvitationView
from app.domain.ids import PeerId
from app.domain.views import PersonView, RoomSummary, SearchHit


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A heading between rows; it cannot be chosen."""

    title: str


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A conversation. `online` is the other person's, None where it says nothing."""

    summary: RoomSummary
    online: bool | None = None
    typing: tuple[str, ...] = ()
    presence: str = "online"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody on this network with whom there is no conversation yet."""

    person: PersonView


@dataclass(frozen=True, slots=True)
class HitRow:
    """A message that was searched for; `room_name` is where it stands."""

    hit: SearchHit
    room_name: str


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """Shows and hides the archived conversations below it; `unread` of them have new messages."""

    rooms: int
    unread: int
    open: bool


@dataclass(frozen=True, slots=True)
class InvitationsRow:
    """Leads to the invitations that wait for an answer, the latest first."""

    waiting: tuple[InvitationView, ...]


@dataclass(frozen=True, slots=True)
class RequestsRow:
    """Leads to the people who ask to talk, the first to ask first."""

    waiting: tuple[ContactView, ...]


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A page or a dialog of the program; `action` is what leads there."""

    action: str
    title: str
    line: str
    icon: str


SidebarRow = (
    SectionRow | RoomRow | PersonRow | HitRow | ArchiveRow | InvitationsRow | RequestsRow | PlaceRow
)


def row_key(row: SidebarRow) -> tuple[str, bytes | str | PeerId]:
    """What stays the same while a row's content changes."""
    match row:
        case SectionRow(title):
            return ("section", title)
        case RoomRow(summary):
            return ("room", summary.room)
        case PersonRow(person):
            return ("person", person.peer)
        case HitRow(hit):
            return ("hit", hit.message.event)
        case PlaceRow(action):
            return ("place", action)
        case ArchiveRow() | InvitationsRow() | RequestsRow():
            return (type(row).__name__, "")
