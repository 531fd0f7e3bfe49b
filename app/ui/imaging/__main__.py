"""The child: reads requests on standard input, writes answers on standard output."""

from __future__ import annotations

import os
import sys

from app.media.confine import confine
from app.ui.imaging.decoding import answer, warm_up
from app.ui.imaging.wire import Answer, read_request, write_answer


def main() -> None:
    """Work until the input ends."""
    warm_up()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    os.closerange(3, 256)
    confine()
    write_answer(sink, Answer(good=False))  # says that it is ready
    while (request := read_request(source)) is not None:
        try:
            found = answer(request)
        except MemoryError:
            found = Answer(good=False)
        write_answer(sink, found)


if __name__ == "__main__":
    main()
