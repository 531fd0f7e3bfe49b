"""Lanes on their way to being: prepared, met, then at work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import RemoteProtocolError
from app.protocol.worker_messages import (
    CloseLane,
    ConnectLane,
    LaneDown,
    LaneReady,
    LaneUp,
    OpenLane,
    Tune,
)
from app.transport.bulk.caps import Limits
from app.transport.bulk.direct_gate import DirectGate
from app.transport.bulk.exchange import Exchange
from app.transport.bulk.gate import Gate
from app.transport.bulk.jobs import Tell
from app.transport.bulk.lanes import BulkLane
from app.transport.bulk.streams import LaneStream

if TYPE_CHECKING:
    from app.transport.bulk.rtc_hall import RtcHall

MAX_LANES = 64


class Gates:
    """Every lane of the worker by the app's number. Safe to use from several threads."""

    def __init__(self, tell: Tell, limits: Limits) -> None:
        self._tell = tell
        self._limits = limits
        self._places: dict[int, _Place] = {}
        self._hall: RtcHall | None = None
        self._recovery = False
        self._turn = threading.RLock()

    def open(self, command: OpenLane, exchange: Exchange | None) -> None:
        """Prepare to meet a peer; `exchange` is None if there is no such transfer."""
        with self._turn:
            self._forget_ended()
            if exchange is None:
                self._tell(LaneDown(command.lane, "unknown-transfer"))
            elif command.lane in self._places or len(self._places) >= MAX_LANES:
                self._tell(LaneDown(command.lane, "too-many-lanes"))
            else:
                self._open(command, exchange)

    def _open(self, command: OpenLane, exchange: Exchange) -> None:
        place = _Place(self, command.lane, command.transfer, exchange)
        self._places[command.lane] = place
        try:
            place.gate = self._gate(command, place)
        except RemoteProtocolError as error:
            self.end(place, error.code)
        else:
            place.gate.open()

    def _gate(self, command: OpenLane, place: _Place) -> Gate:
        if command.way == "direct":
            return DirectGate(command.lane, place)
        if self._hall is None:
            from app.transport.bulk.rtc_hall import RtcHall  # noqa: PLC0415 - many need none

            self._hall = RtcHall()
        return self._hall.gate(command, place, recovery=self._recovery)

    def tune(self, command: Tune) -> None:
        """Choose how lanes made from now on take losses."""
        self._recovery = command.recovery

    def connect(self, command: ConnectLane) -> None:
        """Begin to meet the peer of a lane that is ready."""
        with self._turn:
            place = self._places.get(command.lane)
            if place is None or place.gate is None or not place.may_meet:
                self._tell(LaneDown(command.lane, "unknown-lane"))
                return
            place.may_meet = False
            try:
                place.gate.connect(command)
            except RemoteProtocolError as error:
                self.end(place, error.code)

    def close_lane(self, command: CloseLane) -> None:
        """End a lane, or the attempt to make it."""
        with self._turn:
            place = self._places.get(command.lane)
            if place is None:
                self._tell(LaneDown(command.lane, "unknown-lane"))
            elif place.lane is None:
                self.end(place, "closed")
            elif command.gently:
                place.lane.retire()
            else:
                place.lane.close("closed")

    def close_for(self, transfer: int) -> None:
        """End what has not become a lane of a transfer yet; lanes end with the transfer."""
        self._stop(lambda place: place.transfer == transfer)

    def close(self) -> None:
        self._stop(lambda _place: True)

    def let_go(self, within: float) -> None:
        """Let the goodbyes of lanes that were closed go out, for at most so many seconds."""
        if self._hall is not None:
            self._hall.close(within)

    def _stop(self, wanted: Callable[[_Place], bool]) -> None:
        with self._turn:
            self._forget_ended()
            for place in list(self._places.values()):
                if place.lane is None and wanted(place):
                    self.end(place, "stopped")

    # -- what places tell

    def ready(self, place: _Place, notice: LaneReady) -> None:
        with self._turn:
            if self._places.get(place.number) is place:
                place.may_meet = True
                self._tell(notice)

    def met(self, place: _Place, stream: LaneStream) -> None:
        with self._turn:
            if self._places.get(place.number) is place:
                place.lane = BulkLane(place.number, stream, place.exchange, self._limits)
                self._tell(LaneUp(place.number))
                place.lane.start()
            else:
                stream.close()

    def end(self, place: _Place, code: str) -> None:
        """Give up a place that has no lane."""
        with self._turn:
            if self._places.get(place.number) is place:
                del self._places[place.number]
                if place.gate is not None:
                    place.gate.cancel()
                self._tell(LaneDown(place.number, code))

    def _forget_ended(self) -> None:
        for number, place in list(self._places.items()):
            if place.lane is not None and place.lane.is_over:
                del self._places[number]


@dataclass(slots=True, eq=False)
class _Place:
    """A lane's number, and what it has come to; its gate reports here."""

    gates: Gates
    number: int
    transfer: int
    exchange: Exchange
    gate: Gate | None = None
    may_meet: bool = False
    lane: BulkLane | None = None

    def ready(self, notice: LaneReady) -> None:
        self.gates.ready(self, notice)

    def met(self, stream: LaneStream) -> None:
        self.gates.met(self, stream)

    def failed(self, code: str) -> None:
        self.gates.end(self, code)
