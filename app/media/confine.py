"""Takes from this process what decoding does not need: files, sockets, children, memory, time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 600
_PAGE = 4096


def confine() -> None:
    """Keep to the three streams and so much more memory; where the system has no limits, nothing.

    Everything has to be loaded before: afterwards no file can be opened.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not there on Windows

    limits = {
        resource.RLIMIT_NOFILE: 3,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_AS: _used() + MEMORY,
    }
    for what, most in limits.items():
        if most >= 0:
            resource.setrlimit(what, (most, most))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _used() -> int:
    """Return the address space in use; without /proc so little that no limit follows from it."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return -MEMORY - 1
    return pages * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else pages * _PAGE
