"""aiortc's DTLS for one chat link, over an ICE connection of our own."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import cast

from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceTransport,
)
from cryptography.hazmat.primitives.hashes import SHA256
from OpenSSL import SSL

from app.transport.webrtc_ice import Way


class LinkCertificate(RTCCertificate):
    """A fresh self-signed P-256 certificate.

    Every link gets its own: DTLS 1.2 shows it to onlookers, who could otherwise tell by it that
    two links on different networks belong to one person. It costs 0.2 ms.
    """

    @property
    def fingerprint(self) -> bytes:
        return self._cert.fingerprint(SHA256())


class IceEnd:
    """What aiortc's DTLS asks of an ICE transport."""

    def __init__(self, connection: Way) -> None:
        self.role = "controlling" if connection.ice_controlling else "controlled"
        self._connection = connection
        self._recv = connection.recv
        self._send = connection.send


class LinkDtls(RTCDtlsTransport):
    """DTLS without SRTP: a chat link carries no media, so no media sessions are kept."""

    def __init__(self, connection: Way, certificate: LinkCertificate) -> None:
        super().__init__(cast("RTCIceTransport", IceEnd(connection)), [certificate])

    def _setup_srtp(self) -> None:
        return

    @property
    def remote_fingerprint(self) -> bytes:
        """Of the certificate that the remote end proved to own; b"" before there is one."""
        certificate = self._ssl.get_peer_certificate(as_cryptography=True) if self._ssl else None
        return certificate.fingerprint(SHA256()) if certificate else b""

    async def handshake(self, fingerprint: bytes) -> bool:
        """Return whether the remote end proved the certificate with this SHA-256."""
        value = ":".join(f"{byte:02X}" for byte in fingerprint)
        await self.start(RTCDtlsParameters([RTCDtlsFingerprint("sha-256", value)]))
        if self.state == "connected":
            return True
        await self._refuse()
        return False

    async def _send_data(self, data: bytes) -> None:
        """A line that is being taken down is gone: ConnectionError, as for one that is."""
        try:
            await super()._send_data(data)
        except SSL.Error as error:
            raise ConnectionError("DTLS is shut down") from error

    async def stop(self) -> None:
        """Say goodbye and wait until nothing is read any more."""
        reader = self._task
        await super().stop()
        if reader is not None:
            await asyncio.gather(reader, return_exceptions=True)
        self.remove_all_listeners()

    async def _refuse(self) -> None:
        """Tell the remote end, which may think that DTLS is up, that it is not."""
        if self._ssl is not None:
            with suppress(SSL.Error, ConnectionError):
                self._ssl.shutdown()
                await self._write_ssl()
