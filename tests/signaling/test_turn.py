from __future__ import annotations

import base64
import hashlib
import hmac

from signaling.turn import TurnAccounts
from tests.signaling.people import Person
from tests.signaling.running import RawClient, configured_server
from tests.signaling.test_http import config

SECRET = "shared with coturn"
URLS = ("stun:stun.example:3478", "turn:turn.example:3478?transport=udp", "turns:turn.example:5349")


def test_an_account_is_what_coturn_computes() -> None:
    stun, *turns = TurnAccounts(URLS, SECRET, 600).issue(1_700_000_000_123)
    assert (stun.url, stun.username, stun.credential) == (URLS[0], "", "")
    for server in turns:
        until, _, random = server.username.partition(":")
        assert int(until) == 1_700_000_600
        assert len(random) == 16
        digest = hmac.new(SECRET.encode(), server.username.encode(), hashlib.sha1).digest()
        assert base64.b64decode(server.credential) == digest


def test_accounts_do_not_tell_who_they_were_for() -> None:
    accounts = TurnAccounts(URLS, SECRET, 600)
    assert accounts.issue(0)[1].username != accounts.issue(0)[1].username


async def test_only_who_has_shown_who_they_are_gets_one() -> None:
    settings = config(ice_urls=URLS, turn_secret=SECRET, turn_seconds=600)
    async with configured_server(settings) as (_, url), RawClient(url) as client:
        challenge = await client.greet()
        assert await client.code("ice", {}) == "not-authenticated"
        await client.ask("auth", Person().auth(challenge))
        answer = await client.ask("ice", {})
    assert answer["seconds"] == 600
    assert [server["url"] for server in answer["servers"]] == list(URLS)


async def test_a_server_without_any_says_so() -> None:
    async with configured_server(config()) as (_, url), RawClient(url) as client:
        await client.enter(Person())
        assert await client.ask("ice", {}) == {"ok": True, "servers": [], "seconds": 86400}
