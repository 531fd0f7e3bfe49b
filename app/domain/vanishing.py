"""How long a disappearing message lives on this machine."""

from __future__ import annotations

UNREAD_MS = 28 * 86_400_000
"""How much longer than one that was read a message waits for its reader, from its own time on."""


def vanishes_at(time_ms: int, vanish_s: int, *, own: bool, past: bool) -> int:
    """Return when a new row is erased (Unix ms) unless it is read before; 0 for never.

    Our own vanish `vanish_s` after they were written, and so do those of others from the `past`:
    what was said before we were there is not kept longer for us than for those who were.
    """
    if not vanish_s:
        return 0
    grace = 0 if own or past else UNREAD_MS
    return time_ms + vanish_s * 1000 + grace
