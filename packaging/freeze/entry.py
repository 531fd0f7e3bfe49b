"""The frozen programs: which of our modules each of them runs."""

from __future__ import annotations

import sys
from importlib import import_module

from app.domain.programs import CHILDREN, RUN
from freeze.trust import believe_the_system


def start(program: str) -> int:
    """Run the module `program`, or the child of it that the first arguments ask for."""
    module = program
    if sys.argv[1:2] == [RUN]:
        module = sys.argv[2] if len(sys.argv) > 2 else ""  # noqa: PLR2004 - program, RUN, module
        if module not in CHILDREN:
            return 2
        del sys.argv[1:3]
    believe_the_system()
    return import_module(CHILDREN.get(module, module)).main() or 0
