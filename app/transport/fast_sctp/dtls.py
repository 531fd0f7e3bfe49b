"""aiortc's DTLS, which after its handshake hands data on without a task or queue in between."""

from __future__ import annotations

from typing import Protocol, cast

from aiortc import RTCDtlsParameters, RTCDtlsTransport
from aiortc.rtcdtlstransport import State

from app.transport.fast_sctp.records import Records
from app.transport.fast_sctp.wire import Wire


class PacketReceiver(Protocol):
    """What takes the packets of a session."""

    def receive(self, packet: bytes) -> None:
        """Take one packet."""
        ...

    def settle(self) -> None:
        """Answer what was taken."""
        ...


class FastDtls(RTCDtlsTransport):
    """A session over a nominated pair; only its data goes another way than in aiortc."""

    _wire: Wire | None = None
    _records: Records | None = None

    async def start(self, remoteParameters: RTCDtlsParameters) -> None:  # noqa: N803 - theirs
        """Shake hands, then take over the data."""
        await super().start(remoteParameters)
        if self._state is State.CONNECTED and self._ssl is not None:
            self._records = Records(self._ssl)
            self._wire = Wire(
                self.transport._connection,  # noqa: SLF001 - aiortc hands it out nowhere else
                self._records.incoming,
                self._arrived,
                self._settled,
            )

    async def stop(self) -> None:
        """Give the way back and say goodbye."""
        self._detach()
        await super().stop()

    @property
    def is_near(self) -> bool:
        """Whether full-size packets fit the way."""
        return self._wire is not None and self._wire.is_near

    def send_packets(self, packets: list[bytes]) -> None:
        """Send each in a record of its own. Raises ConnectionError."""
        if self._state is not State.CONNECTED or self._records is None or self._wire is None:
            raise ConnectionError("not connected")
        self._wire.send(map(self._records.seal, packets))

    def _arrived(self, begin: int, size: int) -> None:
        if self._records is None:
            return
        packet = self._records.open(begin, size)
        receiver = self._receiver
        if packet is not None and receiver is not None:
            receiver.receive(packet)

    def _settled(self) -> None:
        if self._receiver is not None:
            self._receiver.settle()

    @property
    def _receiver(self) -> PacketReceiver | None:
        return cast("PacketReceiver | None", self._data_receiver)

    def _detach(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None
