"""The composition root and the settings it is started with."""

from __future__ import annotations

import getpass
import logging
import socket
from pathlib import Path

import pytest

from app import config
from app.bootstrap import open_backend
from app.config import (
    FALLBACK_NAME,
    Settings,
    configure_logging,
    default_data_dir,
    default_name,
    parse_arguments,
)
from app.domain.couriers import DAY_MS, MIB, CourierTerms, Quota
from app.domain.errors import AppError
from app.domain.ice import IceServer
from app.domain.ids import PeerId, to_text
from app.storage.store import Store
from app.transport.webrtc import WebRtcTransport


def settings(folder: Path, **fields: object) -> Settings:
    return Settings(folder, use_keyring=False, **fields)  # type: ignore[arg-type]


def contents(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_a_profile_is_made_and_found_again(tmp_path: Path) -> None:
    backend = await open_backend(settings(tmp_path, name=" Ana ", servers=("http://localhost:1",)))
    first = backend.profile
    assert first.name == "Ana"
    assert [server.url for server in backend.network.servers()] == ["http://localhost:1"]
    await backend.close()
    backend = await open_backend(settings(tmp_path))
    assert (backend.profile.peer, backend.profile.name) == (first.peer, "Ana")
    await backend.close()


async def test_links_use_the_servers_of_the_profile(tmp_path: Path) -> None:
    turn = IceServer("turn:192.0.2.1:3478", "ana", "very secret")
    backend = await open_backend(settings(tmp_path))
    await backend.network.set_ice_servers([turn, IceServer("stun:192.0.2.1")])
    await backend.close()
    backend = await open_backend(settings(tmp_path))
    links = backend._services.transports.links
    assert isinstance(links, WebRtcTransport)
    assert links._ice_options["turn_server"] == ("192.0.2.1", 3478)
    assert links._ice_options["turn_password"] == turn.credential
    assert links._ice_options["stun_server"] == ("192.0.2.1", 3478)
    await backend.network.set_ice_servers([])
    assert links._ice_options == {}
    await backend.close()


async def test_a_local_network_is_watched_if_asked(tmp_path: Path) -> None:
    backend = await open_backend(settings(tmp_path, discover=True))
    assert backend._services.transports.discovery is not None
    await backend.close()


@pytest.mark.parametrize("fields", [{"name": "\u200b"}, {"name": "x" * 65}])
async def test_a_name_that_is_none_leaves_nothing_open(
    tmp_path: Path, fields: dict[str, object]
) -> None:
    with pytest.raises(AppError, match="name"):
        await open_backend(settings(tmp_path, **fields))
    assert contents(tmp_path) == []


async def test_a_bad_server_leaves_nothing_open(tmp_path: Path) -> None:
    with pytest.raises(AppError, match="bad server url"):
        await open_backend(settings(tmp_path, servers=("nonsense:",)))
    backend = await open_backend(settings(tmp_path))
    await backend.close()


async def test_a_start_that_fails_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise AppError("disk-failed")

    with monkeypatch.context() as patch:
        patch.setattr("app.services.room_opener.RoomOpener.load_all", fail)
        with pytest.raises(AppError, match="disk failed"):
            await open_backend(settings(tmp_path))
    backend = await open_backend(settings(tmp_path))
    await backend.close()


async def test_closing_goes_on_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = await open_backend(settings(tmp_path))

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(backend._services.manager, "close", fail)
        with pytest.raises(ZeroDivisionError):
            await backend.close()
    assert not backend._services.background.is_open
    store: Store = backend._services.store
    with pytest.raises(AppError, match="database closed"):
        await store.settings.get("x", "")


def test_arguments() -> None:
    given = parse_arguments(
        "p", "s", ["--data-dir", "/d", "--name", "A", "--server", "a", "--server", "b"]
    )
    assert given == Settings(Path("/d"), "A", ("a", "b"), lan=True)
    plain = parse_arguments("p", "s", [])
    assert (plain.data_dir, plain.log_level) == (default_data_dir(), "warning")
    with pytest.raises(SystemExit):
        parse_arguments("p", "s", ["--log-level", "loud"])
    with pytest.raises(AppError, match="bad log level"):
        Settings(Path("/d"), log_level="loud")


def test_arguments_of_a_courier() -> None:
    flags = ["--courier", "--courier-quota", "0.5", "--courier-keep", "1.5"]
    patron = PeerId(bytes(range(32)))
    given = parse_arguments(
        "p", "s", [*flags, "--courier-for", to_text(patron)], couriers=True
    ).courier
    half = MIB // 2
    assert given == CourierTerms(frozenset({patron}), Quota(half, half), DAY_MS * 3 // 2)
    assert parse_arguments("p", "s", ["--courier"], couriers=True).courier == CourierTerms()
    assert parse_arguments("p", "s", flags[1:], couriers=True).courier is None
    for wrong in (
        ["--courier-quota", "0"],
        ["--courier-keep", "soon"],
        ["--courier-room-quota", "inf"],
        ["--courier-for", "somebody"],
    ):
        with pytest.raises(SystemExit):
            parse_arguments("p", "s", ["--courier", *wrong], couriers=True)
    with pytest.raises(SystemExit):
        parse_arguments("p", "s", ["--courier"])


def test_a_passphrase_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_bytes("geheim ß \r\n".encode())
    assert Settings(tmp_path, passphrase_file=file).passphrase() == "geheim ß "
    assert Settings(tmp_path).passphrase() is None
    file.write_bytes(b"\xff")
    for unreadable in (file, tmp_path / "none", tmp_path):
        with pytest.raises(AppError, match="passphrase unreadable"):
            Settings(tmp_path, passphrase_file=unreadable).passphrase()


def test_names_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= len(default_name()) <= 64
    monkeypatch.setattr(config, "_full_name", lambda: "\u200b")
    monkeypatch.setattr(getpass, "getuser", lambda: "x" * 80)
    assert default_name() == "x" * 64

    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    monkeypatch.setattr(socket, "gethostname", lambda: "host")
    assert default_name() == "host"
    monkeypatch.setattr(socket, "gethostname", lambda: "")
    assert default_name() == FALLBACK_NAME


def test_a_user_without_an_entry_has_no_full_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_number: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", unknown)
    assert config._full_name() == ""


def test_only_our_own_log_gets_talkative() -> None:
    names = ("", "app", "signaling")
    before = {name: logging.getLogger(name).level for name in names}
    handlers = list(logging.getLogger().handlers)
    try:
        configure_logging("debug")
        assert logging.getLogger("app").level == logging.DEBUG
        assert logging.getLogger().level == logging.WARNING
    finally:
        logging.getLogger().handlers[:] = handlers
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def test_an_empty_path_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--data-dir", "--passphrase-file"):
        with pytest.raises(SystemExit):
            parse_arguments("p", "s", [option, ""])
        assert f"argument {option}: an empty path" in capsys.readouterr().err
