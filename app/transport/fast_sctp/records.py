"""DTLS records of an established session through buffers that are used again for each one.

pyOpenSSL makes several copies and objects for a record; its own handles, used here directly, need
one. `installing` checks at start that they are what this expects.
"""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL

_lib: Any = SSL._lib  # type: ignore[attr-defined]  # noqa: SLF001 - see the module
_ffi: Any = SSL._ffi  # type: ignore[attr-defined]  # noqa: SLF001 - see the module

APPLICATION_DATA = 23
RECORD_HEADER = 13
MAX_DATAGRAM = 2048


class Records:
    """Seals and opens the application data of one connected session.

    `incoming` is where the next datagram is put; `open` takes it from there.
    """

    __slots__ = ("_from", "_in", "_in_view", "_into", "_out", "_out_view", "_session", "incoming")

    def __init__(self, connection: SSL.Connection) -> None:
        handles: Any = connection
        self._session = handles._ssl  # noqa: SLF001 - see the module
        self._into = handles._into_ssl  # noqa: SLF001 - see the module
        self._from = handles._from_ssl  # noqa: SLF001 - see the module
        self._in = _ffi.new("char[]", MAX_DATAGRAM)
        self._out = _ffi.new("char[]", MAX_DATAGRAM)
        self.incoming = memoryview(_ffi.buffer(self._in))
        self._in_view = self.incoming
        self._out_view = memoryview(_ffi.buffer(self._out))

    def seal(self, packet: bytes) -> memoryview:
        """Return the record to send, valid until the next call. Raises ConnectionError."""
        if _lib.SSL_write(self._session, packet, len(packet)) <= 0:
            _lib.ERR_clear_error()
            raise ConnectionError("the session does not take data")
        size = _lib.BIO_read(self._from, self._out, MAX_DATAGRAM)
        return self._out_view[: max(size, 0)]

    def open(self, size: int) -> list[bytes]:
        """Return what the first `size` bytes of `incoming` hold, nothing if they are forged."""
        _lib.BIO_write(self._into, self._in, size)
        found = []
        while (packet := self._read()) is not None:
            found.append(packet)
            if self._is_one_record(size):
                break
        return found

    def _is_one_record(self, size: int) -> bool:
        high, low = self._in_view[RECORD_HEADER - 2 : RECORD_HEADER]
        return RECORD_HEADER + (high << 8 | low) == size

    def _read(self) -> bytes | None:
        size = _lib.SSL_read(self._session, self._out, MAX_DATAGRAM)
        if size > 0:
            return bytes(self._out_view[:size])
        _lib.ERR_clear_error()
        return None


def is_application_data(first: int, size: int) -> bool:
    """Return whether a datagram with this first byte is for `Records.open`.

    The rest is aiortc's and aioice's.
    """
    return first == APPLICATION_DATA and RECORD_HEADER < size <= MAX_DATAGRAM
