"""What passes between the window and the child that decodes images."""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import IO, NamedTuple

MAX_INPUT = 32 * 1024 * 1024
MAX_SIDE = 4096
"""Pixels of a decoded image, each way."""

_REQUEST = struct.Struct(">BIII")
_ANSWER = struct.Struct(">BIII")


class Job(IntEnum):
    """`PIXELS` wants an image at most `side` pixels wide and high, as RGBA.

    `SQUARE` wants its middle, at most `side` wide and high, encoded in at most `limit` bytes.
    """

    PIXELS = 1
    SQUARE = 2


class Request(NamedTuple):
    job: Job
    side: int
    limit: int
    image: bytes


class Answer(NamedTuple):
    """Without `good` there is nothing else in it."""

    good: bool
    width: int = 0
    height: int = 0
    content: bytes = b""


def write_request(stream: IO[bytes], request: Request) -> None:
    image = request.image
    stream.write(_REQUEST.pack(request.job, request.side, request.limit, len(image)) + image)
    stream.flush()


def read_request(stream: IO[bytes]) -> Request | None:
    """Return the next request, None at the end. Raises ValueError for what nobody sends."""
    head = stream.read(_REQUEST.size)
    if len(head) < _REQUEST.size:
        return None
    job, side, limit, size = _REQUEST.unpack(head)
    if not 0 < side <= MAX_SIDE or size > MAX_INPUT:
        raise ValueError("a request out of its bounds")
    return Request(Job(job), side, limit, stream.read(size))


def write_answer(stream: IO[bytes], answer: Answer) -> None:
    size = len(answer.content)
    stream.write(_ANSWER.pack(answer.good, answer.width, answer.height, size) + answer.content)
    stream.flush()


def read_answer(stream: IO[bytes], request: Request) -> Answer | None:
    """Return the answer to `request`; None if the child has ended or answers nonsense."""
    head = stream.read(_ANSWER.size)
    if len(head) < _ANSWER.size:
        return None
    good, width, height, size = _ANSWER.unpack(head)
    if not _is_expected(request, width, height, size, good=bool(good)):
        return None
    content = stream.read(size)
    return Answer(bool(good), width, height, content) if len(content) == size else None


def _is_expected(request: Request, width: int, height: int, size: int, *, good: bool) -> bool:
    if not good:
        return (width, height, size) == (0, 0, 0)
    if not (0 < width <= request.side and 0 < height <= request.side):
        return False
    if request.job is Job.PIXELS:
        return size == width * height * 4
    return 0 < size <= request.limit
