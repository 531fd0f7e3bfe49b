"""How loud a recording is: now, and from its beginning to its end. Pure."""

from __future__ import annotations

import math
from array import array

BARS = 96
"""Parts of the picture of a whole recording."""
QUIET_DB = -50.0
FULL = 255
_STRIDE = 4
"""Each fourth sample tells as much as all of them."""
_LOUDEST = 32768.0


def loudness(samples: array[int]) -> int:
    """Return 0 for silence to 255 for the loudest, of signed samples of 16 bits."""
    some = samples[::_STRIDE]
    if not some:
        return 0
    mean = math.sqrt(sum(value * value for value in some) / len(some)) / _LOUDEST
    if mean <= 0:
        return 0
    share = 1 - 20 * math.log10(mean) / QUIET_DB
    return round(FULL * min(max(share, 0.0), 1.0))


def bars(levels: bytes, most: int = BARS) -> bytes:
    """Return at most `most` bars for any number of levels: in each part the loudest counts."""
    many = len(levels)
    if many <= most:
        return bytes(levels)
    edges = [at * many // most for at in range(most + 1)]
    return bytes(max(levels[edges[at] : edges[at + 1]]) for at in range(most))
