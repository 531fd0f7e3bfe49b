"""The program `parlor`: the desktop window."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.config import Settings, configure_logging, parse_arguments
from app.ui.loop import run_window

if TYPE_CHECKING:
    from app.services.backend import ParlorBackend


SUMMARY = "Talk directly, from your computer."


class Program:
    """Makes the backend when the window asks for it, and closes it if it was made."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._backend: ParlorBackend | None = None

    async def open(self) -> ParlorBackend:
        """Load everything below the window, after its first paint. Raises AppError."""
        # Networking and storage take longer to import than the window to appear.
        from app.bootstrap import open_backend  # noqa: PLC0415

        self._backend = await open_backend(self._settings)
        return self._backend

    async def close(self) -> None:
        if self._backend is not None:
            await self._backend.close()


def main(argv: Sequence[str] | None = None) -> int:
    """Show the window until it is closed; return the exit code."""
    given = parse_arguments("parlor", SUMMARY, sys.argv[1:] if argv is None else argv)
    settings = replace(given, discover=True)
    configure_logging(settings.log_level)
    program = Program(settings)
    return run_window(program.open, program.close)


if __name__ == "__main__":
    sys.exit(main())
