"""Puts the reworked data path in the place of aiortc's, where everything is as this knows it.

It is for the worker process, which carries nothing but bulk bytes: every RTCPeerConnection made
there afterwards has it. A chat link has its own classes and is not touched.
"""

from __future__ import annotations

import enum
from typing import Any

import aioice
import aiortc
import aiortc.rtcpeerconnection as target
from aiortc import RTCDtlsTransport, RTCSctpTransport

from app.transport.fast_sctp.association import FastSctp
from app.transport.fast_sctp.dtls import FastDtls
from app.transport.fast_sctp.rate_window import RateWindow
from app.transport.fast_sctp.self_check import surprise

KNOWN_AIORTC = frozenset({"1.16.0"})
KNOWN_AIOICE = frozenset({"0.13.0"})


class Recovery(enum.Enum):
    """How the sender takes losses."""

    CLASSIC = "classic"
    """As RFC 9260 asks: half the window at each; fair to others, and slow on lossy lines."""

    RATE = "rate"
    """By the measured rate of delivery: keeps a lossy line full, and crowds others out there."""


class RateSctp(FastSctp):
    """An association that follows the rate of delivery."""

    window = RateWindow


ASSOCIATIONS: dict[Recovery, type[FastSctp]] = {
    Recovery.CLASSIC: FastSctp,
    Recovery.RATE: RateSctp,
}


def install(recovery: Recovery) -> str | None:
    """Give new RTCPeerConnections the reworked path.

    Returns None when that is done, or why aiortc's own stays in use. May be called again to
    choose another recovery.
    """
    reason = unfit()
    if reason is not None:
        uninstall()
        return reason
    _use(FastDtls, ASSOCIATIONS[recovery])
    return None


def unfit() -> str | None:
    """Return why the reworked path may not be used here, or None."""
    return _unknown_version() or surprise()


def uninstall() -> None:
    """Give new RTCPeerConnections aiortc's own path again."""
    _use(RTCDtlsTransport, RTCSctpTransport)


def _use(dtls: type[RTCDtlsTransport], sctp: type[RTCSctpTransport]) -> None:
    names: Any = target
    names.RTCDtlsTransport = dtls
    names.RTCSctpTransport = sctp


def _unknown_version() -> str | None:
    for name, found, known in (
        ("aiortc", aiortc.__version__, KNOWN_AIORTC),
        ("aioice", aioice.__version__, KNOWN_AIOICE),
    ):
        if found not in known:
            return f"{name} {found} is not known"
    return None
