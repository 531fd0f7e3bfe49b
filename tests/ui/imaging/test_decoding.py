"""What the child does, in the test's own process; and the form of what passes between the two."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.imaging.decoding import answer
from app.ui.imaging.wire import (
    Answer,
    Job,
    Request,
    read_answer,
    read_request,
    write_answer,
    write_request,
)
from tests.ui.imaging.images import claimed, encoded


def test_pixels_and_squares() -> None:
    image = encoded(64, 32)
    assert answer(Request(Job.PIXELS, 32, 0, image))[:3] == (True, 32, 16)
    square = answer(Request(Job.SQUARE, 16, 4000, image))
    assert square[:3] == (True, 16, 16)
    assert square.content[8:12] == b"WEBP"


@pytest.mark.parametrize("job", Job)
def test_no_images(job: Job) -> None:
    for content in (b"", b"BM" + bytes(60), claimed(40_000, 40_000), encoded(9, 9)[:40]):
        assert answer(Request(job, 64, 4000, content)) == Answer(good=False)
    assert answer(Request(Job.SQUARE, 64, 1, encoded(9, 9))) == Answer(good=False)


@given(
    st.builds(Request, st.sampled_from(Job), st.integers(1, 4096), st.integers(0, 9), st.binary())
)
def test_requests_come_back(request: Request) -> None:
    stream = io.BytesIO()
    write_request(stream, request)
    stream.seek(0)
    assert read_request(stream) == request
    assert read_request(stream) is None


def test_requests_that_nobody_sends() -> None:
    for job, side in ((9, 5), (1, 0), (1, 5000)):
        stream = io.BytesIO()
        write_request(stream, Request(job, side, 0, b""))  # type: ignore[arg-type]
        stream.seek(0)
        with pytest.raises(ValueError, match=r"bounds|valid Job"):
            read_request(stream)


PIXELS = Request(Job.PIXELS, 4, 0, b"x")
SQUARE = Request(Job.SQUARE, 4, 5, b"x")


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        (PIXELS, Answer(True, 2, 1, bytes(8))),
        (PIXELS, Answer(good=False)),
        (SQUARE, Answer(True, 4, 4, b"12345")),
    ],
)
def test_answers_come_back(request_: Request, found: Answer) -> None:
    stream = io.BytesIO()
    write_answer(stream, found)
    stream.seek(0)
    assert read_answer(stream, request_) == found
    assert read_answer(stream, request_) is None


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        (PIXELS, Answer(True, 5, 1, bytes(20))),
        (PIXELS, Answer(True, 2, 1, bytes(9))),
        (PIXELS, Answer(True, 0, 1)),
        (PIXELS, Answer(False, 2, 1, bytes(8))),
        (SQUARE, Answer(True, 4, 4, b"123456")),
        (SQUARE, Answer(True, 4, 4)),
    ],
)
def test_answers_that_do_not_fit_are_none(request_: Request, found: Answer) -> None:
    stream = io.BytesIO()
    write_answer(stream, found)
    stream.seek(0)
    assert read_answer(stream, request_) is None


def test_an_answer_that_is_cut_off_is_none() -> None:
    stream = io.BytesIO()
    write_answer(stream, Answer(True, 2, 1, bytes(8)))
    assert read_answer(io.BytesIO(stream.getvalue()[:-1]), PIXELS) is None
