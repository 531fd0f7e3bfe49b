"""A worker for files that keeps to its app's wishes and to no rule towards others.

The app's pipe and the lanes are the real ones; see `hostile_lies` for what goes over them.
"""

from __future__ import annotations

import contextlib
import ssl
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from app.domain.errors import AppError, RemoteProtocolError
from app.protocol import worker_messages as msg
from app.protocol.bulk_frames import HEADER, Kind, decode_header, decode_pieces
from app.transport.bulk.certificates import LaneCertificate, make_certificate
from app.transport.bulk.meeting import Meeting
from app.transport.bulk.streams import read_exactly
from app.transport.bulk.tls_lane import LaneListener, LaneTerms
from tests.e2e.hostile_lies import GREEDS, LIES, Lie

PATIENCE = 60.0
NO_LIMIT = 1 << 32


class Lane:
    """One connection that is ours to spoil. `lie` if we give, else `greed` is sent."""

    def __init__(self, connection: ssl.SSLSocket, lie: Lie | None, greed: str) -> None:
        self.connection, self.lie, self.greed = connection, lie, greed
        connection.settimeout(PATIENCE)

    def run(self) -> None:
        """Misbehave until the other side has had enough."""
        with contextlib.suppress(OSError, RemoteProtocolError, ValueError):
            if self.lie is None:
                self._take(GREEDS[self.greed]())
            else:
                self._give(self.lie)
        self.connection.close()

    def _say(self, frames: Iterable[bytes]) -> None:
        for frame in frames:
            self.connection.sendall(frame)

    def _give(self, lie: Lie) -> None:
        self._say((lie.greeting(),))
        while True:
            kind, payload = self._hear()
            if kind is Kind.ASK_MANIFEST:
                self._say(lie.manifest())
            elif kind is Kind.WANT:
                self._say(lie.answer(list(decode_pieces(payload, NO_LIMIT))))

    def _hear(self) -> tuple[Kind, bytes]:
        header = decode_header(read_exactly(self.connection, HEADER.size))
        return header.kind, read_exactly(self.connection, header.length)

    def _take(self, frames: Iterable[bytes]) -> None:
        self._hear()  # what there is
        self._say(frames)
        if self.greed == "never-reads":
            threading.Event().wait(PATIENCE)
        while True:
            self._hear()


class HostileWorker:
    """Answers every command as an honest worker would."""

    def __init__(self) -> None:
        self._out = sys.stdout.buffer
        self._turn = threading.Lock()
        self._lies: dict[bytes, Lie] = {}
        self._jobs: dict[int, tuple[Lie | None, str]] = {}
        self._gates: dict[int, tuple[int, LaneCertificate, LaneListener]] = {}

    def tell(self, notice: msg.Notice) -> None:
        with self._turn:
            self._out.write(msg.encode_message(notice))
            self._out.flush()

    def handle(self, command: msg.Command) -> None:
        match command:
            case msg.Prepare():
                self._prepare(command)
            case msg.Serve():
                self._jobs[command.transfer] = (self._lies.get(command.root), "")
            case msg.Fetch():
                self._jobs[command.transfer] = (None, Path(command.folder).name)
            case msg.Stop() | msg.Discard():
                self.tell(msg.Stopped(command.transfer))
            case msg.OpenLane():
                self._open(command)
            case msg.ConnectLane():
                threading.Thread(target=self._meet, args=(command,), daemon=True).start()
            case msg.CloseLane():
                self._gates.pop(command.lane, None)
                self.tell(msg.LaneDown(command.lane, "closed"))

    def _prepare(self, command: msg.Prepare) -> None:
        name = Path(command.path).name
        lie = LIES[name]()
        self._lies[lie.offered_root] = lie
        Path(command.manifest).write_bytes(b"none")
        self.tell(
            msg.Prepared(
                command.transfer,
                lie.offered_root,
                lie.name or name,
                lie.size,
                lie.files,
                lie.is_folder,
            )
        )

    def _open(self, command: msg.OpenLane) -> None:
        if command.way != "direct" or command.transfer not in self._jobs:
            self.tell(msg.LaneDown(command.lane, "no-webrtc-way"))
            return
        gate = command.transfer, make_certificate(), LaneListener()
        self._gates[command.lane] = gate
        self.tell(msg.LaneReady(command.lane, gate[2].port, gate[1].public))

    def _meet(self, command: msg.ConnectLane) -> None:
        gate = self._gates.get(command.lane)
        if gate is None:
            return
        transfer, certificate, listener = gate
        terms = LaneTerms(certificate, command.certificate, command.token)
        try:
            connection = Meeting(terms, listener).run(command.addresses)
        except (AppError, RemoteProtocolError) as error:
            self.tell(msg.LaneDown(command.lane, error.code))
            return
        self.tell(msg.LaneUp(command.lane))
        Lane(connection, *self._jobs[transfer]).run()
        if self._gates.pop(command.lane, None) is not None:
            self.tell(msg.LaneDown(command.lane, "lane-lost"))


def main() -> None:
    worker, commands = HostileWorker(), sys.stdin.buffer
    while head := commands.read(msg.LENGTH.size):
        (size,) = msg.LENGTH.unpack(head)
        worker.handle(msg.decode_command(commands.read(size)))


if __name__ == "__main__":
    main()
