"""Lanes on their way to being: a port, a certificate, a meeting; then a lane at work."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass
from functools import partial

from app.domain.errors import AppError, RemoteProtocolError
from app.protocol.worker_messages import (
    CloseLane,
    ConnectLane,
    LaneDown,
    LaneReady,
    LaneUp,
    OpenLane,
)
from app.transport.bulk.caps import Limits
from app.transport.bulk.certificates import LaneCertificate, make_certificate
from app.transport.bulk.exchange import Exchange
from app.transport.bulk.jobs import Tell
from app.transport.bulk.lanes import BulkLane
from app.transport.bulk.meeting import Meeting
from app.transport.bulk.tls_lane import LaneListener, LaneTerms
from app.transport.bulk.tls_stream import TlsStream

MAX_LANES = 64


@dataclass(slots=True)
class _Gate:
    transfer: int
    exchange: Exchange
    certificate: LaneCertificate
    listener: LaneListener
    meeting: Meeting | None = None
    lane: BulkLane | None = None


class Gates:
    """Every lane of the worker by the app's number. Safe to use from several threads."""

    def __init__(self, tell: Tell, limits: Limits) -> None:
        self._tell = tell
        self._limits = limits
        self._gates: dict[int, _Gate] = {}
        self._turn = threading.RLock()

    def open(self, command: OpenLane, exchange: Exchange | None) -> None:
        """Listen for a peer; `exchange` is None if there is no such transfer."""
        with self._turn:
            self._forget_ended()
            if exchange is None:
                self._tell(LaneDown(command.lane, "unknown-transfer"))
            elif command.lane in self._gates or len(self._gates) >= MAX_LANES:
                self._tell(LaneDown(command.lane, "too-many-lanes"))
            else:
                self._open(command, exchange)

    def _open(self, command: OpenLane, exchange: Exchange) -> None:
        try:
            listener = LaneListener()
        except AppError as error:
            self._tell(LaneDown(command.lane, error.code))
            return
        certificate = make_certificate()
        self._gates[command.lane] = _Gate(command.transfer, exchange, certificate, listener)
        self._tell(LaneReady(command.lane, listener.port, certificate.public))

    def connect(self, command: ConnectLane) -> None:
        """Begin to meet the peer of a lane that is open."""
        with self._turn:
            gate = self._gates.get(command.lane)
            if gate is None or gate.meeting is not None:
                self._tell(LaneDown(command.lane, "unknown-lane"))
                return
            terms = LaneTerms(gate.certificate, command.certificate, command.token)
            try:
                gate.meeting = Meeting(terms, gate.listener)
            except RemoteProtocolError as error:
                self._end(command.lane, error.code)
                return
        meet = partial(self._meet, command, gate, gate.meeting)
        threading.Thread(target=meet, daemon=True).start()

    def _meet(self, command: ConnectLane, gate: _Gate, meeting: Meeting) -> None:
        try:
            connection = meeting.run(command.addresses)
        except AppError as error:
            self._end(command.lane, error.code)
            return
        with self._turn:
            if self._gates.get(command.lane) is gate:
                self._start(command.lane, gate, connection)
            else:
                connection.close()

    def _start(self, number: int, gate: _Gate, connection: ssl.SSLSocket) -> None:
        gate.lane = BulkLane(number, TlsStream(connection), gate.exchange, self._limits)
        self._tell(LaneUp(number))
        gate.lane.start()

    def close_lane(self, command: CloseLane) -> None:
        """End a lane, or the attempt to make it."""
        with self._turn:
            gate = self._gates.get(command.lane)
            if gate is not None and gate.lane is not None:
                gate.lane.close("closed")
            else:
                self._end(command.lane, "closed" if gate is not None else "unknown-lane")

    def close_for(self, transfer: int) -> None:
        """End what has not become a lane of a transfer yet; lanes end with the transfer."""
        with self._turn:
            self._forget_ended()
            for number, gate in list(self._gates.items()):
                if gate.transfer == transfer and gate.lane is None:
                    self._end(number, "stopped")

    def close(self) -> None:
        with self._turn:
            for number, gate in list(self._gates.items()):
                if gate.lane is None:
                    self._end(number, "stopped")

    def _end(self, number: int, code: str) -> None:
        with self._turn:
            gate = self._gates.pop(number, None)
            if gate is not None:
                gate.listener.close()
                if gate.meeting is not None:
                    gate.meeting.cancel()
            self._tell(LaneDown(number, code))

    def _forget_ended(self) -> None:
        for number, gate in list(self._gates.items()):
            if gate.lane is not None and gate.lane.is_over:
                del self._gates[number]
