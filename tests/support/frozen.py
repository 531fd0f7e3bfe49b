"""Which programs the tests start: those of the source, or frozen ones.

With PARLOR_FROZEN=FOLDER the tests that start real programs drive those of a frozen folder.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FROZEN = os.environ.get("PARLOR_FROZEN", "")
PROGRAMS = {"app": "parlor", "app.cli": "parlor-cli", "signaling": "parlor-server"}


def run_module(module: str, frozen: str = FROZEN) -> list[str]:
    """Return the command that runs a module; helpers of the tests themselves are never frozen."""
    if frozen and module in PROGRAMS:
        return [str(Path(frozen) / PROGRAMS[module])]
    return [sys.executable, "-m", module]
