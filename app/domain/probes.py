"""What trying the network out has shown; `problem` is a kebab-case word, "" where there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerProbe:
    """A signaling server: "dns", "refused", "timeout", "unreachable", "certificate", "no-tls",
    "needs-tls" or "not-parlor". `address` is where it was looked for, `ms` how long it took."""

    problem: str = ""
    address: str = ""
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class HelperProbe:
    """A STUN or TURN server: "dns", "timeout", "unreachable", "login", "full", "tls" or "strange".

    `mapped` is the address that it sees us by, `relayed` the one that it relays for us.
    """

    problem: str = ""
    mapped: str = ""
    relayed: str = ""
    ms: float = 0.0
