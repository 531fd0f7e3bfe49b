"""What a peer says that it can do for others."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from app.domain.capabilities import MAX_REGION, Capabilities, NetRole, Service

MAX_SERVICES = 16
MOST = 1 << 60
DAY_MIN = 24 * 60

Word = Annotated[str, Meta(max_length=20)]
Count = Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]
Amount = Annotated[int, Meta(ge=0, le=MOST)]


class Capable(msgspec.Struct, frozen=True, array_like=True):
    """Replaces what the sender said before. Words that are not known are those of a later version.

    `up`, `down` (bytes a second) and `storage` (bytes) are 0 if unknown, `uptime` is seconds.
    """

    role: Word
    services: Annotated[list[Word], Meta(max_length=MAX_SERVICES)]
    links: Count
    max_links: Count
    up: Amount
    down: Amount
    storage: Amount
    uptime: Count
    region: Annotated[str, Meta(max_length=MAX_REGION)] = ""
    utc_offset: Annotated[int, Meta(ge=-DAY_MIN, le=DAY_MIN)] | None = None


def told(capabilities: Capabilities) -> Capable:
    """Return the frame that says so."""
    return Capable(
        capabilities.role.value,
        sorted(service.value for service in capabilities.services),
        capabilities.links,
        capabilities.max_links,
        capabilities.up,
        capabilities.down,
        capabilities.storage,
        capabilities.uptime_s,
        capabilities.region,
        capabilities.utc_offset,
    )


def heard(frame: Capable) -> Capabilities:
    """Return what a peer says; unknown services are left out, an unknown role is the basic one."""
    roles = {role.value: role for role in NetRole}
    known = {service.value: service for service in Service}
    return Capabilities(
        roles.get(frame.role, NetRole.BASIC),
        frozenset(known[word] for word in frame.services if word in known),
        frame.links,
        frame.max_links,
        frame.up,
        frame.down,
        frame.storage,
        frame.uptime,
        clean_region(frame.region),
        frame.utc_offset,
    )


def clean_region(text: str) -> str:
    """Return a region as it can be shown on one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
