"""The worker's loop, with pipes in this process."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.protocol import worker_messages as msg
from app.transport.bulk import worker
from app.transport.bulk.notices import Notices


def answers_to(raw: bytes) -> bytes:
    output = io.BytesIO()
    worker.run(io.BytesIO(raw), output)
    return output.getvalue()


def test_it_answers_and_ends() -> None:
    assert answers_to(msg.encode_message(msg.Stop(5))) == msg.encode_message(msg.Stopped(5))
    assert answers_to(b"") == b""


@pytest.mark.parametrize(
    "tail", [b"\0", b"\0\0\0\x09half", b"\xff\xff\xff\xff", bytes(4), b"\0\0\0\x01\xc1"]
)
def test_it_ends_where_no_command_comes(tail: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    stop = msg.encode_message(msg.Stop(5))
    assert answers_to(stop + tail + stop) == msg.encode_message(msg.Stopped(5))
    assert not capsys.readouterr().out


def test_jobs_end_with_it(tmp_path: Path) -> None:
    serve = msg.Fetch(1, bytes(32), 5, str(tmp_path), str(tmp_path / "m"), str(tmp_path / "s"))
    opened = msg.OpenLane(1, 2)
    answers = answers_to(msg.encode_message(serve) + msg.encode_message(opened))
    assert msg.encode_message(msg.LaneDown(2, "stopped")) in answers
    assert answers.endswith(msg.encode_message(msg.Stopped(1)))


def test_what_is_printed_by_mistake_disturbs_nobody() -> None:
    code = (
        "from app.transport.bulk import worker; worker.run = lambda *_: print('x'); worker.main()"
    )
    child = subprocess.run((sys.executable, "-c", code), capture_output=True, check=True)
    assert child.stdout == b""


def test_an_app_that_does_not_read_keeps_nobody_waiting() -> None:
    """Of progress only the latest is kept; all other notices arrive in order."""
    reading, writing = os.pipe()
    output = os.fdopen(writing, "wb")
    notices = Notices(output)
    for number in range(20_000):
        notices.put(msg.Progress(1, number, 20_000, 0.0))
    notices.put(msg.Stopped(1))
    assert len(notices._waiting) < 10
    came = bytearray()
    pipe = os.fdopen(reading, "rb")
    reader = threading.Thread(target=lambda: came.extend(pipe.read()))
    reader.start()
    notices.close(5)
    output.close()
    reader.join(5)
    pipe.close()
    assert came.endswith(
        msg.encode_message(msg.Progress(1, 19_999, 20_000, 0.0))
        + msg.encode_message(msg.Stopped(1))
    )


def test_an_app_that_is_gone_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    output = os.fdopen(writing, "wb", buffering=0)
    notices = Notices(output)
    notices.put(msg.Stopped(1))
    notices.close(5)
    output.close()
