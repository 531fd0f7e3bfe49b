"""What all lanes over WebRTC share. Importing this loads aiortc: 0.2 s and 30 MB."""

from __future__ import annotations

from app.protocol.worker_messages import OpenLane
from app.transport.bulk.gate import Gate, Report
from app.transport.bulk.rtc_gate import Hall, RtcGate
from app.transport.bulk.rtc_loop import RtcLoop
from app.transport.bulk.rtc_path import choose
from app.transport.bulk.rtc_room import RtcRoom


class RtcHall:
    """Makes gates whose connections live in one thread."""

    def __init__(self) -> None:
        self._hall = Hall(RtcLoop(), RtcRoom())

    def gate(self, command: OpenLane, report: Report, *, recovery: bool) -> Gate:
        """Raises RemoteProtocolError("bad-description")."""
        return RtcGate(command, self._hall, choose(recovery=recovery), report)

    def close(self, within: float) -> None:
        """Let goodbyes go out, for at most so many seconds."""
        self._hall.loop.close(within)
