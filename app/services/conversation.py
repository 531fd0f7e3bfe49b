"""A room as the services hold it in memory, and the book of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.crypto.room_keys import EpochKeys, epoch_keys, govern_only
from app.domain.delivery import DeliveryTracker
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId, to_text
from app.domain.room import NOWHERE, RoomState
from app.domain.views import Position, RoomKind
from app.services.refusals import Refusal
from app.storage.records import RoomRecord

NOTES_NAME = "Notes to self"
WAITING = -1
"""Stands for an epoch whose secret is the token by which we ask to be let in."""
UNNAMED = "New room"
"""Until a member has told us the name of a room that we joined."""


@dataclass(slots=True)
class Conversation:
    """One room: its keys, reduced state, version vector and ticks.

    `aliases` are the names that we have given people ourselves; `called` is the room's name as an
    invitation said it. `held` tells that events may be
    stored which are not shown yet; `withdrawn` that nobody needs to hear of it from us any more,
    since we have left and it is known; `refusal` is why we are not let in; `remembered` is how
    much of our own log others had when we forgot this room; `ushers` are couriers who had a welcome
    for us.
    """

    record: RoomRecord
    state: RoomState
    vector: dict[PeerId, int]
    tracker: DeliveryTracker
    held: bool = True
    remembered: int = 0
    aliases: Mapping[PeerId, str] = field(default_factory=dict)
    withdrawn: bool = False
    called: str = ""
    refusal: Refusal | None = None
    ushers: set[PeerId] = field(default_factory=set)
    keys: dict[int, EpochKeys] = field(init=False)
    secrets: dict[int, bytes] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.secrets = dict(self.record.epochs)
        self.keys = {epoch: govern_only(epoch, key) for epoch, key in self.record.governs.items()}
        self.keys |= {epoch: epoch_keys(epoch, key) for epoch, key in self.record.epochs.items()}

    @property
    def room(self) -> RoomId:
        return self.record.room

    def know(self, epoch: int, key: bytes, *, whole: bool = True) -> None:
        """Use the secret of an epoch from now on, or its govern key if that is all we have."""
        known = self.keys.get(epoch)
        if whole:
            self.keys[epoch] = epoch_keys(epoch, key)
            self.secrets[epoch] = key
        elif known is None:
            self.keys[epoch] = govern_only(epoch, key)

    def forget(self, epoch: int) -> None:
        """Use an epoch no more."""
        self.keys.pop(epoch, None)
        self.secrets.pop(epoch, None)

    @property
    def kind(self) -> RoomKind:
        return self.record.kind

    @property
    def latest_keys(self) -> EpochKeys:
        """The keys to write under: of the newest epoch that the room agrees on."""
        rekeyings = self.state.governance.rekeyings
        valid = {one.number for one in rekeyings if one.standing == "valid"}
        known = self.whole_keys
        agreed = (keys for keys in known if keys.epoch == 0 or keys.epoch in valid)
        return next(agreed, known[0] if known else self.keys[WAITING])

    @property
    def whole_keys(self) -> list[EpochKeys]:
        """The keys of all epochs whose secret we know, the newest first."""
        known = (keys for epoch, keys in self.keys.items() if keys.is_whole and epoch != WAITING)
        return sorted(known, key=lambda keys: keys.epoch, reverse=True)

    @property
    def asking(self) -> EpochKeys | None:
        """The keys by which we ask to be let in, None if we do not."""
        return self.keys.get(WAITING)

    @property
    def standing(self) -> str:
        """What `RoomSummary.standing` says."""
        if self.refusal is not None and self.is_outside:
            return "refused"
        return "waiting" if self.asking is not None else self.record.standing

    @property
    def is_over(self) -> bool:
        """Whether we have left this room or were removed."""
        return self.standing in {"left", "removed"}

    @property
    def is_outside(self) -> bool:
        """Whether this is a group that has not let us in, as far as we can tell."""
        hears_nobody = self.state.founder is None and self.record.standing == "member"
        asks = self.asking is not None or hears_nobody
        return asks and self.kind is RoomKind.GROUP and self.record.joined

    @property
    def refused_for(self) -> str:
        """Why we are not let in: revoked, expired, taken, banned or closed; else ""."""
        return self.refusal.reason if self.refusal is not None and self.is_outside else ""

    def check_standing(self) -> None:
        """Raise AppError if we are no member.

        Its code is "room-waiting", "room-refused", "room-removed" or "room-left".
        """
        named = {"room": to_text(self.room)}
        match self.standing:
            case "waiting":
                raise AppError("room-waiting", named)
            case "refused":
                raise AppError("room-refused", {**named, "reason": self.refused_for})
            case "removed":
                raise AppError("room-removed", named)
            case "left":
                raise AppError("room-left", named)

    @property
    def vanish_s(self) -> int:
        """How many seconds a text lives that is written here now, 0 for ever."""
        return self.state.rules.vanish_after_s

    def name(self, names: Mapping[PeerId, str]) -> str:
        """Return the title; `names` are those known from elsewhere."""
        if self.kind is RoomKind.NOTES:
            return NOTES_NAME
        if self.record.peer is not None:
            return self.name_of(self.record.peer, names)
        return self.state.name or self.called or UNNAMED

    def name_of(self, peer: PeerId, names: Mapping[PeerId, str]) -> str:
        """Return a person's name, or the beginning of the id of somebody nameless."""
        alias = self.aliases.get(peer, "")
        return alias or self.state.name_of(peer) or names.get(peer, "") or to_text(peer)[:8]

    def is_inside(self, me: PeerId) -> bool:
        """Tell whether we are a member by what others have told us, not just by our own word."""
        hears_founder = self.state.founder in self.vector
        others = any(author != me for author in self.vector)
        return self.state.role_of(me) is not None and hears_founder and others

    def has_member(self, peer: PeerId) -> bool:
        """Tell whether somebody is a member of this group."""
        member = self.state.members.get(peer)
        return self.kind is RoomKind.GROUP and member is not None and member.present

    def others(self, me: PeerId) -> dict[PeerId, Position]:
        """Return who else belongs here, each with the place of the join."""
        if self.record.peer is not None:
            return {self.record.peer: NOWHERE}
        if self.kind is RoomKind.NOTES:
            return {}
        members = self.state.members.items()
        return {peer: m.joined for peer, m in members if m.present and peer != me}


class RoomBook:
    """All rooms of this profile."""

    def __init__(self) -> None:
        self._rooms: dict[RoomId, Conversation] = {}

    def __iter__(self) -> Iterator[Conversation]:
        return iter(tuple(self._rooms.values()))

    def add(self, conversation: Conversation) -> None:
        self._rooms[conversation.room] = conversation

    def remove(self, room: RoomId) -> None:
        self._rooms.pop(room, None)

    def find(self, room: RoomId) -> Conversation | None:
        return self._rooms.get(room)

    def direct(self, peer: PeerId) -> Conversation | None:
        """Return the conversation of two with this person, shown or not."""
        return next((room for room in self._rooms.values() if room.record.peer == peer), None)

    def get(self, room: RoomId) -> Conversation:
        """Raises AppError("unknown-room")."""
        conversation = self._rooms.get(room)
        if conversation is None:
            raise AppError("unknown-room", {"room": to_text(room)})
        return conversation

    def listed(self, room: RoomId) -> Conversation:
        """Return a room that is shown. Raises AppError("unknown-room")."""
        conversation = self.get(room)
        if not conversation.record.joined:
            raise AppError("unknown-room", {"room": to_text(room)})
        return conversation

    def writable(self, room: RoomId) -> Conversation:
        """Return one that may be written to.

        Raises AppError("unknown-room"), or as `Conversation.check_standing` does.
        """
        conversation = self.listed(room)
        conversation.check_standing()
        return conversation
