"""Pieces are put away in order, beside the one that comes; what fails is told once."""

from __future__ import annotations

import threading

import pytest

from app.domain.errors import AppError, RemoteProtocolError
from app.transport.bulk.piece_keeper import CamePiece, PieceKeeper


class Desk:
    """Notes everything; each piece waits until it is let go."""

    def __init__(self, *, open_: bool = True) -> None:
        self.kept: list[int] = []
        self.dropped: list[int] = []
        self.failures: list[Exception] = []
        self.trouble: dict[int, Exception] = {}
        self.gate = threading.Event()
        if open_:
            self.gate.set()
        self.keeper = PieceKeeper(self._keep, self._drop, self.failures.append)

    def _keep(self, came: CamePiece) -> None:
        assert self.gate.wait(10)
        if came.piece in self.trouble:
            raise self.trouble[came.piece]
        self.kept.append(came.piece)

    def _drop(self, came: CamePiece) -> None:
        self.dropped.append(came.piece)

    def put(self, *pieces: int) -> None:
        for piece in pieces:
            self.keeper.put(CamePiece(piece, 1, bytearray(1)))


def test_everything_is_put_away_in_order() -> None:
    desk = Desk()
    desk.put(*range(50))
    desk.keeper.close()
    assert desk.kept == desk.dropped == list(range(50))
    assert not desk.keeper.is_busy


def test_one_piece_waits_beside_the_one_at_hand() -> None:
    desk = Desk(open_=False)
    desk.put(1, 2)
    assert desk.keeper.is_busy
    third = threading.Thread(target=desk.put, args=(3,))
    third.start()
    third.join(0.05)
    assert third.is_alive()
    desk.gate.set()
    third.join(10)
    desk.keeper.close()
    assert desk.kept == [1, 2, 3]


@pytest.mark.parametrize("error", [AppError("disk-full"), RemoteProtocolError("wrong-digest")])
def test_after_a_failure_nothing_is_kept(error: Exception) -> None:
    desk = Desk()
    desk.trouble = {2: error, 3: error}
    desk.put(1, 2, 3, 4)
    desk.keeper.close()
    assert (desk.kept, desk.failures) == ([1], [error])
    assert desk.dropped == [1, 2, 3, 4]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_waits_for_a_thread_that_has_ended() -> None:
    desk = Desk(open_=False)
    desk.trouble = {1: ValueError("nobody expects this")}
    desk.put(1)
    desk.gate.set()
    desk.put(2, 3, 4)
    desk.keeper.close()
    assert not desk.kept
    assert {1, 4} <= set(desk.dropped)


def test_nothing_to_do() -> None:
    desk = Desk()
    desk.keeper.close()
    assert not desk.dropped
