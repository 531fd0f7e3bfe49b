"""What a stranger's bytes meet in the app. Each target raises nothing but on a mistake of ours."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from app.crypto.content import root_digest
from app.crypto.identity import Identity
from app.crypto.seal import seal_for
from app.domain.codec import decode_body
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.events import decode_event
from app.domain.ids import RoomId
from app.domain.pictures import is_picture
from app.protocol import bulk_frames, invitation, server_hint, spoken_code
from app.protocol.archive import RecordReader
from app.protocol.fragments import Reassembler
from app.protocol.frames import (
    Events,
    Have,
    Receipt,
    Refused,
    Rooms,
    decode_frame,
    encode_frame,
)
from app.protocol.handshake import Fingerprints, LinkHandshake
from app.protocol.log_sync import LogSync
from app.protocol.manifests import decode_manifest
from app.protocol.piece_map import PieceMap
from app.protocol.receipts import is_genuine
from app.protocol.room_gate import Proofs, RoomGate
from app.protocol.room_log import Admitter
from app.protocol.signals import SignalOpener
from app.transport import lan_wire, mqtt_statements
from app.transport.fast_sctp.chunks import chunks_of
from app.transport.webrtc_description import decode as decode_description
from app.transport.webrtc_packets import check_packet
from tests.fuzz.chunks import messages

Target = Callable[[bytes], None]
REFUSED = (RemoteProtocolError, AppError)
ME, PEER = Identity(bytes(31) + b"\1"), Identity(bytes(31) + b"\2")
ROOM = RoomId(bytes(16))
PIECES = 1000


def frame(data: bytes) -> None:
    """A frame that is taken is written as it was read."""
    with suppress(*REFUSED):
        read = decode_frame(data)
        if read is not None:
            assert decode_frame(encode_frame(read)) == read


def fragments(data: bytes) -> None:
    reassembler = Reassembler()
    with suppress(*REFUSED):
        for message in messages(data):
            whole = reassembler.receive(message)
            if whole is not None:
                decode_frame(whole)


def handshake(data: bytes) -> None:
    """Nobody gets in without the peer's key, whatever is said in whatever order."""
    machine = LinkHandshake(
        ME,
        expected=PEER.peer,
        fingerprints=Fingerprints(bytes(32), bytes(32)),
        nonce=bytes(32),
        now_ms=0,
    )
    with suppress(*REFUSED):
        for message in messages(data):
            machine.receive(message, 0)
    assert machine.result is None


def gate(data: bytes) -> None:
    """No room opens for somebody who has no proof of it."""
    machine = RoomGate(ME.peer, PEER.peer, bytes(32))
    machine.offer({ROOM: Proofs((b"k" * 32,))})
    with suppress(*REFUSED):
        for message in messages(data):
            read = decode_frame(message)
            if isinstance(read, Rooms):
                machine.receive(read)
    assert not machine.open


def sync(data: bytes) -> None:
    machine = LogSync(ME.peer)
    machine.open(ROOM, {ME.peer: 3}, {})
    with suppress(*REFUSED):
        for number, message in enumerate(messages(data)):
            read = decode_frame(message)
            if isinstance(read, Have | Events | Refused):
                machine.receive(read, float(number))
                machine.tick(float(number))


def log(data: bytes) -> None:
    """Nothing is admitted that nobody signed."""
    admitter = Admitter(ROOM, {}, lambda _author, _seq: None)
    with suppress(*REFUSED):
        assert not admitter.admit(messages(data)).accepted


def event(data: bytes) -> None:
    with suppress(*REFUSED):
        assert decode_event(data).encode() == data


def body(data: bytes) -> None:
    decode_body(data)


def signal(data: bytes) -> None:
    opener = SignalOpener(ME, b"i" * 16)
    for payload in (data, seal_for(PEER, ME.peer, data)):
        with suppress(*REFUSED):
            opener.open(PEER.peer, payload)


def invite(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with suppress(*REFUSED):
        invitation.parse(text)
    with suppress(*REFUSED):
        spoken_code.from_words(text)


def server(data: bytes) -> None:
    with suppress(*REFUSED, ValueError):
        url = server_hint.read_server(server_hint.Reader(data))
        assert server_hint.read_server(server_hint.Reader(server_hint.write_server(url))) == url


def manifest(data: bytes) -> None:
    with suppress(*REFUSED):
        decode_manifest(data, root_digest(data))


def pieces(data: bytes) -> None:
    with suppress(*REFUSED):
        PieceMap.decode(data, PIECES)
    with suppress(*REFUSED):
        assert all(piece < PIECES for piece in bulk_frames.decode_pieces(data, PIECES))
    with suppress(*REFUSED):
        bulk_frames.decode_header(data[: bulk_frames.HEADER.size].ljust(bulk_frames.HEADER.size))
    bulk_frames.decode_bye(data)


def receipt(data: bytes) -> None:
    with suppress(*REFUSED):
        read = decode_frame(data)
        assert not isinstance(read, Receipt) or not is_genuine(read)


def description(data: bytes) -> None:
    with suppress(*REFUSED):
        decode_description(data, "offer")
    with suppress(*REFUSED):
        decode_description(data, "answer")


def packet(data: bytes) -> None:
    with suppress(*REFUSED):
        check_packet(data)
    with suppress(*REFUSED, ValueError):
        chunks_of(data)


def statement(data: bytes) -> None:
    topic = mqtt_statements.presence_topic(PEER.peer)
    for kind in (mqtt_statements.Presence, mqtt_statements.Member, mqtt_statements.Letter):
        with suppress(*REFUSED):
            mqtt_statements.opened(topic, data, kind)


def neighbour(data: bytes) -> None:
    """Nobody of the local network is taken for somebody whose key it has not."""
    with suppress(*REFUSED):
        match lan_wire.decoded(data):
            case lan_wire.Proof() as shown:
                lan_wire.check(shown, bytes(32), leads=True)
                raise AssertionError("a forged proof")


def archive(data: bytes) -> None:
    reader = RecordReader()
    with suppress(*REFUSED):
        for part in messages(data):
            reader.feed(part)
        reader.finish()


def picture(data: bytes) -> None:
    is_picture(data)


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        frame,
        fragments,
        handshake,
        gate,
        sync,
        log,
        event,
        body,
        signal,
        invite,
        server,
        manifest,
        pieces,
        receipt,
        description,
        packet,
        statement,
        neighbour,
        archive,
        picture,
    )
}
