"""`parlor-cli` on a machine whose clock is wrong: the first argument says by how many seconds."""

from __future__ import annotations

import sys
import time
from functools import partial

from app.cli.__main__ import main

_right = time.time_ns


def wrong_time_ns(error_ns: int) -> int:
    return _right() + error_ns


if __name__ == "__main__":
    error = int(float(sys.argv.pop(1)) * 1e9)
    time.time_ns = partial(wrong_time_ns, error)
    sys.exit(main())
