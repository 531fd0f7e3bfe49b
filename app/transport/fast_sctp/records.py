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
MAX_BATCH = 64 * 1024
"""Bytes that the system may hand over at once."""


class Records:
    """Seals and opens the application data of one connected session.

    `incoming` is where datagrams are put; `open` takes records from there.
    """

    __slots__ = ("_from", "_in", "_into", "_out", "_out_view", "_session", "incoming")

    def __init__(self, connection: SSL.Connection) -> None:
        handles: Any = connection
        self._session = handles._ssl  # noqa: SLF001 - see the module
        self._into = handles._into_ssl  # noqa: SLF001 - see the module
        self._from = handles._from_ssl  # noqa: SLF001 - see the module
        self._in = _ffi.new("char[]", MAX_BATCH)
        self._out = _ffi.new("char[]", MAX_DATAGRAM)
        self.incoming = memoryview(_ffi.buffer(self._in))
        self._out_view = memoryview(_ffi.buffer(self._out))

    def seal(self, packet: bytes) -> memoryview:
        """Return the record to send, valid until the next call. Raises ConnectionError."""
        if _lib.SSL_write(self._session, packet, len(packet)) <= 0:
            _lib.ERR_clear_error()
            raise ConnectionError("the session does not take data")
        size = _lib.BIO_read(self._from, self._out, MAX_DATAGRAM)
        return self._out_view[: max(size, 0)]

    def open(self, begin: int, size: int) -> bytes | None:
        """Return what the record of `size` bytes at `begin` holds, None if it is forged."""
        _lib.BIO_write(self._into, self._in + begin, size)
        return self._read()

    def _read(self) -> bytes | None:
        size = _lib.SSL_read(self._session, self._out, MAX_DATAGRAM)
        if size > 0:
            return bytes(self._out_view[:size])
        _lib.ERR_clear_error()
        return None


def record_size(raw: bytes | memoryview, begin: int, end: int) -> int:
    """Return the size of the record for `Records.open` that stands in `raw` from `begin` on.

    0 for what is not whole before `end`, or none; that is aiortc's and aioice's.
    """
    body = begin + RECORD_HEADER
    if body >= end or raw[begin] != APPLICATION_DATA:
        return 0
    size = RECORD_HEADER + (raw[body - 2] << 8 | raw[body - 1])
    return size if RECORD_HEADER < size <= min(end - begin, MAX_DATAGRAM) else 0
