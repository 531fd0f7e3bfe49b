"""Short texts about servers and links: states, reasons, figures. Pure, so they can be tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from app.domain.changes import LinkState, ServerState
from app.services.api import LinkView, ServerView
from app.ui.files.phrases import rate
from app.ui.network.facts import Quality
from app.ui.network.reasons import link_reason, server_reason
from app.ui.phrases import ROUTES, count, isolated

SERVER_STATES = {
    ServerState.CONNECTING: "Connecting…",
    ServerState.ONLINE: "Online",
    ServerState.OFFLINE: "Not reachable",
}
QUIET_RATE = 1000
"""Fewer bytes a second are only what links say to stay up."""
WORTH_SAYING = 0.005
GOOD, FAIR = 0.7, 0.4
"""Of the score of a link, from 0 to 1, how much is good and how much will do."""
_SECOND, _FEW = 1000, 10
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def span(seconds: float) -> str:
    """`8 s`, `12 min`, `3 h`, `2 days`: how long something has lasted."""
    whole = max(int(seconds), 0)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < 2 * _DAY:
        return f"{whole // _HOUR} h"
    return f"{whole // _DAY} days"


def milliseconds(value: float) -> str:
    """`2 ms`, `340 ms`, `1.2 s`; what is less than a millisecond counts as one."""
    if round(value) < _SECOND:
        return f"{max(round(value), 1)} ms"
    seconds = value / _SECOND
    return f"{seconds:.1f} s" if round(seconds, 1) < _FEW else f"{round(seconds)} s"


def summary(servers: Sequence[ServerView], links: Sequence[LinkView]) -> str:
    """`2 of 3 servers online · 5 people linked · 1 being tried`."""
    parts = []
    if servers:
        online = sum(each.state is ServerState.ONLINE for each in servers)
        parts.append(f"{online} of {count(len(servers), 'server')} online")
    states = Counter(each.state for each in links)
    linked = states[LinkState.ONLINE]
    parts.append(f"{count(linked, 'person', 'people')} linked" if linked else "nobody linked")
    if states[LinkState.CONNECTING]:
        parts.append(f"{states[LinkState.CONNECTING]} being tried")
    line = " · ".join(parts)
    return line[0].upper() + line[1:]


def server_line(server: ServerView) -> str:
    """How a server is, and why if it is not well."""
    parts = [SERVER_STATES[server.state]]
    if server.hosted:
        parts.append("hosted here")
    if server.state is not ServerState.ONLINE and server.reason:
        parts.append(server_reason(server.reason))
    return " · ".join(parts)


def way(link: LinkView, through: str) -> str:
    """`Direct · LAN`, or `Relayed through Mara`."""
    words = ROUTES.get(link.route or "", "Linked")
    return f"{words} through {isolated(through)}" if through else words


def link_line(link: LinkView, through: str, now_ms: int) -> str:
    """What stands below the name of somebody we are linked with, or are not."""
    lasted = span((now_ms - link.since_ms) / 1000)
    if link.state is LinkState.ONLINE:
        parts = [way(link, through), *_figures(link), lasted]
        return " · ".join(parts)
    if link.state is LinkState.CONNECTING:
        return f"Trying to link · {lasted}"
    if link.reason:
        return f"Not linked · {link_reason(link.reason)}"
    return f"Not linked · {lasted}"


def _figures(link: LinkView) -> list[str]:
    found = []
    if link.loss >= WORTH_SAYING:
        found.append(f"{link.loss:.0%} lost".replace("%", " %"))
    moved = link.rate_in + link.rate_out
    if moved >= QUIET_RATE:
        found.append(rate(moved))
    return found


def quality_of(link: LinkView) -> Quality:
    """How well a link does, as far as that is known."""
    if link.state is not LinkState.ONLINE or link.quality is None:
        return Quality.UNKNOWN
    if link.quality >= GOOD:
        return Quality.GOOD
    return Quality.FAIR if link.quality >= FAIR else Quality.POOR


def spoken_link(link: LinkView, line: str, quality: Quality) -> str:
    """All that is painted of a link besides the name."""
    if link.state is not LinkState.ONLINE or link.rtt_ms is None:
        return line
    parts = [line, f"round trip {milliseconds(link.rtt_ms)}"]
    if quality is not Quality.UNKNOWN:
        parts.append(f"{quality.value.lower()} link")
    return ", ".join(parts)
