"""The program `parlor`: the desktop window."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.config import configure_logging, parse_arguments
from app.domain.contacts import Accept

if TYPE_CHECKING:
    from app.services.api import Account

SUMMARY = "Talk directly, from your computer."


def main(argv: Sequence[str] | None = None) -> int:
    """Show the window until it is closed; return the exit code."""
    given = parse_arguments("parlor", SUMMARY, sys.argv[1:] if argv is None else argv)
    settings = replace(given, discover=True, accept=Accept.NOBODY)
    configure_logging(settings.log_level)
    gc.disable()  # what is loaded now stays; the window's loop collects later on
    from app.ui.first_window import first_window  # noqa: PLC0415

    window = first_window()
    # Even asyncio takes a quarter of the time to the first paint, so it comes afterwards.
    from app.ui.loop import run_window  # noqa: PLC0415

    def account() -> Account:
        # Networking and storage take longer to load than the window to appear.
        from app.bootstrap import open_account  # noqa: PLC0415

        return open_account(settings)

    return run_window(window, account)


if __name__ == "__main__":
    sys.exit(main())
