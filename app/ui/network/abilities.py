"""What members can do for others, in words. Pure, so they can be tested."""

from __future__ import annotations

from app.domain.capabilities import Capabilities, NetRole, Service
from app.services.api import LinkView
from app.ui.files.phrases import rate, size
from app.ui.network.phrases import link_line, milliseconds, quality_of
from app.ui.phrases import count, one_line

MARKS = {NetRole.RELAY: "waypoints", NetRole.SUPER_PEER: "waypoints", NetRole.COURIER: "inbox"}
"""The icon of a role; that of everybody has none."""
TITLES = {
    NetRole.BASIC: "",
    NetRole.RELAY: "Relay",
    NetRole.SUPER_PEER: "Super-peer",
    NetRole.COURIER: "Courier",
}
_TIPS = {
    NetRole.RELAY: "passes sealed traffic on for members who cannot meet",
    NetRole.SUPER_PEER: "everybody reaches it, and it passes sealed traffic on",
    NetRole.COURIER: "keeps sealed messages for members who are away, and cannot read them",
}
_HOUR_M = 60


def tip(able: Capabilities) -> str:
    """`Relay: passes sealed traffic on for members who cannot meet`; "" for nothing special."""
    return f"{TITLES[able.role]}: {_TIPS[able.role]}" if able.role in _TIPS else ""


def zone(minutes: int) -> str:
    """`UTC+1`, `UTC-3:30`."""
    hours, rest = divmod(abs(minutes), _HOUR_M)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"


def resources(able: Capabilities) -> str:
    """What somebody has, as far as it is told: links, rates, room for files, where and when."""
    parts = []
    if able.max_links:
        parts.append(f"{able.links} of {count(able.max_links, 'link')}")
    if able.up:
        parts.append(f"{rate(able.up)} up")
    if able.down:
        parts.append(f"{rate(able.down)} down")
    if able.storage:
        parts.append(f"{size(able.storage)} free")
    if able.region:
        parts.append(one_line(able.region))
    if able.utc_offset is not None:
        parts.append(zone(able.utc_offset))
    return " · ".join(parts)


def offers(able: Capabilities) -> str:
    """`Offers files, relaying`; what everybody does is not said."""
    words = {
        Service.FILE_TRANSFER: "files",
        Service.CALLS: "calls",
        Service.RELAY: "relaying",
        Service.COURIER: "keeping messages",
    }
    found = [word for service, word in words.items() if service in able.services]
    return f"Offers {', '.join(found)}" if found else ""


def connection_lines(
    link: LinkView | None, through: str, able: Capabilities | None, now_ms: int
) -> tuple[str, ...]:
    """How somebody is reached, and what they can do; one thing a line."""
    first = "Not linked" if link is None else link_line(link, through, now_ms)
    if link is not None and link.rtt_ms is not None:
        parts = [first, milliseconds(link.rtt_ms), quality_of(link).value]
        first = " · ".join(part for part in parts if part)
    if able is None:
        return (first,)
    role = TITLES[able.role]
    services = " · ".join(part for part in (role, offers(able)) if part)
    return tuple(line for line in (first, services, resources(able)) if line)
