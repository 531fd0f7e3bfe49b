from __future__ import annotations

from app.transport.base import LentIce
from app.transport.lent_ice import read_lent
from app.transport.socketio_client import SocketIOTransport
from signaling.config import ServerConfig
from signaling.protocol import IceServer, IceServers
from tests.signaling.people import Person
from tests.signaling.running import configured_server


async def test_a_server_lends_what_it_has() -> None:
    urls = ("stun:a.example:1", "turn:b.example:2")
    config = ServerConfig("127.0.0.1", 0, advertise=False, ice_urls=urls, turn_secret="s")
    async with configured_server(config) as (_, url):
        session = await SocketIOTransport().open(url, Person())
        lent = await session.lent_ice()
        await session.close()
    assert [one.url for one in lent.servers] == list(urls)
    assert lent.seconds == 86400


def test_what_cannot_be_used_is_not_borrowed() -> None:
    for bad in (IceServer("http://x"), IceServer("turn:without.an.account")):
        assert read_lent(IceServers([bad, IceServer("stun:fine:1")], 5)) == LentIce()
