"""The server's settings: a TOML file, then the environment, then the command line."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from signaling.limits import Limits
from signaling.protocol import DEFAULT_PORT, good_name

ENV_PREFIX = "PARLOR_SERVER_"
ENV_LIMIT_PREFIX = "PARLOR_SERVER_LIMIT_"


class ConfigError(Exception):
    """A setting that cannot be used; its text is one sentence for the person who set it."""


@dataclass(frozen=True)
class ServerConfig:
    """Everything that can be set. `name` is how the server is listed on the local network."""

    host: Annotated[str, msgspec.Meta(min_length=1, max_length=255)] = "0.0.0.0"  # noqa: S104 - a server for the network
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = DEFAULT_PORT
    name: str = "Parlor"
    advertise: bool = True
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    die_with_parent: bool = False
    limits: Limits = field(default_factory=Limits)


def load_config(argv: Sequence[str], environ: Mapping[str, str]) -> ServerConfig:
    """Read all sources; later ones win.

    Raises ConfigError, and SystemExit as argparse does for --help and unknown flags.
    """
    flags = vars(_parser().parse_args(argv))
    path = flags.pop("config") or environ.get(f"{ENV_PREFIX}CONFIG")
    merged: dict[str, Any] = {"limits": {}}
    sources = ((_from_file(path), "file"), (_from_environment(environ), "environment"))
    for source, where in (*sources, ({k: v for k, v in flags.items() if v is not None}, "flags")):
        _check_names(source, where)
        limits = {**merged["limits"], **source.get("limits", {})}
        merged = {**merged, **source, "limits": limits}
    return _validated(merged)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="parlor-server", description="Parlor signaling server")
    parser.add_argument("--host", help="address to listen on (all IPv4 addresses)")
    parser.add_argument("--port", help=f"port to listen on, 0 for a free one ({DEFAULT_PORT})")
    parser.add_argument("--config", metavar="FILE", help="TOML file with settings")
    parser.add_argument("--name", help="how the server is listed on the local network")
    parser.add_argument(
        "--no-advertise",
        dest="advertise",
        action="store_const",
        const=False,
        help="do not announce the server on the local network",
    )
    parser.add_argument("--log-level", help="debug, info, warning or error")
    parser.add_argument(
        "--die-with-parent",
        action="store_const",
        const=True,
        help="stop when standard input ends",
    )
    return parser


def _from_file(path: str | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    def under(prefix: str) -> dict[str, Any]:
        return {k[len(prefix) :].lower(): v for k, v in environ.items() if k.startswith(prefix)}

    settings = {k: v for k, v in under(ENV_PREFIX).items() if not k.startswith("limit_")}
    settings.pop("config", None)
    return {**settings, "limits": under(ENV_LIMIT_PREFIX)}


def _check_names(source: Mapping[str, Any], where: str) -> None:
    if not isinstance(source.get("limits", {}), dict):
        raise ConfigError(f"the setting limits ({where}) is not a table")
    for given, kind in ((source, ServerConfig), (source.get("limits", {}), Limits)):
        unknown = set(given) - {f.name for f in fields(kind)}
        if unknown:
            raise ConfigError(f"there is no setting {min(unknown)} ({where})")


def _validated(settings: Mapping[str, Any]) -> ServerConfig:
    try:
        config = msgspec.convert(settings, ServerConfig, strict=False)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$.")
        setting = path.rstrip("`")
        raise ConfigError(f"the setting {setting} is not usable: {problem}") from None
    if not good_name(config.name):
        raise ConfigError("the setting name is not usable: 1 to 64 characters, no controls")
    return config
