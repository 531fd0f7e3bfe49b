"""Meeting over TCP: a port and a certificate of our own, and the peer's addresses."""

from __future__ import annotations

import threading
from functools import partial

from app.domain.errors import AppError
from app.protocol.worker_messages import ConnectLane, LaneReady
from app.transport.bulk.certificates import LaneCertificate, make_certificate
from app.transport.bulk.gate import Report
from app.transport.bulk.meeting import Meeting
from app.transport.bulk.tls_lane import LaneListener, LaneTerms
from app.transport.bulk.tls_stream import TlsStream


class DirectGate:
    """See `Gate`."""

    def __init__(self, lane: int, report: Report) -> None:
        self._lane = lane
        self._report = report
        self._certificate: LaneCertificate | None = None
        self._listener: LaneListener | None = None
        self._meeting: Meeting | None = None

    def open(self) -> None:
        try:
            self._listener = LaneListener()
        except AppError as error:
            self._report.failed(error.code)
            return
        self._certificate = make_certificate()
        self._report.ready(LaneReady(self._lane, self._listener.port, self._certificate.public))

    def connect(self, command: ConnectLane) -> None:
        if self._certificate is None or self._listener is None:
            return
        terms = LaneTerms(self._certificate, command.certificate, command.token)
        self._meeting = Meeting(terms, self._listener)
        meet = partial(self._meet, self._meeting, command)
        threading.Thread(target=meet, daemon=True).start()

    def _meet(self, meeting: Meeting, command: ConnectLane) -> None:
        try:
            connection = meeting.run(command.addresses)
        except AppError as error:
            self._report.failed(error.code)
        else:
            self._report.met(TlsStream(connection))

    def cancel(self) -> None:
        if self._listener is not None:
            self._listener.close()
        if self._meeting is not None:
            self._meeting.cancel()
