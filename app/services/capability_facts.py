"""What we can do for others follows from facts; numbers are told in coarse steps.

role        when
---------   ------------------------------------------------------------------
courier     the program was started as one
super-peer  a relay that everybody reaches (a public address), for an hour now
relay       the person lets traffic through, and has not limited it to a trickle
basic       everybody else
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.capabilities import Capabilities, NetRole, Service

TRICKLE = 32 * 1024
"""Bytes a second; whoever limits sending to less is no relay."""
STAYS_AFTER = 3600.0
_UPTIMES = (0, 60, 600, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600)


@dataclass(frozen=True, slots=True)
class Facts:
    """`up` and `down` are what the person limits files to, else what was measured, 0 if nothing.

    `limit` is what the person limits sending to, 0 for nothing: a quiet day is no slow line.
    """

    willing: bool = True
    moves_files: bool = True
    is_courier: bool = False
    is_public: bool = False
    uptime_s: float = 0.0
    links: int = 0
    max_links: int = 0
    up: int = 0
    down: int = 0
    limit: int = 0
    storage: int = 0
    region: str = ""
    utc_offset: int | None = None


def capabilities_of(facts: Facts) -> Capabilities:
    """Return what is told to others."""
    role = role_of(facts)
    return Capabilities(
        role,
        _services(facts, role),
        facts.links,
        facts.max_links,
        coarse(facts.up),
        coarse(facts.down),
        coarse(facts.storage),
        max(step for step in _UPTIMES if step <= max(facts.uptime_s, 0)),
        facts.region,
        facts.utc_offset,
    )


def role_of(facts: Facts) -> NetRole:
    if facts.is_courier:
        return NetRole.COURIER
    if not _may_relay(facts):
        return NetRole.BASIC
    stays = facts.is_public and facts.uptime_s >= STAYS_AFTER
    return NetRole.SUPER_PEER if stays else NetRole.RELAY


def _may_relay(facts: Facts) -> bool:
    return facts.willing and (facts.limit == 0 or facts.limit >= TRICKLE)


def _services(facts: Facts, role: NetRole) -> frozenset[Service]:
    offered = {Service.COURIER if role is NetRole.COURIER else Service.MESSAGING}
    if facts.moves_files and role is not NetRole.COURIER:
        offered.add(Service.FILE_TRANSFER)
    if _may_relay(facts):
        offered.add(Service.RELAY)
    return frozenset(offered)


def coarse(amount: int) -> int:
    """Return the largest power of two that is not above `amount`, 0 for less than one."""
    return 1 << (amount.bit_length() - 1) if amount > 0 else 0
