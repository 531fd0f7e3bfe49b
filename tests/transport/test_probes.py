"""Servers, relays and the local network are tried on real sockets."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aioice import stun

from app.domain.ice import IceServer
from app.domain.probes import HelperProbe, ServerProbe
from app.transport import probe_ice, probe_server
from app.transport.probe import Probe
from app.transport.probe_ice import probe_helper
from app.transport.probe_near import may_listen, multicast_returns
from app.transport.webrtc_addresses import host_addresses
from tests.support.certificates import certificate_files
from tests.support.coturn import TurnServer, needs_turn, running_turn
from tests.support.ports import deaf_port

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PATIENCE = 30.0
PARLOR = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"status":"ok"}'


def saying(answer: bytes) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        writer.close()

    return handle


@asynccontextmanager
async def listening(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    certificate = certificate_files(tmp_path_factory.mktemp("tls"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


async def looked_at(url: str) -> ServerProbe:
    return await probe_server.probe_server(url, PATIENCE)


async def tried(server: IceServer) -> HelperProbe:
    return await probe_helper(server, PATIENCE)


# -- servers


async def test_a_parlor_server_is_found() -> None:
    async with listening(saying(PARLOR)) as port:
        found = await looked_at(f"http://127.0.0.1:{port}")
    assert (found.problem, found.address) == ("", "127.0.0.1")
    assert found.ms > 0


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 404 Not Found\r\n\r\n", b"220 mail\r\n", PARLOR[:40]]
)
async def test_something_else_is_no_parlor_server(answer: bytes) -> None:
    async with listening(saying(answer)) as port:
        found = await looked_at(f"http://127.0.0.1:{port}")
    assert found.problem == "not-parlor"


async def test_a_port_on_which_nothing_listens_refuses() -> None:
    with deaf_port() as port:
        assert (await looked_at(f"http://127.0.0.1:{port}")).problem == "refused"
        assert (await Probe().server(f"mqtt://127.0.0.1:{port}")).problem == "refused"


async def test_a_broker_is_there_if_its_port_opens() -> None:
    async with listening(saying(b"")) as port:
        assert (await looked_at(f"mqtt://127.0.0.1:{port}")).problem == ""


async def test_a_name_that_nobody_knows() -> None:
    found = await Probe().server("http://nobody.invalid:80")
    assert (found.problem, found.address) == ("dns", "")


async def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    done = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    async def known(_host: str, _port: int) -> str:
        return "127.0.0.1"

    monkeypatch.setattr(probe_server, "_resolve", known)
    async with listening(silent) as port:
        found = await probe_server.probe_server(f"http://127.0.0.1:{port}", 0.5)
        done.set()
    assert found.problem == "timeout"

    async def lost(_host: str, _port: int) -> str:
        await asyncio.Event().wait()
        return ""

    monkeypatch.setattr(probe_server, "_resolve", lost)
    assert (await probe_server.probe_server("http://slow.example", 0.05)).problem == "dns"


async def test_tls_where_there_is_none_and_none_where_there_is(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_server, "TLS_SECONDS", PATIENCE)
    async with listening(saying(PARLOR)) as plain:
        assert (await looked_at(f"https://127.0.0.1:{plain}")).problem == "no-tls"
    async with listening(saying(PARLOR), tls) as secret:
        assert (await looked_at(f"http://127.0.0.1:{secret}")).problem == "needs-tls"
        assert (await looked_at(f"https://127.0.0.1:{secret}")).problem == "certificate"


async def test_a_network_that_is_not_there() -> None:
    found = await probe_server.probe_server("http://[fe80::1]:80", 0.5)
    assert found.problem in ("unreachable", "timeout", "refused")


# -- STUN and TURN


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    with running_turn(tmp_path_factory.mktemp("turn")) as server:
        yield server


@needs_turn
async def test_a_relay_is_tried_and_given_back(turn: TurnServer) -> None:
    server = IceServer(turn.url, turn.username, turn.credential)
    found = await tried(server)
    assert (found.problem, found.mapped, found.relayed) == ("", turn.host, turn.host)
    assert found.ms > 0
    tcp = await tried(replace(server, url=turn.url.replace("udp", "tcp")))
    assert (tcp.problem, tcp.relayed) == ("", turn.host)
    for _ in range(1500):
        if turn.log.read_text().count("REFRESH processed, success") > 1:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("not given back")


@needs_turn
async def test_a_wrong_password_is_told_from_silence(turn: TurnServer) -> None:
    server = IceServer(turn.url, turn.username, "wrong")
    assert (await Probe().helper(server)).problem == "login"
    assert (await tried(replace(server, username="nobody"))).problem == "login"


@needs_turn
async def test_a_stun_server_tells_who_we_are(turn: TurnServer) -> None:
    found = await tried(IceServer(f"stun:{turn.host}:{turn.port}"))
    assert (found.problem, found.mapped, found.relayed) == ("", turn.host, "")


async def test_helpers_that_are_not_there() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        for url in (f"stun:127.0.0.1:{port}", f"turn:127.0.0.1:{port}"):
            assert (await probe_helper(IceServer(url, "ana", "x"), 0.3)).problem == "timeout"
    with deaf_port() as port:
        tcp = IceServer(f"turn:127.0.0.1:{port}?transport=tcp", "ana", "x")
        assert (await tried(tcp)).problem == "unreachable"
    assert (await tried(IceServer("stun:nobody.invalid"))).problem == "dns"
    assert (await tried(IceServer("stun://strange"))).problem == "strange"


async def test_a_relay_with_a_bad_certificate(tls: ssl.SSLContext) -> None:
    async with listening(saying(b""), tls) as port:
        found = await tried(IceServer(f"turns:127.0.0.1:{port}", "ana", "secret"))
    assert found.problem == "tls"


async def test_nonsense_is_no_answer() -> None:
    class Babble(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            for answer in (b"", b"nonsense", data, data[:4] + b"\0" * 16):
                self.transport.sendto(answer, addr)  # type: ignore[attr-defined]

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Babble, ("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    found = await probe_helper(IceServer(f"stun:127.0.0.1:{port}"), 0.6)
    transport.close()
    assert found.problem == "timeout"


@pytest.mark.parametrize(
    ("code", "word"),
    [(401, "login"), (441, "login"), (486, "full"), (508, "full"), (500, "strange")],
)
def test_what_a_relay_answers_has_a_word(code: int, word: str) -> None:
    refused = stun.Message(message_method=stun.Method.ALLOCATE, message_class=stun.Class.ERROR)
    refused.attributes["ERROR-CODE"] = (code, "no")
    assert probe_ice._problem(stun.TransactionFailed(refused)) == word


# -- near


async def test_what_is_said_to_all_comes_back() -> None:
    assert await Probe().multicast() in (True, False)
    assert await multicast_returns([], 0.1) is False
    assert await multicast_returns(["203.0.113.9"], 0.1) is False


async def test_a_port_that_is_taken_by_somebody_who_does_not_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = [one for one in host_addresses() if ":" not in one]
    monkeypatch.setattr("app.transport.probe_near._send", lambda *_: False)
    assert await multicast_returns(own, 0.1) is False
    monkeypatch.setattr("app.transport.probe_near._send", lambda *_: True)
    assert await multicast_returns(own, 0.1) is False


async def test_ports_can_be_had_at_our_own_addresses_only() -> None:
    assert await Probe().ports()
    assert not may_listen([])
    assert not may_listen(["203.0.113.9"])
    assert Probe().addresses()
