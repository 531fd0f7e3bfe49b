"""A worker of our own, and somebody at the other end of its lane who says what they like."""

from __future__ import annotations

import os
import queue
import ssl
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from app.crypto.content import root_digest
from app.domain.manifest import Manifest
from app.protocol import worker_messages as msg
from app.protocol.bulk_frames import HEADER, FrameHeader, Kind, decode_header, encode_pieces
from app.protocol.manifests import encode_manifest
from app.protocol.piece_map import PieceMap
from app.transport.bulk.certificates import client_context, make_certificate
from app.transport.bulk.office import Office
from app.transport.bulk.streams import read_exactly
from app.transport.bulk.surveying import digest_all, survey
from app.transport.bulk.tls_lane import LaneTerms, dial, take_token, token_frame

TRANSFER = 1
LANE = 2
Frame = tuple[FrameHeader, bytes]
Wanted = TypeVar("Wanted", bound=msg.Notice)


class Inside:
    """An office in this process, ticking, and what it tells."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.inbox = home / "inbox"
        self.inbox.mkdir()
        self.notices: queue.Queue[msg.Notice] = queue.Queue()
        self.visitors: list[Visitor] = []
        self.office = Office(self.notices.put)
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick)
        self._ticker.start()

    def _tick(self) -> None:
        while not self._over.wait(0.02):
            self.office.tick(time.monotonic())

    def close(self) -> None:
        for visitor in self.visitors:
            visitor.connection.close()
        self.office.close(30)
        self._over.set()
        self._ticker.join()

    def told(self, kind: type[Wanted]) -> Wanted:
        """Return the next notice of a kind."""
        while True:
            notice = self.notices.get(timeout=60)
            if isinstance(notice, kind):
                return notice

    def fetch(self, root: bytes, size: int, files: int | None = None) -> None:
        app = self.home / "app"
        places = str(self.inbox), str(app / "manifest"), str(app / "state")
        self.office.handle(msg.Fetch(TRANSFER, root, size, *places, files=files))

    def serve(self, path: Path) -> Manifest:
        manifest = digest_all(path, survey(path), lambda _done, _size: None)
        wire = encode_manifest(manifest)
        (self.home / "given").write_bytes(wire)
        root = root_digest(wire)
        self.office.handle(msg.Serve(TRANSFER, root, str(path), str(self.home / "given")))
        return manifest

    def visited(self, lane: int = LANE) -> Visitor:
        """Let somebody of our own making have a lane to the office."""
        self.office.handle(msg.OpenLane(TRANSFER, lane))
        ready = self.told(msg.LaneReady)
        own, token = make_certificate(), os.urandom(32)
        self.office.handle(msg.ConnectLane(lane, own.public, token, ()))
        terms = LaneTerms(own, ready.certificate, token)
        context = client_context(own, ready.certificate)
        connection = dial(("127.0.0.1", ready.port), terms, context)
        if own.public < ready.certificate:
            connection.sendall(token_frame(terms))
        else:
            take_token(connection, token)
        connection.settimeout(60)
        self.visitors.append(Visitor(connection))
        return self.visitors[-1]

    def ends(self, lane: int = LANE) -> str:
        """Return why a lane has ended."""
        while True:
            down = self.told(msg.LaneDown)
            if down.lane == lane:
                return down.code


class Visitor:
    """Speaks frames, good and bad ones."""

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self.connection = connection

    def say(self, kind: Kind, payload: bytes = b"", number: int = 0) -> None:
        self.connection.sendall(FrameHeader(kind, len(payload), number).encode() + payload)

    def hears(self, kind: Kind) -> Frame:
        """Return the next frame of a kind."""
        while True:
            header = decode_header(read_exactly(self.connection, HEADER.size))
            payload = read_exactly(self.connection, header.length)
            if header.kind is kind:
                return header, payload

    def leaves(self) -> None:
        """Hear a goodbye, which nobody has to wait for then, and go."""
        with suppress(OSError):
            self.hears(Kind.BYE)
        self.connection.close()

    def wants(self, *pieces: int) -> None:
        self.connection.sendall(encode_pieces(Kind.WANT, pieces))

    def offers(self, wire: bytes, pieces: int) -> None:
        """Give the manifest when asked, claim to have everything, and wait to be asked for it."""
        self.hears(Kind.ASK_MANIFEST)
        self.say(Kind.MANIFEST, wire, len(wire))
        self.say(Kind.HAVE, PieceMap.full(pieces).encode(), pieces)
