"""The writing half of a lane."""

from __future__ import annotations

import threading

from app.domain.errors import AppError
from app.protocol.bulk_frames import HEADER, FrameHeader, Kind, encode_bye, encode_pieces
from app.transport.bulk.caps import Limits
from app.transport.bulk.exchange import Exchange
from app.transport.bulk.outbox import Job, Leave, Outbox, SendManifest, SendPiece
from app.transport.bulk.sharing import Reader
from app.transport.bulk.streams import LaneStream

MANIFEST_SLICE = 256 * 1024


class LaneSender:
    """Sends what the outbox holds until somebody leaves. `sent` counts bytes of pieces."""

    def __init__(
        self, stream: LaneStream, outbox: Outbox, exchange: Exchange, limits: Limits
    ) -> None:
        self._stream = stream
        self._outbox = outbox
        self._exchange = exchange
        self._limits = limits
        self._reader: Reader | None = None
        self._over = threading.Event()

    def run(self) -> None:
        """Runs in a thread of its own. Raises OSError when the connection fails."""
        try:
            while True:
                job = self._outbox.next()
                if isinstance(job, Leave):
                    self._say_goodbye(job)
                    return
                self._send(job)
        finally:
            if self._reader is not None:
                self._reader.close()

    def hurry(self) -> None:
        """Let no cap hold up what is being sent."""
        self._over.set()

    def _send(self, job: Job) -> None:
        if isinstance(job, bytes):
            self._stream.sendall(job)
            return
        try:
            if isinstance(job, SendPiece):
                self._send_piece(job.number)
            elif isinstance(job, SendManifest):
                self._send_manifest()
        except AppError as error:
            self._outbox.leave(error.code)
            self._exchange.broke(error)

    def _say_goodbye(self, job: Leave) -> None:
        if job.code is not None:
            self._stream.sendall(encode_bye(job.code))
            self._stream.finish()

    def _send_piece(self, piece: int) -> None:
        content = self._exchange.content
        if content is None or piece not in content.done:
            self._stream.sendall(encode_pieces(Kind.LACK, (piece,)))
            return
        if self._reader is None:
            self._reader = content.reader()
        with self._limits.outgoing.lent() as buffer:
            view = self._reader.read_into(piece, buffer[HEADER.size :])
            buffer[: HEADER.size] = FrameHeader(Kind.PIECE, len(view), piece).encode()
            self._send_slowly(buffer[: HEADER.size + len(view)])

    def _send_slowly(self, content: memoryview) -> None:
        cap = self._limits.up
        while content:
            part = content[: cap.slice]
            self._over.wait(cap.take(len(part)))
            self._stream.sendall(part)
            content = content[len(part) :]

    def _send_manifest(self) -> None:
        path = self._exchange.manifest_file
        try:
            file = path.open("rb")
        except OSError as error:
            raise AppError("manifest-lost", {"path": str(path)}) from error
        with file:
            size = path.stat().st_size
            while part := file.read(MANIFEST_SLICE):
                header = FrameHeader(Kind.MANIFEST, len(part), size).encode()
                self._send_slowly(memoryview(header + part))
