"""The program `parlor-cli`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace

from app.bootstrap import open_account
from app.cli.program import serve
from app.config import configure_logging, parse_arguments
from app.domain.contacts import Accept
from app.domain.errors import AppError
from app.placement import keep_to

SUMMARY = "Parlor without a window: JSON lines in, JSON lines out."


def main(argv: Sequence[str] | None = None) -> int:
    """Run until the input ends; return the exit code: 0, or 1 if the profile cannot be opened."""
    arguments = sys.argv[1:] if argv is None else argv
    settings = parse_arguments("parlor-cli", SUMMARY, arguments, couriers=True)
    settings = replace(settings, accept=Accept.NOBODY)
    configure_logging(settings.log_level)
    if settings.portable:
        keep_to(settings.data_dir)

    async def run() -> None:
        await serve(open_account(settings))

    try:
        asyncio.run(run())
    except AppError as error:
        print(f"parlor-cli: {error}", file=sys.stderr)  # noqa: T201 - the program's last word
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
