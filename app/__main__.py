"""The program `parlor`: the desktop window."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.config import Settings, configure_logging, parse_arguments
from app.domain.contacts import Accept
from app.placement import keep_to
from app.ui.desktop.call import Call
from app.ui.desktop.turn import Turn, own_token, take_turn
from app.ui.desktop.windows import identify

if TYPE_CHECKING:
    from app.services.api import Account

SUMMARY = "Talk directly, from your computer."


def main(argv: Sequence[str] | None = None) -> int:
    """Show the window until it is closed, or the one that is open; return the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    given = parse_arguments("parlor", SUMMARY, arguments, window=True)
    settings = replace(given, discover=True, accept=Accept.NOBODY)
    configure_logging(settings.log_level)
    if settings.portable:
        keep_to(settings.data_dir)
    gc.disable()  # what is loaded now stays; the window's loop collects later on
    call = Call(link=settings.link, token=own_token(), background=settings.background)
    turn = take_turn(settings.data_dir, call, portable=settings.portable)
    if turn is None:
        return 0
    try:
        return _show(settings, turn)
    finally:
        turn.end()


def _show(settings: Settings, turn: Turn) -> int:
    identify()
    from app.ui.first_window import first_window, keep_qt_to  # noqa: PLC0415 - not a second time

    if settings.portable:
        keep_qt_to(settings.data_dir)
    window = first_window(background=settings.background)
    # Even asyncio takes a quarter of the time to the first paint, so it comes afterwards.
    from app.ui.desktop.callers import Callers  # noqa: PLC0415
    from app.ui.desktop.choices import choices_here  # noqa: PLC0415
    from app.ui.loop import run_window  # noqa: PLC0415

    callers = Callers(settings.link)
    callers.listen(turn.addresses)

    def account() -> Account:
        # Networking and storage take longer to load than the window to appear.
        from app.bootstrap import open_account  # noqa: PLC0415

        return open_account(settings)

    # Elsewhere than in its usual place, the program leaves nothing behind on the computer.
    choices = choices_here() if settings.last_used and not settings.portable else None
    return run_window(window, account, callers, choices)


if __name__ == "__main__":
    sys.exit(main())
