"""The program `parlor-cli`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from app.bootstrap import open_backend
from app.cli.program import serve
from app.config import LOG_LEVELS, Settings, configure_logging, default_data_dir
from app.domain.errors import AppError
from app.services.api import Backend


def parse_arguments(argv: Sequence[str]) -> Settings:
    """Return the settings in `argv`; argparse exits with 2 on bad ones."""
    parser = argparse.ArgumentParser(
        prog="parlor-cli", description="Parlor without a window: JSON lines in, JSON lines out."
    )
    parser.add_argument("--data-dir", type=Path, default=None, help="where this profile lives")
    parser.add_argument("--name", default=None, help="the name others see")
    parser.add_argument("--server", action="append", default=[], help="a signaling server's URL")
    parser.add_argument("--passphrase-file", type=Path, default=None)
    parser.add_argument("--log-level", choices=LOG_LEVELS, default="warning")
    given = parser.parse_args(argv)
    return Settings(
        data_dir=given.data_dir or default_data_dir(),
        name=given.name,
        servers=tuple(given.server),
        passphrase_file=given.passphrase_file,
        log_level=given.log_level,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run until the input ends; return the exit code: 0, or 1 if the profile cannot be opened."""
    settings = parse_arguments(sys.argv[1:] if argv is None else argv)
    configure_logging(settings.log_level)

    async def opened() -> tuple[Backend, Callable[[], Awaitable[None]]]:
        backend = await open_backend(settings)
        return backend, backend.close

    try:
        asyncio.run(serve(opened))
    except AppError as error:
        print(f"parlor-cli: {error}", file=sys.stderr)  # noqa: T201 - the program's last word
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
