"""The process that moves bytes: commands come on standard input, notices go to standard output.

Run: python -m app.transport.bulk.worker. It ends when its input does.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import BinaryIO

from app.domain.errors import LocalProtocolError
from app.protocol.worker_messages import LENGTH, MAX_MESSAGE, decode_command
from app.transport.bulk.notices import Notices
from app.transport.bulk.office import Office

NICE = 10
TICK = 0.1
END_WITHIN = 2.0


def run(commands: BinaryIO, answers: BinaryIO) -> None:
    """Work until there are no more commands, or what comes is none."""
    notices = Notices(answers)
    office = Office(notices.put)
    over = threading.Event()
    ticker = threading.Thread(target=_tick, args=(office, over), daemon=True)
    ticker.start()
    try:
        while raw := _next(commands):
            office.handle(decode_command(raw))
    except LocalProtocolError as error:
        sys.stderr.write(f"{error}\n")
    office.close(END_WITHIN)
    over.set()
    ticker.join(END_WITHIN)
    notices.close(END_WITHIN)


def _next(commands: BinaryIO) -> bytes:
    """Return the next message, nothing at the end. Raises LocalProtocolError."""
    head = commands.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return b""
    (size,) = LENGTH.unpack(head)
    if not 0 < size <= MAX_MESSAGE:
        raise LocalProtocolError(f"a message of {size} bytes")
    raw = commands.read(size)
    return raw if len(raw) == size else b""


def _tick(office: Office, over: threading.Event) -> None:
    while not over.wait(TICK):
        office.tick(time.monotonic())


def main() -> None:
    """Set the process up and run it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICE)
    # Whatever prints something by mistake must not get in between the notices.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    run(sys.stdin.buffer, answers)
    sys.stderr.flush()
    os._exit(0)  # threads that hang in a system call keep nobody waiting


if __name__ == "__main__":
    main()
