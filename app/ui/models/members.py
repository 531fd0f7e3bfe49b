"""The people in a room, for the drawer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject

from app.domain.capabilities import Capabilities
from app.domain.contacts import ContactView
from app.domain.governing import PendingInvite
from app.domain.ids import PeerId
from app.domain.views import MemberView
from app.ui import government, people_phrases, phrases
from app.ui.government import COURIER
from app.ui.models.keyed import KeyedListModel
from app.ui.network import abilities


@dataclass(frozen=True, slots=True)
class PeerSection:
    """A heading; `kind` stays when the number in the title changes."""

    kind: str
    title: str


PeerRow = PeerSection | MemberView | PendingInvite
Contact = Callable[[PeerId], ContactView | None]
Able = Callable[[PeerId], Capabilities | None]
_COURIER_LINE = "Keeps sealed messages, cannot read them"


def _key(row: PeerRow) -> tuple[str, str | bytes]:
    match row:
        case PeerSection(kind):
            return ("section", kind)
        case MemberView(peer):
            return ("member", peer)
        case PendingInvite(token):
            return ("invited", token)


def _order(member: MemberView) -> tuple[bool, bool, str, bytes]:
    return (not member.you, not member.online, member.name.casefold(), member.peer)


class MembersModel(KeyedListModel[PeerRow]):
    """Ourselves first, then who is online, then the rest, each by name; then who was invited.

    In a group these stand under headings.
    """

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(_key, parent)
        self._now = now
        self._members: list[MemberView] = []
        self._invited: list[PendingInvite] = []
        self._grouped = False
        self._contact: Contact = lambda _peer: None
        self._able: Able = lambda _peer: None

    def know(self, contact: Contact) -> None:
        """Say, and whenever it may be another thing say again, what people are to us."""
        self._contact = contact
        self._tell()

    def know_abilities(self, able: Able) -> None:
        """Say, and whenever it may be another thing say again, what people can do for others."""
        self._able = able
        self._tell()

    def able(self, row: MemberView) -> Capabilities | None:
        """What a member says that it can do; None if that is not known."""
        return self._able(row.peer) if row.online and not row.you else None

    def presence(self, row: MemberView) -> str:
        """How somebody who is online wants to be seen: online, away or busy."""
        contact = None if row.you else self._contact(row.peer)
        return contact.presence if contact is not None and contact.online else "online"

    def verified(self, row: MemberView) -> bool:
        """Whether we have compared the safety number with them."""
        contact = None if row.you else self._contact(row.peer)
        return contact is not None and contact.verified

    def show(self, members: Iterable[MemberView]) -> None:
        self._members = sorted(members, key=_order)
        self._renew()

    def show_invited(self, invited: Iterable[PendingInvite], *, grouped: bool) -> None:
        """Say who is expected, and whether there are headings."""
        self._invited = sorted(invited, key=lambda each: (each.name.casefold(), each.id))
        self._grouped = grouped
        self._renew()

    def member(self, peer: bytes) -> MemberView | None:
        return next((member for member in self._members if member.peer == peer), None)

    def tip(self, row: PeerRow) -> str:
        able = self.able(row) if isinstance(row, MemberView) else None
        return "" if able is None else abilities.tip(able)

    def text(self, row: PeerRow) -> str:
        return row.title if isinstance(row, PeerSection) else row.name

    def description(self, row: PeerRow) -> str:
        return self.spoken_line(row)

    def selectable(self, row: PeerRow) -> bool:
        return not isinstance(row, PeerSection)

    def line(self, row: MemberView | PendingInvite) -> str:
        """What stands below the name."""
        if isinstance(row, PendingInvite):
            return government.invited_line(row, self._now())
        line = phrases.member_line(row, self._now())
        if row.role == COURIER:
            return f"{line} · {_COURIER_LINE}" if row.online else _COURIER_LINE
        if row.online and (state := self.presence(row)) in people_phrases.BESIDES:
            return f"{people_phrases.BESIDES[state]} · {line}"
        return line

    def spoken_line(self, row: PeerRow) -> str:
        """All that is painted besides the name."""
        match row:
            case PeerSection():
                return ""
            case MemberView():
                role = government.ROLES.get(row.role, "")
                verified = "verified" if self.verified(row) else ""
                parts = (role, verified, self.line(row), self.tip(row))
                return ", ".join(part for part in parts if part)
            case _:
                return self.line(row)

    def _renew(self) -> None:
        if not self._grouped:
            self.set_rows(list(self._members))
            return
        couriers = [member for member in self._members if member.role == COURIER]
        people = [member for member in self._members if member.role != COURIER]
        online = [member for member in people if member.online or member.you]
        offline = [member for member in people if not (member.online or member.you)]
        self.set_rows(
            [
                *_section("online", "Online", online, _linked(online)),
                *_section("offline", "Offline", offline),
                *_section("couriers", "Couriers", couriers),
                *_section("invited", "Invited", self._invited),
            ]
        )

    def _tell(self) -> None:
        if self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))


def _linked(online: Sequence[MemberView]) -> str:
    """`linked with 9` of those who are online, if that is not all of them."""
    others = [member for member in online if not member.you]
    linked = sum(member.route is not None for member in others)
    return "" if linked == len(others) else f"linked with {linked}"


def _section(
    kind: str, title: str, rows: Sequence[MemberView | PendingInvite], more: str = ""
) -> list[PeerRow]:
    parts = [title, str(len(rows)), *([more] if more else [])]
    return [PeerSection(kind, " · ".join(parts)), *rows] if rows else []
