"""What a lane sends next, and when it has sent everything."""

from __future__ import annotations

import threading
import time

from app.protocol.bulk_frames import HEADER, Kind, encode_pieces
from app.transport.bulk.outbox import Leave, Outbox, SendManifest, SendPiece


def wants(*pieces: int) -> bytes:
    return encode_pieces(Kind.WANT, pieces)[HEADER.size :]


def test_small_frames_go_before_pieces_and_a_goodbye_before_all() -> None:
    outbox = Outbox()
    assert outbox.asked(wants(4, 5), 9) == 2
    outbox.put_manifest()
    outbox.put_have(b"older news")
    outbox.put_have(b"news")
    outbox.put(b"frame")
    jobs = [outbox.next() for _ in range(4)]
    assert jobs == [b"frame", b"news", SendManifest(), SendPiece(4)]
    outbox.leave("done")
    outbox.leave("too late")
    assert outbox.next() == Leave("done")
    outbox.leave(None)
    assert outbox.next() == Leave(None)


def test_it_is_empty_when_the_last_piece_is_sent_and_not_when_it_is_taken() -> None:
    """Or else a lane that is left would cut off what it is sending slowly."""
    outbox = Outbox()
    was_empty = [outbox.is_empty]
    for piece in (4, 5):
        outbox.asked(wants(piece), 9)
        assert outbox.next() == SendPiece(piece)
        was_empty.append(outbox.is_empty)
    waiting = threading.Thread(target=outbox.next)
    waiting.start()
    while not outbox.is_empty:
        time.sleep(0.001)
    outbox.leave(None)
    waiting.join()
    assert was_empty == [True, False, False]
