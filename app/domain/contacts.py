"""People as we keep them on this machine: what we are to each other, alias, notes, presence."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum, IntEnum

from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.domain.policy import clean_person_name

MAX_NOTE_LENGTH = 4000
MOST_SHUT = 16
FOR_EVER = 1 << 62
Span = tuple[int, int]


class ContactState(Enum):
    """Where we stand with somebody.

    `REQUESTED` waits for the other, `INCOMING` for us. `REJECTED` and `KNOWN` are nobody's
    business but ours: whom we sent away without a word, and who has an alias or a note only.
    """

    FRIEND = "friend"
    REQUESTED = "requested"
    INCOMING = "incoming"
    REJECTED = "rejected"
    KNOWN = "known"


class Presence(IntEnum):
    """What somebody wants to be seen as; the numbers are those of the protocol."""

    ONLINE = 0
    AWAY = 1
    BUSY = 2
    INVISIBLE = 3


class Accept(Enum):
    """Whose first message opens a conversation without our being asked.

    `LOCAL` means people whose link stays in the local network.
    """

    EVERYBODY = "everybody"
    LOCAL = "local"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Contact:
    """One person. `text` is what the request said; times are Unix ms, None for never.

    `verified_ms` is when the safety number was compared. It belongs to this key, for a key is
    what a peer id is: another key is another contact. `blocked_ms` is since when it is blocked, 0
    if it is not or nobody knows; `shut` are earlier times when it was, from and to (Unix ms).
    """

    peer: PeerId
    state: ContactState = ContactState.KNOWN
    name: str = ""
    alias: str = ""
    note: str = ""
    text: str = ""
    blocked: bool = False
    verified_ms: int | None = None
    blocked_ms: int = 0
    shut: tuple[Span, ...] = ()

    @property
    def unheard(self) -> tuple[Span, ...]:
        """When what this person wrote to us was written in vain, the present included."""
        return (*self.shut, (self.blocked_ms, FOR_EVER)) if self.blocked_ms else self.shut

    @property
    def is_close(self) -> bool:
        """Whether a namesake of this person would be confusing."""
        asked = self.state in (ContactState.FRIEND, ContactState.REQUESTED)
        return asked or self.verified_ms is not None


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact as it is shown. `state` is friend, requested, incoming or blocked.

    `presence` is online, away, busy or offline.
    """

    peer: PeerId
    name: str
    alias: str
    note: str
    state: str
    text: str
    online: bool
    verified: bool
    presence: str = "offline"
    picture: str = ""


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody found by name. `source` is contacts, history or directory; `state` may be ""."""

    peer: PeerId
    name: str
    alias: str
    source: str
    state: str
    online: bool


@dataclass(frozen=True, slots=True)
class SafetyView:
    """The number that both people see if nobody is between them, and whether it was compared."""

    number: str
    verified: bool


@dataclass(frozen=True, slots=True)
class ContactChanged:
    """A contact is new or differs. `state` may also be "none": it is in no list any more."""

    contact: ContactView


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """Somebody who is linked wants to be seen so: online, away, busy or offline."""

    peer: PeerId
    state: str


def shown_state(contact: Contact) -> str:
    """Return the state as front ends call it; "none" for those in no list."""
    if contact.blocked:
        return "blocked"
    hidden = contact.state in (ContactState.REJECTED, ContactState.KNOWN)
    return "none" if hidden else contact.state.value


def clean_alias(alias: str) -> str:
    """Return an alias as it is kept; "" takes it away. Raises AppError("name-too-long")."""
    return clean_person_name(alias) if alias.strip() else ""


def clean_note(note: str) -> str:
    """Return a note without control characters. Raises AppError("note-too-long")."""
    kept = "".join(c for c in note if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    if len(kept) > MAX_NOTE_LENGTH:
        raise AppError("note-too-long", {"limit": MAX_NOTE_LENGTH})
    return kept.strip()


def folded(text: str) -> str:
    """Return text for comparing: no case, no accents, no difference of width."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return unicodedata.normalize("NFKC", bare)


def matches(query: str, *names: str) -> bool:
    """Tell whether each word of `query` begins some word of the names; all do for ""."""
    words = [word for name in names for word in _words(name)]
    return all(any(word.startswith(part) for word in words) for part in _words(query))


def _words(text: str) -> list[str]:
    spaced = "".join(c if c.isalnum() else " " for c in folded(text))
    return spaced.split()
