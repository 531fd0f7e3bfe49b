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
from app.domain.couriers import DAY_MS, MIB, CourierTerms, Quota
from app.domain.errors import AppError
from app.domain.ids import PeerId, peer_id
from app.domain.policy import clean_person_name
from app.placement import here
from resources.version import version

LOG_LEVELS = ("debug", "info", "warning", "error")
FALLBACK_NAME = "Somebody"
LINK_SCHEME, LONGEST_LINK = "parlor:", 4096
_NOT_BOTH = "--portable keeps everything beside the program: give it or --data-dir, not both"
_NOWHERE = "--portable: this program has no folder of its own here; use --data-dir"


@dataclass(frozen=True, slots=True)
class Settings:
    """`name` is None to keep the profile's; `discover` follows servers on the local network.

    `lan` meets people there without one.
    `accept` says whose first message opens a conversation as long as the profile does not.
    `last_used` opens the profile in `data_dir` that was used last, else always the first one.
    With `courier` the program keeps sealed events of others' rooms.
    `portable` keeps everything in `data_dir`, which lies beside the program.
    The window shows `link` once it can, and stays out of the way if it starts in the `background`.
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
    courier: CourierTerms | None = None
    portable: bool = False
    downloads: Path | None = None
    link: str = ""
    background: bool = False

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


def parse_arguments(
    program: str,
    summary: str,
    argv: Sequence[str],
    *,
    couriers: bool = False,
    window: bool = False,
) -> Settings:
    """Return the settings in a front end's `argv`; argparse exits with 2 on bad ones.

    With `couriers` the program may be told to be one; a `window` may be given a link to show.
    """
    parser = argparse.ArgumentParser(prog=program, description=summary)
    parser.add_argument("--version", action="version", version=f"{program} {version()}")
    parser.add_argument("--data-dir", type=_path, default=None, help="where this profile lives")
    parser.add_argument(
        "--portable", action="store_true", help="keep everything beside the program"
    )
    parser.add_argument("--name", default=None, help="the name that others see")
    parser.add_argument(
        "--server", action="append", default=[], metavar="URL", help="a signaling server"
    )
    parser.add_argument("--passphrase-file", type=_path, default=None, metavar="FILE")
    parser.add_argument(
        "--discover", action="store_true", help="follow servers of this network, and run one"
    )
    parser.add_argument(
        "--no-lan",
        action="store_true",
        help="without a server meet nobody of this network, and run none",
    )
    parser.add_argument("--log-level", choices=LOG_LEVELS, default="warning")
    if couriers:
        _add_courier(parser)
    if window:
        _add_window(parser)
    given = parser.parse_args(argv)
    beside = _beside(parser, given)
    return Settings(
        data_dir=given.data_dir or beside or default_data_dir(),
        name=given.name,
        servers=tuple(given.server),
        passphrase_file=given.passphrase_file,
        log_level=given.log_level,
        discover=given.discover,
        lan=not given.no_lan,
        use_keyring=beside is None,
        last_used=given.data_dir is None,
        courier=_courier(given) if couriers and given.courier else None,
        portable=beside is not None,
        downloads=beside / "Downloads" if beside is not None else None,
        link=(given.link or "") if window else "",
        background=window and given.background,
    )


def _beside(parser: argparse.ArgumentParser, given: argparse.Namespace) -> Path | None:
    """Return the data folder beside the program if that is to be used, None for the usual one."""
    if given.data_dir is not None:
        if given.portable:
            parser.error(_NOT_BOTH)
        return None
    placement = here()
    if not given.portable and not placement.is_marked():
        return None
    if placement.portable_data is None:
        parser.error(_NOWHERE)
    return placement.portable_data


def _add_window(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--background", action="store_true", help="start minimised, as with the computer"
    )
    parser.add_argument("link", nargs="?", type=_link, metavar="LINK", help="an invitation to show")


def _path(text: str) -> Path:
    """Return the path; an empty one is a variable that was not set, and not the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("an empty path")
    return Path(text)


def _link(text: str) -> str:
    """Return a link that may be a bad one still; the window says what is wrong with it."""
    clean = text.strip()[:LONGEST_LINK].encode("utf-8", "replace").decode("utf-8")
    if clean and not clean.lower().startswith(LINK_SCHEME):
        raise argparse.ArgumentTypeError("not a parlor: link")
    return clean


def _add_courier(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("keeping the sealed events of others' rooms")
    group.add_argument("--courier", action="store_true", help="be a courier, and nothing else")
    group.add_argument(
        "--courier-for",
        action="append",
        type=_peer,
        metavar="PEER",
        help="who may give it rooms; without it anybody who reaches it",
    )
    group.add_argument("--courier-quota", type=_mib, default=None, metavar="MIB", help="in all")
    group.add_argument(
        "--courier-room-quota", type=_mib, default=None, metavar="MIB", help="for one room"
    )
    group.add_argument("--courier-keep", type=_days, default=None, metavar="DAYS")


def _courier(given: argparse.Namespace) -> CourierTerms:
    usual = CourierTerms()
    patrons = frozenset(given.courier_for) if given.courier_for else None
    total = given.courier_quota or usual.quota.total
    quota = Quota(min(given.courier_room_quota or usual.quota.room, total), total)
    return CourierTerms(patrons, quota, given.courier_keep or usual.keep_ms)


def _peer(text: str) -> PeerId:
    try:
        return peer_id(text)
    except AppError as error:
        raise argparse.ArgumentTypeError("no peer id") from error


def _mib(text: str) -> int:
    return _positive(text, MIB)


def _days(text: str) -> int:
    return _positive(text, DAY_MS)


def _positive(text: str, unit: int) -> int:
    """Return a number of units, which need not be whole."""
    try:
        number = int(float(text) * unit)
    except (ValueError, OverflowError):
        number = 0
    if number <= 0:
        raise argparse.ArgumentTypeError("not a number above 0")
    return number


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
