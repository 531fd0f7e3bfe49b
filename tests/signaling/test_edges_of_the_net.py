"""TLS, proxies in front, and what the log says."""

from __future__ import annotations

import json
import logging
import ssl
import sys
from pathlib import Path

import aiohttp
import pytest

from signaling.config import ConfigError, load_config
from signaling.gate import ConnectionGate
from signaling.limits import Limits
from signaling.logs import JsonFormatter
from signaling.networks import Networks
from tests.signaling.people import Person
from tests.signaling.running import RawClient, configured_server, running_server
from tests.signaling.test_http import config
from tests.signaling.test_program import end_of, program, url_of
from tests.support.certificates import certificate_files


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    return certificate_files(tmp_path)


async def test_it_serves_https_and_wss(certificate: tuple[str, str]) -> None:
    chain, key = certificate
    trust = ssl.create_default_context(cafile=chain)
    connector = aiohttp.TCPConnector(ssl=trust)
    settings = config(tls_certificate=chain, tls_key=key)
    async with (
        configured_server(settings) as (_, url),
        aiohttp.ClientSession(connector=connector) as http,
    ):
        assert url.startswith("https://127.0.0.1:")
        async with http.get(f"{url}/healthz") as answer:
            assert answer.status == 200
        async with http.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket") as ws:
            assert (await ws.receive_str()).startswith("0")


@pytest.mark.parametrize("spoilt", ["chain", "key", "missing"])
def test_a_bad_certificate_is_said_at_the_start(
    certificate: tuple[str, str], tmp_path: Path, spoilt: str
) -> None:
    chain, key = certificate
    if spoilt == "missing":
        key = str(tmp_path / "nowhere")
    else:
        Path(chain if spoilt == "chain" else key).write_text("nothing of the kind")
    with pytest.raises(ConfigError, match="tls_certificate"):
        load_config(["--tls-certificate", chain, "--tls-key", key], {})


async def connections(url: str, forwarded: str, count: int) -> list[int]:
    headers = {"X-Forwarded-For": forwarded}
    async with aiohttp.ClientSession(headers=headers) as http:
        path = f"{url}/socket.io/?EIO=4&transport=polling"
        found = []
        for _ in range(count):
            async with http.get(path) as answer:
                found.append(answer.status)
        return found


async def test_a_trusted_proxy_stands_for_many() -> None:
    limits = Limits(connections_per_address=2)
    settings = config(trusted_proxies=("127.0.0.0/8",), limits=limits)
    async with configured_server(settings) as (_, url):
        assert (await connections(url, "203.0.113.1", 3))[:2] == [200, 200]
        assert (await connections(url, "203.0.113.1", 1)) != [200]
        assert (await connections(url, "203.0.113.2", 2)) == [200, 200]


async def test_nobody_else_is_believed() -> None:
    async with configured_server(config(limits=Limits(connections_per_address=2))) as (_, url):
        first = [(await connections(url, f"203.0.113.{n}", 1))[0] for n in range(3)]
        assert first[:2] == [200, 200]
        assert first[2] != 200


def test_networks() -> None:
    networks = Networks(["10.0.0.0/8", "::1"])
    assert all(one in networks for one in ("10.1.2.3", "::1", "::ffff:10.0.0.1"))
    assert not any(one in networks for one in ("11.0.0.1", "::2", "", "localhost"))
    with pytest.raises(ValueError, match="host bits"):
        Networks(["10.0.0.1/8"])


def test_a_gate_lets_the_exempt_in_up_to_the_total() -> None:
    gate = ConnectionGate(3, 1, Networks(["10.0.0.0/8"]))
    assert [gate.admit("10.0.0.1") for _ in range(2)] == [True, True]
    assert [gate.admit("11.0.0.1") for _ in range(2)] == [True, False]
    assert not gate.admit("10.0.0.1")


@pytest.mark.parametrize("style", ["json", "text"])
async def test_the_log_is_for_people_or_programs(style: str) -> None:
    flags = ("--host", "127.0.0.1", "--port", "0", "--no-advertise", "--log-format", style)
    async with program(*flags) as process:
        await url_of(process)
        process.terminate()
        _, _, log = await end_of(process)
    (line,) = log.splitlines()
    if style == "json":
        told = json.loads(line)
        assert told.pop("time").endswith("Z")
        assert told == {"level": "info", "logger": "signaling.server", "message": "stopping"}
    else:
        assert line.endswith("INFO signaling.server: stopping")


def test_a_trace_stays_on_its_line() -> None:
    try:
        int("wrong")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "", 1, "text", (), sys.exc_info())
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "ValueError: invalid literal" in json.loads(line)["error"]


async def test_ipv6() -> None:
    async with running_server(host="::1") as (_, url):
        assert url.startswith("http://[::1]:")
        async with RawClient(url) as client:
            await client.enter(Person())
