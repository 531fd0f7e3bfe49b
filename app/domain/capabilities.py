"""What a member of the network can do for others, as it says itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.domain.ids import PeerId

MAX_REGION = 40


class NetRole(Enum):
    """What somebody is to others; each can do what those before it can, but for the last.

    `RELAY` carries for people who cannot meet, `SUPER_PEER` does so from where everybody reaches
    it and stays, `COURIER` keeps sealed messages for rooms that it cannot read.
    """

    BASIC = "basic"
    RELAY = "relay"
    SUPER_PEER = "super-peer"
    COURIER = "courier"


class Service(Enum):
    MESSAGING = "messaging"
    FILE_TRANSFER = "file_transfer"
    RELAY = "relay"
    CALLS = "calls"
    COURIER = "courier"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`up` and `down` are bytes a second, `storage` bytes; 0 stands for unknown.

    `links` counts those up now. `utc_offset` is minutes east of UTC. What a person does not want
    to tell (region, time zone) is "" and None.
    """

    role: NetRole = NetRole.BASIC
    services: frozenset[Service] = frozenset()
    links: int = 0
    max_links: int = 0
    up: int = 0
    down: int = 0
    storage: int = 0
    uptime_s: int = 0
    region: str = ""
    utc_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a person lets others know and use: `relay` lets friends' traffic pass through here."""

    relay: bool = True
    region: str = ""
    time_zone: bool = False


@dataclass(frozen=True, slots=True)
class CapabilitiesChanged:
    """Somebody linked, or we, can do something else now."""

    peer: PeerId
