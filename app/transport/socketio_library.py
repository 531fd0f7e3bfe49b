"""python-socketio without what it imports only because it is installed.

Brokers of servers, which the client never meets, and HTTP libraries that it does not use:
they take longer to load than all the rest of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _left_out(*names: str) -> Iterator[None]:
    """Let imports of these fail, as they do where they are not installed (None says so)."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with _left_out("aio_pika", "redis", "requests"):
    import engineio
    import socketio
    from socketio import packet

__all__ = ["engineio", "packet", "socketio"]
