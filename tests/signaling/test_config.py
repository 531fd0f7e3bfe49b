from __future__ import annotations

from pathlib import Path

import pytest

from signaling.config import ConfigError, ServerConfig, load_config
from signaling.limits import Limits


def test_the_defaults() -> None:
    config = load_config([], {})
    assert config == ServerConfig()
    assert (config.host, config.port, config.advertise) == ("0.0.0.0", 8765, True)  # noqa: S104
    assert (config.limits.rooms_per_peer, config.limits.peers_per_room) == (256, 256)


def test_later_sources_win(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text(
        'host = "10.0.0.1"\nport = 1\nname = "File"\nadvertise = false\n'
        "[limits]\nrooms_per_peer = 5\npeers_per_room = 6\n"
    )
    environ = {
        "PARLOR_SERVER_CONFIG": str(file),
        "PARLOR_SERVER_PORT": "2",
        "PARLOR_SERVER_NAME": "Environment",
        "PARLOR_SERVER_LIMIT_PEERS_PER_ROOM": "7",
        "OTHER": "x",
    }
    config = load_config(["--port", "3", "--log-level", "debug"], environ)
    assert config == ServerConfig(
        host="10.0.0.1",
        port=3,
        name="Environment",
        advertise=False,
        log_level="debug",
        limits=Limits(rooms_per_peer=5, peers_per_room=7),
    )


def test_every_flag() -> None:
    argv = ["--host", "::1", "--port", "0", "--name", "Zoë", "--no-advertise", "--die-with-parent"]
    config = load_config(argv, {"PARLOR_SERVER_ADVERTISE": "true"})
    assert (config.host, config.port, config.name) == ("::1", 0, "Zoë")
    assert not config.advertise
    assert config.die_with_parent


@pytest.mark.parametrize(
    ("argv", "environ", "told"),
    [
        (["--port", "x"], {}, "port"),
        (["--port", "70000"], {}, "port"),
        ([], {"PARLOR_SERVER_PORT": "-1"}, "port"),
        (["--host", ""], {}, "host"),
        (["--name", ""], {}, "name"),
        (["--name", "a\nb"], {}, "name"),
        (["--log-level", "loud"], {}, "log_level"),
        ([], {"PARLOR_SERVER_ADVERTISE": "perhaps"}, "advertise"),
        ([], {"PARLOR_SERVER_LIMIT_CONNECTIONS": "0"}, "limits.connections"),
        ([], {"PARLOR_SERVER_COLOUR": "blue"}, "no setting colour"),
        ([], {"PARLOR_SERVER_LIMIT_COLOURS": "1"}, "no setting colours"),
        (["--config", "/nowhere/at/all"], {}, "cannot read /nowhere/at/all"),
        (["--log-format", "xml"], {}, "log_format"),
        (["--admin-token", "too short"], {}, "admin_token .*16"),
        (["--admin-token-file", "/nowhere/x"], {}, "cannot read /nowhere/x"),
        (["--origin", "example.org"], {}, "origins"),
        (["--origin", "https://example.org/path"], {}, "origins"),
        (["--tls-key", "x"], {}, "tls_key"),
        (["--trusted-proxy", "10.0.0.1/8"], {}, "trusted_proxies"),
        ([], {"PARLOR_SERVER_ICE_URLS": "stun:a, http://b"}, "ice_urls"),
        (["--ice-url", "turn:a:1"], {}, "turn_secret"),
        (["--turn-seconds", "1"], {}, "turn_seconds"),
    ],
)
def test_a_wrong_setting_is_named(argv: list[str], environ: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        load_config(argv, environ)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"port = ", "not valid TOML"),
        (b"\xff", "not valid TOML"),
        (b"limits = 5", "not a table"),
        (b"[limits]\nx = 1", "no setting x"),
        (b'port = "1x"', "port"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "server.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=told):
        load_config(["--config", str(file)], {})


def test_secrets_come_from_files_and_lists_from_anywhere(tmp_path: Path) -> None:
    token, secret = tmp_path / "token", tmp_path / "secret"
    token.write_text("sixteen letters!\n")
    secret.write_text("for coturn\n")
    file = tmp_path / "server.toml"
    file.write_text('trusted_proxies = ["10.0.0.0/8"]\n')
    environ = {
        "PARLOR_SERVER_ICE_URLS": "stun:a:1, turn:b:2?transport=tcp",
        "PARLOR_SERVER_TURN_SECRET_FILE": str(secret),
        "PARLOR_SERVER_ADMIN_TOKEN": "another one, which the file replaces",
    }
    origins = ["--origin", "https://a.example", "--origin", "http://[::1]:8080"]
    argv = ["--config", str(file), "--admin-token-file", str(token), *origins]
    config = load_config(argv, environ)
    assert config.admin_token == "sixteen letters!"
    assert config.turn_secret == "for coturn"
    assert config.ice_urls == ("stun:a:1", "turn:b:2?transport=tcp")
    assert config.origins == ("https://a.example", "http://[::1]:8080")
    assert config.trusted_proxies == ("10.0.0.0/8",)
    assert "coturn" not in repr(config)
