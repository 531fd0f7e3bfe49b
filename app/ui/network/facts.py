"""What the network page shows: frozen and comparable, so that only what differs is repainted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.domain.changes import LinkState, ServerState
from app.domain.ids import PeerId


class Quality(Enum):
    """How well a link does; the value is what is said of it."""

    GOOD = "Good"
    FAIR = "Fair"
    POOR = "Poor"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """`kind` stays when the number in the title changes."""

    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class ServerRow:
    """`line` says how it is, with the reason if it is not well."""

    url: str
    state: ServerState
    line: str


@dataclass(frozen=True, slots=True)
class NearRow:
    """People of the network that we are on are met without a server."""

    title: str = "Without a server"
    line: str = "People of this network are met directly"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A link to somebody. `figure` is the round trip in words, `past` what it was lately in ms.

    `past` has None where there was no link; `spoken` is all of it in a sentence.
    """

    peer: PeerId
    name: str
    state: LinkState
    line: str
    picture: str = ""
    presence: str = "online"
    route: str = ""
    figure: str = ""
    quality: Quality = Quality.UNKNOWN
    past: tuple[float | None, ...] = ()
    spoken: str = ""


NetworkRow = Heading | ServerRow | NearRow | PersonRow


def row_key(row: NetworkRow) -> tuple[str, str | bytes]:
    """What stays the same while a row's content changes."""
    match row:
        case Heading(kind):
            return ("heading", kind)
        case ServerRow(url):
            return ("server", url)
        case NearRow():
            return ("near", "")
        case PersonRow(peer):
            return ("person", peer)
