"""The child: looks at the file on standard input, writes what it has seen to standard output."""

from __future__ import annotations

import os
import sys

from app.media.confine import confine
from app.media.look_wire import MAX_SIDE, pack
from app.media.looking import look, warm_up


def main() -> int:
    """Return 0 if there was something to see. The argument is the most pixels of a side."""
    side = min(max(int(sys.argv[1]), 1), MAX_SIDE)
    warm_up()
    os.closerange(3, 256)
    confine()
    try:
        found = look(sys.stdin.buffer, side)
    except MemoryError:
        return 1
    if found is None:
        return 1
    sys.stdout.buffer.write(pack(found))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
