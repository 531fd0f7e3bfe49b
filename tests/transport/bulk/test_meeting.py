from __future__ import annotations

import queue
import ssl
import threading
from dataclasses import replace

import pytest

from app.domain.errors import AppError, RemoteProtocolError
from app.transport.bulk.certificates import client_context, make_certificate
from app.transport.bulk.meeting import Meeting
from app.transport.bulk.streams import read_exactly
from app.transport.bulk.tls_lane import Address, LaneListener, LaneTerms, dial

Result = ssl.SSLSocket | AppError


@pytest.fixture
def terms() -> tuple[LaneTerms, LaneTerms]:
    """The first one decides."""
    one, other = sorted((make_certificate(), make_certificate()), key=lambda each: each.public)
    token = b"t" * 32
    return LaneTerms(one, other.public, token), LaneTerms(other, one.public, token)


def run(meeting: Meeting, addresses: list[Address], within: float = 30.0) -> queue.Queue[Result]:
    found: queue.Queue[Result] = queue.Queue()

    def meet() -> None:
        try:
            found.put(meeting.run(addresses, within))
        except AppError as error:
            found.put(error)

    threading.Thread(target=meet, daemon=True).start()
    return found


def lane_of(found: queue.Queue[Result]) -> ssl.SSLSocket:
    lane = found.get(timeout=60)
    assert isinstance(lane, ssl.SSLSocket)
    return lane


@pytest.mark.parametrize("ways", [(True, True), (True, False), (False, True)])
def test_both_take_the_same_lane(
    terms: tuple[LaneTerms, LaneTerms], ways: tuple[bool, bool]
) -> None:
    listeners = [LaneListener("127.0.0.1"), LaneListener("127.0.0.1")]
    nobody = ("127.0.0.1", 1)
    found = [
        run(
            Meeting(terms[n], listeners[n]),
            [nobody, *[("127.0.0.1", listeners[1 - n].port)] * (3 if ways[n] else 0)],
        )
        for n in (0, 1)
    ]
    with lane_of(found[0]) as one, lane_of(found[1]) as other:
        one.sendall(b"there")
        assert read_exactly(other, 5) == b"there"
        other.sendall(b"back")
        assert read_exactly(one, 4) == b"back"


def test_no_way_is_said_to_be_none(terms: tuple[LaneTerms, LaneTerms]) -> None:
    meeting = Meeting(terms[0], LaneListener("127.0.0.1"))
    with pytest.raises(AppError, match="no direct way"):
        meeting.run([("127.0.0.1", 1)], 0.1)


def test_a_meeting_can_be_called_off(terms: tuple[LaneTerms, LaneTerms]) -> None:
    meeting = Meeting(terms[0], LaneListener("127.0.0.1"))
    found = run(meeting, [], 100)
    meeting.cancel()
    assert isinstance(found.get(timeout=60), AppError)


def test_who_decides_nothing_waits_for_the_other_side(terms: tuple[LaneTerms, LaneTerms]) -> None:
    """A lane on which the deciding side never speaks is not taken."""
    listener = LaneListener("127.0.0.1")
    port = listener.port
    found = run(Meeting(terms[1], listener), [], 0.5)
    context = client_context(terms[0].own, terms[0].peer)
    with dial(("127.0.0.1", port), terms[0], context):
        assert isinstance(found.get(timeout=60), AppError)


@pytest.mark.parametrize("token", [b"", b"short", b"l" * 33])
def test_a_token_of_another_size_is_refused(
    terms: tuple[LaneTerms, LaneTerms], token: bytes
) -> None:
    listener = LaneListener("127.0.0.1")
    with pytest.raises(RemoteProtocolError, match="bad-token"):
        Meeting(replace(terms[0], token=token), listener)
    listener.close()
