"""How one of our own modules is run as a process, from the source and from a frozen folder."""

from __future__ import annotations

import sys

RUN = "--run-module"
"""First argument of a frozen program that is to be one of its own children."""
CHILDREN = {
    "app.media": "app.media.__main__",
    "app.transport.bulk.worker": "app.transport.bulk.worker",
    "app.ui.imaging": "app.ui.imaging.__main__",
    "signaling": "signaling.__main__",
}
"""What may run so: the name after -m, and the module whose `main` that calls."""


def child_command(module: str) -> tuple[str, ...]:
    """Return the command that runs one of CHILDREN in a process of its own."""
    if getattr(sys, "frozen", False):
        return (sys.executable, RUN, module)
    return (sys.executable, "-m", module)
