"""The settings a program is started with."""

from __future__ import annotations

import argparse
import getpass
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from app.domain.contacts import Accept
from app.domain.errors import AppError
from app.domain.policy import clean_person_name

LOG_LEVELS = ("debug", "info", "warning", "error")
FALLBACK_NAME = "Somebody"


@dataclass(frozen=True, slots=True)
class Settings:
    """`name` is None to keep the profile's; `discover` follows servers on the local network.

    `lan` meets people there without one.
    `accept` says whose first message opens a conversation as long as the profile does not.
    `last_used` opens the profile in `data_dir` that was used last, else always the first one.
    """

    data_dir: Path
    name: str | None = None
    servers: tuple[str, ...] = ()
    passphrase_file: Path | None = None
    log_level: str = "warning"
    discover: bool = False
    lan: bool = False
    use_keyring: bool = True
    accept: Accept = Accept.EVERYBODY
    last_used: bool = False

    def __post_init__(self) -> None:
        if self.log_level not in LOG_LEVELS:
            raise AppError("bad-log-level", {"level": self.log_level})

    def passphrase(self) -> str | None:
        """Read the passphrase. Raises AppError("passphrase-unreadable")."""
        if self.passphrase_file is None:
            return None
        try:
            text = self.passphrase_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            path = str(self.passphrase_file)
            raise AppError("passphrase-unreadable", {"path": path}) from error
        return text.rstrip("\r\n")


def parse_arguments(program: str, summary: str, argv: Sequence[str]) -> Settings:
    """Return the settings in a front end's `argv`; argparse exits with 2 on bad ones."""
    parser = argparse.ArgumentParser(prog=program, description=summary)
    parser.add_argument("--data-dir", type=Path, default=None, help="where this profile lives")
    parser.add_argument("--name", default=None, help="the name that others see")
    parser.add_argument(
        "--server", action="append", default=[], metavar="URL", help="a signaling server"
    )
    parser.add_argument("--passphrase-file", type=Path, default=None, metavar="FILE")
    parser.add_argument(
        "--no-lan", action="store_true", help="do not meet people of this network without a server"
    )
    parser.add_argument("--log-level", choices=LOG_LEVELS, default="warning")
    given = parser.parse_args(argv)
    return Settings(
        data_dir=given.data_dir or default_data_dir(),
        name=given.name,
        servers=tuple(given.server),
        passphrase_file=given.passphrase_file,
        log_level=given.log_level,
        lan=not given.no_lan,
        last_used=given.data_dir is None,
    )


def default_data_dir() -> Path:
    """Return where a person's data lives on this system."""
    return Path(platformdirs.user_data_dir("Parlor", appauthor=False))


def default_name() -> str:
    """Return the person's name as the system knows it."""
    import socket  # noqa: PLC0415 - only a new profile asks; it delays the window

    for candidate in (_full_name(), _login_name(), socket.gethostname()):
        try:
            return clean_person_name(candidate[:64])
        except AppError:
            continue
    return FALLBACK_NAME


def _full_name() -> str:
    try:
        import pwd  # noqa: PLC0415 - not on Windows
    except ImportError:
        return ""
    try:
        return pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0]
    except KeyError:
        return ""


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # KeyError up to Python 3.12: nobody of this number is known
        return ""


def configure_logging(level: str) -> None:
    """Log to standard error from `level` on; other libraries only from warnings on."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger().setLevel(logging.WARNING)
    # It warns of each interface that takes no multicast, which is nobody's fault.
    logging.getLogger("zeroconf").setLevel(logging.ERROR)
    for ours in ("app", "signaling"):
        logging.getLogger(ours).setLevel(level.upper())
