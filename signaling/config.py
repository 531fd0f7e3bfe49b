"""The server's settings: a TOML file, then the environment, then the command line."""

from __future__ import annotations

import re
import ssl
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from signaling.engines import ENGINES
from signaling.flags import parser
from signaling.limits import Limits
from signaling.logs import LogFormat
from signaling.networks import Networks
from signaling.protocol import DEFAULT_PORT, good_name

ENV_PREFIX = "PARLOR_SERVER_"
ENV_LIMIT_PREFIX = "PARLOR_SERVER_LIMIT_"
LISTS = frozenset({"origins", "trusted_proxies", "ice_urls"})
MIN_TOKEN = 16

_ORIGIN = re.compile(r"\*|https?://[a-z0-9.:\[\]-]+")
_BUS = re.compile(r"(redis|amqp)s?://[^\s/]+(/\S*)?")
_ICE_URL = re.compile(r"(stun|turn|turns):[A-Za-z0-9.:\[\]-]+(\?transport=(udp|tcp))?")


class ConfigError(Exception):
    """A setting that cannot be used; its text is one sentence for the person who set it."""


@dataclass(frozen=True)
class ServerConfig:
    """Everything that can be set. `name` is how the server is listed on the local network.

    `after` is the label of a server there whose place this one takes.

    A secret may stand in a file of its own, which wins over the setting itself.
    """

    host: Annotated[str, msgspec.Meta(min_length=1, max_length=255)] = "0.0.0.0"  # noqa: S104 - a server for the network
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = DEFAULT_PORT
    name: str = "Parlor"
    advertise: bool = True
    after: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{0,63}$")] = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: LogFormat = "text"
    die_with_parent: bool = False
    admin_token: str = field(default="", repr=False)
    admin_token_file: str = ""
    origins: tuple[str, ...] = ()
    tls_certificate: str = ""
    tls_key: str = ""
    trusted_proxies: tuple[str, ...] = ()
    ice_urls: tuple[str, ...] = ()
    turn_secret: str = field(default="", repr=False)
    turn_secret_file: str = ""
    turn_seconds: Annotated[int, msgspec.Meta(ge=60, le=30 * 86400)] = 86400
    bus: str = field(default="", repr=False)
    bus_file: str = ""
    limits: Limits = field(default_factory=Limits)


def load_config(argv: Sequence[str], environ: Mapping[str, str]) -> ServerConfig:
    """Read all sources; later ones win.

    Raises ConfigError, and SystemExit as argparse does for --help and unknown flags.
    """
    flags = vars(parser().parse_args(argv))
    path = flags.pop("config") or environ.get(f"{ENV_PREFIX}CONFIG")
    merged: dict[str, Any] = {"limits": {}}
    sources = ((_from_file(path), "file"), (_from_environment(environ), "environment"))
    for source, where in (*sources, ({k: v for k, v in flags.items() if v is not None}, "flags")):
        _check_names(source, where)
        limits = {**merged["limits"], **source.get("limits", {})}
        merged = {**merged, **source, "limits": limits}
    return _validated(merged)


def _from_file(path: str | None) -> dict[str, Any]:
    return {} if path is None else _parsed(path, _text_of(path))


def _parsed(path: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None


def _text_of(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not valid TOML: it is not UTF-8 text") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    def under(prefix: str) -> dict[str, Any]:
        return {k[len(prefix) :].lower(): v for k, v in environ.items() if k.startswith(prefix)}

    settings = {k: v for k, v in under(ENV_PREFIX).items() if not k.startswith("limit_")}
    settings.pop("config", None)
    for name in LISTS & settings.keys():
        settings[name] = [part.strip() for part in settings[name].split(",") if part.strip()]
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
    config = replace(
        config,
        admin_token=_secret(config.admin_token, config.admin_token_file),
        turn_secret=_secret(config.turn_secret, config.turn_secret_file),
        bus=_secret(config.bus, config.bus_file),
    )
    for name, rule, fits in _RULES:
        if not fits(config):
            raise ConfigError(f"the setting {name} is not usable: {rule}")
    return config


def _secret(itself: str, file: str) -> str:
    return _text_of(file).strip() if file else itself


def _are_networks(config: ServerConfig) -> bool:
    try:
        Networks(config.trusted_proxies)
    except ValueError:
        return False
    return True


def _is_certificate(config: ServerConfig) -> bool:
    if not (config.tls_certificate and config.tls_key):
        return True
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            config.tls_certificate, config.tls_key
        )
    except OSError:
        return False
    return True


def _has_turn(config: ServerConfig) -> bool:
    return any(url.startswith("turn") for url in config.ice_urls)


def _has_engine(config: ServerConfig) -> bool:
    module = ENGINES.get(config.bus.partition(":")[0])
    return module is not None and find_spec(module) is not None


_RULES: tuple[tuple[str, str, Callable[[ServerConfig], bool]], ...] = (
    ("name", "1 to 64 characters, no controls", lambda c: good_name(c.name)),
    (
        "admin_token",
        f"at least {MIN_TOKEN} characters",
        lambda c: not c.admin_token or len(c.admin_token) >= MIN_TOKEN,
    ),
    (
        "origins",
        "each is like https://example.org, without a path, or *",
        lambda c: all(map(_ORIGIN.fullmatch, c.origins)),
    ),
    (
        "tls_key",
        "tls_certificate and tls_key belong together",
        lambda c: bool(c.tls_certificate) == bool(c.tls_key),
    ),
    (
        "tls_certificate",
        "it and tls_key are PEM files that can be read and fit together",
        _is_certificate,
    ),
    ("trusted_proxies", "each is an address or a network like 10.0.0.0/8", _are_networks),
    (
        "ice_urls",
        "each is like stun:host:3478 or turn:host:3478?transport=udp",
        lambda c: all(map(_ICE_URL.fullmatch, c.ice_urls)),
    ),
    (
        "turn_secret",
        "a TURN server needs the secret that it was configured with",
        lambda c: bool(c.turn_secret) or not _has_turn(c),
    ),
    (
        "bus",
        "like redis://host:6379/0 or amqp://user:password@host/, its library being installed",
        lambda c: not c.bus or (bool(_BUS.fullmatch(c.bus)) and _has_engine(c)),
    ),
)
