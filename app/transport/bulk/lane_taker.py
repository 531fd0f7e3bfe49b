"""The reading half of a lane: what comes, and whether it may."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from app.crypto.content import piece_digest
from app.domain.errors import AppError, RemoteProtocolError
from app.protocol.bulk_frames import HEADER, FrameHeader, Kind, decode_bye, decode_header
from app.protocol.piece_exchange import Fetching, ManifestFetch
from app.protocol.piece_map import PieceMap
from app.transport.bulk.caps import Limits
from app.transport.bulk.exchange import Exchange
from app.transport.bulk.outbox import Outbox
from app.transport.bulk.piece_keeper import CamePiece, PieceKeeper
from app.transport.bulk.sharing import Content, Member, Writer
from app.transport.bulk.streams import LaneStream, read_exactly, read_into

MAX_SERVED = 4
"""How often a lane may ask for everything."""
AT_ONCE = 40
"""Frames without pieces that may come at once."""
A_SECOND = 20
"""Such frames a second, for ever."""


class LaneTaker:
    """Reads frames for `lane` and tells the exchange what is in them."""

    def __init__(
        self,
        lane: Member,
        stream: LaneStream,
        outbox: Outbox,
        exchange: Exchange,
        limits: Limits,
    ) -> None:
        self.may_know_manifest = True
        self.peer_map: PieceMap | None = None
        self.heard_at = time.monotonic()
        self._lane = lane
        self._stream = stream
        self._outbox = outbox
        self._exchange = exchange
        self._limits = limits
        self._fetching: Fetching | None = None
        self._manifest: ManifestFetch | None = None
        self._early: tuple[FrameHeader, bytes] | None = None
        self._served = 0
        self._allowance = _Allowance()
        self._writer: Writer | None = None
        self._over = threading.Event()
        self._filling = False
        self._keeper = PieceKeeper(self._put_away, self._give_back, self._failed)
        self._takers: dict[Kind, Callable[[FrameHeader], None]] = {
            Kind.ASK_MANIFEST: self._take_question,
            Kind.MANIFEST: self._take_manifest,
            Kind.HAVE: self._take_have,
            Kind.WANT: self._take_want,
            Kind.LACK: self._take_lack,
            Kind.PIECE: self._take_piece,
        }

    def begin(self, content: Content) -> None:
        """The manifest is known now. With the exchange's lock held. Raises RemoteProtocolError."""
        self._fetching = Fetching(content.manifest)
        early, self._early = self._early, None
        if early is not None:
            self._know(self._fetching, *early)

    def ask(self, pieces: Sequence[int]) -> None:
        """Ask for pieces. With the exchange's lock held."""
        if self._fetching is not None:
            if not self._fetching.awaited:
                self.heard_at = time.monotonic()
            self._outbox.put(self._fetching.want(pieces))

    def ask_manifest(self) -> None:
        """Ask for the manifest. With the exchange's lock held."""
        self.may_know_manifest = False
        self.heard_at = time.monotonic()
        self._manifest = ManifestFetch(self._exchange.root, self._exchange.manifest_limit)
        self._outbox.put(FrameHeader(Kind.ASK_MANIFEST, 0).encode())

    @property
    def awaits(self) -> bool:
        """Something that was asked for has not come yet."""
        is_awaited = bool(self._fetching and self._fetching.awaited)
        return self._manifest is not None or is_awaited or self._filling

    @property
    def is_taking(self) -> bool:
        """A piece is coming, or being written."""
        return self._filling or self._keeper.is_busy

    def hurry(self) -> None:
        """Let no cap hold up the end."""
        self._over.set()

    def run(self) -> str:
        """Return why the other side says goodbye. Runs in a thread of its own.

        Raises RemoteProtocolError, AppError when the disk fails, OSError when the connection does.
        """
        try:
            while True:
                header = decode_header(read_exactly(self._stream, HEADER.size))
                if header.kind is Kind.BYE:
                    return decode_bye(self._payload(header))
                take = self._takers.get(header.kind)
                if take is None:
                    raise RemoteProtocolError("bad-bulk-frame", header.kind.name)
                take(header)
        finally:
            self._keeper.close()
            if self._writer is not None:
                self._writer.close()

    def _payload(self, header: FrameHeader) -> bytes:
        return read_exactly(self._stream, header.length)

    def _take_question(self, _header: FrameHeader) -> None:
        self._allowance.spend()
        if self._exchange.content is None:
            self._outbox.put(FrameHeader(Kind.MANIFEST, 0).encode())
        else:
            self._outbox.put_manifest()

    def _take_manifest(self, header: FrameHeader) -> None:
        payload = self._payload(header)
        if self._manifest is None:
            raise RemoteProtocolError("unasked-manifest")
        self.heard_at = time.monotonic()
        if not header.number:
            self._allowance.spend()
            self._manifest = None
            self._exchange.ask_again(without=self._lane)
            return
        wire = self._manifest.receive(header, payload)
        if wire is not None:
            self._manifest = None
            self._exchange.manifest_came(wire)

    def _take_have(self, header: FrameHeader) -> None:
        self._allowance.spend()
        payload = self._payload(header)
        with self._exchange.locked():
            if self._fetching is not None:
                self._know(self._fetching, header, payload)
                return
            self._early = (header, payload)
            self.may_know_manifest = True
        self._exchange.ask_again()

    def _know(self, fetching: Fetching, header: FrameHeader, payload: bytes) -> None:
        self.peer_map = fetching.has(header, payload)
        self._exchange.peer_has(self._lane, self.peer_map)

    def _take_want(self, header: FrameHeader) -> None:
        payload = self._payload(header)
        content = self._exchange.content
        if content is None:
            raise RemoteProtocolError("bad-bulk-frame", "nothing was offered")
        self._outbox.asked(payload, content.layout.count)
        self._served += len(payload) // 4
        if self._served > MAX_SERVED * (content.layout.count + AT_ONCE):
            raise RemoteProtocolError("flood", "the same again and again")

    def _take_lack(self, header: FrameHeader) -> None:
        payload = self._payload(header)
        with self._exchange.locked():
            if self._fetching is None:
                raise RemoteProtocolError("unasked-piece")
            pieces = self._fetching.lacking(payload)
        self._exchange.lacking(self._lane, pieces)

    def _take_piece(self, header: FrameHeader) -> None:
        content = self._exchange.content
        with self._exchange.locked():
            if content is None or self._fetching is None:
                raise RemoteProtocolError("unasked-piece")
            self._filling = True
            piece = self._fetching.announced(header)
        came = CamePiece(piece, header.length, self._limits.incoming.borrow())
        with ExitStack() as undo:
            undo.callback(self._give_back, came)
            self._fill(memoryview(came.buffer)[: came.size])
            undo.pop_all()
        self._filling = False
        self._keeper.put(came)

    def _put_away(self, came: CamePiece) -> None:
        content = self._exchange.content
        view = memoryview(came.buffer)[: came.size]
        if content is None or piece_digest([view]) != content.manifest.digest(came.piece):
            raise RemoteProtocolError("wrong-digest", str(came.piece))
        self._keep(content, came.piece, view)
        self._exchange.arrived(self._lane, came.piece, came.size)

    def _give_back(self, came: CamePiece) -> None:
        self._limits.incoming.give_back(came.buffer)

    def _failed(self, error: AppError | RemoteProtocolError) -> None:
        self._lane.close(error.code)
        if isinstance(error, AppError):
            self._exchange.broke(error)

    def _keep(self, content: Content, piece: int, view: memoryview) -> None:
        if piece in content.done or content.writer is None:
            return
        if self._writer is None:
            self._writer = content.writer()
        self._writer.write(piece, view)

    def _fill(self, view: memoryview) -> None:
        cap = self._limits.down
        while view:
            part = view[: cap.slice]
            read_into(self._stream, part)
            self._over.wait(cap.take(len(part)))
            self.heard_at = time.monotonic()
            view = view[len(part) :]


class _Allowance:
    """How many small frames may still come."""

    def __init__(self) -> None:
        self._left = float(AT_ONCE)
        self._at = time.monotonic()

    def spend(self) -> None:
        now = time.monotonic()
        self._left = min(self._left + (now - self._at) * A_SECOND, AT_ONCE)
        self._at = now
        if self._left < 1:
            raise RemoteProtocolError("flood", "of small frames")
        self._left -= 1
