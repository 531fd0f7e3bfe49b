"""The command line of the server."""

from __future__ import annotations

import argparse

from resources.version import version
from signaling.protocol import DEFAULT_PORT


def parser() -> argparse.ArgumentParser:
    """Return what reads the flags; those not given are None."""
    flags = argparse.ArgumentParser(prog="parlor-server", description="Parlor signaling server")
    flags.add_argument("--version", action="version", version=f"parlor-server {version()}")
    flags.add_argument("--host", help="address to listen on (all IPv4 addresses)")
    flags.add_argument("--port", help=f"port to listen on, 0 for a free one ({DEFAULT_PORT})")
    flags.add_argument("--config", metavar="FILE", help="TOML file with settings")
    flags.add_argument("--name", help="how the server is listed on the local network")
    flags.add_argument("--after", metavar="LABEL", help="the announced server that it replaces")
    _switch(flags, "--no-advertise", "advertise", "do not announce it on the local network", False)
    flags.add_argument("--log-level", help="debug, info, warning or error")
    flags.add_argument("--log-format", help="text, or json for one object a line")
    _switch(flags, "--die-with-parent", "die_with_parent", "stop when standard input ends", True)
    _add_web(flags)
    _add_turn(flags)
    _add_bus(flags)
    return flags


def _add_web(flags: argparse.ArgumentParser) -> None:
    web = flags.add_argument_group("HTTP side")
    web.add_argument(
        "--admin-token-file", metavar="FILE", help="holds the token of /api/v1 and the status page"
    )
    web.add_argument(
        "--admin-token", metavar="TOKEN", help="the token itself, which other users can see: 16 up"
    )
    web.add_argument(
        "--origin", dest="origins", action="append", help="web origin that may connect; repeatable"
    )
    web.add_argument("--tls-certificate", metavar="FILE", help="PEM chain: serve https and wss")
    web.add_argument("--tls-key", metavar="FILE", help="PEM key of the certificate")
    web.add_argument(
        "--trusted-proxy",
        dest="trusted_proxies",
        action="append",
        metavar="NETWORK",
        help="proxy whose X-Forwarded-For is believed; repeatable",
    )


def _add_turn(flags: argparse.ArgumentParser) -> None:
    turn = flags.add_argument_group("STUN and TURN handed out to peers")
    turn.add_argument(
        "--ice-url", dest="ice_urls", action="append", help="stun:, turn: or turns: URL; repeatable"
    )
    turn.add_argument(
        "--turn-secret-file", metavar="FILE", help="holds coturn's static-auth-secret"
    )
    turn.add_argument("--turn-seconds", help="how long an account at the TURN server holds (86400)")


def _add_bus(flags: argparse.ArgumentParser) -> None:
    bus = flags.add_argument_group("several servers behind one address")
    bus.add_argument(
        "--bus", metavar="URL", help="redis://, rediss://, amqp:// or amqps:// that joins them"
    )
    bus.add_argument("--bus-file", metavar="FILE", help="holds that URL, if it has a password")


def _switch(flags: argparse.ArgumentParser, flag: str, name: str, text: str, value: bool) -> None:
    flags.add_argument(flag, dest=name, action="store_const", const=value, help=text)
